//! The whole network under seeds.

use std::time::Duration;

use gage_network::sim::{Fault, Outcome, Plan, run};

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
