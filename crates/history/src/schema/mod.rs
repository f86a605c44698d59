//! Tables, views and how an older schema becomes the newest: numbered steps, each whole or not at all.
//!
//! The steps are SQL files with words in braces for what the two databases call differently. A step is never
//! changed once it was released; what is new gets the next number. Views are made anew after every step.

mod tables;

use std::collections::BTreeMap;

use gage_crypto::Hash;

use crate::HistoryError;
use crate::db::{Cell, Columns, Db, Location};

pub(crate) use tables::{TABLES, Table, column_of_amount, column_of_json, table};

/// What brings a schema from the number before to its own.
struct Step {
    number: i64,
    sql: &'static str,
    /// Fills what is new from what is there.
    fill: fn(&mut Db) -> Result<(), HistoryError>,
}

const STEPS: [Step; 3] = [
    Step { number: 1, sql: include_str!("0001_core.sql"), fill: decimal_sum },
    Step { number: 2, sql: include_str!("0002_markets.sql"), fill: crate::markets::fill },
    Step { number: 3, sql: include_str!("0003_block_tree.sql"), fill: crate::tree::fill },
];

const VIEWS: &str = include_str!("views.sql");

/// The newest schema.
pub(crate) const NEWEST: i64 = STEPS[STEPS.len() - 1].number;

/// A statement in the words of a database.
pub(crate) fn in_words_of(db: &Db, sql: &str) -> String {
    let words: [(&str, &str, &str); 5] = [
        ("{int}", "INTEGER", "BIGINT"),
        ("{amount}", "TEXT", "NUMERIC(39,0)"),
        ("{json}", "TEXT", "JSONB"),
        ("{bytes}", "BLOB", "BYTEA"),
        ("{keyed}", "WITHOUT ROWID", ""),
    ];
    let mut text = sql.to_owned();
    for (word, sqlite, postgres) in words {
        text = text.replace(word, if db.is_sqlite() { sqlite } else { postgres });
    }
    text = with_function(&text, "TIME_OF", |column| match db.is_sqlite() {
        true => format!("strftime('%Y-%m-%d %H:%M:%f', {column} / 1000.0, 'unixepoch')"),
        false => format!("to_char(to_timestamp({column} / 1000.0), 'YYYY-MM-DD HH24:MI:SS.MS')"),
    });
    text = with_function(&text, "PLAIN", |column| match db.is_sqlite() {
        true => {
            format!("CASE WHEN {column} IS NULL THEN NULL ELSE coalesce(nullif(ltrim({column}, '0'), ''), '0') END")
        }
        false => column.to_owned(),
    });
    with_function(&text, "WHOLE", |columns| {
        let (amount, decimals) = columns.split_once(", ").unwrap_or((columns, "0"));
        // Digits are moved, nothing is divided: a quotient would be rounded.
        let (digits, places) = match db.is_sqlite() {
            true => (amount.to_owned(), decimals.to_owned()),
            false => (format!("lpad(CAST({amount} AS TEXT), 39, '0')"), format!("CAST({decimals} AS INTEGER)")),
        };
        format!(
            "CASE WHEN {amount} IS NULL THEN NULL \
             WHEN {decimals} = 0 THEN coalesce(nullif(ltrim({digits}, '0'), ''), '0') \
             ELSE coalesce(nullif(ltrim(substr({digits}, 1, 39 - {places}), '0'), ''), '0') || '.' || \
             substr({digits}, 40 - {places}) END"
        )
    })
}

/// Replaces `NAME(arguments)`, arguments without parentheses.
fn with_function(text: &str, name: &str, write: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let open = format!("{name}(");
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(open.as_str()) {
        let Some((arguments, behind)) = after.split_once(')') else { break };
        out.push_str(before);
        out.push_str(&write(arguments));
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// What a history says of itself; `None` if the database holds none.
pub(crate) fn facts_if_any(db: &mut Db) -> Result<Option<BTreeMap<String, String>>, HistoryError> {
    let exists = if db.is_sqlite() {
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'history'"
    } else {
        "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'history'"
    };
    let exists = db.query(exists, &[])?.first().map_or(Ok(0), |row| row.int(0))?;
    if exists == 0 { Ok(None) } else { facts(db).map(Some) }
}

/// The schema of a database; 0 if it is empty.
fn found(db: &mut Db) -> Result<i64, HistoryError> {
    let Some(facts) = facts_if_any(db)? else { return Ok(0) };
    let schema = facts.get("schema").and_then(|text| text.parse().ok());
    schema.ok_or_else(|| HistoryError::Damaged("the table `history` does not say its schema".to_owned()))
}

/// What a history says of itself.
pub(crate) fn facts(db: &mut Db) -> Result<BTreeMap<String, String>, HistoryError> {
    let rows = db.query("SELECT name, value FROM history", &[])?;
    rows.iter().map(|row| Ok((row.word(0)?.to_owned(), row.word(1)?.to_owned()))).collect()
}

pub(crate) fn set_fact(db: &mut Db, name: &str, value: &str) -> Result<(), HistoryError> {
    db.execute("DELETE FROM history WHERE name = ?1", &[Cell::text(name)])?;
    db.execute("INSERT INTO history (name, value) VALUES (?1, ?2)", &[Cell::text(name), Cell::text(value)])?;
    Ok(())
}

/// PostgreSQL adds its numbers exactly by `sum`; the name is for statements that both databases understand.
fn decimal_sum(db: &mut Db) -> Result<(), HistoryError> {
    if db.is_sqlite() {
        return Ok(());
    }
    db.run(
        "DROP AGGREGATE IF EXISTS decimal_sum(numeric);
         CREATE AGGREGATE decimal_sum(numeric) (SFUNC = numeric_add, STYPE = numeric)",
    )
}

/// Brings a database to the newest schema, and makes sure that it is of this network.
///
/// # Errors
/// [`HistoryError::TooNew`], [`HistoryError::OtherNetwork`], [`HistoryError::Database`]; nothing has changed then.
pub(crate) fn prepare(db: &mut Db, location: &Location, genesis: &Hash, network: &str) -> Result<(), HistoryError> {
    let place = || location.to_string();
    db.atomically(|db| {
        if !db.is_sqlite() {
            // Two programs that start at once make the tables once; the number means nothing but this.
            db.run("SELECT pg_advisory_xact_lock(7361746)")?;
        }
        let before = found(db)?;
        if before > NEWEST {
            return Err(HistoryError::TooNew { place: place(), found: before, known: NEWEST });
        }
        if before > 0 {
            let facts = facts(db)?;
            let found = facts.get("genesis").cloned().unwrap_or_default();
            if found != genesis.to_string() {
                return Err(HistoryError::OtherNetwork { place: place(), found, expected: genesis.to_string() });
            }
        }
        migrate(db, before)?;
        if before == 0 {
            set_fact(db, "genesis", &genesis.to_string())?;
            set_fact(db, "network", network)?;
        }
        Ok(())
    })
}

/// Runs the steps above `before`.
fn migrate(db: &mut Db, before: i64) -> Result<(), HistoryError> {
    let steps: Vec<&Step> = STEPS.iter().filter(|step| step.number > before).collect();
    if steps.is_empty() {
        return Ok(());
    }
    drop_views(db)?;
    for step in steps {
        let sql = in_words_of(db, step.sql);
        db.run(&sql)?;
        (step.fill)(db)?;
        set_fact(db, "schema", &step.number.to_string())?;
    }
    let views = in_words_of(db, VIEWS);
    db.run(&views)
}

fn drop_views(db: &mut Db) -> Result<(), HistoryError> {
    for name in view_names().collect::<Vec<_>>().into_iter().rev() {
        db.run(&format!("DROP VIEW IF EXISTS {name}"))?;
    }
    Ok(())
}

/// The views, in the order in which they are made.
pub(crate) fn view_names() -> impl Iterator<Item = &'static str> {
    VIEWS.lines().filter_map(|line| line.strip_prefix("CREATE VIEW ")?.split_whitespace().next())
}

/// Empties a history, so that it can be written anew; the facts of the network stay.
pub(crate) fn clear(db: &mut Db) -> Result<(), HistoryError> {
    db.atomically(|db| {
        for table in TABLES {
            db.run(&format!("DELETE FROM {}", table.name))?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_numbered_without_gaps() {
        assert!(STEPS.iter().zip(1..).all(|(step, number)| step.number == number));
    }

    #[test]
    fn functions_are_replaced_one_by_one() {
        let text = with_function("a F(x) b F(y, z) G(F(q))", "F", |inner| format!("<{inner}>"));
        assert_eq!(text, "a <x> b <y, z> G(<q>)");
    }
}
