//! `poll_oneoff`: waiting for clocks and streams.
//!
//! The subscriptions stay in the guest's memory, however many there are, and are looked at anew
//! in every round; nothing is allocated for them. A guest that lets its events overlap its
//! subscriptions gets what it asked for.

use crate::WasiCtx;
use crate::clock::{ClockId, Clocks};
use crate::errno::{Errno, Failure, Outcome};
use crate::fd_table::{Kind, OpenFile};
#[cfg(unix)]
use crate::host::Direction;
use crate::memory::GuestMemory;
use crate::stream::Readiness;
use crate::types::{EVENT_SIZE, Event, EventType, FileType, Rights, Subscription, Version};
use crate::wait::SLICE;
use core::time::Duration;
use std::io::Seek;
#[cfg(unix)]
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

pub(crate) fn poll_oneoff(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    subscriptions: u32,
    events: u32,
    count: u32,
    result: u32,
) -> Outcome<(), Failure> {
    let version = Version::Preview1;
    Poll {
        version,
        subscriptions,
        events,
        count,
    }
    .run(ctx, memory, result)
}

pub(crate) fn poll_oneoff_unstable(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    subscriptions: u32,
    events: u32,
    count: u32,
    result: u32,
) -> Outcome<(), Failure> {
    let version = Version::Unstable;
    Poll {
        version,
        subscriptions,
        events,
        count,
    }
    .run(ctx, memory, result)
}

/// One call, by its arguments.
#[derive(Clone, Copy, Debug)]
struct Poll {
    version: Version,
    subscriptions: u32,
    events: u32,
    count: u32,
}

/// What a round has found that is not an event.
#[derive(Clone, Copy, Debug, Default)]
struct Round {
    events: u32,
    /// How long it is until the next clock's time.
    soonest: Option<Duration>,
    streams: PendingStreams,
    /// Whether something is waited for that the host is not asked to wait for: a file that is not
    /// a regular one, or a stream that another thread uses.
    other: bool,
}

impl Poll {
    fn run(self, ctx: &WasiCtx, memory: &mut GuestMemory<'_>, result: u32) -> Outcome<(), Failure> {
        if self.count == 0 {
            return Err(Errno::Inval.into());
        }
        let size = self.version.subscription_size();
        memory.check_array(self.subscriptions, self.count, size)?;
        memory.check_array(self.events, self.count, EVENT_SIZE)?;
        memory.check(result, 4)?;
        let start = Start::new(&ctx.world.clocks);
        loop {
            let round = self.round(&start, ctx, memory)?;
            if round.events > 0 {
                memory.write_u32(result, round.events)?;
                return Ok(());
            }
            ctx.wait.check()?;
            pause(ctx, &round)?;
        }
    }

    /// Writes the events of all that is ready.
    fn round(self, start: &Start, ctx: &WasiCtx, memory: &mut GuestMemory<'_>) -> Outcome<Round> {
        let mut round = Round::default();
        for i in 0..self.count {
            // The arrays have been found to be in the memory, so this cannot overflow.
            let at = self.subscriptions + i * self.version.subscription_size();
            let subscription = Subscription::read(self.version, memory, at)?;
            let mut event = Event {
                subscription,
                error: None,
                nbytes: 0,
                hangup: false,
            };
            match look(start, ctx, subscription.event, &mut round) {
                Ok(Readiness::Pending) => continue,
                Ok(Readiness::Ready(bytes)) => event.nbytes = bytes,
                Ok(Readiness::Closed) => event.hangup = true,
                Err(errno) => event.error = Some(errno),
            }
            event.write(memory, self.events + round.events * EVENT_SIZE)?;
            round.events += 1;
        }
        Ok(round)
    }
}

/// Whether an event has happened.
fn look(start: &Start, ctx: &WasiCtx, event: EventType, round: &mut Round) -> Outcome<Readiness> {
    match event {
        EventType::Clock {
            id,
            timeout,
            absolute,
        } => {
            let id = ClockId::from_guest(id)?;
            let timeout = Duration::from_nanos(timeout);
            let deadline = if absolute {
                timeout
            } else {
                start.of(id).saturating_add(timeout)
            };
            let left = deadline.saturating_sub(ctx.world.clocks.now(id));
            if left.is_zero() {
                return Ok(Readiness::Ready(0));
            }
            let soonest = round.soonest.map_or(left, |soonest| soonest.min(left));
            round.soonest = Some(soonest);
            Ok(Readiness::Pending)
        }
        EventType::FdRead(fd) => readiness(ctx, fd, Rights::FD_READ, round),
        EventType::FdWrite(fd) => readiness(ctx, fd, Rights::FD_WRITE, round),
    }
}

fn readiness(ctx: &WasiCtx, fd: u32, right: Rights, round: &mut Round) -> Outcome<Readiness> {
    let descriptor = ctx.get(fd)?;
    if let Kind::Dir(_) = descriptor.kind {
        return Err(Errno::Isdir);
    }
    descriptor.require(right).map_err(|_| Errno::Badf)?;
    descriptor.require(Rights::POLL_FD_READWRITE)?;
    let readiness = match &descriptor.kind {
        Kind::Dir(_) => return Err(Errno::Isdir),
        Kind::Input(stream) => stream.stream.try_get().map(|mut stream| stream.readiness()),
        Kind::Output(stream) => stream.stream.try_get().map(|mut stream| stream.readiness()),
        Kind::File(file) => {
            let readiness = file.readiness(right)?;
            round.other |= readiness == Readiness::Pending;
            return Ok(readiness);
        }
    };
    // Another thread that uses the stream may make it one that has to be waited for.
    let Some(readiness) = readiness.transpose()? else {
        round.other = true;
        return Ok(Readiness::Pending);
    };
    if readiness == Readiness::Pending {
        round.streams.add(fd);
    }
    Ok(readiness)
}

impl OpenFile {
    /// What a read or a write would do. A regular file is always ready.
    pub(crate) fn readiness(&self, right: Rights) -> Outcome<Readiness> {
        if self.filetype == FileType::RegularFile {
            if right == Rights::FD_WRITE {
                return Ok(Readiness::Ready(1));
            }
            let position = (&self.file).stream_position()?;
            let len = self.file.metadata()?.len();
            return Ok(Readiness::Ready(len.saturating_sub(position)));
        }
        #[cfg(unix)]
        {
            let direction = if right == Rights::FD_WRITE {
                Direction::Write
            } else {
                Direction::Read
            };
            Ok(crate::host::readiness(self.file.as_fd(), direction)?)
        }
        #[cfg(not(unix))]
        Ok(Readiness::Ready(1))
    }
}

/// When the wait began, by each clock.
#[derive(Clone, Copy, Debug)]
struct Start {
    wall: Duration,
    monotonic: Duration,
    cpu_time: Duration,
}

impl Start {
    fn new(clocks: &Clocks) -> Self {
        Self {
            wall: clocks.now(ClockId::Wall),
            monotonic: clocks.now(ClockId::Monotonic),
            cpu_time: clocks.now(ClockId::CpuTime),
        }
    }

    const fn of(&self, id: ClockId) -> Duration {
        match id {
            ClockId::Wall => self.wall,
            ClockId::Monotonic => self.monotonic,
            ClockId::CpuTime => self.cpu_time,
        }
    }
}

/// The streams that are waited for. There are no others than the three that a guest is given.
#[derive(Clone, Copy, Debug, Default)]
struct PendingStreams {
    fds: [u32; 3],
    len: usize,
}

impl PendingStreams {
    fn add(&mut self, fd: u32) {
        if !self.contains(fd)
            && let Some(slot) = self.fds.get_mut(self.len)
        {
            *slot = fd;
            self.len += 1;
        }
    }

    fn contains(&self, fd: u32) -> bool {
        self.fds().contains(&fd)
    }

    fn fds(&self) -> &[u32] {
        &self.fds[..self.len]
    }

    /// The host's descriptors of all the streams, if all have one. They are copies: another thread
    /// can close or use a stream meanwhile.
    #[cfg(unix)]
    fn host_fds(&self, ctx: &WasiCtx) -> Option<Vec<(OwnedFd, Direction)>> {
        let copy = |fd: Option<BorrowedFd<'_>>| fd?.try_clone_to_owned().ok();
        self.fds()
            .iter()
            .map(|&fd| match ctx.get(fd).ok()?.kind {
                Kind::Input(stream) => {
                    let stream = stream.stream.try_get()?;
                    Some((copy(stream.host_fd())?, Direction::Read))
                }
                Kind::Output(stream) => {
                    let stream = stream.stream.try_get()?;
                    Some((copy(stream.host_fd())?, Direction::Write))
                }
                Kind::File(_) | Kind::Dir(_) => None,
            })
            .collect()
    }
}

/// Waits until something can have changed.
fn pause(ctx: &WasiCtx, round: &Round) -> Outcome {
    let clocks = &ctx.world.clocks;
    if round.streams.len == 0 && !round.other {
        let time = round.soonest.unwrap_or(SLICE);
        // No other thread can change a time.
        let watched = ctx.wait.can_be_cancelled();
        clocks
            .monotonic
            .sleep(if watched { time.min(SLICE) } else { time });
        return Ok(());
    }
    #[cfg(unix)]
    if clocks.monotonic_is_hosts
        && !round.other
        && let Some(fds) = round.streams.host_fds(ctx)
    {
        let time = if ctx.looks_up_from_waits() {
            Some(round.soonest.unwrap_or(SLICE).min(SLICE))
        } else {
            round.soonest
        };
        let fds: Vec<_> = fds.iter().map(|(fd, to)| (fd.as_fd(), *to)).collect();
        return Ok(crate::host::wait(&fds, time)?);
    }
    // The streams can only be asked again and again.
    let time = round.soonest.unwrap_or(SLICE).min(SLICE);
    clocks.monotonic.sleep(time);
    Ok(())
}
