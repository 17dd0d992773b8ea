//! The ways to execute a module that have to agree.
//!
//! They are the modes of the specification's test suite ([`diptych_conformance::MODES`]), to which
//! this adds where code comes from. A further way is a further entry there or here.

use crate::case::Settings;
use diptych::{CompilationMode, Engine, Error, Module, OptLevel};
use diptych_conformance::{Backends, MODES, Mode};
use std::sync::LazyLock;

/// One way to execute modules.
#[derive(Clone, Copy, Debug)]
pub struct Configuration {
    /// What the engine is told.
    pub mode: &'static Mode,
    /// Where the code comes from.
    pub source: Source,
}

/// Where a module's code comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// It is made for the engine that runs it.
    Made,
    /// Another engine of the same configuration made and stored it.
    Stored,
    /// The same, for every processor of this machine's kind: without what newer ones have.
    StoredForAny,
}

/// Those whose stored code is tried.
const STORED: &[&str] = &["jit", "jit-guard-signals-none", "jit-check-explicit-speed"];

/// Those whose stored code is tried that every processor of the kind executes.
const STORED_FOR_ANY: &[&str] = &["jit", "jit-check-explicit-speed"];

/// This machine, with the least of its processors.
const ANY_HOST: Option<&str> = if cfg!(all(target_arch = "x86_64", target_os = "linux")) {
    Some("x86_64-unknown-linux-gnu")
} else if cfg!(all(target_arch = "aarch64", target_os = "linux")) {
    Some("aarch64-unknown-linux-gnu")
} else {
    None
};

/// The configuration that others are compared with: the interpreter whose dispatch every build
/// has.
pub const REFERENCE: &str = "loop";

/// Every configuration that this build and this machine have, the one to compare with first.
///
/// Whether fuel is charged is for the case to say, so modes that differ in nothing else are left
/// out.
pub fn configurations() -> Vec<Configuration> {
    ALL.clone()
}

/// Whether a mode is there takes an engine to see.
static ALL: LazyLock<Vec<Configuration>> = LazyLock::new(|| {
    let made = MODES
        .iter()
        .filter(|mode| !mode.metered && mode.is_available())
        .map(|mode| (mode, Source::Made));
    let stored = |names: &'static [&str], source| {
        MODES
            .iter()
            .filter(|mode| names.contains(&mode.name) && mode.is_available())
            .map(move |mode| (mode, source))
    };
    let for_any = ANY_HOST.map_or(&[][..], |_| STORED_FOR_ANY);
    let mut all: Vec<_> = made
        .chain(stored(STORED, Source::Stored))
        .chain(stored(for_any, Source::StoredForAny))
        .map(|(mode, source)| Configuration { mode, source })
        .collect();
    all.sort_by_key(|configuration| configuration.name() != REFERENCE);
    all
});

/// The configuration of this name, if this build and this machine have it.
pub fn configuration(name: &str) -> Option<Configuration> {
    ALL.iter().find(|it| it.name() == name).copied()
}

impl Configuration {
    /// What reports call it.
    pub fn name(&self) -> String {
        match self.source {
            Source::Made => self.mode.name.to_owned(),
            Source::Stored => format!("{}-stored", self.mode.name),
            Source::StoredForAny => format!("{}-stored-for-any", self.mode.name),
        }
    }

    /// Whether invalid functions are found only when they are called.
    pub fn validates_late(&self) -> bool {
        self.mode.compilation == CompilationMode::FullyLazy
    }

    /// Whether each allocation of an object collects, which only modules with objects notice.
    pub const fn is_gc_stress(&self) -> bool {
        self.mode.gc_stress
    }

    /// Whether what an engine does depends on what it did before.
    pub const fn alternates(&self) -> bool {
        matches!(
            self.mode.backends,
            Backends::InterpFirst | Backends::JitFirst
        )
    }

    /// Whether code for machines is made for it.
    pub const fn compiles(&self) -> bool {
        self.mode.backends.compile()
    }

    /// Whether the compiler takes trouble over its code, and then differs the more.
    pub fn optimizes(&self) -> bool {
        self.compiles() && self.mode.opt_level != OptLevel::None
    }

    /// An engine for cases with these settings.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn engine(&self, settings: &Settings) -> Result<Engine, Error> {
        self.mode.engine_with(|config| {
            config
                .consume_fuel(settings.metered)
                .interruption(settings.metered)
                .canonicalize_nans(settings.canonical_nans)
                .relaxed_simd_deterministic(true)
                .max_wasm_stack(settings.stack)
                .max_gc_heap(GC_HEAP)
                .parallel_compilation(false)
                .wasm_custom_page_sizes(true)
                .wasm_legacy_exceptions(true)
                .wasm_wide_arithmetic(true);
        })
    }

    /// The module, as this configuration gets it.
    ///
    /// # Errors
    /// When it is refused.
    pub fn module(&self, engine: &Engine, wasm: &[u8]) -> Result<Module, Error> {
        match self.source {
            Source::Made => Module::new(engine, wasm),
            Source::Stored => Self::store(engine, wasm, None),
            Source::StoredForAny => Self::store(engine, wasm, ANY_HOST),
        }
    }

    fn store(engine: &Engine, wasm: &[u8], target: Option<&str>) -> Result<Module, Error> {
        let stored = engine.precompile_module(wasm, target)?;
        // SAFETY: the bytes are what the engine has just made.
        unsafe { Module::deserialize(engine, stored) }
    }
}

/// What the objects of one case may take.
const GC_HEAP: usize = 64 << 20;
