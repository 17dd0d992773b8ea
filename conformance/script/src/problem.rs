//! Why a directive did not pass.

use crate::feature::Feature;
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use core::error::Error as _;
use diptych::{Error, ErrorKind};

/// Why a directive did not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The engine did something else than the script says.
    Wrong(String),
    /// The engine said that it does not have this feature.
    Needs(Feature, String),
    /// The host has not the memory that the script takes.
    Exhausted(String),
}

impl Problem {
    pub(crate) fn wrong(text: impl Into<String>) -> Self {
        Self::Wrong(text.into())
    }

    /// An error that the script does not expect.
    pub(crate) fn unexpected(error: &Error) -> Self {
        let text = describe(error);
        match error.kind() {
            ErrorKind::Unsupported(message) => match Feature::named_in(message) {
                Some(feature) => Self::Needs(feature, text),
                None => Self::Wrong(format!(
                    "unsupported, without a known feature's name: {text}"
                )),
            },
            ErrorKind::OutOfMemory => Self::Exhausted(text),
            _ => Self::Wrong(text),
        }
    }

    /// The feature that may be missing when this comes of a script of `group`
    /// ([`Features::of_group`](crate::Features::of_group)).
    pub fn missing(&self, group: &str) -> Option<Feature> {
        match self {
            Self::Needs(feature, _) => Some(*feature),
            // The engine has no switch for the proposal: its modules are not unsupported, but
            // invalid.
            Self::Wrong(_) | Self::Exhausted(_) => {
                (group == "custom-descriptors").then_some(Feature::CustomDescriptors)
            }
        }
    }

    /// That something was not made is no news for what depends on it.
    pub(crate) fn of_dependent(&self) -> Self {
        match self {
            Self::Wrong(_) => Self::wrong("depends on a module that failed"),
            Self::Needs(feature, _) => Self::Needs(
                *feature,
                "depends on a module that needs the feature".to_owned(),
            ),
            Self::Exhausted(_) => {
                Self::Exhausted("depends on a module that there was no memory for".to_owned())
            }
        }
    }
}

/// The error with its causes.
pub(crate) fn describe(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
