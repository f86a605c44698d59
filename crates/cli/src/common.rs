//! What several commands share: which node, whose key, which words.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use clap::Args;
use gage_client::{Client, ClientConfig};
use serde_json::Value;

use crate::settings::{settings, variable};

/// Where a node listens unless told otherwise.
pub const LISTEN: &str = "127.0.0.1:7800";

static JSON: AtomicBool = AtomicBool::new(false);

/// Lets everything be printed as JSON: one object, or a line for each entry of a list.
pub fn set_json() {
    JSON.store(true, Ordering::Relaxed);
}

/// Whether a program reads what is printed.
pub fn json() -> bool {
    JSON.load(Ordering::Relaxed)
}

/// Which node.
#[derive(Debug, Args)]
pub struct NodeUrl {
    /// The node's URL; else GAGE_NODE, else `node` of the configuration, else http://127.0.0.1:7800
    #[arg(long, global = true, value_name = "URL")]
    node: Option<String>,
    /// For https: the certificates that are believed, in PEM; those of the system without
    #[arg(long, global = true, value_name = "FILE")]
    certificates: Option<PathBuf>,
}

impl NodeUrl {
    /// A client of the node.
    pub fn client(&self) -> Result<Client> {
        let url = self.node.clone().or_else(|| variable("GAGE_NODE")).or_else(|| settings().node.clone());
        let mut config = ClientConfig::new(url.unwrap_or_else(|| format!("http://{LISTEN}")));
        let certificates = self.certificates.clone().or_else(|| variable("GAGE_CERTIFICATES").map(PathBuf::from));
        config.certificates = certificates.or_else(|| settings().certificates.clone());
        config.admin_token = match (variable("GAGE_API_KEY"), &settings().api_key_file) {
            (Some(key), _) => Some(key),
            (None, Some(path)) => Some(secret(path, "API key")?),
            (None, None) => None,
        };
        Ok(Client::with(config)?)
    }
}

/// A secret in a file, without the end of its line.
pub fn secret(path: &Path, what: &str) -> Result<String> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading the {what} file {}", path.display()))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// Where the password of a key file comes from.
#[derive(Debug, Args)]
pub struct Password {
    /// A file with the password; else GAGE_PASSWORD_FILE, GAGE_PASSWORD, `password_file` of the configuration, else it is asked for
    #[arg(long, value_name = "FILE")]
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
        let named = self.password_file.clone().or_else(|| variable("GAGE_PASSWORD_FILE").map(PathBuf::from));
        match (named, std::env::var("GAGE_PASSWORD").ok(), &settings().password_file) {
            (Some(path), _, _) => secret(&path, "password").map(Some),
            (None, Some(password), _) => Ok(Some(password)),
            (None, None, Some(path)) => secret(path, "password").map(Some),
            (None, None, None) => Ok(None),
        }
    }
}

/// Prints a line. Whoever closed the pipe early, as `head` does, wants no more: that is no fault.
pub fn say(line: std::fmt::Arguments<'_>) {
    writeln!(std::io::stdout(), "{line}").unwrap_or_default();
}

/// A line that a person reads before signing: on the error stream where a program reads the other.
pub fn read_first(line: &str) {
    if json() { eprintln!("{line}") } else { say(format_args!("{line}")) }
}

/// Prints a line, formatted.
#[macro_export]
macro_rules! say {
    ($($words:tt)*) => { $crate::common::say(format_args!($($words)*)) };
}

/// Prints a value: as one line of JSON where a program reads, else with a line per field.
pub fn print(value: &Value) {
    let text = if json() { value.to_string() } else { lines(value) };
    say(format_args!("{}", text.trim_end()));
}

/// Prints named values: one JSON object where a program reads, else a line for each.
pub fn fields(fields: &[(&str, String)]) {
    let width = fields.iter().map(|(name, _)| name.len()).max().unwrap_or(0).max(8);
    let object: serde_json::Map<String, Value> =
        fields.iter().map(|(name, value)| (name.replace(' ', "_"), Value::String(value.clone()))).collect();
    tell(&Value::Object(object), || {
        fields.iter().for_each(|(name, value)| say(format_args!("{name:<width$} {value}")));
    });
}

/// Prints JSON where a program reads; else calls for the words.
pub fn tell(value: &Value, words: impl FnOnce()) {
    if json() { say(format_args!("{value}")) } else { words() }
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
