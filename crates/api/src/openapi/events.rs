//! Which accounts and assets an event names: read from the types of its fields, so that no kind of event
//! is forgotten.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use gage_chain::module_number;
use serde_json::Value;

use super::schemas::schema;

/// What an event names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Named {
    /// Accounts by number.
    pub accounts: Vec<u32>,
    /// Accounts by name.
    pub ids: Vec<String>,
    /// Assets.
    pub assets: Vec<u32>,
}

/// What stands at the end of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Account,
    Id,
    Asset,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Field(String),
    Position(usize),
    Each,
}

/// The paths of each kind of event of each module.
static PATHS: LazyLock<BTreeMap<(u8, String), Vec<(Vec<Step>, What)>>> = LazyLock::new(|| {
    let mut paths = BTreeMap::new();
    for (kind, content, module) in kinds() {
        let mut found = Vec::new();
        walk(content, &mut vec![Step::Field(kind.clone())], &mut Vec::new(), &mut found);
        paths.insert((module, kind), found);
    }
    paths
});

/// Every kind of event: its name, the schema of its content, its module.
fn kinds() -> Vec<(String, &'static Value, u8)> {
    let modules = schema("AnyEvent").and_then(|schema| schema["oneOf"].as_array()).map_or(&[][..], Vec::as_slice);
    let mut kinds = Vec::new();
    for module in modules {
        let Some((name, reference)) = module["properties"].as_object().and_then(|fields| fields.iter().next()) else {
            continue;
        };
        let Some(number) = module_number(name) else { continue };
        let of = reference["$ref"].as_str().and_then(|text| text.rsplit('/').next()).and_then(schema);
        for option in of.and_then(|schema| schema["oneOf"].as_array()).into_iter().flatten() {
            if let Some((kind, content)) = option["properties"].as_object().and_then(|fields| fields.iter().next()) {
                kinds.push((kind.clone(), content, number));
            } else if let Some(kind) = option["const"].as_str() {
                kinds.push((kind.to_owned(), option, number));
            }
        }
    }
    kinds
}

fn walk(at: &'static Value, path: &mut Vec<Step>, open: &mut Vec<&'static str>, found: &mut Vec<(Vec<Step>, What)>) {
    if let Some(name) = at["$ref"].as_str().and_then(|text| text.rsplit('/').next()) {
        match name {
            "AccountNumber" => found.push((path.clone(), What::Account)),
            "AccountId" => found.push((path.clone(), What::Id)),
            "AssetId" => found.push((path.clone(), What::Asset)),
            _ if open.contains(&name) => {}
            _ => {
                if let Some(inner) = schema(name) {
                    open.push(name);
                    walk(inner, path, open, found);
                    open.pop();
                }
            }
        }
        return;
    }
    for (name, inner) in at["properties"].as_object().into_iter().flatten() {
        path.push(Step::Field(name.clone()));
        walk(inner, path, open, found);
        path.pop();
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        for option in at[key].as_array().into_iter().flatten() {
            walk(option, path, open, found);
        }
    }
    for (position, inner) in at["prefixItems"].as_array().into_iter().flatten().enumerate() {
        path.push(Step::Position(position));
        walk(inner, path, open, found);
        path.pop();
    }
    for key in ["items", "additionalProperties"] {
        if at[key].is_object() {
            path.push(Step::Each);
            walk(&at[key], path, open, found);
            path.pop();
        }
    }
}

/// What an event of a module names.
pub(crate) fn named_in(module: u8, kind: &str, event: &Value) -> Named {
    let mut named = Named::default();
    for (path, what) in PATHS.get(&(module, kind.to_owned())).into_iter().flatten() {
        follow(event, path, &mut |value| match what {
            Account => named.accounts.extend(value.as_u64().and_then(|number| u32::try_from(number).ok())),
            Id => named.ids.extend(value.as_str().map(str::to_owned)),
            Asset => named.assets.extend(value.as_u64().and_then(|number| u32::try_from(number).ok())),
        });
    }
    named
}

use What::{Account, Asset, Id};

fn follow(at: &Value, path: &[Step], with: &mut impl FnMut(&Value)) {
    let Some((step, rest)) = path.split_first() else { return with(at) };
    match (step, at) {
        (Step::Field(name), Value::Object(fields)) => {
            if let Some(inner) = fields.get(name) {
                follow(inner, rest, with);
            }
        }
        (Step::Position(position), Value::Array(items)) => {
            if let Some(inner) = items.get(*position) {
                follow(inner, rest, with);
            }
        }
        (Step::Each, Value::Array(items)) => items.iter().for_each(|inner| follow(inner, rest, with)),
        (Step::Each, Value::Object(fields)) => fields.values().for_each(|inner| follow(inner, rest, with)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn accounts_and_assets_are_found_by_their_types() {
        let legs = json!([{ "account": 70, "asset": 3, "amount": "5", "side": "credit", "part": "free" }]);
        let event = json!({ "posted": { "purpose": { "module": 3, "act": 0 }, "legs": legs, "supply": null } });
        let named = named_in(gage_ledger::MODULE, "posted", &event);
        assert_eq!((named.accounts, named.assets), (vec![70], vec![3]));
        assert_eq!(named_in(gage_ledger::MODULE, "unheard of", &event), Named::default());
    }

    #[test]
    fn every_module_and_every_kind_is_known() {
        let modules = schema("AnyEvent").unwrap()["oneOf"].as_array().unwrap();
        let kinds = kinds();
        for module in modules {
            let name = module["properties"].as_object().unwrap().keys().next().unwrap();
            let number = module_number(name).unwrap_or_else(|| panic!("{name} has a number"));
            let count = kinds.iter().filter(|(_, _, module)| *module == number).count();
            assert!(count > 1, "{name} has {count} kinds of events");
        }
        let opened: Vec<_> = PATHS[&(gage_vaults::MODULE, "vault_opened".to_owned())].clone();
        assert!(opened.iter().any(|(_, what)| *what == What::Account), "{opened:?}");
    }
}
