//! The records and their tables.

use std::collections::BTreeMap;
use std::ops::Bound::{self, Included};

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::Hash;
use gage_ledger::AssetKind;
use gage_store::{Column, Draft, OrderedTable};
use gage_units::{AccountNumber, Amount, AssetId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::announce::{ANNOUNCED, PROOFS_DUE};
use crate::backing::{BackingTerms, Statement};
use crate::composition::Part;
use crate::contract::{CONTRACTS, CONTRACTS_DUE, FIXINGS};
use crate::distribution::{DISTRIBUTIONS, DISTRIBUTIONS_DUE, ENTITLEMENTS};
use crate::exposure::LIMITS;
use crate::identifiers::{Cfi, Isin, Lei};
use crate::listing::DEPTHS;
use crate::mint_limit::MINT_LIMITS;
use crate::redemption::{COUNTERS, JOINING, QUEUES, QUEUES_DUE, REQUESTS, WINDOWS};
use crate::retirement::{RETIRED, RETIREMENTS};
use crate::withholding::WITHHOLDINGS;
use crate::{Error, MODULE};

/// The highest tier; 0 is unlisted or on probation.
pub const TIER_MAX: u8 = 4;
/// The most documents of one instrument.
pub const DOCUMENTS_MAX: usize = 16;
/// The longest name of an instrument or title of a document.
pub const NAME_MAX: usize = 64;

const fn number(table: u8) -> u16 {
    u16::from_be_bytes([MODULE, table])
}

/// Instruments by asset.
pub const INSTRUMENTS: Column<AssetId, Instrument> = Column::authenticated(number(1), "securities/instruments");
/// Compositions by asset.
pub const COMPOSITIONS: Column<AssetId, Composition> = Column::authenticated(number(2), "securities/compositions");
/// The terms of attested backing by asset.
pub const BACKINGS: Column<AssetId, Backing> = Column::authenticated(number(3), "securities/backings");
/// The last attestation of each verifier.
pub const ATTESTATIONS: OrderedTable<(AssetId, AccountNumber), Attestation> =
    OrderedTable::authenticated(number(4), "securities/attestations");
/// What modules report of the assets they mint.
pub const MODULE_BACKINGS: Column<AssetId, ModuleBacking> =
    Column::authenticated(number(5), "securities/module_backings");
/// Listings by asset.
pub const LISTINGS: Column<AssetId, Listing> = Column::authenticated(number(6), "securities/listings");
/// Assets by ISIN.
pub const BY_ISIN: OrderedTable<Isin, AssetId> = OrderedTable::derived(number(9), "securities/by_isin");

/// A document outside the ledger, by its hash.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// What it is: `prospectus`, `custody agreement`.
    pub title: String,
    /// Its hash.
    pub hash: Hash,
}

/// What an asset is in law and in the market.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Instrument {
    /// 1 at registration, one more at each amendment.
    pub version: u32,
    /// Who answers for it.
    pub issuer: AccountNumber,
    /// Its name.
    pub name: String,
    /// ISIN, if it has one.
    pub isin: Option<Isin>,
    /// The issuer's LEI, if it has one.
    pub lei: Option<Lei>,
    /// CFI code, if it has one.
    pub cfi: Option<Cfi>,
    /// ISO 3166 code of the governing law: `GB`, `US-NY`.
    pub governing_law: String,
    /// The hash of the terms.
    pub terms: Hash,
    /// Further documents.
    pub documents: Vec<Document>,
    /// Who keeps the register.
    pub registrar: Option<AccountNumber>,
    /// Who pays.
    pub paying_agent: Option<AccountNumber>,
    /// Who computes what is due.
    pub calculation_agent: Option<AccountNumber>,
    /// When this version was registered.
    pub registered_at: Timestamp,
}

/// What one whole unit of an asset is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Composition {
    /// The parts, in ascending order of assets.
    pub parts: Vec<Part>,
}

/// Attested backing: the terms, and what was minted and redeemed under them.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Backing {
    /// Who must attest, how many, for how long.
    pub terms: BackingTerms,
    /// All that was ever minted, genesis included.
    pub minted: Amount,
    /// All that was ever redeemed.
    pub redeemed: Amount,
    /// What was proven when it was last minted; at first the supply of genesis.
    pub covered: Amount,
}

/// What a verifier confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Attestation {
    /// How much of the asset its backing covers, in the asset's smallest unit.
    pub amount: Amount,
    /// The date of the statement.
    pub as_of: Timestamp,
    /// From when it no longer counts.
    pub expires: Timestamp,
    /// The hash of the evidence.
    pub evidence: Hash,
    /// The time of the block that brought it.
    pub received_at: Timestamp,
}

/// What a module says backs an asset it mints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ModuleBacking {
    /// The module.
    pub module: u8,
    /// How much of the asset its backing covers, in the asset's smallest unit.
    pub amount: Amount,
    /// When it last said so.
    pub at: Timestamp,
}

/// The terms on which an asset is admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Listing {
    /// 0 (probation) to [`TIER_MAX`].
    pub tier: u8,
    /// Who brought it and answers for it.
    pub curator: Option<AccountNumber>,
    /// The most that may be minted by this module.
    pub supply_cap: Amount,
    /// The most that may serve as collateral, over all facilities.
    pub collateral_cap: Amount,
    /// When it was first listed.
    pub listed_at: Timestamp,
    /// When it was listed or last changed.
    pub since: Timestamp,
}

/// Makes room for the tables.
pub fn create_tables(draft: &mut Draft) {
    INSTRUMENTS.create(draft);
    COMPOSITIONS.create(draft);
    BACKINGS.create(draft);
    ATTESTATIONS.create(draft);
    MODULE_BACKINGS.create(draft);
    LISTINGS.create(draft);
    BY_ISIN.create(draft);
    ANNOUNCED.create(draft);
    PROOFS_DUE.create(draft);
    MINT_LIMITS.create(draft);
    DEPTHS.create(draft);
    LIMITS.create(draft);
    QUEUES.create(draft);
    REQUESTS.create(draft);
    JOINING.create(draft);
    WINDOWS.create(draft);
    QUEUES_DUE.create(draft);
    COUNTERS.create(draft);
    DISTRIBUTIONS.create(draft);
    ENTITLEMENTS.create(draft);
    DISTRIBUTIONS_DUE.create(draft);
    WITHHOLDINGS.create(draft);
    crate::withholding::WITHHELD_AT.create(draft);
    CONTRACTS.create(draft);
    FIXINGS.create(draft);
    CONTRACTS_DUE.create(draft);
    RETIREMENTS.create(draft);
    RETIRED.create(draft);
}

/// Writes the derived tables anew from the authenticated ones.
pub fn rebuild(draft: &mut Draft) {
    let proofs: Vec<(Timestamp, AssetId)> =
        ANNOUNCED.iter(draft).filter_map(|(asset, record)| Some((record.next?, asset))).collect();
    for key in proofs {
        PROOFS_DUE.put(draft, key, ());
    }
    let queues: Vec<(Timestamp, AssetId)> = QUEUES
        .iter(draft)
        .filter(|(_, queue)| queue.is_busy())
        .map(|(asset, queue)| (queue.closes_at, asset))
        .collect();
    for key in queues {
        QUEUES_DUE.put(draft, key, ());
    }
    let distributions: Vec<_> =
        DISTRIBUTIONS.iter(draft).filter_map(|(id, record)| Some((record.next()?, *id))).collect();
    for key in distributions {
        DISTRIBUTIONS_DUE.put(draft, key, ());
    }
    let contracts: Vec<_> = CONTRACTS.iter(draft).filter_map(|(asset, record)| Some((record.turn()?, asset))).collect();
    for key in contracts {
        CONTRACTS_DUE.put(draft, key, ());
    }
    let isins: Vec<(AssetId, Isin)> =
        INSTRUMENTS.iter(draft).filter_map(|(asset, record)| Some((asset, record.isin?))).collect();
    for (asset, isin) in isins {
        BY_ISIN.put(draft, isin, asset);
    }
}

pub(crate) fn compositions(draft: &Draft) -> BTreeMap<AssetId, Composition> {
    COMPOSITIONS.iter(draft).map(|(asset, record)| (asset, record.clone())).collect()
}

/// The instrument of an asset. # Errors [`Error::NoInstrument`].
pub fn instrument(draft: &Draft, asset: AssetId) -> Result<Instrument, Error> {
    INSTRUMENTS.get(draft, &asset).ok_or(Error::NoInstrument(asset))
}

/// Who answers for an asset: the account that mints it, or for an asset that a module mints the one its instrument
/// names, if it has one.
///
/// # Errors
/// `UnknownAsset` of the ledger.
pub fn issuer_of(draft: &Draft, asset: AssetId) -> Result<Option<AccountNumber>, Error> {
    Ok(match gage_ledger::asset(draft, asset)?.kind {
        AssetKind::Issued { issuer } => Some(issuer),
        AssetKind::Module(_) => INSTRUMENTS.peek(draft, &asset).map(|record| record.issuer),
    })
}

/// The attested backing of an asset. # Errors [`Error::NotBacked`].
pub fn backing(draft: &Draft, asset: AssetId) -> Result<Backing, Error> {
    BACKINGS.get(draft, &asset).ok_or(Error::NotBacked(asset))
}

/// A range of keys by asset and account.
type Bounds = (Bound<(AssetId, AccountNumber)>, Bound<(AssetId, AccountNumber)>);

/// The keys of one asset in a table keyed by asset and account.
pub(crate) fn of_asset(asset: AssetId) -> Bounds {
    (Included((asset, AccountNumber(0))), Included((asset, AccountNumber(u32::MAX))))
}

pub(crate) fn statements(draft: &Draft, asset: AssetId) -> Vec<Statement> {
    let attestations = ATTESTATIONS.range(draft, of_asset(asset));
    attestations.map(|(_, record)| Statement { amount: record.amount, expires: record.expires }).collect()
}
