use crate::TermsError;

/// How much work a run may still do. One unit is one part of a contract that is visited, asked or copied, or one moment
/// of a row: a run costs in proportion to what it spends, whatever the contract says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    left: u64,
}

impl Work {
    /// So much and no more.
    pub const fn new(units: u64) -> Work {
        Work { left: units }
    }

    /// What was not spent.
    pub const fn left(self) -> u64 {
        self.left
    }

    /// Takes some of it.
    ///
    /// # Errors
    /// [`TermsError::TooMuchWork`] if there is not enough; then nothing is left.
    pub fn spend(&mut self, units: u64) -> Result<(), TermsError> {
        let left = self.left.checked_sub(units);
        self.left = left.unwrap_or(0);
        left.map(|_| ()).ok_or(TermsError::TooMuchWork)
    }

    /// Takes what counting finds.
    ///
    /// # Errors
    /// Those of counting, [`TermsError::TooMuchWork`].
    pub(crate) fn spend_on(
        &mut self,
        count: impl FnOnce(&mut usize) -> Result<(), TermsError>,
    ) -> Result<(), TermsError> {
        let mut nodes = 0;
        count(&mut nodes)?;
        self.spend(u64::try_from(nodes).unwrap_or(u64::MAX))
    }
}
