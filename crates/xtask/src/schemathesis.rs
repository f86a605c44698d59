//! The API against its own document, by programs that know nothing of it: `openapi-spec-validator` reads the
//! document, `schemathesis` sends what it allows and what it does not, and holds every answer against it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::workspace::target;

/// Exact versions, so that a run says the same twice.
const PACKAGES: [&str; 2] = ["schemathesis==4.32.5", "openapi-spec-validator==0.9.0"];
/// The seed of what is sent.
const SEED: &str = "20200312";
/// Seconds that sending may take.
const SECONDS: &str = "60";
/// What every answer is held against.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,\
                      response_headers_conformance,unsupported_method";

/// What became of it.
pub enum Tried {
    Passed,
    Failed(String),
    /// The programs are not there and cannot be had, and why.
    Missing(String),
}

/// Runs both against a furnished node, which `cargo` builds.
pub fn run(cargo: fn(&[&str]) -> Command) -> Result<Tried> {
    let tools = match tools()? {
        Ok(tools) => tools,
        Err(reason) => return Ok(Tried::Missing(reason)),
    };
    // With all crates of the workspace it is the example the tests have built already.
    let built = cargo(&["build", "--locked", "--workspace", "--example", "furnished"]).status()?;
    if !built.success() {
        return Ok(Tried::Failed("the example `furnished` does not build".to_owned()));
    }
    let document = tools.join("openapi.json");
    let mut node = Node::start(&document)?;
    let python = tools.join("bin/python");
    println!("    openapi-spec-validator {}", document.display());
    let valid = Command::new(&python).args(["-m", "openapi_spec_validator"]).arg(&document).status()?;
    if !valid.success() {
        return Ok(Tried::Failed("the document is not OpenAPI 3.1".to_owned()));
    }
    let url = format!("{}/openapi.json", node.url);
    let arguments = ["run", &url, "--checks", CHECKS, "--seed", SEED, "--max-time", SECONDS, "--no-color"];
    // Its cache and its reports stay beside it. What waits for a block may wait for half a minute.
    println!("    schemathesis {}", arguments.join(" "));
    let more = ["--phases", "examples,coverage,fuzzing", "--warnings", "off", "--generation-database", "none"];
    let patient = ["--request-timeout", "70"];
    let mut command = Command::new(tools.join("bin/schemathesis"));
    let tried = command.current_dir(&tools).args(arguments).args(more).args(patient).status()?;
    node.stop()?;
    Ok(if tried.success() { Tried::Passed } else { Tried::Failed(format!("schemathesis ended with {tried}")) })
}

/// The folder with the programs, made if it is not there; or why it cannot be.
fn tools() -> Result<Result<PathBuf, String>> {
    let folder = target().join("schemathesis");
    let done = folder.join("installed");
    let wanted = PACKAGES.join("\n");
    if std::fs::read_to_string(&done).is_ok_and(|installed| installed == wanted) {
        return Ok(Ok(folder));
    }
    let quietly = |program: &Path, arguments: &[&str]| {
        println!("    {} {}", program.display(), arguments.join(" "));
        Command::new(program).args(arguments).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    let place = folder.to_str().context("the target folder's name is not UTF-8")?;
    if !quietly(Path::new("python3"), &["-m", "venv", "--clear", place]) {
        return Ok(Err("python3 with venv is not installed; the API was NOT tried by schemathesis".to_owned()));
    }
    let install = [&["-m", "pip", "install", "--quiet"][..], &PACKAGES[..]].concat();
    if !quietly(&folder.join("bin/python"), &install) {
        return Ok(Err("pip cannot install schemathesis; the API was NOT tried by it".to_owned()));
    }
    std::fs::write(done, wanted)?;
    Ok(Ok(folder))
}

/// A furnished node in a process of its own.
struct Node {
    process: Child,
    url: String,
}

impl Node {
    fn start(document: &Path) -> Result<Node> {
        let mut command = Command::new(target().join("debug/examples/furnished"));
        let mut process = command.arg(document).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut url = String::new();
        let output = process.stdout.take().context("the node's output")?;
        BufReader::new(output).read_line(&mut url)?;
        if url.trim().is_empty() {
            bail!("the furnished node did not start");
        }
        Ok(Node { process, url: url.trim().to_owned() })
    }

    /// Closes its input, which ends it.
    fn stop(&mut self) -> Result<()> {
        drop(self.process.stdin.take());
        let ended = self.process.wait()?;
        if ended.success() { Ok(()) } else { bail!("the furnished node ended with {ended}") }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // An early end: the closed input ends the process, which nobody waits for.
        drop(self.process.stdin.take());
    }
}
