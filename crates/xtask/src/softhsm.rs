//! SoftHSM2, the token in software on which keys in hardware modules are tested.

use std::path::Path;
use std::process::{Command, Stdio};

/// Tells the tests that SoftHSM2 is there: then its absence is a failure and not a reason to skip.
pub const REQUIRED: &str = "GAGE_REQUIRE_SOFTHSM";

const TOOL: &str = "softhsm2-util";
const MANAGER: &str = "apt-get";

/// Whether SoftHSM2 is installed, or could be: on Debian and its kin, as root, by the package manager.
/// Prints what is done and, where nothing can be done, what that means.
pub fn provide() -> bool {
    if runs(TOOL, &["--version"]) {
        return true;
    }
    let how = "keys in hardware modules are NOT tested (install the package softhsm2 for that)";
    if !Path::new("/usr/bin").join(MANAGER).exists() || !is_root() {
        println!("SoftHSM2 is not installed, and this user cannot install it: {how}");
        return false;
    }
    println!("SoftHSM2 is not installed: installing it with {MANAGER}, about a minute");
    let install = ["install", "--yes", "--no-install-recommends", "softhsm2"];
    // The list of packages may be missing or old: it is fetched only then.
    let installed = shown(&install) || (shown(&["update"]) && shown(&install));
    let works = installed && runs(TOOL, &["--version"]);
    if works {
        println!("SoftHSM2 is installed");
    } else {
        println!("SoftHSM2 could not be installed: {how}");
    }
    works
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.status.success() && output.stdout.trim_ascii() == b"0")
}

fn runs(program: &str, arguments: &[&str]) -> bool {
    let status = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Runs the package manager with its output in view.
fn shown(arguments: &[&str]) -> bool {
    println!("    {MANAGER} {}", arguments.join(" "));
    let mut manager = Command::new(MANAGER);
    manager.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    manager.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_does_not_run() {
        assert!(!runs("a-program-that-does-not-exist", &[]));
        assert!(runs("id", &["-u"]));
    }
}
