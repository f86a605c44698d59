//! What governance may set, with its bounds fixed here.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_auctions::Curve;
use gage_units::{Accumulator, Amount, Bps, RatePerSecond, Ratio};
use serde::{Deserialize, Serialize};

use crate::Error;

/// The most collaterals in one vault.
pub const VAULT_COLLATERAL_MAX: usize = 8;
/// The most single things in one vault.
pub const THINGS_MAX: usize = 16;
/// The most collaterals of one facility.
pub const FACILITY_COLLATERAL_MAX: usize = 32;
/// The most parameter versions of one collateral that vaults may hold at once.
pub const VERSIONS_MAX: usize = 8;
/// The most groups of one facility; further collateral sets share one coarse group.
pub const GROUPS_MAX: u32 = 256;
/// The highest base rate and the highest premium, per second: a doubling within a year, each.
/// Together a bucket grows fourfold a year, and its accumulator lasts nineteen years of that.
pub const RATE_MAX: RatePerSecond = RatePerSecond(Accumulator::SCALE + 21_979_553_151_239_153_027);

const DAY_MS: u64 = 86_400_000;

/// The rules of a facility that may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FacilityParams {
    /// The most debt of all vaults together, smallest units of the stable asset.
    pub debt_ceiling: Amount,
    /// The least debt of an indebted vault, above zero.
    pub debt_floor: Amount,
    /// What every vault pays, per second; [`RATE_MAX`] at most.
    pub base_rate: RatePerSecond,
    /// The health to which a liquidation brings a vault; above 1, at most 2.
    pub target_health: Ratio,
    /// Whether the facility takes no new risk.
    pub closed: bool,
}

impl FacilityParams {
    /// Passes if every number lies in its bounds. # Errors [`Error::ParamOutOfBounds`].
    pub fn check(&self) -> Result<(), Error> {
        let two = Ratio(2_000_000_000_000_000_000);
        first_bad([
            ("debt_floor", !self.debt_floor.is_zero() && self.debt_floor <= self.debt_ceiling),
            ("debt_ceiling", self.debt_ceiling.0 < 1 << 126),
            ("base_rate", (RatePerSecond::ZERO_INTEREST..=RATE_MAX).contains(&self.base_rate)),
            ("target_health", self.target_health > Ratio::ONE && self.target_health <= two),
        ])
    }
}

/// The risk terms of a collateral. A change makes a new version; a vault keeps its version until it
/// takes more risk. The fields move together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CollateralTerms {
    /// Debt over value up to which one may borrow; at least 1 % below the threshold.
    pub loan_to_value: Bps,
    /// Debt over value from which the vault is liquidated.
    pub threshold: Bps,
    /// The most that buyers at auction get above the debt they repay; `threshold (1 + bonus)` is at
    /// most 99 %, so that at health one a partial sale always improves.
    pub bonus: Bps,
    /// What debt covered by this collateral pays on top of the base rate; [`RATE_MAX`] at most. Also
    /// the order of risk: the lowest premium covers first.
    pub premium: RatePerSecond,
    /// The most debt this collateral may cover in the facility, by executable, rested depth.
    pub debt_cap: Amount,
}

impl CollateralTerms {
    /// Passes if every number lies in its bounds. # Errors [`Error::ParamOutOfBounds`].
    pub fn check(&self) -> Result<(), Error> {
        let with_bonus = Bps::ONE.0.saturating_add(self.bonus.0);
        let cost = u64::from(self.threshold.0).saturating_mul(u64::from(with_bonus));
        first_bad([
            ("loan_to_value", self.loan_to_value.0 >= 1),
            ("threshold", self.threshold.0 >= self.loan_to_value.0.saturating_add(100)),
            ("bonus", (10..=2_500).contains(&self.bonus.0) && cost <= 99_000_000),
            ("premium", (RatePerSecond::ZERO_INTEREST..=RATE_MAX).contains(&self.premium)),
        ])
    }
}

/// The highest threshold at which, with this bonus, a partial sale at health one always improves.
pub fn highest_threshold(bonus: Bps) -> Bps {
    let with_bonus = Bps::ONE.0.saturating_add(bonus.0);
    Bps(99_000_000u32.checked_div(with_bonus).unwrap_or(0))
}

/// How a collateral is liquidated; the same for all versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiquidationTerms {
    /// How far above mid a quote may value the collateral in the owner's favour; at most 10 %.
    pub quote_bound: Bps,
    /// The length of a throughput window, in milliseconds; 1 s to 7 days.
    pub window_ms: u64,
    /// The most debt sent to auction through this collateral per window, by depth; above zero.
    pub window_max: Amount,
    /// How far above the quote an auction starts; at most 100 %.
    pub start_premium: Bps,
    /// How its price falls.
    pub curve: Curve,
    /// When a round ends, in milliseconds; 1 s to 7 days.
    pub tail_ms: u64,
    /// Below which part of its start price a round ends; below one, zero for never.
    pub cusp: Ratio,
    /// The least that a lot or a partial take may leave to raise or to sell, in the stable asset.
    pub dust: Amount,
    /// How many rounds a lot stands, the first included, before the backstop takes it; 1 to 20.
    pub rounds_max: u8,
}

impl LiquidationTerms {
    /// Passes if every number lies in its bounds.
    ///
    /// # Errors
    /// [`Error::ParamOutOfBounds`], and those of the curve.
    pub fn check(&self) -> Result<(), Error> {
        let week = 1_000..=DAY_MS.saturating_mul(7);
        first_bad([
            ("quote_bound", self.quote_bound.0 <= 1_000),
            ("window_ms", week.contains(&self.window_ms)),
            ("window_max", !self.window_max.is_zero()),
            ("start_premium", self.start_premium.0 <= 10_000),
            ("tail_ms", week.contains(&self.tail_ms)),
            ("cusp", self.cusp < Ratio::ONE),
            ("rounds_max", (1..=20).contains(&self.rounds_max)),
        ])?;
        Ok(self.curve.validate()?)
    }
}

pub(crate) fn first_bad<const N: usize>(checks: [(&'static str, bool); N]) -> Result<(), Error> {
    match checks.into_iter().find(|(_, holds)| !holds) {
        Some((param, _)) => Err(Error::ParamOutOfBounds { param }),
        None => Ok(()),
    }
}
