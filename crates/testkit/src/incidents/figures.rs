//! The table of the incidents: what the old rule came to in its model, and the lines of the scenario that say
//! what the same acts come to here. `docs/incidents.md` shows it; a test compares the two.

use super::{
    aave_crv, black_thursday, capo, drift_presigned, erc4626_inflation, euler_donation, moonwell, pool_evasion,
    resolv_mint_key, rseth_authenticity, squads_stale_approval, stale_restart,
};

/// One incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The name of its scenario.
    pub name: &'static str,
    /// The name of its test.
    pub test: &'static str,
    /// What the model of the old design gives.
    pub before: String,
    /// Lines of the scenario, whole; those that begin with an arrow are ends of lines.
    pub after: &'static [&'static str],
}

/// All of them, in the order in which they happened.
pub fn rows() -> Vec<Row> {
    vec![
        black_thursday(),
        pool_evasion(),
        aave_crv(),
        euler_donation(),
        erc4626_inflation(),
        stale_restart(),
        moonwell(),
        capo(),
        resolv_mint_key(),
        drift_presigned(),
        rseth_authenticity(),
        squads_stale_approval(),
    ]
}

fn black_thursday() -> Row {
    let jammed = black_thursday::old_design(true);
    Row {
        name: "black-thursday",
        test: "black_thursday_zero_bids",
        before: format!(
            "{} of {} lots won with bids of zero, {:.0} ETH worth {:.0}; bad debt {:.0} of {:.0}",
            jammed.zero_bid_wins,
            jammed.auctions,
            jammed.zero_bid_collateral,
            jammed.zero_bid_value,
            jammed.bad_debt,
            jammed.debt_liquidated
        ),
        after: &[
            "take zero lot-2 all ETH at 0.000001 -> PriceAboveLimit",
            "expect zero ETH 1",
            "expect GUSD bad-debt 0 GUSD",
        ],
    }
}

fn pool_evasion() -> Row {
    let evaded = pool_evasion::old_design(true);
    Row {
        name: "pool-evasion",
        test: "stability_pool_loss_evasion",
        before: format!(
            "of a loss of 100 whoever has 900 of 1,000 bears {:.0}, the other {:.0}, nobody {:.0}",
            0.0 - evaded.evader_change,
            -evaded.other_change,
            evaded.uncovered
        ),
        after: &["leave evader 900 GUSD -> CapitalReserved", "expect evader share GUSD at-most 450 GUSD"],
    }
}

fn aave_crv() -> Row {
    let spiral = aave_crv::as_it_was();
    Row {
        name: "aave-crv",
        test: "aave_crv_stays_within_depth",
        before: format!(
            "bad debt {} of {} dollars; liquidations alone take {} off the price",
            grouped(spiral.bad_debt / 100),
            grouped(spiral.lent / 100),
            percent(spiral.price_fall)
        ),
        after: &[
            "borrow whale vault-1 900000 GUSD -> AboveDepthCap",
            "borrow second vault-2 5001 GUSD -> AboveDepthCap",
            "expect GUSD bad-debt 0",
        ],
    }
}

fn euler_donation() -> Row {
    let attack = euler_donation::attack(false);
    Row {
        name: "euler-donation",
        test: "euler_donation_is_no_way_out",
        before: format!(
            "{} million paid in, {} taken out; {} owed with nothing behind it",
            millions(attack.paid_in),
            millions(attack.taken_out),
            millions(attack.bad_debt)
        ),
        after: &["transfer attacker bank 50 ETH -> InsufficientBalance", "expect GUSD bad-debt 0"],
    }
}

fn erc4626_inflation() -> Row {
    const UNIT: u128 = 1_000_000;
    let figures = erc4626_inflation::attack(1, 10_000 * UNIT, 10_000 * UNIT);
    Row {
        name: "erc4626-inflation",
        test: "erc4626_inflation_gains_nothing",
        before: format!(
            "the attacker gains {}, the next depositor loses {}",
            grouped(figures.attacker.unsigned_abs() / UNIT),
            grouped(figures.victim.unsigned_abs() / UNIT)
        ),
        after: &["expect mallory USDC 1", "expect alice USDC 10,000"],
    }
}

fn stale_restart() -> Row {
    let loans = stale_restart::loans();
    let (count, lost) = stale_restart::resume(&loans, stale_restart::Rule::LastWritten, 165, 190);
    Row {
        name: "stale-oracle-after-restart",
        test: "stale_oracle_after_restart",
        before: format!("{count} of {} loans liquidated, {} dollars lost", loans.len(), grouped(lost.into())),
        after: &["report pub-1 ETH 165 aged 1m -> TooOld", "expect vault-1 debt 1300 GUSD", "expect lots 0"],
    }
}

fn moonwell() -> Row {
    let loans = moonwell::loans(moonwell::TRUE_PRICE);
    let outcome = moonwell::liquidate(&loans, moonwell::RATIO_ALONE);
    Row {
        name: "moonwell-missing-leg",
        test: "moonwell_missing_leg",
        before: format!(
            "{} of {} loans liquidated, {} wrappers for {} dollars, bad debt {} dollars",
            outcome.liquidated,
            loans.len(),
            grouped((outcome.taken / 10_000).into()),
            grouped((outcome.repaid / 100).into()),
            grouped((outcome.bad_debt / 100).into())
        ),
        after: &["-> LegsDoNotChain", "-> NotAPriceOfAsset", "expect feed 3 price 2240"],
    }
}

fn capo() -> Row {
    let ceiling = capo::moved_apart().ceiling(capo::TODAY);
    let loans = capo::loans(capo::MARKET);
    let below = (capo::MARKET - ceiling) * 10_000 / capo::MARKET;
    Row {
        name: "capo-coupled-fields",
        test: "capo_coupled_fields",
        before: format!(
            "a ceiling {} below the market, {} of {} loans liquidated",
            percent(below.into()),
            capo::liquidated(&loans, ceiling),
            loans.len()
        ),
        after: &["-> GrowthCapMovesPrice", "expect ETH price at-least 176.9", "expect lots 0"],
    }
}

fn resolv_mint_key() -> Row {
    let outcome = resolv_mint_key::stolen_key(None, None);
    let cash: u128 = resolv_mint_key::MARKETS.iter().sum();
    Row {
        name: "resolv-mint-key",
        test: "resolv_mint_key",
        before: format!(
            "{} million minted, {} % backed afterwards; {} of the {cash} in lending markets taken",
            outcome.minted, outcome.backing_percent, outcome.taken
        ),
        after: &[
            "mint-backed issuer 80 GOLD -> ExceedsBacking",
            "mint-backed issuer 10 GOLD -> ExceedsMintLimit",
            "expect supply GOLD 101",
        ],
    }
}

fn drift_presigned() -> Row {
    let outcome = drift_presigned::attack(drift_presigned::AS_IT_WAS);
    Row {
        name: "drift-presigned-approvals",
        test: "drift_presigned_approvals",
        before: format!("{} of {} million taken", outcome.taken, outcome.deposits),
        after: &["send presigned-0 -> MustWait", "send presigned-1 -> LooseningMustWait", "expect council USDC 309"],
    }
}

fn rseth_authenticity() -> Row {
    let outcome = rseth_authenticity::forged_lock(1, 1, 1, false);
    Row {
        name: "rseth-authenticity",
        test: "rseth_authenticity",
        before: format!("{} million out of nothing, {} lent on them and lost", outcome.unbacked, outcome.bad_debt),
        after: &[
            "mint-backed issuer 1 GOLD -> BackingNotProven",
            "deposit attacker vault-1 10 BTC -> QuarantinedCollateral",
            "expect GUSD bad-debt 0",
        ],
    }
}

fn squads_stale_approval() -> Row {
    let outcome = squads_stale_approval::voted_out(squads_stale_approval::Rule::OnceApproved);
    Row {
        name: "squads-stale-approval",
        test: "squads_stale_approval",
        before: format!(
            "{} of {} paid to the one voted out",
            outcome.approved,
            grouped(squads_stale_approval::TREASURY.into())
        ),
        after: &["execute treasury/rex bundle-0 -> StaleApproval", "expect bob-pocket ETH 0"],
    }
}

/// `1,234,567`.
fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `38.9` of thousands.
fn millions(thousands: u128) -> String {
    format!("{}.{}", thousands / 1_000, thousands % 1_000 / 100)
}

/// `2.85 %` of basis points.
fn percent(bps: u128) -> String {
    format!("{}.{:02} %", bps / 100, bps % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_groups() {
        assert_eq!(
            ["0", "999", "1,000", "12,345,678"],
            [0, 999, 1_000, 12_345_678].map(grouped).each_ref().map(String::as_str)
        );
        assert_eq!((percent(285), millions(38_900)), ("2.85 %".to_owned(), "38.9".to_owned()));
    }
}
