//! Which module an operation belongs to: every call by name, in one place.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Class, Context, Names, Output};
use gage_store::{Draft, TableName};
use serde::{Deserialize, Serialize};

use crate::{ChainOperation, Rejection};

/// Everything an account can ask.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Fee credit and scheduling.
    Chain(ChainOperation),
    /// Who may sign.
    Accounts(gage_accounts::Operation),
    /// Eligibility.
    Compliance(gage_compliance::Operation),
    /// Value.
    Ledger(gage_ledger::Operation),
    /// Prices.
    Oracle(gage_oracle::Operation),
    /// What an asset is.
    Securities(gage_securities::Operation),
    /// Lots.
    Auctions(gage_auctions::Operation),
    /// Who bears a loss.
    Backstop(gage_backstop::Operation),
    /// Debt against pledged assets.
    Vaults(gage_vaults::Operation),
    /// Bonds.
    Staking(gage_staking::Operation),
}

impl Operation {
    /// The number of the module it belongs to.
    pub fn module(&self) -> u8 {
        match self {
            Operation::Chain(_) => crate::MODULE,
            Operation::Accounts(_) => gage_accounts::MODULE,
            Operation::Compliance(_) => gage_compliance::MODULE,
            Operation::Ledger(_) => gage_ledger::MODULE,
            Operation::Oracle(_) => gage_oracle::MODULE,
            Operation::Securities(_) => gage_securities::MODULE,
            Operation::Auctions(_) => gage_auctions::MODULE,
            Operation::Backstop(_) => gage_backstop::MODULE,
            Operation::Vaults(_) => gage_vaults::MODULE,
            Operation::Staking(_) => gage_staking::MODULE,
        }
    }

    /// Checks what needs no state. # Errors The first refusal.
    pub fn validate(&self) -> Result<(), Rejection> {
        match self {
            Operation::Chain(operation) => operation.validate(),
            Operation::Accounts(operation) => Ok(operation.validate()?),
            Operation::Compliance(operation) => Ok(operation.validate()?),
            Operation::Ledger(operation) => Ok(operation.validate()?),
            Operation::Oracle(operation) => Ok(operation.validate()?),
            Operation::Securities(operation) => Ok(operation.validate()?),
            Operation::Auctions(operation) => Ok(operation.validate()?),
            Operation::Backstop(operation) => Ok(operation.validate()?),
            Operation::Vaults(operation) => Ok(operation.validate()?),
            Operation::Staking(operation) => Ok(operation.validate()?),
        }
    }

    /// Does it. # Errors The first refusal; the caller undoes.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Rejection> {
        match self {
            Operation::Chain(operation) => operation.apply(draft, ctx),
            Operation::Accounts(operation) => Ok(operation.apply(draft, ctx)?),
            Operation::Compliance(operation) => Ok(operation.apply(draft, ctx)?),
            Operation::Ledger(operation) => Ok(operation.apply(draft, ctx)?),
            Operation::Oracle(operation) => Ok(operation.apply(draft, ctx)?),
            Operation::Securities(operation) => Ok(operation.apply(draft, ctx)?),
            Operation::Auctions(operation) => Ok(operation.apply(draft, ctx)?),
            Operation::Backstop(operation) => Ok(operation.apply(draft, ctx)?),
            Operation::Vaults(operation) => Ok(operation.apply(draft, ctx)?),
            Operation::Staking(operation) => Ok(operation.apply(draft, ctx)?),
        }
    }

    /// The order of execution.
    pub fn class(&self) -> Class {
        match self {
            Operation::Chain(operation) => operation.class(),
            Operation::Accounts(operation) => operation.class(),
            Operation::Compliance(operation) => operation.class(),
            Operation::Ledger(operation) => operation.class(),
            Operation::Oracle(operation) => operation.class(),
            Operation::Securities(operation) => operation.class(),
            Operation::Auctions(operation) => operation.class(),
            Operation::Backstop(operation) => operation.class(),
            Operation::Vaults(operation) => operation.class(),
            Operation::Staking(operation) => operation.class(),
        }
    }

    /// The work it causes; 1,000 is one simple operation.
    pub fn weight(&self) -> u64 {
        match self {
            Operation::Chain(operation) => operation.weight(),
            Operation::Accounts(operation) => operation.weight(),
            Operation::Compliance(operation) => operation.weight(),
            Operation::Ledger(operation) => operation.weight(),
            Operation::Oracle(operation) => operation.weight(),
            Operation::Securities(operation) => operation.weight(),
            Operation::Auctions(operation) => operation.weight(),
            Operation::Backstop(operation) => operation.weight(),
            Operation::Vaults(operation) => operation.weight(),
            Operation::Staking(operation) => operation.weight(),
        }
    }

    /// Records that due work will write for it and that it leaves the deposit for.
    fn records_ahead(&self) -> u64 {
        match self {
            Operation::Securities(operation) => operation.records_ahead(),
            _ => 0,
        }
    }

    /// The work that the rules of the assets it moves add to it, as they stand now.
    pub(crate) fn rules_weight(&self, draft: &Draft) -> u64 {
        match self {
            Operation::Ledger(operation) => operation.rules_weight(draft),
            Operation::Securities(operation) => operation.rules_weight(draft),
            Operation::Auctions(operation) => operation.rules_weight(draft),
            Operation::Backstop(operation) => operation.rules_weight(draft),
            Operation::Vaults(operation) => operation.rules_weight(draft),
            Operation::Chain(ChainOperation::BuyCredit(buy)) => gage_compliance::movement_weight(draft, buy.asset),
            Operation::Chain(ChainOperation::GiveCredit(give)) => {
                gage_compliance::movement_weight(draft, give.asset).saturating_mul(2)
            }
            Operation::Chain(ChainOperation::WithdrawCredit(withdraw)) => {
                gage_compliance::movement_weight(draft, withdraw.asset)
            }
            // These move nothing between accounts.
            Operation::Chain(_)
            | Operation::Accounts(_)
            | Operation::Compliance(_)
            | Operation::Oracle(_)
            | Operation::Staking(_) => 0,
        }
    }

    /// What a wallet shows.
    pub fn describe(&self, names: &dyn Names) -> String {
        match self {
            Operation::Chain(operation) => operation.describe(names),
            Operation::Accounts(operation) => operation.describe(names),
            Operation::Compliance(operation) => operation.describe(names),
            Operation::Ledger(operation) => operation.describe(names),
            Operation::Oracle(operation) => operation.describe(names),
            Operation::Securities(operation) => operation.describe(names),
            Operation::Auctions(operation) => operation.describe(names),
            Operation::Backstop(operation) => operation.describe(names),
            Operation::Vaults(operation) => operation.describe(names),
            Operation::Staking(operation) => operation.describe(names),
        }
    }
}

/// Makes room for every module's tables.
pub(crate) fn create_tables(draft: &mut Draft) {
    crate::state::create_tables(draft);
    gage_accounts::create_tables(draft);
    gage_compliance::create_tables(draft);
    gage_ledger::create_tables(draft);
    gage_staking::create_tables(draft);
    gage_oracle::create_tables(draft);
    gage_securities::create_tables(draft);
    gage_auctions::create_tables(draft);
    gage_backstop::create_tables(draft);
    gage_vaults::create_tables(draft);
}

/// Number, name and kind of every table of this version, by number.
pub fn table_names() -> Vec<TableName> {
    let mut draft = Draft::new(0);
    create_tables(&mut draft);
    draft.tables().into_iter().map(|(name, _)| name).collect()
}

/// Fills every module's derived tables from the authenticated ones.
pub(crate) fn rebuild(draft: &mut Draft) {
    draft.clear_derived();
    gage_accounts::rebuild(draft);
    gage_compliance::rebuild(draft);
    gage_ledger::rebuild(draft);
    gage_staking::rebuild(draft);
    gage_oracle::rebuild(draft);
    gage_securities::rebuild(draft);
    gage_auctions::rebuild(draft);
    gage_backstop::rebuild(draft);
    gage_vaults::rebuild(draft);
    draft.commit();
}

/// Records that due work will write for operations.
pub(crate) fn records_ahead(operations: &[Operation]) -> u64 {
    operations.iter().map(Operation::records_ahead).fold(0, u64::saturating_add)
}
