use super::elementary::ln;

// The three rational functions of Wichura's algorithm AS 241 (Applied Statistics 37, 1988), each within 1e-16: near
// the middle, in the tails, and far in the tails.
const MIDDLE: [f64; 8] = [
    3.387_132_872_796_366_5,
    133.141_667_891_784_38,
    1_971.590_950_306_551_3,
    13_731.693_765_509_46,
    45_921.953_931_549_87,
    67_265.770_927_008_7,
    33_430.575_583_588_13,
    2_509.080_928_730_122_7,
];
const MIDDLE_BELOW: [f64; 8] = [
    1.0,
    42.313_330_701_600_91,
    687.187_007_492_057_9,
    5_394.196_021_424_751,
    21_213.794_301_586_597,
    39_307.895_800_092_71,
    28_729.085_735_721_943,
    5_226.495_278_852_854,
];
const TAIL: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    0.241_780_725_177_450_6,
    0.022_723_844_989_269_184,
    7.745_450_142_783_414e-4,
];
const TAIL_BELOW: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    0.689_767_334_985_1,
    0.148_103_976_427_480_08,
    0.015_198_666_563_616_457,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const FAR: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    0.296_560_571_828_504_87,
    0.026_532_189_526_576_124,
    0.001_242_660_947_388_078_4,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const FAR_BELOW: [f64; 8] = [
    1.0,
    0.599_832_206_555_888,
    0.136_929_880_922_735_8,
    0.014_875_361_290_850_615,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];

/// The x with N(x) = p, for normal p below one: within 2^-48 of itself, or 2^-50 absolutely around zero. NaN
/// elsewhere.
#[inline(always)]
pub fn inverse_distribution(p: f64) -> f64 {
    let q = p - 0.5;
    let middle = q * ratio(&MIDDLE, &MIDDLE_BELOW, 0.180_625 - q * q);
    // One minus p is exact where p is above a half.
    let small = if q < 0.0 { p } else { 1.0 - p };
    let depth = (-ln(small)).sqrt();
    let tail = ratio(&TAIL, &TAIL_BELOW, depth - 1.6);
    let far = ratio(&FAR, &FAR_BELOW, depth - 5.0);
    let outer = if depth <= 5.0 { tail } else { far };
    let outer = if q < 0.0 { -outer } else { outer };
    let value = if q.abs() <= 0.425 { middle } else { outer };
    if (p >= f64::MIN_POSITIVE) & (p < 1.0) { value } else { f64::NAN }
}

#[inline(always)]
fn ratio(above: &[f64; 8], below: &[f64; 8], x: f64) -> f64 {
    polynomial(above, x) / polynomial(below, x)
}

#[inline(always)]
fn polynomial(c: &[f64; 8], x: f64) -> f64 {
    let x2 = x * x;
    let low = (c[0] + c[1] * x) + (c[2] + c[3] * x) * x2;
    let high = (c[4] + c[5] * x) + (c[6] + c[7] * x) * x2;
    low + high * (x2 * x2)
}
