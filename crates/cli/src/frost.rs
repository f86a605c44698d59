//! `gage keys frost`: threshold keys, made and used by several people on machines of their own.
//!
//! What they send each other are JSON messages. `--out` is a file, a folder that all can reach, or `-` for
//! the standard output; messages are read from files, folders, or `-`. Only what lies in files of `--state`,
//! `--share` and beside it is secret.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use gage_client::Document;
use gage_client::frost::{self, Ceremony, Group, Message, NonceStore, Request, Share, read_messages};
use serde_json::json;

use crate::common::{Password, fields, tell};
use crate::keys::show_key;
use crate::say;
use crate::sign::Reader;

/// What to do with threshold keys.
#[derive(Debug, Subcommand)]
pub enum FrostCommand {
    /// Make a key here and deal it out: this machine holds the whole for a moment
    Deal(Deal),
    /// Without a dealer, first round: begin as one of the parties
    DkgRound1(DkgRound1),
    /// Second round, with the first messages of all; a second time gives the same message again
    DkgRound2(DkgRound2),
    /// The end, with the second messages of the others: the share
    DkgFinish(DkgFinish),
    /// Show what a share belongs to
    Show {
        /// The share's file
        share: PathBuf,
    },
    /// Sign, first round: commit to nonces
    Commit(Commit),
    /// Ask those who committed to sign a document
    Request(AskFor),
    /// Second round: read the document of a request and give a signature share
    Share(GiveShare),
    /// Put the signature shares together and add the signature to the document
    Aggregate(Aggregate),
}

/// Where a message goes.
#[derive(Debug, Args)]
struct Out {
    /// The message: a new file, a folder, or - for the standard output
    #[arg(long, default_value = "-")]
    out: PathBuf,
}

#[derive(Debug, Args)]
pub struct Deal {
    /// What its people call the key: lower-case letters, digits, hyphens
    #[arg(long)]
    name: String,
    /// How many shares
    #[arg(long)]
    parties: u16,
    /// How many must sign
    #[arg(long)]
    threshold: u16,
    /// The folder for the files of the shares
    #[arg(long)]
    out: PathBuf,
    #[command(flatten)]
    password: Password,
}

#[derive(Debug, Args)]
pub struct DkgRound1 {
    /// What the parties call the key: lower-case letters, digits, hyphens
    #[arg(long)]
    name: String,
    /// Which of the parties this is, from 1
    #[arg(long)]
    party: u16,
    /// How many parties
    #[arg(long)]
    parties: u16,
    /// How many must sign
    #[arg(long)]
    threshold: u16,
    /// The file for this party's secrets until the end
    #[arg(long)]
    state: PathBuf,
    #[command(flatten)]
    out: Out,
    #[command(flatten)]
    password: Password,
}

#[derive(Debug, Args)]
pub struct DkgRound2 {
    /// The messages of the first round
    #[arg(required = true)]
    messages: Vec<PathBuf>,
    /// This party's secrets
    #[arg(long)]
    state: PathBuf,
    #[command(flatten)]
    out: Out,
    #[command(flatten)]
    password: Password,
}

#[derive(Debug, Args)]
pub struct DkgFinish {
    /// The messages of the second round
    #[arg(required = true)]
    messages: Vec<PathBuf>,
    /// This party's secrets; removed at the end
    #[arg(long)]
    state: PathBuf,
    /// The file for the share
    #[arg(long)]
    share: PathBuf,
    #[command(flatten)]
    password: Password,
}

#[derive(Debug, Args)]
pub struct Commit {
    /// The share's file; the nonces are kept beside it
    #[arg(long)]
    share: PathBuf,
    #[command(flatten)]
    out: Out,
    #[command(flatten)]
    password: Password,
}

#[derive(Debug, Args)]
pub struct AskFor {
    /// The commitments
    #[arg(required = true)]
    messages: Vec<PathBuf>,
    /// What is to be signed, from `gage tx --out`
    #[arg(long)]
    document: PathBuf,
    /// Any share of the key: only its public part is read
    #[arg(long)]
    share: PathBuf,
    #[command(flatten)]
    out: Out,
}

#[derive(Debug, Args)]
pub struct GiveShare {
    /// The request
    #[arg(required = true)]
    messages: Vec<PathBuf>,
    /// The share's file
    #[arg(long)]
    share: PathBuf,
    #[command(flatten)]
    out: Out,
    #[command(flatten)]
    reader: Reader,
    #[command(flatten)]
    password: Password,
}

#[derive(Debug, Args)]
pub struct Aggregate {
    /// The request and the signature shares
    #[arg(required = true)]
    messages: Vec<PathBuf>,
    /// The document that gets the signature
    #[arg(long)]
    document: PathBuf,
    /// Any share of the key: only its public part is read
    #[arg(long)]
    share: PathBuf,
}

/// Does it.
pub fn frost(command: &FrostCommand) -> Result<ExitCode> {
    match command {
        FrostCommand::Deal(args) => deal(args),
        FrostCommand::DkgRound1(args) => {
            fresh(&args.state)?;
            let password = args.password.choose()?;
            let (state, message) = Ceremony::begin(&args.name, args.party, args.parties, args.threshold)?;
            state.write(&args.state, password.as_bytes())?;
            send(&Message::FrostRound1(message), &args.out)
        }
        FrostCommand::DkgRound2(args) => {
            let password = args.password.get()?;
            let state = Ceremony::read(&args.state, password.as_bytes())?;
            // Only ever the same message: values for other first messages would give the polynomial away.
            if let Some(told) = state.told() {
                return send(&Message::FrostRound2(told.clone()), &args.out);
            }
            let messages = of_kind(&args.messages, |message| match message {
                Message::FrostRound1(message) => Some(message),
                _ => None,
            })?;
            let (state, message) = state.share(&messages)?;
            // The new state lasts before the message leaves: no other values are given out later.
            state.replace(&args.state, password.as_bytes())?;
            send(&Message::FrostRound2(message), &args.out)
        }
        FrostCommand::DkgFinish(args) => finish(args),
        FrostCommand::Show { share } => {
            let group = Group::of_file(share)?;
            about(&group)
        }
        FrostCommand::Commit(args) => {
            let password = args.password.get()?;
            let (nonces, commitment) = Share::read(&args.share, password.as_bytes())?.commit()?;
            NonceStore::beside(&args.share).put(&nonces, password.as_bytes())?;
            send(&Message::FrostCommitment(commitment), &args.out)
        }
        FrostCommand::Request(args) => {
            let document = Document::read(&args.document)?;
            document.check()?;
            let commitments = of_kind(&args.messages, |message| match message {
                Message::FrostCommitment(commitment) => Some(commitment),
                _ => None,
            })?;
            let request = Request::new(&Group::of_file(&args.share)?, document, &commitments)?;
            send(&Message::FrostRequest(Box::new(request)), &args.out)
        }
        FrostCommand::Share(args) => give_share(args),
        FrostCommand::Aggregate(args) => aggregate(args),
    }
}

fn deal(args: &Deal) -> Result<ExitCode> {
    std::fs::create_dir_all(&args.out).with_context(|| format!("making the folder {}", args.out.display()))?;
    let password = args.password.choose()?;
    let shares = frost::deal(&args.name, args.parties, args.threshold)?;
    for share in &shares {
        let path = args.out.join(format!("{}-share-{}.json", args.name, share.party()));
        share.write(&path, password.as_bytes())?;
        fields(&[("written", path.display().to_string())]);
    }
    let first = shares.first().context("a group has parties")?;
    about(first.group())
}

fn finish(args: &DkgFinish) -> Result<ExitCode> {
    fresh(&args.share)?;
    let password = args.password.get()?;
    let state = Ceremony::read(&args.state, password.as_bytes())?;
    let messages = of_kind(&args.messages, |message| match message {
        Message::FrostRound2(message) => Some(message),
        _ => None,
    })?;
    let share = state.finish(&messages)?;
    share.write(&args.share, password.as_bytes())?;
    std::fs::remove_file(&args.state).with_context(|| format!("removing {}", args.state.display()))?;
    fields(&[("written", args.share.display().to_string())]);
    about(share.group())?;
    eprintln!("Compare this key with all parties, over a channel of its own, before you use it.");
    Ok(ExitCode::SUCCESS)
}

fn give_share(args: &GiveShare) -> Result<ExitCode> {
    // Before nonces are given up for a message that could not be written.
    if args.out.out.is_file() {
        bail!("{} exists already; a message is never written over", args.out.out.display());
    }
    let request = one(of_kind(&args.messages, |message| match message {
        Message::FrostRequest(request) => Some(*request),
        _ => None,
    })?)?;
    // The text goes where a person sees it and a pipe does not.
    args.reader.show_on(&request.document, &mut std::io::stderr())?;
    args.reader.confirm()?;
    let password = args.password.get()?;
    let share = Share::read(&args.share, password.as_bytes())?;
    let commitment = share.check(&request)?;
    let nonces = NonceStore::beside(&args.share).take(&commitment, password.as_bytes())?;
    send(&Message::FrostSignatureShare(share.sign(nonces, &request)?), &args.out)
}

fn aggregate(args: &Aggregate) -> Result<ExitCode> {
    let request = one(of_kind(&args.messages, |message| match message {
        Message::FrostRequest(request) => Some(*request),
        _ => None,
    })?)?;
    let shares = of_kind(&args.messages, |message| match message {
        Message::FrostSignatureShare(share) => Some(share),
        _ => None,
    })?;
    let made = frost::aggregate(&Group::of_file(&args.share)?, &request, &shares)?;
    let mut document = Document::read(&args.document)?;
    let mut signed = request.document.clone();
    signed.add(made.key, made.signature)?;
    document.merge(&signed)?;
    document.write(&args.document)?;
    let document = args.document.display();
    tell(&json!({ "signed_by": made.key, "written": args.document }), || {
        say!("signed by {}", made.key);
        say!("written to {document}");
    });
    Ok(ExitCode::SUCCESS)
}

fn about(group: &Group) -> Result<ExitCode> {
    let parties = group.parties().len();
    let signs = format!("{} of {parties} parties", group.threshold());
    show_key(&[("name", group.name().to_owned()), ("signs", signs)], &group.public_key(), None)
}

/// The messages of one kind; there must be some.
fn of_kind<T>(paths: &[PathBuf], kind: impl Fn(Message) -> Option<T>) -> Result<Vec<T>> {
    let messages: Vec<T> = read_messages(paths)?.into_iter().filter_map(kind).collect();
    if messages.is_empty() {
        bail!("there is no message of the kind that this step needs");
    }
    Ok(messages)
}

fn one<T: PartialEq>(mut messages: Vec<T>) -> Result<T> {
    messages.dedup();
    match messages.pop() {
        Some(message) if messages.is_empty() => Ok(message),
        _ => bail!("there are several requests; name the one that is meant"),
    }
}

fn fresh(path: &Path) -> Result<()> {
    if path.exists() {
        bail!("{} exists already; a file with secrets is never written over", path.display());
    }
    Ok(())
}

fn send(message: &Message, out: &Out) -> Result<ExitCode> {
    let line = message.line();
    if out.out.as_os_str() == "-" {
        say!("{line}");
        return Ok(ExitCode::SUCCESS);
    }
    let path = if out.out.is_dir() { out.out.join(message.file_name()) } else { out.out.clone() };
    if path.exists() {
        bail!("{} exists already; a message is never written over", path.display());
    }
    std::fs::write(&path, line + "\n").with_context(|| format!("writing {}", path.display()))?;
    fields(&[("written", path.display().to_string())]);
    Ok(ExitCode::SUCCESS)
}
