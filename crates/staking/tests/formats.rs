//! Genesis text, wallet text, canonical bytes and the invariants that find what is broken.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::{COIN, HOUR, World, terms};
use gage_accounts::{Names, Signer};
use gage_crypto::hash::sha256;
use gage_staking::operations::{Bond, Claim, SetRoleTerms, Unbond};
use gage_staking::state::{BONDS, PROCEEDS, SLASHES};
use gage_staking::{BondId, Genesis, Operation, Role, SlashId, check_block, check_invariants};
use gage_units::{Amount, AssetId, Timestamp};

struct Symbols;

impl Names for Symbols {
    fn asset(&self, asset: AssetId) -> Option<(String, u8)> {
        (asset == COIN).then(|| ("COIN".to_owned(), 2))
    }
}

fn operations() -> [Operation; 4] {
    [
        Operation::Bond(Bond { role: Role::Publisher, purpose: 3, asset: COIN, amount: Amount(12_345) }),
        Operation::Unbond(Unbond { bond: BondId(4), asset: COIN, amount: Amount(100) }),
        Operation::Claim(Claim { bond: BondId(4) }),
        Operation::SetRoleTerms(SetRoleTerms { role: Role::Listing, terms: terms() }),
    ]
}

#[test]
fn a_wallet_shows_everything() {
    let text = operations().map(|operation| operation.describe(&Symbols));
    assert_eq!(text[0], "Bond 123.45 COIN#0 as publisher for purpose 3");
    assert_eq!(text[1], "Unbond 1 COIN#0 of bond 4");
    assert_eq!(text[2], "Claim what has unbonded of bond 4");
    assert_eq!(text[3], "Let listing bond at least 1 COIN#0, unbonding 72000000 ms, evidence 36000000 ms");
}

#[test]
fn canonical_bytes_are_pinned() {
    let bytes = borsh::to_vec(&operations().to_vec()).unwrap();
    assert_eq!(sha256(&bytes).to_string(), GOLDEN);
    for operation in operations() {
        let json = serde_json::to_string(&operation).unwrap();
        assert_eq!(serde_json::from_str::<Operation>(&json).unwrap(), operation);
    }
}

const GOLDEN: &str = "213085706a7fa210ccb85d9ff1cdf863dc510d204e036b2620258fa56cd2decf";

#[test]
fn genesis_is_readable_text() {
    let mut world = World::new();
    let owner = gage_accounts::id_of(&world.draft, world.owners[2]).unwrap();
    let text = format!(
        r#"{{
        "roles": [ {{ "role": "listing", "terms":
            {{ "asset": 0, "amount_min": "100", "unbonding_ms": 7200000, "evidence_ms": 3600000 }} }} ],
        "bonds": [ {{ "account": "{owner}", "role": "listing", "purpose": 5, "amount": "250" }} ]
    }}"#
    );
    let genesis: Genesis = serde_json::from_str(&text).unwrap();
    let ctx = world.ctx(Signer::Protocol);
    gage_staking::genesis(&mut world.draft, &ctx, &genesis).unwrap();
    check_invariants(&world.draft).unwrap();
    assert_eq!(gage_staking::bonded(&world.draft, Role::Listing, world.owners[2], 5), Amount(250));
    let again: Genesis = serde_json::from_str(&serde_json::to_string(&genesis).unwrap()).unwrap();
    assert_eq!(again, genesis);
    assert!(serde_json::from_str::<Genesis>(r#"{"role": []}"#).is_err());
}

/// Each invariant sees its own kind of damage.
#[test]
fn damage_is_found_and_named() {
    let world = || {
        let mut world = World::new();
        world.bond(0, 1, 1_000).unwrap();
        world.bond(1, 1, 1_000).unwrap();
        world.unbond(0, 0, 200).unwrap();
        let now = world.time;
        world.slash(1, 1_000, 1, now).unwrap();
        world
    };
    let found = |damage: &dyn Fn(&mut World)| {
        let mut world = world();
        damage(&mut world);
        check_invariants(&world.draft).map_err(|broken| broken.invariant)
    };
    assert_eq!(found(&|_| ()), Ok(()));
    let bond = |world: &World, id| BONDS.get(&world.draft, &BondId(id)).unwrap();
    assert_eq!(
        found(&|world| {
            let mut record = bond(world, 0);
            record.active = Amount(801);
            BONDS.put(&mut world.draft, BondId(0), record);
        }),
        Err("BondsAreHeld")
    );
    assert_eq!(found(&|world| BONDS.remove(&mut world.draft, &BondId(0))), Err("BondsAreHeld"));
    assert_eq!(
        found(&|world| {
            let mut record = bond(world, 0);
            record.unbonding[0].claimable_at = Timestamp(record.unbonding[0].since.0 + 10 * HOUR - 1);
            BONDS.put(&mut world.draft, BondId(0), record);
        }),
        Err("UnbondingOutlastsEvidence")
    );
    assert_eq!(
        found(&|world| {
            let mut slash = SLASHES.get(&world.draft, &SlashId(0)).unwrap();
            slash.evidence.hash = gage_crypto::Hash::ZERO;
            SLASHES.put(&mut world.draft, SlashId(0), slash);
        }),
        Err("SlashesHaveEvidence")
    );
    assert_eq!(
        found(&|world| {
            let mut record = bond(world, 0);
            record.purpose = 2;
            BONDS.put(&mut world.draft, BondId(0), record);
        }),
        Err("IndexesFollowBonds")
    );
    let mut world = world();
    PROCEEDS.put(&mut world.draft, (1, COIN), Amount(101));
    assert_eq!(check_block(&world.draft).map_err(|broken| broken.invariant), Err("ProceedsAreHeld"));
}
