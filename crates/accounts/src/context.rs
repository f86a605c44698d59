//! Who acts, when, and in which order of precedence: what every operation gets.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_units::{AccountNumber, Amount, AssetId, Height, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Error;

/// On whose authority an operation runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signer {
    /// The account that signed the transaction.
    Account(AccountNumber),
    /// A deferred operation that governance passed.
    Governance,
    /// The protocol itself: genesis and due work.
    Protocol,
}

/// What an operation knows of its surroundings. All of it comes from the block, none from the host.
#[derive(Clone, Copy, Debug)]
pub struct Context<'t> {
    /// The block's height.
    pub height: Height,
    /// The block's time, the only clock.
    pub time: Timestamp,
    /// On whose authority the operation runs.
    pub signer: Signer,
    /// What the earlier operations of the same transaction yielded, by their position.
    pub outputs: &'t [Option<Output>],
}

/// What an operation yielded to its account, usable by later operations of the same transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Output {
    /// The asset received.
    pub asset: AssetId,
    /// How much of it.
    pub amount: Amount,
}

/// An amount given exactly, or taken from an earlier operation of the same transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// This amount.
    Exact(Amount),
    /// What operation number `operation` yielded, which must be at least `minimum`.
    OutputOf {
        /// The position of the earlier operation in the transaction, from zero.
        operation: u8,
        /// The least amount that is acceptable.
        minimum: Amount,
    },
}

/// The class of an operation: the order of execution inside a block. A transaction has the latest
/// class of its operations.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Oracle reports: prices come before users.
    Report,
    /// Cancel, repay, add collateral, reduce only.
    Reduce,
    /// Orders that only rest.
    Rest,
    /// Everything else.
    General,
    /// Exits: withdrawals from backstop, liquidity, supply and redemption pools.
    Exit,
}

impl Context<'_> {
    /// The acting account.
    ///
    /// # Errors
    /// [`Error::NotAnAccount`] if governance or the protocol acts where an account must.
    pub fn account(&self) -> Result<AccountNumber, Error> {
        match self.signer {
            Signer::Account(number) => Ok(number),
            Signer::Governance | Signer::Protocol => Err(Error::NotAnAccount),
        }
    }

    /// Passes only governance and the protocol itself.
    ///
    /// # Errors
    /// [`Error::NotGovernance`] for an account.
    pub fn require_governance(&self) -> Result<(), Error> {
        match self.signer {
            Signer::Governance | Signer::Protocol => Ok(()),
            Signer::Account(_) => Err(Error::NotGovernance),
        }
    }

    /// The amount of `asset` that `quantity` stands for.
    ///
    /// # Errors
    /// [`Error::ZeroAmount`], [`Error::NoSuchOutput`], [`Error::OutputInOtherAsset`], [`Error::OutputBelowMinimum`].
    pub fn resolve(&self, quantity: Quantity, asset: AssetId) -> Result<Amount, Error> {
        let amount = match quantity {
            Quantity::Exact(amount) => amount,
            Quantity::OutputOf { operation, minimum } => {
                let output = self.outputs.get(usize::from(operation)).copied().flatten();
                let output = output.ok_or(Error::NoSuchOutput)?;
                if output.asset != asset {
                    return Err(Error::OutputInOtherAsset);
                }
                if output.amount < minimum {
                    return Err(Error::OutputBelowMinimum);
                }
                output.amount
            }
        };
        if amount.is_zero() { Err(Error::ZeroAmount) } else { Ok(amount) }
    }

    /// The same surroundings with the protocol as signer: for due work and for acts a rule forces.
    pub fn as_protocol(&self) -> Context<'static> {
        Context { height: self.height, time: self.time, signer: Signer::Protocol, outputs: &[] }
    }
}
