//! Price updates of Pyth: prices under a Merkle root that a signed message carries (format: the
//! accumulator update of Pyth's price service, "PNAU").
//!
//! ```text
//! "PNAU" | major u8 = 1 | minor u8 | header u8, bytes | kind u8 = 0 | length u16, signed message
//!        | count u8 | count * (length u16, message | proof u8, hashes of 20 bytes)
//! payload of the signed message: "AUWV" | kind u8 = 0 | slot u64 | ring u32 | root 20
//! price message: kind u8 = 0 | price 32 | price i64 | confidence u64 | exponent i32 | time i64 |
//!                time before i64 | average price i64 | average confidence u64
//! ```
//!
//! Leaves and nodes are the first 20 bytes of Keccak-256: a leaf of `0 || message`, a node of
//! `1 || lesser || greater`. Nothing here looks at state; every length is checked before it is used.

use gage_crypto::Hash;
use gage_crypto::hash::keccak256;
use gage_units::{MathError, Price, Timestamp, pow10};

use crate::Error;
use crate::reader::Reader;
use crate::wormhole::{self, SignedMessage};

/// The longest update.
pub const UPDATE_MAX: usize = 16_384;
/// The most messages of one update.
pub const MESSAGES_MAX: usize = 64;
/// The longest proof.
pub const PROOF_MAX: usize = 32;

/// Twenty bytes of Keccak-256.
pub type ShortHash = [u8; 20];

/// An update whose parts are read and not verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update<'b> {
    /// What the guardians signed.
    pub signed: SignedMessage<'b>,
    /// The root in it.
    pub root: ShortHash,
    /// The messages with their proofs.
    pub messages: Vec<ProvenMessage<'b>>,
}

/// A message with its path to the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenMessage<'b> {
    /// The message.
    pub message: &'b [u8],
    /// The siblings, from the leaf up.
    pub proof: Vec<ShortHash>,
}

/// What a price message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceMessage {
    /// Pyth's name of the price.
    pub price_id: Hash,
    /// In `10^exponent`.
    pub price: i64,
    /// In `10^exponent`.
    pub confidence: u64,
    /// The power of ten.
    pub exponent: i32,
    /// Seconds since 1970.
    pub published_at: i64,
}

/// Reads an update.
///
/// # Errors
/// In the order of the bytes: [`Error::NotAnUpdate`], [`Error::UnknownUpdateVersion`],
/// [`Error::UpdateTooShort`], [`Error::ListTooLong`], [`Error::TrailingBytes`].
pub fn parse(bytes: &[u8]) -> Result<Update<'_>, Error> {
    if bytes.len() > UPDATE_MAX {
        return Err(Error::ListTooLong);
    }
    let mut reader = Reader::new(bytes);
    if &reader.array::<4>()? != b"PNAU" {
        return Err(Error::NotAnUpdate);
    }
    let (major, _minor) = (reader.u8()?, reader.u8()?);
    let header = usize::from(reader.u8()?);
    reader.take(header)?;
    if major != 1 || reader.u8()? != 0 {
        return Err(Error::UnknownUpdateVersion);
    }
    let length = usize::from(reader.u16()?);
    let signed = wormhole::parse(reader.take(length)?)?;
    let root = root_of(signed.payload)?;
    let count = usize::from(reader.u8()?);
    if count > MESSAGES_MAX {
        return Err(Error::ListTooLong);
    }
    let mut messages = Vec::with_capacity(count);
    for _ in 0..count {
        let length = usize::from(reader.u16()?);
        let message = reader.take(length)?;
        let steps = usize::from(reader.u8()?);
        if steps > PROOF_MAX {
            return Err(Error::ListTooLong);
        }
        let proof = (0..steps).map(|_| reader.array()).collect::<Result<_, _>>()?;
        messages.push(ProvenMessage { message, proof });
    }
    reader.end()?;
    Ok(Update { signed, root, messages })
}

fn root_of(payload: &[u8]) -> Result<ShortHash, Error> {
    let mut reader = Reader::new(payload);
    if &reader.array::<4>()? != b"AUWV" {
        return Err(Error::NotAnUpdate);
    }
    if reader.u8()? != 0 {
        return Err(Error::UnknownUpdateVersion);
    }
    // Slot and size of the ring name the root; the root names the prices.
    reader.take(12)?;
    reader.array()
}

impl ProvenMessage<'_> {
    /// Passes if the path leads from the message to `root`. # Errors [`Error::BadMerkleProof`].
    pub fn verify(&self, root: &ShortHash) -> Result<(), Error> {
        let mut leaf = Vec::with_capacity(self.message.len().saturating_add(1));
        leaf.push(0);
        leaf.extend_from_slice(self.message);
        let found = self.proof.iter().fold(short(&leaf), |at, sibling| {
            let (lesser, greater) = if at <= *sibling { (&at, sibling) } else { (sibling, &at) };
            short(&[&[1], lesser.as_slice(), greater.as_slice()].concat())
        });
        if found == *root { Ok(()) } else { Err(Error::BadMerkleProof) }
    }

    /// What the message says about a price, or `None` if it says something else.
    ///
    /// # Errors
    /// [`Error::UpdateTooShort`].
    pub fn price(&self) -> Result<Option<PriceMessage>, Error> {
        let mut reader = Reader::new(self.message);
        if reader.u8()? != 0 {
            return Ok(None);
        }
        let message = PriceMessage {
            price_id: Hash(reader.array()?),
            price: reader.i64()?,
            confidence: reader.u64()?,
            exponent: reader.i32()?,
            published_at: reader.i64()?,
        };
        // The time before and the averages; later versions may append.
        reader.take(24)?;
        Ok(Some(message))
    }
}

impl PriceMessage {
    /// Price and confidence in 1e-18, exactly: nothing is rounded.
    ///
    /// # Errors
    /// [`Error::BadForeignPrice`] for a price of zero or below, [`Error::BadExponent`] outside -18 to 12,
    /// [`Error::Math`] if it does not fit.
    pub fn in_units(&self) -> Result<(Price, Price), Error> {
        let price = u128::try_from(self.price).ok().filter(|price| *price > 0).ok_or(Error::BadForeignPrice)?;
        if !(-18..=12).contains(&self.exponent) {
            return Err(Error::BadExponent);
        }
        let shift =
            self.exponent.checked_add(18).and_then(|shift| u8::try_from(shift).ok()).ok_or(Error::BadExponent)?;
        let factor = pow10(shift)?;
        let scaled = |number: u128| number.checked_mul(factor).map(Price).ok_or(MathError::Overflow);
        Ok((scaled(price)?, scaled(u128::from(self.confidence))?))
    }

    /// When it was published. # Errors [`Error::BadForeignPrice`] before 1970 or beyond what time can say.
    pub fn observed_at(&self) -> Result<Timestamp, Error> {
        let seconds = u64::try_from(self.published_at).map_err(|_| Error::BadForeignPrice)?;
        seconds.checked_mul(1_000).map(Timestamp).ok_or(Error::BadForeignPrice)
    }
}

fn short(bytes: &[u8]) -> ShortHash {
    let mut hash = [0u8; 20];
    for (to, from) in hash.iter_mut().zip(keccak256(bytes).0) {
        *to = from;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(price: i64, confidence: u64, exponent: i32) -> PriceMessage {
        PriceMessage { price_id: Hash::ZERO, price, confidence, exponent, published_at: 1_724_826_310 }
    }

    #[test]
    fn numbers_are_taken_over_exactly() {
        // 59240.02645461 +- 25.28354539.
        let (price, confidence) = message(5_924_002_645_461, 2_528_354_539, -8).in_units().unwrap();
        assert_eq!((price.to_string(), confidence.to_string()), ("59240.02645461".into(), "25.28354539".into()));
        assert_eq!(message(7, 1, -18).in_units(), Ok((Price(7), Price(1))));
        assert_eq!(message(7, 0, 2).in_units().unwrap().0.to_string(), "700");
        assert_eq!(message(1, 1, -19).in_units(), Err(Error::BadExponent));
        assert_eq!(message(1, 1, 13).in_units(), Err(Error::BadExponent));
        assert_eq!(message(0, 1, -8).in_units(), Err(Error::BadForeignPrice));
        assert_eq!(message(-5, 1, -8).in_units(), Err(Error::BadForeignPrice));
        assert_eq!(message(i64::MAX, 1, 12).in_units(), Err(Error::Math(MathError::Overflow)));
        assert_eq!(message(1, 1, 0).observed_at(), Ok(Timestamp(1_724_826_310_000)));
        let early = PriceMessage { published_at: -1, ..message(1, 1, 0) };
        assert_eq!(early.observed_at(), Err(Error::BadForeignPrice));
    }
}
