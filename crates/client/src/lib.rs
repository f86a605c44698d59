//! A client of a node: transactions built, signed and submitted; reads, proofs, streams (floor 5).
//!
//! Nouns: [`Client`] (a node at a URL), [`Signer`] (an account, its key, its nonces), [`Transaction`]
//! (built by [`Signer::transaction`]), [`keystore`] (a key in an encrypted file), [`Stream`].
//!
//! ```text
//!   operations --Signer--> signed bytes --Client--> node --> Status with receipt
//!                                         proof <-- node --gage-verify--> checked here
//! ```
//!
//! Nothing a node says is believed where a proof can be had: [`Client::proof`] checks what it gets
//! against the network the client was made for.

mod client;
mod error;
pub mod keystore;
mod replies;
mod signer;
mod stream;

pub use client::{Client, ClientConfig};
pub use error::{Error, Problem};
pub use gage_chain::{SignedTransaction, Transaction, TransactionHash};
pub use replies::{
    Account, Audit, Fees, Lot, Network, Page, Receipt, ReceiptEvent, Rendered, Sealed, Stage, Status, Taken,
};
pub use signer::{Signer, SignerError};
pub use stream::{Channel, Stream};
