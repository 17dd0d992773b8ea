//! What a runtime has to do to be measured.

use crate::programs::{self, Guest};
use crate::task::{Task, Time};
use crate::{GUEST, Result};
use std::any::Any;

/// What is measured beside others: a runtime, or one mode of it.
pub trait Peer {
    /// The name on the command line and in the table.
    fn name(&self) -> &'static str;

    /// What exactly is measured: the version and the settings.
    fn about(&self) -> String;

    /// What is missing on this machine, if it is another program and cannot be had.
    fn missing(&self) -> Option<String> {
        None
    }

    /// Measures a task in this process or one that it starts; nothing when the peer cannot do it.
    fn measure(&self, task: &Task) -> Result<Option<Time>>;

    /// Whether it is part of this program, so that instructions can be counted.
    fn is_linked(&self) -> bool {
        false
    }

    /// Whether it is another peer with fuel, which is measured only if it is named.
    fn has_fuel(&self) -> bool {
        false
    }
}

/// A runtime that is linked into this program.
pub trait Runtime {
    /// As for a [`Peer`].
    fn name(&self) -> &'static str;

    /// As for a [`Peer`].
    fn about(&self) -> String;

    /// Whether this is worth measuring: not where it does the same as another peer.
    fn takes_part(&self, _task: &Task) -> bool {
        true
    }

    /// As for a [`Peer`].
    fn has_fuel(&self) -> bool {
        false
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

    /// What CoreMark says of itself: the module's `run: [] -> [f32]`, which imports
    /// `env.clock_ms: [] -> [i64]`. Nothing when this runtime is not measured by it.
    fn coremark(&self, _wasm: &[u8], _clock: fn() -> i64) -> Result<Option<f32>> {
        Ok(None)
    }

    /// What makes a store and an instance in it, of a module without imports, and drops both.
    fn instances(&self, wasm: &[u8]) -> Result<Box<dyn FnMut() -> Result<()>>>;

    /// Opens a module as far as it is asked to; nothing when the runtime cannot do just that. The
    /// bytes stay where they are: who needs them later does not have to copy them.
    fn open(&self, wasm: &'static [u8], how: Opening) -> Result<Option<Box<dyn Any>>>;

    /// The size in bytes of the machine code of all functions of a module; nothing for a runtime
    /// that makes none, or does not tell.
    fn code_size(&self, _wasm: &[u8]) -> Result<Option<usize>> {
        Ok(None)
    }

    /// Whether [`guest`](Self::guest) runs programs.
    fn has_wasi(&self) -> bool {
        false
    }

    /// Runs a program in this process until it ends, with the standard streams of this process;
    /// its exit code.
    fn guest(&self, _guest: &Guest) -> Result<i32> {
        Err(format!("{} runs no programs in this build", self.name()).into())
    }
}

impl<T: Runtime> Peer for T {
    fn name(&self) -> &'static str {
        Runtime::name(self)
    }

    fn about(&self) -> String {
        Runtime::about(self)
    }

    fn measure(&self, task: &Task) -> Result<Option<Time>> {
        match task {
            Task::Program(_) if !self.has_wasi() => Ok(None),
            Task::Program(name) => {
                let program = std::env::current_exe()?.to_string_lossy().into_owned();
                let words = [program, GUEST.to_owned(), Runtime::name(self).to_owned()];
                programs::measure(name, &words).map(Some)
            }
            _ => task.measure(self),
        }
    }

    fn is_linked(&self) -> bool {
        true
    }

    fn has_fuel(&self) -> bool {
        Runtime::has_fuel(self)
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

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.name() == name)
    }
}
