//! The work that is due in a block: how much of it is done, and that no kind of it starves another.

/// How many kinds of due work share a budget.
const KINDS: u64 = 8;

/// What is left of a block's due work. Each kind may use all that is left, and has an eighth of the whole
/// for itself where others left less: so a fall that takes the whole budget with its liquidations does not
/// stop settlements and expiries.
pub(crate) struct Budget {
    left: u64,
    least: u64,
}

impl Budget {
    pub fn new(whole: u64) -> Budget {
        Budget { left: whole, least: whole / KINDS }
    }

    /// Lets one kind of work spend.
    pub fn spend<T>(&mut self, work: impl FnOnce(&mut u64) -> T) -> T {
        let given = self.left.max(self.least);
        let mut rest = given;
        let done = work(&mut rest);
        let spent = given.saturating_sub(rest);
        self.left = self.left.saturating_sub(spent);
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_takes_all_leaves_the_others_their_share() {
        let mut budget = Budget::new(800);
        let all = |rest: &mut u64| std::mem::take(rest);
        assert_eq!(budget.spend(all), 800);
        assert_eq!(budget.spend(all), 100);
        assert_eq!(budget.spend(all), 100);
    }

    #[test]
    fn what_one_does_not_need_the_next_may_use() {
        let mut budget = Budget::new(800);
        budget.spend(|rest| *rest -= 50);
        assert_eq!(budget.spend(|rest| *rest), 750);
        budget.spend(|rest| *rest -= 700);
        assert_eq!(budget.spend(|rest| *rest), 100);
    }
}
