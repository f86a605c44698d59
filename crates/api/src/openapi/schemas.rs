//! The schemas that the build script read from the sources, and those a route needs.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};

static TYPES: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!(concat!(env!("OUT_DIR"), "/types.json"));
    serde_json::from_str(text).expect("the build script writes JSON")
});

/// The name in the document of a type, by the compiler's name of it.
///
/// # Panics
/// For a type without a JSON form: a route names it, and the tests write the document.
pub fn component(type_name: &str) -> &'static str {
    let found = TYPES["types"].get(type_name).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("the build script found no JSON form of {type_name}"))
}

/// What the build script could not follow.
#[cfg(test)]
pub fn unresolved() -> &'static Value {
    &TYPES["unresolved"]
}

/// A schema by its name in the document.
pub fn schema(name: &str) -> Option<&'static Value> {
    TYPES["schemas"].get(name)
}

/// A reference to a schema of the document.
pub fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// A page of things of one schema.
pub fn page(items: &Value) -> Value {
    json!({
        "type": "object", "required": ["items", "next"],
        "properties": {
            "items": { "type": "array", "items": items },
            "next": { "type": ["string", "null"], "description": "the cursor of the next page; null at the end" },
        },
    })
}

/// The schema of one variable part of a path.
pub fn segment(name: &str) -> Value {
    let number = |max: u64| json!({ "type": "integer", "minimum": 0, "maximum": max });
    match name {
        "hash" => reference("Hash"),
        "account" | "owner" => reference("AccountId"),
        "table" => json!({ "type": "string", "pattern": "^[a-z_]+[.][a-z_]+$", "examples": ["ledger.balances"] }),
        "key" => json!({ "type": "string", "pattern": "^([0-9a-f]{2})*$" }),
        "height" | "lot" | "bond" | "request" | "receipt" | "instruction" | "hold" | "bundle" | "distribution"
        | "part" => number(u64::MAX),
        "tier" => number(u8::MAX.into()),
        "code" | "asset" | "feed" | "vault" | "facility" | "waterfall" | "identity" => number(u32::MAX.into()),
        other => panic!("openapi/schemas.rs does not say what {{{other}}} in a path is"),
    }
}

/// What a variable part of a path is.
pub fn segment_meaning(name: &str) -> &'static str {
    match name {
        "hash" => "The transaction's hash.",
        "account" => "The account, gage1...",
        "owner" => "The beneficial owner, gage1...",
        "table" => "The table, like ledger.balances; `GET /v1/tables` lists them.",
        "key" => "The table's key in borsh, in hexadecimal digits.",
        "height" => "The block's height.",
        "code" => "The stable number.",
        _ => "Its number.",
    }
}

/// The fields of a query as parameters, with what their comments say.
pub fn parameters(name: &str) -> Vec<Value> {
    let schema = schema(name).unwrap_or_else(|| panic!("{name} is a query of a route"));
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let fields = schema["properties"].as_object().into_iter().flatten();
    let parameter = |(name, schema): (&String, &Value)| {
        let mut schema = schema.clone();
        let description = schema.as_object_mut().and_then(|fields| fields.remove("description")).unwrap_or_default();
        // What may be null in a query is left out instead.
        let mut schema = schema.get("anyOf").and_then(|options| options.get(0)).cloned().unwrap_or(schema);
        if name == "limit" {
            (schema["minimum"], schema["maximum"]) = (json!(1), json!(crate::paging::LIMIT_MAX));
        }
        if name == "cursor" {
            (schema["minLength"], schema["maxLength"]) = (json!(1), json!(512));
        }
        json!({
            "name": name, "in": "query", "required": required.contains(&name.as_str()),
            "description": description, "schema": schema,
        })
    };
    fields.map(parameter).collect()
}

/// Adds the names of all schemas that a value refers to.
pub fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(name) = fields.get("$ref").and_then(Value::as_str).and_then(|text| text.rsplit('/').next()) {
                found.push(name.to_owned());
            }
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

/// These schemas and all they refer to.
pub fn closure(mut open: Vec<String>) -> Map<String, Value> {
    let (mut closed, mut schemas) = (BTreeSet::new(), Map::new());
    while let Some(name) = open.pop() {
        if closed.insert(name.clone()) {
            let found = schema(&name).unwrap_or_else(|| panic!("the schema {name} is referred to"));
            references(found, &mut open);
            schemas.insert(name, found.clone());
        }
    }
    schemas
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_was_followed() {
        assert_eq!(unresolved(), &json!([]));
    }
}
