//! Real validators in one process: their own threads, disks and encrypted connections on loopback.

mod common;

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroU64;
use std::path::Path;
use std::time::{Duration, Instant};

use common::scratch;
use gage_chain::{Genesis, TransactionHash};
use gage_network::sim::{Plan, genesis, genesis_of, operator_joins, secret, user_transfer};
use gage_network::{ARCHIVE_SECTION, Committee, Follower, NetworkError, Timing, Validator, ValidatorConfig, begin_at};
use gage_node::{NodeConfig, NodeError, NodeHandle, Stage, disk, install_snapshot};
use gage_units::Height;
use gage_verify::{Trust, verify, verify_receipt};

/// Ports that nobody listens on now.
fn addresses(count: usize) -> Vec<SocketAddr> {
    let listeners: Vec<TcpListener> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    listeners.iter().map(|listener| listener.local_addr().unwrap()).collect()
}

fn config(dir: &Path, index: usize, addresses: &[SocketAddr]) -> ValidatorConfig {
    config_in(genesis(), dir, index, addresses)
}

fn config_in(genesis: Genesis, dir: &Path, index: usize, addresses: &[SocketAddr]) -> ValidatorConfig {
    let keys: Vec<[u8; 32]> = (0..addresses.len()).map(|index| secret(index).public()).collect();
    let own = dir.join(format!("validator-{index}"));
    let mut node = NodeConfig::new(own.join("data"), genesis.clone());
    node.log_segment_bytes = 1 << 20;
    node.snapshot_every = 20;
    ValidatorConfig {
        node,
        committee: Committee::new(genesis.hash(), &keys).unwrap(),
        secret: secret(index),
        consensus_dir: own.join("consensus"),
        listen: addresses[index],
        addresses: keys.into_iter().zip(addresses.iter().copied()).collect::<BTreeMap<_, _>>(),
        timing: Timing::default(),
        archive_section: ARCHIVE_SECTION,
    }
}

#[track_caller]
fn wait(what: &str, mut reached: impl FnMut() -> bool) {
    let start = Instant::now();
    while !reached() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what}: not within a minute");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn pay(validator: &Validator, nonce: u64) -> TransactionHash {
    let made = user_transfer(&validator.handle().genesis(), 1, nonce, 2, 5);
    validator.handle().submit(&made.to_bytes()).unwrap()
}

#[track_caller]
fn executed(validators: &[Option<Validator>], hash: &TransactionHash) {
    for validator in validators.iter().flatten() {
        let node = validator.handle();
        wait("executed everywhere", || {
            assert_eq!(node.stopped(), None);
            node.stage(hash).is_some_and(|stage| stage >= Stage::Executed)
        });
    }
}

/// Whether a validator has a vote on the next block.
fn orders(node: &NodeHandle, index: usize) -> bool {
    let epoch = node.validator_rules().unwrap().epoch_of(Height(node.progress_now().executed.0 + 1));
    let set = node.validators_of(epoch).unwrap();
    set.members.iter().any(|member| member.key.as_bytes() == secret(index).public())
}

#[test]
fn four_validators_lose_one_and_take_it_back() {
    let scratch = scratch("four");
    let addresses = addresses(4);
    let start = |index| Some(Validator::start(config(&scratch.0, index, &addresses)).unwrap());
    let mut validators: Vec<Option<Validator>> = (0..4).map(start).collect();
    let door = |validators: &[Option<Validator>], index: usize, nonce| pay(validators[index].as_ref().unwrap(), nonce);

    // What one node takes, all execute, with one root.
    for nonce in 0..4 {
        let hash = door(&validators, (nonce % 4) as usize, nonce);
        executed(&validators, &hash);
    }
    // Three of four go on.
    validators[3].take().unwrap().stop().unwrap();
    for nonce in 4..8 {
        let hash = door(&validators, (nonce % 3) as usize, nonce);
        executed(&validators, &hash);
    }
    // It comes back from its own log and the archives of the others.
    validators[3] = start(3);
    let hash = door(&validators, 3, 8);
    executed(&validators, &hash);
    let height = validators.iter().flatten().map(|it| it.handle().progress_now().executed).min().unwrap();
    let roots: Vec<_> = validators.iter().flatten().map(|it| it.handle().header(height)).collect();
    assert!(height > Height(0) && roots.iter().all(|root| root.is_some() && *root == roots[0]));
    // A proof from one node, believed with the keys alone, waits only for the next certificate.
    let node = validators[0].as_ref().unwrap().handle();
    wait("a certified proof", || node.receipt_proof(&hash).is_ok_and(|proof| proof.finality.is_some()));
    for validator in validators.into_iter().flatten() {
        validator.stop().unwrap();
    }

    // Votes that are gone are not cast again.
    std::fs::remove_dir_all(scratch.0.join("validator-2/consensus")).unwrap();
    let refused = Validator::start(config(&scratch.0, 2, &addresses));
    assert!(matches!(refused, Err(NetworkError::Memory(_))));
}

/// A fifth joins a network of four with its bond, orders from the next epoch on, and the network then bears the loss of
/// a founder; a reader who knows the founders alone believes what the five sign, and a follower takes it.
#[test]
fn a_validator_joins_a_running_network() {
    let scratch = scratch("joins");
    let addresses = addresses(5);
    let genesis = genesis_of(&Plan::changing(0, Duration::from_secs(1)));
    let start = |index: usize| {
        let mut config = config_in(genesis.clone(), &scratch.0, index, &addresses);
        config.committee = Committee::founders(&genesis).unwrap().unwrap();
        config.timing.heartbeat = Duration::from_millis(50);
        Some(Validator::start(config).unwrap())
    };
    let mut validators: Vec<Option<Validator>> = (0..5).map(start).collect();
    let node = |validators: &[Option<Validator>], index: usize| validators[index].as_ref().unwrap().handle();
    let network = genesis.hash();
    let joins = operator_joins(&network, 4, 0);
    let joined = node(&validators, 0).submit(&joins.to_bytes()).unwrap();
    executed(&validators[..4], &joined);

    // The newcomer's node is there before it orders.
    let newcomer = node(&validators, 4);
    wait("it orders", || orders(&newcomer, 4));
    // Five bear the loss of one, where four of them are needed.
    validators[1].take().unwrap().stop().unwrap();
    let hash = pay(validators[4].as_ref().unwrap(), 0);
    executed(&validators, &hash);

    let founders = Committee::founders(&genesis).unwrap().unwrap();
    wait("a proof across the handover", || newcomer.receipt_proof(&hash).is_ok_and(|it| it.finality.is_some()));
    let first = node(&validators, 0);
    wait("the handover is kept", || !first.handovers(0, 10).is_empty());
    let handovers = first.handovers(0, 10);
    let receipt = newcomer.receipt_proof(&hash).unwrap();
    let mut trust = Trust { validators: Some(founders.public_keys()), handovers, ..Trust::default() };
    assert!(verify_receipt(&receipt, &trust).unwrap().anchored);
    assert!(verify(&trust.handovers[0], &Trust { handovers: vec![], ..trust.clone() }).unwrap().anchored);
    trust.handovers[0].value.as_mut().unwrap()[20] ^= 1;
    assert!(verify_receipt(&receipt, &trust).is_err(), "a set that nobody certified");
    trust.handovers.clear();
    assert!(verify_receipt(&receipt, &trust).is_err(), "the founders alone are not those who signed");

    // A follower reads through the end of the epoch.
    let config =
        NodeConfig { log_segment_bytes: 1 << 20, ..NodeConfig::new(scratch.0.join("follower"), genesis.clone()) };
    let mut follower = Follower::start(config, &founders).unwrap();
    wait("it follows", || {
        if let Some(blocks) = first.certified_blocks(follower.next()) {
            follower.take(&blocks).unwrap();
        }
        follower.handle().stage(&hash).is_some_and(|stage| stage >= Stage::Executed)
    });
    follower.stop().unwrap();

    // Restarted, the nodes go on in the epoch in which they were.
    for validator in validators.iter_mut().filter_map(Option::take) {
        validator.stop().unwrap();
    }
    let validators: Vec<Option<Validator>> = (0..5).map(start).collect();
    let hash = pay(validators[1].as_ref().unwrap(), 1);
    executed(&validators, &hash);
    assert!(!node(&validators, 0).handovers(0, 10).is_empty(), "kept on the disk");
    for validator in validators.into_iter().flatten() {
        validator.stop().unwrap();
    }
}

/// A newcomer whose peers do not keep the first blocks begins with a snapshot, takes the blocks after it from a node's
/// log, then its seat, and orders; so it does after a restart.
#[test]
fn a_validator_begins_with_a_snapshot() {
    let scratch = scratch("begins");
    let addresses = addresses(5);
    let genesis = genesis_of(&Plan::changing(0, Duration::from_secs(1)));
    let founders = Committee::founders(&genesis).unwrap().unwrap();
    let config = |index: usize| {
        let mut config = config_in(genesis.clone(), &scratch.0, index, &addresses);
        config.committee = founders.clone();
        config.timing.heartbeat = Duration::from_millis(20);
        config.archive_section = NonZeroU64::new(8).unwrap();
        config.node.log_segment_bytes = disk::SEGMENT_BYTES_MIN;
        config.node.prune_log = true;
        config
    };
    let start = |index: usize| Some(Validator::start(config(index)).unwrap());
    let mut validators: Vec<Option<Validator>> = (0..4).map(start).collect();
    let first = validators[0].as_ref().unwrap().handle();
    let joins = operator_joins(&genesis.hash(), 4, 0);
    let joined = first.submit(&joins.to_bytes()).unwrap();
    executed(&validators, &joined);
    wait("the first blocks are gone", || first.first_kept() > Height(100));
    let archives =
        |index: usize| scratch.0.join(format!("validator-{index}/consensus/storage/validator-blocks-values"));
    let files = |index: usize| std::fs::read_dir(archives(index)).unwrap().count() as u64;
    let forgets = |index: usize| files(index) < first.progress_now().executed.0 / 8 - 10;
    wait("the archives forget them too", || (0..4).all(forgets));

    let ValidatorConfig { node, consensus_dir, .. } = config(4);
    let height = Height(first.status_summary().snapshots.into_iter().max().unwrap());
    let part = |number| first.snapshot_part(height, number).unwrap().unwrap();
    let parts = part(0).parts;
    install_snapshot::<NodeError>(&node.dir, height, parts, |number| Ok(part(number).bytes.0)).unwrap();
    let mut follower = Follower::start(node, &founders).unwrap();
    wait("it has what the others have", || {
        while let Some(blocks) = first.certified_blocks(follower.next()) {
            follower.take(&blocks).unwrap();
        }
        follower.floor().unwrap().is_some()
    });
    begin_at(&consensus_dir, follower.floor().unwrap().unwrap()).unwrap();
    follower.stop().unwrap();

    validators.push(start(4));
    for round in 0..2 {
        let newcomer = validators[4].as_ref().unwrap().handle();
        wait("it orders", || orders(&newcomer, 4));
        // Without one founder, nothing is ordered but by its vote.
        validators[1].take().unwrap().stop().unwrap();
        let hash = pay(validators[4].as_ref().unwrap(), 2 * round);
        executed(&validators, &hash);
        validators[1] = start(1);
        let hash = pay(validators[1].as_ref().unwrap(), 2 * round + 1);
        executed(&validators, &hash);
        assert!(newcomer.first_kept() > Height(100));
        assert!(!archives(4).join(format!("{:016x}", 0)).exists(), "what comes before the snapshot is asked of nobody");
        validators[4].take().unwrap().stop().unwrap();
        validators[4] = start(4);
    }
    for validator in validators.into_iter().flatten() {
        validator.stop().unwrap();
    }
}
