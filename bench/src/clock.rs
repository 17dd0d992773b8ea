//! Time that other programs on the machine do not use up.

use rustix::time::{ClockId, clock_gettime};

/// The processor time of this thread, in seconds.
pub fn thread() -> f64 {
    seconds(ClockId::ThreadCPUTime)
}

/// The processor time of all threads of this process, in seconds.
pub fn process() -> f64 {
    seconds(ClockId::ProcessCPUTime)
}

/// The time that went by, in seconds since some moment.
pub fn wall() -> f64 {
    seconds(ClockId::Monotonic)
}

fn seconds(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
