//! Whole networks of processes, as an operator runs them: killed, halted and started again, while clients pay and
//! check what they were told.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "common/network.rs"]
mod processes;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use common::Place;
use processes::{Cluster, Payer, Process, check, ports, wait};

#[test]
fn four_validators_are_killed_and_halted_and_lose_nothing() {
    let place = Place::new("network-four");
    let mut cluster = Cluster::start(&place.dir, 4, &["--snapshot-every", "25"]);
    let payers = [Payer::start(&cluster, 0), Payer::start(&cluster, 3)];
    cluster.go_on(3);

    // One dies and comes back.
    cluster.nodes[1].kill();
    cluster.go_on(4);
    cluster.nodes[1].start();
    cluster.go_on(3);

    // Then the one that is furthest, in the middle of whatever it does.
    let heights: Vec<u64> = cluster.nodes.iter().map(|node| node.height().unwrap_or(0)).collect();
    let first = (0..4).max_by_key(|index| heights[*index]).unwrap();
    cluster.nodes[first].kill();
    cluster.go_on(4);
    cluster.nodes[first].start();
    cluster.go_on(3);

    // One stands still with its connections open, for longer than the others wait for it.
    cluster.nodes[2].stop();
    let wanted = cluster.nodes[0].height().unwrap() + 8;
    wait("three of four go on", || cluster.nodes[0].height().filter(|height| *height >= wanted));
    cluster.nodes[2].go_on();
    cluster.go_on(3);

    // All of them at once.
    cluster.nodes.iter_mut().for_each(|node| node.kill());
    cluster.nodes.iter_mut().for_each(|node| node.start());
    cluster.go_on(3);

    let told = || payers.iter().map(Payer::count).sum::<usize>();
    let before = wait("the client is told of more than forty", || Some(told()).filter(|told| *told > 40));
    for payer in payers {
        check(&cluster, &payer.finish());
    }
    let height = cluster.agree();
    println!("{before} transactions told of in {height} blocks");
}

#[test]
fn seven_validators_go_on_without_two() {
    let place = Place::new("network-seven");
    let mut cluster = Cluster::start(&place.dir, 7, &[]);
    let payer = Payer::start(&cluster, 1);
    cluster.go_on(2);
    cluster.nodes[2].kill();
    cluster.nodes[5].kill();
    cluster.go_on(6);
    // Without a third nothing is ordered, and nothing is wrong with that.
    cluster.nodes[0].kill();
    for index in [0, 2, 5] {
        cluster.nodes[index].start();
    }
    cluster.go_on(3);
    assert!(payer.count() > 3, "the client was told of {} transactions only", payer.count());
    check(&cluster, &payer.finish());
    cluster.agree();
}

/// The view of all, as the operator of a whole network on one machine sees it.
#[test]
fn a_whole_network_on_one_machine() {
    let place = Place::new("network-up");
    // The peers listen a thousand ports above.
    let port = ports(4).to_string();
    // Runs it until the first validator has executed more than so many blocks; how many it had then.
    let up = |more_than: u64| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_gage"))
            .current_dir(&place.dir)
            .args(["network", "up", "--validators", "4", "--dir", "net", "--api-port", &port, "--seconds", "600"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let executed = lines.find_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let executed = words.get(2).and_then(|height| height.parse::<u64>().ok())?;
            (words[0] == "validator-0" && executed > more_than).then_some(executed)
        });
        assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
        assert_eq!(lines.last().as_deref(), Some("stopping"));
        assert!(child.wait().unwrap().success());
        executed.expect("it shows blocks")
    };
    let first = up(1);
    // It goes on where it was.
    assert!(up(first) > first);

    let refused = Command::new(env!("CARGO_BIN_EXE_gage"))
        .current_dir(&place.dir)
        .args(["network", "init", "--dir", "net"])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&refused.stderr).contains("holds a network already"), "{refused:?}");
}

/// A follower has what the validators have, goes on with another source, takes no transactions, and what it proves
/// holds by the validators' keys. A new one begins with a snapshot where the first blocks are gone.
#[test]
fn followers_serve_what_the_validators_signed() {
    let place = Place::new("network-follow");
    let options = ["--prune", "--log-segment-bytes", "8192", "--snapshot-every", "300"];
    let mut cluster = Cluster::start(&place.dir, 4, &options);
    let payers = [Payer::start(&cluster, 2), Payer::start(&cluster, 4)];
    let mut follower = Process::follower(&place.dir.join("follower"), &cluster, &[0, 1]);
    let catch_up = |cluster: &Cluster, follower: &Process| {
        let wanted = cluster.height() + 3;
        wait("the follower follows", || follower.height().filter(|height| *height >= wanted));
    };
    catch_up(&cluster, &follower);
    // Its first source dies; then itself.
    cluster.nodes[0].kill();
    catch_up(&cluster, &follower);
    cluster.nodes[0].start();
    follower.kill();
    cluster.go_on(5);
    follower.start();
    catch_up(&cluster, &follower);
    let refused = follower.client.submit(&gage_network::sim::user_transfer(&cluster.genesis, 5, 0, 1, 1)).unwrap_err();
    assert!(refused.to_string().contains("takes no transactions"), "{refused}");

    // The first blocks are not kept any more.
    wait("the validators prune", || {
        let first = |node: &Process| node.client.status().ok()?.pointer("/log/first_height")?.as_u64();
        cluster.nodes.iter().all(|node| first(node).is_some_and(|first| first > 1)).then_some(())
    });
    let late = Process::follower(&place.dir.join("late"), &cluster, &[2, 3]);
    catch_up(&cluster, &late);
    assert!(late.log().contains("beginning with the snapshot"), "{}", late.log());

    let told: Vec<_> = payers.into_iter().map(Payer::finish).collect();
    for node in [&follower, &late] {
        // A receipt of a height whose roots were passed over has no header of its own: another has.
        let proof = wait("a certified proof of a receipt", || {
            let proof = |hash| node.client.get::<serde_json::Value>(&format!("/v1/transactions/{hash}/proof")).ok();
            told.iter().flatten().filter_map(|(hash, _)| proof(hash)).find(|proof| !proof["finality"].is_null())
        });
        let file = place.dir.join("proof.json");
        std::fs::write(&file, proof.to_string()).unwrap();
        let list = cluster.dir.join("validators.toml").display().to_string();
        place.ok(&["verify", "proof.json", "--validators", &list]);
    }

    // A validator that lost its data takes a snapshot from the others, and then its seat: nothing is ordered without it.
    let sources = cluster.clients();
    let lost = &mut cluster.nodes[3];
    lost.kill();
    // Nobody votes on a state that the network has not confirmed.
    let doubt = lost.data().join("SNAPSHOT_UNCONFIRMED");
    std::fs::write(&doubt, "7\n").unwrap();
    lost.start();
    wait("it refuses to start", || lost.log().contains("have not confirmed").then_some(()));
    lost.kill();
    std::fs::remove_file(doubt).unwrap();
    lost.lose_data();
    lost.follows(&sources[..2]);
    lost.start();
    cluster.go_on(3);
    assert!(cluster.nodes[3].log().contains("beginning with the snapshot"), "{}", cluster.nodes[3].log());
    cluster.nodes[2].kill();
    cluster.go_on(5);
}
