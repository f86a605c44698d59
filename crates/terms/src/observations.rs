use std::collections::BTreeMap;

use gage_calendar::Moment;
use serde::{Deserialize, Serialize};

use crate::{Name, Number};

/// What is known of the world: published numbers with their moments, and what parties elected. In a projection it is
/// the scenario; in the ledger it is what was recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, from = "Document", into = "Document")]
pub struct Observations {
    values: BTreeMap<Name, Vec<(Moment, Number)>>,
    elections: Vec<Election>,
}

/// An election: of an alternative, or to exercise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Election {
    /// Under which name.
    pub name: Name,
    /// By which party.
    pub by: Name,
    /// When.
    pub at: Moment,
    /// The number of the alternative, from 0.
    #[serde(default)]
    pub choice: u32,
}

/// How it is written: numbers by name and moment.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    values: BTreeMap<Name, BTreeMap<Moment, Number>>,
    #[serde(default)]
    elections: Vec<Election>,
}

impl Observations {
    /// One more number.
    pub fn observe(&mut self, name: Name, at: Moment, value: Number) {
        let series = self.values.entry(name).or_default();
        let place = series.partition_point(|(moment, _)| *moment <= at);
        series.insert(place, (at, value));
    }

    /// One more election. Of several under one name the first counts.
    pub fn elect(&mut self, election: Election) {
        let place = self.elections.partition_point(|other| other.at <= election.at);
        self.elections.insert(place, election);
    }

    /// The last number published at or before `at`.
    pub fn value(&self, name: &Name, at: Moment) -> Option<Number> {
        let series = self.values.get(name)?;
        let place = series.partition_point(|(moment, _)| *moment <= at).checked_sub(1)?;
        series.get(place).map(|(_, value)| *value)
    }

    /// The first election of a party under a name from `from` to `to` for which `valid` holds.
    pub fn election(
        &self,
        name: &Name,
        by: &Name,
        from: Moment,
        to: Moment,
        valid: &dyn Fn(&Election) -> bool,
    ) -> Option<&Election> {
        let inside = self.elections.iter().filter(|election| from <= election.at && election.at <= to);
        inside.filter(|election| election.name == *name && election.by == *by).find(|election| valid(election))
    }

    /// The moment of the first election under a name, by whomever.
    pub fn first_election(&self, name: &Name) -> Option<Moment> {
        self.elections.iter().find(|election| election.name == *name).map(|election| election.at)
    }

    /// The first moment after `after` at which a number of `name` is published.
    pub fn next_value(&self, name: &Name, after: Moment) -> Option<Moment> {
        let series = self.values.get(name)?;
        series.get(series.partition_point(|(moment, _)| *moment <= after)).map(|(moment, _)| *moment)
    }

    /// The first moment after `after` at which somebody elects.
    pub fn next_election(&self, after: Moment) -> Option<Moment> {
        self.elections.iter().map(|election| election.at).find(|at| *at > after)
    }
}

impl From<Document> for Observations {
    fn from(document: Document) -> Observations {
        let mut elections = document.elections;
        elections.sort_by_key(|election| election.at);
        let series = document.values.into_iter().map(|(name, series)| (name, series.into_iter().collect()));
        Observations { values: series.collect(), elections }
    }
}

impl From<Observations> for Document {
    fn from(observations: Observations) -> Document {
        let series = observations.values.into_iter().map(|(name, series)| (name, series.into_iter().collect()));
        Document { values: series.collect(), elections: observations.elections }
    }
}
