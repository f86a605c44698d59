use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::MathError;

/// Milliseconds since 1970-01-01 UTC; the only clock is a block's timestamp.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// Later by `ms` milliseconds. # Errors [`MathError::Overflow`].
    pub fn plus_ms(self, ms: u64) -> Result<Timestamp, MathError> {
        self.0.checked_add(ms).map(Timestamp).ok_or(MathError::Overflow)
    }

    /// Later by `seconds`. # Errors [`MathError::Overflow`].
    pub fn plus_seconds(self, seconds: u64) -> Result<Timestamp, MathError> {
        self.plus_ms(seconds.checked_mul(1000).ok_or(MathError::Overflow)?)
    }

    /// Milliseconds since `earlier`. # Errors [`MathError::Underflow`] if `earlier` is later.
    pub fn since_ms(self, earlier: Timestamp) -> Result<u64, MathError> {
        self.0.checked_sub(earlier.0).ok_or(MathError::Underflow)
    }

    /// The whole second this instant lies in; interest accrues between whole seconds.
    pub const fn seconds(self) -> u64 {
        // A division by a constant that is not zero.
        match self.0.checked_div(1000) {
            Some(seconds) => seconds,
            None => 0,
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of a block; genesis is 0.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
#[serde(transparent)]
pub struct Height(pub u64);

impl Height {
    /// The genesis state.
    pub const GENESIS: Height = Height(0);

    /// The height above. # Errors [`MathError::Overflow`].
    pub fn next(self) -> Result<Height, MathError> {
        self.0.checked_add(1).map(Height).ok_or(MathError::Overflow)
    }
}

impl fmt::Display for Height {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
