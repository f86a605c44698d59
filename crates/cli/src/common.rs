//! What several commands share: which node, whose key, which words.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use gage_client::Client;
use gage_units::{Amount, AssetId, parse_decimal};
use serde_json::Value;

/// Where a node listens unless told otherwise.
pub const LISTEN: &str = "127.0.0.1:7800";

/// Which node.
#[derive(Debug, Args)]
pub struct NodeUrl {
    /// The node's URL; else that in GAGE_NODE, else http://127.0.0.1:7800
    #[arg(long, global = true)]
    node: Option<String>,
}

impl NodeUrl {
    /// A client of the node.
    pub fn client(&self) -> Result<Client> {
        let url = self.node.clone().or_else(|| std::env::var("GAGE_NODE").ok());
        Ok(Client::new(&url.unwrap_or_else(|| format!("http://{LISTEN}")))?)
    }
}

/// Where the password of a key file comes from.
#[derive(Debug, Args)]
pub struct Password {
    /// A file with the password; else it is in GAGE_PASSWORD, else it is asked for
    #[arg(long)]
    password_file: Option<PathBuf>,
}

impl Password {
    /// The password of a key that exists.
    pub fn get(&self) -> Result<String> {
        match self.given()? {
            Some(password) => Ok(password),
            None => rpassword::prompt_password("password: ").context("reading the password from the terminal"),
        }
    }

    /// The password of the key in this file, one of several.
    pub fn of(&self, path: &Path) -> Result<String> {
        match self.given()? {
            Some(password) => Ok(password),
            None => rpassword::prompt_password(format!("password of {}: ", path.display()))
                .context("reading the password from the terminal"),
        }
    }

    /// The password of a key to be made, asked for twice.
    pub fn choose(&self) -> Result<String> {
        let password = match self.given()? {
            Some(password) => password,
            None => {
                let first = self.get()?;
                if rpassword::prompt_password("again: ").context("reading the password from the terminal")? != first {
                    bail!("the two passwords differ; nothing was written");
                }
                first
            }
        };
        if password.is_empty() {
            bail!("the password is empty; choose one that protects the key");
        }
        Ok(password)
    }

    fn given(&self) -> Result<Option<String>> {
        match &self.password_file {
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("reading the password file {}", path.display()))?;
                Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
            }
            None => Ok(std::env::var("GAGE_PASSWORD").ok()),
        }
    }
}

/// An amount as people write it, `12.5`, in an asset's smallest units.
pub fn amount(client: &Client, asset: AssetId, text: &str) -> Result<Amount> {
    let view = client.asset(asset)?;
    let symbol = &view.asset.symbol;
    let decimals = view.asset.decimals;
    let units = parse_decimal(text, decimals)
        .with_context(|| format!("{text:?} is no amount of {symbol}#{asset}, which has {decimals} decimal places"))?;
    Ok(Amount(units))
}

/// Prints a line. Whoever closed the pipe early, as `head` does, wants no more: that is no fault.
pub fn say(line: std::fmt::Arguments<'_>) {
    writeln!(std::io::stdout(), "{line}").unwrap_or_default();
}

/// Prints a line, formatted.
#[macro_export]
macro_rules! say {
    ($($words:tt)*) => { $crate::common::say(format_args!($($words)*)) };
}

/// Prints a value: as one line of JSON, or with a line per field.
pub fn print(value: &Value, json: bool) {
    let text = if json { value.to_string() } else { lines(value) };
    say(format_args!("{}", text.trim_end()));
}

/// A value with a line per field, indented by depth.
pub fn lines(value: &Value) -> String {
    let mut text = String::new();
    write_lines(value, 0, &mut text);
    text
}

fn write_lines(value: &Value, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(fields) => {
            let width = fields.keys().map(String::len).max().unwrap_or(0);
            for (name, value) in fields {
                if is_plain(value) {
                    text.push_str(&format!("{indent}{name:<width$}  {}\n", plain(value)));
                } else {
                    text.push_str(&format!("{indent}{name}\n"));
                    write_lines(value, depth.saturating_add(1), text);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                if is_plain(item) {
                    text.push_str(&format!("{indent}- {}\n", plain(item)));
                } else {
                    text.push_str(&format!("{indent}-\n"));
                    write_lines(item, depth.saturating_add(1), text);
                }
            }
        }
        other => text.push_str(&format!("{indent}{}\n", plain(other))),
    }
}

fn is_plain(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => true,
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        Value::Array(_) | Value::Object(_) => "none".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_shown_by_line() {
        let text = lines(&json!({ "id": 7, "owner": null, "positions": [{ "asset": 1, "amount": "5" }], "lots": [] }));
        let expected = [
            "id         7",
            "lots       none",
            "owner      -",
            "positions",
            "  -",
            "    amount  5",
            "    asset   1",
            "",
        ];
        assert_eq!(text, expected.join("\n"));
    }
}
