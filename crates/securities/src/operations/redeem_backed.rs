use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, Quantity, describe_quantity};
use gage_crypto::Hash;
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use crate::announce::announce;
use crate::state::{BACKINGS, Backing, backing};
use crate::{Error, Event, MODULE};

/// Gives units of a backed asset back: they are burned, and the event names the claim they settle.
/// Possible in every status of the backing, because it only lowers what must be backed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedeemBacked {
    /// The asset.
    pub asset: AssetId,
    /// How much.
    pub quantity: Quantity,
    /// The holder's reference to the claim outside the ledger that this settles.
    pub reference: Hash,
}

impl RedeemBacked {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        match self.quantity {
            Quantity::Exact(amount) if amount.is_zero() => Err(gage_accounts::Error::ZeroAmount.into()),
            _ => Ok(()),
        }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let holder = ctx.account()?;
        let amount = ctx.resolve(self.quantity, self.asset)?;
        let Backing { terms, minted, redeemed, covered } = backing(draft, self.asset)?;
        let redeemed = redeemed.plus(amount)?;
        gage_ledger::burn(draft, ctx, MODULE, self.asset, holder, amount)?;

        // From here on only figures out of bounds can fail.
        let RedeemBacked { asset, reference, .. } = *self;
        BACKINGS.put(draft, asset, Backing { terms, minted, redeemed, covered });
        draft.emit(MODULE, &Event::BackedRedeemed { asset, holder, amount, reference });
        announce(draft, ctx, asset)
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let quantity = describe_quantity(names, self.quantity, self.asset);
        format!("Redeem {quantity} under reference {}", self.reference)
    }
}
