//! Settlement instructions as records: who delivers what to whom, when, and how far it has come.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_crypto::Hash;
use gage_store::{Draft, OrderedTable};
use gage_units::{AccountNumber, Amount, AssetId, ItemId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Error, HoldId};

/// The most legs of one instruction.
pub const INSTRUCTION_LEGS_MAX: usize = 16;
/// The longest an instruction may stay open: 366 days.
pub const INSTRUCTION_MS_MAX: u64 = 366 * DAY_MS;
/// A failed instruction is tried again after a day.
pub(crate) const RETRY_MS: u64 = DAY_MS;
/// How many attempts are a day apart; later ones are a week apart.
pub(crate) const DAILY_ATTEMPTS: u32 = 14;
pub(crate) const LATE_RETRY_MS: u64 = 7 * DAY_MS;
/// How long an instruction that has ended can still be read.
pub(crate) const RETENTION_MS: u64 = 30 * DAY_MS;
/// What is reserved outlasts the instruction by this: it is released by the instruction's end, and by
/// its own expiry only if that should never come.
pub(crate) const RESERVE_MARGIN_MS: u64 = 30 * DAY_MS;
pub(crate) const DAY_MS: u64 = 86_400_000;

/// The number of an instruction.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct InstructionId(pub u64);

/// What one leg delivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// An amount of a fungible asset.
    Amount {
        /// Of what.
        asset: AssetId,
        /// How much.
        amount: Amount,
    },
    /// One thing of an itemised asset.
    Item {
        /// Of what.
        asset: AssetId,
        /// Which thing.
        item: ItemId,
    },
    /// Something outside this ledger; its delivery is proved by the agent's signed receipt.
    OffLedger {
        /// Who confirms it.
        agent: AccountNumber,
        /// The hash of what is to be delivered.
        reference: Hash,
    },
}

/// One leg: a delivery from one party to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct SettlementLeg {
    /// Who delivers.
    pub from: AccountNumber,
    /// Who receives.
    pub to: AccountNumber,
    /// What.
    pub delivery: Delivery,
    /// How much of it has been delivered; a thing counts one.
    pub settled: Amount,
    /// What is reserved for it.
    pub hold: Option<HoldId>,
    /// The hash of the agent's receipt, for a leg outside this ledger.
    pub receipt: Option<Hash>,
}

impl SettlementLeg {
    /// The asset, thing and amount that are still to be delivered on this ledger.
    pub fn due(&self) -> Option<(AssetId, Option<ItemId>, Amount)> {
        let (asset, item, whole) = match self.delivery {
            Delivery::Amount { asset, amount } => (asset, None, amount),
            Delivery::Item { asset, item } => (asset, Some(item), Amount(1)),
            Delivery::OffLedger { .. } => return None,
        };
        let left = whole.minus(self.settled).expect("no more is delivered than the leg says");
        (!left.is_zero()).then_some((asset, item, left))
    }

    /// Whether nothing is left to deliver.
    pub fn is_done(&self) -> bool {
        match self.delivery {
            Delivery::OffLedger { .. } => self.receipt.is_some(),
            _ => self.due().is_none(),
        }
    }
}

/// When a party sets aside what it delivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reserve {
    /// With the affirmation: this side cannot fail for want of the asset.
    Now,
    /// Not before it settles: the asset stays at the party's disposal, and this side can fail.
    AtSettlement,
}

/// One party and its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Party {
    /// Who.
    pub account: AccountNumber,
    /// Whether and how it affirmed.
    pub affirmed: Option<Reserve>,
    /// Whether it agrees to cancel.
    pub cancels: bool,
    /// What it set aside against its own failure.
    pub security: Option<HoldId>,
}

/// When an instruction settles, once all parties have affirmed and all receipts are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettleAt {
    /// With the last affirmation or receipt, or that act is refused.
    Affirmation,
    /// At the end of risk of that block.
    Block,
    /// At the end of risk of the first block at or after this time.
    ValueDate(Timestamp),
}

/// What a buyer may claim from a side that keeps failing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuyIn {
    /// How many days a side must have failed; 1 to 30.
    pub after_days: u8,
    /// What the compensation is paid in.
    pub asset: AssetId,
    /// What each side that does not reserve sets aside with its affirmation, and pays if it is bought in.
    pub security: Amount,
}

/// Why the last attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Fail {
    /// The stable number of the refusal.
    pub code: u32,
    /// The side that had not what it owed, if that was the reason.
    pub by: Option<AccountNumber>,
    /// Since when this side has failed.
    pub since: Timestamp,
    /// How often the instruction has failed.
    pub attempts: u32,
}

/// How far an instruction has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Affirmations or receipts are missing.
    Pending,
    /// Everything is there; it settles at its time.
    Affirmed,
    /// It could not settle; it is tried again every day.
    Failed(Fail),
    /// Every leg is delivered.
    Settled,
    /// Withdrawn by a party before all had affirmed, or by all together.
    Cancelled,
    /// Its time is over.
    Expired,
    /// A buyer took the compensation of this side instead.
    BoughtIn(AccountNumber),
}

impl Status {
    /// Whether it can still settle.
    pub fn is_open(&self) -> bool {
        matches!(self, Status::Pending | Status::Affirmed | Status::Failed(_))
    }
}

/// Deliveries that are made together or not at all.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Instruction {
    /// Who wrote it.
    pub proposer: AccountNumber,
    /// The deliveries.
    pub legs: Vec<SettlementLeg>,
    /// Everyone who delivers or receives, in the order of the legs.
    pub parties: Vec<Party>,
    /// When it settles.
    pub at: SettleAt,
    /// Whether a part may settle when a side has not enough.
    pub partials: bool,
    /// The right of a buyer whose seller keeps failing.
    pub buy_in: Option<BuyIn>,
    /// When it ends unless it has settled.
    pub expires: Timestamp,
    /// How far it has come.
    pub status: Status,
    /// When due work next looks at it.
    pub next: Timestamp,
}

/// Instructions by number.
pub(crate) const INSTRUCTIONS: OrderedTable<InstructionId, Instruction> =
    OrderedTable::authenticated(0x030d, "ledger/instructions");
/// Instructions by the time at which due work looks at them.
pub(crate) const INSTRUCTIONS_DUE: OrderedTable<(Timestamp, InstructionId), ()> =
    OrderedTable::derived(0x030e, "ledger/instructions_due");

/// The instruction, until 30 days after its end.
///
/// # Errors
/// [`Error::UnknownInstruction`].
pub fn instruction(draft: &Draft, id: InstructionId) -> Result<Instruction, Error> {
    INSTRUCTIONS.get(draft, &id).ok_or(Error::UnknownInstruction)
}

/// Writes the record and keeps the table of what is due in step.
pub(crate) fn write(draft: &mut Draft, id: InstructionId, record: Instruction) {
    if let Some(before) = INSTRUCTIONS.peek(draft, &id).map(|before| before.next) {
        INSTRUCTIONS_DUE.remove(draft, &(before, id));
    }
    INSTRUCTIONS_DUE.put(draft, (record.next, id), ());
    INSTRUCTIONS.put(draft, id, record);
}

/// Forgets an instruction that ended long ago.
pub(crate) fn forget(draft: &mut Draft, id: InstructionId, next: Timestamp) {
    INSTRUCTIONS_DUE.remove(draft, &(next, id));
    INSTRUCTIONS.remove(draft, &id);
}
