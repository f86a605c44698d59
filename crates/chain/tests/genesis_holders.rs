//! A genesis file whose first holders are counted, and asked, like any that come later.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::{ALICE, BOB, ISSUER, Network, WALLET, id, rejected};
use gage_accounts::Quantity;
use gage_chain::{Chain, Genesis, GenesisError, Operation, Outcome};
use gage_compliance::operations::SetTrustedIssuers;
use gage_compliance::rule::{Scope, Topic};
use gage_compliance::{Caps, ClaimValue, Counted, GenesisClaim, GenesisIdentity, GenesisRules, Statistics};
use gage_ledger::operations::Transfer;
use gage_ledger::{GenesisAsset, GenesisBalance};
use gage_units::{Amount, AssetId};

const SHARE: AssetId = AssetId(1);

/// Alice holds 100 and Bob 50 of an asset that at most so many may hold; Alice is resident in the US.
fn genesis(holders_max: u64) -> Genesis {
    let mut genesis = common::genesis();
    let (symbol, issuer) = ("SHARE".to_owned(), Some(id(ISSUER)));
    genesis.ledger.assets.push(GenesisAsset { symbol, decimals: 0, issuer, module: None, itemised: false });
    for (user, amount) in [(ALICE, 100), (BOB, 50)] {
        genesis.ledger.balances.push(GenesisBalance { account: id(user), asset: SHARE, amount: Amount(amount) });
    }
    let resident = GenesisClaim {
        issuer: id(ISSUER),
        topic: Topic::Resident,
        scope: Scope::Identity,
        jurisdiction: Some("US".parse().unwrap()),
        expires: None,
    };
    for (user, claims) in [(ALICE, vec![resident]), (BOB, vec![]), (WALLET, vec![])] {
        genesis.compliance.identities.push(GenesisIdentity { accounts: vec![id(user)], claims });
    }
    let (asset, topic, issuers) = (Some(SHARE), Topic::Resident, vec![id(ISSUER)]);
    genesis.compliance.trusted_issuers.push(SetTrustedIssuers { asset, topic, issuers });
    let caps = Caps { holders_max: Some(holders_max), ..Caps::default() };
    genesis.compliance.rules.push(GenesisRules {
        asset: SHARE,
        agent: Some(id(ISSUER)),
        requirements: vec![],
        venues: None,
        counted: Some(Counted { topics: vec![Topic::Resident], caps }),
    });
    genesis
}

fn send(to: u8, amount: u128) -> Operation {
    let quantity = Quantity::Exact(Amount(amount));
    Operation::Ledger(gage_ledger::Operation::Transfer(Transfer { to: id(to), asset: SHARE, quantity }))
}

#[test]
fn first_holders_are_counted_and_the_cap_holds() {
    let mut network = Network::with(&genesis(2), 1, 1);
    let statistics = |network: &Network| gage_compliance::statistics(network.chain.draft(), SHARE);
    let after_genesis = Statistics { holders: 2, owned: Amount(150), supply: Amount(150) };
    assert_eq!(statistics(&network), after_genesis);
    let of = |network: &Network, value| {
        let sums = gage_compliance::query::value_statistics(network.chain.draft(), SHARE, Topic::Resident, value);
        (sums.holders, sums.owned.0)
    };
    assert_eq!(of(&network, ClaimValue::Of("US".parse().unwrap())), (1, 100));
    assert_eq!(of(&network, ClaimValue::Absent), (1, 50));

    rejected(&network.run(ALICE, vec![send(WALLET, 10)]), Some(0), "Ineligible");
    assert_eq!(network.run(ALICE, vec![send(BOB, 40)]).outcome, Outcome::Done);
    assert_eq!(of(&network, ClaimValue::Absent), (1, 90));
    // Where one sells out, another may come.
    assert_eq!(network.run(ALICE, vec![send(WALLET, 60)]).outcome, Outcome::Done);
    assert_eq!(statistics(&network), after_genesis);
}

#[track_caller]
fn refused(genesis: &Genesis) {
    match Chain::from_genesis(genesis, 1) {
        Err(GenesisError::Section { section, reason }) => {
            assert_eq!((section, reason.name.as_str()), ("ledger", "Ineligible"));
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("the file is accepted"),
    }
}

#[test]
fn first_holders_are_asked() {
    refused(&genesis(1));
    // Whoever belongs to no identity cannot hold what is counted.
    let mut stranger = genesis(3);
    stranger.ledger.balances.push(GenesisBalance { account: id(common::GOVERNOR), asset: SHARE, amount: Amount(1) });
    refused(&stranger);
}

#[test]
fn the_file_reads_back() {
    let genesis = genesis(2);
    let text = serde_json::to_string(&genesis).unwrap();
    assert!(text.contains("holders_max"));
    assert_eq!(serde_json::from_str::<Genesis>(&text).unwrap(), genesis);
    assert!(serde_json::from_str::<Genesis>(&text.replace("holders_max", "holders_most")).is_err());
}
