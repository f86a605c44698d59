//! What followers read: ordered blocks with the certificates that make them final, and snapshots to begin from.

use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use gage_chain::Block;
use gage_units::Height;
use gage_verify::{BLOCKS_MAX, Certificate, CertifiedBlocks, Finality, Hex};
use serde::{Deserialize, Serialize};

use crate::disk::{DiskError, SnapshotFile, list_snapshots, write_atomic};
use crate::locks::lock;
use crate::recovery::snapshot_dir;
use crate::{NodeError, NodeHandle};

/// The most bytes of blocks in one answer; a single longer block goes alone.
const ANSWER_BYTES_MAX: usize = 2 << 20;
/// The most bytes of a snapshot in one answer.
pub const PART_BYTES: u64 = 1 << 20;

/// Where certificates are kept longer than in memory.
pub(crate) type OlderCertificates = Box<dyn Fn(Height) -> Option<Certificate> + Send + Sync>;

/// A part of a snapshot's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotPart {
    /// The height whose state it holds.
    pub height: Height,
    /// How many parts the file has.
    pub parts: u64,
    /// The bytes of this one, in hexadecimal digits.
    pub bytes: Hex,
}

impl NodeHandle {
    /// Blocks from a height on, as many as one answer holds, with the certificate of the last of them. `None` where
    /// none of them is certified yet, or they or their certificates are not kept.
    pub fn certified_blocks(&self, from: Height) -> Option<CertifiedBlocks> {
        let shared = self.shared();
        let (ordered, mut blocks, mut bytes) = (shared.progress.get().ordered, Vec::new(), 0);
        // The blocks of one epoch: who reads them knows the validators of the next only from these.
        let end = self.validator_rules().map_or(ordered, |rules| rules.last_of(rules.epoch_of(from)).min(ordered));
        for height in from.0..=end.0 {
            let body = lock(&shared.log).as_ref()?.read(height).ok()??;
            bytes += body.len();
            if blocks.len() == BLOCKS_MAX || bytes > ANSWER_BYTES_MAX && !blocks.is_empty() {
                break;
            }
            blocks.push(Hex(body));
        }
        let last = Block::from_bytes(&blocks.last()?.0).ok()?.header;
        if let Some(finality) = self.finality_of(&last)
            && finality.certified(&last).height <= end
        {
            return Some(CertifiedBlocks { blocks, finality });
        }
        // The last ones are not certified yet.
        while let Some(Hex(body)) = blocks.last() {
            let header = Block::from_bytes(body).ok()?.header;
            if let Some(certificate) = self.certificate_of(header.height, &header.hash(&shared.genesis)) {
                return Some(CertifiedBlocks { blocks, finality: Finality { headers: Vec::new(), certificate } });
            }
            blocks.pop();
        }
        None
    }

    /// Where certificates are found that are not in memory any more. The first call counts.
    pub fn keep_older_certificates(&self, find: impl Fn(Height) -> Option<Certificate> + Send + Sync + 'static) {
        // A node has one engine.
        drop(self.shared().older_certificates.set(Box::new(find)));
    }

    /// A part of the snapshot of a height, counted from zero. `None` where there is no such snapshot or part.
    ///
    /// # Errors
    /// [`NodeError::Disk`].
    pub fn snapshot_part(&self, height: Height, part: u64) -> Result<Option<SnapshotPart>, NodeError> {
        let files = list_snapshots(&snapshot_dir(&self.shared().config.dir))?;
        let Some(SnapshotFile { path, .. }) = files.into_iter().find(|file| file.height == height.0) else {
            return Ok(None);
        };
        let failed = |action| {
            let path = path.clone();
            move |source| NodeError::Disk(DiskError::Io { action, path, source })
        };
        let mut file = std::fs::File::open(&path).map_err(failed("open"))?;
        let length = file.metadata().map_err(failed("read the length of"))?.len();
        let parts = length.div_ceil(PART_BYTES);
        if part >= parts {
            return Ok(None);
        }
        file.seek(SeekFrom::Start(part * PART_BYTES)).map_err(failed("read"))?;
        let mut bytes = Vec::new();
        file.take(PART_BYTES).read_to_end(&mut bytes).map_err(failed("read"))?;
        Ok(Some(SnapshotPart { height, parts, bytes: Hex(bytes) }))
    }
}

/// Writes a snapshot that somebody else made into a data directory, whole or not at all. It is read, and its records
/// compared with its root, when a node starts there.
///
/// # Errors
/// [`NodeError::Disk`]; what `part` gives where it fails.
pub fn install_snapshot<E: From<NodeError>>(
    dir: &Path,
    height: Height,
    parts: u64,
    mut part: impl FnMut(u64) -> Result<Vec<u8>, E>,
) -> Result<(), E> {
    let snapshots = snapshot_dir(dir);
    let failed = |action, path: &Path| {
        let path = path.to_path_buf();
        move |source| NodeError::Disk(DiskError::Io { action, path, source })
    };
    std::fs::create_dir_all(&snapshots).map_err(failed("create the directory", &snapshots))?;
    let path = snapshots.join(SnapshotFile::name(height.0));
    let mut refused = None;
    let written = write_atomic(&path, |file| {
        for number in 0..parts {
            match part(number) {
                Ok(bytes) => file.write_all(&bytes)?,
                Err(error) => {
                    refused = Some(error);
                    return Err(std::io::Error::other("the parts end"));
                }
            }
        }
        Ok(())
    });
    match refused {
        Some(error) => Err(error),
        None => Ok(written.map_err(NodeError::Disk)?),
    }
}
