//! The text of a contract, as people write and read it.
//!
//! ```text
//! contract "Treasury bill, six months" from 2026-01-15
//!
//! treasury owes holder
//!   when at 2026-07-15: 1000 USD
//! ```
//! Claims: `zero`, `one USD`, `1000 USD`, `give C`, `and { C C }`, `or "name" { C C }`, `cond P: C else C`,
//! `scale X: C`, `when P: C`, `anytime "name" P: C`, `until P: C`, `every P6M from D to D: C`, `acquired D: C`.
//! Conditions: `at D`, `before D`, `elected "name"`, `X < Y`, `P and P`, `P or P`, `not P`, `[P]`.
//! Numbers: `5%`, `12.5`, `price(ETH)`, `fixing(SOFR at D)`, `years("ACT/360", now - P3M, now)`, `min(X, Y)`,
//! `max(X, Y)`, `+ - * /`, brackets. `let name = X` gives a number a name. `#` begins a comment.

mod lexer;
mod numbers;
mod parser;
mod printer;

pub use parser::parse;
pub use printer::print;

/// Words with a meaning of their own; they name something only in quotes.
const RESERVED: [&str; 23] = [
    "zero", "one", "give", "and", "or", "cond", "else", "scale", "when", "anytime", "until", "every", "acquired", "at",
    "before", "elected", "not", "min", "max", "now", "let", "owes", "contract",
];
