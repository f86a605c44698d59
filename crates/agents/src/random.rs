//! Seeded random numbers that are the same on every machine.
//!
//! Only `+ - * /` on floats, which IEEE 754 defines to the last bit; the library functions `exp` and
//! `ln` of a platform may differ in it, so none is called here.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use gage_crypto::hash::sha256_parts;

/// One stream of numbers. Streams of different purposes are independent, so that an agent that asks
/// for one number more does not change what another agent sees.
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream of `purpose` (and an index within it) under `seed`.
    pub fn new(seed: u64, purpose: &str, index: u64) -> Stream {
        let key = sha256_parts(&[b"gage agents", &seed.to_be_bytes(), &index.to_be_bytes(), purpose.as_bytes()]);
        Stream(ChaCha8Rng::from_seed(key.0))
    }

    /// Any number.
    pub fn draw(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `bound`, which must not be zero. The bias is below `bound / 2^64`.
    pub fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.draw()) * u128::from(bound.max(1));
        (wide >> 64) as u64
    }

    /// Uniform in [0, 1), in steps of 2^-53.
    pub fn unit(&mut self) -> f64 {
        (self.draw() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// Uniform in [low, high).
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// True with the given probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Close to a standard normal number: the sum of twelve uniform ones less six (Irwin-Hall), so
    /// never beyond six. Good enough for noise, and exact on every machine.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// A bounded Pareto number of tail exponent 1 in [low, high): of all such numbers a fraction
    /// `low / x` is above `x`. Its inverse distribution needs no logarithm.
    pub fn heavy_tailed(&mut self, low: f64, high: f64) -> f64 {
        let u = self.unit();
        1.0 / ((1.0 - u) / low + u / high)
    }

    /// Puts `items` into a random order (Fisher-Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last as u64 + 1) as usize;
            items.swap(last, other);
        }
    }
}

/// `e^x` for |x| <= 20, by ten squarings of a fourth-order series at x / 1024; relative error below 1e-9.
pub fn exp(x: f64) -> f64 {
    let y = x.clamp(-20.0, 20.0) / 1024.0;
    let mut power = 1.0 + y * (1.0 + y / 2.0 * (1.0 + y / 3.0 * (1.0 + y / 4.0)));
    for _ in 0..10 {
        power *= power;
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ_by_purpose() {
        let draw = |purpose: &str, index| Stream::new(7, purpose, index).draw();
        assert_eq!(draw("path", 0), draw("path", 0));
        assert_ne!(draw("path", 0), draw("path", 1));
        assert_ne!(draw("path", 0), draw("noise", 0));
    }

    #[test]
    fn the_shapes_are_what_they_say() {
        let mut stream = Stream::new(1, "test", 0);
        let count = 20_000;
        let normals: Vec<f64> = (0..count).map(|_| stream.normal()).collect();
        let mean = normals.iter().sum::<f64>() / f64::from(count);
        let variance = normals.iter().map(|x| x * x).sum::<f64>() / f64::from(count);
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");

        let sizes: Vec<f64> = (0..count).map(|_| stream.heavy_tailed(1.0, 1_000.0)).collect();
        let above_ten = sizes.iter().filter(|size| **size > 10.0).count() as f64 / f64::from(count);
        assert!((above_ten - 0.1).abs() < 0.01, "{above_ten}");
        assert!(sizes.iter().all(|size| (1.0..1_000.0).contains(size)));
        assert!((0..1_000).all(|_| stream.below(3) < 3));
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "it is what ours is compared with")]
    fn exp_is_close_to_the_library() {
        for x in [-5.0, -1.0, -0.1, 0.0, 0.3, 1.0, 2.5, 6.0] {
            assert!((exp(x) / f64::exp(x) - 1.0).abs() < 1e-9, "{x}");
        }
    }
}
