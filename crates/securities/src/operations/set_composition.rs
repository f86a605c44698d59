use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::{asset_text, require_issuer};
use crate::composition::{PARTS_MAX, Part, check_parts};
use crate::state::{COMPOSITIONS, Composition};
use crate::{Error, Event, MODULE};

/// Says what one whole unit of an asset is made of; without parts it is a base asset again.
///
/// Signed by governance or the issuer. Refused if the asset would be part of itself, wrapped too deep or
/// made of too many. Assets made of it are not asked: one that gets too deep loses its standing.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetComposition {
    /// The asset.
    pub asset: AssetId,
    /// Its parts, in ascending order of assets, at most 16.
    pub parts: Vec<Part>,
}

impl SetComposition {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.parts.len() > PARTS_MAX {
            return Err(Error::ListTooLong);
        }
        if self.parts.iter().any(|part| part.weight.0 == 0) {
            return Err(Error::ZeroWeight);
        }
        let ascending = self.parts.iter().zip(self.parts.iter().skip(1)).all(|(a, b)| a.asset < b.asset);
        if ascending { Ok(()) } else { Err(Error::NotAscending) }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        gage_ledger::asset(draft, self.asset)?;
        require_issuer(draft, ctx, self.asset)?;
        for part in &self.parts {
            gage_ledger::asset(draft, part.asset)?;
        }
        check_parts(draft, self.asset, &self.parts)?;

        // From here on nothing can fail.
        match self.parts.is_empty() {
            true => COMPOSITIONS.remove(draft, &self.asset),
            false => COMPOSITIONS.put(draft, self.asset, Composition { parts: self.parts.clone() }),
        }
        draft.emit(MODULE, &Event::CompositionSet { asset: self.asset, parts: self.parts.clone() });
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let asset = asset_text(names, self.asset);
        if self.parts.is_empty() {
            return format!("Make {asset} a base asset");
        }
        let part = |part: &Part| format!("{} {}", part.weight, asset_text(names, part.asset));
        format!("Compose {asset} of {}", self.parts.iter().map(part).collect::<Vec<_>>().join(" + "))
    }
}
