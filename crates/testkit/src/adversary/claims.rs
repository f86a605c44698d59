//! What assets pay and what is left of them: distributions, units given back or retired, baskets.

use gage_securities::DistributionId;
use gage_securities::query::{DistributionView, distributions};
use gage_store::Draft;

use super::acts::{MANY, Scene, VERBS, pick, symbol};
use crate::scenario::stage;

/// One of the distributions there are, the newest six alone: the others are over.
pub(super) fn recent(draft: &Draft, choice: u16) -> Option<DistributionView> {
    let all = distributions(draft, None, DistributionId(0), MANY);
    let back = usize::from(choice).checked_rem(all.len().min(6))?;
    all.into_iter().rev().nth(back)
}

impl Scene<'_> {
    /// The operations of one gene in words: what holders ask, and payers, of whom the adversary is one.
    pub(super) fn claim(&self) -> Option<Vec<String>> {
        let (who, a, b) = (self.who, self.gene.a, self.gene.b);
        let verb = self.gene.verb % VERBS;
        let line = match verb {
            50 => self.declaration()?,
            53 => format!(
                "retire {who} {}u {} for nobody",
                self.part(self.free("GOLD")),
                pick(&["GOLD", "SHARE"], b / 3)?
            ),
            54 => {
                let issued = pick(&["GUSD", "GEUR", stage::POOL_SHARES.0], a)?;
                format!("basket {who} {}u {issued}", self.part(self.free(issued)))
            }
            55 => {
                let issued = pick(&["GEUR", "GEUR", "GUSD", stage::POOL_SHARES.0], a)?;
                let kept = gage_vaults::query::kept_for(self.draft, self.number(who));
                let kept = kept.first().and_then(|holding| symbol(holding.asset));
                format!("basket {who} claim {} of {issued}", kept.or_else(|| pick(&["ETH", "BTC"], b))?)
            }
            _ => {
                let view = recent(self.draft, a)?;
                let id = view.distribution.0;
                match verb {
                    47 => format!("collect {who} distribution-{id}"),
                    48 => format!("elect {who} distribution-{id} {}", b % 3),
                    49 => {
                        let coin = symbol(view.asset)?;
                        format!("surrender {who} distribution-{id} {}u {coin}", self.part(self.free(coin)))
                    }
                    51 => {
                        let option = usize::from(b).checked_rem(view.payouts.len())?;
                        let pot = view.payouts.get(option)?;
                        let coin = symbol(pot.payout.asset)?;
                        // As much as is missing, or any part of what there is.
                        let missing = pot.needed.and_then(|needed| needed.minus(pot.brought).ok());
                        let amount = match (b / 4 % 2, missing) {
                            (0, Some(missing)) if !missing.is_zero() => missing.0,
                            _ => self.part(self.free(coin)),
                        };
                        format!("bring {who} distribution-{id} {amount}u {coin} option {option}")
                    }
                    _ => format!("reclaim {who} distribution-{id}"),
                }
            }
        };
        Some(vec![line])
    }

    /// A distribution of which the adversary is the payer.
    fn declaration(&self) -> Option<String> {
        let (who, a, b) = (self.who, self.gene.a, self.gene.b);
        let coin = pick(&["BOND", "SHARE"], a)?;
        let rate = pick(&["0.01", "1", "3", "0.000001"], a / 2)?;
        let until = pick(&["40s", "20m"], b / 2)?;
        Some(match b % 3 {
            0 => format!("offer {who} {coin} pays {rate} USDC paid {} until 3h", pick(&["2s", "2h"], b / 4)?),
            1 => format!("declare {who} {coin} pays {rate} USDC recorded 1s paid 2s until {until}"),
            _ => format!("declare {who} {coin} pays {rate} USDC or {rate} GUSD recorded 1s paid 3s until {until}"),
        })
    }
}
