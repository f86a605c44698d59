//! What somebody's claims are worth, all of them, at given prices.

use std::ops::Bound::Unbounded;

use gage_ledger::SubOwner;
use gage_securities::distribution::{DISTRIBUTIONS, ENTITLEMENTS};
use gage_securities::{Distribution, DistributionId};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, Height, Rounding, Timestamp, mul_div};
use gage_vaults::FacilityId;
use gage_vaults::shutdown::{Shutdown, Stage, basket, shutdown};

use crate::scenario::stage;

/// The facility that lends out of a pool, whose shares have a price of their own.
const POOLED: FacilityId = FacilityId(3);
/// As many entries of a list as are ever asked for.
const MANY: usize = 1_000;

/// What one whole unit of ETH and of BTC costs; everything else costs one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prices {
    /// Of ETH.
    pub eth: u64,
    /// Of BTC.
    pub btc: u64,
}

/// A state, and at which prices it is looked at.
pub struct Valuation<'a> {
    /// The state.
    pub draft: &'a Draft,
    /// The height of its last block.
    pub height: Height,
    /// The time of that block.
    pub time: Timestamp,
    /// The prices.
    pub prices: Prices,
    /// Which way parts of a basket or of a pool are rounded: before a block up and after it down, so that no
    /// rounding of the valuation is a gain.
    pub rounding: Rounding,
    /// Everybody who may hold something for somebody else.
    pub everyone: &'a [AccountNumber],
}

fn signed(units: u128) -> i128 {
    i128::try_from(units).expect("the stage holds less than 1e38 units of anything")
}

impl Valuation<'_> {
    /// What an amount is worth, in 1e-18 of the numeraire: exact, but for the shares of the pool, which
    /// count for their part of the claims, and for what a facility that ended shares its basket with.
    pub fn value(&self, asset: AssetId, amount: Amount) -> i128 {
        if let Some((id, paying)) = self.paying(asset) {
            return self.in_basket(id, amount, paying.outstanding);
        }
        let (symbol, decimals) = match stage::ASSETS.get(usize::try_from(asset.0).unwrap_or(usize::MAX)) {
            Some((symbol, decimals)) => (*symbol, *decimals),
            None => return self.shares(asset, amount),
        };
        let price = match symbol {
            "ETH" => self.prices.eth,
            "BTC" => self.prices.btc,
            _ => 1,
        };
        signed(amount.0) * i128::from(price) * 10i128.pow(18 - u32::from(decimals))
    }

    /// The part of the pool's claims that shares stand for.
    fn shares(&self, asset: AssetId, given: Amount) -> i128 {
        let Ok(facility) = gage_vaults::query::facility(self.draft, POOLED) else { return 0 };
        let Some(pool) = facility.pool.filter(|pool| facility.record.minted() == asset && !pool.shares.is_zero())
        else {
            return 0;
        };
        // Reckoned here, not by the pool: a pool that pays more is found out.
        let paid = given.mul_div(pool.record.claims.0, pool.shares.0, self.rounding);
        let paid = paid.expect("claims and shares are below 2^126");
        self.value(facility.record.stable, paid)
    }

    /// The facility that issued an asset, if it pays its basket out.
    fn paying(&self, asset: AssetId) -> Option<(FacilityId, Shutdown)> {
        (1u32..).zip(stage::STABLES).find_map(|(number, _)| {
            let id = FacilityId(number);
            let ended = shutdown(self.draft, id).filter(|ended| ended.stage == Stage::Paying)?;
            let issues = gage_vaults::query::facility(self.draft, id).ok()?.record.minted();
            (issues == asset).then_some((id, ended))
        })
    }

    /// The part of a basket, reckoned here in one sum and not asset by asset.
    fn in_basket(&self, id: FacilityId, amount: Amount, outstanding: Amount) -> i128 {
        let all: i128 = basket(self.draft, id).iter().map(|part| self.value(part.asset, part.amount)).sum();
        let all = u128::try_from(all).expect("a basket is worth nothing or more");
        // Nothing outstanding: nothing to hold.
        signed(mul_div(amount.0, all, outstanding.0, self.rounding).unwrap_or(0))
    }

    /// All that an account holds and is owed, less what it owes, but for what assets are to pay.
    pub fn wealth(&self, account: AccountNumber) -> i128 {
        self.holdings(account)
            + self.vaults(account)
            + self.deposits(account)
            + self.sales(account)
            + self.kept(account)
            + self.value(AssetId(0), gage_chain::credit(self.draft, account))
    }

    /// Of all those together, with what assets owe them and what they brought for others and may get back.
    pub fn sum(&self, accounts: &[AccountNumber]) -> i128 {
        let wealth: i128 = accounts.iter().map(|account| self.wealth(*account)).sum();
        let paid = DISTRIBUTIONS.range(self.draft, (Unbounded, Unbounded));
        let paid: i128 = paid
            .map(|(id, record)| match accounts.contains(&record.payer) {
                // What one of them takes of it leaves it.
                true => self.brought(record),
                false => self.owed(*id, accounts),
            })
            .sum();
        wealth + paid
    }

    /// What is left in the pots of a distribution.
    fn brought(&self, record: &Distribution) -> i128 {
        let left = |pot: &gage_securities::distribution::Pot| {
            self.value(pot.payout.asset, pot.left().expect("a pot holds what was brought and not taken"))
        };
        record.pots.iter().map(left).sum()
    }

    /// What a distribution by the register owes accounts that can still take it; the most of what they may choose.
    pub fn owed(&self, id: DistributionId, accounts: &[AccountNumber]) -> i128 {
        let Some(record) = DISTRIBUTIONS.peek(self.draft, &id) else { return 0 };
        let Some(number) = record.record.filter(|number| *number > 0) else { return 0 };
        if self.time >= record.expires_at {
            return 0;
        }
        let fetched = |units: Amount, pot: &gage_securities::distribution::Pot| {
            let due =
                gage_securities::distribution::worth(self.draft, record.asset, units, &pot.payout, Rounding::Down);
            self.value(pot.payout.asset, due.expect("rates of the stage are small"))
        };
        let due = |account: &AccountNumber| {
            let units = gage_ledger::held_at(self.draft, record.asset, *account, number).expect("a holding fits");
            let chosen = ENTITLEMENTS.get(self.draft, &(id, *account));
            match chosen {
                Some(chosen) if chosen.claimed => 0,
                Some(chosen) => record.pot(chosen.option).map_or(0, |pot| fetched(units, pot)),
                None if self.time < record.elect_by => {
                    record.pots.iter().map(|pot| fetched(units, pot)).max().unwrap_or(0)
                }
                None => record.pot(0).map_or(0, |pot| fetched(units, pot)),
            }
        };
        accounts.iter().filter(|account| record.issuer != Some(**account)).map(due).sum()
    }

    /// What vaults keep for an account that might not hold it.
    fn kept(&self, account: AccountNumber) -> i128 {
        let kept = gage_vaults::query::kept_for(self.draft, account).into_iter();
        kept.map(|holding| self.value(holding.asset, holding.amount)).sum()
    }

    /// Balances in all four parts, without what is held for others, with what others hold for the account.
    /// What is held for a name without account stays with the holder, who alone can move it.
    fn holdings(&self, account: AccountNumber) -> i128 {
        let mut sum = 0;
        for holding in gage_ledger::query::holdings(self.draft, account, AssetId(0), MANY) {
            sum += self.value(holding.asset, holding.balance.total().expect("a balance is below its supply"));
        }
        for holder in self.everyone {
            for (asset, _) in stage::ASSETS.iter().filter_map(|(symbol, _)| stage::asset(symbol)) {
                for entry in gage_ledger::query::sub_holdings(self.draft, *holder, asset, None, MANY) {
                    match entry.owner {
                        SubOwner::Account(owner) if owner == account => sum += self.value(asset, entry.amount),
                        _ => {}
                    }
                    if *holder == account && matches!(entry.owner, SubOwner::Account(_)) {
                        sum -= self.value(asset, entry.amount);
                    }
                }
            }
        }
        sum
    }

    /// What is pledged is in the holdings: what is owed against it is subtracted, what is at auction added.
    /// Nobody must pay a debt above what is pledged: such a vault takes away what is in it and no more.
    fn vaults(&self, account: AccountNumber) -> i128 {
        let lots = gage_vaults::query::lots(self.draft, None, MANY);
        let vaults = gage_vaults::query::vaults_of(self.draft, account, None, MANY);
        let mut sum = 0;
        for vault in vaults.expect("an account's vaults exist") {
            let facility = gage_vaults::query::facility(self.draft, vault.facility).expect("a vault has its facility");
            let owed = vault.debt.plus(vault.auctioned).expect("debts are below 2^127");
            let owed = self.value(facility.record.stable, owed);
            let pledged: i128 =
                vault.positions.iter().map(|position| self.value(position.asset, position.amount)).sum();
            let selling: i128 = lots
                .iter()
                .filter(|lot| lot.record.vault == vault.id)
                .map(|lot| self.value(lot.record.asset, lot.record.remaining))
                .sum();
            sum += (pledged + selling - owed).max(0) - pledged;
        }
        sum
    }

    /// What stands in the stability pools and insurance tiers, with what it gained.
    fn deposits(&self, account: AccountNumber) -> i128 {
        let stability = gage_backstop::query::deposits_of(self.draft, account, self.height);
        let mut views = stability.expect("the waterfalls of the stage exist");
        for tier in [1, 2] {
            let waterfall = gage_backstop::WaterfallId(1);
            let view = gage_backstop::query::insurance_view(self.draft, waterfall, tier, account, self.height);
            views.extend(view.expect("the waterfalls of the stage exist"));
        }
        let mut sum = 0;
        for view in views {
            let (stable, _) = stage::STABLES
                .get(usize::try_from(view.waterfall.0).unwrap_or(0).saturating_sub(1))
                .and_then(|symbol| stage::asset(symbol))
                .expect("a waterfall of the stage has its stable");
            sum += self.value(stable, view.amount.plus(view.pending).expect("a deposit is below its supply"));
            sum += view.gains.iter().map(|gain| self.value(gain.asset, gain.amount)).sum::<i128>();
        }
        sum
    }

    /// What the account put up for one price and has not sold.
    fn sales(&self, account: AccountNumber) -> i128 {
        let lots = gage_auctions::query::uniform_lots(self.draft, None, MANY).into_iter();
        let own = lots.filter(|(_, lot)| lot.of_account() && lot.seller == account);
        own.map(|(_, lot)| self.value(lot.asset, lot.remaining)).sum()
    }
}
