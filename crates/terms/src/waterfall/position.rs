use std::collections::BTreeMap;

use gage_calendar::Date;
use gage_units::Amount;
use serde::{Deserialize, Serialize};

use super::Deal;
use crate::{Name, Number};

/// Where a deal stands after a payment date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// How many dates were.
    pub period: u32,
    /// To when interest has accrued.
    pub date: Date,
    /// What the accounts hold, in their order.
    pub cash: Vec<Amount>,
    /// Fees due and not paid, in their order.
    pub fees_due: Vec<Amount>,
    /// The tranches, in their order.
    pub tranches: Vec<Outstanding>,
    /// What the pool owes.
    pub pool: Amount,
}

/// What is owed to a tranche.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outstanding {
    /// Principal.
    pub balance: Amount,
    /// Interest due and not paid.
    pub interest_due: Amount,
    /// Losses of the pool that were booked to it and are not made good.
    pub deficiency: Amount,
}

/// What a pool has brought in since the last date, and what was observed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collections {
    /// The payment date.
    pub date: Date,
    /// Interest.
    pub interest: Amount,
    /// Principal, with recoveries.
    pub principal: Amount,
    /// Losses realised.
    pub losses: Amount,
    /// What the pool owes now.
    pub pool: Amount,
    /// Published rates.
    #[serde(default)]
    pub rates: BTreeMap<Name, Number>,
}

/// What a payment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum FlowKind {
    Fee,
    Interest,
    Principal,
    Transfer,
    Residual,
}

/// One payment of a date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// The number of the action, from 0.
    pub action: u32,
    /// Out of which account.
    pub from: Name,
    /// To which fee, tranche or account.
    pub to: Name,
    /// What it is.
    pub kind: FlowKind,
    /// How much, above nothing.
    pub amount: Amount,
}

/// How a test came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestResult {
    /// Its name.
    pub name: Name,
    /// What covers.
    pub cover: Amount,
    /// What is covered.
    pub covered: Amount,
    /// Whether it passes.
    pub passes: bool,
}

/// The report of a payment date: anyone who runs the deal on the same collections gets the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentReport {
    /// The payments, in the order of the actions.
    pub flows: Vec<Flow>,
    /// The tests, in the order of the deal.
    pub tests: Vec<TestResult>,
    /// Interest that fell due, by tranche.
    pub interest_accrued: Vec<Amount>,
    /// Losses booked, by tranche.
    pub losses_booked: Vec<Amount>,
    /// Losses that no tranche was left to bear.
    pub losses_unborne: Amount,
    /// Where the deal stands then.
    pub position: Position,
}

impl Position {
    /// At the start of a deal.
    pub fn start(deal: &Deal, date: Date, pool: Amount) -> Position {
        let owed = |balance: Amount| Outstanding { balance, ..Outstanding::default() };
        Position {
            period: 0,
            date,
            cash: vec![Amount::ZERO; deal.accounts.len()],
            fees_due: vec![Amount::ZERO; deal.fees.len()],
            tranches: deal.tranches.iter().map(|tranche| owed(tranche.balance)).collect(),
            pool,
        }
    }
}
