//! The canonical bytes of a contract: a tag and the parts of every node, in order. One contract has one encoding, and
//! decoding is bounded in size and depth before anything is kept.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_calendar::{DayCount, Moment, Period};

use crate::claim::{LIST_MAX, count};
use crate::contract::{LEGS_MAX, TITLE_MAX};
use crate::{Claim, Contract, Instant, Leg, Name, Number, Observable, Predicate, Relation, Repeat, TermsError};

/// What every encoding begins with.
const HEAD: [u8; 12] = *b"gage/terms/1";

/// The bytes of a contract.
pub fn to_bytes(contract: &Contract) -> Vec<u8> {
    let mut out = HEAD.to_vec();
    put(&mut out, &contract.title);
    put(&mut out, &contract.from);
    put_length(&mut out, contract.legs.len());
    for leg in &contract.legs {
        put(&mut out, &leg.obligor);
        put(&mut out, &leg.holder);
        put_claim(&mut out, &leg.claim);
    }
    out
}

/// The contract of bytes, within all limits.
///
/// # Errors
/// [`TermsError::BadBytes`], or as [`Contract::validate`].
pub fn from_bytes(bytes: &[u8]) -> Result<Contract, TermsError> {
    let rest = bytes.strip_prefix(&HEAD[..]).ok_or(TermsError::BadBytes)?;
    let mut reader = Reader { rest, nodes: 0 };
    let title = reader.title()?;
    let from: Moment = reader.take()?;
    let count = reader.length(LEGS_MAX)?;
    let mut legs = Vec::with_capacity(count);
    for _ in 0..count {
        let (obligor, holder): (Name, Name) = (reader.take()?, reader.take()?);
        legs.push(Leg { obligor, holder, claim: reader.claim(0)? });
    }
    if !reader.rest.is_empty() {
        return Err(TermsError::BadBytes);
    }
    let contract = Contract { title, from, legs };
    contract.validate()?;
    Ok(contract)
}

fn put(out: &mut Vec<u8>, value: &impl BorshSerialize) {
    borsh::to_writer(out, value).expect("writing into memory does not fail, and no list here is longer than 32 bits");
}

/// Lists here have at most 512 members.
fn put_length(out: &mut Vec<u8>, length: usize) {
    put(out, &u16::try_from(length).unwrap_or(u16::MAX));
}

fn put_claim(out: &mut Vec<u8>, claim: &Claim) {
    match claim {
        Claim::Zero => out.push(0),
        Claim::One(asset) => {
            out.push(1);
            put(out, asset);
        }
        Claim::Give(held) => {
            out.push(2);
            put_claim(out, held);
        }
        Claim::And(claims) => {
            out.push(3);
            put_length(out, claims.len());
            claims.iter().for_each(|claim| put_claim(out, claim));
        }
        Claim::Or(name, claims) => {
            out.push(4);
            put(out, name);
            put_length(out, claims.len());
            claims.iter().for_each(|claim| put_claim(out, claim));
        }
        Claim::Cond(condition, yes, no) => {
            out.push(5);
            put_predicate(out, condition);
            put_claim(out, yes);
            put_claim(out, no);
        }
        Claim::Scale(factor, held) => {
            out.push(6);
            put_observable(out, factor);
            put_claim(out, held);
        }
        Claim::When(condition, held) => {
            out.push(7);
            put_predicate(out, condition);
            put_claim(out, held);
        }
        Claim::Anytime(name, condition, held) => {
            out.push(8);
            put(out, name);
            put_predicate(out, condition);
            put_claim(out, held);
        }
        Claim::Until(condition, held) => {
            out.push(9);
            put_predicate(out, condition);
            put_claim(out, held);
        }
        Claim::Every(repeat, held) => {
            out.push(10);
            put(out, &(repeat.from, repeat.period, repeat.to, repeat.done));
            put_claim(out, held);
        }
        Claim::Acquired(moment, held) => {
            out.push(11);
            put(out, moment);
            put_claim(out, held);
        }
    }
}

fn put_predicate(out: &mut Vec<u8>, predicate: &Predicate) {
    match predicate {
        Predicate::At(moment) => {
            out.push(0);
            put(out, moment);
        }
        Predicate::Before(moment) => {
            out.push(1);
            put(out, moment);
        }
        Predicate::Compare(a, relation, b) => {
            out.push(2);
            put_observable(out, a);
            out.push(match relation {
                Relation::Less => 0,
                Relation::LessOrEqual => 1,
                Relation::Equal => 2,
                Relation::GreaterOrEqual => 3,
                Relation::Greater => 4,
            });
            put_observable(out, b);
        }
        Predicate::Elected(name) => {
            out.push(3);
            put(out, name);
        }
        Predicate::Both(a, b) => {
            out.push(4);
            put_predicate(out, a);
            put_predicate(out, b);
        }
        Predicate::Either(a, b) => {
            out.push(5);
            put_predicate(out, a);
            put_predicate(out, b);
        }
        Predicate::Not(a) => {
            out.push(6);
            put_predicate(out, a);
        }
    }
}

fn put_instant(out: &mut Vec<u8>, instant: Instant) {
    match instant {
        Instant::At(moment) => {
            out.push(0);
            put(out, &moment);
        }
        Instant::Now => out.push(1),
        Instant::Before(period) => {
            out.push(2);
            put(out, &period);
        }
    }
}

fn put_observable(out: &mut Vec<u8>, observable: &Observable) {
    let mut both = |tag: u8, a: &Observable, b: &Observable| {
        out.push(tag);
        put_observable(out, a);
        put_observable(out, b);
    };
    match observable {
        Observable::Add(a, b) => both(5, a, b),
        Observable::Subtract(a, b) => both(6, a, b),
        Observable::Multiply(a, b) => both(7, a, b),
        Observable::Divide(a, b) => both(8, a, b),
        Observable::Min(a, b) => both(9, a, b),
        Observable::Max(a, b) => both(10, a, b),
        Observable::Constant(number) => {
            out.push(0);
            put(out, number);
        }
        Observable::Price(name, instant) => {
            out.push(1);
            put(out, name);
            put_instant(out, *instant);
        }
        Observable::Fixing(name, instant) => {
            out.push(2);
            put(out, name);
            put_instant(out, *instant);
        }
        Observable::Years(count, from, to) => {
            out.push(3);
            put(out, count);
            put_instant(out, *from);
            put_instant(out, *to);
        }
        Observable::Negate(a) => {
            out.push(4);
            put_observable(out, a);
        }
    }
}

/// Takes a contract from bytes, counting its parts on the way.
struct Reader<'a> {
    rest: &'a [u8],
    nodes: usize,
}

impl Reader<'_> {
    fn take<T: BorshDeserialize>(&mut self) -> Result<T, TermsError> {
        T::deserialize(&mut self.rest).map_err(|_| TermsError::BadBytes)
    }

    fn title(&mut self) -> Result<String, TermsError> {
        let length = usize::try_from(self.take::<u32>()?).map_err(|_| TermsError::BadBytes)?;
        let (title, rest) = self.rest.split_at_checked(length).ok_or(TermsError::BadBytes)?;
        self.rest = rest;
        if length > TITLE_MAX {
            return Err(TermsError::BadBytes);
        }
        String::from_utf8(title.to_vec()).map_err(|_| TermsError::BadBytes)
    }

    fn length(&mut self, most: usize) -> Result<usize, TermsError> {
        let length = usize::from(self.take::<u16>()?);
        if length <= most { Ok(length) } else { Err(TermsError::BadList) }
    }

    fn claims(&mut self, depth: usize) -> Result<Vec<Claim>, TermsError> {
        let length = self.length(LIST_MAX)?;
        // Nothing is reserved for members that may not be there.
        (0..length).map(|_| self.claim(depth)).collect()
    }

    fn boxed_claim(&mut self, depth: usize) -> Result<Box<Claim>, TermsError> {
        self.claim(depth).map(Box::new)
    }

    fn claim(&mut self, depth: usize) -> Result<Claim, TermsError> {
        count(depth, &mut self.nodes)?;
        let deeper = depth.saturating_add(1);
        Ok(match self.take::<u8>()? {
            0 => Claim::Zero,
            1 => Claim::One(self.take()?),
            2 => Claim::Give(self.boxed_claim(deeper)?),
            3 => Claim::And(self.claims(deeper)?),
            4 => Claim::Or(self.take()?, self.claims(deeper)?),
            5 => Claim::Cond(self.predicate(deeper)?, self.boxed_claim(deeper)?, self.boxed_claim(deeper)?),
            6 => Claim::Scale(self.observable(deeper)?, self.boxed_claim(deeper)?),
            7 => Claim::When(self.predicate(deeper)?, self.boxed_claim(deeper)?),
            8 => Claim::Anytime(self.take()?, self.predicate(deeper)?, self.boxed_claim(deeper)?),
            9 => Claim::Until(self.predicate(deeper)?, self.boxed_claim(deeper)?),
            10 => {
                let (from, period, to, done): (Moment, Period, Option<Moment>, u32) = self.take()?;
                Claim::Every(Repeat { from, period, to, done }, self.boxed_claim(deeper)?)
            }
            11 => Claim::Acquired(self.take()?, self.boxed_claim(deeper)?),
            _ => return Err(TermsError::BadBytes),
        })
    }

    fn predicate(&mut self, depth: usize) -> Result<Predicate, TermsError> {
        count(depth, &mut self.nodes)?;
        let deeper = depth.saturating_add(1);
        Ok(match self.take::<u8>()? {
            0 => Predicate::At(self.take()?),
            1 => Predicate::Before(self.take()?),
            2 => Predicate::Compare(self.observable(deeper)?, self.relation()?, self.observable(deeper)?),
            3 => Predicate::Elected(self.take()?),
            4 => Predicate::Both(Box::new(self.predicate(deeper)?), Box::new(self.predicate(deeper)?)),
            5 => Predicate::Either(Box::new(self.predicate(deeper)?), Box::new(self.predicate(deeper)?)),
            6 => Predicate::Not(Box::new(self.predicate(deeper)?)),
            _ => return Err(TermsError::BadBytes),
        })
    }

    fn relation(&mut self) -> Result<Relation, TermsError> {
        Ok(match self.take::<u8>()? {
            0 => Relation::Less,
            1 => Relation::LessOrEqual,
            2 => Relation::Equal,
            3 => Relation::GreaterOrEqual,
            4 => Relation::Greater,
            _ => return Err(TermsError::BadBytes),
        })
    }

    fn instant(&mut self) -> Result<Instant, TermsError> {
        Ok(match self.take::<u8>()? {
            0 => Instant::At(self.take()?),
            1 => Instant::Now,
            2 => Instant::Before(self.take()?),
            _ => return Err(TermsError::BadBytes),
        })
    }

    fn pair(&mut self, depth: usize) -> Result<(Box<Observable>, Box<Observable>), TermsError> {
        Ok((Box::new(self.observable(depth)?), Box::new(self.observable(depth)?)))
    }

    fn observable(&mut self, depth: usize) -> Result<Observable, TermsError> {
        count(depth, &mut self.nodes)?;
        let deeper = depth.saturating_add(1);
        let tag = self.take::<u8>()?;
        Ok(match tag {
            0 => Observable::Constant(self.take::<Number>()?),
            1 => Observable::Price(self.take()?, self.instant()?),
            2 => Observable::Fixing(self.take()?, self.instant()?),
            3 => Observable::Years(self.take::<DayCount>()?, self.instant()?, self.instant()?),
            4 => Observable::Negate(Box::new(self.observable(deeper)?)),
            5..=10 => {
                let (a, b) = self.pair(deeper)?;
                match tag {
                    5 => Observable::Add(a, b),
                    6 => Observable::Subtract(a, b),
                    7 => Observable::Multiply(a, b),
                    8 => Observable::Divide(a, b),
                    9 => Observable::Min(a, b),
                    _ => Observable::Max(a, b),
                }
            }
            _ => return Err(TermsError::BadBytes),
        })
    }
}
