//! The configurations that the suite runs in.

use crate::features::Features;
use diptych::{CompilationMode, Config, Dispatch, Engine, Result};

/// One configuration of the engine.
#[derive(Debug)]
pub struct Mode {
    /// What it is called on command lines and in reports.
    pub name: &'static str,
    /// The backend, by [`Backend::name`](diptych::backend::Backend::name).
    pub backend: &'static str,
    /// The interpreter's dispatch.
    pub dispatch: Dispatch,
    /// When code is validated and translated.
    pub compilation: CompilationMode,
    /// Whether fuel is charged and interruption is checked.
    pub metered: bool,
}

const fn interp(
    name: &'static str,
    dispatch: Dispatch,
    compilation: CompilationMode,
    metered: bool,
) -> Mode {
    Mode {
        name,
        backend: "interp",
        dispatch,
        compilation,
        metered,
    }
}

/// Every configuration; the first is the default.
pub static MODES: &[Mode] = &[
    interp("interp", Dispatch::Auto, CompilationMode::Lazy, false),
    interp("tail", Dispatch::Tail, CompilationMode::Lazy, false),
    interp("loop", Dispatch::Loop, CompilationMode::Lazy, false),
    interp("tail-eager", Dispatch::Tail, CompilationMode::Eager, false),
    interp("loop-eager", Dispatch::Loop, CompilationMode::Eager, false),
    interp(
        "tail-fully-lazy",
        Dispatch::Tail,
        CompilationMode::FullyLazy,
        false,
    ),
    interp(
        "loop-fully-lazy",
        Dispatch::Loop,
        CompilationMode::FullyLazy,
        false,
    ),
    interp("tail-metered", Dispatch::Tail, CompilationMode::Lazy, true),
    interp("loop-metered", Dispatch::Loop, CompilationMode::Lazy, true),
];

impl Mode {
    /// The mode of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        MODES.iter().find(|mode| mode.name == name)
    }

    /// The engine's own choice of everything.
    pub fn default_mode() -> &'static Self {
        &MODES[0]
    }

    /// Whether this build has it: tail dispatch exists in optimised builds for some targets only.
    pub fn is_available(&self) -> bool {
        const EMPTY: &[u8] = b"\0asm\x01\0\0\0";
        self.engine(&Features::STANDARD, false)
            .and_then(|engine| diptych::Module::new(&engine, EMPTY))
            .is_ok()
    }

    /// An engine of this configuration with these features.
    ///
    /// # Errors
    /// When the engine refuses the configuration.
    pub fn engine(&self, features: &Features, interruption: bool) -> Result<Engine> {
        let mut config = Config::new();
        config.interp_dispatch(self.dispatch);
        config.compilation(self.compilation);
        config.consume_fuel(self.metered);
        config.interruption(self.metered || interruption);
        features.apply(&mut config);
        Engine::with_backends(&config, &[diptych_interp::backend()])
    }
}
