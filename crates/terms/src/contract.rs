use gage_calendar::Moment;
use serde::{Deserialize, Serialize};

use crate::{Claim, Name, TermsError};

/// The most legs of one contract.
pub const LEGS_MAX: usize = 64;
/// The longest title.
pub const TITLE_MAX: usize = 120;

/// Who owes whom what. A contract that runs is the same with what is left of its claims.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// What people call it: printable ASCII.
    pub title: String,
    /// When its claims are acquired; later, to when it was stepped.
    pub from: Moment,
    /// Its claims.
    pub legs: Vec<Leg>,
}

/// One claim and its two sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leg {
    /// Who owes it.
    pub obligor: Name,
    /// Who holds it.
    pub holder: Name,
    /// What it is.
    pub claim: Claim,
}

impl Contract {
    /// Whether it is within all limits.
    ///
    /// # Errors
    /// [`TermsError::TooLarge`], [`TermsError::TooDeep`], [`TermsError::BadList`], [`TermsError::SameParty`],
    /// [`TermsError::BadRepeat`].
    pub fn validate(&self) -> Result<(), TermsError> {
        let title = self.title.len() <= TITLE_MAX && is_title(&self.title);
        if self.legs.is_empty() || self.legs.len() > LEGS_MAX || !title {
            return Err(TermsError::BadList);
        }
        let mut nodes = 0;
        for leg in &self.legs {
            if leg.obligor == leg.holder {
                return Err(TermsError::SameParty);
            }
            leg.claim.measure(0, &mut nodes)?;
        }
        Ok(())
    }

    /// Whether nothing is left of it.
    pub fn is_over(&self) -> bool {
        self.legs.iter().all(|leg| leg.claim.is_zero())
    }
}

/// Printable ASCII without the quote that would end it.
pub(crate) fn is_title(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'"')
}
