//! From what was given to an operation.

use anyhow::{Context, Result};
use gage_chain::Operation;
use serde_json::{Map, Value, json};

use super::catalog::{Catalog, Entry};
use super::command::{Given, flag, is_list};
use super::value::{Known, Reader};
use crate::exit::{Refused, Usage};

/// The operation as it was given; nobody has judged it.
pub fn operation(catalog: &Catalog, known: &Known, given: &Given) -> Result<Operation> {
    let entry = catalog.module(&given.module).and_then(|module| module.operation(&given.operation));
    let entry = entry.with_context(|| format!("there is no operation {} {}", given.module, given.operation))?;
    let reader = Reader { catalog, known };
    let mut fields = Map::new();
    for field in &entry.fields {
        let texts = given.fields.iter().find(|(name, _)| *name == field.name).map(|(_, texts)| texts);
        let named = || format!("--{}", flag(&field.name));
        let value = match texts {
            Some(texts) if is_list(&field.schema) => reader.list(&field.name, &field.schema, texts),
            Some(texts) => {
                let text = texts.first().map(String::as_str).unwrap_or_default();
                let asset = asset_of(entry, known, given, &field.name).with_context(named)?;
                reader.text(&field.name, &field.schema, text, asset)
            }
            None if entry.said_by_amount(&field.name) => said(entry, known, given, &field.name),
            None if field.required && is_list(&field.schema) => Ok(json!([])),
            None => continue,
        };
        fields.insert(field.name.clone(), value.with_context(named)?);
    }
    let value = json!({ &*given.module: { &*given.operation: Value::Object(fields) } });
    serde_json::from_value(value)
        .with_context(|| format!("the operation {} {} does not read", given.module, given.operation))
}

/// Refuses what the ledger would refuse whatever its state.
pub fn checked(operation: Operation) -> Result<Operation> {
    operation.validate().map_err(Refused)?;
    Ok(operation)
}

/// The asset that a bare amount is of, where it was given.
fn asset_of<'k>(
    entry: &Entry,
    known: &'k Known,
    given: &Given,
    amount: &str,
) -> Result<Option<&'k super::value::KnownAsset>> {
    let Some(asset) = entry.asset_of(amount) else { return Ok(None) };
    let text = given.fields.iter().find(|(name, _)| name == asset).and_then(|(_, texts)| texts.first());
    text.map(|text| known.asset(text)).transpose()
}

/// The asset that the symbol of its amount says.
fn said(entry: &Entry, known: &Known, given: &Given, asset: &str) -> Result<Value> {
    let mut amounts = given.fields.iter().filter(|(name, _)| entry.asset_of(name) == Some(asset));
    let text = amounts.find_map(|(_, texts)| texts.first()).map(String::as_str).unwrap_or_default();
    match text.split_once(char::is_whitespace) {
        Some((_, symbol)) => Ok(json!(known.asset(symbol.trim())?.id)),
        None => {
            let sentence = format!("give it, or write the amount with its symbol, like \"{text} GUSD\"");
            Err(Usage(sentence).into())
        }
    }
}
