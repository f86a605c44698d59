//! The whole network under seeds.

use std::time::Duration;

use gage_crypto::{PublicKey, Scheme};
use gage_network::sim::{Fault, Outcome, Plan, Planted, Twist, UNRULY, run};
use gage_verify::{Certificate, Document, Evidence, Trust, VerifyError, verify};

#[track_caller]
fn sound(outcome: &Outcome) {
    let trace = outcome.trace.join("\n");
    assert!(outcome.violations.is_empty(), "seed {}: {:#?}\n{trace}", outcome.plan.seed, outcome.violations);
}

#[test]
fn a_quiet_network_orders_what_clients_send() {
    let outcome = run(&Plan::quiet(1, 4, Duration::from_secs(10)));
    sound(&outcome);
    assert!(outcome.transactions > 30, "{} transactions\n{}", outcome.transactions, outcome.trace.join("\n"));
    assert!(outcome.blocks > 30, "{} blocks", outcome.blocks);
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let plan = Plan { duration: Duration::from_secs(8), ..Plan::of_seed(3) };
    let (first, second) = (run(&plan), run(&plan));
    sound(&first);
    assert!(!first.auditor.is_empty());
    assert_eq!((first.auditor.clone(), first.trace, first.root), (second.auditor, second.trace, second.root));
    let other = run(&Plan { seed: 4, ..plan });
    assert_ne!(first.auditor, other.auditor);
}

#[test]
fn what_was_ordered_survives_loss_of_power_everywhere() {
    let mut plan = Plan::quiet(5, 4, Duration::from_secs(12));
    plan.faults = (1..4).map(|part| (Duration::from_secs(part * 3), Fault::PowerLoss)).collect();
    sound(&run(&plan));
}

#[test]
fn processes_whose_disks_fail_come_back() {
    let mut plan = Plan::quiet(6, 4, Duration::from_secs(16));
    plan.faults = vec![(Duration::from_secs(3), Fault::Disks(10)), (Duration::from_secs(8), Fault::Heal)];
    let outcome = run(&plan);
    sound(&outcome);
    let ended = outcome.trace.iter().filter(|line| line.contains("ends with")).count();
    assert!(ended > 0, "no disk failed: {:#?}", outcome.trace);
}

/// Long runs of many seeds are for `gage sim`; these are a sample of them on every change.
#[test]
fn seeds_hold() {
    for seed in 100..104 {
        sound(&run(&Plan::of_seed(seed)));
    }
}

fn keys(keys: &[[u8; 32]]) -> Vec<PublicKey> {
    keys.iter().map(|key| PublicKey::new(Scheme::Ed25519, key).unwrap()).collect()
}

/// One joins, one takes over under a new key, one resigns; and who contradicts himself is barred and loses his stake.
#[test]
fn validators_change_from_epoch_to_epoch() {
    let quiet = Plan::changing(50, Duration::from_secs(25));
    let mut unruly = Plan::changing(51, Duration::from_secs(25));
    unruly.twists[3] = Twist::Equivocates;
    for plan in [quiet, unruly] {
        let outcome = run(&plan);
        sound(&outcome);
        assert!(outcome.trace.iter().any(|line| line.contains("those order who should")), "{:#?}", outcome.trace);
        let evidence = outcome.evidence.unwrap();
        let holds = |handovers: &[Evidence]| {
            let validators = Some(keys(&outcome.keys));
            let trust = Trust { validators, handovers: handovers.to_vec(), ..Trust::default() };
            verify(&evidence, &trust).map(|verified| verified.anchored)
        };
        // From the founders through every set, one after the other.
        let all = outcome.handovers;
        assert!(!all.is_empty());
        assert_eq!(holds(&all), Ok(true));
        assert!(holds(&[]).is_err(), "the founders do not order any more");
        assert!(holds(&all[1..]).is_err(), "nobody known certified the second");
        let mut twice = all.clone();
        twice.insert(1, all[0].clone());
        assert_eq!(holds(&twice), Ok(true));
        let mut changed = all.clone();
        changed[0].finality.as_mut().unwrap().certificate.votes[0].signature.0[3] ^= 1;
        assert!(matches!(holds(&changed), Err(VerifyError::Handover(_))));
        // A set under another's key.
        let mut other = all.clone();
        *other[0].key.last_mut().unwrap() ^= 1;
        assert!(matches!(holds(&other), Err(VerifyError::Handover(_))));
    }
}

/// A reader needs the validators' keys and nothing else; and notices every change.
#[test]
fn a_certificate_proves_a_record_and_only_that() {
    let outcome = run(&Plan::quiet(2, 4, Duration::from_secs(4)));
    sound(&outcome);
    let trust = Trust { validators: Some(keys(&outcome.keys)), ..Trust::default() };
    let evidence = outcome.evidence.unwrap();
    let verified = verify(&evidence, &trust).unwrap();
    assert!(verified.anchored);
    // As a file, too.
    let text = Document::Record(Box::new(evidence.clone())).to_text();
    assert_eq!(Document::parse(&text).unwrap().verify(&trust).unwrap(), verified);

    let refused = |change: &dyn Fn(&mut Certificate)| {
        let mut changed = evidence.clone();
        change(&mut changed.finality.as_mut().unwrap().certificate);
        matches!(verify(&changed, &trust), Err(VerifyError::Certificate(_)))
    };
    assert!(!refused(&|_| {}));
    assert!(refused(&|it| it.view += 1));
    assert!(refused(&|it| it.epoch += 1));
    assert!(refused(&|it| it.parent_view += 1));
    assert!(refused(&|it| it.block.0[0] ^= 1));
    assert!(refused(&|it| it.votes[0].signature.0[5] ^= 1));
    assert!(refused(&|it| it.votes.truncate(2)));
    assert!(refused(&|it| it.votes[1] = it.votes[0].clone()));
    assert!(refused(&|it| it.votes[2].validator = 77));

    let mut other = outcome.keys.clone();
    other[0] = gage_network::ValidatorSecret::from_bytes(&[3; 32]).public();
    let strangers = Trust { validators: Some(keys(&other)), ..Trust::default() };
    assert!(verify(&evidence, &strangers).is_err());
    let mut bare = evidence.clone();
    bare.finality = None;
    assert_eq!(verify(&bare, &trust), Err(VerifyError::NoCertificate));
    let mut other_header = evidence;
    other_header.header.as_mut().unwrap().time.0 += 1;
    assert!(matches!(verify(&other_header, &trust), Err(VerifyError::Certificate(_))));
}

/// One of four may do what it wants.
#[test]
fn one_validator_of_four_may_do_what_it_wants() {
    for (seed, twist) in (20..).zip(UNRULY) {
        let mut plan = Plan::quiet(seed, 4, Duration::from_secs(12));
        plan.twists[2] = twist;
        let outcome = run(&plan);
        sound(&outcome);
        assert!(outcome.transactions > 15, "{twist:?}: {} transactions", outcome.transactions);
        let accused = outcome.trace.iter().any(|line| line.contains("holds evidence that node 2"));
        assert_eq!(accused, twist == Twist::Equivocates, "{twist:?}: {:#?}", outcome.trace);
    }
}

#[track_caller]
fn finds(plan: &Plan, wanted: &str) {
    let violations = run(plan).violations;
    assert!(violations.iter().any(|line| line.starts_with(wanted)), "{wanted}: {violations:#?}");
}

/// The simulation can fail: three faults that are planted are found.
#[test]
fn planted_faults_are_found() {
    let mut otherwise = Plan::quiet(30, 4, Duration::from_secs(6));
    otherwise.planted = Some(Planted::ExecutesOtherwise(1));
    finds(&otherwise, "equal roots");

    let mut credulous = Plan::quiet(31, 4, Duration::from_secs(8));
    credulous.twists = vec![Twist::AcceptsAnything; 4];
    credulous.twists[2] = Twist::ProposesInvalid;
    finds(&credulous, "execution");

    let mut forgetful = Plan::quiet(32, 4, Duration::from_secs(9));
    forgetful.planted = Some(Planted::ForgetsEverything);
    forgetful.faults = vec![(Duration::from_secs(4), Fault::PowerLoss)];
    finds(&forgetful, "agreement");
}
