//! Reads the sources of the crates below and writes what the OpenAPI document says of their types:
//! `types.json` (a schema for every type with a JSON form), `errors.json` (every stable number).
//!
//! The document is made of the code itself: a field that is added, renamed or described anew is in it
//! with the next build, and nobody keeps a second list.

mod errors;
mod forms;
mod index;
mod names;
mod schema;

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let own = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the crate is"));
    let crates = own.parent().expect("the crate lies beside the others").to_owned();
    let mut index = index::Index::default();
    for name in below("api", &crates) {
        index.read(&name, &crates.join(&name).join("src"));
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where to write"));
    write(&out.join("types.json"), &schema::all(&index).to_string());
    write(&out.join("errors.json"), &errors::all(&index).to_string());
    println!("cargo:rerun-if-changed=build");
}

/// The crates that a crate is made of, itself the last: only their types can be in an answer.
fn below(krate: &str, crates: &Path) -> Vec<String> {
    let manifest = crates.join(krate).join("Cargo.toml");
    println!("cargo:rerun-if-changed={}", manifest.display());
    let text = fs::read_to_string(&manifest).unwrap_or_else(|error| panic!("reading {}: {error}", manifest.display()));
    let own = text.split("\n[").find(|section| section.starts_with("dependencies]")).unwrap_or_default();
    let mut found: Vec<String> = Vec::new();
    for line in own.lines() {
        let Some(name) = line.strip_prefix("gage-").and_then(|rest| rest.split(['.', ' ']).next()) else { continue };
        let more = below(name, crates);
        found.extend(more.into_iter().filter(|name| !found.contains(name)).collect::<Vec<_>>());
    }
    found.push(krate.to_owned());
    found
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap_or_else(|error| panic!("writing {}: {error}", path.display()));
}
