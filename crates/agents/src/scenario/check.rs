//! The bounds of every number of a scenario; what is out of them is named by its key.

use super::{Scenario, ScenarioError};

impl Scenario {
    pub(super) fn check(&self) -> Result<(), ScenarioError> {
        self.check_ledger_and_prices()?;
        self.check_facility()?;
        self.check_people()?;
        self.check_design_2020()
    }

    fn check_ledger_and_prices(&self) -> Result<(), ScenarioError> {
        let symbol = |text: &str| {
            (1..=16).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        };
        let why = "a symbol is 1 to 16 characters of A-Z and 0-9";
        if !symbol(&self.assets.collateral) {
            return Err(ScenarioError::Contradiction { key: "assets.collateral", why });
        }
        if !symbol(&self.assets.stable) || self.assets.stable == self.assets.collateral {
            return Err(ScenarioError::Contradiction { key: "assets.stable", why });
        }
        let (ledger, feed, publishers) = (&self.ledger, &self.feed, &self.publishers);
        within("ledger.block_interval_s", ledger.block_interval_s as f64, 1.0, 86_400.0)?;
        within("ledger.settle_blocks_max", ledger.settle_blocks_max as f64, 0.0, 5_000.0)?;
        within("ledger.path_noise_bps", ledger.path_noise_bps, 0.0, 5_000.0)?;
        within("publishers.count", publishers.count, 1.0, 32.0)?;
        within("publishers.noise_bps", publishers.noise_bps, 0.0, 1_000.0)?;
        within("publishers.confidence_bps", publishers.confidence_bps, 0.0, 1_000.0)?;
        within("publishers.lag_blocks_max", publishers.lag_blocks_max, 0.0, 10.0)?;
        within("publishers.venue_followers", publishers.venue_followers, 0.0, f64::from(publishers.count))?;
        for (index, outage) in publishers.outages.iter().enumerate() {
            let key = |name: &str| format!("publishers.outages[{index}].{name}");
            within(&key("publisher"), outage.publisher, 0.0, f64::from(publishers.count - 1))?;
            within(&key("minutes"), outage.minutes as f64, 1.0, 100_000.0)?;
        }
        within("feed.quorum", feed.quorum, 1.0, f64::from(publishers.count))?;
        within("feed.age_max_s", feed.age_max_s as f64, ledger.block_interval_s as f64, 86_400.0)?;
        within("feed.jump_bps", feed.jump_bps, 10.0, 5_000.0)?;
        within("feed.jump_confirm_s", feed.jump_confirm_s as f64, 1.0, 604_800.0)?;
        within("feed.band_max_bps", feed.band_max_bps, 1.0, 3_000.0)?;
        within("feed.confidence_max_bps", feed.confidence_max_bps, 1.0, f64::from(feed.band_max_bps))
    }

    fn check_facility(&self) -> Result<(), ScenarioError> {
        let (facility, auction) = (&self.facility, &self.auction);
        within("facility.liquidation_threshold_bps", facility.liquidation_threshold_bps, 1_000.0, 9_900.0)?;
        let threshold = f64::from(facility.liquidation_threshold_bps);
        within("facility.loan_to_value_bps", facility.loan_to_value_bps, 500.0, threshold - 100.0)?;
        within("facility.liquidation_bonus_bps", facility.liquidation_bonus_bps, 10.0, 2_500.0)?;
        within("facility.target_health_bps", facility.target_health_bps, 10_001.0, 20_000.0)?;
        within("facility.fee_bps_per_year", facility.fee_bps_per_year, 0.0, 10_000.0)?;
        within("facility.debt_min", facility.debt_min as f64, 1.0, 1e9)?;
        within("facility.debt_ceiling", facility.debt_ceiling as f64, 1.0, 1e13)?;
        within("facility.throughput_debt_max", facility.throughput_debt_max as f64, 1.0, 1e13)?;
        within("facility.throughput_window_s", facility.throughput_window_s as f64, 1.0, 864_000.0)?;
        within("auction.start_bps", auction.start_bps, 10_000.0, 20_000.0)?;
        within("auction.step_s", auction.step_s as f64, 1.0, 86_400.0)?;
        within("auction.cut_bps", auction.cut_bps, 1.0, 5_000.0)?;
        within("auction.tail_s", auction.tail_s as f64, auction.step_s as f64, 604_800.0)?;
        within("auction.cusp_bps", auction.cusp_bps, 0.0, 9_999.0)?;
        within("auction.rounds_max", auction.rounds_max, 1.0, 20.0)
    }

    fn check_people(&self) -> Result<(), ScenarioError> {
        let (vaults, borrowers, keepers) = (&self.vaults, &self.borrowers, &self.keepers);
        within("vaults.count", vaults.count, 1.0, 100_000.0)?;
        within("vaults.debt_min", vaults.debt_min as f64, self.facility.debt_min as f64, 1e9)?;
        within("vaults.debt_max", vaults.debt_max as f64, vaults.debt_min as f64 + 1.0, 1e10)?;
        // Borrowing is checked at the low quote, so a vault needs room below the ratio of the loan-to-value.
        let ratio_least = 100_000_000.0 / f64::from(self.facility.loan_to_value_bps) + 1.0;
        within("vaults.ratio_min_bps", vaults.ratio_min_bps, ratio_least, 1_000_000.0)?;
        within("vaults.ratio_max_bps", vaults.ratio_max_bps, f64::from(vaults.ratio_min_bps) + 1.0, 1_000_000.0)?;
        within("vaults.ratio_spread_median_bps", vaults.ratio_spread_median_bps, 1.0, 100_000.0)?;
        within("vaults.ratio_spread_sigma", vaults.ratio_spread_sigma, 0.0, 3.0)?;
        within("borrowers.attentive_share", borrowers.attentive_share, 0.0, 1.0)?;
        within("borrowers.reserve_share_max", borrowers.reserve_share_max, 0.0, 10.0)?;
        within("borrowers.trigger_bps[0]", borrowers.trigger_bps[0], 10_000.0, f64::from(borrowers.trigger_bps[1]))?;
        within("borrowers.trigger_bps[1]", borrowers.trigger_bps[1], 10_000.0, 100_000.0)?;
        within("borrowers.restore_bps", borrowers.restore_bps, 1.0, 100_000.0)?;
        within("keepers.count", keepers.count, 0.0, 64.0)?;
        within("keepers.inventory", keepers.inventory as f64, 0.0, 1e12)?;
        within("keepers.profit_bps[0]", keepers.profit_bps[0], 0.0, f64::from(keepers.profit_bps[1]))?;
        within("keepers.profit_bps[1]", keepers.profit_bps[1], 0.0, 5_000.0)?;
        within("keepers.return_blocks", keepers.return_blocks as f64, 0.0, 1_000.0)?;
        within("market.exit_base_bps", self.market.exit_base_bps, 0.0, 5_000.0)?;
        within("market.exit_bps_per_percent_of_volume", self.market.exit_bps_per_percent_of_volume, 0.0, 10_000.0)?;
        within("market.volume_if_unknown", self.market.volume_if_unknown as f64, 1.0, 1e12)?;
        let backstop = &self.backstop;
        within("backstop.depositors", backstop.depositors, 0.0, 1_000.0)?;
        within("backstop.pool_bps", backstop.pool_bps, 0.0, 5_000.0)?;
        within("backstop.first_loss_bps", backstop.first_loss_bps, 0.0, 5_000.0)?;
        within("backstop.flight_fall_bps", backstop.flight_fall_bps, 1.0, 10_000.0)?;
        within("backstop.flight_share", backstop.flight_share, 0.0, 1.0)?;
        for (index, congestion) in self.congestion.iter().enumerate() {
            let key = |name: &str| format!("congestion[{index}].{name}");
            within(&key("minutes"), congestion.minutes as f64, 1.0, 100_000.0)?;
            within(&key("user_transactions_per_block"), congestion.user_transactions_per_block, 0.0, 100_000.0)?;
        }
        self.check_money_exists()
    }

    /// All stable is borrowed: what keepers, pool and curator start with must exist.
    fn check_money_exists(&self) -> Result<(), ScenarioError> {
        let keepers = f64::from(self.keepers.count) * self.keepers.inventory as f64;
        let debt_least = f64::from(self.vaults.count) * self.vaults.debt_min as f64;
        let insured = f64::from(self.backstop.pool_bps + self.backstop.first_loss_bps) / 10_000.0;
        if keepers > debt_least * (1.0 - insured.min(1.0)) {
            return Err(ScenarioError::Contradiction {
                key: "keepers.inventory",
                why: "keepers may not hold more stable than is certainly borrowed: \
                      count x inventory must be at most vaults.count x vaults.debt_min less the backstop's share",
            });
        }
        Ok(())
    }

    fn check_design_2020(&self) -> Result<(), ScenarioError> {
        let design = &self.design_2020;
        within("design_2020.price_delay_s", design.price_delay_s as f64, 0.0, 86_400.0)?;
        within("design_2020.lot_value_max", design.lot_value_max as f64, 1.0, 1e9)?;
        within("design_2020.bid_increase_bps", design.bid_increase_bps, 1.0, 5_000.0)?;
        within("design_2020.bid_duration_s", design.bid_duration_s as f64, 1.0, 864_000.0)?;
        let bid_duration = design.bid_duration_s as f64;
        within("design_2020.auction_duration_s", design.auction_duration_s as f64, bid_duration, 8_640_000.0)?;
        within("design_2020.penalty_bps", design.penalty_bps, 0.0, 5_000.0)?;
        within("design_2020.opening_bid_bps", design.opening_bid_bps, 1.0, 10_000.0)?;
        within("design_2020.zero_bidders", design.zero_bidders, 0.0, f64::from(self.keepers.count))
    }
}

fn within(key: &str, value: impl Into<f64>, low: f64, high: f64) -> Result<(), ScenarioError> {
    let value = value.into();
    if value >= low && value <= high {
        return Ok(());
    }
    Err(ScenarioError::Bounds { key: key.to_owned(), value, low, high })
}
