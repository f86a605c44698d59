//! Real validators on loopback, and somebody who means them ill: a member who floods them with noise and reads
//! nothing, one whose messages are longer than any may be, and strangers who only hold connections open.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use commonware_p2p::authenticated::lookup::Network;
use commonware_p2p::{Recipients, Sender as _};
use commonware_runtime::tokio::{Config as RuntimeConfig, Runner};
use commonware_runtime::{Clock as _, Quota, Runner as _, Supervisor as _};
use commonware_utils::NZU32;
use gage_node::{NodeConfig, Stage};

use crate::engine::{ARCHIVE_SECTION, Timing, channel, message_bytes_max};
use crate::sim::{genesis, secret, user_transfer};
use crate::validator::{Validator, ValidatorConfig, peer_config, track};
use crate::{Committee, ValidatorSecret};

const QUOTA: Quota = Quota::per_second(NZU32!(4_096));

/// Three honest validators of four, with a folder that goes with them.
struct Three {
    validators: Vec<Validator>,
    committee: Committee,
    addresses: BTreeMap<[u8; 32], SocketAddr>,
    listen: Vec<SocketAddr>,
    dir: PathBuf,
    nonce: u64,
}

impl Three {
    fn start(name: &str) -> Three {
        let dir = std::env::temp_dir().join(format!("gage-hostile-{name}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&dir));
        let listeners: Vec<TcpListener> = (0..4).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let listen: Vec<SocketAddr> = listeners.iter().map(|listener| listener.local_addr().unwrap()).collect();
        drop(listeners);
        let keys: Vec<[u8; 32]> = (0..4).map(|index| secret(index).public()).collect();
        let committee = Committee::new(genesis().hash(), &keys).unwrap();
        let addresses: BTreeMap<[u8; 32], SocketAddr> = keys.into_iter().zip(listen.iter().copied()).collect();
        let start = |index: usize| {
            let own = dir.join(index.to_string());
            let node = NodeConfig { log_segment_bytes: 1 << 20, ..NodeConfig::new(own.join("data"), genesis()) };
            let config = ValidatorConfig {
                node,
                committee: committee.clone(),
                secret: secret(index),
                consensus_dir: own.join("consensus"),
                listen: listen[index],
                addresses: addresses.clone(),
                timing: Timing { leader: Duration::from_millis(400), ..Timing::default() },
                archive_section: ARCHIVE_SECTION,
            };
            Validator::start(config).unwrap()
        };
        let validators = (0..3).map(start).collect();
        Three { validators, committee, addresses, listen, dir, nonce: 0 }
    }

    /// So many payments, one after the other, each brought to another node and executed by all.
    #[track_caller]
    fn go_on(&mut self, payments: u64) {
        for _ in 0..payments {
            let made = user_transfer(&genesis().hash(), 1, self.nonce, 2, 5);
            let door = self.validators[self.nonce as usize % 3].handle();
            self.nonce += 1;
            let hash = door.submit(&made.to_bytes()).unwrap();
            let start = Instant::now();
            for node in self.validators.iter().map(Validator::handle) {
                while node.stage(&hash).is_none_or(|stage| stage < Stage::Executed) {
                    assert_eq!(node.stopped(), None);
                    assert!(start.elapsed() < Duration::from_secs(60), "nothing goes on");
                    std::thread::sleep(Duration::from_millis(5));
                }
            }
        }
    }
}

impl Three {
    /// At least twelve payments, and as many as it takes.
    #[track_caller]
    fn go_on_until(&mut self, enough: impl Fn() -> bool) {
        self.go_on(12);
        let start = Instant::now();
        while !enough() {
            assert!(start.elapsed() < Duration::from_secs(60), "the hostile member sends nothing");
            self.go_on(1);
        }
    }
}

impl Drop for Three {
    fn drop(&mut self) {
        self.validators.clear();
        drop(std::fs::remove_dir_all(&self.dir));
    }
}

/// The fourth member, as a program that is not ours: sends noise on every channel, and reads nothing.
struct Hostile {
    end: Arc<AtomicBool>,
    sent: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Hostile {
    /// Its messages are as long as `longest` says, or short.
    fn start(three: &Three, secret: &ValidatorSecret, longest: u32) -> Hostile {
        let mut config = peer_config(&three.committee, secret, three.listen[3], true, 4);
        config.max_message_size = longest.max(config.max_message_size);
        let (end, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (ended, count) = (Arc::clone(&end), Arc::clone(&sent));
        let peers = three.committee.members().iter().map(|key| (key.clone(), None)).collect();
        let (addresses, storage) = (three.addresses.clone(), three.dir.join("hostile"));
        let run = move || {
            Runner::new(RuntimeConfig::new().with_storage_directory(storage)).start(|context| async move {
                let (mut network, oracle) = Network::new(context.child("network"), config);
                track(oracle, 0, peers, &addresses, 4);
                let numbers = [
                    channel::VOTES,
                    channel::CERTIFICATES,
                    channel::RESOLVER,
                    channel::BLOCKS,
                    channel::BACKFILL,
                    channel::TRANSACTIONS,
                ];
                // The receivers are kept, and never read.
                let mut channels: Vec<_> = numbers.iter().map(|number| network.register(*number, QUOTA)).collect();
                let _network = network.start();
                let mut round = 0u64;
                while !ended.load(Ordering::Relaxed) {
                    for (sender, _) in &mut channels {
                        round += 1;
                        let length =
                            if round.is_multiple_of(64) { longest as usize } else { 40 + round as usize % 300 };
                        let noise: Vec<u8> = (0..length).map(|at| (at as u64 ^ round) as u8).collect();
                        sender.send(Recipients::All, noise, round.is_multiple_of(2));
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                    context.sleep(Duration::from_millis(1)).await;
                }
            });
        };
        Hostile { end, sent, thread: Some(std::thread::spawn(run)) }
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.end.store(true, Ordering::Relaxed);
        // It may have ended by a panic of its own, which is nothing to us.
        drop(self.thread.take().map(JoinHandle::join));
    }
}

/// A message of the full length is noise too: nobody keeps what does not read.
#[test]
fn a_member_who_floods_and_reads_nothing_stops_nobody() {
    let mut three = Three::start("floods");
    let hostile = Hostile::start(&three, &secret(3), 1 << 20);
    three.go_on_until(|| hostile.sent.load(Ordering::Relaxed) > 200);
}

#[test]
fn a_member_whose_messages_are_too_long_stops_nobody() {
    let mut three = Three::start("too-long");
    let hostile = Hostile::start(&three, &secret(3), message_bytes_max(&genesis().hash()) + (1 << 20));
    three.go_on_until(|| hostile.sent.load(Ordering::Relaxed) > 200);
}

/// Connections that say nothing, and some that say what nobody understands.
#[test]
fn strangers_who_hold_connections_open_stop_nobody() {
    let mut three = Three::start("strangers");
    three.go_on(1);
    let mut held = Vec::new();
    for address in three.listen[..3].iter().cycle().take(300) {
        // Once there are too many, more are refused.
        let Ok(mut stream) = TcpStream::connect(address) else { continue };
        if held.len() % 3 == 0 {
            let noise = vec![0xa5; 4_096];
            drop(stream.write_all(&noise));
        }
        held.push(stream);
    }
    three.go_on(6);
    assert!(held.len() > 100, "{} connections", held.len());
}
