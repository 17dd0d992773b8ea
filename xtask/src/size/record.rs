//! What was measured: `docs/binary-size.json`.

use crate::host::{command, output, write};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// The whole file. `sizes` has bytes by features, then by settings; `parts` by features, then by
/// what they are; both in alphabetical order.
pub(crate) struct Record(Value);

impl Record {
    /// # Errors
    /// When the file is there and cannot be read.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        if !path.exists() {
            return Ok(Self(json!({})));
        }
        let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| named(&error))?;
        let value = serde_json::from_str(&text).map_err(|error| named(&error))?;
        Ok(Self(value))
    }

    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn write(&self, path: &Path) -> Result<(), String> {
        let text = serde_json::to_string_pretty(&self.0).map_err(|error| error.to_string())?;
        write(path, &(text + "\n"))
    }

    /// # Errors
    /// When the compiler or the date cannot be told.
    pub(crate) fn set_size(
        &mut self,
        features: &str,
        settings: &str,
        size: u64,
    ) -> Result<(), String> {
        self.0["sizes"][features][settings] = size.into();
        self.0["rustc"] = output(command("rustc").arg("--version"))?.trim().into();
        self.0["date"] = output(command("date").arg("+%F"))?.trim().into();
        Ok(())
    }

    pub(crate) fn set_parts(&mut self, features: &str, parts: &BTreeMap<&str, u64>) {
        self.0["parts"][features] = json!(parts);
    }

    pub(crate) fn size(&self, features: &str, settings: &str) -> Option<u64> {
        self.0["sizes"][features][settings].as_u64()
    }

    /// The features and settings of every size.
    #[cfg(test)]
    pub(crate) fn sizes(&self) -> impl Iterator<Item = (&str, &str)> {
        let sizes = self.0["sizes"].as_object().into_iter().flatten();
        sizes.flat_map(|(features, sizes)| {
            let settings = sizes.as_object().into_iter().flatten();
            settings.map(|(settings, _)| (features.as_str(), settings.as_str()))
        })
    }

    pub(crate) fn parts(&self, features: &str) -> impl Iterator<Item = (&str, u64)> {
        let parts = self.0["parts"][features].as_object();
        parts
            .into_iter()
            .flatten()
            .filter_map(|(part, size)| Some((part.as_str(), size.as_u64()?)))
    }

    pub(crate) fn rustc(&self) -> &str {
        self.0["rustc"].as_str().unwrap_or_default()
    }

    pub(crate) fn date(&self) -> &str {
        self.0["date"].as_str().unwrap_or_default()
    }
}
