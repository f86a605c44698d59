//! Assets, prices, payments, redemption.

use axum::routing::get;
use gage_ledger::query::AssetView;
use gage_oracle::Permission;
use gage_oracle::query::{BandView, FeedView, OffenceView, PriceView, PublisherView};
use gage_securities::query::{
    ContractView, DistributionView, EntitlementView, ListedView, QueueView, RequestView, RetirementView, VerifierView,
    WaitView,
};

use super::Entry;
use crate::handlers::{assets, feeds, payments, redemption};
use crate::openapi::Route;
use crate::paging::PageQuery;

pub(crate) fn routes() -> Vec<Entry> {
    let mut all = of_assets();
    all.extend(of_prices());
    all.extend(of_payments());
    all.extend(of_redemption());
    all
}

fn of_assets() -> Vec<Entry> {
    let tag = "assets";
    vec![
        (
            Route::get("list_assets", "/v1/assets", tag, "The assets")
                .query::<assets::AssetsQuery>()
                .page::<AssetView>(),
            get(assets::list),
        ),
        (
            Route::get("get_asset", "/v1/assets/{asset}", tag, "An asset with its supply").answers::<AssetView>(),
            get(assets::get),
        ),
        (
            Route::get(
                "get_security",
                "/v1/securities/{asset}",
                tag,
                "What an asset is, what backs it, how it is admitted",
            )
            .answers::<gage_securities::query::AssetView>(),
            get(assets::security),
        ),
        (
            Route::get(
                "list_attestations",
                "/v1/securities/{asset}/attestations",
                tag,
                "What an asset's verifiers said last",
            )
            .list::<VerifierView>(),
            get(assets::attestations),
        ),
        (
            Route::get("list_listings", "/v1/listings", tag, "How assets are admitted: tier, curator, caps")
                .query::<PageQuery>()
                .page::<ListedView>(),
            get(assets::listings),
        ),
        (
            Route::get("list_coverage", "/v1/coverage", tag, "Every asset with backing: backing, claims, ratio")
                .query::<PageQuery>()
                .page::<assets::CoverageReply>(),
            get(assets::coverage),
        ),
    ]
}

fn of_prices() -> Vec<Entry> {
    let tag = "prices";
    vec![
        (
            Route::get("list_feeds", "/v1/feeds", tag, "The price feeds").query::<PageQuery>().page::<FeedView>(),
            get(feeds::list),
        ),
        (
            Route::get("get_price", "/v1/feeds/{feed}", tag, "A price with everything it stands on")
                .answers::<PriceView>(),
            get(feeds::get),
        ),
        (
            Route::get("get_asset_price", "/v1/assets/{asset}/price", tag, "The price of an asset in the numeraire")
                .answers::<PriceView>(),
            get(feeds::of_asset),
        ),
        (
            Route::get(
                "list_publishers",
                "/v1/feeds/{feed}/publishers",
                tag,
                "The publishers of a feed: weight, bond, keys of statements, last report, what waits for judgement",
            )
            .list::<PublisherView>(),
            get(feeds::publishers),
        ),
        (
            Route::get(
                "list_bands",
                "/v1/feeds/{feed}/bands",
                tag,
                "How low and how high a bonded feed was, in steps of ten seconds over six hours",
            )
            .query::<PageQuery>()
            .page::<BandView>(),
            get(feeds::bands),
        ),
        (
            Route::get("get_matrix", "/v1/oracle/matrix", tag, "Which price permits what").list::<Permission>(),
            get(feeds::matrix),
        ),
        (
            Route::get("list_offences", "/v1/oracle/offences", tag, "Proven offences of publishers")
                .query::<PageQuery>()
                .page::<OffenceView>(),
            get(feeds::offences),
        ),
    ]
}

fn of_payments() -> Vec<Entry> {
    let tag = "payments";
    vec![
        (
            Route::get("list_distributions", "/v1/distributions", tag, "What assets pay: coupons, dividends, offers")
                .query::<payments::OfAssetQuery>()
                .page::<DistributionView>(),
            get(payments::distributions),
        ),
        (
            Route::get(
                "get_distribution",
                "/v1/distributions/{distribution}",
                tag,
                "A distribution: who is entitled to what, from when, and whether the money is there",
            )
            .answers::<DistributionView>(),
            get(payments::distribution),
        ),
        (
            Route::get(
                "get_entitlement",
                "/v1/distributions/{distribution}/entitlements/{account}",
                tag,
                "What a distribution by the register owes an account, and what is withheld of it",
            )
            .answers::<EntitlementView>(),
            get(payments::entitlement),
        ),
        (
            Route::get(
                "get_contract",
                "/v1/securities/{asset}/contract",
                tag,
                "The contract of an asset: its terms as text, its reserve, the payments to come",
            )
            .answers::<ContractView>(),
            get(payments::contract),
        ),
        (
            Route::get("list_retirements", "/v1/retirements", tag, "Units that were retired for good")
                .query::<payments::OfAssetQuery>()
                .page::<RetirementView>(),
            get(payments::retirements),
        ),
    ]
}

fn of_redemption() -> Vec<Entry> {
    let tag = "redemption";
    vec![
        (
            Route::get("list_queues", "/v1/redemptions", tag, "The queues").query::<PageQuery>().page::<QueueView>(),
            get(redemption::queues),
        ),
        (
            Route::get("get_queue", "/v1/redemptions/{asset}", tag, "The queue of an asset").answers::<QueueView>(),
            get(redemption::queue),
        ),
        (
            Route::get("get_wait", "/v1/redemptions/{asset}/wait", tag, "How long a request made now would wait")
                .query::<redemption::WaitQuery>()
                .answers::<WaitView>(),
            get(redemption::wait),
        ),
        (
            Route::get("list_requests", "/v1/redemption-requests", tag, "The requests")
                .query::<redemption::RequestsQuery>()
                .page::<RequestView>(),
            get(redemption::requests),
        ),
        (
            Route::get("get_request", "/v1/redemption-requests/{request}", tag, "A request").answers::<RequestView>(),
            get(redemption::request),
        ),
    ]
}
