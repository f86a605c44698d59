use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_calendar::Moment;
use gage_crypto::hash::sha256;
use gage_store::Draft;
use gage_terms::{Name, Number, Observations, Work};
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use super::{asset_text, require_issuer};
use crate::contract::{
    AssetContract, CONTRACT_BYTES_MAX, CONTRACTS, FIXINGS, FIXINGS_MAX, STEPS_MAX, WORK_MAX, asset_name, awaits,
    contract, decode, fixings, put, read, stepped, time_of,
};
use crate::distribution::SPAN_MAX_MS;
use crate::redemption::ACCOUNT;
use crate::state::{INSTRUMENTS, instrument};
use crate::{Error, Event, MODULE};

/// Attaches the contract that an instrument names by its hash, so that the ledger pays what it says when it is due.
/// Signed by the issuer; once. The paying agent that the instrument names pays, or without one the issuer.
///
/// Precedence: length, steps, bounds, bytes; signer; asset of payment; one before; hash; items; the contract; a first
/// step.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttachContract {
    /// The asset.
    pub asset: AssetId,
    /// What it pays in; the contract names it by its symbol and this number: `USDC_7`.
    pub cash: AssetId,
    /// The contract of one whole unit, `issuer owes holder ...`, in canonical bytes; at most 8,192. Their SHA-256 is the
    /// instrument's terms.
    #[serde(with = "hex::serde")]
    pub contract: Vec<u8>,
    /// How long each payment can be claimed; 1 day to 10 years.
    pub claim_ms: u64,
    /// How many steps are paid ahead; 1 to 500. Each date at which something happens is one; one of much work takes
    /// several. Each leaves the deposit for three records.
    pub steps: u32,
}

/// Publishes a number that a contract waits for. Signed by the calculation agent, or without one by whoever pays; each
/// number once. It pays for the step that it causes, and leaves the deposit for the records of it.
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

/// Adds money of the payer from which payments of a contract are funded when they are due, and steps that it may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FundContract {
    /// The asset.
    pub asset: AssetId,
    /// How much, in the smallest unit of what it pays in; may be zero if there are steps.
    pub amount: Amount,
    /// How many more steps are paid ahead, at most 500; see [`AttachContract::steps`].
    pub steps: u32,
}

/// Takes back what lies in the reserve of a contract that is over, or that has waited for a number or stood still for as
/// long as a payment can be claimed: silence for a day frees nothing.
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
        if self.steps == 0 || self.steps > STEPS_MAX {
            return Err(Error::TermsOutOfBounds { term: "steps" });
        }
        if !(24 * 3_600_000..=SPAN_MAX_MS).contains(&self.claim_ms) {
            return Err(Error::TermsOutOfBounds { term: "claim_ms" });
        }
        // What is no contract is refused before anybody signs it, whatever the state.
        decode(&self.contract).map(drop)
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let AttachContract { asset, cash, claim_ms, steps, .. } = *self;
        require_issuer(draft, ctx, asset)?;
        let issuer = ctx.account()?;
        if cash == asset {
            return Err(Error::BadContract { reason: "assets" });
        }
        if CONTRACTS.has(draft, &asset) {
            return Err(Error::HasContract(asset));
        }
        let instrument = instrument(draft, asset)?;
        if instrument.terms != sha256(&self.contract) {
            return Err(Error::BadContract { reason: "hash" });
        }
        let paid = gage_ledger::asset(draft, cash)?;
        if gage_ledger::asset(draft, asset)?.itemised || paid.itemised {
            return Err(gage_ledger::Error::ItemMismatch.into());
        }
        let terms = read(&self.contract, &asset_name(&paid.symbol, cash))?;
        // What is due before it was attached is due now, at once.
        let first = time_of(terms.from)?.max(ctx.time);
        // Its first step is tried: a contract that could never make it is not attached.
        let moment = Moment::from_timestamp(first).map_err(|_| Error::BadContract { reason: "dates" })?;
        stepped(&terms, moment, &Observations::default(), &mut Work::new(WORK_MAX))?;

        // From here on nothing can fail.
        let (left, next, payer) = (self.contract.clone(), Some(first), instrument.paying_agent.unwrap_or(issuer));
        let reserve = Amount::ZERO;
        put(draft, asset, AssetContract { cash, payer, claim_ms, left, next, stepped_at: None, steps, reserve });
        draft.emit(MODULE, &Event::ContractAttached { asset, payer, cash, next });
        Ok(())
    }

    /// The contract by its hash, which is the instrument's.
    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let (asset, cash) = (asset_text(names, self.asset), asset_text(names, self.cash));
        let (hash, AttachContract { claim_ms, steps, .. }) = (sha256(&self.contract), self);
        format!(
            "Let {asset} pay in {cash} by the contract {hash}, each payment claimable for {claim_ms} ms, {steps} steps \
             paid ahead"
        )
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
        // What was used is forgotten: it cannot be published again as another number.
        if !awaits(draft, asset, &record.contract()?, name, at) {
            return Err(Error::NotAwaited(asset));
        }
        if fixings(draft, asset).count() >= FIXINGS_MAX {
            return Err(Error::ListTooLong);
        }

        // From here on nothing can fail. The contract is asked again in this block.
        FIXINGS.put(draft, key, value);
        record.steps = record.steps.saturating_add(1);
        record.wake(ctx.time);
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
    pub(crate) fn validate(&self) -> Result<(), Error> {
        match (self.amount.is_zero(), self.steps) {
            (true, 0) => Err(gage_accounts::Error::ZeroAmount.into()),
            (_, 0..=STEPS_MAX) => Ok(()),
            _ => Err(Error::TermsOutOfBounds { term: "steps" }),
        }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let FundContract { asset, amount, steps } = *self;
        let mut record = contract(draft, asset)?;
        let payer = ctx.account()?;
        if payer != record.payer {
            return Err(Error::NotPayer);
        }
        record.reserve = record.reserve.plus(amount)?;
        if !amount.is_zero() {
            gage_ledger::transfer(draft, ctx, payer, ACCOUNT, record.cash, amount)?;
        }

        // From here on nothing can fail. A contract that stood still for want of steps goes on.
        if record.steps == 0 && steps > 0 {
            record.wake(ctx.time);
        }
        record.steps = record.steps.saturating_add(steps);
        put(draft, asset, record);
        draft.emit(MODULE, &Event::ContractFunded { asset, by: payer, amount });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let FundContract { asset, amount, steps } = *self;
        format!("Put {amount} units aside for payments of {}, {steps} more steps paid ahead", asset_text(names, asset))
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
        // Who falls silent does not get it back before holders can see it.
        let stands = record.stepped_at.filter(|_| record.next.is_none());
        let until = stands.map(|since| since.plus_ms(record.claim_ms)).transpose()?;
        if !record.contract()?.is_over() && until.is_none_or(|until| ctx.time < until) {
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
