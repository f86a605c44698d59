//! PostgreSQL, the other database that a history can be kept in.

use std::path::Path;

use crate::packages;

/// Tells the tests that PostgreSQL is there: then its absence is a failure and not a reason to skip.
pub const REQUIRED: &str = "GAGE_REQUIRE_POSTGRES";

/// Whether the programs of a server are installed, or could be. Prints what is done.
pub fn provide() -> bool {
    packages::provide("PostgreSQL", "postgresql", "histories in PostgreSQL", is_there)
}

/// Debian keeps them in a folder for each version; elsewhere they are on the path.
fn is_there() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = versions.map(|version| version.path().join("bin")).any(|bin| has_all(&bin));
    debian || std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|bin| has_all(&bin)))
}

fn has_all(bin: &Path) -> bool {
    ["initdb", "pg_ctl", "postgres", "psql"].iter().all(|program| bin.join(program).is_file())
}
