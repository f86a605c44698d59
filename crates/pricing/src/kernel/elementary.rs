/// Adding and taking away 3 * 2^51 rounds to a whole number, which is then in the low bits.
const SHIFT: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts; the first has 32 zero bits at its end, so that its product with an exponent is exact.
const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// (e^r - 1 - r) / r^2 on +-ln(2)/2: interpolation in Chebyshev points, off by 1.6e-17 in e^r.
const EXP: [f64; 10] = [
    0.5000000000000001,
    0.16666666666666669,
    0.04166666666662413,
    0.008333333333330062,
    0.0013888888917213717,
    0.00019841269863053618,
    2.4801521295954376e-05,
    2.7557268459997064e-06,
    2.7620088445409746e-07,
    2.510038549551032e-08,
];

/// (2 artanh(s) / s - 2) / s^2 by s^2 up to (sqrt 2 - 1)^2 / (sqrt 2 + 1)^2, off by 1.6e-18.
const LN: [f64; 7] = [
    0.666666666666667,
    0.39999999999899444,
    0.2857142862600327,
    0.22222211130259878,
    0.18182889455674947,
    0.15331710618210773,
    0.14616585424888623,
];

/// The bits of sqrt(1/2): mantissas are taken from there to sqrt 2, so that ln keeps its digits around one.
const ROOT_HALF_BITS: u64 = 0x3fe6_a09e_667f_3bcd;
const ONE_BITS: u64 = 0x3ff0_0000_0000_0000;
const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;
/// 2^52, whose last bits are those of the whole number added to it.
const TWO_52: f64 = 4_503_599_627_370_496.0;
/// The bits of 2^52.
const TWO_52_BITS: u64 = 0x4330_0000_0000_0000;

/// e^x for -708 <= x <= 709, within 2^-52. Zero below (the truth is under 1e-307), infinity above.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    exp_sum(x, 0.0)
}

/// e^(x + tail) for a tail far below one, within 2^-52: for exponents known better than a number can hold.
#[inline(always)]
pub fn exp_sum(x: f64, tail: f64) -> f64 {
    let shifted = x * std::f64::consts::LOG2_E + SHIFT;
    let n = shifted - SHIFT;
    let r = (x - n * LN2_HIGH) - (n * LN2_LOW - tail);
    let (r2, r4) = (r * r, (r * r) * (r * r));
    let low = (EXP[0] + EXP[1] * r) + (EXP[2] + EXP[3] * r) * r2;
    let high = (EXP[4] + EXP[5] * r) + (EXP[6] + EXP[7] * r) * r2;
    let q = low + (high + (EXP[8] + EXP[9] * r) * r4) * r4;
    let scale = f64::from_bits(shifted.to_bits().wrapping_add(1_023) << 52);
    let value = ((r + r2 * q) + 1.0) * scale;
    let value = if x < -708.0 { 0.0 } else { value };
    if x > 709.0 { f64::INFINITY } else { value }
}

/// The natural logarithm of a normal positive number, within 2^-52. NaN for all others.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    let (exponent, f) = split(x);
    let value = logarithm(exponent, f);
    if (x >= f64::MIN_POSITIVE) & (x <= f64::MAX) { value } else { f64::NAN }
}

/// ln(a / b) for positive a and b with a normal quotient, within 2^-51: also close to one, where the quotient itself
/// has lost the digits that matter. NaN for quotients outside.
#[inline(always)]
pub fn ln_ratio(a: f64, b: f64) -> f64 {
    let quotient = a / b;
    let (exponent, f) = split(quotient);
    // Within a factor of sqrt 2 the difference of both is exact (Sterbenz).
    let f = if exponent == 0.0 { (a - b) / b } else { f };
    let value = logarithm(exponent, f);
    if (quotient >= f64::MIN_POSITIVE) & (quotient <= f64::MAX) { value } else { f64::NAN }
}

/// x = 2^exponent (1 + f) with 1 + f between sqrt(1/2) and sqrt 2.
#[inline(always)]
fn split(x: f64) -> (f64, f64) {
    let bits = x.to_bits().wrapping_add(ONE_BITS.wrapping_sub(ROOT_HALF_BITS));
    // The exponent as a number without a conversion of the processor: put into the last bits of 2^52.
    let exponent = f64::from_bits((bits >> 52) | TWO_52_BITS) - (TWO_52 + 1_023.0);
    let mantissa = f64::from_bits((bits & MANTISSA).wrapping_add(ROOT_HALF_BITS));
    (exponent, mantissa - 1.0)
}

/// exponent * ln 2 + ln(1 + f), where ln(1 + f) = f - (f^2/2 - s (f^2/2 + R)) with s = f / (2 + f): the large parts
/// are exact or nearly so.
#[inline(always)]
fn logarithm(exponent: f64, f: f64) -> f64 {
    let s = f / (2.0 + f);
    let z = s * s;
    let z2 = z * z;
    let series = (LN[0] + LN[1] * z) + ((LN[2] + LN[3] * z) + ((LN[4] + LN[5] * z) + LN[6] * z2) * z2) * z2;
    let half = 0.5 * f * f;
    exponent * LN2_HIGH - ((half - (s * (half + z * series) + exponent * LN2_LOW)) - f)
}
