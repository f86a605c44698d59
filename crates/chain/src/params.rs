//! What the genesis file sets for the chain as a whole.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_units::{Amount, AssetId};
use serde::{Deserialize, Serialize};

/// The chain's own parameters.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// The asset in which fees are paid.
    pub fee_asset: AssetId,
    /// The lowest base fee, in smallest units per 1,000 weight.
    pub base_fee_min: Amount,
    /// The weight per block to which the base fee steers.
    pub weight_target: u64,
    /// The most weight of one block; between the target and ten times as much.
    pub weight_max: u64,
    /// The most weight of due work (liquidations, auctions, expiries) in one block; a kind of work to which
    /// the others left less has an eighth of it for itself.
    pub due_weight_max: u64,
    /// What an account leaves as a deposit for each record it adds, in the fee asset's smallest unit.
    pub record_deposit: Amount,
    /// The most records in all tables.
    pub records_max: u64,
    /// A full audit of all invariants every so many blocks; 0 is never.
    pub audit_every: u64,
    /// A checkpoint of the authenticated tree every so many blocks, at least 1.
    pub checkpoint_every: u64,
    /// How many blocks the published roots may lag behind at most.
    pub lag_max: u64,
}

impl Default for Params {
    fn default() -> Params {
        Params {
            fee_asset: AssetId(0),
            base_fee_min: Amount(1_000_000_000_000_000),
            weight_target: 10_000_000,
            weight_max: 20_000_000,
            due_weight_max: 10_000_000,
            record_deposit: Amount::ZERO,
            records_max: 100_000_000,
            audit_every: 1_000,
            checkpoint_every: 1,
            lag_max: 64,
        }
    }
}

impl Params {
    /// Checks the bounds that are fixed in code; the error is a sentence.
    pub(crate) fn check(&self) -> Result<(), String> {
        let target_max = self.weight_target.saturating_mul(10);
        let checks = [
            (self.base_fee_min.0 <= u128::from(u64::MAX), "params.base_fee_min is at most 2^64"),
            (self.record_deposit.0 <= u128::from(u64::MAX), "params.record_deposit is at most 2^64"),
            (self.weight_target >= 100_000, "params.weight_target is at least 100,000"),
            (self.weight_max >= self.weight_target, "params.weight_max is at least params.weight_target"),
            (self.weight_max <= target_max, "params.weight_max is at most ten times params.weight_target"),
            (self.due_weight_max >= 100_000, "params.due_weight_max is at least 100,000"),
            (self.records_max >= 1_000, "params.records_max is at least 1,000"),
            (self.checkpoint_every >= 1, "params.checkpoint_every is at least 1"),
            (self.lag_max > self.checkpoint_every, "params.lag_max is above params.checkpoint_every"),
        ];
        match checks.into_iter().find(|(holds, _)| !holds) {
            Some((_, sentence)) => Err(sentence.to_owned()),
            None => Ok(()),
        }
    }
}
