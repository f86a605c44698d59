//! Reads the sources of the crates below and writes what the OpenAPI document says of their types:
//! `types.json` (a schema for every type with a JSON form), `errors.json` (every stable number).
//!
//! The document is made of the code itself: a field that is added, renamed or described anew is in it
//! with the next build, and nobody keeps a second list.

mod errors;
mod index;
mod names;
mod schema;

use std::path::{Path, PathBuf};
use std::{env, fs};

/// The crates whose types can be in an answer, with the folder of each.
const CRATES: [&str; 18] = [
    "units",
    "calendar",
    "terms",
    "crypto",
    "store",
    "accounts",
    "compliance",
    "ledger",
    "staking",
    "oracle",
    "securities",
    "auctions",
    "backstop",
    "vaults",
    "chain",
    "verify",
    "node",
    "history",
];

fn main() {
    let own = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the crate is"));
    let crates = own.parent().expect("the crate lies beside the others").to_owned();
    let mut index = index::Index::default();
    for name in CRATES {
        index.read(name, &crates.join(name).join("src"));
    }
    index.read("api", &own.join("src"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where to write"));
    write(&out.join("types.json"), &schema::all(&index).to_string());
    write(&out.join("errors.json"), &errors::all(&index).to_string());
    println!("cargo:rerun-if-changed=build");
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap_or_else(|error| panic!("writing {}: {error}", path.display()));
}
