//! A profile of a guest: a thread interrupts it again and again, and where it is then is counted.
//!
//! A guest looks for interruption where a function or an iteration of a loop begins; so what is
//! counted is where it next came to such a place. Time in the host (calls, and functions compiled
//! when they are first called) has no samples of its own.

mod flamegraph;
mod samples;
mod table;

use crate::flags::ProfileFlags;
use crate::host::Host;
use crate::report::{Failure, Outcome};
use diptych::{Backtrace, InterruptHandle, Store, Trap};
use samples::{FunctionId, Samples};
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A profile of a store's guest that is being taken.
pub(crate) struct Profile {
    samples: Arc<Mutex<Samples>>,
    ticker: Ticker,
    picture: Option<(PathBuf, File)>,
    rows: usize,
}

impl Profile {
    /// Begins the profile that the flags ask for, if they do.
    ///
    /// The engine is one with interruption.
    pub(crate) fn begin(flags: &ProfileFlags, store: &mut Store<Host>) -> Outcome<Option<Self>> {
        let Some(file) = &flags.profile else {
            return Ok(None);
        };
        // A file that cannot be written is told before the guest has taken its time.
        let picture = match file {
            Some(path) => Some((path.clone(), create(path)?)),
            None => None,
        };
        let samples = Arc::new(Mutex::new(Samples::new()));
        let counted = Arc::clone(&samples);
        store.on_interrupt(move |host, backtrace| {
            if host.is_over() {
                return Err(Trap::Interrupted.into());
            }
            let mut samples = counted.lock().unwrap_or_else(PoisonError::into_inner);
            count(&mut samples, backtrace);
            Ok(())
        });
        Ok(Some(Self {
            samples,
            ticker: Ticker::start(flags.profile_interval, store.interrupt_handle())?,
            picture,
            rows: flags.profile_top,
        }))
    }

    /// Ends the profile and tells it.
    pub(crate) fn finish(self) -> Outcome {
        let ticks = self.ticker.stop();
        let samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        eprint!("{}", table::text(&samples, &ticks, self.rows));
        let Some((path, mut file)) = self.picture else {
            return Ok(());
        };
        let text = if path.extension().is_some_and(|end| end == "folded") {
            samples.folded()
        } else {
            let title = format!(
                "{} samples, one every {:.2?}",
                samples.count(),
                ticks.period()
            );
            flamegraph::svg(&title, &samples.stacks())
        };
        file.write_all(text.as_bytes())
            .map_err(|error| Failure::host(format!("cannot write {}", path.display()), &error))
    }
}

fn create(path: &PathBuf) -> Outcome<File> {
    File::create(path)
        .map_err(|error| Failure::host(format!("cannot write {}", path.display()), &error))
}

/// Counts where a guest is.
fn count(samples: &mut Samples, backtrace: &Backtrace) {
    let functions: Vec<FunctionId> = backtrace
        .frames()
        .iter()
        .rev()
        .map(|frame| {
            let module = core::ptr::from_ref(frame.module().ir()).addr();
            let index = frame.func_index();
            samples.function((module, index.0), || {
                frame
                    .func_name()
                    .unwrap_or_else(|| format!("<wasm function {index}>"))
            })
        })
        .collect();
    samples.add(functions, backtrace.is_truncated());
}

/// A thread that interrupts a guest at intervals.
struct Ticker {
    alive: Sender<()>,
    thread: JoinHandle<Ticks>,
}

/// What a [`Ticker`] did.
#[derive(Clone, Copy, Debug, Default)]
struct Ticks {
    count: u64,
    /// How many found that the guest had not noticed the one before.
    unnoticed: u64,
    time: Duration,
}

impl Ticks {
    /// The time between two ticks, which is a little more than was asked for.
    fn period(&self) -> Duration {
        self.time
            .checked_div(u32::try_from(self.count).unwrap_or(u32::MAX))
            .unwrap_or_default()
    }
}

impl Ticker {
    fn start(interval: Duration, handle: InterruptHandle) -> Outcome<Self> {
        let (alive, ended) = mpsc::channel::<()>();
        let thread = thread::Builder::new()
            .name("profiler".to_owned())
            .spawn(move || {
                let mut ticks = Ticks::default();
                let begin = Instant::now();
                while ended.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                    ticks.count += 1;
                    ticks.time = begin.elapsed();
                    if handle.is_interrupted() {
                        ticks.unnoticed += 1;
                    } else {
                        handle.interrupt();
                    }
                }
                ticks
            })
            .map_err(|error| Failure::host("cannot start the thread of --profile", &error))?;
        Ok(Self { alive, thread })
    }

    fn stop(self) -> Ticks {
        drop(self.alive);
        self.thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}
