//! Reading big-endian numbers and fixed pieces out of foreign bytes, never past their end.

use crate::Error;

/// What is left of the bytes.
pub(crate) struct Reader<'b> {
    left: &'b [u8],
}

impl<'b> Reader<'b> {
    pub fn new(bytes: &'b [u8]) -> Reader<'b> {
        Reader { left: bytes }
    }

    /// The next `count` bytes. # Errors [`Error::UpdateTooShort`].
    pub fn take(&mut self, count: usize) -> Result<&'b [u8], Error> {
        let (taken, left) = self.left.split_at_checked(count).ok_or(Error::UpdateTooShort)?;
        self.left = left;
        Ok(taken)
    }

    /// The next `N` bytes. # Errors [`Error::UpdateTooShort`].
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (taken, left) = self.left.split_first_chunk::<N>().ok_or(Error::UpdateTooShort)?;
        self.left = left;
        Ok(*taken)
    }

    /// One byte. # Errors [`Error::UpdateTooShort`].
    pub fn u8(&mut self) -> Result<u8, Error> {
        self.array().map(u8::from_be_bytes)
    }

    /// Two bytes. # Errors [`Error::UpdateTooShort`].
    pub fn u16(&mut self) -> Result<u16, Error> {
        self.array().map(u16::from_be_bytes)
    }

    /// Four bytes. # Errors [`Error::UpdateTooShort`].
    pub fn u32(&mut self) -> Result<u32, Error> {
        self.array().map(u32::from_be_bytes)
    }

    /// Eight bytes. # Errors [`Error::UpdateTooShort`].
    pub fn u64(&mut self) -> Result<u64, Error> {
        self.array().map(u64::from_be_bytes)
    }

    /// Four bytes of a signed number. # Errors [`Error::UpdateTooShort`].
    pub fn i32(&mut self) -> Result<i32, Error> {
        self.array().map(i32::from_be_bytes)
    }

    /// Eight bytes of a signed number. # Errors [`Error::UpdateTooShort`].
    pub fn i64(&mut self) -> Result<i64, Error> {
        self.array().map(i64::from_be_bytes)
    }

    /// All that is left.
    pub fn rest(self) -> &'b [u8] {
        self.left
    }

    /// Passes if nothing is left. # Errors [`Error::TrailingBytes`].
    pub fn end(self) -> Result<(), Error> {
        if self.left.is_empty() { Ok(()) } else { Err(Error::TrailingBytes) }
    }
}
