//! The host of a guest: its WASI, its limits, and the watchdog that ends it.

use crate::engine;
use crate::flags::{EngineFlags, LimitFlags, WorldFlags};
use crate::report::{Failure, Outcome};
use diptych::{Engine, InterruptHandle, Linker, Module, Store, StoreLimits, StoreLimitsBuilder};
use diptych_wasi::{DirPerms, FilePerms, WasiCtx, WasiCtxBuilder};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

/// What the store holds for the host's functions.
pub(crate) struct Host {
    wasi: WasiCtx,
    limits: StoreLimits,
}

/// An engine with what the limits need.
pub(crate) fn engine(flags: &EngineFlags, limits: &LimitFlags) -> Outcome<Engine> {
    let mut config = engine::config(flags)?;
    config.consume_fuel(limits.fuel.is_some());
    config.interruption(limits.timeout.is_some());
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
    };
    let mut store = Store::new(engine, host);
    store.limiter(|host| &mut host.limits);
    if limits.timeout.is_some() {
        let handle = store.interrupt_handle();
        let wasi = &mut store.data_mut().wasi;
        wasi.cancel_waits_when(move || handle.is_interrupted());
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
    pub(crate) fn start(after: Duration, handle: InterruptHandle) -> Outcome<Self> {
        let (alive, ended) = mpsc::channel::<()>();
        thread::Builder::new()
            .name("watchdog".to_owned())
            .spawn(move || {
                if ended.recv_timeout(after) == Err(RecvTimeoutError::Timeout) {
                    handle.interrupt();
                }
            })
            .map_err(|error| Failure::host("cannot start the watchdog of --timeout", &error))?;
        Ok(Self { _alive: alive })
    }
}
