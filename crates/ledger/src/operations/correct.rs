use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, describe_amount};
use gage_compliance::Force;
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{Amount, AssetId, Height};
use serde::{Deserialize, Serialize};

use crate::movements::free_to_free;
use crate::state::CORRECTIONS;
use crate::{Error, Event, MODULE, Purpose};

/// The longest reason.
pub const REASON_MAX: usize = 140;

/// Where a posting stands: block, transaction in the block, event in its receipt.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
pub struct PostingRef {
    /// The block.
    pub height: Height,
    /// The transaction's position in the block.
    pub transaction: u32,
    /// The event's position in the receipt.
    pub event: u32,
}

/// Reverses a posting that the signer received: gives it back, naming the original and the reason.
/// The original stays as it is; each can be reversed once.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Correct {
    /// The posting that was wrong.
    pub original: PostingRef,
    /// Who gets it back.
    pub to: AccountId,
    /// What.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
    /// Why, in up to 140 printable ASCII characters.
    pub reason: String,
}

impl Correct {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.amount.is_zero() {
            return Err(Error::ZeroAmount);
        }
        let printable = self.reason.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if self.reason.is_empty() || self.reason.len() > REASON_MAX || !printable {
            return Err(Error::BadReason);
        }
        Ok(())
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let from = ctx.account()?;
        let to = gage_accounts::resolve(draft, &self.to)?;
        if CORRECTIONS.has(draft, &(from, self.original)) {
            return Err(Error::AlreadyCorrected);
        }
        free_to_free(draft, ctx, from, to, self.asset, self.amount, Force::Holder, Purpose::Correction)?;

        // From here on nothing can fail.
        CORRECTIONS.put(draft, (from, self.original), self.amount);
        let (original, amount, reason) = (self.original, self.amount, self.reason.clone());
        draft.emit(MODULE, &Event::Corrected { by: from, original, amount, reason });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let PostingRef { height, transaction, event } = self.original;
        let amount = describe_amount(names, self.amount, self.asset);
        // Quoted, with quotes inside escaped: no reason reads like a further operation.
        format!("Return {amount} to {} for posting {height}/{transaction}/{event}: {:?}", self.to, self.reason)
    }
}
