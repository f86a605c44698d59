//! What moves: balanced legs.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_compliance::Force;
use gage_units::{AccountNumber, Amount, AssetId, ItemId};
use serde::{Deserialize, Serialize};

use crate::AssetKind;

/// The most legs one journal may have.
pub const LEGS_MAX: usize = 2_000;

/// A part of a holding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// At the owner's disposal.
    Free,
    /// Set aside by holds.
    Held,
    /// Marked as collateral.
    Pledged,
    /// Immobilised by the issuer.
    Frozen,
}

impl Part {
    /// The part's name in a sentence.
    pub const fn name(self) -> &'static str {
        match self {
            Part::Free => "free",
            Part::Held => "held",
            Part::Pledged => "pledged",
            Part::Frozen => "frozen",
        }
    }
}

/// The side of a leg, seen from the holding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Taken from the holding.
    Debit,
    /// Added to the holding.
    Credit,
}

/// One line of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Leg {
    /// Whose holding.
    pub account: AccountNumber,
    /// Of what.
    pub asset: AssetId,
    /// Which thing, for an itemised asset.
    pub item: Option<ItemId>,
    /// Which part of the holding.
    pub part: Part,
    /// Taken or added.
    pub side: Side,
    /// How much.
    pub amount: Amount,
}

impl Leg {
    /// Takes from a part of a fungible holding.
    pub const fn debit(account: AccountNumber, asset: AssetId, part: Part, amount: Amount) -> Leg {
        Leg { account, asset, item: None, part, side: Side::Debit, amount }
    }

    /// Adds to a part of a fungible holding.
    pub const fn credit(account: AccountNumber, asset: AssetId, part: Part, amount: Amount) -> Leg {
        Leg { account, asset, item: None, part, side: Side::Credit, amount }
    }
}

/// Why value moves; for statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// An owner gives to another.
    Transfer,
    /// A rule moves what a module holds or is owed.
    Rule,
    /// New units.
    Mint,
    /// Units cease to exist.
    Burn,
    /// Set aside.
    Hold,
    /// Set aside no more.
    Release,
    /// What was set aside reaches someone.
    Settle,
    /// Marked as collateral.
    Pledge,
    /// Marked no more.
    Unpledge,
    /// Collateral taken by rule.
    Seize,
    /// A receiver gives a posting back.
    Correction,
    /// Immobilised by order.
    Freeze,
    /// Mobilised again by order.
    Unfreeze,
    /// Moved to another by order.
    Forced,
    /// Moved from an account with lost keys to another of its identity.
    Recovery,
}

/// New units, or units that cease to exist. Only the owner of the asset's kind may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct SupplyChange {
    /// The asset.
    pub asset: AssetId,
    /// On whose authority; must be the asset's kind.
    pub by: AssetKind,
    /// Credit: minted. Debit: burned.
    pub side: Side,
    /// How much.
    pub amount: Amount,
}

/// What moves in one act: legs that balance per asset, with at most one change of supply.
#[derive(Clone, Copy, Debug)]
pub struct Journal<'j> {
    /// The lines.
    pub legs: &'j [Leg],
    /// New or ceasing units.
    pub supply: Option<SupplyChange>,
    /// Whether the holder acts, or a rule (then the sender's own eligibility is not asked).
    pub force: Force,
    /// Why.
    pub purpose: Purpose,
}
