use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output, Quantity, describe_amount, describe_quantity};
use gage_store::Draft;
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use super::{asset_text, require_issuer};
use crate::redemption::{
    ACCOUNT, QUEUES, Queue, RedemptionPrice, RedemptionTerms, RequestId, cancel_redemption, claim_redemption,
    fund_redemptions, queue, request_redemption, write_queue,
};
use crate::{Error, Event, MODULE};

/// Sets the terms on which an asset is redeemed. Signed by governance or the issuer; the issuer only
/// while nobody waits, and the money asset stays once there is a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetRedemptionTerms {
    /// The asset.
    pub asset: AssetId,
    /// The terms.
    pub terms: RedemptionTerms,
}

/// Adds money of the signer from which windows pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FundRedemptions {
    /// The asset that is redeemed.
    pub asset: AssetId,
    /// How much, in the smallest unit of the money asset.
    pub amount: Amount,
}

/// Takes money back that no window has promised, to the issuer, while nobody waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawFunds {
    /// The asset that is redeemed.
    pub asset: AssetId,
    /// How much, in the smallest unit of the money asset.
    pub amount: Amount,
}

/// Hands units of the signer over to be redeemed. When a window closes for which all who wait together
/// would get less than the smallest unit of money, their units are redeemed for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestRedemption {
    /// The asset.
    pub asset: AssetId,
    /// How much.
    pub quantity: Quantity,
}

/// Takes back the units of a request that still wait. Money of windows that have closed stays to be
/// claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancelRedemption {
    /// The request.
    pub request: RequestId,
}

/// Takes the money that closed windows set aside for a request of the signer, at their prices. It is
/// pulled, never pushed; when it is claimed does not change what it is. A request of which nothing is left,
/// or of which more windows closed than one act counts, may come to nothing now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimRedemption {
    /// The request.
    pub request: RequestId,
}

impl SetRedemptionTerms {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.asset == self.terms.cash { Err(Error::TermsOutOfBounds { term: "cash" }) } else { self.terms.check() }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let SetRedemptionTerms { asset, terms } = *self;
        require_issuer(draft, ctx, asset)?;
        let whole = |id| gage_ledger::asset(draft, id).map(|record| !record.itemised);
        if !whole(asset)? || !whole(terms.cash)? {
            return Err(gage_ledger::Error::ItemMismatch.into());
        }
        let record = match QUEUES.get(draft, &asset) {
            Some(before) if before.terms.cash != terms.cash => {
                return Err(Error::TermsOutOfBounds { term: "cash" });
            }
            Some(before) if before.is_busy() && ctx.require_governance().is_err() => {
                return Err(Error::RequestsWaiting(asset));
            }
            Some(before) => Queue { terms, ..before },
            None => Queue {
                terms,
                window: 0,
                closes_at: ctx.time.plus_ms(terms.window_ms)?,
                waiting: Amount::ZERO,
                joining: Amount::ZERO,
                funded: Amount::ZERO,
                claimable: Amount::ZERO,
            },
        };

        // From here on nothing can fail.
        write_queue(draft, asset, record);
        draft.emit(MODULE, &Event::RedemptionTermsSet { asset, terms });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let RedemptionTerms { cash, price, notice_ms, window_ms, gate } = self.terms;
        let price = match price {
            RedemptionPrice::Par(amount) => format!("at {} a unit", describe_amount(names, amount, cash)),
            RedemptionPrice::Nav => format!("at the oracle's price in {}", asset_text(names, cash)),
        };
        let asset = asset_text(names, self.asset);
        format!("Redeem {asset} {price}, notice {notice_ms} ms, windows of {window_ms} ms, gate {gate}")
    }
}

impl FundRedemptions {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        fund_redemptions(draft, ctx, ctx.account()?, self.asset, self.amount)
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        format!("Fund redemptions of {} with {} units of its money", asset_text(names, self.asset), self.amount)
    }
}

impl WithdrawFunds {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Output, Error> {
        let WithdrawFunds { asset, amount } = *self;
        let issuer = ctx.account()?;
        require_issuer(draft, ctx, asset)?;
        let mut record = queue(draft, asset)?;
        if record.is_busy() {
            return Err(Error::RequestsWaiting(asset));
        }
        record.funded = record.funded.minus(amount).map_err(|_| Error::ExceedsFunds(asset))?;
        gage_ledger::move_by_rule(draft, ctx, ACCOUNT, issuer, record.terms.cash, amount)?;

        // From here on nothing can fail.
        write_queue(draft, asset, record);
        draft.emit(MODULE, &Event::FundsWithdrawn { asset, by: issuer, amount });
        Ok(Output { asset: record.terms.cash, amount })
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        format!("Take back {} units of money for {}", self.amount, asset_text(names, self.asset))
    }
}

impl RequestRedemption {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let amount = ctx.resolve(self.quantity, self.asset)?;
        request_redemption(draft, ctx, ctx.account()?, self.asset, amount).map(|_| ())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        format!("Request redemption of {}", describe_quantity(names, self.quantity, self.asset))
    }
}

impl CancelRedemption {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Output, Error> {
        cancel_redemption(draft, ctx, ctx.account()?, self.request)
    }

    pub(crate) fn describe(&self) -> String {
        format!("Cancel redemption request {}", self.request.0)
    }
}

impl ClaimRedemption {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Output, Error> {
        claim_redemption(draft, ctx, ctx.account()?, self.request)
    }

    pub(crate) fn describe(&self) -> String {
        format!("Claim redemption request {}", self.request.0)
    }
}
