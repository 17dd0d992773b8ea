//! The library as an embedder uses it, with every backend and dispatch mode that the build has.

#![cfg(all(feature = "interp", feature = "wat"))]

mod arrays;
mod backends;
mod calls;
mod chaos;
mod concurrency;
mod declared_types;
mod errors_and_backtraces;
mod exceptions;
mod gc_stress;
mod host_functions;
mod images;
mod imports;
mod limits;
mod linking;
mod memory;
mod objects;
mod panics;
mod platform;
mod reentrancy;
mod resumable;
mod scheduling;
mod stores_apart;
mod tables_and_globals;
mod threads;
mod vectors;

#[cfg(feature = "jit")]
use diptych::CompilationMode;
use diptych::{
    AsContext, AsContextMut, BackendKind, Config, Dispatch, Engine, Error, ErrorKind, ExternRef,
    Func, Instance, Module, Result, Store, Trap, Val,
};

/// The stack of the threads that tests run on, in bytes: compiled guests use it, and what the tests
/// set as `max_wasm_stack` has to fit.
const STACK_BYTES: usize = 64 << 20;

/// Makes a configuration that of an engine.
type Configure = fn(&mut Config);

/// How the engines differ: what they are called, and what sets them up.
const ENGINES: &[(&str, Configure)] = &[
    ("interpreter, loop", |config| {
        config
            .backend(BackendKind::Interp)
            .interp_dispatch(Dispatch::Loop);
    }),
    ("interpreter, tail calls", |config| {
        config
            .backend(BackendKind::Interp)
            .interp_dispatch(Dispatch::Tail);
    }),
    #[cfg(feature = "jit")]
    ("compiler, lazy, by signals, guarded", |config| {
        config.backend(BackendKind::Jit);
    }),
    #[cfg(feature = "jit")]
    ("compiler, eager, explicit, checked", |config| {
        config
            .backend(BackendKind::Jit)
            .compilation(CompilationMode::Eager)
            .signals_based_traps(false)
            .memory_guard(false);
    }),
    #[cfg(feature = "jit")]
    ("alternating", |config| {
        config.backend(BackendKind::Alternating);
    }),
];

/// Runs a test on an engine of each kind.
fn on_each_engine(test: impl Fn(&Engine) + Sync) {
    on_each_engine_with(|_| (), test);
}

/// Runs a test on an engine of each kind, each configured by `configure`.
fn on_each_engine_with(configure: impl Fn(&mut Config), test: impl Fn(&Engine) + Sync) {
    for (name, set_up) in ENGINES {
        let mut config = Config::new();
        set_up(&mut config);
        configure(&mut config);
        let engine = Engine::new(&config).expect("there are backends");
        if let Err(error) = Module::new(&engine, "(module)") {
            assert!(
                config.dispatch() == Dispatch::Tail
                    && matches!(error.kind(), ErrorKind::Unsupported(_)),
                "{name}: {error}"
            );
            let expected = !cfg!(debug_assertions)
                && cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));
            assert!(!expected, "an optimised build has tail dispatch");
            continue;
        }
        // Shown when the test fails.
        println!("engine: {name}");
        let outcome = std::thread::scope(|scope| {
            std::thread::Builder::new()
                .stack_size(STACK_BYTES)
                .spawn_scoped(scope, || test(&engine))
                .expect("a thread")
                .join()
        });
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
    }
}

/// A module from text.
fn module(engine: &Engine, text: &str) -> Module {
    Module::new(engine, text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// An instance of a module without imports, from text.
fn instantiate<T: 'static>(store: &mut Store<T>, text: &str) -> Instance {
    let module = module(store.engine(), text);
    Instance::new(store, &module, &[]).expect("nothing is imported")
}

/// Calls an exported function by its name, and gives its results.
fn call(
    mut store: impl AsContextMut,
    instance: Instance,
    name: &str,
    args: &[Val],
) -> Result<Vec<Val>> {
    let func = exported(&mut store, instance, name);
    let mut results = vec![Val::I32(0); func.ty(&store).results().len()];
    func.call(&mut store, args, &mut results)?;
    Ok(results)
}

/// Calls an exported function that gives one `i32`.
fn call_i32(store: impl AsContextMut, instance: Instance, name: &str, args: &[Val]) -> Result<i32> {
    Ok(call(store, instance, name, args)?[0].unwrap_i32())
}

/// An exported function.
fn exported(store: impl AsContextMut, instance: Instance, name: &str) -> Func {
    instance
        .get_func(store, name)
        .unwrap_or_else(|| panic!("no function is exported as `{name}`"))
}

/// Whether both are the same reference, or null.
fn same_extern(store: impl AsContext, a: Option<ExternRef>, b: Option<ExternRef>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => ExternRef::same(store, &a, &b),
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// Whether both are the same value: handles of one reference can differ.
fn same_value(store: impl AsContext, a: &Val, b: &Val) -> bool {
    match (a, b) {
        (Val::ExternRef(a), Val::ExternRef(b)) => same_extern(store, *a, *b),
        (a, b) => format!("{a:?}") == format!("{b:?}"),
    }
}

/// The trap that a call ended with.
#[track_caller]
fn trap<R: std::fmt::Debug>(result: Result<R>) -> Trap {
    let error = result.expect_err("the call traps");
    error.trap().unwrap_or_else(|| panic!("{error} is no trap"))
}

/// The message of an error that is the embedder's fault.
#[track_caller]
fn bad_argument<R: std::fmt::Debug>(result: Result<R>) -> String {
    let error = result.expect_err("the argument is bad");
    assert!(
        matches!(error.kind(), ErrorKind::BadArgument(_)),
        "{error:?}"
    );
    error.to_string()
}

/// Whether an error says that a limit is reached.
fn is_limit(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Limit(_))
}

/// Pseudo-random numbers, always the same (xorshift64*, G. Marsaglia, "Xorshift RNGs", 2003).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `bound`.
    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}
