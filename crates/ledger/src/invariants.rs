//! What must hold, one function per invariant.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::Included;

use gage_accounts::{Broken, is_module};
use gage_compliance::IdentityId;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, MathError};

use crate::instructions::{INSTRUCTIONS, SettlementLeg, Status};
use crate::omnibus::{OMNIBUS, SUB_HOLDINGS};
use crate::register::{RECORD_DATES, RECORDED_SUPPLY, REGISTER};
use crate::settlement::RESERVER;
use crate::state::{ASSETS, BALANCES, BalanceKey, HOLDS, PLEDGES, RUNNING, SUPPLY, UNEQUAL};
use crate::{Balance, balance, supply};

/// What is compared every block: running totals only, each at the posting that changed it.
///
/// # Errors
/// The invariant that does not hold. A node stops on it.
pub fn check_block(draft: &Draft) -> Result<(), Broken> {
    UNEQUAL.iter(draft).try_for_each(|(asset, ())| running_total_of(draft, *asset))
}

/// The full audit.
///
/// # Errors
/// The first invariant that does not hold.
pub fn check_invariants(draft: &Draft) -> Result<(), Broken> {
    running_total_is_supply(draft)?;
    supply_is_held(draft)?;
    no_empty_balance(draft)?;
    things_are_single(draft)?;
    holds_are_held(draft)?;
    pledges_are_pledged(draft)?;
    instructions_are_reserved(draft)?;
    omnibus_is_pledged(draft)?;
    registers_add_up(draft)?;
    holders_are_counted(draft)
}

fn running_total_is_supply(draft: &Draft) -> Result<(), Broken> {
    ASSETS.iter(draft).try_for_each(|(asset, _)| running_total_of(draft, asset))
}

fn running_total_of(draft: &Draft, asset: AssetId) -> Result<(), Broken> {
    let running = RUNNING.get(draft, &asset).unwrap_or_default();
    let supply = supply(draft, asset);
    Broken::unless(running == supply, "ledger", "running_total_is_supply", || {
        format!("asset {asset}: the running total is {running}, the supply {supply}")
    })
}

fn supply_is_held(draft: &Draft) -> Result<(), Broken> {
    let mut sums = BTreeMap::new();
    for (key, balance) in BALANCES.sorted(draft) {
        add(&mut sums, key.asset, "supply_is_held", balance.total().ok())?;
    }
    for (asset, supply) in SUPPLY.iter(draft) {
        let held = sums.remove(&asset).unwrap_or_default();
        Broken::unless(held == *supply, "ledger", "supply_is_held", || {
            format!("asset {asset}: accounts hold {held}, the supply is {supply}")
        })?;
    }
    Broken::unless(sums.is_empty(), "ledger", "supply_is_held", || {
        format!("assets without supply are held: {:?}", sums.keys())
    })
}

/// The holdings at each record date sum to the supply of then. Each holding is gone through once: an entry tells
/// what it was at the dates since the entry before, the balance what it is since the last.
fn registers_add_up(draft: &Draft) -> Result<(), Broken> {
    let mut known: BTreeSet<(AssetId, AccountNumber)> = REGISTER.iter(draft).map(|(key, _)| (key.0, key.1)).collect();
    known.extend(BALANCES.sorted(draft).into_iter().map(|(key, _)| (key.asset, key.account)));
    // By how much the sum rises and falls from each date to the next. Sums wrap, what they differ by does not.
    let mut steps: BTreeMap<(AssetId, u32), u128> = BTreeMap::new();
    for (asset, account) in known {
        if !RECORD_DATES.has(draft, &asset) {
            continue;
        }
        let mut since = 1u32;
        let mut hold = |from: u32, until: u32, held: Amount| {
            let rise = steps.entry((asset, from)).or_default();
            *rise = rise.wrapping_add(held.0);
            let fall = steps.entry((asset, until)).or_default();
            *fall = fall.wrapping_sub(held.0);
        };
        let entries = (Included((asset, account, 0)), Included((asset, account, u32::MAX)));
        for ((_, _, number), held) in REGISTER.range(draft, entries) {
            let next = number.saturating_add(1);
            hold(since, next, *held);
            since = next;
        }
        let now = balance(draft, account, asset).total();
        let unreadable = |error: MathError| Broken {
            module: "ledger",
            invariant: "registers_add_up",
            detail: format!("account {account}, asset {asset}: {error}"),
        };
        hold(since, u32::MAX, now.map_err(unreadable)?);
    }
    let mut at: Option<AssetId> = None;
    let mut held = 0u128;
    let mut steps = steps.into_iter().peekable();
    for ((asset, number), supply) in RECORDED_SUPPLY.iter(draft) {
        if at != Some(*asset) {
            (at, held) = (Some(*asset), 0);
        }
        while let Some((key, step)) = steps.next_if(|(key, _)| *key <= (*asset, *number)) {
            if key.0 == *asset {
                held = held.wrapping_add(step);
            }
        }
        Broken::unless(held == supply.0, "ledger", "registers_add_up", || {
            format!("asset {asset}, record date {number}: the register says {held}, the supply was {supply}")
        })?;
    }
    Ok(())
}

fn no_empty_balance(draft: &Draft) -> Result<(), Broken> {
    for (key, balance) in BALANCES.sorted(draft) {
        Broken::unless(!balance.is_empty(), "ledger", "no_empty_balance", || format!("{key:?} is empty"))?;
    }
    Ok(())
}

fn things_are_single(draft: &Draft) -> Result<(), Broken> {
    let mut seen = BTreeSet::new();
    for (key, balance) in BALANCES.sorted(draft) {
        let Some(item) = key.item else { continue };
        let single = balance.total() == Ok(Amount(1)) && seen.insert((key.asset, item));
        Broken::unless(single, "ledger", "things_are_single", || {
            format!("item {item} of asset {} is held more than once: {balance:?}", key.asset)
        })?;
    }
    Ok(())
}

fn holds_are_held(draft: &Draft) -> Result<(), Broken> {
    let mut sums = BTreeMap::new();
    for (_, hold) in HOLDS.sorted(draft) {
        let key = BalanceKey { account: hold.owner, asset: hold.asset, item: hold.item };
        add(&mut sums, key, "holds_are_held", Some(hold.amount))?;
    }
    same_parts(draft, sums, "holds_are_held", |balance| balance.held)
}

fn pledges_are_pledged(draft: &Draft) -> Result<(), Broken> {
    let mut sums = BTreeMap::new();
    for (key, amount) in PLEDGES.sorted(draft) {
        add(&mut sums, key.holding, "pledges_are_pledged", Some(amount))?;
    }
    same_parts(draft, sums, "pledges_are_pledged", |balance| balance.pledged)
}

fn instructions_are_reserved(draft: &Draft) -> Result<(), Broken> {
    let mut expected = BTreeMap::new();
    for (id, record) in INSTRUCTIONS.iter(draft) {
        for leg in &record.legs {
            if let (Some(hold), Some((asset, item, amount))) = (leg.hold, leg.due()) {
                expected.insert(hold, (leg.from, asset, item, amount));
            }
        }
        for party in &record.parties {
            if let (Some(hold), Some(terms)) = (party.security, record.buy_in) {
                expected.insert(hold, (party.account, terms.asset, None, terms.security));
            }
        }
        let idle = record.legs.iter().all(|leg| leg.hold.is_none())
            && record.parties.iter().all(|party| party.security.is_none());
        let done = record.status != Status::Settled || record.legs.iter().all(SettlementLeg::is_done);
        Broken::unless((record.status.is_open() || idle) && done, "ledger", "instructions_are_reserved", || {
            format!("instruction {}: {record:?}", id.0)
        })?;
    }
    let held = HOLDS.sorted(draft).into_iter().filter(|(_, hold)| hold.beneficiary == RESERVER);
    let held: BTreeMap<_, _> = held.map(|(id, hold)| (id, (hold.owner, hold.asset, hold.item, hold.amount))).collect();
    Broken::unless(held == expected, "ledger", "instructions_are_reserved", || {
        format!("instructions say {expected:?}, the holds {held:?}")
    })
}

fn omnibus_is_pledged(draft: &Draft) -> Result<(), Broken> {
    let mut sums = BTreeMap::new();
    for ((holder, asset, _), amount) in SUB_HOLDINGS.iter(draft) {
        add(&mut sums, (*holder, *asset), "omnibus_is_pledged", Some(*amount))?;
    }
    let marked = PLEDGES.sorted(draft).into_iter().filter(|(key, _)| key.of == OMNIBUS);
    let marked: BTreeMap<_, _> =
        marked.map(|(key, amount)| ((key.holding.account, key.holding.asset), amount)).collect();
    Broken::unless(sums == marked, "ledger", "omnibus_is_pledged", || {
        format!("the registers say {sums:?}, the pledges {marked:?}")
    })
}

/// Per counted asset: what compliance says that each identity holds is the sum of its accounts' balances,
/// what it says exists is the supply, and no module bears more lots than it has units.
fn holders_are_counted(draft: &Draft) -> Result<(), Broken> {
    let mut counted: BTreeMap<AssetId, BTreeMap<Option<IdentityId>, Amount>> =
        gage_compliance::counted_assets(draft).map(|asset| (asset, BTreeMap::new())).collect();
    if counted.is_empty() {
        return Ok(());
    }
    let mut of_modules = BTreeMap::new();
    for (key, balance) in BALANCES.sorted(draft) {
        let Some(holders) = counted.get_mut(&key.asset) else { continue };
        if is_module(key.account) {
            add(&mut of_modules, (key.asset, key.account), "holders_are_counted", balance.total().ok())?;
        } else {
            let holder = gage_compliance::identity_of(draft, key.account);
            add(holders, holder, "holders_are_counted", balance.total().ok())?;
        }
    }
    for (asset, holders) in counted {
        let kept: BTreeMap<_, _> =
            gage_compliance::holders(draft, asset).map(|(identity, total)| (Some(identity), total)).collect();
        let supply_kept = gage_compliance::statistics(draft, asset).supply;
        let holds = kept == holders && supply_kept == supply(draft, asset);
        Broken::unless(holds, "ledger", "holders_are_counted", || {
            format!("asset {asset}: holders are {kept:?}, recounted {holders:?}; supply {supply_kept}")
        })?;
    }
    for (asset, account, locked) in gage_compliance::lots_of_modules(draft) {
        let has = of_modules.get(&(asset, account)).copied().unwrap_or_default();
        Broken::unless(locked <= has, "ledger", "holders_are_counted", || {
            format!("module account {account} bears lots of {locked} of asset {asset} and has {has}")
        })?;
    }
    Ok(())
}

fn same_parts(
    draft: &Draft,
    mut sums: BTreeMap<BalanceKey, Amount>,
    name: &'static str,
    part: impl Fn(&Balance) -> Amount,
) -> Result<(), Broken> {
    for (key, balance) in BALANCES.sorted(draft) {
        let recorded = sums.remove(&key).unwrap_or_default();
        let found = part(&balance);
        Broken::unless(recorded == found, "ledger", name, || {
            format!("{key:?}: the records say {recorded}, the balance {found}")
        })?;
    }
    Broken::unless(sums.is_empty(), "ledger", name, || format!("records without a balance: {sums:?}"))
}

fn add<K: Ord>(
    sums: &mut BTreeMap<K, Amount>,
    key: K,
    name: &'static str,
    amount: Option<Amount>,
) -> Result<(), Broken> {
    let sum = sums.entry(key).or_default();
    let total = amount.and_then(|amount| sum.plus(amount).ok());
    Broken::unless(total.is_some(), "ledger", name, || "a sum exceeds 2^128".to_owned())?;
    *sum = total.unwrap_or_default();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{compare_running_total, create_tables};

    #[test]
    fn a_block_tells_an_asset_whose_totals_differ() {
        let mut draft = Draft::new(1);
        create_tables(&mut draft);
        SUPPLY.put(&mut draft, AssetId(3), Amount(5));
        compare_running_total(&mut draft, AssetId(3));
        assert_eq!(check_block(&draft).map_err(|broken| broken.invariant), Err("running_total_is_supply"));
        RUNNING.put(&mut draft, AssetId(3), Amount(5));
        compare_running_total(&mut draft, AssetId(3));
        assert_eq!(check_block(&draft), Ok(()));
    }

    /// Two dates, two assets; holder 1 had 3 at the first date and has 5 since, holder 2 has always had 2.
    #[test]
    fn a_register_that_does_not_add_up_is_found() {
        let mut draft = Draft::new(1);
        create_tables(&mut draft);
        let (one, two) = (AccountNumber(1), AccountNumber(2));
        let balance = |amount| Balance { free: Amount(amount), ..Balance::default() };
        for asset in [AssetId(3), AssetId(4)] {
            for (account, amount) in [(one, 5), (two, 2)] {
                BALANCES.put(&mut draft, BalanceKey { account, asset, item: None }, balance(amount));
            }
            RECORD_DATES.put(&mut draft, asset, 2);
            REGISTER.put(&mut draft, (asset, one, 1), Amount(3));
            RECORDED_SUPPLY.put(&mut draft, (asset, 1), Amount(5));
            RECORDED_SUPPLY.put(&mut draft, (asset, 2), Amount(7));
        }
        assert_eq!(registers_add_up(&draft), Ok(()));
        REGISTER.put(&mut draft, (AssetId(4), two, 2), Amount(1));
        let broken = registers_add_up(&draft).unwrap_err();
        assert_eq!(broken.detail, "asset 4, record date 1: the register says 4, the supply was 5");
    }
}
