//! A PostgreSQL server of a test's own: in a directory of its own, on a socket in it, gone with the test.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use gage_history::Location;

/// Set where its absence is a failure: by the task runner, which provides it.
const REQUIRED: &str = "GAGE_REQUIRE_POSTGRES";

pub struct Server {
    dir: PathBuf,
    bin: PathBuf,
    root: bool,
}

impl Server {
    /// A running server with an empty database; `None`, loudly, where PostgreSQL is not installed.
    pub fn start() -> Option<Server> {
        let Some(bin) = programs() else {
            assert!(std::env::var_os(REQUIRED).is_none(), "PostgreSQL was promised and is not there");
            eprintln!("\nSKIPPED: PostgreSQL is not installed; the history in PostgreSQL is NOT tested here\n");
            return None;
        };
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // The path of a socket is short, so this is not in the directory of the build.
        let dir = std::env::temp_dir().join(format!("gage-pg-{}-{number}", std::process::id()));
        drop(fs::remove_dir_all(&dir));
        fs::create_dir_all(&dir).unwrap();
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o777)).unwrap();
        let server = Server { dir, bin, root: is_root() };
        let data = server.dir.join("data");
        let data = data.to_str().unwrap();
        server.run("initdb", &["-D", data, "-U", "gage", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        let options = format!("-c listen_addresses= -c unix_socket_directories={} -c fsync=off", server.dir.display());
        let log = server.dir.join("log");
        server.run("pg_ctl", &["-D", data, "-o", &options, "-l", log.to_str().unwrap(), "-w", "start"]);
        Some(server)
    }

    /// A new, empty database.
    pub fn database(&self, name: &str) -> Location {
        let socket = self.dir.to_str().unwrap();
        self.run("createdb", &["-h", socket, "-U", "gage", name]);
        let host = socket.replace('/', "%2F");
        format!("postgres://gage@{host}/{name}").parse().unwrap()
    }

    /// What `psql` prints of a statement, without decoration.
    pub fn psql(&self, database: &str, sql: &str) -> String {
        let socket = self.dir.to_str().unwrap();
        self.run(
            "psql",
            &["-h", socket, "-U", "gage", "-d", database, "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql],
        )
    }

    pub fn stop(&self) {
        let data = self.dir.join("data");
        self.run("pg_ctl", &["-D", data.to_str().unwrap(), "-m", "immediate", "-w", "stop"]);
    }

    pub fn start_again(&self) {
        let data = self.dir.join("data");
        let options = format!("-c listen_addresses= -c unix_socket_directories={} -c fsync=off", self.dir.display());
        let log = self.dir.join("log");
        self.run("pg_ctl", &["-D", data.to_str().unwrap(), "-o", &options, "-l", log.to_str().unwrap(), "-w", "start"]);
    }

    /// The server refuses to run as root, so root runs it as nobody.
    fn run(&self, program: &str, arguments: &[&str]) -> String {
        let program = self.bin.join(program);
        let mut command = if self.root {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&program);
            command
        } else {
            Command::new(&program)
        };
        // A server that goes on does not hold the test's own output open.
        let out = self.dir.join(format!("out-{}", program.file_name().unwrap().to_string_lossy()));
        let file = fs::File::create(&out).unwrap();
        let errors = file.try_clone().unwrap();
        let status = command
            .args(arguments)
            .current_dir(&self.dir)
            .env("PGTZ", "Asia/Tokyo")
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(errors)
            .status()
            .unwrap();
        let text = fs::read_to_string(&out).unwrap();
        assert!(status.success(), "{} {arguments:?}: {text}", program.display());
        text
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.dir.join("data");
        let mut command = if self.root {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(self.bin.join("pg_ctl"));
            command
        } else {
            Command::new(self.bin.join("pg_ctl"))
        };
        let stopped = command
            .args(["-D", data.to_str().unwrap_or_default(), "-m", "immediate", "-w", "stop"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        drop(stopped);
        drop(fs::remove_dir_all(&self.dir));
    }
}

/// Where Debian puts the programs of a server, the newest first; or where the path leads.
fn programs() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|entry| entry.path().join("bin")).collect())
        .unwrap_or_default();
    found.sort();
    found.reverse();
    let path = std::env::var_os("PATH").unwrap_or_default();
    found.extend(std::env::split_paths(&path));
    found
        .into_iter()
        .find(|dir| ["initdb", "pg_ctl", "postgres", "psql"].iter().all(|program| is_file(&dir.join(program))))
}

fn is_file(path: &Path) -> bool {
    path.is_file()
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
