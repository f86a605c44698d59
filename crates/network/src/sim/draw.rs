//! Numbers that follow from a seed, for plans: one stream per purpose.

use gage_crypto::hash::sha256_parts;

pub(crate) struct Draw {
    seed: u64,
    purpose: &'static str,
    drawn: u64,
}

impl Draw {
    pub fn new(seed: u64, purpose: &'static str) -> Draw {
        Draw { seed, purpose, drawn: 0 }
    }

    /// A number below `bound`, which is not zero; the bias is below `bound / 2^64`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.drawn += 1;
        let parts = [b"gage sim", self.purpose.as_bytes(), &self.seed.to_be_bytes(), &self.drawn.to_be_bytes()];
        let (first, _) =
            sha256_parts(&parts).0.split_first_chunk::<8>().map(|(a, b)| (*a, b.len())).unwrap_or_default();
        let wide = u128::from(u64::from_be_bytes(first)) * u128::from(bound.max(1));
        u64::try_from(wide >> 64).expect("below the bound")
    }
}
