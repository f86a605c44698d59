//! The rule language: an asset's requirements are alternatives, a requirement's conditions all hold.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::Hash;
use gage_units::{AccountNumber, AssetId};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::state::IdentityId;
use crate::text::Jurisdiction;

/// The most requirements of an asset.
pub const REQUIREMENTS_MAX: usize = 16;
/// The most conditions on one side of a requirement.
pub const CONDITIONS_MAX: usize = 16;
/// The most claims that an any-of or none-of lists.
pub const MATCHES_MAX: usize = 32;
/// The most issuers in one list.
pub const ISSUERS_MAX: usize = 16;

/// What a claim says.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Who it is was checked.
    Kyc,
    /// An accredited investor.
    Accredited,
    /// A qualified institutional or professional investor.
    Qualified,
    /// Lives or is seated in the claim's jurisdiction.
    Resident,
    /// An affiliate of the issuer.
    Affiliate,
    /// May not buy while this lasts.
    BuyLockup,
    /// May not sell while this lasts.
    SellLockup,
    /// Exempt from a rule that names this.
    Exempt,
    /// On a sanctions list.
    Sanctioned,
    /// Something that parties agreed on by number.
    Custom(u32),
}

/// For what a claim was made.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The identity as such: any asset may ask for it.
    Identity,
    /// One asset.
    Asset(AssetId),
    /// Something outside, named by a digest.
    Custom(Hash),
}

/// Which claims a condition speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimMatch {
    /// What they say.
    pub topic: Topic,
    /// For what they were made.
    #[serde(default)]
    pub scope: ScopeMatch,
    /// Under which law; `None` means any.
    #[serde(default)]
    pub jurisdiction: Option<Jurisdiction>,
}

/// Which scopes a condition accepts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeMatch {
    /// Made for the identity as such, or for the asset that moves.
    #[default]
    General,
    /// Made for the asset that moves.
    ThisAsset,
    /// Made for this.
    Custom(Hash),
}

impl ScopeMatch {
    /// Whether a claim of `scope` is accepted where `asset` moves.
    pub fn accepts(self, scope: Scope, asset: AssetId) -> bool {
        match (self, scope) {
            (ScopeMatch::General, Scope::Identity) => true,
            (ScopeMatch::General | ScopeMatch::ThisAsset, Scope::Asset(of)) => of == asset,
            (ScopeMatch::Custom(wanted), Scope::Custom(of)) => of == wanted,
            _ => false,
        }
    }
}

/// What is asked of one side.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// A valid claim of a trusted issuer matches.
    Present(ClaimMatch),
    /// No valid claim of a trusted issuer matches.
    Absent(ClaimMatch),
    /// At least one of them is present.
    AnyOf(Vec<ClaimMatch>),
    /// Each of them is absent.
    NoneOf(Vec<ClaimMatch>),
    /// It is this identity.
    Identity(IdentityId),
}

/// A test with the issuers whose claims count for it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// What is asked.
    pub test: Test,
    /// Whose claims count. Empty means those trusted for the topic: the asset's own list if it has one,
    /// otherwise the network's. A topic without any trusted issuer fails, also where absence is asked.
    #[serde(default)]
    pub issuers: Vec<AccountNumber>,
}

/// One way in which a transfer is allowed: all conditions hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Requirement {
    /// Conditions on who sends.
    pub sender: Vec<Condition>,
    /// Conditions on who receives.
    pub receiver: Vec<Condition>,
}

impl Test {
    /// The claims it speaks of.
    pub fn matches(&self) -> &[ClaimMatch] {
        match self {
            Test::Present(one) | Test::Absent(one) => std::slice::from_ref(one),
            Test::AnyOf(list) | Test::NoneOf(list) => list,
            Test::Identity(_) => &[],
        }
    }
}

impl Condition {
    /// Whether it is within its limits.
    ///
    /// # Errors
    /// [`Error::BadRequirement`].
    pub fn validate(&self) -> Result<(), Error> {
        let claims = self.test.matches().len();
        let listed = matches!(self.test, Test::Identity(_)) || (1..=MATCHES_MAX).contains(&claims);
        if listed && self.issuers.len() <= ISSUERS_MAX { Ok(()) } else { Err(Error::BadRequirement) }
    }
}

impl Requirement {
    /// Whether it is within its limits.
    ///
    /// # Errors
    /// [`Error::BadRequirement`].
    pub fn validate(&self) -> Result<(), Error> {
        if self.sender.len() > CONDITIONS_MAX || self.receiver.len() > CONDITIONS_MAX {
            return Err(Error::BadRequirement);
        }
        self.sender.iter().chain(&self.receiver).try_for_each(Condition::validate)
    }

    /// The conditions on one side.
    pub fn conditions(&self, side: crate::Side) -> &[Condition] {
        match side {
            crate::Side::Sender => &self.sender,
            crate::Side::Receiver => &self.receiver,
        }
    }
}

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
