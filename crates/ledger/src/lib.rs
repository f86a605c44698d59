//! Assets, holdings, journals, holds, pledges and settlement: the one door for value (floor 2, module 3).
//!
//! Nouns: [`Asset`] (what), [`Balance`] (how much, of whom, in four parts), [`Journal`] (what moved),
//! [`Hold`] (set aside for a beneficiary until settled, released or expired), pledge (marked for a
//! [`Purpose`]'s owner, still on its owner's account), supply, [`Instruction`] (deliveries made together
//! or not at all), sub-holding (what a beneficial owner has with a holder of record).
//!
//! ```text
//!   operation ──► transfer / mint / burn / hold / pledge / seize
//!                                   │
//!                                   ▼
//!                 post(journal) ──► compliance::admit ──► balances, supply, event
//! ```
//!
//! [`post`] is the only writer of balances. A journal balances per asset: what is debited, plus what
//! is minted, is what is credited, plus what is burned. Only the owner of an asset's kind mints or
//! burns. Pledged collateral stays on its owner's account; the beneficiary may seize it by rule.
//! Corrections are reversals with a reason, never edits.
//!
//! Invariants
//! - `supply_is_held`: per asset, the sum of all parts over all accounts is the supply.
//! - `running_total_is_supply`: the running total of an asset's balances is its supply, every block.
//! - `holds_are_held`: per account and asset, the sum of its holds is the held part.
//! - `pledges_are_pledged`: per account and asset, the sum of its pledges is the pledged part.
//! - `no_empty_balance`: no balance record is empty.
//! - `things_are_single`: a thing is held once, by one account, in one part.
//! - `instructions_are_reserved`: what an open instruction reserved is exactly what it may still
//!   deliver, and nothing else is reserved for instructions.
//! - `omnibus_is_pledged`: per holder of record and asset, the sum of its beneficial owners is exactly
//!   what is marked on its account for them.
//! - `registers_add_up`: what all accounts held at a record date is the supply of that date.
//! - `holders_are_counted`: what compliance counts of an asset's holders is what balances say, recounted.

mod asset;
mod block;
mod error;
mod event;
mod genesis;
mod holds;
mod instructions;
mod invariants;
mod journal;
mod movements;
mod omnibus;
mod operation;
pub mod operations;
mod partial;
mod pledges;
mod post;
pub mod query;
mod register;
mod settlement;
mod state;
mod touch;

pub use asset::{AssetNames, NewAsset, SYMBOL_MAX, asset, create_asset, decimals};
pub use block::{expire_holds, settle_due};
pub use error::Error;
pub use event::Event;
pub use genesis::{Genesis, GenesisAsset, GenesisBalance, genesis, genesis_balances};
pub use holds::{NEVER, NewHold, hold, hold_item, release, settle, settle_by_rule};
pub use instructions::{
    BuyIn, Delivery, Fail, INSTRUCTION_LEGS_MAX, Instruction, InstructionId, Party, Reserve, SettleAt, SettlementLeg,
    Status, instruction,
};
pub use invariants::{check_block, check_invariants};
pub use journal::{Journal, LEGS_MAX, Leg, Part, Purpose, Side, SupplyChange};
pub use movements::{burn, close_issuance, extinguish, mint, move_by_rule, move_item_by_rule, transfer};
pub use omnibus::{OMNIBUS, SubOwner, sub_holding};
pub use operation::Operation;
pub use pledges::{item_pledged, pledge, pledge_item, pledged, seize, seize_item, unpledge, unpledge_item};
pub use post::post;
pub use register::{held_at, supply_at, take_record};
pub use state::{
    Asset, AssetKind, Balance, BalanceKey, Beneficiary, Hold, HoldId, Item, balance, balance_key_bytes, create_tables,
    hold_record, holds_of_module, item_balance, items_held, rebuild, supply,
};
pub use touch::{touch_balance, touch_pledge};

/// The number of this module: the high byte of its tables, the thousands of its errors.
pub const MODULE: u8 = 3;
