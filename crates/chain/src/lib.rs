//! Transactions, blocks and the order of execution (floor 3).
//!
//! Nouns: [`Transaction`] (operations of one account, signed), [`Block`] (a header and the
//! transactions it orders), [`Chain`] (the one deterministic state machine), [`Receipt`] (outcome,
//! fee, events), [`Genesis`] (one readable file from which everything follows).
//!
//! ```text
//!   block ──► deferred ─► reports ─► mark ─► reduce, rest, general ─► liquidate ─► settle ─► exits ─► checks
//!                 each transaction: authority, nonce, fee │ operations in order │ health │ effects
//!                                                          └── first refusal undoes it, the fee stays
//! ```
//!
//! No rule of any domain lives here: [`dispatch`] calls each module by name.
//!
//! Invariants
//! - `credit_is_held`: the chain's account holds, in the fee asset, at least all fee credit, all deposits for
//!   records and all fees earned.
//! - `receipts_match`: a block has exactly one receipt per transaction and per deferred bundle that ran.

mod account_bundles;
mod block;
mod budget;
mod chain;
mod classes;
mod deferred;
mod dispatch;
mod dry_run;
mod effects;
mod error;
mod event;
mod execute;
mod fees;
mod genesis;
mod guard;
mod invariants;
mod operations;
mod outflow;
mod params;
mod prepared;
mod receipt;
mod run;
mod state;
mod text;
mod touch;
mod transaction;
mod validity;
mod verb;
mod version;
mod words;

pub use account_bundles::{ApproveBundle, ProposeBundle};
pub use block::{BLOCK_BYTES_MAX, Block, Executed, Header, TRANSACTIONS_MAX};
pub use chain::{BlockResult, Chain, Fault, LoadFault};
pub use deferred::Bundle;
pub use dispatch::{Operation, table_names};
pub use dry_run::DryRun;
pub use effects::{EFFECTS_MAX, ExpectedEffect};
pub use error::{Error, Rejection};
pub use event::{DecodedEvent, Event, decode_event};
pub use fees::{base_fee, credit, deposit, fee_of};
pub use genesis::{Genesis, GenesisCredit, GenesisError, GenesisKey, genesis_account_id};
pub use operations::{BuyCredit, CancelBundle, ChainOperation, GiveCredit, Schedule, VetoDecision, WithdrawCredit};
pub use params::Params;
pub use prepared::PreparedBlock;
pub use receipt::{Outcome, Receipt, ReceiptProof};
pub use state::{
    Head, accumulator, accumulator_key_bytes, block_leaf, frozen_modules, head, head_key_bytes, network_key_bytes,
    read_network_record, scheduled,
};
pub use text::{TEXT_MAX, TEXT_OPERATIONS_MAX, TextError, operations_text, wallet_message};
pub use transaction::{
    KeySignature, OPERATIONS_MAX, SIGNATURES_MAX, SignatureRefusal, SignedTransaction, TRANSACTION_BYTES_MAX,
    Transaction, TransactionHash,
};
pub use validity::{Claims, Invalid, check_transaction};
pub use version::{PROTOCOL_VERSION, active_version};
pub use words::{accounts_named, module_name, module_number, readable, readable_event};

/// The number of this floor's own tables, events and errors.
pub const MODULE: u8 = 32;
