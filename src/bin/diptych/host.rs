//! The host of a guest: its WASI, its limits, and the watchdog that ends it.

use crate::engine;
use crate::flags::{EngineFlags, LimitFlags, WorldFlags};
use crate::report::{Failure, Outcome};
use core::sync::atomic::{AtomicBool, Ordering};
use diptych::{Engine, Linker, Module, Store, StoreLimits, StoreLimitsBuilder};
use diptych_wasi::{DirPerms, FilePerms, WasiCtx, WasiCtxBuilder};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

/// What the store holds for the host's functions.
pub(crate) struct Host {
    wasi: WasiCtx,
    limits: StoreLimits,
    deadline: Deadline,
}

impl Host {
    /// The end of the guest's time.
    pub(crate) const fn deadline(&self) -> &Deadline {
        &self.deadline
    }
}

/// Whether the time that a guest has is over. Interruption alone does not say so: it can also be
/// that somebody wants to know where the guest is.
#[derive(Clone, Default)]
pub(crate) struct Deadline(Arc<AtomicBool>);

impl Deadline {
    /// Whether it is over.
    pub(crate) fn is_over(&self) -> bool {
        self.0.load(Ordering::SeqCst)
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

/// A store for a guest that is called by this name and has these arguments.
pub(crate) fn store(
    engine: &Engine,
    name: &str,
    args: &[String],
    world: &WorldFlags,
    limits: &LimitFlags,
) -> Outcome<Store<Host>> {
    let host = Host {
        wasi: wasi(name, args, world)?,
        limits: store_limits(limits),
        deadline: Deadline::default(),
    };
    let mut store = Store::new(engine, host);
    store.limiter(|host| &mut host.limits);
    if limits.timeout.is_some() {
        let deadline = store.data().deadline.clone();
        let wasi = &mut store.data_mut().wasi;
        wasi.cancel_waits_when(move || deadline.is_over());
    }
    if let Some(fuel) = limits.fuel {
        store
            .set_fuel(fuel)
            .map_err(|error| Failure::guest("cannot set the fuel", &error))?;
    }
    Ok(store)
}

/// A linker with everything that a guest may import.
pub(crate) fn linker(module: &Module, world: &WorldFlags) -> Outcome<Linker<Host>> {
    let fail = |error: diptych::Error| Failure::guest("cannot define the imports", &error);
    let mut linker = Linker::new(module.engine());
    diptych_wasi::add_to_linker(&mut linker, |host: &mut Host| &mut host.wasi).map_err(fail)?;
    if world.unknown_imports_trap {
        linker
            .define_unknown_imports_as_traps(module)
            .map_err(fail)?;
    }
    Ok(linker)
}

/// The name by which a program knows itself: that of its file.
pub(crate) fn program_name(file: &Path) -> String {
    file.file_name()
        .unwrap_or(file.as_os_str())
        .to_string_lossy()
        .into_owned()
}

fn wasi(name: &str, args: &[String], world: &WorldFlags) -> Outcome<WasiCtx> {
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
    Ok(builder.build())
}

fn store_limits(flags: &LimitFlags) -> StoreLimits {
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
    pub(crate) fn start(after: Duration, store: &Store<Host>) -> Outcome<Self> {
        let handle = store.interrupt_handle();
        let deadline = store.data().deadline.clone();
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
