use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_store::Draft;
use gage_units::AccountNumber;
use serde::{Deserialize, Serialize};

use crate::liability::{BAND_KEEP_MS, OffenceKind, bonds, convict, deviates, is_convicted};
use crate::operations::Report;
use crate::state::{REPORTS, params};
use crate::statement::SignedStatement;
use crate::{Error, feed};

/// What proves an offence of a publisher.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Proof {
    /// Two signed statements for one feed and instant that differ in price or confidence.
    Equivocation {
        /// One.
        first: SignedStatement,
        /// The other.
        second: Box<SignedStatement>,
    },
    /// A signed statement that differs from the publisher's last report for the same instant here.
    Contradiction {
        /// The statement.
        statement: SignedStatement,
    },
    /// A signed statement, brought here or not, that lies outside every band around its instant.
    Deviation {
        /// The statement.
        statement: SignedStatement,
    },
}

/// Brings the proof of an offence; the publisher's bonds that stand for the feed are slashed. Anybody
/// may bring it, once. Reports made here by transactions are judged without it.
///
/// Precedence: the statements belong together; feed; signatures; proven before; nothing bonded; what is
/// said; for a deviation the time.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportEvidence {
    /// The proof.
    pub proof: Box<Proof>,
}

impl ReportEvidence {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        let Proof::Equivocation { first, second } = self.proof.as_ref() else { return Ok(()) };
        let (first, second) = (&first.statement, &second.statement);
        let key = |report: &Report| (report.feed, report.observed_at);
        if first.publisher != second.publisher || key(&first.report) != key(&second.report) {
            return Err(Error::NotSameInstant);
        }
        if differ(&first.report, &second.report) { Ok(()) } else { Err(Error::NoOffence) }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        ctx.account()?;
        let signed = self.statement();
        let report = &signed.statement.report;
        feed(draft, report.feed)?;
        let publisher = signed.verify(draft)?;
        if let Proof::Equivocation { second, .. } = self.proof.as_ref() {
            second.verify(draft)?;
        }
        if is_convicted(draft, report.feed, publisher, report.observed_at) {
            return Err(Error::AlreadyProven);
        }
        if bonds(draft, report.feed, publisher).is_empty() {
            return Err(Error::NothingBonded);
        }
        let kind = match self.proof.as_ref() {
            Proof::Equivocation { .. } => OffenceKind::Equivocation,
            Proof::Contradiction { .. } => {
                contradicts(draft, report, publisher)?;
                OffenceKind::Equivocation
            }
            Proof::Deviation { .. } => {
                is_outside(draft, ctx, report)?;
                OffenceKind::Deviation
            }
        };
        convict(draft, ctx, kind, report.feed, publisher, report.observed_at)
    }

    /// The statement that names publisher, feed and instant.
    fn statement(&self) -> &SignedStatement {
        match self.proof.as_ref() {
            Proof::Equivocation { first: statement, .. }
            | Proof::Contradiction { statement }
            | Proof::Deviation { statement } => statement,
        }
    }

    /// How many signatures are verified.
    pub(crate) fn signatures(&self) -> u64 {
        if matches!(*self.proof, Proof::Equivocation { .. }) { 2 } else { 1 }
    }

    pub(crate) fn describe(&self) -> String {
        let text = self.statement().statement.text();
        match self.proof.as_ref() {
            Proof::Equivocation { second, .. } => {
                format!("Prove that {text} was also signed as {}", second.statement.report.text())
            }
            Proof::Contradiction { .. } => format!("Prove that {text} contradicts what was reported here"),
            Proof::Deviation { .. } => format!("Prove that {text} lies outside the confirmed price"),
        }
    }
}

fn differ(first: &Report, second: &Report) -> bool {
    (first.price, first.confidence) != (second.price, second.confidence)
}

fn contradicts(draft: &Draft, stated: &Report, publisher: AccountNumber) -> Result<(), Error> {
    let known = REPORTS.get(draft, &(stated.feed, publisher));
    let known = known.filter(|known| known.observed_at == stated.observed_at).ok_or(Error::NoSuchReport)?;
    let differs = (known.price, known.confidence) != (stated.price, stated.confidence);
    if differs { Ok(()) } else { Err(Error::NoOffence) }
}

fn is_outside(draft: &Draft, ctx: &Context, stated: &Report) -> Result<(), Error> {
    let rules = params(draft).slashing;
    if ctx.time <= stated.observed_at.plus_ms(rules.window_ms)? {
        return Err(Error::TooEarlyToJudge);
    }
    // The bands before the instant must still be there: they could clear the accused.
    let age = ctx.time.since_ms(stated.observed_at)?;
    if age.saturating_add(rules.window_ms) > BAND_KEEP_MS {
        return Err(Error::TooOld);
    }
    match deviates(draft, stated.feed, stated.price, stated.observed_at, &rules)? {
        Some(true) => Ok(()),
        Some(false) => Err(Error::NoOffence),
        None => Err(Error::TooEarlyToJudge),
    }
}
