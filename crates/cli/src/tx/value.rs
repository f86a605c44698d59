//! What people write for a field, turned into what the operation's JSON has, as the field's schema says.
//!
//! A bare number is in whole units; inside JSON, digits alone are what the API takes: smallest units. `raw:` in
//! front always means smallest units.

use std::borrow::Cow;
use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use gage_chain::Operation;
use gage_crypto::AccountId;
use gage_units::{AssetId, Timestamp, parse_decimal};
use serde_json::{Map, Value, json};

use super::catalog::{Catalog, reference};
use super::time;

/// An asset as people name it.
#[derive(Clone, Debug)]
pub struct KnownAsset {
    /// Its number.
    pub id: AssetId,
    /// Its symbol, which others may have too.
    pub symbol: String,
    /// Its decimals.
    pub decimals: u8,
}

/// What names stand for, and what time it is.
#[derive(Clone, Debug)]
pub struct Known {
    /// All assets.
    pub assets: Vec<KnownAsset>,
    /// Accounts by their names in the configuration.
    pub accounts: BTreeMap<String, AccountId>,
    /// The moment that `now` means, and from which `+1h` counts.
    pub now: Timestamp,
}

/// Reads values by schema.
pub struct Reader<'r> {
    /// The schemas.
    pub catalog: &'r Catalog,
    /// What names stand for.
    pub known: &'r Known,
}

impl Known {
    /// The asset of a number, a symbol, or both (`WETH`, `1`, `#1`, `WETH#1`).
    pub fn asset(&self, text: &str) -> Result<&KnownAsset> {
        let (symbol, number) = match text.split_once('#') {
            Some((symbol, number)) => (symbol, Some(number)),
            None if text.bytes().all(|byte| byte.is_ascii_digit()) => ("", Some(text)),
            None => (text, None),
        };
        let number = number.map(str::parse::<u32>).transpose();
        let number = number.with_context(|| format!("{text:?} is no asset; write WETH, 1 or WETH#1"))?;
        let fits = |asset: &&KnownAsset| {
            number.is_none_or(|number| asset.id.0 == number) && (symbol.is_empty() || asset.symbol == symbol)
        };
        let mut found = self.assets.iter().filter(fits);
        match (found.next(), found.next()) {
            (Some(asset), None) => Ok(asset),
            (None, _) => bail!("there is no asset {text}; `gage query list_assets` shows what there is"),
            (Some(_), Some(_)) => {
                let all = self.assets.iter().filter(fits).map(|asset| format!("{}#{}", asset.symbol, asset.id));
                bail!("several assets are called {text}; write {}", all.collect::<Vec<_>>().join(" or "))
            }
        }
    }

    /// An amount in smallest units, with its asset where it was said: `12.5 WETH`, `12.5`, `raw:100`.
    pub fn amount(&self, text: &str, asset: Option<&KnownAsset>) -> Result<(u128, Option<AssetId>)> {
        let text = text.trim();
        if let Some(units) = text.strip_prefix("raw:") {
            let units = units.parse().with_context(|| format!("{text:?} is no count of smallest units"))?;
            return Ok((units, None));
        }
        let (number, named) = match text.split_once(char::is_whitespace) {
            Some((number, symbol)) => (number, Some(self.asset(symbol.trim())?)),
            None => (text, None),
        };
        if let (Some(named), Some(asset)) = (named, asset)
            && named.id != asset.id
        {
            bail!("{text:?} is of {}#{}, and the asset is {}#{}", named.symbol, named.id, asset.symbol, asset.id);
        }
        match named.or(asset) {
            _ if number == "0" => Ok((0, named.map(|asset| asset.id))),
            Some(asset) => {
                let KnownAsset { id, symbol, decimals } = asset;
                let wrong = || format!("{text:?} is no amount of {symbol}#{id}, which has {decimals} decimal places");
                Ok((parse_decimal(number, *decimals).with_context(wrong)?, named.map(|asset| asset.id)))
            }
            None => bail!("say of which asset: \"{number} GUSD\", or raw:{number} for smallest units"),
        }
    }
}

impl Reader<'_> {
    /// A value as it is written for a field. `asset` is what a bare amount is of.
    pub fn text(&self, name: &str, schema: &Value, text: &str, asset: Option<&KnownAsset>) -> Result<Value> {
        let known = self.known;
        let text = &*whole(text)?;
        if text.starts_with('{') || text.starts_with('[') {
            let value = serde_json::from_str(text).with_context(|| format!("{text} is not JSON"))?;
            return self.json(name, schema, value);
        }
        let decimal = |places| fixed(text, places).map(|units| json!(units.to_string()));
        Ok(match reference(schema) {
            Some("Amount") => json!(known.amount(text, asset)?.0.to_string()),
            Some("AccountsQuantity") => json!({ "exact": known.amount(text, asset)?.0.to_string() }),
            Some("AssetId") => json!(known.asset(text)?.id),
            Some("AccountId") => json!(self.account(text)?),
            Some("Price" | "Ratio") => decimal(18)?,
            Some("Accumulator") => decimal(27)?,
            Some("RatePerSecond") => json!(rate(text)?.to_string()),
            Some("Bps") => json!(bps(text)?),
            Some("Timestamp") => json!(time::moment(text, known.now)?),
            _ => return self.by_shape(name, self.catalog.resolve(schema), text, asset),
        })
    }

    fn by_shape(&self, name: &str, schema: &Value, text: &str, asset: Option<&KnownAsset>) -> Result<Value> {
        if let Some(options) = schema["anyOf"].as_array() {
            return match (options.first(), text) {
                (_, "none") | (None, _) => Ok(Value::Null),
                (Some(inner), _) => self.text(name, inner, text, asset),
            };
        }
        if let Some(options) = schema["oneOf"].as_array() {
            let word = text.replace('-', "_");
            if let Some(found) = options.iter().find(|option| option["const"] == json!(word)) {
                return Ok(found["const"].clone());
            }
            bail!("{text:?} is none of {}", words(options));
        }
        let number = || text.parse::<u64>().map(|number| json!(number));
        match schema["type"].as_str() {
            Some("integer") if name.ends_with("_ms") => Ok(json!(time::duration(text)?)),
            Some("integer") => number().with_context(|| format!("{text:?} is no number")),
            Some("boolean") => match text {
                "true" | "yes" => Ok(json!(true)),
                "false" | "no" => Ok(json!(false)),
                _ => bail!("{text:?} is neither true nor false"),
            },
            Some("object") => bail!("{text:?} is not JSON; write {{\"field\": ...}} with {}", fields(schema)),
            _ => Ok(json!(text)),
        }
    }

    /// The values of a field that may be given several times.
    pub fn list(&self, name: &str, schema: &Value, texts: &[String]) -> Result<Value> {
        let schema = self.catalog.resolve(schema);
        // Operations inside an operation: what is in its bytes is written as JSON.
        if is_bytes(schema) && texts.iter().all(|text| text.starts_with('[')) {
            let mut operations = Vec::new();
            for text in texts {
                operations.extend(self.operations(text)?);
            }
            return Ok(json!(borsh::to_vec(&operations)?));
        }
        let mut items = Vec::new();
        for text in texts {
            let text = &*whole(text)?;
            // A list of all items, unless an item is a list itself.
            let all = text.starts_with('[') && self.catalog.resolve(&schema["items"])["type"] != "array";
            match self.text(name, if all { schema } else { &schema["items"] }, text, None)? {
                Value::Array(more) if all => items.extend(more),
                item => items.push(item),
            }
        }
        Ok(Value::Array(items))
    }

    /// A JSON list of operations, with names and units in it.
    pub fn operations(&self, text: &str) -> Result<Vec<Operation>> {
        let value: Value = serde_json::from_str(text).context("the operations are not JSON")?;
        let Value::Array(items) = value else { bail!("the operations are not a JSON list of operations") };
        let schema = json!({ "$ref": "#/components/schemas/Operation" });
        let read = |item| Ok(serde_json::from_value(self.json("", &schema, item)?)?);
        let operations: Result<Vec<Operation>> = items.into_iter().map(read).collect();
        operations.context("the operations are not a JSON list of operations")
    }

    /// JSON with names and units in it, turned into what the API takes.
    pub fn json(&self, name: &str, schema: &Value, value: Value) -> Result<Value> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        match (&value, reference(schema)) {
            // Digits are smallest units already.
            (Value::String(text), Some("Amount" | "Price" | "Ratio" | "RatePerSecond" | "Accumulator"))
                if digits(text) =>
            {
                return Ok(value);
            }
            (Value::String(text), Some("AccountsQuantity")) if digits(text) => return Ok(json!({ "exact": text })),
            (
                Value::String(text),
                Some(
                    "Amount" | "AccountsQuantity" | "Price" | "Ratio" | "RatePerSecond" | "Accumulator" | "AssetId"
                    | "AccountId" | "Bps" | "Timestamp",
                ),
            ) => return self.text(name, schema, text, None),
            _ => {}
        }
        let schema = self.catalog.resolve(schema);
        Ok(match value {
            Value::Object(fields) => {
                let schema = self.option(schema, &fields);
                let inner = |(name, value): (String, Value)| {
                    let value = match schema["properties"].get(&name).or_else(|| schema.get("additionalProperties")) {
                        Some(schema) => self.json(&name, schema, value).with_context(|| format!("in {name:?}"))?,
                        None => value,
                    };
                    Ok((name, value))
                };
                Value::Object(fields.into_iter().map(inner).collect::<Result<_>>()?)
            }
            Value::Array(items) => {
                let schema = self.option(schema, &Map::new());
                if let Some(inner) = schema.get("items").filter(|items| items.is_object()) {
                    Value::Array(items.into_iter().map(|item| self.json(name, inner, item)).collect::<Result<_>>()?)
                } else {
                    let inner = schema["prefixItems"].as_array().cloned().unwrap_or_default();
                    let schema = |position: usize| inner.get(position).cloned().unwrap_or_default();
                    let items = items.into_iter().enumerate();
                    Value::Array(items.map(|(at, item)| self.json(name, &schema(at), item)).collect::<Result<_>>()?)
                }
            }
            Value::String(text) if schema["type"] == json!("integer") && name.ends_with("_ms") => {
                json!(time::duration(&text)?)
            }
            other => match schema["anyOf"].as_array().and_then(|options| options.first()) {
                Some(inner) if !other.is_null() => self.json(name, inner, other)?,
                _ => other,
            },
        })
    }

    /// Of a choice, the option that has all these fields; else the schema itself.
    fn option<'s>(&'s self, schema: &'s Value, given: &Map<String, Value>) -> &'s Value {
        let schema = self.catalog.resolve(schema);
        let options = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array());
        let has = |option: &&Value| given.keys().all(|name| option["properties"].get(name).is_some());
        match options {
            Some(options) => {
                let found = options.iter().map(|option| self.option(option, given)).find(has);
                found.unwrap_or(schema)
            }
            None => schema,
        }
    }

    fn account(&self, text: &str) -> Result<AccountId> {
        match self.known.accounts.get(text) {
            Some(id) => Ok(*id),
            None => crate::settings::account(text),
        }
    }
}

/// The text itself, or that of the file after an @.
fn whole(text: &str) -> Result<Cow<'_, str>> {
    match text.strip_prefix('@') {
        Some(path) => {
            let read = std::fs::read_to_string(path).with_context(|| format!("reading {path}"))?;
            Ok(Cow::Owned(read.trim().to_owned()))
        }
        None => Ok(Cow::Borrowed(text)),
    }
}

/// Whether a schema is a list of bytes.
pub fn is_bytes(schema: &Value) -> bool {
    schema["items"]["maximum"] == json!(u8::MAX)
}

/// A decimal, or per cent, in units of so many places.
fn fixed(text: &str, places: u8) -> Result<u128> {
    if let Some(units) = text.strip_prefix("raw:") {
        return units.parse().with_context(|| format!("{text:?} is no count of smallest units"));
    }
    let (number, places) = match text.strip_suffix('%') {
        Some(number) => (number.trim(), places.saturating_sub(2)),
        None => (text, places),
    };
    parse_decimal(number, places).with_context(|| format!("{text:?} is no number of at most {places} decimal places"))
}

/// Basis points: `150`, or `1.5%`.
fn bps(text: &str) -> Result<u32> {
    let units = match text.strip_suffix('%') {
        Some(number) => parse_decimal(number.trim(), 2).ok().and_then(|units| u32::try_from(units).ok()),
        None => text.parse().ok(),
    };
    units.with_context(|| format!("{text:?} is neither basis points (150) nor per cent with two places (1.5%)"))
}

/// A factor of one second: `5%/year` of simple interest, or the factor itself.
fn rate(text: &str) -> Result<u128> {
    const ONE: u128 = gage_units::Accumulator::SCALE;
    match text.strip_suffix("/year") {
        Some(yearly) => Ok(ONE.saturating_add(fixed(yearly.trim(), 27)? / u128::from(gage_units::SECONDS_PER_YEAR))),
        None => fixed(text, 27),
    }
}

/// The words of a choice.
fn words(options: &[Value]) -> String {
    let word = |option: &Value| match (option["const"].as_str(), option["properties"].as_object()) {
        (Some(word), _) => Some(word.to_owned()),
        (None, Some(fields)) => fields.keys().next().map(|name| format!("{{\"{name}\": ...}}")),
        (None, None) => None,
    };
    options.iter().filter_map(word).collect::<Vec<_>>().join(", ")
}

fn fields(schema: &Value) -> String {
    schema["properties"].as_object().into_iter().flat_map(Map::keys).cloned().collect::<Vec<_>>().join(", ")
}
