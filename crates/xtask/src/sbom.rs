//! What is built into the `gage` binary, as a CycloneDX 1.5 document (<https://cyclonedx.org/docs/1.5/json/>):
//! from the resolved dependencies and the checksums of `Cargo.lock`, so that nothing else has to be installed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};
use serde_json::{Value, json};

use crate::workspace::root;

/// The package whose binary is described.
const BINARY: &str = "gage-cli";

/// The document as text.
pub fn document() -> Result<String> {
    let metadata = MetadataCommand::new()
        .current_dir(root())
        .other_options(vec!["--locked".to_owned()])
        .exec()
        .context("reading the dependencies")?;
    let lock = fs::read_to_string(root().join("Cargo.lock")).context("reading Cargo.lock")?;
    let checksums = checksums(&lock);
    let used = used(&metadata)?;
    let packages = metadata.packages.iter().filter(|package| used.contains(&package.id));
    let (own, others): (Vec<&Package>, Vec<&Package>) = packages.partition(|package| package.source.is_none());
    let binary = own.iter().find(|package| package.name.as_str() == BINARY).context("the binary's package")?;
    let mut components: Vec<(String, Value)> =
        others.iter().map(|package| (url(package), component(package, &checksums))).collect();
    components.sort_by(|one, other| one.0.cmp(&other.0));
    let document = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": { "component": {
            "type": "application", "bom-ref": "gage", "name": "gage", "version": binary.version.to_string(),
            "licenses": [{ "expression": binary.license }],
        } },
        "components": components.into_iter().map(|(_, component)| component).collect::<Vec<Value>>(),
    });
    Ok(serde_json::to_string_pretty(&document)?)
}

/// Every package that is compiled for the binary: not those of tests alone.
fn used(metadata: &Metadata) -> Result<BTreeSet<PackageId>> {
    let resolve = metadata.resolve.as_ref().context("the resolved dependencies")?;
    let edges: BTreeMap<&PackageId, Vec<&PackageId>> = resolve
        .nodes
        .iter()
        .map(|node| {
            let built = node
                .deps
                .iter()
                .filter(|dependency| dependency.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development));
            (&node.id, built.map(|dependency| &dependency.pkg).collect())
        })
        .collect();
    let binary = metadata.packages.iter().find(|package| package.name.as_str() == BINARY).context("the binary")?;
    let (mut waiting, mut used) = (vec![&binary.id], BTreeSet::new());
    while let Some(id) = waiting.pop() {
        if used.insert(id.clone()) {
            waiting.extend(edges.get(id).into_iter().flatten());
        }
    }
    Ok(used)
}

fn url(package: &Package) -> String {
    format!("pkg:cargo/{}@{}", package.name, package.version)
}

fn component(package: &Package, checksums: &BTreeMap<(String, String), String>) -> Value {
    let mut component = json!({
        "type": "library", "bom-ref": url(package), "purl": url(package),
        "name": package.name.to_string(), "version": package.version.to_string(),
    });
    if let Some(license) = &package.license {
        // Old manifests write a slash where SPDX has an OR.
        component["licenses"] = json!([{ "expression": license.replace('/', " OR ") }]);
    } else if let Some(file) = &package.license_file {
        // A text of its own instead of an expression.
        component["licenses"] = json!([{ "license": { "name": format!("the file {file} of the package") } }]);
    }
    if let Some(checksum) = checksums.get(&(package.name.to_string(), package.version.to_string())) {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    component
}

/// Name and version to checksum, from the text of `Cargo.lock`.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let field = |block: &str, name: &str| {
        let start = format!("{name} = \"");
        let line = block.lines().find_map(|line| line.strip_prefix(&start))?;
        line.strip_suffix('"').map(ToOwned::to_owned)
    };
    let row = |block: &str| Some(((field(block, "name")?, field(block, "version")?), field(block, "checksum")?));
    lock.split("[[package]]").filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_foreign_crate_is_listed_once_with_its_checksum_and_none_of_ours() {
        let document: Value = serde_json::from_str(&document().unwrap()).unwrap();
        let components = document["components"].as_array().unwrap();
        let names: Vec<&str> = components.iter().map(|component| component["bom-ref"].as_str().unwrap()).collect();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "sorted, each once");
        assert!(names.iter().any(|name| name.starts_with("pkg:cargo/borsh@")));
        assert!(!names.iter().any(|name| name.starts_with("pkg:cargo/gage-")));
        for component in components {
            assert_eq!(component["hashes"][0]["content"].as_str().map(str::len), Some(64), "{component}");
            let license = &component["licenses"][0];
            assert!(license["expression"].is_string() || license["license"]["name"].is_string(), "{component}");
        }
    }

    #[test]
    fn checksums_are_those_of_their_package() {
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"aa\"\n\n[[package]]\nname = \"own\"\nversion = \"0.1.0\"\n";
        let found = checksums(lock);
        assert_eq!(found.len(), 1);
        assert_eq!(found[&("a".to_owned(), "1.0.0".to_owned())], "aa");
    }
}
