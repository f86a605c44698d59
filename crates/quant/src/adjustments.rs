//! What a number of a model lacks: prices are late, books are thin, sales fail.

use crate::QuantError;
use crate::error::finite;
use crate::math::density;

/// The part of a position that an informed counterparty gains on average from a price that is `delay` years late: an
/// option at the money for that long, 0.4 sigma sqrt(delay) (Bachelier 1900; as stale quotes in Copeland and Galai,
/// Journal of Finance 38, 1983).
///
/// # Errors
/// [`QuantError::OutsideDomain`] for numbers below zero.
pub fn oracle_latency(volatility: f64, delay: f64) -> Result<f64, QuantError> {
    if !(volatility >= 0.0 && delay >= 0.0) {
        return Err(QuantError::OutsideDomain);
    }
    finite(volatility * delay.sqrt() * density(0.0))
}

/// The part of a position that its sale costs: half the spread at a bad moment, and the impact of its size, kappa sigma
/// sqrt(size / daily volume) (Bangia, Diebold, Schuermann and Stroughair 1999; Almgren, Thum, Hauptmann and Li 2005).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Liquidity {
    /// The mean spread, as a part of the price.
    pub spread: f64,
    /// Its standard deviation.
    pub spread_deviation: f64,
    /// How many deviations a bad moment is.
    pub bad: f64,
    /// Volatility per day.
    pub daily_volatility: f64,
    /// The factor of impact, near one.
    pub kappa: f64,
}

impl Liquidity {
    /// The cost as a part of the position, for a size as a part of daily volume.
    ///
    /// # Errors
    /// [`QuantError::OutsideDomain`] for sizes below zero.
    pub fn cost(&self, size: f64) -> Result<f64, QuantError> {
        if size.is_nan() || size < 0.0 {
            return Err(QuantError::OutsideDomain);
        }
        let spread = 0.5 * (self.spread + self.bad * self.spread_deviation);
        finite(spread + self.kappa * self.daily_volatility * size.sqrt())
    }
}

/// The part of a position lost on average by sales that fail with a probability each and are tried again every `pause`
/// years: tries are geometric, so that the mean wait is p / (1 - p) pauses, over which the price moves against the
/// seller like an option at the money.
///
/// # Errors
/// [`QuantError::OutsideDomain`] for probabilities outside zero to below one, or numbers below zero.
pub fn execution_failure(failure: f64, pause: f64, volatility: f64) -> Result<f64, QuantError> {
    if !((0.0..1.0).contains(&failure) && pause >= 0.0 && volatility >= 0.0) {
        return Err(QuantError::OutsideDomain);
    }
    let sum = mean_root_of_tries(failure);
    finite(density(0.0) * volatility * pause.sqrt() * sum)
}

/// Above this the sum is taken by its expansion, which needs no more terms the rarer success is.
const RARE: f64 = 0.99;
/// Riemann's zeta at -1/2, -3/2, -5/2.
const ZETA: [f64; 3] = [-0.207_886_224_977_354_57, -0.025_485_201_889_833_04, 0.008_516_928_777_850_33];

/// The mean of the root of the failures before a success: (1 - p) times the sum of p^n sqrt(n).
fn mean_root_of_tries(failure: f64) -> f64 {
    if failure > RARE {
        // The polylogarithm of order -1/2 around one (Wood, The computation of polylogarithms, 1992, 9.3).
        let x = -failure.ln();
        let pole = 0.5 * std::f64::consts::PI.sqrt() / (x * x.sqrt());
        return (1.0 - failure) * (pole + ZETA[0] - x * (ZETA[1] - 0.5 * x * ZETA[2]));
    }
    let mut weight = (1.0 - failure) * failure;
    let mut sum = 0.0;
    let mut n = 1.0f64;
    while weight * n.sqrt() > 1e-18 {
        sum += weight * n.sqrt();
        weight *= failure;
        n += 1.0;
    }
    sum
}
