//! Discount factors between known dates: the monotone convex forwards of Hagan and West, Interpolation methods for curve
//! construction (Applied Mathematical Finance 13, 2006).

use crate::QuantError;

/// Continuous forwards that keep the mean of every interval, follow their neighbours and do not swing; flat beyond the
/// last date.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Years, rising from zero.
    times: Vec<f64>,
    /// -ln of the discount factor at each.
    sums: Vec<f64>,
    /// The instantaneous forward at each.
    forwards: Vec<f64>,
}

impl Curve {
    /// From years and discount factors.
    ///
    /// # Errors
    /// [`QuantError::Contradiction`] for times that do not rise from above zero, or factors of zero or less.
    pub fn new(points: &[(f64, f64)]) -> Result<Curve, QuantError> {
        let mut times = vec![0.0];
        let mut sums = vec![0.0];
        for (time, factor) in points {
            let rises = times.last().is_some_and(|last| time > last);
            if !(rises && time.is_finite() && *factor > 0.0 && factor.is_finite()) {
                return Err(QuantError::Contradiction("discount factors out of order"));
            }
            times.push(*time);
            sums.push(-factor.ln());
        }
        if points.is_empty() {
            return Err(QuantError::Contradiction("a curve without points"));
        }
        let mut curve = Curve { times, sums, forwards: Vec::new() };
        curve.forwards = curve.nodes();
        Ok(curve)
    }

    /// One continuous rate for all times.
    pub fn flat(rate: f64) -> Curve {
        Curve { times: vec![0.0, 1.0], sums: vec![0.0, rate], forwards: vec![rate, rate] }
    }

    /// The mean forward between node i - 1 and node i.
    fn mean(&self, i: usize) -> f64 {
        (self.sums[i] - self.sums[i - 1]) / (self.times[i] - self.times[i - 1])
    }

    /// Forwards at the nodes: weighted means of both sides, at the ends by symmetry; kept above zero where all means
    /// are.
    fn nodes(&self) -> Vec<f64> {
        let last = self.times.len() - 1;
        let means: Vec<f64> = (1..=last).map(|i| self.mean(i)).collect();
        let inner = |i: usize| {
            let (before, after) = (self.times[i] - self.times[i - 1], self.times[i + 1] - self.times[i]);
            (before * means[i] + after * means[i - 1]) / (before + after)
        };
        let mut nodes = vec![0.0; last + 1];
        for (i, node) in nodes.iter_mut().enumerate().take(last).skip(1) {
            *node = inner(i);
        }
        if last == 1 {
            return vec![means[0]; 2];
        }
        nodes[0] = means[0] - 0.5 * (nodes[1] - means[0]);
        nodes[last] = means[last - 1] - 0.5 * (nodes[last - 1] - means[last - 1]);
        if means.iter().all(|mean| *mean >= 0.0) {
            for (i, node) in nodes.iter_mut().enumerate() {
                let least = match i {
                    0 => means[0],
                    i if i == last => means[last - 1],
                    i => means[i - 1].min(means[i]),
                };
                *node = node.clamp(0.0, 2.0 * least);
            }
        }
        nodes
    }

    /// The last node.
    pub fn end(&self) -> f64 {
        self.times.last().copied().unwrap_or(0.0)
    }

    /// The interval with a time, the place in it from zero to one, and what the forward leaves of the mean at both
    /// ends.
    fn place(&self, years: f64) -> Option<(usize, f64, f64, f64)> {
        if years > self.end() {
            return None;
        }
        let i = self.times.partition_point(|time| *time < years).max(1);
        let mean = self.mean(i);
        let x = (years - self.times[i - 1]) / (self.times[i] - self.times[i - 1]);
        Some((i, x, self.forwards[i - 1] - mean, self.forwards[i] - mean))
    }

    /// The instantaneous forward at a time.
    pub fn forward(&self, years: f64) -> f64 {
        match self.place(years) {
            Some((i, x, g0, g1)) => self.mean(i) + shape(x, g0, g1).0,
            None => self.forwards.last().copied().unwrap_or(0.0),
        }
    }

    /// A unit of money then, now.
    pub fn discount(&self, years: f64) -> f64 {
        let sum = match self.place(years) {
            Some((i, x, g0, g1)) => {
                let length = self.times[i] - self.times[i - 1];
                self.sums[i - 1] + length * (self.mean(i) * x + shape(x, g0, g1).1)
            }
            None => {
                let rate = self.forwards.last().copied().unwrap_or(0.0);
                self.sums.last().copied().unwrap_or(0.0) + rate * (years - self.end())
            }
        };
        (-sum).exp()
    }

    /// The continuous rate from now to a time.
    pub fn zero(&self, years: f64) -> f64 {
        if years > 0.0 { -self.discount(years).ln() / years } else { self.forward(0.0) }
    }

    /// The simple rate between two times.
    pub fn simple_forward(&self, from: f64, to: f64) -> f64 {
        (self.discount(from) / self.discount(to) - 1.0) / (to - from)
    }

    /// The curve with this much added to every continuous rate.
    pub fn shifted(&self, spread: f64) -> Curve {
        let sums = self.sums.iter().zip(&self.times).map(|(sum, time)| sum + spread * time).collect();
        Curve { times: self.times.clone(), sums, forwards: self.forwards.iter().map(|f| f + spread).collect() }
    }
}

/// What the forward has beyond the mean at x, and its integral up to x, by what it has at both ends (the four cases of
/// section 6 of the paper).
fn shape(x: f64, g0: f64, g1: f64) -> (f64, f64) {
    if g0 == 0.0 && g1 == 0.0 {
        return (0.0, 0.0);
    }
    let opposite = g0 * g1 <= 0.0;
    if opposite && g1.abs() >= 0.5 * g0.abs() && g1.abs() <= 2.0 * g0.abs() {
        let value = g0 * (1.0 - 4.0 * x + 3.0 * x * x) + g1 * (3.0 * x * x - 2.0 * x);
        return (value, g0 * x * (1.0 - x) * (1.0 - x) - g1 * x * x * (1.0 - x));
    }
    // Level in the middle: g0 up to eta and a parabola after, a parabola up to eta and g1 after, or two parabolas.
    let (eta, level) = if opposite && g1.abs() > 2.0 * g0.abs() {
        ((g1 + 2.0 * g0) / (g1 - g0), g0)
    } else if opposite {
        (3.0 * g1 / (g1 - g0), g1)
    } else {
        (g1 / (g1 + g0), -g0 * g1 / (g0 + g1))
    };
    let before = |x: f64| if eta > 0.0 { (g0 - level) * (eta - ((eta - x).powi(3)) / (eta * eta)) / 3.0 } else { 0.0 };
    if x < eta {
        let left = (eta - x) / eta;
        (level + (g0 - level) * left * left, level * x + before(x))
    } else if eta < 1.0 {
        let right = (x - eta) / (1.0 - eta);
        (level + (g1 - level) * right * right, level * x + before(eta) + (g1 - level) * right * right * (x - eta) / 3.0)
    } else {
        (level, level * x + before(eta))
    }
}
