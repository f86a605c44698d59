//! The commands `gage tx MODULE OPERATION`, made of the catalog, and what was given to them.

use clap::error::{Error, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches, Subcommand};
use serde_json::Value;

use super::catalog::{Entry, Field, Module, catalog, example, reference};
use super::shortcut::Shortcut;

/// What to do: any operation by module and name, or one of the few words for what is done every day.
#[derive(Debug)]
pub enum Act {
    /// A short word.
    Shortcut(Shortcut),
    /// An operation by name, with what was given for its fields.
    Operation(Given),
}

/// An operation with what was given for its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The module.
    pub module: String,
    /// The operation.
    pub operation: String,
    /// Field and texts.
    pub fields: Vec<(String, Vec<String>)>,
}

impl FromArgMatches for Act {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Act, Error> {
        let module = matches.subcommand().and_then(|(name, inner)| Some((catalog().module(name)?, inner)));
        match module {
            Some((module, inner)) => given(module, inner).map(Act::Operation),
            None => Shortcut::from_arg_matches(matches).map(Act::Shortcut),
        }
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Act::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Subcommand for Act {
    fn augment_subcommands(command: Command) -> Command {
        // The catalog is read only where somebody asks for it.
        Shortcut::augment_subcommands(command).defer(with_modules)
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Act::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        Shortcut::has_subcommand(name) || catalog().module(name).is_some()
    }
}

fn given(module: &Module, matches: &ArgMatches) -> Result<Given, Error> {
    let found = matches.subcommand().and_then(|(name, inner)| Some((module.operation(name)?, inner)));
    let (entry, inner) = found.ok_or_else(|| Error::raw(ErrorKind::MissingSubcommand, "say which operation\n"))?;
    let texts = |field: &Field| {
        let texts: Vec<String> = inner.get_many::<String>(&id(field))?.cloned().collect();
        Some((field.name.clone(), texts))
    };
    let fields = entry.fields.iter().filter_map(texts).collect();
    Ok(Given { module: module.name.clone(), operation: entry.name.clone(), fields })
}

fn with_modules(command: Command) -> Command {
    let module = |module: &Module| {
        Command::new(kebab(&module.name))
            .about(format!("Operations of {}: {}", module.name, module.about.trim_end_matches('.').to_lowercase()))
            .subcommand_required(true)
            .arg_required_else_help(true)
            .defer(with_operations)
    };
    command.subcommands(catalog().modules.iter().map(module))
}

fn with_operations(command: Command) -> Command {
    match catalog().module(command.get_name()) {
        Some(module) => {
            let operations = module.operations.iter().map(|entry| operation(module, entry));
            command.subcommands(operations)
        }
        None => command,
    }
}

fn operation(module: &Module, entry: &Entry) -> Command {
    let example = example(&module.name, &entry.name).unwrap_or_default();
    let command = Command::new(kebab(&entry.name))
        .about(entry.about.split(". ").next().unwrap_or_default().trim_end_matches('.').to_owned())
        .long_about(entry.about.clone())
        .after_help(format!("Example:\n  gage tx {example}"));
    let command = if entry.name.contains('_') { command.alias(entry.name.clone()) } else { command };
    command.args(entry.fields.iter().map(|field| argument(entry, field)))
}

fn argument(entry: &Entry, field: &Field) -> Arg {
    let (value, how) = value(field);
    let required = field.required && !entry.said_by_amount(&field.name);
    let about = field.about.trim_end_matches('.');
    let about = if how.is_empty() { about.to_owned() } else { format!("{about} ({how})") };
    let argument = Arg::new(id(field)).long(flag(&field.name)).value_name(value).help(about).help_heading("Fields");
    let argument = if is_list(&field.schema) { argument.action(ArgAction::Append) } else { argument };
    argument.required(required && !is_list(&field.schema)).allow_hyphen_values(true)
}

/// The id of a field's argument, apart from those of the options of `gage tx`.
fn id(field: &Field) -> String {
    format!("field {}", field.name)
}

/// The option of a field. The names of two options of `gage tx` are names of fields too.
pub fn flag(field: &str) -> String {
    match field {
        "key" | "account" => format!("which-{field}"),
        other => kebab(other),
    }
}

fn kebab(name: &str) -> String {
    name.replace('_', "-")
}

/// Whether a field takes several values.
pub fn is_list(schema: &Value) -> bool {
    catalog().resolve(schema)["type"] == "array" && catalog().resolve(schema).get("items").is_some_and(Value::is_object)
}

/// What stands for a value in the help, and how it is written.
fn value(field: &Field) -> (&'static str, String) {
    let inner = field.schema["anyOf"].get(0).unwrap_or(&field.schema);
    let none = if field.schema["anyOf"].is_array() { "; or none" } else { "" };
    let (value, how) = match reference(inner) {
        Some("Amount" | "AccountsQuantity") => ("AMOUNT", "12.5, \"12.5 GUSD\" or raw:1".to_owned()),
        Some("AssetId") => ("ASSET", "GUSD, 2 or GUSD#2".to_owned()),
        Some("AccountId") => ("ACCOUNT", "gage1... or a name of the configuration".to_owned()),
        Some("Price") => ("PRICE", "200.5".to_owned()),
        Some("Ratio") => ("RATIO", "1.5 or 150%".to_owned()),
        Some("RatePerSecond") => ("RATE", "5%/year".to_owned()),
        Some("Bps") => ("BPS", "150 or 1.5%".to_owned()),
        Some("Timestamp") => ("TIME", "now, +1h, 2026-12-31 or milliseconds".to_owned()),
        Some("Hash") => ("HASH", String::new()),
        Some("KeyId") => ("KEY-ID", String::new()),
        Some("PublicKey") => ("KEY", "scheme:hex".to_owned()),
        _ => shape(&field.name, catalog().resolve(inner)),
    };
    (value, format!("{how}{}", if how.is_empty() { none.trim_start_matches("; ") } else { none }))
}

fn shape(name: &str, schema: &Value) -> (&'static str, String) {
    if let Some(options) = schema["oneOf"].as_array() {
        let words: Vec<&str> = options.iter().filter_map(|option| option["const"].as_str()).collect();
        let rest = if words.len() < options.len() { " or JSON" } else { "" };
        return ("WORD", format!("{}{rest}", words.join(", ")).trim_start_matches(" or ").to_owned());
    }
    match schema["type"].as_str() {
        Some("integer") if name.ends_with("_ms") => ("DURATION", "30m, 12h, 7d or milliseconds".to_owned()),
        Some("integer") => ("NUMBER", String::new()),
        Some("boolean") => ("BOOL", "true or false".to_owned()),
        Some("object") => ("JSON", "amounts in it like \"12.5 GUSD\"".to_owned()),
        Some("array") if super::value::is_bytes(schema) => ("JSON", "a list of operations".to_owned()),
        Some("array") => ("ITEM", "may be given several times, or as a JSON list".to_owned()),
        _ => ("TEXT", String::new()),
    }
}
