//! Why evidence does not hold.

use gage_store::proof::{ProofError, Root};
use gage_units::Height;
use thiserror::Error;

/// The first check that failed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum VerifyError {
    /// The file is not evidence.
    #[error("the file is not evidence that this program reads: {0}")]
    Malformed(String),
    /// Another format.
    #[error("the evidence has the format {found:?}, this program reads {expected:?}")]
    Format {
        /// What the evidence says.
        found: String,
        /// What is read.
        expected: &'static str,
    },
    /// No table has that number, or it is not in the tree.
    #[error("the key begins with {0:#06x}, which is the number of no authenticated table")]
    UnknownTable(u16),
    /// The key is too short.
    #[error("the key is shorter than its table number")]
    ShortKey,
    /// The table's name does not belong to the key.
    #[error("the evidence calls the table {found:?}, but the key is of {expected:?}")]
    TableName {
        /// What the evidence says.
        found: String,
        /// What the key says.
        expected: String,
    },
    /// The proof does not lead from the record to the root.
    #[error("the proof of the {what} does not hold: {reason}")]
    Proof {
        /// Of which record.
        what: &'static str,
        /// Why.
        reason: ProofError,
    },
    /// A supporting record is not what its key says.
    #[error("the {0} does not decode")]
    BadRecord(&'static str),
    /// The root is of another network.
    #[error("the state root belongs to the network {found}, the evidence says {claimed}")]
    OtherNetwork {
        /// Name and genesis under the root.
        found: String,
        /// What the evidence says.
        claimed: String,
    },
    /// The root is of another height.
    #[error("the state root is of height {found}, the evidence says {claimed}")]
    OtherHeight {
        /// The height under the root.
        found: Height,
        /// What the evidence says.
        claimed: Height,
    },
    /// The header does not publish these roots.
    #[error("the header of height {height} does not publish the {what} of height {executed}")]
    NotPublished {
        /// The header's height.
        height: Height,
        /// Which root.
        what: &'static str,
        /// The height whose root was to be published.
        executed: Height,
    },
    /// The receipt does not decode.
    #[error("the receipt does not decode")]
    BadReceipt,
    /// The receipt is of another transaction.
    #[error("the receipt is of another transaction")]
    OtherTransaction,
    /// The path does not lead from the receipt to the root.
    #[error("the path does not lead from the receipt to the events root")]
    ReceiptPath,
    /// The path does not lead from the block to the accumulator.
    #[error("the path does not lead from the block's events root to the accumulator of height {0}")]
    BlockPath(Height),
    /// Two ways to a header, of which one would have to be believed.
    #[error("the evidence has a header of its own and a path through the accumulator; it may have one of them")]
    TwoWays,
    /// The reader trusts another genesis.
    #[error("the evidence is of genesis {found}, trusted is {trusted}")]
    GenesisNotTrusted {
        /// The evidence's.
        found: String,
        /// The reader's.
        trusted: String,
    },
    /// The reader trusts another root.
    #[error("the evidence is of the state root {found}, trusted is {trusted}")]
    StateRootNotTrusted {
        /// The evidence's.
        found: Root,
        /// The reader's.
        trusted: Root,
    },
    /// The reader trusts another events root.
    #[error("the evidence is of the events root {found}, trusted is {trusted}")]
    EventsRootNotTrusted {
        /// The evidence's.
        found: String,
        /// The reader's.
        trusted: String,
    },
    /// The reader trusts another header.
    #[error("the evidence has the header {found}, trusted is {trusted}")]
    HeaderNotTrusted {
        /// The evidence's.
        found: String,
        /// The reader's.
        trusted: String,
    },
    /// The reader trusts a header, and the evidence has none.
    #[error("a trusted header was given, but the evidence carries no header; ask for it again two blocks later")]
    NoHeader,
    /// Validators were given, and the evidence has no certificate.
    #[error("the evidence carries no certificate of a header that publishes the root; ask again when there is one")]
    NoCertificate,
    /// The certificate does not hold.
    #[error("the certificate does not hold: {0}")]
    Certificate(String),
    /// The way from the validators the reader knows to later ones is broken.
    #[error("the handover of the validators does not hold: {0}")]
    Handover(String),
    /// Blocks in a row that are none, or of no such network.
    #[error("the blocks do not hold: {0}")]
    Block(String),
}
