//! `gage keys pkcs11`: keys in hardware modules.

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use gage_client::pkcs11::Token;
use serde_json::json;

use crate::common::tell;
use crate::keys::{SchemeName, show_key};
use crate::say;
use crate::signer::{Pin, token_uri};

/// What to do with the keys of a token.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// List the keys of a token that can sign
    List(Which),
    /// Make a key in a token; it never leaves it. The URI's object is its label
    New(NewInToken),
}

#[derive(Debug, Args)]
pub struct Which {
    /// The token: pkcs11:token=LABEL?module-path=FILE; the library may stand in GAGE_PKCS11_MODULE
    uri: String,
    #[command(flatten)]
    pin: Pin,
}

#[derive(Debug, Args)]
pub struct NewInToken {
    #[command(flatten)]
    which: Which,
    /// How the key signs
    #[arg(long, value_enum, default_value = "p256")]
    scheme: SchemeName,
}

/// Does it.
pub fn token(command: &TokenCommand) -> Result<ExitCode> {
    match command {
        TokenCommand::List(which) => {
            let uri = token_uri(&which.uri)?;
            for key in Token::open(&uri, &which.pin.get(&uri)?, false)?.keys()? {
                let public = key.public_key.map_or_else(|| "of no use here".to_owned(), |key| key.to_string());
                let line = json!({ "token": key.token, "label": key.label, "key": public });
                tell(&line, || say!("{}  {}  {public}", key.token, key.label));
            }
            Ok(ExitCode::SUCCESS)
        }
        TokenCommand::New(new) => {
            let uri = token_uri(&new.which.uri)?;
            let label = uri.object.clone().context("say what the key is called: object=LABEL in the URI")?;
            let id = uri.id.clone().unwrap_or_else(|| label.as_bytes().to_vec());
            let token = Token::open(&uri, &new.which.pin.get(&uri)?, true)?;
            let public = token.generate(new.scheme.scheme(), &label, &id)?;
            show_key(&[], &public, None)
        }
    }
}
