//! Generators for contract types of the ACTUS standard: terms in, dated events with payoffs and states out.
//!
//! Source: ACTUS Technical Specification 1.1 and dictionary 1.4. Where the specification leaves a question
//! open, the published reference results decide; `docs/actus.md` lists every such place.
//!
//! ```text
//!  terms + observations --schedule--> times --transition, payoff--> outcomes
//! ```
//! Amounts are fixed-point with eighteen places, rounded toward zero at every product.

mod annuity;
mod case;
mod claims;

mod compare;
mod composed;
mod credit;
mod cycle;
mod days;
mod error;
mod event;
mod loan;
mod loan_events;
mod loan_schedule;
mod maturity;
mod observed;
mod reader;
mod simple;
mod swap;
mod terms;

use gage_calendar::Moment;

pub use case::{Case, Expected, NamedCase};
pub use claims::as_claim;

pub use compare::{Difference, compare};
pub use cycle::Cycle;
pub use days::Days;
pub use error::ActusError;
pub use event::{EventType, Outcome, State};
pub use observed::{Observed, ObservedEvent};
pub use terms::{Arrays, Child, Cyclic, Reference, Role, Terms};

/// The contract types that have a generator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(clippy::upper_case_acronyms, reason = "the names are those of the standard")]
pub enum ContractType {
    /// Principal at maturity.
    PAM,
    /// Linear amortizer.
    LAM,
    /// Negative amortizer.
    NAM,
    /// Annuity.
    ANN,
    /// Exotic linear amortizer.
    LAX,
    /// Call money.
    CLM,
    /// Undefined maturity profile.
    UMP,
    /// Cash.
    CSH,
    /// Stock.
    STK,
    /// Commodity.
    COM,
    /// Foreign exchange outright.
    FXOUT,
    /// Plain vanilla interest rate swap.
    SWPPV,
    /// Swap of any two contracts.
    SWAPS,
    /// Cap and floor.
    CAPFL,
    /// Option.
    OPTNS,
    /// Future.
    FUTUR,
    /// Credit enhancement: guarantee.
    CEG,
    /// Credit enhancement: collateral.
    CEC,
}

impl ContractType {
    /// Every type, in the order of the standard's taxonomy.
    pub const ALL: [ContractType; 18] = [
        ContractType::PAM,
        ContractType::LAM,
        ContractType::NAM,
        ContractType::ANN,
        ContractType::LAX,
        ContractType::CLM,
        ContractType::UMP,
        ContractType::CSH,
        ContractType::STK,
        ContractType::COM,
        ContractType::FXOUT,
        ContractType::SWPPV,
        ContractType::SWAPS,
        ContractType::CAPFL,
        ContractType::OPTNS,
        ContractType::FUTUR,
        ContractType::CEG,
        ContractType::CEC,
    ];

    /// Its acronym.
    pub const fn name(self) -> &'static str {
        match self {
            ContractType::PAM => "PAM",
            ContractType::LAM => "LAM",
            ContractType::NAM => "NAM",
            ContractType::ANN => "ANN",
            ContractType::LAX => "LAX",
            ContractType::CLM => "CLM",
            ContractType::UMP => "UMP",
            ContractType::CSH => "CSH",
            ContractType::STK => "STK",
            ContractType::COM => "COM",
            ContractType::FXOUT => "FXOUT",
            ContractType::SWPPV => "SWPPV",
            ContractType::SWAPS => "SWAPS",
            ContractType::CAPFL => "CAPFL",
            ContractType::OPTNS => "OPTNS",
            ContractType::FUTUR => "FUTUR",
            ContractType::CEG => "CEG",
            ContractType::CEC => "CEC",
        }
    }

    /// The type of an acronym.
    pub fn parse(text: &str) -> Option<ContractType> {
        ContractType::ALL.into_iter().find(|kind| kind.name() == text)
    }
}

/// The events of a contract after its status date and up to `to` (all of them if absent), with payoffs and states.
///
/// # Errors
/// See [`ActusError`].
pub fn events(terms: &Terms, observed: &Observed, to: Option<Moment>) -> Result<Vec<Outcome>, ActusError> {
    match terms.contract_type {
        ContractType::PAM
        | ContractType::LAM
        | ContractType::NAM
        | ContractType::ANN
        | ContractType::LAX
        | ContractType::CLM
        | ContractType::UMP => loan::events(terms, observed, to),
        ContractType::CSH => simple::cash(terms, observed, to),
        ContractType::STK => simple::stock(terms, observed, to),
        ContractType::COM => simple::commodity(terms, to),
        ContractType::FXOUT => simple::exchange(terms, observed, to),
        ContractType::SWPPV => swap::events(terms, observed, to),
        ContractType::SWAPS => composed::swap(terms, observed, to),
        ContractType::CAPFL => composed::cap_floor(terms, observed, to),
        ContractType::OPTNS => composed::option(terms, observed, to),
        ContractType::FUTUR => composed::future(terms, observed, to),
        ContractType::CEG | ContractType::CEC => credit::events(terms, observed, to),
    }
}

/// Whether an event lies in the analysis: after the status date, and not after `to`.
fn in_window(terms: &Terms, to: Option<Moment>, time: Moment) -> bool {
    terms.status_date < time && to.is_none_or(|to| time <= to)
}
