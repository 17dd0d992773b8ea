//! Guests whose memory other threads use at the same time: the functions work on copies of
//! bounded size.

use super::*;
use crate::memory::PIECE;
use crate::memory::tests::{bytes_of_paths, refuses_what_is_no_path};
use crate::{ReadPipe, WritePipe, poll, process, random, strings};
use core::sync::atomic::AtomicBool;
use std::thread;

/// More than two pieces.
const LONG: u32 = 2 * PIECE + 77;

/// Bytes of which no two neighbours are the same, and no two pieces.
fn pattern() -> Vec<u8> {
    (0..LONG).map(|i| (i % 251) as u8).collect()
}

/// A guest with room for buffers of several pieces.
fn guest(builder: &mut WasiCtxBuilder) -> Guest {
    let mut guest = Guest::new(builder).shared();
    guest.memory.resize(MEMORY + LONG as usize, 0);
    guest
}

fn guest_in(folder: &Folder) -> Guest {
    let mut builder = WasiCtxBuilder::new();
    builder
        .preopened_dir(&folder.0, "/", DirPerms::all(), FilePerms::all())
        .unwrap();
    guest(&mut builder)
}

#[test]
fn files_are_read_and_written_whole() {
    let folder = Folder::new();
    let mut guest = guest_in(&folder);
    let file = guest.open(ROOT, "file", Open::CREATE).unwrap();
    assert_eq!(guest.write(file, pattern()), Ok(LONG));
    assert_eq!(fs::read(folder.join("file")).unwrap(), pattern());
    assert_eq!(guest.seek(file, 0, 0), Ok(0));
    assert_eq!(guest.read(file, LONG), Ok(pattern()));
    assert_eq!(guest.read(file, LONG), Ok(vec![]));
    assert_eq!(guest.pwrite(file, pattern(), 5), Ok(LONG));
    assert_eq!(guest.pread(file, LONG, 5), Ok(pattern()));
    assert_eq!(guest.pread(file, LONG, 6), Ok(pattern()[1..].to_vec()));
    guest.set_flags(file, FdFlags::APPEND).unwrap();
    assert_eq!(guest.write(file, "end"), Ok(3));
    assert_eq!(
        fs::read(folder.join("file")).unwrap()[LONG as usize..].len(),
        8
    );
}

#[test]
fn many_buffers_are_gathered_and_filled_in_order() {
    let folder = Folder::new();
    let mut guest = guest_in(&folder);
    let file = guest.open(ROOT, "file", Open::CREATE).unwrap();
    let lens = [0, 3, PIECE - 3, 1, 0, PIECE, 5];
    let total: u32 = lens.iter().sum();
    let mut at = BUFFER;
    for (i, len) in (0..).zip(lens) {
        guest.put(IOVEC + 8 * i, at.to_le_bytes());
        guest.put(IOVEC + 8 * i + 4, len.to_le_bytes());
        at += len;
    }
    let bytes = &pattern()[..total as usize];
    guest.put(BUFFER, bytes);
    let count = lens.len() as u32;
    guest
        .call(|ctx, memory| io::fd_write(ctx, memory, file, IOVEC, count, RESULT))
        .unwrap();
    assert_eq!(guest.u32(RESULT), total);
    assert_eq!(fs::read(folder.join("file")).unwrap(), bytes);
    guest.put(BUFFER, vec![0; total as usize]);
    guest.seek(file, 0, 0).unwrap();
    guest
        .call(|ctx, memory| io::fd_read(ctx, memory, file, IOVEC, count, RESULT))
        .unwrap();
    assert_eq!(guest.u32(RESULT), total);
    assert_eq!(&guest.memory[BUFFER as usize..][..total as usize], bytes);
}

#[test]
fn a_stream_gives_and_takes_a_piece_at_a_time() {
    let output = WritePipe::new();
    let mut guest = guest(
        WasiCtxBuilder::new()
            .stdin(ReadPipe::new(pattern()))
            .stdout(output.clone()),
    );
    assert_eq!(guest.read(0, LONG).unwrap(), pattern()[..PIECE as usize]);
    assert_eq!(guest.read(0, 5).unwrap(), pattern()[PIECE as usize..][..5]);
    assert_eq!(guest.write(1, pattern()), Ok(LONG));
    assert_eq!(output.take(), pattern());
    assert_eq!(guest.write(1, ""), Ok(0));
}

#[test]
fn random_bytes_fill_all_of_a_long_buffer() {
    struct Ones;
    impl crate::RandomSource for Ones {
        fn fill(&mut self, bytes: &mut [u8]) -> std::io::Result<()> {
            assert!(bytes.len() <= PIECE as usize);
            bytes.fill(1);
            Ok(())
        }
    }
    let mut guest = guest(WasiCtxBuilder::new().random(Ones));
    guest
        .call(|ctx, memory| random::random_get(ctx, memory, BUFFER, LONG))
        .unwrap();
    let around = &guest.memory[BUFFER as usize - 1..][..LONG as usize + 2];
    assert_eq!((around[0], around[LONG as usize + 1]), (0, 0));
    assert!(around[1..=LONG as usize].iter().all(|&byte| byte == 1));
    // To the last byte of the memory.
    let len = guest.memory.len() as u32;
    guest
        .call(|ctx, memory| random::random_get(ctx, memory, len - 1, 1))
        .unwrap();
    assert_eq!(guest.memory.last(), Some(&1));
}

#[test]
fn directories_are_listed_to_the_end() {
    let folder = Folder::new();
    let mut guest = guest_in(&folder);
    let mut names: Vec<String> = (0..1200).map(|i| format!("{i:0100}")).collect();
    for name in &names {
        fs::write(folder.join(name), "").unwrap();
    }
    names.extend([".".to_owned(), "..".to_owned()]);
    names.sort();
    for len in [200, 1000, LONG] {
        let mut listed = guest.list(ROOT, len).unwrap();
        listed.sort();
        assert_eq!(listed, names);
    }
    let (_, used) = guest.readdir(ROOT, LONG, 0).unwrap();
    assert_eq!(used, LONG, "only the guest's length cuts entries off");
}

#[test]
fn paths_strings_and_attributes_are_copied() {
    let folder = Folder::new();
    let mut builder = WasiCtxBuilder::new();
    builder
        .args(["tool", "argument"])
        .preopened_dir(&folder.0, "/name", DirPerms::all(), FilePerms::all())
        .unwrap();
    let mut guest = guest(&mut builder);
    guest.create_dir(ROOT, "dir").unwrap();
    guest.symlink("dir", ROOT, "link").unwrap();
    assert_eq!(guest.readlink(ROOT, "link", 2).as_deref(), Ok("di"));
    assert_eq!(guest.stat(ROOT, "link", NO_FOLLOW).unwrap().size, 3);
    guest.rename(ROOT, "dir", ROOT, "other").unwrap();
    assert_eq!(guest.remove_dir(ROOT, "other/"), Ok(()));
    guest
        .call(|ctx, memory| fd::fd_prestat_dir_name(ctx, memory, ROOT, BUFFER, 5))
        .unwrap();
    assert_eq!(&guest.memory[BUFFER as usize..][..6], b"/name\0");
    guest
        .call(|ctx, memory| strings::args_get(ctx, memory, RESULT, BUFFER))
        .unwrap();
    assert_eq!(&guest.memory[BUFFER as usize..][..14], b"tool\0argument\0");
    assert_eq!(guest.u32(RESULT + 4), BUFFER + 5);
    assert_eq!(
        guest.run(|ctx, memory| process::proc_exit(ctx, memory, 3)),
        Err(Failure::Exit(3))
    );
}

#[test]
fn paths_are_checked_as_copies() {
    let memory = shared_memory(&bytes_of_paths());
    let memory = GuestMemory::Shared(&memory);
    refuses_what_is_no_path(&memory);
    assert_eq!(memory.check(u32::MAX, u32::MAX), Err(Errno::Fault));
}

/// Another thread changes everything that a call was found to have as good arguments, while the
/// call is made.
#[test]
fn a_thread_that_changes_the_arguments_does_no_harm() {
    let folder = Folder::new();
    fs::write(folder.join("file"), pattern()).unwrap();
    let mut guest = guest_in(&folder);
    guest.ctx.cancel_waits_when(|| true);
    let file = guest.open(ROOT, "file", Open::WRITE).unwrap();
    let memory = shared_memory(&vec![0; MEMORY]);
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut words = [0, 8, 0x100, 0xff00, 0x1_0000, 0x7fff_ffff, u32::MAX]
                .into_iter()
                .cycle();
            while !ended.load(Ordering::Relaxed) {
                for at in (0..512).step_by(4) {
                    let word: u32 = words.next().unwrap();
                    memory.write(at, &word.to_le_bytes()).unwrap();
                }
            }
        });
        let ctx = &mut guest.ctx;
        for _ in 0..2000 {
            let mut memory = GuestMemory::Shared(&memory);
            let memory = &mut memory;
            let _ = io::fd_pread(ctx, memory, file, 0, 40, 0, 0);
            let _ = io::fd_pwrite(ctx, memory, file, 0, 40, 0, 0);
            let _ = io::fd_write(ctx, memory, 1, 0, 40, 0);
            let _ = poll::poll_oneoff(ctx, memory, 0, 1024, 4, 0);
            let _ = path::path_filestat_get(ctx, memory, ROOT, 0, 8, 8, 0);
            let _ = readdir::fd_readdir(ctx, memory, ROOT, 8, 100, 0, 0);
        }
        ended.store(true, Ordering::Relaxed);
    });
}
