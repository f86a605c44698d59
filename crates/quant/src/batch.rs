//! Rows of options: the kernels of `gage-pricing`, one row after the other or as many at once as the processor's vectors
//! hold, with the same bits either way (`tests/batch.rs`).

use gage_pricing::kernel::exp;
use gage_pricing::{Greeks, ImpliedSearch, undiscounted};

use crate::QuantError;
use crate::widest::widest;

/// Options by column; all columns have one length.
#[derive(Clone, Copy, Debug)]
pub struct Columns<'a> {
    /// +1 for a call, -1 for a put.
    pub sign: &'a [f64],
    /// The price now.
    pub spot: &'a [f64],
    /// The strike.
    pub strike: &'a [f64],
    /// Years to expiry.
    pub years: &'a [f64],
    /// Volatility per square root of a year.
    pub volatility: &'a [f64],
    /// The continuous rate of money.
    pub rate: &'a [f64],
    /// The continuous yield of the asset.
    pub dividend: &'a [f64],
}

/// Prices and slopes by column, of the length of the options.
#[derive(Debug)]
pub struct Outputs<'a> {
    /// Prices.
    pub price: &'a mut [f64],
    /// By spot.
    pub delta: &'a mut [f64],
    /// Delta by spot.
    pub gamma: &'a mut [f64],
    /// By volatility, per one.
    pub vega: &'a mut [f64],
    /// By time that passes, per year.
    pub theta: &'a mut [f64],
}

/// Black-Scholes-Merton with its slopes, without checks and branches: sign, spot, strike, years, volatility, rate,
/// dividend. The errors are those of the kernels (`Black::greeks`).
#[inline(always)]
pub fn black_scholes(sign: f64, spot: f64, strike: f64, years: f64, volatility: f64, rate: f64, yield_: f64) -> Greeks {
    let root = years.sqrt();
    let deviation = volatility * root;
    let (discount, held) = (exp(-rate * years), exp(-yield_ * years));
    // In money of now: the asset held back and the strike discounted are a forward and a strike without rates.
    let option = undiscounted(sign, spot * held, strike * discount, deviation);
    let (asset, cash) = (sign * option.asset, sign * option.cash);
    let vega = option.density * root;
    Greeks {
        price: option.price,
        delta: asset / spot,
        gamma: option.density / (spot * spot * deviation),
        vega,
        theta: yield_ * asset - rate * cash - 0.5 * option.density * volatility / root,
    }
}

/// Prices and slopes of rows, in the widest vectors of the processor. Rows outside the domain come out as NaN or as
/// what the kernels state.
///
/// # Errors
/// [`QuantError::Contradiction`] for columns of different length.
pub fn greeks(options: &Columns<'_>, out: &mut Outputs<'_>) -> Result<(), QuantError> {
    let n = options.sign.len();
    let inputs = [options.spot, options.strike, options.years, options.volatility, options.rate, options.dividend];
    let outputs = [&*out.price, &*out.delta, &*out.gamma, &*out.vega, &*out.theta];
    if !inputs.iter().all(|column| column.len() == n) || !outputs.iter().all(|column| column.len() == n) {
        return Err(QuantError::Contradiction("columns of different length"));
    }
    widest(
        #[inline(always)]
        || rows(options, out, n),
    );
    Ok(())
}

#[inline(always)]
fn rows(options: &Columns<'_>, out: &mut Outputs<'_>, n: usize) {
    // Slices of one known length let the compiler drop the checks and take vectors.
    let Columns { sign, spot, strike, years, volatility, rate, dividend } = *options;
    let (sign, spot, strike, years) = (&sign[..n], &spot[..n], &strike[..n], &years[..n]);
    let (volatility, rate, dividend) = (&volatility[..n], &rate[..n], &dividend[..n]);
    let (price, delta, gamma) = (&mut out.price[..n], &mut out.delta[..n], &mut out.gamma[..n]);
    let (vega, theta) = (&mut out.vega[..n], &mut out.theta[..n]);
    for i in 0..n {
        let row = black_scholes(sign[i], spot[i], strike[i], years[i], volatility[i], rate[i], dividend[i]);
        price[i] = row.price;
        delta[i] = row.delta;
        gamma[i] = row.gamma;
        vega[i] = row.vega;
        theta[i] = row.theta;
    }
}

/// Standard deviations over the life that give undiscounted prices, row by row; NaN where there is none.
///
/// # Errors
/// [`QuantError::Contradiction`] for columns of different length.
pub fn implied(
    sign: &[f64],
    forward: &[f64],
    strike: &[f64],
    price: &[f64],
    out: &mut [f64],
) -> Result<(), QuantError> {
    let n = out.len();
    if ![sign, forward, strike, price].iter().all(|column| column.len() == n) {
        return Err(QuantError::Contradiction("columns of different length"));
    }
    // Step by step over a block, so that a step is a loop without branches.
    let mut searches = [ImpliedSearch::default(); BLOCK];
    for from in (0..n).step_by(BLOCK) {
        let at = from..(from + BLOCK).min(n);
        let (sign, forward) = (&sign[at.clone()], &forward[at.clone()]);
        let (strike, price, out) = (&strike[at.clone()], &price[at.clone()], &mut out[at]);
        widest(
            #[inline(always)]
            || search(&mut searches, sign, forward, strike, price, out),
        );
    }
    Ok(())
}

/// Searches that stay in the first cache.
const BLOCK: usize = 256;

#[inline(always)]
fn search(
    searches: &mut [ImpliedSearch; BLOCK],
    sign: &[f64],
    forward: &[f64],
    strike: &[f64],
    price: &[f64],
    out: &mut [f64],
) {
    let n = out.len().min(BLOCK);
    let (sign, forward, strike, price) = (&sign[..n], &forward[..n], &strike[..n], &price[..n]);
    let searches = &mut searches[..n];
    for i in 0..n {
        searches[i] = ImpliedSearch::new(sign[i], forward[i], strike[i], price[i]);
    }
    for _ in 0..ImpliedSearch::STEPS {
        for search in searches.iter_mut() {
            search.step();
        }
    }
    for i in 0..n {
        out[i] = searches[i].deviation();
    }
}
