//! What every transaction asks of its account's keys: one look instead of one for each key.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::KeyId;
use gage_units::Timestamp;

use crate::Role;
use crate::state::Key;

/// What a key counts, as in its [`Key`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Listed {
    pub id: KeyId,
    pub weight: u16,
    pub role: Role,
    pub expires: Option<Timestamp>,
}

/// The keys of one account, ascending. The common account has one, which lies in place.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) enum Signers {
    One(Listed),
    Several(Vec<Listed>),
}

impl Default for Signers {
    fn default() -> Signers {
        Signers::Several(Vec::new())
    }
}

impl Listed {
    /// Whether the key counts at `time`.
    pub fn is_live(&self, time: Timestamp) -> bool {
        self.expires.is_none_or(|expires| time < expires)
    }
}

impl Signers {
    pub fn as_slice(&self) -> &[Listed] {
        match self {
            Signers::One(listed) => std::slice::from_ref(listed),
            Signers::Several(listed) => listed,
        }
    }

    /// What the key counts, if it is one of them.
    pub fn find(&self, id: KeyId) -> Option<&Listed> {
        self.as_slice().iter().find(|listed| listed.id == id)
    }

    /// With the key, new or in place of what it counted before.
    pub fn with(&self, id: KeyId, key: &Key) -> Signers {
        let Key { weight, role, expires, .. } = *key;
        let mut all = self.others(id);
        let place = all.partition_point(|listed| listed.id < id);
        all.insert(place, Listed { id, weight, role, expires });
        Signers::of(all)
    }

    /// Without the key.
    pub fn without(&self, id: KeyId) -> Signers {
        Signers::of(self.others(id))
    }

    fn others(&self, id: KeyId) -> Vec<Listed> {
        self.as_slice().iter().filter(|listed| listed.id != id).copied().collect()
    }

    fn of(all: Vec<Listed>) -> Signers {
        match all[..] {
            [one] => Signers::One(one),
            _ => Signers::Several(all),
        }
    }
}
