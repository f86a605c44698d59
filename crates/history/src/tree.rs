//! The tree over all blocks, as the state's accumulator has it: each full subtree is a row, so that any block is proved
//! by as many rows as its path is long.

use gage_chain::block_leaf;
use gage_crypto::Hash;
use gage_crypto::accumulator::{Accumulator, MmrProof};
use gage_units::Height;

use crate::HistoryError;
use crate::db::{Cell, Columns, Db, Row};
use crate::history::History;
use crate::rows::Rows;

/// Where the writer stands in the tree.
#[derive(Default)]
pub(crate) enum Tree {
    /// To be read from the rows.
    #[default]
    Unread,
    /// After the last block recorded.
    At(Accumulator),
    /// This history began in the middle, under an older schema: the blocks before it have left no subtrees.
    Absent,
}

/// Why a subtree cannot be had.
enum Lack {
    /// There is no such row.
    Missing,
    Failed(HistoryError),
}

impl Tree {
    /// Takes the state's own.
    pub fn begin(&mut self, accumulator: Accumulator, rows: &mut Rows) -> Result<(), HistoryError> {
        for (level, place, hash) in accumulator.subtrees() {
            rows.block_tree.push(row(level, place, &hash)?);
        }
        *self = Tree::At(accumulator);
        Ok(())
    }

    /// Adds a block, and the rows of the subtrees that it completes.
    pub fn append(
        &mut self,
        db: &mut Db,
        height: Height,
        (block, events_root): (&Hash, &Hash),
        rows: &mut Rows,
    ) -> Result<(), HistoryError> {
        if matches!(self, Tree::Unread) {
            let before = height.0.saturating_sub(1);
            *self = match Accumulator::of_subtrees(before, |level, place| subtree(db, level, place)) {
                Ok(found) => Tree::At(found),
                Err(Lack::Missing) => Tree::Absent,
                Err(Lack::Failed(error)) => return Err(error),
            };
        }
        let Tree::At(accumulator) = self else { return Ok(()) };
        let mut made = Vec::new();
        let told = |level, place, hash| made.push((level, place, hash));
        let appended = accumulator.append_telling(&block_leaf(block, events_root), told);
        appended.map_err(|_| HistoryError::OutOfRange("the number of blocks"))?;
        for (level, place, hash) in made {
            rows.block_tree.push(row(level, place, &hash)?);
        }
        Ok(())
    }
}

fn row(level: u32, place: u64, hash: &Hash) -> Result<Row, HistoryError> {
    Ok(vec![level.into(), Cell::from_u64(place, "a place in the tree")?, Cell::Bytes(hash.0.to_vec())])
}

fn subtree(db: &mut Db, level: u32, place: u64) -> Result<Hash, Lack> {
    let failed = Lack::Failed;
    let key = [level.into(), Cell::from_u64(place, "a place in the tree").map_err(failed)?];
    let rows = db.query("SELECT hash FROM block_tree WHERE level = ?1 AND place = ?2", &key).map_err(failed)?;
    let row = rows.first().ok_or(Lack::Missing)?;
    let bytes = row.bytes(0).map_err(failed)?;
    let wrong = || Lack::Failed(HistoryError::Damaged("a hash of the tree over blocks does not read".to_owned()));
    bytes.try_into().map(Hash).map_err(|_| wrong())
}

impl History {
    /// The path from a block to the accumulator in the state after block `newest`. `None` if one of them is not
    /// recorded, or this history began before there was a tree.
    ///
    /// # Errors
    /// [`HistoryError::Damaged`], [`HistoryError::Database`].
    pub fn block_proof(&self, height: Height, newest: Height) -> Result<Option<MmrProof>, HistoryError> {
        let Some(index) = height.0.checked_sub(1) else { return Ok(None) };
        self.read(|db| match MmrProof::from_subtrees(index, newest.0, |level, place| subtree(db, level, place)) {
            Ok(proof) => Ok(proof),
            Err(Lack::Missing) => Ok(None),
            Err(Lack::Failed(error)) => Err(error),
        })
    }
}

/// Fills the table of an older history from the blocks that it has, if it has them from the first on.
pub(crate) fn fill(db: &mut Db) -> Result<(), HistoryError> {
    const STEP: i64 = 5_000;
    let edges = db.query("SELECT height FROM blocks ORDER BY height LIMIT 1", &[])?;
    let begins = edges.first().map(|row| row.int(0)).transpose()?;
    // From a later one on, the subtrees before it are known to nobody.
    if begins != Some(0) {
        return Ok(());
    }
    let (mut tree, mut from) = (Tree::At(Accumulator::new()), 1i64);
    loop {
        let until = from.saturating_add(STEP);
        let sql = "SELECT height, hash, events_root FROM blocks WHERE height >= ?1 AND height < ?2 ORDER BY height";
        let blocks = db.query(sql, &[Cell::Int(from), Cell::Int(until)])?;
        if blocks.is_empty() {
            return Ok(());
        }
        let mut rows = Rows::default();
        for row in &blocks {
            let hash = |column| -> Result<Hash, HistoryError> {
                let wrong = |_| HistoryError::Damaged("a hash of a block does not read".to_owned());
                row.word(column)?.parse().map_err(wrong)
            };
            tree.append(db, Height(row.count(0)?), (&hash(1)?, &hash(2)?), &mut rows)?;
        }
        rows.write(db)?;
        from = until;
    }
}
