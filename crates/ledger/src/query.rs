//! Reads for the API.

use std::ops::Bound;

use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId};
use serde::{Deserialize, Serialize};

use crate::instructions::{INSTRUCTIONS, Instruction, InstructionId};
use crate::omnibus::{SUB_HOLDINGS, SubOwner};
use crate::state::{ASSETS, BALANCES};
use crate::{Asset, Balance, BalanceKey, supply};

/// An asset with its supply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetView {
    /// The number.
    pub id: AssetId,
    /// The record.
    #[serde(flatten)]
    pub asset: Asset,
    /// How much exists.
    pub supply: Amount,
}

/// One holding of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldingView {
    /// What.
    pub asset: AssetId,
    /// Its symbol.
    pub symbol: String,
    /// Its decimals.
    pub decimals: u8,
    /// The four parts.
    #[serde(flatten)]
    pub balance: Balance,
}

/// The asset with its supply, if it exists.
pub fn asset(draft: &Draft, id: AssetId) -> Option<AssetView> {
    ASSETS.get(draft, &id).map(|asset| AssetView { id, asset, supply: supply(draft, id) })
}

/// Assets from number `from` upward, at most `limit`.
pub fn assets(draft: &Draft, from: AssetId, limit: usize) -> Vec<AssetView> {
    ASSETS
        .iter(draft)
        .skip_while(|(id, _)| *id < from)
        .take(limit)
        .map(|(id, asset)| AssetView { id, asset: asset.clone(), supply: supply(draft, id) })
        .collect()
}

/// The fungible holdings of an account, by asset number, from `from` upward, at most `limit`.
pub fn holdings(draft: &Draft, account: AccountNumber, from: AssetId, limit: usize) -> Vec<HoldingView> {
    ASSETS
        .iter(draft)
        .skip_while(|(id, _)| *id < from)
        .filter_map(|(id, asset)| {
            let key = crate::BalanceKey { account, asset: id, item: None };
            let balance = BALANCES.get(draft, &key)?;
            Some(HoldingView { asset: id, symbol: asset.symbol.clone(), decimals: asset.decimals, balance })
        })
        .take(limit)
        .collect()
}

/// Every balance, in the order of its key: for audits and for the beginning of a history, it reads all of them.
pub fn balances(draft: &Draft) -> Vec<(BalanceKey, Balance)> {
    BALANCES.sorted(draft)
}

/// A settlement instruction with its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstructionView {
    /// The number.
    pub id: InstructionId,
    /// The record.
    #[serde(flatten)]
    pub record: Instruction,
}

/// What a beneficial owner has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubHoldingView {
    /// Of what.
    pub asset: AssetId,
    /// Who.
    pub owner: SubOwner,
    /// How much.
    pub amount: Amount,
}

/// Instructions from number `from` upward, at most `limit`: open ones, and those ended of late.
pub fn instructions(draft: &Draft, from: InstructionId, limit: usize) -> Vec<InstructionView> {
    let range = (Bound::Included(from), Bound::Unbounded);
    let view = |(id, record): (&InstructionId, &Instruction)| InstructionView { id: *id, record: record.clone() };
    INSTRUCTIONS.range(draft, range).take(limit).map(view).collect()
}

/// The register of a holder of record for one asset, at most `limit` owners after `after`.
pub fn sub_holdings(
    draft: &Draft,
    holder: AccountNumber,
    asset: AssetId,
    after: Option<SubOwner>,
    limit: usize,
) -> Vec<SubHoldingView> {
    let first = SubOwner::Account(AccountNumber(0));
    let start = after.map_or(Bound::Included((holder, asset, first)), |owner| Bound::Excluded((holder, asset, owner)));
    SUB_HOLDINGS
        .range(draft, (start, Bound::Unbounded))
        .take_while(|((of, what, _), _)| (*of, *what) == (holder, asset))
        .take(limit)
        .map(|((_, _, owner), amount)| SubHoldingView { asset, owner: *owner, amount: *amount })
        .collect()
}
