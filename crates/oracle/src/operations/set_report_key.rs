use borsh::{BorshDeserialize, BorshSerialize};
use gage_accounts::Context;
use gage_crypto::PublicKey;
use gage_store::Draft;
use serde::{Deserialize, Serialize};

use crate::liability::BAND_KEEP_MS;
use crate::state::REPORT_KEYS;
use crate::statement::{REPORT_KEYS_MAX, ReportKey, signs_statements};
use crate::{Error, Event, MODULE};

/// Names the key that signs the signer's reports outside transactions from now on, or none. What a
/// former key signed for its time still binds.
///
/// Precedence: scheme; the same key; number of keys whose statements can still be brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetReportKey {
    /// The key: Ed25519 or P-256; `None` ends the one in use.
    pub key: Option<PublicKey>,
}

impl SetReportKey {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        match &self.key {
            Some(key) if !signs_statements(key) => Err(Error::NotReportKey),
            _ => Ok(()),
        }
    }

    pub(crate) fn apply(&self, draft: &mut Draft, ctx: &Context) -> Result<(), Error> {
        let publisher = ctx.account()?;
        let mut record = REPORT_KEYS.get(draft, &publisher).unwrap_or_default();
        let current = record.keys.last().filter(|key| key.until.is_none()).map(|key| key.key);
        if current == self.key {
            return Err(Error::SameReportKey);
        }
        // The window of evidence: that of the role's bonds, and never shorter than bands are remembered.
        let window = gage_staking::terms(draft, gage_staking::Role::Publisher).map_or(0, |terms| terms.evidence_ms);
        let window = window.max(BAND_KEEP_MS);
        record.keys.retain(|key| key.until.is_none_or(|until| ctx.time.0.saturating_sub(until.0) <= window));
        if self.key.is_some() && record.keys.len() >= REPORT_KEYS_MAX {
            return Err(Error::TooManyReportKeys);
        }

        // From here on nothing can fail.
        if let Some(last) = record.keys.last_mut().filter(|key| key.until.is_none()) {
            last.until = Some(ctx.time);
        }
        record.keys.extend(self.key.map(|key| ReportKey { key, from: ctx.time, until: None }));
        if record.keys.is_empty() {
            REPORT_KEYS.remove(draft, &publisher);
        } else {
            REPORT_KEYS.put(draft, publisher, record);
        }
        draft.emit(MODULE, &Event::ReportKeySet { publisher, key: self.key });
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        match &self.key {
            Some(key) => format!("Sign reports outside transactions with key {key}"),
            None => "Sign no reports outside transactions".to_owned(),
        }
    }
}
