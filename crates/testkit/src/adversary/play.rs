//! One sequence played from the beginning, and what it won.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use gage_auctions::LotId;
use gage_chain::DecodedEvent;
use gage_units::{AccountNumber, AssetId, Rounding};

use super::acts::{Gene, Scene, VERBS, honest_take};
use super::market::{GANG, HONEST, Market, START, prelude};
use super::others;
use super::wealth::{Prices, Valuation};
use crate::scenario::expect::event_name;
use crate::scenario::world::World;
use crate::scenario::{play_line, script, stage};

/// A sequence that took what it must not take, as a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What went wrong.
    pub what: String,
    /// What was extracted, in 1e-18 of the numeraire.
    pub gain: i128,
    /// The lines that lead there.
    pub scenario: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (gain {} of 1e-18)\n{}", self.what, self.gain, self.scenario)
    }
}

/// What a sequence came to.
pub struct Played {
    /// The most it had extracted after any block in which it did something.
    pub best: i128,
    /// Acts that were done, by their verbs.
    pub done: u64,
    /// What was seen: a verb with an outcome, a verb done after another.
    pub seen: BTreeSet<(u16, String)>,
    /// How often each kind of event happened.
    pub events: BTreeMap<String, u64>,
    /// What it must not have done.
    pub finding: Option<Finding>,
}

/// The world, what was said to it, and the account of gains.
struct Stand {
    world: World,
    lines: Vec<String>,
    gang: Vec<AccountNumber>,
    honest: Vec<AccountNumber>,
    everyone: Vec<AccountNumber>,
    prices: Prices,
    /// What every lot sells and for what, and whether it is of the adversary's vaults.
    lots: BTreeMap<LotId, (AssetId, AssetId, bool)>,
    gain: i128,
    /// Since the rules last paid the adversary for something: what that was hides nothing that comes after it.
    since: i128,
}

/// What the rules of the last block paid the adversary.
struct Lawful {
    /// For a risk.
    risk: i128,
    /// On what it held at a record date.
    paid: i128,
    /// Whether anything of anybody was sold, settled or written off.
    sold: bool,
    /// What the baskets are worth that facilities began to pay.
    ended: i128,
}

/// Plays a sequence in a market.
pub fn play(market: Market, genes: &[Gene]) -> Played {
    let mut stand = Stand::new(market);
    let mut played = Played { best: i128::MIN, done: 0, seen: BTreeSet::new(), events: BTreeMap::new(), finding: None };
    let mut last = None;
    for block in blocks(genes) {
        let before = stand.gain;
        let asked = match stand.block(market, block) {
            Ok(asked) => asked,
            Err(what) => {
                played.finding = Some(stand.finding(what));
                return played;
            }
        };
        for (verbs, outcome) in asked {
            for verb in &verbs {
                played.seen.insert((*verb, outcome.clone()));
                if outcome == "Done" {
                    played.done += 1;
                    played.seen.insert((*verb, format!("after {last:?}")));
                    last = Some(*verb);
                }
            }
            if outcome == "Done" {
                played.best = played.best.max(stand.gain - before);
            }
        }
        if stand.gain > 0 || stand.since > 0 {
            played.best = stand.gain.max(stand.since);
            played.finding = Some(stand.finding("value is extracted without risk".to_owned()));
            return played;
        }
    }
    for event in stand.world.all_events() {
        *played.events.entry(event_name(&event)).or_default() += 1;
    }
    played
}

/// The parts of a sequence that are played in one block each.
fn blocks(genes: &[Gene]) -> impl Iterator<Item = &[Gene]> {
    genes.chunk_by(|_, next| next.flow % 4 != 0)
}

impl Stand {
    fn new(market: Market) -> Stand {
        let mut world = World::new();
        let lines: Vec<String> = prelude(market).lines().map(str::to_owned).collect();
        for line in script::parse(&prelude(market)).expect("the prelude is a scenario") {
            play_line(&mut world, &line).unwrap_or_else(|failure| panic!("the prelude holds: {failure}"));
        }
        let number = |name: &&str| {
            let id = world.account(name).expect("the prelude opens it");
            gage_accounts::resolve(world.draft(), &id).expect("the prelude opens it")
        };
        let (gang, honest): (Vec<_>, Vec<_>) = (GANG.iter().map(number).collect(), HONEST.iter().map(number).collect());
        let everyone = [gang.clone(), honest.clone()].concat();
        Stand { world, lines, gang, honest, everyone, prices: START, lots: BTreeMap::new(), gain: 0, since: 0 }
    }

    /// The last block's state; after a block parts are rounded down.
    fn at(&self, prices: Prices) -> Valuation<'_> {
        let (draft, height, time) = (self.world.draft(), self.world.height(), self.world.time());
        Valuation { draft, height, time, prices, rounding: Rounding::Down, everyone: &self.everyone }
    }

    /// The same before a block: parts are rounded up.
    fn before(&self, prices: Prices) -> Valuation<'_> {
        Valuation { rounding: Rounding::Up, ..self.at(prices) }
    }

    fn say(&mut self, line: &str) -> Result<(), String> {
        self.lines.push(line.to_owned());
        let mut parsed = script::parse(line).map_err(|failure| failure.text)?;
        for line in &mut parsed {
            line.number = self.lines.len();
            play_line(&mut self.world, line).map_err(|failure| failure.text)?;
        }
        Ok(())
    }

    /// Plays one block and books what it brought; what was asked, with the outcomes.
    fn block(&mut self, market: Market, genes: &[Gene]) -> Result<Vec<(Vec<u16>, String)>, String> {
        let Some(first) = genes.first().copied() else { return Ok(Vec::new()) };
        // Now and then the clock jumps before the block.
        const JUMPS: [&str; 6] = ["2s", "90s", "10m", "61m", "4h", "25h"];
        if first.flow >= 224 {
            self.say(&format!("advance {}", JUMPS[usize::from(first.b) % JUMPS.len()]))?;
        }
        self.prices = market.next(self.prices, first.a, first.b);
        let prices = self.prices;
        let before = self.before(prices).sum(&self.gang);
        let played = self.world.blocks();
        for gene in genes {
            if let Some(line) = others::before_block(&self.world, market, *gene) {
                self.say(&line)?;
            }
        }
        let bystanders: Vec<i128> = self.honest.iter().map(|account| self.at(prices).wealth(*account)).collect();

        self.say("begin")?;
        // A block without prices now and then, so that quotes grow old.
        let silent = market == Market::Still && first.flow % 32 == 4;
        if !silent {
            self.say(&format!("price ETH {} BTC {}", prices.eth, prices.btc))?;
        }
        let mut asked = Vec::new();
        for (transaction, verbs) in self.transactions(genes) {
            // Words that stand for nothing there are is no transaction.
            if self.say(&format!("{transaction} -> *")).is_ok() {
                asked.push((self.lines.len(), verbs));
            }
        }
        let next = self.world.next_time();
        let cheap = |asset: AssetId| match stage::ASSETS.get(usize::try_from(asset.0).ok()?)?.0 {
            "ETH" => Some(prices.eth),
            "BTC" => Some(prices.btc),
            _ => None,
        };
        let buys = honest_take(&self.world, cheap, next).filter(|_| first.b.is_multiple_of(3));
        let honest_acts = buys.is_some();
        let others = genes.iter().filter_map(|gene| others::in_block(&self.world, market, *gene)).collect::<Vec<_>>();
        for line in buys.into_iter().chain(others) {
            self.say(&format!("{line} -> *"))?;
        }
        self.say("end")?;

        let Lawful { mut risk, paid, sold, ended } = self.lawful(played, prices);
        let after = self.at(prices).sum(&self.gang);
        // What was lent is its part of a basket from now on: what that is worth more is the quotes', and at most all of it.
        risk += (after - before - risk - paid).clamp(0, ended);
        let lawful = risk + paid;
        self.gain += after - before - lawful;
        self.since = if lawful == 0 { self.since + after - before } else { 0 };
        if market == Market::Still && risk != 0 {
            return Err("a loss without a price that moved".to_owned());
        }
        if !honest_acts && !sold {
            let held = self.honest.iter().map(|account| self.at(prices).wealth(*account));
            if let Some(place) = held.zip(&bystanders).position(|(now, was)| now < *was) {
                return Err(format!("{} loses by a block of which nothing is hers", HONEST[place]));
            }
        }
        let of = |line: usize| asked.iter().find(|(asked, _)| *asked == line).map(|(_, verbs)| verbs.clone());
        let outcomes = self.world.take_outcomes().into_iter();
        Ok(outcomes.filter_map(|(line, outcome)| Some((of(line)?, outcome))).collect())
    }

    /// The transactions of a block in words, with the verbs of each.
    fn transactions(&self, genes: &[Gene]) -> Vec<(String, Vec<u16>)> {
        let mut found: Vec<(&str, Vec<String>, Vec<u16>)> = Vec::new();
        for gene in genes {
            let Some(words) = Scene::words(&self.world, *gene) else { continue };
            let (asker, verb) = (Scene::asker(*gene), gene.verb % VERBS);
            match found.last_mut() {
                Some((other, operations, verbs)) if *other == asker && gene.flow % 4 == 1 => {
                    operations.extend(words);
                    verbs.push(verb);
                }
                _ => found.push((asker, words, vec![verb])),
            }
        }
        found.into_iter().map(|(_, operations, verbs)| (operations.join(" + "), verbs)).collect()
    }

    /// What the rules pay the adversary in the blocks from that place on, at their prices: the discount of what it
    /// bought at auctions of others, what a loss left to the pool above what that bore, what its vaults owe no more; and
    /// what units owe that it held at a record date.
    fn lawful(&mut self, first: usize, prices: Prices) -> Lawful {
        let (mut lawful, mut sold, mut paid, mut ended) = (0, false, 0, 0);
        for event in self.world.events_from(first) {
            match event {
                DecodedEvent::Auctions(gage_auctions::Event::LotOpened { lot, owner, asset, want, .. }) => {
                    let vault = u32::try_from(owner.id).ok().filter(|_| owner.module == gage_vaults::MODULE);
                    let own = vault.is_some_and(|vault| self.is_own(gage_vaults::VaultId(vault)));
                    self.lots.insert(lot, (asset, want, own));
                }
                DecodedEvent::Auctions(gage_auctions::Event::LotTaken { lot, taker, taken, payment, .. }) => {
                    sold = true;
                    let (asset, want, own) = self.lots.get(&lot).copied().expect("a lot is opened before it is taken");
                    let discount = self.at(prices).value(asset, taken) - self.at(prices).value(want, payment);
                    // From itself nobody buys with a gain.
                    lawful += if self.gang.contains(&taker) && !own { discount.max(0) } else { 0 };
                }
                DecodedEvent::Backstop(gage_backstop::Event::LossAbsorbed { record, .. }) => {
                    sold = true;
                    let at = self.at(prices);
                    // What the members of the pool got above what they gave; the rest is nobody's yet.
                    let pool =
                        |bearing: &&gage_backstop::Bearing| bearing.kind == gage_backstop::StepKind::StabilityPool;
                    for bearing in record.bearings.iter().filter(pool) {
                        let got: i128 =
                            bearing.collateral.iter().map(|holding| at.value(holding.asset, holding.amount)).sum();
                        // One of any stable is one of the numeraire, so that the debt is worth what it says.
                        let stable = usize::try_from(record.waterfall.0).unwrap_or(1).saturating_sub(1);
                        let stable = stage::STABLES.get(stable).and_then(|symbol| stage::asset(symbol));
                        let gave = stable.map_or(0, |(stable, _)| at.value(stable, bearing.amount));
                        lawful += (got - gave).max(0);
                    }
                }
                // A vault of no value owes so much less; a debt that only returns to its vault is owed.
                DecodedEvent::Vaults(gage_vaults::Event::LossAbsorbed { vault, debt, .. }) => {
                    sold = true;
                    let found =
                        gage_vaults::query::vault(self.world.draft(), vault).ok().filter(|_| self.is_own(vault));
                    let facility =
                        found.and_then(|found| gage_vaults::query::facility(self.world.draft(), found.facility).ok());
                    lawful += facility.map_or(0, |facility| self.at(prices).value(facility.record.stable, debt));
                }
                DecodedEvent::Vaults(gage_vaults::Event::VaultSettled { vault, debt, loss, taken }) => {
                    sold = true;
                    if self.is_own(vault)
                        && let Some(stable) = self.lent_to(vault)
                    {
                        let at = self.at(prices);
                        let owed = debt.minus(loss).map_or(0, |covered| at.value(stable, covered));
                        let given: i128 = taken.iter().map(|part| at.value(part.asset, part.amount)).sum();
                        // A debt is settled at the high end of its collateral's quote.
                        lawful += (owed - given).max(0);
                    }
                }
                DecodedEvent::Vaults(gage_vaults::Event::ShutdownPaying { basket, .. }) => {
                    sold = true;
                    ended += basket.iter().map(|part| self.at(prices).value(part.asset, part.amount)).sum::<i128>();
                }
                DecodedEvent::Securities(gage_securities::Event::RegisterTaken { distribution, .. }) => {
                    let record = gage_securities::distribution::distribution(self.world.draft(), distribution);
                    if record.is_ok_and(|record| !self.gang.contains(&record.payer)) {
                        paid += self.at(prices).owed(distribution, &self.gang);
                    }
                }
                DecodedEvent::Vaults(gage_vaults::Event::AuctionEnded { .. }) => sold = true,
                DecodedEvent::Vaults(
                    gage_vaults::Event::Liquidated { .. } | gage_vaults::Event::AuctionRepaid { .. },
                ) => sold = true,
                _ => {}
            }
        }
        Lawful { risk: lawful, paid, sold, ended }
    }

    /// What the facility of a vault lends.
    fn lent_to(&self, vault: gage_vaults::VaultId) -> Option<AssetId> {
        let found = gage_vaults::query::vault(self.world.draft(), vault).ok()?;
        gage_vaults::query::facility(self.world.draft(), found.facility).ok().map(|facility| facility.record.stable)
    }

    fn is_own(&self, vault: gage_vaults::VaultId) -> bool {
        gage_vaults::query::owner(self.world.draft(), vault).is_some_and(|owner| self.gang.contains(&owner))
    }

    fn finding(&self, what: String) -> Finding {
        Finding { what, gain: self.gain, scenario: self.lines.join("\n") }
    }
}
