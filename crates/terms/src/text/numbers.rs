//! Numbers in a text: sums, products, what is published, parts of years.

use gage_calendar::DayCount;

use super::lexer::Token;
use super::parser::Parser;
use crate::{Instant, Name, Observable, TextError};

impl Parser {
    /// Sums of products.
    pub(super) fn observable(&mut self) -> Result<Observable, TextError> {
        let mut left = self.product()?;
        loop {
            let make = match self.token() {
                Token::Mark("+") => Observable::Add,
                Token::Mark("-") => Observable::Subtract,
                _ => return Ok(left),
            };
            self.next();
            left = make(Box::new(left), Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Result<Observable, TextError> {
        let mut left = self.factor()?;
        loop {
            let make = match self.token() {
                Token::Mark("*") => Observable::Multiply,
                Token::Mark("/") => Observable::Divide,
                _ => return Ok(left),
            };
            self.next();
            left = make(Box::new(left), Box::new(self.factor()?));
        }
    }

    fn factor(&mut self) -> Result<Observable, TextError> {
        self.nested(Parser::factor_here)
    }

    fn factor_here(&mut self) -> Result<Observable, TextError> {
        if self.eat_mark("(") {
            let inner = self.observable()?;
            self.mark(")")?;
            return Ok(inner);
        }
        if self.eat_mark("-") {
            // A sign before a number belongs to it.
            if let Token::Number(number) = self.token() {
                let number = number.negate().map_err(|_| self.error("the number does not fit".to_owned()))?;
                self.next();
                return Ok(Observable::Constant(number));
            }
            return Ok(Observable::Negate(Box::new(self.factor()?)));
        }
        if let Token::Number(number) = self.token() {
            let number = *number;
            self.next();
            return Ok(Observable::Constant(number));
        }
        let Token::Word(word) = self.token().clone() else { return Err(self.expected("a number")) };
        if *self.after() != Token::Mark("(") {
            let value = self.lets.get(&word).cloned();
            let value = value.ok_or_else(|| self.expected("a number, or a name given with `let`"))?;
            self.next();
            return Ok(value);
        }
        self.next();
        self.next();
        let value = match word.as_str() {
            "price" => self.published(Observable::Price)?,
            "fixing" => self.published(Observable::Fixing)?,
            "years" => self.years()?,
            "min" => self.pair(Observable::Min)?,
            "max" => self.pair(Observable::Max)?,
            _ => {
                self.at = self.at.saturating_sub(2);
                return Err(self.expected("`price`, `fixing`, `years`, `min` or `max`"));
            }
        };
        self.mark(")")?;
        Ok(value)
    }

    fn pair(&mut self, make: fn(Box<Observable>, Box<Observable>) -> Observable) -> Result<Observable, TextError> {
        let left = self.observable()?;
        self.mark(",")?;
        Ok(make(Box::new(left), Box::new(self.observable()?)))
    }

    /// `ETH`, `ETH at 2026-03-31`, `ETH at now - P1D`.
    fn published(&mut self, make: fn(Name, Instant) -> Observable) -> Result<Observable, TextError> {
        let name = self.name("the name of what is published")?;
        let instant = if self.eat_word("at") { self.instant()? } else { Instant::Now };
        Ok(make(name, instant))
    }

    fn years(&mut self) -> Result<Observable, TextError> {
        let name = self.quoted("a day count in quotes, like \"ACT/360\"")?;
        let count = DayCount::ALL.into_iter().find(|count| count.name() == name);
        let plain = |count: &DayCount| {
            let needs = [DayCount::ThirtyE360Isda, DayCount::ActualActualIcma, DayCount::Business252];
            !needs.contains(count)
        };
        let count = count.filter(plain).ok_or_else(|| {
            let names: Vec<&str> =
                DayCount::ALL.iter().filter(|count| plain(count)).map(|count| count.name()).collect();
            self.at = self.at.saturating_sub(1);
            self.error(format!("\"{name}\" is none of {}", names.join(", ")))
        })?;
        self.mark(",")?;
        let from = self.instant()?;
        self.mark(",")?;
        Ok(Observable::Years(count, from, self.instant()?))
    }

    fn instant(&mut self) -> Result<Instant, TextError> {
        if !self.eat_word("now") {
            return Ok(Instant::At(self.moment()?));
        }
        if self.eat_mark("-") { Ok(Instant::Before(self.period()?)) } else { Ok(Instant::Now) }
    }
}
