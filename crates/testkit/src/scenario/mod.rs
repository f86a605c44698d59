//! Scenarios: readable text, one step per line, last word the outcome.
//!
//! ```text
//! # Anything after a hash is a remark.
//! price ETH 200                                    # three publishers report it
//! open alice 10 ETH                                # an account with a key and 10 ETH from the bank
//! vault alice GUSD                                 # vault-1, of the facility that lends GUSD
//! deposit alice vault-1 10 ETH
//! borrow alice vault-1 1500 GUSD -> AboveLoanToValue
//! expect vault-1 debt 0 GUSD
//! ```
//!
//! Every step that acts is a transaction, signed and checked as the host does, in a block of its own;
//! `begin` and `end` put several into one block; `presign 30d transfer ...` signs one that is valid for so
//! long and keeps it, and `send presigned-0` sends it. Without an arrow the step must be done. After every
//! block all invariants of all modules are checked in full; at the end the blocks are executed once
//! more from genesis and the state is loaded once more from its records, with the same result.
//! `verbs` lists what can be asked, `expect` what can be seen, [`stage`] what is there at the start.

pub(crate) mod expect;
mod govern;
mod number;
pub(crate) mod script;
mod signing;
pub mod stage;
mod verbs;
mod words;
pub(crate) mod world;

use std::fmt;

use script::{Line, Step};
use world::World;

/// Why a scenario fails: the line, and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The line's number, from 1; 0 for what follows the last line.
    pub line: usize,
    /// What was found, and what was expected.
    pub text: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "after the last line: {}", self.text),
            line => write!(f, "line {line}: {}", self.text),
        }
    }
}

impl std::error::Error for Failure {}

/// What a scenario came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// How many lines acted or expected something.
    pub steps: usize,
    /// How many blocks were executed.
    pub blocks: u64,
    /// How many transactions were executed.
    pub transactions: usize,
    /// The root of all records after the last block.
    pub root: gage_store::proof::Root,
}

/// Plays a scenario on a fresh chain.
///
/// # Errors
/// The first line whose outcome or expectation does not hold, or whose words are not understood.
pub fn play(text: &str) -> Result<Summary, Failure> {
    let mut world = World::new();
    let lines = script::parse(text)?;
    lines.iter().try_for_each(|line| play_line(&mut world, line))?;
    world.finish().map_err(|text| Failure { line: 0, text })?;
    Ok(world.summary(lines.len()))
}

/// Plays one line.
pub(crate) fn play_line(world: &mut World, Line { number, step, outcome }: &Line) -> Result<(), Failure> {
    let at = |text: String| Failure { line: *number, text };
    let words: Vec<&str> = step.words().collect();
    match (step, outcome) {
        (Step::Act(_), _) if world.plays_word(&words) => world.word(&words, outcome.as_deref()).map_err(at),
        (Step::Act(parts), outcome) => {
            let parts: Vec<Vec<&str>> = parts.iter().map(|part| part.split_whitespace().collect()).collect();
            world.act(*number, &parts, outcome.as_deref()).map_err(at)
        }
        (Step::Expect(_), Some(_)) => Err(at("an expectation has no outcome".to_owned())),
        (Step::Expect(_), None) => expect::check(world, &words).map_err(at),
    }
}
