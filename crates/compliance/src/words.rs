//! Rules in words, for wallets and denials.

use std::fmt;

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
