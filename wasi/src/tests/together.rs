//! Threads that have one world: what one does the others see, and none keeps another waiting.

use super::poll::For;
use super::*;
use crate::{InputStream, OutputStream, Readiness, WritePipe};
use alloc::sync::Arc;
use core::sync::atomic::AtomicBool;
use core::time::Duration;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Instant;

/// Gives what is sent, and waits for it in its read, whatever it says.
struct Lines {
    lines: Receiver<u8>,
    says: Readiness,
    reads: Sender<()>,
}

impl Lines {
    fn new(says: Readiness) -> (Self, Sender<u8>, Receiver<()>) {
        let (sender, lines) = mpsc::channel();
        let (reads, began) = mpsc::channel();
        (Self { lines, says, reads }, sender, began)
    }
}

impl InputStream for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let _ = self.reads.send(());
        let Ok(byte) = self.lines.recv() else {
            return Ok(0);
        };
        buffer[0] = byte;
        Ok(1)
    }

    fn readiness(&mut self) -> std::io::Result<Readiness> {
        Ok(self.says)
    }
}

const READY: Readiness = Readiness::Ready(1);

#[test]
fn what_one_thread_opens_another_uses_and_closes() {
    let folder = Folder::new();
    let mut one = Guest::in_folder(&folder);
    let mut other = one.thread();
    let file = one.open(ROOT, "file", Open::CREATE).unwrap();
    assert_eq!(other.write(file, "text"), Ok(4));
    assert_eq!(one.tell(file), Ok(4));
    other
        .set_rights(file, Rights::FD_TELL, Rights::empty())
        .unwrap();
    assert_eq!(one.write(file, "more"), Err(Errno::Badf));
    other.close(file).unwrap();
    assert_eq!(one.tell(file), Err(Errno::Badf));
    assert_eq!(other.open(ROOT, "file", Open::READ), Ok(file));
}

#[test]
fn a_thread_that_reads_keeps_nobody_from_anything_else() {
    let (lines, sender, began) = Lines::new(READY);
    let output = WritePipe::new();
    let mut one = Guest::new(WasiCtxBuilder::new().stdin(lines).stdout(output.clone()));
    let mut other = one.thread();
    let reader = thread::spawn(move || one.read(0, 9));
    began.recv().unwrap();
    assert_eq!(other.write(1, "meanwhile"), Ok(9));
    assert_eq!(output.take(), b"meanwhile");
    // That the stream is in use does not keep who only asks.
    other.set_flags(0, FdFlags::NONBLOCK).unwrap();
    assert_eq!(other.read(0, 9), Err(Errno::Again));
    let soon = For::Time(1, 1_000_000);
    assert_eq!(
        other.poll(&[For::Read(0), soon]),
        Ok(vec![(1, 0, 0, false)])
    );
    assert!(other.rights(0).is_ok());
    // What is closed is used to the end of the call.
    other.close(0).unwrap();
    assert_eq!(other.read(0, 9), Err(Errno::Badf));
    sender.send(b'x').unwrap();
    assert_eq!(reader.join().unwrap(), Ok(vec![b'x']));
}

#[test]
fn who_waits_for_what_is_closed_waits_no_more() {
    let (lines, _sender, _began) = Lines::new(Readiness::Pending);
    let mut one = Guest::new(WasiCtxBuilder::new().stdin(lines));
    let mut two = one.thread();
    let mut other = one.thread();
    let reader = thread::spawn(move || one.read(0, 9));
    let poller = thread::spawn(move || two.poll(&[For::Read(0)]));
    thread::sleep(Duration::from_millis(30));
    assert!(!reader.is_finished() && !poller.is_finished());
    other.close(0).unwrap();
    assert_eq!(reader.join().unwrap(), Err(Errno::Badf));
    let closed = (0, Errno::Badf.code(), 0, false);
    assert_eq!(poller.join().unwrap(), Ok(vec![closed]));
}

/// A pipe of the host's that nobody writes to is waited for by the host.
#[test]
fn who_waits_for_the_host_sees_that_another_thread_closes_it() {
    let (read, _write) = std::io::pipe().unwrap();
    let read = std::fs::File::from(std::os::fd::OwnedFd::from(read));
    let mut one = Guest::new(WasiCtxBuilder::new().stdin(read));
    let mut two = one.thread();
    let mut other = one.thread();
    let poller = thread::spawn(move || one.poll(&[For::Read(0)]));
    let reader = thread::spawn(move || two.read(0, 9));
    thread::sleep(Duration::from_millis(30));
    assert!(!reader.is_finished() && !poller.is_finished());
    other.close(0).unwrap();
    let closed = (0, Errno::Badf.code(), 0, false);
    assert_eq!(poller.join().unwrap(), Ok(vec![closed]));
    assert_eq!(reader.join().unwrap(), Err(Errno::Badf));
}

#[test]
fn a_thread_that_sleeps_keeps_nobody() {
    let output = WritePipe::new();
    let mut one = Guest::new(WasiCtxBuilder::new().stdout(output.clone()));
    let mut other = one.thread();
    let ended = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&ended);
    one.ctx
        .cancel_waits_when(move || seen.load(Ordering::Relaxed));
    one.subscribe(&[For::Time(1, u64::MAX)], false);
    let sleeper = thread::spawn(move || one.run(poll_one));
    let begin = Instant::now();
    for _ in 0..100 {
        assert_eq!(other.write(1, "x"), Ok(1));
    }
    assert!(begin.elapsed() < Duration::from_secs(5));
    assert!(!sleeper.is_finished());
    ended.store(true, Ordering::Relaxed);
    assert_eq!(sleeper.join().unwrap(), Err(Failure::Interrupted));
    assert_eq!(output.take().len(), 100);
}

fn poll_one(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>) -> Outcome<(), Failure> {
    crate::poll::poll_oneoff(ctx, memory, poll::SUBSCRIPTIONS, poll::EVENTS, 1, RESULT)
}

/// Takes one byte at a time, and lets others have their turn.
struct Slow(WritePipe);

impl OutputStream for Slow {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        thread::yield_now();
        self.0.write(bytes)
    }
}

#[test]
fn what_is_written_in_one_call_stays_together() {
    let output = WritePipe::new();
    let one = Guest::new(WasiCtxBuilder::new().stdout(Slow(output.clone())));
    thread::scope(|scope| {
        for byte in b'a'..b'e' {
            let mut guest = one.thread().shared();
            scope.spawn(move || {
                guest.iovec(3);
                guest.put(BUFFER, [byte; 3]);
                // The buffers are one and the same.
                let iovec = guest.memory[IOVEC as usize..][..8].to_vec();
                guest.put(IOVEC + 8, iovec);
                for _ in 0..100 {
                    guest
                        .call(|ctx, memory| io::fd_write(ctx, memory, 1, IOVEC, 2, RESULT))
                        .unwrap();
                    assert_eq!(guest.u32(RESULT), 6);
                }
            });
        }
    });
    let written = output.take();
    assert_eq!(written.len(), 4 * 100 * 6);
    for call in written.chunks(6) {
        assert!(call.iter().all(|byte| *byte == call[0]));
    }
}

#[test]
fn descriptors_are_limited_for_all_threads_together() {
    let folder = Folder::new();
    let mut builder = WasiCtxBuilder::new();
    builder
        .max_descriptors(10)
        .preopened_dir(&folder.0, "/", DirPerms::all(), FilePerms::all())
        .unwrap();
    let one = Guest::new(&mut builder);
    let opened = AtomicU32::new(0);
    thread::scope(|scope| {
        for i in 0..4 {
            let (mut guest, opened) = (one.thread(), &opened);
            scope.spawn(move || {
                let name = format!("file{i}");
                while guest.open(ROOT, &name, Open::CREATE).is_ok() {
                    opened.fetch_add(1, Ordering::Relaxed);
                }
                assert_eq!(guest.open(ROOT, &name, Open::CREATE), Err(Errno::Mfile));
            });
        }
    });
    assert_eq!(opened.into_inner(), 6);
}
