//! Signs of life on the error stream while something takes long; nothing where nobody looks or a program reads.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use crate::common::json;

/// A sign of life where nobody knows how much there is.
pub fn spinner(what: &str) -> ProgressBar {
    let spinner = if shown() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
    let style = ProgressStyle::with_template("{spinner} {msg} {pos}, {elapsed}");
    spinner.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    spinner.set_message(what.to_owned());
    spinner
}

fn shown() -> bool {
    std::io::stderr().is_terminal() && !json()
}
