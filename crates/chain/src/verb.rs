//! The number of an operation's verb, as policies name it: the second byte of its encoding.

use std::io::{Error, ErrorKind, Result, Write};

use crate::Operation;

/// Takes the first two bytes and then refuses, so that nothing behind them is encoded.
#[derive(Default)]
struct FirstTwo {
    bytes: [u8; 2],
    count: usize,
}

impl Write for FirstTwo {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        for byte in bytes {
            match self.bytes.get_mut(self.count) {
                Some(place) => *place = *byte,
                None => return Err(Error::from(ErrorKind::WriteZero)),
            }
            self.count = self.count.saturating_add(1);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Operation {
    /// The verb's number in the table of `docs/formats.md`.
    pub fn verb(&self) -> u8 {
        let mut first = FirstTwo::default();
        // Whether the rest was refused or there was none: the two bytes are there.
        let (Ok(()) | Err(_)) = borsh::to_writer(&mut first, self);
        let [_, verb] = first.bytes;
        verb
    }
}

#[cfg(test)]
mod tests {
    use gage_accounts::operations::Thaw;
    use gage_ledger::operations::ReleaseHold;

    use super::*;

    #[test]
    fn the_verb_is_the_second_byte() {
        let operations = [
            Operation::Accounts(gage_accounts::Operation::Thaw(Thaw {})),
            Operation::Ledger(gage_ledger::Operation::ReleaseHold(ReleaseHold { hold: gage_ledger::HoldId(5) })),
        ];
        for operation in operations {
            assert_eq!(borsh::to_vec(&operation).expect("memory")[1], operation.verb());
        }
    }
}
