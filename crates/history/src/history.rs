//! A history as its readers hold it: connections for queries, and how far it has come.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gage_chain::Genesis;
use gage_crypto::Hash;
use gage_units::Height;
use serde::Serialize;

use crate::db::{Cell, Db, Location};
use crate::recorder::{Recorder, last_height};
use crate::{HistoryError, schema};

/// Connections kept open for readers.
const IDLE_MAX: usize = 8;

/// A history. Clones are cheap and are the same history; all may be used at once from any thread.
#[derive(Clone)]
pub struct History {
    inner: Arc<Inner>,
}

struct Inner {
    location: Location,
    genesis: Hash,
    idle: Mutex<Vec<Db>>,
    progress: Mutex<Progress>,
}

/// How far the writer has come, as far as this process knows.
#[derive(Clone, Debug, Default)]
struct Progress {
    fault: Option<String>,
}

/// What a history says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HistoryStatus {
    /// `sqlite` or `postgres`.
    pub engine: &'static str,
    /// The number of its schema.
    pub schema: i64,
    /// The height of the state it begins with: 0 is the genesis. Null while nothing is recorded.
    pub begins: Option<Height>,
    /// The last block recorded. Null while nothing is.
    pub height: Option<Height>,
    /// Why nothing more is recorded, or not at the moment.
    pub fault: Option<String>,
}

impl History {
    /// Opens a history or makes one, and brings it to the newest schema.
    ///
    /// # Errors
    /// [`HistoryError::OtherNetwork`], [`HistoryError::TooNew`], [`HistoryError::Database`].
    pub fn open(location: &Location, genesis: &Genesis) -> Result<History, HistoryError> {
        History::open_network(location, genesis.hash(), &genesis.network)
    }

    /// Opens a history of the network with this genesis hash and name.
    ///
    /// # Errors
    /// As [`History::open`].
    pub fn open_network(location: &Location, genesis: Hash, network: &str) -> Result<History, HistoryError> {
        let mut db = Db::open(location)?;
        schema::prepare(&mut db, location, &genesis, network)?;
        let inner =
            Inner { location: location.clone(), genesis, idle: Mutex::new(vec![db]), progress: Mutex::default() };
        Ok(History { inner: Arc::new(inner) })
    }

    /// Opens a history that exists, of whatever network.
    ///
    /// # Errors
    /// [`HistoryError::Missing`]; as [`History::open`].
    pub fn open_existing(location: &Location) -> Result<History, HistoryError> {
        let missing = || HistoryError::Missing(location.to_string());
        if let Location::Sqlite(path) = location
            && !path.exists()
        {
            return Err(missing());
        }
        let mut db = Db::open(location)?;
        let facts = schema::facts_if_any(&mut db)?.ok_or_else(missing)?;
        let genesis = facts.get("genesis").and_then(|text| text.parse().ok());
        let genesis = genesis.ok_or_else(|| HistoryError::Damaged("it does not say its network".to_owned()))?;
        drop(db);
        History::open_network(location, genesis, facts.get("network").map_or("", String::as_str))
    }

    /// Where it is kept.
    pub fn location(&self) -> &Location {
        &self.inner.location
    }

    /// The genesis hash of its network.
    pub fn genesis(&self) -> Hash {
        self.inner.genesis
    }

    /// A writer. One at a time records; a second one is refused by the first block it records.
    ///
    /// # Errors
    /// [`HistoryError::Database`].
    pub fn recorder(&self) -> Result<Recorder, HistoryError> {
        Recorder::new(Db::open(&self.inner.location)?)
    }

    /// How far it has come.
    ///
    /// # Errors
    /// [`HistoryError::Database`].
    pub fn status(&self) -> Result<HistoryStatus, HistoryError> {
        let fault = lock(&self.inner.progress).fault.clone();
        self.read(|db| {
            let schema = schema::facts(db)?.get("schema").and_then(|text| text.parse().ok()).unwrap_or(0);
            let first = db.query("SELECT height FROM blocks ORDER BY height LIMIT 1", &[])?;
            let begins = first.first().map(|row| crate::db::Columns::count(row.as_slice(), 0)).transpose()?;
            Ok(HistoryStatus {
                engine: if db.is_sqlite() { "sqlite" } else { "postgres" },
                schema,
                begins: begins.map(Height),
                height: last_height(db)?.map(Height),
                fault: fault.clone(),
            })
        })
    }

    /// Why nothing more is recorded by this process, or not at the moment.
    pub fn fault(&self) -> Option<String> {
        lock(&self.inner.progress).fault.clone()
    }

    /// The rows of any statement, as texts; an empty one for a null. What it changes is undone.
    ///
    /// # Errors
    /// [`HistoryError::Statement`] for what the database says of it.
    pub fn sql(&self, statement: &str) -> Result<Vec<Vec<String>>, HistoryError> {
        let rows = self.read(|db| db.query(statement, &[]).map_err(refused))?;
        let text = |value: Cell| match value {
            Cell::Null => String::new(),
            Cell::Int(number) => number.to_string(),
            Cell::Amount(amount) => amount.to_string(),
            Cell::Text(text) | Cell::Json(text) => text,
            Cell::Bytes(bytes) => hex::encode(bytes),
        };
        Ok(rows.into_iter().map(|row| row.into_iter().map(text).collect()).collect())
    }

    /// The names of the columns that [`History::sql`] answers.
    ///
    /// # Errors
    /// [`HistoryError::Statement`] for what the database says of it.
    pub fn sql_columns(&self, statement: &str) -> Result<Vec<String>, HistoryError> {
        self.read(|db| db.columns(statement).map_err(refused))
    }

    /// Says why nothing more is recorded, or that all is well again.
    pub(crate) fn set_fault(&self, fault: Option<String>) {
        lock(&self.inner.progress).fault = fault;
    }

    /// Reads with a connection of one's own, all at one state.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&mut Db) -> Result<T, HistoryError>) -> Result<T, HistoryError> {
        let kept = lock(&self.inner.idle).pop();
        let mut db = match kept {
            Some(db) => db,
            None => Db::open(&self.inner.location)?,
        };
        let snapshot = if db.is_sqlite() { "BEGIN" } else { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" };
        let begun = db.run(snapshot);
        if begun.is_err() {
            // A connection that was cut while it lay idle: once more with a new one.
            db = Db::open(&self.inner.location)?;
            db.run(snapshot)?;
        }
        let done = work(&mut db);
        let ended = db.run("ROLLBACK");
        let mut idle = lock(&self.inner.idle);
        // A connection on which something failed is not used again.
        if ended.is_ok() && idle.len() < IDLE_MAX {
            idle.push(db);
        }
        done
    }
}

/// What the database says of somebody's statement is no fault of the history.
fn refused(error: HistoryError) -> HistoryError {
    match error {
        HistoryError::Database { reason, .. } => HistoryError::Statement(reason),
        other => other,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl std::fmt::Debug for History {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("History").field("location", &self.inner.location.to_string()).finish_non_exhaustive()
    }
}
