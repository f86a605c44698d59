//! Options: rows of prices and slopes, implied volatility, American puts, paths; each with its error beside it.

mod peers;

use anyhow::{Result, ensure};
use gage_pricing::{Black, Kind, implied_deviation};
use gage_quant::american::{self, Effort, Exercise, GridOption, GridSize};
use gage_quant::batch::{self, Columns, Outputs};
use gage_quant::{Market, european, monte_carlo};

use super::Scale;
use super::measure::{Random, SEED, cpu, rate};
use super::table::Table;

/// Rows that stay in the second cache.
const BLOCK: usize = 4_096;
/// Times the whole is gone through; the middle of the times counts.
const REPEATS: usize = 5;

/// The workload: spot 100, rate 3 %, no yield; strikes of 50 to 150, lives of 0.05 to 2 years, volatilities of 10 to
/// 60 %, calls and puts by turns.
struct Chain {
    sign: Vec<f64>,
    spot: Vec<f64>,
    strike: Vec<f64>,
    years: Vec<f64>,
    volatility: Vec<f64>,
    rate: Vec<f64>,
    dividend: Vec<f64>,
}

impl Chain {
    fn new(count: usize) -> Chain {
        let mut random = Random::new();
        let mut column = |low: f64, high: f64| -> Vec<f64> {
            (0..count).map(|_| low + (high - low) * (random.next() >> 11) as f64 / 9_007_199_254_740_992.0).collect()
        };
        let (strike, years, volatility) = (column(50.0, 150.0), column(0.05, 2.0), column(0.1, 0.6));
        let sign = (0..count).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let same = |x: f64| vec![x; count];
        Chain { sign, spot: same(100.0), strike, years, volatility, rate: same(0.03), dividend: same(0.0) }
    }

    fn len(&self) -> usize {
        self.sign.len()
    }

    fn columns(&self, from: usize, to: usize) -> Columns<'_> {
        Columns {
            sign: &self.sign[from..to],
            spot: &self.spot[from..to],
            strike: &self.strike[from..to],
            years: &self.years[from..to],
            volatility: &self.volatility[from..to],
            rate: &self.rate[from..to],
            dividend: &self.dividend[from..to],
        }
    }

    fn market(&self, i: usize) -> (Market, Kind, f64, f64) {
        let kind = if self.sign[i] > 0.0 { Kind::Call } else { Kind::Put };
        let market = Market {
            spot: self.spot[i],
            rate: self.rate[i],
            dividend: self.dividend[i],
            volatility: self.volatility[i],
        };
        (market, kind, self.strike[i], self.years[i])
    }
}

pub(crate) fn run(scale: Scale) -> Result<Table> {
    let count = scale.of(1_000_000);
    let mut table = Table::new(
        "options",
        format!(
            "{count} options drawn with seed 42: spot 100, strikes 50 to 150, 0.05 to 2 years, volatilities 10 to 60 %, \
             rate 3 %, calls and puts by turns. Errors are of the spot unless said otherwise. One core, blocks of \
             {BLOCK}. Nothing durable, no signatures."
        ),
    );
    let chain = Chain::new(count);
    prices(&mut table, &chain)?;
    implied(&mut table, &chain)?;
    american_puts(&mut table, scale)?;
    paths(&mut table, scale)?;
    Ok(table)
}

/// The middle of the rates of some runs.
fn middle_rate(count: usize, mut run: impl FnMut() -> Result<()>) -> Result<f64> {
    let mut rates = Vec::with_capacity(REPEATS);
    for _ in 0..REPEATS {
        let (done, time) = cpu(&mut run);
        done?;
        rates.push(rate(count, time));
    }
    rates.sort_by(f64::total_cmp);
    Ok(rates[REPEATS / 2])
}

fn prices(table: &mut Table, chain: &Chain) -> Result<()> {
    let count = chain.len();
    let mut out: [Vec<f64>; 5] = std::array::from_fn(|_| vec![0.0; count]);
    let batch = middle_rate(count, || {
        let [price, delta, gamma, vega, theta] = &mut out;
        for from in (0..count).step_by(BLOCK) {
            let to = (from + BLOCK).min(count);
            let mut rows = Outputs {
                price: &mut price[from..to],
                delta: &mut delta[from..to],
                gamma: &mut gamma[from..to],
                vega: &mut vega[from..to],
                theta: &mut theta[from..to],
            };
            batch::greeks(&chain.columns(from, to), &mut rows)?;
        }
        Ok(())
    })?;
    table.per_second("price, delta, gamma, vega, theta: rows", batch);
    let scalar = |i: usize| {
        let (market, ..) = chain.market(i);
        let Market { spot, rate, dividend, volatility } = market;
        let row =
            batch::black_scholes(chain.sign[i], spot, chain.strike[i], chain.years[i], volatility, rate, dividend);
        [row.price, row.delta, row.gamma, row.vega, row.theta]
    };
    let mut singly = vec![[0.0; 5]; count];
    let one = middle_rate(count, || {
        singly.iter_mut().enumerate().for_each(|(i, row)| *row = scalar(std::hint::black_box(i)));
        Ok(())
    })?;
    table.per_second("the same one at a time", one);
    let same =
        singly.iter().enumerate().all(|(i, row)| row.iter().zip(&out).all(|(x, y)| x.to_bits() == y[i].to_bits()));
    ensure!(same, "rows have the bits of single options");
    let mut others = vec![[0.0; 5]; count];
    let peer = middle_rate(count, || {
        others
            .iter_mut()
            .enumerate()
            .for_each(|(i, row)| *row = peers::black_scholes(&chain.market(std::hint::black_box(i))));
        Ok(())
    })?;
    table.per_second("peer: one at a time with exp and ln of the platform, erfc of libm", peer);
    let largest = |at: usize| out[at].iter().zip(&others).map(|(x, y)| (x - y[at]).abs()).fold(0.0, f64::max);
    ensure!(largest(0) < 1e-12, "both give one price: {}", largest(0));
    table.number("largest difference of both in price", largest(0) / 100.0 * 1e15, "x 1e-15");
    table.number("largest difference of both in delta", largest(1) * 1e15, "x 1e-15");
    Ok(())
}

fn implied(table: &mut Table, chain: &Chain) -> Result<()> {
    let count = chain.len();
    // Undiscounted prices out of the money by at least a billionth, so that a volatility is in them.
    let mut kept = Vec::new();
    for i in 0..count {
        let (market, _, strike, years) = chain.market(i);
        let forward = market.forward(years);
        let kind = if strike > forward { Kind::Call } else { Kind::Put };
        let option = Black { kind, forward, strike, years, volatility: market.volatility, rate: 0.0 };
        let price = option.price()?;
        if price > 1e-9 * forward {
            kept.push((kind.sign(), forward, strike, price, option.deviation()));
        }
    }
    let column = |f: fn(&(f64, f64, f64, f64, f64)) -> f64| kept.iter().map(f).collect::<Vec<f64>>();
    let (sign, forward, strike) = (column(|k| k.0), column(|k| k.1), column(|k| k.2));
    let (price, truth) = (column(|k| k.3), column(|k| k.4));
    let count = kept.len();
    let mut found = vec![0.0; count];
    let rows = middle_rate(count, || {
        for from in (0..count).step_by(BLOCK) {
            let at = from..(from + BLOCK).min(count);
            let (sign, forward, strike) = (&sign[at.clone()], &forward[at.clone()], &strike[at.clone()]);
            batch::implied(sign, forward, strike, &price[at.clone()], &mut found[at])?;
        }
        Ok(())
    })?;
    table.per_second("implied volatility: rows", rows);
    let same = (0..count.min(10_000)).all(|i| {
        let kind = if sign[i] > 0.0 { Kind::Call } else { Kind::Put };
        implied_deviation(kind, forward[i], strike[i], price[i]).is_ok_and(|one| one.to_bits() == found[i].to_bits())
    });
    ensure!(same, "rows have the bits of single options");
    let mut others = vec![0.0; count];
    let peer = middle_rate(count, || {
        for (i, other) in others.iter_mut().enumerate() {
            *other = peers::implied(forward[i], strike[i], price[i], sign[i] > 0.0)?;
        }
        Ok(())
    })?;
    table.per_second("peer: the crate implied-vol, one at a time", peer);
    let worst = |found: &[f64]| found.iter().zip(&truth).map(|(x, y)| (x / y - 1.0).abs()).fold(0.0, f64::max);
    table.number("largest error of ours, of the volatility", worst(&found) * 1e15, "x 1e-15");
    table.number("largest error of the peer", worst(&others) * 1e15, "x 1e-15");
    Ok(())
}

fn american_puts(table: &mut Table, scale: Scale) -> Result<()> {
    let market = |spot: f64| Market { spot, rate: 0.03, dividend: 0.0, volatility: 0.2 };
    let spots: Vec<f64> = (0..40).map(|n| 85.0 + f64::from(n)).collect();
    let exact = Effort::exact();
    let truth: Vec<f64> = spots
        .iter()
        .map(|spot| american::price(&market(*spot), Kind::Put, 100.0, 1.0, &exact))
        .collect::<Result<_, _>>()?;
    let worst = |found: &[f64]| found.iter().zip(&truth).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
    let mut measure = |what: &str, turns: usize, price: &dyn Fn(&Market) -> Result<f64>| -> Result<()> {
        let mut found = vec![0.0; spots.len()];
        let turns = scale.of(turns).max(1);
        let speed = middle_rate(turns * spots.len(), || {
            for _ in 0..turns {
                for (value, spot) in found.iter_mut().zip(&spots) {
                    *value = price(&market(std::hint::black_box(*spot)))?;
                }
            }
            Ok(())
        })?;
        table.per_second(what.to_owned(), speed);
        table.number(format!("{what}: largest error, of the strike"), worst(&found) / 100.0 * 1e6, "x 1e-6");
        Ok(())
    };
    for (points, turns, inner, outer) in [(3, 1, 5, 9), (6, 2, 7, 15), (10, 6, 15, 31)] {
        let effort = Effort::new(points, turns, inner, outer);
        let what = format!("American put: boundary of {points} points, {turns} turns, {inner} and {outer} nodes");
        measure(&what, 50, &|market| Ok(american::price(market, Kind::Put, 100.0, 1.0, &effort)?))?;
    }
    let right = GridOption { kind: Kind::Put, strike: 100.0, exercise: Exercise::American, barrier: None };
    let size = GridSize { prices: 100, times: 200 };
    let what = "peer: finite differences, 100 prices by 200 times (own grid)";
    measure(what, 2, &|market| Ok(american::grid_price(market, &right, 1.0, size)?))
}

fn paths(table: &mut Table, scale: Scale) -> Result<()> {
    let market = Market { spot: 100.0, rate: 0.03, dividend: 0.0, volatility: 0.2 };
    let truth = european::price(&market, Kind::Call, 100.0, 1.0)?;
    let count = scale.of(10_000_000).max(1_000);
    let mut found = monte_carlo::Estimate { value: 0.0, error: 0.0 };
    let ours = middle_rate(count, || {
        found = monte_carlo::european(&market, Kind::Call, 100.0, 1.0, count, SEED)?;
        Ok(())
    })?;
    ensure!((found.value - truth).abs() < 5.0 * found.error, "the paths miss: {found:?} {truth}");
    table.per_second("Monte Carlo, European, one step: paths", ours);
    table.number("its standard error, and", found.error * 1e3, "x 1e-3");
    table.number("its distance from the formula", (found.value - truth).abs() * 1e3, "x 1e-3");
    let mut other = 0.0;
    let peer = middle_rate(count, || {
        other = peers::paths(&market, 100.0, 1.0, count);
        Ok(())
    })?;
    ensure!((other - truth).abs() < 6.0 * found.error, "the peer's paths miss: {other} {truth}");
    table.per_second("peer: one at a time, Box and Muller with the platform's functions", peer);
    let points = u32::try_from(scale.of(65_536).max(64))?;
    let mut quasi = found;
    let speed = middle_rate(points as usize * 16, || {
        let forward = market.forward(1.0) * (-0.5f64 * 0.04).exp();
        let payoff = |z: &[f64]| market.discount(1.0) * (forward * (0.2 * z[0]).exp() - 100.0).max(0.0);
        quasi = monte_carlo::quasi(1, points, SEED, payoff)?;
        Ok(())
    })?;
    table.per_second("quasi Monte Carlo (Sobol, 16 shifted sets): points", speed);
    table.number("its standard error", quasi.error * 1e6, "x 1e-6");
    Ok(())
}
