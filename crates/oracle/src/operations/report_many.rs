use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use super::Report;
use crate::Error;

/// The most reports of one operation.
pub const REPORTS_MAX: usize = 64;

/// Reports several feeds at once; all are taken or none.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportMany {
    /// The reports, at most [`REPORTS_MAX`], each of another feed, in ascending order of feeds.
    pub reports: Vec<Report>,
}

impl ReportMany {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.reports.is_empty() {
            return Err(Error::EmptyList);
        }
        if self.reports.len() > REPORTS_MAX {
            return Err(Error::ListTooLong);
        }
        for (report, next) in self.reports.iter().zip(self.reports.iter().skip(1)) {
            if report.feed >= next.feed {
                return Err(Error::NamedTwice(next.feed));
            }
        }
        self.reports.iter().try_for_each(Report::validate)
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let publisher = ctx.account()?;
        self.reports.iter().try_for_each(|report| report.apply_by(draft, ctx, publisher))
    }

    pub(crate) fn describe(&self) -> String {
        let reports: Vec<String> = self.reports.iter().map(Report::text).collect();
        format!("Report {}", reports.join("; "))
    }
}
