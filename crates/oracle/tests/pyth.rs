//! Updates of Pyth: built here with guardians of our own, and the real ones of the reference data.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod support;

use gage_crypto::hash::keccak256;
use gage_crypto::key::EthereumAddress;
use gage_crypto::recovery::recover_address;
use gage_crypto::{AccountId, Hash, Scheme, SecretKey, Signature, SigningPayload};
use gage_oracle::operations::{Report, SetGuardianSet, SetPythEmitter, SetPythPublisher, SubmitPythUpdate};
use gage_oracle::state::REPORTS;
use gage_oracle::wormhole::{Emitter, GuardianSet};
use gage_oracle::{Error, FeedId, FeedParams, Operation, pyth, wormhole};
use gage_units::{Price, Timestamp};
use support::{FEED, World, price};

const EMITTER: Emitter = Emitter { chain: 26, address: Hash([7; 32]) };
const PRICE_ID: Hash = Hash([0xb1; 32]);
/// The second that the updates are from.
const SECOND: u64 = 1_583_971_260;

fn guardian(number: u8) -> SecretKey {
    SecretKey::from_bytes(Scheme::Secp256k1Eip712, &[number + 1; 32]).unwrap()
}

fn address(number: u8) -> EthereumAddress {
    guardian(number).public_key().ethereum_address().unwrap()
}

fn guardians(count: u8) -> GuardianSet {
    GuardianSet { guardians: (0..count).map(address).collect(), expires: None }
}

/// `r || s || recovery` of a guardian, the parity found by trying.
fn sign(number: u8, digest: &Hash) -> Vec<u8> {
    let signature = guardian(number).sign(&SigningPayload { machine: Hash::ZERO, wallet: Some(*digest) }).unwrap();
    let Signature::Secp256k1Eip712(bytes) = signature else { panic!("another scheme") };
    let found = |recovery: &u8| recover_address(digest, &bytes.0, *recovery) == Some(address(number));
    let recovery = (0..2).find(found).unwrap();
    [&bytes.0[..], &[recovery]].concat()
}

fn message(id: Hash, price: i64, confidence: u64, exponent: i32, second: u64) -> Vec<u8> {
    let mut bytes = vec![0];
    bytes.extend_from_slice(&id.0);
    bytes.extend_from_slice(&price.to_be_bytes());
    bytes.extend_from_slice(&confidence.to_be_bytes());
    bytes.extend_from_slice(&exponent.to_be_bytes());
    bytes.extend_from_slice(&(second as i64).to_be_bytes());
    bytes.extend_from_slice(&[0; 24]);
    bytes
}

fn short(bytes: &[u8]) -> [u8; 20] {
    keccak256(bytes).0[..20].try_into().unwrap()
}

fn node(a: [u8; 20], b: [u8; 20]) -> [u8; 20] {
    short(&[&[1][..], &a.min(b), &a.max(b)].concat())
}

/// The root over up to four messages, and the path of each.
fn tree(messages: &[Vec<u8>]) -> ([u8; 20], Vec<Vec<[u8; 20]>>) {
    let leaf = |place: usize| messages.get(place).map_or([0; 20], |message| short(&[&[0][..], message].concat()));
    let leaves = [leaf(0), leaf(1), leaf(2), leaf(3)];
    let (left, right) = (node(leaves[0], leaves[1]), node(leaves[2], leaves[3]));
    let path = |place: usize| vec![leaves[place ^ 1], if place < 2 { right } else { left }];
    (node(left, right), (0..messages.len()).map(path).collect())
}

/// What can be wrong with an update, and is not.
#[derive(Clone)]
struct Build {
    messages: Vec<Vec<u8>>,
    signers: Vec<u8>,
    guardian_set: u32,
    emitter: Emitter,
}

impl Build {
    fn of(messages: &[Vec<u8>]) -> Build {
        Build { messages: messages.to_vec(), signers: (0..5).collect(), guardian_set: 3, emitter: EMITTER }
    }

    fn bytes(&self) -> Vec<u8> {
        let (root, paths) = tree(&self.messages);
        let mut body = vec![0; 8];
        body.extend_from_slice(&self.emitter.chain.to_be_bytes());
        body.extend_from_slice(&self.emitter.address.0);
        body.extend_from_slice(&[0; 9]);
        body.extend_from_slice(b"AUWV\0");
        body.extend_from_slice(&[0; 12]);
        body.extend_from_slice(&root);
        let digest = keccak256(&keccak256(&body).0);
        let mut signed = vec![1];
        signed.extend_from_slice(&self.guardian_set.to_be_bytes());
        signed.push(self.signers.len() as u8);
        for signer in &self.signers {
            signed.push(*signer);
            signed.extend_from_slice(&sign(*signer, &digest));
        }
        signed.extend_from_slice(&body);
        let mut bytes = b"PNAU\x01\x00\x00\x00".to_vec();
        bytes.extend_from_slice(&(signed.len() as u16).to_be_bytes());
        bytes.extend_from_slice(&signed);
        bytes.push(self.messages.len() as u8);
        for (message, path) in self.messages.iter().zip(paths) {
            bytes.extend_from_slice(&(message.len() as u16).to_be_bytes());
            bytes.extend_from_slice(message);
            bytes.push(path.len() as u8);
            path.iter().for_each(|hash| bytes.extend_from_slice(hash));
        }
        bytes
    }
}

/// Three publishers of accounts, and a fourth that is Pyth.
fn world() -> World {
    let mut world = World::new(3, FeedParams { jump_quorum: 3, ..FeedParams::default() });
    world.time = SECOND * 1_000;
    world.govern(Operation::SetGuardianSet(SetGuardianSet { number: 3, set: guardians(7) })).unwrap();
    world.govern(Operation::SetPythEmitter(SetPythEmitter { emitter: Some(EMITTER) })).unwrap();
    let publisher = AccountId::module(&Hash::ZERO, "staking");
    let set = SetPythPublisher { feed: FEED, publisher, weight: 10, price_id: PRICE_ID };
    world.govern(Operation::SetPythPublisher(set)).unwrap();
    world.block(1_000, |_| ());
    world
}

fn submit(world: &mut World, update: Vec<u8>) -> Result<(), Error> {
    world.act(0, Operation::SubmitPythUpdate(SubmitPythUpdate { update }))
}

fn pyth_report(world: &World) -> Option<(Price, Price, Timestamp)> {
    let report = REPORTS.get(&world.draft, &(FEED, gage_staking::ACCOUNT));
    report.map(|report| (report.price, report.confidence, report.observed_at))
}

#[test]
fn an_update_counts_as_the_report_of_its_publisher() {
    let mut world = world();
    let stranger = message(Hash([1; 32]), 5, 1, -8, SECOND);
    let average = vec![1; 40];
    let update = Build::of(&[stranger.clone(), message(PRICE_ID, 20_050, 5, -2, SECOND), average.clone()]).bytes();
    submit(&mut world, update.clone()).unwrap();
    let observed_at = Timestamp(SECOND * 1_000);
    assert_eq!(pyth_report(&world), Some((Price(price(401).0 / 2), Price(price(1).0 / 20), observed_at)));
    // Two accounts and Pyth are a quorum.
    world.block(1_000, |world| (0..2).for_each(|place| world.report(place, price(200)).unwrap()));
    assert_eq!(world.quote().class.name(), "fresh");
    // A cell never goes back, and neither does a publisher.
    assert_eq!(submit(&mut world, update), Err(Error::NotNewer));
    let older = Build::of(&[message(PRICE_ID, 20_050, 5, -2, SECOND - 1)]).bytes();
    assert_eq!(submit(&mut world, older), Err(Error::NotNewer));
    let ahead = Build::of(&[message(PRICE_ID, 20_050, 5, -2, SECOND + 60)]).bytes();
    assert_eq!(submit(&mut world, ahead), Err(Error::FromTheFuture));
    let vague = Build::of(&[message(PRICE_ID, 20_050, 10_026, -2, SECOND + 2)]).bytes();
    assert_eq!(submit(&mut world, vague), Err(Error::ConfidenceTooWide));
    for (exponent, error) in [(-19, Error::BadExponent), (13, Error::BadExponent), (12, Error::PriceOutOfBounds(FEED))]
    {
        let update = Build::of(&[message(PRICE_ID, 20_050, 5, exponent, SECOND + 2)]).bytes();
        assert_eq!(submit(&mut world, update), Err(error));
    }
    for negative in [0, -20_050] {
        let update = Build::of(&[message(PRICE_ID, negative, 5, -2, SECOND + 2)]).bytes();
        assert_eq!(submit(&mut world, update), Err(Error::BadForeignPrice));
    }
    assert_eq!(submit(&mut world, Build::of(&[stranger]).bytes()), Err(Error::NothingForThisOracle));
    assert_eq!(submit(&mut world, Build::of(&[average]).bytes()), Err(Error::NothingForThisOracle));
}

#[test]
fn what_the_guardians_did_not_sign_is_refused_with_its_reason() {
    let mut world = world();
    let good = Build::of(&[message(PRICE_ID, 20_050, 5, -2, SECOND)]);
    let four = Build { signers: (0..4).collect(), ..good.clone() };
    assert_eq!(guardians(7).quorum(), 5);
    assert_eq!(submit(&mut world, four.bytes()), Err(Error::NoGuardianQuorum));
    let twice = Build { signers: vec![0, 1, 2, 3, 3], ..good.clone() };
    assert_eq!(submit(&mut world, twice.bytes()), Err(Error::GuardiansNotAscending));
    let disordered = Build { signers: vec![0, 2, 1, 3, 4], ..good.clone() };
    assert_eq!(submit(&mut world, disordered.bytes()), Err(Error::GuardiansNotAscending));
    let strange = Build { signers: vec![0, 1, 2, 3, 9], ..good.clone() };
    assert_eq!(submit(&mut world, strange.bytes()), Err(Error::UnknownGuardian));
    let emitter = Build { emitter: Emitter { chain: 1, ..EMITTER }, ..good.clone() };
    assert_eq!(submit(&mut world, emitter.bytes()), Err(Error::WrongEmitter));
    let unknown = Build { guardian_set: 4, ..good.clone() };
    assert_eq!(submit(&mut world, unknown.bytes()), Err(Error::UnknownGuardianSet(4)));
    let bytes = good.bytes();
    // The first signature's r; the root in the payload; the price; the first hash of the proof.
    let flipped = |at: usize| {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        bytes
    };
    let signed = 10 + 6 + 5 * 66;
    assert_eq!(submit(&mut world, flipped(10 + 6 + 1)), Err(Error::BadGuardianSignature));
    assert_eq!(submit(&mut world, flipped(signed + 51 + 17)), Err(Error::BadGuardianSignature));
    let message_at = signed + 51 + 37 + 3;
    assert_eq!(submit(&mut world, flipped(message_at + 40)), Err(Error::BadMerkleProof));
    assert_eq!(submit(&mut world, flipped(message_at + 85 + 1)), Err(Error::BadMerkleProof));
    // A set whose term has ended.
    let set = GuardianSet { expires: Some(Timestamp(world.time)), ..guardians(7) };
    world.govern(Operation::SetGuardianSet(SetGuardianSet { number: 3, set })).unwrap();
    assert_eq!(submit(&mut world, bytes.clone()), Err(Error::GuardianSetExpired(3)));
    let set = GuardianSet { expires: Some(Timestamp(world.time + 1)), ..guardians(7) };
    world.govern(Operation::SetGuardianSet(SetGuardianSet { number: 3, set })).unwrap();
    submit(&mut world, bytes.clone()).unwrap();
    world.govern(Operation::SetPythEmitter(SetPythEmitter { emitter: None })).unwrap();
    assert_eq!(submit(&mut world, bytes), Err(Error::WrongEmitter));
}

#[test]
fn every_cut_and_every_extra_byte_is_refused() {
    let bytes = Build::of(&[message(PRICE_ID, 20_050, 5, -2, SECOND)]).bytes();
    for length in 0..bytes.len() {
        assert!(pyth::parse(&bytes[..length]).is_err(), "{length} bytes");
    }
    assert_eq!(pyth::parse(&[&bytes[..], &[0]].concat()), Err(Error::TrailingBytes));
    assert_eq!(pyth::parse(&bytes[..bytes.len() - 1]), Err(Error::UpdateTooShort));
    let with = |at: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        pyth::parse(&bytes).map(|_| ())
    };
    assert_eq!(with(0, b'Q'), Err(Error::NotAnUpdate));
    assert_eq!(with(4, 2), Err(Error::UnknownUpdateVersion));
    assert_eq!(with(7, 1), Err(Error::UnknownUpdateVersion));
    assert_eq!(with(10, 2), Err(Error::UnknownUpdateVersion));
    assert_eq!(with(10 + 5, 33), Err(Error::ListTooLong));
    assert_eq!(pyth::parse(&vec![0; pyth::UPDATE_MAX + 1]), Err(Error::ListTooLong));
}

#[test]
fn a_foreign_publisher_reports_in_no_other_way() {
    let mut world = world();
    let publisher = world.ids[2];
    let set = SetPythPublisher { feed: FEED, publisher, weight: 10, price_id: PRICE_ID };
    world.report(2, price(200)).unwrap();
    world.govern(Operation::SetPythPublisher(set)).unwrap();
    // What the account said before is gone with its right.
    assert!(REPORTS.get(&world.draft, &(FEED, world.accounts[2])).is_none());
    let own = Report { feed: FEED, ..world.seen(price(200)) };
    assert_eq!(world.act(2, Operation::Report(own)), Err(Error::ForeignPublisher(FEED)));
    let zero = SetPythPublisher { weight: 0, ..set };
    assert_eq!(world.govern(Operation::SetPythPublisher(zero)), Err(Error::ParamOutOfBounds { param: "weight" }));
    let unknown = SetPythPublisher { feed: FeedId(9), ..set };
    assert_eq!(world.govern(Operation::SetPythPublisher(unknown)), Err(Error::UnknownFeed(FeedId(9))));
    let by_account = world.act(0, Operation::SetPythPublisher(set));
    assert_eq!(by_account, Err(Error::Accounts(gage_accounts::Error::NotGovernance)));
    // Both publishers of the price take it; then one is removed.
    submit(&mut world, Build::of(&[message(PRICE_ID, 20_050, 5, -2, SECOND)]).bytes()).unwrap();
    assert!(REPORTS.has(&world.draft, &(FEED, world.accounts[2])) && pyth_report(&world).is_some());
    let remove = gage_oracle::operations::RemovePublisher { feed: FEED, publisher };
    world.govern(Operation::RemovePublisher(remove)).unwrap();
    world.block(1_000, |_| ());
    let sets = [vec![], vec![address(0), address(0)], (0..33).map(address).collect()];
    for guardians in sets {
        let set = SetGuardianSet { number: 1, set: GuardianSet { guardians, expires: None } };
        let refused = world.govern(Operation::SetGuardianSet(set));
        assert_eq!(refused, Err(Error::ParamOutOfBounds { param: "guardians" }));
    }
}

/// The folder of the reference data, if it is there.
fn reference(path: &str) -> Option<String> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let folder = std::env::var("GAGE_REFERENCE_DATA").unwrap_or_else(|_| beside.to_owned());
    let text = std::fs::read_to_string(std::path::Path::new(&folder).join(path)).ok();
    if text.is_none() {
        println!("SKIPPED: {path} is not in the reference data; set GAGE_REFERENCE_DATA");
    }
    text
}

fn address_of(text: &str) -> EthereumAddress {
    serde_json::from_value(serde_json::Value::String(text.trim_start_matches("0x").to_owned())).unwrap()
}

/// The published updates: the real ones verify with every figure in them; the false ones fail, each with
/// its reason.
#[test]
fn published_updates_verify_or_fail_with_the_right_reason() {
    let Some(text) = reference("pyth_updates/updates.json") else { return };
    let data: serde_json::Value = serde_json::from_str(&text).unwrap();
    let set = |addresses: &serde_json::Value| GuardianSet {
        guardians: addresses.as_array().unwrap().iter().map(|text| address_of(text.as_str().unwrap())).collect(),
        expires: None,
    };
    let (mut real, mut false_proofs, mut trailing, mut synthetic, mut bad_numbers) = (0, 0, 0, 0, 0);
    let mut versions = 0;
    for entry in data["updates"].as_array().unwrap() {
        let mut bytes: Vec<u8> = hex_decode(entry["hex"].as_str().unwrap());
        let extra = entry["trailing_bytes"].as_u64().unwrap() as usize;
        if extra > 0 {
            assert_eq!(pyth::parse(&bytes), Err(Error::TrailingBytes));
            bytes.truncate(bytes.len() - extra);
            trailing += 1;
        }
        if bytes[4] != 1 {
            assert_eq!(pyth::parse(&bytes), Err(Error::UnknownUpdateVersion));
            versions += 1;
            continue;
        }
        let update = pyth::parse(&bytes).unwrap();
        let listed = &data["guardian_sets"][entry["guardian_set_index"].to_string()];
        let verified = wormhole::verify(&update.signed, &set(listed));
        match entry["single_test_signer"].as_str() {
            None => {
                assert_eq!((verified, set(listed).quorum()), (Ok(()), 13));
                assert_eq!(update.signed.signatures.len(), 13);
                real += 1;
            }
            Some(signer) => {
                // One key that nobody keeps secret is no guardian of any set that is listed.
                assert_eq!(verified, Err(Error::BadGuardianSignature));
                let own = GuardianSet { guardians: vec![address_of(signer)], expires: None };
                assert_eq!(wormhole::verify(&update.signed, &own), Ok(()));
                synthetic += 1;
            }
        }
        assert_eq!(update.signed.emitter.address.to_string(), entry["emitter"].as_str().unwrap());
        assert_eq!(u64::from(update.signed.emitter.chain), entry["emitter_chain"].as_u64().unwrap());
        for (message, expected) in update.messages.iter().zip(entry["updates"].as_array().unwrap()) {
            let proven = message.verify(&update.root);
            match expected["merkle_ok"].as_bool().unwrap() {
                true => assert_eq!(proven, Ok(())),
                false => {
                    assert_eq!(proven, Err(Error::BadMerkleProof));
                    false_proofs += 1;
                }
            }
            if expected["msg_type"] != 0 {
                assert_eq!(message.price(), Ok(None));
                continue;
            }
            let found = message.price().unwrap().unwrap();
            assert_eq!(found.price_id.to_string(), expected["feed"].as_str().unwrap());
            assert_eq!(Some(found.price), expected["price"].as_i64());
            assert_eq!(Some(found.confidence), expected["conf"].as_u64());
            assert_eq!(Some(i64::from(found.exponent)), expected["expo"].as_i64());
            assert_eq!(Some(found.published_at), expected["publish_time"].as_i64());
            match found.in_units() {
                Ok((price, _)) => {
                    let power = u32::try_from(18 + found.exponent).unwrap();
                    assert_eq!(price.0, u128::try_from(found.price).unwrap() * 10u128.pow(power));
                }
                Err(error) => {
                    assert!(matches!(error, Error::BadExponent | Error::BadForeignPrice), "{error}");
                    assert!(entry["single_test_signer"].is_string(), "a real price is taken over exactly");
                    bad_numbers += 1;
                }
            }
        }
    }
    println!(
        "{real} real, {synthetic} synthetic, {false_proofs} false proofs, {trailing} with trailing bytes, {bad_numbers} impossible numbers"
    );
    assert!(real >= 7 && synthetic >= 4 && versions >= 1 && false_proofs >= 2 && trailing >= 1 && bad_numbers >= 1);
}

fn hex_decode(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
}
