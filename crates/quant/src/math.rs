//! Integrals, roots and the normal distribution of two variables.

use std::f64::consts::{FRAC_PI_2, PI};
use std::sync::LazyLock;

pub(crate) use gage_pricing::kernel::{density, distribution};

use crate::QuantError;

/// Abscissas and weights of Gauss and Legendre on -1 to 1.
pub(crate) fn gauss_legendre(count: usize) -> Vec<(f64, f64)> {
    let n = count as f64;
    let node = |i: usize| {
        let mut x = (PI * (i as f64 + 0.75) / (n + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..100 {
            let (mut before, mut value) = (1.0, x);
            for k in 2..=count {
                let k = k as f64;
                (before, value) = (value, ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k);
            }
            slope = n * (x * value - before) / (x * x - 1.0);
            let step = value / slope;
            x -= step;
            if step.abs() < 1e-15 {
                break;
            }
        }
        (x, 2.0 / ((1.0 - x * x) * slope * slope))
    };
    (0..count).map(node).collect()
}

/// Abscissas and weights that crowd at both ends, for roots and steeper things there: Takahasi and Mori (1974), with
/// `count` steps to each side.
pub(crate) fn tanh_sinh(count: i32, step: f64) -> Vec<(f64, f64)> {
    let node = |k: i32| {
        let t = step * f64::from(k);
        let (inner, slope) = (FRAC_PI_2 * t.sinh(), FRAC_PI_2 * t.cosh());
        (inner.tanh(), step * slope / (inner.cosh() * inner.cosh()))
    };
    (-count..=count).map(node).collect()
}

/// Twenty points, enough for smooth functions on a short interval.
pub(crate) static GAUSS_20: LazyLock<Vec<(f64, f64)>> = LazyLock::new(|| gauss_legendre(20));

/// The integral from `low` to `high`, in twenty points.
pub(crate) fn integral(low: f64, high: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (half, middle) = (0.5 * (high - low), 0.5 * (high + low));
    half * GAUSS_20.iter().map(|(x, w)| w * f(middle + half * x)).sum::<f64>()
}

/// The same over panels of equal length.
pub(crate) fn integral_in_panels(low: f64, high: f64, panels: u32, f: impl Fn(f64) -> f64) -> f64 {
    let step = (high - low) / f64::from(panels);
    (0..panels).map(|n| integral(low + step * f64::from(n), low + step * f64::from(n + 1), &f)).sum()
}

/// P(X < h, Y < k) for two normal variables with correlation rho: Plackett's integral over the angle (Biometrika 41,
/// 1954), in panels that shorten where a correlation near one makes it steep. Within 1e-12.
pub fn bivariate_normal(h: f64, k: f64, rho: f64) -> f64 {
    if !(h.is_finite() && k.is_finite()) {
        // A bound at infinity leaves the other, or nothing.
        return if h == f64::INFINITY {
            distribution(k)
        } else if k == f64::INFINITY {
            distribution(h)
        } else if h.is_nan() || k.is_nan() {
            f64::NAN
        } else {
            0.0
        };
    }
    let end = rho.clamp(-1.0, 1.0).asin();
    let f = |angle: f64| {
        let cosine = angle.cos();
        (-(h * h + k * k - 2.0 * h * k * angle.sin()) / (2.0 * cosine * cosine)).exp()
    };
    let mut sum = 0.0;
    let mut from = 0.0;
    for _ in 0..30 {
        // Half of what is left to the right angle at a time.
        let to = if end > 0.0 { (0.5 * (from + FRAC_PI_2)).min(end) } else { (0.5 * (from - FRAC_PI_2)).max(end) };
        sum += integral(from, to, f);
        from = to;
        if from == end {
            break;
        }
    }
    (distribution(h) * distribution(k) + sum / (2.0 * PI)).clamp(0.0, 1.0)
}

/// A root of `f` between two points of different sign, by the method of Brent (1973).
///
/// # Errors
/// [`QuantError::NoConvergence`] if the signs are the same or a hundred steps are not enough.
pub fn root(low: f64, high: f64, tolerance: f64, f: impl Fn(f64) -> f64) -> Result<f64, QuantError> {
    let (mut a, mut b) = (low, high);
    let (mut fa, mut fb) = (f(a), f(b));
    if (fa * fb).is_nan() || fa * fb > 0.0 {
        return Err(QuantError::NoConvergence);
    }
    let (mut c, mut fc) = (a, fa);
    let mut step = b - a;
    let mut last = step;
    for _ in 0..200 {
        if fb * fc > 0.0 {
            (c, fc) = (a, fa);
            step = b - a;
            last = step;
        }
        if fc.abs() < fb.abs() {
            (a, b, c) = (b, c, b);
            (fa, fb, fc) = (fb, fc, fb);
        }
        let close = 2.0 * f64::EPSILON * b.abs() + 0.5 * tolerance;
        let middle = 0.5 * (c - b);
        if middle.abs() <= close || fb == 0.0 {
            return Ok(b);
        }
        if last.abs() >= close && fa.abs() > fb.abs() {
            let s = fb / fa;
            let (mut p, mut q) = if a == c {
                (2.0 * middle * s, 1.0 - s)
            } else {
                let (q, r) = (fa / fc, fb / fc);
                (s * (2.0 * middle * q * (q - r) - (b - a) * (r - 1.0)), (q - 1.0) * (r - 1.0) * (s - 1.0))
            };
            if p > 0.0 {
                q = -q;
            }
            p = p.abs();
            if 2.0 * p < (3.0 * middle * q - (close * q).abs()).min((last * q).abs()) {
                last = step;
                step = p / q;
            } else {
                step = middle;
                last = middle;
            }
        } else {
            step = middle;
            last = middle;
        }
        (a, fa) = (b, fb);
        b += if step.abs() > close { step } else { close.copysign(middle) };
        fb = f(b);
    }
    Err(QuantError::NoConvergence)
}
