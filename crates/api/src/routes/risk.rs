//! Vaults, auctions, the backstop.

use axum::routing::get;
use gage_auctions::query::{HeldView, LotView, UniformView};
use gage_backstop::query::{CoverageProof, DepositView, ReceiptView, WaterfallView};
use gage_vaults::query::{FacilityView, PoolView, ProtectionView, VaultLotView, VaultView};
use gage_verify::Evidence;

use super::Entry;
use crate::handlers::{auctions, backstop, records, vaults};
use crate::openapi::Route;
use crate::paging::PageQuery;

pub(crate) fn routes() -> Vec<Entry> {
    let mut all = of_vaults();
    all.extend(of_auctions());
    all.extend(of_backstop());
    all
}

fn of_vaults() -> Vec<Entry> {
    let tag = "vaults";
    vec![
        (
            Route::get("list_vaults", "/v1/vaults", tag, "The vaults")
                .query::<vaults::VaultsQuery>()
                .page::<VaultView>(),
            get(vaults::list),
        ),
        (
            Route::get("get_vault", "/v1/vaults/{vault}", tag, "A vault at the quotes of the last mark")
                .answers::<VaultView>(),
            get(vaults::get),
        ),
        (
            Route::get(
                "get_protection",
                "/v1/vaults/{vault}/protection",
                tag,
                "What stands between a vault and an auction: margin call, ladder, band",
            )
            .answers::<ProtectionView>(),
            get(vaults::protection),
        ),
        (
            Route::get("prove_vault", "/v1/vaults/{vault}/proof", "proofs", "A vault's record with proof")
                .query::<records::AtQuery>()
                .answers::<Evidence>(),
            get(records::vault),
        ),
        (
            Route::get("list_vault_lots", "/v1/vault-lots", tag, "Lots at auction for vaults")
                .query::<vaults::VaultLotsQuery>()
                .page::<VaultLotView>(),
            get(vaults::lots),
        ),
        (
            Route::get("list_facilities", "/v1/facilities", tag, "The facilities")
                .query::<PageQuery>()
                .page::<FacilityView>(),
            get(vaults::facilities),
        ),
        (
            Route::get(
                "get_facility",
                "/v1/facilities/{facility}",
                tag,
                "A facility: terms, totals, identity, coverage, pool, pegs, redemption, shutdown",
            )
            .answers::<FacilityView>(),
            get(vaults::facility),
        ),
        (
            Route::get(
                "get_pool",
                "/v1/facilities/{facility}/pool",
                tag,
                "The suppliers' pool of a facility: shares, price, utilisation, rate",
            )
            .answers::<PoolView>(),
            get(vaults::pool),
        ),
        (
            Route::get(
                "count_candidates",
                "/v1/facilities/{facility}/candidates",
                tag,
                "How many vaults the index cannot call safe",
            )
            .answers::<vaults::CandidatesReply>(),
            get(vaults::candidates),
        ),
    ]
}

fn of_auctions() -> Vec<Entry> {
    let tag = "auctions";
    vec![
        (
            Route::get("list_lots", "/v1/auctions", tag, "The lots at auction")
                .query::<auctions::LotsQuery>()
                .page::<LotView>(),
            get(auctions::list),
        ),
        (
            Route::get("get_lot", "/v1/auctions/{lot}", tag, "A lot with its price now").answers::<LotView>(),
            get(auctions::get),
        ),
        (
            Route::get("preview_take", "/v1/auctions/{lot}/preview", tag, "What a take would move now")
                .query::<auctions::PreviewQuery>()
                .answers::<auctions::PreviewReply>(),
            get(auctions::preview),
        ),
        (
            Route::get("prove_lot", "/v1/auctions/{lot}/proof", "proofs", "A lot's record with proof")
                .query::<records::AtQuery>()
                .answers::<Evidence>(),
            get(records::auction),
        ),
        (
            Route::get("list_held", "/v1/auctions-held", tag, "What the module's account holds for lots")
                .list::<HeldView>(),
            get(auctions::held),
        ),
        (
            Route::get(
                "list_uniform_lots",
                "/v1/uniform-lots",
                tag,
                "Lots sold at one price for all, without their books",
            )
            .query::<PageQuery>()
            .page::<auctions::UniformReply>(),
            get(auctions::uniform_list),
        ),
        (
            Route::get(
                "get_uniform_lot",
                "/v1/uniform-lots/{lot}",
                tag,
                "A lot sold at one price for all, with its book",
            )
            .answers::<UniformView>(),
            get(auctions::uniform),
        ),
    ]
}

fn of_backstop() -> Vec<Entry> {
    let tag = "backstop";
    vec![
        (
            Route::get("list_waterfalls", "/v1/backstop", tag, "The waterfalls with their capital")
                .query::<PageQuery>()
                .page::<WaterfallView>(),
            get(backstop::list),
        ),
        (
            Route::get(
                "get_waterfall",
                "/v1/backstop/{waterfall}",
                tag,
                "A waterfall with its capital: pool, first loss, insurance tiers, surplus",
            )
            .answers::<WaterfallView>(),
            get(backstop::get),
        ),
        (
            Route::get(
                "get_backstop_coverage",
                "/v1/backstop/{waterfall}/coverage",
                tag,
                "What each step could bear of a loss, with the keys of the records that prove it",
            )
            .query::<backstop::CoverageQuery>()
            .answers::<CoverageProof>(),
            get(backstop::coverage),
        ),
        (
            Route::get(
                "get_deposit",
                "/v1/backstop/{waterfall}/deposits/{account}",
                tag,
                "An account's deposit in the stability pool",
            )
            .answers::<DepositView>(),
            get(backstop::deposit),
        ),
        (
            Route::get(
                "get_insurance_deposit",
                "/v1/backstop/{waterfall}/insurance/{tier}/deposits/{account}",
                tag,
                "An account's deposit in an insurance tier",
            )
            .answers::<DepositView>(),
            get(backstop::insurance),
        ),
        (
            Route::get("list_loss_receipts", "/v1/backstop-receipts", tag, "Who bore which loss")
                .query::<backstop::ReceiptsQuery>()
                .page::<ReceiptView>(),
            get(backstop::receipts),
        ),
        (
            Route::get("get_loss_receipt", "/v1/backstop-receipts/{receipt}", tag, "Who bore one loss")
                .answers::<ReceiptView>(),
            get(backstop::receipt),
        ),
    ]
}
