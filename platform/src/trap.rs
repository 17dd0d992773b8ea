//! Faults of guest code: what they are, and who catches them.

use core::fmt;

/// An instruction that the processor could not execute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The address of the instruction.
    pub pc: usize,
    /// The stack pointer.
    pub sp: usize,
    /// The frame pointer.
    pub fp: usize,
    /// The address that it accessed, when the fault is one of memory and the processor says it.
    pub address: Option<usize>,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What was wrong with an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// It accessed memory that it must not.
    Memory,
    /// There is no such instruction: how compiled code traps.
    IllegalInstruction,
    /// An integer was divided by 0, or the quotient has too many bits.
    Arithmetic,
}

/// Where a thread goes on after a fault. All other registers keep what they had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resume {
    /// The address of the next instruction.
    pub pc: usize,
    /// The stack pointer.
    pub sp: usize,
    /// The frame pointer.
    pub fp: usize,
    /// What goes into `rax` and `rdx` on x86_64, and into `x0` and `x1` on aarch64.
    pub args: [usize; 2],
}

/// Says where to go on after a fault, or `None` when the fault is none of its business.
///
/// It runs in the thread that faulted, between two instructions of anything at all. So it must not
/// allocate, lock, panic, or touch a thread-local variable that needs to be initialised.
pub type FaultHandler = fn(&Fault) -> Option<Resume>;

/// What catches faults.
pub trait TrapCatcher: fmt::Debug + Send + Sync {
    /// From now on, every fault in this process is first shown to `handler`. When it gives a
    /// [`Resume`], the thread goes on there; otherwise whatever would have happened without a
    /// handler does.
    ///
    /// More calls with the same handler are allowed, and see to it that it is still asked.
    ///
    /// # Errors
    /// When there is another handler already, or faults cannot be caught here.
    fn install(&self, handler: FaultHandler) -> Result<(), TrapCatcherError>;
}

/// Faults cannot be caught.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrapCatcherError {
    /// Nothing is known about faults on this operating system and processor.
    Unsupported,
    /// Another handler was installed before; a process has one.
    OtherHandler,
    /// The operating system refused.
    Refused,
    /// The host program replaced the handler too often.
    Replaced,
}

impl fmt::Display for TrapCatcherError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unsupported => "faults cannot be caught on this platform",
            Self::OtherHandler => "another handler for faults is installed in this process",
            Self::Refused => "the operating system refuses a handler for faults",
            Self::Replaced => "the host program replaced the handler for faults too often",
        })
    }
}

impl core::error::Error for TrapCatcherError {}

#[cfg(feature = "signals")]
pub use os::{SignalTrapCatcher, fault_handler_is_installed, install_fault_handler};

#[cfg(feature = "signals")]
mod os;
