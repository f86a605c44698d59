//! An approval that outlives who gave it (the edge of Squads v4, by its source).
//!
//! The design: a change of members or threshold makes every proposal up to now stale. A stale proposal can
//! no longer be voted on, but one that was approved before stays executable by any member, whoever
//! approved it and whatever the threshold has become. Money in whole units.

use std::collections::BTreeSet;

/// When an approval counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Once approved, a payment stays approved: the old design.
    OnceApproved,
    /// Only under the members and the threshold it was given under.
    SameMembers,
}

#[derive(Clone, Debug)]
struct Proposal {
    pays: u64,
    voters: BTreeSet<&'static str>,
    /// The changes of members before it.
    epoch: u64,
    approved: bool,
    executed: bool,
}

/// A treasury that several members hold.
#[derive(Clone, Debug)]
pub struct Multisig {
    rule: Rule,
    members: BTreeSet<&'static str>,
    threshold: usize,
    epoch: u64,
    proposals: Vec<Proposal>,
    treasury: u64,
}

impl Multisig {
    /// A treasury of so much, with its members and how many of them must approve.
    pub fn new(rule: Rule, treasury: u64, members: &[&'static str], threshold: usize) -> Multisig {
        let members = members.iter().copied().collect();
        Multisig { rule, members, threshold, epoch: 0, proposals: Vec::new(), treasury }
    }

    /// A member proposes a payment.
    pub fn propose(&mut self, pays: u64) -> usize {
        let (voters, epoch) = (BTreeSet::new(), self.epoch);
        self.proposals.push(Proposal { pays, voters, epoch, approved: false, executed: false });
        self.proposals.len() - 1
    }

    /// A member approves; whether it is approved then. What a change made stale takes no vote.
    pub fn approve(&mut self, member: &'static str, proposal: usize) -> bool {
        let proposal = &mut self.proposals[proposal];
        if self.members.contains(member) && !proposal.approved && proposal.epoch == self.epoch {
            proposal.voters.insert(member);
            proposal.approved = proposal.voters.len() >= self.threshold;
        }
        proposal.approved
    }

    /// Another set of members, another threshold.
    pub fn change(&mut self, members: &[&'static str], threshold: usize) {
        self.members = members.iter().copied().collect();
        self.threshold = threshold;
        self.epoch += 1;
    }

    /// A member executes; what was paid.
    pub fn execute(&mut self, member: &'static str, proposal: usize) -> u64 {
        let proposal = &mut self.proposals[proposal];
        let current = self.rule == Rule::OnceApproved || proposal.epoch == self.epoch;
        if !self.members.contains(member) || !proposal.approved || proposal.executed || !current {
            return 0;
        }
        proposal.executed = true;
        let paid = proposal.pays.min(self.treasury);
        self.treasury -= paid;
        paid
    }
}

/// What lies in the treasury of [`voted_out`].
pub const TREASURY: u64 = 1_000;

/// What was paid to the one who was voted out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// On the payment that was approved before.
    pub approved: u64,
    /// On the one that lacked a vote.
    pub unfinished: u64,
}

/// Of a treasury of 1,000 bob has a payment of 900 approved, with alice's vote; another one of 50 lacks hers.
/// He is found out and voted out, and the threshold raised to three; rex executes whatever is approved.
pub fn voted_out(rule: Rule) -> Outcome {
    let mut treasury = Multisig::new(rule, TREASURY, &["alice", "bob", "carol", "rex"], 2);
    let (first, second) = (treasury.propose(900), treasury.propose(50));
    treasury.approve("bob", first);
    treasury.approve("alice", first);
    treasury.approve("bob", second);
    treasury.change(&["alice", "carol", "dora", "rex"], 3);
    treasury.approve("alice", second);
    Outcome { approved: treasury.execute("rex", first), unfinished: treasury.execute("rex", second) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_change_an_approved_payment_is_paid_once() {
        for rule in [Rule::OnceApproved, Rule::SameMembers] {
            let mut treasury = Multisig::new(rule, 100, &["alice", "bob"], 2);
            let proposal = treasury.propose(60);
            assert!(!treasury.approve("alice", proposal) && !treasury.approve("alice", proposal), "one vote each");
            assert_eq!(treasury.execute("alice", proposal), 0);
            assert!(!treasury.approve("mallory", proposal), "no vote of a stranger");
            assert!(treasury.approve("bob", proposal));
            assert_eq!((treasury.execute("mallory", proposal), treasury.execute("bob", proposal)), (0, 60));
            assert_eq!(treasury.execute("bob", proposal), 0);
        }
    }

    #[test]
    fn the_rule_is_the_whole_difference() {
        assert_eq!(voted_out(Rule::OnceApproved), Outcome { approved: 900, unfinished: 0 });
        assert_eq!(voted_out(Rule::SameMembers), Outcome { approved: 0, unfinished: 0 });
    }
}
