use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use super::Report;
use crate::hex_bytes;
use crate::pyth::{self, PriceMessage, Update};
use crate::state::{GUARDIANS, params, pyth_publishers};
use crate::{Error, wormhole};

/// Brings a price update of Pyth as its guardians signed it. Anybody may. Every price in it that a feed
/// takes and that is newer than the last counts as a report of the feed's Pyth publisher.
///
/// Precedence: form; emitter; guardian set (known, not expired); signatures; proofs of all messages; at
/// least one price that a feed takes and that can be reported, else the first reason why not.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubmitPythUpdate {
    /// The bytes of the update, at most [`pyth::UPDATE_MAX`].
    #[serde(with = "hex_bytes")]
    pub update: Vec<u8>,
}

impl SubmitPythUpdate {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        pyth::parse(&self.update).map(|_| ())
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.account()?;
        let update = pyth::parse(&self.update)?;
        check_signed(draft, ctx, &update)?;
        update.messages.iter().try_for_each(|message| message.verify(&update.root))?;

        let (mut taken, mut refused) = (0usize, None);
        for message in &update.messages {
            let Some(price) = message.price()? else { continue };
            for (feed, publisher) in pyth_publishers(draft, price.price_id) {
                let report = report(feed, &price).and_then(|report| {
                    report.validate()?;
                    report.apply_foreign(draft, ctx, publisher)
                });
                match report {
                    Ok(()) => taken = taken.saturating_add(1),
                    Err(error) => refused = refused.or(Some(error)),
                }
            }
        }
        match (taken, refused) {
            (0, Some(error)) => Err(error),
            (0, None) => Err(Error::NothingForThisOracle),
            _ => Ok(()),
        }
    }

    /// The work: the signatures outweigh everything else.
    pub(crate) fn weight(&self) -> u64 {
        let Ok(update) = pyth::parse(&self.update) else { return 2_000 };
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        let steps = update.messages.iter().fold(0usize, |sum, message| sum.saturating_add(message.proof.len()));
        let signatures = count(update.signed.signatures.len()).saturating_mul(50_000);
        let proofs = count(steps.saturating_add(update.messages.len())).saturating_mul(500);
        signatures.saturating_add(proofs).saturating_add(2_000)
    }

    pub(crate) fn describe(&self) -> String {
        match pyth::parse(&self.update) {
            Ok(update) => {
                let set = update.signed.guardian_set;
                format!("Bring {} prices of Pyth signed by guardian set {set}", update.messages.len())
            }
            Err(error) => format!("Bring an update of Pyth that cannot be read: {error}"),
        }
    }
}

fn check_signed(draft: &Draft, ctx: &Context, update: &Update) -> Result<(), Error> {
    if params(draft).pyth != Some(update.signed.emitter) {
        return Err(Error::WrongEmitter);
    }
    let number = update.signed.guardian_set;
    let set = GUARDIANS.peek(draft, &number).ok_or(Error::UnknownGuardianSet(number))?;
    if set.expires.is_some_and(|expires| ctx.time >= expires) {
        return Err(Error::GuardianSetExpired(number));
    }
    wormhole::verify(&update.signed, set)
}

fn report(feed: crate::FeedId, message: &PriceMessage) -> Result<Report, Error> {
    let (price, confidence) = message.in_units()?;
    Ok(Report { feed, price, confidence, bid: None, ask: None, observed_at: message.observed_at()? })
}
