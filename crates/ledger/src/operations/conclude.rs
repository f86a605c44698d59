use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names};
use gage_crypto::Hash;
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, allocate};
use serde::{Deserialize, Serialize};

use crate::instructions::{DAY_MS, Delivery, InstructionId, Status, write};
use crate::settlement::{advance, end};
use crate::{Error, Event, MODULE, instruction, settle_by_rule};

/// Confirms, as the agent named by a leg, that what lies outside this ledger was delivered.
///
/// Precedence: instruction; open; leg; agent; receipted before; settlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfirmDelivery {
    /// The instruction.
    pub instruction: InstructionId,
    /// The place of the leg, from zero.
    pub leg: u8,
    /// What was to be delivered, as the leg says.
    pub reference: Hash,
    /// The hash of the receipt.
    pub receipt: Hash,
}

/// Withdraws an instruction. Until all parties have affirmed, a party or the proposer withdraws it
/// alone; afterwards it ends when every party has asked for it.
///
/// Precedence: instruction; open; party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancelInstruction {
    /// The instruction.
    pub instruction: InstructionId,
}

/// Takes, as a receiver from the side that keeps failing, that side's security in place of its
/// delivery. The instruction ends; several receivers share alike.
///
/// Precedence: instruction; failed by a side that gave a security; receiver; days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimBuyIn {
    /// The instruction.
    pub instruction: InstructionId,
}

impl ConfirmDelivery {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let signer = ctx.account()?;
        let mut record = instruction(draft, self.instruction)?;
        // Due work ends it later in the block: the last word must not come before that.
        if record.status != Status::Pending || record.expires < ctx.time {
            return Err(Error::InstructionClosed);
        }
        let leg = record.legs.get_mut(usize::from(self.leg)).ok_or(Error::UnknownLeg)?;
        let Delivery::OffLedger { agent, reference } = leg.delivery else { return Err(Error::UnknownLeg) };
        if agent != signer || reference != self.reference {
            return Err(Error::NotTheAgent);
        }
        if leg.receipt.is_some() {
            return Err(Error::AlreadyReceipted);
        }
        leg.receipt = Some(self.receipt);
        let ConfirmDelivery { instruction, leg, receipt, .. } = *self;
        draft.emit(MODULE, &Event::DeliveryConfirmed { instruction, leg, receipt });
        advance(draft, ctx, instruction, record)
    }

    pub(crate) fn describe(&self, _names: &dyn Names) -> String {
        let ConfirmDelivery { instruction, leg, reference, receipt } = self;
        format!("Confirm delivery of {reference}, leg {leg} of settlement {}, receipt {receipt}", instruction.0)
    }
}

impl CancelInstruction {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let signer = ctx.account()?;
        let mut record = instruction(draft, self.instruction)?;
        if !record.status.is_open() {
            return Err(Error::InstructionClosed);
        }
        let proposer = record.proposer == signer;
        let party = record.parties.iter_mut().find(|party| party.account == signer);
        match (party, record.status) {
            (None, Status::Pending) if proposer => {}
            (None, _) => return Err(Error::NotParty),
            (Some(party), _) => party.cancels = true,
        }
        draft.emit(MODULE, &Event::CancellationAsked { instruction: self.instruction, by: signer });
        let all = record.parties.iter().all(|party| party.cancels);
        if all || record.status == Status::Pending {
            return end(draft, ctx, self.instruction, record, Status::Cancelled);
        }
        write(draft, self.instruction, record);
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        format!("Cancel settlement {}", self.instruction.0)
    }
}

impl ClaimBuyIn {
    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let signer = ctx.account()?;
        let mut record = instruction(draft, self.instruction)?;
        let (Status::Failed(fail), Some(terms)) = (record.status, record.buy_in) else { return Err(Error::NoBuyIn) };
        let by = fail.by.ok_or(Error::NoBuyIn)?;
        let security = record.parties.iter_mut().find(|party| party.account == by);
        let security = security.and_then(|party| party.security.take()).ok_or(Error::NoBuyIn)?;
        let mut receivers: Vec<AccountNumber> = Vec::new();
        for leg in record.legs.iter().filter(|leg| leg.from == by && leg.due().is_some()) {
            if !receivers.contains(&leg.to) {
                receivers.push(leg.to);
            }
        }
        if !receivers.contains(&signer) {
            return Err(Error::NotParty);
        }
        if ctx.time.since_ms(fail.since)? < u64::from(terms.after_days).saturating_mul(DAY_MS) {
            return Err(Error::TooEarly);
        }
        // Alike; what does not divide goes to those named first.
        let shares = allocate(terms.security, &vec![1; receivers.len()])?;
        for (to, share) in receivers.into_iter().zip(shares).filter(|(_, share)| *share > Amount::ZERO) {
            settle_by_rule(draft, ctx, security, to, share)?;
        }
        end(draft, ctx, self.instruction, record, Status::BoughtIn(by))
    }

    pub(crate) fn describe(&self) -> String {
        format!("Take the compensation for the failed settlement {}", self.instruction.0)
    }
}
