//! An engine as the flags ask for it.

use crate::flags::{Backend, Compilation, Dispatch, EngineFlags};
use crate::report::{Failure, Outcome};
use clap::builder::PossibleValuesParser;
use diptych::{CompilationMode, Config, Engine};

/// The configuration that the flags describe.
pub(crate) fn config(flags: &EngineFlags) -> Outcome<Config> {
    require(flags.backend)?;
    let mut config = Config::new();
    config.interp_dispatch(match flags.dispatch {
        Dispatch::Auto => diptych::Dispatch::Auto,
        Dispatch::Tail => diptych::Dispatch::Tail,
        Dispatch::Loop => diptych::Dispatch::Loop,
    });
    config.compilation(match flags.compilation {
        Compilation::Lazy => CompilationMode::Lazy,
        Compilation::FullyLazy => CompilationMode::FullyLazy,
        Compilation::Eager => CompilationMode::Eager,
    });
    for (names, on) in [(&flags.enable, true), (&flags.disable, false)] {
        for name in names {
            switch(&mut config, name, on);
        }
    }
    Ok(config)
}

/// The engine of a configuration.
pub(crate) fn engine(config: &Config) -> Outcome<Engine> {
    Engine::new(config).map_err(|error| Failure::guest("cannot make the engine", &error))
}

/// Refuses a backend that this build does not have.
pub(crate) fn require(backend: Backend) -> Outcome {
    match backend {
        Backend::Interp => Ok(()),
        Backend::Jit | Backend::Tiered => Err(Failure::msg(
            "this build has no just-in-time compiler; use --backend interp",
        )),
    }
}

macro_rules! proposals {
    ($($name:literal = $setter:ident;)*) => {
        /// What `--enable` and `--disable` take.
        pub(crate) fn proposal_names() -> PossibleValuesParser {
            PossibleValuesParser::new([$($name),*])
        }

        fn switch(config: &mut Config, name: &str, on: bool) {
            match name {
                $($name => {
                    config.$setter(on);
                })*
                _ => unreachable!("the command line takes only the names of the table"),
            }
        }
    };
}

proposals! {
    "bulk-memory" = wasm_bulk_memory;
    "custom-page-sizes" = wasm_custom_page_sizes;
    "exceptions" = wasm_exceptions;
    "extended-const" = wasm_extended_const;
    "function-references" = wasm_function_references;
    "gc" = wasm_gc;
    "legacy-exceptions" = wasm_legacy_exceptions;
    "memory64" = wasm_memory64;
    "multi-memory" = wasm_multi_memory;
    "multi-value" = wasm_multi_value;
    "mutable-global" = wasm_mutable_global;
    "reference-types" = wasm_reference_types;
    "relaxed-simd" = wasm_relaxed_simd;
    "saturating-float-to-int" = wasm_saturating_float_to_int;
    "sign-extension" = wasm_sign_extension;
    "simd" = wasm_simd;
    "tail-call" = wasm_tail_call;
    "threads" = wasm_threads;
    "wide-arithmetic" = wasm_wide_arithmetic;
}
