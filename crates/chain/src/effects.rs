//! What a signer expects of a transaction in all, checked against what the ledger posted.

use std::collections::BTreeMap;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Names, describe_amount};
use gage_ledger::{Event as LedgerEvent, Side};
use gage_store::Events;
use gage_units::{AccountNumber, Amount, AssetId};
use serde::{Deserialize, Serialize};

use crate::Error;

/// The most effects a transaction may declare.
pub const EFFECTS_MAX: usize = 16;

/// A bound on the net change of the signer's holding of an asset, all parts together: pledging and
/// holding change nothing, because both stay on the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpectedEffect {
    /// The account loses at most this.
    PayAtMost {
        /// Of what.
        asset: AssetId,
        /// How much.
        amount: Amount,
    },
    /// The account gains at least this.
    ReceiveAtLeast {
        /// Of what.
        asset: AssetId,
        /// How much.
        amount: Amount,
    },
}

impl ExpectedEffect {
    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        match *self {
            ExpectedEffect::PayAtMost { asset, amount } => {
                format!("Pay at most {} in all", describe_amount(names, amount, asset))
            }
            ExpectedEffect::ReceiveAtLeast { asset, amount } => {
                format!("Receive at least {} in all", describe_amount(names, amount, asset))
            }
        }
    }
}

/// What one account gained and lost of one asset.
#[derive(Clone, Copy, Debug, Default)]
struct Flow {
    credited: Amount,
    debited: Amount,
}

/// Compares the declared effects with the postings among `events`.
///
/// # Errors
/// [`Error::UnexpectedEffect`] at the first breach.
pub fn check(expected: &[ExpectedEffect], account: AccountNumber, events: &Events) -> Result<(), Error> {
    if expected.is_empty() {
        return Ok(());
    }
    let flows = flows_of(account, events)?;
    for effect in expected {
        let holds = match *effect {
            ExpectedEffect::PayAtMost { asset, amount } => {
                let flow = flows.get(&asset).copied().unwrap_or_default();
                // Lost less gained is at most the amount, without a subtraction below zero.
                flow.debited <= flow.credited.plus(amount)?
            }
            ExpectedEffect::ReceiveAtLeast { asset, amount } => {
                let flow = flows.get(&asset).copied().unwrap_or_default();
                flow.credited >= flow.debited.plus(amount)?
            }
        };
        if !holds {
            return Err(Error::UnexpectedEffect);
        }
    }
    Ok(())
}

fn flows_of(account: AccountNumber, events: &Events) -> Result<BTreeMap<AssetId, Flow>, Error> {
    let mut flows = BTreeMap::<AssetId, Flow>::new();
    for (module, bytes) in events.iter() {
        if module != gage_ledger::MODULE {
            continue;
        }
        if let Ok(LedgerEvent::Posted { legs, .. }) = borsh::from_slice(bytes) {
            for leg in legs.iter().filter(|leg| leg.account == account) {
                let flow = flows.entry(leg.asset).or_default();
                match leg.side {
                    Side::Credit => flow.credited = flow.credited.plus(leg.amount)?,
                    Side::Debit => flow.debited = flow.debited.plus(leg.amount)?,
                }
            }
        }
    }
    Ok(flows)
}
