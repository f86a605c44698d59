//! Events as people read them, and which of them concern an account.

use gage_chain::{BlockResult, accounts_named, module_name, readable_event};
use gage_units::AccountNumber;
use serde::Serialize;
use serde_json::Value;

/// Which events are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    /// Only of this module.
    pub module: Option<u8>,
    /// Only those that name this account.
    pub account: Option<AccountNumber>,
}

/// One event of a block.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct EventView {
    /// Its number in the block, from zero.
    pub number: usize,
    /// The position of the receipt it belongs to; null for due work.
    pub receipt: Option<usize>,
    /// The transaction, or the bundle; null for due work.
    pub transaction: Option<String>,
    /// The module.
    pub module: &'static str,
    /// What happened: the name of the event with its fields.
    pub event: Value,
}

/// The events of a block from number `from` on, as wanted, at most `limit`.
pub(crate) fn of_block(result: &BlockResult, wanted: Wanted, from: usize, limit: usize) -> Vec<EventView> {
    let receipts = result.receipts.iter().enumerate();
    let of_receipts = receipts.flat_map(|(position, receipt)| {
        receipt.events.iter().map(move |(module, bytes)| (Some((position, receipt)), module, bytes))
    });
    let all = of_receipts.chain(result.due.iter().map(|(module, bytes)| (None, module, bytes)));
    all.enumerate()
        .skip(from)
        .filter(|(_, (_, module, _))| wanted.module.is_none_or(|wanted| wanted == *module))
        .map(|(number, (receipt, module, bytes))| EventView {
            number,
            receipt: receipt.map(|(position, _)| position),
            transaction: receipt.map(|(_, receipt)| receipt.transaction.to_string()),
            module: module_name(module),
            event: readable_event(module, bytes),
        })
        .filter(|view| wanted.account.is_none_or(|account| accounts_named(&view.event).contains(&account)))
        .take(limit)
        .collect()
}
