//! Why a directive did not pass.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use core::error::Error as _;
use diptych::{Error, ErrorKind};

/// Why a directive did not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The engine did something else than the script says.
    Wrong(String),
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
            ErrorKind::OutOfMemory => Self::Exhausted(text),
            _ => Self::Wrong(text),
        }
    }

    /// That something was not made is no news for what depends on it.
    pub(crate) fn of_dependent(&self) -> Self {
        match self {
            Self::Wrong(_) => Self::wrong("depends on a module that failed"),
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
