//! The search: sequences that show something new are kept, changed and played again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::acts::{CLAIMS, Gene, VERBS};
use super::market::Market;
use super::play::{Finding, play};

/// How long a sequence grows.
const GENES_MAX: usize = 48;
/// How many sequences of the highest goal are kept beside those that showed something new.
const BEST_MAX: usize = 8;

/// What to search, and how much.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// How prices go.
    pub market: Market,
    /// Where chance begins.
    pub seed: u64,
    /// How many sequences are played.
    pub runs: usize,
}

/// What a search came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The highest goal of any sequence that did something.
    pub best: i128,
    /// How many acts were done in all.
    pub done: u64,
    /// Which kinds of acts were done at least once.
    pub done_verbs: BTreeSet<u16>,
    /// In how many sequences each kind of act had each outcome.
    pub outcomes: BTreeMap<(u16, String), u64>,
    /// How often each kind of event happened, in all sequences.
    pub events: BTreeMap<String, u64>,
    /// How many sequences were kept for something new.
    pub kept: usize,
    /// What must not be: the shortest sequence found.
    pub finding: Option<Finding>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { best, done, done_verbs, kept, .. } = self;
        write!(f, "{done} acts done of {} kinds, {kept} sequences kept, highest goal {best}", done_verbs.len())
    }
}

/// Searches until something is found or the runs are over.
pub fn search(effort: Effort) -> Report {
    let mut rng = ChaCha8Rng::seed_from_u64(effort.seed);
    let mut report = Report {
        best: i128::MIN,
        done: 0,
        done_verbs: BTreeSet::new(),
        outcomes: BTreeMap::new(),
        events: BTreeMap::new(),
        kept: 0,
        finding: None,
    };
    let mut seen: BTreeSet<(u16, String)> = BTreeSet::new();
    let mut corpus: Vec<Vec<Gene>> = Vec::new();
    let mut best: BTreeMap<(i128, usize), Vec<Gene>> = BTreeMap::new();
    for run in 0..effort.runs {
        let genes = child(&mut rng, &corpus, &best);
        let played = play(effort.market, &genes);
        report.done += played.done;
        report.done_verbs.extend(played.seen.iter().filter(|(_, outcome)| outcome == "Done").map(|(verb, _)| *verb));
        report.best = report.best.max(played.best);
        for (event, count) in &played.events {
            *report.events.entry(event.clone()).or_default() += count;
        }
        if let Some(finding) = played.finding {
            report.finding = Some(shorter(effort.market, genes, finding));
            return report;
        }
        if !played.seen.is_subset(&seen) {
            corpus.push(genes.clone());
            report.kept += 1;
        }
        for (verb, outcome) in played.seen.iter().filter(|(_, outcome)| !outcome.starts_with("after ")) {
            *report.outcomes.entry((*verb, outcome.clone())).or_default() += 1;
        }
        seen.extend(played.seen);
        best.insert((played.best, run), genes);
        if best.len() > BEST_MAX {
            best.pop_first();
        }
    }
    report
}

/// Leaves acts out as long as something is found without them.
fn shorter(market: Market, mut genes: Vec<Gene>, mut finding: Finding) -> Finding {
    let mut at = 0;
    while at < genes.len() {
        let mut fewer = genes.clone();
        fewer.remove(at);
        match play(market, &fewer).finding {
            Some(found) => (genes, finding) = (fewer, found),
            None => at += 1,
        }
    }
    finding
}

fn below(rng: &mut ChaCha8Rng, bound: usize) -> usize {
    let choice = usize::try_from(rng.next_u32()).expect("32 bits are an index");
    choice.checked_rem(bound).unwrap_or(0)
}

/// A new sequence, or one of those kept with a few changes.
fn child(rng: &mut ChaCha8Rng, corpus: &[Vec<Gene>], best: &BTreeMap<(i128, usize), Vec<Gene>>) -> Vec<Gene> {
    let parent = match below(rng, 8) {
        0 => None,
        1 | 2 => best.values().nth(below(rng, best.len())),
        // Of those kept for something new, the newer ones more often.
        _ => {
            let from = below(rng, corpus.len().max(1));
            corpus.get(from + below(rng, corpus.len().saturating_sub(from).max(1)))
        }
    };
    let Some(parent) = parent else {
        let length = 8 + below(rng, GENES_MAX - 8);
        return (0..length).map(|_| gene(rng)).collect();
    };
    let mut genes = parent.clone();
    for _ in 0..=below(rng, 5) {
        change(rng, &mut genes, corpus);
    }
    genes.truncate(GENES_MAX);
    genes
}

/// One change: another act, another detail, one act more or less, one twice, the tail of another sequence.
fn change(rng: &mut ChaCha8Rng, genes: &mut Vec<Gene>, corpus: &[Vec<Gene>]) {
    let at = below(rng, genes.len());
    match below(rng, 8) {
        0 | 1 => genes.insert(at, gene(rng)),
        2 if genes.len() > 1 => drop(genes.remove(at)),
        3 => {
            let again = genes.get(at).copied();
            genes.extend(again);
        }
        4 => {
            let other = &corpus[below(rng, corpus.len())..];
            if let Some(other) = other.first() {
                genes.truncate(at + 1);
                genes.extend(&other[below(rng, other.len())..]);
            }
        }
        _ => {
            let fresh = gene(rng);
            let Some(old) = genes.get_mut(at) else { return };
            match below(rng, 5) {
                0 => old.verb = fresh.verb,
                1 => old.size = fresh.size,
                2 => old.flow = fresh.flow,
                3 => old.a = fresh.a,
                _ => old.b = fresh.b,
            }
        }
    }
}

fn gene(rng: &mut ChaCha8Rng) -> Gene {
    let bits = rng.next_u64().to_le_bytes();
    // What needs something else before it is tried more often.
    let rare = VERBS - CLAIMS;
    let verb = if bits[1] < 96 { CLAIMS + u16::from(bits[0]) % rare } else { u16::from(bits[0]) % VERBS };
    Gene {
        verb,
        who: bits[1],
        a: u16::from_le_bytes([bits[2], bits[3]]),
        b: u16::from_le_bytes([bits[4], bits[5]]),
        size: bits[6],
        flow: bits[7],
    }
}
