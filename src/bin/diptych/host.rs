//! The host of a guest: its WASI, its limits, and the watchdog that ends it.

use crate::engine;
use crate::flags::{EngineFlags, LimitFlags, WorldFlags};
use crate::report::{Failure, Outcome};
use crate::sections;
use core::sync::atomic::{AtomicBool, Ordering};
use diptych::{Engine, Linker, Module, Store, StoreLimits, StoreLimitsBuilder};
use diptych_wasi::{DirPerms, FilePerms, WasiCtx, WasiCtxBuilder, WasiThreads};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

/// What the store holds for the host's functions.
pub(crate) struct Host {
    wasi: WasiCtx,
    limits: StoreLimits,
}

impl Host {
    /// Whether the guest is to end: its time is over, or another thread of its ended it.
    /// Interruption alone does not say so: it can also be that somebody wants to know where the
    /// guest is.
    pub(crate) fn is_over(&self) -> bool {
        self.wasi.is_cancelled()
    }
}

/// Whether the time that a guest has is over.
#[derive(Clone, Default)]
pub(crate) struct Deadline(Arc<AtomicBool>);

impl Deadline {
    /// One that ends the waits of a guest in this world.
    pub(crate) fn of(wasi: &mut WasiCtx) -> Self {
        let deadline = Self::default();
        let seen = deadline.clone();
        wasi.cancel_waits_when(move || seen.0.load(Ordering::SeqCst));
        deadline
    }
}

/// An engine with what the limits need, whose guests can also be interrupted if that is asked for.
pub(crate) fn engine(
    flags: &EngineFlags,
    limits: &LimitFlags,
    interruption: bool,
) -> Outcome<Engine> {
    let mut config = engine::config(flags)?;
    config.consume_fuel(limits.fuel.is_some());
    config.interruption(interruption || limits.timeout.is_some());
    if let Some(bytes) = limits.max_stack {
        config.max_wasm_stack(bytes);
    }
    engine::engine(&config)
}

/// A store for a guest with this world.
pub(crate) fn store(
    engine: &Engine,
    wasi: WasiCtx,
    limits: &LimitFlags,
) -> diptych::Result<Store<Host>> {
    let host = Host {
        wasi,
        limits: store_limits(limits),
    };
    let mut store = Store::new(engine, host);
    store.limiter(|host| &mut host.limits);
    if let Some(fuel) = limits.fuel {
        store.set_fuel(fuel)?;
    }
    Ok(store)
}

/// What starts the guest's threads, each with a store as [`store`] makes it.
pub(crate) fn threads(
    engine: &Engine,
    wasi: WasiCtx,
    limits: &LimitFlags,
    linker: &mut Linker<Host>,
) -> Outcome<WasiThreads<Host>> {
    diptych_wasi::add_threads_to_linker(linker, |host: &mut Host| &mut host.wasi)
        .map_err(unlinked)?;
    let (engine, flags) = (engine.clone(), limits.clone());
    let make = move |wasi| store(&engine, wasi, &flags);
    Ok(WasiThreads::new(wasi, limits.max_threads, make))
}

/// Makes the shared memories that the module imports.
pub(crate) fn define_memories(
    linker: &mut Linker<Host>,
    store: &mut Store<Host>,
    module: &Module,
    limits: &LimitFlags,
) -> Outcome {
    let limits = &mut store_limits(limits);
    diptych_wasi::define_shared_memories(linker, store, module, limits).map_err(unlinked)
}

/// A store that cannot be made.
pub(crate) fn unmade(error: diptych::Error) -> Failure {
    Failure::guest("cannot make the store", &error)
}

/// A linker with what every guest may import.
pub(crate) fn linker(engine: &Engine) -> Outcome<Linker<Host>> {
    let mut linker = Linker::new(engine);
    diptych_wasi::add_to_linker(&mut linker, |host: &mut Host| &mut host.wasi).map_err(unlinked)?;
    Ok(linker)
}

/// Defines the imports that nothing else provides, if that is asked for.
pub(crate) fn define_unknown(
    linker: &mut Linker<Host>,
    module: &Module,
    world: &WorldFlags,
) -> Outcome {
    if world.unknown_imports_trap {
        linker
            .define_unknown_imports_as_traps(module)
            .map_err(unlinked)?;
    }
    Ok(())
}

pub(crate) fn unlinked(error: diptych::Error) -> Failure {
    Failure::guest("cannot define the imports", &error)
}

/// Whether a module in binary starts threads, which only an engine with interruption can end.
pub(crate) fn spawns_threads(bytes: &[u8]) -> bool {
    sections::imports(bytes, "wasi", "thread-spawn")
}

/// The name by which a program knows itself: that of its file.
pub(crate) fn program_name(file: &Path) -> String {
    file.file_name()
        .unwrap_or(file.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// The world of a guest that is called by this name and has these arguments.
pub(crate) fn wasi(name: &str, args: &[String], world: &WorldFlags) -> Outcome<WasiCtx> {
    Ok(self::world(name, args, world)?.build())
}

/// The same, to be built.
pub(crate) fn world(name: &str, args: &[String], world: &WorldFlags) -> Outcome<WasiCtxBuilder> {
    let mut builder = WasiCtxBuilder::new();
    builder.arg(name).args(args).inherit_stdio();
    for (name, value) in &world.env {
        builder.env(name, value);
    }
    for dir in &world.dir {
        let (dirs, files) = if dir.read_only {
            (DirPerms::READ, FilePerms::READ)
        } else {
            (DirPerms::all(), FilePerms::all())
        };
        builder
            .preopened_dir(&dir.host, &dir.guest, dirs, files)
            .map_err(|error| Failure::host(format!("--dir {}", dir.host.display()), &error))?;
    }
    Ok(builder)
}

pub(crate) fn store_limits(flags: &LimitFlags) -> StoreLimits {
    let mut builder = StoreLimitsBuilder::new();
    if let Some(bytes) = flags.max_memory {
        builder = builder.memory_size(bytes);
    }
    if let Some(elements) = flags.max_table {
        builder = builder.table_elements(elements);
    }
    builder.build()
}

/// A thread that interrupts the guest after a while, unless this is dropped before.
pub(crate) struct Watchdog {
    _alive: Sender<()>,
}

impl Watchdog {
    /// Begins to watch.
    pub(crate) fn start(after: Duration, deadline: Deadline, store: &Store<Host>) -> Outcome<Self> {
        let handle = store.interrupt_handle();
        let (alive, ended) = mpsc::channel::<()>();
        thread::Builder::new()
            .name("watchdog".to_owned())
            .spawn(move || {
                if ended.recv_timeout(after) == Err(RecvTimeoutError::Timeout) {
                    deadline.0.store(true, Ordering::SeqCst);
                    handle.interrupt();
                }
            })
            .map_err(|error| Failure::host("cannot start the watchdog of --timeout", &error))?;
        Ok(Self { _alive: alive })
    }
}
