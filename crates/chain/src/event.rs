//! Events of all modules, read back for people.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::Hash;
use gage_units::{AccountNumber, Amount, Height, Timestamp};
use serde::{Deserialize, Serialize};

/// What happened on this floor.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Fee credit was bought.
    CreditBought {
        /// Whose.
        account: AccountNumber,
        /// How much.
        amount: Amount,
    },
    /// Fee credit was withdrawn.
    CreditWithdrawn {
        /// Whose.
        account: AccountNumber,
        /// How much.
        amount: Amount,
    },
    /// What an account has left as deposits for records changed.
    DepositSet {
        /// Whose.
        account: AccountNumber,
        /// All it has left now.
        deposit: Amount,
    },
    /// Operations wait for their time.
    BundleScheduled {
        /// The bundle.
        bundle: u64,
        /// The hash of its bytes.
        hash: Hash,
        /// Not before this time.
        not_before: Timestamp,
        /// Nor after this one.
        not_after: Timestamp,
    },
    /// A bundle was withdrawn.
    BundleCancelled {
        /// The bundle.
        bundle: u64,
    },
    /// A bundle's time passed before it could run.
    BundleExpired {
        /// The bundle.
        bundle: u64,
    },
    /// A module was restricted after a fault: only acts that reduce risk are accepted.
    ModuleFrozen {
        /// The module's number.
        module: u8,
        /// Since which block.
        height: Height,
        /// What was found.
        reason: String,
    },
    /// One piece of due work was undone because of a fault.
    DueWorkFailed {
        /// The module's number.
        module: u8,
        /// What was found.
        reason: String,
    },
    /// A guardian of the governing account stopped a bundle.
    DecisionVetoed {
        /// The bundle.
        bundle: u64,
        /// Who stopped it.
        guardian: AccountNumber,
    },
}

/// An event of any module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecodedEvent {
    /// Of this floor.
    Chain(Event),
    /// Of accounts.
    Accounts(gage_accounts::Event),
    /// Of compliance.
    Compliance(gage_compliance::Event),
    /// Of the ledger.
    Ledger(gage_ledger::Event),
    /// Of the oracle.
    Oracle(gage_oracle::Event),
    /// Of securities.
    Securities(gage_securities::Event),
    /// Of auctions.
    Auctions(gage_auctions::Event),
    /// Of the backstop.
    Backstop(gage_backstop::Event),
    /// Of vaults.
    Vaults(gage_vaults::Event),
    /// Of staking.
    Staking(gage_staking::Event),
}

/// Reads one event back. `None` for bytes that are no event of that module.
pub fn decode_event(module: u8, bytes: &[u8]) -> Option<DecodedEvent> {
    use DecodedEvent as D;
    match module {
        crate::MODULE => borsh::from_slice(bytes).ok().map(D::Chain),
        gage_accounts::MODULE => borsh::from_slice(bytes).ok().map(D::Accounts),
        gage_compliance::MODULE => borsh::from_slice(bytes).ok().map(D::Compliance),
        gage_ledger::MODULE => borsh::from_slice(bytes).ok().map(D::Ledger),
        gage_oracle::MODULE => borsh::from_slice(bytes).ok().map(D::Oracle),
        gage_securities::MODULE => borsh::from_slice(bytes).ok().map(D::Securities),
        gage_auctions::MODULE => borsh::from_slice(bytes).ok().map(D::Auctions),
        gage_backstop::MODULE => borsh::from_slice(bytes).ok().map(D::Backstop),
        gage_vaults::MODULE => borsh::from_slice(bytes).ok().map(D::Vaults),
        gage_staking::MODULE => borsh::from_slice(bytes).ok().map(D::Staking),
        _ => None,
    }
}
