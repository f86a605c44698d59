//! `gage query`: every route of the API that only reads, by its stable name. The commands are made of the list
//! of routes, as the API's document is.

mod table;
mod units;

use std::process::ExitCode;
use std::sync::LazyLock;

use anyhow::{Context, Result};
use clap::error::{Error, ErrorKind};
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, Subcommand};
use gage_api::openapi::{Answer, Route, document, routes};
use gage_client::{Client, Page};
use serde_json::Value;

use crate::common::{self, NodeUrl, json, say};
use crate::settings;

pub use self::units::Units;

/// A route by name
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gage query list_vaults --owner alice\n  gage query get_price 0 --json")]
pub struct QueryArgs {
    #[command(flatten)]
    node: NodeUrl,
    /// The most entries of a list; all of them without
    #[arg(long, global = true, value_name = "COUNT")]
    most: Option<usize>,
    /// Amounts in smallest units, as the API has them; with --json they always are
    #[arg(long, global = true)]
    raw: bool,
    #[command(subcommand)]
    route: Asked,
}

/// A route with what was given for it.
#[derive(Debug)]
struct Asked {
    route: Route,
    /// What stands in the path, in its order.
    segments: Vec<String>,
    /// What stands in the query.
    query: Vec<(String, String)>,
}

/// A route with its parameters as the document has them.
struct Known {
    route: Route,
    parameters: Vec<Value>,
}

/// What only reads, and answers with one text.
static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let document = document();
    let wanted = |route: &Route| route.method == "get" && route.answer != Answer::Upgrade;
    let known = |route: Route| {
        let parameters = document["paths"][route.path]["get"]["parameters"].as_array().cloned();
        Known { route, parameters: parameters.unwrap_or_default() }
    };
    routes().into_iter().filter(wanted).map(known).collect()
});

fn named(name: &str) -> Option<&'static Known> {
    let name = name.replace('-', "_");
    KNOWN.iter().find(|known| known.route.id == name)
}

impl FromArgMatches for Asked {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Asked, Error> {
        let found = matches.subcommand().and_then(|(name, inner)| Some((named(name)?, inner)));
        let (known, inner) = found.ok_or_else(|| Error::raw(ErrorKind::MissingSubcommand, "say which route\n"))?;
        let mut asked = Asked { route: known.route, segments: Vec::new(), query: Vec::new() };
        for parameter in known.parameters.iter().filter(|parameter| followed(parameter)) {
            let name = parameter["name"].as_str().unwrap_or_default();
            if let Some(text) = inner.get_one::<String>(&id(name)).cloned() {
                if parameter["in"] == "path" {
                    asked.segments.push(text);
                } else {
                    asked.query.push((name.to_owned(), text));
                }
            }
        }
        Ok(asked)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Asked::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Subcommand for Asked {
    fn augment_subcommands(command: Command) -> Command {
        // The document is made only where somebody asks for it.
        command.defer(|command| command.subcommands(KNOWN.iter().map(route)))
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Asked::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        named(name).is_some()
    }
}

fn route(known: &Known) -> Command {
    let role = known.route.role.map(|role| format!(" (needs a key with the role {})", role.word()));
    Command::new(known.route.id)
        .about(format!("{}{}", known.route.summary, role.unwrap_or_default()))
        .aliases(known.route.id.contains('_').then(|| known.route.id.replace('_', "-")))
        .args(known.parameters.iter().filter(|parameter| followed(parameter)).map(argument))
}

/// Pages are followed here: nobody gives their size and their cursor.
fn followed(parameter: &Value) -> bool {
    parameter["in"] == "path" || !matches!(parameter["name"].as_str(), Some("cursor" | "limit"))
}

fn argument(parameter: &Value) -> Arg {
    let name = parameter["name"].as_str().unwrap_or_default().to_owned();
    let argument = Arg::new(id(&name)).value_name(name.to_uppercase()).required(parameter["required"] == true);
    let argument =
        argument.help(parameter["description"].as_str().unwrap_or_default().trim_end_matches('.').to_owned());
    if parameter["in"] == "path" { argument } else { argument.long(name.replace('_', "-")) }
}

fn id(name: &str) -> String {
    format!("parameter {name}")
}

/// Asks, follows the pages, and shows a table or JSON.
pub fn query(args: &QueryArgs) -> Result<ExitCode> {
    let client = args.node.client()?;
    let path = path(&args.route)?;
    match args.route.route.answer {
        Answer::Text => say(format_args!("{}", client.text(&path)?.trim_end())),
        Answer::Page(_) => {
            let items = pages(&client, &path, args.most.unwrap_or(usize::MAX))?;
            show(&client, args, &items)?;
        }
        Answer::List(_) => {
            let answer: Value = client.get(&path)?;
            let items = answer["items"].as_array().cloned().unwrap_or_default();
            let most = args.most.unwrap_or(items.len()).min(items.len());
            show(&client, args, items.get(..most).unwrap_or_default())?;
        }
        _ => {
            let answer: Value = client.get(&path)?;
            let schema = args.route.route.schema().unwrap_or_default();
            common::print(&if args.raw || json() { answer } else { Units::of(&client)?.shown(&schema, &answer) });
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The path with what was given in it; accounts may be given by name.
fn path(asked: &Asked) -> Result<String> {
    let value = |name: &str, text: &str| -> Result<String> {
        let account = matches!(name, "account" | "owner" | "from" | "to") && !text.bytes().all(|b| b.is_ascii_digit());
        Ok(percent(&if account && !text.starts_with("gage1") {
            settings::account(text)?.to_string()
        } else {
            text.to_owned()
        }))
    };
    let mut given = asked.segments.iter();
    let mut path = String::new();
    for part in asked.route.path.split('/').skip(1) {
        path.push('/');
        match part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => path.push_str(&value(name, given.next().context("every part of the path is required")?)?),
            None => path.push_str(part),
        }
    }
    for (at, (name, text)) in asked.query.iter().enumerate() {
        path.push_str(if at == 0 { "?" } else { "&" });
        path.push_str(&format!("{name}={}", value(name, text)?));
    }
    Ok(path)
}

/// A text as a part of a URL (RFC 3986).
fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let written = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(written).collect()
}

fn pages(client: &Client, path: &str, most: usize) -> Result<Vec<Value>> {
    let (mut items, mut cursor) = (Vec::new(), None::<String>);
    let joint = if path.contains('?') { '&' } else { '?' };
    while items.len() < most {
        let from = cursor.map(|cursor| format!("&cursor={}", percent(&cursor))).unwrap_or_default();
        let page: Page<Value> = client.get(&format!("{path}{joint}limit=500{from}"))?;
        // The events of all blocks always have a next page: what is still to come.
        let ended = page.items.is_empty() && path.starts_with("/v1/events");
        items.extend(page.items);
        cursor = page.next;
        if cursor.is_none() || ended {
            break;
        }
    }
    items.truncate(most);
    Ok(items)
}

fn show(client: &Client, args: &QueryArgs, items: &[Value]) -> Result<()> {
    if json() {
        items.iter().for_each(|item| say(format_args!("{item}")));
    } else if items.is_empty() {
        say(format_args!("none"));
    } else if args.raw {
        say(format_args!("{}", table::table(items).trim_end()));
    } else {
        let schema = args.route.route.schema().unwrap_or_default();
        let (units, item) = (Units::of(client)?, &schema["properties"]["items"]["items"]);
        let items: Vec<Value> = items.iter().map(|value| units.shown(item, value)).collect();
        say(format_args!("{}", table::table(&items).trim_end()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_that_reads_is_there() {
        let command = Asked::augment_subcommands(Command::new("query"));
        let mut command = command;
        command.build();
        let names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
        let reads = routes().into_iter().filter(|route| route.method == "get" && route.id != "stream");
        let mut count = 0;
        for route in reads {
            assert!(names.contains(&route.id), "{} is no command", route.id);
            count += 1;
        }
        assert!(count > 80, "{count} routes");
    }

    #[test]
    fn what_is_given_stands_where_it_belongs() {
        let command = Asked::augment_subcommands(Command::new("query"));
        let path_of = |arguments: &[&str]| {
            let matches = command.clone().try_get_matches_from(arguments).unwrap();
            path(&Asked::from_arg_matches(&matches).unwrap()).unwrap()
        };
        assert_eq!(path_of(&["query", "get_vault", "7"]), "/v1/vaults/7");
        assert_eq!(path_of(&["query", "get-record", "ledger.balances", "00"]), "/v1/records/ledger.balances/00");
        assert_eq!(path_of(&["query", "list_events", "--module", "a/b"]), "/v1/events?module=a%2Fb");
    }
}
