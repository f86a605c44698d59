//! `gage tx --dry-run`: what a transaction would do if it were the next.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::Result;
use gage_accounts::describe_amount;
use gage_chain::Operation;
use gage_client::{AssetNames, Client, Receipt};
use gage_crypto::{AccountId, KeyId};
use gage_ledger::Leg;
use gage_units::AssetId;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::common::tell;
use crate::exit::{DONE, REFUSED, code};
use crate::say;
use crate::settings::settings;

/// What the node answers, as far as it is shown.
#[derive(Debug, Deserialize)]
struct Tried {
    height: u64,
    receipt: Receipt,
    postings: Vec<Posting>,
}

#[derive(Debug, Deserialize)]
struct Posting {
    purpose: Value,
    legs: Vec<Leg>,
    supply: Option<Value>,
}

/// Tries it and shows receipt, events and postings. The exit code is that which the transaction would have.
pub fn dry_run(
    client: &Client,
    account: &AccountId,
    keys: Option<Vec<KeyId>>,
    operations: &[Operation],
    names: &AssetNames,
) -> Result<ExitCode> {
    let mut body = json!({ "draft": { "account": account, "operations": operations } });
    if let Some(keys) = keys {
        body["keys"] = json!(keys);
    }
    let answer: Value = client.post("/v1/dry-run", &body)?;
    let tried: Tried = serde_json::from_value(answer.clone())?;
    let (who, fees) = (people(client, account)?, client.fees()?);
    tell(&answer, || {
        say!("nothing is done; in block {} this would come to", tried.height);
        super::say_receipt(&tried.receipt, &fees);
        tried.postings.iter().for_each(|posting| say_posting(posting, &who, names));
    });
    Ok(code(if tried.receipt.outcome == "done" { DONE } else { REFUSED }))
}

fn say_posting(posting: &Posting, who: &BTreeMap<u32, String>, names: &AssetNames) {
    let word = posting.purpose.as_str().map_or_else(|| posting.purpose.to_string(), ToOwned::to_owned);
    say!("posting      {word}");
    for leg in &posting.legs {
        let account = who.get(&leg.account.0).cloned().unwrap_or_else(|| format!("account {}", leg.account));
        let side = word_of(&leg.side);
        let item = leg.item.map(|item| format!(" item {item}")).unwrap_or_default();
        let amount = describe_amount(names, leg.amount, leg.asset);
        say!("  {side:<7} {account:<20} {:<10} {amount}{item}", word_of(&leg.part));
    }
    if let Some(supply) = &posting.supply {
        let asset = supply["asset"].as_u64().and_then(|number| u32::try_from(number).ok()).map(AssetId);
        let amount = supply["amount"].as_str().and_then(|text| text.parse().ok());
        if let (Some(asset), Some(amount)) = (asset, amount) {
            let word = if supply["side"] == "credit" { "minted" } else { "burned" };
            say!("  {word:<7} {}", describe_amount(names, amount, asset));
        }
    }
}

fn word_of(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(ToOwned::to_owned)).unwrap_or_default()
}

/// The numbers of the accounts whose names are known here.
fn people(client: &Client, account: &AccountId) -> Result<BTreeMap<u32, String>> {
    let mut people = BTreeMap::new();
    for (name, id) in &settings().accounts {
        match client.account(id) {
            Ok(known) => drop(people.insert(known.number, name.clone())),
            // A name may be of another network.
            Err(error) if error.name() == Some("UnknownAccount") => {}
            Err(error) => return Err(error.into()),
        }
    }
    people.insert(client.account(account)?.number, "the acting account".to_owned());
    Ok(people)
}
