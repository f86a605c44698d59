//! Real validators in one process: their own threads, disks and encrypted connections on loopback.

mod common;

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};

use common::scratch;
use gage_chain::TransactionHash;
use gage_network::sim::{genesis, secret, user_transfer};
use gage_network::{Committee, NetworkError, Timing, Validator, ValidatorConfig};
use gage_node::{NodeConfig, Stage};
use gage_units::Height;

/// Ports that nobody listens on now.
fn addresses(count: usize) -> Vec<SocketAddr> {
    let listeners: Vec<TcpListener> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    listeners.iter().map(|listener| listener.local_addr().unwrap()).collect()
}

fn config(dir: &Path, index: usize, addresses: &[SocketAddr]) -> ValidatorConfig {
    let genesis = genesis();
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
