//! The chain a scenario plays on, its people and its clock.

use std::collections::BTreeMap;

use gage_chain::{
    Block, BlockResult, Chain, DecodedEvent, Genesis, Operation, Outcome, Receipt, SignedTransaction, TransactionHash,
    check_transaction, decode_event,
};
use gage_crypto::{AccountId, Hash, SecretKey};
use gage_store::Draft;
use gage_store::certified::{Certified, Changes};
use gage_units::{Amount, AssetId, Height, Timestamp};
use gage_vaults::{CollateralTerms, FacilityId, LiquidationTerms};

use super::expect::event_name;
use super::number::duration_ms;
use super::{Summary, stage, verbs};

/// The distance of two blocks, unless a scenario advances the clock.
const INTERVAL_MS: u64 = 1_000;
/// How long what is signed at once may wait for its block.
const VALID_MS: u64 = 60_000;
/// Stands for any outcome.
pub(super) const ANY: &str = "*";
/// The reason that makes the planted fault of `fault` strike.
pub(super) const PLANTED: &str = "planted fault";

/// Who can act.
pub(super) struct Person {
    pub(super) secret: SecretKey,
    pub(super) id: AccountId,
    pub(super) next_nonce: u64,
}

/// A transaction that waits for its block.
struct Waiting {
    line: usize,
    hash: TransactionHash,
    signed: SignedTransaction,
    expected: String,
}

pub struct World {
    genesis: Genesis,
    pub(super) chain: Chain,
    certified: Certified,
    pub(super) people: BTreeMap<String, Person>,
    /// The time of the next block.
    pub(super) next_time: Timestamp,
    waiting: Vec<Waiting>,
    /// Signed and kept, by their numbers.
    pub(super) presigned: Vec<SignedTransaction>,
    /// Between `begin` and `end`.
    pub(super) gathering: bool,
    pub(super) played: Vec<(Block, BlockResult)>,
    outcomes: Vec<(usize, String)>,
}

impl World {
    pub fn new() -> World {
        let genesis = stage::genesis();
        let chain = Chain::from_genesis(&genesis, 1).expect("the stage is a good genesis file").with_fault(planted);
        let person = |name: &&str| {
            let id = stage::genesis_account(name);
            (name.to_string(), Person { secret: stage::secret(name), id, next_nonce: 1 })
        };
        let people = stage::ACCOUNTS.iter().map(person).collect();
        let next_time = Timestamp(genesis.time.0 + INTERVAL_MS);
        let (waiting, played) = (Vec::new(), Vec::new());
        let mut world = World {
            genesis,
            chain,
            certified: Certified::new(1),
            people,
            next_time,
            waiting,
            presigned: Vec::new(),
            gathering: false,
            played,
            outcomes: Vec::new(),
        };
        world.certify(0).expect("the genesis records fit the tree");
        world
    }

    pub fn draft(&self) -> &Draft {
        self.chain.draft()
    }

    /// The time of the next block.
    pub fn next_time(&self) -> Timestamp {
        self.next_time
    }

    /// The time of the last block.
    pub fn time(&self) -> Timestamp {
        self.chain.head().time
    }

    /// The identifier of someone, whoever signs for it: `treasury/alice,bob` is `treasury`.
    pub fn account(&self, name: &str) -> Result<AccountId, String> {
        let name = name.split('/').next().unwrap_or(name);
        match self.people.get(name) {
            Some(person) => Ok(person.id),
            // A module's own account, as in `transfer alice module-vaults 1 ETH`.
            None => match name.strip_prefix("module-") {
                Some(module) => Ok(AccountId::module(&self.chain.genesis(), module)),
                None => Err(format!("nobody is called {name}; `open {name}` first")),
            },
        }
    }

    /// The height of the last block.
    pub fn height(&self) -> Height {
        self.chain.head().height
    }

    /// The lines whose transactions were refused or executed since the last call, with the words of their outcomes.
    pub fn take_outcomes(&mut self) -> Vec<(usize, String)> {
        std::mem::take(&mut self.outcomes)
    }

    /// The terms of a collateral.
    pub fn collateral(
        &self,
        facility: FacilityId,
        asset: AssetId,
    ) -> Result<(CollateralTerms, LiquidationTerms), String> {
        let view = gage_vaults::query::facility(self.draft(), facility).map_err(|error| error.to_string())?;
        let collateral = view.collaterals.iter().find(|collateral| collateral.asset == asset);
        let collateral = collateral.ok_or("the facility does not take that asset")?;
        let newest = collateral.versions.iter().find(|bucket| bucket.version == collateral.record.newest);
        Ok((newest.ok_or("the collateral has no newest version")?.terms, collateral.record.liquidation))
    }

    /// An operation in JSON, with the identifiers that [`World::identifiers`] puts in.
    pub fn operation_of_json(&self, text: &str) -> Result<Operation, String> {
        serde_json::from_str(&self.identifiers(text)?).map_err(|error| format!("no operation: {error}"))
    }

    /// The text with the identifiers of people and assets for `$name`, that of somebody's key for
    /// `$key-name`, the next block's time for `$now` and an hour later for `$in-1h`.
    pub fn identifiers(&self, text: &str) -> Result<String, String> {
        let mut parts = text.split('$');
        let mut json = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let end = part.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(part.len());
            let (name, rest) = part.split_at(end);
            match (stage::asset(name), self.account(name)) {
                (Some((asset, _)), _) => json.push_str(&asset.to_string()),
                (None, Ok(account)) => json.push_str(&format!("\"{account}\"")),
                (None, Err(_)) if name == "now" => json.push_str(&self.next_time.to_string()),
                (None, Err(_)) if name.starts_with("key-") => {
                    json.push_str(&verbs::accounts::key(name.trim_start_matches("key-")).to_string());
                }
                (None, Err(_)) if name.starts_with("in-") => {
                    let ahead = duration_ms(name.trim_start_matches("in-"))?;
                    json.push_str(&Timestamp(self.next_time.0 + ahead).to_string());
                }
                (None, Err(error)) => return Err(error),
            }
            json.push_str(rest);
        }
        Ok(json)
    }

    /// The events of the last block, due work last.
    pub fn events(&self) -> Vec<DecodedEvent> {
        let Some((_, result)) = self.played.last() else { return Vec::new() };
        let all = result.receipts.iter().map(|receipt| &receipt.events).chain([&result.due]);
        all.flat_map(|events| events.iter()).filter_map(|(module, bytes)| decode_event(module, bytes)).collect()
    }

    /// How many blocks were played.
    pub fn blocks(&self) -> usize {
        self.played.len()
    }

    /// The events of all blocks so far.
    pub fn all_events(&self) -> Vec<DecodedEvent> {
        self.events_from(0)
    }

    /// The events of the blocks from that place on.
    pub fn events_from(&self, first: usize) -> Vec<DecodedEvent> {
        let results = self.played.get(first..).unwrap_or_default().iter().map(|(_, result)| result);
        let all = results.flat_map(|result| result.receipts.iter().map(|receipt| &receipt.events).chain([&result.due]));
        all.flat_map(|events| events.iter()).filter_map(|(module, bytes)| decode_event(module, bytes)).collect()
    }

    /// One transaction of the operations of one line.
    pub fn act(&mut self, line: usize, parts: &[Vec<&str>], outcome: Option<&str>) -> Result<(), String> {
        let asked = parts.iter().map(|words| verbs::read(self, words)).collect::<Result<Vec<_>, _>>()?;
        let (names, operations): (Vec<String>, Vec<Operation>) = asked.into_iter().unzip();
        let name = names.first().ok_or("a line without operations")?;
        if names.iter().any(|other| other != name) {
            return Err("the operations of one transaction are of one account".to_owned());
        }
        self.submit(line, name, operations, outcome.unwrap_or("Done"))?;
        self.settle()
    }

    /// Executes what waits, unless more is being gathered.
    pub(super) fn settle(&mut self) -> Result<(), String> {
        if self.gathering || self.waiting.is_empty() { Ok(()) } else { self.seal() }
    }

    /// Signs a transaction and asks what the mempool asks; what passes waits for its block.
    pub(super) fn submit(
        &mut self,
        line: usize,
        name: &str,
        operations: Vec<Operation>,
        expected: &str,
    ) -> Result<(), String> {
        let signed = self.signed(name, operations, VALID_MS)?;
        let nonce = signed.transaction.nonce;
        if self.offer(line, signed, expected)? {
            let person = self.person(name)?;
            // A session counts in a lane of its own.
            person.next_nonce += u64::from(nonce == person.next_nonce);
        }
        Ok(())
    }

    /// Whoever bears this name, whoever signs: `treasury/alice,bob` is `treasury`.
    pub(super) fn person(&mut self, name: &str) -> Result<&mut Person, String> {
        let name = name.split('/').next().unwrap_or(name);
        self.people.get_mut(name).ok_or_else(|| format!("nobody is called {name}"))
    }

    /// Asks of a signed transaction what the mempool asks; whether it waits for the next block.
    pub(super) fn offer(&mut self, line: usize, signed: SignedTransaction, expected: &str) -> Result<bool, String> {
        let hash = signed.transaction.hash(&self.chain.genesis());
        match check_transaction(self.chain.draft(), self.next_time, Amount::ZERO, &signed) {
            Err(reason) => {
                self.outcomes.push((line, reason.name.clone()));
                same(&reason.name, expected, &reason.sentence).map(|()| false)
            }
            Ok(_) => {
                self.waiting.push(Waiting { line, hash, signed, expected: expected.to_owned() });
                Ok(true)
            }
        }
    }

    /// Makes and executes the next block of what waits, and compares every outcome.
    pub(super) fn seal(&mut self) -> Result<(), String> {
        let waiting = std::mem::take(&mut self.waiting);
        let transactions = waiting.iter().map(|waiting| waiting.signed.clone()).collect();
        let (time, head) = (self.next_time, self.chain.head());
        let events_root = self.played.last().map_or(Hash::ZERO, |(_, result)| result.events_root);
        let block = self.chain.make_block(time, transactions, head.height, self.certified.root(), events_root);
        if Block::from_bytes(&block.to_bytes()).as_ref() != Ok(&block) {
            return Err("the block's bytes do not read back as the block".to_owned());
        }
        let result = self.chain.execute(&block).map_err(|fault| fault.to_string())?;
        self.next_time = Timestamp(time.0 + INTERVAL_MS);
        self.certify(result.height.0)?;
        self.played.push((block, result));
        self.compare(&waiting)?;
        self.chain.check_invariants().map_err(|broken| broken.to_string())?;
        self.no_module_froze()
    }

    fn compare(&mut self, waiting: &[Waiting]) -> Result<(), String> {
        let Some((block, result)) = self.played.last() else { return Ok(()) };
        let expected = block.transactions.len() + result.bundles;
        if result.receipts.len() != expected {
            return Err(format!("{} receipts for {expected} transactions and bundles", result.receipts.len()));
        }
        for Waiting { line, hash, expected, .. } in waiting {
            let receipt = result.receipts.iter().find(|receipt| receipt.transaction == *hash);
            let receipt = receipt.ok_or_else(|| format!("the transaction of line {line} has no receipt"))?;
            let (name, sentence) = outcome(receipt);
            self.outcomes.push((*line, name.clone()));
            same(&name, expected, &sentence).map_err(|text| format!("(transaction of line {line}) {text}"))?;
        }
        Ok(())
    }

    fn no_module_froze(&self) -> Result<(), String> {
        let fault = self.events().into_iter().find_map(|event| match &event {
            DecodedEvent::Chain(chain)
                if matches!(event_name(&event).as_str(), "module_frozen" | "due_work_failed") =>
            {
                Some(format!("{chain:?}"))
            }
            _ => None,
        });
        fault.map_or(Ok(()), Err)
    }

    /// Takes the records written since the last call into the authenticated tree.
    fn certify(&mut self, height: u64) -> Result<(), String> {
        let mut changes = Changes::new();
        let mut fault = None;
        self.chain.drain_changes(|key, value| fault = changes.push(key, value).err().or(fault.take()));
        if let Some(fault) = fault {
            return Err(fault.to_string());
        }
        self.certified.apply(height, &changes).map(|_| ()).map_err(|error| error.to_string())
    }

    /// All invariants, and the state loaded once more from its records.
    pub(super) fn audit(&self) -> Result<(), String> {
        self.chain.check_invariants().map_err(|broken| broken.to_string())?;
        self.reload().map(|_| ())
    }

    /// The state as a node finds it in a snapshot.
    fn reload(&self) -> Result<Chain, String> {
        let loaded = Chain::from_records(self.certified.records(), 3).map_err(|fault| fault.to_string())?;
        if loaded.head() == self.chain.head() { Ok(loaded) } else { Err("the records hold another head".to_owned()) }
    }

    /// What follows the last line: the blocks once more from genesis, and one more block on a state
    /// loaded from its records, with the same results.
    pub fn finish(&mut self) -> Result<(), String> {
        if self.gathering {
            return Err("`begin` without `end`".to_owned());
        }
        let mut again = Chain::from_genesis(&self.genesis, 2).map_err(|error| error.to_string())?.with_fault(planted);
        for (block, result) in &self.played {
            let second = again.execute(block).map_err(|fault| fault.to_string())?;
            if second != *result {
                return Err(format!("block {} executed once more gives another result", result.height));
            }
        }
        let mut loaded = self.reload()?.with_fault(planted);
        self.seal()?;
        let Some((block, result)) = self.played.last() else { return Ok(()) };
        let second = loaded.execute(block).map_err(|fault| fault.to_string())?;
        if second != *result {
            return Err("a block on the loaded state gives another result".to_owned());
        }
        let mut changes = Changes::new();
        let mut fault = None;
        loaded.drain_changes(|key, value| fault = changes.push(key, value).err().or(fault.take()));
        let root = self.certified.root();
        let applied = self.certified.apply(result.height.0 + 1, &changes).map_err(|error| error.to_string())?;
        if fault.is_some() || applied != root {
            return Err("a block on the loaded state writes other records".to_owned());
        }
        Ok(())
    }

    pub fn summary(&self, steps: usize) -> Summary {
        let transactions = self.played.iter().map(|(block, _)| block.transactions.len()).sum();
        Summary { steps, blocks: self.chain.head().height.0, transactions, root: self.certified.root() }
    }
}

/// Strikes where `fault` planted it.
fn planted(operation: &Operation) {
    if let Operation::Ledger(gage_ledger::Operation::Correct(correct)) = operation {
        assert!(correct.reason != PLANTED, "{PLANTED}");
    }
}

/// The word of an outcome, and its sentence.
pub(super) fn outcome(receipt: &Receipt) -> (String, String) {
    match &receipt.outcome {
        Outcome::Done => ("Done".to_owned(), String::new()),
        Outcome::Internal => ("Internal".to_owned(), String::new()),
        Outcome::Rejected { reason, .. } => (reason.name.clone(), reason.sentence.clone()),
    }
}

pub(super) fn same(found: &str, expected: &str, sentence: &str) -> Result<(), String> {
    if found == expected || expected == ANY {
        Ok(())
    } else {
        Err(format!("the outcome is {found} ({sentence}), expected {expected}"))
    }
}
