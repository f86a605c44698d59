//! Small forms of JSON schemas, and of the types they are made of.

use serde_json::{Value, json};
use syn::{GenericArgument, PathArguments, Type as Ty};

use crate::names::derives;

pub fn has_json(attributes: &[syn::Attribute]) -> bool {
    derives(attributes, "Serialize") || derives(attributes, "Deserialize")
}

pub fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

pub fn tuple(items: Vec<Value>) -> Value {
    let count = items.len();
    json!({ "type": "array", "prefixItems": items, "minItems": count, "maxItems": count })
}

pub fn nullable(schema: Value) -> Value {
    if schema == json!({}) { schema } else { json!({ "anyOf": [schema, { "type": "null" }] }) }
}

pub fn wrapped(name: &str, content: Value) -> Value {
    json!({ "type": "object", "properties": { name: content }, "required": [name], "additionalProperties": false })
}

pub fn tagged(tag: &str, name: &str, content: Option<Value>) -> Value {
    let own = json!({ "type": "object", "properties": { tag: { "const": name } }, "required": [tag] });
    match content {
        None => own,
        Some(content) => match content.get("properties").and_then(Value::as_object) {
            Some(fields) => {
                let mut merged = content.clone();
                let mut properties = fields.clone();
                properties.insert(tag.to_owned(), json!({ "const": name }));
                merged["properties"] = Value::Object(properties);
                if let Some(required) = merged["required"].as_array_mut() {
                    required.push(json!(tag));
                }
                merged
            }
            None => json!({ "allOf": [own, content] }),
        },
    }
}

pub fn is_option(ty: &Ty) -> bool {
    matches!(ty, Ty::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Option"))
}

pub fn unboxed(ty: &Ty) -> &Ty {
    match ty {
        Ty::Path(path) => match path.path.segments.last() {
            Some(last) if matches!(last.ident.to_string().as_str(), "Box" | "Arc") => match &last.arguments {
                PathArguments::AngleBracketed(list) => match list.args.first() {
                    Some(GenericArgument::Type(inner)) => inner,
                    _ => ty,
                },
                _ => ty,
            },
            _ => ty,
        },
        _ => ty,
    }
}

pub fn path_of(ty: &Ty) -> Option<Vec<String>> {
    match ty {
        Ty::Path(path) => Some(path.path.segments.iter().map(|part| part.ident.to_string()).collect()),
        _ => None,
    }
}

pub fn arguments(arguments: &PathArguments) -> Vec<Ty> {
    match arguments {
        PathArguments::AngleBracketed(list) => {
            let types = list.args.iter().filter_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty.clone()),
                _ => None,
            });
            types.collect()
        }
        _ => Vec::new(),
    }
}
