//! One file per verb.

mod bond;
mod claim;
mod register_validator;
mod report_equivocation;
mod resign_validator;
mod set_role_terms;
mod set_validator_rules;
mod unbond;

pub use bond::Bond;
pub use claim::Claim;
pub use register_validator::RegisterValidator;
pub use report_equivocation::ReportEquivocation;
pub use resign_validator::ResignValidator;
pub use set_role_terms::SetRoleTerms;
pub use set_validator_rules::SetValidatorRules;
pub use unbond::Unbond;
