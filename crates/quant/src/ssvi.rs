//! A whole surface of volatility in few parameters: Gatheral and Jacquier, Arbitrage-free SVI volatility surfaces
//! (Quantitative Finance 14, 2014).

use gage_pricing::Svi;

use crate::QuantError;

/// Total variance w(k, t) = t/2 (1 + r p k + sqrt((p k + r)^2 + 1 - r^2)), where t is the variance at the forward and
/// p = eta / (t^gamma (1 + t)^(1 - gamma)).
#[derive(Clone, Debug, PartialEq)]
pub struct Surface {
    /// The tilt, between -1 and 1.
    pub rho: f64,
    /// The size of the smile.
    pub eta: f64,
    /// How it falls with time, between zero and a half.
    pub gamma: f64,
    /// Years and the variance at the forward, both rising.
    pub terms: Vec<(f64, f64)>,
}

/// A quote: years, ln(strike / forward), total variance, weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SmileQuote {
    /// Years to expiry.
    pub years: f64,
    /// ln(strike / forward).
    pub k: f64,
    /// Volatility squared times years.
    pub variance: f64,
    /// How much it counts.
    pub weight: f64,
}

/// Turns of the search.
const TURNS: usize = 2_000;

impl Surface {
    fn wing(&self, theta: f64) -> f64 {
        self.eta / (theta.powf(self.gamma) * (1.0 + theta).powf(1.0 - self.gamma))
    }

    /// Total variance at k for a variance at the forward.
    pub fn variance(&self, k: f64, theta: f64) -> f64 {
        let x = self.wing(theta) * k;
        0.5 * theta * (1.0 + self.rho * x + ((x + self.rho) * (x + self.rho) + 1.0 - self.rho * self.rho).sqrt())
    }

    /// The slice for a variance at the forward as raw SVI, for the checks of the kernel.
    pub fn slice(&self, theta: f64) -> Svi {
        let wing = self.wing(theta);
        let rest = (1.0 - self.rho * self.rho).sqrt();
        Svi {
            a: 0.5 * theta * (1.0 - self.rho * self.rho),
            b: 0.5 * theta * wing,
            rho: self.rho,
            m: -self.rho / wing,
            sigma: rest / wing,
        }
    }

    /// No butterfly and no calendar spread that costs less than nothing: eta (1 + |rho|) <= 2 and 0 <= gamma <= 1/2
    /// (theorem 4.2 and corollary 4.1), and rising variances.
    pub fn is_free_of_arbitrage(&self) -> bool {
        let rising = self.terms.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1);
        let parameters = self.rho.abs() < 1.0 && self.eta > 0.0 && (0.0..=0.5).contains(&self.gamma);
        rising && parameters && self.eta * (1.0 + self.rho.abs()) <= 2.0
    }

    /// The variance at the forward at any time: between the given ones by straight lines, beyond them in proportion.
    pub fn theta(&self, years: f64) -> f64 {
        let at = self.terms.partition_point(|(time, _)| *time < years);
        match (at.checked_sub(1).and_then(|before| self.terms.get(before)), self.terms.get(at)) {
            (Some((t0, v0)), Some((t1, v1))) => v0 + (v1 - v0) * (years - t0) / (t1 - t0),
            (None, Some((t, v))) | (Some((t, v)), None) => v * years / t,
            (None, None) => f64::NAN,
        }
    }

    /// Volatility at k for years to expiry.
    ///
    /// # Errors
    /// [`QuantError::OutsideDomain`] outside the surface.
    pub fn volatility(&self, k: f64, years: f64) -> Result<f64, QuantError> {
        let volatility = (self.variance(k, self.theta(years)) / years).sqrt();
        if volatility.is_finite() && volatility > 0.0 { Ok(volatility) } else { Err(QuantError::OutsideDomain) }
    }

    /// The surface nearest to quotes in volatility, among those free of arbitrage.
    ///
    /// # Errors
    /// [`QuantError::Contradiction`] for no quotes or quotes that are not numbers above zero.
    pub fn calibrate(quotes: &[SmileQuote]) -> Result<Surface, QuantError> {
        let good = |q: &SmileQuote| q.years > 0.0 && q.variance > 0.0 && q.weight >= 0.0 && q.k.is_finite();
        if quotes.is_empty() || !quotes.iter().all(good) {
            return Err(QuantError::Contradiction("a quote is not a volatility"));
        }
        let mut years: Vec<f64> = quotes.iter().map(|quote| quote.years).collect();
        years.sort_by(f64::total_cmp);
        years.dedup();
        // A start for each variance at the forward: the quote nearest to it.
        let nearest = |time: f64| {
            let of_time = quotes.iter().filter(|quote| quote.years == time);
            of_time.min_by(|a, b| a.k.abs().total_cmp(&b.k.abs())).map_or(0.01, |quote| quote.variance)
        };
        // Free numbers that become parameters within their ranges: the variances by their logarithmic steps.
        let mut start = vec![-0.3f64, 0.0, 0.0];
        let mut before = 0.0;
        for time in &years {
            let step = (nearest(*time) - before).max(1e-4 * nearest(*time));
            start.push(step.ln());
            before += step;
        }
        let surface = |x: &[f64]| {
            let rho = x.first().copied().unwrap_or(0.0).tanh() * 0.999;
            let size = 1.0 / (1.0 + (-x.get(1).copied().unwrap_or(0.0)).exp());
            let gamma = 0.5 / (1.0 + (-x.get(2).copied().unwrap_or(0.0)).exp());
            let mut sum = 0.0;
            let steps = years.iter().zip(x.iter().skip(3));
            let terms = steps
                .map(|(time, step)| {
                    (*time, {
                        sum += step.exp();
                        sum
                    })
                })
                .collect();
            Surface { rho, eta: size * 2.0 / (1.0 + rho.abs()), gamma, terms }
        };
        let distance = |x: &[f64]| {
            let surface = surface(x);
            let miss = |quote: &SmileQuote| {
                let found = (surface.variance(quote.k, surface.theta(quote.years)) / quote.years).sqrt();
                quote.weight * (found - (quote.variance / quote.years).sqrt()).powi(2)
            };
            quotes.iter().map(miss).sum::<f64>()
        };
        Ok(surface(&crate::minimum::minimum(&start, 0.2, TURNS * start.len(), distance)))
    }
}
