//! How commands end other than well, and how that is told.

use core::fmt::{self, Write as _};

/// What a command gives.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// The exit code of a trap: what a shell reports of a native program that aborts.
pub(crate) const TRAP: i32 = 134;
/// The exit code of everything else that goes wrong.
const ERROR: i32 = 1;

/// Why the process ends with another code than 0.
#[derive(Debug)]
pub(crate) struct Failure {
    code: i32,
    text: Option<String>,
}

impl Failure {
    /// An error in words, which should say what the user can do.
    pub(crate) fn msg(text: impl Into<String>) -> Self {
        Self {
            code: ERROR,
            text: Some(text.into()),
        }
    }

    /// An error of the host's, after what was being done.
    pub(crate) fn host(context: impl fmt::Display, error: &dyn core::error::Error) -> Self {
        Self::msg(format!("{context}: {}", chain(error)))
    }

    /// An error of the library's, after what was being done: one line with the chain of causes,
    /// then the guest's backtrace. An exit code that the guest asked for is passed on in silence.
    pub(crate) fn guest(context: impl fmt::Display, error: &diptych::Error) -> Self {
        if let Some(code) = error.exit_code() {
            return Self { code, text: None };
        }
        let mut text = format!("{context}: {}", chain(error));
        if let Some(backtrace) = error.backtrace() {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n{}", backtrace.to_string().trim_end());
        }
        let code = if error.trap().is_some() { TRAP } else { ERROR };
        Self {
            code,
            text: Some(text),
        }
    }

    /// A command that has already said what is wrong.
    pub(crate) const fn silent() -> Self {
        Self {
            code: ERROR,
            text: None,
        }
    }

    /// The process's exit code.
    pub(crate) const fn code(&self) -> i32 {
        self.code
    }

    /// Tells the user.
    pub(crate) fn print(&self) {
        if let Some(text) = &self.text {
            eprintln!("error: {text}");
        }
    }
}

/// An error and its causes on one line. A cause that the text before it already ends with is left
/// out.
pub(crate) fn chain(error: &dyn core::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        if !text.ends_with(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        next = cause.source();
    }
    text
}

/// Output that could not be written: to a closed pipe in silence, as other tools do.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::silent(),
            _ => Self::host("cannot write the output", &error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_said_once() {
        let error = diptych::Error::from(diptych::Trap::Unreachable);
        assert_eq!(chain(&error), "wasm trap: unreachable");
        let error = diptych::Error::host(std::io::Error::other("no more paper"));
        assert_eq!(chain(&error), "a host function failed: no more paper");
    }

    #[test]
    fn the_guest_decides_the_exit_code() {
        let failure = Failure::guest("a.wasm", &diptych::Error::exit(7));
        assert_eq!((failure.code(), failure.text), (7, None));
        let failure = Failure::guest("a.wasm", &diptych::Trap::Unreachable.into());
        assert_eq!(failure.code(), TRAP);
    }
}
