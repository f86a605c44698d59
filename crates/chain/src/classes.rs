//! The transactions of a block by class, in the order of the list.

use gage_accounts::Class;

use crate::SignedTransaction;

/// The classes in the order of their execution.
pub(crate) const ORDER: [Class; 5] = [Class::Report, Class::Reduce, Class::Rest, Class::General, Class::Exit];

/// Puts transactions into the order a block must have: by class, else as given.
pub fn sort(transactions: &mut [SignedTransaction]) {
    transactions.sort_by_key(|signed| signed.transaction.class());
}
