//! The operations of this module.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Class, Context, Names, Output};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::block::{BID_WEIGHT, CLEARING_WEIGHT};
use crate::operations::{CancelUniform, ClaimKeptProceeds, CommitBid, OpenUniform, PlaceBid, RevealBid, Take};
use crate::params::ATTEMPTS_MAX;
use crate::state::UNIFORM;
use crate::{Error, Unsold};

/// An operation of this module, one variant per verb.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Take a part of a lot.
    Take(Take),
    /// Put an amount up at one price for all.
    OpenUniform(OpenUniform),
    /// Take back a lot without bids.
    CancelUniform(CancelUniform),
    /// Bid in the open.
    PlaceBid(PlaceBid),
    /// Commit to a sealed bid.
    CommitBid(CommitBid),
    /// Reveal a sealed bid.
    RevealBid(RevealBid),
    /// Fetch what was paid for a sale and kept.
    ClaimKeptProceeds(ClaimKeptProceeds),
}

impl Operation {
    /// Checks what needs no state.
    ///
    /// # Errors
    /// See the operation.
    pub fn validate(&self) -> Result<(), Error> {
        match self {
            Operation::Take(take) => take.validate(),
            Operation::OpenUniform(open) => open.validate(),
            Operation::PlaceBid(bid) => bid.validate(),
            Operation::RevealBid(reveal) => reveal.validate(),
            Operation::CancelUniform(_) | Operation::CommitBid(_) | Operation::ClaimKeptProceeds(_) => Ok(()),
        }
    }

    /// Acts, or fails and leaves writes to be undone.
    ///
    /// # Errors
    /// See the operation.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Error> {
        match self {
            Operation::Take(take) => take.apply(draft, ctx),
            Operation::OpenUniform(open) => open.apply(draft, ctx).map(|_| None),
            Operation::CancelUniform(cancel) => cancel.apply(draft, ctx).map(|()| None),
            Operation::PlaceBid(bid) => bid.apply(draft, ctx).map(|()| None),
            Operation::CommitBid(commit) => commit.apply(draft, ctx).map(|()| None),
            Operation::RevealBid(reveal) => reveal.apply(draft, ctx).map(|()| None),
            Operation::ClaimKeptProceeds(claim) => claim.apply(draft, ctx),
        }
    }

    /// The class of execution inside a block.
    pub fn class(&self) -> Class {
        Class::General
    }

    /// The work, in thousandths of a simple operation.
    pub fn weight(&self) -> u64 {
        match self {
            Operation::Take(_) | Operation::CancelUniform(_) | Operation::ClaimKeptProceeds(_) => 2_000,
            // A lot pays for the clearings of all its rounds.
            Operation::OpenUniform(open) => {
                let rounds = match open.unsold {
                    Unsold::Return => 1,
                    Unsold::Roll { rounds } => rounds,
                };
                CLEARING_WEIGHT.saturating_mul(u64::from(rounds)).saturating_add(3_000)
            }
            // A bid pays for its own clearing, as often as it may be tried, and looks through a full book: 128
            // entries at 50 each.
            Operation::PlaceBid(_) | Operation::CommitBid(_) | Operation::RevealBid(_) => {
                let attempt = BID_WEIGHT.saturating_add(CLEARING_WEIGHT);
                attempt.saturating_mul(u64::from(ATTEMPTS_MAX)).saturating_add(8_000)
            }
        }
    }

    /// The work that the rules of the assets it moves add to it, as they stand now.
    pub fn rules_weight(&self, draft: &Draft) -> u64 {
        let of = |asset| gage_compliance::movement_weight(draft, asset);
        let asked = u64::from(ATTEMPTS_MAX).saturating_add(1);
        let both = |asset, want| of(asset).saturating_add(of(want));
        match self {
            Operation::Take(take) => both(take.asset, take.want),
            // In, and back out of what is not sold.
            Operation::OpenUniform(open) => both(open.asset, open.asset),
            Operation::CancelUniform(cancel) => of(cancel.asset),
            Operation::ClaimKeptProceeds(claim) => of(claim.asset),
            // A bidder is asked when he bids and again whenever the lot is cleared.
            Operation::PlaceBid(bid) => both(bid.asset, bid.want).saturating_mul(asked),
            Operation::RevealBid(reveal) => both(reveal.asset, reveal.want).saturating_mul(asked),
            Operation::CommitBid(commit) => {
                let asset = UNIFORM.peek(draft, &commit.lot).map(|lot| lot.asset);
                asset.map_or(0, of).saturating_add(of(commit.want).saturating_mul(2))
            }
        }
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        match self {
            Operation::Take(take) => take.describe(names),
            Operation::OpenUniform(open) => open.describe(names),
            Operation::CancelUniform(cancel) => cancel.describe(names),
            Operation::PlaceBid(bid) => bid.describe(names),
            Operation::CommitBid(commit) => commit.describe(names),
            Operation::RevealBid(reveal) => reveal.describe(names),
            Operation::ClaimKeptProceeds(claim) => claim.describe(names),
        }
    }
}
