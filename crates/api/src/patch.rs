//! What changed between two JSON values, as a merge patch (RFC 7396).
//!
//! A merge patch cannot set a field to null: a field that it takes away is null.

use serde_json::{Map, Value};

/// The patch that makes `new` of `old`; none if they are the same.
pub(crate) fn diff(old: &Value, new: &Value) -> Option<Value> {
    let (Value::Object(before), Value::Object(after)) = (old, new) else {
        return (old != new).then(|| new.clone());
    };
    let mut changes = Map::new();
    for (name, value) in after {
        match before.get(name) {
            Some(old) => changes.extend(diff(old, value).map(|change| (name.clone(), change))),
            None if value.is_null() => {}
            None => drop(changes.insert(name.clone(), value.clone())),
        }
    }
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        changes.insert(name.clone(), Value::Null);
    }
    (!changes.is_empty()).then_some(Value::Object(changes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// RFC 7396, section 2, as it stands there.
    fn merge(target: &Value, patch: &Value) -> Value {
        let Value::Object(changes) = patch else { return patch.clone() };
        let mut merged = target.as_object().cloned().unwrap_or_default();
        for (name, value) in changes {
            if value.is_null() {
                merged.remove(name);
            } else {
                let before = merged.get(name).cloned().unwrap_or(Value::Null);
                merged.insert(name.clone(), merge(&before, value));
            }
        }
        Value::Object(merged)
    }

    fn without_nulls(value: &Value) -> Value {
        match value {
            Value::Object(fields) => fields
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(k, v)| (k.clone(), without_nulls(v)))
                .collect(),
            other => other.clone(),
        }
    }

    #[test]
    fn a_patch_makes_the_new_of_the_old() {
        let values = [
            json!({ "a": 1, "b": { "c": [1, 2], "d": null }, "e": "x" }),
            json!({ "a": 1, "b": { "c": [1], "d": 5 } }),
            json!({ "a": null, "b": {}, "f": { "g": { "h": 1 } } }),
            json!({ "a": { "a": 1 }, "b": 3 }),
            json!({}),
        ];
        for old in &values {
            for new in &values {
                match diff(old, new) {
                    None => assert_eq!(without_nulls(old), without_nulls(new)),
                    Some(patch) => {
                        assert_eq!(without_nulls(&merge(old, &patch)), without_nulls(new), "{old} {new} {patch}");
                    }
                }
            }
        }
        assert_eq!(diff(&values[0], &values[1]), Some(json!({ "b": { "c": [1], "d": 5 }, "e": null })));
    }
}
