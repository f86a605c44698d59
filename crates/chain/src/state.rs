//! What the chain itself keeps.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::Hash;
use gage_crypto::accumulator::Accumulator;
use gage_store::{Column, Draft, OrderedTable};
use gage_units::{AccountNumber, Amount, Height, Timestamp};
use serde::{Deserialize, Serialize};

use crate::deferred::Bundle;
use crate::params::Params;

/// The last executed block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Head {
    /// Its height.
    pub height: Height,
    /// Its time.
    pub time: Timestamp,
    /// Its hash; at genesis, the genesis hash.
    pub block: Hash,
}

/// The figures of fees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct FeeState {
    /// Smallest units per 1,000 weight, for the next block.
    pub base_fee: Amount,
    /// All credit of all accounts.
    pub credit: Amount,
    /// All fees earned and not yet paid out.
    pub earned: Amount,
    /// All deposits for records.
    pub deposits: Amount,
}

/// What the genesis file fixed.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Network {
    /// The genesis hash: the name of the network in every signature.
    pub genesis: Hash,
    /// The network's name for people.
    pub name: String,
    /// The chain's parameters.
    pub params: Params,
    /// The account whose bundles run with the authority of governance.
    pub governor: Option<AccountNumber>,
}

/// Key of the tables that hold one record.
const ONE: u32 = 0;

const NETWORK: Column<u32, Network> = Column::authenticated(0x2001, "chain/network");
const HEAD: Column<u32, Head> = Column::authenticated(0x2002, "chain/head");
const FEES: Column<u32, FeeState> = Column::authenticated(0x2003, "chain/fees");
const ACCUMULATOR: Column<u32, Accumulator> = Column::authenticated(0x2004, "chain/accumulator");
pub(crate) const CREDIT: Column<AccountNumber, Amount> = Column::authenticated(0x2005, "chain/credit");
/// What each account has left as deposits for records.
pub(crate) const DEPOSITS: Column<AccountNumber, Amount> = Column::authenticated(0x2009, "chain/deposits");
/// Scheduled bundles by their number.
pub(crate) const BUNDLES: OrderedTable<u64, Bundle> = OrderedTable::authenticated(0x2006, "chain/bundles");
pub(crate) const NEXT_BUNDLE: Column<u32, u64> = Column::authenticated(0x2007, "chain/next_bundle");
/// Modules restricted after a fault, with the height of the fault.
pub(crate) const FROZEN: OrderedTable<u8, Height> = OrderedTable::authenticated(0x2008, "chain/frozen");

pub(crate) fn create_tables(draft: &mut Draft) {
    NETWORK.create(draft);
    HEAD.create(draft);
    FEES.create(draft);
    ACCUMULATOR.create(draft);
    CREDIT.create(draft);
    DEPOSITS.create(draft);
    BUNDLES.create(draft);
    NEXT_BUNDLE.create(draft);
    FROZEN.create(draft);
}

/// The last executed block. `None` before genesis.
pub fn head(draft: &Draft) -> Option<Head> {
    HEAD.get(draft, &ONE)
}

/// The accumulator of all blocks: leaf `h - 1` is of block `h`.
pub fn accumulator(draft: &Draft) -> Accumulator {
    ACCUMULATOR.get(draft, &ONE).unwrap_or_default()
}

/// The modules that accept only acts that reduce risk, with the height of the fault.
pub fn frozen_modules(draft: &Draft) -> Vec<(u8, Height)> {
    FROZEN.iter(draft).map(|(module, height)| (*module, *height)).collect()
}

/// The bytes under which the network's own record stands in the authenticated tree.
pub fn network_key_bytes() -> Vec<u8> {
    NETWORK.key_bytes(&ONE)
}

/// The bytes under which the record of the [`Head`] stands in the authenticated tree.
pub fn head_key_bytes() -> Vec<u8> {
    HEAD.key_bytes(&ONE)
}

/// The bytes under which the record of the [`accumulator`] stands in the authenticated tree.
pub fn accumulator_key_bytes() -> Vec<u8> {
    ACCUMULATOR.key_bytes(&ONE)
}

/// The leaf of a block in the [`accumulator`].
pub fn block_leaf(block: &Hash, events_root: &Hash) -> Hash {
    gage_crypto::hash::sha256_parts(&[b"gage/leaf/1", &block.0, &events_root.0])
}

/// Genesis hash and name in the bytes of the network's own record. `None` if they are not its bytes.
pub fn read_network_record(bytes: &[u8]) -> Option<(Hash, String)> {
    Network::try_from_slice(bytes).ok().map(|network| (network.genesis, network.name))
}

pub(crate) fn network(draft: &Draft) -> Option<&Network> {
    NETWORK.peek(draft, &ONE)
}

pub(crate) fn params(draft: &Draft) -> &Params {
    &network(draft).expect("genesis writes the network before anything reads it").params
}

pub(crate) fn fees(draft: &Draft) -> FeeState {
    FEES.get(draft, &ONE).expect("genesis writes the fees before anything reads them")
}

pub(crate) fn put_network(draft: &mut Draft, network: Network) {
    NETWORK.put(draft, ONE, network);
}

pub(crate) fn put_head(draft: &mut Draft, head: Head) {
    HEAD.put(draft, ONE, head);
}

pub(crate) fn put_fees(draft: &mut Draft, fees: FeeState) {
    FEES.put(draft, ONE, fees);
}

pub(crate) fn put_accumulator(draft: &mut Draft, accumulator: Accumulator) {
    ACCUMULATOR.put(draft, ONE, accumulator);
}

/// The bundles that governance has scheduled, by number.
pub fn scheduled(draft: &Draft) -> Vec<(u64, Bundle)> {
    BUNDLES.iter(draft).map(|(number, bundle)| (*number, bundle.clone())).collect()
}
