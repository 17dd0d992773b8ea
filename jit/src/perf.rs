//! Tells Linux' `perf` of code, so that it can name functions: by a map of addresses
//! (`perf-PID.map`) or a dump of the code itself (`jit-PID.dump`, as in
//! `tools/perf/Documentation/jitdump-specification.txt` of the Linux kernel).
//!
//! The files are the process's, since `perf` looks for them by its id. What cannot be written is
//! left out: a profile is never a reason for a guest to fail.

mod dump;
mod map;

use crate::link::stubs_size;
use core::sync::atomic::{AtomicBool, Ordering};
use diptych_core::ProfilerKind;
use diptych_core::module::ModuleIr;
use diptych_core::types::DefinedFuncIdx;
use dump::Dump;
use map::Map;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is told of code.
struct Files {
    map: File<Map>,
    dump: File<Dump>,
}

/// A file that is made when it is first asked for.
enum File<F> {
    /// No one has.
    Unwanted,
    Open(F),
    /// It could not be made or written.
    Broken,
}

static FILES: Mutex<Files> = Mutex::new(Files {
    map: File::Unwanted,
    dump: File::Unwanted,
});

/// Whether some profiler is told.
static WANTED: AtomicBool = AtomicBool::new(false);

/// Has the profiler told of all code of the process from now on.
pub(crate) fn start(kind: ProfilerKind) {
    match kind {
        ProfilerKind::PerfMap => lock().map.open(|| Map::create(&map::path())),
        ProfilerKind::JitDump => lock().dump.open(Dump::create),
        _ => return,
    }
    WANTED.store(true, Ordering::Relaxed);
}

/// Tells of a function of a module.
pub(crate) fn function(ir: &ModuleIr, func: DefinedFuncIdx, start: *const u8, size: usize) {
    if !is_wanted() {
        return;
    }
    let index = ir.func_idx(func);
    let name = match ir.func_name(index) {
        Some(name) => format!("wasm[{index}]::{name}"),
        None => format!("wasm[{index}]"),
    };
    code(start, size, &name);
}

/// Tells of the stubs of a module.
pub(crate) fn stubs(start: *const u8, count: usize) {
    if count > 0 && is_wanted() {
        code(start, stubs_size(count), "wasm stubs");
    }
}

/// Tells of code that is not a module's.
pub(crate) fn trampoline(start: *const u8, size: usize, kind: &str) {
    if is_wanted() {
        code(start, size, &format!("wasm trampoline ({kind})"));
    }
}

fn is_wanted() -> bool {
    WANTED.load(Ordering::Relaxed)
}

fn code(start: *const u8, size: usize, name: &str) {
    // A line is one function's.
    let name: String = name
        .chars()
        .map(|c| if c.is_control() { '_' } else { c })
        .collect();
    let mut files = lock();
    files.map.with(|map| map.add(start.addr(), size, &name));
    files.dump.with(|dump| {
        // SAFETY: it is code that was published just now by whoever keeps it.
        let bytes = unsafe { core::slice::from_raw_parts(start, size) };
        dump.add(start.addr(), bytes, &name)
    });
}

fn lock() -> MutexGuard<'static, Files> {
    FILES.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<F> File<F> {
    fn open(&mut self, create: impl FnOnce() -> std::io::Result<F>) {
        if matches!(self, Self::Unwanted) {
            *self = create().map_or(Self::Broken, Self::Open);
        }
    }

    fn with(&mut self, write: impl FnOnce(&mut F) -> std::io::Result<()>) {
        if let Self::Open(file) = self
            && write(file).is_err()
        {
            *self = Self::Broken;
        }
    }
}
