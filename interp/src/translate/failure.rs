//! Why a function was not translated.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use diptych_core::{Error, ErrorKind};

/// An error as large as a pointer, since most of what returns one is called for every instruction;
/// `None` stands for [`ErrorKind::OutOfMemory`], which needs no memory.
#[derive(Debug)]
pub(super) struct Failure(Option<Box<[Error; 1]>>);

/// What steps of the translation give.
pub(super) type Result<T> = core::result::Result<T, Failure>;

impl Failure {
    pub(super) const OUT_OF_MEMORY: Self = Self(None);

    /// An error with a message, which is what `parts` are together.
    #[cold]
    pub(super) fn new(kind: impl FnOnce(String) -> ErrorKind, parts: &[&str]) -> Self {
        let mut message = String::new();
        let len = parts.iter().map(|part| part.len()).sum();
        // A box by way of a vector: it is the one that can fail.
        let mut list = Vec::new();
        if message.try_reserve_exact(len).is_err() || list.try_reserve_exact(1).is_err() {
            return Self::OUT_OF_MEMORY;
        }
        parts.iter().for_each(|part| message.push_str(part));
        list.push(Error::new(kind(message)));
        Self(list.into_boxed_slice().try_into().ok())
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure.0 {
            Some(error) => {
                let [error] = *error;
                error
            }
            None => Self::new(ErrorKind::OutOfMemory),
        }
    }
}
