//! Points that fill a cube evenly: Sobol (1967) with the direction numbers of Joe and Kuo (new-joe-kuo-6, SIAM Journal on
//! Scientific Computing 30, 2008), shifted digit by digit so that several sets of them give an error bar.

/// The most dimensions.
pub const DIMENSIONS_MAX: usize = 10;
const BITS: usize = 32;

/// Degree, coefficients and first numbers of each dimension after the first.
const DIRECTIONS: [(usize, u32, &[u32]); DIMENSIONS_MAX - 1] = [
    (1, 0, &[1]),
    (2, 1, &[1, 3]),
    (3, 1, &[1, 3, 1]),
    (3, 2, &[1, 1, 1]),
    (4, 1, &[1, 1, 3, 3]),
    (4, 4, &[1, 3, 5, 13]),
    (5, 2, &[1, 1, 5, 5, 17]),
    (5, 4, &[1, 1, 5, 5, 5]),
    (5, 7, &[1, 1, 7, 11, 19]),
];

/// A walk through the points.
#[derive(Clone, Debug)]
pub(crate) struct Sobol {
    directions: Vec<[u32; BITS]>,
    state: Vec<u32>,
    shift: Vec<u32>,
    index: u32,
}

impl Sobol {
    /// For so many dimensions, at most ten, shifted by the numbers of `seed`.
    pub fn new(dimensions: usize, seed: u64) -> Sobol {
        let dimensions = dimensions.clamp(1, DIMENSIONS_MAX);
        let mut random = seed;
        let mut next = || {
            random = random.wrapping_add(0x9e37_79b9_7f4a_7c15);
            (mix(random) >> 32) as u32
        };
        let shift = (0..dimensions).map(|_| next()).collect();
        let directions = (0..dimensions).map(directions).collect();
        Sobol { directions, state: vec![0; dimensions], shift, index: 0 }
    }

    /// The next point, strictly between zero and one.
    pub fn next(&mut self, point: &mut [f64]) {
        for ((x, state), shift) in point.iter_mut().zip(&self.state).zip(&self.shift) {
            *x = (f64::from(state ^ shift) + 0.5) / 4_294_967_296.0;
        }
        let bit = (!self.index).trailing_zeros() as usize;
        for (state, directions) in self.state.iter_mut().zip(&self.directions) {
            *state ^= directions.get(bit).copied().unwrap_or(0);
        }
        self.index = self.index.wrapping_add(1);
    }
}

fn directions(dimension: usize) -> [u32; BITS] {
    let mut v = [0u32; BITS];
    let Some((degree, coefficients, first)) = dimension.checked_sub(1).and_then(|at| DIRECTIONS.get(at)) else {
        return std::array::from_fn(|i| 1 << (BITS - 1 - i));
    };
    for i in 0..BITS {
        v[i] = if i < *degree {
            first[i] << (BITS - 1 - i)
        } else {
            let mut value = v[i - degree] ^ (v[i - degree] >> degree);
            for k in 1..*degree {
                if coefficients >> (degree - 1 - k) & 1 == 1 {
                    value ^= v[i - k];
                }
            }
            value
        };
    }
    v
}

/// The end of SplitMix64 (Steele, Lea and Flood 2014).
#[inline(always)]
pub(crate) fn mix(state: u64) -> u64 {
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
