//! Bundles of operations that run later with the authority of governance: the one way in which
//! parameters change. Depth one: a bundle cannot schedule another.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::Hash;
use gage_crypto::hash::sha256_parts;
use gage_units::{AccountNumber, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Error, Operation};

/// The most operations of one bundle.
pub(crate) const BUNDLE_OPERATIONS_MAX: usize = 64;
/// The most bytes of one bundle.
pub(crate) const BUNDLE_BYTES_MAX: usize = 65_536;

/// Operations that wait for their time.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Bundle {
    /// The protocol version whose encoding the bytes have.
    pub version: u32,
    /// The operations in borsh.
    pub operations: Vec<u8>,
    /// The hash of the bytes.
    pub hash: Hash,
    /// Not before this time.
    pub not_before: Timestamp,
    /// Nor after this one.
    pub not_after: Timestamp,
    /// Who scheduled it.
    pub proposer: AccountNumber,
    /// The work it was charged for when it was scheduled.
    pub weight: u64,
}

impl Bundle {
    /// The hash under which a bundle's bytes are known.
    pub fn hash_of(operations: &[u8]) -> Hash {
        sha256_parts(&[b"gage/bundle/1", operations])
    }

    /// Reads the operations of a bundle and checks what needs no state.
    ///
    /// # Errors
    /// [`Error::BadBundle`], [`Error::NestedSchedule`].
    pub fn read(operations: &[u8]) -> Result<Vec<Operation>, Error> {
        if operations.len() > BUNDLE_BYTES_MAX {
            return Err(Error::BadBundle);
        }
        let operations: Vec<Operation> = borsh::from_slice(operations).map_err(|_| Error::BadBundle)?;
        if operations.is_empty() || operations.len() > BUNDLE_OPERATIONS_MAX {
            return Err(Error::BadBundle);
        }
        if operations.iter().any(|operation| matches!(operation, Operation::Chain(_))) {
            return Err(Error::NestedSchedule);
        }
        Ok(operations)
    }
}
