use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_calendar::Moment;
use gage_crypto::hash::sha256;
use gage_store::Draft;
use gage_terms::{Name, Number};
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use super::{asset_text, require_payer};
use crate::contract::{
    AssetContract, CONTRACT_BYTES_MAX, CONTRACTS, FIXINGS, FIXINGS_MAX, contract, fixings, put, read, time_of,
};
use crate::distribution::SPAN_MAX_MS;
use crate::redemption::ACCOUNT;
use crate::state::{INSTRUMENTS, instrument};
use crate::{Error, Event, MODULE};

/// Attaches the contract that an instrument names by its hash, so that the ledger pays what it says when it is due.
/// Signed by the issuer or the paying agent, who pays; once.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttachContract {
    /// The asset.
    pub asset: AssetId,
    /// What it pays in; the contract names it by its symbol.
    pub cash: AssetId,
    /// The contract of one whole unit, `issuer owes holder ...`, in canonical bytes; at most 8,192. Their SHA-256 is the
    /// instrument's terms.
    #[serde(with = "hex::serde")]
    pub contract: Vec<u8>,
    /// How long each payment can be claimed; 1 day to 10 years.
    pub claim_ms: u64,
}

/// Publishes a number that a contract waits for. Signed by the calculation agent, or without one by the issuer; each
/// number once.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishFixing {
    /// For the contract of which asset.
    pub asset: AssetId,
    /// Under which name.
    pub name: Name,
    /// As of when; not later than the block.
    pub at: Moment,
    /// The number.
    pub value: Number,
}

/// Adds money of the payer from which payments of a contract are funded when they are due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FundContract {
    /// The asset.
    pub asset: AssetId,
    /// How much, in the smallest unit of what it pays in.
    pub amount: Amount,
}

/// Takes back what lies in the reserve of a contract that has nothing to pay by itself: it is over, waits for a number,
/// or stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawReserve {
    /// The asset.
    pub asset: AssetId,
}

impl AttachContract {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.contract.len() > CONTRACT_BYTES_MAX {
            return Err(Error::ListTooLong);
        }
        let bounds = (24 * 3_600_000..=SPAN_MAX_MS).contains(&self.claim_ms);
        if bounds { Ok(()) } else { Err(Error::TermsOutOfBounds { term: "claim_ms" }) }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let AttachContract { asset, cash, claim_ms, .. } = *self;
        let payer = require_payer(draft, ctx, asset)?;
        if cash == asset {
            return Err(Error::BadContract { reason: "assets" });
        }
        if CONTRACTS.has(draft, &asset) {
            return Err(Error::HasContract(asset));
        }
        if instrument(draft, asset)?.terms != sha256(&self.contract) {
            return Err(Error::BadContract { reason: "hash" });
        }
        let paid = gage_ledger::asset(draft, cash)?;
        if gage_ledger::asset(draft, asset)?.itemised || paid.itemised {
            return Err(gage_ledger::Error::ItemMismatch.into());
        }
        let terms = read(&self.contract, &paid.symbol)?;
        // What is due before it was attached is due now, at once.
        let next = Some(time_of(terms.from)?.max(ctx.time));

        // From here on nothing can fail.
        let left = self.contract.clone();
        put(draft, asset, AssetContract { cash, payer, claim_ms, left, next, steps: 0, reserve: Amount::ZERO });
        draft.emit(MODULE, &Event::ContractAttached { asset, payer, cash, next });
        Ok(())
    }

    /// The contract by its hash, which is the instrument's.
    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let (asset, cash) = (asset_text(names, self.asset), asset_text(names, self.cash));
        let (hash, claim_ms) = (sha256(&self.contract), self.claim_ms);
        format!("Let {asset} pay in {cash} by the contract {hash}, each payment claimable for {claim_ms} ms")
    }
}

impl PublishFixing {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let PublishFixing { asset, ref name, at, value } = *self;
        let mut record = contract(draft, asset)?;
        let agent = INSTRUMENTS.peek(draft, &asset).and_then(|record| record.calculation_agent);
        if ctx.account()? != agent.unwrap_or(record.payer) {
            return Err(Error::NotCalculationAgent(asset));
        }
        let now = Moment::from_timestamp(ctx.time).map_err(|_| Error::FromTheFuture)?;
        if at > now {
            return Err(Error::FromTheFuture);
        }
        let key = (asset, name.clone(), at);
        if FIXINGS.has(draft, &key) {
            return Err(Error::NotNewer);
        }
        if fixings(draft, asset).count() >= FIXINGS_MAX {
            return Err(Error::ListTooLong);
        }

        // From here on nothing can fail. The contract is asked again in this block.
        FIXINGS.put(draft, key, value);
        record.next = Some(ctx.time);
        put(draft, asset, record);
        draft.emit(MODULE, &Event::FixingPublished { asset, name: name.as_str().to_owned(), at, value });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let PublishFixing { name, at, value, .. } = self;
        format!("Publish {name} of {at} as {value} for the contract of {}", asset_text(names, self.asset))
    }
}

impl FundContract {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let FundContract { asset, amount } = *self;
        let mut record = contract(draft, asset)?;
        let payer = ctx.account()?;
        if payer != record.payer {
            return Err(Error::NotPayer);
        }
        record.reserve = record.reserve.plus(amount)?;
        gage_ledger::transfer(draft, ctx, payer, ACCOUNT, record.cash, amount)?;

        // From here on nothing can fail.
        put(draft, asset, record);
        draft.emit(MODULE, &Event::ContractFunded { asset, by: payer, amount });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        format!("Put {} units aside for payments of {}", self.amount, asset_text(names, self.asset))
    }
}

impl WithdrawReserve {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let asset = self.asset;
        let mut record = contract(draft, asset)?;
        let payer = ctx.account()?;
        if payer != record.payer {
            return Err(Error::NotPayer);
        }
        if record.next.is_some() {
            return Err(Error::StillClaimable);
        }
        let amount = record.reserve;
        record.reserve = Amount::ZERO;
        gage_ledger::move_by_rule(draft, ctx, ACCOUNT, payer, record.cash, amount)?;

        // From here on nothing can fail.
        put(draft, asset, record);
        draft.emit(MODULE, &Event::ReserveWithdrawn { asset, by: payer, amount });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        format!("Take back what the contract of {} needs no more", asset_text(names, self.asset))
    }
}
