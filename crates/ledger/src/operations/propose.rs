use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Context, Names, describe_amount};
use gage_crypto::{AccountId, Hash};
use gage_store::Draft;
use gage_units::{AccountNumber, Amount, AssetId, ItemId, Timestamp};
use serde::{Deserialize, Serialize};

use super::items::describe_item;
use crate::instructions::{
    BuyIn, Delivery, INSTRUCTION_LEGS_MAX, INSTRUCTION_MS_MAX, Instruction, InstructionId, Party, Reserve, SettleAt,
    SettlementLeg, Status,
};
use crate::settlement::{advance, affirm};
use crate::state::{NEXT_INSTRUCTION, next_number};
use crate::{Error, Event, MODULE, asset};

/// A delivery as it is written in an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewLeg {
    /// Who delivers.
    pub from: AccountId,
    /// Who receives.
    pub to: AccountId,
    /// What.
    pub delivery: NewDelivery,
}

/// What a leg delivers, as it is written in an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewDelivery {
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
    /// Something outside this ledger, proved by the agent's signed receipt.
    OffLedger {
        /// Who confirms it.
        agent: AccountId,
        /// The hash of what is to be delivered.
        reference: Hash,
    },
}

/// Writes a settlement instruction: deliveries between parties that are made together or not at all.
/// The work of settling it is paid with it.
///
/// Precedence: legs, times, terms; accounts; assets; the proposer's own affirmation.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProposeInstruction {
    /// The deliveries, 1 to 16.
    pub legs: Vec<NewLeg>,
    /// When it settles.
    pub at: SettleAt,
    /// Whether a part may settle when a side has not enough; only for amounts.
    #[serde(default)]
    pub partials: bool,
    /// The right of a buyer whose seller keeps failing.
    #[serde(default)]
    pub buy_in: Option<BuyIn>,
    /// When it ends unless it has settled: within 366 days.
    pub expires: Timestamp,
    /// Whether and how the signer, being a party, affirms it in the same act.
    #[serde(default)]
    pub affirm: Option<Reserve>,
}

/// Affirms an instruction, in the signer's own words: the legs it delivers or receives, in order.
///
/// Precedence: instruction; open; party; affirmed before; the legs; what is set aside; settlement.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AffirmInstruction {
    /// The instruction.
    pub instruction: InstructionId,
    /// The signer's legs, as they stand in the instruction.
    pub legs: Vec<NewLeg>,
    /// When the signer sets aside what it delivers.
    pub reserve: Reserve,
}

impl NewDelivery {
    /// The asset that is delivered on this ledger.
    pub(crate) const fn asset(&self) -> Option<AssetId> {
        match self {
            NewDelivery::Amount { asset, .. } | NewDelivery::Item { asset, .. } => Some(*asset),
            NewDelivery::OffLedger { .. } => None,
        }
    }
}

impl NewLeg {
    fn validate(&self) -> Result<(), Error> {
        if self.from == self.to {
            return Err(Error::SameAccount);
        }
        match self.delivery {
            NewDelivery::Amount { amount, .. } if amount.is_zero() => Err(Error::ZeroAmount),
            _ => Ok(()),
        }
    }

    /// The leg with account numbers, nothing of it delivered yet.
    fn resolve(&self, draft: &Draft) -> Result<SettlementLeg, Error> {
        let from = gage_accounts::resolve(draft, &self.from)?;
        let to = gage_accounts::resolve(draft, &self.to)?;
        let delivery = match self.delivery {
            NewDelivery::Amount { asset, amount } => Delivery::Amount { asset, amount },
            NewDelivery::Item { asset, item } => Delivery::Item { asset, item },
            NewDelivery::OffLedger { agent, reference } => {
                Delivery::OffLedger { agent: gage_accounts::resolve(draft, &agent)?, reference }
            }
        };
        Ok(SettlementLeg { from, to, delivery, settled: Amount::ZERO, hold: None, receipt: None })
    }

    fn describe(&self, names: &dyn Names) -> String {
        let what = match self.delivery {
            NewDelivery::Amount { asset, amount } => describe_amount(names, amount, asset),
            NewDelivery::Item { asset, item } => describe_item(names, asset, item),
            NewDelivery::OffLedger { agent, reference } => format!("{reference} outside, confirmed by {agent}"),
        };
        format!("{} gives {what} to {}", self.from, self.to)
    }
}

impl ProposeInstruction {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.legs.is_empty() || self.legs.len() > INSTRUCTION_LEGS_MAX {
            return Err(Error::BadInstruction("legs are 1 to 16"));
        }
        self.legs.iter().try_for_each(NewLeg::validate)?;
        if matches!(self.at, SettleAt::ValueDate(date) if date > self.expires) {
            return Err(Error::BadInstruction("value date is at most its expiry"));
        }
        let amounts = self.legs.iter().all(|leg| matches!(leg.delivery, NewDelivery::Amount { .. }));
        if self.partials && (!amounts || self.at == SettleAt::Affirmation) {
            return Err(Error::BadInstruction("parts are of amounts, on a later date"));
        }
        match self.buy_in {
            Some(terms) if terms.security.is_zero() || !(1..=30).contains(&terms.after_days) => {
                Err(Error::BadInstruction("buy-in is after 1 to 30 days, for a security above zero"))
            }
            Some(_) if self.at == SettleAt::Affirmation => {
                Err(Error::BadInstruction("buy-in is of what settles on a later date"))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<InstructionId, Error> {
        let proposer = ctx.account()?;
        let ahead = self.expires.since_ms(ctx.time).map_err(|_| Error::BadExpiry)?;
        if ahead == 0 || ahead > INSTRUCTION_MS_MAX {
            return Err(Error::BadExpiry);
        }
        if matches!(self.at, SettleAt::ValueDate(date) if date < ctx.time) {
            return Err(Error::BadInstruction("value date is not in the past"));
        }
        let legs = self.legs.iter().map(|leg| leg.resolve(draft)).collect::<Result<Vec<_>, _>>()?;
        for leg in &legs {
            let (id, itemised) = match leg.delivery {
                Delivery::Amount { asset, .. } => (asset, false),
                Delivery::Item { asset, .. } => (asset, true),
                Delivery::OffLedger { .. } => continue,
            };
            if asset(draft, id)?.itemised != itemised {
                return Err(Error::ItemMismatch);
            }
        }
        if let Some(terms) = self.buy_in
            && asset(draft, terms.asset)?.itemised
        {
            return Err(Error::ItemMismatch);
        }
        let ProposeInstruction { at, partials, buy_in, expires, .. } = self.clone();
        let (status, parties) = (Status::Pending, parties(&legs));
        let mut record = Instruction { proposer, legs, parties, at, partials, buy_in, expires, status, next: expires };

        let id = InstructionId(next_number(draft, NEXT_INSTRUCTION));
        draft.emit(MODULE, &Event::InstructionProposed { instruction: id, record: record.clone() });
        if let Some(reserve) = self.affirm {
            affirm(draft, ctx, id, &mut record, proposer, reserve)?;
        }
        advance(draft, ctx, id, record)?;
        Ok(id)
    }

    pub(crate) fn weight(&self) -> u64 {
        let legs = u64::try_from(self.legs.len()).unwrap_or(u64::MAX);
        legs.saturating_mul(2_500).saturating_add(2_000)
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let legs: Vec<String> = self.legs.iter().map(|leg| leg.describe(names)).collect();
        let at = match self.at {
            SettleAt::Affirmation => "when all have affirmed".to_owned(),
            SettleAt::Block => "at the end of the block in which all have affirmed".to_owned(),
            SettleAt::ValueDate(date) => format!("at time {date} ms"),
        };
        let partials = if self.partials { ", in part if need be" } else { "" };
        let buy_in = self.buy_in.map_or_else(String::new, |terms| {
            let security = describe_amount(names, terms.security, terms.asset);
            format!(", buy-in after {} days for {security}", terms.after_days)
        });
        let affirm = self.affirm.map_or_else(String::new, |reserve| format!(", affirmed {}", words(reserve)));
        format!("Propose to settle {at}: {}; until time {} ms{partials}{buy_in}{affirm}", legs.join("; "), self.expires)
    }
}

impl AffirmInstruction {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.legs.is_empty() || self.legs.len() > INSTRUCTION_LEGS_MAX {
            return Err(Error::BadInstruction("legs are 1 to 16"));
        }
        Ok(())
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let account = ctx.account()?;
        let mut record = crate::instruction(draft, self.instruction)?;
        // Due work ends it later in the block: the last word must not come before that.
        if record.status != Status::Pending || record.expires < ctx.time {
            return Err(Error::InstructionClosed);
        }
        let party = record.parties.iter().find(|party| party.account == account).ok_or(Error::NotParty)?;
        if party.affirmed.is_some() {
            return Err(Error::AlreadyAffirmed);
        }
        let mine = |leg: &&SettlementLeg| leg.from == account || leg.to == account;
        let said = self.legs.iter().map(|leg| leg.resolve(draft)).collect::<Result<Vec<_>, _>>()?;
        let words = |leg: &SettlementLeg| (leg.from, leg.to, leg.delivery);
        if !record.legs.iter().filter(mine).map(words).eq(said.iter().map(words)) {
            return Err(Error::AffirmationDiffers);
        }
        affirm(draft, ctx, self.instruction, &mut record, account, self.reserve)?;
        advance(draft, ctx, self.instruction, record)
    }

    pub(crate) fn weight(&self) -> u64 {
        let legs = u64::try_from(self.legs.len()).unwrap_or(u64::MAX);
        legs.saturating_mul(1_000).saturating_add(2_000)
    }

    pub(crate) fn describe(&self, names: &dyn Names) -> String {
        let legs: Vec<String> = self.legs.iter().map(|leg| leg.describe(names)).collect();
        format!("Affirm settlement {}, {}: {}", self.instruction.0, words(self.reserve), legs.join("; "))
    }
}

fn words(reserve: Reserve) -> &'static str {
    match reserve {
        Reserve::Now => "setting aside what is given",
        Reserve::AtSettlement => "giving at settlement",
    }
}

/// Everyone who delivers or receives, each once, in the order of the legs.
fn parties(legs: &[SettlementLeg]) -> Vec<Party> {
    let mut accounts: Vec<AccountNumber> = Vec::new();
    for account in legs.iter().flat_map(|leg| [leg.from, leg.to]) {
        if !accounts.contains(&account) {
            accounts.push(account);
        }
    }
    let party = |account| Party { account, affirmed: None, cancels: false, security: None };
    accounts.into_iter().map(party).collect()
}
