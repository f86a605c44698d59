//! What publishers answer for: bonds, the bands that reports are measured against, and the judgement.
//!
//! A feed with a `bond_min` counts reports only of publishers who have that much bonded for it, or for
//! the whole oracle. Of such a feed the oracle remembers, in steps of ten seconds, how low and how high
//! the believed price was, with the confidence that its publishers state in the middle. A report that lies outside the band of its own
//! aggregation, widened by the deviation bound, is noted; once the window around its observation has
//! passed, it is judged: outside every band in that window, it is slashed, else it is forgotten. So
//! whoever sees a move first is not punished for it, and no keeper is needed.

use std::ops::Bound::{Excluded, Included, Unbounded};

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_crypto::Hash;
use gage_crypto::hash::sha256_parts;
use gage_staking::{BondId, Destination, Evidence, NewSlash, Role, SlashId, bonded, bonds_of};
use gage_store::Draft;
use gage_units::{AccountNumber, Bps, MathError, Price, Rounding, Timestamp};
use serde::{Deserialize, Serialize};

use crate::block::counted;
use crate::params::Slashing;
use crate::state::{
    BANDS, Cell, OFFENCES, Publisher, PublisherKind, REPORTS, Report, SUSPECTS, SUSPECTS_DUE, note_revised, of_feed,
    params, put_suspect,
};
use crate::{Error, Event, Feed, FeedId, MODULE};

/// The purpose of a publisher's bond that stands for every feed; a feed's own is its number.
pub const WHOLE_ORACLE: u64 = u64::MAX;
/// The step in which bands are remembered, in milliseconds.
pub const BAND_STEP_MS: u64 = 10_000;
/// How long bands are remembered, in milliseconds: six hours.
pub const BAND_KEEP_MS: u64 = 6 * 3_600_000;
/// The most bonds that one offence reaches.
const BONDS_MAX: usize = 8;
/// The work of judging one report.
const JUDGE_WEIGHT: u64 = 3_000;
/// The most bands that go when one comes: as many as the steps of a minute.
const FORGET_MAX: usize = 6;

/// How low and how high the believed price was in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Band {
    /// The lowest low end.
    pub low: Price,
    /// The highest high end.
    pub high: Price,
}

/// A report that waits for its judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Suspect {
    /// What was reported.
    pub price: Price,
    /// For which instant.
    pub observed_at: Timestamp,
    /// When it is judged.
    pub judge_at: Timestamp,
}

/// How a publisher offended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OffenceKind {
    /// Two reports for one instant that differ.
    Equivocation,
    /// A report outside every band around its instant.
    Deviation,
}

/// A proven offence.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Offence {
    /// What was done.
    pub kind: OffenceKind,
    /// On which feed.
    pub feed: FeedId,
    /// For which instant.
    pub observed_at: Timestamp,
    /// When it was proven.
    pub at: Timestamp,
    /// The slashes that followed.
    pub slashes: Vec<SlashId>,
}

/// What `publisher` has bonded that stands for `feed`: the larger of its bonds for the feed and for the
/// whole oracle.
pub fn bond_of(draft: &Draft, feed: FeedId, publisher: AccountNumber) -> gage_units::Amount {
    let of = |purpose| bonded(draft, Role::Publisher, publisher, purpose);
    of(u64::from(feed.0)).max(of(WHOLE_ORACLE))
}

/// Remembers the band of an aggregate that is believed, and notes reports that lie far outside it. Costs
/// nothing where no bond is asked.
pub(crate) fn remember(draft: &mut Draft, id: FeedId, feed: &Feed, cell: &Cell) -> Result<(), MathError> {
    if feed.params.bond_min.is_zero() {
        return Ok(());
    }
    let Some(counted) = counted(draft, id, feed, cell.updated_at) else { return Ok(()) };
    // Not the aggregate's confidence: among few publishers, one false report widens it as far as itself.
    // Half of the publishers cannot move the middle of what all say of their own width.
    let width = middle_confidence(&counted);
    let band = Band {
        low: Price(cell.price.0.saturating_sub(width.0)),
        high: Price(cell.price.0.checked_add(width.0).ok_or(MathError::Overflow)?),
    };
    if cell.belief.jump.is_none() {
        put_band(draft, id, cell.observed_at, band);
    }
    let rules = params(draft).slashing;
    for (publisher, rights, report) in counted {
        let judged = rights.kind == PublisherKind::Account && !SUSPECTS.has(draft, &(id, publisher));
        if judged && band.is_left_by(report.price, rules.deviation_bound)? {
            let judge_at = report.observed_at.plus_ms(rules.window_ms)?;
            let suspect = Suspect { price: report.price, observed_at: report.observed_at, judge_at };
            put_suspect(draft, (id, publisher), Some(suspect));
            draft.emit(MODULE, &Event::ReportDoubted { feed: id, publisher, price: report.price });
        }
    }
    Ok(())
}

/// The confidence in the middle, the lower of two.
fn middle_confidence(counted: &[(AccountNumber, Publisher, Report)]) -> Price {
    let mut widths: Vec<Price> = counted.iter().map(|(_, _, report)| report.confidence).collect();
    widths.sort_unstable();
    let middle = widths.len().saturating_sub(1) >> 1;
    widths.get(middle).copied().unwrap_or(Price(0))
}

/// Forgets bands and waiting reports: they are in units that are no more.
pub(crate) fn forget(draft: &mut Draft, id: FeedId) {
    let range = BANDS.range(draft, (Included((id, Timestamp(0))), Included((id, Timestamp(u64::MAX)))));
    let bands: Vec<(FeedId, Timestamp)> = range.map(|(key, _)| *key).collect();
    for key in bands {
        BANDS.remove(draft, &key);
    }
    let waiting: Vec<(FeedId, AccountNumber)> = SUSPECTS.range(draft, of_feed(id)).map(|(key, _)| *key).collect();
    for key in waiting {
        put_suspect(draft, key, None);
    }
}

fn step_of(at: Timestamp) -> Timestamp {
    Timestamp(at.0.saturating_sub(at.0.checked_rem(BAND_STEP_MS).unwrap_or(0)))
}

fn put_band(draft: &mut Draft, feed: FeedId, at: Timestamp, band: Band) {
    let key = (feed, step_of(at));
    let known = BANDS.get(draft, &key);
    let merged = match known {
        Some(known) => Band { low: known.low.min(band.low), high: known.high.max(band.high) },
        None => band,
    };
    if known != Some(merged) {
        BANDS.put(draft, key, merged);
    }
    let until = Timestamp(at.0.saturating_sub(BAND_KEEP_MS));
    let range = BANDS.range(draft, (Included((feed, Timestamp(0))), Excluded((feed, until)))).take(FORGET_MAX);
    let old: Vec<(FeedId, Timestamp)> = range.map(|(key, _)| *key).collect();
    for key in old {
        BANDS.remove(draft, &key);
    }
}

impl Band {
    /// Whether `price` lies outside the band by more than `bound`. Rounds the bound up: for the accused.
    pub(crate) fn is_left_by(&self, price: Price, bound: Bps) -> Result<bool, MathError> {
        let below = self.low.0.saturating_sub(bound.apply(self.low.0, Rounding::Up)?);
        let above = self.high.0.checked_add(bound.apply(self.high.0, Rounding::Up)?).ok_or(MathError::Overflow)?;
        Ok(price.0 < below || price.0 > above)
    }
}

/// Whether a price reported for an instant lies outside every band around it; `None` as long as no band
/// of that instant or a later one is known. The window reaches from its length before the instant to its
/// length after, and to the first band from the instant on, however late that came.
///
/// # Errors
/// [`MathError`].
pub(crate) fn deviates(
    draft: &Draft,
    feed: FeedId,
    price: Price,
    observed_at: Timestamp,
    rules: &Slashing,
) -> Result<Option<bool>, MathError> {
    let first = BANDS.range(draft, (Included((feed, step_of(observed_at))), Included((feed, Timestamp(u64::MAX)))));
    let Some((_, first)) = first.map(|(key, band)| (key.1, *band)).next() else { return Ok(None) };
    let from = step_of(Timestamp(observed_at.0.saturating_sub(rules.window_ms)));
    let until = observed_at.plus_ms(rules.window_ms)?;
    let around = BANDS.range(draft, (Included((feed, from)), Included((feed, until)))).map(|(_, band)| *band);
    for band in around.chain([first]) {
        if !band.is_left_by(price, rules.deviation_bound)? {
            return Ok(Some(false));
        }
    }
    Ok(Some(true))
}

/// Judges the reports whose window has passed, oldest first, as far as the budget of work reaches; the
/// rest follows in the next block.
///
/// # Errors
/// Only those that the invariants exclude; they name a broken record.
pub fn judge(draft: &mut Draft, ctx: &Context, budget: &mut u64) -> Result<(), Error> {
    let rules = params(draft).slashing;
    while let Some(((due, feed, publisher), ())) = SUSPECTS_DUE.first(draft) {
        if due >= ctx.time {
            break;
        }
        let Some(left) = budget.checked_sub(JUDGE_WEIGHT) else { break };
        *budget = left;
        let key = (feed, publisher);
        let suspect = SUSPECTS.get(draft, &key).ok_or(Error::NoSuchReport)?;
        let verdict = deviates(draft, feed, suspect.price, suspect.observed_at, &rules)?;
        let forgotten = ctx.time.0.saturating_sub(suspect.observed_at.0) > BAND_KEEP_MS;
        match verdict {
            // The market stands still, or a move waits to be believed.
            None if !forgotten => {
                let judge_at = ctx.time.plus_ms(rules.window_ms)?;
                put_suspect(draft, key, Some(Suspect { judge_at, ..suspect }));
            }
            Some(true) => {
                put_suspect(draft, key, None);
                let savepoint = draft.savepoint();
                match convict(draft, ctx, OffenceKind::Deviation, feed, publisher, suspect.observed_at) {
                    // The window of evidence has passed, which governance may have shortened meanwhile.
                    Err(Error::Staking(gage_staking::Error::EvidenceTooOld)) => {
                        draft.undo_to(savepoint);
                        draft.emit(MODULE, &Event::ReportCleared { feed, publisher, price: suspect.price });
                    }
                    convicted => convicted?,
                }
            }
            Some(false) | None => {
                put_suspect(draft, key, None);
                draft.emit(MODULE, &Event::ReportCleared { feed, publisher, price: suspect.price });
            }
        }
    }
    Ok(())
}

/// The hash of an offence: one publisher, feed and instant, whatever proves it.
pub fn offence_hash(draft: &Draft, feed: FeedId, publisher: AccountNumber, observed_at: Timestamp) -> Hash {
    let id = gage_accounts::id_of(draft, publisher).map_or([0; 32], |id| id.0);
    let network = gage_accounts::network(draft);
    let (feed, at) = (feed.0.to_le_bytes(), observed_at.0.to_le_bytes());
    sha256_parts(&[b"gage/offence/1", &network.0, &id, &feed, &at])
}

/// Whether the offence was proven before.
pub(crate) fn is_convicted(draft: &Draft, feed: FeedId, publisher: AccountNumber, observed_at: Timestamp) -> bool {
    OFFENCES.has(draft, &(publisher, offence_hash(draft, feed, publisher, observed_at)))
}

/// The bonds that answer for what a publisher says of a feed.
pub(crate) fn bonds(draft: &Draft, feed: FeedId, publisher: AccountNumber) -> Vec<BondId> {
    let of = |purpose| bonds_of(draft, Role::Publisher, purpose, publisher);
    of(u64::from(feed.0)).into_iter().chain(of(WHOLE_ORACLE)).take(BONDS_MAX).collect()
}

/// Records a proven offence, slashes the bonds that stand for the feed, and counts the publisher's last
/// report no more. An offence recorded before changes nothing.
///
/// # Errors
/// Those of staking.
pub(crate) fn convict(
    draft: &mut Draft,
    ctx: &Context,
    kind: OffenceKind,
    feed: FeedId,
    publisher: AccountNumber,
    observed_at: Timestamp,
) -> Result<(), Error> {
    let hash = offence_hash(draft, feed, publisher, observed_at);
    if OFFENCES.has(draft, &(publisher, hash)) {
        return Ok(());
    }
    let rules = params(draft).slashing;
    let fraction = match kind {
        OffenceKind::Equivocation => rules.equivocation,
        OffenceKind::Deviation => rules.deviation,
    };
    let evidence = Evidence { module: MODULE, hash, occurred_at: observed_at };
    let destination = Destination { waterfall: rules.waterfall };
    let mut slashes = Vec::new();
    for bond in bonds(draft, feed, publisher) {
        match gage_staking::slash(draft, ctx, &NewSlash { bond, fraction, evidence, destination }) {
            Ok(slashed) => slashes.push(slashed.slash),
            // It was on its way out before; the offence is proven all the same.
            Err(gage_staking::Error::NothingAnswers) => {}
            Err(error) => return Err(error.into()),
        }
    }

    // From here on nothing can fail.
    let offence = Offence { kind, feed, observed_at, at: ctx.time, slashes };
    draft.emit(MODULE, &Event::OffenceProven { publisher, evidence: hash, offence: offence.clone() });
    OFFENCES.put(draft, (publisher, hash), offence);
    if REPORTS.has(draft, &(feed, publisher)) {
        REPORTS.remove(draft, &(feed, publisher));
        note_revised(draft, feed, ctx.time);
    }
    Ok(())
}

/// The proven offences of a publisher, at most `limit`, in the order of their hashes.
pub fn offences_of(draft: &Draft, publisher: AccountNumber, limit: usize) -> Vec<(Hash, Offence)> {
    let range = OFFENCES.range(draft, (Included((publisher, Hash::ZERO)), Unbounded));
    range.take_while(|(key, _)| key.0 == publisher).take(limit).map(|(key, offence)| (key.1, offence.clone())).collect()
}
