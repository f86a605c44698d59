//! A validator who contradicts himself, and what proves it: two votes of one view that no honest program signs both.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_crypto::hash::sha256_parts;
use gage_crypto::vote::{Proposal, Round, VoteKind, verify_vote};
use gage_crypto::{Hash, PublicKey, SignatureBytes};
use gage_store::Draft;
use gage_units::{AccountNumber, Timestamp};
use serde::{Deserialize, Serialize};

use crate::bonds::bonds_of;
use crate::slash::slash;
use crate::validators::{BARRED, EPOCH_ENDS, ORDERING, ValidatorRules, remove_validator, rules, set_of};
use crate::{Error, Event, Evidence, MODULE, NewSlash, Role};

/// A vote with its signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedVote {
    /// What it says.
    pub kind: VoteKind,
    /// Of what; none where it nullifies.
    pub proposal: Option<Proposal>,
    /// The validator's signature.
    pub signature: SignatureBytes,
}

/// Two votes of one validator in one view, of which an honest one signs at most one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Equivocation {
    /// Where.
    pub round: Round,
    /// Whose key signed.
    pub validator: PublicKey,
    /// The two votes.
    pub votes: [SignedVote; 2],
}

impl Equivocation {
    /// Whether the votes contradict each other: two proposals notarized or finalized, or a view both skipped and
    /// finalized.
    pub(crate) fn contradicts(&self) -> bool {
        use VoteKind::{Finalize, Notarize, Nullify};
        let [a, b] = &self.votes;
        let complete = |vote: &SignedVote| vote.proposal.is_some() == (vote.kind != Nullify);
        let opposed = match (a.kind, b.kind) {
            (Notarize, Notarize) | (Finalize, Finalize) => a.proposal != b.proposal,
            (Nullify, Finalize) | (Finalize, Nullify) => true,
            _ => false,
        };
        opposed && complete(a) && complete(b)
    }

    fn check_signatures(&self, genesis: &Hash) -> Result<(), Error> {
        for SignedVote { kind, proposal, signature } in &self.votes {
            verify_vote(genesis, &self.validator, *kind, self.round, proposal.as_ref(), signature)
                .map_err(|_| Error::VoteNotSigned)?;
        }
        Ok(())
    }

    /// One hash for all contradictions of one validator in one view: they are one offence.
    fn offence(&self, genesis: &Hash) -> Hash {
        let Round { epoch, view } = self.round;
        let place = [epoch.to_be_bytes(), view.to_be_bytes()].concat();
        sha256_parts(&[b"gage/equivocation/1", &genesis.0, &place, self.validator.as_bytes()])
    }
}

/// Bars whoever contradicted himself, and takes the part of his bonds that the rules name.
///
/// # Errors
/// In order: [`Error::NoValidators`], [`Error::EvidenceFromTheFuture`], [`Error::EvidenceTooOld`],
/// [`Error::NotAValidator`], [`Error::VoteNotSigned`], [`Error::AlreadySlashed`].
pub(crate) fn punish(draft: &mut Draft, ctx: &Context, equivocation: &Equivocation) -> Result<(), Error> {
    let rules = rules(draft).ok_or(Error::NoValidators)?;
    let (epoch, genesis) = (equivocation.round.epoch, gage_accounts::network(draft));
    let occurred_at = time_of(draft, ctx, &rules, epoch)?;
    let set = set_of(draft, epoch).ok_or(Error::NotAValidator)?;
    let member = set.members.iter().find(|member| member.key == equivocation.validator);
    let account = member.ok_or(Error::NotAValidator)?.account;
    equivocation.check_signatures(&genesis)?;
    let evidence = Evidence { module: MODULE, hash: equivocation.offence(&genesis), occurred_at };
    let new_offence = !BARRED.has(draft, &account);
    let slashed = slash_all(draft, ctx, &rules, account, evidence)?;
    if !slashed && !new_offence {
        return Err(Error::AlreadySlashed);
    }

    // From here on nothing can fail.
    remove_validator(draft, account);
    if new_offence {
        BARRED.put(draft, account, epoch);
    }
    let (key, round) = (equivocation.validator, equivocation.round);
    draft.emit(MODULE, &Event::Equivocated { account, key, round });
    Ok(())
}

/// Whether whoever answers for the validator is barred already, or not known any more. Contradictions in another view
/// would cost him again.
pub fn is_punished(draft: &Draft, equivocation: &Equivocation) -> bool {
    let set = set_of(draft, equivocation.round.epoch);
    let member = set.iter().flat_map(|set| &set.members).find(|member| member.key == equivocation.validator);
    member.is_none_or(|member| BARRED.has(draft, &member.account))
}

/// When an offence of the epoch happened at the latest: nobody's bond leaves while he serves, so that it still answers.
fn time_of(draft: &Draft, ctx: &Context, rules: &ValidatorRules, epoch: u64) -> Result<Timestamp, Error> {
    // The next epoch's first views may pass before its first block is executed.
    let current = rules.epoch_of(ctx.height);
    if epoch > current {
        return Err(Error::EvidenceFromTheFuture);
    }
    if epoch == current {
        return Ok(ctx.time);
    }
    EPOCH_ENDS.get(draft, &epoch).ok_or(Error::EvidenceTooOld)
}

/// Slashes every bond that answers for it. Says whether one did.
fn slash_all(
    draft: &mut Draft,
    ctx: &Context,
    rules: &ValidatorRules,
    account: AccountNumber,
    evidence: Evidence,
) -> Result<bool, Error> {
    let mut slashed = false;
    for bond in bonds_of(draft, Role::Validator, ORDERING, account) {
        let new = NewSlash { bond, fraction: rules.slash, evidence, destination: rules.destination };
        match slash(draft, ctx, &new) {
            Ok(_) => slashed = true,
            Err(Error::AlreadySlashed | Error::NothingAnswers) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(slashed)
}
