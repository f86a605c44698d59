//! The functions of the kernels in numbers of 192 bits, from their definitions.
#![allow(dead_code, reason = "each test file uses its part")]

use astro_float_num::{BigFloat, Consts, RoundingMode};

const BITS: usize = 192;
const ROUND: RoundingMode = RoundingMode::None;

/// A number of 192 bits.
#[derive(Clone, Debug)]
pub struct Big(BigFloat);

impl Big {
    pub fn of(x: f64) -> Big {
        Big(BigFloat::from_f64(x, BITS))
    }

    pub fn sqrt(&self) -> Big {
        Big(self.0.sqrt(BITS, ROUND))
    }

    pub fn exp(&self) -> Big {
        Big(self.0.exp(BITS, ROUND, &mut Consts::new().expect("the constants fit memory")))
    }

    pub fn ln(&self) -> Big {
        Big(self.0.ln(BITS, ROUND, &mut Consts::new().expect("the constants fit memory")))
    }

    pub fn to_f64(&self) -> f64 {
        self.0.to_string().parse().expect("a number as text")
    }

    pub fn is_negative(&self) -> bool {
        self.0.is_negative()
    }
}

macro_rules! operator {
    ($name:ident, $method:ident) => {
        impl std::ops::$name for &Big {
            type Output = Big;
            fn $method(self, other: &Big) -> Big {
                Big(self.0.$method(&other.0, BITS, ROUND))
            }
        }
    };
}
operator!(Add, add);
operator!(Sub, sub);
operator!(Mul, mul);
operator!(Div, div);

/// The normal density.
pub fn density(x: &Big) -> Big {
    let square = x * x;
    let root = pi_twice().sqrt();
    &(&square * &Big::of(-0.5)).exp() / &root
}

fn pi_twice() -> Big {
    let pi = Consts::new().expect("the constants fit memory").pi(BITS, ROUND);
    &Big(pi) * &Big::of(2.0)
}

/// N(-x) for x of zero or more: below eight by the series of N(x) - 1/2 (which loses 15 of 57 digits), above by
/// Laplace's continued fraction.
pub fn upper_tail(x: &Big) -> Big {
    let density = density(x);
    if x.to_f64() < 8.0 {
        let square = x * x;
        let mut term = x.clone();
        let mut sum = x.clone();
        for n in 1..400u32 {
            term = &(&term * &square) / &Big::of(f64::from(2 * n + 1));
            sum = &sum + &term;
        }
        &Big::of(0.5) - &(&density * &sum)
    } else {
        let mut fraction = x.clone();
        for k in (1..=90u32).rev() {
            fraction = x + &(&Big::of(f64::from(k)) / &fraction);
        }
        &density / &fraction
    }
}

/// N(x).
pub fn distribution(x: &Big) -> Big {
    if x.is_negative() { upper_tail(&(&Big::of(0.0) - x)) } else { &Big::of(1.0) - &upper_tail(x) }
}

/// How far `found` is from the truth, as a part of it.
pub fn relative(found: f64, truth: &Big) -> f64 {
    (&(&Big::of(found) - truth) / truth).to_f64().abs()
}

/// How far `found` is from the truth.
pub fn absolute(found: f64, truth: &Big) -> f64 {
    (&Big::of(found) - truth).to_f64().abs()
}

/// Evenly spread numbers that are not round: a multiple of the golden ratio, wrapped.
pub fn spread(count: u32, low: f64, high: f64) -> impl Iterator<Item = f64> {
    (1..=count).map(move |n| low + (high - low) * (f64::from(n) * 0.618_033_988_749_894_8).fract())
}
