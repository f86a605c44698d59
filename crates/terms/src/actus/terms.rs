//! The terms of a contract, typed. Names are those of the standard's dictionary.

use gage_calendar::{Moment, Period};
use serde_json::Value;

use super::cycle::Cycle;
use super::days::Days;
use super::reader::Reader;
use super::{ActusError, ContractType};
use crate::Number;

/// How deep contracts may be nested.
pub(super) const DEPTH_MAX: u8 = 4;
/// The most contracts inside one.
const CHILDREN_MAX: usize = 64;

/// The side of the party that keeps the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Role {
    /// Whether what is paid flows out.
    pub pays: bool,
    /// Whether it receives the first (or fixed) leg of a swap.
    pub receives_first: bool,
}

impl Role {
    fn parse(text: &str) -> Option<Role> {
        let pays = match text {
            "RPA" | "LG" | "BUY" | "RFL" | "RF" | "COL" | "CNO" | "OBL" | "UDL" | "UDLP" | "FIL" | "COVE" | "COVI" => {
                false
            }
            "RPL" | "ST" | "SEL" | "PFL" | "PF" | "GUA" | "UDLM" => true,
            _ => return None,
        };
        Some(Role { pays, receives_first: !pays })
    }

    /// `number` with the role's sign.
    pub fn sign(self, number: Number) -> Result<Number, ActusError> {
        Ok(if self.pays { number.negate()? } else { number })
    }
}

/// Where a row of events starts and how it repeats.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cyclic {
    /// The first.
    pub anchor: Option<Moment>,
    /// The cycle.
    pub cycle: Option<Cycle>,
}

impl Cyclic {
    /// Whether there is a row at all.
    pub fn is_set(&self) -> bool {
        self.anchor.is_some() || self.cycle.is_some()
    }

    /// The first time: the anchor, or one cycle after `base`.
    pub fn start(&self, base: Option<Moment>, month_ends: bool) -> Result<Option<Moment>, ActusError> {
        match (self.anchor, self.cycle, base) {
            (Some(anchor), ..) => Ok(Some(anchor)),
            (None, Some(cycle), Some(base)) => Ok(Some(cycle.after(base, 1, month_ends)?)),
            _ => Ok(None),
        }
    }
}

/// What a contract refers to.
#[derive(Clone, Debug)]
pub enum Reference {
    /// Another contract.
    Contract(Box<Terms>),
    /// A price in the market.
    MarketObject(String),
    /// A contract known by name only.
    ContractId(String),
}

/// A reference and its role in the structure.
#[derive(Clone, Debug)]
pub struct Child {
    /// `FIL`, `SEL`, `UDL`, `COVE` or `COVI`.
    pub role: String,
    /// What it is.
    pub reference: Reference,
}

/// The terms.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names are those of the ACTUS dictionary, which describes them")]
pub struct Terms {
    pub contract_type: ContractType,
    pub contract_id: String,
    pub role: Role,
    pub currency: String,
    pub currency2: Option<String>,
    pub settlement_currency: Option<String>,
    pub days: Days,
    pub status_date: Moment,
    pub initial_exchange_date: Option<Moment>,
    pub maturity_date: Option<Moment>,
    pub amortization_date: Option<Moment>,
    pub purchase_date: Option<Moment>,
    pub termination_date: Option<Moment>,
    pub capitalization_end_date: Option<Moment>,
    pub exercise_date: Option<Moment>,
    pub notional: Option<Number>,
    pub notional2: Option<Number>,
    pub premium_discount: Number,
    pub price_at_purchase: Number,
    pub price_at_termination: Number,
    pub quantity: Number,
    pub rate: Option<Number>,
    pub rate2: Option<Number>,
    pub accrued: Option<Number>,
    pub accrued2: Option<Number>,
    pub interest: Cyclic,
    pub principal: Cyclic,
    pub next_principal: Option<Number>,
    pub base: Option<String>,
    pub base_amount: Option<Number>,
    pub base_cycle: Cyclic,
    pub reset: Cyclic,
    pub reset_code: Option<String>,
    pub reset_multiplier: Number,
    pub reset_spread: Number,
    pub next_reset: Option<Number>,
    pub life_cap: Option<Number>,
    pub life_floor: Option<Number>,
    pub period_cap: Option<Number>,
    pub period_floor: Option<Number>,
    pub fixing_period: Option<Period>,
    pub fee: Cyclic,
    pub fee_rate: Option<Number>,
    pub fee_by_notional: bool,
    pub fee_accrued: Option<Number>,
    pub scaling: Cyclic,
    pub scaling_code: Option<String>,
    pub scaling_index: Option<Number>,
    pub scales_interest: bool,
    pub scales_notional: bool,
    pub interest_scaling: Number,
    pub notional_scaling: Number,
    pub dividend: Cyclic,
    pub dividend_code: Option<String>,
    pub next_dividend: Option<Number>,
    pub prepays: bool,
    pub penalty_type: Option<String>,
    pub penalty_rate: Number,
    pub notice: Option<Period>,
    pub settlement_period: Option<Period>,
    pub settles_net: bool,
    pub option_type: Option<String>,
    pub option_exercise: Option<String>,
    pub strike: Option<Number>,
    pub strike2: Option<Number>,
    pub futures_price: Option<Number>,
    pub exercise_amount: Option<Number>,
    pub coverage: Number,
    pub guaranteed_exposure: Option<String>,
    pub credit_events: Vec<String>,
    pub market_object: Option<String>,
    pub arrays: Arrays,
    pub children: Vec<Child>,
}

/// The terms that are lists, for the exotic linear amortizer.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the names are those of the ACTUS dictionary, which describes them")]
pub struct Arrays {
    pub interest_anchors: Vec<Moment>,
    pub interest_cycles: Vec<Cycle>,
    pub principal_anchors: Vec<Moment>,
    pub principal_cycles: Vec<Cycle>,
    pub principal_payments: Vec<Number>,
    pub increase: Vec<bool>,
    pub reset_anchors: Vec<Moment>,
    pub reset_cycles: Vec<Cycle>,
    pub rates: Vec<Number>,
    pub fixed: Vec<bool>,
}

impl Terms {
    /// Reads the terms of one contract.
    ///
    /// # Errors
    /// [`ActusError::Missing`], [`ActusError::BadTerm`], [`ActusError::TooDeep`].
    pub fn read(value: &Value) -> Result<Terms, ActusError> {
        Terms::read_at(value, 0)
    }

    fn read_at(value: &Value, depth: u8) -> Result<Terms, ActusError> {
        if depth > DEPTH_MAX {
            return Err(ActusError::TooDeep);
        }
        let terms = Reader::new(value)?;
        let bad = |term: &'static str, value: String| ActusError::BadTerm { term, value };
        let kind = terms.text("contractType").ok_or(ActusError::Missing("contractType"))?;
        let contract_type = ContractType::parse(&kind).ok_or_else(|| bad("contractType", kind))?;
        let role = terms.text("contractRole").unwrap_or_else(|| "RPA".to_owned());
        let role = Role::parse(&role).ok_or_else(|| bad("contractRole", role))?;
        let cyclic = |anchor: &'static str, cycle: &'static str| {
            Ok::<Cyclic, ActusError>(Cyclic { anchor: terms.moment(anchor)?, cycle: terms.cycle(cycle)? })
        };
        let number_or =
            |term: &'static str, default: Number| Ok::<Number, ActusError>(terms.number(term)?.unwrap_or(default));
        let period =
            |term: &'static str| Ok::<Option<Period>, ActusError>(terms.cycle(term)?.map(|cycle| cycle.period));
        let scaling = terms.text("scalingEffect").unwrap_or_default();
        let delivery = terms.text("deliverySettlement");
        let dividend = Cyclic {
            anchor: terms.moment("cycleAnchorDateOfDividendPayment")?.or(terms.moment("cycleAnchorDateOfDividend")?),
            cycle: terms.cycle("cycleOfDividendPayment")?.or(terms.cycle("cycleOfDividend")?),
        };
        let effect = terms.text("prepaymentEffect").unwrap_or_else(|| "N".to_owned());
        Ok(Terms {
            contract_type,
            contract_id: terms.text("contractID").or(terms.text("contractIdentifier")).unwrap_or_default(),
            role,
            currency: terms.text("currency").unwrap_or_default(),
            currency2: terms.text("currency2"),
            settlement_currency: terms.text("settlementCurrency"),
            days: Days::read(terms)?,
            status_date: terms.moment("statusDate")?.ok_or(ActusError::Missing("statusDate"))?,
            initial_exchange_date: terms.moment("initialExchangeDate")?,
            maturity_date: terms.moment("maturityDate")?,
            amortization_date: terms.moment("amortizationDate")?,
            purchase_date: terms.moment("purchaseDate")?,
            termination_date: terms.moment("terminationDate")?,
            capitalization_end_date: terms.moment("capitalizationEndDate")?,
            exercise_date: terms.moment("exerciseDate")?,
            notional: terms.number("notionalPrincipal")?,
            notional2: terms.number("notionalPrincipal2")?,
            premium_discount: number_or("premiumDiscountAtIED", Number::ZERO)?,
            price_at_purchase: number_or("priceAtPurchaseDate", Number::ZERO)?,
            price_at_termination: number_or("priceAtTerminationDate", Number::ZERO)?,
            quantity: number_or("quantity", Number::ONE)?,
            rate: terms.number("nominalInterestRate")?,
            rate2: terms.number("nominalInterestRate2")?,
            accrued: terms.number("accruedInterest")?,
            accrued2: terms.number("accruedInterest2")?,
            interest: cyclic("cycleAnchorDateOfInterestPayment", "cycleOfInterestPayment")?,
            principal: cyclic("cycleAnchorDateOfPrincipalRedemption", "cycleOfPrincipalRedemption")?,
            next_principal: terms.number("nextPrincipalRedemptionPayment")?,
            base: terms.text("interestCalculationBase"),
            base_amount: terms.number("interestCalculationBaseAmount")?,
            base_cycle: cyclic("cycleAnchorDateOfInterestCalculationBase", "cycleOfInterestCalculationBase")?,
            reset: cyclic("cycleAnchorDateOfRateReset", "cycleOfRateReset")?,
            reset_code: terms.text("marketObjectCodeOfRateReset"),
            reset_multiplier: number_or("rateMultiplier", Number::ONE)?,
            reset_spread: number_or("rateSpread", Number::ZERO)?,
            next_reset: terms.number("nextResetRate")?,
            life_cap: terms.number("lifeCap")?,
            life_floor: terms.number("lifeFloor")?,
            period_cap: terms.number("periodCap")?,
            period_floor: terms.number("periodFloor")?,
            fixing_period: period("fixingPeriod")?.or(period("fixingDays")?),
            fee: cyclic("cycleAnchorDateOfFee", "cycleOfFee")?,
            fee_rate: terms.number("feeRate")?,
            fee_by_notional: terms.text("feeBasis").as_deref() == Some("N"),
            fee_accrued: terms.number("feeAccrued")?,
            scaling: cyclic("cycleAnchorDateOfScalingIndex", "cycleOfScalingIndex")?,
            scaling_code: terms.text("marketObjectCodeOfScalingIndex"),
            scaling_index: terms
                .number("scalingIndexAtContractDealDate")?
                .or(terms.number("scalingIndexAtStatusDate")?),
            scales_interest: scaling.contains('I'),
            scales_notional: scaling.contains('N'),
            interest_scaling: number_or("interestScalingMultiplier", Number::ONE)?,
            notional_scaling: number_or("notionalScalingMultiplier", Number::ONE)?,
            dividend,
            dividend_code: terms.text("marketObjectCodeOfDividends"),
            next_dividend: terms.number("nextDividendPaymentAmount")?,
            prepays: effect != "N",
            penalty_type: terms.text("penaltyType"),
            penalty_rate: number_or("penaltyRate", Number::ZERO)?,
            notice: period("xDayNotice")?,
            settlement_period: period("settlementPeriod")?,
            settles_net: delivery.as_deref() == Some("S"),
            option_type: terms.text("optionType"),
            option_exercise: terms.text("optionExerciseType"),
            strike: terms.number("optionStrike1")?,
            strike2: terms.number("optionStrike2")?,
            futures_price: terms.number("futuresPrice")?,
            exercise_amount: terms.number("exerciseAmount")?,
            coverage: number_or("coverageOfCreditEnhancement", Number::ONE)?,
            guaranteed_exposure: terms.text("guaranteedExposure"),
            credit_events: terms.texts("creditEventTypeCovered")?,
            market_object: terms.text("marketObjectCode"),
            arrays: Arrays::read(terms)?,
            children: children(terms, depth)?,
        })
    }

    /// The currency in which it pays.
    pub fn paid_in(&self) -> &str {
        self.settlement_currency.as_deref().unwrap_or(&self.currency)
    }

    /// The notional, or the term that is missing.
    pub fn notional(&self) -> Result<Number, ActusError> {
        self.notional.ok_or(ActusError::Missing("notionalPrincipal"))
    }

    /// The first contract, market object or name in a role.
    pub fn child(&self, role: &str) -> Option<&Reference> {
        self.children.iter().find(|child| child.role == role).map(|child| &child.reference)
    }

    /// Everything in a role.
    pub fn children_as<'a>(&'a self, role: &'a str) -> impl Iterator<Item = &'a Reference> {
        self.children.iter().filter(move |child| child.role == role).map(|child| &child.reference)
    }
}

impl Arrays {
    fn read(terms: Reader<'_>) -> Result<Arrays, ActusError> {
        let flags = |term: &'static str, yes: &[&str]| {
            Ok::<Vec<bool>, ActusError>(terms.texts(term)?.iter().map(|text| yes.contains(&text.as_str())).collect())
        };
        Ok(Arrays {
            interest_anchors: terms.moments("arrayCycleAnchorDateOfInterestPayment")?,
            interest_cycles: terms.cycles("arrayCycleOfInterestPayment")?,
            principal_anchors: terms.moments("arrayCycleAnchorDateOfPrincipalRedemption")?,
            principal_cycles: terms.cycles("arrayCycleOfPrincipalRedemption")?,
            principal_payments: terms.numbers("arrayNextPrincipalRedemptionPayment")?,
            increase: flags("arrayIncreaseDecrease", &["INC"])?,
            reset_anchors: terms.moments("arrayCycleAnchorDateOfRateReset")?,
            reset_cycles: terms.cycles("arrayCycleOfRateReset")?,
            rates: terms.numbers("arrayRate")?,
            fixed: flags("arrayFixedVariable", &["F", "FIX"])?,
        })
    }
}

fn children(terms: Reader<'_>, depth: u8) -> Result<Vec<Child>, ActusError> {
    let bad = |value: String| ActusError::BadTerm { term: "contractStructure", value };
    let Some(structure) = terms.value("contractStructure") else { return Ok(Vec::new()) };
    let members = structure.as_array().ok_or_else(|| bad("a list is expected".to_owned()))?;
    if members.len() > CHILDREN_MAX {
        return Err(bad("too many contracts".to_owned()));
    }
    members
        .iter()
        .map(|member| {
            let reader = Reader::new(member)?;
            let role = reader.text("referenceRole").ok_or_else(|| bad("no referenceRole".to_owned()))?;
            let object = reader.value("object").ok_or_else(|| bad("no object".to_owned()))?;
            // The object is a set of terms, a set with one name, or the name itself.
            let named = |term: &'static str| {
                object.as_str().map(str::to_owned).or_else(|| Reader::new(object).ok()?.text(term))
            };
            let reference = match reader.text("referenceType").as_deref() {
                Some("CNT") => Reference::Contract(Box::new(Terms::read_at(object, depth.saturating_add(1))?)),
                Some("MOC") => named("marketObjectCode")
                    .map(Reference::MarketObject)
                    .ok_or_else(|| bad("no marketObjectCode".to_owned()))?,
                Some("CID") => named("contractIdentifier")
                    .map(Reference::ContractId)
                    .ok_or_else(|| bad("no contractIdentifier".to_owned()))?,
                other => return Err(bad(format!("referenceType {}", other.unwrap_or("absent")))),
            };
            Ok(Child { role, reference })
        })
        .collect()
}
