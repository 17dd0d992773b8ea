//! Two guests that are compared while they run, each on its own thread.
//!
//! Each tells of one stretch of its way after the other, by a digest. As soon as both have told of
//! the same stretch and differ, both are stopped.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    Left,
    Right,
}

impl Which {
    const fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }
}

/// A stretch of the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// Of all that is seen in it, and before it.
    pub(crate) digest: u64,
    /// How many points there were when it ended.
    pub(crate) points: u64,
    /// The site of the last record in it.
    pub(crate) site: u32,
    /// Whether the guest has ended in it.
    pub(crate) is_last: bool,
}

/// Where the two part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parting {
    /// The last stretch that is the same.
    pub(crate) agreed: Option<Stretch>,
    /// The first one that is not.
    pub(crate) left: Stretch,
    pub(crate) right: Stretch,
}

/// How far one may be ahead of the other, in stretches.
const AHEAD: usize = 256;

/// Where the two meet.
#[derive(Debug, Default)]
pub(crate) struct Lockstep {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// What has been told of and not compared.
    told: [VecDeque<Stretch>; 2],
    agreed: Option<Stretch>,
    parting: Option<Parting>,
    /// Who has told of everything.
    ended: [bool; 2],
}

/// That a guest is to stop, because the other differs or is there no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stop;

impl Lockstep {
    /// Tells of a stretch. Waits if the other is far behind.
    pub(crate) fn tell(&self, which: Which, stretch: Stretch) -> Result<(), Stop> {
        let mut state = self.lock();
        state.told[which as usize].push_back(stretch);
        state.compare();
        self.changed.notify_all();
        loop {
            if state.parting.is_some() {
                return Err(Stop);
            }
            if state.told[which as usize].len() < AHEAD || stretch.is_last {
                return Ok(());
            }
            // Nobody will compare what the other has not told of and never will.
            if state.ended[which.other() as usize] {
                return Err(Stop);
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// One of the two, until it is dropped.
    pub(crate) fn enter(&self, which: Which) -> Entered<'_> {
        Entered {
            lockstep: self,
            which,
        }
    }

    /// Where the two part, if they do.
    pub(crate) fn parting(&self) -> Option<Parting> {
        self.lock().parting
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn compare(&mut self) {
        while self.parting.is_none() {
            let [left, right] = &mut self.told;
            if left.is_empty() || right.is_empty() {
                return;
            }
            let (Some(left), Some(right)) = (left.pop_front(), right.pop_front()) else {
                return;
            };
            if left == right {
                self.agreed = Some(left);
            } else {
                self.parting = Some(Parting {
                    agreed: self.agreed,
                    left,
                    right,
                });
            }
        }
    }
}

/// The presence of one of the two: the other does not wait for it when it has gone, however it
/// went.
#[derive(Debug)]
pub(crate) struct Entered<'a> {
    lockstep: &'a Lockstep,
    which: Which,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.lockstep.lock().ended[self.which as usize] = true;
        self.lockstep.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    fn stretch(points: u64, digest: u64) -> Stretch {
        Stretch {
            digest,
            points,
            site: 0,
            is_last: false,
        }
    }

    #[test]
    fn the_first_difference_stops_both() {
        let lockstep = &Lockstep::default();
        let tell = |which, wrong: u64| {
            let _entered = lockstep.enter(which);
            (0..)
                .take_while(|&at| {
                    let digest = if at >= wrong { !at } else { at };
                    lockstep.tell(which, stretch(at, digest)).is_ok()
                })
                .count() as u64
        };
        thread::scope(|scope| {
            let left = scope.spawn(|| tell(Which::Left, u64::MAX));
            let right = scope.spawn(|| tell(Which::Right, 1000));
            for side in [left, right] {
                assert!(side.join().expect("it ends") < 1000 + AHEAD as u64);
            }
        });
        let parting = lockstep.parting().expect("they differ");
        assert_eq!(parting.agreed, Some(stretch(999, 999)));
        assert_eq!(
            (parting.left, parting.right),
            (stretch(1000, 1000), stretch(1000, !1000))
        );
    }

    #[test]
    fn nobody_waits_for_who_has_gone() {
        let lockstep = &Lockstep::default();
        drop(lockstep.enter(Which::Right));
        let told = (0..10_000)
            .take_while(|&at| lockstep.tell(Which::Left, stretch(at, at)).is_ok())
            .count();
        assert_eq!(told, AHEAD - 1);
        assert_eq!(lockstep.parting(), None);
    }
}
