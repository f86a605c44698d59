//! What a movement makes of the holders of one counted asset: each identity's holding before and after.

use std::sync::Arc;

use gage_accounts::is_module;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, MathError};

use crate::HolderChange;
use crate::counted::{ClaimValue, Holder};
use crate::denial::Side;
use crate::engine::Party;
use crate::rule::Topic;
use crate::state::{HOLDERS, IdentityId, STANDINGS, STATISTICS};

/// All of it.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Of the identities whose holding changes, in the order of the journal.
    pub movements: Vec<Movement>,
    /// Of the modules: account, before, after.
    pub modules: Vec<(AccountNumber, Amount, Amount)>,
    /// Accounts that belong to no identity.
    pub strangers: Vec<Party>,
    /// What will exist.
    pub supply: Amount,
}

/// One identity's holding, all its accounts together.
#[derive(Clone, Debug)]
pub(crate) struct Movement {
    /// Whose.
    pub identity: IdentityId,
    /// Its first account in the journal.
    pub account: AccountNumber,
    /// Before.
    pub before: Amount,
    /// After.
    pub after: Amount,
    /// As what it will be counted.
    pub values: Arc<[(Topic, ClaimValue)]>,
}

impl Movement {
    /// On which side it stands.
    pub fn party(&self) -> Party {
        let side = if self.after > self.before { Side::Receiver } else { Side::Sender };
        Party { account: self.account, side, identity: Some(self.identity) }
    }

    /// Whether its holding grows.
    pub fn grows(&self) -> bool {
        self.after > self.before
    }
}

/// Sums what one identity's accounts gain and lose.
struct Net {
    identity: IdentityId,
    account: AccountNumber,
    gained: Amount,
    lost: Amount,
}

/// The plan of the asset's changes; `values` tells as what an identity is counted now.
///
/// # Errors
/// An identity loses more than it holds, or holdings do not fit: only what is merely asked about.
pub(crate) fn plan(
    draft: &Draft,
    asset: AssetId,
    changes: &[HolderChange],
    mut values: impl FnMut(IdentityId) -> Arc<[(Topic, ClaimValue)]>,
) -> Result<Plan, MathError> {
    let mut nets: Vec<Net> = Vec::new();
    let (mut modules, mut strangers) = (Vec::new(), Vec::new());
    let (mut before, mut after) = (Amount::ZERO, Amount::ZERO);
    for change in changes.iter().filter(|change| change.asset == asset) {
        let Some(side) = change.side() else { continue };
        before = before.plus(change.before)?;
        after = after.plus(change.after)?;
        if is_module(change.account) {
            modules.push((change.account, change.before, change.after));
            continue;
        }
        let Some(identity) = STANDINGS.peek(draft, &change.account).and_then(|standing| standing.identity) else {
            strangers.push(Party { account: change.account, side, identity: None });
            continue;
        };
        let place = nets.iter().position(|net| net.identity == identity).unwrap_or(nets.len());
        if place == nets.len() {
            nets.push(Net { identity, account: change.account, gained: Amount::ZERO, lost: Amount::ZERO });
        }
        let Some(net) = nets.get_mut(place) else { continue };
        match side {
            Side::Receiver => net.gained = net.gained.plus(change.after.minus(change.before)?)?,
            Side::Sender => net.lost = net.lost.plus(change.before.minus(change.after)?)?,
        }
    }
    let mut movements = Vec::with_capacity(nets.len());
    for Net { identity, account, gained, lost } in nets {
        let before = HOLDERS.peek(draft, &(asset, identity)).map_or(Amount::ZERO, |holder: &Holder| holder.total);
        let after = before.plus(gained)?.minus(lost)?;
        if before != after {
            movements.push(Movement { identity, account, before, after, values: values(identity) });
        }
    }
    let supply = STATISTICS.peek(draft, &asset).map_or(Amount::ZERO, |statistics| statistics.supply);
    Ok(Plan { movements, modules, strangers, supply: supply.plus(after)?.minus(before)? })
}
