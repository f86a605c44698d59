//! Which assets an event names: read from the types of its fields, so that no kind of event is forgotten.
//!
//! Accounts are named by fields that [`gage_chain::accounts_named`] knows; a test here holds its list against the types.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use gage_chain::module_number;
use serde_json::Value;

use super::schemas::schema;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Field(String),
    Position(usize),
    Each,
}

/// The paths to something in each kind of event of each module.
type Paths = BTreeMap<(u8, String), Vec<Vec<Step>>>;

static ASSETS: LazyLock<Paths> = LazyLock::new(|| paths_to("AssetId"));

/// The assets that an event of a module names.
pub(crate) fn assets_in(module: u8, kind: &str, event: &Value) -> Vec<u32> {
    let mut found = Vec::new();
    for path in ASSETS.get(&(module, kind.to_owned())).into_iter().flatten() {
        follow(event, path, &mut |value| {
            found.extend(value.as_u64().and_then(|number| u32::try_from(number).ok()));
        });
    }
    found
}

/// Where things of a type stand, in every kind of event.
fn paths_to(wanted: &str) -> Paths {
    let mut paths = BTreeMap::new();
    for (kind, content, module) in kinds() {
        let mut walk = Walk { wanted, path: vec![Step::Field(kind.clone())], open: Vec::new(), found: Vec::new() };
        walk.through(content);
        paths.insert((module, kind), walk.found);
    }
    paths
}

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

struct Walk<'w> {
    wanted: &'w str,
    path: Vec<Step>,
    /// The types that the path leads through: one that holds itself is not followed again.
    open: Vec<&'static str>,
    found: Vec<Vec<Step>>,
}

impl Walk<'_> {
    fn through(&mut self, at: &'static Value) {
        if let Some(name) = at["$ref"].as_str().and_then(|text| text.rsplit('/').next()) {
            if name == self.wanted {
                self.found.push(self.path.clone());
            } else if let (Some(inner), false) = (schema(name), self.open.contains(&name)) {
                self.open.push(name);
                self.through(inner);
                self.open.pop();
            }
            return;
        }
        for (name, inner) in at["properties"].as_object().into_iter().flatten() {
            self.step(Step::Field(name.clone()), inner);
        }
        for key in ["anyOf", "oneOf", "allOf"] {
            at[key].as_array().into_iter().flatten().for_each(|option| self.through(option));
        }
        for (position, inner) in at["prefixItems"].as_array().into_iter().flatten().enumerate() {
            self.step(Step::Position(position), inner);
        }
        for key in ["items", "additionalProperties"] {
            if at[key].is_object() {
                self.step(Step::Each, &at[key]);
            }
        }
    }

    fn step(&mut self, step: Step, inner: &'static Value) {
        self.path.push(step);
        self.through(inner);
        self.path.pop();
    }
}

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
    use gage_chain::accounts_named;
    use gage_units::AccountNumber;
    use serde_json::json;

    #[test]
    fn assets_are_found_by_their_types() {
        let legs = json!([{ "account": 70, "asset": 3, "amount": "5", "side": "credit", "part": "free" }]);
        let event = json!({ "posted": { "purpose": { "module": 3, "act": 0 }, "legs": legs, "supply": null } });
        assert_eq!(assets_in(gage_ledger::MODULE, "posted", &event), [3]);
        assert!(assets_in(gage_ledger::MODULE, "unheard of", &event).is_empty());
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
    }

    /// An event with nothing in it but a number at the end of a path.
    fn event_with(path: &[Step], number: u32) -> Value {
        match path.split_first() {
            None => json!(number),
            Some((Step::Field(name), rest)) => json!({ (name.as_str()): event_with(rest, number) }),
            Some((Step::Each, rest)) => json!([event_with(rest, number)]),
            Some((Step::Position(position), rest)) => {
                let mut items = vec![Value::Null; *position];
                items.push(event_with(rest, number));
                Value::Array(items)
            }
        }
    }

    #[test]
    fn every_account_that_an_event_holds_is_named_by_it() {
        let mut count = 0;
        for ((module, kind), paths) in paths_to("AccountNumber") {
            // What a module itself has locked up is no party's.
            for path in paths.iter().filter(|path| path.last() != Some(&Step::Field("module".to_owned()))) {
                let event = event_with(path, 77);
                assert_eq!(accounts_named(&event), [AccountNumber(77)], "{kind} of module {module}: {path:?}");
                count += 1;
            }
        }
        assert!(count > 100, "{count} places");
    }
}
