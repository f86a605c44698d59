//! A folder in which commands run, and a node beside them.
#![allow(dead_code, reason = "each test file uses what it needs")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

const PASSWORD: &str = "a password for tests";

/// A folder of its own, removed with the test.
pub struct Place {
    pub dir: PathBuf,
    environment: Vec<(String, String)>,
}

impl Place {
    pub fn new(name: &str) -> Place {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&dir));
        fs::create_dir_all(&dir).unwrap();
        Place { dir, environment: Vec::new() }
    }

    pub fn gage(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gage"));
        command.current_dir(&self.dir);
        // Nothing of whoever runs the tests: neither variables nor a configuration.
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("GAGE_")) {
            command.env_remove(name);
        }
        command.env("GAGE_PASSWORD", PASSWORD).env("XDG_CONFIG_HOME", self.dir.join("config"));
        command.envs(self.environment.iter().cloned());
        command.args(arguments).output().unwrap()
    }

    /// Sets a variable for the commands to come.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// What a command prints that must succeed.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.gage(arguments);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Exit code and words of a command that must fail.
    pub fn fails(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.gage(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        let words = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.code().unwrap_or(-1), words)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.dir));
    }
}

/// A running node, ended with the test.
pub struct Running {
    child: Child,
    pub url: String,
}

impl Running {
    pub fn start(place: &Place) -> Running {
        Running::start_at(place, "127.0.0.1:0", &["--interval-ms", "20", "--snapshot-every", "5"])
    }

    /// A node at an address of its own, with options.
    pub fn start_at(place: &Place, listen: &str, options: &[&str]) -> Running {
        let mut child = Command::new(env!("CARGO_BIN_EXE_gage"))
            .current_dir(&place.dir)
            .args(["node", "--dir", "data", "--genesis", "genesis.toml", "--listen", listen])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = lines.find_map(|line| {
            line.unwrap().strip_prefix("api      ").map(|rest| rest.split(' ').next().unwrap().to_owned())
        });
        Running { child, url: url.unwrap() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The word after a name at the begin of a line.
pub fn field(text: &str, name: &str) -> String {
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name} in {text}"));
    line.split_whitespace().nth(1).unwrap().to_owned()
}
