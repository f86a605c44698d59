//! What a transaction would do, tried on the head and undone.

use gage_chain::{DryRun, Transaction};
use gage_crypto::KeyId;

use crate::NodeHandle;
use crate::locks::write;

impl NodeHandle {
    /// Runs a transaction on the head as if `keys` had signed it, and undoes everything. The next block waits
    /// meanwhile: whoever lets strangers ask bounds how often.
    pub fn dry_run(&self, transaction: Transaction, keys: Vec<KeyId>) -> DryRun {
        write(&self.shared().chain).dry_run(transaction, keys)
    }
}
