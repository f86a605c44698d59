//! Who orders: the validators' keys, and the scheme that signs for one of them.

use bytes::Bytes;
use commonware_codec::{DecodeExt as _, Encode as _};
use commonware_consensus::simplex::scheme::ed25519::Scheme;
use commonware_cryptography::Signer as _;
use commonware_cryptography::ed25519::{PrivateKey, PublicKey};
use commonware_utils::ordered::Set;
use gage_chain::Genesis;
use gage_crypto::vote::{POSSESSION, vote_namespace};
use gage_crypto::{AccountId, Hash, SignatureBytes};
use gage_staking::Founder;
use thiserror::Error;

/// The most validators of a network: each message of consensus goes to all.
pub const VALIDATORS_MAX: usize = 128;

/// Why a list of validators is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CommitteeError {
    /// None, or too many.
    #[error("a network has 1 to {VALIDATORS_MAX} validators, not {0}")]
    Count(usize),
    /// No key of ed25519.
    #[error("validator {0} has no valid ed25519 key")]
    Key(usize),
    /// The same key twice.
    #[error("two validators have the same key")]
    Twice,
    /// The own key is not among them.
    #[error("the key {0} is not that of a validator of this network")]
    NotAMember(String),
}

/// The secret of one validator: it authenticates the node to its peers and signs its votes.
#[derive(Clone)]
pub struct ValidatorSecret(PrivateKey);

impl ValidatorSecret {
    /// From 32 random bytes.
    pub fn from_bytes(bytes: &[u8; 32]) -> ValidatorSecret {
        ValidatorSecret(
            PrivateKey::decode(Bytes::copy_from_slice(bytes)).expect("any 32 bytes are a secret of ed25519"),
        )
    }

    /// Its public key.
    pub fn public(&self) -> [u8; 32] {
        key_bytes(&self.0.public_key())
    }

    /// The key's signature of network and account, which registers it for the account.
    pub fn prove_possession(&self, genesis: &Hash, account: &AccountId) -> SignatureBytes {
        let signature = self.0.sign(POSSESSION, &[genesis.0, account.0].concat());
        let mut bytes = [0; 64];
        bytes.copy_from_slice(&signature.encode());
        SignatureBytes(bytes)
    }

    pub(crate) fn key(&self) -> &PrivateKey {
        &self.0
    }

    pub(crate) fn key_public(&self) -> PublicKey {
        self.0.public_key()
    }
}

impl std::fmt::Debug for ValidatorSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ValidatorSecret")
    }
}

/// The validators of a network, in the order of their keys.
#[derive(Clone, Debug)]
pub struct Committee {
    genesis: Hash,
    members: Set<PublicKey>,
}

impl Committee {
    /// The committee with these public keys, in any order.
    ///
    /// # Errors
    /// [`CommitteeError`].
    pub fn new(genesis: Hash, keys: &[[u8; 32]]) -> Result<Committee, CommitteeError> {
        if keys.is_empty() || keys.len() > VALIDATORS_MAX {
            return Err(CommitteeError::Count(keys.len()));
        }
        let read = |(index, key)| Committee::read_key(key).ok_or(CommitteeError::Key(index));
        let members: Vec<PublicKey> = keys.iter().enumerate().map(read).collect::<Result<_, _>>()?;
        let members = Set::try_from(members).map_err(|_| CommitteeError::Twice)?;
        Ok(Committee { genesis, members })
    }

    /// Those who found a network that chooses its validators itself; `None` of any other.
    ///
    /// # Errors
    /// [`CommitteeError`].
    pub fn founders(genesis: &Genesis) -> Result<Option<Committee>, CommitteeError> {
        let Some(validators) = &genesis.staking.validators else { return Ok(None) };
        let bytes = |founder: &Founder| <[u8; 32]>::try_from(founder.key.as_bytes()).unwrap_or_default();
        let keys: Vec<[u8; 32]> = validators.founders.iter().map(bytes).collect();
        Committee::new(genesis.hash(), &keys).map(Some)
    }

    /// The network.
    pub fn genesis(&self) -> &Hash {
        &self.genesis
    }

    /// The public keys in the words of the ledger.
    pub fn public_keys(&self) -> Vec<gage_crypto::PublicKey> {
        let read = |key: &[u8; 32]| gage_crypto::PublicKey::new(gage_crypto::Scheme::Ed25519, key);
        self.keys().iter().map(|key| read(key).expect("a committee has such keys")).collect()
    }

    /// The public keys in the order in which certificates count them.
    pub fn keys(&self) -> Vec<[u8; 32]> {
        self.members.iter().map(key_bytes).collect()
    }

    pub(crate) fn members(&self) -> &Set<PublicKey> {
        &self.members
    }

    /// What every vote of this network is signed under, so that it means nothing in another one.
    pub fn namespace(&self) -> Vec<u8> {
        vote_namespace(&self.genesis)
    }

    /// A key as the engine has it; `None` where the bytes are none.
    pub(crate) fn read_key(bytes: &[u8; 32]) -> Option<PublicKey> {
        PublicKey::decode(Bytes::copy_from_slice(bytes)).ok()
    }

    /// Checks votes, and casts none.
    pub(crate) fn verifier(&self) -> Scheme {
        Scheme::verifier(&self.namespace(), self.members.clone())
    }

    pub(crate) fn signer(&self, secret: &ValidatorSecret) -> Result<Scheme, CommitteeError> {
        let scheme = Scheme::signer(&self.namespace(), self.members.clone(), secret.0.clone());
        scheme.ok_or_else(|| CommitteeError::NotAMember(hex::encode(secret.public())))
    }
}

pub(crate) fn key_bytes(key: &PublicKey) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(&key.encode());
    bytes
}
