//! Names in the document, and what attributes say: comments and the words of serde.

use std::collections::BTreeMap;

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

use crate::index::{Index, Place};

/// The name of every type in the document: the crate and the type, with the module where two share both.
/// Words of floor 0 and of the API itself stand alone.
pub fn components(index: &Index) -> BTreeMap<Place, String> {
    let mut count = BTreeMap::<String, usize>::new();
    for ty in &index.types {
        *count.entry(short(&ty.place)).or_default() += 1;
    }
    let named = index.types.iter().map(|ty| {
        let name = short(&ty.place);
        let modules = ty.place.modules.iter().map(|module| pascal(module)).collect::<String>();
        let name = if count[&name] == 1 { name } else { format!("{}{modules}{}", prefix(&ty.place), ty.place.name) };
        (ty.place.clone(), name)
    });
    named.collect()
}

/// Words everybody needs stand without their crate.
const PLAIN: [(&str, &str, &str); 6] = [
    ("chain", "Operation", "Operation"),
    ("chain", "DecodedEvent", "AnyEvent"),
    ("chain", "SignedTransaction", "SignedTransaction"),
    ("chain", "Transaction", "Transaction"),
    ("chain", "TransactionHash", "TransactionHash"),
    ("store", "Proof", "TreeProof"),
];

fn prefix(place: &Place) -> String {
    match place.krate.as_str() {
        "units" | "crypto" | "api" => String::new(),
        krate => pascal(krate),
    }
}

fn short(place: &Place) -> String {
    if let Some((_, _, name)) = PLAIN.iter().find(|(krate, name, _)| *krate == place.krate && *name == place.name) {
        return (*name).to_owned();
    }
    let prefix = prefix(place);
    if place.krate == "api" {
        return place.name.trim_end_matches("Reply").trim_end_matches("View").to_owned();
    }
    // `VaultsVault` would say it twice.
    if place.name.starts_with(&prefix) { place.name.clone() } else { format!("{prefix}{}", place.name) }
}

fn pascal(text: &str) -> String {
    let words = text.split('_').map(|word| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
    });
    words.collect()
}

/// The comment above an item, as one paragraph.
pub fn comment(attributes: &[Attribute]) -> String {
    let lines =
        attributes.iter().filter(|attribute| attribute.path().is_ident("doc")).filter_map(|attribute| match &attribute
            .meta
        {
            Meta::NameValue(pair) => text_of(&pair.value),
            _ => None,
        });
    let lines: Vec<String> = lines.map(|line| line.trim().to_owned()).collect();
    let first: Vec<String> = lines.into_iter().take_while(|line| !line.starts_with("# ")).collect();
    links(first.join(" ").split("  ").next().unwrap_or_default().trim())
}

/// A reader of the document has no links into the code: the brackets go, the words stay.
fn links(text: &str) -> String {
    text.replace("[`", "`").replace("`]", "`")
}

/// The text of a literal.
pub fn text_of(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

/// What `#[serde(...)]` says.
#[derive(Clone, Debug, Default)]
pub struct Serde {
    pub rename: Option<String>,
    pub rename_all: Option<String>,
    pub tag: Option<String>,
    pub content: Option<String>,
    pub with: Option<String>,
    pub into: Option<String>,
    pub untagged: bool,
    pub transparent: bool,
    pub flatten: bool,
    pub default: bool,
    pub skip: bool,
    pub skip_if: bool,
    pub deny_unknown: bool,
}

/// Reads the words of serde.
pub fn serde(attributes: &[Attribute]) -> Serde {
    let mut found = Serde::default();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        let read = attribute.parse_nested_meta(|meta| {
            let word = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
            let text = match meta.value() {
                Ok(value) => Some(value.parse::<syn::LitStr>()?.value()),
                Err(_) => None,
            };
            match word.as_str() {
                "rename" => found.rename = text,
                "rename_all" => found.rename_all = text,
                "tag" => found.tag = text,
                "content" => found.content = text,
                "with" | "serialize_with" => found.with = text,
                "into" => found.into = text,
                "untagged" => found.untagged = true,
                "transparent" => found.transparent = true,
                "flatten" => found.flatten = true,
                "default" => found.default = true,
                "skip" | "skip_serializing" => found.skip = true,
                "skip_serializing_if" => found.skip_if = true,
                "deny_unknown_fields" => found.deny_unknown = true,
                // What is read is not described: an input has the schema of the output.
                "deserialize_with" | "try_from" | "from" | "bound" => {}
                _ => return Err(meta.error("a word of serde that this reader does not know")),
            }
            Ok(())
        });
        // A word passed over would make the document say something else than the node answers.
        read.unwrap_or_else(|error| panic!("build/names.rs does not read an attribute of serde: {error}"));
    }
    found
}

/// Whether `#[derive(...)]` names a trait.
pub fn derives(attributes: &[Attribute], name: &str) -> bool {
    let of = |attribute: &Attribute| match &attribute.meta {
        Meta::List(list) if attribute.path().is_ident("derive") => {
            list.tokens.to_string().split(',').any(|word| word.trim() == name)
        }
        _ => false,
    };
    attributes.iter().any(of)
}

/// A name as `rename_all` writes it.
pub fn renamed(name: &str, rule: Option<&str>) -> String {
    match rule {
        Some("snake_case") => snake(name),
        Some("lowercase") => name.to_ascii_lowercase(),
        Some("kebab-case") => snake(name).replace('_', "-"),
        Some("camelCase") => {
            let mut words = snake(name).split('_').map(str::to_owned).collect::<Vec<_>>().into_iter();
            let first = words.next().unwrap_or_default();
            first + &words.map(|word| pascal(&word)).collect::<String>()
        }
        Some("SCREAMING_SNAKE_CASE") => snake(name).to_ascii_uppercase(),
        Some(rule) => panic!("build/names.rs does not know rename_all = {rule:?}"),
        None => name.to_owned(),
    }
}

/// As serde does it: an underscore before every capital but the first.
fn snake(name: &str) -> String {
    let mut text = String::new();
    for (position, letter) in name.chars().enumerate() {
        if position > 0 && letter.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}
