//! `gage watch`: what happens, as it happens, and nothing left out when the connection breaks.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use gage_api::openapi::routes;
use gage_client::{Channel, Client, Error, Stream};
use serde_json::{Value, json};

use crate::common::{self, NodeUrl, lines, say};
use crate::exit::{REFUSED, code};
use crate::query::Units;
use crate::settings::account;

/// The name of the one subscription.
const ID: &str = "watch";
/// How long to wait before coming back, at first and at most.
const BACK_FIRST: Duration = Duration::from_millis(200);
const BACK_MAX: Duration = Duration::from_secs(10);

/// What to follow
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gage watch blocks\n  gage watch events --module vaults --account alice\n  \
                        gage watch vault 1 --resume seen.txt --json")]
pub struct WatchArgs {
    #[command(flatten)]
    node: NodeUrl,
    /// Begin at this block in place of now
    #[arg(long, global = true, value_name = "HEIGHT")]
    from: Option<u64>,
    /// Keep the last block that was seen in this file, and go on after it the next time
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "from")]
    resume: Option<PathBuf>,
    /// End after so many messages
    #[arg(long, global = true)]
    count: Option<u64>,
    /// End when the connection breaks, in place of coming back
    #[arg(long, global = true)]
    once: bool,
    #[command(subcommand)]
    subject: Subject,
}

/// One thing, or what happens everywhere.
#[derive(Debug, Subcommand)]
enum Subject {
    /// Every block, a line for each
    Blocks,
    /// What happens, of an account or a module if wanted
    Events {
        /// Only what names this account, gage1... or a name of the configuration
        #[arg(long)]
        account: Option<String>,
        /// Only of this module
        #[arg(long)]
        module: Option<String>,
    },
    /// Events of the oracle
    Prices,
    /// Events of auctions
    Auctions,
    /// An account with what it holds: whole, then what changes
    Account {
        /// gage1... or a name of the configuration
        account: String,
    },
    /// A vault: whole, then what changes
    Vault {
        /// Its number
        vault: u32,
    },
    /// A lot at auction: whole, then what changes, until it is gone
    Auction {
        /// Its number
        lot: u64,
    },
    /// A price: whole, then what changes
    Price {
        /// The feed's number
        feed: u32,
    },
}

impl Subject {
    /// What the document of the API says of the one thing that is followed: of all of it, or of a field.
    fn schemas(&self) -> Vec<(Option<&'static str>, Value)> {
        let of = |id: &str| routes().into_iter().find(|route| route.id == id).and_then(|route| route.schema());
        let parts: &[(Option<&'static str>, &str)] = match self {
            Subject::Account { .. } => &[(None, "get_account"), (Some("holdings"), "list_holdings")],
            Subject::Vault { .. } => &[(Some("vault"), "get_vault"), (Some("protection"), "get_protection")],
            Subject::Auction { .. } => &[(None, "get_lot")],
            Subject::Price { .. } => &[(None, "get_price")],
            Subject::Blocks | Subject::Events { .. } | Subject::Prices | Subject::Auctions => &[],
        };
        let schema = |(field, id): &(Option<&'static str>, &str)| {
            let schema = of(id)?;
            // What is a list there is by number here.
            let item = schema.pointer("/properties/items/items").map(|item| json!({ "additionalProperties": item }));
            Some((*field, item.unwrap_or(schema)))
        };
        parts.iter().filter_map(schema).collect()
    }
}

/// How a stream ended.
enum End {
    /// As many messages as were wanted, or nothing more will come.
    Enough,
    /// The node refused the subscription.
    Refused,
}

/// Follows it until interrupted.
pub fn watch(args: &WatchArgs) -> Result<ExitCode> {
    let client = args.node.client()?;
    let mut watch = Watch { args, next: begin(args)?, seen: 0, joined: false, whole: Value::Null };
    let mut back = BACK_FIRST;
    loop {
        let before = watch.seen;
        match watch.follow(&client) {
            Ok(End::Enough) => return Ok(ExitCode::SUCCESS),
            Ok(End::Refused) => return Ok(code(REFUSED)),
            // A node that was never reached is more likely misnamed than about to come.
            Err(error) if args.once || !broke(&error) || !watch.joined => return Err(error),
            Err(error) => eprintln!("gage: {error:#}; coming back in {} ms", back.as_millis()),
        }
        // What was read since the last break shows that the node is well again.
        back = if watch.seen > before { BACK_FIRST } else { back.saturating_mul(2).min(BACK_MAX) };
        sleep(back);
    }
}

/// Where to begin: as told, or after what the file says was seen.
fn begin(args: &WatchArgs) -> Result<Option<u64>> {
    match &args.resume {
        Some(path) if path.exists() => {
            let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
            let seen: u64 = text.trim().parse().with_context(|| format!("{} holds no height", path.display()))?;
            Ok(Some(seen.saturating_add(1)))
        }
        _ => Ok(args.from),
    }
}

fn broke(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<Error>(), Some(Error::Stream(_) | Error::Unreachable { .. }))
}

struct Watch<'a> {
    args: &'a WatchArgs,
    /// The first sequence that was not seen.
    next: Option<u64>,
    /// How many messages were shown.
    seen: u64,
    /// Whether the node ever took the subscription.
    joined: bool,
    /// The account, vault, lot or price that is followed, as it is now.
    whole: Value,
}

impl Watch<'_> {
    fn follow(&mut self, client: &Client) -> Result<End> {
        let mut stream = client.stream()?;
        subscribe(&mut stream, &self.args.subject, self.next)?;
        let schemas = self.args.subject.schemas();
        // Blocks and events have texts of their own, and programs read smallest units.
        let units = (!schemas.is_empty() && !common::json()).then(|| Units::of(client)).transpose()?;
        let shown = |whole: &Value| {
            let mut shown = whole.clone();
            let Some(units) = &units else { return shown };
            for (field, schema) in &schemas {
                match field {
                    None => shown = units.shown(schema, whole),
                    Some(field) => shown[field] = units.shown(schema, &whole[field]),
                }
            }
            shown
        };
        loop {
            let message = stream.read()?;
            match message["type"].as_str() {
                Some("subscribed") => {
                    // Whoever comes back begins where this began, even if nothing came.
                    self.joined = true;
                    let next = message["next"].as_u64();
                    self.next = self.next.or(next.filter(|next| *next > 0));
                    continue;
                }
                Some("problem") => {
                    let problem = &message["problem"];
                    if common::json() {
                        eprintln!("{}", json!({ "error": problem }));
                    } else {
                        eprintln!("gage: {} ({})", plain(&problem["detail"]), plain(&problem["name"]));
                        eprintln!("      {}", plain(&problem["remedy"]));
                    }
                    return Ok(End::Refused);
                }
                _ => {}
            }
            match message["type"].as_str() {
                Some("snapshot") if !common::json() => {
                    self.whole = message["data"].clone();
                    say(format_args!("{}\n{}", message["sequence"], indented(&shown(&self.whole))));
                }
                Some("delta") if !common::json() => {
                    json_patch::merge(&mut self.whole, &message["changes"]);
                    let changed = part(&shown(&self.whole), &message["changes"]);
                    say(format_args!("{}\n{}", message["sequence"], indented(&changed)));
                }
                _ => show(&message),
            }
            self.note(&message)?;
            let gone = message["type"] == "gone";
            if gone || self.args.count.is_some_and(|count| self.seen >= count) {
                return Ok(End::Enough);
            }
        }
    }

    /// Remembers what was seen.
    fn note(&mut self, message: &Value) -> Result<()> {
        self.seen = self.seen.saturating_add(1);
        let sequence = message["sequence"].as_u64().or_else(|| message["missed_to"].as_u64());
        // Of a block with many events, all parts must have come.
        let whole = message["last"] != Value::Bool(false);
        if let (Some(sequence), true) = (sequence, whole) {
            self.next = Some(sequence.saturating_add(1));
            if let Some(path) = &self.args.resume {
                keep(path, sequence)?;
            }
        }
        Ok(())
    }
}

/// Written beside and moved into place, so that a break leaves the old or the new.
fn keep(path: &Path, sequence: u64) -> Result<()> {
    let beside = path.with_extension("new");
    let written = std::fs::write(&beside, format!("{sequence}\n")).and_then(|()| std::fs::rename(&beside, path));
    written.with_context(|| format!("writing {}", path.display()))
}

fn subscribe(stream: &mut Stream, subject: &Subject, from: Option<u64>) -> Result<()> {
    match subject {
        Subject::Blocks => stream.subscribe(ID, Channel::Blocks, from)?,
        Subject::Prices => stream.subscribe(ID, Channel::Prices, from)?,
        Subject::Auctions => stream.subscribe(ID, Channel::Auctions, from)?,
        Subject::Events { account: of, module } => {
            let of = of.as_deref().map(account).transpose()?;
            stream.subscribe_events(ID, of, module.as_deref(), from)?;
        }
        Subject::Account { account: of } => stream.follow_account(ID, account(of)?, from)?,
        Subject::Vault { vault } => stream.follow_vault(ID, *vault, from)?,
        Subject::Auction { lot } => stream.follow_auction(ID, *lot, from)?,
        Subject::Price { feed } => stream.follow_price(ID, *feed, from)?,
    }
    Ok(())
}

fn show(message: &Value) {
    if common::json() {
        say(format_args!("{message}"));
        return;
    }
    let at = &message["sequence"];
    match message["type"].as_str() {
        Some("block") => {
            let block = &message["block"];
            say(format_args!("block {at}  {} receipts, {} done  {}", message["receipts"], message["done"], block));
        }
        Some("events") => {
            for event in message["events"].as_array().into_iter().flatten() {
                let kind = plain(&event["kind"]);
                say(format_args!("{at}  {} {kind} {}", plain(&event["module"]), event["event"][&kind]));
            }
        }
        Some("gone") => say(format_args!("{at}  it is there no more")),
        Some("lag") => {
            eprintln!("gage: blocks {} to {} are kept no more", message["missed_from"], message["missed_to"]);
        }
        _ => common::print(message),
    }
}

/// Of an answer, the fields that a merge patch names; one that it takes away is null.
fn part(answer: &Value, changes: &Value) -> Value {
    match (answer, changes) {
        (Value::Object(fields), Value::Object(changes)) => {
            let field = |(name, change): (&String, &Value)| {
                (name.clone(), fields.get(name).map_or(Value::Null, |field| part(field, change)))
            };
            changes.iter().map(field).collect()
        }
        _ => answer.clone(),
    }
}

fn indented(value: &Value) -> String {
    lines(value).lines().map(|line| format!("  {line}\n")).collect::<String>().trim_end().to_owned()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}
