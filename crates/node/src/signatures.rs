//! Signatures, checked in parallel and without holding the state.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::thread;

use gage_accounts::Names;
use gage_chain::{SignedTransaction, wallet_message};
use gage_crypto::Scheme;
use gage_ledger::AssetNames;
use gage_store::Draft;
use gage_units::AssetId;

/// The names that one transaction's text needs. Symbols and decimals never change, so that they stay
/// right after the state is released.
pub(crate) struct TextNames(BTreeMap<AssetId, Option<(String, u8)>>);

impl Names for TextNames {
    fn asset(&self, asset: AssetId) -> Option<(String, u8)> {
        self.0.get(&asset).cloned().flatten()
    }
}

/// Looks names up and notes them.
struct Noting<'d> {
    names: AssetNames<'d>,
    seen: RefCell<BTreeMap<AssetId, Option<(String, u8)>>>,
}

impl Names for Noting<'_> {
    fn asset(&self, asset: AssetId) -> Option<(String, u8)> {
        let found = self.names.asset(asset);
        self.seen.borrow_mut().insert(asset, found.clone());
        found
    }
}

/// The names that the transaction's text needs; none unless a wallet signed it.
pub(crate) fn names_for(draft: &Draft, signed: &SignedTransaction) -> TextNames {
    let wallet = signed.signatures.iter().any(|signed| signed.signature.scheme() == Scheme::Secp256k1Eip712);
    let noting = Noting { names: AssetNames(draft), seen: RefCell::default() };
    if wallet {
        // Only the look-ups count; a text that cannot be made is refused where the signature is checked.
        drop(wallet_message(&signed.transaction, &noting));
    }
    TextNames(noting.seen.into_inner())
}

/// Below this many items a thread costs more than it saves, and those of other requests need the cores.
const ITEMS_PER_THREAD: usize = 64;

/// Does `work` on every item, in parallel, and returns the results in order.
pub(crate) fn in_parallel<T: Send, R: Send>(items: Vec<T>, threads: usize, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let threads = threads.min(items.len() / ITEMS_PER_THREAD);
    if threads < 2 {
        return items.into_iter().map(work).collect();
    }
    let share = items.len().div_ceil(threads);
    let mut parts: Vec<Vec<T>> = Vec::with_capacity(threads);
    let mut items = items.into_iter();
    for _ in 0..threads {
        parts.push(items.by_ref().take(share).collect());
    }
    let work = &work;
    thread::scope(|scope| {
        let workers: Vec<_> =
            parts.into_iter().map(|part| scope.spawn(move || part.into_iter().map(work).collect::<Vec<R>>())).collect();
        workers
            .into_iter()
            // A panic goes on in the caller, as it would without threads.
            .flat_map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}
