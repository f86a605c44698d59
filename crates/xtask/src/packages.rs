//! Programs that some tests need and that are no part of the toolchain: installed where that can be done.

use std::path::Path;
use std::process::{Command, Stdio};

const MANAGER: &str = "apt-get";

/// Whether a program is there, or could be installed: on Debian and its kin, as root, by the package manager.
/// Prints what is done and, where nothing can be done, what is then not tested.
pub fn provide(name: &str, package: &str, subject: &str, is_there: fn() -> bool) -> bool {
    if is_there() {
        return true;
    }
    let how = format!("{subject} are NOT tested (install the package {package} for that)");
    if !Path::new("/usr/bin").join(MANAGER).exists() || !is_root() {
        println!("{name} is not installed, and this user cannot install it: {how}");
        return false;
    }
    println!("{name} is not installed: installing it with {MANAGER}, about a minute");
    let install = ["install", "--yes", "--no-install-recommends", package];
    // The list of packages may be missing or old: it is fetched only then.
    let installed = shown(&install) || (shown(&["update"]) && shown(&install));
    let works = installed && is_there();
    if works {
        println!("{name} is installed");
    } else {
        println!("{name} could not be installed: {how}");
    }
    works
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.status.success() && output.stdout.trim_ascii() == b"0")
}

/// Whether a program runs and ends well.
pub fn runs(program: &str, arguments: &[&str]) -> bool {
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
