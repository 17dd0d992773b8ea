//! Threads that share work.

use core::fmt;

/// What a worker's stack should have, in bytes, for the compiler to run on it. On smaller stacks
/// it does without the function that needed more.
pub const WORKER_STACK: usize = 4 << 20;

/// What runs a piece of work in several threads: the validation and the compilation of a module's
/// functions.
///
/// # Safety
/// [`run`](Self::run) returns only when every call that it began has returned, and begins none
/// later: `work` borrows from its caller.
pub unsafe trait Workers: fmt::Debug + Send + Sync {
    /// How many threads can work at the same time, the calling one among them: at least 1.
    fn parallelism(&self) -> usize;

    /// Calls `work` in this thread, and at the same time in up to `helpers` others. The calls
    /// share the work out among themselves: however few there are, all of it is done.
    ///
    /// # Panics
    /// When `work` does.
    fn run(&self, helpers: usize, work: &(dyn Fn() + Sync));
}

/// Threads of the operating system, each of which lasts as long as one piece of work. Needs the
/// feature `threads`.
#[cfg(feature = "threads")]
#[derive(Clone, Copy, Debug, Default)]
pub struct ThreadWorkers;

// SAFETY: the threads' scope ends when all of them have.
#[cfg(feature = "threads")]
unsafe impl Workers for ThreadWorkers {
    fn parallelism(&self) -> usize {
        std::thread::available_parallelism().map_or(1, usize::from)
    }

    fn run(&self, helpers: usize, work: &(dyn Fn() + Sync)) {
        std::thread::scope(|scope| {
            for _ in 0..helpers {
                let thread = std::thread::Builder::new().stack_size(WORKER_STACK);
                // Where no more threads can be had, those that there are do all the work.
                if thread.spawn_scoped(scope, work).is_err() {
                    break;
                }
            }
            work();
        });
    }
}

#[cfg(all(test, feature = "threads"))]
mod tests {
    use super::*;
    use core::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn all_work_is_done_before_run_returns() {
        for helpers in [0, 1, 7] {
            let (left, done) = (AtomicUsize::new(1000), AtomicUsize::new(0));
            let take = || {
                let one_less = |left: usize| left.checked_sub(1);
                left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less)
            };
            ThreadWorkers.run(helpers, &|| {
                while take().is_ok() {
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
            assert_eq!(done.into_inner(), 1000);
        }
        assert!(ThreadWorkers.parallelism() >= 1);
    }
}
