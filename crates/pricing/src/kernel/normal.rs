use super::elementary::exp_sum;

/// 1 / sqrt(2 pi).
const DENSITY_AT_ZERO: f64 = 0.398_942_280_401_432_7;

/// Where the map of the half line to -1..1 has its middle.
const MIDDLE: f64 = 6.0;
/// Beyond this the density is zero in an `f64`.
const FAR: f64 = 40.0;

/// (x + 6) (1 - N(x)) / n(x) by t = (x - 6) / (x + 6): interpolation in Chebyshev points for 0 <= x <= 40, within
/// 5.6e-17. The map is that of Shepherd and Laframboise (Mathematics of Computation 36, 1981).
const MILLS: [[f64; 4]; 6] = [
    [1.9485319307624096, -1.7571690543441034, 1.4261935116084032, -1.0375024310762333],
    [0.6717118214996277, -0.382712586670794, 0.18842804927367995, -0.07766866793770244],
    [0.02514103201037648, -0.005343142000192894, 8.23928887866569e-05, 0.0004546037497172988],
    [-0.00016230899263802774, 2.6941134667455356e-06, 1.7035109697617437e-05, -4.507071268791102e-06],
    [-1.0745589666084238e-06, 7.73130065954443e-07, 1.581982113318127e-08, -1.0563646434778253e-07],
    [7.353898823799447e-09, 1.2778931460863133e-08, -8.196583878162472e-10, -9.729854980047328e-10],
];

/// The normal density within 2^-51. Zero beyond |x| = 37.6, where the truth is under 1e-307.
#[inline(always)]
pub fn density(x: f64) -> f64 {
    // x^2 exactly, in two parts: the first 26 bits squared, and the rest.
    let high = f64::from_bits(x.to_bits() & 0xffff_ffff_f800_0000);
    let low = (x - high) * (x + high);
    exp_sum(-0.5 * high * high, -0.5 * low) * DENSITY_AT_ZERO
}

/// Mills' ratio (1 - N(x)) / n(x) for 0 <= x <= 40, within 2^-50. Beyond 40 the value at 40.
#[inline(always)]
pub fn mills(x: f64) -> f64 {
    let x = if x < FAR { x } else { FAR };
    let scale = 1.0 / (x + MIDDLE);
    let t = (x - MIDDLE) * scale;
    let (t2, t4) = (t * t, (t * t) * (t * t));
    let t8 = t4 * t4;
    let four = |c: &[f64; 4]| (c[0] + c[1] * t) + (c[2] + c[3] * t) * t2;
    let low = four(&MILLS[0]) + four(&MILLS[1]) * t4;
    let middle = four(&MILLS[2]) + four(&MILLS[3]) * t4;
    let high = four(&MILLS[4]) + four(&MILLS[5]) * t4;
    (low + (middle + high * t8) * t8) * scale
}

/// The normal distribution N(x): from -37.5 to zero within 2^-49 of itself, above within 2^-51 absolutely. Zero below
/// -37.6.
#[inline(always)]
pub fn distribution(x: f64) -> f64 {
    let far = x.abs();
    let tail = density(far) * mills(far);
    // NaN takes the second way and stays NaN.
    if x < 0.0 { tail } else { 1.0 - tail }
}
