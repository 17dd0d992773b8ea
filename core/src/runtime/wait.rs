//! Threads that wait at an address of a shared memory, and who wakes them
//! ([spec](https://webassembly.github.io/threads/core/exec/runtime.html#wait-queues)).

use super::SharedMemory;
use crate::error::{Error, ErrorKind, Result};
use crate::store::out_of_memory;
use crate::sync::Mutex;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;
use diptych_platform::Parking;

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitResult {
    /// Another thread woke this one.
    Ok = 0,
    /// The number at the address was not the one that was expected.
    NotEqual = 1,
    /// Nobody woke this thread in time.
    TimedOut = 2,
}

/// What reaches a thread that may be asleep: one per store.
#[derive(Debug, Default)]
pub(crate) struct Signal {
    /// Not 0 when the guest is to stop. Guest code reads it.
    pub(crate) interrupt: AtomicU32,
    /// What the thread sleeps at: bit 0 says that it was notified, the others count the
    /// interruptions, so that each changes the word.
    word: AtomicU32,
    parking: Option<Arc<dyn Parking>>,
}

const NOTIFIED: u32 = 1;
const ONE_INTERRUPTION: u32 = 2;

impl Signal {
    pub(crate) fn new(parking: Option<Arc<dyn Parking>>) -> Self {
        Self {
            parking,
            ..Self::default()
        }
    }

    /// Asks the guest to stop, also when it is asleep.
    pub(crate) fn interrupt(&self) {
        self.interrupt.store(1, Ordering::SeqCst);
        self.word.fetch_add(ONE_INTERRUPTION, Ordering::SeqCst);
        self.wake();
    }

    fn notify(&self) {
        self.word.fetch_or(NOTIFIED, Ordering::SeqCst);
        self.wake();
    }

    fn wake(&self) {
        if let Some(parking) = &self.parking {
            parking.wake(&self.word);
        }
    }
}

/// The threads that wait at addresses of a memory, those that came first in front.
#[derive(Debug, Default)]
pub(super) struct Waiters(Mutex<Vec<Waiter>>);

#[derive(Debug)]
struct Waiter {
    address: u64,
    signal: Arc<Signal>,
}

impl Waiters {
    /// Wakes up to `count` of those that wait at an address, and says how many it woke.
    pub(super) fn notify(&self, address: u64, count: u32) -> u32 {
        let mut waiters = self.0.lock();
        let mut woken = 0;
        waiters.retain(|waiter| {
            let wakes = woken < count && waiter.address == address;
            if wakes {
                woken += 1;
                waiter.signal.notify();
            }
            !wakes
        });
        woken
    }
}

/// A thread that waits; when this is dropped, it does no more.
#[derive(Debug)]
pub(crate) struct Wait {
    memory: SharedMemory,
    signal: Arc<Signal>,
    /// When it ends, on the clock of the platform; never, when there is none.
    deadline: Option<Duration>,
}

/// Why a thread does not sleep any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wakeup {
    /// It was notified.
    Notified,
    /// It is late.
    TimedOut,
    /// The guest is to stop.
    Interrupted,
}

impl Wait {
    /// Begins to wait at an address when `is_equal` says that the number there is what is expected;
    /// `None` when it is another one.
    ///
    /// # Errors
    /// When the platform has no way to wait, or no memory.
    pub(crate) fn begin(
        memory: &SharedMemory,
        address: u64,
        is_equal: impl FnOnce() -> bool,
        signal: &Arc<Signal>,
        timeout: Option<Duration>,
    ) -> Result<Option<Self>> {
        // Who changes the number and notifies then finds either this thread here, or the lock
        // taken.
        let mut waiters = memory.waiters().0.lock();
        if !is_equal() {
            return Ok(None);
        }
        let Some(parking) = &signal.parking else {
            return Err(Error::new(ErrorKind::Unsupported(
                "a guest wants to wait for another thread, and the platform has none: see                  `Config::parking`"
                    .into(),
            )));
        };
        // What cannot be represented is centuries away.
        let deadline = timeout.and_then(|timeout| parking.now().checked_add(timeout));
        waiters.try_reserve(1).map_err(out_of_memory)?;
        signal.word.fetch_and(!NOTIFIED, Ordering::SeqCst);
        waiters.push(Waiter {
            address,
            signal: Arc::clone(signal),
        });
        drop(waiters);
        Ok(Some(Self {
            memory: memory.clone(),
            signal: Arc::clone(signal),
            deadline,
        }))
    }

    /// Sleeps until there is a reason not to.
    pub(crate) fn sleep(&self) -> Wakeup {
        let Some(parking) = &self.signal.parking else {
            return Wakeup::TimedOut;
        };
        loop {
            let seen = self.signal.word.load(Ordering::SeqCst);
            if seen & NOTIFIED != 0 {
                return Wakeup::Notified;
            }
            if self.signal.interrupt.load(Ordering::SeqCst) != 0 {
                return Wakeup::Interrupted;
            }
            let left = self.deadline.map(|at| at.saturating_sub(parking.now()));
            if left == Some(Duration::ZERO) {
                return match self.leave() {
                    true => Wakeup::TimedOut,
                    // It was notified at the last moment, and who did so has counted it.
                    false => Wakeup::Notified,
                };
            }
            parking.park(&self.signal.word, seen, left);
        }
    }

    /// Waits no more. Says whether it did until now.
    fn leave(&self) -> bool {
        let mut waiters = self.memory.waiters().0.lock();
        let is_own = |waiter: &Waiter| Arc::ptr_eq(&waiter.signal, &self.signal);
        let at = waiters.iter().position(is_own);
        at.map(|at| waiters.remove(at)).is_some()
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.leave();
    }
}
