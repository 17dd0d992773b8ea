//! Work on all function bodies of a module, shared out among threads.

use crate::error::{Error, Result};
use crate::sync::Mutex;
use core::ops::Range;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use diptych_platform::Workers;

/// The code size in bytes from which on a second thread is worth its start.
const MIN_CODE: u32 = 64 << 10;
/// What a thread takes at a time, in bytes of code.
const CHUNK: u32 = 16 << 10;
const MAX_THREADS: usize = 8;

/// Does `work` for the index of every body, on several threads, each with a state that `begin`
/// makes for it; does nothing and gives `None` when one thread is better. The error is that of the
/// first body that has one, on any number of threads.
///
/// # Errors
/// As `work`.
pub fn each_body<S>(
    bodies: &[Range<u32>],
    workers: &dyn Workers,
    begin: &(dyn Fn() -> S + Sync),
    work: &(dyn Fn(&mut S, usize) -> Result<()> + Sync),
) -> Option<Result<()>> {
    let (first, last) = (bodies.first()?, bodies.last()?);
    let size = last.end - first.start;
    if size < MIN_CODE {
        return None;
    }
    let most = MAX_THREADS.min((size / CHUNK) as usize);
    let threads = workers.parallelism().min(most);
    (threads > 1).then(|| run(bodies, workers, threads, begin, work))
}

fn run<S>(
    bodies: &[Range<u32>],
    workers: &dyn Workers,
    threads: usize,
    begin: &(dyn Fn() -> S + Sync),
    work: &(dyn Fn(&mut S, usize) -> Result<()> + Sync),
) -> Result<()> {
    let job = Job {
        bodies,
        next: AtomicUsize::new(0),
        end: AtomicU32::new(bodies.last().map_or(0, |body| body.end)),
        failed: Mutex::new(None),
    };
    workers.run(threads - 1, &|| {
        let mut state = begin();
        job.work(|index| work(&mut state, index));
    });
    let failed = job.failed.lock().take();
    failed.map_or(Ok(()), |(_, error)| Err(error))
}

struct Job<'a> {
    bodies: &'a [Range<u32>],
    /// The next chunk that no thread has taken.
    next: AtomicUsize,
    /// The end in the module of what is still of interest.
    end: AtomicU32,
    /// The first body so far that had an error, and which.
    failed: Mutex<Option<(usize, Error)>>,
}

impl Job<'_> {
    /// Takes chunks in ascending order until none is left. A chunk before the first known error is
    /// never left out, so that the error is the same on any number of threads.
    fn work(&self, mut work: impl FnMut(usize) -> Result<()>) {
        loop {
            let chunk = self.next.fetch_add(1, Ordering::Relaxed) as u64;
            let start = u64::from(self.bodies[0].start) + chunk * u64::from(CHUNK);
            if start >= u64::from(self.end.load(Ordering::Relaxed)) {
                return;
            }
            let body_at = |offset| {
                self.bodies
                    .partition_point(|body| u64::from(body.start) < offset)
            };
            for index in body_at(start)..body_at(start + u64::from(CHUNK)) {
                if let Err(error) = work(index) {
                    self.fail(index, error);
                    break;
                }
            }
        }
    }

    fn fail(&self, index: usize, error: Error) {
        let mut failed = self.failed.lock();
        if failed.as_ref().is_none_or(|(first, _)| index < *first) {
            *failed = Some((index, error));
            self.end
                .fetch_min(self.bodies[index].start, Ordering::Relaxed);
        }
    }
}

#[cfg(all(test, feature = "threads"))]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::ToString as _;
    use alloc::vec::Vec;
    use diptych_platform::ThreadWorkers;

    #[test]
    fn the_first_error_is_the_same_on_any_number_of_threads() {
        const LEN: u32 = 250;
        let bodies: Vec<_> = (0..1000).map(|i| i * LEN..(i + 1) * LEN).collect();
        for bad in [
            &[][..],
            &[0],
            &[999],
            &[500, 3, 501, 900],
            &[17, 18, 19, 20],
        ] {
            let work = |done: &mut usize, index: usize| {
                *done += 1;
                match bad.contains(&index) {
                    false => Ok(()),
                    true => Err(Error::msg(format!("{index} after {done}"))),
                }
            };
            let first = bad.iter().min().map(|first| format!("{first} "));
            for threads in 1..=8 {
                for _ in 0..5 {
                    let result = run(&bodies, &ThreadWorkers, threads, &|| 0, &work);
                    let error = result.err().map(|error| error.to_string());
                    assert_eq!(error.is_some(), first.is_some(), "{threads}");
                    let first = first.as_deref().unwrap_or_default();
                    assert!(error.unwrap_or_default().starts_with(first), "{threads}");
                }
            }
        }
    }

    #[test]
    fn every_body_is_worked_on_once() {
        let bodies: Vec<_> = (0..1000).map(|i| i * 100..(i + 1) * 100).collect();
        let done: Vec<_> = bodies.iter().map(|_| AtomicUsize::new(0)).collect();
        let work = |_: &mut (), index: usize| {
            done[index].fetch_add(1, Ordering::Relaxed);
            Ok(())
        };
        run(&bodies, &ThreadWorkers, 4, &|| (), &work).unwrap();
        assert!(done.iter().all(|done| done.load(Ordering::Relaxed) == 1));
    }

    #[test]
    fn little_is_done_by_the_calling_thread() {
        let work = |_: &mut (), _: usize| Ok(());
        let begin = || ();
        assert!(each_body(&[], &ThreadWorkers, &begin, &work).is_none());
        let small = [0..CHUNK, CHUNK..MIN_CODE - 1];
        assert!(each_body(&small, &ThreadWorkers, &begin, &work).is_none());
    }
}
