//! The one readable file from which a network starts: same file, same root.

use gage_accounts::{Context, GenesisAccount, NewKey, Signer};
use gage_crypto::hash::sha256_parts;
use gage_crypto::{AccountId, Hash};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, Height, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::fees::{self, ACCOUNT};
use crate::params::Params;
use crate::state::{FeeState, Head, Network, put_fees, put_head, put_network};
use crate::words::MODULES;
use crate::{Rejection, dispatch};

/// A key of a genesis account.
pub type GenesisKey = NewKey;

/// Fee credit that an account has from the start, paid from its own genesis balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisCredit {
    /// Whose.
    pub account: AccountId,
    /// How much, in the fee asset's smallest unit.
    pub amount: Amount,
}

/// The genesis file: network, assets, accounts, parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Genesis {
    /// The network's name: 1 to 32 characters of a-z, 0-9 and dash.
    pub network: String,
    /// The time of the genesis state, in milliseconds since 1970.
    pub time: Timestamp,
    /// The account whose bundles run with the authority of governance, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub governor: Option<AccountId>,
    /// The chain's own parameters.
    pub params: Params,
    /// Who may sign.
    pub accounts: gage_accounts::Genesis,
    /// Eligibility.
    pub compliance: gage_compliance::Genesis,
    /// Assets and first balances.
    pub ledger: gage_ledger::Genesis,
    /// Fee credit from the start.
    pub credits: Vec<GenesisCredit>,
    /// Roles and bonds.
    pub staking: gage_staking::Genesis,
    /// Feeds and publishers.
    pub oracle: gage_oracle::Genesis,
    /// Instruments.
    pub securities: gage_securities::Genesis,
    /// Auctions.
    pub auctions: gage_auctions::Genesis,
    /// Loss waterfalls.
    pub backstop: gage_backstop::Genesis,
    /// Facilities.
    pub vaults: gage_vaults::Genesis,
}

/// Why a genesis file is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GenesisError {
    /// A value out of its bounds.
    #[error("{0}")]
    Bounds(String),
    /// A module refused its section.
    #[error("section {section} of the genesis file: {} (code {})", reason.sentence, reason.code)]
    Section {
        /// The section.
        section: &'static str,
        /// Why.
        reason: Rejection,
    },
    /// The state would break an invariant.
    #[error("the genesis state is broken: {0}")]
    Broken(gage_accounts::Broken),
}

/// The identifier of a genesis account without an explicit one: derived from its keys under the zero
/// hash, because the file's own hash is not known while it is written.
///
/// # Errors
/// Those of the accounts module.
pub fn genesis_account_id(keys: &[NewKey], threshold: u16) -> Result<AccountId, gage_accounts::Error> {
    gage_accounts::derive_id(&Hash::ZERO, keys, threshold)
}

impl Genesis {
    /// The name of the network: the hash of the file's meaning, so that spacing and comments do not count.
    pub fn hash(&self) -> Hash {
        let meaning = serde_json::to_vec(self).expect("the genesis types have string keys only");
        sha256_parts(&[b"gage/genesis/1", &meaning])
    }

    /// Writes the genesis state into a draft that has its tables.
    pub(crate) fn write(&self, draft: &mut Draft) -> Result<(), GenesisError> {
        self.check()?;
        let genesis = self.hash();
        let ctx = Context { height: Height::GENESIS, time: self.time, signer: Signer::Protocol, outputs: &[] };

        put_head(draft, Head { height: Height::GENESIS, time: self.time, block: genesis });
        gage_accounts::set_network(draft, genesis);
        for (number, name) in MODULES {
            let id = AccountId::module(&genesis, name);
            gage_accounts::open_module(draft, AccountNumber(u32::from(number)), id);
        }
        let accounts = self.named_accounts().map_err(|reason| section("accounts", reason))?;
        gage_accounts::genesis(draft, &ctx, &accounts).map_err(|reason| section("accounts", reason))?;
        let governor = self.governor.map(|id| gage_accounts::resolve(draft, &id)).transpose();
        let governor = governor.map_err(|reason| section("governor", reason))?;
        let network = Network { genesis, name: self.network.clone(), params: self.params.clone(), governor };
        put_network(draft, network);
        put_fees(
            draft,
            FeeState {
                base_fee: self.params.base_fee_min,
                credit: Amount::ZERO,
                earned: Amount::ZERO,
                deposits: Amount::ZERO,
            },
        );

        gage_ledger::genesis(draft, &ctx, &self.ledger).map_err(|reason| section("ledger", reason))?;
        gage_compliance::genesis(draft, &ctx, &self.compliance).map_err(|reason| section("compliance", reason))?;
        // Behind the rules, which are asked of them and count them.
        gage_ledger::genesis_balances(draft, &ctx, &self.ledger).map_err(|reason| section("ledger", reason))?;
        self.write_credits(draft, &ctx).map_err(|reason| section("credits", reason))?;
        gage_staking::genesis(draft, &ctx, &self.staking).map_err(|reason| section("staking", reason))?;
        gage_oracle::genesis(draft, &ctx, &self.oracle).map_err(|reason| section("oracle", reason))?;
        gage_securities::genesis(draft, &ctx, &self.securities).map_err(|reason| section("securities", reason))?;
        gage_auctions::genesis(draft, &ctx, &self.auctions).map_err(|reason| section("auctions", reason))?;
        gage_backstop::genesis(draft, &ctx, &self.backstop).map_err(|reason| section("backstop", reason))?;
        gage_vaults::genesis(draft, &ctx, &self.vaults).map_err(|reason| section("vaults", reason))?;
        draft.commit();
        draft.take_events();
        crate::invariants::check_all(draft).map_err(GenesisError::Broken)?;
        dispatch::rebuild(draft);
        Ok(())
    }

    fn check(&self) -> Result<(), GenesisError> {
        let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let length = self.network.len();
        if !(1..=32).contains(&length) || !self.network.bytes().all(good) {
            let sentence = "network is a name of 1 to 32 characters of a-z, 0-9 and dash";
            return Err(GenesisError::Bounds(sentence.to_owned()));
        }
        let rules = self.staking.validators.as_ref().map(|validators| validators.rules);
        if rules.is_some_and(|rules| rules.fixed_before < self.params.lag_max) {
            let sentence = "staking.validators.rules.fixed_before is at least params.lag_max, so that a set is published before it orders";
            return Err(GenesisError::Bounds(sentence.to_owned()));
        }
        self.params.check().map_err(GenesisError::Bounds)
    }

    /// The accounts section with every identifier written out.
    fn named_accounts(&self) -> Result<gage_accounts::Genesis, gage_accounts::Error> {
        let mut accounts = Vec::with_capacity(self.accounts.accounts.len());
        for account in &self.accounts.accounts {
            let id = match account.id {
                Some(id) => id,
                None => genesis_account_id(&account.keys, account.threshold)?,
            };
            accounts.push(GenesisAccount { id: Some(id), ..account.clone() });
        }
        Ok(gage_accounts::Genesis { accounts })
    }

    fn write_credits(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Rejection> {
        for credit in &self.credits {
            let account = gage_accounts::resolve(draft, &credit.account)?;
            let asset = self.params.fee_asset;
            gage_ledger::move_by_rule(draft, ctx, account, ACCOUNT, asset, credit.amount)?;
            fees::add_credit(draft, account, credit.amount)?;
        }
        Ok(())
    }
}

fn section(section: &'static str, reason: impl Into<Rejection>) -> GenesisError {
    GenesisError::Section { section, reason: reason.into() }
}
