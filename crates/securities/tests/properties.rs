//! Random statements, compositions and mints against naive models.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod support;

use std::collections::BTreeMap;

use gage_accounts::{Quantity, Signer};
use gage_crypto::Hash;
use gage_ledger::AssetKind;
use gage_securities::backing::{BackingTerms, Statement};
use gage_securities::operations::RedeemBacked;
use gage_securities::{BackingStatus, Error, Operation, WRAP_DEPTH_MAX, asset_status, composition, proof};
use gage_units::{AccountNumber, Amount, AssetId, Bps, Ratio, Timestamp};
use proptest::prelude::*;
use support::{DAY, E18, World};

fn terms(count: u32, threshold: u8) -> BackingTerms {
    BackingTerms {
        description: "x".to_owned(),
        verifiers: (0..count).map(AccountNumber).collect(),
        threshold,
        validity_ms: 30 * DAY,
        grace_ms: 20 * 3_600_000,
        haircut: Bps(50),
        late_haircut: Bps(3_000),
        quarantine_haircut: Bps(9_000),
    }
}

/// The status by trying every amount and every hour: proven now, else when it last was.
fn by_trial(terms: &BackingTerms, statements: &[Statement], supply: u128, now: u64) -> (BackingStatus, u128) {
    let reached = |amount: u128, at: u64| {
        let live = statements.iter().filter(|statement| statement.expires.0 > at);
        live.filter(|statement| statement.amount.0 >= amount).count() >= usize::from(terms.threshold)
    };
    let lives = |at: u64| {
        statements.iter().filter(|statement| statement.expires.0 > at).count() >= usize::from(terms.threshold)
    };
    let best = |at: u64| (0..=40).rev().find(|amount| reached(*amount, at)).unwrap_or(0);
    let (status, proven) = if lives(now) {
        (BackingStatus::Proven, best(now))
    } else {
        match (0..now).rev().find(|at| lives(*at)) {
            Some(last) if now - (last + 1) < terms.grace_ms => (BackingStatus::Late, best(last)),
            Some(last) => (BackingStatus::Quarantined, best(last)),
            None => (BackingStatus::Quarantined, 0),
        }
    };
    if supply > proven { (BackingStatus::Quarantined, proven) } else { (status, proven) }
}

#[derive(Clone, Debug)]
enum Step {
    Compose { asset: usize, parts: Vec<(usize, u8)> },
    Attest { place: usize, amount: u128 },
    Mint { amount: u128 },
    Redeem { amount: u128 },
    Wait { days: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0usize..8, prop::collection::vec((0usize..8, 1u8..5), 0..4))
            .prop_map(|(asset, parts)| Step::Compose { asset, parts }),
        3 => (1usize..4, 0u128..1_000).prop_map(|(place, amount)| Step::Attest { place, amount }),
        3 => (1u128..400).prop_map(|amount| Step::Mint { amount }),
        1 => (1u128..400).prop_map(|amount| Step::Redeem { amount }),
        2 => (1u64..20).prop_map(|days| Step::Wait { days }),
    ]
}

type Book = BTreeMap<AssetId, BTreeMap<AssetId, u128>>;

fn depth(book: &Book, asset: AssetId, left: u8) -> Option<u8> {
    let Some(parts) = book.get(&asset).filter(|parts| !parts.is_empty()) else { return Some(0) };
    let left = left.checked_sub(1)?;
    parts
        .keys()
        .map(|part| depth(book, *part, left))
        .try_fold(0, |most, next| Some(most.max(next?)))
        .map(|most| most + 1)
}

fn flatten(book: &Book, asset: AssetId, weight: u128, into: &mut BTreeMap<AssetId, u128>) {
    match book.get(&asset).filter(|parts| !parts.is_empty()) {
        Some(parts) => parts.iter().for_each(|(part, each)| flatten(book, *part, weight * each, into)),
        None => *into.entry(asset).or_default() += weight,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn a_proof_is_what_trial_finds(
        statements in prop::collection::vec((0u128..40, 1u64..60), 0..6),
        threshold in 2u8..4,
        supply in 0u128..40,
        now in 0u64..90,
    ) {
        let mut terms = terms(6, threshold);
        // Hours stand for milliseconds, so that trial stays short.
        terms.grace_ms = 20;
        let statement = |(amount, expires): &(u128, u64)| Statement {
            amount: Amount(*amount),
            expires: Timestamp(*expires),
        };
        let statements: Vec<Statement> = statements.iter().map(statement).collect();
        let found = terms.prove(&statements, Amount(supply), Timestamp(now)).unwrap();
        prop_assert_eq!((found.status, found.proven.0), by_trial(&terms, &statements, supply, now));
        prop_assert!(found.haircut >= terms.haircut && found.haircut <= Bps::ONE);
        // Waiting never improves it.
        let later = terms.prove(&statements, Amount(supply), Timestamp(now + 1)).unwrap();
        prop_assert!(later.status >= found.status && later.haircut >= found.haircut);
    }

    /// Random compositions against a book of parts that is flattened by recursion; random
    /// statements, mints and redemptions: no unit is minted above its proof (the world checks the
    /// invariants after every step).
    #[test]
    fn records_agree_with_the_book(steps in prop::collection::vec(step(), 1..60)) {
        let mut world = World::new();
        let backed = world.backed();
        let assets: Vec<AssetId> =
            (0..7).map(|_| world.asset(AssetKind::Module(200))).chain([backed]).collect();
        let mut book = Book::new();
        for step in steps {
            match step {
                Step::Wait { days } => world.time += days * DAY,
                Step::Attest { place, amount } => {
                    world.time += 1;
                    world.attest(place, backed, amount).unwrap();
                }
                Step::Mint { amount } => {
                    let ctx = world.context(Signer::Protocol);
                    let before = proof(&world.draft, &ctx, backed).unwrap().unwrap();
                    let supply = gage_ledger::supply(&world.draft, backed).0;
                    let allowed = before.status == BackingStatus::Proven && supply + amount <= before.proven.0;
                    prop_assert_eq!(world.mint(backed, amount).is_ok(), allowed);
                }
                Step::Redeem { amount } => {
                    let supply = gage_ledger::supply(&world.draft, backed).0;
                    let quantity = Quantity::Exact(Amount(amount));
                    let redeem = RedeemBacked { asset: backed, quantity, reference: Hash::ZERO };
                    let done = world.act(0, Operation::RedeemBacked(redeem)).is_ok();
                    prop_assert_eq!(done, amount <= supply);
                }
                Step::Compose { asset, parts } => {
                    let asset = assets[asset];
                    let parts: BTreeMap<AssetId, u128> =
                        parts.iter().map(|(part, weight)| (assets[*part], u128::from(*weight))).collect();
                    let list: Vec<(AssetId, u128)> =
                        parts.iter().map(|(part, weight)| (*part, weight * E18)).collect();
                    let mut next = book.clone();
                    next.insert(asset, parts);
                    // A cycle has no depth; neither has what is too deep. Who is made of it is not asked.
                    let sound = depth(&next, asset, WRAP_DEPTH_MAX).is_some();
                    let result = world.compose(asset, &list);
                    prop_assert_eq!(result.is_ok(), sound, "{:?}", result);
                    if sound {
                        book = next;
                    } else {
                        prop_assert!(matches!(result, Err(Error::Cycle | Error::TooDeep)));
                    }
                }
            }
            for asset in &assets {
                let status = asset_status(&world.draft, &world.context(Signer::Protocol), *asset).unwrap();
                let found = composition(&world.draft, *asset);
                let Some(layers) = depth(&book, *asset, WRAP_DEPTH_MAX) else {
                    prop_assert_eq!(found, Err(Error::TooDeep));
                    prop_assert_eq!((status.backing, status.haircut), (BackingStatus::Quarantined, Bps::ONE));
                    continue;
                };
                prop_assert_eq!(status.wrap_depth, layers);
                let mut expected = BTreeMap::new();
                flatten(&book, *asset, 1, &mut expected);
                let expected: Vec<(AssetId, Ratio)> =
                    expected.into_iter().map(|(asset, weight)| (asset, Ratio(weight * E18))).collect();
                prop_assert_eq!(found.unwrap(), expected);
            }
        }
    }
}

proptest! {
    /// Arbitrary bytes are an operation or an error, never a panic; an operation has one encoding.
    #[test]
    fn arbitrary_bytes_decode_or_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..300), verb in 0u8..15) {
        let mut bytes = bytes;
        if let Some(first) = bytes.first_mut() {
            *first = verb;
        }
        if let Ok(operation) = borsh::from_slice::<Operation>(&bytes) {
            prop_assert_eq!(borsh::to_vec(&operation).unwrap(), bytes);
            drop(operation.validate());
        }
    }
}
