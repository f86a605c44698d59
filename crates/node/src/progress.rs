//! How far the node has come, and where its parts and its readers wait for each other.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex};
use std::task::Waker;
use std::time::{Duration, Instant};

use gage_chain::Executed;
use gage_units::{Height, Timestamp};
use tokio::sync::watch;

use crate::locks::lock;
use crate::{Stage, StopReason};

/// How far the node has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The newest block on the disk.
    pub ordered: Height,
    /// The last executed block.
    pub executed: Height,
    /// The newest checkpoint with a root.
    pub certified: Height,
    /// Grows with every change of any transaction's status, also where no height changes.
    pub changes: u64,
    /// Whether no more blocks are made.
    pub stopped: bool,
}

/// Roots kept for headers to come: far more than any header may lag behind.
const ROOTS_KEPT: usize = 4_096;

#[derive(Debug)]
struct Inner {
    progress: Progress,
    roots: BTreeMap<Height, Executed>,
    /// Roots that ordered headers publish of heights that have none here yet.
    claims: BTreeMap<Height, Executed>,
    /// The newest height whose published roots are those of this node.
    agreed: Height,
    /// The latest time that was told, on a node whose time is told.
    told: Timestamp,
    stop: Option<StopReason>,
    /// Tasks of consensus that wait for any change, in the order in which they began to.
    wakers: BTreeMap<u64, Waker>,
    waited: u64,
}

impl Inner {
    fn compare(&mut self, own: Executed, published: Executed) -> Result<(), StopReason> {
        let height = own.height;
        if own == published {
            self.agreed = self.agreed.max(height);
            return Ok(());
        }
        let (own, published) = (own.state_root, published.state_root);
        let sentence = format!("execution gives the root {own} here, the network publishes {published}");
        Err(StopReason::Fault { height, sentence })
    }

    fn wake(&mut self) {
        for waker in std::mem::take(&mut self.wakers).into_values() {
            waker.wake();
        }
    }
}

/// Progress behind one lock, with everyone who waits for it.
#[derive(Debug)]
pub(crate) struct ProgressCell {
    inner: Mutex<Inner>,
    changed: Condvar,
    /// Told of every height, drop and stop.
    watch: watch::Sender<Progress>,
    /// Told only of what may end a wait for that stage, so that thousands who wait for one are not woken for
    /// the others: ordered, executed, certified.
    stages: [watch::Sender<Progress>; 3],
}

impl ProgressCell {
    /// Everything up to `head` is ordered and executed; `roots` are those of the checkpoints so far.
    pub fn new(head: Height, roots: BTreeMap<Height, Executed>) -> ProgressCell {
        let certified = roots.last_key_value().map_or(Height::GENESIS, |(height, _)| *height);
        let progress = Progress { ordered: head, executed: head, certified, ..Progress::default() };
        let inner = Inner {
            progress,
            roots,
            claims: BTreeMap::new(),
            agreed: Height::GENESIS,
            told: Timestamp(0),
            stop: None,
            wakers: BTreeMap::new(),
            waited: 0,
        };
        let inner = Mutex::new(inner);
        let sender = || watch::channel(progress).0;

        ProgressCell { inner, changed: Condvar::new(), watch: sender(), stages: [sender(), sender(), sender()] }
    }

    pub fn get(&self) -> Progress {
        lock(&self.inner).progress
    }

    pub fn subscribe(&self) -> watch::Receiver<Progress> {
        self.watch.subscribe()
    }

    /// Changes that may end a wait for `stage`.
    pub fn subscribe_to(&self, stage: Stage) -> watch::Receiver<Progress> {
        self.of(stage).subscribe()
    }

    pub fn ordered(&self, height: Height) {
        self.change(&[Stage::Ordered], |inner| inner.progress.ordered = height);
    }

    pub fn executed(&self, height: Height) {
        self.change(&[Stage::Executed], |inner| inner.progress.executed = height);
    }

    pub fn certified(&self, executed: Executed) {
        self.change(&[Stage::Certified], |inner| {
            inner.progress.certified = executed.height;
            inner.roots.insert(executed.height, executed);
            let later = inner.claims.split_off(&Height(executed.height.0.saturating_add(1)));
            let claims = std::mem::replace(&mut inner.claims, later);
            if let Some(published) = claims.get(&executed.height)
                && let Err(reason) = inner.compare(executed, *published)
            {
                inner.progress.stopped = true;
                inner.stop.get_or_insert(reason);
            }
            while inner.roots.len() > ROOTS_KEPT {
                inner.roots.pop_first();
            }
        });
    }

    /// A header publishes roots; they are compared now, or when this node has come there. Roots that are not kept any
    /// more are not compared.
    pub fn claimed(&self, published: Executed) -> Result<(), StopReason> {
        let mut inner = lock(&self.inner);
        if let Some(own) = inner.roots.get(&published.height).copied() {
            return inner.compare(own, published);
        }
        if published.height > inner.progress.certified {
            inner.claims.insert(published.height, published);
        }
        Ok(())
    }

    /// The newest height whose published roots are those of this node.
    pub fn agreed(&self) -> Height {
        lock(&self.inner).agreed
    }

    /// It is this time now; time only goes forward.
    pub fn tell(&self, time: Timestamp) {
        let mut inner = lock(&self.inner);
        inner.told = inner.told.max(time);
        inner.progress.changes += 1;
        self.changed.notify_all();
        inner.wake();
    }

    /// The latest time that was told.
    pub fn told(&self) -> Timestamp {
        lock(&self.inner).told
    }

    /// Transactions were accepted: only threads of this process and consensus wait for that.
    pub fn accepted(&self) {
        let mut inner = lock(&self.inner);
        inner.progress.changes += 1;
        self.changed.notify_all();
        inner.wake();
    }

    /// Transactions were dropped: whoever waits for them need not wait any longer.
    pub fn dropped(&self) {
        self.change(&[Stage::Ordered, Stage::Executed, Stage::Certified], |_| {});
    }

    /// No more blocks are made. The first reason stays.
    pub fn stop(&self, reason: StopReason) {
        self.change(&[Stage::Ordered, Stage::Executed, Stage::Certified], |inner| {
            inner.progress.stopped = true;
            inner.stop.get_or_insert(reason);
        });
    }

    pub fn stopped(&self) -> Option<StopReason> {
        lock(&self.inner).stop.clone()
    }

    /// The published roots of a checkpoint, if it is certified.
    pub fn root(&self, height: Height) -> Option<Executed> {
        lock(&self.inner).roots.get(&height).copied()
    }

    /// The newest published roots to be.
    pub fn newest_root(&self) -> Option<Executed> {
        lock(&self.inner).roots.last_key_value().map(|(_, executed)| *executed)
    }

    /// Waits until a checkpoint is certified. `Err` when the node stops.
    pub fn wait_root(&self, height: Height) -> Result<Executed, StopReason> {
        let mut inner = lock(&self.inner);
        loop {
            if let Some(executed) = inner.roots.get(&height) {
                return Ok(*executed);
            }
            if let Some(reason) = &inner.stop {
                return Err(reason.clone());
            }
            inner = self.changed.wait(inner).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }

    /// Waits until `reached` says so. `Err` when the node stops before.
    pub fn wait_for(&self, reached: impl Fn(&Progress) -> bool) -> Result<Progress, StopReason> {
        let mut inner = lock(&self.inner);
        loop {
            if reached(&inner.progress) {
                return Ok(inner.progress);
            }
            if let Some(reason) = &inner.stop {
                return Err(reason.clone());
            }
            inner = self.changed.wait(inner).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }

    /// Registers a task that is woken at the next change; `None` where something has changed since `seen`.
    pub fn register(&self, seen: u64, waker: &Waker) -> Option<u64> {
        let mut inner = lock(&self.inner);
        if inner.progress.changes != seen {
            return None;
        }
        inner.waited += 1;
        let number = inner.waited;
        inner.wakers.insert(number, waker.clone());
        Some(number)
    }

    /// The task does not wait any more.
    pub fn deregister(&self, number: u64) {
        lock(&self.inner).wakers.remove(&number);
    }

    /// Waits until anything differs from `seen`, or until the deadline; returns what is then.
    pub fn wait_change(&self, seen: &Progress, deadline: Instant) -> Progress {
        let mut inner = lock(&self.inner);
        while inner.progress == *seen {
            let left = deadline.saturating_duration_since(Instant::now());
            if left == Duration::ZERO {
                break;
            }
            let (next, _) = self.changed.wait_timeout(inner, left).unwrap_or_else(std::sync::PoisonError::into_inner);
            inner = next;
        }
        inner.progress
    }

    fn change(&self, stages: &[Stage], change: impl FnOnce(&mut Inner)) {
        let mut inner = lock(&self.inner);
        change(&mut inner);
        inner.progress.changes += 1;
        self.watch.send_replace(inner.progress);
        for stage in stages {
            self.of(*stage).send_replace(inner.progress);
        }
        self.changed.notify_all();
        inner.wake();
    }

    /// Whom to tell. What is accepted is so at once; the next that can happen to it is its order.
    fn of(&self, stage: Stage) -> &watch::Sender<Progress> {
        let [ordered, executed, certified] = &self.stages;
        match stage {
            Stage::Accepted | Stage::Ordered => ordered,
            Stage::Executed => executed,
            Stage::Certified => certified,
        }
    }
}
