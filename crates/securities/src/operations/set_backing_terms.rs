use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_crypto::AccountId;
use gage_ledger::AssetKind;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Bps};
use serde::{Deserialize, Serialize};

use super::asset_text;
use crate::announce::announce;
use crate::backing::{BackingTerms, VERIFIERS_MAX};
use crate::state::{ATTESTATIONS, BACKINGS, Backing, of_asset};
use crate::{Error, Event, MODULE};

/// Sets who must attest the backing of an asset that this module mints, or lifts the terms of one
/// without supply. Governance only: an issuer does not choose its verifiers.
///
/// Attestations of verifiers that remain stand as they are; those of the others are dropped.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetBackingTerms {
    /// The asset.
    pub asset: AssetId,
    /// The new terms; `None` lifts them.
    pub terms: Option<NewBackingTerms>,
}

/// The terms as they are written in an operation; see [`BackingTerms`] for the bounds.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewBackingTerms {
    /// What backs it, in words.
    pub description: String,
    /// The accounts whose attestations count, each once.
    pub verifiers: Vec<AccountId>,
    /// How many of them must confirm an amount.
    pub threshold: u8,
    /// The longest an attestation may hold from its date.
    pub validity_ms: u64,
    /// How long a missed renewal may last before quarantine.
    pub grace_ms: u64,
    /// The haircut while proven.
    pub haircut: Bps,
    /// The haircut a missed renewal grows to.
    pub late_haircut: Bps,
    /// The haircut in quarantine.
    pub quarantine_haircut: Bps,
}

impl NewBackingTerms {
    fn with(&self, mut verifiers: Vec<AccountNumber>) -> BackingTerms {
        verifiers.sort_unstable();
        BackingTerms {
            description: self.description.clone(),
            verifiers,
            threshold: self.threshold,
            validity_ms: self.validity_ms,
            grace_ms: self.grace_ms,
            haircut: self.haircut,
            late_haircut: self.late_haircut,
            quarantine_haircut: self.quarantine_haircut,
        }
    }
}

impl SetBackingTerms {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        let Some(terms) = &self.terms else { return Ok(()) };
        if terms.verifiers.len() > VERIFIERS_MAX {
            return Err(Error::ListTooLong);
        }
        // Stand-ins for the verifiers: their number is checked here, who they are when it is applied.
        let count = u32::try_from(terms.verifiers.len()).unwrap_or(u32::MAX);
        terms.with((0..count).map(AccountNumber).collect()).check()
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.require_governance()?;
        if gage_ledger::asset(draft, self.asset)?.kind != AssetKind::Module(MODULE) {
            return Err(Error::NotMintedHere(self.asset));
        }
        let terms = match &self.terms {
            Some(new) => {
                let numbers = new.verifiers.iter().map(|id| gage_accounts::resolve(draft, id));
                let terms = new.with(numbers.collect::<Result<Vec<_>, _>>()?);
                terms.check()?;
                Some(terms)
            }
            None if gage_ledger::supply(draft, self.asset) > Amount::ZERO => {
                return Err(Error::HasSupply(self.asset));
            }
            None => None,
        };

        // From here on only figures out of bounds can fail.
        let verifiers = terms.as_ref().map(|terms| terms.verifiers.as_slice()).unwrap_or_default();
        let gone = ATTESTATIONS.range(draft, of_asset(self.asset)).map(|(key, _)| *key);
        let gone: Vec<_> = gone.filter(|(_, verifier)| !verifiers.contains(verifier)).collect();
        for key in gone {
            ATTESTATIONS.remove(draft, &key);
        }
        match &terms {
            Some(terms) => {
                let terms = terms.clone();
                let backing = match BACKINGS.get(draft, &self.asset) {
                    Some(before) => Backing { terms, ..before },
                    None => {
                        // What exists without terms comes from genesis and counts as minted; it stays in
                        // quarantine until it is proven.
                        let supply = gage_ledger::supply(draft, self.asset);
                        Backing { terms, minted: supply, redeemed: Amount::ZERO, covered: supply }
                    }
                };
                BACKINGS.put(draft, self.asset, backing);
            }
            None => BACKINGS.remove(draft, &self.asset),
        }
        draft.emit(MODULE, &Event::BackingTermsSet { asset: self.asset, terms });
        announce(draft, ctx, self.asset)
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let asset = asset_text(names, self.asset);
        let Some(terms) = &self.terms else { return format!("Lift the backing terms of {asset}") };
        let verifiers: Vec<String> = terms.verifiers.iter().map(AccountId::to_string).collect();
        format!(
            "Back {asset} by {:?}: {} of {} must attest, valid {} ms, grace {} ms, haircut {}, late {}, quarantine {}",
            terms.description,
            terms.threshold,
            verifiers.join(" "),
            terms.validity_ms,
            terms.grace_ms,
            terms.haircut,
            terms.late_haircut,
            terms.quarantine_haircut
        )
    }
}
