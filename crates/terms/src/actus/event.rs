//! Events and the state they change.

use std::fmt;

use gage_calendar::Moment;

use crate::Number;

/// What happens, in the order in which events of one moment happen (dictionary, event types; the amount of the
/// next redemption is fixed last, after the rates it depends on).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names are those of the ACTUS dictionary, which describes them")]
pub enum EventType {
    IED,
    FP,
    PR,
    PI,
    PY,
    PP,
    IP,
    IPFX,
    IPFL,
    IPCI,
    CE,
    RRF,
    RR,
    PRF,
    DV,
    PRD,
    MR,
    TD,
    SC,
    IPCB,
    MD,
    XD,
    STD,
    AD,
}

impl EventType {
    /// Its name in the files.
    pub const fn name(self) -> &'static str {
        match self {
            EventType::IED => "IED",
            EventType::FP => "FP",
            EventType::PR => "PR",
            EventType::PI => "PI",
            EventType::PY => "PY",
            EventType::PP => "PP",
            EventType::IP => "IP",
            EventType::IPFX => "IPFX",
            EventType::IPFL => "IPFL",
            EventType::IPCI => "IPCI",
            EventType::CE => "CE",
            EventType::RRF => "RRF",
            EventType::RR => "RR",
            EventType::PRF => "PRF",
            EventType::DV => "DV",
            EventType::PRD => "PRD",
            EventType::MR => "MR",
            EventType::TD => "TD",
            EventType::SC => "SC",
            EventType::IPCB => "IPCB",
            EventType::MD => "MD",
            EventType::XD => "XD",
            EventType::STD => "STD",
            EventType::AD => "AD",
        }
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An event of a schedule, before it is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scheduled {
    /// When it happens.
    pub time: Moment,
    /// What happens.
    pub kind: EventType,
    /// The time of the schedule, before it was moved to a business day.
    pub scheduled: Moment,
    /// Which leg, row or amount of several, where the type has more than one.
    pub part: u16,
}

/// The state variables of a contract (dictionary, states), those that any type here needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// `Sd`: as of when the state is.
    pub at: Moment,
    /// `Nt`: outstanding notional, with the role's sign.
    pub notional: Number,
    /// `Ipnr`: the rate.
    pub rate: Number,
    /// `Ipac`: interest accrued and not yet paid.
    pub accrued: Number,
    /// `Ipac2`: that of a swap's second leg.
    pub accrued2: Number,
    /// `Feac`: fees accrued.
    pub fee: Number,
    /// `Nsc`: what scales principal.
    pub notional_scaling: Number,
    /// `Isc`: what scales interest.
    pub interest_scaling: Number,
    /// `Prnxt`: the next redemption.
    pub next_principal: Number,
    /// `Ipcb`: what interest accrues on.
    pub base: Number,
    /// `Xd`: when it was exercised.
    pub exercise_date: Option<Moment>,
    /// `Xa`: the amount exercised.
    pub exercise_amount: Number,
}

impl State {
    /// Nothing yet.
    pub fn new(at: Moment) -> State {
        State {
            at,
            notional: Number::ZERO,
            rate: Number::ZERO,
            accrued: Number::ZERO,
            accrued2: Number::ZERO,
            fee: Number::ZERO,
            notional_scaling: Number::ONE,
            interest_scaling: Number::ONE,
            next_principal: Number::ZERO,
            base: Number::ZERO,
            exercise_date: None,
            exercise_amount: Number::ZERO,
        }
    }
}

/// What an event did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// When.
    pub time: Moment,
    /// What.
    pub kind: EventType,
    /// What flows to the party that keeps the books; out if negative.
    pub payoff: Number,
    /// In which currency.
    pub currency: String,
    /// The state after.
    pub state: State,
}
