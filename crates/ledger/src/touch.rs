//! Brings near what an operation will read; see [`gage_store::Table::touch`]. No result depends on it.

use gage_store::Draft;
use gage_units::{AccountNumber, AssetId};

use crate::Operation;
use crate::state::{BALANCES, BalanceKey, Beneficiary, PLEDGES, PledgeKey};

impl Operation {
    /// The accounts it names.
    pub fn touch_names(&self, draft: &Draft) {
        // A batch looks up and touches its payments itself.
        if let Operation::Transfer(transfer) = self {
            gage_accounts::touch_name(draft, &transfer.to);
        }
    }

    /// The balances it changes, asked for by `signer`.
    pub fn touch(&self, draft: &Draft, signer: AccountNumber) {
        if let Operation::Transfer(transfer) = self {
            touch_balance(draft, signer, transfer.asset);
            if let Ok(to) = gage_accounts::resolve(draft, &transfer.to) {
                touch_balance(draft, to, transfer.asset);
            }
        }
    }
}

/// Brings a balance near.
pub fn touch_balance(draft: &Draft, account: AccountNumber, asset: AssetId) {
    BALANCES.touch(draft, &BalanceKey { account, asset, item: None });
}

/// Brings what is pledged for a record near.
pub fn touch_pledge(draft: &Draft, account: AccountNumber, asset: AssetId, of: Beneficiary) {
    PLEDGES.touch(draft, &PledgeKey { holding: BalanceKey { account, asset, item: None }, of });
}
