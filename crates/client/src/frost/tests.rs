//! Ceremonies and signatures with parties that follow the rules, and with ones that do not.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use gage_chain::{ChainOperation, Operation, Transaction, WithdrawCredit};
use gage_crypto::{AccountId, Hash};
use gage_units::{Amount, AssetId, Timestamp};

use super::*;
use crate::document::{AssetNames, Document};

const PASSWORD: &[u8] = b"a password for tests";

struct Place(PathBuf);

impl Place {
    fn new() -> Place {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let name = format!("gage-frost-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).unwrap();
        Place(folder)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn document(nonce: u64) -> Document {
    let withdraw = WithdrawCredit { asset: AssetId(0), amount: Amount(5) };
    let transaction = Transaction {
        account: AccountId([3; 32]),
        nonce,
        valid_until: Timestamp(5),
        max_fee: Amount(6),
        operations: vec![Operation::Chain(ChainOperation::WithdrawCredit(withdraw))],
        expected: Vec::new(),
    };
    Document::new(&transaction, Hash([1; 32]), &AssetNames::default())
}

fn begin_all(name: &str, parties: u16, threshold: u16) -> (Vec<Ceremony>, Vec<Round1>) {
    (1..=parties).map(|party| Ceremony::begin(name, party, parties, threshold).unwrap()).unzip()
}

/// A key of `parties` shares without a dealer.
fn generated(parties: u16, threshold: u16) -> Vec<Share> {
    let (ceremonies, first) = begin_all("treasury", parties, threshold);
    let shared = ceremonies.into_iter().map(|ceremony| ceremony.share(&first).unwrap());
    let (ceremonies, second): (Vec<_>, Vec<_>) = shared.unzip();
    ceremonies.iter().map(|ceremony| ceremony.finish(&second).unwrap()).collect()
}

/// Both rounds; the shares of `who` sign.
fn signed(shares: &[Share], who: &[usize], document: &Document) -> Result<Document, FrostError> {
    let group = shares[0].group();
    let (nonces, commitments): (Vec<_>, Vec<_>) = who.iter().map(|at| shares[*at].commit().unwrap()).unzip();
    let request = Request::new(group, document.clone(), &commitments)?;
    let parts = who.iter().zip(nonces).map(|(at, nonces)| shares[*at].sign(nonces, &request));
    let made = aggregate(group, &request, &parts.collect::<Result<Vec<_>, _>>()?)?;
    let mut document = document.clone();
    document.add(made.key, made.signature)?;
    Ok(document)
}

#[test]
fn any_enough_shares_sign_and_fewer_do_not() {
    for shares in [deal("treasury", 3, 2).unwrap(), generated(3, 2)] {
        let key = shares[0].group().public_key();
        assert!(shares.iter().all(|share| share.group() == shares[0].group()));
        for who in [&[0, 1][..], &[2, 0], &[1, 2], &[0, 1, 2]] {
            let signed = signed(&shares, who, &document(1)).unwrap().signed().unwrap();
            assert_eq!(signed.signatures[0].key, key);
        }
        let refused = signed(&shares, &[1], &document(1)).unwrap_err();
        assert!(matches!(refused, FrostError::TooFew { found: 1, needed: 2 }), "{refused}");
    }
    let five = generated(5, 3);
    signed(&five, &[4, 0, 2], &document(1)).unwrap().signed().unwrap();
}

#[test]
fn shares_on_one_machine_sign_at_once() {
    let mut shares = generated(3, 2);
    let other = deal("treasury", 3, 2).unwrap();
    let local = LocalShares::new(vec![shares[2].clone(), shares[0].clone()]).unwrap();
    let mut document = document(1);
    document.sign(&local.into()).unwrap();
    document.signed().unwrap();
    assert!(matches!(LocalShares::new(vec![shares[0].clone()]), Err(FrostError::TooFew { .. })));
    assert!(matches!(LocalShares::new(vec![shares[0].clone(), shares[0].clone()]), Err(FrostError::Twice(1))));
    assert!(matches!(LocalShares::new(vec![shares.remove(0), other[1].clone()]), Err(FrostError::Inconsistent(_))));
}

#[test]
fn a_share_comes_back_from_its_file_whole_or_not_at_all() {
    let place = Place::new();
    let share = deal("treasury", 3, 2).unwrap().remove(1);
    let path = place.file("share");
    share.write(&path, PASSWORD).unwrap();
    assert!(Share::is_file(&path));
    assert_eq!(Share::read(&path, PASSWORD).unwrap(), share);
    assert_eq!(Group::of_file(&path).unwrap(), *share.group());
    assert!(matches!(Share::read(&path, b"wrong"), Err(FrostError::File(keystore::KeystoreError::WrongPassword(_)))));
    let changed = fs::read_to_string(&path).unwrap().replace("\"party\": 2", "\"party\": 3");
    fs::write(&path, changed).unwrap();
    assert!(matches!(Share::read(&path, PASSWORD), Err(FrostError::Inconsistent(_))));
    assert!(!format!("{share:?}").contains(&hex::encode(share.key.signing_share().serialize())));
}

#[test]
fn nonces_are_used_once() {
    let place = Place::new();
    let shares = deal("treasury", 2, 2).unwrap();
    let store = NonceStore::beside(&place.file("share"));
    let (own, commitment) = shares[0].commit().unwrap();
    let (_, other) = shares[1].commit().unwrap();
    store.put(&own, PASSWORD).unwrap();
    let waiting = place.file("share.nonces").join(format!("{}.json", commitment.id()));
    let copy = fs::read(&waiting).unwrap();

    assert!(matches!(store.take(&other, PASSWORD), Err(FrostError::UnknownNonces)));
    assert!(store.take(&commitment, b"wrong").is_err());
    let nonces = store.take(&commitment, PASSWORD).unwrap();
    assert!(!waiting.exists(), "gone before the share is made");
    let request = Request::new(shares[0].group(), document(1), &[commitment.clone(), other.clone()]).unwrap();
    shares[0].sign(nonces, &request).unwrap();
    assert!(matches!(store.take(&commitment, PASSWORD), Err(FrostError::NoncesUsed)));
    // Not even when the file comes back from a copy.
    fs::write(&waiting, copy).unwrap();
    assert!(matches!(store.take(&commitment, PASSWORD), Err(FrostError::NoncesUsed)));
}

#[test]
fn nonces_answer_only_the_request_that_names_them() {
    let shares = deal("treasury", 3, 2).unwrap();
    let (first, _) = shares[0].commit().unwrap();
    let (_, fresh) = shares[0].commit().unwrap();
    let (_, other) = shares[1].commit().unwrap();
    let request = Request::new(shares[0].group(), document(1), &[fresh, other]).unwrap();
    assert!(matches!(shares[0].sign(first, &request), Err(FrostError::UnknownNonces)));
    assert!(matches!(shares[2].check(&request), Err(FrostError::NotAsked(3))));
}

#[test]
fn messages_of_other_keys_and_requests_are_not_mixed() {
    let (shares, strangers) = (deal("treasury", 3, 2).unwrap(), deal("treasury", 3, 2).unwrap());
    let group = shares[0].group();
    let (own, first) = shares[0].commit().unwrap();
    let (second_own, second) = shares[1].commit().unwrap();
    let (_, strange) = strangers[1].commit().unwrap();
    let refused = Request::new(group, document(1), &[first.clone(), strange]).unwrap_err();
    assert!(matches!(refused, FrostError::OtherGroup { party: 2, .. }), "{refused}");
    let (_, again) = shares[1].commit().unwrap();
    let refused = Request::new(group, document(1), &[first.clone(), second.clone(), again]).unwrap_err();
    assert!(matches!(refused, FrostError::Twice(2)), "{refused}");

    let request = Request::new(group, document(1), &[second.clone(), first.clone(), first.clone()]).unwrap();
    let other = Request::new(group, document(2), &[first, second]).unwrap();
    assert!(matches!(strangers[0].check(&request), Err(FrostError::OtherGroup { .. })));
    let part = shares[0].sign(own, &request).unwrap();
    let stray = shares[1].sign(second_own, &other).unwrap();
    let refused = aggregate(group, &request, &[part.clone(), stray]).unwrap_err();
    assert!(matches!(refused, FrostError::OtherRequest(2)), "{refused}");
    assert!(matches!(aggregate(group, &request, &[part]), Err(FrostError::Missing(2))));
}

#[test]
fn a_wrong_signature_share_names_its_party() {
    let shares = deal("treasury", 3, 2).unwrap();
    let group = shares[0].group();
    let (nonces, commitments): (Vec<_>, Vec<_>) = shares[..2].iter().map(|share| share.commit().unwrap()).unzip();
    let request = Request::new(group, document(1), &commitments).unwrap();
    let mut parts: Vec<_> =
        shares.iter().zip(nonces).map(|(share, nonces)| share.sign(nonces, &request).unwrap()).collect();
    let mut json = serde_json::to_value(&parts[1]).unwrap();
    let digits = json["share"]["share"].as_str().unwrap().to_owned();
    let first = if digits.starts_with('0') { "1" } else { "0" };
    json["share"]["share"] = format!("{first}{}", &digits[1..]).into();
    parts[1] = serde_json::from_value(json).unwrap();
    let refused = aggregate(group, &request, &parts).unwrap_err();
    assert!(matches!(refused, FrostError::BadSignatureShare(2)), "{refused}");
}

#[test]
fn a_request_whose_text_lies_is_not_signed() {
    let shares = deal("treasury", 2, 2).unwrap();
    let (nonces, commitments): (Vec<_>, Vec<_>) = shares.iter().map(|share| share.commit().unwrap()).unzip();
    let request = Request::new(shares[0].group(), document(1), &commitments).unwrap();
    let line = Message::FrostRequest(Box::new(request)).line();
    let lie = line.replace("fee at most 6", "fee at most 1");
    assert_ne!(line, lie);
    let Message::FrostRequest(lie) = serde_json::from_str(&lie).unwrap() else { panic!("a request") };
    let nonces = nonces.into_iter().next().unwrap();
    assert!(matches!(shares[0].sign(nonces, &lie), Err(FrostError::Document(_))));
}

#[test]
fn who_deviates_in_a_ceremony_is_named() {
    let (mut ceremonies, first) = begin_all("treasury", 3, 2);
    let one = ceremonies.remove(0);
    let saved = serde_json::to_string(&one).unwrap();
    let again = || serde_json::from_str::<Ceremony>(&saved).unwrap();

    assert!(matches!(again().share(&first[..2]), Err(FrostError::Missing(3))));
    let (_, other) = Ceremony::begin("treasury", 3, 3, 2).unwrap();
    assert!(matches!(again().share(&[&first[..], std::slice::from_ref(&other)].concat()), Err(FrostError::Twice(3))));
    for (name, parties, threshold) in [("treasure", 3, 2), ("treasury", 4, 2), ("treasury", 3, 3)] {
        let (_, wrong) = Ceremony::begin(name, 3, parties, threshold).unwrap();
        let refused = again().share(&[first[1].clone(), wrong]).unwrap_err();
        assert!(matches!(refused, FrostError::OtherCeremony { party: 3, .. }), "{refused}");
    }
    // A proof that belongs to another commitment.
    let (theirs, strange) = (serde_json::to_value(&first[2]).unwrap(), serde_json::to_value(&other).unwrap());
    let mut forged = theirs.clone();
    forged["package"]["proof_of_knowledge"] = strange["package"]["proof_of_knowledge"].clone();
    let forged = serde_json::from_value(forged).unwrap();
    assert!(matches!(again().share(&[first[1].clone(), forged]), Err(FrostError::BadProof(3))));
    // Somebody shows party 1 another first message of party 3 than party 2 sees.
    let (one_deceived, _) = again().share(&[first[1].clone(), other]).unwrap();
    let two = ceremonies.remove(0);
    let (two, of_two) = two.share(&first).unwrap();
    let (three, of_three) = ceremonies.remove(0).share(&first).unwrap();
    assert!(matches!(one_deceived.finish(&[of_two.clone(), of_three.clone()]), Err(FrostError::DifferentView(2))));

    let (one, of_one) = again().share(&first).unwrap();
    assert!(matches!(again().finish(std::slice::from_ref(&of_two)), Err(FrostError::StepMissing)));
    assert!(matches!(one.finish(std::slice::from_ref(&of_two)), Err(FrostError::Missing(3))));
    // A value that was made for another party, or changed on the way.
    let mut json = serde_json::to_value(&of_three).unwrap();
    json["values"][0]["mac"] = json["values"][1]["mac"].clone();
    let changed = serde_json::from_value(json).unwrap();
    assert!(matches!(one.finish(&[of_two.clone(), changed]), Err(FrostError::Undecryptable(3))));
    let share = one.finish(&[of_two.clone(), of_three.clone()]).unwrap();
    assert_eq!(share.group(), two.finish(&[of_one.clone(), of_three]).unwrap().group());
    assert_eq!(share.group(), three.finish(&[of_one, of_two]).unwrap().group());
    assert!(matches!(one.share(&first), Err(FrostError::StepDone)));
}

/// A party that encrypts a wrong value honestly: its own commitment gives it away.
#[test]
fn a_value_off_its_polynomial_is_refused() {
    let (ceremonies, first) = begin_all("treasury", 2, 2);
    let mut ceremonies = ceremonies.into_iter();
    let (one, two) = (ceremonies.next().unwrap(), ceremonies.next().unwrap());
    let (one, _) = one.share(&first).unwrap();
    // The second party's state with another polynomial behind the commitment it told.
    let (strange, _) = Ceremony::begin("treasury", 2, 2, 2).unwrap();
    let mut json = serde_json::to_value(&two).unwrap();
    let strange = serde_json::to_value(&strange).unwrap();
    json["stage"]["Committed"]["coefficients"] = strange["stage"]["Committed"]["coefficients"].clone();
    let liar: Ceremony = serde_json::from_value(json).unwrap();
    let (_, lie) = liar.share(&first).unwrap();
    let refused = one.finish(&[lie]).unwrap_err();
    assert!(matches!(refused, FrostError::BadShare(2)), "{refused}");
}

#[test]
fn a_ceremony_rests_in_its_file_between_the_rounds() {
    let place = Place::new();
    let path = place.file("state");
    let (ceremonies, first) = begin_all("treasury", 2, 2);
    ceremonies[0].write(&path, PASSWORD).unwrap();
    let (one, message) = Ceremony::read(&path, PASSWORD).unwrap().share(&first).unwrap();
    assert_eq!(one.told(), Some(&message));
    one.replace(&path, PASSWORD).unwrap();
    let again = Ceremony::read(&path, PASSWORD).unwrap();
    assert_eq!(again.told(), one.told());
    assert!(again.told().is_some() && ceremonies[1].told().is_none());
    assert!(matches!(again.share(&first), Err(FrostError::StepDone)));
    assert!(matches!(Ceremony::begin("Treasury", 1, 2, 2), Err(FrostError::BadName)));
    assert!(matches!(Ceremony::begin("a", 3, 2, 2), Err(FrostError::UnknownParty(3))));
    for (parties, threshold) in [(1, 1), (3, 1), (2, 3), (65, 2)] {
        assert!(matches!(Ceremony::begin("a", 1, parties, threshold), Err(FrostError::BadGroup)));
    }
}

#[test]
fn messages_are_read_from_files_and_folders() {
    let place = Place::new();
    let (_, first) = begin_all("treasury", 2, 2);
    let messages: Vec<Message> = first.into_iter().map(Message::FrostRound1).collect();
    for message in &messages {
        fs::write(place.file(&message.file_name()), message.line()).unwrap();
    }
    fs::write(place.file("notes.json"), "{}").unwrap();
    fs::write(place.file("all.jsonl"), messages.iter().map(|message| message.line() + "\n").collect::<String>())
        .unwrap();
    assert_eq!(read_messages(std::slice::from_ref(&place.0)).unwrap(), messages);
    assert_eq!(read_messages(&[place.file("all.jsonl")]).unwrap(), messages);
    assert!(matches!(read_messages(&[place.file("notes.json")]), Err(FrostError::Malformed { .. })));
    assert!(matches!(read_messages(&[place.file("nothing.json")]), Err(FrostError::Malformed { .. })));
}
