//! What signs: an encrypted file, a hardware module, or shares of a threshold key.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use gage_client::frost::{LocalShares, Share};
use gage_client::pkcs11::{Pkcs11Key, Pkcs11Uri};
use gage_client::{Client, SigningKey, keystore};
use gage_crypto::{AccountId, PublicKey};

use crate::common::Password;
use crate::keys::account_of;

/// Who signs.
#[derive(Debug, Args)]
pub struct SignerArgs {
    /// The key file that signs
    #[arg(long, global = true, value_name = "FILE")]
    key: Option<PathBuf>,
    /// What signs instead: file:PATH, pkcs11:token=LABEL;object=KEY?module-path=FILE, or frost:SHARE,SHARE,...
    #[arg(long, global = true, conflicts_with = "key")]
    signer: Option<String>,
    #[command(flatten)]
    pub password: Password,
    #[command(flatten)]
    pub pin: Pin,
}

/// Where the PIN of a token comes from.
#[derive(Debug, Args)]
pub struct Pin {
    /// A file with the token's PIN; else that of the URI's pin-source, else it is in GAGE_PIN, else it is asked for
    #[arg(long, global = true, value_name = "FILE")]
    pin_file: Option<PathBuf>,
}

impl Pin {
    /// The PIN for the token of a URI.
    pub fn get(&self, uri: &Pkcs11Uri) -> Result<String> {
        if let Some(path) = self.pin_file.as_ref().or(uri.pin_source.as_ref()) {
            let text =
                std::fs::read_to_string(path).with_context(|| format!("reading the PIN file {}", path.display()))?;
            return Ok(text.trim_end_matches(['\r', '\n']).to_owned());
        }
        match std::env::var("GAGE_PIN") {
            Ok(pin) => Ok(pin),
            Err(_) => rpassword::prompt_password("PIN: ").context("reading the PIN from the terminal"),
        }
    }
}

/// A key in a token as it is named, with the library of GAGE_PKCS11_MODULE where none is named.
pub fn token_uri(text: &str) -> Result<Pkcs11Uri> {
    let mut uri: Pkcs11Uri = text.parse()?;
    if uri.module_path.is_none() {
        uri.module_path = std::env::var_os("GAGE_PKCS11_MODULE").map(PathBuf::from);
    }
    Ok(uri)
}

impl SignerArgs {
    /// Whether a signer is named.
    pub fn is_named(&self) -> bool {
        self.key.is_some() || self.signer.is_some()
    }

    /// Opens it.
    pub fn open(&self) -> Result<SigningKey> {
        match (&self.key, &self.signer) {
            (Some(path), _) => self.file(path),
            (None, Some(signer)) if signer.starts_with("pkcs11:") => {
                let uri = token_uri(signer)?;
                Ok(Pkcs11Key::open(&uri, &self.pin.get(&uri)?)?.into())
            }
            (None, Some(signer)) => match signer.split_once(':') {
                Some(("file", path)) => self.file(Path::new(path)),
                Some(("frost", paths)) => self.shares(paths),
                _ => bail!("{signer:?} names no signer; write file:PATH, pkcs11:... or frost:SHARE,SHARE,..."),
            },
            (None, None) => {
                bail!("say what signs: --key FILE (`gage keys new` makes one), or --signer file:, pkcs11: or frost:")
            }
        }
    }

    fn file(&self, path: &Path) -> Result<SigningKey> {
        if Share::is_file(path) {
            bail!("{} holds one share of a threshold key; see `gage keys frost`", path.display());
        }
        Ok(keystore::read(path, self.password.get()?.as_bytes())?.into())
    }

    /// Shares that are all on this machine. A password is asked for each, unless one is given for all.
    fn shares(&self, paths: &str) -> Result<SigningKey> {
        let mut shares = Vec::new();
        for path in paths.split(',').filter(|path| !path.is_empty()) {
            let password = self.password.of(Path::new(path))?;
            shares.push(Share::read(Path::new(path), password.as_bytes())?);
        }
        Ok(LocalShares::new(shares)?.into())
    }
}

/// The account given, or the one that the key opened: by the genesis file or on the network.
pub fn account(client: &Client, given: Option<AccountId>, public: &PublicKey) -> Result<AccountId> {
    if let Some(account) = given {
        return Ok(account);
    }
    let candidates = [account_of(public, None)?, account_of(public, Some(client.genesis()?))?];
    for candidate in candidates {
        match client.account(&candidate) {
            Ok(_) => return Ok(candidate),
            Err(error) if error.name() == Some("UnknownAccount") => {}
            Err(error) => return Err(error.into()),
        }
    }
    bail!("no account on this network was opened with the key {public}; say which with --account")
}
