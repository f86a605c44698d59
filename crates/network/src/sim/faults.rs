//! What goes wrong, and when: drawn from a seed before the run, so that it can be read.

use std::fmt;
use std::time::Duration;

use super::draw::Draw;
use super::twist::{Twist, UNRULY};

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A node hears nobody and nobody hears it.
    Cut(usize),
    /// The nodes with numbers below this one and the others hear only their own side.
    Split(usize),
    /// Every message is lost with this chance, in percent.
    Loss(u64),
    /// Every message takes so many milliseconds on average.
    Slow(u64),
    /// A process dies and starts again after so many milliseconds.
    Crash(usize, u64),
    /// All machines lose power; of what was not synced about half of the bytes are lost.
    PowerLoss,
    /// What the faults before did to links and disks is over.
    Heal,
    /// Every so many-th write and sync of any disk fails, in thousandths; a process whose disk fails ends, and starts
    /// again a second later.
    Disks(u64),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Cut(node) => write!(f, "node {node} is cut off"),
            Fault::Split(at) => write!(f, "nodes below {at} and the others are parted"),
            Fault::Loss(percent) => write!(f, "{percent} % of all messages are lost"),
            Fault::Slow(ms) => write!(f, "messages take {ms} ms"),
            Fault::Crash(node, ms) => write!(f, "node {node} dies for {ms} ms"),
            Fault::PowerLoss => f.write_str("all machines lose power"),
            Fault::Heal => f.write_str("links and disks are whole"),
            Fault::Disks(thousandths) => write!(f, "{thousandths} of 1,000 writes and syncs fail"),
        }
    }
}

/// A fault of the program, planted to see that it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// One node executes some transactions otherwise.
    ExecutesOtherwise(usize),
    /// All machines lose their disks with the power.
    ForgetsEverything,
}

/// What happens in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Decides everything else.
    pub seed: u64,
    /// How many validators.
    pub validators: usize,
    /// How long the faults go on, in virtual time; then all is healed.
    pub duration: Duration,
    /// When what goes wrong, in the order of time.
    pub faults: Vec<(Duration, Fault)>,
    /// One-way delay of a message where nothing is wrong, in milliseconds.
    pub latency_ms: u64,
    /// How each validator behaves.
    pub twists: Vec<Twist>,
    /// What is wrong with the program, if anything.
    pub planted: Option<Planted>,
    /// Pause of each client between two transactions, in milliseconds.
    pub client_pause_ms: u64,
    /// How far the clock of each machine is off, in milliseconds.
    pub clocks_off_ms: Vec<i64>,
    /// Whether the network chooses its validators itself; else all machines order for ever.
    pub epochs: Option<EpochPlan>,
}

/// How the validators change in a run: the first machines found the network; of those behind them the first joins, the
/// second takes over for the second founder under a new key, and the first founder resigns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochPlan {
    /// Blocks of an epoch.
    pub blocks: u64,
    /// How many machines found the network; two more are there.
    pub founders: usize,
}

impl Plan {
    /// A quiet network.
    pub fn quiet(seed: u64, validators: usize, duration: Duration) -> Plan {
        let twists = vec![Twist::Honest; validators];
        let (faults, latency_ms, client_pause_ms) = (Vec::new(), 10, 150);
        let clocks_off_ms = vec![0; validators];
        let (planted, epochs) = (None, None);
        Plan { seed, validators, duration, faults, latency_ms, twists, planted, client_pause_ms, clocks_off_ms, epochs }
    }

    /// A quiet network of four founders and two more machines, whose validators change.
    pub fn changing(seed: u64, duration: Duration) -> Plan {
        Plan { epochs: Some(EpochPlan { blocks: 40, founders: 4 }), ..Plan::quiet(seed, 6, duration) }
    }

    /// The plan of a seed: 4 validators whose clocks differ by up to 0.4 s, a minute, six faults, each healed; in every
    /// second one a validator that does not follow the protocol, in every third one validators that change.
    pub fn of_seed(seed: u64) -> Plan {
        let mut draw = Draw::new(seed, "plan");
        let mut plan = match seed % 3 {
            0 => Plan::changing(seed, Duration::from_secs(60)),
            _ => Plan::quiet(seed, 4, Duration::from_secs(60)),
        };
        plan.latency_ms = 5 + draw.below(40);
        plan.client_pause_ms = 200 + draw.below(600);
        if !seed.is_multiple_of(2) {
            // Those who join or leave are honest, so that it is known who orders in the end.
            let (from, count) = plan.epochs.map_or((0, plan.validators), |epochs| (2, epochs.founders - 2));
            let node = from + draw.below(count as u64) as usize;
            plan.twists[node] = UNRULY[draw.below(UNRULY.len() as u64) as usize];
        }
        plan.clocks_off_ms = (0..plan.validators).map(|_| draw.below(400).cast_signed() - 200).collect();
        for part in 0..6u64 {
            let start = part * 9_500 + 1_000 + draw.below(2_000);
            let nodes = plan.validators as u64;
            let node = draw.below(nodes) as usize;
            let fault = match draw.below(6) {
                0 => Fault::Cut(node),
                1 => Fault::Split(1 + draw.below(nodes - 1) as usize),
                2 => Fault::Loss(5 + draw.below(25)),
                3 => Fault::Slow(50 + draw.below(250)),
                4 => Fault::PowerLoss,
                _ => Fault::Crash(node, 500 + draw.below(4_000)),
            };
            plan.faults.push((Duration::from_millis(start), fault));
            plan.faults.push((Duration::from_millis(start + 2_000 + draw.below(3_500)), Fault::Heal));
        }
        plan
    }

    /// The plan of a seed in which the third fault is that of all disks at once.
    pub fn with_failing_disks(seed: u64) -> Plan {
        let mut plan = Plan::of_seed(seed);
        let failing = Fault::Disks(2 + Draw::new(seed, "disks").below(20));
        if let Some((_, fault)) = plan.faults.get_mut(4) {
            *fault = failing;
        }
        plan
    }
}
