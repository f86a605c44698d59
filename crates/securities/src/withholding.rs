//! Tax at the source, as data: which part of what an asset pays is withheld, by where its holder lives.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_compliance::Jurisdiction;
use gage_compliance::rule::Topic;
use gage_store::{Column, Draft, OrderedTable};
use gage_units::{AccountNumber, AssetId, Bps};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::distribution::DistributionId;

/// The most jurisdictions that one asset names.
pub const RATES_MAX: usize = 64;

/// What is withheld, by asset.
pub const WITHHOLDINGS: Column<AssetId, Withholding> = Column::authenticated(0x0619, "securities/withholdings");

/// What is withheld from holders of an asset.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withholding {
    /// Who receives what is withheld, and passes it on.
    pub agent: AccountNumber,
    /// The claims that say where a holder lives: those of issuers that the asset trusts.
    pub topic: Topic,
    /// The part by jurisdiction, in ascending order.
    pub rates: Vec<(Jurisdiction, Bps)>,
    /// The part where no claim names a jurisdiction of the list.
    pub otherwise: Bps,
}

/// What is withheld from a distribution, as it stood at its record date.
pub const WITHHELD_AT: OrderedTable<DistributionId, Withholding> =
    OrderedTable::authenticated(0x0620, "securities/withheld_at");

impl Withholding {
    /// Passes an ascending list of parts of at most the whole.
    ///
    /// # Errors
    /// [`Error::ListTooLong`], [`Error::NotAscending`], [`Error::TermsOutOfBounds`].
    pub fn check(&self) -> Result<(), Error> {
        if self.rates.len() > RATES_MAX {
            return Err(Error::ListTooLong);
        }
        if !self.rates.windows(2).all(|pair| matches!(pair, [(first, _), (second, _)] if first < second)) {
            return Err(Error::NotAscending);
        }
        let parts = self.rates.iter().map(|(_, part)| *part).chain([self.otherwise]);
        if parts.into_iter().all(|part| part <= Bps::ONE) {
            Ok(())
        } else {
            Err(Error::TermsOutOfBounds { term: "withholding" })
        }
    }
}

/// Keeps what is withheld from a distribution whose register is taken: later terms are for later ones.
pub(crate) fn keep_withholding(draft: &mut Draft, id: DistributionId, asset: AssetId) {
    if let Some(terms) = WITHHOLDINGS.get(draft, &asset) {
        WITHHELD_AT.put(draft, id, terms);
    }
}

/// The part of a distribution of an asset that is withheld from a holder. Of several jurisdictions the highest counts: a
/// lower one is shown by a claim that names it alone.
pub fn withheld_from(
    draft: &Draft,
    ctx: &Context,
    id: DistributionId,
    asset: AssetId,
    holder: AccountNumber,
) -> Option<(AccountNumber, Bps)> {
    let terms = WITHHELD_AT.peek(draft, &id)?;
    let homes = gage_compliance::jurisdictions(draft, ctx.time, asset, terms.topic, holder);
    let named = terms.rates.iter().filter(|(place, _)| homes.contains(place)).map(|(_, part)| *part).max();
    Some((terms.agent, named.unwrap_or(terms.otherwise)))
}
