//! What happened in the ledger.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_compliance::Reason;
use gage_crypto::Hash;
use gage_units::{AccountNumber, Amount, AssetId, ItemId};
use serde::{Deserialize, Serialize};

use crate::instructions::{Instruction, InstructionId, Reserve, Status};
use crate::omnibus::SubOwner;
use crate::operations::PostingRef;
use crate::{Asset, Hold, HoldId, Leg, Purpose, SupplyChange};

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A journal was posted.
    Posted {
        /// Why.
        purpose: Purpose,
        /// New or ceasing units.
        supply: Option<SupplyChange>,
        /// The lines.
        legs: Vec<Leg>,
    },
    /// An asset was listed.
    AssetCreated {
        /// Its number.
        asset: AssetId,
        /// What it is.
        record: Asset,
    },
    /// An amount was set aside.
    Held {
        /// The hold.
        hold: HoldId,
        /// Its record.
        record: Hold,
    },
    /// Some or all of a hold reached someone.
    HoldSettled {
        /// The hold.
        hold: HoldId,
        /// Who received.
        to: AccountNumber,
        /// How much.
        amount: Amount,
    },
    /// A hold was released, by its beneficiary or by its expiry.
    HoldReleased {
        /// The hold.
        hold: HoldId,
    },
    /// A receiver gave a posting back.
    Corrected {
        /// Who received the original posting.
        by: AccountNumber,
        /// The original posting.
        original: PostingRef,
        /// What was given back.
        amount: Amount,
        /// Why.
        reason: String,
    },
    /// A settlement instruction was written.
    InstructionProposed {
        /// Its number.
        instruction: InstructionId,
        /// Its record.
        record: Instruction,
    },
    /// A party affirmed an instruction.
    InstructionAffirmed {
        /// The instruction.
        instruction: InstructionId,
        /// The party.
        by: AccountNumber,
        /// Whether it set aside what it delivers.
        reserve: Reserve,
    },
    /// An agent confirmed a delivery outside this ledger.
    DeliveryConfirmed {
        /// The instruction.
        instruction: InstructionId,
        /// The place of the leg.
        leg: u8,
        /// The hash of the receipt.
        receipt: Hash,
    },
    /// Deliveries of an instruction were made, all or a part.
    InstructionDelivered {
        /// The instruction.
        instruction: InstructionId,
        /// What each leg that had something left delivered, in order.
        amounts: Vec<Amount>,
    },
    /// An instruction could not settle in full.
    InstructionFailed {
        /// The instruction.
        instruction: InstructionId,
        /// The stable number of the reason.
        code: u32,
        /// Its name.
        name: String,
        /// The side that had not what it owed.
        by: Option<AccountNumber>,
    },
    /// A party asked to cancel an instruction.
    CancellationAsked {
        /// The instruction.
        instruction: InstructionId,
        /// The party.
        by: AccountNumber,
    },
    /// An instruction ended.
    InstructionEnded {
        /// The instruction.
        instruction: InstructionId,
        /// How.
        status: Status,
    },
    /// What a beneficial owner has with a holder of record.
    SubHoldingSet {
        /// The holder of record.
        holder: AccountNumber,
        /// What.
        asset: AssetId,
        /// The beneficial owner.
        owner: SubOwner,
        /// How much it has now.
        amount: Amount,
    },
    /// A holder's amount was immobilised.
    PartFrozen {
        /// Whose.
        account: AccountNumber,
        /// Of what.
        asset: AssetId,
        /// Which thing.
        item: Option<ItemId>,
        /// How much.
        amount: Amount,
        /// Why.
        reason: Reason,
    },
    /// A holder's amount was mobilised again.
    PartUnfrozen {
        /// Whose.
        account: AccountNumber,
        /// Of what.
        asset: AssetId,
        /// Which thing.
        item: Option<ItemId>,
        /// How much.
        amount: Amount,
        /// Why.
        reason: Reason,
    },
    /// A holder's amount was moved to another by order.
    TransferForced {
        /// Of what.
        asset: AssetId,
        /// Which thing.
        item: Option<ItemId>,
        /// Whose.
        from: AccountNumber,
        /// The receiver.
        to: AccountNumber,
        /// How much.
        amount: Amount,
        /// Why.
        reason: Reason,
    },
    /// What an account with lost keys had was moved within its identity.
    HoldingsRecovered {
        /// Of what.
        asset: AssetId,
        /// Which thing.
        item: Option<ItemId>,
        /// The account with lost keys.
        from: AccountNumber,
        /// The other account.
        to: AccountNumber,
        /// How much was free.
        free: Amount,
        /// How much was frozen, and still is.
        frozen: Amount,
        /// Why.
        reason: Reason,
    },
}
