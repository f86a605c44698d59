//! Bonds: `bond pub-1 publisher 0 100 BOND`, `unbond pub-1 bond-0 50 BOND`, `claim-bond pub-1 bond-0`.

use gage_chain::Operation;
use gage_staking::operations::{Bond, Claim, Unbond};
use gage_staking::{BondId, Operation as Staking, Role};
use strum::IntoEnumIterator;

use super::{Asked, exact};
use crate::scenario::number::numbered;

/// Reads the words of one operation on bonds.
pub fn read(words: &[&str]) -> Result<Asked, String> {
    let (from, operation) = match *words {
        ["bond", from, name, purpose, count, symbol] => {
            let (amount, asset) = exact(count, symbol)?;
            let (role, purpose) = (role(name)?, number(purpose)?);
            (from, Staking::Bond(Bond { role, purpose, asset, amount }))
        }
        ["unbond", from, bond, count, symbol] => {
            let (amount, asset) = exact(count, symbol)?;
            let bond = BondId(numbered(bond, "bond")?);
            (from, Staking::Unbond(Unbond { bond, asset, amount }))
        }
        ["claim-bond", from, bond] => (from, Staking::Claim(Claim { bond: BondId(numbered(bond, "bond")?) })),
        _ => return Err(format!("`{}` is no step of a bond", words.join(" "))),
    };
    Ok((from.to_owned(), Operation::Staking(operation)))
}

/// A role by its name.
pub fn role(name: &str) -> Result<Role, String> {
    Role::iter().find(|role| role.name() == name).ok_or_else(|| format!("there is no role {name}"))
}

/// The number of a purpose.
pub fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("`{text}` is no purpose"))
}
