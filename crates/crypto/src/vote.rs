//! What validators sign when they order blocks: the engine's votes, computed here from scratch, so that evidence and
//! certificates are checked with nothing of the engine.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{AccountId, Hash, PublicKey, SignatureBytes, signature::SignatureError, verify_message};

/// What a vote says.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum VoteKind {
    /// This block may follow.
    Notarize,
    /// Nothing comes of this view.
    Nullify,
    /// This block is final.
    Finalize,
}

/// A place in the order: views are counted anew in each epoch.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// The epoch of consensus.
    pub epoch: u64,
    /// The view in it.
    pub view: u64,
}

/// What is voted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// The view of the block's parent.
    pub parent_view: u64,
    /// The hash of the block's header.
    pub block: Hash,
}

/// Checks that the key's owner voted so in the network of this genesis. A vote to nullify has no proposal, the others
/// have one.
///
/// # Errors
/// Those of [`verify_message`].
pub fn verify_vote(
    genesis: &Hash,
    key: &PublicKey,
    kind: VoteKind,
    round: Round,
    proposal: Option<&Proposal>,
    signature: &SignatureBytes,
) -> Result<(), SignatureError> {
    verify_message(key, &vote_message(genesis, kind, round, proposal), signature)
}

/// The bytes of a vote: the purpose with its length in front, then round and proposal. Numbers are written in groups
/// of seven bits, lowest first.
pub fn vote_message(genesis: &Hash, kind: VoteKind, round: Round, proposal: Option<&Proposal>) -> Vec<u8> {
    let suffix = match kind {
        VoteKind::Notarize => b"_NOTARIZE".as_slice(),
        VoteKind::Nullify => b"_NULLIFY",
        VoteKind::Finalize => b"_FINALIZE",
    };
    let purpose = [vote_namespace(genesis).as_slice(), suffix].concat();
    let mut bytes = Vec::new();
    // 48 bytes and the suffix: one group.
    write_number(&mut bytes, u64::try_from(purpose.len()).expect("a purpose is short"));
    bytes.extend_from_slice(&purpose);
    write_number(&mut bytes, round.epoch);
    write_number(&mut bytes, round.view);
    if let Some(Proposal { parent_view, block }) = proposal {
        write_number(&mut bytes, *parent_view);
        bytes.extend_from_slice(&block.0);
    }
    bytes
}

/// What every vote of a network is signed under, so that it means nothing in another one.
pub fn vote_namespace(genesis: &Hash) -> Vec<u8> {
    [b"gage/consensus/1".as_slice(), &genesis.0].concat()
}

/// What a validator's key signs network and account under.
pub const POSSESSION: &[u8] = b"gage/validator/1";

/// What whoever offers a key as a validator's signs with it, so that nobody offers another's: the purpose with its
/// length in front, then genesis and account.
pub fn possession_message(genesis: &Hash, account: &AccountId) -> Vec<u8> {
    [&[16], POSSESSION, &genesis.0, &account.0].concat()
}

fn write_number(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        let group = u8::try_from(number & 0x7f).expect("seven bits");
        number >>= 7;
        if number == 0 {
            bytes.push(group);
            return;
        }
        bytes.push(group | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_groups_of_seven_bits() {
        let written = |number| {
            let mut bytes = Vec::new();
            write_number(&mut bytes, number);
            bytes
        };
        assert_eq!(written(0), [0]);
        assert_eq!(written(127), [127]);
        // 300 = 2 * 128 + 44
        assert_eq!(written(300), [0x80 | 44, 2]);
        assert_eq!(written(u64::MAX), [[0xff; 9].as_slice(), &[1]].concat());
    }

    #[test]
    fn a_vote_says_what_where_and_on_which_network() {
        let (genesis, round) = (Hash([1; 32]), Round { epoch: 2, view: 300 });
        let proposal = Proposal { parent_view: 299, block: Hash([9; 32]) };
        let skip = vote_message(&genesis, VoteKind::Nullify, round, None);
        let expected = [&[56][..], b"gage/consensus/1", &[1; 32], b"_NULLIFY", &[2, 0x80 | 44, 2]].concat();
        assert_eq!(skip, expected);
        let vote = vote_message(&genesis, VoteKind::Finalize, round, Some(&proposal));
        let tail = [&[2, 0x80 | 44, 2, 0x80 | 43, 2][..], &[9; 32]].concat();
        assert_eq!(vote, [&[57][..], b"gage/consensus/1", &[1; 32], b"_FINALIZE", &tail].concat());
        assert_ne!(vote, vote_message(&Hash([2; 32]), VoteKind::Finalize, round, Some(&proposal)));
        assert_ne!(vote, vote_message(&genesis, VoteKind::Notarize, round, Some(&proposal)));
    }
}
