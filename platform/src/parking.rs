//! Threads that sleep until another wakes them.

use core::fmt;
use core::sync::atomic::AtomicU32;
use core::time::Duration;

/// What lets threads sleep, as `memory.atomic.wait` wants it.
///
/// The operations are those of a futex, which most systems have or can make of what they have.
pub trait Parking: fmt::Debug + Send + Sync {
    /// Sleeps as long as the word has this value, but no longer than `timeout` when there is one,
    /// and until [`wake`](Self::wake) is called for the word. It may end early for no reason.
    ///
    /// Between the look at the word and the sleep no call of [`wake`](Self::wake) gets lost.
    fn park(&self, word: &AtomicU32, value: u32, timeout: Option<Duration>);

    /// Wakes the threads that sleep at this word, which has another value now.
    fn wake(&self, word: &AtomicU32);

    /// The time since some point in the past, which never goes back.
    fn now(&self) -> Duration;
}

#[cfg(feature = "threads")]
pub use threads::ThreadParking;

#[cfg(feature = "threads")]
mod threads {
    use super::Parking;
    use core::sync::atomic::{AtomicU32, Ordering};
    use core::time::Duration;
    use std::sync::{Condvar, Mutex, PoisonError};
    use std::time::Instant;

    /// How many places there are to sleep at: threads at the same one wake each other for nothing.
    const PLACES: usize = 32;

    /// Lets threads sleep by means of the standard library. Needs the feature `threads`.
    #[derive(Debug)]
    pub struct ThreadParking {
        places: [Place; PLACES],
        start: Instant,
    }

    #[derive(Debug, Default)]
    struct Place {
        lock: Mutex<()>,
        woken: Condvar,
    }

    impl Default for ThreadParking {
        fn default() -> Self {
            Self {
                places: Default::default(),
                start: Instant::now(),
            }
        }
    }

    impl ThreadParking {
        fn place(&self, word: &AtomicU32) -> &Place {
            let address = core::ptr::from_ref(word).addr();
            // Words are in allocations of their own: the low bits tell them not apart.
            &self.places[(address >> 4 ^ address >> 9) % PLACES]
        }
    }

    impl Parking for ThreadParking {
        fn park(&self, word: &AtomicU32, value: u32, timeout: Option<Duration>) {
            let place = self.place(word);
            let lock = place.lock.lock().unwrap_or_else(PoisonError::into_inner);
            // Whoever wakes has changed the word before, and takes the lock.
            if word.load(Ordering::SeqCst) != value {
                return;
            }
            match timeout {
                Some(timeout) => {
                    drop(place.woken.wait_timeout(lock, timeout));
                }
                None => drop(place.woken.wait(lock)),
            }
        }

        fn wake(&self, word: &AtomicU32) {
            let place = self.place(word);
            drop(place.lock.lock().unwrap_or_else(PoisonError::into_inner));
            place.woken.notify_all();
        }

        fn now(&self) -> Duration {
            self.start.elapsed()
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn who_sleeps_is_woken() {
            let parking = ThreadParking::default();
            let word = AtomicU32::new(0);
            std::thread::scope(|scope| {
                for _ in 0..3 {
                    scope.spawn(|| {
                        while word.load(Ordering::SeqCst) == 0 {
                            parking.park(&word, 0, None);
                        }
                    });
                }
                word.store(1, Ordering::SeqCst);
                parking.wake(&word);
            });
        }

        #[test]
        fn a_timeout_ends_the_sleep() {
            let parking = ThreadParking::default();
            let word = AtomicU32::new(0);
            let timeout = Duration::from_millis(3);
            let before = parking.now();
            while parking.now() - before < timeout {
                parking.park(&word, 0, Some(timeout));
            }
            // The word has another value: no sleep at all.
            parking.park(&word, 1, None);
        }
    }
}
