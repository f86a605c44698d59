use gage_calendar::DayCount;
use gage_units::Amount;
use serde::{Deserialize, Serialize};

use crate::{Name, Number, TermsError};

/// The most members of a list of a deal.
pub const LISTS_MAX: usize = 256;
/// The longest planned schedule.
const PLAN_MAX: usize = 1_200;

/// A deal: a document that a structurer can read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deal {
    /// What people call it.
    pub name: Name,
    /// Accounts that hold cash, such as reserves. `interest` and `principal` take the collections.
    pub accounts: Vec<Name>,
    /// Fees.
    #[serde(default)]
    pub fees: Vec<Fee>,
    /// Tranches, the most senior first.
    pub tranches: Vec<Tranche>,
    /// Tests that actions may depend on.
    #[serde(default)]
    pub tests: Vec<Test>,
    /// What is done on a payment date, in order.
    pub actions: Vec<Action>,
}

/// A fee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    /// To whom, or for what.
    pub name: Name,
    /// How much.
    pub basis: FeeBasis,
}

/// What a fee is reckoned on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeBasis {
    /// The same every date.
    Fixed(Amount),
    /// A yearly rate on the pool at the start of the period.
    OfPool(Number, DayCount),
}

/// A class of notes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tranche {
    /// Its name.
    pub name: Name,
    /// What is owed at the start; nothing for one that gets interest only.
    pub balance: Amount,
    /// Its interest.
    pub coupon: Coupon,
    /// How days are counted.
    pub day_count: DayCount,
    /// Tranches on whose balances its interest is reckoned instead of its own: interest only.
    #[serde(default)]
    pub notional_of: Vec<Name>,
    /// Whether interest that was not paid earns interest.
    #[serde(default)]
    pub interest_on_interest: bool,
    /// What it shall owe after each date: a planned amortisation, with others as its support.
    #[serde(default)]
    pub plan: Vec<Amount>,
}

/// The interest of a tranche, a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coupon {
    /// Principal only, or equity.
    None,
    /// One rate.
    Fixed(Number),
    /// A published rate and a margin, between a floor and a cap.
    Floating {
        /// The published rate.
        index: Name,
        /// Added to it.
        margin: Number,
        /// The most.
        cap: Option<Number>,
        /// The least.
        floor: Option<Number>,
    },
    /// Rates from dates with numbers on, from 1, in order.
    Step(Vec<(u32, Number)>),
}

/// A test of cover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// Pool and principal cash over what this tranche and those before it owe, at least.
    Overcollateralisation {
        /// Its name.
        name: Name,
        /// The last tranche that is covered.
        down_to: Name,
        /// The least cover.
        minimum: Number,
    },
    /// Interest after fees over what is due to this tranche and those before it, at least.
    InterestCover {
        /// Its name.
        name: Name,
        /// The last tranche that is covered.
        down_to: Name,
        /// The least cover.
        minimum: Number,
    },
}

/// One thing that is done on a payment date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// What is paid.
    pub pay: Pay,
    /// Out of which account.
    pub from: Name,
    /// To which fees, tranches or accounts.
    pub to: Vec<Name>,
    /// In which order, if there are several.
    #[serde(default)]
    pub sequence: Sequence,
    /// Within which limit.
    #[serde(default)]
    pub limit: Limit,
    /// When; always if absent.
    #[serde(default)]
    pub when: When,
}

/// What an action pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pay {
    /// Fees that are due.
    Fee,
    /// Interest that is due, with what was not paid before.
    Interest,
    /// Principal, up to what is owed.
    Principal,
    /// Principal, down to the plan.
    PlannedPrincipal,
    /// Interest that is due is added to what is owed, and its cash goes on to the account named last in `to`: an
    /// accrual tranche.
    Accrue,
    /// Losses written off a tranche are made good: cash goes on to the account named last in `to`.
    CureDeficiency,
    /// Cash into accounts.
    Transfer,
    /// All that is left, to tranches or fees.
    Residual,
}

/// The order among several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sequence {
    /// The first in full, then the next.
    #[default]
    InOrder,
    /// Each in proportion to what is due to it.
    ProRata,
}

/// How much an action may take.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// What is there.
    #[default]
    Available,
    /// No more than this.
    AtMost(Amount),
    /// No more than this part of what is there.
    PartOf(Number),
    /// So much stays in the account.
    Leave(Amount),
    /// No more than fills the account to this.
    FillTo(Amount),
    /// No more than fills the account to this part of what all tranches owe.
    FillToPart(Number),
}

/// When an action is done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// On every date.
    #[default]
    Always,
    /// While a test passes.
    Passes(Name),
    /// While it fails.
    Fails(Name),
    /// Before a date with a number, from 1.
    Before(u32),
    /// From a date with a number on.
    From(u32),
}

impl Test {
    /// Its name.
    pub fn name(&self) -> &Name {
        match self {
            Test::Overcollateralisation { name, .. } | Test::InterestCover { name, .. } => name,
        }
    }
}

impl Deal {
    /// The place of a tranche.
    pub fn tranche(&self, name: &Name) -> Option<usize> {
        self.tranches.iter().position(|tranche| tranche.name == *name)
    }

    /// The place of a fee.
    pub fn fee(&self, name: &Name) -> Option<usize> {
        self.fees.iter().position(|fee| fee.name == *name)
    }

    /// The place of an account.
    pub fn account(&self, name: &Name) -> Option<usize> {
        self.accounts.iter().position(|account| account == name)
    }

    /// Whether every name leads somewhere and stands once, no list is too long, and no rate is negative.
    ///
    /// # Errors
    /// [`TermsError::BadList`].
    pub fn validate(&self) -> Result<(), TermsError> {
        let lists = [self.accounts.len(), self.fees.len(), self.tranches.len(), self.tests.len(), self.actions.len()];
        let short = lists.iter().all(|length| *length <= LISTS_MAX) && !self.tranches.is_empty();
        let mut names: Vec<&Name> = self.accounts.iter().collect();
        names.extend(self.fees.iter().map(|fee| &fee.name));
        names.extend(self.tranches.iter().map(|tranche| &tranche.name));
        names.extend(self.tests.iter().map(Test::name));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        let good = short
            && names.len() == count
            && self.tranches.iter().all(|tranche| self.is_good_tranche(tranche))
            && self.tests.iter().all(|test| self.is_good_test(test))
            && self.actions.iter().all(|action| self.is_good_action(action));
        if good { Ok(()) } else { Err(TermsError::BadList) }
    }

    fn is_good_tranche(&self, tranche: &Tranche) -> bool {
        let coupon = match &tranche.coupon {
            Coupon::None => true,
            Coupon::Fixed(rate) => !rate.is_negative(),
            // A floor of nothing keeps the interest from turning round.
            Coupon::Floating { floor, .. } => floor.is_some_and(|floor| !floor.is_negative()),
            Coupon::Step(steps) => {
                let rising = steps.iter().zip(steps.iter().skip(1)).all(|(a, b)| a.0 < b.0);
                !steps.is_empty()
                    && steps.len() <= LISTS_MAX
                    && rising
                    && steps.iter().all(|step| !step.1.is_negative())
            }
        };
        let notional = tranche.notional_of.len() <= LISTS_MAX
            && tranche.notional_of.iter().all(|name| *name != tranche.name && self.tranche(name).is_some());
        let plan = tranche.plan.len() <= PLAN_MAX && tranche.plan.is_sorted_by(|a, b| a >= b);
        coupon && notional && plan
    }

    fn is_good_test(&self, test: &Test) -> bool {
        match test {
            Test::Overcollateralisation { down_to, minimum, .. } | Test::InterestCover { down_to, minimum, .. } => {
                self.tranche(down_to).is_some() && !minimum.is_negative()
            }
        }
    }

    fn is_good_action(&self, action: &Action) -> bool {
        let to_all = |known: &dyn Fn(&Name) -> bool| action.to.iter().all(known);
        let tranches_then_account = |action: &Action| match action.to.split_last() {
            Some((last, tranches)) => {
                self.account(last).is_some()
                    && !tranches.is_empty()
                    && tranches.iter().all(|name| self.tranche(name).is_some())
            }
            None => false,
        };
        let targets = match action.pay {
            Pay::Fee => to_all(&|name| self.fee(name).is_some()),
            Pay::Interest | Pay::Principal | Pay::PlannedPrincipal => to_all(&|name| self.tranche(name).is_some()),
            Pay::Accrue | Pay::CureDeficiency => tranches_then_account(action),
            Pay::Transfer => to_all(&|name| self.account(name).is_some() && *name != action.from),
            Pay::Residual => to_all(&|name| self.tranche(name).is_some() || self.fee(name).is_some()),
        };
        let when = match &action.when {
            When::Passes(test) | When::Fails(test) => self.tests.iter().any(|other| other.name() == test),
            When::Always | When::Before(_) | When::From(_) => true,
        };
        let limit = match action.limit {
            Limit::PartOf(part) | Limit::FillToPart(part) => part >= Number::ZERO && part <= Number::ONE,
            _ => true,
        };
        let short = !action.to.is_empty() && action.to.len() <= LISTS_MAX;
        short && targets && when && limit && self.account(&action.from).is_some()
    }
}
