//! Operations and signed transactions of a run.

use gage_accounts::Quantity;
use gage_agents::liquidator::Take;
use gage_agents::publisher::Observation;
use gage_backstop::operations::Tranche;
use gage_chain::{Operation, SignedTransaction};
use gage_client::Signer;
use gage_crypto::AccountId;
use gage_ledger::operations::Payment;
use gage_units::{Amount, AssetId, Timestamp};
use gage_vaults::VaultId;

use super::world::{Actor, COLLATERAL, FACILITY, FEED, STABLE, WATERFALL};

/// How long a transaction may wait.
const VALID_MS: u64 = 3_600_000;

/// Signs `operations` as the actor's next transaction.
///
/// # Errors
/// Never in practice: an Ed25519 key signs every payload.
pub fn sign(
    actor: &mut Actor<Signer>,
    now: Timestamp,
    operations: Vec<Operation>,
) -> anyhow::Result<SignedTransaction> {
    Ok(actor.key.signed(now.plus_ms(VALID_MS)?, operations)?)
}

pub fn report(seen: &Observation) -> Operation {
    let report = gage_oracle::operations::Report {
        feed: FEED,
        price: seen.price,
        confidence: seen.confidence,
        bid: None,
        ask: None,
        observed_at: Timestamp(seen.observed_at_ms),
    };
    Operation::Oracle(gage_oracle::Operation::ReportMany(gage_oracle::operations::ReportMany { reports: vec![report] }))
}

pub fn open_vault() -> Operation {
    Operation::Vaults(gage_vaults::Operation::OpenVault(gage_vaults::operations::OpenVault { facility: FACILITY }))
}

pub fn deposit(vault: VaultId, amount: Amount) -> Operation {
    let deposit = gage_vaults::operations::Deposit { vault, asset: COLLATERAL, amount: Quantity::Exact(amount) };
    Operation::Vaults(gage_vaults::Operation::Deposit(deposit))
}

pub fn borrow(vault: VaultId, amount: Amount) -> Operation {
    Operation::Vaults(gage_vaults::Operation::Borrow(gage_vaults::operations::Borrow { vault, asset: STABLE, amount }))
}

pub fn transfer(to: AccountId, asset: AssetId, amount: Amount) -> Operation {
    let transfer = gage_ledger::operations::Transfer { to, asset, quantity: Quantity::Exact(amount) };
    Operation::Ledger(gage_ledger::Operation::Transfer(transfer))
}

pub fn pay(payments: Vec<Payment>) -> Operation {
    Operation::Ledger(gage_ledger::Operation::TransferMany(gage_ledger::operations::TransferMany { payments }))
}

pub fn take(take: &Take) -> Operation {
    let take = gage_auctions::operations::Take {
        lot: gage_auctions::LotId(take.lot),
        asset: COLLATERAL,
        amount: Quantity::Exact(take.amount),
        want: STABLE,
        price_max: take.price_max,
    };
    Operation::Auctions(gage_auctions::Operation::Take(take))
}

pub fn deposit_stability(amount: Amount) -> Operation {
    let deposit = gage_backstop::operations::DepositStability {
        waterfall: WATERFALL,
        asset: STABLE,
        amount: Quantity::Exact(amount),
    };
    Operation::Backstop(gage_backstop::Operation::DepositStability(deposit))
}

pub fn deposit_first_loss(amount: Amount) -> Operation {
    let deposit = gage_backstop::operations::DepositFirstLoss {
        waterfall: WATERFALL,
        asset: STABLE,
        amount: Quantity::Exact(amount),
    };
    Operation::Backstop(gage_backstop::Operation::DepositFirstLoss(deposit))
}

pub fn request_withdrawal(amount: Amount) -> Operation {
    let request = gage_backstop::operations::RequestWithdrawal {
        waterfall: WATERFALL,
        asset: STABLE,
        tranche: Tranche::Stability,
        amount,
    };
    Operation::Backstop(gage_backstop::Operation::RequestWithdrawal(request))
}

pub fn withdraw_stability(amount: Amount) -> Operation {
    let withdraw = gage_backstop::operations::WithdrawStability {
        waterfall: WATERFALL,
        asset: STABLE,
        amount: Quantity::Exact(amount),
    };
    Operation::Backstop(gage_backstop::Operation::WithdrawStability(withdraw))
}
