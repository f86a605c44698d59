use std::collections::BTreeMap;

use gage_calendar::{Moment, Period};

use super::RESERVED;
use super::lexer::{Placed, Token, tokens};
use crate::claim::DEPTH_MAX;
use crate::{Claim, Contract, Leg, Name, Number, Observable, Predicate, Relation, Repeat, TextError};

/// The most names that `let` may give.
const LETS_MAX: usize = 256;
/// How deep the reader goes; brackets count, though they are no parts.
const READ_DEPTH_MAX: usize = 4 * DEPTH_MAX;

/// Reads a contract.
///
/// # Errors
/// [`TextError`]: where, what was expected, and what stands there.
pub fn parse(text: &str) -> Result<Contract, TextError> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0, lets: BTreeMap::new() };
    parser.word("contract")?;
    let title = parser.quoted("a title in quotes")?;
    parser.word("from")?;
    let from = parser.moment()?;
    let mut legs = Vec::new();
    while *parser.token() != Token::End {
        if parser.eat_word("let") {
            parser.definition()?;
        } else {
            legs.push(parser.leg()?);
        }
    }
    let contract = Contract { title, from, legs };
    match contract.validate() {
        Ok(()) => Ok(contract),
        Err(error) => Err(parser.error(error.to_string())),
    }
}

/// Where the reader stands in a text.
pub(super) struct Parser {
    tokens: Vec<Placed>,
    pub(super) at: usize,
    depth: usize,
    pub(super) lets: BTreeMap<String, Observable>,
}

impl Parser {
    pub(super) fn token(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |placed| &placed.token)
    }

    pub(super) fn after(&self) -> &Token {
        self.tokens.get(self.at.saturating_add(1)).map_or(&Token::End, |placed| &placed.token)
    }

    pub(super) fn next(&mut self) -> Token {
        let token = self.token().clone();
        self.at = self.at.saturating_add(1).min(self.tokens.len());
        token
    }

    pub(super) fn error(&self, reason: String) -> TextError {
        let place = self.tokens.get(self.at).or(self.tokens.last());
        let (line, column) = place.map_or((1, 1), |placed| (placed.line, placed.column));
        TextError { line, column, reason }
    }

    pub(super) fn expected(&self, what: &str) -> TextError {
        self.error(format!("expected {what}, found {}", self.token().shown()))
    }

    /// One level deeper, while `read` reads.
    pub(super) fn nested<T>(&mut self, read: impl FnOnce(&mut Parser) -> Result<T, TextError>) -> Result<T, TextError> {
        if self.depth >= READ_DEPTH_MAX {
            return Err(self.error("the contract is nested deeper than the limit".to_owned()));
        }
        self.depth = self.depth.saturating_add(1);
        let done = read(self);
        self.depth = self.depth.saturating_sub(1);
        done
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.token(), Token::Word(found) if found == word)
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.next();
        }
        found
    }

    fn word(&mut self, word: &str) -> Result<(), TextError> {
        if self.eat_word(word) { Ok(()) } else { Err(self.expected(&format!("`{word}`"))) }
    }

    pub(super) fn eat_mark(&mut self, mark: &str) -> bool {
        let found = matches!(self.token(), Token::Mark(found) if *found == mark);
        if found {
            self.next();
        }
        found
    }

    pub(super) fn mark(&mut self, mark: &str) -> Result<(), TextError> {
        if self.eat_mark(mark) { Ok(()) } else { Err(self.expected(&format!("`{mark}`"))) }
    }

    pub(super) fn quoted(&mut self, what: &str) -> Result<String, TextError> {
        match self.token() {
            Token::Quoted(_) => match self.next() {
                Token::Quoted(text) => Ok(text),
                _ => Err(self.expected(what)),
            },
            _ => Err(self.expected(what)),
        }
    }

    pub(super) fn moment(&mut self) -> Result<Moment, TextError> {
        match self.token() {
            Token::Moment(moment) => {
                let moment = *moment;
                self.next();
                Ok(moment)
            }
            _ => Err(self.expected("a date like 2026-03-31")),
        }
    }

    pub(super) fn period(&mut self) -> Result<Period, TextError> {
        let period = match self.token() {
            Token::Word(word) => word.parse().ok(),
            _ => None,
        };
        let period = period.ok_or_else(|| self.expected("a period like P3M"))?;
        self.next();
        Ok(period)
    }

    /// A name, as a word or in quotes.
    pub(super) fn name(&mut self, what: &str) -> Result<Name, TextError> {
        let name: Result<Name, String> = match self.token() {
            Token::Word(word) if RESERVED.contains(&word.as_str()) => Err(self.expected(what).reason),
            Token::Word(text) | Token::Quoted(text) => text.parse(),
            _ => Err(self.expected(what).reason),
        };
        let name = name.map_err(|reason| self.error(reason))?;
        self.next();
        Ok(name)
    }

    /// `let strike = 3000`.
    fn definition(&mut self) -> Result<(), TextError> {
        let name = self.name("a name for a number")?;
        if self.lets.len() >= LETS_MAX {
            return Err(self.error("too many names".to_owned()));
        }
        self.mark("=")?;
        let value = self.observable()?;
        // Names stand for what they were when given: a chain of them cannot grow without bound.
        let mut nodes = 0;
        value.measure(0, &mut nodes).map_err(|error| self.error(error.to_string()))?;
        match self.lets.insert(name.as_str().to_owned(), value) {
            None => Ok(()),
            Some(_) => Err(self.error(format!("`{name}` is given twice"))),
        }
    }

    /// `issuer owes holder` and a claim.
    fn leg(&mut self) -> Result<Leg, TextError> {
        let obligor = self.name("a party, or `let`")?;
        self.word("owes")?;
        let holder = self.name("a party")?;
        self.eat_mark(":");
        Ok(Leg { obligor, holder, claim: self.claim()? })
    }

    fn boxed(&mut self) -> Result<Box<Claim>, TextError> {
        self.claim().map(Box::new)
    }

    /// A condition and `:`.
    fn condition(&mut self) -> Result<Predicate, TextError> {
        let condition = self.predicate()?;
        self.mark(":")?;
        Ok(condition)
    }

    fn claim(&mut self) -> Result<Claim, TextError> {
        self.nested(Parser::claim_here)
    }

    fn claim_here(&mut self) -> Result<Claim, TextError> {
        if let Token::Number(number) = self.token() {
            let number = *number;
            self.next();
            return Ok(Claim::amount(number, self.name("an asset")?));
        }
        let Token::Word(word) = self.token().clone() else { return Err(self.expected("a claim")) };
        if !RESERVED.contains(&word.as_str()) {
            return Err(self.expected("a claim"));
        }
        self.next();
        Ok(match word.as_str() {
            "zero" => Claim::Zero,
            "one" => Claim::One(self.name("an asset")?),
            "give" => Claim::Give(self.boxed()?),
            "and" => Claim::And(self.claims()?),
            "or" => Claim::Or(self.name("a name for the choice")?, self.claims()?),
            "cond" => {
                let condition = self.condition()?;
                let yes = self.boxed()?;
                self.word("else")?;
                Claim::Cond(condition, yes, self.boxed()?)
            }
            "scale" => {
                let factor = self.observable()?;
                self.mark(":")?;
                Claim::Scale(factor, self.boxed()?)
            }
            "when" => Claim::When(self.condition()?, self.boxed()?),
            "anytime" => {
                let name = self.name("a name for the election")?;
                Claim::Anytime(name, self.condition()?, self.boxed()?)
            }
            "until" => Claim::Until(self.condition()?, self.boxed()?),
            "every" => {
                let repeat = self.repeat()?;
                self.mark(":")?;
                Claim::Every(repeat, self.boxed()?)
            }
            "acquired" => {
                let moment = self.moment()?;
                self.mark(":")?;
                Claim::Acquired(moment, self.boxed()?)
            }
            _ => {
                self.at = self.at.saturating_sub(1);
                return Err(self.expected("a claim"));
            }
        })
    }

    fn claims(&mut self) -> Result<Vec<Claim>, TextError> {
        self.mark("{")?;
        let mut claims = Vec::new();
        while !self.eat_mark("}") {
            claims.push(self.claim()?);
        }
        if claims.is_empty() { Err(self.error("at least one claim is needed".to_owned())) } else { Ok(claims) }
    }

    /// `P6M from 2026-07-15 done 2 to 2031-01-15`.
    fn repeat(&mut self) -> Result<Repeat, TextError> {
        let period = self.period()?;
        self.word("from")?;
        let from = self.moment()?;
        let done = if self.eat_word("done") { self.whole()? } else { 0 };
        let to = if self.eat_word("to") { Some(self.moment()?) } else { None };
        Ok(Repeat { from, period, to, done })
    }

    fn whole(&mut self) -> Result<u32, TextError> {
        let count = match self.token() {
            Token::Number(number) if number.0.checked_rem(Number::ONE.0) == Some(0) => {
                number.0.checked_div(Number::ONE.0).and_then(|count| u32::try_from(count).ok())
            }
            _ => None,
        };
        let count = count.ok_or_else(|| self.expected("a whole number"))?;
        self.next();
        Ok(count)
    }

    /// Conditions joined by `or`, weaker than `and`.
    fn predicate(&mut self) -> Result<Predicate, TextError> {
        let mut condition = self.all_of()?;
        while self.eat_word("or") {
            condition = Predicate::Either(Box::new(condition), Box::new(self.all_of()?));
        }
        Ok(condition)
    }

    fn all_of(&mut self) -> Result<Predicate, TextError> {
        let mut condition = self.one_condition()?;
        while self.eat_word("and") {
            condition = Predicate::Both(Box::new(condition), Box::new(self.one_condition()?));
        }
        Ok(condition)
    }

    fn one_condition(&mut self) -> Result<Predicate, TextError> {
        self.nested(|parser| {
            if parser.eat_word("not") {
                return Ok(Predicate::Not(Box::new(parser.one_condition()?)));
            }
            if parser.eat_mark("[") {
                let condition = parser.predicate()?;
                parser.mark("]")?;
                return Ok(condition);
            }
            if parser.eat_word("at") {
                return Ok(Predicate::At(parser.moment()?));
            }
            if parser.eat_word("before") {
                return Ok(Predicate::Before(parser.moment()?));
            }
            if parser.eat_word("elected") {
                return Ok(Predicate::Elected(parser.name("the name of an election")?));
            }
            let left = parser.observable()?;
            let relation = match parser.token() {
                Token::Mark("<") => Relation::Less,
                Token::Mark("<=") => Relation::LessOrEqual,
                Token::Mark("==") => Relation::Equal,
                Token::Mark(">=") => Relation::GreaterOrEqual,
                Token::Mark(">") => Relation::Greater,
                _ => return Err(parser.expected("`<`, `<=`, `==`, `>=` or `>`")),
            };
            parser.next();
            Ok(Predicate::Compare(left, relation, parser.observable()?))
        })
    }
}
