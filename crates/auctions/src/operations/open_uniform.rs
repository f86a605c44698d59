//! Put an amount up for sale at one price for all.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Quantity, describe_amount, describe_quantity};
use gage_store::Draft;
use gage_units::{Amount, AssetId, Price};
use serde::{Deserialize, Serialize};

use super::asset_name;
use crate::uniform::validate_terms;
use crate::{ACCOUNT, Bidding, Error, LotId, MODULE, NewUniform, OwnerRef, Unsold, open_uniform};

/// Sells an amount of the signer's at one clearing price: a primary sale. What is bid goes to him; what is
/// not sold comes back by the rule stated here.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenUniform {
    /// What is sold.
    pub asset: AssetId,
    /// How much.
    pub amount: Quantity,
    /// What is paid.
    pub want: AssetId,
    /// The least price: `want` per whole unit of `asset`.
    pub floor: Price,
    /// How bids are made.
    pub bidding: Bidding,
    /// How long they are made, in milliseconds.
    pub window_ms: u64,
    /// What becomes of the rest.
    pub unsold: Unsold,
    /// The least amount of a bid, unless it is for all that is left.
    pub bid_min: Amount,
}

impl OpenUniform {
    /// # Errors
    /// `ZeroAmount`, [`Error::SameAsset`], [`Error::UniformOutOfBounds`].
    pub fn validate(&self) -> Result<(), Error> {
        let amount = match self.amount {
            Quantity::Exact(amount) => amount,
            Quantity::OutputOf { .. } => Amount(1),
        };
        let OpenUniform { asset, want, floor, bidding, window_ms, unsold, bid_min, .. } = *self;
        validate_terms(asset, amount, want, floor, bidding, window_ms, unsold, bid_min)
    }

    /// # Errors
    /// In this order: `NotAnAccount`, those of the quantity, the ledger's: the signer may not move the
    /// asset here, or not hold what is paid; then as [`open_uniform`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<LotId, Error> {
        let seller = ctx.account()?;
        let amount = ctx.resolve(self.amount, self.asset)?;
        gage_ledger::transfer(draft, ctx, seller, ACCOUNT, self.asset, amount)?;
        let OpenUniform { asset, want, floor, bidding, window_ms, unsold, bid_min, .. } = *self;
        let may_hold = gage_compliance::eligible(draft, ctx, seller, want, gage_compliance::Side::Receiver);
        may_hold.map_err(gage_ledger::Error::Ineligible)?;
        let (proceeds_to, owner) = (seller, OwnerRef { module: MODULE, id: u64::from(seller.0) });
        let new =
            NewUniform { asset, amount, seller, want, proceeds_to, owner, floor, bidding, window_ms, unsold, bid_min };
        open_uniform(draft, ctx, new)
    }

    /// The words a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        let amount = describe_quantity(names, self.amount, self.asset);
        let want = asset_name(names, self.want);
        let bidding = match self.bidding {
            Bidding::Open => "open bids".to_owned(),
            Bidding::Sealed { reveal_ms, deposit, forfeit } => format!(
                "sealed bids revealed within {reveal_ms} ms, deposit {}, unrevealed ones lose {} bps",
                describe_amount(names, deposit, self.want),
                forfeit.0
            ),
        };
        let unsold = match self.unsold {
            Unsold::Return => "the rest comes back".to_owned(),
            Unsold::Roll { rounds } => format!("the rest is offered in up to {rounds} rounds"),
        };
        format!(
            "Sell {amount} at one price of at least {} {want} per whole unit: {bidding} for {} ms, of at least {}; {unsold}",
            self.floor,
            self.window_ms,
            describe_amount(names, self.bid_min, self.asset)
        )
    }
}
