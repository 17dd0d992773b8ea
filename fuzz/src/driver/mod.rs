//! The program's parts.

pub(crate) mod options;
pub(crate) mod parent;
pub(crate) mod replay;
pub(crate) mod worker;

use core::time::Duration;

/// How long a worker may work in silence: a case takes much less.
const SILENCE: Duration = Duration::from_secs(60);

/// How long it may be silent though it hardly works, because others have the processors or because
/// it waits for something that does not come.
const WAITING: Duration = Duration::from_secs(600);

/// The stack of the threads that execute cases, above what guests may take of it.
const STACK: usize = 256 << 20;

/// What processors have done for a process; `None` where the system does not tell.
fn processor_time(process: u32) -> Option<Duration> {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).ok()?;
    let mut nanoseconds = 0;
    for thread in threads {
        let path = thread.ok()?.path().join("schedstat");
        let text = std::fs::read_to_string(path).ok()?;
        nanoseconds += text.split_whitespace().next()?.parse::<u64>().ok()?;
    }
    Some(Duration::from_nanos(nanoseconds))
}

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
