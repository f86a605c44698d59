//! One file per verb.

mod bond;
mod claim;
mod set_role_terms;
mod unbond;

pub use bond::Bond;
pub use claim::Claim;
pub use set_role_terms::SetRoleTerms;
pub use unbond::Unbond;
