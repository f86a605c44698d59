//! The Python client, the wallet page and the guide, tried against the release binary by `pytest`.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::workspace::{root, target};

/// What became of it.
pub enum Tried {
    Passed,
    Failed(String),
    /// Python or the packages cannot be had, and why.
    Missing(String),
}

/// Runs the tests of `python/` in an environment of their own. The binary is built before.
pub fn run() -> Result<Tried> {
    let folder = target().join("python");
    if let Err(reason) = provide(&folder)? {
        return Ok(Tried::Missing(format!(
            "{reason}; the Python client, the wallet page and the guide were NOT tried"
        )));
    }
    println!("    pytest python");
    let tried = Command::new(folder.join("bin/python"))
        .args(["-m", "pytest"])
        .current_dir(root().join("python"))
        .env("GAGE_BIN", std::env::var_os("GAGE_BIN").unwrap_or_else(|| target().join("release/gage").into()))
        .status()
        .context("starting pytest")?;
    Ok(if tried.success() { Tried::Passed } else { Tried::Failed(format!("pytest ended with {tried}")) })
}

/// An environment with the client and what its tests need, made anew when `pyproject.toml` changes; or why not.
fn provide(folder: &Path) -> Result<Result<(), String>> {
    let wanted = std::fs::read_to_string(root().join("python/pyproject.toml")).context("reading pyproject.toml")?;
    let done = folder.join("installed");
    if std::fs::read_to_string(&done).is_ok_and(|installed| installed == wanted) {
        return Ok(Ok(()));
    }
    let works = |program: &Path, arguments: &[&str]| {
        println!("    {} {}", program.display(), arguments.join(" "));
        let mut command = Command::new(program);
        command.args(arguments).current_dir(root()).stdout(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let place = folder.to_str().context("the target folder's name is not UTF-8")?;
    if !works(Path::new("python3"), &["-m", "venv", "--clear", place]) {
        return Ok(Err("python3 with venv is not installed".to_owned()));
    }
    if !works(&folder.join("bin/python"), &["-m", "pip", "install", "--quiet", "--editable", "python[test]"]) {
        return Ok(Err("pip cannot install what the tests need".to_owned()));
    }
    std::fs::write(done, wanted)?;
    Ok(Ok(()))
}
