//! Waiting for clocks and descriptors, and what the clocks say.

use super::*;
use crate::{InputStream, MonotonicClock, ReadPipe, Readiness, WallClock};
use crate::{clock, poll, random};
use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, AtomicU64};
use core::time::Duration;
use std::time::Instant;

pub(super) const SUBSCRIPTIONS: u32 = 0x8000;
pub(super) const EVENTS: u32 = 0xa000;

const WALL: u32 = 0;
const MONOTONIC: u32 = 1;

/// What is waited for.
#[derive(Clone, Copy)]
pub(super) enum For {
    Time(u32, u64),
    Moment(u32, u64),
    Read(u32),
    Write(u32),
}

/// What has happened: which subscription, with which error, how many bytes, whether it is over.
pub(super) type Happened = (u64, u16, u64, bool);

impl Guest {
    pub(super) fn subscribe(&mut self, subscriptions: &[For], unstable: bool) {
        let size = if unstable { 56 } else { 48 };
        for (i, what) in (0_u32..).zip(subscriptions) {
            let at = SUBSCRIPTIONS + size * i;
            self.put(at, vec![0; size as usize]);
            self.put(at, (100 + u64::from(i)).to_le_bytes());
            match *what {
                For::Time(id, timeout) | For::Moment(id, timeout) => {
                    let clock = if unstable { at + 24 } else { at + 16 };
                    self.put(clock, id.to_le_bytes());
                    self.put(clock + 8, timeout.to_le_bytes());
                    let absolute = u16::from(matches!(what, For::Moment(..)));
                    self.put(clock + 24, absolute.to_le_bytes());
                }
                For::Read(fd) => {
                    self.put(at + 8, [1]);
                    self.put(at + 16, fd.to_le_bytes());
                }
                For::Write(fd) => {
                    self.put(at + 8, [2]);
                    self.put(at + 16, fd.to_le_bytes());
                }
            }
        }
    }

    fn happened(&self) -> Vec<Happened> {
        (0..self.u32(RESULT))
            .map(|i| EVENTS + 32 * i)
            .map(|at| {
                let error = self.u32(at + 8) as u16;
                (
                    self.u64(at) - 100,
                    error,
                    self.u64(at + 16),
                    self.memory[at as usize + 24] != 0,
                )
            })
            .collect()
    }

    pub(super) fn poll(&mut self, subscriptions: &[For]) -> Outcome<Vec<Happened>> {
        self.subscribe(subscriptions, false);
        let count = subscriptions.len() as u32;
        self.call(|ctx, memory| {
            poll::poll_oneoff(ctx, memory, SUBSCRIPTIONS, EVENTS, count, RESULT)
        })?;
        Ok(self.happened())
    }
}

/// Time that passes only when somebody waits for it.
#[derive(Clone, Default)]
struct Simulated(Arc<AtomicU64>);

impl MonotonicClock for Simulated {
    fn now(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }

    fn resolution(&self) -> Duration {
        Duration::from_millis(1)
    }

    fn sleep(&self, time: Duration) {
        self.0.fetch_add(time.as_nanos() as u64, Ordering::Relaxed);
    }
}

impl WallClock for Simulated {
    fn now(&self) -> Duration {
        Duration::from_secs(1000) + MonotonicClock::now(self)
    }
}

fn simulated() -> (Guest, Simulated) {
    let clock = Simulated::default();
    let mut builder = WasiCtxBuilder::new();
    builder
        .wall_clock(clock.clone())
        .monotonic_clock(clock.clone())
        .stdin(ReadPipe::from("input"));
    (Guest::new(&mut builder), clock)
}

#[test]
fn the_first_clocks_end_the_wait() {
    let (mut guest, clock) = simulated();
    let day = 86_400_000_000_000;
    let happened = guest
        .poll(&[
            For::Time(MONOTONIC, day),
            For::Time(MONOTONIC, 5),
            For::Time(WALL, 5),
        ])
        .unwrap();
    assert_eq!(happened, [(1, 0, 0, false), (2, 0, 0, false)]);
    assert_eq!(clock.0.load(Ordering::Relaxed), 5);

    // A moment that is past is there at once; one that is not is waited for.
    let happened = guest
        .poll(&[For::Moment(MONOTONIC, 5), For::Moment(MONOTONIC, 6)])
        .unwrap();
    assert_eq!(happened, [(0, 0, 0, false)]);
    let in_a_day = 1_000_000_000_000 + day;
    guest.poll(&[For::Moment(WALL, in_a_day)]).unwrap();
    assert_eq!(clock.0.load(Ordering::Relaxed), day);
    guest.poll(&[For::Time(MONOTONIC, 0)]).unwrap();
    assert_eq!(clock.0.load(Ordering::Relaxed), day);
    let happened = guest.poll(&[For::Time(4, 5)]).unwrap();
    assert_eq!(happened, [(0, Errno::Inval.code(), 0, false)]);
}

#[test]
fn the_hosts_clock_is_waited_for_as_long_as_it_takes() {
    let mut guest = Guest::new(&mut WasiCtxBuilder::new());
    let start = Instant::now();
    guest
        .poll(&[
            For::Time(MONOTONIC, 20_000_000),
            For::Time(WALL, 3_600_000_000_000),
        ])
        .unwrap();
    assert!(start.elapsed() >= Duration::from_millis(20));
}

#[test]
fn what_is_ready_needs_no_wait() {
    let folder = Folder::new();
    fs::write(folder.join("file"), "text").unwrap();
    let mut builder = WasiCtxBuilder::new();
    builder
        .stdin(ReadPipe::from("input"))
        .preopened_dir(&folder.0, "/", DirPerms::all(), FilePerms::all())
        .unwrap();
    let mut guest = Guest::new(&mut builder);
    let file = guest.open(ROOT, "file", Open::WRITE).unwrap();
    guest.read(file, 1).unwrap();
    let hour = 3_600_000_000_000;
    let happened = guest
        .poll(&[
            For::Time(MONOTONIC, hour),
            For::Read(0),
            For::Write(1),
            For::Read(file),
            For::Write(file),
        ])
        .unwrap();
    assert_eq!(
        happened,
        [
            (1, 0, 5, false),
            (2, 0, 1, false),
            (3, 0, 3, false),
            (4, 0, 1, false)
        ]
    );
    // An input at its end is one that has been hung up.
    guest.read(0, 10).unwrap();
    assert_eq!(guest.poll(&[For::Read(0)]).unwrap(), [(0, 0, 0, true)]);
}

#[test]
fn what_cannot_be_waited_for_is_an_event_with_an_error() {
    let folder = Folder::new();
    fs::write(folder.join("file"), "text").unwrap();
    let mut guest = Guest::in_folder(&folder);
    let no_poll = guest
        .open(ROOT, "file", Open::READ.rights(Rights::FD_READ))
        .unwrap();
    let happened = guest
        .poll(&[
            For::Read(99),
            For::Read(ROOT),
            For::Write(0),
            For::Read(1),
            For::Read(no_poll),
        ])
        .unwrap();
    let errors: Vec<u16> = happened.iter().map(|event| event.1).collect();
    let [badf, isdir, notcapable] = [Errno::Badf, Errno::Isdir, Errno::Notcapable].map(Errno::code);
    assert_eq!(errors, [badf, isdir, badf, badf, notcapable]);

    assert_eq!(guest.poll(&[]), Err(Errno::Inval));
    guest.subscribe(&[For::Read(0)], false);
    guest.put(SUBSCRIPTIONS + 8, [3]);
    let outcome =
        guest.call(|ctx, memory| poll::poll_oneoff(ctx, memory, SUBSCRIPTIONS, EVENTS, 1, RESULT));
    assert_eq!(outcome, Err(Errno::Inval));
}

#[test]
fn the_older_layout_is_read_as_well() {
    let (mut guest, clock) = simulated();
    guest.subscribe(&[For::Time(MONOTONIC, 7), For::Read(99)], true);
    guest
        .call(|ctx, memory| {
            poll::poll_oneoff_unstable(ctx, memory, SUBSCRIPTIONS, EVENTS, 1, RESULT)
        })
        .unwrap();
    assert_eq!(guest.happened(), [(0, 0, 0, false)]);
    assert_eq!(clock.0.load(Ordering::Relaxed), 7);
    guest
        .call(|ctx, memory| {
            poll::poll_oneoff_unstable(ctx, memory, SUBSCRIPTIONS, EVENTS, 2, RESULT)
        })
        .unwrap();
    assert_eq!(guest.happened(), [(1, Errno::Badf.code(), 0, false)]);
}

/// More subscriptions than any buffer of the host's, and the events over them.
#[test]
fn there_can_be_as_many_subscriptions_as_fit() {
    let (mut guest, _) = simulated();
    let count = 500;
    guest.memory.fill(0);
    for i in 0..count {
        let at = 48 * i;
        guest.put(at, u64::from(i).to_le_bytes());
        guest.put(at + 8, [1]);
    }
    guest
        .call(|ctx, memory| poll::poll_oneoff(ctx, memory, 0, 0, count, 0xf000))
        .unwrap();
    assert_eq!(guest.u32(0xf000), count);
    for i in 0..count {
        assert_eq!(
            (guest.u64(32 * i), guest.u64(32 * i + 16)),
            (u64::from(i), 5)
        );
    }
}

/// A stream that is ready when somebody says so.
struct Switch(Arc<AtomicBool>);

impl InputStream for Switch {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Ok(0)
    }

    fn readiness(&mut self) -> std::io::Result<Readiness> {
        let ready = self.0.load(Ordering::Relaxed);
        Ok(if ready {
            Readiness::Ready(3)
        } else {
            Readiness::Pending
        })
    }
}

#[test]
fn a_stream_of_the_embedders_is_asked_until_it_is_ready() {
    let ready = Arc::new(AtomicBool::new(false));
    let mut guest = Guest::new(WasiCtxBuilder::new().stdin(Switch(Arc::clone(&ready))));
    let happened = guest
        .poll(&[For::Read(0), For::Time(MONOTONIC, 1_000_000)])
        .unwrap();
    assert_eq!(happened, [(1, 0, 0, false)]);
    let other = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(30));
        ready.store(true, Ordering::Relaxed);
    });
    assert_eq!(guest.poll(&[For::Read(0)]).unwrap(), [(0, 0, 3, false)]);
    other.join().unwrap();
}

#[cfg(unix)]
#[test]
fn a_stream_of_the_hosts_wakes_the_guest() {
    use std::io::Write;
    let (reader, mut writer) = std::io::pipe().unwrap();
    let reader = fs::File::from(std::os::fd::OwnedFd::from(reader));
    let mut guest = Guest::new(WasiCtxBuilder::new().stdin(reader));
    let happened = guest
        .poll(&[For::Read(0), For::Time(MONOTONIC, 1_000_000)])
        .unwrap();
    assert_eq!(happened, [(1, 0, 0, false)]);
    let other = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(30));
        writer.write_all(b"four").unwrap();
        writer
    });
    let hour = 3_600_000_000_000;
    let happened = guest
        .poll(&[For::Time(MONOTONIC, hour), For::Read(0)])
        .unwrap();
    assert_eq!(happened, [(1, 0, 4, false)]);
    assert_eq!(guest.read(0, 10).unwrap(), b"four");
    guest.set_flags(0, FdFlags::NONBLOCK).unwrap();
    assert_eq!(guest.read(0, 10), Err(Errno::Again));
    drop(other.join().unwrap());
    assert_eq!(guest.poll(&[For::Read(0)]).unwrap(), [(0, 0, 0, true)]);
}

#[test]
fn an_embedder_ends_a_wait() {
    let asked = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&asked);
    let mut builder = WasiCtxBuilder::new();
    builder.cancel_waits_when(move || seen.fetch_add(1, Ordering::Relaxed) == 2);
    let mut guest = Guest::new(&mut builder);
    guest.subscribe(&[For::Time(MONOTONIC, u64::MAX)], false);
    let outcome =
        guest.run(|ctx, memory| poll::poll_oneoff(ctx, memory, SUBSCRIPTIONS, EVENTS, 1, RESULT));
    assert_eq!(outcome, Err(Failure::Interrupted));
    assert_eq!(asked.load(Ordering::Relaxed), 3);
}

#[test]
fn clocks_and_random_bytes_are_the_embedders() {
    struct Sevens;
    impl crate::RandomSource for Sevens {
        fn fill(&mut self, bytes: &mut [u8]) -> std::io::Result<()> {
            bytes.fill(7);
            Ok(())
        }
    }
    let clock = Simulated::default();
    clock.0.store(3, Ordering::Relaxed);
    let mut builder = WasiCtxBuilder::new();
    builder
        .wall_clock(clock.clone())
        .monotonic_clock(clock.clone())
        .random(Sevens);
    let mut guest = Guest::new(&mut builder);
    clock.0.store(5, Ordering::Relaxed);
    let mut time = |id| {
        guest.call(|ctx, memory| clock::clock_time_get(ctx, memory, id, 0, RESULT))?;
        Ok(guest.u64(RESULT))
    };
    // Of CPU time there is what has passed since the context was made.
    assert_eq!(
        [0, 1, 2, 3].map(&mut time),
        [Ok(1_000_000_000_005), Ok(5), Ok(2), Ok(2)]
    );
    assert_eq!(time(4), Err(Errno::Inval));
    let mut resolution = |id| {
        guest.call(|ctx, memory| clock::clock_res_get(ctx, memory, id, RESULT))?;
        Ok(guest.u64(RESULT))
    };
    assert_eq!([0, 1].map(&mut resolution), [Ok(1), Ok(1_000_000)]);
    assert_eq!(resolution(4), Err(Errno::Inval));
    guest
        .call(|ctx, memory| random::random_get(ctx, memory, BUFFER, 3))
        .unwrap();
    assert_eq!(guest.memory[BUFFER as usize - 1..][..5], [0, 7, 7, 7, 0]);
}

#[test]
fn the_hosts_clocks_and_random_bytes_are_there() {
    let mut guest = Guest::new(&mut WasiCtxBuilder::new());
    guest
        .call(|ctx, memory| clock::clock_time_get(ctx, memory, WALL, 0, RESULT))
        .unwrap();
    // After 2020.
    assert!(guest.u64(RESULT) > 1_577_836_800_000_000_000);
    let mut draw = || {
        guest
            .call(|ctx, memory| random::random_get(ctx, memory, BUFFER, 16))
            .unwrap();
        guest.memory[BUFFER as usize..][..16].to_vec()
    };
    assert_ne!(draw(), draw());
}
