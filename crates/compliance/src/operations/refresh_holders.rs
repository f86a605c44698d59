use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_store::Draft;
use gage_units::AssetId;
use serde::{Deserialize, Serialize};

use super::describe_asset;
use crate::state::{HOLDERS, IdentityId, RULES};
use crate::verdict::{self, Verdict};
use crate::{Error, holders};

/// The most holders that one operation refreshes.
pub const REFRESH_MAX: usize = 64;

/// Counts holders anew under what their claims say now; anybody may. A holder is counted anew whenever its
/// holding changes; this is for claims that have begun, ended or been revoked since.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefreshHolders {
    /// Of which asset.
    pub asset: AssetId,
    /// Whom, at most 64; who holds nothing is passed over.
    pub identities: Vec<IdentityId>,
}

impl RefreshHolders {
    /// # Errors
    /// [`Error::BadHolders`].
    pub fn validate(&self) -> Result<(), Error> {
        if (1..=REFRESH_MAX).contains(&self.identities.len()) { Ok(()) } else { Err(Error::BadHolders) }
    }

    /// # Errors
    /// [`Error::UnknownAsset`], [`Error::NotCounted`].
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let rules = RULES.get(draft, &self.asset).ok_or(Error::UnknownAsset)?;
        if rules.counted.is_none() {
            return Err(Error::NotCounted);
        }

        // From here on nothing can fail.
        for identity in &self.identities {
            let Some(holder) = HOLDERS.get(draft, &(self.asset, *identity)) else { continue };
            let found = Verdict::find(draft, ctx.time, self.asset, &rules, *identity);
            holders::record(draft, self.asset, *identity, holder.total, &found.values);
            verdict::keep(draft, *identity, found);
        }
        Ok(())
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let identities: Vec<String> = self.identities.iter().map(|identity| identity.0.to_string()).collect();
        format!("count anew identities {} as holders of {}", identities.join(" "), describe_asset(names, self.asset))
    }
}
