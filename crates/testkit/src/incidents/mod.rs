//! Incidents of other systems: of each the rule that failed, in its smallest form and with its figures.
//! The scenario of the same name shows what the same acts come to here; tests print both.

pub mod aave_crv;
pub mod black_thursday;
pub mod capo;
pub mod drift_presigned;
pub mod erc4626_inflation;
pub mod euler_donation;
pub mod figures;
pub mod moonwell;
pub mod pool_evasion;
pub mod resolv_mint_key;
pub mod rseth_authenticity;
pub mod squads_stale_approval;
pub mod stale_restart;
