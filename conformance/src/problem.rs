//! Why a directive did not pass.

use crate::features::Feature;
use core::error::Error as _;
use core::fmt::Write as _;
use diptych::{Error, ErrorKind};

/// Why a directive did not pass.
#[derive(Clone, Debug)]
pub(crate) enum Problem {
    /// The engine did something else than the script says.
    Wrong(String),
    /// The engine said that it does not have this feature.
    Needs(Feature, String),
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
            _ => Self::Wrong(text),
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
            // Writing to a string cannot fail.
            let _ = write!(text, ": {cause_text}");
        }
        source = cause.source();
    }
    text
}
