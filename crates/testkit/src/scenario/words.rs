//! The words that are not operations: blocks, the clock, prices, people, governance, faults.

use gage_accounts::Quantity;
use gage_accounts::operations::OpenAccount;
use gage_chain::Operation;
use gage_ledger::operations::{Correct, PostingRef, Transfer};
use gage_units::{Amount, AssetId, Height, Timestamp};

use super::number::{amount, duration_ms};
use super::world::{ANY, PLANTED, Person, World, outcome, same};
use super::{govern, stage, verbs};

impl World {
    /// Whether a line is one of the words that are not operations.
    pub fn plays_word(&self, words: &[&str]) -> bool {
        const WORDS: [&str; 14] = [
            "begin", "end", "block", "check", "advance", "run", "price", "open", "set", "govern", "fault", "later",
            "presign", "send",
        ];
        words.first().is_some_and(|word| WORDS.contains(word))
    }

    /// Plays such a line.
    pub fn word(&mut self, words: &[&str], outcome: Option<&str>) -> Result<(), String> {
        match (words, outcome) {
            (["begin"], None) => {
                self.gathering = true;
                Ok(())
            }
            (["end"], None) if self.gathering => {
                self.gathering = false;
                self.seal()
            }
            (["block"], None) => self.seal(),
            (["check"], None) => self.audit(),
            (["advance", time], None) => {
                self.next_time = Timestamp(self.time().0 + duration_ms(time)?);
                Ok(())
            }
            (["run", time, "every", step, prices @ ..], None) => self.run(time, step, prices),
            (["price", prices @ ..], None) => {
                self.price(prices)?;
                self.settle()
            }
            (["open", name, amounts @ ..], outcome) => self.open(name, amounts, outcome),
            (["set" | "govern", ..], outcome) => self.govern(words, outcome.unwrap_or("Done")),
            (["later", wait, decision @ ..], outcome) => self.later(wait, decision, outcome.unwrap_or("Done")),
            (["presign", lasts, operation @ ..], None) => self.presign(lasts, operation),
            (["send", presigned], outcome) => self.send(presigned, outcome.unwrap_or("Done")),
            (["fault", name], outcome) => self.fault(name, outcome.unwrap_or("Internal")),
            _ => Err(format!("`{}` is not understood", words.join(" "))),
        }
    }

    /// All publishers report these prices for the next block.
    fn price(&mut self, words: &[&str]) -> Result<(), String> {
        let pairs: Vec<(&str, &str)> =
            words.chunks(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))).collect();
        if pairs.is_empty() || !words.len().is_multiple_of(2) {
            return Err("prices are `price ETH 200 BTC 20000`".to_owned());
        }
        for name in stage::PUBLISHERS {
            let reports = pairs.iter().map(|(symbol, price)| verbs::report(self, symbol, price, &[]));
            let reports = reports.collect::<Result<Vec<_>, _>>()?;
            self.submit(0, name, reports, "Done")?;
        }
        Ok(())
    }

    /// Blocks for a while, one every `step`, with the prices reported in each.
    fn run(&mut self, time: &str, step: &str, prices: &[&str]) -> Result<(), String> {
        let (time, step) = (duration_ms(time)?, duration_ms(step)?);
        for _ in 0..time.checked_div(step).ok_or("a step of nothing")? {
            self.next_time = Timestamp(self.time().0 + step);
            if !prices.is_empty() {
                self.price(prices)?;
            }
            self.seal()?;
        }
        Ok(())
    }

    /// Opens an account with one key, and gives it amounts from the bank.
    fn open(&mut self, name: &str, amounts: &[&str], outcome: Option<&str>) -> Result<(), String> {
        let keys = vec![stage::first_key(name)];
        let id = gage_accounts::derive_id(&self.chain.genesis(), &keys, 1).map_err(|error| error.to_string())?;
        let open = gage_accounts::Operation::OpenAccount(OpenAccount { keys, threshold: 1 });
        let mut operations = vec![Operation::Accounts(open)];
        for pair in amounts.chunks(2) {
            let [count, symbol] = *pair else { return Err("amounts are `10 ETH 5 BTC`".to_owned()) };
            let (asset, decimals) = verbs::asset(symbol)?;
            let quantity = Quantity::Exact(Amount(amount(count, decimals)?));
            operations.push(Operation::Ledger(gage_ledger::Operation::Transfer(Transfer { to: id, asset, quantity })));
        }
        self.people.insert(name.to_owned(), Person { secret: stage::secret(name), id, next_nonce: 1 });
        self.submit(0, "bank", operations, outcome.unwrap_or("Done"))?;
        self.settle()
    }

    /// A decision that runs within a day from a time on.
    fn decision(&self, words: &[&str], not_before: Timestamp) -> Result<Operation, String> {
        let operation = govern::read(self, words)?;
        let operations = borsh::to_vec(&vec![operation]).map_err(|error| error.to_string())?;
        let not_after = Timestamp(not_before.0 + 86_400_000);
        let schedule = gage_chain::Schedule { operations, not_before, not_after };
        Ok(Operation::Chain(gage_chain::ChainOperation::Schedule(schedule)))
    }

    /// Schedules a decision for later, and does not wait for it.
    fn later(&mut self, wait: &str, words: &[&str], expected: &str) -> Result<(), String> {
        let schedule = self.decision(words, Timestamp(self.next_time.0 + duration_ms(wait)?))?;
        self.submit(0, "bank", vec![schedule], expected)?;
        self.settle()
    }

    /// Schedules a decision and lets its block come; the outcome is the decision's.
    fn govern(&mut self, words: &[&str], expected: &str) -> Result<(), String> {
        let schedule = self.decision(words, self.next_time)?;
        let before = self.played.len();
        self.submit(0, "bank", vec![schedule], ANY)?;
        self.seal()?;
        // What is refused when it is scheduled never runs.
        let scheduled = self.played.last().and_then(|(_, result)| result.receipts.last()).map(outcome);
        match scheduled {
            Some((name, sentence)) if name != "Done" => return same(&name, expected, &sentence),
            _ => self.seal()?,
        }
        let bundles = self.played.get(before..).unwrap_or_default();
        let receipt = bundles.iter().flat_map(|(_, result)| result.receipts.iter().take(result.bundles)).next();
        let (name, sentence) = outcome(receipt.ok_or("the decision did not run")?);
        same(&name, expected, &sentence)
    }

    /// A transaction in which the program panics.
    fn fault(&mut self, name: &str, expected: &str) -> Result<(), String> {
        let original = PostingRef { height: Height(0), transaction: 0, event: 0 };
        let (to, asset) = (self.account("bank")?, AssetId(2));
        let correct = Correct { original, to, asset, amount: Amount(1), reason: PLANTED.to_owned() };
        let operation = Operation::Ledger(gage_ledger::Operation::Correct(correct));
        self.submit(0, name, vec![operation], expected)?;
        self.settle()
    }
}
