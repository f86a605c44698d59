//! Events in one flat buffer: module number and borsh bytes.

use borsh::{BorshDeserialize, BorshSerialize};

/// Events in the order they happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Events {
    bytes: Vec<u8>,
    /// Module number and end of each event in `bytes`.
    ends: Vec<(u8, u32)>,
}

impl Events {
    /// Adds one event.
    pub fn push<E: BorshSerialize>(&mut self, module: u8, event: &E) {
        event.serialize(&mut self.bytes).expect("writing to memory cannot fail");
        let end = u32::try_from(self.bytes.len()).expect("the events of one transaction stay below 4 GiB");
        self.ends.push((module, end));
    }

    /// Adds one event that is bytes already, as [`Events::iter`] gave it.
    pub fn push_bytes(&mut self, module: u8, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        let end = u32::try_from(self.bytes.len()).expect("the events of one block stay below 4 GiB");
        self.ends.push((module, end));
    }

    /// Adds all of `other` behind these.
    pub fn append(&mut self, other: Events) {
        for (module, bytes) in other.iter() {
            self.push_bytes(module, bytes);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Keeps the first `count`.
    pub fn truncate(&mut self, count: usize) {
        self.ends.truncate(count);
        let end = self.ends.last().map_or(0, |(_, end)| *end);
        self.bytes.truncate(usize::try_from(end).expect("usize holds 32 bits"));
    }

    /// Module number and bytes of each event.
    pub fn iter(&self) -> impl Iterator<Item = (u8, &[u8])> {
        let mut start = 0usize;
        self.ends.iter().map(move |(module, end)| {
            let end = usize::try_from(*end).unwrap_or(usize::MAX);
            let bytes = self.bytes.get(start..end).unwrap_or_default();
            start = end;
            (*module, bytes)
        })
    }
}
