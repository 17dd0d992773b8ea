//! Files: reading, writing, positions, flags and attributes.

use super::*;
use crate::types::FstFlags;

fn with_file(content: &str) -> (Folder, Guest, u32) {
    let folder = Folder::new();
    fs::write(folder.join("file"), content).unwrap();
    let mut guest = Guest::in_folder(&folder);
    let file = guest.open(ROOT, "file", Open::WRITE).unwrap();
    (folder, guest, file)
}

#[test]
fn what_is_written_is_read() {
    let (folder, mut guest, file) = with_file("");
    assert_eq!(guest.write(file, "0123456789").unwrap(), 10);
    assert_eq!(guest.tell(file).unwrap(), 10);
    assert_eq!(guest.read(file, 10).unwrap(), b"");
    assert_eq!(guest.seek(file, 2, 0).unwrap(), 2);
    assert_eq!(guest.read(file, 3).unwrap(), b"234");
    assert_eq!(guest.seek(file, -1, 1).unwrap(), 4);
    assert_eq!(guest.read(file, 1).unwrap(), b"4");
    assert_eq!(guest.seek(file, -3, 2).unwrap(), 7);
    assert_eq!(guest.read(file, 100).unwrap(), b"789");
    assert_eq!(
        fs::read_to_string(folder.join("file")).unwrap(),
        "0123456789"
    );
    guest.close(file).unwrap();
    assert_eq!(guest.read(file, 1), Err(Errno::Badf));
    assert_eq!(guest.close(file), Err(Errno::Badf));
}

#[test]
fn positions_have_a_start_and_no_end() {
    let (_folder, mut guest, file) = with_file("abc");
    assert_eq!(guest.seek(file, -1, 0), Err(Errno::Inval));
    assert_eq!(guest.seek(file, -1, 1), Err(Errno::Inval));
    assert_eq!(guest.seek(file, -4, 2), Err(Errno::Inval));
    assert_eq!(guest.seek(file, i64::MIN, 2), Err(Errno::Inval));
    assert_eq!(guest.seek(file, 0, 3), Err(Errno::Inval));
    assert_eq!(guest.tell(file).unwrap(), 0);
    assert_eq!(guest.seek(file, 10, 0).unwrap(), 10);
    assert_eq!(guest.read(file, 10).unwrap(), b"");
    guest.write(file, "x").unwrap();
    assert_eq!(guest.stat_fd(file).unwrap().size, 11);
    assert_eq!(guest.pread(file, 20, 0).unwrap(), b"abc\0\0\0\0\0\0\0x");
}

#[test]
fn reads_and_writes_in_place_leave_the_position() {
    let (_folder, mut guest, file) = with_file("abcdef");
    assert_eq!(guest.pread(file, 2, 3).unwrap(), b"de");
    assert_eq!(guest.pwrite(file, "XY", 1).unwrap(), 2);
    assert_eq!(guest.tell(file).unwrap(), 0);
    assert_eq!(guest.read(file, 6).unwrap(), b"aXYdef");
    assert_eq!(guest.pread(file, 2, 100).unwrap(), b"");
    assert_eq!(guest.pread(file, 2, u64::MAX), Err(Errno::Inval));
    assert_eq!(guest.pwrite(file, "x", 1 << 63), Err(Errno::Inval));
}

/// Many buffers, empty ones among them, more than go to the host at once.
#[test]
fn lists_of_buffers_are_filled_and_drained_in_order() {
    let (folder, mut guest, file) = with_file("");
    let count = 100_u32;
    for i in 0..count {
        let len = if i % 3 == 0 { 0 } else { 3 };
        guest.put(IOVEC + 8 * i, (BUFFER + 3 * i).to_le_bytes());
        guest.put(IOVEC + 8 * i + 4, u32::to_le_bytes(len));
        guest.put(BUFFER + 3 * i, format!("{i:03}"));
    }
    let result = 0x4f00;
    guest
        .call(|ctx, memory| io::fd_write(ctx, memory, file, IOVEC, count, result))
        .unwrap();
    let expected: String = (0..count)
        .filter(|i| i % 3 != 0)
        .map(|i| format!("{i:03}"))
        .collect();
    assert_eq!(guest.u32(result) as usize, expected.len());
    assert_eq!(fs::read_to_string(folder.join("file")).unwrap(), expected);

    for in_place in [false, true] {
        guest.put(BUFFER, [b'.'; 300]);
        guest.seek(file, 0, 0).unwrap();
        // The last result of a seek lies in the list's way.
        for i in 0..count {
            let len = if i % 3 == 0 { 0 } else { 3 };
            guest.put(IOVEC + 8 * i, (BUFFER + 3 * i).to_le_bytes());
            guest.put(IOVEC + 8 * i + 4, u32::to_le_bytes(len));
        }
        guest
            .call(|ctx, memory| {
                if in_place {
                    io::fd_pread(ctx, memory, file, IOVEC, count, 0, result).map_err(Failure::from)
                } else {
                    io::fd_read(ctx, memory, file, IOVEC, count, result)
                }
            })
            .unwrap();
        assert_eq!(guest.u32(result) as usize, expected.len());
        let filled: String = (0..count)
            .map(|i| {
                if i % 3 == 0 {
                    "...".to_owned()
                } else {
                    format!("{i:03}")
                }
            })
            .collect();
        assert_eq!(&guest.memory[BUFFER as usize..][..300], filled.as_bytes());
    }
}

#[test]
fn flags_of_opening_are_those_of_posix() {
    let (folder, mut guest, _) = with_file("text");
    let exclusive = Open::CREATE.open(OpenFlags::CREAT | OpenFlags::EXCL);
    assert_eq!(guest.open(ROOT, "missing", Open::WRITE), Err(Errno::Noent));
    assert_eq!(guest.open(ROOT, "file", exclusive), Err(Errno::Exist));
    let file = guest.open(ROOT, "new", exclusive).unwrap();
    assert_eq!(guest.write(file, "new").unwrap(), 3);

    let file = guest.open(ROOT, "file", Open::CREATE).unwrap();
    assert_eq!(guest.read(file, 10).unwrap(), b"text");
    let truncate = Open::WRITE.open(OpenFlags::TRUNC);
    let file = guest.open(ROOT, "file", truncate).unwrap();
    assert_eq!(guest.stat_fd(file).unwrap().size, 0);
    assert_eq!(guest.open(ROOT, "missing", truncate), Err(Errno::Noent));

    assert_eq!(
        guest.open(ROOT, "file", Open::DIRECTORY),
        Err(Errno::Notdir)
    );
    assert_eq!(guest.open(ROOT, "file/", Open::READ), Err(Errno::Notdir));
    assert_eq!(
        guest.open(ROOT, "file/below", Open::READ),
        Err(Errno::Notdir)
    );
    fs::create_dir(folder.join("dir")).unwrap();
    assert_eq!(guest.open(ROOT, "dir", Open::WRITE), Err(Errno::Isdir));
    assert_eq!(guest.open(ROOT, "dir", Open::CREATE), Err(Errno::Isdir));
    let both = Open::WRITE.open(OpenFlags::DIRECTORY);
    assert_eq!(guest.open(ROOT, "dir", both), Err(Errno::Isdir));
    let create = OpenFlags::DIRECTORY | OpenFlags::CREAT;
    assert_eq!(
        guest.open(ROOT, "dir", Open::READ.open(create)),
        Err(Errno::Inval)
    );
    let dir = guest.open(ROOT, "dir", Open::READ).unwrap();
    assert_eq!(guest.stat_fd(dir).unwrap().filetype, DIRECTORY);
}

#[test]
fn a_descriptor_does_what_it_was_opened_for() {
    let (_folder, mut guest, _) = with_file("text");
    let read = guest.open(ROOT, "file", Open::READ).unwrap();
    assert_eq!(guest.write(read, "x"), Err(Errno::Badf));
    assert_eq!(guest.read(read, 4).unwrap(), b"text");

    let write = guest
        .open(ROOT, "file", Open::WRITE.rights(Rights::FD_WRITE))
        .unwrap();
    assert_eq!(guest.read(write, 4), Err(Errno::Badf));
    assert_eq!(guest.write(write, "T").unwrap(), 1);
    assert_eq!(guest.tell(write), Err(Errno::Notcapable));
    assert_eq!(guest.pwrite(write, "x", 0), Err(Errno::Notcapable));

    let none = guest
        .open(ROOT, "file", Open::READ.rights(Rights::empty()))
        .unwrap();
    assert_eq!(
        guest.rights(none).unwrap(),
        (Rights::empty(), Rights::empty())
    );
    assert_eq!(guest.read(none, 1), Err(Errno::Badf));
    assert_eq!(guest.write(none, "x"), Err(Errno::Badf));
    assert_eq!(
        guest.set_flags(none, FdFlags::APPEND),
        Err(Errno::Notcapable)
    );
    // To close is always a right.
    guest.close(none).unwrap();

    let outcome = guest.call(|ctx, memory| io::fd_filestat_set_size(ctx, memory, read, 0));
    assert_eq!(outcome, Err(Errno::Badf));
    let outcome = guest.call(|ctx, memory| io::fd_filestat_set_size(ctx, memory, write, 0));
    assert_eq!(outcome, Err(Errno::Notcapable));

    // Who may seek may tell, and who may tell may seek to where it is.
    let tell = guest
        .open(ROOT, "file", Open::READ.rights(Rights::FD_TELL))
        .unwrap();
    assert_eq!(guest.tell(tell).unwrap(), 0);
    assert_eq!(guest.seek(tell, 0, 1).unwrap(), 0);
    assert_eq!(guest.seek(tell, 0, 0), Err(Errno::Notcapable));
    let seek = guest
        .open(ROOT, "file", Open::READ.rights(Rights::FD_SEEK))
        .unwrap();
    assert_eq!(guest.tell(seek).unwrap(), 0);
}

#[test]
fn appending_is_a_flag_that_can_be_changed() {
    let (folder, mut guest, _) = with_file("abc");
    let file = guest
        .open(ROOT, "file", Open::WRITE.flags(FdFlags::APPEND))
        .unwrap();
    assert_eq!(guest.write(file, "de").unwrap(), 2);
    assert_eq!(guest.tell(file).unwrap(), 5);
    guest.seek(file, 0, 0).unwrap();
    assert_eq!(guest.write(file, "f").unwrap(), 1);
    assert_eq!(guest.tell(file).unwrap(), 6);
    // A write in place goes where it says.
    assert_eq!(guest.pwrite(file, "B", 1).unwrap(), 1);

    // What another descriptor writes is not overwritten.
    let other = guest
        .open(ROOT, "file", Open::WRITE.flags(FdFlags::APPEND))
        .unwrap();
    guest.write(other, "g").unwrap();
    guest.write(file, "h").unwrap();
    assert_eq!(fs::read_to_string(folder.join("file")).unwrap(), "aBcdefgh");

    guest.set_flags(file, FdFlags::empty()).unwrap();
    guest.seek(file, 0, 0).unwrap();
    guest.write(file, "A").unwrap();
    guest
        .set_flags(file, FdFlags::APPEND | FdFlags::SYNC)
        .unwrap();
    guest.write(file, "i").unwrap();
    assert_eq!(
        fs::read_to_string(folder.join("file")).unwrap(),
        "ABcdefghi"
    );
    assert_eq!(guest.set_flags(99, FdFlags::empty()), Err(Errno::Badf));
}

#[test]
fn a_file_can_be_synchronized_in_every_way() {
    let (_folder, mut guest, _) = with_file("");
    for flags in [
        FdFlags::SYNC,
        FdFlags::DSYNC,
        FdFlags::RSYNC,
        FdFlags::NONBLOCK,
        FdFlags::all(),
    ] {
        let file = guest.open(ROOT, "file", Open::WRITE.flags(flags)).unwrap();
        assert_eq!(guest.write(file, "x").unwrap(), 1);
        guest
            .call(|ctx, memory| fd::fd_sync(ctx, memory, file))
            .unwrap();
        guest
            .call(|ctx, memory| fd::fd_datasync(ctx, memory, file))
            .unwrap();
        let stat = guest.ctx.get(file).unwrap().fdstat();
        assert_eq!(stat.flags, flags);
    }
    guest
        .call(|ctx, memory| fd::fd_sync(ctx, memory, ROOT))
        .unwrap();
    guest
        .call(|ctx, memory| fd::fd_datasync(ctx, memory, ROOT))
        .unwrap();
}

#[test]
fn sizes_can_be_set_and_places_allocated() {
    let (_folder, mut guest, file) = with_file("abcdef");
    let set_size = |guest: &mut Guest, size| {
        guest.call(|ctx, memory| io::fd_filestat_set_size(ctx, memory, file, size))
    };
    set_size(&mut guest, 3).unwrap();
    assert_eq!(guest.pread(file, 10, 0).unwrap(), b"abc");
    set_size(&mut guest, 5).unwrap();
    assert_eq!(guest.pread(file, 10, 0).unwrap(), b"abc\0\0");
    assert_eq!(set_size(&mut guest, u64::MAX), Err(Errno::Fbig));

    let allocate = |guest: &mut Guest, offset, len| {
        guest.call(|ctx, memory| io::fd_allocate(ctx, memory, file, offset, len))
    };
    match allocate(&mut guest, 0, 100) {
        Ok(()) => {
            assert_eq!(guest.stat_fd(file).unwrap().size, 100);
            allocate(&mut guest, 10, 10).unwrap();
            assert_eq!(guest.stat_fd(file).unwrap().size, 100);
        }
        // Not every system or file system can.
        Err(errno) => assert_eq!(errno, Errno::Notsup),
    }
    assert_eq!(allocate(&mut guest, 0, 0), Err(Errno::Inval));
    assert_eq!(allocate(&mut guest, u64::MAX, 1), Err(Errno::Fbig));
    assert_eq!(allocate(&mut guest, 1 << 63, 1), Err(Errno::Fbig));

    let advise = |guest: &mut Guest, offset, len, advice| {
        guest.call(|ctx, memory| io::fd_advise(ctx, memory, file, offset, len, advice))
    };
    for advice in 0..6 {
        advise(&mut guest, 0, 0, advice).unwrap();
        advise(&mut guest, 10, 1000, advice).unwrap();
    }
    assert_eq!(advise(&mut guest, 0, 0, 6), Err(Errno::Inval));
    assert_eq!(advise(&mut guest, u64::MAX, 1, 0), Err(Errno::Inval));
}

#[test]
fn directories_are_not_files() {
    let (_folder, mut guest, _) = with_file("");
    assert_eq!(guest.read(ROOT, 1), Err(Errno::Isdir));
    assert_eq!(guest.write(ROOT, "x"), Err(Errno::Isdir));
    assert_eq!(guest.pread(ROOT, 1, 0), Err(Errno::Isdir));
    assert_eq!(guest.pwrite(ROOT, "x", 0), Err(Errno::Isdir));
    assert_eq!(guest.seek(ROOT, 0, 0), Err(Errno::Isdir));
    assert_eq!(guest.tell(ROOT), Err(Errno::Isdir));
    for outcome in [
        guest.call(|ctx, memory| io::fd_filestat_set_size(ctx, memory, ROOT, 0)),
        guest.call(|ctx, memory| io::fd_allocate(ctx, memory, ROOT, 0, 1)),
        guest.call(|ctx, memory| io::fd_advise(ctx, memory, ROOT, 0, 1, 0)),
    ] {
        assert_eq!(outcome, Err(Errno::Isdir));
    }
}

#[test]
fn attributes_are_those_of_the_host() {
    let (folder, mut guest, file) = with_file("text");
    let stat = guest.stat_fd(file).unwrap();
    assert_eq!((stat.size, stat.filetype, stat.nlink), (4, REGULAR_FILE, 1));
    assert_eq!(guest.stat(ROOT, "file", FOLLOW).unwrap(), stat);
    guest.link(ROOT, "file", ROOT, "linked").unwrap();
    let linked = guest.stat(ROOT, "linked", FOLLOW).unwrap();
    assert_eq!((linked.ino, linked.nlink), (stat.ino, 2));
    let modified = fs::metadata(folder.join("file"))
        .unwrap()
        .modified()
        .unwrap();
    let since = modified.duration_since(std::time::UNIX_EPOCH).unwrap();
    assert_eq!(u128::from(stat.mtim), since.as_nanos());

    fs::create_dir(folder.join("dir")).unwrap();
    let dir = guest.stat(ROOT, "dir", FOLLOW).unwrap();
    assert_eq!(dir.filetype, DIRECTORY);
    assert_ne!(dir.ino, stat.ino);
    let opened = guest.open(ROOT, "dir", Open::DIRECTORY).unwrap();
    assert_eq!(guest.stat_fd(opened).unwrap().ino, dir.ino);
}

#[test]
fn times_are_set_to_a_time_or_to_now_or_not_at_all() {
    let (folder, mut guest, file) = with_file("text");
    let second = 1_000_000_000;
    let both = (FstFlags::ATIM | FstFlags::MTIM).bits().into();
    guest
        .set_times(ROOT, "file", FOLLOW, (7 * second + 1, 8 * second + 2), both)
        .unwrap();
    let stat = guest.stat_fd(file).unwrap();
    assert_eq!((stat.atim, stat.mtim), (7 * second + 1, 8 * second + 2));

    let set = |guest: &mut Guest, fd, times: (u64, u64), flags: FstFlags| {
        let flags = flags.bits().into();
        guest
            .call(|ctx, memory| fd::fd_filestat_set_times(ctx, memory, fd, times.0, times.1, flags))
    };
    set(&mut guest, file, (1, 9 * second), FstFlags::MTIM).unwrap();
    let stat = guest.stat_fd(file).unwrap();
    assert_eq!((stat.atim, stat.mtim), (7 * second + 1, 9 * second));
    set(&mut guest, file, (1, 1), FstFlags::ATIM_NOW).unwrap();
    let stat = guest.stat_fd(file).unwrap();
    assert!(stat.atim > 1_000_000 * second);
    assert_eq!(stat.mtim, 9 * second);
    set(&mut guest, file, (1, 1), FstFlags::empty()).unwrap();
    assert_eq!(guest.stat_fd(file).unwrap().mtim, 9 * second);

    let now = FstFlags::MTIM_NOW.bits().into();
    guest.set_times(ROOT, "file", FOLLOW, (1, 1), now).unwrap();
    assert!(guest.stat_fd(file).unwrap().mtim > 1_000_000 * second);

    for flags in [
        FstFlags::ATIM | FstFlags::ATIM_NOW,
        FstFlags::MTIM | FstFlags::MTIM_NOW,
    ] {
        assert_eq!(set(&mut guest, file, (1, 1), flags), Err(Errno::Inval));
        let outcome = guest.set_times(ROOT, "file", FOLLOW, (1, 1), flags.bits().into());
        assert_eq!(outcome, Err(Errno::Inval));
    }
    assert_eq!(
        guest.set_times(ROOT, "file", FOLLOW, (1, 1), 16),
        Err(Errno::Inval)
    );

    // A directory, also one that is only named by its descriptor.
    fs::create_dir(folder.join("dir")).unwrap();
    let dir = guest.open(ROOT, "dir", Open::DIRECTORY).unwrap();
    for fd in [dir, ROOT] {
        set(&mut guest, fd, (0, 5 * second), FstFlags::MTIM).unwrap();
        assert_eq!(guest.stat_fd(fd).unwrap().mtim, 5 * second);
    }
    // The end of time for the interface, which may be too late for the file system.
    let outcome = set(&mut guest, file, (u64::MAX, u64::MAX), FstFlags::MTIM);
    assert!(matches!(
        outcome,
        Ok(()) | Err(Errno::Inval | Errno::Overflow)
    ));
}

#[test]
fn a_file_lives_on_without_its_name() {
    let (_folder, mut guest, file) = with_file("text");
    guest.unlink(ROOT, "file").unwrap();
    assert_eq!(guest.open(ROOT, "file", Open::READ), Err(Errno::Noent));
    assert_eq!(guest.read(file, 10).unwrap(), b"text");
    let again = guest.open(ROOT, "file", Open::CREATE).unwrap();
    assert_eq!(guest.read(again, 10).unwrap(), b"");
}

#[test]
fn descriptors_are_bounded() {
    let folder = Folder::new();
    fs::write(folder.join("file"), "").unwrap();
    let mut builder = WasiCtxBuilder::new();
    builder
        .max_descriptors(6)
        .preopened_dir(&folder.0, "/", DirPerms::all(), FilePerms::all())
        .unwrap();
    let mut guest = Guest::new(&mut builder);
    assert_eq!(guest.open(ROOT, "file", Open::READ), Ok(4));
    assert_eq!(guest.open(ROOT, "file", Open::READ), Ok(5));
    assert_eq!(guest.open(ROOT, "file", Open::READ), Err(Errno::Mfile));
    assert_eq!(guest.open(ROOT, "new", Open::CREATE), Err(Errno::Mfile));
    assert!(!folder.join("new").exists());
    guest.close(4).unwrap();
    assert_eq!(guest.open(ROOT, "file", Open::READ), Ok(4));
}

#[test]
fn a_descriptor_can_be_renumbered_over_another() {
    let (_folder, mut guest, file) = with_file("text");
    let other = guest.open(ROOT, "new", Open::CREATE).unwrap();
    guest
        .call(|ctx, memory| fd::fd_renumber(ctx, memory, file, other))
        .unwrap();
    assert_eq!(guest.read(other, 10).unwrap(), b"text");
    assert_eq!(guest.read(file, 10), Err(Errno::Badf));
    let outcome = guest.call(|ctx, memory| fd::fd_renumber(ctx, memory, other, file));
    assert_eq!(outcome, Err(Errno::Badf));
    // The next one gets the number that is free.
    assert_eq!(guest.open(ROOT, "file", Open::READ), Ok(file));
    guest
        .call(|ctx, memory| fd::fd_renumber(ctx, memory, file, 1))
        .unwrap();
    assert_eq!(guest.read(1, 10).unwrap(), b"text");
}

/// A pipe with a name: it is not a regular file, and a read could wait.
#[cfg(target_os = "linux")]
#[test]
fn a_named_pipe_is_read_as_a_stream() {
    let folder = Folder::new();
    let path = folder.join("pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &path,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .unwrap();
    // Open for both, so that neither waits for the other.
    let host = fs::File::options()
        .read(true)
        .write(true)
        .open(&path)
        .unwrap();
    let mut guest = Guest::in_folder(&folder);
    let pipe = guest
        .open(ROOT, "pipe", Open::READ.flags(FdFlags::NONBLOCK))
        .unwrap();
    assert_eq!(guest.read(pipe, 10), Err(Errno::Again));
    std::io::Write::write_all(&mut &host, b"text").unwrap();
    assert_eq!(guest.read(pipe, 10).unwrap(), b"text");
    assert_eq!(guest.read(pipe, 10), Err(Errno::Again));
    assert_eq!(guest.seek(pipe, 0, 0), Err(Errno::Spipe));
    assert_eq!(
        guest.open(ROOT, "pipe", Open::DIRECTORY),
        Err(Errno::Notdir)
    );
}
