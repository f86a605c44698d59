//! Days, rates, bonds, credit.

use crate::data::{Report, Table};

pub fn report(table: &Table, name: (&str, usize)) -> Option<Report> {
    Some(match name {
        ("interpolations.cpp", _) => Report::none(table, "interpolations of others: not built"),
        ("cdo.cpp" | "nthtodefault.cpp", _) => Report::none(table, "baskets of credits: not built"),
        ("creditdefaultswap.cpp", _) => Report::none(table, "inputs only: the swap is checked in our tests"),
        _ => return None,
    })
}
