use crate::kernel::{density, exp, ln, ln_ratio, mills};
use crate::{Kind, PricingError};

/// Steps of Halley's method; after the fifth nothing changes but the last bits (`tests/accuracy.rs`).
const STEPS: usize = 6;
const DEVIATION_MIN: f64 = 1.0e-8;
const DEVIATION_MAX: f64 = 64.0;
/// The largest step of the logarithm of the deviation.
const STEP_MAX: f64 = 2.0;
/// One over odd numbers' factorials: 1/3!, 1/5!, ... 1/17!.
const ODD: [f64; 8] = [
    1.0 / 6.0,
    1.0 / 120.0,
    1.0 / 5_040.0,
    1.0 / 362_880.0,
    1.0 / 39_916_800.0,
    1.0 / 6_227_020_800.0,
    1.0 / 1_307_674_368_000.0,
    1.0 / 355_687_428_096_000.0,
];

/// The standard deviation over its life (volatility times the root of time) that gives an option its undiscounted
/// price: as exact as the price determines it.
///
/// # Errors
/// [`PricingError::OutsideDomain`] for prices that are not finite and above zero; [`PricingError::NoVolatility`] for a
/// price that is not between the intrinsic value and the limit.
pub fn implied_deviation(kind: Kind, forward: f64, strike: f64, price: f64) -> Result<f64, PricingError> {
    let good = |x: f64| (x >= 1.0e-300) & (x <= 1.0e300);
    if !(good(forward) & good(strike) & price.is_finite()) {
        return Err(PricingError::OutsideDomain);
    }
    let mut search = ImpliedSearch::new(kind.sign(), forward, strike, price);
    (0..STEPS).for_each(|_| search.step());
    let found = search.deviation();
    if found.is_nan() { Err(PricingError::NoVolatility) } else { Ok(found) }
}

/// What is looked for: so that rows of prices may take their steps side by side, with the bits of one at a time.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImpliedSearch {
    /// Minus the distance of forward and strike, as a logarithm.
    x: f64,
    /// ln of the part of its limit that the price is, or of what is missing to it.
    target: f64,
    /// One for the part, zero for what is missing.
    rising: f64,
    /// The deviation so far; NaN where there is none.
    deviation: f64,
}

impl ImpliedSearch {
    /// How often [`ImpliedSearch::step`] is called.
    pub const STEPS: usize = STEPS;

    /// The start, for a sign of +1 (call) or -1 (put) and an undiscounted price.
    #[inline(always)]
    pub fn new(sign: f64, forward: f64, strike: f64, price: f64) -> ImpliedSearch {
        // The option out of the money at the same strike: what is beyond the intrinsic value.
        let intrinsic = sign * (forward - strike);
        let beyond = if intrinsic > 0.0 { price - intrinsic } else { price };
        let lesser = if forward < strike { forward } else { strike };
        // The price as a part of its limit, which it never reaches.
        let part = beyond / lesser;
        let x = -ln_ratio(forward, strike).abs();
        // Below a half the part itself is followed, above it what is missing to one: small numbers both.
        let rising = part < 0.5;
        let target = ln(if rising { part } else { 1.0 - part });
        let start = first_guess(x, part, target, rising);
        let exists = (part > 0.0) & (part < 1.0);
        let deviation = if exists { start } else { f64::NAN };
        ImpliedSearch { x, target, rising: if rising { 1.0 } else { 0.0 }, deviation }
    }

    /// One step closer.
    #[inline(always)]
    pub fn step(&mut self) {
        self.deviation = improve(self.x, self.deviation, self.target, self.rising > 0.5);
    }

    /// What was found after all steps.
    #[inline(always)]
    pub fn deviation(&self) -> f64 {
        self.deviation
    }
}

/// From the limits: a price far out of the money falls like e^(-x^2 / 2 s^2), one at the money grows like
/// s / sqrt(2 pi), and what is missing to the limit falls like e^(-s^2 / 8).
#[inline(always)]
fn first_guess(x: f64, part: f64, target: f64, rising: bool) -> f64 {
    let low = x.abs() / (-2.0 * target).sqrt() + 2.506_628_274_631_000_5 * part;
    let high = (x * -2.0 - 5.0 * (target + std::f64::consts::LN_2)).sqrt() + 1.35;
    if rising { low } else { high }
}

/// One step of Halley's method for ln(-ln q) by ln s, where q is the part or what is missing: nearly a straight line
/// in both limits.
#[inline(always)]
fn improve(x: f64, s: f64, target: f64, rising: bool) -> f64 {
    let (h, t) = (x / s, 0.5 * s);
    let (d1, d2) = (h + t, h - t);
    let density = density(d1);
    let (near, far) = (mills(d1.abs()), mills(-d2));
    let part_far_apart = if d1 < 0.0 { density * (near - far) } else { 1.0 - density * (near + far) };
    let part = if s < 0.5 { density * mills_difference(-h, t) } else { part_far_apart };
    let missing = if d1 < 0.0 { 1.0 - part } else { density * (near + far) };
    let q = if rising { part } else { missing };
    let slope = if rising { density / q } else { -density / q };
    let log = ln(q);
    let f = ln(log / target);
    // Derivatives by ln s.
    let first = slope * s / log;
    let bend = d1 * d2 - s * slope - s * slope / log + 1.0;
    let step = -f / first;
    let step = step / (1.0 + 0.5 * step * bend);
    let step = if step > STEP_MAX { STEP_MAX } else { step };
    let step = if step < -STEP_MAX { -STEP_MAX } else { step };
    let next = s * exp(step);
    // A step that is no number, from where q vanishes, leads to the least; a search without an end stays NaN.
    let next = if next > DEVIATION_MIN { next } else { DEVIATION_MIN };
    let next = if next < DEVIATION_MAX { next } else { DEVIATION_MAX };
    if s > 0.0 { next } else { f64::NAN }
}

/// R(u - t) - R(u + t) for Mills' ratio R and t up to 1/4, by Taylor's series: the difference of close numbers keeps
/// its digits. R' = u R - 1, and every further derivative is u times the last and n times the one before.
#[inline(always)]
fn mills_difference(u: f64, t: f64) -> f64 {
    let (mut even, mut odd) = (mills(u), 0.0);
    odd += u * even - 1.0;
    let t2 = t * t;
    let mut power = t;
    let mut sum = odd * t;
    let mut n = 1.0;
    for factor in ODD {
        even = u * odd + n * even;
        odd = u * even + (n + 1.0) * odd;
        n += 2.0;
        power *= t2;
        sum += odd * power * factor;
    }
    -2.0 * sum
}
