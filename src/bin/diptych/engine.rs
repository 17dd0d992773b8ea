//! An engine as the flags ask for it.

use crate::flags::{Backend, Compilation, Dispatch, EngineFlags, OptLevel, Perf};
use crate::report::{Failure, Outcome};
use clap::builder::PossibleValuesParser;
use diptych::{BackendKind, Cache, CompilationMode, Config, Engine, ProfilerKind};
use std::sync::Arc;
use std::thread;

/// What the host's own functions need of a stack, beside what guests may use, in bytes.
const HOST_STACK: usize = 2 << 20;

/// What a cache may take, in bytes.
const CACHE_BYTES: u64 = 2 << 30;

/// The configuration that the flags describe.
pub(crate) fn config(flags: &EngineFlags) -> Outcome<Config> {
    let mut config = Config::new();
    config.backend(match flags.backend {
        Backend::Auto => BackendKind::Auto,
        Backend::Interp => BackendKind::Interp,
        Backend::Jit => BackendKind::Jit,
    });
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
    config.opt_level(match flags.opt_level {
        OptLevel::None => diptych::OptLevel::None,
        OptLevel::Speed => diptych::OptLevel::Speed,
        OptLevel::SpeedAndSize => diptych::OptLevel::SpeedAndSize,
    });
    config.signals_based_traps(!flags.no_signals);
    config.memory_guard(!flags.no_guard);
    config.canonicalize_nans(flags.canonicalize_nans);
    config.relaxed_simd_deterministic(flags.relaxed_simd_deterministic);
    crate::progress::show(&mut config);
    for (names, on) in [(&flags.enable, true), (&flags.disable, false)] {
        for name in names {
            switch(&mut config, name, on);
        }
    }
    config.profiler(match flags.perf {
        None => ProfilerKind::None,
        Some(Perf::Map) => ProfilerKind::PerfMap,
        Some(Perf::Jitdump) => ProfilerKind::JitDump,
    });
    if let Some(directory) = &flags.cache {
        let cache = Cache::open(directory, CACHE_BYTES)
            .map_err(|error| Failure::host(directory.display(), &error))?;
        config.code_cache(Arc::new(cache));
    }
    Ok(config)
}

/// The engine of a configuration.
pub(crate) fn engine(config: &Config) -> Outcome<Engine> {
    Engine::new(config).map_err(|error| Failure::guest("cannot make the engine", &error))
}

/// Does what calls the engine's guests: on a stack that has room for as much as they may use of it
/// when they are compiled. The interpreter keeps a stack of its own.
pub(crate) fn with_stack<T: Send>(
    engine: &Engine,
    work: impl FnOnce() -> Outcome<T> + Send,
) -> Outcome<T> {
    if engine.backend().name() == "interp" {
        return work();
    }
    let bytes = engine.config().get_max_wasm_stack();
    thread::scope(|scope| {
        thread::Builder::new()
            .name("guest".to_owned())
            .stack_size(bytes.saturating_add(HOST_STACK))
            .spawn_scoped(scope, work)
            .map_err(|error| Failure::host("cannot make a stack for the guest", &error))?
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
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
    "branch-hinting" = wasm_branch_hinting;
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
