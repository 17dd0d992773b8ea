//! Time that other programs on the machine do not use up, the cores that it is spent on, and memory.

use crate::Result;
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

/// Keeps this process, and whatever threads it makes, on one of the cores that it may use.
#[cfg(target_os = "linux")]
pub fn stay_on_one_core() -> Result<()> {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
    let all = sched_getaffinity(None)?;
    let first = (0..CpuSet::MAX_CPU).find(|&core| all.is_set(core));
    let mut one = CpuSet::new();
    one.set(first.ok_or("there is no core")?);
    Ok(sched_setaffinity(None, &one)?)
}

/// Elsewhere there is no such thing.
#[cfg(not(target_os = "linux"))]
pub fn stay_on_one_core() -> Result<()> {
    Err("a process cannot be kept on one core here".into())
}

/// The most memory that this process has had at a time, in bytes, where the system tells.
pub fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024.0)
}

fn seconds(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
