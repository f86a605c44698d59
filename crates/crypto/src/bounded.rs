//! Length-prefixed bytes and lists whose length is checked before anything is allocated.

use std::io::{Error, ErrorKind, Read, Result};

use borsh::BorshDeserialize;

/// Reads a borsh byte vector of at most `max` bytes.
///
/// The length is refused before a buffer is made, so that four hostile bytes cannot cost memory.
pub(crate) fn read_bytes<R: Read>(reader: &mut R, max: usize) -> Result<Vec<u8>> {
    let len = read_len(reader, max)?;
    let mut bytes = vec![0; len];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Reads a borsh vector of at most `max` items.
pub(crate) fn read_list<T: BorshDeserialize, R: Read>(reader: &mut R, max: usize) -> Result<Vec<T>> {
    let len = read_len(reader, max)?;
    (0..len).map(|_| T::deserialize_reader(reader)).collect()
}

fn read_len<R: Read>(reader: &mut R, max: usize) -> Result<usize> {
    let len = u32::deserialize_reader(reader)?;
    match usize::try_from(len) {
        Ok(len) if len <= max => Ok(len),
        _ => Err(Error::new(ErrorKind::InvalidData, format!("the length {len} is above the limit of {max}"))),
    }
}
