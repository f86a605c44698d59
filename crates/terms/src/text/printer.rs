use std::fmt::{self, Display, Write};

use super::RESERVED;
use crate::{Claim, Contract, Instant, Name, Observable, Predicate, Relation};

/// A contract as text; reading it gives the same contract.
pub fn print(contract: &Contract) -> String {
    let mut text = String::new();
    // Writing into a string does not fail.
    let _unfailing: fmt::Result = write_contract(&mut text, contract);
    text
}

fn write_contract(out: &mut String, contract: &Contract) -> fmt::Result {
    writeln!(out, "contract \"{}\" from {}", contract.title, contract.from)?;
    for leg in &contract.legs {
        writeln!(out, "\n{} owes {}", Shown(&leg.obligor), Shown(&leg.holder))?;
        indent(out, 1)?;
        write_claim(out, &leg.claim, 1)?;
        out.push('\n');
    }
    Ok(())
}

/// A name as a word, or in quotes if it is none.
struct Shown<'a>(&'a Name);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_word() && !RESERVED.contains(&self.0.as_str()) {
            write!(f, "{}", self.0)
        } else {
            write!(f, "\"{}\"", self.0)
        }
    }
}

fn indent(out: &mut String, depth: usize) -> fmt::Result {
    write!(out, "{:width$}", "", width = depth.saturating_mul(2))
}

/// A claim that begins where the text stands; what is inside stands on lines of its own, one level deeper.
fn write_claim(out: &mut String, claim: &Claim, depth: usize) -> fmt::Result {
    match claim {
        Claim::Zero => out.write_str("zero"),
        Claim::One(asset) => write!(out, "one {}", Shown(asset)),
        Claim::Give(held) => {
            out.push_str("give ");
            write_claim(out, held, depth)
        }
        Claim::And(claims) => {
            out.push_str("and ");
            write_claims(out, claims, depth)
        }
        Claim::Or(name, claims) => {
            write!(out, "or \"{name}\" ")?;
            write_claims(out, claims, depth)
        }
        Claim::Cond(condition, yes, no) => {
            write!(out, "cond {}:", Condition(condition, 0))?;
            write_inner(out, yes, depth)?;
            out.push('\n');
            indent(out, depth)?;
            out.push_str("else");
            write_inner(out, no, depth)
        }
        Claim::Scale(Observable::Constant(number), held) if is_amount(claim) => match &**held {
            Claim::One(asset) => write!(out, "{number} {}", Shown(asset)),
            _ => Ok(()),
        },
        Claim::Scale(factor, held) => {
            write!(out, "scale {}:", Value(factor, 0))?;
            write_inner(out, held, depth)
        }
        Claim::When(condition, held) => {
            write!(out, "when {}:", Condition(condition, 0))?;
            write_inner(out, held, depth)
        }
        Claim::Anytime(name, condition, held) => {
            write!(out, "anytime \"{name}\" {}:", Condition(condition, 0))?;
            write_inner(out, held, depth)
        }
        Claim::Until(condition, held) => {
            write!(out, "until {}:", Condition(condition, 0))?;
            write_inner(out, held, depth)
        }
        Claim::Every(repeat, held) => {
            write!(out, "every {} from {}", repeat.period, repeat.from)?;
            if repeat.done > 0 {
                write!(out, " done {}", repeat.done)?;
            }
            if let Some(to) = repeat.to {
                write!(out, " to {to}")?;
            }
            out.push(':');
            write_inner(out, held, depth)
        }
        Claim::Acquired(moment, held) => {
            write!(out, "acquired {moment}:")?;
            write_inner(out, held, depth)
        }
    }
}

/// `1000 USD` stands for so many of one.
fn is_amount(claim: &Claim) -> bool {
    match claim {
        Claim::Scale(Observable::Constant(number), held) => !number.is_negative() && matches!(**held, Claim::One(_)),
        _ => false,
    }
}

/// A short claim stays on the line.
fn write_inner(out: &mut String, claim: &Claim, depth: usize) -> fmt::Result {
    if matches!(claim, Claim::Zero | Claim::One(_)) || is_amount(claim) {
        out.push(' ');
        return write_claim(out, claim, depth);
    }
    let deeper = depth.saturating_add(1);
    out.push('\n');
    indent(out, deeper)?;
    write_claim(out, claim, deeper)
}

fn write_claims(out: &mut String, claims: &[Claim], depth: usize) -> fmt::Result {
    let deeper = depth.saturating_add(1);
    out.push_str("{\n");
    for claim in claims {
        indent(out, deeper)?;
        write_claim(out, claim, deeper)?;
        out.push('\n');
    }
    indent(out, depth)?;
    out.push('}');
    Ok(())
}

/// A condition where one at least as strong as a level is needed: 0 `or`, 1 `and`, 2 a single one.
struct Condition<'a>(&'a Predicate, u8);

impl Display for Condition<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.0 {
            Predicate::Either(..) => 0,
            Predicate::Both(..) => 1,
            _ => 2,
        };
        if level < self.1 {
            return write!(f, "[{}]", Condition(self.0, 0));
        }
        match self.0 {
            Predicate::At(moment) => write!(f, "at {moment}"),
            Predicate::Before(moment) => write!(f, "before {moment}"),
            Predicate::Compare(a, relation, b) => {
                let mark = match relation {
                    Relation::Less => "<",
                    Relation::LessOrEqual => "<=",
                    Relation::Equal => "==",
                    Relation::GreaterOrEqual => ">=",
                    Relation::Greater => ">",
                };
                write!(f, "{} {mark} {}", Value(a, 0), Value(b, 0))
            }
            Predicate::Elected(name) => write!(f, "elected \"{name}\""),
            // Joined from the left.
            Predicate::Both(a, b) => write!(f, "{} and {}", Condition(a, 1), Condition(b, 2)),
            Predicate::Either(a, b) => write!(f, "{} or {}", Condition(a, 0), Condition(b, 1)),
            Predicate::Not(a) => write!(f, "not {}", Condition(a, 2)),
        }
    }
}

/// A number where one at least as strong as a level is needed: 0 a sum, 1 a product, 2 a single one.
struct Value<'a>(&'a Observable, u8);

impl Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.0 {
            Observable::Add(..) | Observable::Subtract(..) => 0,
            Observable::Multiply(..) | Observable::Divide(..) => 1,
            _ => 2,
        };
        if level < self.1 {
            return write!(f, "({})", Value(self.0, 0));
        }
        match self.0 {
            Observable::Constant(number) => write!(f, "{number}"),
            Observable::Price(name, instant) => write!(f, "price({}{})", Shown(name), At(*instant)),
            Observable::Fixing(name, instant) => write!(f, "fixing({}{})", Shown(name), At(*instant)),
            Observable::Years(count, from, to) => write!(f, "years(\"{count}\", {}, {})", When(*from), When(*to)),
            // In brackets, so that a sign before a number is not taken for a negative number.
            Observable::Negate(a) => write!(f, "-({})", Value(a, 0)),
            Observable::Add(a, b) => write!(f, "{} + {}", Value(a, 0), Value(b, 1)),
            Observable::Subtract(a, b) => write!(f, "{} - {}", Value(a, 0), Value(b, 1)),
            Observable::Multiply(a, b) => write!(f, "{} * {}", Value(a, 1), Value(b, 2)),
            Observable::Divide(a, b) => write!(f, "{} / {}", Value(a, 1), Value(b, 2)),
            Observable::Min(a, b) => write!(f, "min({}, {})", Value(a, 0), Value(b, 0)),
            Observable::Max(a, b) => write!(f, "max({}, {})", Value(a, 0), Value(b, 0)),
        }
    }
}

/// ` at 2026-03-31`, or nothing for now.
struct At(Instant);

impl Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Instant::Now => Ok(()),
            instant => write!(f, " at {}", When(instant)),
        }
    }
}

/// `2026-03-31`, `now`, `now - P3M`.
struct When(Instant);

impl Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Instant::At(moment) => write!(f, "{moment}"),
            Instant::Now => f.write_str("now"),
            Instant::Before(period) => write!(f, "now - {period}"),
        }
    }
}
