//! Insurance tiers and sales of the backstop.
//!
//! | step | operation |
//! |---|---|
//! | `insure alice 1 100 GUSD` | deposits into insurance tier 1 |
//! | `uninsure alice 1 100 GUSD`, `leave-insurance alice 1 100 GUSD` | requests a withdrawal, withdraws |
//! | `claim-premium alice 1 GUSD` | takes premiums |
//! | `convert alice GUSD ETH` | lets gains in ETH be sold |
//! | `claim-proceeds alice batch-1 GUSD` | takes the part of a sold batch |

use gage_accounts::Quantity;
use gage_backstop::operations::{
    ClaimPremium, ClaimProceeds, ConvertGains, DepositInsurance, RequestWithdrawal, Tranche, WithdrawInsurance,
};
use gage_backstop::{Operation as Backstop, WaterfallId};
use gage_chain::Operation;

use super::super::number::numbered;
use super::{Asked, asset, exact, of_stable};

/// Reads the words of one operation.
pub fn read(words: &[&str]) -> Result<Asked, String> {
    let waterfall = |symbol: &str| of_stable(symbol).map(WaterfallId);
    let number = |tier: &str| tier.parse::<u8>().map_err(|_| format!("`{tier}` is no tier"));
    let (from, operation) = match *words {
        ["insure", from, tier, count, symbol] => {
            let ((amount, asset), tier, waterfall) = (exact(count, symbol)?, number(tier)?, waterfall(symbol)?);
            let amount = Quantity::Exact(amount);
            (from, Backstop::DepositInsurance(DepositInsurance { waterfall, tier, asset, amount }))
        }
        ["uninsure", from, tier, count, symbol] => {
            let ((amount, asset), tier, waterfall) = (exact(count, symbol)?, number(tier)?, waterfall(symbol)?);
            let tranche = Tranche::Insurance { tier };
            (from, Backstop::RequestWithdrawal(RequestWithdrawal { waterfall, asset, tranche, amount }))
        }
        ["leave-insurance", from, tier, count, symbol] => {
            let ((amount, asset), tier, waterfall) = (exact(count, symbol)?, number(tier)?, waterfall(symbol)?);
            let amount = Quantity::Exact(amount);
            (from, Backstop::WithdrawInsurance(WithdrawInsurance { waterfall, tier, asset, amount }))
        }
        ["claim-premium", from, tier, symbol] => {
            let (tier, waterfall, asset) = (number(tier)?, waterfall(symbol)?, asset(symbol)?.0);
            (from, Backstop::ClaimPremium(ClaimPremium { waterfall, tier, asset }))
        }
        ["convert", from, stable, symbol] => {
            let (waterfall, asset) = (waterfall(stable)?, asset(symbol)?.0);
            (from, Backstop::ConvertGains(ConvertGains { waterfall, asset }))
        }
        ["claim-proceeds", from, batch, symbol] => {
            let (batch, asset) = (numbered(batch, "batch")?, asset(symbol)?.0);
            (from, Backstop::ClaimProceeds(ClaimProceeds { batch, asset }))
        }
        _ => return Err(format!("`{}` is no step of insurance or sales", words.join(" "))),
    };
    Ok((from.to_owned(), Operation::Backstop(operation)))
}
