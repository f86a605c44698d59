//! The rule language: an asset's requirements are alternatives, a requirement's conditions all hold.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::{AccountId, Hash};
use gage_store::Draft;
use gage_units::{AccountNumber, AssetId};
use serde::{Deserialize, Serialize};

use crate::state::{ClaimKey, IdentityId};
use crate::text::Jurisdiction;
use crate::{Error, Side};

/// The most requirements of an asset.
pub const REQUIREMENTS_MAX: usize = 16;
/// The most conditions on one side of a requirement.
pub const CONDITIONS_MAX: usize = 16;
/// The most claims that an any-of or none-of lists.
pub const MATCHES_MAX: usize = 32;
/// The most claims that all requirements of an asset list together.
pub const MATCHES_OF_ASSET_MAX: usize = 256;
/// The most topics that all conditions of an asset ask for together, a topic once per condition. With
/// `ISSUERS_MAX` it bounds the work of a check: one seek per condition, topic and issuer.
pub const TOPICS_OF_ASSET_MAX: usize = 32;
/// The most issuers in one list.
pub const ISSUERS_MAX: usize = 8;

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

/// A test with the issuers whose claims count for it. Issuers are named on the wire (`A` is
/// [`AccountId`]) and numbered in state.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition<A = AccountNumber> {
    /// What is asked.
    pub test: Test,
    /// Whose claims count. Empty means those trusted for the topic: the asset's own list if it has one,
    /// otherwise the network's. A topic without any trusted issuer fails, also where absence is asked.
    #[serde(default = "Vec::new")]
    pub issuers: Vec<A>,
}

/// One way in which a transfer is allowed: all conditions hold.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement<A = AccountNumber> {
    /// Conditions on who sends.
    #[serde(default = "Vec::new")]
    pub sender: Vec<Condition<A>>,
    /// Conditions on who receives.
    #[serde(default = "Vec::new")]
    pub receiver: Vec<Condition<A>>,
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

    /// The topics it asks for, each once, in the order of their first claims.
    pub(crate) fn topics(&self) -> impl Iterator<Item = Topic> {
        let matches = self.matches();
        let topics = matches.iter().enumerate().filter(|(index, one)| {
            let mut earlier = matches.iter().take(*index);
            earlier.all(|earlier| earlier.topic != one.topic)
        });
        topics.map(|(_, one)| one.topic)
    }

    /// The claims on one topic that it speaks of.
    pub(crate) fn matches_on(&self, topic: Topic) -> impl Iterator<Item = &ClaimMatch> {
        self.matches().iter().filter(move |one| one.topic == topic)
    }
}

impl ClaimMatch {
    /// Whether it speaks of a claim with this key where `asset` moves.
    pub(crate) fn accepts(&self, key: &ClaimKey, asset: AssetId) -> bool {
        self.topic == key.topic
            && self.scope.accepts(key.scope, asset)
            && self.jurisdiction.is_none_or(|wanted| key.jurisdiction == Some(wanted))
    }
}

impl<A: Ord> Condition<A> {
    fn validate(&self) -> Result<(), Error> {
        let claims = self.test.matches().len();
        let listed = matches!(self.test, Test::Identity(_)) || (1..=MATCHES_MAX).contains(&claims);
        if !listed {
            return Err(Error::BadRequirement);
        }
        check_issuers(&self.issuers)
    }
}

impl Condition<AccountId> {
    fn resolve(&self, draft: &Draft) -> Result<Condition, Error> {
        Ok(Condition { test: self.test.clone(), issuers: resolve_issuers(draft, &self.issuers)? })
    }
}

impl<A: Ord> Requirement<A> {
    /// The conditions on one side.
    pub fn conditions(&self, side: Side) -> &[Condition<A>] {
        match side {
            Side::Sender => &self.sender,
            Side::Receiver => &self.receiver,
        }
    }

    fn all(&self) -> impl Iterator<Item = &Condition<A>> {
        self.sender.iter().chain(&self.receiver)
    }
}

/// The most places that a verdict on both sides looks for claims at: for each condition, and for each
/// topic by which holders are counted, every topic at every issuer.
pub(crate) fn seeks(requirements: &[Requirement], counted: &[Topic]) -> u32 {
    let of_condition = |condition: &Condition| {
        let issuers = if condition.issuers.is_empty() { ISSUERS_MAX } else { condition.issuers.len() };
        condition.test.topics().count().saturating_mul(issuers)
    };
    let asked: usize = requirements.iter().flat_map(Requirement::all).map(of_condition).sum();
    u32::try_from(asked.saturating_add(counted.len().saturating_mul(ISSUERS_MAX))).unwrap_or(u32::MAX)
}

/// Passes if the requirements of an asset are within their limits.
///
/// # Errors
/// [`Error::BadRequirement`], [`Error::BadIssuers`].
pub(crate) fn validate<A: Ord>(requirements: &[Requirement<A>]) -> Result<(), Error> {
    let sides = |requirement: &Requirement<A>| {
        requirement.sender.len() <= CONDITIONS_MAX && requirement.receiver.len() <= CONDITIONS_MAX
    };
    let tests = || requirements.iter().flat_map(Requirement::all).map(|condition| &condition.test);
    let claims: usize = tests().map(|test| test.matches().len()).sum();
    if requirements.len() > REQUIREMENTS_MAX || !requirements.iter().all(sides) || claims > MATCHES_OF_ASSET_MAX {
        return Err(Error::BadRequirement);
    }
    // After the count of claims, because this is quadratic in a condition's claims.
    if tests().map(|test| test.topics().count()).sum::<usize>() > TOPICS_OF_ASSET_MAX {
        return Err(Error::BadRequirement);
    }
    requirements.iter().flat_map(Requirement::all).try_for_each(Condition::validate)
}

/// The requirements with their issuers by number.
///
/// # Errors
/// Unknown accounts.
pub(crate) fn resolve(draft: &Draft, requirements: &[Requirement<AccountId>]) -> Result<Vec<Requirement>, Error> {
    let side = |conditions: &[Condition<AccountId>]| -> Result<Vec<Condition>, Error> {
        conditions.iter().map(|condition| condition.resolve(draft)).collect()
    };
    requirements
        .iter()
        .map(|one| Ok(Requirement { sender: side(&one.sender)?, receiver: side(&one.receiver)? }))
        .collect()
}

/// Passes a list of at most `ISSUERS_MAX` distinct issuers.
///
/// # Errors
/// [`Error::BadIssuers`].
pub(crate) fn check_issuers<A: Ord>(issuers: &[A]) -> Result<(), Error> {
    let distinct = issuers.iter().collect::<std::collections::BTreeSet<_>>().len() == issuers.len();
    if distinct && issuers.len() <= ISSUERS_MAX { Ok(()) } else { Err(Error::BadIssuers) }
}

/// The numbers of issuers.
///
/// # Errors
/// Unknown accounts.
pub(crate) fn resolve_issuers(draft: &Draft, issuers: &[AccountId]) -> Result<Vec<AccountNumber>, Error> {
    issuers.iter().map(|issuer| Ok(gage_accounts::resolve(draft, issuer)?)).collect()
}
