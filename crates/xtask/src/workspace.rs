//! The workspace as the rules see it: every text file, and who depends on whom.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, MetadataCommand};

/// A text file, by its path from the root with forward slashes.
#[derive(Clone, Debug)]
pub struct File {
    pub path: String,
    pub text: String,
}

impl File {
    /// The crate's folder, for a file below `crates/`.
    pub fn krate(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }

    /// The path inside the crate.
    pub fn inside(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split_once('/').map(|(_, rest)| rest)
    }

    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether only tests and examples contain it.
    pub fn is_test(&self) -> bool {
        let inside = self.inside().unwrap_or_default();
        ["tests/", "benches/", "examples/"].iter().any(|folder| inside.starts_with(folder))
            || inside.ends_with("/tests.rs")
            || inside.contains("/tests/")
    }
}

/// One crate naming another of this workspace, by folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    pub from: String,
    pub to: String,
    pub dev: bool,
}

/// Everything the rules look at.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    pub files: Vec<File>,
    pub edges: Vec<Edge>,
    /// The folders below `crates/`.
    pub crates: Vec<String>,
    pub version: String,
}

impl Workspace {
    /// Reads the workspace this program was built in.
    pub fn read() -> Result<Workspace> {
        let root = root();
        let mut files = Vec::new();
        collect(&root, &root, &mut files)?;
        files.sort_by(|left, right| left.path.cmp(&right.path));
        let metadata = MetadataCommand::new()
            .manifest_path(root.join("Cargo.toml"))
            .no_deps()
            .exec()
            .context("cargo metadata, which lists crates and their dependencies")?;
        let mut workspace = Workspace { files, ..Workspace::default() };
        for package in &metadata.packages {
            let from = folder(package.name.as_str());
            workspace.crates.push(from.clone());
            workspace.version = package.version.to_string();
            for dependency in package.dependencies.iter().filter(|dependency| dependency.path.is_some()) {
                let dev = dependency.kind == DependencyKind::Development;
                workspace.edges.push(Edge { from: from.clone(), to: folder(&dependency.name), dev });
            }
        }
        workspace.crates.sort();
        Ok(workspace)
    }

    /// The file at a path.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The Rust files of a crate.
    pub fn rust_of<'w>(&'w self, krate: &'w str) -> impl Iterator<Item = &'w File> {
        self.files.iter().filter(move |file| file.is_rust() && file.krate() == Some(krate))
    }

    /// A workspace of the given files only, as the rules' own tests need.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Workspace {
        let files = files.iter().map(|(path, text)| File { path: path.to_string(), text: text.to_string() });
        let mut workspace = Workspace { files: files.collect(), version: "0.1.0".to_owned(), ..Workspace::default() };
        workspace.crates = workspace.files.iter().filter_map(|file| file.krate().map(str::to_owned)).collect();
        workspace.crates.dedup();
        workspace
    }
}

/// The root of the workspace.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("this crate lies two folders below the root").to_owned()
}

/// Where cargo builds, and where what the steps need besides is kept.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The folder of a package: its name without the project's.
fn folder(package: &str) -> String {
    package.strip_prefix("gage-").unwrap_or(package).to_owned()
}

const TEXT: [&str; 11] = ["rs", "toml", "md", "gage", "json", "yaml", "yml", "sh", "html", "css", "js"];
const SKIPPED: [&str; 4] = ["target", ".git", "gage-data", "node_modules"];

fn collect(root: &Path, folder: &Path, files: &mut Vec<File>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading the folder {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if entry.file_type()?.is_dir() {
            if !SKIPPED.contains(&name.as_ref()) {
                collect(root, &path, files)?;
            }
            continue;
        }
        let extension = path.extension().map(|extension| extension.to_string_lossy().into_owned());
        let text = extension.is_some_and(|extension| TEXT.contains(&extension.as_str()));
        if text || matches!(name.as_ref(), "run" | "LICENSE") {
            let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
            let path = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.push(File { path, text });
        }
    }
    Ok(())
}
