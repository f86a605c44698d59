//! Validators on hosts of their own: network namespaces with a switch between them, which parts them and joins them
//! again. Where the machine allows no namespaces the test says so and checks nothing.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "common/network.rs"]
mod processes;

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use common::Place;
use processes::{Cluster, Payer, Seat, check, wait};

const HOSTS: usize = 4;

/// Hosts, each with one cable to one of two switches; this process hangs on the first.
struct Hosts {
    mark: String,
    subnet: String,
}

impl Hosts {
    /// `None` where the machine does not allow it.
    fn new() -> Option<Hosts> {
        let id = std::process::id();
        let hosts =
            Hosts { mark: format!("{:x}", id & 0xffff), subnet: format!("10.{}.{}", 64 + id % 128, id / 128 % 250) };
        hosts.build().then_some(hosts)
    }

    fn build(&self) -> bool {
        let Hosts { mark, subnet } = self;
        let mut made = ip(&format!("link add gsa{mark} type bridge"))
            && ip(&format!("link add gsb{mark} type bridge"))
            && ip(&format!("addr add {subnet}.254/24 dev gsa{mark}"))
            && ip(&format!("link set gsa{mark} up"))
            && ip(&format!("link set gsb{mark} up"));
        for host in 0..HOSTS {
            let (name, cable, plug) = (self.name(host), self.cable(host), format!("gp{host}{mark}"));
            made = made
                && ip(&format!("netns add {name}"))
                && ip(&format!("link add {cable} type veth peer name {plug}"))
                && ip(&format!("link set {plug} netns {name}"))
                && ip(&format!("link set {cable} master gsa{mark} up"))
                && ip(&format!("-n {name} addr add {subnet}.{}/24 dev {plug}", host + 1))
                && ip(&format!("-n {name} link set {plug} up"))
                && ip(&format!("-n {name} link set lo up"));
        }
        made
    }

    fn name(&self, host: usize) -> String {
        format!("gage{host}-{}", self.mark)
    }

    fn cable(&self, host: usize) -> String {
        format!("gc{host}{}", self.mark)
    }

    fn seat(&self, host: usize) -> Seat {
        let at = |port| -> SocketAddr { format!("{}.{}:{port}", self.subnet, host + 1).parse().unwrap() };
        let runner = ["ip", "netns", "exec"].map(str::to_owned).into_iter().chain([self.name(host)]).collect();
        Seat { runner, peers: at(8_800), api: at(7_800) }
    }

    /// Plugs a host into the first switch or the second.
    fn plug(&self, host: usize, second: bool) {
        let switch = if second { "gsb" } else { "gsa" };
        assert!(ip(&format!("link set {} master {switch}{}", self.cable(host), self.mark)));
    }
}

impl Drop for Hosts {
    fn drop(&mut self) {
        for host in 0..HOSTS {
            ip(&format!("netns del {}", self.name(host)));
            ip(&format!("link del {}", self.cable(host)));
        }
        ip(&format!("link del gsa{}", self.mark));
        ip(&format!("link del gsb{}", self.mark));
    }
}

fn ip(words: &str) -> bool {
    Command::new("ip").args(words.split(' ')).output().is_ok_and(|output| output.status.success())
}

#[test]
fn hosts_that_are_parted_never_disagree() {
    let Some(hosts) = Hosts::new() else {
        eprintln!("SKIPPED: this machine allows no network namespaces (it takes `ip` and root); nothing was checked");
        return;
    };
    let place = Place::new("namespaces");
    let seats: Vec<Seat> = (0..HOSTS).map(|host| hosts.seat(host)).collect();
    let cluster = Cluster::start_at(&place.dir, &seats, &["--allow-remote"]);
    let payer = Payer::start(&cluster, 2);
    cluster.go_on(5);

    // One is parted from the three others, who go on.
    hosts.plug(3, true);
    let wanted = cluster.nodes[0].height().unwrap() + 8;
    wait("three of four go on", || cluster.nodes[0].height().filter(|height| *height >= wanted));
    hosts.plug(3, false);
    wait("the fourth catches up", || cluster.nodes[3].height().filter(|height| *height >= wanted));

    // Two and two: neither side orders anything, for as long as it lasts.
    hosts.plug(2, true);
    hosts.plug(3, true);
    std::thread::sleep(Duration::from_secs(2));
    let parted = wait("the first answers", || cluster.nodes[0].height());
    std::thread::sleep(Duration::from_secs(5));
    let later = wait("the first answers", || cluster.nodes[0].height());
    assert!(later <= parted + 1, "two of four have ordered {} blocks", later - parted);
    hosts.plug(2, false);
    hosts.plug(3, false);
    cluster.go_on(5);

    check(&cluster, &payer.finish());
    cluster.agree();
}
