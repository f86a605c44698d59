use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_crypto::{AccountId, Hash};
use gage_ledger::AssetKind;
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::{asset_text, check_text, require_issuer};
use crate::contract::CONTRACTS;
use crate::state::{BY_ISIN, DOCUMENTS_MAX, Document, INSTRUMENTS, Instrument, NAME_MAX};
use crate::{Cfi, Error, Event, Isin, Lei, MODULE};

/// Registers what an asset is, or amends it as the next version.
///
/// Signed by governance or the issuer. The issuer of an asset that an account mints is that account;
/// for an asset that a module mints, governance names it at registration and may change it.
///
/// The terms stay as long as a contract of them runs.
///
/// Precedence: texts, identifiers, lists; asset; signer; version; issuer; terms; accounts; ISIN.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterInstrument {
    /// The asset.
    pub asset: AssetId,
    /// 1 at first, then one more each time.
    pub version: u32,
    /// Who answers for it.
    pub issuer: AccountId,
    /// Its name; 1 to 64 printable characters.
    pub name: String,
    /// ISIN, if it has one.
    #[serde(default)]
    pub isin: Option<Isin>,
    /// The issuer's LEI, if it has one.
    #[serde(default)]
    pub lei: Option<Lei>,
    /// CFI code, if it has one.
    #[serde(default)]
    pub cfi: Option<Cfi>,
    /// ISO 3166 code of the governing law: `GB`, `US-NY`.
    pub governing_law: String,
    /// The hash of the terms.
    pub terms: Hash,
    /// Further documents, at most 16.
    #[serde(default)]
    pub documents: Vec<Document>,
    /// Who keeps the register.
    #[serde(default)]
    pub registrar: Option<AccountId>,
    /// Who pays.
    #[serde(default)]
    pub paying_agent: Option<AccountId>,
    /// Who computes what is due.
    #[serde(default)]
    pub calculation_agent: Option<AccountId>,
}

impl RegisterInstrument {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        check_text(&self.name, NAME_MAX, "name")?;
        if !is_law(self.governing_law.as_bytes()) {
            return Err(Error::BadText { field: "governing_law" });
        }
        if !self.isin.is_none_or(|isin| isin.is_valid()) {
            return Err(Error::BadIdentifier { field: "isin" });
        }
        if !self.lei.is_none_or(|lei| lei.is_valid()) {
            return Err(Error::BadIdentifier { field: "lei" });
        }
        if !self.cfi.is_none_or(|cfi| cfi.is_valid()) {
            return Err(Error::BadIdentifier { field: "cfi" });
        }
        if self.documents.len() > DOCUMENTS_MAX {
            return Err(Error::ListTooLong);
        }
        self.documents.iter().try_for_each(|document| check_text(&document.title, NAME_MAX, "title"))
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let kind = gage_ledger::asset(draft, self.asset)?.kind;
        require_issuer(draft, ctx, self.asset)?;
        let before = INSTRUMENTS.get(draft, &self.asset);
        let version = before.as_ref().map_or(0, |record| record.version).checked_add(1);
        if version != Some(self.version) {
            return Err(Error::NotNextVersion);
        }
        let issuer = gage_accounts::resolve(draft, &self.issuer)?;
        let same = match kind {
            AssetKind::Issued { issuer: minter } => issuer == minter,
            AssetKind::Module(_) => {
                ctx.require_governance().is_ok() || before.as_ref().is_some_and(|record| record.issuer == issuer)
            }
        };
        if !same {
            return Err(Error::NotIssuer(self.asset));
        }
        if before.as_ref().is_some_and(|record| record.terms != self.terms)
            && let Some(record) = CONTRACTS.peek(draft, &self.asset)
            && !record.contract()?.is_over()
        {
            return Err(Error::TermsBound(self.asset));
        }
        let agent = |id: &Option<AccountId>| id.as_ref().map(|id| gage_accounts::resolve(draft, id)).transpose();
        let registrar = agent(&self.registrar)?;
        let paying_agent = agent(&self.paying_agent)?;
        let calculation_agent = agent(&self.calculation_agent)?;
        if let Some(taken) = self.isin.and_then(|isin| BY_ISIN.get(draft, &isin))
            && taken != self.asset
        {
            return Err(Error::IsinTaken(taken));
        }

        // From here on nothing can fail.
        if let Some(old) = before.and_then(|record| record.isin) {
            BY_ISIN.remove(draft, &old);
        }
        if let Some(isin) = self.isin {
            BY_ISIN.put(draft, isin, self.asset);
        }
        let RegisterInstrument { asset, version, name, isin, lei, cfi, governing_law, terms, documents, .. } =
            self.clone();
        let record = Instrument {
            version,
            issuer,
            name,
            isin,
            lei,
            cfi,
            governing_law,
            terms,
            documents,
            registrar,
            paying_agent,
            calculation_agent,
            registered_at: ctx.time,
        };
        INSTRUMENTS.put(draft, asset, record);
        draft.emit(MODULE, &Event::InstrumentRegistered { asset, version, issuer });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let mut text = format!(
            "Register version {} of {}: {:?}, issuer {}, governing law {}, terms {}",
            self.version,
            asset_text(names, self.asset),
            self.name,
            self.issuer,
            self.governing_law,
            self.terms
        );
        let codes = [
            ("ISIN", self.isin.map(String::from)),
            ("LEI", self.lei.map(String::from)),
            ("CFI", self.cfi.map(String::from)),
            ("registrar", self.registrar.map(|id| id.to_string())),
            ("paying agent", self.paying_agent.map(|id| id.to_string())),
            ("calculation agent", self.calculation_agent.map(|id| id.to_string())),
        ];
        for (name, code) in codes {
            if let Some(code) = code {
                text = format!("{text}, {name} {code}");
            }
        }
        for Document { title, hash } in &self.documents {
            text = format!("{text}, document {title:?} {hash}");
        }
        text
    }
}

/// Two letters, or two letters, a dash and one to three letters or digits (ISO 3166-1 and -2).
fn is_law(text: &[u8]) -> bool {
    let country = text.get(..2).is_some_and(|letters| letters.iter().all(u8::is_ascii_uppercase));
    let region = match text.get(2..) {
        Some([]) => true,
        Some([b'-', region @ ..]) => {
            (1..=3).contains(&region.len())
                && region.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        }
        _ => false,
    };
    country && region
}
