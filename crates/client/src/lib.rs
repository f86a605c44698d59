//! A client of a node: transactions built, signed and submitted; reads, proofs, streams (floor 5).
//!
//! Nouns: [`Client`] (a node at a URL), [`Signer`] (an account, its key, its nonces), [`Transaction`]
//! (built by [`Signer::transaction`]), [`SigningKey`] (wherever the secret is: [`keystore`], an encrypted
//! file; [`pkcs11`], a hardware module; [`frost`], shares of several people), [`Document`] (a transaction
//! on its way between signers), [`Proposal`] (operations that wait for approvals), [`convert`] (signatures as wallets and modules give them), [`Stream`].
//!
//! ```text
//!   operations --Signer--> signed bytes --Client--> node --> Status with receipt
//!        |                      ^         proof <-- node --gage-verify--> checked here
//!        '--> Document --text, rendered anew by each--> signatures
//! ```
//!
//! Nothing a node says is believed where a proof can be had: [`Client::proof`] checks what it gets
//! against the network the client was made for.

mod client;
pub mod convert;
mod document;
mod error;
pub mod frost;
pub mod keystore;
pub mod pkcs11;
mod proposals;
mod replies;
mod sealed;
mod signer;
mod signing_key;
mod stream;
mod trust;

pub use client::{Client, ClientConfig};
pub use document::{AssetNames, Checked, Document, DocumentError, transaction_text};
pub use error::{Error, Problem};
pub use gage_chain::{SignedTransaction, Transaction, TransactionHash};
pub use proposals::{Proposal, ProposalError, propose};
pub use replies::{
    Account, Audit, Fees, Lot, Network, Page, Receipt, ReceiptEvent, Rendered, Sealed, Stage, Status, Taken,
};
pub use signer::{Signer, compose};
pub use signing_key::{SignerError, SigningKey};
pub use stream::{Channel, Stream};
