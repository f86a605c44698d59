//! Keys in hardware modules, reached through the library that the module's vendor ships (PKCS #11,
//! OASIS, versions 2.40 to 3.2). The secret never leaves the module.
//!
//! A module signs digests that are made here, by the rules of `gage-crypto`: Ed25519 (`CKM_EDDSA`) and
//! P-256 (`CKM_ECDSA`, nothing is hashed again) over the machine digest, secp256k1 over the wallet
//! digest. Its ECDSA signatures come with either `s` and are brought into the lower form.

mod curve;
mod uri;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error as TokenError, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use gage_crypto::signature::{SignatureBytes, SignatureError};
use gage_crypto::{PublicKey, Scheme, Signature, SigningPayload};
use thiserror::Error;

use crate::convert::{self, ConvertError};
pub use uri::{Pkcs11Uri, UriError};

/// The most keys of one token that are listed.
const KEYS_MAX: usize = 1_000;

/// Why a key in a module cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Pkcs11Error {
    /// No library is named.
    #[error("which library reaches the module? give module-path=FILE in the URI, or set GAGE_PKCS11_MODULE")]
    NoModule,
    /// The library cannot be loaded.
    #[error("the library {} cannot be loaded: {reason}", path.display())]
    Library {
        /// Where.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// No token fits, or several do.
    #[error("{found} tokens fit the URI; present are: {present}")]
    Token {
        /// How many.
        found: usize,
        /// All labels.
        present: String,
    },
    /// The PIN is wrong.
    #[error("the module refuses the PIN; after a few wrong ones it locks itself")]
    WrongPin,
    /// Locked.
    #[error("the module has locked the PIN; its officer can set a new one")]
    PinLocked,
    /// No key fits, or several do.
    #[error("{found} signing keys fit the URI; the token has: {present}")]
    Key {
        /// How many.
        found: usize,
        /// All labels.
        present: String,
    },
    /// The public half is missing.
    #[error("the token holds no public key beside the private key {0:?}; it must have the same id or label")]
    NoPublicKey(String),
    /// A curve that this ledger does not know.
    #[error("the key {0:?} is on no curve that is used here: ed25519, P-256 or secp256k1")]
    Curve(String),
    /// The scheme cannot be in a module.
    #[error("keys of scheme {} are not made in modules", .0.name())]
    Scheme(Scheme),
    /// The transaction has no text.
    #[error("the transaction cannot be signed with this key: {0}")]
    Signature(SignatureError),
    /// What came back is no signature.
    #[error("the module returned no signature of this scheme: {0}")]
    Answer(ConvertError),
    /// Anything else the module says.
    #[error("the module refuses to {act}: {reason}")]
    Module {
        /// What was asked.
        act: &'static str,
        /// Its answer.
        reason: String,
    },
}

/// A key of a token, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenKey {
    /// The token's label.
    pub token: String,
    /// The key's label.
    pub label: String,
    /// The key's identifier.
    pub id: Vec<u8>,
    /// The public half; `None` if it is missing or on a curve that is not used here.
    pub public_key: Option<PublicKey>,
}

/// A token that is open for its user.
pub struct Token {
    // One caller at a time, as a session demands.
    session: Mutex<Session>,
    label: String,
}

/// A key in a token.
pub struct Pkcs11Key {
    token: Token,
    handle: ObjectHandle,
    public: PublicKey,
    label: String,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({:?})", self.label)
    }
}

impl fmt::Debug for Pkcs11Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pkcs11Key({:?} of {:?}, {})", self.label, self.token.label, self.public)
    }
}

fn module(act: &'static str) -> impl Fn(TokenError) -> Pkcs11Error {
    move |error| Pkcs11Error::Module { act, reason: error.to_string() }
}

/// The library at a path, started once in this process: a second start would end the first one's work.
fn library(path: &Path) -> Result<Pkcs11, Pkcs11Error> {
    static LIBRARIES: Mutex<BTreeMap<PathBuf, Pkcs11>> = Mutex::new(BTreeMap::new());
    let failed = |error: TokenError| Pkcs11Error::Library { path: path.to_path_buf(), reason: error.to_string() };
    // A thread that panicked here left the map as it was: whole.
    let mut libraries = LIBRARIES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(known) = libraries.get(path) {
        return Ok(known.clone());
    }
    let library = Pkcs11::new(path).map_err(failed)?;
    match library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(TokenError::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
        Err(error) => return Err(failed(error)),
    }
    libraries.insert(path.to_path_buf(), library.clone());
    Ok(library)
}

impl Token {
    /// Opens the one token that fits, for its user; `write` to make keys.
    ///
    /// # Errors
    /// [`Pkcs11Error`].
    pub fn open(uri: &Pkcs11Uri, pin: &str, write: bool) -> Result<Token, Pkcs11Error> {
        let path = uri.module_path.as_deref().ok_or(Pkcs11Error::NoModule)?;
        let library = library(path)?;
        let (slot, label) = slot(&library, uri)?;
        let session = if write { library.open_rw_session(slot) } else { library.open_ro_session(slot) };
        let session = session.map_err(module("open a session"))?;
        // A token that this process opened before stays open for all its sessions, whatever the PIN says now.
        match session.login(UserType::User, Some(&AuthPin::from(pin.to_owned()))) {
            Ok(()) | Err(TokenError::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
            Err(TokenError::Pkcs11(RvError::PinIncorrect | RvError::PinLenRange | RvError::PinInvalid, _)) => {
                return Err(Pkcs11Error::WrongPin);
            }
            Err(TokenError::Pkcs11(RvError::PinLocked, _)) => return Err(Pkcs11Error::PinLocked),
            Err(error) => return Err(module("log in")(error)),
        }
        Ok(Token { session: Mutex::new(session), label })
    }

    fn session(&self) -> std::sync::MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// All keys that can sign.
    ///
    /// # Errors
    /// [`Pkcs11Error::Module`].
    pub fn keys(&self) -> Result<Vec<TokenKey>, Pkcs11Error> {
        let session = self.session();
        let handles = private_keys(&session, &Pkcs11Uri::default())?;
        handles.into_iter().take(KEYS_MAX).map(|handle| self.listed(&session, handle)).collect()
    }

    fn listed(&self, session: &Session, handle: ObjectHandle) -> Result<TokenKey, Pkcs11Error> {
        let (label, id) = names(session, handle)?;
        let public_key = public_half(session, &label, &id).ok();
        Ok(TokenKey { token: self.label.clone(), label, id, public_key })
    }

    /// Makes a key in the token: it cannot be read out, and signs only.
    ///
    /// # Errors
    /// [`Pkcs11Error::Scheme`] for passkeys, [`Pkcs11Error::Key`] if the label is taken,
    /// [`Pkcs11Error::Module`], for instance of a module that does not know the curve.
    pub fn generate(&self, scheme: Scheme, label: &str, id: &[u8]) -> Result<PublicKey, Pkcs11Error> {
        let mechanism = match scheme {
            Scheme::Ed25519 => Mechanism::EccEdwardsKeyPairGen,
            Scheme::P256 | Scheme::Secp256k1Eip712 => Mechanism::EccKeyPairGen,
            Scheme::WebAuthn => return Err(Pkcs11Error::Scheme(scheme)),
        };
        let session = self.session();
        let wanted = Pkcs11Uri { object: Some(label.to_owned()), ..Pkcs11Uri::default() };
        if !private_keys(&session, &wanted)?.is_empty() {
            return Err(Pkcs11Error::Key { found: 1, present: label.to_owned() });
        }
        let common = [Attribute::Token(true), Attribute::Label(label.into()), Attribute::Id(id.to_vec())];
        let public = [
            Attribute::Private(false),
            Attribute::Verify(true),
            Attribute::EcParams(curve::parameters(scheme).to_vec()),
        ];
        let private = [
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
        ];
        let public: Vec<Attribute> = common.iter().cloned().chain(public).collect();
        let private: Vec<Attribute> = common.iter().cloned().chain(private).collect();
        session.generate_key_pair(&mechanism, &public, &private).map_err(module("make a key"))?;
        public_half(&session, label, id)
    }

    /// The one key that fits the URI.
    ///
    /// # Errors
    /// [`Pkcs11Error`].
    pub fn key(self, uri: &Pkcs11Uri) -> Result<Pkcs11Key, Pkcs11Error> {
        let (handle, label, public) = {
            let session = self.session();
            let fitting = private_keys(&session, uri)?;
            let [handle] = fitting.as_slice() else {
                let all = private_keys(&session, &Pkcs11Uri::default())?;
                let labels = all.into_iter().take(KEYS_MAX).map(|handle| names(&session, handle));
                let labels: Vec<String> =
                    labels.map(|named| named.map(|(label, _)| label)).collect::<Result<_, _>>()?;
                return Err(Pkcs11Error::Key { found: fitting.len(), present: list(&labels) });
            };
            let (label, id) = names(&session, *handle)?;
            let public = public_half(&session, &label, &id)?;
            (*handle, label, public)
        };
        Ok(Pkcs11Key { token: self, handle, public, label })
    }
}

impl Pkcs11Key {
    /// The key that the URI names, with its user's PIN.
    ///
    /// # Errors
    /// [`Pkcs11Error`].
    pub fn open(uri: &Pkcs11Uri, pin: &str) -> Result<Pkcs11Key, Pkcs11Error> {
        Token::open(uri, pin, false)?.key(uri)
    }

    /// The public half.
    pub fn public_key(&self) -> PublicKey {
        self.public
    }

    /// Lets the module sign.
    ///
    /// # Errors
    /// [`Pkcs11Error::Signature`], [`Pkcs11Error::Module`], [`Pkcs11Error::Answer`].
    pub fn sign(&self, payload: &SigningPayload) -> Result<Signature, Pkcs11Error> {
        let machine = payload.machine.0;
        let ecdsa = |digest: [u8; 32], scheme| {
            let numbers = self.ask(&Mechanism::Ecdsa, &digest)?;
            convert::low_s(scheme, &numbers).map_err(Pkcs11Error::Answer)
        };
        match self.public.scheme() {
            Scheme::Ed25519 => {
                let params = EddsaParams::new(EddsaSignatureScheme::Pure);
                let bytes = self.ask(&Mechanism::Eddsa(params), &machine)?;
                let length = bytes.len();
                let bytes = bytes.try_into().map_err(|_| Pkcs11Error::Answer(ConvertError::Length(length)))?;
                Ok(Signature::Ed25519(SignatureBytes(bytes)))
            }
            Scheme::P256 => ecdsa(machine, Scheme::P256).map(Signature::P256),
            Scheme::Secp256k1Eip712 => {
                let digest = payload.wallet.ok_or(Pkcs11Error::Signature(SignatureError::NoWalletDigest))?;
                ecdsa(digest.0, Scheme::Secp256k1Eip712).map(Signature::Secp256k1Eip712)
            }
            Scheme::WebAuthn => Err(Pkcs11Error::Scheme(Scheme::WebAuthn)),
        }
    }

    fn ask(&self, mechanism: &Mechanism<'_>, digest: &[u8; 32]) -> Result<Vec<u8>, Pkcs11Error> {
        self.token.session().sign(mechanism, self.handle, digest).map_err(module("sign"))
    }
}

/// The slot of the one token that fits, and the token's label.
fn slot(library: &Pkcs11, uri: &Pkcs11Uri) -> Result<(Slot, String), Pkcs11Error> {
    let slots = library.get_slots_with_initialized_token().map_err(module("list its slots"))?;
    let mut fitting = Vec::new();
    let mut labels = Vec::new();
    for slot in slots {
        let token = library.get_token_info(slot).map_err(module("describe a token"))?;
        let label = token.label().to_owned();
        if uri.token.as_ref().is_none_or(|wanted| *wanted == label)
            && uri.serial.as_deref().is_none_or(|wanted| wanted == token.serial_number())
            && uri.slot.is_none_or(|wanted| wanted == slot.id())
        {
            fitting.push((slot, label.clone()));
        }
        labels.push(label);
    }
    match fitting.as_slice() {
        [one] => Ok(one.clone()),
        _ => Err(Pkcs11Error::Token { found: fitting.len(), present: list(&labels) }),
    }
}

fn list(labels: &[String]) -> String {
    if labels.is_empty() { "none".to_owned() } else { labels.join(", ") }
}

fn private_keys(session: &Session, uri: &Pkcs11Uri) -> Result<Vec<ObjectHandle>, Pkcs11Error> {
    let mut template = vec![Attribute::Class(ObjectClass::PRIVATE_KEY), Attribute::Sign(true)];
    template.extend(uri.object.iter().map(|label| Attribute::Label(label.as_bytes().to_vec())));
    template.extend(uri.id.iter().map(|id| Attribute::Id(id.clone())));
    session.find_objects(&template).map_err(module("look for keys"))
}

/// Label and identifier of a key.
fn names(session: &Session, handle: ObjectHandle) -> Result<(String, Vec<u8>), Pkcs11Error> {
    let read = session.get_attributes(handle, &[AttributeType::Label, AttributeType::Id]);
    let (mut label, mut id) = (String::new(), Vec::new());
    for attribute in read.map_err(module("name a key"))? {
        match attribute {
            Attribute::Label(bytes) => label = String::from_utf8_lossy(&bytes).into_owned(),
            Attribute::Id(bytes) => id = bytes,
            _ => {}
        }
    }
    Ok((label, id))
}

/// The public key with the same identifier, or the same label where there is none.
fn public_half(session: &Session, label: &str, id: &[u8]) -> Result<PublicKey, Pkcs11Error> {
    let class = Attribute::Class(ObjectClass::PUBLIC_KEY);
    let same = if id.is_empty() { Attribute::Label(label.as_bytes().to_vec()) } else { Attribute::Id(id.to_vec()) };
    let found = session.find_objects(&[class, same]).map_err(module("look for keys"))?;
    let [handle] = found.as_slice() else { return Err(Pkcs11Error::NoPublicKey(label.to_owned())) };
    let read = session.get_attributes(*handle, &[AttributeType::EcParams, AttributeType::EcPoint]);
    let (mut parameters, mut point) = (Vec::new(), Vec::new());
    for attribute in read.map_err(module("show a public key"))? {
        match attribute {
            Attribute::EcParams(bytes) => parameters = bytes,
            Attribute::EcPoint(bytes) => point = bytes,
            _ => {}
        }
    }
    curve::public_key(&parameters, &point).ok_or_else(|| Pkcs11Error::Curve(label.to_owned()))
}
