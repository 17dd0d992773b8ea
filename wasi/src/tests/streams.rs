//! Standard input, output and error.

use super::*;
use crate::{InputStream, OutputStream, ReadPipe, Readiness, WritePipe};
use alloc::sync::Arc;
use std::sync::mpsc::{self, Receiver, TryRecvError};

#[test]
fn pipes_carry_bytes_in_and_out() {
    let (output, error) = (WritePipe::new(), WritePipe::new());
    let mut guest = Guest::new(
        WasiCtxBuilder::new()
            .stdin(ReadPipe::from("input"))
            .stdout(output.clone())
            .stderr(error.clone()),
    );
    assert_eq!(guest.read(0, 3).unwrap(), b"inp");
    assert_eq!(guest.read(0, 0).unwrap(), b"");
    assert_eq!(guest.read(0, 10).unwrap(), b"ut");
    assert_eq!(guest.read(0, 10).unwrap(), b"");
    assert_eq!(guest.write(1, "output").unwrap(), 6);
    assert_eq!(guest.write(2, "error").unwrap(), 5);
    assert_eq!(
        (output.contents(), error.contents()),
        (b"output".into(), b"error".into())
    );
}

#[test]
fn a_guest_that_is_given_nothing_has_an_empty_input_and_no_output() {
    let mut guest = Guest::new(&mut WasiCtxBuilder::new());
    assert_eq!(guest.read(0, 10).unwrap(), b"");
    assert_eq!(guest.write(1, "text").unwrap(), 4);
    assert_eq!(guest.write(2, "text").unwrap(), 4);
    assert_eq!(guest.read(3, 1), Err(Errno::Badf));
}

#[test]
fn streams_go_one_way_and_have_no_positions() {
    let mut guest = Guest::new(&mut WasiCtxBuilder::new());
    assert_eq!(guest.write(0, "x"), Err(Errno::Badf));
    assert_eq!(guest.read(1, 1), Err(Errno::Badf));
    for fd in 0..3 {
        assert_eq!(guest.seek(fd, 0, 0), Err(Errno::Spipe));
        assert_eq!(guest.tell(fd), Err(Errno::Spipe));
        assert_eq!(guest.pread(fd, 1, 0), Err(Errno::Spipe));
        assert_eq!(guest.pwrite(fd, "x", 0), Err(Errno::Spipe));
        let outcome = guest.call(|ctx, memory| io::fd_filestat_set_size(ctx, memory, fd, 0));
        assert_eq!(outcome, Err(Errno::Inval));
        let outcome = guest.call(|ctx, memory| fd::fd_filestat_set_times(ctx, memory, fd, 0, 0, 0));
        assert_eq!(outcome, Err(Errno::Inval));
        let (rights, _) = guest.rights(fd).unwrap();
        assert!(!rights.intersects(Rights::FD_SEEK | Rights::FD_TELL));
    }
    guest
        .call(|ctx, memory| fd::fd_sync(ctx, memory, 1))
        .unwrap();
}

#[test]
fn a_full_pipe_has_no_space() {
    let output = WritePipe::bounded(5);
    let mut guest = Guest::new(WasiCtxBuilder::new().stdout(output.clone()));
    assert_eq!(guest.write(1, "output").unwrap(), 5);
    assert_eq!(guest.write(1, "output"), Err(Errno::Nospc));
    assert_eq!(output.contents(), b"outpu");
}

#[test]
fn a_file_of_the_hosts_can_be_a_stream() {
    let folder = Folder::new();
    fs::write(folder.join("input"), "input").unwrap();
    let mut guest = Guest::new(
        WasiCtxBuilder::new()
            .stdin(fs::File::open(folder.join("input")).unwrap())
            .stdout(fs::File::create(folder.join("output")).unwrap()),
    );
    assert_eq!(guest.read(0, 10).unwrap(), b"input");
    assert_eq!(guest.write(1, "output").unwrap(), 6);
    assert_eq!(fs::read_to_string(folder.join("output")).unwrap(), "output");
}

/// A stream of the embedder's.
struct Channel(Receiver<u8>);

impl InputStream for Channel {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match (self.0.recv(), buffer.first_mut()) {
            (Ok(byte), Some(first)) => {
                *first = byte;
                Ok(1)
            }
            _ => Ok(0),
        }
    }

    fn readiness(&mut self) -> std::io::Result<Readiness> {
        // What is taken here is lost, which these tests do not mind.
        Ok(match self.0.try_recv() {
            Ok(_) => Readiness::Ready(1),
            Err(TryRecvError::Empty) => Readiness::Pending,
            Err(TryRecvError::Disconnected) => Readiness::Closed,
        })
    }

    fn is_terminal(&self) -> bool {
        true
    }
}

#[test]
fn a_stream_that_is_not_ready_would_block() {
    let (sender, receiver) = mpsc::channel();
    let mut guest = Guest::new(WasiCtxBuilder::new().stdin(Channel(receiver)));
    assert_eq!(
        guest.stat_fd(0).unwrap().filetype,
        crate::types::FileType::CharacterDevice as u8
    );
    guest.set_flags(0, FdFlags::NONBLOCK).unwrap();
    assert_eq!(guest.read(0, 1), Err(Errno::Again));
    sender.send(1).unwrap();
    sender.send(2).unwrap();
    assert_eq!(guest.read(0, 1).unwrap(), [2]);
    drop(sender);
    assert_eq!(guest.read(0, 1).unwrap(), []);
}

#[test]
fn an_embedder_ends_a_read_that_waits() {
    let (_sender, receiver) = mpsc::channel();
    let asked = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&asked);
    let mut builder = WasiCtxBuilder::new();
    builder
        .stdin(Channel(receiver))
        .cancel_waits_when(move || seen.fetch_add(1, Ordering::Relaxed) == 3);
    let mut guest = Guest::new(&mut builder);
    guest.iovec(1);
    let outcome = guest.run(|ctx, memory| io::fd_read(ctx, memory, 0, IOVEC, 1, RESULT));
    assert_eq!(outcome, Err(Failure::Interrupted));
    assert_eq!(asked.load(Ordering::Relaxed), 4);
}

/// A stream that does not keep to what it should.
struct Liar;

impl InputStream for Liar {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Ok(usize::MAX)
    }
}

impl OutputStream for Liar {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Ok(usize::MAX)
    }
}

#[test]
fn a_stream_that_claims_too_much_is_not_believed() {
    let mut guest = Guest::new(WasiCtxBuilder::new().stdin(Liar).stdout(Liar));
    assert_eq!(guest.read(0, 5).unwrap().len(), 5);
    assert_eq!(guest.write(1, "text").unwrap(), 4);
}

#[test]
fn there_are_no_sockets() {
    use crate::process;
    let mut guest = Guest::new(&mut WasiCtxBuilder::new());
    for (fd, errno) in [(0, Errno::Notsock), (7, Errno::Badf)] {
        guest.iovec(1);
        for outcome in [
            guest.call(|ctx, memory| process::sock_accept(ctx, memory, fd, 0, RESULT)),
            guest.call(|ctx, memory| {
                process::sock_recv(ctx, memory, fd, IOVEC, 1, 0, RESULT, RESULT + 4)
            }),
            guest.call(|ctx, memory| process::sock_send(ctx, memory, fd, IOVEC, 1, 0, RESULT)),
            guest.call(|ctx, memory| process::sock_shutdown(ctx, memory, fd, 3)),
        ] {
            assert_eq!(outcome, Err(errno));
        }
    }
}
