//! `gage completions` and `gage man`: what shells and `man` show of the commands.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::Cli;
use crate::common::fields;
use crate::exit::CODES;
use crate::settings::VARIABLES;

/// What a shell reads to complete the commands
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gage completions bash > ~/.local/share/bash-completion/completions/gage\n  \
                        gage completions zsh > ~/.zfunc/_gage\n  \
                        gage completions fish > ~/.config/fish/completions/gage.fish")]
pub struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// The manual
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gage man | man -l -\n  gage man --dir man1")]
pub struct ManArgs {
    /// Write a page for every command into this folder, in place of the main page to the output
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Prints the completions.
pub fn completions(args: &CompletionsArgs) -> Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "gage", &mut script);
    let script = String::from_utf8(script).context("completions are text")?;
    crate::common::say(format_args!("{}", script.trim_end()));
    Ok(ExitCode::SUCCESS)
}

/// Prints the main page, or writes all.
pub fn man(args: &ManArgs) -> Result<ExitCode> {
    let mut command = Cli::command();
    match &args.dir {
        None => {
            let page = String::from_utf8(main_page(&command)?).context("a page is text")?;
            crate::common::say(format_args!("{}", page.trim_end()));
        }
        Some(dir) => {
            std::fs::create_dir_all(dir).with_context(|| format!("making the folder {}", dir.display()))?;
            command.build();
            let count = pages(&command, "gage", dir)?;
            fields(&[("written", format!("{count} pages")), ("folder", dir.display().to_string())]);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The page of a command, named as it is typed, and those of its subcommands; how many.
fn pages(command: &Command, name: &str, dir: &Path) -> Result<usize> {
    let page = if name == "gage" { main_page(&crate::Cli::command())? } else { page(command, name)? };
    let path = dir.join(format!("{}.1", name.replace(' ', "-")));
    std::fs::write(&path, page).with_context(|| format!("writing {}", path.display()))?;
    let mut count = 1usize;
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        count = count.saturating_add(pages(inner, &format!("{name} {}", inner.get_name()), dir)?);
    }
    Ok(count)
}

fn page(command: &Command, name: &str) -> Result<Vec<u8>> {
    let mut page = Vec::new();
    let command = command.clone().name(name.replace(' ', "-")).bin_name(name.to_owned());
    Man::new(command.disable_help_subcommand(true)).render(&mut page)?;
    Ok(page)
}

/// The page of the whole, with what the help of a command does not say.
fn main_page(command: &Command) -> Result<Vec<u8>> {
    let man = Man::new(command.clone().after_help(""));
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    man.render_subcommands_section(&mut page)?;
    let mut roff = Roff::default();
    roff.control("SH", ["EXIT STATUS"]);
    for (code, meaning) in CODES {
        roff.control("TP", []).text([bold(code.to_string())]).text([roman(meaning)]);
    }
    roff.control("SH", ["ENVIRONMENT"]);
    roff.text([roman("An option goes before a variable, a variable before the configuration.")]);
    for (name, meaning) in VARIABLES {
        roff.control("TP", []).text([bold(name)]).text([roman(meaning)]);
    }
    roff.control("SH", ["FILES"]);
    roff.control("TP", []).text([bold("~/.config/gage/config.toml")]);
    roff.text([roman("The configuration: node, key, account and so on, and names under [accounts].")]);
    roff.to_writer(&mut page)?;
    man.render_version_section(&mut page)?;
    Ok(page)
}
