//! Barriers under a smile as foreign exchange desks price them: what three quoted volatilities change in the cost of
//! hedging vega, vanna and volga is added to the price at the middle one, as far as the right is likely to live.
//! Castagna and Mercurio, The vanna-volga method for implied volatilities (Risk, January 2007); the weight by survival is
//! that of Bossens, Rayee, Skantzos and Deelstra (International Journal of Theoretical and Applied Finance 13, 2010).

use gage_pricing::Kind;
use gage_pricing::kernel::inverse_distribution;

use crate::barrier::{self, Barrier, Knock};
use crate::double_barrier::{self, Corridor};
use crate::error::finite;
use crate::{Market, QuantError, european};

/// A smile by three volatilities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Smile {
    /// Of the straddle without delta.
    pub middle: f64,
    /// Of the put with a forward delta of a quarter.
    pub put: f64,
    /// Of the call with the same.
    pub call: f64,
}

/// Shifts of volatility and, as a part of it, of spot, for slopes.
const SHIFT: f64 = 1e-4;

/// A quoted strike: how a right there moves at the middle volatility, and what the market pays beyond it.
struct Pillar {
    strike: f64,
    vega: f64,
    vanna: f64,
    volga: f64,
    extra: f64,
}

fn pillars(market: &Market, years: f64, smile: &Smile) -> Result<[Pillar; 3], QuantError> {
    let flat = Market { volatility: smile.middle, ..*market };
    let forward = market.forward(years);
    let strike = |volatility: f64, quantile: f64| {
        let deviation = volatility * years.sqrt();
        forward * (quantile * deviation + 0.5 * deviation * deviation).exp()
    };
    let quarter = inverse_distribution(0.25);
    let pillar = |strike: f64, volatility: f64| -> Result<Pillar, QuantError> {
        let at = european::sensitivities(&flat, Kind::Call, strike, years)?;
        let quoted = european::price(&Market { volatility, ..*market }, Kind::Call, strike, years)?;
        Ok(Pillar { strike, vega: at.vega, vanna: at.vanna, volga: at.volga, extra: quoted - at.price })
    };
    Ok([
        pillar(strike(smile.put, quarter), smile.put)?,
        pillar(strike(smile.middle, 0.0), smile.middle)?,
        pillar(strike(smile.call, -quarter), smile.call)?,
    ])
}

/// A vanilla right on the smile: weights by logarithms of strikes, exact for the three quotes.
///
/// # Errors
/// [`QuantError::OutsideDomain`] as [`Market::check`], or for strikes of zero or less.
pub fn vanilla(market: &Market, kind: Kind, strike: f64, years: f64, smile: &Smile) -> Result<f64, QuantError> {
    let [put, middle, call] = pillars(market, years, smile)?;
    let flat = Market { volatility: smile.middle, ..*market };
    let at = european::sensitivities(&flat, kind, strike, years)?;
    let log = |above: f64, below: f64| (above / below).ln();
    let outer = log(call.strike, put.strike);
    let by_put = log(middle.strike, strike) * log(call.strike, strike) / (log(middle.strike, put.strike) * outer);
    let by_call = log(strike, put.strike) * log(strike, middle.strike) / (outer * log(call.strike, middle.strike));
    let extra = at.vega / put.vega * by_put * put.extra + at.vega / call.vega * by_call * call.extra;
    finite(at.price + extra)
}

/// A right with a barrier on the smile. `vanilla_volatility` is the desk's own for the strike, where it has one.
///
/// # Errors
/// As [`vanilla`], and as [`barrier::price`].
pub fn single(
    market: &Market,
    kind: Kind,
    strike: f64,
    years: f64,
    barrier: &Barrier,
    smile: &Smile,
    vanilla_volatility: Option<f64>,
) -> Result<f64, QuantError> {
    let ends = Barrier { knock: Knock::Out, ..*barrier };
    let flat = Market { volatility: smile.middle, ..*market };
    let survival = barrier::no_touch(&flat, years, barrier.side, barrier.level)? / market.discount(years);
    let out = |market: &Market| barrier::price(market, kind, strike, years, &ends, 0.0);
    corrected(market, (kind, strike, years), smile, vanilla_volatility, barrier.knock, survival, out)
}

/// A right with two barriers on the smile.
///
/// # Errors
/// As [`single`].
pub fn double(
    market: &Market,
    kind: Kind,
    strike: f64,
    years: f64,
    corridor: &Corridor,
    knock: Knock,
    smile: &Smile,
    vanilla_volatility: Option<f64>,
) -> Result<f64, QuantError> {
    let flat = Market { volatility: smile.middle, ..*market };
    let survival = double_barrier::binary(&flat, years, corridor, Knock::Out)? / market.discount(years);
    let out = |market: &Market| double_barrier::price(market, kind, strike, years, corridor, Knock::Out);
    corrected(market, (kind, strike, years), smile, vanilla_volatility, knock, survival, out)
}

fn corrected(
    market: &Market,
    (kind, strike, years): (Kind, f64, f64),
    smile: &Smile,
    vanilla_volatility: Option<f64>,
    knock: Knock,
    survival: f64,
    out: impl Fn(&Market) -> Result<f64, QuantError>,
) -> Result<f64, QuantError> {
    let on_smile = vanilla(market, kind, strike, years, smile)?;
    let plain = match vanilla_volatility {
        Some(volatility) => european::price(&Market { volatility, ..*market }, kind, strike, years)?,
        None => on_smile,
    };
    let h = SHIFT * market.spot;
    let at = |spot: f64, volatility: f64| out(&Market { spot, volatility, ..*market });
    let (spot, middle) = (market.spot, smile.middle);
    let (low, centre, high) = (at(spot, middle - SHIFT)?, at(spot, middle)?, at(spot, middle + SHIFT)?);
    let vega = (high - low) / (2.0 * SHIFT);
    let volga = (high - 2.0 * centre + low) / (SHIFT * SHIFT);
    let delta =
        |volatility: f64| Ok::<f64, QuantError>((at(spot + h, volatility)? - at(spot - h, volatility)?) / (2.0 * h));
    let vanna = (delta(middle + SHIFT)? - delta(middle - SHIFT)?) / (2.0 * SHIFT);
    let pillars = pillars(market, years, smile)?;
    let rows = [
        pillars.each_ref().map(|pillar| pillar.vega),
        pillars.each_ref().map(|pillar| pillar.vanna),
        pillars.each_ref().map(|pillar| pillar.volga),
    ];
    let amounts = solve(rows, [vega, vanna, volga]);
    let extra: f64 = amounts.iter().zip(&pillars).map(|(amount, pillar)| amount * pillar.extra).sum();
    // The desk's own vanilla differs from the smile's as long as the right lives.
    let ends = (centre + survival * (extra + plain - on_smile)).clamp(0.0, plain.max(0.0));
    finite(if knock == Knock::Out { ends } else { plain - ends })
}

/// Three equations by Cramer's rule.
fn solve(rows: [[f64; 3]; 3], right: [f64; 3]) -> [f64; 3] {
    let determinant = |m: [[f64; 3]; 3]| {
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
            + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    };
    let whole = determinant(rows);
    std::array::from_fn(|column| {
        let mut replaced = rows;
        for (row, value) in replaced.iter_mut().zip(right) {
            row[column] = value;
        }
        determinant(replaced) / whole
    })
}
