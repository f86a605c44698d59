//! Where a value comes from that was not given as an option: the environment, then the configuration file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context, Result, bail};
use gage_crypto::AccountId;
use serde::Deserialize;

/// What the configuration file may say. Paths in it are relative to its folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The node's URL.
    pub node: Option<String>,
    /// For `https`: the certificates that are believed, in PEM.
    pub certificates: Option<PathBuf>,
    /// A file with a key for the node's API.
    pub api_key_file: Option<PathBuf>,
    /// The key file that signs.
    pub key: Option<PathBuf>,
    /// What signs instead of a key file.
    pub signer: Option<String>,
    /// The account that acts, by name or identifier.
    pub account: Option<String>,
    /// The file with the password of key files.
    pub password_file: Option<PathBuf>,
    /// The file with the PIN of a token.
    pub pin_file: Option<PathBuf>,
    /// The library of a hardware module.
    pub pkcs11_module: Option<PathBuf>,
    /// Where the history is.
    pub history: Option<String>,
    /// Seconds to wait for a receipt.
    pub wait: Option<u64>,
    /// How many minutes a transaction is valid.
    pub valid_minutes: Option<u64>,
    /// Names for accounts.
    #[serde(default)]
    pub accounts: BTreeMap<String, AccountId>,
}

/// The variables that are read, with what they are, for the manual and `docs/cli.md`.
pub const VARIABLES: [(&str, &str); 14] = [
    ("GAGE_CONFIG", "the configuration file"),
    ("GAGE_NODE", "the node's URL"),
    ("GAGE_CERTIFICATES", "for https: the certificates that are believed, in PEM"),
    ("GAGE_API_KEY", "a key for the node's API"),
    ("GAGE_KEY", "the key file that signs"),
    ("GAGE_SIGNER", "what signs instead of a key file"),
    ("GAGE_ACCOUNT", "the account that acts, by name or identifier"),
    ("GAGE_PASSWORD", "the password of key files"),
    ("GAGE_PASSWORD_FILE", "a file with the password of key files"),
    ("GAGE_MNEMONIC", "the words of a wallet, for `gage keys import`"),
    ("GAGE_PIN", "the PIN of a token"),
    ("GAGE_PIN_FILE", "a file with the PIN of a token"),
    ("GAGE_PKCS11_MODULE", "the library of a hardware module"),
    ("GAGE_HISTORY", "where the history is: a SQLite file or a postgres:// URL"),
];

static SETTINGS: OnceLock<Settings> = OnceLock::new();

/// Reads the configuration file, once for the process.
///
/// # Errors
/// A file that was named and is not there, or one that says what no configuration says.
pub fn load(named: Option<&Path>) -> Result<()> {
    let settings = match named.map(Path::to_path_buf).or_else(|| variable("GAGE_CONFIG").map(PathBuf::from)) {
        Some(path) => read(&path)?,
        None => match usual_place().filter(|path| path.exists()) {
            Some(path) => read(&path)?,
            None => Settings::default(),
        },
    };
    SETTINGS.set(settings).ok().context("the configuration is read once")
}

/// What the configuration file says.
pub fn settings() -> &'static Settings {
    SETTINGS.get_or_init(Settings::default)
}

/// A variable of the environment that is not empty.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The account of a name in the configuration, or of an identifier.
///
/// # Errors
/// It is neither.
pub fn account(text: &str) -> Result<AccountId> {
    if let Some(id) = settings().accounts.get(text) {
        return Ok(*id);
    }
    text.parse().with_context(|| {
        format!("{text:?} is neither an account (gage1...) nor a name under [accounts] in the configuration")
    })
}

/// The account that acts: as given, else by the environment, else by the configuration.
///
/// # Errors
/// As of [`account`].
pub fn acting(given: Option<&str>) -> Result<Option<AccountId>> {
    let text = given.map(ToOwned::to_owned).or_else(|| variable("GAGE_ACCOUNT"));
    text.or_else(|| settings().account.clone()).map(|text| account(&text)).transpose()
}

fn usual_place() -> Option<PathBuf> {
    let folder = match variable("XDG_CONFIG_HOME") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(variable("HOME")?).join(".config"),
    };
    Some(folder.join("gage/config.toml"))
}

fn read(path: &Path) -> Result<Settings> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("reading the configuration {shown}"))?;
    let mut settings = parse(&text).with_context(|| format!("in the configuration {shown}"))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let paths = [
        &mut settings.certificates,
        &mut settings.api_key_file,
        &mut settings.key,
        &mut settings.password_file,
        &mut settings.pin_file,
        &mut settings.pkcs11_module,
    ];
    for path in paths.into_iter().flatten() {
        *path = folder.join(&path);
    }
    Ok(settings)
}

fn parse(text: &str) -> Result<Settings> {
    let settings: Settings = toml::from_str(text)?;
    if let Some(name) = settings.accounts.keys().find(|name| name.starts_with("gage1") || name.is_empty()) {
        bail!("{name:?} is no name for an account: it would be taken for an identifier");
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_is_known_and_nothing_else() {
        let id = AccountId([7; 32]);
        let text = format!("node = 'http://127.0.0.1:1'\nwait = 5\n[accounts]\nalice = '{id}'\n");
        let settings = parse(&text).unwrap();
        assert_eq!((settings.wait, settings.accounts["alice"]), (Some(5), id));
        let wrong = parse("nodes = 'x'\n").unwrap_err().to_string();
        assert!(wrong.contains("unknown field `nodes`"), "{wrong}");
        assert!(parse(&format!("[accounts]\ngage1x = '{id}'\n")).is_err());
    }
}
