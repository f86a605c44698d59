use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Output, describe_amount};
use gage_compliance::Side;
use gage_crypto::{AccountId, Hash};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId};
use serde::{Deserialize, Serialize};

use crate::omnibus::{OMNIBUS, SubOwner, less, sub_holding, write};
use crate::{Error, pledge, seize, unpledge};

/// A beneficial owner as it is written in an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnerName {
    /// With an account of this ledger.
    Account(AccountId),
    /// Known to the holder of record alone, by a salted commitment.
    Reference(Hash),
}

/// Records, as holder of record, that a free amount of the signer belongs to a beneficial owner. From
/// then on it is the owner's: the signer can no longer give it away.
///
/// Precedence: owner; its eligibility, if it has an account; the free amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordOwner {
    /// What.
    pub asset: AssetId,
    /// Whose.
    pub owner: OwnerName,
    /// How much.
    pub amount: Amount,
}

/// Moves an amount from one beneficial owner to another inside an omnibus holding: no posting, only
/// the register. An owner with an account moves its own; for the others the holder of record does.
///
/// Precedence: accounts; the signer; the receiver's eligibility, if it has an account; the amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveWithin {
    /// The holder of record.
    pub holder: AccountId,
    /// What.
    pub asset: AssetId,
    /// Whose it was.
    pub from: OwnerName,
    /// Whose it is to be.
    pub to: OwnerName,
    /// How much.
    pub amount: Amount,
}

/// Takes an amount of an owner without account out of the register, back to the free balance of the
/// signer, the holder of record, who pays that owner outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseOwner {
    /// What.
    pub asset: AssetId,
    /// Whose.
    pub reference: Hash,
    /// How much.
    pub amount: Amount,
}

/// Takes an amount that belongs to the signer out of an omnibus holding, to its own account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawHolding {
    /// The holder of record.
    pub holder: AccountId,
    /// What.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
}

impl OwnerName {
    fn resolve(&self, draft: &Draft) -> Result<SubOwner, Error> {
        Ok(match self {
            OwnerName::Account(id) => SubOwner::Account(gage_accounts::resolve(draft, id)?),
            OwnerName::Reference(hash) => SubOwner::Reference(*hash),
        })
    }

    fn describe(&self) -> String {
        match self {
            OwnerName::Account(id) => id.to_string(),
            OwnerName::Reference(hash) => format!("owner {hash}"),
        }
    }
}

/// Asks of an owner who changes inside the omnibus what the door asks of a transfer: of whoever gives as the
/// sender, of whoever gets as the receiver.
fn check_eligible(
    draft: &Draft,
    ctx: &Context,
    holder: AccountNumber,
    from: SubOwner,
    to: SubOwner,
    asset: AssetId,
) -> Result<(), Error> {
    // Whom the holder of record alone knows, the holder of record answers for.
    let SubOwner::Account(receiver) = to else { return Ok(()) };
    let sender = match from {
        SubOwner::Account(account) => account,
        SubOwner::Reference(_) => holder,
    };
    gage_compliance::eligible(draft, ctx, sender, asset, Side::Sender)?;
    Ok(gage_compliance::eligible(draft, ctx, receiver, asset, Side::Receiver)?)
}

impl RecordOwner {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.amount.is_zero() { Err(Error::ZeroAmount) } else { Ok(()) }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let RecordOwner { asset, amount, .. } = *self;
        let holder = ctx.account()?;
        let owner = self.owner.resolve(draft)?;
        if owner == SubOwner::Account(holder) {
            return Err(Error::SameAccount);
        }
        check_eligible(draft, ctx, holder, SubOwner::Account(holder), owner, asset)?;
        let total = sub_holding(draft, holder, asset, owner).plus(amount)?;
        pledge(draft, ctx, holder, asset, OMNIBUS, amount)?;

        // From here on nothing can fail.
        write(draft, holder, asset, owner, total);
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        format!("Record {} as held for {}", describe_amount(names, self.amount, self.asset), self.owner.describe())
    }
}

impl MoveWithin {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.amount.is_zero() {
            return Err(Error::ZeroAmount);
        }
        if self.from == self.to { Err(Error::SameAccount) } else { Ok(()) }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let MoveWithin { asset, amount, .. } = *self;
        let signer = ctx.account()?;
        let holder = gage_accounts::resolve(draft, &self.holder)?;
        let (from, to) = (self.from.resolve(draft)?, self.to.resolve(draft)?);
        let may = match from {
            SubOwner::Account(account) => signer == account,
            SubOwner::Reference(_) => signer == holder,
        };
        if !may {
            return Err(Error::NotSubOwner);
        }
        if to == SubOwner::Account(holder) {
            return Err(Error::SameAccount);
        }
        check_eligible(draft, ctx, holder, from, to, asset)?;
        let left = less(draft, holder, asset, from, amount)?;
        let total = sub_holding(draft, holder, asset, to).plus(amount)?;

        // From here on nothing can fail.
        write(draft, holder, asset, from, left);
        write(draft, holder, asset, to, total);
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let amount = describe_amount(names, self.amount, self.asset);
        let (from, to) = (self.from.describe(), self.to.describe());
        format!("Move {amount} held by {} from {from} to {to}", self.holder)
    }
}

impl ReleaseOwner {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.amount.is_zero() { Err(Error::ZeroAmount) } else { Ok(()) }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let ReleaseOwner { asset, reference, amount } = *self;
        let holder = ctx.account()?;
        let owner = SubOwner::Reference(reference);
        let left = less(draft, holder, asset, owner, amount)?;
        unpledge(draft, ctx, holder, asset, OMNIBUS, amount)?;

        // From here on nothing can fail.
        write(draft, holder, asset, owner, left);
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        format!("Release {} held for owner {}", describe_amount(names, self.amount, self.asset), self.reference)
    }
}

impl WithdrawHolding {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.amount.is_zero() { Err(Error::ZeroAmount) } else { Ok(()) }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Output, Error> {
        let WithdrawHolding { asset, amount, .. } = *self;
        let account = ctx.account()?;
        let holder = gage_accounts::resolve(draft, &self.holder)?;
        let owner = SubOwner::Account(account);
        let left = less(draft, holder, asset, owner, amount)?;
        // By rule: a holder of record that is frozen cannot keep what is not its own.
        seize(draft, ctx, holder, asset, OMNIBUS, account, amount)?;

        // From here on nothing can fail.
        write(draft, holder, asset, owner, left);
        Ok(Output { asset, amount })
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        format!("Take {} out of what {} holds", describe_amount(names, self.amount, self.asset), self.holder)
    }
}
