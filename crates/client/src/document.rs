//! A transaction on its way between signers: the binary bytes, the text of each operation, and the
//! signatures so far, in a file that people can read.
//!
//! The text is never believed. Whoever opens a document renders it anew from the bytes and compares; a
//! node, or a list of assets kept from earlier, says what the assets are called. Only the bytes are signed.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use borsh::BorshDeserialize;
use gage_accounts::Names;
use gage_chain::{
    KeySignature, OPERATIONS_MAX, SIGNATURES_MAX, SignatureRefusal, SignedTransaction, TRANSACTION_BYTES_MAX,
    Transaction, wallet_message,
};
use gage_crypto::signature::{self, SignatureError};
use gage_crypto::{Hash, PublicKey, Signature, SigningPayload, eip712};
use gage_units::AssetId;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::SigningKey;

const VERSION: u8 = 1;
/// The longest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// Why a document is refused.
#[derive(Debug, Error)]
pub enum DocumentError {
    /// The file.
    #[error("the file {} cannot be used: {source}", path.display())]
    File {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Not a document.
    #[error("{place} holds no transaction document: {reason}")]
    Malformed {
        /// Where.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// A later program wrote it.
    #[error("the document is of version {0}; this program reads version {VERSION}")]
    Version(u8),
    /// The bytes are no transaction.
    #[error("the bytes of the document are not a transaction in its one canonical form")]
    BadBytes,
    /// The text says something else than the bytes.
    #[error(
        "the text of the document is not what its bytes say: it reads {found:?} where the bytes say {rendered:?}; do not sign"
    )]
    TextMismatch {
        /// What the document says.
        found: String,
        /// What the bytes say.
        rendered: String,
    },
    /// An asset is called otherwise.
    #[error("the document calls asset {asset} {found}, but it is {known}; do not sign")]
    AssetMismatch {
        /// Which.
        asset: AssetId,
        /// What the document says.
        found: String,
        /// What is known.
        known: String,
    },
    /// For another network.
    #[error("the document is for the network with genesis {found}, not {wanted}")]
    OtherNetwork {
        /// For which it is.
        found: Hash,
        /// Which is meant.
        wanted: Hash,
    },
    /// Another transaction.
    #[error("the documents hold different transactions")]
    OtherTransaction,
    /// A signature in it does not hold.
    #[error("the signature of {key} in the document does not hold: {reason}")]
    BadSignature {
        /// Whose.
        key: PublicKey,
        /// Why.
        reason: SignatureError,
    },
    /// Signatures as a node refuses them.
    #[error("the document cannot be submitted: {0}")]
    Refused(SignatureRefusal),
    /// There are enough already.
    #[error("a transaction has at most {SIGNATURES_MAX} signatures")]
    TooManySignatures,
}

/// Symbols and decimals of assets. They never change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssetNames(BTreeMap<AssetId, (String, u8)>);

impl AssetNames {
    /// Notes an asset.
    pub fn insert(&mut self, asset: AssetId, symbol: &str, decimals: u8) {
        self.0.insert(asset, (symbol.to_owned(), decimals));
    }
}

impl Names for AssetNames {
    fn asset(&self, asset: AssetId) -> Option<(String, u8)> {
        self.0.get(&asset).cloned()
    }
}

/// Notes which assets a text names.
struct Named<'a> {
    names: &'a dyn Names,
    asked: RefCell<BTreeMap<AssetId, Option<(String, u8)>>>,
}

impl Names for Named<'_> {
    fn asset(&self, asset: AssetId) -> Option<(String, u8)> {
        let known = self.names.asset(asset);
        self.asked.borrow_mut().insert(asset, known.clone());
        known
    }
}

/// An asset that the text names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asset {
    asset: AssetId,
    symbol: String,
    decimals: u8,
}

/// A transaction on its way between signers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    version: u8,
    /// The genesis hash of the network it is for.
    genesis: Hash,
    /// What it does, for people.
    text: Vec<String>,
    /// The assets that the text names.
    assets: Vec<Asset>,
    /// What is signed, in hexadecimal digits.
    transaction: String,
    /// Who signed so far.
    signatures: Vec<KeySignature>,
}

/// A document whose bytes, text and signatures fit each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What its bytes say.
    pub transaction: Transaction,
    /// The digests that are signed.
    pub payload: SigningPayload,
    /// The text, rendered from the bytes.
    pub text: Vec<String>,
}

/// Everything that a transaction says, line by line, rendered from its binary form.
pub fn transaction_text(transaction: &Transaction, names: &dyn Names) -> Vec<String> {
    let Transaction { account, nonce, valid_until, max_fee, operations, expected } = transaction;
    let mut lines = vec![
        format!("account {account}"),
        format!("nonce {nonce}"),
        format!("valid until {valid_until} ms"),
        format!("fee at most {max_fee} smallest units of the fee asset"),
    ];
    let operations = operations.iter().map(|operation| operation.describe(names));
    let effects = expected.iter().map(|effect| effect.describe(names));
    lines.extend(operations.chain(effects).zip(1u32..).map(|(line, number)| format!("{number}. {line}")));
    lines
}

impl Document {
    /// An unsigned transaction for the network with this genesis.
    pub fn new(transaction: &Transaction, genesis: Hash, names: &dyn Names) -> Document {
        let named = Named { names, asked: RefCell::default() };
        let text = transaction_text(transaction, &named);
        let known = named.asked.into_inner().into_iter();
        let assets =
            known.filter_map(|(asset, known)| known.map(|(symbol, decimals)| Asset { asset, symbol, decimals }));
        let transaction = hex::encode(transaction.to_bytes());
        Document { version: VERSION, genesis, text, assets: assets.collect(), transaction, signatures: Vec::new() }
    }

    /// The network it is for.
    pub fn genesis(&self) -> Hash {
        self.genesis
    }

    /// Who signed so far.
    pub fn signers(&self) -> Vec<PublicKey> {
        self.signatures.iter().map(|signed| signed.key).collect()
    }

    /// Sixteen digits of the transaction's bytes' hash, for the names of files.
    pub fn short_name(&self) -> String {
        hex::encode(&gage_crypto::hash::sha256(self.transaction.as_bytes()).0[..8])
    }

    /// The same without signatures.
    pub fn unsigned(mut self) -> Document {
        self.signatures.clear();
        self
    }

    /// The names that the document itself gives.
    fn names(&self) -> AssetNames {
        let named = self.assets.iter().map(|asset| (asset.asset, (asset.symbol.clone(), asset.decimals)));
        AssetNames(named.collect())
    }

    /// Renders the bytes anew and compares: text, form and signatures.
    ///
    /// # Errors
    /// [`DocumentError::Version`], [`DocumentError::BadBytes`], [`DocumentError::TextMismatch`],
    /// [`DocumentError::BadSignature`].
    pub fn check(&self) -> Result<Checked, DocumentError> {
        if self.version != VERSION {
            return Err(DocumentError::Version(self.version));
        }
        let bytes = hex::decode(&self.transaction).map_err(|_| DocumentError::BadBytes)?;
        if bytes.len() > TRANSACTION_BYTES_MAX {
            return Err(DocumentError::BadBytes);
        }
        let transaction = Transaction::try_from_slice(&bytes).map_err(|_| DocumentError::BadBytes)?;
        if transaction.to_bytes() != bytes || transaction.operations.len() > OPERATIONS_MAX {
            return Err(DocumentError::BadBytes);
        }
        let names = self.names();
        let text = transaction_text(&transaction, &names);
        for line in 0..text.len().max(self.text.len()) {
            let of = |text: &[String]| text.get(line).cloned().unwrap_or_default();
            let (found, rendered) = (of(&self.text), of(&text));
            if found != rendered {
                return Err(DocumentError::TextMismatch { found, rendered });
            }
        }
        let payload = transaction.payload(&self.genesis, &names);
        for KeySignature { key, signature } in &self.signatures {
            signature::verify(key, &payload, signature)
                .map_err(|reason| DocumentError::BadSignature { key: *key, reason })?;
        }
        Ok(Checked { transaction, payload, text })
    }

    /// Checks the document against a network; the names of assets are its own.
    ///
    /// # Errors
    /// [`DocumentError::OtherNetwork`], then those of [`Document::check`].
    pub fn check_genesis(&self, genesis: &Hash) -> Result<Checked, DocumentError> {
        if self.genesis != *genesis {
            return Err(DocumentError::OtherNetwork { found: self.genesis, wanted: *genesis });
        }
        self.check()
    }

    /// Checks the document against a network and names of one's own: what its assets are called must be
    /// what they are called there. A name that is not known here is a mismatch.
    ///
    /// # Errors
    /// [`DocumentError::OtherNetwork`], [`DocumentError::AssetMismatch`], then those of [`Document::check`].
    pub fn check_against(&self, genesis: &Hash, names: &dyn Names) -> Result<Checked, DocumentError> {
        let checked = self.check_genesis(genesis)?;
        let shown = |known: Option<(String, u8)>| match known {
            Some((symbol, decimals)) => format!("{symbol} with {decimals} decimals"),
            None => "without a name".to_owned(),
        };
        // Every asset of the text, also one that the document leaves without a name.
        let own = self.names();
        let named = Named { names: &own, asked: RefCell::default() };
        transaction_text(&checked.transaction, &named);
        for (asset, found) in named.asked.into_inner() {
            let known = names.asset(asset);
            if known != found {
                return Err(DocumentError::AssetMismatch { asset, found: shown(found), known: shown(known) });
            }
        }
        Ok(checked)
    }

    /// The argument of `eth_signTypedData_v4`, for a wallet outside.
    ///
    /// # Errors
    /// Those of [`Document::check`]; [`DocumentError::Refused`] if a wallet cannot show the text.
    pub fn typed_data(&self) -> Result<String, DocumentError> {
        let checked = self.check()?;
        let message = wallet_message(&checked.transaction, &self.names());
        let message = message.map_err(|error| DocumentError::Refused(SignatureRefusal::NoText(error)))?;
        Ok(eip712::typed_data_json(&self.genesis, &message))
    }

    /// Lets a key sign.
    ///
    /// # Errors
    /// Those of [`Document::check`] and of the key.
    pub fn sign(&mut self, key: &SigningKey) -> Result<(), crate::Error> {
        let checked = self.check()?;
        let signature = key.sign(&checked.payload)?;
        Ok(self.add(key.public_key(), signature)?)
    }

    /// Adds a signature made elsewhere. A second one of the same key takes the first one's place.
    ///
    /// # Errors
    /// [`DocumentError::BadSignature`], [`DocumentError::TooManySignatures`], those of [`Document::check`].
    pub fn add(&mut self, key: PublicKey, signature: Signature) -> Result<(), DocumentError> {
        let checked = self.check()?;
        signature::verify(&key, &checked.payload, &signature)
            .map_err(|reason| DocumentError::BadSignature { key, reason })?;
        self.signatures.retain(|signed| signed.key != key);
        if self.signatures.len() >= SIGNATURES_MAX {
            return Err(DocumentError::TooManySignatures);
        }
        self.signatures.push(KeySignature { key, signature });
        Ok(())
    }

    /// Takes over the signatures of another copy of the same transaction.
    ///
    /// # Errors
    /// [`DocumentError::OtherTransaction`], those of [`Document::add`] and [`Document::check`].
    pub fn merge(&mut self, other: &Document) -> Result<(), DocumentError> {
        if (&self.transaction, self.genesis) != (&other.transaction, other.genesis) {
            return Err(DocumentError::OtherTransaction);
        }
        other.check()?;
        other.signatures.iter().try_for_each(|signed| self.add(signed.key, signed.signature.clone()))
    }

    /// The signed transaction, ready for a node: its signatures hold by the node's own rule.
    ///
    /// # Errors
    /// Those of [`Document::check`]; [`DocumentError::Refused`].
    pub fn signed(&self) -> Result<SignedTransaction, DocumentError> {
        let transaction = self.check()?.transaction;
        let signed = SignedTransaction { transaction, signatures: self.signatures.clone() };
        signed.verify_signatures(&self.genesis, &self.names()).map_err(DocumentError::Refused)?;
        Ok(signed)
    }

    /// Reads a document; `-` is the standard input. It is not checked yet.
    ///
    /// # Errors
    /// [`DocumentError::File`], [`DocumentError::Malformed`].
    pub fn read(path: &Path) -> Result<Document, DocumentError> {
        let failed = |source| DocumentError::File { path: path.to_path_buf(), source };
        let mut bytes = Vec::new();
        if path.as_os_str() == "-" {
            io::Read::read_to_end(&mut io::Read::take(io::stdin(), FILE_BYTES_MAX), &mut bytes).map_err(failed)?;
        } else {
            let file = fs::File::open(path).map_err(failed)?;
            io::Read::read_to_end(&mut io::Read::take(file, FILE_BYTES_MAX), &mut bytes).map_err(failed)?;
        }
        serde_json::from_slice(&bytes)
            .map_err(|error| DocumentError::Malformed { place: path.display().to_string(), reason: error.to_string() })
    }

    /// The document as JSON that people can read.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self)
            .expect("texts, numbers and signatures always serialise to JSON in memory");
        text.push('\n');
        text
    }

    /// Writes it to a file, over an earlier state of it.
    ///
    /// # Errors
    /// [`DocumentError::File`].
    pub fn write(&self, path: &Path) -> Result<(), DocumentError> {
        let failed = |source| DocumentError::File { path: path.to_path_buf(), source };
        let mut name = path.as_os_str().to_owned();
        name.push(".new");
        let mut file = fs::File::create(&name).map_err(failed)?;
        file.write_all(self.to_json().as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        fs::rename(&name, path).map_err(failed)
    }
}

impl From<DocumentError> for crate::Error {
    fn from(error: DocumentError) -> crate::Error {
        crate::Error::Document(Box::new(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gage_accounts::Quantity;
    use gage_chain::Operation;
    use gage_crypto::{AccountId, Scheme, SecretKey};
    use gage_ledger::operations::Transfer;
    use gage_units::{Amount, Timestamp};

    const GENESIS: Hash = Hash([1; 32]);

    fn names() -> AssetNames {
        let mut names = AssetNames::default();
        names.insert(AssetId(7), "WETH", 18);
        names.insert(AssetId(8), "USD", 2);
        names
    }

    fn transaction() -> Transaction {
        let quantity = Quantity::Exact(Amount(12_500_000_000_000_000_000));
        let transfer = Transfer { to: AccountId([2; 32]), asset: AssetId(7), quantity };
        Transaction {
            account: AccountId([3; 32]),
            nonce: 4,
            valid_until: Timestamp(5),
            max_fee: Amount(6),
            operations: vec![Operation::Ledger(gage_ledger::Operation::Transfer(transfer))],
            expected: Vec::new(),
        }
    }

    fn document() -> Document {
        Document::new(&transaction(), GENESIS, &names())
    }

    fn key(seed: u8, scheme: Scheme) -> SigningKey {
        SecretKey::from_bytes(scheme, &[seed; 32]).unwrap().into()
    }

    /// The document with one member of its JSON changed.
    fn changed(member: &str, value: serde_json::Value) -> Document {
        let mut json: serde_json::Value = serde_json::from_str(&document().to_json()).unwrap();
        json[member] = value;
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn the_text_says_everything() {
        let checked = document().check_against(&GENESIS, &names()).unwrap();
        let (account, to) = (AccountId([3; 32]), AccountId([2; 32]));
        let expected = [
            format!("account {account}"),
            "nonce 4".to_owned(),
            "valid until 5 ms".to_owned(),
            "fee at most 6 smallest units of the fee asset".to_owned(),
            format!("1. Transfer 12.5 WETH#7 to {to}"),
        ];
        assert_eq!(checked.text, expected);
        assert_eq!(checked.transaction, transaction());
    }

    #[test]
    fn another_text_than_the_bytes_say_is_refused() {
        let mut text = document().text;
        text[4] = text[4].replace("12.5", "1.5");
        let refused = changed("text", serde_json::json!(text)).check().unwrap_err();
        assert!(matches!(refused, DocumentError::TextMismatch { .. }), "{refused}");
        let mut text = document().text;
        text.push("2. Nothing else".to_owned());
        let refused = changed("text", serde_json::json!(text)).sign_refused();
        assert!(refused.contains("do not sign"), "{refused}");
        // Bytes of another amount under the same text.
        let mut other = transaction();
        other.operations.push(other.operations[0].clone());
        let bytes = hex::encode(other.to_bytes());
        assert!(matches!(changed("transaction", bytes.into()).check(), Err(DocumentError::TextMismatch { .. })));
        let longer = format!("{}00", document().transaction);
        assert!(matches!(changed("transaction", longer.into()).check(), Err(DocumentError::BadBytes)));
        assert!(matches!(changed("version", 2.into()).check(), Err(DocumentError::Version(2))));
    }

    impl Document {
        fn sign_refused(mut self) -> String {
            self.sign(&key(1, Scheme::Ed25519)).unwrap_err().to_string()
        }
    }

    /// The document itself is consistent: only one's own names show that an asset is called otherwise.
    #[test]
    fn an_asset_by_another_name_is_refused() {
        let mut lie = AssetNames::default();
        lie.insert(AssetId(7), "WETH", 20);
        let document = Document::new(&transaction(), GENESIS, &lie);
        assert!(document.check().unwrap().text[4].contains("0.125 WETH#7"));
        let refused = document.check_against(&GENESIS, &names()).unwrap_err();
        assert!(matches!(refused, DocumentError::AssetMismatch { asset: AssetId(7), .. }), "{refused}");
        // Neither does leaving the name out help.
        let nameless = Document::new(&transaction(), GENESIS, &AssetNames::default());
        assert!(nameless.check().unwrap().text[4].contains("units of #7"));
        assert!(matches!(nameless.check_against(&GENESIS, &names()), Err(DocumentError::AssetMismatch { .. })));
        assert!(matches!(document.check_against(&Hash([9; 32]), &lie), Err(DocumentError::OtherNetwork { .. })));
    }

    #[test]
    fn signatures_come_together_from_copies() {
        let (mut first, mut second) = (document(), document());
        first.sign(&key(1, Scheme::Ed25519)).unwrap();
        second.sign(&key(2, Scheme::Secp256k1Eip712)).unwrap();
        second.sign(&key(3, Scheme::P256)).unwrap();
        first.merge(&second).unwrap();
        first.merge(&second).unwrap();
        assert_eq!(first.signers().len(), 3);
        let read: Document = serde_json::from_str(&first.to_json()).unwrap();
        assert_eq!(read, first);
        assert_eq!(read.signed().unwrap().signatures.len(), 3);
        assert!(matches!(document().signed(), Err(DocumentError::Refused(SignatureRefusal::Count))));

        let mut other = transaction();
        other.nonce += 1;
        let other = Document::new(&other, GENESIS, &names());
        assert!(matches!(first.merge(&other), Err(DocumentError::OtherTransaction)));
        // A signature of the same key over something else.
        let stolen = {
            let mut other = other.clone();
            other.sign(&key(1, Scheme::Ed25519)).unwrap();
            serde_json::to_value(&other.signatures).unwrap()
        };
        let forged = changed("signatures", stolen);
        assert!(matches!(forged.check(), Err(DocumentError::BadSignature { .. })));
        assert!(matches!(first.merge(&forged), Err(DocumentError::BadSignature { .. })));
    }

    #[test]
    fn a_transaction_takes_sixteen_signatures() {
        let mut document = document();
        for seed in 1..=16 {
            document.sign(&key(seed, Scheme::Ed25519)).unwrap();
        }
        document.sign(&key(16, Scheme::Ed25519)).unwrap();
        assert!(document.sign(&key(17, Scheme::Ed25519)).is_err());
        document.signed().unwrap();
    }

    #[test]
    fn a_wallet_outside_signs_the_typed_data() {
        let mut document = document();
        let typed: serde_json::Value = serde_json::from_str(&document.typed_data().unwrap()).unwrap();
        assert!(typed["message"]["operations"].as_str().unwrap().contains("12.5 WETH#7"));
        let payload = document.check().unwrap().payload;
        let secret = secp256k1::SecretKey::from_secret_bytes([9; 32]).unwrap();
        let message = secp256k1::Message::from_digest(payload.wallet.unwrap().0);
        let made = secp256k1::ecdsa::RecoverableSignature::sign_ecdsa_recoverable(message, &secret);
        let (id, numbers) = made.serialize_compact();
        let text = format!("0x{}{:02x}", hex::encode(numbers), 27 + id.to_u8());
        let (key, signature) = crate::convert::wallet_text(&payload, &text).unwrap();
        document.add(key, signature).unwrap();
        document.signed().unwrap();
    }
}
