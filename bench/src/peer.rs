//! What a runtime has to do to be measured.

use crate::Result;
use crate::task::Task;
use std::any::Any;

/// A runtime, or one mode of it.
pub trait Peer {
    /// The name on the command line and in the table.
    fn name(&self) -> &'static str;

    /// What exactly is measured: the version and the settings.
    fn about(&self) -> String;

    /// Whether this is worth measuring: not where it does the same as another peer.
    fn takes_part(&self, _task: &Task) -> bool {
        true
    }

    /// Whether it has structures, arrays and exceptions.
    fn has_objects(&self) -> bool {
        false
    }

    /// The exported function `name: [i32] -> [i64]` of a new instance. The module may import
    /// `host.step: [i32] -> [i32]`, which adds 1.
    fn function(&self, wasm: &[u8], name: &str) -> Result<Function>;

    /// What calls the exported function `name: [i32] -> [i32]` as often as it is told, with each
    /// result as the next argument, by the quickest way that the runtime has.
    fn calls(&self, wasm: &[u8], name: &str) -> Result<Function>;

    /// What makes a store and an instance in it, of a module without imports, and drops both.
    fn instances(&self, wasm: &[u8]) -> Result<Box<dyn FnMut() -> Result<()>>>;

    /// Opens a module as far as it is asked to; nothing when the runtime cannot do just that.
    fn open(&self, wasm: &[u8], how: Opening) -> Result<Option<Box<dyn Any>>>;

    /// The size in bytes of the machine code of all functions of a module; nothing for a runtime
    /// that makes none, or does not tell.
    fn code_size(&self, _wasm: &[u8]) -> Result<Option<usize>> {
        Ok(None)
    }
}

/// A function of a guest, or a loop around one.
pub type Function = Box<dyn FnMut(i32) -> Result<i64>>;

/// How far a module is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// Validated and translated.
    Eager,
    /// Validated; functions are translated when they are first called.
    Validated,
    /// Only parsed.
    Lazy,
}

impl Opening {
    pub const ALL: [Self; 3] = [Self::Eager, Self::Validated, Self::Lazy];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Eager => "eager",
            Self::Validated => "validated",
            Self::Lazy => "lazy",
        }
    }
}
