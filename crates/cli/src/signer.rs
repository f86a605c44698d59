//! What signs: an encrypted file, a hardware module, or shares of a threshold key.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use gage_client::frost::{LocalShares, Share};
use gage_client::pkcs11::{Pkcs11Key, Pkcs11Uri};
use gage_client::{Client, SigningKey, keystore};
use gage_crypto::{AccountId, PublicKey};

use crate::common::{Password, secret};
use crate::keys::account_of;
use crate::settings::{settings, variable};

/// Who signs.
#[derive(Debug, Args)]
pub struct SignerArgs {
    /// The key file that signs; else GAGE_KEY, else `key` of the configuration
    #[arg(long, global = true, value_name = "FILE")]
    key: Option<PathBuf>,
    /// What signs instead (GAGE_SIGNER, `signer`): file:PATH, pkcs11:token=LABEL;object=KEY?module-path=FILE, or frost:SHARE,SHARE,...
    #[arg(long, global = true, conflicts_with = "key")]
    signer: Option<String>,
    #[command(flatten)]
    pub password: Password,
    #[command(flatten)]
    pub pin: Pin,
}

/// A signer by name.
enum Named {
    File(PathBuf),
    Other(String),
}

/// Where the PIN of a token comes from.
#[derive(Debug, Args)]
pub struct Pin {
    /// A file with the token's PIN; else the URI's pin-source, GAGE_PIN_FILE, GAGE_PIN, `pin_file` of the configuration, else it is asked for
    #[arg(long, global = true, value_name = "FILE")]
    pin_file: Option<PathBuf>,
}

impl Pin {
    /// The PIN for the token of a URI.
    pub fn get(&self, uri: &Pkcs11Uri) -> Result<String> {
        let named = self.pin_file.clone().or_else(|| uri.pin_source.clone());
        let named = named.or_else(|| variable("GAGE_PIN_FILE").map(PathBuf::from));
        match (named, variable("GAGE_PIN"), &settings().pin_file) {
            (Some(path), _, _) => secret(&path, "PIN"),
            (None, Some(pin), _) => Ok(pin),
            (None, None, Some(path)) => secret(path, "PIN"),
            (None, None, None) => rpassword::prompt_password("PIN: ").context("reading the PIN from the terminal"),
        }
    }
}

/// A key in a token as it is named, with the library of GAGE_PKCS11_MODULE where none is named.
pub fn token_uri(text: &str) -> Result<Pkcs11Uri> {
    let mut uri: Pkcs11Uri = text.parse()?;
    if uri.module_path.is_none() {
        let named = variable("GAGE_PKCS11_MODULE").map(PathBuf::from);
        uri.module_path = named.or_else(|| settings().pkcs11_module.clone());
    }
    Ok(uri)
}

impl SignerArgs {
    /// What signs: as given, else by the environment, else by the configuration.
    fn named(&self) -> Option<Named> {
        let given = |key: Option<PathBuf>, signer: Option<String>| match (key, signer) {
            (Some(path), _) => Some(Named::File(path)),
            (None, Some(signer)) => Some(Named::Other(signer)),
            (None, None) => None,
        };
        given(self.key.clone(), self.signer.clone())
            .or_else(|| given(variable("GAGE_KEY").map(PathBuf::from), variable("GAGE_SIGNER")))
            .or_else(|| given(settings().key.clone(), settings().signer.clone()))
    }

    /// Whether a signer is named.
    pub fn is_named(&self) -> bool {
        self.named().is_some()
    }

    /// Opens it.
    pub fn open(&self) -> Result<SigningKey> {
        match self.named() {
            Some(Named::File(path)) => self.file(&path),
            Some(Named::Other(signer)) if signer.starts_with("pkcs11:") => {
                let uri = token_uri(&signer)?;
                Ok(Pkcs11Key::open(&uri, &self.pin.get(&uri)?)?.into())
            }
            Some(Named::Other(signer)) => match signer.split_once(':') {
                Some(("file", path)) => self.file(Path::new(path)),
                Some(("frost", paths)) => self.shares(paths),
                _ => bail!("{signer:?} names no signer; write file:PATH, pkcs11:... or frost:SHARE,SHARE,..."),
            },
            None => {
                bail!("say what signs: --key FILE (`gage keys new` makes one), or --signer file:, pkcs11: or frost:")
            }
        }
    }

    /// The public key of it; without its password where the file says it.
    pub fn public_key(&self) -> Result<PublicKey> {
        if let Some(Named::File(path)) = self.named()
            && let Some(public) = keystore::public_key(&path)?
        {
            return Ok(public);
        }
        Ok(self.open()?.public_key())
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
