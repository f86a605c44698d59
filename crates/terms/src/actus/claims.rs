use super::Outcome;
use crate::{Claim, Contract, Leg, Name, Number, Observable, Predicate, TermsError};

/// The most payments of one list, so that a list of lists is a claim.
const LIST: usize = 256;

/// The dated payments of a contract of the standard in the contract language: what `obligor` owes `holder`, negative
/// payoffs given back. It executes, projects and prices like any other contract.
///
/// # Errors
/// [`TermsError::BadList`] for a currency that is no name, or as [`Contract::validate`].
pub fn as_claim(title: &str, outcomes: &[Outcome], obligor: Name, holder: Name) -> Result<Contract, TermsError> {
    let mut payments = Vec::new();
    for outcome in outcomes.iter().filter(|outcome| !outcome.payoff.is_zero()) {
        let currency: Name = outcome.currency.parse().map_err(|_| TermsError::BadList)?;
        payments.push(Claim::When(Predicate::At(outcome.time), Box::new(payment(outcome.payoff, currency)?)));
    }
    let from = outcomes.first().map(|outcome| outcome.time).ok_or(TermsError::BadList)?;
    let mut lists: Vec<Claim> = payments.chunks(LIST).map(|list| Claim::And(list.to_vec())).collect();
    let claim = match lists.len() {
        0 => Claim::Zero,
        1 => lists.remove(0),
        _ => Claim::And(lists),
    };
    let contract = Contract { title: title.to_owned(), from, legs: vec![Leg { obligor, holder, claim }] };
    contract.validate()?;
    Ok(contract)
}

fn payment(amount: Number, currency: Name) -> Result<Claim, TermsError> {
    let claim = Claim::Scale(Observable::Constant(amount.magnitude()?), Box::new(Claim::One(currency)));
    Ok(if amount.is_negative() { Claim::Give(Box::new(claim)) } else { claim })
}
