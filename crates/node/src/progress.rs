//! How far the node has come, and where its parts and its readers wait for each other.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use gage_chain::Executed;
use gage_units::Height;
use tokio::sync::watch;

use crate::StopReason;
use crate::locks::lock;

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
    stop: Option<StopReason>,
}

/// Progress behind one lock, with everyone who waits for it.
#[derive(Debug)]
pub(crate) struct ProgressCell {
    inner: Mutex<Inner>,
    changed: Condvar,
    watch: watch::Sender<Progress>,
}

impl ProgressCell {
    /// Everything up to `head` is ordered and executed; `roots` are those of the checkpoints so far.
    pub fn new(head: Height, roots: BTreeMap<Height, Executed>) -> ProgressCell {
        let certified = roots.last_key_value().map_or(Height::GENESIS, |(height, _)| *height);
        let progress = Progress { ordered: head, executed: head, certified, ..Progress::default() };
        let (watch, _) = watch::channel(progress);
        ProgressCell { inner: Mutex::new(Inner { progress, roots, stop: None }), changed: Condvar::new(), watch }
    }

    pub fn get(&self) -> Progress {
        lock(&self.inner).progress
    }

    pub fn subscribe(&self) -> watch::Receiver<Progress> {
        self.watch.subscribe()
    }

    pub fn ordered(&self, height: Height) {
        self.change(|inner| inner.progress.ordered = height);
    }

    pub fn executed(&self, height: Height) {
        self.change(|inner| inner.progress.executed = height);
    }

    pub fn certified(&self, executed: Executed) {
        self.change(|inner| {
            inner.progress.certified = executed.height;
            inner.roots.insert(executed.height, executed);
            while inner.roots.len() > ROOTS_KEPT {
                inner.roots.pop_first();
            }
        });
    }

    /// Some transaction's status changed.
    pub fn touch(&self) {
        self.change(|_| {});
    }

    /// No more blocks are made. The first reason stays.
    pub fn stop(&self, reason: StopReason) {
        self.change(|inner| {
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

    fn change(&self, change: impl FnOnce(&mut Inner)) {
        let mut inner = lock(&self.inner);
        change(&mut inner);
        inner.progress.changes += 1;
        self.watch.send_replace(inner.progress);
        self.changed.notify_all();
    }
}
