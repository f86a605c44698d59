//! What a policy says: ordered rules, of which the first that fits an act decides.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::{AccountId, KeyId};
use gage_units::{Amount, AssetId, Bps};
use serde::{Deserialize, Serialize};

use crate::state::KEYS_MAX;
use crate::window::{WINDOW_MS_MAX, WINDOW_MS_MIN};
use crate::{Error, Names, describe_amount};

/// The most rules of a policy.
pub const RULES_MAX: usize = 32;
/// The most kinds of operations, and the most assets, that a rule names.
pub const NAMED_MAX: usize = 32;
/// The most destinations that a rule names.
pub const DESTINATIONS_MAX: usize = 64;
/// The longest delay: 30 days.
pub const DELAY_MS_MAX: u64 = 30 * 24 * 60 * 60 * 1000;

/// Keys of the account that together weigh enough. Only keys that the account still has count.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The members, at most 16.
    pub keys: Vec<KeyId>,
    /// The weight that their signatures or approvals must reach.
    pub weight: u16,
}

/// Operations of a module; of one verb, or of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationKind {
    /// The module's number.
    pub module: u8,
    /// The verb's number in the table of `docs/formats.md`; all verbs without it.
    #[serde(default)]
    pub verb: Option<u8>,
}

/// When a rule fits. What is empty or absent fits anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Condition {
    /// Who signs: fits if these keys among the signers weigh enough.
    pub signers: Option<Group>,
    /// What is done.
    pub operations: Vec<OperationKind>,
    /// What leaves.
    pub assets: Vec<AssetId>,
    /// To whom; what is burned goes to nobody and fits no list.
    pub destinations: Vec<AccountId>,
    /// The act takes more than this.
    pub above: Option<Amount>,
    /// The act takes at most this.
    pub at_most: Option<Amount>,
    /// The act takes more than this share of what the account had of the asset.
    pub share_above: Option<Bps>,
}

/// What becomes of an act that exceeds a rule's limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Beyond {
    /// It is refused, with the time at which it would pass.
    Refuse,
    /// The rule does not fit it; the next is asked.
    NextRule,
}

/// The most that may leave under a rule in any window of time, for each asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// How much in any window.
    pub amount: Amount,
    /// The window's length, from a minute to 366 days.
    pub window_ms: u64,
    /// What becomes of more.
    pub beyond: Beyond,
}

/// What a rule decides.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The signers that the rule names suffice; if it names none, the account's threshold does.
    Allow,
    /// A group, or the account's threshold, must approve; with a delay, by a bundle that waited.
    Require {
        /// Who must approve; the account's threshold without it.
        #[serde(default)]
        group: Option<Group>,
        /// How long the approvals must have waited.
        #[serde(default)]
        delay_ms: u64,
    },
    /// Nobody may.
    Deny,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its number, by which its window is kept while the policy changes around it.
    pub number: u16,
    /// When it fits.
    #[serde(default)]
    pub when: Condition,
    /// How much may leave under it.
    #[serde(default)]
    pub limit: Option<Limit>,
    /// What it decides.
    pub then: Verdict,
}

/// Ordered rules. What none of them fits needs the account's threshold.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// How long the approvals of every bundle must have waited before it executes.
    pub delay_ms: u64,
    /// The rules, at most 32, each with a number of its own.
    pub rules: Vec<Rule>,
}

/// What an operation did to an account, as a policy sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Act {
    /// The operation's module.
    pub module: u8,
    /// The operation's verb.
    pub verb: u8,
    /// What left, if anything did.
    pub flow: Option<Flow>,
}

/// What left an account for one destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Of what.
    pub asset: AssetId,
    /// To whom; nobody if it was burned.
    pub to: Option<AccountId>,
    /// How much.
    pub amount: Amount,
    /// What the account had of it before the transaction.
    pub before: Amount,
}

impl Group {
    fn validate(&self) -> Result<(), Error> {
        let sorted = self.keys.is_sorted_by(|left, right| left < right);
        let holds = !self.keys.is_empty() && self.keys.len() <= KEYS_MAX && sorted && self.weight > 0;
        if holds { Ok(()) } else { Err(Error::BadPolicy("a group has 1 to 16 keys, ascending, and a weight")) }
    }

    fn describe(&self) -> String {
        let keys: Vec<String> = self.keys.iter().map(KeyId::to_string).collect();
        format!("weight {} of keys {}", self.weight, keys.join(" "))
    }
}

impl Condition {
    /// Whether the act fits, but for who signs.
    pub fn fits(&self, act: &Act) -> bool {
        let named = |kind: &OperationKind| kind.module == act.module && kind.verb.is_none_or(|verb| verb == act.verb);
        if !self.operations.is_empty() && !self.operations.iter().any(named) {
            return false;
        }
        let Some(flow) = &act.flow else { return !self.is_of_value() };
        (self.assets.is_empty() || self.assets.contains(&flow.asset))
            && (self.destinations.is_empty() || flow.to.is_some_and(|to| self.destinations.contains(&to)))
            && self.above.is_none_or(|above| flow.amount > above)
            && self.at_most.is_none_or(|at_most| flow.amount <= at_most)
            && self.share_above.is_none_or(|share| exceeds_share(flow, share))
    }

    /// Whether only acts that take something can fit.
    pub(crate) fn is_of_value(&self) -> bool {
        !self.assets.is_empty()
            || !self.destinations.is_empty()
            || self.above.is_some()
            || self.at_most.is_some()
            || self.share_above.is_some()
    }

    fn validate(&self) -> Result<(), Error> {
        self.signers.as_ref().map_or(Ok(()), Group::validate)?;
        if self.operations.len() > NAMED_MAX || self.assets.len() > NAMED_MAX {
            return Err(Error::BadPolicy("a rule names at most 32 kinds of operations and 32 assets"));
        }
        if self.destinations.len() > DESTINATIONS_MAX {
            return Err(Error::BadPolicy("a rule names at most 64 destinations"));
        }
        if self.share_above.is_some_and(|share| share.0 > 10_000) {
            return Err(Error::BadPolicy("a share is at most 10,000 basis points"));
        }
        Ok(())
    }

    fn describe(&self, names: &dyn Names) -> String {
        let mut words = Vec::new();
        if let Some(group) = &self.signers {
            words.push(format!("signed by {}", group.describe()));
        }
        if !self.operations.is_empty() {
            let kind = |kind: &OperationKind| match kind.verb {
                Some(verb) => format!("{}/{verb}", kind.module),
                None => format!("{}", kind.module),
            };
            words.push(format!("operation {}", self.operations.iter().map(kind).collect::<Vec<_>>().join(" ")));
        }
        if !self.assets.is_empty() {
            let symbol = |asset: &AssetId| match names.asset(*asset) {
                Some((symbol, _)) => format!("{symbol}#{asset}"),
                None => format!("#{asset}"),
            };
            words.push(format!("asset {}", self.assets.iter().map(symbol).collect::<Vec<_>>().join(" ")));
        }
        if !self.destinations.is_empty() {
            let to: Vec<String> = self.destinations.iter().map(AccountId::to_string).collect();
            words.push(format!("to {}", to.join(" ")));
        }
        if let Some(above) = self.above {
            words.push(format!("above {}", self.amount(names, above)));
        }
        if let Some(at_most) = self.at_most {
            words.push(format!("at most {}", self.amount(names, at_most)));
        }
        if let Some(share) = self.share_above {
            words.push(format!("above {} basis points of the balance", share.0));
        }
        if words.is_empty() { "anything".to_owned() } else { words.join(", ") }
    }

    /// An amount of the one asset named, or a bare count of smallest units.
    fn amount(&self, names: &dyn Names, amount: Amount) -> String {
        match *self.assets.as_slice() {
            [asset] => describe_amount(names, amount, asset),
            _ => format!("{amount} units"),
        }
    }
}

/// Whether more than a share of what was there leaves: amount / before > share / 10,000.
fn exceeds_share(flow: &Flow, share: Bps) -> bool {
    // A share that cannot be computed is exceeded: the stricter rule then decides.
    share.apply(flow.before.0, gage_units::Rounding::Down).map_or(true, |allowed| flow.amount.0 > allowed)
}

impl Limit {
    fn validate(&self) -> Result<(), Error> {
        let holds = (WINDOW_MS_MIN..=WINDOW_MS_MAX).contains(&self.window_ms);
        if holds { Ok(()) } else { Err(Error::BadPolicy("a window lasts from a minute to 366 days")) }
    }
}

impl Verdict {
    fn validate(&self) -> Result<(), Error> {
        match self {
            Verdict::Allow | Verdict::Deny => Ok(()),
            Verdict::Require { group, delay_ms } => {
                group.as_ref().map_or(Ok(()), Group::validate)?;
                check_delay(*delay_ms)
            }
        }
    }

    fn describe(&self) -> String {
        match self {
            Verdict::Allow => "allow".to_owned(),
            Verdict::Deny => "deny".to_owned(),
            Verdict::Require { group, delay_ms } => {
                let who = group.as_ref().map_or("the threshold".to_owned(), Group::describe);
                if *delay_ms == 0 { format!("require {who}") } else { format!("require {who} after {delay_ms} ms") }
            }
        }
    }
}

fn check_delay(delay_ms: u64) -> Result<(), Error> {
    if delay_ms <= DELAY_MS_MAX { Ok(()) } else { Err(Error::BadPolicy("a delay is at most 30 days")) }
}

impl Policy {
    /// Whether it is well formed.
    ///
    /// # Errors
    /// [`Error::BadPolicy`].
    pub fn validate(&self) -> Result<(), Error> {
        check_delay(self.delay_ms)?;
        if self.rules.len() > RULES_MAX {
            return Err(Error::BadPolicy("a policy has at most 32 rules"));
        }
        let mut numbers: Vec<u16> = self.rules.iter().map(|rule| rule.number).collect();
        numbers.sort_unstable();
        if !numbers.is_sorted_by(|left, right| left < right) {
            return Err(Error::BadPolicy("each rule has a number of its own"));
        }
        for rule in &self.rules {
            rule.when.validate()?;
            rule.limit.as_ref().map_or(Ok(()), Limit::validate)?;
            rule.then.validate()?;
            if rule.then == Verdict::Deny && rule.limit.is_some() {
                return Err(Error::BadPolicy("a denial has no limit"));
            }
        }
        Ok(())
    }

    /// All of it in words, rule by rule in their order.
    pub fn describe(&self, names: &dyn Names) -> String {
        let rule = |rule: &Rule| {
            let limit = rule.limit.map_or(String::new(), |limit| {
                let beyond = match limit.beyond {
                    Beyond::Refuse => "else refuse",
                    Beyond::NextRule => "else next rule",
                };
                format!(" up to {} per {} ms {beyond}", rule.when.amount(names, limit.amount), limit.window_ms)
            });
            format!("({}) {}: {}{limit}", rule.number, rule.when.describe(names), rule.then.describe())
        };
        let rules: Vec<String> = self.rules.iter().map(rule).collect();
        let rules = if rules.is_empty() { "no rules".to_owned() } else { rules.join("; ") };
        format!("delay {} ms, {rules}", self.delay_ms)
    }

    /// Whether everything it lets pass passes under `old` too, as far as that can be seen rule by rule:
    /// the old rules in their order, each as strict or stricter, with none but denials between them.
    pub(crate) fn is_as_strict_as(&self, old: &Policy) -> bool {
        if self.delay_ms < old.delay_ms {
            return false;
        }
        let mut old_rules = old.rules.iter().peekable();
        for rule in &self.rules {
            match old_rules.peek() {
                Some(before) if before.number == rule.number => {
                    if !rule.is_as_strict_as(before) {
                        return false;
                    }
                    old_rules.next();
                }
                // A denial takes from those after it and gives nothing.
                _ if rule.then == Verdict::Deny => {}
                _ => return false,
            }
        }
        old_rules.next().is_none()
    }
}

impl Rule {
    fn is_as_strict_as(&self, old: &Rule) -> bool {
        // A denial in the place of a rule takes what the rule took, unless a limit let some of it pass on
        // to the next rule, which the denial then does not: stricter still.
        if self.when == old.when && self.then == Verdict::Deny {
            return true;
        }
        let limit = match (&self.limit, &old.limit) {
            (None, None) => true,
            (Some(new), None) => new.beyond == Beyond::Refuse,
            (Some(new), Some(old)) => {
                let smaller = new.amount <= old.amount && new.window_ms >= old.window_ms;
                // What passes on to the next rule is judged there: a smaller limit that passes on may give
                // more to a more generous rule, so only the same limit may.
                match (new.beyond, old.beyond) {
                    (Beyond::Refuse, _) => smaller,
                    (Beyond::NextRule, Beyond::NextRule) => new == old,
                    (Beyond::NextRule, Beyond::Refuse) => false,
                }
            }
            (None, Some(_)) => false,
        };
        let verdict = match (&self.then, &old.then) {
            (new, old) if new == old => true,
            // Without signers of its own, a permission asks for the threshold already.
            (Verdict::Require { group: None, .. }, Verdict::Allow) => self.when.signers.is_none(),
            (Verdict::Require { group, delay_ms }, Verdict::Require { group: old_group, delay_ms: old_delay }) => {
                let groups = match (group, old_group) {
                    (Some(new), Some(old)) => new.keys.iter().all(|k| old.keys.contains(k)) && new.weight >= old.weight,
                    (new, old) => new == old,
                };
                groups && delay_ms >= old_delay
            }
            _ => false,
        };
        self.when == old.when && limit && verdict
    }
}
