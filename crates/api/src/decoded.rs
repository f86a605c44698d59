//! The events of blocks as people read them, decoded once for all who ask.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use gage_chain::{BlockResult, accounts_named, module_name, module_number, readable_event};
use gage_crypto::AccountId;
use gage_node::NodeHandle;
use gage_units::{AccountNumber, AssetId, Height};
use serde::Serialize;
use serde_json::Value;

use crate::api::Api;
use crate::openapi::events::assets_in;
use crate::problem::Problem;

/// How many blocks are kept decoded.
const BLOCKS_MAX: usize = 64;
/// The most events of all blocks that are kept decoded.
const EVENTS_MAX: usize = 100_000;

/// One event of a block.
#[derive(Clone, Debug, Serialize)]
pub struct EventView {
    /// Its block.
    pub height: Height,
    /// Its number in the block, from zero.
    pub number: usize,
    /// The position of the receipt it belongs to; null for due work.
    pub receipt: Option<usize>,
    /// The transaction, or the bundle; null for due work.
    pub transaction: Option<String>,
    /// The module.
    pub module: &'static str,
    /// The name of the event.
    pub kind: String,
    /// What happened: the name of the event with its fields.
    pub event: Value,
}

/// An event with what it names, and as it is sent.
pub(crate) struct Decoded {
    pub view: EventView,
    /// The accounts it names.
    accounts: Vec<AccountNumber>,
    /// The assets it names.
    assets: Vec<u32>,
    /// The view in JSON.
    pub text: String,
}

/// Which events are wanted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// Only of this module.
    pub module: Option<u8>,
    /// Only of this name.
    pub kind: Option<String>,
    /// Only those that name this account.
    pub account: Option<AccountNumber>,
    /// Only those that name this asset.
    pub asset: Option<AssetId>,
}

/// The number of the module that a client names.
///
/// # Errors
/// [`crate::problem::Cause::BadParameter`] if there is none of that name.
pub(crate) fn module_of(name: Option<&str>) -> Result<Option<u8>, Problem> {
    let known = |name| module_number(name).ok_or_else(|| Problem::parameter("module", "the name of a module"));
    name.map(known).transpose()
}

impl Wanted {
    /// As a client asks for them: the module by its name, account and asset by theirs.
    pub async fn asked(
        api: &Arc<Api>,
        (module, kind): (Option<&str>, Option<String>),
        (account, asset): (Option<AccountId>, Option<AssetId>),
    ) -> Result<Wanted, Problem> {
        let module = module_of(module)?;
        let number = |id| api.read(move |chain, _| gage_accounts::resolve(chain.draft(), &id).map_err(Problem::read));
        let account = match account {
            Some(id) => Some(number(id).await?),
            None => None,
        };
        Ok(Wanted { module, kind, account, asset })
    }

    fn takes(&self, event: &Decoded) -> bool {
        let module = |number| module_name(number) == event.view.module;
        self.module.is_none_or(module)
            && self.kind.as_ref().is_none_or(|kind| *kind == event.view.kind)
            && self.account.is_none_or(|account| event.accounts.contains(&account))
            && self.asset.is_none_or(|asset| event.assets.contains(&asset.0))
    }
}

/// Position and receipt that an event belongs to, its module, its bytes.
type Emitted<'r> = (Option<(usize, &'r gage_chain::Receipt)>, u8, &'r [u8]);

/// The events of one block.
pub(crate) struct DecodedBlock {
    pub events: Vec<Decoded>,
}

impl DecodedBlock {
    /// The events of a block, decoded.
    pub fn of(result: &BlockResult) -> DecodedBlock {
        let receipts = result.receipts.iter().enumerate();
        let of_receipts = receipts.flat_map(|(position, receipt)| {
            receipt.events.iter().map(move |(module, bytes)| (Some((position, receipt)), module, bytes))
        });
        let all = of_receipts.chain(result.due.iter().map(|(module, bytes)| (None, module, bytes)));
        let decoded = |(number, (receipt, module, bytes)): (usize, Emitted)| {
            let event = readable_event(module, bytes);
            let kind = kind_of(&event);
            let (accounts, assets) = (accounts_named(&event), assets_in(module, &kind, &event));
            let view = EventView {
                height: result.height,
                number,
                receipt: receipt.map(|(position, _)| position),
                transaction: receipt.map(|(_, receipt)| receipt.transaction.to_string()),
                module: module_name(module),
                kind,
                event,
            };
            let text = serde_json::to_string(&view).unwrap_or_default();
            Decoded { view, accounts, assets, text }
        };
        DecodedBlock { events: all.enumerate().map(decoded).collect() }
    }

    /// The events from number `from` on, as wanted.
    pub fn wanted<'d>(&'d self, wanted: &'d Wanted, from: usize) -> impl Iterator<Item = &'d Decoded> {
        self.events.iter().skip(from).filter(move |event| wanted.takes(event))
    }
}

/// Decoded blocks, the newest kept.
#[derive(Default)]
pub(crate) struct DecodedBlocks {
    kept: Mutex<BTreeMap<Height, Arc<DecodedBlock>>>,
}

impl DecodedBlocks {
    /// Whether the events of a block are at hand.
    pub fn has(&self, height: Height) -> bool {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&height)
    }

    /// The events of a block whose result the node keeps.
    pub fn get(&self, node: &NodeHandle, height: Height) -> Option<Arc<DecodedBlock>> {
        if let Some(block) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(&height) {
            return Some(Arc::clone(block));
        }
        let block = Arc::new(DecodedBlock::of(&*node.result(height)?));
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(height, Arc::clone(&block));
        let mut events: usize = kept.values().map(|block| block.events.len()).sum();
        // Those who follow the head ask for the newest: the oldest goes.
        while kept.len() > BLOCKS_MAX || (events > EVENTS_MAX && kept.len() > 1) {
            let Some((_, gone)) = kept.pop_first() else { break };
            events = events.saturating_sub(gone.events.len());
        }
        Some(block)
    }
}

/// The name of an event: the one field of its JSON, or all of it.
pub(crate) fn kind_of(event: &Value) -> String {
    match event {
        Value::Object(fields) => fields.keys().next().cloned().unwrap_or_default(),
        Value::String(name) => name.clone(),
        _ => String::new(),
    }
}
