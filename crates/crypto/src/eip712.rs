//! Typed text for Ethereum wallets: EIP-712 (<https://eips.ethereum.org/EIPS/eip-712>).
//!
//! The upper half is the standard's encoding for the member kinds that are needed, written so that a
//! struct's type follows from its value and the two cannot disagree. The lower half is Gage's message.
//! The domain has no chain id: any wallet on any network can sign, and the salt, which is the genesis
//! hash, says which ledger is meant.

use serde::Serialize;

use crate::hash::{Hash, keccak256};

/// A struct of the standard: its name, and each member's name and value in declaration order.
#[derive(Clone, Copy, Debug)]
pub struct Struct<'a> {
    /// Name of the struct type.
    pub name: &'a str,
    /// Members: name and value.
    pub members: &'a [(&'a str, Value<'a>)],
}

/// The value of a member; the variant is its type.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// `string`
    Text(&'a str),
    /// `bytes32`
    Bytes32([u8; 32]),
    /// `uint64`
    Uint64(u64),
    /// `uint256`, for the standard's own domain
    Uint256(u128),
    /// `address`
    Address([u8; 20]),
    /// Another struct.
    Struct(Struct<'a>),
}

impl<'a> Struct<'a> {
    /// `encodeType`: this struct's signature, then those it refers to, sorted by name.
    #[must_use]
    pub fn encode_type(&self) -> String {
        let mut referenced = Vec::new();
        self.collect_referenced(&mut referenced);
        referenced.sort_by_key(|inner| inner.name);
        let mut text = self.signature();
        for inner in referenced {
            text.push_str(&inner.signature());
        }
        text
    }

    /// `hashStruct`: `keccak256(keccak256(encodeType) || encodeData)`.
    #[must_use]
    pub fn hash(&self) -> Hash {
        let mut bytes = keccak256(self.encode_type().as_bytes()).0.to_vec();
        for (_, value) in self.members {
            bytes.extend_from_slice(&value.word());
        }
        keccak256(&bytes)
    }

    fn signature(&self) -> String {
        let members: Vec<String> =
            self.members.iter().map(|(name, value)| format!("{} {name}", value.type_name())).collect();
        format!("{}({})", self.name, members.join(","))
    }

    fn collect_referenced(&self, found: &mut Vec<Struct<'a>>) {
        for (_, value) in self.members {
            if let Value::Struct(inner) = value
                && !found.iter().any(|known| known.name == inner.name)
            {
                found.push(*inner);
                inner.collect_referenced(found);
            }
        }
    }
}

impl Value<'_> {
    fn type_name(&self) -> &str {
        match self {
            Self::Text(_) => "string",
            Self::Bytes32(_) => "bytes32",
            Self::Uint64(_) => "uint64",
            Self::Uint256(_) => "uint256",
            Self::Address(_) => "address",
            Self::Struct(inner) => inner.name,
        }
    }

    /// The member's 32 bytes in `encodeData`.
    fn word(&self) -> [u8; 32] {
        match self {
            Self::Text(text) => keccak256(text.as_bytes()).0,
            Self::Bytes32(bytes) => *bytes,
            Self::Uint64(number) => right_aligned(&number.to_be_bytes()),
            Self::Uint256(number) => right_aligned(&number.to_be_bytes()),
            Self::Address(address) => right_aligned(address),
            Self::Struct(inner) => inner.hash().0,
        }
    }
}

fn right_aligned(bytes: &[u8]) -> [u8; 32] {
    let mut word = [0; 32];
    for (to, from) in word.iter_mut().rev().zip(bytes.iter().rev()) {
        *to = *from;
    }
    word
}

/// What a wallet signs: `keccak256(0x19 0x01 || domain separator || hashStruct(message))`.
#[must_use]
pub fn signing_digest(domain_separator: &Hash, message: &Struct<'_>) -> Hash {
    let mut bytes = vec![0x19, 0x01];
    bytes.extend_from_slice(&domain_separator.0);
    bytes.extend_from_slice(&message.hash().0);
    keccak256(&bytes)
}

/// The domain's `name`.
pub const DOMAIN_NAME: &str = "Gage";
/// The domain's `version`.
pub const DOMAIN_VERSION: &str = "1";

/// A transaction as a wallet shows it, rendered from the binary operations and never parsed back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletMessage {
    /// The account's text form.
    pub account: String,
    /// The transaction's nonce.
    pub nonce: u64,
    /// Last block time at which the transaction may run, in milliseconds since 1970.
    pub valid_until: u64,
    /// Most the signer pays in fees, as decimal text with symbol.
    pub max_fee: String,
    /// The operations, one after another, as printable text.
    pub operations: String,
}

impl WalletMessage {
    fn members(&self) -> [(&'static str, Value<'_>); 5] {
        [
            ("account", Value::Text(&self.account)),
            ("nonce", Value::Uint64(self.nonce)),
            ("validUntil", Value::Uint64(self.valid_until)),
            ("maxFee", Value::Text(&self.max_fee)),
            ("operations", Value::Text(&self.operations)),
        ]
    }
}

const MESSAGE_TYPE: &str = "Transaction";
const DOMAIN_TYPE: &str = "EIP712Domain";

fn domain_members(genesis: &Hash) -> [(&'static str, Value<'static>); 3] {
    [("name", Value::Text(DOMAIN_NAME)), ("version", Value::Text(DOMAIN_VERSION)), ("salt", Value::Bytes32(genesis.0))]
}

/// Domain separator of the ledger with this genesis.
#[must_use]
pub fn domain_separator(genesis: &Hash) -> Hash {
    let domain = Struct { name: DOMAIN_TYPE, members: &domain_members(genesis) };
    domain.hash()
}

/// What an Ethereum wallet signs for `message` on the ledger with this genesis.
#[must_use]
pub fn digest(genesis: &Hash, message: &WalletMessage) -> Hash {
    let message = Struct { name: MESSAGE_TYPE, members: &message.members() };
    signing_digest(&domain_separator(genesis), &message)
}

/// The JSON text for a wallet's `eth_signTypedData_v4`, whose digest is [`digest`].
///
/// Integers are decimal texts, because wallets read JSON numbers as floating point.
#[must_use]
pub fn typed_data_json(genesis: &Hash, message: &WalletMessage) -> String {
    let typed = TypedData {
        types: Types { domain: describe(&domain_members(genesis)), transaction: describe(&message.members()) },
        primary_type: MESSAGE_TYPE,
        domain: DomainJson { name: DOMAIN_NAME, version: DOMAIN_VERSION, salt: format!("0x{genesis}") },
        message: MessageJson {
            account: &message.account,
            nonce: message.nonce.to_string(),
            valid_until: message.valid_until.to_string(),
            max_fee: &message.max_fee,
            operations: &message.operations,
        },
    };
    serde_json::to_string(&typed).expect("structs of texts with fixed names always serialise to JSON in memory")
}

fn describe<'a>(members: &[(&'a str, Value<'_>)]) -> Vec<MemberJson<'a>> {
    let describe_one = |(name, value): &(&'a str, Value<'_>)| MemberJson { name, kind: value.type_name().to_owned() };
    members.iter().map(describe_one).collect()
}

// Structs rather than a JSON value, so that the order of members never depends on a library's map.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TypedData<'a> {
    types: Types<'a>,
    primary_type: &'a str,
    domain: DomainJson<'a>,
    message: MessageJson<'a>,
}

#[derive(Serialize)]
struct Types<'a> {
    #[serde(rename = "EIP712Domain")]
    domain: Vec<MemberJson<'a>>,
    #[serde(rename = "Transaction")]
    transaction: Vec<MemberJson<'a>>,
}

#[derive(Serialize)]
struct MemberJson<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Serialize)]
struct DomainJson<'a> {
    name: &'a str,
    version: &'a str,
    salt: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MessageJson<'a> {
    account: &'a str,
    nonce: String,
    valid_until: String,
    max_fee: &'a str,
    operations: &'a str,
}
