//! Transactions that are signed now and sent later: `presign 30d transfer alice bob 5 ETH` keeps
//! `presigned-0`, which `send presigned-0` sends as often as it is written.

use super::number::{duration_ms, numbered};
use super::verbs;
use super::world::World;

impl World {
    /// Signs one operation in a transaction that is valid for a while, under a nonce of its own.
    pub(super) fn presign(&mut self, lasts: &str, words: &[&str]) -> Result<(), String> {
        let (name, operation) = verbs::read(self, words)?;
        let signed = self.signed(&name, vec![operation], duration_ms(lasts)?)?;
        self.person(&name)?.next_nonce += 1;
        self.presigned.push(signed);
        Ok(())
    }

    /// Sends what was signed before, as it was signed.
    pub(super) fn send(&mut self, presigned: &str, expected: &str) -> Result<(), String> {
        let number = usize::try_from(numbered(presigned, "presigned")?).map_err(|error| error.to_string())?;
        let signed = self.presigned.get(number).ok_or_else(|| format!("there is no {presigned}"))?.clone();
        self.offer(0, signed, expected)?;
        self.settle()
    }
}
