//! The program's parts.

pub(crate) mod options;
pub(crate) mod parent;
pub(crate) mod replay;
pub(crate) mod worker;

use core::time::Duration;

/// How long a worker may be silent: a case takes much less.
const SILENCE: Duration = Duration::from_secs(60);

/// The stack of the threads that execute cases, above what guests may take of it.
const STACK: usize = 256 << 20;

/// Runs `work` on a thread whose stack is large enough for all guests.
fn on_large_stack<R: Send>(work: impl FnOnce() -> R + Send) -> Result<R, String> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, work)
            .map_err(|error| error.to_string())?;
        thread.join().map_err(|_| "the thread panicked".to_owned())
    })
}
