//! Clocks.

use crate::WasiCtx;
use crate::errno::{Errno, Outcome};
use crate::memory::GuestMemory;
use core::time::Duration;
use std::thread;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The time of day that guests see.
///
/// ```
/// use diptych_wasi::{WallClock, WasiCtxBuilder};
/// use std::time::Duration;
///
/// /// It is always the same moment.
/// struct Stopped;
///
/// impl WallClock for Stopped {
///     fn now(&self) -> Duration {
///         Duration::from_secs(1_000_000_000)
///     }
/// }
///
/// let wasi = WasiCtxBuilder::new().wall_clock(Stopped).build();
/// ```
pub trait WallClock: Send + Sync {
    /// The time since the start of 1970, UTC.
    fn now(&self) -> Duration;

    /// The clock's step.
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }
}

/// The clock that never goes back, and by which guests wait.
///
/// One that counts its own waits makes time a function of the program:
///
/// ```
/// use diptych_wasi::{MonotonicClock, WasiCtxBuilder};
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use std::time::Duration;
///
/// #[derive(Default)]
/// struct Simulated(AtomicU64);
///
/// impl MonotonicClock for Simulated {
///     fn now(&self) -> Duration {
///         Duration::from_nanos(self.0.fetch_add(1, Ordering::Relaxed))
///     }
///
///     fn sleep(&self, time: Duration) {
///         self.0.fetch_add(time.as_nanos() as u64, Ordering::Relaxed);
///     }
/// }
///
/// let wasi = WasiCtxBuilder::new().monotonic_clock(Simulated::default()).build();
/// ```
pub trait MonotonicClock: Send + Sync {
    /// The time since a moment of the clock's own.
    fn now(&self) -> Duration;

    /// The clock's step.
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    /// Waits until `time` has passed on this clock, or part of it.
    fn sleep(&self, time: Duration) {
        thread::sleep(time);
    }
}

/// The host's own time of day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostWallClock;

impl WallClock for HostWallClock {
    fn now(&self) -> Duration {
        // A host whose clock is before 1970 is at its start.
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
    }
}

/// The host's own monotonic clock, from when the context was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostMonotonicClock(Instant);

impl HostMonotonicClock {
    pub(crate) fn new() -> Self {
        Self(Instant::now())
    }
}

impl MonotonicClock for HostMonotonicClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

/// The clocks of a context.
pub(crate) struct Clocks {
    pub(crate) wall: Box<dyn WallClock>,
    pub(crate) monotonic: Box<dyn MonotonicClock>,
    /// Whether time on the monotonic clock passes as it does for the host, whose
    /// system then waits for both, time and files.
    #[cfg(unix)]
    pub(crate) monotonic_is_hosts: bool,
    /// The monotonic time when the context was made: from when the CPU time counts.
    pub(crate) start: Duration,
}

/// A clock by its number.
///
/// The CPU time of the process is a guest's own only as far as the host's process runs nothing
/// else; so both clocks of CPU time give the time that has passed since the context was made,
/// which says nothing of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClockId {
    Wall,
    Monotonic,
    CpuTime,
}

impl ClockId {
    pub(crate) fn from_guest(id: u32) -> Outcome<Self> {
        match id {
            0 => Ok(Self::Wall),
            1 => Ok(Self::Monotonic),
            2 | 3 => Ok(Self::CpuTime),
            _ => Err(Errno::Inval),
        }
    }
}

impl Clocks {
    pub(crate) fn now(&self, id: ClockId) -> Duration {
        match id {
            ClockId::Wall => self.wall.now(),
            ClockId::Monotonic => self.monotonic.now(),
            ClockId::CpuTime => self.monotonic.now().saturating_sub(self.start),
        }
    }

    fn resolution(&self, id: ClockId) -> Duration {
        match id {
            ClockId::Wall => self.wall.resolution(),
            ClockId::Monotonic | ClockId::CpuTime => self.monotonic.resolution(),
        }
    }
}

pub(crate) fn clock_res_get(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    id: u32,
    result: u32,
) -> Outcome {
    let resolution = ctx.world.clocks.resolution(ClockId::from_guest(id)?);
    // Zero would say that the clock is not there.
    memory.write_u64(result, nanoseconds(resolution)?.max(1))
}

pub(crate) fn clock_time_get(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    id: u32,
    _precision: u64,
    result: u32,
) -> Outcome {
    let now = ctx.world.clocks.now(ClockId::from_guest(id)?);
    memory.write_u64(result, nanoseconds(now)?)
}

fn nanoseconds(time: Duration) -> Outcome<u64> {
    u64::try_from(time.as_nanos()).map_err(|_| Errno::Overflow)
}
