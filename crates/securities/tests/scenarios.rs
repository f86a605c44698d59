//! What issuers, verifiers, governance and time do to an asset.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod support;

use gage_accounts::{Names, Output, Quantity, Signer};
use gage_crypto::Hash;
use gage_ledger::AssetKind;
use gage_securities::operations::{
    Attest, List, MintBacked, RedeemBacked, RequestRedemption, ScopeName, SetBackingTerms, SetComposition,
    SetExposureLimit, SetMintLimit, SetRedemptionTerms,
};
use gage_securities::state::Document;
use gage_securities::{
    AssetStatus, BackingStatus, Error, GROWN_MS, Genesis, Isin, LOOSEN_MS, Operation, Part, RedemptionPrice,
    RedemptionTerms, Scope, asset_status, check_exposure, collateral_cap, composition, coverage, exposure,
    probation_cap, query, set_backing_by_module,
};
use gage_store::Kind;
use gage_units::{Amount, AssetId, Bps, Ratio, Timestamp};
use support::{DAY, E18, World};

fn status(world: &World, asset: AssetId) -> AssetStatus {
    asset_status(&world.draft, &world.context(Signer::Protocol), asset).unwrap()
}

#[test]
fn minting_never_exceeds_what_is_proven() {
    let mut world = World::new();
    let asset = world.backed();
    let not_proven = Err(Error::BackingNotProven { asset, status: BackingStatus::Quarantined });
    assert_eq!(world.mint(asset, 1), not_proven);
    world.attest(1, asset, 1_000).unwrap();
    // One verifier alone proves nothing.
    assert_eq!(world.mint(asset, 1), not_proven);
    world.attest(2, asset, 900).unwrap();
    assert_eq!(world.mint(asset, 901), Err(Error::ExceedsBacking(asset)));
    assert_eq!(world.mint(asset, 900), Ok(Some(Output { asset, amount: Amount(900) })));
    assert_eq!(world.mint(asset, 1), Err(Error::ExceedsBacking(asset)));
    assert_eq!(gage_ledger::balance(&world.draft, world.accounts[0], asset).free, Amount(900));
    assert_eq!(status(&world, asset).backing, BackingStatus::Proven);
    // A third, larger statement raises the amount two verifiers reach.
    world.attest(3, asset, 2_000).unwrap();
    world.mint(asset, 100).unwrap();
    assert_eq!(world.mint(asset, 1), Err(Error::ExceedsBacking(asset)));
    // Only the issuer mints, and only what this module mints.
    let mint = |asset| Operation::MintBacked(MintBacked { asset, amount: Amount(1) });
    assert_eq!(world.act(1, mint(asset)), Err(Error::NotIssuer(asset)));
    let issuer = world.accounts[0];
    let plain = world.asset(AssetKind::Issued { issuer });
    assert_eq!(world.mint(plain, 1), Err(Error::NotBacked(plain)));
    assert_eq!(world.govern(Operation::SetBackingTerms(world.terms(plain))), Err(Error::NotMintedHere(plain)));
    let zero = Err(Error::Accounts(gage_accounts::Error::ZeroAmount));
    assert_eq!(world.mint(asset, 0), zero);
}

#[test]
fn a_missed_renewal_widens_the_haircut_by_itself_then_quarantines() {
    let mut world = World::new();
    let asset = world.backed();
    (1..=3).for_each(|place| world.attest(place, asset, 1_000).unwrap());
    world.mint(asset, 1_000).unwrap();
    let seen = |world: &World| (status(world, asset).backing, status(world, asset).haircut);
    assert_eq!(seen(&world), (BackingStatus::Proven, Bps(100)));
    world.time += 30 * DAY;
    assert_eq!(seen(&world), (BackingStatus::Late, Bps(100)));
    assert_eq!(world.mint(asset, 1), Err(Error::BackingNotProven { asset, status: BackingStatus::Late }));
    world.time += 5 * DAY;
    assert_eq!(seen(&world), (BackingStatus::Late, Bps(1_100)));
    world.time += 5 * DAY;
    assert_eq!(seen(&world), (BackingStatus::Quarantined, Bps(6_000)));
    // Redeeming is possible all the while; a renewal heals.
    let redeem = |amount| {
        let quantity = Quantity::Exact(Amount(amount));
        Operation::RedeemBacked(RedeemBacked { asset, quantity, reference: Hash([2; 32]) })
    };
    world.act(0, redeem(400)).unwrap();
    (1..=2).for_each(|place| world.attest(place, asset, 600).unwrap());
    assert_eq!(seen(&world), (BackingStatus::Proven, Bps(100)));
    // Two verifiers report a loss: quarantine at once, with at least the missing part.
    world.time += 1;
    (1..=2).for_each(|place| world.attest(place, asset, 150).unwrap());
    world.attest(3, asset, 150).unwrap();
    assert_eq!(seen(&world), (BackingStatus::Quarantined, Bps(7_500)));
    let found = coverage(&world.draft, &world.context(Signer::Protocol), asset).unwrap().unwrap();
    assert_eq!((found.backing, found.claims, found.ratio), (Amount(150), Amount(600), Ratio(E18 / 4)));
    assert!(matches!(world.act(4, redeem(1)), Err(Error::Ledger(_))));
    assert_eq!(world.act(0, redeem(0)), Err(Error::Accounts(gage_accounts::Error::ZeroAmount)));
}

#[test]
fn bad_attestations_are_refused() {
    let mut world = World::new();
    let asset = world.backed();
    let now = world.time;
    let good = Attest {
        asset,
        amount: Amount(5),
        as_of: Timestamp(now - 10),
        expires: Timestamp(now + DAY),
        evidence: Hash([1; 32]),
    };
    let mut act = |place, attest| world.act(place, Operation::Attest(attest)).map(|_| ());
    assert_eq!(act(0, good), Err(Error::NotVerifier(asset)));
    assert_eq!(act(1, Attest { asset: AssetId(9), ..good }), Err(Error::NotBacked(AssetId(9))));
    assert_eq!(act(1, Attest { as_of: Timestamp(now + 1), ..good }), Err(Error::FromTheFuture));
    assert_eq!(act(1, Attest { expires: good.as_of, ..good }), Err(Error::BadExpiry));
    assert_eq!(act(1, Attest { expires: Timestamp(now), ..good }), Err(Error::BadExpiry));
    assert_eq!(act(1, Attest { expires: Timestamp(now + 30 * DAY), ..good }), Err(Error::BadExpiry));
    assert_eq!(act(1, good), Ok(()));
    assert_eq!(act(1, good), Err(Error::NotNewer));
}

#[test]
fn terms_are_governed_and_stay_while_there_is_supply() {
    let mut world = World::new();
    let asset = world.backed();
    let terms = world.terms(asset);
    let own = world.act(0, Operation::SetBackingTerms(terms.clone()));
    assert_eq!(own, Err(Error::Accounts(gage_accounts::Error::NotGovernance)));
    (1..=3).for_each(|place| world.attest(place, asset, 1_000).unwrap());
    world.mint(asset, 10).unwrap();
    let lift = Operation::SetBackingTerms(SetBackingTerms { asset, terms: None });
    assert_eq!(world.govern(lift.clone()), Err(Error::HasSupply(asset)));
    // One of one is never a proof; nor is one verifier named twice.
    let mut alone = terms.clone();
    alone.terms.as_mut().unwrap().threshold = 1;
    let refused = world.govern(Operation::SetBackingTerms(alone));
    assert_eq!(refused, Err(Error::TermsOutOfBounds { term: "threshold" }));
    let mut twice = terms.clone();
    twice.terms.as_mut().unwrap().verifiers = vec![world.ids[1]; 2];
    let refused = world.govern(Operation::SetBackingTerms(twice));
    assert_eq!(refused, Err(Error::TermsOutOfBounds { term: "verifiers" }));
    // New verifiers: the statements of those who left count no more.
    let mut other = terms;
    other.terms.as_mut().unwrap().verifiers = vec![world.ids[1], world.ids[4]];
    world.govern(Operation::SetBackingTerms(other)).unwrap();
    assert_eq!(status(&world, asset).backing, BackingStatus::Quarantined);
    let quantity = Quantity::Exact(Amount(10));
    world.act(0, Operation::RedeemBacked(RedeemBacked { asset, quantity, reference: Hash::ZERO })).unwrap();
    world.govern(lift).unwrap();
    assert_eq!(status(&world, asset).backing, BackingStatus::NotBacked);
}

#[test]
fn compositions_expand_to_base_assets_and_refuse_cycles() {
    let mut world = World::new();
    let a: Vec<AssetId> = (0..8).map(|_| world.asset(AssetKind::Module(200))).collect();
    // 2 is half 0 and a quarter 1; 3 is two of 2 and one of 0.
    world.compose(a[2], &[(a[0], E18 / 2), (a[1], E18 / 4)]).unwrap();
    world.compose(a[3], &[(a[0], E18), (a[2], 2 * E18)]).unwrap();
    assert_eq!(composition(&world.draft, a[3]).unwrap(), [(a[0], Ratio(2 * E18)), (a[1], Ratio(E18 / 2))]);
    assert_eq!(composition(&world.draft, a[0]).unwrap(), [(a[0], Ratio::ONE)]);
    assert_eq!(world.compose(a[0], &[(a[3], E18)]), Err(Error::Cycle));
    assert_eq!(world.compose(a[0], &[(a[0], E18)]), Err(Error::Cycle));
    assert_eq!(world.compose(a[2], &[(a[0], E18), (a[3], E18)]), Err(Error::Cycle));
    // Depth 1 and 2; up to 4.
    world.compose(a[4], &[(a[3], E18)]).unwrap();
    world.compose(a[5], &[(a[4], E18)]).unwrap();
    assert_eq!(status(&world, a[5]).wrap_depth, 4);
    assert_eq!(world.compose(a[6], &[(a[5], E18)]), Err(Error::TooDeep));
    // A change below reaches all above.
    world.compose(a[2], &[(a[1], 3 * E18)]).unwrap();
    assert_eq!(composition(&world.draft, a[5]).unwrap(), [(a[0], Ratio(E18)), (a[1], Ratio(6 * E18))]);
    // Whoever is made of it is not asked; what gets too deep has no standing until it is mended.
    world.compose(a[7], &[(a[6], E18)]).unwrap();
    world.compose(a[1], &[(a[7], E18)]).unwrap();
    assert_eq!((status(&world, a[3]).backing, status(&world, a[3]).wrap_depth), (BackingStatus::NotBacked, 4));
    let lost = status(&world, a[5]);
    assert_eq!((lost.backing, lost.haircut, lost.wrap_depth), (BackingStatus::Quarantined, Bps::ONE, 5));
    assert_eq!(composition(&world.draft, a[5]), Err(Error::TooDeep));
    assert_eq!(world.compose(a[6], &[(a[5], E18)]), Err(Error::TooDeep));
    world.compose(a[1], &[]).unwrap();
    assert_eq!(status(&world, a[5]).backing, BackingStatus::NotBacked);
    // A base asset again: everything above gets flatter.
    world.compose(a[2], &[]).unwrap();
    assert_eq!((status(&world, a[2]).wrap_depth, status(&world, a[5]).wrap_depth), (0, 3));
    assert_eq!(composition(&world.draft, a[5]).unwrap(), [(a[0], Ratio(E18)), (a[2], Ratio(2 * E18))]);
    let parts = |weights: &[(u32, u128)]| {
        let part = |(asset, weight): &(u32, u128)| Part { asset: AssetId(*asset), weight: Ratio(*weight) };
        let parts = weights.iter().map(part).collect();
        Operation::SetComposition(SetComposition { asset: a[7], parts })
    };
    assert_eq!(world.govern(parts(&[(0, 0)])), Err(Error::ZeroWeight));
    assert_eq!(world.govern(parts(&[(1, 1), (0, 1)])), Err(Error::NotAscending));
    assert_eq!(world.govern(parts(&[(0, 1); 17])), Err(Error::ListTooLong));
    assert!(matches!(world.govern(parts(&[(99, 1)])), Err(Error::Ledger(_))));
    assert_eq!(world.act(4, parts(&[(0, 1)])), Err(Error::NotIssuer(a[7])));
}

#[test]
fn a_wrapper_is_no_better_than_what_it_wraps() {
    let mut world = World::new();
    let inner = world.backed();
    let issuer = world.accounts[0];
    let (middle, outer) = (world.asset(AssetKind::Issued { issuer }), world.asset(AssetKind::Issued { issuer }));
    world.compose(middle, &[(inner, E18)]).unwrap();
    world.compose(outer, &[(middle, E18)]).unwrap();
    assert_eq!(status(&world, outer).backing, BackingStatus::Quarantined);
    (1..=2).for_each(|place| world.attest(place, inner, 1_000).unwrap());
    let found = status(&world, outer);
    assert_eq!((found.backing, found.haircut, found.wrap_depth), (BackingStatus::Proven, Bps(100), 2));
    world.time += 35 * DAY;
    assert_eq!((status(&world, outer).backing, status(&world, outer).haircut), (BackingStatus::Late, Bps(1_100)));
}

#[test]
fn a_module_reports_what_backs_its_own_assets() {
    let mut world = World::new();
    let (own, foreign) = (world.asset(AssetKind::Module(10)), world.asset(AssetKind::Module(9)));
    let holder = world.accounts[4];
    let ctx = world.context(Signer::Protocol);
    gage_ledger::mint(&mut world.draft, &ctx, 10, own, holder, Amount(1_000)).unwrap();
    let mut report = |asset, amount| set_backing_by_module(&mut world.draft, &ctx, 10, asset, Amount(amount));
    assert_eq!(report(foreign, 1), Err(Error::NotItsModule(foreign)));
    report(own, 1_500).unwrap();
    let found = coverage(&world.draft, &ctx, own).unwrap().unwrap();
    assert_eq!((found.ratio, found.status), (Ratio(3 * E18 / 2), BackingStatus::Proven));
    assert_eq!(status(&world, own).haircut, Bps(0));
    set_backing_by_module(&mut world.draft, &ctx, 10, own, Amount(999)).unwrap();
    assert_eq!((status(&world, own).backing, status(&world, own).haircut), (BackingStatus::Quarantined, Bps(10)));
    assert_eq!(query::coverages(&world.draft, &ctx).unwrap().len(), 1);
}

#[test]
fn instruments_have_versions_issuers_and_one_isin_each() {
    let mut world = World::new();
    let issuer = world.accounts[0];
    let bond = world.asset(AssetKind::Issued { issuer });
    let apple = Isin(*b"US0378331005");
    let mut first = world.instrument(bond, 1);
    first.isin = Some(apple);
    first.documents = vec![Document { title: "prospectus".to_owned(), hash: Hash([3; 32]) }];
    first.paying_agent = Some(world.ids[4]);
    let register = |world: &mut World, place, instrument: &gage_securities::operations::RegisterInstrument| {
        world.act(place, Operation::RegisterInstrument(instrument.clone())).map(|_| ())
    };
    assert_eq!(register(&mut world, 1, &first), Err(Error::NotIssuer(bond)));
    register(&mut world, 0, &first).unwrap();
    assert_eq!(register(&mut world, 0, &first), Err(Error::NotNextVersion));
    // The minting account stays the issuer; the ISIN is taken.
    let mut second = world.instrument(bond, 2);
    second.issuer = world.ids[1];
    assert_eq!(register(&mut world, 0, &second), Err(Error::NotIssuer(bond)));
    let other = world.asset(AssetKind::Issued { issuer });
    let mut copy = world.instrument(other, 1);
    copy.isin = Some(apple);
    assert_eq!(register(&mut world, 0, &copy), Err(Error::IsinTaken(bond)));
    // Once amended away, it is free.
    let second = world.instrument(bond, 2);
    register(&mut world, 0, &second).unwrap();
    register(&mut world, 0, &copy).unwrap();

    let bad = |change: &dyn Fn(&mut gage_securities::operations::RegisterInstrument)| {
        let mut instrument = world.instrument(bond, 3);
        change(&mut instrument);
        Operation::RegisterInstrument(instrument).validate()
    };
    let text = |field| Err(Error::BadText { field });
    assert_eq!(bad(&|it| it.isin = Some(Isin(*b"US0378331006"))), Err(Error::BadIdentifier { field: "isin" }));
    assert_eq!(bad(&|it| it.name.clear()), text("name"));
    assert_eq!(bad(&|it| it.name = "caf\u{e9}".to_owned()), text("name"));
    for law in ["", "us", "USA", "US-", "US-NEWY", "US-ny", "\u{e9}"] {
        assert_eq!(bad(&|it| it.governing_law = law.to_owned()), text("governing_law"), "{law:?}");
    }
    assert_eq!(bad(&|it| it.governing_law = "GB".to_owned()), Ok(()));
    let document = Document { title: "x".to_owned(), hash: Hash::ZERO };
    assert_eq!(bad(&|it| it.documents = vec![document.clone(); 17]), Err(Error::ListTooLong));
    let view = query::asset(&world.draft, &world.context(Signer::Protocol), other).unwrap();
    let json = serde_json::to_value(&view).unwrap();
    assert_eq!(json["instrument"]["isin"], "US0378331005");
    assert_eq!(json["status"]["backing"], "not_backed");
}

/// However many assets are made of one, its issuer recomposes it; each is right when it is read.
#[test]
fn a_hundred_wrappers_do_not_keep_an_issuer_from_recomposing() {
    let mut world = World::new();
    let (base, other) = (world.asset(AssetKind::Module(200)), world.asset(AssetKind::Module(200)));
    let wrappers: Vec<AssetId> = (0..100).map(|_| world.asset(AssetKind::Module(200))).collect();
    for wrapper in &wrappers {
        world.compose(*wrapper, &[(base, 2 * E18)]).unwrap();
    }
    world.compose(base, &[(other, 3 * E18)]).unwrap();
    for wrapper in &wrappers {
        assert_eq!(composition(&world.draft, *wrapper).unwrap(), [(other, Ratio(6 * E18))]);
    }
}

#[test]
fn exposure_looks_through_and_is_limited() {
    let mut world = World::new();
    let issuer = world.accounts[0];
    let mut new = |symbol: &str, decimals| {
        let ctx = world.context(Signer::Protocol);
        let kind = AssetKind::Issued { issuer };
        let new = gage_ledger::NewAsset { symbol: symbol.to_owned(), decimals, kind, itemised: false };
        gage_ledger::create_asset(&mut world.draft, &ctx, new).unwrap()
    };
    let (coin, wrapped, basket) = (new("COIN", 8), new("WCOIN", 18), new("BASKET", 6));
    world.compose(wrapped, &[(coin, E18)]).unwrap();
    world.compose(basket, &[(coin, E18 / 4), (wrapped, E18 / 2)]).unwrap();
    // Three baskets are 0.75 and 1.5 coins; a wrapped coin and a coin are one each. Of 8 decimals.
    let holdings = [(basket, Amount(3_000_000)), (wrapped, Amount(E18)), (coin, Amount(100_000_000))];
    let found = exposure(&world.draft, &holdings).unwrap();
    assert_eq!(found.into_iter().collect::<Vec<_>>(), [(coin, Amount(425_000_000))]);
    // A wrapped unit too small for the coin's decimals is one smallest unit of it: never understated.
    assert_eq!(exposure(&world.draft, &[(wrapped, Amount(1))]).unwrap()[&coin], Amount(1));

    let record = gage_ledger::Beneficiary { module: 10, id: 1 };
    let limit =
        |scope, max: u128| Operation::SetExposureLimit(SetExposureLimit { scope, base: coin, max: Some(Amount(max)) });
    let refused = Err(Error::Accounts(gage_accounts::Error::NotGovernance));
    assert_eq!(world.act(0, limit(ScopeName::Record(record), 5)), refused);
    assert_eq!(world.act(0, limit(ScopeName::Account(world.ids[1]), 5)), refused);
    assert_eq!(check_exposure(&world.draft, Scope::Record(record), &holdings), Ok(()));
    world.govern(limit(ScopeName::Record(record), 425_000_000)).unwrap();
    assert_eq!(check_exposure(&world.draft, Scope::Record(record), &holdings), Ok(()));
    let more = [holdings[0], holdings[1], (coin, Amount(100_000_001))];
    assert_eq!(check_exposure(&world.draft, Scope::Record(record), &more), Err(Error::ExceedsExposure(coin)));
    // Another scope has its own; an account limits itself.
    assert_eq!(check_exposure(&world.draft, Scope::Account(issuer), &more), Ok(()));
    world.act(0, limit(ScopeName::Account(world.ids[0]), 5)).unwrap();
    let one = [(wrapped, Amount(60_000_000_000))];
    assert_eq!(check_exposure(&world.draft, Scope::Account(issuer), &one), Err(Error::ExceedsExposure(coin)));
    let lift = SetExposureLimit { scope: ScopeName::Account(world.ids[0]), base: coin, max: None };
    world.act(0, Operation::SetExposureLimit(lift)).unwrap();
    assert_eq!(check_exposure(&world.draft, Scope::Account(issuer), &one), Ok(()));
}

#[test]
fn time_tells_when_a_proof_changes() {
    use gage_securities::Event::BackingStatusChanged;
    let mut world = World::new();
    let asset = world.backed();
    (1..=3).for_each(|place| world.attest(place, asset, 1_000).unwrap());
    world.mint(asset, 1_000).unwrap();
    world.events();
    let told = |world: &mut World| {
        world.due();
        let changes = world.events().into_iter().filter_map(|event| match event {
            BackingStatusChanged { status, haircut, .. } => Some((status, haircut)),
            _ => None,
        });
        changes.collect::<Vec<_>>()
    };
    world.time += 30 * DAY - 1;
    assert_eq!(told(&mut world), []);
    world.time += 1;
    assert_eq!(told(&mut world), [(BackingStatus::Late, Bps(100))]);
    world.time += 5 * DAY;
    assert_eq!(told(&mut world), []);
    world.time += 5 * DAY;
    assert_eq!(told(&mut world), [(BackingStatus::Quarantined, Bps(6_000))]);
    world.time += 100 * DAY;
    assert_eq!(told(&mut world), []);
    (1..=2).for_each(|place| world.attest(place, asset, 1_000).unwrap());
    assert_eq!(told(&mut world), [(BackingStatus::Proven, Bps(100))]);
    // A larger statement ends first: what two verifiers still reach no longer covers the supply.
    world.time += 1;
    world.attest(3, asset, 400).unwrap();
    let short = Attest {
        asset,
        amount: Amount(1_000),
        as_of: Timestamp(world.time),
        expires: Timestamp(world.time + DAY),
        evidence: Hash::ZERO,
    };
    world.act(1, Operation::Attest(short)).unwrap();
    assert_eq!(told(&mut world), []);
    world.time += DAY;
    assert_eq!(told(&mut world), [(BackingStatus::Quarantined, Bps(6_000))]);
    // The budget bounds it; nothing is lost.
    let mut other = World::new();
    let assets: Vec<AssetId> = (0..3).map(|_| other.backed()).collect();
    for asset in &assets {
        (1..=2).for_each(|place| other.attest(place, *asset, 5).unwrap());
    }
    other.events();
    other.time += 30 * DAY;
    let ctx = other.context(Signer::Protocol);
    gage_securities::settle_due(&mut other.draft, &ctx, &mut 4_500).unwrap();
    assert_eq!(other.events().len(), 2);
    gage_securities::settle_due(&mut other.draft, &ctx, &mut 4_500).unwrap();
    assert_eq!(other.events().len(), 1);
}

#[test]
fn a_stolen_mint_key_is_bounded_by_proof_and_by_its_window() {
    let mut world = World::new();
    let asset = world.backed();
    (1..=2).for_each(|place| world.attest(place, asset, 10_000).unwrap());
    let limit = |window_ms, max| SetMintLimit { asset, limit: Some((window_ms, Amount(max))) };
    let set = |limit| Operation::SetMintLimit(limit);
    world.govern(set(limit(DAY, 500))).unwrap();
    world.mint(asset, 400).unwrap();
    assert_eq!(world.mint(asset, 101), Err(Error::ExceedsMintLimit(asset)));
    // The issuer's key tightens, and cannot loosen.
    assert_eq!(world.act(0, set(limit(DAY, 501))), Err(Error::LoosensTooFast));
    assert_eq!(world.act(0, set(limit(DAY / 2, 500))), Err(Error::LoosensTooFast));
    assert_eq!(world.act(0, set(SetMintLimit { asset, limit: None })), Err(Error::LoosensTooFast));
    assert_eq!(world.act(1, set(limit(DAY, 1))), Err(Error::NotIssuer(asset)));
    assert_eq!(world.govern(set(limit(5, 1))), Err(Error::TermsOutOfBounds { term: "mint_limit" }));
    world.time += DAY / 4;
    world.mint(asset, 225).unwrap();
    assert_eq!(world.mint(asset, 1), Err(Error::ExceedsMintLimit(asset)));
    // A tighter limit counts what was minted of late.
    world.act(0, set(limit(DAY, 100))).unwrap();
    world.time += DAY - 1;
    assert_eq!(world.mint(asset, 1), Err(Error::ExceedsMintLimit(asset)));
    world.govern(set(SetMintLimit { asset, limit: None })).unwrap();
    world.mint(asset, 9_000).unwrap();
    assert_eq!(world.mint(asset, 1_000), Err(Error::ExceedsBacking(asset)));
}

#[test]
fn anyone_lists_with_a_bond_and_governance_loosens_slowly() {
    let mut world = World::new();
    let issuer = world.accounts[0];
    let (asset, money) = (world.asset(AssetKind::Issued { issuer }), world.asset(AssetKind::Issued { issuer }));
    let ctx = world.context(Signer::Protocol);
    let mint = gage_ledger::operations::Mint { asset: money, to: world.ids[4], amount: Amount(100) };
    let issue = world.context(Signer::Account(issuer));
    gage_ledger::Operation::Mint(mint).apply(&mut world.draft, &issue).unwrap();
    let probation = probation_cap(6).unwrap();
    assert_eq!(probation, Amount(1_000_000_000_000));
    let curator = Some(world.ids[4]);
    let list = List { asset, tier: 0, curator, supply_cap: probation, collateral_cap: Amount(5_000) };
    let refused = Err(Error::ListingNotAllowed);
    let act = |world: &mut World, list: List| world.act(4, Operation::List(list)).map(|_| ());
    assert_eq!(act(&mut world, List { tier: 1, ..list }), refused);
    assert_eq!(act(&mut world, List { tier: 5, ..list }), Err(Error::UnknownTier));
    assert_eq!(act(&mut world, List { supply_cap: Amount(probation.0 + 1), ..list }), refused);
    assert_eq!(act(&mut world, List { curator: None, ..list }), refused);
    assert_eq!(act(&mut world, list), Err(Error::NoListingBond(asset)));

    let role = gage_staking::Role::Listing;
    let terms = gage_staking::RoleTerms { asset: money, amount_min: Amount(50), unbonding_ms: DAY, evidence_ms: DAY };
    let genesis = gage_staking::Genesis {
        roles: vec![gage_staking::GenesisRole { role, terms }],
        ..gage_staking::Genesis::default()
    };
    gage_staking::genesis(&mut world.draft, &ctx, &genesis).unwrap();
    let curator = world.context(Signer::Account(world.accounts[4]));
    let bond = |purpose| gage_staking::operations::Bond { role, purpose, asset: money, amount: Amount(50) };
    let take = |world: &mut World, purpose| {
        gage_staking::Operation::Bond(bond(purpose)).apply(&mut world.draft, &curator).unwrap();
    };
    // A bond for another asset is none.
    take(&mut world, 99);
    assert_eq!(act(&mut world, list), Err(Error::NoListingBond(asset)));
    take(&mut world, u64::from(asset.0));
    assert_eq!(act(&mut world, list), Ok(()));
    assert_eq!(act(&mut world, list), refused);

    // Nothing is collateral without measured depth; then a tenth of it, growing from a tenth to all.
    let cap = |world: &World| collateral_cap(&world.draft, &world.context(Signer::Protocol), asset).unwrap().0;
    let measure = |world: &mut World, module, amount| {
        let ctx = world.context(Signer::Protocol);
        gage_securities::set_depth(&mut world.draft, &ctx, module, asset, Amount(amount)).unwrap();
    };
    assert_eq!(cap(&world), 0);
    measure(&mut world, 8, 60_000);
    measure(&mut world, 10, 40_000);
    assert_eq!(cap(&world), 1_000);
    world.time += GROWN_MS / 2;
    assert_eq!(cap(&world), 0, "a depth of long ago counts for nothing");
    measure(&mut world, 8, 60_000);
    // 55% of a tenth.
    assert_eq!(cap(&world), 3_300);
    world.time += GROWN_MS;
    measure(&mut world, 8, 60_000);
    // All of a tenth would be 6,000: the listing's own cap.
    assert_eq!(cap(&world), 5_000);
    let unbond = gage_staking::operations::Unbond { bond: gage_staking::BondId(1), asset: money, amount: Amount(50) };
    let savepoint = world.draft.savepoint();
    gage_staking::Operation::Unbond(unbond).apply(&mut world.draft, &curator).unwrap();
    assert_eq!(cap(&world), 0, "no bond, no collateral");
    world.draft.undo_to(savepoint);

    // Governance: one tier and twice the caps a week; tighter at once.
    let govern = |world: &mut World, list: List| world.govern(Operation::List(list)).map(|_| ());
    let looser = |tier, collateral_cap| List { tier, collateral_cap: Amount(collateral_cap), ..list };
    let above = probation.0 * 2;
    assert_eq!(govern(&mut world, looser(2, 5_000)), Err(Error::LoosensTooFast));
    assert_eq!(govern(&mut world, looser(1, above)), Err(Error::LoosensTooFast));
    govern(&mut world, looser(1, probation.0)).unwrap();
    assert_eq!(cap(&world), 15_000, "a quarter of the depth");
    assert_eq!(govern(&mut world, looser(2, 6_000)), Err(Error::LoosensTooFast));
    world.time += LOOSEN_MS;
    govern(&mut world, looser(2, above)).unwrap();
    govern(&mut world, looser(0, 10)).unwrap();
    assert_eq!(status(&world, asset).tier, 0);
    assert_eq!(govern(&mut world, looser(0, 11)), Err(Error::LoosensTooFast));
    // Without a listing there is no cap of its own; in the highest tier none but its own.
    assert_eq!(collateral_cap(&world.draft, &ctx, money).unwrap(), Amount::MAX);
    govern(&mut world, List { asset: money, tier: 4, ..list }).unwrap();
    assert_eq!(collateral_cap(&world.draft, &ctx, money).unwrap(), Amount(5_000));
}

#[test]
fn the_supply_cap_of_a_listing_binds_below_the_proof() {
    let mut world = World::new();
    let asset = world.backed();
    let list = List { asset, tier: 3, curator: None, supply_cap: Amount(700), collateral_cap: Amount(500) };
    world.govern(Operation::List(list)).unwrap();
    (1..=2).for_each(|place| world.attest(place, asset, 1_000).unwrap());
    assert_eq!(world.mint(asset, 701), Err(Error::ExceedsSupplyCap(asset)));
    world.mint(asset, 700).unwrap();
}

struct Symbols;

impl Names for Symbols {
    fn asset(&self, asset: AssetId) -> Option<(String, u8)> {
        (asset == AssetId(0)).then(|| ("TBILL".to_owned(), 6))
    }
}

#[test]
fn a_wallet_shows_everything_and_a_rebuild_changes_nothing() {
    let mut world = World::new();
    let asset = world.backed();
    let mint = Operation::MintBacked(MintBacked { asset, amount: Amount(12_500_000) });
    assert_eq!(mint.describe(&Symbols), "Mint 12.5 TBILL#0 against proven backing");
    let compose = Operation::SetComposition(SetComposition {
        asset,
        parts: vec![Part { asset: AssetId(1), weight: Ratio(E18 / 2) }],
    });
    assert_eq!(compose.describe(&Symbols), "Compose TBILL#0 of 0.5 #1");
    let mut instrument = world.instrument(asset, 2);
    instrument.isin = Some(Isin(*b"US0378331005"));
    for operation in
        [Operation::RegisterInstrument(instrument.clone()), Operation::SetBackingTerms(world.terms(asset)), compose]
    {
        let text = operation.describe(&Symbols);
        assert!(text.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{text:?}");
        let json = serde_json::to_string(&operation).unwrap();
        assert_eq!(serde_json::from_str::<Operation>(&json).unwrap(), operation);
    }
    world.govern(Operation::RegisterInstrument(instrument)).unwrap();
    let other = world.asset(AssetKind::Module(200));
    world.compose(other, &[(asset, E18)]).unwrap();
    (1..=2).for_each(|place| world.attest(place, asset, 9).unwrap());
    world.mint(asset, 9).unwrap();
    let money = world.asset(AssetKind::Module(200));
    let (price, gate) = (RedemptionPrice::Par(Amount(1)), Bps::ONE);
    let terms = RedemptionTerms { cash: money, price, notice_ms: 0, window_ms: DAY, gate };
    world.govern(Operation::SetRedemptionTerms(SetRedemptionTerms { asset, terms })).unwrap();
    let quantity = Quantity::Exact(Amount(3));
    world.act(0, Operation::RequestRedemption(RequestRedemption { asset, quantity })).unwrap();
    let derived = |world: &World| {
        let mut records = Vec::new();
        world.draft.visit(Kind::Derived, |key, value| {
            if key[0] == gage_securities::MODULE {
                records.push((key.to_vec(), value.to_vec()));
            }
        });
        records
    };
    let before = derived(&world);
    assert_eq!(before.len(), 3);
    world.draft.clear_derived();
    gage_securities::rebuild(&mut world.draft);
    assert_eq!(derived(&world), before);
}

#[test]
fn genesis_is_the_operations_of_governance() {
    let mut world = World::new();
    let asset = world.asset(AssetKind::Module(gage_securities::MODULE));
    let genesis = Genesis {
        instruments: vec![world.instrument(asset, 1)],
        backings: vec![world.terms(asset)],
        ..Genesis::default()
    };
    let text = serde_json::to_string(&genesis).unwrap();
    let genesis: Genesis = serde_json::from_str(&text).unwrap();
    let ctx = world.context(Signer::Protocol);
    gage_securities::genesis(&mut world.draft, &ctx, &genesis).unwrap();
    gage_securities::check_invariants(&world.draft).unwrap();
    assert_eq!(status(&world, asset).backing, BackingStatus::Quarantined);
    assert!(serde_json::from_str::<Genesis>(r#"{"instrument": []}"#).is_err());
}

#[test]
fn supply_of_genesis_is_in_quarantine_until_it_is_proven() {
    let mut world = World::new();
    let asset = world.asset(AssetKind::Module(gage_securities::MODULE));
    let ctx = world.context(Signer::Protocol);
    let holder = world.accounts[4];
    gage_ledger::mint(&mut world.draft, &ctx, gage_securities::MODULE, asset, holder, Amount(700)).unwrap();
    world.govern(Operation::SetBackingTerms(world.terms(asset))).unwrap();
    assert_eq!(status(&world, asset).backing, BackingStatus::Quarantined);
    assert_eq!(status(&world, asset).haircut, Bps(6_000));
    (1..=2).for_each(|place| world.attest(place, asset, 700).unwrap());
    assert_eq!(status(&world, asset).backing, BackingStatus::Proven);
    let quantity = Quantity::Exact(Amount(700));
    world.act(4, Operation::RedeemBacked(RedeemBacked { asset, quantity, reference: Hash::ZERO })).unwrap();
}
