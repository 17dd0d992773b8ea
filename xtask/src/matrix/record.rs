//! What full runs found: `docs/support-matrix.json`.

use super::run::Outcome;
use super::targets::{Action, Pack, Step, Target};
use crate::host::{command, output, write};
use serde_json::{Map, Value, json};
use std::path::Path;

/// The whole file: an object whose `targets` are in the table's order.
pub(crate) struct Record(Value);

/// A target's entry.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'a>(&'a Value);

/// What came of a step.
#[derive(Clone, Copy)]
pub(crate) struct Finding<'a>(&'a Value);

impl Record {
    /// # Errors
    /// When the file cannot be read or is none of these.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| named(&error))?;
        let value: Value = serde_json::from_str(&text).map_err(|error| named(&error))?;
        match value.get("targets") {
            Some(Value::Array(_)) => Ok(Self(value)),
            _ => Err(named(&"it has no list `targets`")),
        }
    }

    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn write(&self, path: &Path) -> Result<(), String> {
        let text = serde_json::to_string_pretty(&self.0).map_err(|error| error.to_string())?;
        write(path, &(text + "\n"))
    }

    /// Puts what a full run found in the place of what is there of the target.
    ///
    /// # Errors
    /// When the date cannot be told.
    pub(crate) fn set(
        &mut self,
        target: &Target,
        results: &[(&Step, Outcome)],
    ) -> Result<(), String> {
        let date = output(command("date").arg("+%F"))?;
        let results: Vec<Value> = results.iter().map(|(step, it)| result(step, it)).collect();
        let entry = json!({
            "triple": target.triple,
            "tier": target.tier.number(),
            "run": target.runner.describe(),
            "date": date.trim(),
            "results": results,
            "gaps": target.gaps,
        });
        let Some(Value::Array(entries)) = self.0.get_mut("targets") else {
            return Err("the record has no list `targets`".to_owned());
        };
        match entries.iter_mut().find(|it| it["triple"] == target.triple) {
            Some(old) => *old = entry,
            None => entries.push(entry),
        }
        let place = |entry: &Value| {
            let triple = entry["triple"].as_str();
            super::TARGETS
                .iter()
                .position(|it| Some(it.triple) == triple)
        };
        entries.sort_by_key(place);
        Ok(())
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.0["targets"]
            .as_array()
            .into_iter()
            .flatten()
            .map(Entry)
    }
}

fn result(step: &Step, outcome: &Outcome) -> Value {
    let kind = match step.action {
        Action::Check(_) => "types check",
        Action::Build(_) => "builds",
        Action::Test(_) => "tests",
        Action::Suite(_) | Action::Host(_, Pack::Suite) => "suite",
        Action::Host(_, Pack::Programs) => "programs",
        Action::Traced => "as it should be",
    };
    let mut result = Map::new();
    result.insert("name".to_owned(), step.name.into());
    result.insert("kind".to_owned(), kind.into());
    result.insert("features".to_owned(), json!(step.features));
    match outcome {
        Ok(passed) => {
            result.insert("ok".to_owned(), true.into());
            if let Some(passed) = passed {
                result.insert("passed".to_owned(), (*passed).into());
            }
        }
        Err(why) => {
            result.insert("ok".to_owned(), false.into());
            result.insert("why".to_owned(), why.as_str().into());
        }
    }
    Value::Object(result)
}

impl<'a> Entry<'a> {
    pub(crate) fn triple(self) -> &'a str {
        text(&self.0["triple"])
    }

    pub(crate) fn tier(self) -> u64 {
        self.0["tier"].as_u64().unwrap_or_default()
    }

    pub(crate) fn run(self) -> &'a str {
        text(&self.0["run"])
    }

    pub(crate) fn date(self) -> &'a str {
        text(&self.0["date"])
    }

    pub(crate) fn gaps(self) -> &'a str {
        text(&self.0["gaps"])
    }

    pub(crate) fn results(self) -> impl Iterator<Item = Finding<'a>> {
        self.0["results"]
            .as_array()
            .into_iter()
            .flatten()
            .map(Finding)
    }
}

impl<'a> Finding<'a> {
    pub(crate) fn name(self) -> &'a str {
        text(&self.0["name"])
    }

    pub(crate) fn kind(self) -> &'a str {
        text(&self.0["kind"])
    }

    pub(crate) fn features(self) -> impl Iterator<Item = &'a str> {
        self.0["features"]
            .as_array()
            .into_iter()
            .flatten()
            .map(text)
    }

    pub(crate) fn ok(self) -> bool {
        self.0["ok"].as_bool().unwrap_or_default()
    }

    pub(crate) fn passed(self) -> Option<u64> {
        self.0["passed"].as_u64()
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
