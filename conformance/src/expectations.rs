//! Which features the engine is expected not to have yet.

use crate::Feature;
use std::collections::BTreeMap;

/// The features that are not implemented yet, by the scripts that need them.
///
/// As text: a line for each script, its key and the names of the features; `#` begins a comment.
#[derive(Clone, Debug, Default)]
pub struct Expectations {
    files: BTreeMap<String, Vec<Feature>>,
    everything: bool,
}

impl Expectations {
    /// The list that comes with the product.
    ///
    /// # Panics
    /// When that list cannot be parsed, which a test rules out.
    pub fn built_in() -> Self {
        match Self::parse(include_str!("../expectations.txt")) {
            Ok(list) => list,
            Err(error) => panic!("expectations.txt: {error}"),
        }
    }

    /// Nothing may be skipped.
    pub fn none() -> Self {
        Self::default()
    }

    /// Any feature may be missing in any script: to find out what the list has to say.
    pub fn anything() -> Self {
        Self {
            files: BTreeMap::new(),
            everything: true,
        }
    }

    /// Reads a list.
    ///
    /// # Errors
    /// The line that is not understood.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut list = Self::default();
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default();
            let mut words = line.split_whitespace();
            let Some(key) = words.next() else { continue };
            let mut features = Vec::new();
            for word in words {
                let feature = Feature::named(word)
                    .ok_or_else(|| format!("line {}: no feature is called {word}", number + 1))?;
                features.push(feature);
            }
            if features.is_empty() || list.files.insert(key.to_owned(), features).is_some() {
                return Err(format!(
                    "line {}: {key} without a feature, or twice",
                    number + 1
                ));
            }
        }
        Ok(list)
    }

    /// Whether a directive of this script may be skipped for want of `feature`.
    pub fn allows(&self, key: &str, feature: Feature) -> bool {
        self.everything
            || self
                .files
                .get(key)
                .is_some_and(|features| features.contains(&feature))
    }

    /// The features that this script is expected to miss.
    pub fn of(&self, key: &str) -> &[Feature] {
        self.files.get(key).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_list_is_well_formed() {
        let list = Expectations::built_in();
        assert!(!list.allows("no such file", Feature::Simd));
    }

    #[test]
    fn lists_are_checked() {
        let list = Expectations::parse("# nothing\nsimd/a.wast simd gc # why\n").unwrap();
        assert!(list.allows("simd/a.wast", Feature::Gc));
        assert!(!list.allows("a.wast", Feature::Gc));
        assert!(Expectations::parse("a.wast").is_err());
        assert!(Expectations::parse("a.wast flying").is_err());
        assert!(Expectations::parse("a.wast gc\na.wast simd").is_err());
    }
}
