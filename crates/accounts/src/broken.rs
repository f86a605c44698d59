//! The fault that must never happen: an invariant does not hold.

use thiserror::Error;

/// An invariant that failed, by the name under which its module's `lib.rs` lists it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("invariant {invariant} of module {module} does not hold: {detail}")]
pub struct Broken {
    /// The module.
    pub module: &'static str,
    /// The invariant's name.
    pub invariant: &'static str,
    /// What was found, with the figures.
    pub detail: String,
}

impl Broken {
    /// Passes if `holds`, otherwise names what is broken.
    ///
    /// # Errors
    /// A [`Broken`] with the text of `detail`.
    pub fn unless(
        holds: bool,
        module: &'static str,
        invariant: &'static str,
        detail: impl FnOnce() -> String,
    ) -> Result<(), Broken> {
        if holds { Ok(()) } else { Err(Broken { module, invariant, detail: detail() }) }
    }
}
