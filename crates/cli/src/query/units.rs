//! Amounts of an answer in whole units with their symbols, and times, as people read them. The schema says which fields
//! are amounts; what they are of stands beside them, or in the list below.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use anyhow::Result;
use gage_client::Client;
use gage_units::format_decimal;
use serde_json::{Map, Value, json};

use crate::tx::{catalog, reference, time};

/// Of what an amount is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    /// The asset that the nearest object around it names in this field.
    Named(&'static str),
    /// The stable asset that the nearest object around it names, itself or by its facility.
    Stable,
    /// The asset in which fees are paid.
    Fee,
    /// Worth, in the numeraire of all prices.
    Worth,
    /// Nothing in the answer says it: smallest units stay.
    Unsaid,
}

/// By schema; fields of none are of all others of the schema. Without a line, the schema itself names its `asset`.
const RULES: &[(&str, &[&str], Of)] = &[
    ("Account", &[], Of::Fee),
    ("AccountsAnswer", &[], Of::Unsaid),
    ("AccountsCondition", &[], Of::Unsaid),
    ("AccountsLimit", &[], Of::Unsaid),
    ("AccountsSpentView", &[], Of::Unsaid),
    ("AuctionsBidView", &[], Of::Named("asset")),
    ("AuctionsBidding", &[], Of::Named("want")),
    ("AuctionsLotView", &["dust", "outstanding", "raise_max", "raised"], Of::Named("want")),
    ("AuctionsUniformView", &["forfeited", "raised"], Of::Named("want")),
    ("BackstopBearing", &[], Of::Unsaid),
    ("BackstopCoverageProof", &[], Of::Unsaid),
    ("BackstopDepositView", &[], Of::Unsaid),
    ("BackstopFirstLoss", &[], Of::Stable),
    ("BackstopInsuranceView", &[], Of::Stable),
    ("BackstopPool", &[], Of::Stable),
    ("BackstopReceiptView", &[], Of::Unsaid),
    ("BackstopRequest", &[], Of::Stable),
    ("BackstopStep", &[], Of::Stable),
    ("BackstopStepCapital", &[], Of::Unsaid),
    ("BackstopTerms", &[], Of::Stable),
    ("BackstopWaterfallView", &[], Of::Stable),
    ("ChainGenesisCredit", &[], Of::Fee),
    ("ChainParams", &[], Of::Named("fee_asset")),
    ("ComplianceCaps", &[], Of::Named("asset")),
    ("ComplianceClaimCap", &[], Of::Named("asset")),
    ("ComplianceValueView", &[], Of::Named("asset")),
    ("FacilityLine", &[], Of::Worth),
    ("HistoryLotLine", &["paid", "raise_max"], Of::Named("want")),
    ("HistoryTakeLine", &[], Of::Unsaid),
    ("HistoryTransactionLine", &[], Of::Fee),
    ("HistoryVaultLine", &["debt", "debt_left"], Of::Unsaid),
    ("HolderLine", &[], Of::Unsaid),
    ("LedgerAssetView", &[], Of::Named("id")),
    ("LedgerSettlementLeg", &[], Of::Unsaid),
    ("OracleFeedParams", &[], Of::Unsaid),
    ("OraclePublisherView", &[], Of::Unsaid),
    ("OracleSide", &[], Of::Unsaid),
    ("Preview", &[], Of::Unsaid),
    ("Receipt", &[], Of::Fee),
    ("ReceiptLine", &[], Of::Fee),
    ("SecuritiesBackingView", &[], Of::Named("asset")),
    ("SecuritiesContractView", &[], Of::Named("cash")),
    ("SecuritiesCoverage", &[], Of::Named("asset")),
    ("SecuritiesEntitlementView", &[], Of::Unsaid),
    ("SecuritiesListingView", &[], Of::Named("asset")),
    ("SecuritiesPotView", &[], Of::Unsaid),
    ("SecuritiesQueueView", &["claimable", "funded"], Of::Unsaid),
    ("SecuritiesRedemptionPrice", &[], Of::Unsaid),
    ("SecuritiesRequestView", &["claimable"], Of::Unsaid),
    // The serial number of a first unit is a count.
    ("SecuritiesRetirementView", &["first"], Of::Unsaid),
    ("SecuritiesVerifierView", &[], Of::Named("asset")),
    ("StakingGenesisBond", &[], Of::Unsaid),
    ("StakingUnbonding", &[], Of::Named("asset")),
    ("Uniform", &["forfeited", "raised"], Of::Named("want")),
    ("VaultsBandTerms", &[], Of::Stable),
    ("VaultsBucketView", &["debt"], Of::Stable),
    ("VaultsBucketView", &["pledged"], Of::Named("asset")),
    ("VaultsCollateralTerms", &[], Of::Stable),
    ("VaultsDeed", &[], Of::Unsaid),
    ("VaultsFacilityParams", &[], Of::Stable),
    ("VaultsFacilityView", &["collateral_value"], Of::Worth),
    ("VaultsFacilityView", &[], Of::Stable),
    ("VaultsIdentityView", &[], Of::Stable),
    ("VaultsLiquidationTerms", &[], Of::Stable),
    ("VaultsMark", &[], Of::Stable),
    ("VaultsPeg", &[], Of::Unsaid),
    ("VaultsPegTerms", &[], Of::Unsaid),
    ("VaultsPoolTerms", &[], Of::Stable),
    // Shares are of an asset of their own.
    ("VaultsPoolView", &["shares"], Of::Unsaid),
    ("VaultsPoolView", &[], Of::Stable),
    ("VaultsPositionView", &["debt"], Of::Stable),
    ("VaultsPositionView", &["value"], Of::Worth),
    ("VaultsRedemption", &[], Of::Stable),
    ("VaultsRedemptionTerms", &[], Of::Stable),
    ("VaultsShutdown", &[], Of::Stable),
    ("VaultsTotals", &[], Of::Stable),
    ("VaultsVaultLotView", &["debt", "repaid"], Of::Unsaid),
    ("VaultsVaultView", &["collateral_value"], Of::Worth),
    ("VaultsVaultView", &[], Of::Stable),
    ("VaultsWindow", &[], Of::Stable),
];

/// What a field of a schema is of; `None` if nobody has said.
fn rule(schema: &str, field: &str, names_asset: bool) -> Option<Of> {
    let own = |exact: bool| {
        let fits = |fields: &&[&str]| if exact { fields.contains(&field) } else { fields.is_empty() };
        RULES.iter().find(|(name, fields, _)| *name == schema && fits(fields)).map(|(_, _, of)| *of)
    };
    own(true).or_else(|| own(false)).or_else(|| names_asset.then_some(Of::Named("asset")))
}

/// Writes answers of a node in whole units.
pub struct Units<'c> {
    client: &'c Client,
    assets: BTreeMap<u64, (String, u8)>,
    fee: OnceCell<Option<u64>>,
    stables: OnceCell<BTreeMap<u64, u64>>,
}

/// The objects around a value, the outermost first.
type Around<'v> = Vec<&'v Map<String, Value>>;

impl<'c> Units<'c> {
    /// With the assets of a node.
    pub fn of(client: &'c Client) -> Result<Units<'c>> {
        let assets = client.assets()?.into_iter();
        let assets = assets.map(|view| (u64::from(view.id.0), (view.asset.symbol, view.asset.decimals))).collect();
        Ok(Units { client, assets, fee: OnceCell::new(), stables: OnceCell::new() })
    }

    /// The same answer with its amounts, prices and ratios as people read them.
    pub fn shown(&self, schema: &Value, answer: &Value) -> Value {
        self.value(("", ""), schema, answer, &mut Vec::new())
    }

    fn value<'v>(&self, place: (&str, &str), schema: &Value, value: &'v Value, around: &mut Around<'v>) -> Value {
        let inner = inner(schema);
        match (value, reference(inner)) {
            (Value::String(units), Some("Amount")) => match units.parse() {
                Ok(units) => json!(self.amount(place, units, around)),
                Err(_) => value.clone(),
            },
            (Value::Number(ms), Some("Timestamp")) => ms.as_u64().map_or(value.clone(), |ms| json!(time::text(ms))),
            (Value::String(units), Some("Price" | "Ratio")) => decimal(units, 18).map_or(value.clone(), Value::String),
            (Value::Object(fields), _) => {
                let (name, schema) = fitting(inner, fields);
                around.push(fields);
                let field = |(field, value): (&String, &'v Value)| {
                    let inner = schema["properties"].get(field).or_else(|| schema.get("additionalProperties"));
                    let none = Value::Null;
                    (field.clone(), self.value((&name, field), inner.unwrap_or(&none), value, &mut around.clone()))
                };
                let shown = Value::Object(fields.iter().map(field).collect());
                around.pop();
                shown
            }
            (Value::Array(items), _) => {
                let schema = catalog().resolve(inner);
                let tuple = schema["prefixItems"].as_array();
                let item = |(at, item): (usize, &'v Value)| {
                    let schema = tuple.and_then(|parts| parts.get(at)).or_else(|| schema.get("items"));
                    self.value(place, schema.unwrap_or(&Value::Null), item, around)
                };
                Value::Array(items.iter().enumerate().map(item).collect())
            }
            _ => value.clone(),
        }
    }

    fn amount(&self, (schema, field): (&str, &str), units: u128, around: &Around<'_>) -> String {
        let properties = &catalog().schemas.get(schema).unwrap_or(&Value::Null)["properties"];
        let asset = match rule(schema, field, properties.get("asset").is_some()) {
            Some(Of::Worth) => return format_decimal(units, 18),
            Some(Of::Named(name)) => nearest(around, name),
            Some(Of::Stable) => self.stable(around),
            Some(Of::Fee) => *self.fee.get_or_init(|| Some(u64::from(self.client.fees().ok()?.asset.0))),
            Some(Of::Unsaid) | None => None,
        };
        match asset.and_then(|asset| self.assets.get(&asset)) {
            // The largest number stands for no bound.
            _ if units == u128::MAX => "no bound".to_owned(),
            Some((symbol, decimals)) => format!("{} {symbol}", format_decimal(units, *decimals)),
            None => format!("raw:{units}"),
        }
    }

    fn stable(&self, around: &Around<'_>) -> Option<u64> {
        nearest(around, "stable").or_else(|| {
            let facility = nearest(around, "facility")?;
            let stables = self.stables.get_or_init(|| {
                let all: Value = self.client.get("/v1/facilities").unwrap_or_default();
                let all = all["items"].as_array().into_iter().flatten();
                all.filter_map(|facility| Some((facility["id"].as_u64()?, facility["stable"].as_u64()?))).collect()
            });
            stables.get(&facility).copied()
        })
    }
}

/// The number in a field of the nearest object that has it.
fn nearest(around: &Around<'_>, name: &str) -> Option<u64> {
    around.iter().rev().find_map(|fields| fields.get(name)?.as_u64())
}

fn decimal(units: &str, places: u8) -> Option<String> {
    Some(format_decimal(units.parse().ok()?, places))
}

/// A schema that may be null, without that.
fn inner(schema: &Value) -> &Value {
    match schema["anyOf"].as_array().map(Vec::as_slice) {
        Some([inner, null]) if null["type"] == "null" => inner,
        _ => schema,
    }
}

/// The name and the schema of an object: of a choice, the option with all its fields.
fn fitting<'s>(schema: &'s Value, fields: &Map<String, Value>) -> (String, &'s Value) {
    let name = reference(schema).unwrap_or_default().to_owned();
    let schema = catalog().resolve(schema);
    let options = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array());
    let has = |option: &Value| fields.keys().all(|field| option["properties"].get(field).is_some());
    let fits = |option: &'s Value| {
        let (name, found) = fitting(option, fields);
        has(found).then_some((name, found))
    };
    match options.into_iter().flatten().find_map(fits) {
        Some((inner, found)) => (if inner.is_empty() { name } else { inner }, found),
        None => (name, schema),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use gage_api::openapi::routes;

    use super::*;

    /// The amounts below a schema: schema, field, whether the schema names an asset itself.
    fn amounts(schema: &Value, name: &str, seen: &mut BTreeSet<String>, found: &mut BTreeSet<(String, String, bool)>) {
        if let Some(name) = reference(schema) {
            if seen.insert(name.to_owned()) {
                amounts(catalog().resolve(schema), name, seen, found);
            }
            return;
        }
        for (field, inner) in schema["properties"].as_object().into_iter().flatten() {
            let inner = super::inner(inner);
            let item = super::inner(inner.get("items").unwrap_or(inner));
            if reference(item) == Some("Amount") {
                let names_asset = schema["properties"].get("asset").is_some();
                found.insert((name.to_owned(), field.clone(), names_asset));
            }
            amounts(inner, name, seen, found);
        }
        for part in ["items", "additionalProperties"] {
            if let Some(inner) = schema.get(part) {
                amounts(inner, name, seen, found);
            }
        }
        for part in ["anyOf", "oneOf", "allOf", "prefixItems"] {
            for inner in schema[part].as_array().into_iter().flatten() {
                amounts(inner, name, seen, found);
            }
        }
    }

    /// What the document describes as operations is said by whoever builds them; events have a text of their own.
    const APART: [&str; 2] = ["Operation", "AnyEvent"];

    #[test]
    fn somebody_has_said_of_what_every_amount_is() {
        let (mut seen, mut found) = (APART.iter().map(|name| (*name).to_owned()).collect(), BTreeSet::new());
        for route in routes().into_iter().filter(|route| route.method == "get") {
            amounts(&route.schema().unwrap_or_default(), "", &mut seen, &mut found);
        }
        assert!(found.len() > 100, "{}", found.len());
        let unsaid: Vec<_> = found.iter().filter(|(name, field, own)| rule(name, field, *own).is_none()).collect();
        assert!(unsaid.is_empty(), "say in RULES of what these are: {unsaid:?}");
        let known: BTreeSet<&str> = found.iter().map(|(name, ..)| name.as_str()).collect();
        let gone: Vec<_> = RULES.iter().filter(|(name, ..)| !known.contains(name)).collect();
        assert!(gone.is_empty(), "no answer has these any more: {gone:?}");
    }
}
