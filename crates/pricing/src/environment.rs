use std::hint::black_box;

use crate::PricingError;

/// Whether the processor rounds to nearest, ties to even, and keeps numbers below the normal ones: asked once when an
/// executor starts, since both can be set from outside.
///
/// # Errors
/// [`PricingError::Environment`] if not.
pub fn check_environment() -> Result<(), PricingError> {
    let ulp = f64::EPSILON;
    // The compiler must not work these out: the processor is asked.
    let one = black_box(1.0);
    let even = one + black_box(ulp / 2.0) == 1.0;
    let odd = (one + black_box(ulp)) + black_box(ulp / 2.0) == 1.0 + 2.0 * ulp;
    let negative = -one - black_box(ulp / 2.0) == -1.0;
    let gradual = black_box(f64::MIN_POSITIVE) / black_box(4.0);
    let kept = gradual > 0.0 && gradual * black_box(4.0) == f64::MIN_POSITIVE;
    if even && odd && negative && kept { Ok(()) } else { Err(PricingError::Environment) }
}
