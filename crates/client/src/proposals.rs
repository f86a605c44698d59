//! Proposals of an account: operations that wait for the approval of its keys.
//!
//! A node says what waits; what is approved is read here, from the bytes. The hash that an approval binds is
//! computed here too, so that no node can have one approval stand for another proposal.

use gage_accounts::operations::{ExecuteBundle, RejectBundle, VetoBundle};
use gage_accounts::query::BundleView;
use gage_accounts::{Names, Vote};
use gage_chain::{ApproveBundle, ChainOperation, Operation, PROTOCOL_VERSION, ProposeBundle};
use gage_crypto::{AccountId, Hash, KeyId};
use gage_units::Timestamp;
use thiserror::Error;

use crate::{Client, Error};

/// Why a proposal is not shown or approved.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProposalError {
    /// The bytes are not operations.
    #[error("the bytes of proposal {0} are not operations in their one canonical form")]
    BadBytes(u64),
    /// The bytes are of other rules.
    #[error(
        "proposal {number} is written under protocol version {found}; this program reads version {PROTOCOL_VERSION}"
    )]
    Version {
        /// Which proposal.
        number: u64,
        /// Its version.
        found: u32,
    },
    /// The node's hash is not that of the record.
    #[error("the node gives proposal {0} a hash that its content does not have; do not approve")]
    BadHash(u64),
    /// Another account's.
    #[error("proposal {number} is of account {found}, not of {wanted}")]
    OtherAccount {
        /// Which proposal.
        number: u64,
        /// Whose it is.
        found: AccountId,
        /// Whose it must be.
        wanted: AccountId,
    },
    /// Void.
    #[error("proposal {0} is void: keys or rules of its account changed after it was made; propose it anew")]
    Void(u64),
}

/// A proposal, read from its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    view: BundleView,
    operations: Vec<Operation>,
}

impl Proposal {
    /// Reads what a node gave, and checks it against itself and the network.
    ///
    /// # Errors
    /// [`ProposalError::Version`], [`ProposalError::BadBytes`], [`ProposalError::BadHash`].
    pub fn read(view: BundleView, genesis: &Hash) -> Result<Proposal, ProposalError> {
        let number = view.number;
        if view.bundle.version != PROTOCOL_VERSION {
            return Err(ProposalError::Version { number, found: view.bundle.version });
        }
        let bytes = &view.bundle.operations;
        let operations: Vec<Operation> = borsh::from_slice(bytes).map_err(|_| ProposalError::BadBytes(number))?;
        if operations.is_empty() || encode(&operations) != *bytes {
            return Err(ProposalError::BadBytes(number));
        }
        if view.bundle.hash_of(genesis, number) != view.bundle.hash {
            return Err(ProposalError::BadHash(number));
        }
        Ok(Proposal { view, operations })
    }

    /// Its number.
    pub fn number(&self) -> u64 {
        self.view.number
    }

    /// Whose it is.
    pub fn account(&self) -> AccountId {
        self.view.account_id
    }

    /// What approvals bind; also the name of its receipt.
    pub fn hash(&self) -> Hash {
        self.view.bundle.hash
    }

    /// Whether keys and rules of its account are still those it was made under.
    pub fn is_current(&self) -> bool {
        self.view.current
    }

    /// The approvals.
    pub fn votes(&self) -> &[Vote] {
        &self.view.bundle.votes
    }

    /// Everything it says, line by line, rendered from its bytes.
    pub fn text(&self, names: &dyn Names) -> Vec<String> {
        let bundle = &self.view.bundle;
        let mut lines = vec![
            format!("proposal {}", self.view.number),
            format!("account {}", self.view.account_id),
            format!("hash {}", bundle.hash),
            format!("proposed by key {} at {} ms", bundle.proposer, bundle.proposed_at),
            format!("may run from {} ms to {} ms", bundle.not_before, bundle.not_after),
            format!("approvals wait {} ms", bundle.delay_ms),
        ];
        let described = self.operations.iter().map(|operation| operation.describe(names));
        lines.extend(described.zip(1u32..).map(|(line, number)| format!("{number}. {line}")));
        lines.extend(bundle.votes.iter().map(|vote| format!("approved by key {} at {} ms", vote.key, vote.at)));
        let state = match (self.view.current, bundle.queued) {
            (false, _) => "void: keys or rules of the account changed",
            (true, Some(_)) => "runs in the next block",
            (true, None) => "waits",
        };
        lines.push(format!("state {state}"));
        lines
    }

    /// The operation that approves it, with the operations in it: what is signed says what is approved.
    ///
    /// # Errors
    /// [`ProposalError::OtherAccount`], [`ProposalError::Void`].
    pub fn approve(&self, account: &AccountId, key: KeyId) -> Result<Operation, ProposalError> {
        let number = self.view.number;
        if self.view.account_id != *account {
            return Err(ProposalError::OtherAccount { number, found: self.view.account_id, wanted: *account });
        }
        if !self.view.current {
            return Err(ProposalError::Void(number));
        }
        let (hash, operations) = (self.view.bundle.hash, self.view.bundle.operations.clone());
        Ok(Operation::Chain(ChainOperation::ApproveBundle(ApproveBundle { bundle: number, hash, operations, key })))
    }

    /// The operation that lets it run in the next block.
    pub fn execute(&self, key: KeyId) -> Operation {
        let execute = ExecuteBundle { bundle: self.view.number, key };
        Operation::Accounts(gage_accounts::Operation::ExecuteBundle(execute))
    }

    /// The operation of one of the account's own keys that stops it.
    pub fn reject(&self, key: KeyId) -> Operation {
        let reject = RejectBundle { bundle: self.view.number, key };
        Operation::Accounts(gage_accounts::Operation::RejectBundle(reject))
    }

    /// The operation of a guardian's account that stops it.
    pub fn veto(&self) -> Operation {
        Operation::Accounts(gage_accounts::Operation::VetoBundle(VetoBundle { bundle: self.view.number }))
    }
}

fn encode(operations: &[Operation]) -> Vec<u8> {
    borsh::to_vec(operations).expect("writing to memory cannot fail")
}

/// The operation that proposes others for its account, by one of its keys.
pub fn propose(operations: &[Operation], not_before: Timestamp, not_after: Timestamp, key: KeyId) -> Operation {
    let propose = ProposeBundle { operations: encode(operations), not_before, not_after, key };
    Operation::Chain(ChainOperation::ProposeBundle(propose))
}

impl Client {
    /// The proposals of an account, each read and checked.
    ///
    /// # Errors
    /// [`Error`].
    pub fn proposals(&self, account: &AccountId) -> Result<Vec<Proposal>, Error> {
        let genesis = self.genesis()?;
        let views: Vec<BundleView> = self.all(&format!("/v1/accounts/{account}/bundles"))?;
        views.into_iter().map(|view| Ok(Proposal::read(view, &genesis)?)).collect()
    }

    /// The proposal of this number, read and checked.
    ///
    /// # Errors
    /// [`Error`].
    pub fn proposal(&self, number: u64) -> Result<Proposal, Error> {
        let view: BundleView = self.get(&format!("/v1/bundles/{number}"))?;
        Ok(Proposal::read(view, &self.genesis()?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AssetNames;
    use gage_accounts::{Bundle, Quantity};
    use gage_ledger::operations::Transfer;
    use gage_units::{AccountNumber, Amount, AssetId};

    const GENESIS: Hash = Hash([1; 32]);
    const KEY: KeyId = KeyId([5; 20]);
    const OWNER: AccountId = AccountId([3; 32]);

    fn transfer(amount: u128) -> Vec<Operation> {
        let quantity = Quantity::Exact(Amount(amount));
        let transfer = Transfer { to: AccountId([2; 32]), asset: AssetId(7), quantity };
        vec![Operation::Ledger(gage_ledger::Operation::Transfer(transfer))]
    }

    fn view(operations: &[Operation]) -> BundleView {
        let mut bundle = Bundle {
            account: AccountNumber(64),
            proposer: KEY,
            version: PROTOCOL_VERSION,
            operations: encode(operations),
            hash: Hash::ZERO,
            manages: false,
            proposed_at: Timestamp(1),
            not_before: Timestamp(2),
            not_after: Timestamp(3),
            delay_ms: 4,
            policy_version: 0,
            member_epoch: 0,
            votes: vec![Vote { key: KEY, at: Timestamp(6) }],
            weight: 7,
            queued: None,
        };
        bundle.hash = bundle.hash_of(&GENESIS, 9);
        BundleView { number: 9, account_id: OWNER, current: true, bundle }
    }

    #[test]
    fn a_proposal_is_read_from_its_bytes() {
        let proposal = Proposal::read(view(&transfer(1_250)), &GENESIS).unwrap();
        let mut names = AssetNames::default();
        names.insert(AssetId(7), "USD", 2);
        let text = proposal.text(&names);
        assert!(text.contains(&format!("1. Transfer 12.5 USD#7 to {}", AccountId([2; 32]))), "{text:?}");
        assert!(text.contains(&format!("approved by key {KEY} at 6 ms")) && text.contains(&"state waits".to_owned()));
        let Operation::Chain(ChainOperation::ApproveBundle(approval)) = proposal.approve(&OWNER, KEY).unwrap() else {
            panic!("an approval");
        };
        assert_eq!((approval.hash, &approval.operations), (proposal.hash(), &view(&transfer(1_250)).bundle.operations));
        assert!(proposal.approve(&OWNER, KEY).unwrap().describe(&names).contains("12.5 USD#7"));
    }

    #[test]
    fn a_node_cannot_pass_one_proposal_off_as_another() {
        let mut changed = view(&transfer(1));
        changed.bundle.operations = encode(&transfer(1_000_000));
        assert_eq!(Proposal::read(changed, &GENESIS), Err(ProposalError::BadHash(9)));
        let mut renumbered = view(&transfer(1));
        renumbered.number = 8;
        assert_eq!(Proposal::read(renumbered, &GENESIS), Err(ProposalError::BadHash(8)));
        assert_eq!(Proposal::read(view(&transfer(1)), &Hash([2; 32])), Err(ProposalError::BadHash(9)));
        let mut later = view(&transfer(1));
        later.bundle.version += 1;
        assert!(matches!(Proposal::read(later, &GENESIS), Err(ProposalError::Version { .. })));
        let mut longer = view(&transfer(1));
        longer.bundle.operations.push(0);
        assert_eq!(Proposal::read(longer, &GENESIS), Err(ProposalError::BadBytes(9)));
        assert_eq!(Proposal::read(view(&[]), &GENESIS), Err(ProposalError::BadBytes(9)));

        let mut void = view(&transfer(1));
        void.current = false;
        let void = Proposal::read(void, &GENESIS).unwrap();
        assert_eq!(void.approve(&OWNER, KEY), Err(ProposalError::Void(9)));
        let other = AccountId([8; 32]);
        let refused = Proposal::read(view(&transfer(1)), &GENESIS).unwrap().approve(&other, KEY);
        assert!(matches!(refused, Err(ProposalError::OtherAccount { number: 9, .. })));
    }
}
