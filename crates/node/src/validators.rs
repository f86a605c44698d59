//! What a node of a network that chooses its own validators knows of them: who orders when, the way from each set to
//! the next for whoever reads proofs, and evidence of contradictions.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use gage_crypto::vote::Round;
use gage_crypto::{KeyId, PublicKey};
use gage_staking::{Equivocation, VALIDATOR_SETS, ValidatorRules, ValidatorSet};
use gage_units::Height;
use gage_verify::Evidence;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::disk::{DiskError, write_atomic};
use crate::locks::lock;
use crate::{NodeError, NodeHandle};

/// The most contradictions that are kept, and of one key: who signs more has proved enough.
const EQUIVOCATIONS_MAX: usize = 256;
const EQUIVOCATIONS_OF_ONE: usize = 2;

/// What is kept beside the log, in memory and in a file each.
#[derive(Default)]
pub(crate) struct Kept {
    handovers: BTreeMap<u64, Evidence>,
    equivocations: BTreeMap<(Round, KeyId), Equivocation>,
}

impl Kept {
    /// What earlier lives of the node have written. A file that does not read is passed over: others have it too.
    pub fn load(dir: &Path) -> Kept {
        let handovers: Vec<(String, Evidence)> = files(&handover_dir(dir));
        let equivocations: Vec<(String, Equivocation)> = files(&equivocation_dir(dir));
        Kept {
            handovers: handovers.into_iter().filter_map(|(name, it)| Some((name.parse().ok()?, it))).collect(),
            equivocations: equivocations.into_iter().map(|(_, it)| (place(&it), it)).collect(),
        }
    }
}

impl NodeHandle {
    /// How validators are chosen; `None` where they are told from outside.
    pub fn validator_rules(&self) -> Option<ValidatorRules> {
        self.read(|chain| gage_staking::rules(chain.draft()))
    }

    /// Who orders in an epoch: known once the last block of the epoch before is executed here.
    pub fn validators_of(&self, epoch: u64) -> Option<ValidatorSet> {
        self.read(|chain| {
            let rules = gage_staking::rules(chain.draft())?;
            let next = Height(chain.head().height.0 + 1);
            (epoch <= rules.epoch_of(next)).then(|| gage_staking::set_of(chain.draft(), epoch))?
        })
    }

    /// Whom the validators of an epoch should reach: themselves, those who are to follow, then those who would be chosen
    /// now; nobody else may take their room.
    pub fn peers_of(&self, epoch: u64) -> Vec<(PublicKey, String)> {
        self.read(|chain| {
            let draft = chain.draft();
            let sets = [Some(epoch), epoch.checked_add(1)].into_iter().flatten();
            let members = sets.filter_map(|epoch| gage_staking::set_of(draft, epoch)).flat_map(|set| set.members);
            let candidates = gage_staking::chosen(draft);
            // An address that was given later counts.
            let given: BTreeMap<PublicKey, String> = candidates.iter().map(|it| (it.key, it.address.clone())).collect();
            let mut known = BTreeSet::new();
            let peers = members.chain(candidates).filter(|it| known.insert(it.key));
            peers.map(|it| (it.key, given.get(&it.key).cloned().unwrap_or(it.address))).collect()
        })
    }

    /// Whether the set of the epoch after is another, and fixed already.
    pub fn has_successor(&self, epoch: u64) -> bool {
        let next = epoch.checked_add(1);
        next.is_some_and(|next| self.read(|chain| VALIDATOR_SETS.has(chain.draft(), &next)))
    }

    /// Keeps the proof of the next epoch's set once a header of this epoch has published it and is certified. Says
    /// whether it is kept.
    ///
    /// # Errors
    /// [`NodeError::Disk`].
    pub fn keep_handover(&self, epoch: u64) -> Result<bool, NodeError> {
        let Some(next) = epoch.checked_add(1) else { return Ok(true) };
        if lock(&self.shared().kept).handovers.contains_key(&next) {
            return Ok(true);
        }
        let Some(set) = self.read(|chain| VALIDATOR_SETS.get(chain.draft(), &next)) else { return Ok(false) };
        // The last header of this epoch, where there are later ones.
        let last = Height(set.first.0.saturating_sub(1)).min(self.progress_now().ordered);
        let published = self.shared().published_at(last).filter(|published| *published >= set.fixed_at);
        let Some(published) = published else { return Ok(false) };
        // It may be gone by now, or not certified yet; a later one does as well.
        let evidence = self.prove(&VALIDATOR_SETS.key_bytes(&next), Some(published)).ok();
        let Some(evidence) = evidence.filter(|it| in_epoch_before(it, &set)) else { return Ok(false) };
        self.write_kept(&handover_dir(&self.shared().config.dir), &next.to_string(), &evidence)?;
        lock(&self.shared().kept).handovers.insert(next, evidence);
        Ok(true)
    }

    /// Keeps proofs that the caller has verified, so that others find them here.
    ///
    /// # Errors
    /// [`NodeError::Disk`].
    pub fn adopt_handovers(&self, verified: Vec<Evidence>) -> Result<(), NodeError> {
        for evidence in verified {
            let Some(ValidatorSet { epoch, .. }) = gage_verify::set_of(&evidence) else { continue };
            self.write_kept(&handover_dir(&self.shared().config.dir), &epoch.to_string(), &evidence)?;
            lock(&self.shared().kept).handovers.entry(epoch).or_insert(evidence);
        }
        Ok(())
    }

    /// The proofs of the sets that begin after an epoch, oldest first, at most `limit`.
    pub fn handovers(&self, after: u64, limit: usize) -> Vec<Evidence> {
        let kept = lock(&self.shared().kept);
        let later = (std::ops::Bound::Excluded(after), std::ops::Bound::Unbounded);
        kept.handovers.range(later).take(limit).map(|(_, evidence)| evidence.clone()).collect()
    }

    /// Keeps evidence that a validator contradicted himself, so that somebody reports it.
    ///
    /// # Errors
    /// [`NodeError::Disk`].
    pub fn note_equivocation(&self, equivocation: Equivocation) -> Result<(), NodeError> {
        let place = place(&equivocation);
        {
            let kept = lock(&self.shared().kept);
            let of_one = kept.equivocations.keys().filter(|(_, key)| *key == place.1).count();
            let full = of_one >= EQUIVOCATIONS_OF_ONE || kept.equivocations.len() >= EQUIVOCATIONS_MAX;
            if full || kept.equivocations.contains_key(&place) {
                return Ok(());
            }
        }
        let name = format!("{}-{}-{}", place.0.epoch, place.0.view, place.1);
        self.write_kept(&equivocation_dir(&self.shared().config.dir), &name, &equivocation)?;
        lock(&self.shared().kept).equivocations.insert(place, equivocation);
        Ok(())
    }

    /// The evidence that this node has seen and that is to be reported yet, by place.
    pub fn equivocations(&self) -> Vec<Equivocation> {
        let seen: Vec<Equivocation> = lock(&self.shared().kept).equivocations.values().copied().collect();
        self.read(|chain| seen.into_iter().filter(|it| !gage_staking::is_punished(chain.draft(), it)).collect())
    }

    /// Writes a file, on a node that has a disk.
    fn write_kept(&self, dir: &Path, name: &str, content: &impl Serialize) -> Result<(), NodeError> {
        if lock(&self.shared().log).is_none() {
            return Ok(());
        }
        std::fs::create_dir_all(dir).map_err(|source| {
            NodeError::Disk(DiskError::Io { action: "create the directory", path: dir.to_path_buf(), source })
        })?;
        let bytes = serde_json::to_vec_pretty(content).expect("evidence has string keys only");
        Ok(write_atomic(&dir.join(format!("{name}.json")), |file| file.write_all(&bytes))?)
    }
}

/// Whether those who ordered before the set certified it.
fn in_epoch_before(evidence: &Evidence, set: &ValidatorSet) -> bool {
    let certified = evidence.header.as_ref().zip(evidence.finality.as_ref());
    certified.is_some_and(|(header, finality)| finality.certified(header).height < set.first)
}

fn place(equivocation: &Equivocation) -> (Round, KeyId) {
    (equivocation.round, equivocation.validator.id())
}

fn handover_dir(dir: &Path) -> PathBuf {
    dir.join("handovers")
}

fn equivocation_dir(dir: &Path) -> PathBuf {
    dir.join("equivocations")
}

/// The files of a directory that read, with their names without ending, in the order of these.
fn files<T: DeserializeOwned>(dir: &Path) -> Vec<(String, T)> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let read = |entry: std::fs::DirEntry| {
        let path = entry.path();
        let name = path.file_stem()?.to_str()?.to_owned();
        let whole = path.extension().is_some_and(|ending| ending == "json");
        let bytes = whole.then(|| std::fs::read(&path).ok())??;
        Some((name, serde_json::from_slice(&bytes).ok()?))
    };
    let mut found: Vec<(String, T)> = entries.filter_map(read).collect();
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    found
}
