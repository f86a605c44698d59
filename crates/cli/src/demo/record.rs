//! From a finished run to its record: sums, the 2020 design beside it, and every assumption in words.

use gage_agents::bars::Bars;
use gage_agents::congestion::Gate;
use gage_agents::path::Tick;
use gage_agents::population::Population;
use gage_agents::scenario::Scenario;
use gage_testkit::design_2020::{self, Keeper, Outcome, Step, Terms, Vault};

use super::books::units;
use super::play::{Play, SETUP_BLOCKS};
use crate::report::{Bearer, Checks, RunRecord, Totals};

/// Blocks after the last bar within which the 2020 design may end its auctions: several days.
const DESIGN_2020_SETTLE_STEPS: usize = 5_000;
/// Keepers' money of the further runs of the 2020 design.
const FACTORS: [f64; 3] = [0.5, 1.5, 2.0];

/// What the record takes besides the run.
pub struct Sources<'a> {
    pub scenario: &'a Scenario,
    pub people: &'a Population,
    pub bars: &'a Bars,
    pub ticks: &'a [Tick],
    pub price_source: String,
}

/// Puts everything together. Root, checks and wall time are filled in by the caller.
pub fn make(play: Play<'_>, from: &Sources<'_>, checks: Checks, root: String, wall_s: f64) -> RunRecord {
    let scenario = from.scenario;
    let outcome = design(from, &play.borrowed, 1.0);
    let sensitivity = FACTORS.iter().map(|factor| (*factor, design(from, &play.borrowed, *factor))).collect();
    let mut points = play.points.clone();
    for (index, point) in points.iter_mut().enumerate() {
        let by_step = &outcome.bad_debt_by_step;
        point.bad_debt_2020 = by_step.get(index).or(by_step.last()).copied().unwrap_or(0.0);
    }
    let last_price = points.last().map_or(0.0, |point| point.market);
    let books = &play.books;
    let totals = Totals {
        vaults: from.people.borrowers.len() as u64,
        vaults_liquidated: books.liquidated.len() as u64,
        debt_at_start: play.at_start.0,
        collateral_at_start: play.at_start.1,
        debt_liquidated: units(books.debt_liquidated),
        raised: units(books.raised),
        collateral_sold: units(books.sold),
        bad_debt: points.last().map_or(0.0, |point| point.bad_debt),
        top_ups: play.top_ups,
        takes: play.takes,
        keeper_profit: play.keeper_profit(),
        pool_loss: units(books.borne[0]) - units(books.pool_collateral) * last_price,
    };
    let mut findings: Vec<String> = from.bars.findings.iter().map(ToString::to_string).collect();
    if from.bars.findings_left_out > 0 {
        findings.push(format!("and {} further findings", from.bars.findings_left_out));
    }
    RunRecord {
        name: scenario.name.clone(),
        about: scenario.about.clone(),
        price_source: from.price_source.clone(),
        seed: scenario.seed,
        symbols: [scenario.assets.collateral.clone(), scenario.assets.stable.clone()],
        findings,
        assumptions: assumptions(scenario),
        blocks: play.blocks(),
        block_interval_s: scenario.ledger.block_interval_s,
        transactions: play.transactions,
        refusals: play.refusals.iter().map(|(reason, count)| (reason.clone(), *count)).collect(),
        bearers: bearers(&play, scenario, totals.bad_debt),
        auctions: books.auctions.values().cloned().collect(),
        points,
        totals,
        checks,
        design_2020: outcome,
        design_2020_sensitivity: sensitivity,
        published: of_that_day(&play.points),
        root,
        wall_s,
    }
}

/// Whether a run touches the two days that the published figures are about.
fn of_that_day(points: &[crate::report::Point]) -> bool {
    const FROM_MS: u64 = 1_583_971_200_000;
    const TO_MS: u64 = FROM_MS + 2 * 86_400_000;
    points.iter().any(|point| (FROM_MS..TO_MS).contains(&point.time_ms))
}

fn bearers(play: &Play<'_>, scenario: &Scenario, bad_debt: f64) -> Vec<Bearer> {
    let books = &play.books;
    let collateral = &scenario.assets.collateral;
    let bearer = |who: &str, amount: f64, note: String| Bearer { who: who.to_owned(), amount, note };
    let for_it =
        |amount: f64| if amount > 0.0 { format!("got {amount:.3} {collateral} for it") } else { String::new() };
    vec![
        bearer("Stability pool", units(books.borne[0]), for_it(units(books.pool_collateral))),
        bearer("Curator's first loss", units(books.borne[1]), String::new()),
        bearer("Surplus buffer", units(books.borne[2]), for_it(units(books.surplus_collateral))),
        bearer(
            "Nobody: bad debt booked",
            units(books.booked),
            if books.healed.is_zero() {
                String::new()
            } else {
                format!("{:.2} of it healed by fees", units(books.healed))
            },
        ),
        bearer("Bad debt left at the end", bad_debt, String::new()),
    ]
}

/// Runs the 2020 design on the same vaults, keepers and path, with `factor` times the keepers' money.
fn design(from: &Sources<'_>, borrowed: &[bool], factor: f64) -> Outcome {
    let (scenario, people) = (from.scenario, from.people);
    let share = |bps: u32| f64::from(bps) / 10_000.0;
    let rules = &scenario.design_2020;
    let first_price = from.ticks.first().map_or(1.0, |tick| units(gage_units::Amount(tick.market.0)));
    let terms = Terms {
        step_s: scenario.ledger.block_interval_s,
        liquidation_ratio: 1.0 / share(scenario.facility.liquidation_threshold_bps),
        penalty: share(rules.penalty_bps),
        price_delay_s: rules.price_delay_s,
        lot_max: rules.lot_value_max as f64 / first_price,
        bid_increase: share(rules.bid_increase_bps),
        bid_duration_s: rules.bid_duration_s,
        auction_duration_s: rules.auction_duration_s,
        opening_bid: share(rules.opening_bid_bps),
        zero_bidders: rules.zero_bidders as usize,
        exit_base: share(scenario.market.exit_base_bps),
        exit_slope: f64::from(scenario.market.exit_bps_per_percent_of_volume) / 100.0,
        return_steps: scenario.keepers.return_blocks,
    };
    let vault = |owner: &gage_agents::population::Borrower| Vault {
        collateral: units(owner.collateral),
        debt: units(owner.debt),
        reserve: units(owner.reserve),
        trigger: share(owner.trigger_bps),
        restore: share(owner.restore_bps),
    };
    let has_debt = people.borrowers.iter().zip(borrowed).filter(|(_, borrowed)| **borrowed);
    let vaults: Vec<Vault> = has_debt.map(|(owner, _)| vault(owner)).collect();
    let keeper = |plan: &gage_agents::population::Keeper| Keeper {
        inventory: units(plan.inventory) * factor,
        profit: share(plan.profit_bps),
    };
    let keepers: Vec<Keeper> = people.keepers.iter().map(keeper).collect();
    let gate = Gate::new(scenario.congestion.clone(), scenario.seed);
    let start_ms = from.ticks.first().map_or(0, |tick| tick.time_ms);
    let unknown = scenario.market.volume_if_unknown as f64;
    let step = |tick: &Tick| Step {
        time_s: tick.time_ms / 1_000,
        price: units(gage_units::Amount(tick.market.0)),
        hour_volume: if tick.hour_volume == 0 { unknown } else { units(gage_units::Amount(tick.hour_volume)) },
        transactions_max: gate.cap(tick.time_ms - start_ms),
    };
    let steps: Vec<Step> = from.ticks.iter().map(step).collect();
    design_2020::run(&terms, &vaults, &keepers, &steps, DESIGN_2020_SETTLE_STEPS, scenario.seed)
}

/// Every rule of the run, in words.
fn assumptions(scenario: &Scenario) -> Vec<String> {
    let Scenario { publishers, facility, auction, vaults, borrowers, keepers, market, backstop, design_2020, .. } =
        scenario;
    let percent = |bps: u32| format!("{} %", f64::from(bps) / 100.0);
    let mut lines = vec![
        format!(
            "Blocks every {} s of ledger time. Inside a bar the price runs open-low-high-close or \
             open-high-low-close, by a seeded coin; it meets all four exactly, and between them runs straight with \
             noise of at most {} of the bar's range.",
            scenario.ledger.block_interval_s,
            percent(scenario.ledger.path_noise_bps)
        ),
        format!(
            "{} publishers with noise of {} (one standard deviation) and 0 to {} blocks of lag; {} of them signs \
             what the price file prints, absurd or not; the others take an absurd price for its surroundings. \
             The quorum is {}.",
            publishers.count,
            percent(publishers.noise_bps),
            publishers.lag_blocks_max,
            publishers.venue_followers,
            scenario.feed.quorum
        ),
        format!(
            "{} vaults, liquidated at {} collateral; debts from {} to {} with a Pareto tail of exponent 1; collateral \
             ratios lognormal above {}, half of them below {}. {} of the owners watch, and pledge spare collateral of \
             up to {} of what is pledged once their ratio is below a number of their own from {} to {}.",
            vaults.count,
            percent(100_000_000 / facility.liquidation_threshold_bps),
            vaults.debt_min,
            vaults.debt_max,
            percent(vaults.ratio_min_bps),
            percent(vaults.ratio_min_bps + vaults.ratio_spread_median_bps),
            percent((borrowers.attentive_share * 10_000.0) as u32),
            percent((borrowers.reserve_share_max * 10_000.0) as u32),
            percent(borrowers.trigger_bps[0]),
            percent(borrowers.trigger_bps[1])
        ),
        format!(
            "{} keepers with {} each. They sell outside at a cost of {} and {} bps more per percent of the hour's \
             traded volume that they together sold within the hour, want a profit of {} to {}, and have their money \
             back {} blocks after delivering. Who is asked first changes from block to block.",
            keepers.count,
            keepers.inventory,
            percent(market.exit_base_bps),
            market.exit_bps_per_percent_of_volume,
            percent(keepers.profit_bps[0]),
            percent(keepers.profit_bps[1]),
            keepers.return_blocks
        ),
        format!(
            "Auctions begin at {} of the price and fall by {} every {} s, to a floor; a round ends after {} s, and \
             what {} rounds leave goes to the backstop.",
            percent(auction.start_bps),
            percent(auction.cut_bps),
            auction.step_s,
            auction.tail_s,
            auction.rounds_max
        ),
        format!(
            "A stability pool of {} of all debt and first-loss capital of {}. {} of the depositors ask for their money \
             back when the market has fallen by {}.",
            percent(backstop.pool_bps),
            percent(backstop.first_loss_bps),
            percent((backstop.flight_share * 10_000.0) as u32),
            percent(backstop.flight_fall_bps)
        ),
        format!(
            "All stable is borrowed by the vaults' owners in {SETUP_BLOCKS} blocks before the first bar and spent into \
             the market, which gives keepers and depositors what they begin with. The market itself is an account: \
             keepers deliver what they took and are paid by signed transactions."
        ),
        format!(
            "The 2020 design (a model): prices one to two times {} s old; lots worth at most {} at the first price in English auctions, \
             raises of {}, a bid wins after {} s without a better one, an auction lasts {} s; {} penalty; a keeper's \
             money is locked while its bid stands; first bids at {} of what a lot is worth to the keeper; {} of the \
             keepers bids zero on what nobody has bid for during a block; liquidations are transactions and \
             congestion holds them up like bids and top-ups. No interest. Durations round up to whole blocks.",
            design_2020.price_delay_s,
            design_2020.lot_value_max,
            percent(design_2020.bid_increase_bps),
            design_2020.bid_duration_s,
            design_2020.auction_duration_s,
            percent(design_2020.penalty_bps),
            percent(design_2020.opening_bid_bps),
            design_2020.zero_bidders
        ),
        "The keepers' money and the size of the book are assumptions. In the built-in scenario the keepers' money is \
         set so that the 2020 design gives away about the published share of auctions for nothing; see the table \
         with other keepers' money."
            .to_owned(),
    ];
    for congestion in &scenario.congestion {
        lines.push(format!(
            "Congestion from minute {} for {} minutes: {} transactions of users get into a block, drawn by lot. \
             Publishers' reports and the market's payments are not held up.",
            congestion.from_minute, congestion.minutes, congestion.user_transactions_per_block
        ));
    }
    for outage in &publishers.outages {
        lines.push(format!(
            "Publisher {} is silent from minute {} for {} minutes.",
            outage.publisher, outage.from_minute, outage.minutes
        ));
    }
    lines
}
