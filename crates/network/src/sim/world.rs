//! What is outside the machines: the genesis, the users, and what an all-seeing observer writes down.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gage_accounts::{GenesisAccount, NewKey, Quantity};
use gage_chain::{
    ChainOperation, Executed, Genesis, GenesisCredit, KeySignature, Operation, PreparedBlock, SignedTransaction,
    Transaction, TransactionHash, WithdrawCredit, genesis_account_id,
};
use gage_crypto::{AccountId, Hash, PublicKey, Scheme, SecretKey, SigningPayload};
use gage_ledger::operations::Transfer;
use gage_ledger::{GenesisAsset, GenesisBalance};
use gage_staking::operations::{Bond, RegisterValidator, ReportEquivocation, ResignValidator};
use gage_staking::{
    Destination, Equivocation, Founder, GenesisBond, GenesisRole, GenesisValidators, ORDERING, Role, RoleTerms,
    ValidatorRules,
};
use gage_units::{Amount, AssetId, Bps, Height, Timestamp};

use super::faults::{EpochPlan, Plan};
use crate::ValidatorSecret;

/// Users who give each other money.
pub(crate) const USERS: u8 = 6;
const USD: AssetId = AssetId(0);
const HOUR_MS: u64 = 3_600_000;
/// What each validator has at stake.
const STAKE: Amount = Amount(100_000);

/// The secret of validator `index` in simulations.
pub fn secret(index: usize) -> ValidatorSecret {
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&(index as u64).to_be_bytes());
    ValidatorSecret::from_bytes(&bytes)
}

fn user_key(user: u8) -> SecretKey {
    SecretKey::from_bytes(Scheme::Ed25519, &[user + 1; 32]).expect("32 bytes that are not zero are a key")
}

fn user_id(user: u8) -> AccountId {
    let keys = [NewKey::owner(user_key(user).public_key())];
    genesis_account_id(&keys, 1).expect("one key and one signature needed")
}

/// A network of users who hold one asset.
pub fn genesis() -> Genesis {
    let mut genesis = Genesis { network: "simulated".to_owned(), time: Timestamp(1), ..Genesis::default() };
    genesis.params.base_fee_min = Amount(10);
    genesis.params.audit_every = 50;
    let issuer = Some(user_id(0));
    let asset = GenesisAsset { symbol: "USD".to_owned(), decimals: 2, issuer, module: None, itemised: false };
    genesis.ledger.assets.push(asset);
    for user in 0..USERS {
        let keys = vec![NewKey::owner(user_key(user).public_key())];
        genesis.accounts.accounts.push(GenesisAccount { id: None, keys, threshold: 1 });
        let (account, amount) = (user_id(user), Amount(10_000_000));
        genesis.ledger.balances.push(GenesisBalance { account, asset: USD, amount });
        genesis.credits.push(GenesisCredit { account, amount });
    }
    genesis
}

/// The network of a plan: where it chooses its validators, each machine has an operator, and the founders' have bonded.
pub fn genesis_of(plan: &Plan) -> Genesis {
    let mut genesis = genesis();
    let Some(EpochPlan { blocks, founders }) = plan.epochs else { return genesis };
    genesis.params.lag_max = 12;
    for machine in 0..plan.validators {
        let (account, keys) = (operator_id(machine), vec![NewKey::owner(operator_key(machine).public_key())]);
        genesis.accounts.accounts.push(GenesisAccount { id: None, keys, threshold: 1 });
        genesis.ledger.balances.push(GenesisBalance { account, asset: USD, amount: Amount(5_000_000) });
        genesis.credits.push(GenesisCredit { account, amount: Amount(1_000_000) });
    }
    let terms = RoleTerms { asset: USD, amount_min: STAKE, unbonding_ms: 2 * HOUR_MS, evidence_ms: HOUR_MS };
    genesis.staking.roles.push(GenesisRole { role: Role::Validator, terms });
    let (role, purpose, amount) = (Role::Validator, ORDERING, STAKE);
    let bond = |machine| GenesisBond { account: operator_id(machine), role, purpose, amount };
    genesis.staking.bonds = (0..founders).map(bond).collect();
    let found = |machine| Founder { account: operator_id(machine), key: node_key(machine), address: address(machine) };
    genesis.staking.validators = Some(GenesisValidators {
        rules: ValidatorRules {
            epoch_blocks: blocks,
            fixed_before: 12,
            members_min: 3,
            members_max: 8,
            slash: Bps(5_000),
            destination: Destination { waterfall: 0 },
        },
        founders: (0..founders).map(found).collect(),
    });
    genesis
}

fn operator_key(machine: usize) -> SecretKey {
    let seed = u8::try_from(100 + machine).expect("few machines");
    SecretKey::from_bytes(Scheme::Ed25519, &[seed; 32]).expect("32 bytes that are not zero are a key")
}

fn operator_id(machine: usize) -> AccountId {
    let keys = [NewKey::owner(operator_key(machine).public_key())];
    genesis_account_id(&keys, 1).expect("one key and one signature needed")
}

/// The key of machine `machine`.
pub(crate) fn node_key(machine: usize) -> PublicKey {
    PublicKey::new(Scheme::Ed25519, &secret(machine).public()).expect("a validator's key is one of ed25519")
}

fn address(machine: usize) -> String {
    format!("127.0.0.1:{}", 9_000 + machine)
}

/// What the operator of a machine asks of the network.
pub(crate) enum Ask {
    /// To bond, and order under the key of this machine.
    Join(usize),
    /// To order under the key of this machine from now on.
    Register(usize),
    /// To order no more.
    Resign,
    /// To punish who contradicted himself.
    Report(Box<Equivocation>),
}

/// The operator of a machine bonds for it and registers it, signed.
pub fn operator_joins(genesis: &Hash, machine: usize, nonce: u64) -> SignedTransaction {
    operator_asks(genesis, machine, nonce, Ask::Join(machine))
}

/// A request, signed by the operator of a machine.
pub(crate) fn operator_asks(genesis: &Hash, machine: usize, nonce: u64, ask: Ask) -> SignedTransaction {
    use gage_staking::Operation as Staking;
    let register = |node| {
        let proof = secret(node).prove_possession(genesis, &operator_id(machine));
        Staking::RegisterValidator(RegisterValidator { node_key: node_key(node), address: address(node), proof })
    };
    let bond = Staking::Bond(Bond { role: Role::Validator, purpose: ORDERING, asset: USD, amount: STAKE });
    let operations = match ask {
        Ask::Join(node) => vec![bond, register(node)],
        Ask::Register(node) => vec![register(node)],
        Ask::Resign => vec![Staking::ResignValidator(ResignValidator {})],
        Ask::Report(equivocation) => {
            vec![Staking::ReportEquivocation(ReportEquivocation { equivocation: *equivocation })]
        }
    };
    let operations = operations.into_iter().map(Operation::Staking).collect();
    sign(genesis, operator_id(machine), &operator_key(machine), nonce, operations)
}

/// A signed transfer from one user to another.
pub fn user_transfer(genesis: &Hash, user: u8, nonce: u64, to: u8, amount: u128) -> SignedTransaction {
    let (to, quantity) = (user_id(to), Quantity::Exact(Amount(amount)));
    let transfer = gage_ledger::Operation::Transfer(Transfer { to, asset: USD, quantity });
    signed(genesis, user, nonce, Operation::Ledger(transfer))
}

/// A signed withdrawal of fee credit, which runs in the last class of a block.
pub(crate) fn user_withdrawal(genesis: &Hash, user: u8, nonce: u64, amount: u128) -> SignedTransaction {
    let withdraw = WithdrawCredit { asset: USD, amount: Amount(amount) };
    signed(genesis, user, nonce, Operation::Chain(ChainOperation::WithdrawCredit(withdraw)))
}

fn signed(genesis: &Hash, user: u8, nonce: u64, operation: Operation) -> SignedTransaction {
    sign(genesis, user_id(user), &user_key(user), nonce, vec![operation])
}

fn sign(
    genesis: &Hash,
    account: AccountId,
    key: &SecretKey,
    nonce: u64,
    operations: Vec<Operation>,
) -> SignedTransaction {
    let transaction = Transaction {
        account,
        nonce,
        valid_until: Timestamp(u64::MAX >> 1),
        max_fee: Amount(10_000),
        operations,
        expected: vec![],
    };
    // A key of a machine signs the hash.
    let payload = SigningPayload { machine: transaction.hash(genesis).0, wallet: None };
    let signature = key.sign(&payload).expect("the key signs what it is asked to");
    SignedTransaction { transaction, signatures: vec![KeySignature { key: key.public_key(), signature }] }
}

/// What the observer has seen, and what the machines keep while they are without power.
#[derive(Default)]
pub(crate) struct World {
    /// The block at each height, as first delivered anywhere.
    pub blocks: BTreeMap<Height, (Hash, Arc<PreparedBlock>)>,
    /// The roots of each checkpoint, as first computed anywhere.
    pub roots: BTreeMap<Height, Executed>,
    /// The newest snapshot of each machine.
    pub snapshots: Vec<Option<Vec<u8>>>,
    /// Where each transaction was first seen executed.
    pub executed: BTreeMap<TransactionHash, Height>,
    pub evidence: Option<gage_verify::Evidence>,
    /// The proofs of later sets of validators that any node has made, by their first epoch.
    pub handovers: BTreeMap<u64, gage_verify::Evidence>,
    pub violations: Vec<String>,
    pub trace: Vec<String>,
    /// Against whom there is evidence of a double vote.
    pub accused: BTreeSet<usize>,
    /// At which node each transaction was submitted first, and when, in milliseconds.
    pub submitted: BTreeMap<TransactionHash, (usize, u64)>,
    pub finality_ms: Vec<u64>,
    pub latency_ms: Vec<u64>,
    /// Until when a process may end because its disk fails, in milliseconds.
    pub disks_fail_until: u64,
}

impl World {
    pub fn note(&mut self, at_ms: u64, line: impl AsRef<str>) {
        self.trace.push(format!("{:>7}.{:03} s  {}", at_ms / 1_000, at_ms % 1_000, line.as_ref()));
    }

    pub fn violate(&mut self, at_ms: u64, line: String) {
        self.note(at_ms, format!("VIOLATED: {line}"));
        self.violations.push(line);
    }

    /// A process has ended that nobody killed. Says whether its disk may be the reason.
    pub fn may_end(&mut self, at_ms: u64, what: &str) -> bool {
        let may = at_ms <= self.disks_fail_until;
        if may {
            self.note(at_ms, what);
        } else {
            self.violate(at_ms, format!("survival: {what}, and its disk is whole"));
        }
        may
    }

    /// A node is about to execute a block.
    pub fn delivered(&mut self, at_ms: u64, node: usize, genesis: &Hash, block: &Arc<PreparedBlock>) {
        let (height, hash) = (block.block().header.height, block.block().header.hash(genesis));
        self.finality_ms.push(at_ms.saturating_sub(block.block().header.time.0));
        match self.blocks.get(&height) {
            None => {
                for name in block.hashes() {
                    self.executed.entry(name).or_insert(height);
                }
                self.blocks.insert(height, (hash, Arc::clone(block)));
            }
            Some((first, _)) if *first == hash => {}
            Some((first, _)) => {
                let first = *first;
                self.violate(at_ms, format!("agreement: node {node} has {hash} at height {height}, others {first}"));
            }
        }
    }

    /// A node has executed a block: whoever waits there for a receipt of what he submitted to the node before has it.
    pub fn executed_at(&mut self, at_ms: u64, node: usize, block: &PreparedBlock) {
        for name in block.hashes() {
            if let Some((_, submitted)) = self.submitted.get(&name).filter(|(door, _)| *door == node) {
                self.latency_ms.push(at_ms - submitted);
            }
        }
    }

    /// A node has computed roots.
    pub fn certified(&mut self, at_ms: u64, node: usize, own: Executed) {
        let first = *self.roots.entry(own.height).or_insert(own);
        if first != own {
            let (height, own, first) = (own.height, own.state_root, first.state_root);
            self.violate(at_ms, format!("equal roots: node {node} has {own} at height {height}, others {first}"));
        }
    }
}
