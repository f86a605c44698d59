//! From Rust types to JSON schemas: what serde makes of each.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use syn::punctuated::Punctuated;
use syn::{Field, Fields, Token, Type as Ty, Variant};

use crate::forms::{arguments, has_json, is_option, list, nullable, path_of, tagged, tuple, unboxed, wrapped};
use crate::index::{Index, Place, Shape, Type};
use crate::names::{Serde, comment, components, derives, renamed, serde};

/// The schemas of all types with a JSON form: `types` by the compiler's name of each, `schemas` by the
/// name in the document, `unresolved` what could not be followed.
pub fn all(index: &Index) -> Value {
    let mut writer = Writer {
        index,
        names: components(index),
        parameters: BTreeMap::new(),
        instances: Vec::new(),
        unresolved: Vec::new(),
    };
    let (mut types, mut schemas) = (Map::new(), Map::new());
    for ty in index.types.iter().filter(|ty| generics(ty).is_none()) {
        let Some(schema) = writer.schema(ty) else { continue };
        let name = writer.names[&ty.place].clone();
        let modules: String = ty.place.modules.iter().map(|module| format!("{module}::")).collect();
        types.insert(format!("gage_{}::{modules}{}", ty.place.krate, ty.place.name), json!(name));
        schemas.insert(name, schema);
    }
    // Types with parameters, once for each way in which they are used.
    while let Some((name, ty, parameters)) = writer.instances.pop() {
        if !schemas.contains_key(&name) {
            writer.parameters = parameters;
            if let Some(schema) = writer.schema(ty) {
                schemas.insert(name, schema);
            }
        }
    }
    json!({ "types": types, "schemas": schemas, "unresolved": writer.unresolved })
}

struct Writer<'i> {
    index: &'i Index,
    names: BTreeMap<Place, String>,
    /// What the parameters of the type at hand stand for.
    parameters: BTreeMap<String, Value>,
    /// Types with parameters that were met.
    instances: Vec<(String, &'i Type, BTreeMap<String, Value>)>,
    unresolved: Vec<String>,
}

/// The type parameters of a type, if it has any.
fn generics(ty: &Type) -> Option<Vec<&syn::TypeParam>> {
    let generics = match &ty.shape {
        Shape::Struct(item) => &item.generics,
        Shape::Enum(item) => &item.generics,
        Shape::Alias(_) | Shape::Leaf(_) => return None,
    };
    let parameters: Vec<&syn::TypeParam> = generics.type_params().collect();
    (!parameters.is_empty()).then_some(parameters)
}

/// Types whose JSON is written by hand.
fn by_hand(place: &Place) -> Option<Value> {
    let text = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    let digits = || text("^(0|[1-9][0-9]*)$");
    Some(match (place.krate.as_str(), place.name.as_str()) {
        ("crypto", "AccountId") => text("^gage1[02-9ac-hj-np-z]+$"),
        ("crypto", "PublicKey") => text("^[a-z0-9_]+(-[a-z0-9]+)*:[0-9a-f]+$"),
        ("crypto", "Hash") | ("store", "Root") => text("^[0-9a-f]{64}$"),
        ("crypto", "KeyId" | "EthereumAddress") => text("^[0-9a-f]{40}$"),
        ("units", "Amount" | "Price" | "Ratio" | "RatePerSecond" | "Accumulator") => digits(),
        ("units", "Value") => text("^-?(0|[1-9][0-9]*)$"),
        ("store", "Events") => json!({}),
        _ => return None,
    })
}

impl<'i> Writer<'i> {
    fn schema(&mut self, ty: &Type) -> Option<Value> {
        let described = |mut schema: Value, text: String| {
            if let (Some(fields), false) = (schema.as_object_mut(), text.is_empty()) {
                fields.insert("description".to_owned(), json!(text));
            }
            schema
        };
        match &ty.shape {
            Shape::Alias(_) => None,
            Shape::Leaf(schema) => Some(schema.clone()),
            Shape::Struct(item) => {
                let words = serde(&item.attrs);
                let text = comment(&item.attrs);
                if let Some(schema) = by_hand(&ty.place) {
                    return Some(described(schema, text));
                }
                if !has_json(&item.attrs) {
                    return None;
                }
                let input = derives(&item.attrs, "Deserialize");
                let schema = match &words.into {
                    Some(into) => self.of_text(into, ty.file),
                    None => self.fields(&item.fields, &words, input, ty.file),
                };
                Some(described(schema, text))
            }
            Shape::Enum(item) => {
                let words = serde(&item.attrs);
                if !has_json(&item.attrs) {
                    return None;
                }
                let input = derives(&item.attrs, "Deserialize");
                let schema = match &words.into {
                    Some(into) => self.of_text(into, ty.file),
                    None => self.variants(&item.variants, &words, input, ty.file),
                };
                Some(described(schema, comment(&item.attrs)))
            }
        }
    }

    fn of_text(&mut self, text: &str, file: usize) -> Value {
        match syn::parse_str::<Ty>(text) {
            Ok(ty) => self.of(&ty, file),
            Err(_) => json!({}),
        }
    }

    fn fields(&mut self, fields: &Fields, words: &Serde, input: bool, file: usize) -> Value {
        match fields {
            Fields::Unit => json!({ "type": "null" }),
            Fields::Unnamed(unnamed) if unnamed.unnamed.len() == 1 => {
                unnamed.unnamed.first().map(|field| self.field(field, file)).unwrap_or_default()
            }
            Fields::Unnamed(unnamed) => {
                let items: Vec<Value> = unnamed.unnamed.iter().map(|field| self.field(field, file)).collect();
                tuple(items)
            }
            Fields::Named(named) if words.transparent => {
                named.named.first().map(|field| self.field(field, file)).unwrap_or_default()
            }
            Fields::Named(named) => self.object(named.named.iter(), words, input, file),
        }
    }

    fn object<'f>(
        &mut self,
        fields: impl Iterator<Item = &'f Field>,
        words: &Serde,
        input: bool,
        file: usize,
    ) -> Value {
        let (mut properties, mut required, mut all_of) = (Map::new(), Vec::new(), Vec::new());
        for field in fields {
            let own = serde(&field.attrs);
            if own.skip {
                continue;
            }
            if own.flatten {
                self.flattened(field, file, &mut properties, &mut required, &mut all_of);
                continue;
            }
            let ident = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
            let ident = ident.strip_prefix("r#").map(str::to_owned).unwrap_or(ident);
            let name = own.rename.clone().unwrap_or_else(|| renamed(&ident, words.rename_all.as_deref()));
            let mut schema = self.field(field, file);
            let text = comment(&field.attrs);
            if let (Some(fields), false) = (schema.as_object_mut(), text.is_empty()) {
                fields.insert("description".to_owned(), json!(text));
            }
            let may_lack = own.skip_if || (input && (own.default || words.default || is_option(&field.ty)));
            if !may_lack {
                required.push(json!(name));
            }
            properties.insert(name, schema);
        }
        let mut schema = json!({ "type": "object", "properties": properties, "required": required });
        let fields = schema.as_object_mut().expect("the line above made an object");
        if words.deny_unknown && all_of.is_empty() {
            fields.insert("additionalProperties".to_owned(), json!(false));
        }
        if !all_of.is_empty() {
            fields.insert("allOf".to_owned(), Value::Array(all_of));
        }
        schema
    }

    /// The fields of a struct inside a struct stand among its own; anything else is an `allOf`.
    fn flattened(
        &mut self,
        field: &Field,
        file: usize,
        properties: &mut Map<String, Value>,
        required: &mut Vec<Value>,
        all_of: &mut Vec<Value>,
    ) {
        let inner = path_of(unboxed(&field.ty)).and_then(|path| self.index.resolve(file, &path));
        let schema = match inner {
            Some(inner) => self.schema(inner).unwrap_or_default(),
            None => self.of(&field.ty, file),
        };
        match (schema.get("properties").and_then(Value::as_object), schema.get("required").and_then(Value::as_array)) {
            (Some(fields), Some(needed)) => {
                properties.extend(fields.clone());
                required.extend(needed.iter().cloned());
            }
            _ => all_of.push(schema),
        }
    }

    fn variants(
        &mut self,
        variants: &Punctuated<Variant, Token![,]>,
        words: &Serde,
        input: bool,
        file: usize,
    ) -> Value {
        let mut options = Vec::new();
        for variant in variants {
            let own = serde(&variant.attrs);
            let ident = variant.ident.to_string();
            let name = own.rename.clone().unwrap_or_else(|| renamed(&ident, words.rename_all.as_deref()));
            // Field names follow the variant's own rule, not the enum's.
            let inner =
                Serde { deny_unknown: words.deny_unknown, rename_all: own.rename_all.clone(), ..Serde::default() };
            let unit = matches!(variant.fields, Fields::Unit);
            let content =
                if unit { json!({ "type": "null" }) } else { self.fields(&variant.fields, &inner, input, file) };
            let mut schema = match (&words.tag, &words.content, words.untagged) {
                (_, _, true) => content,
                (None, _, _) if unit => json!({ "const": name }),
                (None, _, _) => wrapped(&name, content),
                (Some(tag), None, _) => tagged(tag, &name, if unit { None } else { Some(content) }),
                (Some(tag), Some(under), _) => {
                    let mut schema = tagged(tag, &name, None);
                    if let (Some(fields), false) = (schema["properties"].as_object_mut(), unit) {
                        fields.insert(under.clone(), content);
                        schema["required"] = json!([tag, under]);
                    }
                    schema
                }
            };
            let text = comment(&variant.attrs);
            if let (Some(fields), false) = (schema.as_object_mut(), text.is_empty()) {
                fields.insert("description".to_owned(), json!(text));
            }
            options.push(schema);
        }
        json!({ (if words.untagged { "anyOf" } else { "oneOf" }): options })
    }

    fn field(&mut self, field: &Field, file: usize) -> Value {
        let own = serde(&field.attrs);
        let hex = || json!({ "type": "string", "pattern": "^([0-9a-f]{2})*$" });
        match own.with.as_deref() {
            None => self.of(&field.ty, file),
            Some("gage_units::as_text") => json!({ "type": "string", "pattern": "^(0|[1-9][0-9]*)$" }),
            // A list that begins in place is written as any list.
            Some("positions") => self.of(&field.ty, file),
            Some(with) if with.ends_with("option") => nullable(hex()),
            Some(with) if with.contains("hex") => hex(),
            Some(with) => {
                self.unresolved.push(format!("with = {with}"));
                json!({})
            }
        }
    }

    /// The schema of a type as it is written in a file.
    fn of(&mut self, ty: &Ty, file: usize) -> Value {
        match ty {
            Ty::Reference(reference) => self.of(&reference.elem, file),
            Ty::Array(array) => list(self.of(&array.elem, file)),
            Ty::Slice(slice) => list(self.of(&slice.elem, file)),
            Ty::Paren(inner) => self.of(&inner.elem, file),
            Ty::Tuple(parts) if parts.elems.is_empty() => json!({ "type": "null" }),
            Ty::Tuple(parts) => {
                let items: Vec<Value> = parts.elems.iter().map(|part| self.of(part, file)).collect();
                tuple(items)
            }
            Ty::Path(path) => self.of_path(path, file),
            _ => json!({}),
        }
    }

    fn of_path(&mut self, path: &syn::TypePath, file: usize) -> Value {
        let Some(last) = path.path.segments.last() else { return json!({}) };
        let arguments = arguments(&last.arguments);
        let inner = |writer: &mut Self, position: usize| {
            arguments.get(position).map(|ty| writer.of(ty, file)).unwrap_or_default()
        };
        let number = |max: Option<u64>| match max {
            Some(max) => json!({ "type": "integer", "minimum": 0, "maximum": max }),
            None => json!({ "type": "integer", "minimum": 0 }),
        };
        match last.ident.to_string().as_str() {
            "Option" => nullable(inner(self, 0)),
            "Vec" | "BTreeSet" | "VecDeque" => list(inner(self, 0)),
            "SmallVec" => match arguments.first() {
                Some(Ty::Array(array)) => list(self.of(&array.elem, file)),
                _ => json!({ "type": "array" }),
            },
            "Box" | "Arc" | "Rc" | "Cow" => inner(self, arguments.len().saturating_sub(1)),
            "BTreeMap" | "HashMap" => json!({ "type": "object", "additionalProperties": inner(self, 1) }),
            "String" | "str" | "char" | "PathBuf" => json!({ "type": "string" }),
            "bool" => json!({ "type": "boolean" }),
            "u8" => number(Some(u8::MAX.into())),
            "u16" => number(Some(u16::MAX.into())),
            "u32" => number(Some(u32::MAX.into())),
            "u64" | "usize" | "u128" => number(None),
            "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => json!({ "type": "integer" }),
            "f64" | "f32" => json!({ "type": "number" }),
            _ if self.is_json(path, file) => json!({}),
            name if path.path.segments.len() == 1 && self.parameters.contains_key(name) => {
                self.parameters[name].clone()
            }
            name => {
                let whole: Vec<String> = path.path.segments.iter().map(|part| part.ident.to_string()).collect();
                match self.index.resolve(file, &whole) {
                    Some(Type { shape: Shape::Alias(to), file, .. }) => self.of(to, *file),
                    Some(found) => self.reference(found, &arguments, file),
                    None => {
                        self.unresolved.push(format!("{name} in {:?}", self.index.files[file].modules));
                        json!({})
                    }
                }
            }
        }
    }

    /// A type by its name in the document; one with parameters is named by what they stand for.
    fn reference(&mut self, found: &'i Type, arguments: &[Ty], file: usize) -> Value {
        let mut name = self.names[&found.place].clone();
        if let Some(generics) = generics(found) {
            let mut parameters = BTreeMap::new();
            for (position, parameter) in generics.iter().enumerate() {
                let default = parameter.default.as_ref().map(|ty| self.of(ty, found.file));
                let given = arguments.get(position).map(|ty| self.of(ty, file));
                let schema = given.or_else(|| default.clone()).unwrap_or_default();
                if default.as_ref() != Some(&schema) {
                    let of = schema["$ref"].as_str().and_then(|text| text.rsplit('/').next()).unwrap_or("Any");
                    name.push_str(&format!("Of{of}"));
                }
                parameters.insert(parameter.ident.to_string(), schema);
            }
            self.instances.push((name.clone(), found, parameters));
        }
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }

    /// Whether a path means any JSON, under whatever name the file imports it.
    fn is_json(&self, path: &syn::TypePath, file: usize) -> bool {
        let mut whole: Vec<String> = path.path.segments.iter().map(|part| part.ident.to_string()).collect();
        if let Some(import) = self.index.files[file].uses.get(&whole[0]) {
            whole.splice(..1, import.iter().cloned());
        }
        whole == ["serde_json", "Value"]
    }
}
