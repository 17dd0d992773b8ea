//! `diptych run`.

use crate::compile;
use crate::engine;
use crate::flags::{LimitFlags, Run};
use crate::host::{self, Deadline, Host, Watchdog};
use crate::input;
use crate::profile::Profile;
use crate::report::{Failure, Outcome};
use crate::value;
use diptych::{Engine, ExternType, Func, Instance, Linker, Module, Store, Trap, Val};
use diptych_wasi::WasiThreads;
use std::io::Write as _;

pub(crate) fn run(flags: &Run) -> Outcome {
    let interruption = flags.profile.profile.is_some();
    if flags.precompiled {
        let engine = compile::with_compiler(&flags.engine);
        let (engine, module) = compile::load(flags.file(), |threads| {
            host::engine(&engine, &flags.limits, interruption || threads)
        })?;
        return engine::with_stack(&engine, || guest(flags, &engine, &module));
    }
    let bytes = input::module(flags.file())?;
    let interruption = interruption || host::spawns_threads(&bytes);
    let engine = host::engine(&flags.engine, &flags.limits, interruption)?;
    engine::with_stack(&engine, || {
        let module = Module::from_bytes(&engine, bytes)
            .map_err(|error| Failure::guest(flags.file().display(), &error))?;
        guest(flags, &engine, &module)
    })
}

fn guest(flags: &Run, engine: &Engine, module: &Module) -> Outcome {
    let name = host::program_name(flags.file());
    // The arguments of a function are not the program's.
    let args = if flags.invoke.is_some() {
        &[]
    } else {
        flags.args()
    };
    let limits = &flags.limits;
    let mut wasi = host::wasi(&name, args, &flags.world)?;
    let deadline = limits.timeout.map(|after| (after, Deadline::of(&mut wasi)));
    let mut linker = host::linker(engine)?;
    let (threads, store) = if diptych_wasi::spawns_threads(module) {
        let threads = host::threads(engine, wasi, limits, &mut linker)?;
        let store = threads.store();
        (Some(threads), store)
    } else {
        (None, host::store(engine, wasi, limits))
    };
    let mut store = store.map_err(host::unmade)?;
    host::define_memories(&mut linker, &mut store, module, limits)?;
    host::define_unknown(&mut linker, module, &flags.world)?;
    let _watchdog = match deadline {
        Some((after, deadline)) => Some(Watchdog::start(after, deadline, &store)?),
        None => None,
    };
    let profile = Profile::begin(&flags.profile, &mut store)?;
    let outcome = run_in(flags, module, &linker, threads, &mut store);
    let outcome = outcome.map_err(|stopped| stopped.failure(flags));
    match (outcome, profile.map_or(Ok(()), Profile::finish)) {
        (Err(failure), Err(unprofiled)) => {
            unprofiled.print();
            Err(failure)
        }
        (outcome, profiled) => outcome.and(profiled),
    }
}

/// What ends a guest other than well.
enum Stopped {
    /// It is not one that could be run, or the host failed.
    Failure(Failure),
    Guest(diptych::Error),
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<std::io::Error> for Stopped {
    fn from(error: std::io::Error) -> Self {
        Self::Failure(error.into())
    }
}

impl From<diptych::Error> for Stopped {
    fn from(error: diptych::Error) -> Self {
        Self::Guest(error)
    }
}

impl Stopped {
    /// What the user is told.
    fn failure(self, flags: &Run) -> Failure {
        match self {
            Self::Failure(failure) => failure,
            Self::Guest(error) => stopped(&flags.file().display(), &error, &flags.limits),
        }
    }
}

/// Runs the guest in this store, with its threads if it has some.
fn run_in(
    flags: &Run,
    module: &Module,
    linker: &Linker<Host>,
    threads: Option<WasiThreads<Host>>,
    store: &mut Store<Host>,
) -> Result<(), Stopped> {
    let Some(threads) = threads else {
        let instance = linker.instantiate(&mut *store, module)?;
        return execute(flags, module, store, instance);
    };
    let program = linker.instantiate_pre(module)?;
    threads.run(store, &program, |store, instance| {
        execute(flags, module, store, instance)
    })
}

fn execute(
    flags: &Run,
    module: &Module,
    store: &mut Store<Host>,
    instance: Instance,
) -> Result<(), Stopped> {
    let file = flags.file().display();
    match &flags.invoke {
        Some(name) => {
            let func = function(store, &instance, module, name)?;
            let ty = func.ty(&*store);
            let args = value::parse_all(flags.args(), &ty)
                .map_err(|error| Failure::msg(format!("{file}: {name}: {error}")))?;
            initialize(store, &instance)?;
            let results = call(store, func, &args, ty.results().len())?;
            let mut out = std::io::stdout().lock();
            for result in &results {
                writeln!(out, "{}", value::print(result))?;
            }
            Ok(out.flush()?)
        }
        None => match instance.get_func(&mut *store, "_start") {
            Some(start) => Ok(call(store, start, &[], 0).map(drop)?),
            None if initialize(store, &instance)? => Ok(()),
            // Whatever it does, it did at its instantiation.
            None if module.ir().start.is_some() => Ok(()),
            None => Err(Stopped::Failure(Failure::msg(format!(
                "{file}: not a program: it exports no `_start`; {}",
                choice(module)
            )))),
        },
    }
}

/// The exported function of this name.
pub(crate) fn function<T: 'static>(
    store: &mut Store<T>,
    instance: &Instance,
    module: &Module,
    name: &str,
) -> Outcome<Func> {
    instance.get_func(store, name).ok_or_else(|| {
        Failure::msg(format!(
            "no function `{name}` is exported; {}",
            choice(module)
        ))
    })
}

/// Calls the `_initialize` of a WASI reactor, and says whether it is one.
pub(crate) fn initialize<T: 'static>(
    store: &mut Store<T>,
    instance: &Instance,
) -> diptych::Result<bool> {
    match instance.get_func(&mut *store, "_initialize") {
        Some(func) => call(store, func, &[], 0).map(|_| true),
        None => Ok(false),
    }
}

/// Calls a function for its results.
pub(crate) fn call<T: 'static>(
    store: &mut Store<T>,
    func: Func,
    args: &[Val],
    results: usize,
) -> diptych::Result<Vec<Val>> {
    let mut values = vec![Val::I32(0); results];
    func.call(store, args, &mut values)?;
    Ok(values)
}

/// What can be invoked.
fn choice(module: &Module) -> String {
    let names: Vec<_> = module
        .exports()
        .filter(|export| matches!(export.ty(), ExternType::Func(_)))
        .map(|export| export.name().to_owned())
        .collect();
    match names.len() {
        0 => "it exports no function at all".to_owned(),
        1..=12 => format!("with --invoke it can run {}", names.join(", ")),
        more => format!(
            "with --invoke it can run {}, … ({more} in all)",
            names[..12].join(", ")
        ),
    }
}

/// A guest's end, with the flag that brought it about.
fn stopped(file: &dyn core::fmt::Display, error: &diptych::Error, limits: &LimitFlags) -> Failure {
    match (error.trap(), limits.timeout, limits.fuel) {
        (Some(Trap::Interrupted), Some(after), _) => {
            Failure::guest(format!("{file}: stopped after --timeout {after:?}"), error)
        }
        (Some(Trap::OutOfFuel), _, Some(fuel)) => {
            Failure::guest(format!("{file}: stopped after --fuel {fuel}"), error)
        }
        _ => Failure::guest(file, error),
    }
}
