use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output, Quantity, describe_amount, describe_quantity};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Bps, Rounding, Timestamp};
use serde::{Deserialize, Serialize};

use super::{asset_text, require_payer};
use crate::distribution::{
    Basis, Distribution, DistributionId, ENTITLEMENTS, Entitlement, OPTIONS_MAX, Payout, Pot, SPAN_MAX_MS,
    check_funded, declare, distribution, extinguish, worth, write,
};
use crate::redemption::ACCOUNT;
use crate::state::issuer_of;
use crate::withholding::withheld_from;
use crate::{Error, Event, MODULE};

/// Declares what an asset pays: a coupon or a dividend by the register, a repayment, an exchange for a new version or
/// an offer to buy by surrender. Signed by the issuer or the paying agent, who brings what is paid.
///
/// Of several payouts holders choose one until `elect_by`; whoever does not gets the first.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclareDistribution {
    /// Of which asset.
    pub asset: AssetId,
    /// Who is entitled.
    pub basis: Basis,
    /// What is to be had for a unit; 1 to 4, by surrender 1.
    pub payouts: Vec<Payout>,
    /// Until when a holder may choose; the record date or later, and not after `pay_at`.
    pub elect_by: Timestamp,
    /// From when it is paid; not before the record date.
    pub pay_at: Timestamp,
    /// Until when it is claimed.
    pub expires_at: Timestamp,
}

/// Brings money, or units, of the payer for one payout of a distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FundDistribution {
    /// Which.
    pub distribution: DistributionId,
    /// The number of the payout, from 0.
    pub option: u8,
    /// What it pays.
    pub asset: AssetId,
    /// How much of it.
    pub amount: Amount,
}

/// Chooses a payout for all that the signer held at the record date; once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElectPayout {
    /// Of which distribution.
    pub distribution: DistributionId,
    /// The number of the payout, from 0.
    pub option: u8,
}

/// Takes what a distribution by the register owes the signer, less what is withheld. Pulled, never pushed. What is
/// withheld goes to the agent; where he may not receive it, it stays in the pot, and goes back with it to the payer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimDistribution {
    /// Which.
    pub distribution: DistributionId,
}

/// Gives units of the signer back, for good, for what a distribution by surrender pays for them. What it says must be
/// what the distribution says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Surrender {
    /// To which distribution.
    pub distribution: DistributionId,
    /// What is given back.
    pub asset: AssetId,
    /// How many units.
    pub quantity: Quantity,
    /// What is paid for a unit.
    pub payout: Payout,
}

/// Takes back what nobody claimed: after the time for claims is over, or, before anybody is entitled, with the
/// distribution itself. Signed by whoever brought it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReclaimDistribution {
    /// Which.
    pub distribution: DistributionId,
}

impl DeclareDistribution {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        let most = if self.basis == Basis::Surrender { 1 } else { OPTIONS_MAX };
        if self.payouts.is_empty() || self.payouts.len() > most {
            return Err(Error::ListTooLong);
        }
        let recorded = match self.basis {
            Basis::Register { at } => at,
            Basis::Surrender => self.elect_by,
        };
        let itself = self.payouts.iter().any(|payout| payout.asset == self.asset) && self.basis == Basis::Surrender;
        let checks = [
            ("rate", self.payouts.iter().all(|payout| payout.rate.0 > 0)),
            ("asset", !itself),
            ("elect_by", recorded <= self.elect_by && self.elect_by <= self.pay_at),
            ("expires_at", self.pay_at < self.expires_at),
        ];
        match checks.into_iter().find(|(_, holds)| !holds) {
            Some((term, _)) => Err(Error::TermsOutOfBounds { term }),
            None => Ok(()),
        }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let payer = require_payer(draft, ctx, self.asset)?;
        let paid = self.payouts.iter().map(|payout| payout.asset);
        for asset in paid.chain([self.asset]) {
            if gage_ledger::asset(draft, asset)?.itemised {
                return Err(gage_ledger::Error::ItemMismatch.into());
            }
        }
        if matches!(self.basis, Basis::Register { at } if at < ctx.time) {
            return Err(Error::TermsOutOfBounds { term: "at" });
        }
        if self.expires_at > ctx.time.plus_ms(SPAN_MAX_MS)? {
            return Err(Error::TermsOutOfBounds { term: "expires_at" });
        }

        // From here on nothing can fail.
        let DeclareDistribution { asset, basis, elect_by, pay_at, expires_at, .. } = *self;
        let pots = self.payouts.iter().map(|payout| Pot::new(*payout)).collect();
        let (record, issuer, missed) = (None, None, None);
        let new = Distribution { asset, payer, basis, record, issuer, pots, elect_by, pay_at, expires_at, missed };
        declare(draft, new);
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let payouts: Vec<String> = self
            .payouts
            .iter()
            .map(|payout| format!("{} {} a unit", payout.rate, asset_text(names, payout.asset)))
            .collect();
        let who = match self.basis {
            Basis::Register { at } => format!("to whoever holds {} at {at}", asset_text(names, self.asset)),
            Basis::Surrender => format!("for {} given back", asset_text(names, self.asset)),
        };
        let DeclareDistribution { elect_by, pay_at, expires_at, .. } = self;
        let payouts = payouts.join(" or ");
        format!("Pay {payouts} {who}; chosen by {elect_by}, paid from {pay_at}, claimed until {expires_at}")
    }
}

impl FundDistribution {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let FundDistribution { distribution: id, option, asset, amount } = *self;
        let mut record = payers(draft, ctx, id)?;
        let payer = record.payer;
        if record.expires_at <= ctx.time {
            return Err(Error::DistributionOver);
        }
        let pot = record.pot_mut(option)?;
        if pot.payout.asset != asset {
            return Err(Error::OtherPayout);
        }
        pot.funded = pot.funded.plus(amount)?;
        gage_ledger::transfer(draft, ctx, payer, ACCOUNT, asset, amount)?;

        // From here on nothing can fail.
        write(draft, id, record);
        draft.emit(MODULE, &Event::DistributionFunded { distribution: id, option, by: payer, amount });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let FundDistribution { distribution, option, asset, amount } = *self;
        let amount = describe_amount(names, amount, asset);
        format!("Bring {amount} for payout {option} of distribution {}", distribution.0)
    }
}

/// A distribution that the signer declared.
fn payers(draft: &Draft, ctx: &Context, id: DistributionId) -> Result<Distribution, Error> {
    let record = distribution(draft, id)?;
    if record.payer == ctx.account()? { Ok(record) } else { Err(Error::NotPayer) }
}

/// What the register says the holder had; more than nothing.
fn registered(draft: &Draft, record: &Distribution, holder: AccountNumber) -> Result<Amount, Error> {
    if record.basis == Basis::Surrender || record.issuer == Some(holder) {
        return Err(Error::NotEntitled);
    }
    let number = record.record.ok_or(Error::NotRecorded)?;
    let units = gage_ledger::held_at(draft, record.asset, holder, number)?;
    if units.is_zero() { Err(Error::NotEntitled) } else { Ok(units) }
}

impl ElectPayout {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let ElectPayout { distribution: id, option } = *self;
        let holder = ctx.account()?;
        let mut record = distribution(draft, id)?;
        let units = registered(draft, &record, holder)?;
        if ctx.time >= record.elect_by {
            return Err(Error::ElectionOver);
        }
        if ENTITLEMENTS.has(draft, &(id, holder)) {
            return Err(Error::AlreadyClaimed);
        }
        let first = record.pot_mut(0)?;
        first.units = first.units.minus(units)?;
        let chosen = record.pot_mut(option)?;
        chosen.units = chosen.units.plus(units)?;

        // From here on nothing can fail.
        write(draft, id, record);
        ENTITLEMENTS.put(draft, (id, holder), Entitlement { option, claimed: false });
        draft.emit(MODULE, &Event::PayoutElected { distribution: id, holder, option, units });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        format!("Choose payout {} of distribution {}", self.option, self.distribution.0)
    }
}

impl ClaimDistribution {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Output, Error> {
        let id = self.distribution;
        let holder = ctx.account()?;
        let mut record = distribution(draft, id)?;
        let units = registered(draft, &record, holder)?;
        check_open(&record, ctx)?;
        let Entitlement { option, claimed } =
            ENTITLEMENTS.get(draft, &(id, holder)).unwrap_or(Entitlement { option: 0, claimed: false });
        if claimed {
            return Err(Error::AlreadyClaimed);
        }
        check_funded(draft, &record, option)?;
        let payout = record.pot(option)?.payout;
        let gross = worth(draft, record.asset, units, &payout, Rounding::Down)?;
        if gross.is_zero() {
            return Err(Error::NothingToClaim);
        }
        let (agent, part) = withheld_from(draft, ctx, id, record.asset, holder).unwrap_or((ACCOUNT, Bps(0)));
        // Against whoever is paid.
        let withheld = Amount(part.apply(gross.0, Rounding::Up)?);
        let amount = gross.minus(withheld)?;
        let pot = record.pot_mut(option)?;
        pot.paid = pot.paid.plus(amount)?;
        if !amount.is_zero() {
            gage_ledger::move_by_rule(draft, ctx, ACCOUNT, holder, payout.asset, amount)?;
        }
        // An agent who may not receive it does not keep the holder from what is his.
        if !withheld.is_zero() {
            let savepoint = draft.savepoint();
            match gage_ledger::move_by_rule(draft, ctx, ACCOUNT, agent, payout.asset, withheld) {
                Ok(()) => pot.withheld = pot.withheld.plus(withheld)?,
                Err(_) => draft.undo_to(savepoint),
            }
        }

        // From here on nothing can fail.
        write(draft, id, record);
        ENTITLEMENTS.put(draft, (id, holder), Entitlement { option, claimed: true });
        draft.emit(MODULE, &Event::DistributionClaimed { distribution: id, holder, option, units, amount, withheld });
        Ok(Output { asset: payout.asset, amount })
    }

    pub(crate) fn describe(&self) -> String {
        format!("Claim what distribution {} owes", self.distribution.0)
    }
}

/// Passes while a distribution is paid.
fn check_open(record: &Distribution, ctx: &Context) -> Result<(), Error> {
    if ctx.time < record.pay_at {
        return Err(Error::NotYetPaid);
    }
    if ctx.time >= record.expires_at { Err(Error::DistributionOver) } else { Ok(()) }
}

impl Surrender {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        match self.quantity {
            Quantity::Exact(amount) if amount.is_zero() => Err(gage_accounts::Error::ZeroAmount.into()),
            _ => Ok(()),
        }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Output, Error> {
        let id = self.distribution;
        let holder = ctx.account()?;
        let mut record = distribution(draft, id)?;
        if record.basis != Basis::Surrender || issuer_of(draft, record.asset)? == Some(holder) {
            return Err(Error::NotEntitled);
        }
        let (asset, payout) = (record.asset, record.pot(0)?.payout);
        if (self.asset, self.payout) != (asset, payout) {
            return Err(Error::OtherPayout);
        }
        check_open(&record, ctx)?;
        check_funded(draft, &record, 0)?;
        let units = ctx.resolve(self.quantity, asset)?;
        let amount = worth(draft, asset, units, &payout, Rounding::Down)?;
        if amount.is_zero() {
            // Nothing is given for nothing.
            return Err(Error::NothingToClaim);
        }
        let pot = record.pot_mut(0)?;
        pot.paid = pot.paid.plus(amount)?;
        gage_ledger::transfer(draft, ctx, holder, ACCOUNT, asset, units)?;
        extinguish(draft, ctx, asset, units)?;
        gage_ledger::move_by_rule(draft, ctx, ACCOUNT, holder, payout.asset, amount)?;

        // From here on nothing can fail.
        write(draft, id, record);
        draft.emit(MODULE, &Event::Surrendered { distribution: id, holder, asset, units, amount });
        Ok(Output { asset: payout.asset, amount })
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let what = describe_quantity(names, self.quantity, self.asset);
        let Payout { asset, rate } = self.payout;
        let paid = asset_text(names, asset);
        format!("Give {what} back for {rate} {paid} a unit, of distribution {}", self.distribution.0)
    }
}

impl ReclaimDistribution {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let id = self.distribution;
        let mut record = payers(draft, ctx, id)?;
        let payer = record.payer;
        let entitled = match record.basis {
            Basis::Register { .. } => record.record.is_some(),
            Basis::Surrender => record.pay_at <= ctx.time,
        };
        if entitled && ctx.time < record.expires_at {
            return Err(Error::StillClaimable);
        }
        for pot in &mut record.pots {
            let amount = pot.left()?;
            pot.reclaimed = pot.reclaimed.plus(amount)?;
            if !amount.is_zero() {
                gage_ledger::move_by_rule(draft, ctx, ACCOUNT, payer, pot.payout.asset, amount)?;
            }
        }
        if !entitled {
            // Withdrawn before it bound anybody: it ends here.
            record.elect_by = ctx.time;
            record.expires_at = ctx.time;
            record.missed = Some(false);
            record.record = record.record.or(Some(0));
        }

        // From here on nothing can fail.
        write(draft, id, record);
        draft.emit(MODULE, &Event::DistributionReclaimed { distribution: id, by: payer });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        format!("Take back what is left of distribution {}", self.distribution.0)
    }
}
