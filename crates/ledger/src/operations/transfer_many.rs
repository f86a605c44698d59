use std::collections::BTreeMap;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, describe_amount};
use gage_compliance::Force;
use gage_crypto::AccountId;
use gage_store::Draft;
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

use crate::{Error, Journal, Leg, Part, Purpose, post};

/// The most payments of one batch.
pub const TRANSFERS_MAX: usize = 1_000;

/// One payment of a batch.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Payment {
    /// The receiver.
    pub to: AccountId,
    /// What.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
}

/// Gives free amounts of the signer to many accounts, all or none.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct TransferMany {
    /// The payments, in order.
    pub payments: Vec<Payment>,
}

impl TransferMany {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.payments.is_empty() || self.payments.len() > TRANSFERS_MAX {
            return Err(Error::BadLegCount);
        }
        if self.payments.iter().any(|payment| payment.amount.is_zero()) {
            return Err(Error::ZeroAmount);
        }
        Ok(())
    }

    /// One journal: a leg for what the signer gives of each asset, and one for each payment.
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let from = ctx.account()?;
        let mut given = BTreeMap::<AssetId, Amount>::new();
        let mut credits = Vec::with_capacity(self.payments.len());
        for payment in &self.payments {
            let to = gage_accounts::resolve(draft, &payment.to)?;
            if to == from {
                return Err(Error::SameAccount);
            }
            let sum = given.entry(payment.asset).or_default();
            *sum = sum.plus(payment.amount)?;
            credits.push(Leg::credit(to, payment.asset, Part::Free, payment.amount));
        }
        let mut legs: Vec<Leg> =
            given.into_iter().map(|(asset, amount)| Leg::debit(from, asset, Part::Free, amount)).collect();
        legs.append(&mut credits);
        post(draft, ctx, &Journal { legs: &legs, supply: None, force: Force::Holder, purpose: Purpose::Transfer })
    }

    pub(crate) fn weight(&self) -> u64 {
        let payments = u64::try_from(self.payments.len()).unwrap_or(u64::MAX);
        payments.saturating_mul(600).saturating_add(400)
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let payments: Vec<String> = self
            .payments
            .iter()
            .map(|payment| format!("{} to {}", describe_amount(names, payment.amount, payment.asset), payment.to))
            .collect();
        format!("Transfer in one batch {}", payments.join(", "))
    }
}
