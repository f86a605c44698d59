//! The test vectors of RFC 9591, appendix E.1 (FROST(Ed25519, SHA-512); the same values stand in the tests
//! of the crate `frost-ed25519`), and of its distributed key generation (`vectors_dkg.json` there).

use std::collections::BTreeMap;

use frost_ed25519::keys::{KeyPackage, PublicKeyPackage, SigningShare, VerifyingShare, dkg};
use frost_ed25519::rand_core::{CryptoRng, Error as RandomError, RngCore};
use frost_ed25519::{Identifier, Signature, SigningPackage, VerifyingKey, aggregate, round1, round2};

use super::{Group, Share, identifier};

const GROUP_KEY: &str = "15d21ccd7ee42959562fc8aa63224c8851fb3ec85a3faf66040d380fb9738673";
const MESSAGE: &[u8] = b"test";
const SHARES: [(u16, &str); 3] = [
    (1, "929dcc590407aae7d388761cddb0c0db6f5627aea8e217f4a033f2ec83d93509"),
    (2, "a91e66e012e4364ac9aaa405fcafd370402d9859f7b6685c07eed76bf409e80d"),
    (3, "d3cb090a075eb154e82fdb4b3cb507f110040905468bb9c46da8bdea643a9a02"),
];
const SIGNATURE: &str = "154fb694ee7fcb37bf2381d94488c2a84b03b3352ad085feca81ad26d45852b7\
                         ecfe971ce4da95c4a95db93ac376b053897fca212ef85f99cf696bffeb178f07";

struct Signer {
    party: u16,
    /// `hiding_nonce_randomness`, then `binding_nonce_randomness`.
    randomness: [&'static str; 2],
    nonces: [&'static str; 2],
    commitments: [&'static str; 2],
    share: &'static str,
}

const SIGNERS: [Signer; 2] = [
    Signer {
        party: 1,
        randomness: [
            "06894e04ee4aceec8619d5f6a0a180e2f47194d2ac306cba586b555e7c48d765",
            "40d6f879ff22e22409f7d808fed81f37118e7d3e4af71c0f44c60207553bcbce",
        ],
        nonces: [
            "ef6599dea4010581a72b3018c37c29a4341d7cab0773e8687ca74dcf14009701",
            "2baadfa0c69aa60d517ad4751de372a73f9d89cfc39026601f18458cdec12605",
        ],
        commitments: [
            "9b116f12589591a7e23fe8048059ab10ab48e67739e7a2fb3890f61a7999478c",
            "c39b66b7dfccb122da24f13587f9a08c4347cae70046ca15169adf90ba65854d",
        ],
        share: "60997f0142e43e8005027fe5ab7447dac00d22c2d7ddd9571a02613ba7d81c08",
    },
    Signer {
        party: 3,
        randomness: [
            "fa5d950626782aade9e33fa781376d4888c2d1de7c37518bc248eb818ed0cdde",
            "7459a4d14ded0e365b085271be8dc6600d5b88f3978a2174297ffa32001a5afc",
        ],
        nonces: [
            "80f8d9a4b8f9366e1a0b618107c907cd3ee29fa9bb40b4691cc1bde696240005",
            "2610b664a5a187b4855e87d2ff485bebdf043dc2f161fcd4854cd01dc0276404",
        ],
        commitments: [
            "e679a2a971748ccfaabead4dbe8ac1def61275c186c79d471e1e45091ad1e687",
            "b2a942478453fabb6bd3181c56ba657413447b4136e1daea2484d396d1a516b3",
        ],
        share: "79390e78bc59699c7af831f8f5fb478ec871a85f561a8641b5670ac4443f720f",
    },
];

fn hex(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

/// Randomness that is given out in order.
struct Given(Vec<u8>);

impl RngCore for Given {
    fn next_u32(&mut self) -> u32 {
        panic!("bytes are asked for, not numbers")
    }
    fn next_u64(&mut self) -> u64 {
        panic!("bytes are asked for, not numbers")
    }
    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        let rest = self.0.split_off(bytes.len());
        bytes.copy_from_slice(&std::mem::replace(&mut self.0, rest));
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), RandomError> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Given {}

/// The group of the appendix as this crate holds it, with its shares: every part fits.
fn shares() -> Vec<Share> {
    let key = VerifyingKey::deserialize(&hex(GROUP_KEY)).unwrap();
    let secret = |text: &str| SigningShare::deserialize(&hex(text)).unwrap();
    let public = SHARES.map(|(party, text)| (identifier(party).unwrap(), VerifyingShare::from(secret(text))));
    let group = Group::new("rfc9591", 2, PublicKeyPackage::new(public.into(), key, Some(2))).unwrap();
    let share = |(party, text): (u16, &str)| {
        let (id, secret) = (identifier(party).unwrap(), secret(text));
        Share::new(group.clone(), KeyPackage::new(id, secret, VerifyingShare::from(secret), key, 2)).unwrap()
    };
    SHARES.map(share).into()
}

#[test]
fn appendix_e_1() {
    let shares = shares();
    assert_eq!(shares[0].group().public_key().as_bytes(), hex(GROUP_KEY));
    let (mut commitments, mut nonces) = (BTreeMap::new(), Vec::new());
    for signer in &SIGNERS {
        let share = &shares[usize::from(signer.party) - 1];
        assert_eq!(share.party(), signer.party);
        let mut random = Given(signer.randomness.map(hex).concat());
        let (secret, public) = round1::commit(share.key.signing_share(), &mut random);
        assert_eq!([secret.hiding().serialize(), secret.binding().serialize()], signer.nonces.map(hex));
        assert_eq!(
            [public.hiding().serialize().unwrap(), public.binding().serialize().unwrap()],
            signer.commitments.map(hex)
        );
        commitments.insert(*share.key.identifier(), public);
        nonces.push(secret);
    }
    let package = SigningPackage::new(commitments, MESSAGE);
    let mut parts = BTreeMap::new();
    for (signer, nonces) in SIGNERS.iter().zip(&nonces) {
        let share = &shares[usize::from(signer.party) - 1];
        let part = round2::sign(&package, nonces, &share.key).unwrap();
        assert_eq!(part.serialize(), hex(signer.share));
        parts.insert(*share.key.identifier(), part);
    }
    let signature: Signature = aggregate(&package, &parts, shares[0].group().keys()).unwrap();
    assert_eq!(signature.serialize().unwrap(), hex(SIGNATURE));
    // A plain Ed25519 signature, by an implementation that knows nothing of shares.
    let key = curve25519_verify(GROUP_KEY, MESSAGE, SIGNATURE);
    assert!(key, "ZIP-215 accepts it");
}

/// Whether the rule of ZIP-215 accepts the signature.
fn curve25519_verify(key: &str, message: &[u8], signature: &str) -> bool {
    let key = ed25519_zebra::VerificationKey::try_from(hex(key).as_slice()).unwrap();
    let signature = ed25519_zebra::Signature::try_from(hex(signature).as_slice()).unwrap();
    key.verify(&signature, message).is_ok()
}

struct Dealer {
    commitments: [&'static str; 2],
    proof: &'static str,
    secret_and_coefficient: [&'static str; 2],
    /// What it gets from the other two, in the order of their numbers.
    gets: [&'static str; 2],
    signing_share: &'static str,
    verifying_share: &'static str,
}

const DKG_KEY: &str = "3d9a67b93cec3acad2d32349cf7bdffaa23ae031a81174ddadae1c96bb455f4d";
const DEALERS: [Dealer; 3] = [
    Dealer {
        commitments: [
            "db67948a73033b0c886ed757d97352428df05ad5803aff256bc388c9a0772bfe",
            "6a25b55a80a287826fbc3ef4d978d15f98f4f573f4d96e798a970780c644f14c",
        ],
        proof: "64c41c1d0417aef33576c23a5150de2921d6249d7086b10012f942405fc08ed5\
                1a872dd021db2ac01e9f4182e950324c5f563421bd835f3f514a60c975cab70c",
        secret_and_coefficient: [
            "fc36bff380c95d607cd78080f493dd382df50f7007ec1b150b9bfbd8041fd208",
            "2d2c3e2b558e555b1608838e0ded66cd36d8aaa9ed1e39ce8474855d0825b20e",
        ],
        gets: [
            "ebb85acf4d46173f519a8680eac89f567d3f4a568843b741b251cc2f3d112b05",
            "f088e2c4b3a7f81836968c642721031ed8828d2e3d532fecaa85c481e445000c",
        ],
        signing_share: "2afd4ef9a27f9e636dd627ae56772951b98f929ebaa13b11ede611e82e9baf08",
        verifying_share: "f6b5e87c902796d8dab6369cbd6d342a32e46c136e9f1f5af2fc385aed804de3",
    },
    Dealer {
        commitments: [
            "17194e192408980956a9cfc388d38456b2e9619c42a57196facd7feaf980a3bd",
            "0b560ce2f1130dc7066fc47f6e3f1858ef553faf6bbc19d3cd2a502052f95ae5",
        ],
        proof: "4062dc7fc11144e636f4eddd7f2d8d3e02761671ae913674314a12b91f50bf98\
                e9c410d651c45c3a1766c88524fccb7670de191e12686324c59333e74fc93402",
        secret_and_coefficient: [
            "2b76dcb99b75fbada4ffdc213b1ae4ec7c1b2a5da25d9ea85741a3ab376ca307",
            "ad167472cc332ee98237a1018ea89a7e002420f9e5e518995a10298405a5870d",
        ],
        gets: [
            "7ce74f90f61fe466fcad9757527aeda99aa565c3e2298eb11484069415693606",
            "7fde55b354d5d8dddc940fe932de5d1a6110b9bc4edeba2db7b32c34074d3a0a",
        ],
        signing_share: "b9ed88cb30a9ddbc00dbdf7c40d6c76f791989cf9f3119bad899287c5f6c2303",
        verifying_share: "f326b756ed38b43a94bdac698e044d9e3f3a08a40e7c9d2e5346dd5bfaadf2f5",
    },
    Dealer {
        commitments: [
            "0e9c22b9edbcd06757eee5ba3cfeb74e4fa6470932aa1ab689c86f1fe3dde70c",
            "0ae6e3e6ff1d612adb5cabb425ee51f2be9952467ce9b6d83095322909a42dd7",
        ],
        proof: "37df5a836ceaaf9f5e3b9ae6a485bad5c15788f3883386fe43f2921bbe2cb987\
                d23683ca18973065a00d69bbf74f7961889b820e64f98878df7844a4e4785907",
        secret_and_coefficient: [
            "61336fd6127a18548f9709e01b64a8214ff561a02bc8a3aa9e575ccfc13ec60d",
            "7c29694bbb90f21c7d9b7a27eab63911898d2b8e118b8b410c2e68b222073a0e",
        ],
        gets: [
            "bc3f985e314b276a3c192343816d7562d17d106dd048c77f99f88bf11d8ee804",
            "6b3e57fab1e74e61aacfd93d4926172a7e878a48540fe97367721e38485b3a00",
        ],
        signing_share: "35b2b8fad8352f6e6a7c8fee082f45a339a37f0085c1f662c44c3f10903d970d",
        verifying_share: "6bc91a2755902d955ce220ad0df6fbf57162260949d40bcf5a69cfffec9c085a",
    },
];

/// The first message of a dealer, as it stands in a message of ours.
fn package(dealer: &Dealer) -> dkg::round1::Package {
    let json = serde_json::json!({
        "header": { "version": 0, "ciphersuite": "FROST-ED25519-SHA512-v1" },
        "commitment": dealer.commitments,
        "proof_of_knowledge": dealer.proof,
    });
    serde_json::from_value(json).unwrap()
}

#[test]
fn distributed_key_generation() {
    for (place, own) in DEALERS.iter().enumerate() {
        let id: Identifier = identifier(u16::try_from(place + 1).unwrap()).unwrap();
        let secret: dkg::round1::SecretPackage = serde_json::from_value(serde_json::json!({
            "identifier": hex::encode(id.serialize()),
            "coefficients": own.secret_and_coefficient,
            "commitment": own.commitments,
            "min_signers": 2,
            "max_signers": 3,
        }))
        .unwrap();
        let own_number = u16::try_from(place + 1).unwrap();
        let others = || (1u16..).zip(&DEALERS).filter(|(party, _)| *party != own_number);
        let first = others().map(|(party, dealer)| (identifier(party).unwrap(), package(dealer))).collect();
        let (secret, given) = dkg::part2(secret, &first).unwrap();
        for (to, dealer) in others() {
            // What the other gets stands in the order of the parties that are not it.
            let at = usize::from(own_number - 1) - usize::from(own_number > to);
            assert_eq!(given[&identifier(to).unwrap()].signing_share().serialize(), hex(dealer.gets[at]));
        }
        let got = |value| dkg::round2::Package::new(SigningShare::deserialize(&hex(value)).unwrap());
        let second = others().zip(own.gets).map(|((party, _), value)| (identifier(party).unwrap(), got(value)));
        let second = second.collect();
        let (key, keys) = dkg::part3(&secret, &first, &second).unwrap();
        assert_eq!(key.signing_share().serialize(), hex(own.signing_share));
        assert_eq!(key.verifying_share().serialize().unwrap(), hex(own.verifying_share));
        assert_eq!(keys.verifying_key().serialize().unwrap(), hex(DKG_KEY));
        Share::new(Group::new("vectors", 2, keys).unwrap(), key).unwrap();
    }
}
