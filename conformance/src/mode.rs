//! The configurations that the suite runs in.

use crate::Features;
use diptych::backend::Backend;
use diptych::{BackendKind, CompilationMode, Config, Dispatch, Engine, Module, OptLevel, Result};
use std::sync::Arc;

/// One configuration of the engine.
#[derive(Clone, Debug)]
pub struct Mode {
    /// What it is called on command lines and in reports.
    pub name: &'static str,
    /// What executes modules.
    pub backends: Backends,
    /// The interpreter's dispatch.
    pub dispatch: Dispatch,
    /// When code is validated and translated.
    pub compilation: CompilationMode,
    /// Whether fuel is charged and interruption is checked.
    pub metered: bool,
    /// Whether the compiler's memories are followed by address space that no one can access.
    pub guard: bool,
    /// Whether compiled code traps by signals.
    pub signals: bool,
    /// How much the compiler does for speed.
    pub opt_level: OptLevel,
    /// Whether each allocation of an object is preceded by a collection.
    pub gc_stress: bool,
}

/// Which backends an engine has, and which of them executes a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Backends {
    /// The interpreter alone.
    Interp,
    /// The compiler alone: nothing may fall back on the interpreter unnoticed.
    Jit,
    /// Both, each further module by the next of them, the first by the interpreter.
    InterpFirst,
    /// Both, each further module by the next of them, the first by the compiler.
    JitFirst,
}

impl Backends {
    fn list(self) -> Result<Vec<Arc<dyn Backend>>> {
        let interp = diptych_interp::backend;
        Ok(match self {
            Self::Interp => vec![interp()],
            Self::Jit => vec![compiler()?],
            Self::InterpFirst => vec![interp(), compiler()?],
            Self::JitFirst => vec![compiler()?, interp()],
        })
    }

    /// Whether the compiler is among them.
    pub const fn compile(self) -> bool {
        !matches!(self, Self::Interp)
    }

    const fn kind(self) -> BackendKind {
        match self {
            Self::Interp => BackendKind::Interp,
            Self::Jit => BackendKind::Jit,
            Self::InterpFirst | Self::JitFirst => BackendKind::Alternating,
        }
    }
}

#[cfg(feature = "jit")]
fn compiler() -> Result<Arc<dyn Backend>> {
    Ok(diptych_jit::backend())
}

#[cfg(not(feature = "jit"))]
fn compiler() -> Result<Arc<dyn Backend>> {
    Err(diptych::Error::msg("this build has no compiler"))
}

/// Every configuration; the first is the default.
pub static MODES: &[Mode] = &[
    mode("interp", Backends::Interp),
    mode("tail", Backends::Interp).tail(),
    mode("loop", Backends::Interp).looped(),
    mode("tail-eager", Backends::Interp).tail().eager(),
    mode("loop-eager", Backends::Interp).looped().eager(),
    mode("tail-fully-lazy", Backends::Interp)
        .tail()
        .fully_lazy(),
    mode("loop-fully-lazy", Backends::Interp)
        .looped()
        .fully_lazy(),
    mode("tail-metered", Backends::Interp).tail().metered(),
    mode("loop-metered", Backends::Interp).looped().metered(),
    // Of these words `jit` alone has the first of each pair: guard or check, signals or explicit,
    // speed or none.
    mode("jit", Backends::Jit),
    mode("jit-eager", Backends::Jit).eager(),
    mode("jit-fully-lazy", Backends::Jit).fully_lazy(),
    mode("jit-metered", Backends::Jit).metered(),
    mode("jit-guard-signals-none", Backends::Jit).unoptimized(),
    mode("jit-guard-explicit-speed", Backends::Jit).explicit(),
    mode("jit-guard-explicit-none", Backends::Jit)
        .explicit()
        .unoptimized(),
    mode("jit-check-signals-speed", Backends::Jit).check(),
    mode("jit-check-signals-none", Backends::Jit)
        .check()
        .unoptimized(),
    mode("jit-check-explicit-speed", Backends::Jit)
        .check()
        .explicit(),
    mode("jit-check-explicit-none", Backends::Jit)
        .check()
        .explicit()
        .unoptimized(),
    mode("jit-check-explicit-eager", Backends::Jit)
        .check()
        .explicit()
        .eager(),
    mode("jit-check-explicit-metered", Backends::Jit)
        .check()
        .explicit()
        .metered(),
    mode("jit-size", Backends::Jit).small(),
    mode("alternating", Backends::InterpFirst),
    mode("alternating-jit-first", Backends::JitFirst),
    mode("alternating-tail", Backends::JitFirst).tail(),
    mode("alternating-loop", Backends::InterpFirst).looped(),
    mode("alternating-metered", Backends::JitFirst).metered(),
    mode("alternating-explicit", Backends::InterpFirst)
        .looped()
        .check()
        .explicit(),
    // Objects move at every allocation: whoever holds a reference that the collector does not
    // know of finds something else.
    mode("tail-gc-stress", Backends::Interp).tail().gc_stress(),
    mode("loop-gc-stress", Backends::Interp)
        .looped()
        .gc_stress(),
    mode("jit-gc-stress", Backends::Jit).gc_stress(),
    mode("jit-gc-stress-none", Backends::Jit)
        .unoptimized()
        .gc_stress(),
    mode("alternating-gc-stress", Backends::InterpFirst).gc_stress(),
];

/// A mode with the engine's own choice of everything but the backend.
const fn mode(name: &'static str, backends: Backends) -> Mode {
    Mode {
        name,
        backends,
        dispatch: Dispatch::Auto,
        compilation: CompilationMode::Lazy,
        metered: false,
        guard: true,
        signals: true,
        opt_level: OptLevel::Speed,
        gc_stress: false,
    }
}

impl Mode {
    const fn tail(mut self) -> Self {
        self.dispatch = Dispatch::Tail;
        self
    }

    const fn looped(mut self) -> Self {
        self.dispatch = Dispatch::Loop;
        self
    }

    const fn eager(mut self) -> Self {
        self.compilation = CompilationMode::Eager;
        self
    }

    const fn fully_lazy(mut self) -> Self {
        self.compilation = CompilationMode::FullyLazy;
        self
    }

    const fn metered(mut self) -> Self {
        self.metered = true;
        self
    }

    const fn check(mut self) -> Self {
        self.guard = false;
        self
    }

    const fn explicit(mut self) -> Self {
        self.signals = false;
        self
    }

    const fn unoptimized(mut self) -> Self {
        self.opt_level = OptLevel::None;
        self
    }

    const fn small(mut self) -> Self {
        self.opt_level = OptLevel::SpeedAndSize;
        self
    }

    const fn gc_stress(mut self) -> Self {
        self.gc_stress = true;
        self
    }

    /// The mode of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        MODES.iter().find(|mode| mode.name == name)
    }

    /// The engine's own choice of everything.
    pub fn default_mode() -> &'static Self {
        &MODES[0]
    }

    /// Whether this build and this machine have it: tail dispatch exists in optimised builds for
    /// some targets only, and so do the compiler, its signals and guarded memories.
    pub fn is_available(&self) -> bool {
        const EMPTY: &[u8] = b"\0asm\x01\0\0\0";
        let Ok(engine) = self.engine(&Features::STANDARD, false) else {
            return false;
        };
        let config = engine.config();
        let as_asked = !self.backends.compile()
            || (config.signals_based_traps_enabled() == self.signals
                && config.memory_guard_enabled() == self.guard);
        as_asked && Module::new(&engine, EMPTY).is_ok()
    }

    /// An engine of this configuration with these features.
    ///
    /// # Errors
    /// When the engine refuses the configuration.
    pub fn engine(&self, features: &Features, interruption: bool) -> Result<Engine> {
        self.engine_with(|config| {
            config.interruption(self.metered || interruption);
            features.apply(config);
        })
    }

    /// An engine of this configuration after further changes to it.
    ///
    /// # Errors
    /// When the engine refuses the configuration.
    pub fn engine_with(&self, configure: impl FnOnce(&mut Config)) -> Result<Engine> {
        let mut config = Config::new();
        config
            .backend(self.backends.kind())
            .interp_dispatch(self.dispatch)
            .compilation(self.compilation)
            .consume_fuel(self.metered)
            .interruption(self.metered)
            .memory_guard(self.guard)
            .signals_based_traps(self.signals)
            .opt_level(self.opt_level)
            .gc_stress(self.gc_stress);
        configure(&mut config);
        Engine::with_backends(&config, &self.backends.list()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique() {
        let names: BTreeSet<_> = MODES.iter().map(|mode| mode.name).collect();
        assert_eq!(names.len(), MODES.len());
    }

    #[test]
    fn the_engine_has_what_the_mode_says() {
        for mode in MODES.iter().filter(|mode| mode.is_available()) {
            let engine = mode.engine(&Features::STANDARD, false).expect("available");
            let names: Vec<_> = engine.backends().iter().map(|it| it.name()).collect();
            let expected: &[_] = match mode.backends {
                Backends::Interp => &["interp"],
                Backends::Jit => &["jit"],
                Backends::InterpFirst => &["interp", "jit"],
                Backends::JitFirst => &["jit", "interp"],
            };
            assert_eq!(names, expected, "{}", mode.name);
            assert_eq!(engine.config().fuel_enabled(), mode.metered);
            assert_eq!(engine.config().interruption_enabled(), mode.metered);
        }
    }

    /// Elsewhere the compiler's modes may be missing; here they must not go unnoticed.
    #[cfg(all(
        feature = "jit",
        target_os = "linux",
        any(target_arch = "x86_64", target_arch = "aarch64")
    ))]
    #[test]
    fn the_compiler_is_there() {
        for mode in MODES {
            let missing = mode.dispatch == Dispatch::Tail && cfg!(debug_assertions);
            assert!(missing || mode.is_available(), "{}", mode.name);
        }
    }
}
