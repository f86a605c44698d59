//! The widest vectors of the processor, for loops over rows.

/// Runs a loop compiled for the widest vectors that are there. It must be `#[inline(always)]` down to the kernels, or it
/// stays as narrow as it was. No vector changes a bit: the compiler fuses and reorders nothing.
#[inline(always)]
pub(crate) fn widest<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::is_x86_feature_detected as has;
        if has!("avx512f") && has!("avx512dq") && has!("avx512vl") && has!("avx512bw") {
            #[allow(unsafe_code, reason = "the only condition of the call is that the processor has these vectors")]
            // SAFETY: all four features were found in the line above.
            return unsafe { with_avx512(work) };
        }
        if has!("avx2") {
            #[allow(unsafe_code, reason = "the only condition of the call is that the processor has these vectors")]
            // SAFETY: the feature was found in the line above.
            return unsafe { with_avx2(work) };
        }
    }
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw")]
fn with_avx512<R>(work: impl FnOnce() -> R) -> R {
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2<R>(work: impl FnOnce() -> R) -> R {
    work()
}
