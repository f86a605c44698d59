//! Everything that can be asked of this module.

use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::{Class, Context, Names, Output};
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::operations::{
    AttachNav, CreateFeed, RelayStatements, RemovePublisher, Report, ReportEvidence, ReportMany, SetAssetFeed,
    SetFeedParams, SetGrowthCap, SetGuardianSet, SetMarketState, SetMatrix, SetPublisher, SetPythEmitter,
    SetPythPublisher, SetReportKey, SetSlashing, SubmitPythUpdate,
};

/// The work of verifying one signature inside an operation.
const SIGNATURE_WEIGHT: u64 = 50_000;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// See [`Report`].
    Report(Report),
    /// See [`ReportMany`].
    ReportMany(ReportMany),
    /// See [`AttachNav`].
    AttachNav(AttachNav),
    /// See [`CreateFeed`].
    CreateFeed(CreateFeed),
    /// See [`SetFeedParams`].
    SetFeedParams(SetFeedParams),
    /// See [`SetPublisher`].
    SetPublisher(SetPublisher),
    /// See [`RemovePublisher`].
    RemovePublisher(RemovePublisher),
    /// See [`SetMarketState`].
    SetMarketState(SetMarketState),
    /// See [`SetGrowthCap`].
    SetGrowthCap(SetGrowthCap),
    /// See [`SetMatrix`].
    SetMatrix(SetMatrix),
    /// See [`SetAssetFeed`].
    SetAssetFeed(SetAssetFeed),
    /// See [`RelayStatements`].
    RelayStatements(RelayStatements),
    /// See [`ReportEvidence`].
    ReportEvidence(ReportEvidence),
    /// See [`SetReportKey`].
    SetReportKey(SetReportKey),
    /// See [`SetSlashing`].
    SetSlashing(SetSlashing),
    /// See [`SubmitPythUpdate`].
    SubmitPythUpdate(SubmitPythUpdate),
    /// See [`SetPythPublisher`].
    SetPythPublisher(SetPythPublisher),
    /// See [`SetGuardianSet`].
    SetGuardianSet(SetGuardianSet),
    /// See [`SetPythEmitter`].
    SetPythEmitter(SetPythEmitter),
}

impl Operation {
    /// Checks what needs no state.
    ///
    /// # Errors
    /// The first check that fails, in the order each operation documents.
    pub fn validate(&self) -> Result<(), Error> {
        match self {
            Operation::Report(operation) => operation.validate(),
            Operation::ReportMany(operation) => operation.validate(),
            Operation::AttachNav(operation) => operation.validate(),
            Operation::CreateFeed(operation) => operation.validate(),
            Operation::SetFeedParams(operation) => operation.validate(),
            Operation::SetPublisher(operation) => operation.validate(),
            Operation::RemovePublisher(operation) => operation.validate(),
            Operation::SetMarketState(operation) => operation.validate(),
            Operation::SetGrowthCap(operation) => operation.validate(),
            Operation::SetMatrix(operation) => operation.validate(),
            Operation::SetAssetFeed(operation) => operation.validate(),
            Operation::RelayStatements(operation) => operation.validate(),
            Operation::ReportEvidence(operation) => operation.validate(),
            Operation::SetReportKey(operation) => operation.validate(),
            Operation::SetSlashing(operation) => operation.validate(),
            Operation::SubmitPythUpdate(operation) => operation.validate(),
            Operation::SetPythPublisher(operation) => operation.validate(),
            Operation::SetGuardianSet(operation) => operation.validate(),
            Operation::SetPythEmitter(_) => Ok(()),
        }
    }

    /// Does it. No operation of this module yields anything to its account.
    ///
    /// # Errors
    /// The first check that fails; the caller undoes what was written.
    pub fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<Option<Output>, Error> {
        match self {
            Operation::Report(operation) => operation.apply(draft, ctx),
            Operation::ReportMany(operation) => operation.apply(draft, ctx),
            Operation::AttachNav(operation) => operation.apply(draft, ctx),
            Operation::CreateFeed(operation) => operation.apply(draft, ctx),
            Operation::SetFeedParams(operation) => operation.apply(draft, ctx),
            Operation::SetPublisher(operation) => operation.apply(draft, ctx),
            Operation::RemovePublisher(operation) => operation.apply(draft, ctx),
            Operation::SetMarketState(operation) => operation.apply(draft, ctx),
            Operation::SetGrowthCap(operation) => operation.apply(draft, ctx),
            Operation::SetMatrix(operation) => operation.apply(draft, ctx),
            Operation::SetAssetFeed(operation) => operation.apply(draft, ctx),
            Operation::RelayStatements(operation) => operation.apply(draft, ctx),
            Operation::ReportEvidence(operation) => operation.apply(draft, ctx),
            Operation::SetReportKey(operation) => operation.apply(draft, ctx),
            Operation::SetSlashing(operation) => operation.apply(draft, ctx),
            Operation::SubmitPythUpdate(operation) => operation.apply(draft, ctx),
            Operation::SetPythPublisher(operation) => operation.apply(draft, ctx),
            Operation::SetGuardianSet(operation) => operation.apply(draft, ctx),
            Operation::SetPythEmitter(operation) => operation.apply(draft, ctx),
        }
        .map(|()| None)
    }

    /// Where in a block it runs: reports come before everything else.
    pub fn class(&self) -> Class {
        match self {
            Operation::Report(_)
            | Operation::ReportMany(_)
            | Operation::RelayStatements(_)
            | Operation::SubmitPythUpdate(_) => Class::Report,
            _ => Class::General,
        }
    }

    /// What it costs: 1,000 is one simple operation. A report writes two records and takes part in
    /// one aggregation.
    pub fn weight(&self) -> u64 {
        match self {
            Operation::ReportMany(operation) => {
                let more = u64::try_from(operation.reports.len()).unwrap_or(u64::MAX);
                more.saturating_mul(800).saturating_add(200)
            }
            Operation::CreateFeed(_) => 3_000,
            Operation::RelayStatements(operation) => {
                let statements = u64::try_from(operation.statements.len()).unwrap_or(u64::MAX);
                statements.saturating_mul(SIGNATURE_WEIGHT).saturating_add(1_000)
            }
            Operation::ReportEvidence(operation) => {
                operation.signatures().saturating_mul(SIGNATURE_WEIGHT).saturating_add(5_000)
            }
            Operation::SubmitPythUpdate(operation) => operation.weight(),
            _ => 1_000,
        }
    }

    /// The words a wallet shows: everything the operation says.
    pub fn describe(&self, names: &dyn Names) -> String {
        match self {
            Operation::Report(operation) => operation.describe(),
            Operation::ReportMany(operation) => operation.describe(),
            Operation::AttachNav(operation) => operation.describe(),
            Operation::CreateFeed(operation) => operation.describe(names),
            Operation::SetFeedParams(operation) => operation.describe(),
            Operation::SetPublisher(operation) => operation.describe(),
            Operation::RemovePublisher(operation) => operation.describe(),
            Operation::SetMarketState(operation) => operation.describe(),
            Operation::SetGrowthCap(operation) => operation.describe(),
            Operation::SetMatrix(operation) => operation.describe(),
            Operation::SetAssetFeed(operation) => operation.describe(names),
            Operation::RelayStatements(operation) => operation.describe(),
            Operation::ReportEvidence(operation) => operation.describe(),
            Operation::SetReportKey(operation) => operation.describe(),
            Operation::SetSlashing(operation) => operation.describe(),
            Operation::SubmitPythUpdate(operation) => operation.describe(),
            Operation::SetPythPublisher(operation) => operation.describe(),
            Operation::SetGuardianSet(operation) => operation.describe(),
            Operation::SetPythEmitter(operation) => operation.describe(),
        }
    }
}
