//! What the code that is made depends on, beside the module and the machine.

use diptych_core::Config;

/// What compiled code does and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Settings {
    /// Whether fuel is charged.
    pub(crate) fuel: bool,
    /// Whether loops and functions look for interruption.
    pub(crate) interruption: bool,
    /// Whether calls collect.
    pub(crate) gc_stress: bool,
    /// How code traps.
    pub(crate) traps: Traps,
    /// Whether memories with 32-bit indices never move and are followed by so much inaccessible
    /// address space that accesses need no check.
    pub(crate) guarded: bool,
    /// Whether NaNs of arithmetic are made canonical.
    pub(crate) canonical_nans: bool,
    /// Whether relaxed vector operators have deterministic results.
    pub(crate) deterministic: bool,
    /// How functions of the module call each other.
    pub(crate) calls: Calls,
}

/// How code traps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Traps {
    /// By instructions that the machine refuses to execute; the host catches the signal.
    Signals,
    /// By calls to the runtime: no instruction ever faults.
    Explicit,
}

/// How functions of one module call each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Calls {
    /// By the callee's address, relative to the call: all functions are compiled together.
    Direct,
    /// Through the module's table of entries, where a function that is not compiled has a stub; but
    /// a function calls itself directly.
    Table,
}

impl Settings {
    /// What the configuration asks for.
    pub(crate) fn new(config: &Config, calls: Calls) -> Self {
        let signals = config.signals_based_traps_enabled();
        Self {
            fuel: config.fuel_enabled(),
            interruption: config.interruption_enabled(),
            gc_stress: config.gc_stress_enabled(),
            traps: if signals {
                Traps::Signals
            } else {
                Traps::Explicit
            },
            // Without a handler of faults, accesses have to be checked.
            guarded: signals && config.memory_guard_enabled(),
            canonical_nans: config.canonicalize_nans_enabled(),
            deterministic: config.relaxed_simd_deterministic_enabled(),
            calls,
        }
    }
}
