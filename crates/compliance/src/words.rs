//! Rules in words, for wallets and denials.

use std::fmt;

use gage_accounts::{Names, describe_amount};
use gage_units::{AssetId, Bps, format_decimal};

use crate::counted::{Caps, ClaimCap, ClaimValue, Group};
use crate::rule::{ClaimMatch, Condition, Requirement, Scope, ScopeMatch, Test, Topic};

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Topic::Kyc => f.write_str("kyc"),
            Topic::Accredited => f.write_str("accredited"),
            Topic::Qualified => f.write_str("qualified"),
            Topic::Resident => f.write_str("resident"),
            Topic::Affiliate => f.write_str("affiliate"),
            Topic::BuyLockup => f.write_str("buy lock-up"),
            Topic::SellLockup => f.write_str("sell lock-up"),
            Topic::Exempt => f.write_str("exempt"),
            Topic::Sanctioned => f.write_str("sanctioned"),
            Topic::Custom(number) => write!(f, "custom {number}"),
        }
    }
}

impl fmt::Display for ClaimMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.topic)?;
        if let Some(jurisdiction) = self.jurisdiction {
            write!(f, " {jurisdiction}")?;
        }
        match self.scope {
            ScopeMatch::General => Ok(()),
            ScopeMatch::ThisAsset => f.write_str(" for this asset"),
            ScopeMatch::Custom(name) => write!(f, " for {name}"),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::Identity => f.write_str("the identity"),
            Scope::Asset(asset) => write!(f, "asset #{asset}"),
            Scope::Custom(name) => write!(f, "{name}"),
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |list: &[ClaimMatch]| list.iter().map(ClaimMatch::to_string).collect::<Vec<_>>().join(", ");
        match self {
            Test::Present(one) => write!(f, "{one}"),
            Test::Absent(one) => write!(f, "not {one}"),
            Test::AnyOf(any) => write!(f, "any of ({})", list(any)),
            Test::NoneOf(none) => write!(f, "none of ({})", list(none)),
            Test::Identity(id) => write!(f, "identity {}", id.0),
        }
    }
}

impl<A: fmt::Display> fmt::Display for Condition<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.test)?;
        if self.issuers.is_empty() {
            return Ok(());
        }
        let issuers: Vec<String> = self.issuers.iter().map(A::to_string).collect();
        write!(f, " by {}", issuers.join(" or "))
    }
}

impl<A: fmt::Display> fmt::Display for Requirement<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |conditions: &[Condition<A>]| match conditions {
            [] => "anyone".to_owned(),
            list => list.iter().map(Condition::to_string).collect::<Vec<_>>().join(" and "),
        };
        write!(f, "from {} to {}", side(&self.sender), side(&self.receiver))
    }
}

impl fmt::Display for ClaimValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClaimValue::Absent => f.write_str("absent"),
            ClaimValue::Present => f.write_str("present"),
            ClaimValue::Of(jurisdiction) => write!(f, "{jurisdiction}"),
        }
    }
}

impl ClaimCap {
    /// Who its group is: `resident US`, `not resident US`, `not accredited`.
    pub(crate) fn describe_group(&self) -> String {
        let topic = self.topic;
        match self.group {
            Group::Of(ClaimValue::Present) | Group::NotOf(ClaimValue::Absent) => topic.to_string(),
            Group::Of(ClaimValue::Absent) | Group::NotOf(ClaimValue::Present) => format!("not {topic}"),
            Group::Of(ClaimValue::Of(jurisdiction)) => format!("{topic} {jurisdiction}"),
            Group::NotOf(ClaimValue::Of(jurisdiction)) => format!("not {topic} {jurisdiction}"),
        }
    }
}

impl Caps {
    /// Everything they say, or `none`.
    pub(crate) fn describe(&self, names: &dyn Names, asset: AssetId) -> String {
        let amount = |amount| describe_amount(names, amount, asset);
        let mut words: Vec<String> = Vec::new();
        words.extend(self.holders_max.map(|max| format!("at most {max} holders")));
        words.extend(self.holding_min.map(|min| format!("each at least {}", amount(min))));
        words.extend(self.holding_max.map(|max| format!("each at most {}", amount(max))));
        words.extend(self.share_max.map(|max| format!("each at most {} of the supply", percent(max))));
        for cap in &self.by_claim {
            let group = cap.describe_group();
            words.extend(cap.holders_max.map(|max| format!("at most {max} holders that are {group}")));
            words.extend(cap.owned_max.map(|max| format!("those that are {group} at most {}", amount(max))));
            let share = cap.share_max.map(percent);
            words.extend(share.map(|max| format!("those that are {group} at most {max} of the supply")));
        }
        words.extend(self.exempt.iter().map(|identity| format!("not binding identity {}", identity.0)));
        if words.is_empty() { "none".to_owned() } else { words.join(", ") }
    }
}

/// `49.00 %`, exactly as written.
fn percent(share: Bps) -> String {
    format!("{} %", format_decimal(u128::from(share.0), 2))
}
