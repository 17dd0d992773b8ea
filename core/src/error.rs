//! The error type of the whole library.

use crate::backtrace::Backtrace;
use crate::runtime::Exception;
use crate::store::try_box;
use crate::trap::Trap;
use alloc::borrow::Cow;
use alloc::boxed::Box;
use core::fmt;

/// What an operation of this library gives.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// Why an operation failed.
///
/// [`kind`](Self::kind) says what went wrong, [`backtrace`](Self::backtrace) where the guest was,
/// and [`core::error::Error::source`] leads to the host's own error when there is one.
pub struct Error {
    kind: ErrorKind,
    backtrace: Option<Box<Backtrace>>,
}

/// The kinds of [`Error`].
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes are not a WebAssembly module (`malformed` in the specification's terms), or not
    /// a valid one.
    InvalidModule {
        /// What is wrong.
        message: Cow<'static, str>,
        /// The offset in the module where it was found.
        offset: usize,
    },
    /// The text of a module cannot be parsed.
    InvalidText(Cow<'static, str>),
    /// The module needs something that this engine does not do, or is told not to do.
    Unsupported(Cow<'static, str>),
    /// An import is missing or of the wrong type (`unlinkable` in the specification's terms).
    Link(Cow<'static, str>),
    /// An argument of the embedder's call is wrong: a type, a count, an index, another store.
    BadArgument(Cow<'static, str>),
    /// The guest trapped.
    Trap(Trap),
    /// An exception of the guest's that nothing caught, or one that a host function throws.
    Exception(Exception),
    /// A host function failed with an error of its own.
    Host(Box<dyn core::error::Error + Send + Sync>),
    /// A host function, or a guest through one, asked to end the program with this exit code.
    Exit(i32),
    /// A limit of the configuration or of the implementation was reached.
    Limit(Cow<'static, str>),
    /// The host has no memory.
    OutOfMemory,
    /// Anything else, in words.
    Message(Cow<'static, str>),
}

impl Error {
    /// An error of this kind.
    pub const fn new(kind: ErrorKind) -> Self {
        Self {
            kind,
            backtrace: None,
        }
    }

    /// An error that is only a message.
    pub fn msg(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Message(message.into()))
    }

    /// An error of the host's own: what a host function returns, and what the caller of the
    /// guest finds again with [`downcast_ref`](Self::downcast_ref).
    pub fn host(error: impl core::error::Error + Send + Sync + 'static) -> Self {
        Self::new(ErrorKind::Host(Box::new(error)))
    }

    /// The request to end the program with an exit code.
    pub const fn exit(code: i32) -> Self {
        Self::new(ErrorKind::Exit(code))
    }

    /// An embedder's mistake.
    pub(crate) fn bad_argument(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::BadArgument(message.into()))
    }

    /// What went wrong.
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The trap, when the guest trapped; an exception that nothing caught is
    /// [`Trap::UnhandledException`].
    pub const fn trap(&self) -> Option<Trap> {
        match self.kind {
            ErrorKind::Trap(trap) => Some(trap),
            ErrorKind::Exception(_) => Some(Trap::UnhandledException),
            _ => None,
        }
    }

    /// The exit code, when the guest ended the program.
    pub const fn exit_code(&self) -> Option<i32> {
        match self.kind {
            ErrorKind::Exit(code) => Some(code),
            _ => None,
        }
    }

    /// The host's own error, when it is an `E`.
    pub fn downcast_ref<E: core::error::Error + 'static>(&self) -> Option<&E> {
        match &self.kind {
            ErrorKind::Host(error) => error.downcast_ref(),
            _ => None,
        }
    }

    /// The host's own error, when it is an `E`; else this error again.
    ///
    /// # Errors
    /// This error, unchanged.
    pub fn downcast<E: core::error::Error + 'static>(self) -> Result<E> {
        match self.kind {
            ErrorKind::Host(error) => match error.downcast() {
                Ok(error) => Ok(*error),
                Err(error) => Err(Self {
                    kind: ErrorKind::Host(error),
                    backtrace: self.backtrace,
                }),
            },
            kind => Err(Self {
                kind,
                backtrace: self.backtrace,
            }),
        }
    }

    /// Where the guest was when it failed: absent when no guest ran or backtraces are off.
    pub fn backtrace(&self) -> Option<&Backtrace> {
        self.backtrace.as_deref()
    }

    /// Attaches `backtrace` unless there is one from further inside. It is left out when there is
    /// no memory for it.
    pub(crate) fn set_backtrace(&mut self, backtrace: Backtrace) {
        if self.backtrace.is_none() {
            self.backtrace = try_box(backtrace).ok();
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ErrorKind::InvalidModule { message, offset } => {
                write!(f, "{message} (at offset {offset:#x})")
            }
            ErrorKind::InvalidText(message)
            | ErrorKind::Unsupported(message)
            | ErrorKind::Link(message)
            | ErrorKind::BadArgument(message)
            | ErrorKind::Limit(message)
            | ErrorKind::Message(message) => f.write_str(message),
            ErrorKind::Trap(trap) => write!(f, "wasm trap: {trap}"),
            ErrorKind::Exception(_) => f.write_str("an exception of the guest's was not caught"),
            ErrorKind::Host(_) => f.write_str("a host function failed"),
            ErrorKind::Exit(code) => write!(f, "the guest exited with code {code}"),
            ErrorKind::OutOfMemory => f.write_str("the host is out of memory"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind)
            .field("backtrace", &self.backtrace)
            .finish()
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match &self.kind {
            ErrorKind::Host(error) => Some(&**error),
            ErrorKind::Trap(trap) => Some(trap),
            _ => None,
        }
    }
}

impl From<Trap> for Error {
    fn from(trap: Trap) -> Self {
        Self::new(ErrorKind::Trap(trap))
    }
}
