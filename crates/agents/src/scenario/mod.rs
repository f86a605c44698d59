//! What a run is made of: one readable file, every number with its unit in the key.

mod check;

use gage_units::Price;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::bars::{self, Bar, Bars, BarsError};

/// The crash of 12 and 13 March 2020, as `gage demo` plays it.
pub const ETH_CRASH_2020_03: &str = include_str!("../../../../scenarios/eth-crash-2020-03.toml");

/// A run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// A title.
    pub name: String,
    /// A paragraph for the report.
    pub about: String,
    /// Everything random follows from it.
    pub seed: u64,
    /// What they are called.
    pub assets: Assets,
    /// Blocks.
    pub ledger: LedgerRules,
    /// The price feed.
    pub feed: FeedRules,
    /// Who reports prices.
    pub publishers: Publishers,
    /// The terms of the vaults.
    pub facility: FacilityRules,
    /// How collateral is auctioned.
    pub auction: AuctionRules,
    /// The vaults at the start.
    pub vaults: Vaults,
    /// What their owners do.
    pub borrowers: Borrowers,
    /// Who takes lots.
    pub keepers: Keepers,
    /// Where keepers sell.
    pub market: MarketRules,
    /// Who insures.
    pub backstop: Backstop,
    /// When few transactions get in.
    #[serde(default)]
    pub congestion: Vec<Congestion>,
    /// The design of 2020, run beside on the same vaults and path.
    pub design_2020: Design2020,
    /// The bars; a price file given on the command line takes their place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prices: Option<Prices>,
}

/// Symbols.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assets {
    /// Of what is pledged and priced.
    pub collateral: String,
    /// Of what is lent.
    pub stable: String,
}

/// Blocks and the path between bars.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerRules {
    /// Seconds of ledger time from block to block.
    pub block_interval_s: u64,
    /// Most blocks after the last bar, at its price, for auctions still under way.
    pub settle_blocks_max: u64,
    /// Noise of the path inside a bar, in bps of the bar's range.
    pub path_noise_bps: u32,
}

/// How the oracle treats the collateral's price.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedRules {
    /// Distinct fresh publishers needed.
    pub quorum: u32,
    /// A report older than this does not count.
    pub age_max_s: u64,
    /// A move of more than this from the last confirmed price needs confirmation.
    pub jump_bps: u32,
    /// A jump holds without confirmation after this long.
    pub jump_confirm_s: u64,
    /// A confidence above this share of the price makes the price uncertain.
    pub confidence_max_bps: u32,
    /// The band around the price widens to this at most.
    pub band_max_bps: u32,
}

/// Who reports prices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publishers {
    /// How many, with equal weights.
    pub count: u32,
    /// Standard deviation of a report around the market.
    pub noise_bps: u32,
    /// The confidence that a report states, besides a tenth of the last move.
    pub confidence_bps: u32,
    /// Each publisher lags by 0 to this many blocks.
    pub lag_blocks_max: u32,
    /// This many of them follow the file's venue blindly, absurd numbers included.
    pub venue_followers: u32,
    /// Silences.
    #[serde(default)]
    pub outages: Vec<Outage>,
}

/// A publisher is silent for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outage {
    /// Which, from 0.
    pub publisher: u32,
    /// Minutes from the first bar.
    pub from_minute: u64,
    /// For how long.
    pub minutes: u64,
}

/// The terms of the vaults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FacilityRules {
    /// Most debt per value of collateral when borrowing.
    pub loan_to_value_bps: u32,
    /// Debt per value of collateral at which a vault is liquidated.
    pub liquidation_threshold_bps: u32,
    /// The most a taker gets above the price.
    pub liquidation_bonus_bps: u32,
    /// Health that a partial liquidation restores.
    pub target_health_bps: u32,
    /// Yearly stability fee.
    pub fee_bps_per_year: u32,
    /// Least debt of a vault, in whole units of the stable asset.
    pub debt_min: u64,
    /// Most debt of all vaults together, in whole units.
    pub debt_ceiling: u64,
    /// Most debt sent to auction in one window, in whole units.
    pub throughput_debt_max: u64,
    /// The window.
    pub throughput_window_s: u64,
}

/// How collateral is auctioned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuctionRules {
    /// The first price, in bps of the oracle's mid.
    pub start_bps: u32,
    /// The price falls every so many seconds,
    pub step_s: u64,
    /// by so much.
    pub cut_bps: u32,
    /// An auction restarts after this long.
    pub tail_s: u64,
    /// Or when its price is below this share of its first.
    pub cusp_bps: u32,
    /// How many rounds a lot stands before the backstop takes it.
    pub rounds_max: u32,
}

/// The vaults at the start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vaults {
    /// How many.
    pub count: u32,
    /// Smallest debt in whole units; sizes have a Pareto tail of exponent 1,
    pub debt_min: u64,
    /// cut here.
    pub debt_max: u64,
    /// Collateral value per debt, in bps: no vault starts below it,
    pub ratio_min_bps: u32,
    /// half the vaults start less than this above it,
    pub ratio_spread_median_bps: u32,
    /// with a lognormal spread of this sigma.
    pub ratio_spread_sigma: f64,
    /// And no vault starts above this.
    pub ratio_max_bps: u32,
}

/// What vault owners do in the crash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Borrowers {
    /// The share of owners who watch.
    pub attentive_share: f64,
    /// An owner's spare collateral is up to this share of what is pledged.
    pub reserve_share_max: f64,
    /// An owner acts when collateral value per debt is below a number of his own in this range.
    pub trigger_bps: [u32; 2],
    /// He restores the ratio to his trigger plus this.
    pub restore_bps: u32,
}

/// Who takes lots.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keepers {
    /// How many.
    pub count: u32,
    /// What each may lay out at one time, in whole units of the stable asset.
    pub inventory: u64,
    /// Each wants at least a profit of its own in this range.
    pub profit_bps: [u32; 2],
    /// Blocks until sold collateral has come back as stable.
    pub return_blocks: u64,
}

/// Where keepers sell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarketRules {
    /// The cost of selling anything.
    pub exit_base_bps: u32,
    /// The further cost per percent of the hour's traded volume that keepers together sold in an hour.
    pub exit_bps_per_percent_of_volume: u32,
    /// Hourly volume taken where the price file has none, in whole units of the base.
    pub volume_if_unknown: u64,
}

/// Who insures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backstop {
    /// Depositors of the stability pool.
    pub depositors: u32,
    /// Their deposits together, in bps of all debt at the start; sizes have a heavy tail.
    pub pool_bps: u32,
    /// First-loss capital of the facility's curator, in bps of all debt at the start.
    pub first_loss_bps: u32,
    /// A depositor asks for his money back when the market has fallen by this from the start.
    pub flight_fall_bps: u32,
    /// This share of depositors would.
    pub flight_share: f64,
}

/// A time in which few transactions of users get into a block. Reports of publishers do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Congestion {
    /// Minutes from the first bar.
    pub from_minute: u64,
    /// For how long.
    pub minutes: u64,
    /// How many get in.
    pub user_transactions_per_block: u32,
}

/// The design of 2020; `testkit::design_2020` says what the numbers mean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Design2020 {
    /// The price is this old.
    pub price_delay_s: u64,
    /// Largest lot: so much collateral as is worth this at the first price, in whole units of the stable asset.
    pub lot_value_max: u64,
    /// Least raise of a bid.
    pub bid_increase_bps: u32,
    /// A bid wins when none better came for this long.
    pub bid_duration_s: u64,
    /// An auction ends after this long whatever comes.
    pub auction_duration_s: u64,
    /// Added to the debt to be raised.
    pub penalty_bps: u32,
    /// The first bid of a keeper is this share of what the lot is worth to it.
    pub opening_bid_bps: u32,
    /// How many of the keepers try a bid of zero when nobody else gets in.
    pub zero_bidders: u32,
}

/// Bars stated in the scenario itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// Where they come from.
    pub source: String,
    /// time_ms (opening, UTC), open, high, low, close, volume.
    pub bars: Vec<(u64, String, String, String, String, String)>,
}

/// Why a scenario is not usable.
#[derive(Debug, Error)]
pub enum ScenarioError {
    /// Not the expected form; the text names line and key.
    #[error("the scenario cannot be read: {0}")]
    Form(#[from] toml::de::Error),
    /// A number is out of its bounds.
    #[error("scenario key `{key}` is {value}; it must be from {low} to {high}")]
    Bounds {
        /// Dotted.
        key: String,
        /// As given.
        value: f64,
        /// Least.
        low: f64,
        /// Most.
        high: f64,
    },
    /// Two keys contradict each other.
    #[error("scenario key `{key}`: {why}")]
    Contradiction {
        /// Dotted.
        key: &'static str,
        /// The rule.
        why: &'static str,
    },
    /// A bar of the scenario is not usable.
    #[error("scenario key `prices.bars`, row {row}: {why}")]
    Bar {
        /// From 1.
        row: usize,
        /// What is wrong.
        why: String,
    },
    /// The scenario states no bars.
    #[error("scenario key `prices` is missing: state bars there or give a price file")]
    NoPrices,
    /// The bars do not do.
    #[error("scenario key `prices.bars`: {0}")]
    Bars(#[from] BarsError),
}

impl Scenario {
    /// Reads a scenario and checks every bound.
    ///
    /// # Errors
    /// See [`ScenarioError`]; the text names the key.
    pub fn parse(text: &str) -> Result<Scenario, ScenarioError> {
        let scenario: Scenario = toml::from_str(text)?;
        scenario.check()?;
        Ok(scenario)
    }

    /// The bars that the scenario states. Unlike a price file it must be without defects.
    ///
    /// # Errors
    /// [`ScenarioError::NoPrices`], [`ScenarioError::Bar`], [`ScenarioError::Bars`].
    pub fn bars(&self) -> Result<Bars, ScenarioError> {
        let prices = self.prices.as_ref().ok_or(ScenarioError::NoPrices)?;
        let mut rows = Vec::new();
        for (row, (time_ms, open, high, low, close, volume)) in (1..).zip(&prices.bars) {
            let price = |text: &str| {
                bars::price_of(text)
                    .ok_or_else(|| ScenarioError::Bar { row, why: format!("{text:?} is not a price above zero") })
            };
            let volume = gage_units::parse_decimal(volume, 18)
                .map_err(|error| ScenarioError::Bar { row, why: format!("volume {volume:?}: {error}") })?;
            rows.push(Bar {
                time_ms: *time_ms,
                open: price(open)?,
                high: price(high)?,
                low: price(low)?,
                close: price(close)?,
                volume: Some(volume),
                line: row as u64,
            });
        }
        let bars = bars::from_rows(rows, Vec::new())?;
        match bars.findings.first() {
            Some(finding) => Err(ScenarioError::Bar { row: finding.line as usize, why: finding.to_string() }),
            None => Ok(bars),
        }
    }

    /// The scenario with a number of vaults of its own, and keepers scaled down with it: for a short run.
    #[must_use]
    pub fn with_vaults(mut self, count: u32) -> Scenario {
        let before = u64::from(self.vaults.count.max(1));
        let scaled = |whole: u64| (whole * u64::from(count) / before).max(1);
        self.keepers.inventory = scaled(self.keepers.inventory);
        self.facility.throughput_debt_max = scaled(self.facility.throughput_debt_max).max(self.vaults.debt_max);
        self.vaults.count = count;
        self
    }
}

/// `whole` units in 1e-18.
pub fn whole(units: u64) -> u128 {
    u128::from(units) * Price::ONE.0
}
