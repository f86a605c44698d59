//! Accounts, eligibility, settlement, bonds.

use axum::routing::get;
use gage_accounts::Answer;
use gage_accounts::query::{BundleView, GuardView};
use gage_backstop::query::{BatchView, DepositView};
use gage_compliance::query::{ClaimView, StatisticsView, TransferReport};
use gage_compliance::{Identity, Rules, Standing};
use gage_ledger::query::{HoldingView, InstructionView, SubHoldingView};
use gage_staking::Equivocation;
use gage_staking::query::{BondView, SlashView, ValidatorsView};
use gage_verify::Evidence;

use super::Entry;
use crate::handlers::{accounts, backstop, bundles, compliance, records, settlement, staking};
use crate::openapi::Route;
use crate::paging::PageQuery;

pub(crate) fn routes() -> Vec<Entry> {
    let mut all = of_accounts();
    all.extend(of_compliance());
    all.extend(of_settlement());
    all.extend(of_staking());
    all
}

fn of_accounts() -> Vec<Entry> {
    let tag = "accounts";
    vec![
        (
            Route::get("list_accounts", "/v1/accounts", tag, "The accounts by number")
                .query::<PageQuery>()
                .page::<accounts::AccountLine>(),
            get(accounts::list),
        ),
        (
            Route::get(
                "get_account",
                "/v1/accounts/{account}",
                tag,
                "An account: keys, sessions, next nonces, fee credit",
            )
            .answers::<accounts::AccountReply>(),
            get(accounts::get),
        ),
        (
            Route::get(
                "get_guard",
                "/v1/accounts/{account}/guard",
                tag,
                "What watches over an account: rules, breakers, guardians, what was spent",
            )
            .answers::<GuardView>(),
            get(accounts::guarded),
        ),
        (
            Route::get(
                "prove_policy",
                "/v1/accounts/{account}/policy-proof",
                tag,
                "The most of an asset that any so many keys can move within a time, and what bounds it",
            )
            .query::<accounts::ProofQuery>()
            .answers::<Answer>(),
            get(accounts::proof),
        ),
        (
            Route::get("list_holdings", "/v1/accounts/{account}/holdings", tag, "What an account holds")
                .query::<PageQuery>()
                .page::<HoldingView>(),
            get(accounts::holdings),
        ),
        (
            Route::get(
                "prove_holding",
                "/v1/accounts/{account}/holdings/{asset}/proof",
                "proofs",
                "A holding, or its absence, with proof",
            )
            .query::<records::AtQuery>()
            .answers::<Evidence>(),
            get(records::holding),
        ),
        (
            Route::get(
                "get_exposure",
                "/v1/accounts/{account}/exposure",
                tag,
                "What an account is exposed to in base assets, looked through every composition",
            )
            .list::<accounts::ExposureLine>(),
            get(accounts::exposure),
        ),
        (
            Route::get(
                "list_account_bundles",
                "/v1/accounts/{account}/bundles",
                tag,
                "What an account's keys propose and approve",
            )
            .query::<PageQuery>()
            .page::<BundleView>(),
            get(bundles::list),
        ),
        (
            Route::get("get_bundle", "/v1/bundles/{bundle}", tag, "A proposal with its approvals")
                .answers::<BundleView>(),
            get(bundles::get),
        ),
        (
            Route::get(
                "list_account_deposits",
                "/v1/accounts/{account}/deposits",
                "backstop",
                "An account's deposits in all stability pools",
            )
            .list::<DepositView>(),
            get(backstop::of_account),
        ),
        (
            Route::get(
                "list_gain_batches",
                "/v1/accounts/{account}/gain-batches",
                "backstop",
                "Gains that an account put up for sale for money, and has not claimed",
            )
            .list::<BatchView>(),
            get(backstop::batches),
        ),
    ]
}

fn of_compliance() -> Vec<Entry> {
    let tag = "compliance";
    vec![
        (
            Route::get(
                "explain_transfer",
                "/v1/compliance/explain",
                tag,
                "Whether a transfer would pass; if not, every clause that fails, what helps, and from when",
            )
            .query::<compliance::ExplainQuery>()
            .answers::<TransferReport>(),
            get(compliance::explain),
        ),
        (
            Route::get("get_rules", "/v1/compliance/rules/{asset}", tag, "What an asset asks of its holders")
                .answers::<Rules>(),
            get(compliance::rules),
        ),
        (
            Route::get(
                "get_standing",
                "/v1/accounts/{account}/standing",
                tag,
                "What is known of an account as a holder",
            )
            .answers::<Standing>(),
            get(compliance::standing),
        ),
        (
            Route::get("get_identity", "/v1/compliance/identities/{identity}", tag, "An identity")
                .answers::<Identity>(),
            get(compliance::identity),
        ),
        (
            Route::get("list_claims", "/v1/compliance/identities/{identity}/claims", tag, "Claims about an identity")
                .query::<PageQuery>()
                .page::<ClaimView>(),
            get(compliance::claims),
        ),
        (
            Route::get(
                "get_statistics",
                "/v1/compliance/statistics/{asset}",
                tag,
                "What is counted of an asset's holders",
            )
            .answers::<StatisticsView>(),
            get(compliance::statistics),
        ),
        (
            Route::get(
                "list_largest_holders",
                "/v1/compliance/statistics/{asset}/largest",
                tag,
                "The largest holders of a counted asset, the largest first",
            )
            .query::<compliance::LargestQuery>()
            .list::<compliance::HolderLine>(),
            get(compliance::largest),
        ),
    ]
}

fn of_settlement() -> Vec<Entry> {
    let tag = "settlement";
    vec![
        (
            Route::get(
                "list_instructions",
                "/v1/instructions",
                tag,
                "Settlement instructions: open ones, and those ended of late",
            )
            .query::<settlement::InstructionsQuery>()
            .page::<InstructionView>(),
            get(settlement::list),
        ),
        (
            Route::get("get_instruction", "/v1/instructions/{instruction}", tag, "A settlement instruction")
                .answers::<InstructionView>(),
            get(settlement::get),
        ),
        (
            Route::get("get_hold", "/v1/holds/{hold}", tag, "An amount set aside").answers::<settlement::HoldReply>(),
            get(settlement::hold),
        ),
        (
            Route::get(
                "list_sub_holdings",
                "/v1/accounts/{account}/sub-holdings/{asset}",
                tag,
                "The register of a holder of record: who owns what of an asset behind it",
            )
            .query::<PageQuery>()
            .page::<SubHoldingView>(),
            get(settlement::sub_holdings),
        ),
    ]
}

fn of_staking() -> Vec<Entry> {
    let tag = "staking";
    vec![
        (
            Route::get("list_roles", "/v1/staking/roles", tag, "The roles that are bonded, with their terms")
                .list::<staking::RoleReply>(),
            get(staking::roles),
        ),
        (
            Route::get("list_bonds", "/v1/staking/bonds", tag, "The bonds of a role for a purpose, at most 100")
                .query::<staking::BondsQuery>()
                .list::<BondView>(),
            get(staking::bonds),
        ),
        (
            Route::get(
                "get_validators",
                "/v1/staking/validators",
                tag,
                "Who orders in this epoch and the next, who offers to, and by which rules",
            )
            .answers::<ValidatorsView>(),
            get(staking::validators),
        ),
        (
            Route::get(
                "list_handovers",
                "/v1/staking/handovers",
                tag,
                "The proofs of later sets of validators, each certified by the set before it, the oldest first, at most 100",
            )
            .query::<staking::HandoversQuery>()
            .list::<Evidence>(),
            get(staking::handovers),
        ),
        (
            Route::get(
                "list_equivocations",
                "/v1/staking/equivocations",
                tag,
                "Contradictions of validators that this node has seen, to be reported",
            )
            .list::<Equivocation>(),
            get(staking::equivocations),
        ),
        (Route::get("get_bond", "/v1/staking/bonds/{bond}", tag, "A bond").answers::<BondView>(), get(staking::bond)),
        (
            Route::get("list_account_bonds", "/v1/accounts/{account}/bonds", tag, "The bonds of an account")
                .query::<PageQuery>()
                .page::<BondView>(),
            get(staking::of_account),
        ),
        (
            Route::get(
                "list_slashes",
                "/v1/staking/slashes",
                tag,
                "What was taken from bonds, with the evidence's hash",
            )
            .query::<PageQuery>()
            .page::<SlashView>(),
            get(staking::slashes),
        ),
    ]
}
