//! What always holds, one function per invariant.

use std::collections::{BTreeMap, BTreeSet};

use gage_accounts::Broken;
use gage_store::Draft;
use gage_units::{Amount, AssetId, Height};

use crate::absorb::tiers_of;
use crate::at_issuer::AT_ISSUER;
use crate::deposits::settle;
use crate::sales::BatchState;
use crate::state::{
    BATCHES, DEPOSITS, ENTRIES, FIRST_LOSS, GAINS, HELD, JOINS, POOLS, RECEIPTS, RECOVERIES, SALES, SELLING, SURPLUS,
    WATERFALLS,
};
use crate::unclaimable::{DEPOSITORS, UNCLAIMABLE};
use crate::{ACCOUNT, Error, MODULE, PoolId, Receipt, ReceiptId, StepKind, Waterfall, WaterfallId, custody};

const NAME: &str = "backstop";

/// What is cheap: the running totals against the ledger, and the last receipt.
///
/// # Errors
/// The first invariant that does not hold.
pub fn check_block(draft: &Draft) -> Result<(), Broken> {
    account_holds_totals(draft)?;
    RECEIPTS.iter(draft).next_back().map_or(Ok(()), |(id, receipt)| check_receipt(*id, receipt))
}

/// Everything, record by record.
///
/// # Errors
/// The first invariant that does not hold.
pub fn check_invariants(draft: &Draft) -> Result<(), Broken> {
    for (id, receipt) in RECEIPTS.iter(draft) {
        check_receipt(*id, receipt)?;
    }
    let mut members = Members::default();
    for ((id, account), deposit) in DEPOSITS.sorted(draft) {
        let detail = format!("deposit of account {account} in {id:?}");
        members
            .add(draft, id, &deposit)
            .map_err(|error| broken("deposits_within_pool", format!("{detail}: {error}")))?;
    }
    for (id, record) in WATERFALLS.iter(draft) {
        for pool in pools_of(draft, *id) {
            deposits_within_pool(draft, pool, &members)?;
            gains_within_pool(draft, pool, record, &members)?;
            members_counted(draft, pool, &members)?;
        }
    }
    joins_counted(draft, &members)?;
    sales_have_lots(draft)?;
    requests_wait(draft)?;
    batches_are_shared(draft)?;
    depositors_are_listed(draft)?;
    totals_are_sums(draft)?;
    account_holds_totals(draft)
}

/// Every sale is an open lot of this module, of which no more is booked than it raised.
fn sales_have_lots(draft: &Draft) -> Result<(), Broken> {
    for (id, sale) in SALES.iter(draft) {
        let lot = gage_auctions::lot(draft, *id);
        let holds = lot
            .as_ref()
            .is_some_and(|lot| lot.owner.module == MODULE && lot.asset == sale.asset && sale.booked <= lot.raised);
        Broken::unless(holds, NAME, "sales_have_lots", || format!("lot {id}: {sale:?}, {lot:?}"))?;
    }
    for (key, id) in SELLING.iter(draft) {
        let holds = SALES.peek(draft, id).is_some_and(|sale| (sale.waterfall, sale.asset) == *key);
        Broken::unless(holds, NAME, "sales_have_lots", || format!("{key:?} sells in lot {id}, which is no sale"))?;
    }
    Ok(())
}

/// What is said to wait at issuers are this module's requests.
fn requests_wait(draft: &Draft) -> Result<(), Broken> {
    for (id, at) in AT_ISSUER.iter(draft) {
        let request = gage_securities::redemption::REQUESTS.get(draft, id);
        let holds = request.is_some_and(|request| (request.owner, request.asset) == (ACCOUNT, at.asset));
        Broken::unless(holds, NAME, "requests_wait", || format!("request {id:?}: {at:?}, {request:?}"))?;
    }
    Ok(())
}

/// The entries of a batch are its members and sum to its amount or, sold, to less.
fn batches_are_shared(draft: &Draft) -> Result<(), Broken> {
    let mut sums: BTreeMap<u64, (u64, Amount)> = BTreeMap::new();
    for ((number, _), amount) in ENTRIES.iter(draft) {
        let (members, sum) = sums.entry(*number).or_default();
        *members = members.saturating_add(1);
        *sum = sum.plus(*amount).unwrap_or(Amount::MAX);
    }
    for (number, batch) in BATCHES.iter(draft) {
        let (members, sum) = sums.remove(number).unwrap_or_default();
        let whole = sum == batch.amount || (batch.state == BatchState::Sold && sum < batch.amount);
        let holds = members == batch.members && members > 0 && whole && batch.left <= batch.raised;
        Broken::unless(holds, NAME, "batches_are_shared", || format!("batch {number}: {batch:?}, entries {sum}"))?;
    }
    Broken::unless(sums.is_empty(), NAME, "batches_are_shared", || format!("entries without a batch: {sums:?}"))
}

/// The depositors that are gone through are those of the stability pools, and who is denied a gain is one.
fn depositors_are_listed(draft: &Draft) -> Result<(), Broken> {
    let deposits = DEPOSITS.sorted(draft).into_iter().filter(|((id, _), _)| id.is_stability());
    let expected: BTreeSet<_> = deposits.map(|((id, account), _)| (id.waterfall, account)).collect();
    let listed = DEPOSITORS.iter(draft).map(|(key, ())| key).eq(expected.iter());
    Broken::unless(listed, NAME, "depositors_are_listed", || format!("the depositors are {expected:?}"))?;
    for ((id, account, asset), since) in UNCLAIMABLE.iter(draft) {
        let known = expected.contains(&(*id, *account));
        let detail = || format!("account {account} of waterfall {id} is denied asset {asset} since {since}");
        Broken::unless(known, NAME, "depositors_are_listed", detail)?;
    }
    Ok(())
}

/// The stability pool and the insurance tiers.
fn pools_of(draft: &Draft, id: WaterfallId) -> Vec<PoolId> {
    std::iter::once(PoolId::stability(id)).chain(tiers_of(draft, id)).collect()
}

fn check_receipt(id: ReceiptId, receipt: &Receipt) -> Result<(), Broken> {
    receipts_sum_to_loss(id, receipt)?;
    steps_in_order(id, receipt)
}

/// What the steps bore and what stayed uncovered is the loss; the collateral given and kept is what came.
fn receipts_sum_to_loss(id: ReceiptId, receipt: &Receipt) -> Result<(), Broken> {
    let borne = receipt.bearings.iter().try_fold(receipt.uncovered, |sum, bearing| sum.plus(bearing.amount));
    let given = |asset: AssetId| {
        let parts = receipt.bearings.iter().flat_map(|bearing| &bearing.collateral).chain(&receipt.to_surplus);
        parts.filter(|part| part.asset == asset).try_fold(Amount::ZERO, |sum, part| sum.plus(part.amount))
    };
    let all_given = receipt.collateral.iter().all(|holding| given(holding.asset) == Ok(holding.amount));
    let holds = borne == Ok(receipt.debt) && all_given;
    Broken::unless(holds, NAME, "receipts_sum_to_loss", || format!("receipt {id}: {receipt:?}"))
}

/// Each step gave the least of its cap, what it had and what was left, one after the other; what was
/// recovered stands first, junior insurance before senior, and no kind twice.
fn steps_in_order(id: ReceiptId, receipt: &Receipt) -> Result<(), Broken> {
    let mut left = receipt.debt;
    let mut holds = true;
    for bearing in &receipt.bearings {
        holds &= !left.is_zero() && bearing.amount == left.min(bearing.cap).min(bearing.available);
        left = Amount(left.0.saturating_sub(bearing.amount.0));
    }
    let kinds: Vec<StepKind> = receipt.bearings.iter().map(|bearing| bearing.kind).collect();
    let recovered = |kind: &StepKind| matches!(kind, StepKind::SelfDeleverage | StepKind::AuctionProceeds);
    let later: Vec<StepKind> = kinds.iter().copied().skip_while(recovered).collect();
    let tiers = later.iter().filter(|kind| matches!(kind, StepKind::Insurance { .. }));
    let twice = kinds.iter().enumerate().any(|(index, kind)| kinds.iter().take(index).any(|one| one == kind));
    holds &= !twice && tiers.is_sorted() && !later.iter().any(recovered);
    Broken::unless(holds, NAME, "steps_in_order", || format!("receipt {id}: {receipt:?}"))
}

/// What the deposits of all pools come to, one by one.
#[derive(Default)]
struct Members {
    /// Joined worth, parts, pending amount, pending parts.
    pools: BTreeMap<PoolId, (Amount, u64, Amount, u64)>,
    gains: BTreeMap<(PoolId, AssetId), Amount>,
    joins: BTreeMap<(PoolId, Height), u64>,
}

impl Members {
    fn add(&mut self, draft: &Draft, id: PoolId, deposit: &crate::Deposit) -> Result<(), Error> {
        let record = WATERFALLS.peek(draft, &id.waterfall).ok_or(Error::UnknownWaterfall)?;
        let pool = POOLS.get(draft, &id).ok_or(Error::UnknownWaterfall)?;
        // What the pool still lists as pending has not joined; the pool itself is left as it is.
        let waits =
            !deposit.pending.is_zero() && !pool.pending.is_zero() && deposit.pending_since == pool.pending_since;
        let height = if waits { deposit.pending_since } else { Height(u64::MAX) };
        let settled = settle(draft, id, record, pool, deposit, height)?.deposit;
        let (worth, parts, pending, pending_parts) = self.pools.entry(id).or_default();
        *worth = worth.plus(settled.amount)?;
        *parts = parts.saturating_add(u64::from(!deposit.amount.is_zero()));
        if waits {
            *pending = pending.plus(deposit.pending)?;
            *pending_parts = pending_parts.saturating_add(1);
        } else if !deposit.pending.is_zero() {
            *parts = parts.saturating_add(1);
            let untouched = self.joins.entry((id, deposit.pending_since)).or_default();
            *untouched = untouched.saturating_add(1);
        }
        for gain in settled.gains {
            let total = self.gains.entry((id, gain.asset)).or_default();
            *total = total.plus(gain.amount)?;
        }
        Ok(())
    }
}

/// The deposits are worth no more than the pool holds for them, and what waits to join is what it lists.
fn deposits_within_pool(draft: &Draft, id: PoolId, members: &Members) -> Result<(), Broken> {
    let pool = POOLS.get(draft, &id).unwrap_or_default();
    let (worth, _, pending, _) = members.pools.get(&id).copied().unwrap_or_default();
    let holds = worth <= pool.deposits && pending == pool.pending;
    let detail = || format!("{id:?}: worth {worth}, pending {pending}, pool {pool:?}");
    Broken::unless(holds, NAME, "deposits_within_pool", detail)
}

/// What can be claimed is no more than the pool holds of gains.
fn gains_within_pool(draft: &Draft, id: PoolId, record: &Waterfall, members: &Members) -> Result<(), Broken> {
    for asset in record.gain_assets(id) {
        let claims = members.gains.get(&(id, asset)).copied().unwrap_or_default();
        let held = custody::amount(draft, &GAINS, id, asset);
        let detail = || format!("{id:?}, asset {asset}: claims {claims}, held {held}");
        Broken::unless(claims <= held, NAME, "gains_within_pool", detail)?;
    }
    Ok(())
}

/// The pool's count of members is what the records say.
fn members_counted(draft: &Draft, id: PoolId, members: &Members) -> Result<(), Broken> {
    let pool = POOLS.get(draft, &id).unwrap_or_default();
    let (_, parts, _, pending_parts) = members.pools.get(&id).copied().unwrap_or_default();
    let holds = (parts, pending_parts) == (pool.members, pool.pending_members);
    let detail = || format!("{id:?}: {parts} parts, {pending_parts} pending, pool {pool:?}");
    Broken::unless(holds, NAME, "members_counted", detail)
}

/// Each join counts the deposits that have not been touched since, and none is kept for nobody.
fn joins_counted(draft: &Draft, members: &Members) -> Result<(), Broken> {
    let joins: BTreeMap<_, _> = JOINS.sorted(draft).into_iter().map(|(key, join)| (key, join.untouched)).collect();
    let detail = || format!("joins {joins:?}, untouched deposits {:?}", members.joins);
    Broken::unless(joins == members.joins, NAME, "members_counted", detail)
}

/// Half of `account_holds_capital`: the totals are the sums of the records.
fn totals_are_sums(draft: &Draft) -> Result<(), Broken> {
    let mut sums: BTreeMap<AssetId, Amount> = BTreeMap::new();
    let mut add = |asset: AssetId, amount: Amount| {
        if !amount.is_zero() {
            let sum = sums.entry(asset).or_default();
            *sum = sum.plus(amount).unwrap_or(Amount::MAX);
        }
    };
    for (id, record) in WATERFALLS.iter(draft) {
        for pool in pools_of(draft, *id) {
            let pool = POOLS.get(draft, &pool).unwrap_or_default();
            add(record.stable, pool.deposits);
            add(record.stable, pool.pending);
        }
        add(record.stable, FIRST_LOSS.get(draft, id).unwrap_or_default().amount);
    }
    for ((_, asset), amount) in SURPLUS.iter(draft) {
        add(*asset, *amount);
    }
    for ((_, asset), amount) in GAINS.iter(draft) {
        add(*asset, *amount);
    }
    for (id, recovery) in RECOVERIES.iter(draft) {
        if let Some(record) = WATERFALLS.peek(draft, id) {
            add(record.stable, recovery.amount);
        }
    }
    for (_, batch) in BATCHES.iter(draft) {
        if batch.state == BatchState::Gathering {
            add(batch.asset, batch.amount);
        }
        if let Some(record) = WATERFALLS.peek(draft, &batch.waterfall) {
            add(record.stable, batch.left);
        }
    }
    let holds = HELD.iter(draft).eq(sums.iter());
    let detail = || format!("the records sum to {sums:?}, the totals say {:?}", HELD.iter(draft).collect::<Vec<_>>());
    Broken::unless(holds, NAME, "account_holds_capital", detail)
}

/// The other half: the module's account holds the totals.
fn account_holds_totals(draft: &Draft) -> Result<(), Broken> {
    for (asset, total) in HELD.iter(draft) {
        let balance = gage_ledger::balance(draft, ACCOUNT, *asset);
        let detail = || format!("the account holds {balance:?} of asset {asset}, the records {total}");
        Broken::unless(balance.free >= *total, NAME, "account_holds_capital", detail)?;
    }
    Ok(())
}

fn broken(invariant: &'static str, detail: String) -> Broken {
    Broken { module: NAME, invariant, detail }
}
