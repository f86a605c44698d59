//! Every operation of every module, with its fields: read from the types themselves, through the API's
//! document. Nobody keeps a list, but for one example of each.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value};

/// One example of each operation: `module operation --field value ...`.
const EXAMPLES: &str = include_str!("examples.txt");

/// Operations whose amount is money for the asset that they name, not some of it.
const PAID_FOR: [&str; 3] = ["fund_redemptions", "withdraw_funds", "fund_contract"];

/// One field of an operation.
#[derive(Debug)]
pub struct Field {
    /// Its name in JSON.
    pub name: String,
    /// What it is.
    pub about: String,
    /// Its schema.
    pub schema: Value,
    /// Whether it must be given.
    pub required: bool,
}

/// One operation.
#[derive(Debug)]
pub struct Entry {
    /// Its name in JSON.
    pub name: String,
    /// What it does.
    pub about: String,
    /// Its fields in the order of the type.
    pub fields: Vec<Field>,
}

/// The operations of one module.
#[derive(Debug)]
pub struct Module {
    /// Its name in JSON.
    pub name: String,
    /// What it is about.
    pub about: String,
    /// Its operations in the order of the type.
    pub operations: Vec<Entry>,
}

/// All modules, and the schemas that fields refer to.
#[derive(Debug)]
pub struct Catalog {
    /// By the name in the document.
    pub schemas: Map<String, Value>,
    /// In the order of the type.
    pub modules: Vec<Module>,
}

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::read);
static BY_NAME: LazyLock<BTreeMap<(String, String), &'static str>> = LazyLock::new(|| {
    let lines = EXAMPLES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| (named(line), line)).collect()
});

/// Everything that can be asked.
pub fn catalog() -> &'static Catalog {
    &CATALOG
}

/// The example of an operation.
pub fn example(module: &str, operation: &str) -> Option<&'static str> {
    BY_NAME.get(&(module.to_owned(), operation.to_owned())).copied()
}

/// All examples, by module and operation.
#[cfg(test)]
pub fn examples() -> &'static BTreeMap<(String, String), &'static str> {
    &BY_NAME
}

fn named(line: &str) -> (String, String) {
    let mut words = line.split_whitespace().map(|word| word.replace('-', "_"));
    (words.next().unwrap_or_default(), words.next().unwrap_or_default())
}

impl Catalog {
    fn read() -> Catalog {
        let document = gage_api::openapi::document();
        let schemas = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
        let modules = variants(&schemas["Operation"]).map(|(name, about, inner)| {
            let operations = resolved(&schemas, inner);
            let operations = variants(operations).map(|(name, about, inner)| entry(&schemas, name, about, inner));
            Module { name: name.to_owned(), about: about.to_owned(), operations: operations.collect() }
        });
        let modules = modules.collect();
        Catalog { schemas, modules }
    }

    /// The module of this name, as JSON or the command line writes it.
    pub fn module(&self, name: &str) -> Option<&Module> {
        let name = name.replace('-', "_");
        self.modules.iter().find(|module| module.name == name)
    }

    /// What a schema refers to.
    pub fn resolve<'c>(&'c self, schema: &'c Value) -> &'c Value {
        resolved(&self.schemas, schema)
    }
}

impl Module {
    /// The operation of this name, as JSON or the command line writes it.
    pub fn operation(&self, name: &str) -> Option<&Entry> {
        let name = name.replace('-', "_");
        self.operations.iter().find(|operation| operation.name == name)
    }
}

impl Entry {
    /// The asset field that an amount is of: the last one before it. Only what moves as a whole is meant, not
    /// bounds such as `least`, which are often of another asset; and not money given for an asset.
    pub fn asset_of(&self, amount: &str) -> Option<&str> {
        if !matches!(amount, "amount" | "quantity") || PAID_FOR.contains(&self.name.as_str()) {
            return None;
        }
        let before = self.fields.iter().take_while(|field| field.name != amount);
        before.filter(|field| field.required && reference(&field.schema) == Some("AssetId")).last().map(|f| &*f.name)
    }

    /// Whether the amount's symbol says this asset, so that it need not be given.
    pub fn said_by_amount(&self, asset: &str) -> bool {
        self.fields.iter().any(|field| self.asset_of(&field.name) == Some(asset))
    }
}

/// The name of the schema that a schema refers to.
pub fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.rsplit('/').next()
}

fn resolved<'c>(schemas: &'c Map<String, Value>, schema: &'c Value) -> &'c Value {
    let mut schema = schema;
    while let Some(next) = reference(schema).and_then(|name| schemas.get(name)) {
        schema = next;
    }
    schema
}

/// The variants of an enum whose every variant has content: name, comment, content.
fn variants(schema: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let options = schema["oneOf"].as_array().into_iter().flatten();
    options.filter_map(|option| {
        let (name, content) = option["properties"].as_object()?.iter().next()?;
        Some((name.as_str(), option["description"].as_str().unwrap_or_default(), content))
    })
}

fn entry(schemas: &Map<String, Value>, name: &str, about: &str, content: &Value) -> Entry {
    let content = resolved(schemas, content);
    // The type says more than the variant that wraps it.
    let about = content["description"].as_str().unwrap_or(about);
    let properties = content["properties"].as_object();
    let required: Vec<&str> = content["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let optional = properties.into_iter().flat_map(Map::keys).map(String::as_str);
    let optional: Vec<&str> = optional.filter(|name| !required.contains(name)).collect();
    let field = |(name, required): (&str, bool)| {
        let schema = content["properties"][name].clone();
        let own = schema["description"].as_str().or_else(|| resolved(schemas, &schema)["description"].as_str());
        Field { name: name.to_owned(), about: own.unwrap_or_default().to_owned(), schema, required }
    };
    let names = required.into_iter().map(|name| (name, true)).chain(optional.into_iter().map(|name| (name, false)));
    Entry { name: name.to_owned(), about: about.to_owned(), fields: names.map(field).collect() }
}
