//! Directories: what is in them, and what is made, moved and removed.

use super::*;
use alloc::collections::BTreeSet;

#[test]
fn a_directory_lists_itself_its_parent_and_its_entries() {
    let folder = Folder::new();
    fs::create_dir(folder.join("dir")).unwrap();
    fs::write(folder.join("file"), "").unwrap();
    let mut guest = Guest::in_folder(&folder);
    guest.symlink("file", ROOT, "symlink").unwrap();
    let (mut entries, used) = guest.readdir(ROOT, 4096, 0).unwrap();
    assert!(used < 4096);
    assert_eq!((&*entries[0].name, entries[0].next), (".", 1));
    assert_eq!((&*entries[1].name, entries[1].next), ("..", 2));
    let cookies: Vec<u64> = entries.iter().map(|entry| entry.next).collect();
    assert_eq!(cookies, [1, 2, 3, 4, 5]);
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    let types: Vec<(&str, u8)> = entries
        .iter()
        .map(|entry| (&*entry.name, entry.filetype))
        .collect();
    assert_eq!(
        types,
        [
            (".", DIRECTORY),
            ("..", DIRECTORY),
            ("dir", DIRECTORY),
            ("file", REGULAR_FILE),
            ("symlink", SYMBOLIC_LINK)
        ]
    );
    assert_eq!(entries[0].ino, guest.stat_fd(ROOT).unwrap().ino);
    for entry in &entries[2..] {
        assert_eq!(
            entry.ino,
            guest.stat(ROOT, &entry.name, NO_FOLLOW).unwrap().ino
        );
    }
}

/// Buffers of all sizes, from one that holds just one of the longest entries.
#[test]
fn a_directory_is_read_in_pieces_of_any_size() {
    let folder = Folder::new();
    let names: Vec<String> = (0..40).map(|i| format!("{i}{}", "x".repeat(i))).collect();
    for name in &names {
        fs::write(folder.join(name), "").unwrap();
    }
    let mut expected: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    expected.extend([".", ".."]);
    let mut guest = Guest::in_folder(&folder);
    for len in (24 + 42..400).chain([4096]) {
        let listed = guest.list(ROOT, len).unwrap();
        assert_eq!(listed.len(), expected.len(), "{len}");
        let listed: BTreeSet<&str> = listed.iter().map(String::as_str).collect();
        assert_eq!(listed, expected, "{len}");
    }
}

#[test]
fn an_entry_that_does_not_fit_is_cut_off_and_comes_again() {
    let folder = Folder::new();
    fs::write(folder.join("a_long_name"), "").unwrap();
    let mut guest = Guest::in_folder(&folder);
    for len in 0..24 + 11 {
        let (entries, used) = guest.readdir(ROOT, len, 2).unwrap();
        assert_eq!((entries.len(), used), (0, len));
    }
    let (entries, used) = guest.readdir(ROOT, 24 + 11, 2).unwrap();
    assert_eq!((&*entries[0].name, used), ("a_long_name", 35));
    assert_eq!(guest.readdir(ROOT, 100, 3).unwrap(), (vec![], 0));
    assert_eq!(guest.readdir(ROOT, 100, u64::MAX), Err(Errno::Inval));
    assert_eq!(guest.readdir(ROOT, 100, 1 << 40).unwrap(), (vec![], 0));
}

#[test]
fn a_guest_can_go_back_to_any_cookie() {
    let folder = Folder::new();
    for i in 0..20 {
        fs::write(folder.join(&i.to_string()), "").unwrap();
    }
    let mut guest = Guest::in_folder(&folder);
    let (all, _) = guest.readdir(ROOT, 4096, 0).unwrap();
    assert_eq!(all.len(), 22);
    for from in [21, 3, 10, 0, 22, 1, 2, 15, 5] {
        let (rest, _) = guest.readdir(ROOT, 4096, from as u64).unwrap();
        assert_eq!(rest, all[from..], "{from}");
    }
    // One after the other.
    for (i, entry) in all.iter().enumerate() {
        let (rest, _) = guest.readdir(ROOT, 24 + 2, i as u64).unwrap();
        assert_eq!(rest.first(), Some(entry));
    }
}

/// As `rm -r` does it: entries vanish while the directory is read.
#[test]
fn entries_that_are_removed_hide_no_others() {
    let folder = Folder::new();
    for i in 0..500 {
        fs::write(folder.join(&format!("file_{i}")), "").unwrap();
    }
    let mut guest = Guest::in_folder(&folder);
    let mut cookie = 0;
    loop {
        let (entries, used) = guest.readdir(ROOT, 300, cookie).unwrap();
        for entry in &entries {
            cookie = entry.next;
            if !entry.name.starts_with('.') {
                guest.unlink(ROOT, &entry.name).unwrap();
            }
        }
        if used < 300 {
            break;
        }
    }
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 0);
}

#[test]
fn a_new_start_sees_what_is_new() {
    let folder = Folder::new();
    let mut guest = Guest::in_folder(&folder);
    assert_eq!(guest.list(ROOT, 100).unwrap(), [".", ".."]);
    guest.create_dir(ROOT, "dir").unwrap();
    assert_eq!(guest.list(ROOT, 100).unwrap(), [".", "..", "dir"]);
    guest.remove_dir(ROOT, "dir").unwrap();
    assert_eq!(guest.list(ROOT, 100).unwrap(), [".", ".."]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_unicode_is_an_error() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new();
    fs::write(folder.0.join(OsStr::from_bytes(b"\xff")), "").unwrap();
    let mut guest = Guest::in_folder(&folder);
    // What comes before it is given first.
    let (entries, used) = guest.readdir(ROOT, 4096, 0).unwrap();
    assert_eq!((entries.len(), used), (2, 2 * 24 + 3));
    assert_eq!(guest.readdir(ROOT, 4096, 2), Err(Errno::Ilseq));
}

#[test]
fn directories_are_made_and_removed() {
    let folder = Folder::new();
    let mut guest = Guest::in_folder(&folder);
    guest.create_dir(ROOT, "dir").unwrap();
    assert_eq!(guest.create_dir(ROOT, "dir"), Err(Errno::Exist));
    assert_eq!(guest.create_dir(ROOT, "."), Err(Errno::Exist));
    assert_eq!(guest.create_dir(ROOT, "missing/dir"), Err(Errno::Noent));
    guest.create_dir(ROOT, "dir/below/").unwrap();
    assert_eq!(guest.remove_dir(ROOT, "dir"), Err(Errno::Notempty));
    assert!(matches!(
        guest.unlink(ROOT, "dir"),
        Err(Errno::Isdir | Errno::Perm)
    ));
    assert!(matches!(
        guest.unlink(ROOT, "dir/"),
        Err(Errno::Isdir | Errno::Perm)
    ));
    guest.remove_dir(ROOT, "dir/below/").unwrap();
    guest.remove_dir(ROOT, "dir").unwrap();
    assert_eq!(guest.remove_dir(ROOT, "dir"), Err(Errno::Noent));
    assert_eq!(guest.remove_dir(ROOT, "."), Err(Errno::Inval));

    fs::write(folder.join("file"), "").unwrap();
    assert_eq!(guest.remove_dir(ROOT, "file"), Err(Errno::Notdir));
    assert_eq!(guest.remove_dir(ROOT, "file/"), Err(Errno::Notdir));
    assert_eq!(guest.unlink(ROOT, "file/"), Err(Errno::Notdir));
    assert_eq!(guest.create_dir(ROOT, "file"), Err(Errno::Exist));
    assert_eq!(guest.create_dir(ROOT, "file/dir"), Err(Errno::Notdir));
    guest.unlink(ROOT, "file").unwrap();
    assert_eq!(guest.unlink(ROOT, "file"), Err(Errno::Noent));
}

#[test]
fn files_and_directories_are_renamed() {
    let folder = Folder::new();
    fs::create_dir_all(folder.join("full/below")).unwrap();
    fs::create_dir(folder.join("empty")).unwrap();
    fs::create_dir(folder.join("dir")).unwrap();
    fs::write(folder.join("file"), "file").unwrap();
    fs::write(folder.join("other"), "other").unwrap();
    let mut guest = Guest::in_folder(&folder);
    assert_eq!(
        guest.rename(ROOT, "missing", ROOT, "new"),
        Err(Errno::Noent)
    );
    assert_eq!(guest.rename(ROOT, "file", ROOT, "empty"), Err(Errno::Isdir));
    assert_eq!(guest.rename(ROOT, "dir", ROOT, "file"), Err(Errno::Notdir));
    assert_eq!(
        guest.rename(ROOT, "dir", ROOT, "full"),
        Err(Errno::Notempty)
    );
    assert_eq!(
        guest.rename(ROOT, "full", ROOT, "full/below/full"),
        Err(Errno::Inval)
    );
    guest.rename(ROOT, "file", ROOT, "other").unwrap();
    assert_eq!(fs::read_to_string(folder.join("other")).unwrap(), "file");
    guest.rename(ROOT, "dir/", ROOT, "empty/").unwrap();
    let full = guest.open(ROOT, "full", Open::DIRECTORY).unwrap();
    guest.rename(ROOT, "other", full, "moved").unwrap();
    assert_eq!(
        fs::read_to_string(folder.join("full/moved")).unwrap(),
        "file"
    );
}

#[test]
fn hard_links_are_made_to_files() {
    let folder = Folder::new();
    fs::create_dir(folder.join("dir")).unwrap();
    fs::write(folder.join("file"), "file").unwrap();
    let mut guest = Guest::in_folder(&folder);
    guest.link(ROOT, "file", ROOT, "dir/linked").unwrap();
    assert_eq!(
        fs::read_to_string(folder.join("dir/linked")).unwrap(),
        "file"
    );
    assert_eq!(
        guest.link(ROOT, "file", ROOT, "dir/linked"),
        Err(Errno::Exist)
    );
    assert_eq!(guest.link(ROOT, "file", ROOT, "dir"), Err(Errno::Exist));
    assert_eq!(guest.link(ROOT, "missing", ROOT, "new"), Err(Errno::Noent));
    assert_eq!(guest.link(ROOT, "dir", ROOT, "new"), Err(Errno::Perm));
    assert_eq!(guest.link(ROOT, "file", ROOT, "new/"), Err(Errno::Noent));
    // A link's own link, not that of what it leads to.
    guest.symlink("missing", ROOT, "dangling").unwrap();
    guest.link(ROOT, "dangling", ROOT, "dangling_too").unwrap();
    let stat = guest.stat(ROOT, "dangling_too", NO_FOLLOW).unwrap();
    assert_eq!((stat.filetype, stat.nlink), (SYMBOLIC_LINK, 2));
    let outcome = guest
        .call(|ctx, memory| path::path_link(ctx, memory, ROOT, 1, PATH, 1, ROOT, OTHER_PATH, 1));
    assert_eq!(outcome, Err(Errno::Inval));
}

#[test]
fn symbolic_links_are_followed_where_the_guest_wants_it() {
    let folder = Folder::new();
    fs::create_dir(folder.join("dir")).unwrap();
    fs::write(folder.join("dir/file"), "file").unwrap();
    let mut guest = Guest::in_folder(&folder);
    guest.symlink("dir", ROOT, "to_dir").unwrap();
    guest.symlink("to_dir/file", ROOT, "to_file").unwrap();
    guest.symlink("loop", ROOT, "loop").unwrap();
    guest.symlink("missing", ROOT, "dangling").unwrap();
    assert_eq!(guest.symlink("file", ROOT, "dir"), Err(Errno::Exist));
    assert_eq!(guest.symlink("file", ROOT, "new/"), Err(Errno::Noent));

    let file = guest.open(ROOT, "to_file", Open::READ).unwrap();
    assert_eq!(guest.read(file, 10).unwrap(), b"file");
    assert_eq!(
        guest.open(ROOT, "to_file", Open::READ.no_follow()),
        Err(Errno::Loop)
    );
    assert_eq!(
        guest.open(ROOT, "to_dir", Open::READ.no_follow()),
        Err(Errno::Loop)
    );
    let dir = guest.open(ROOT, "to_dir", Open::DIRECTORY.no_follow());
    assert!(matches!(dir, Err(Errno::Loop | Errno::Notdir)));
    // What is not the last part is always followed.
    assert!(
        guest
            .open(ROOT, "to_dir/file", Open::READ.no_follow())
            .is_ok()
    );
    assert!(guest.open(ROOT, "to_dir", Open::DIRECTORY).is_ok());
    assert_eq!(
        guest.open(ROOT, "to_file", Open::DIRECTORY),
        Err(Errno::Notdir)
    );

    assert_eq!(guest.open(ROOT, "loop", Open::READ), Err(Errno::Loop));
    assert_eq!(
        guest.open(ROOT, "loop", Open::READ.no_follow()),
        Err(Errno::Loop)
    );
    assert_eq!(guest.stat(ROOT, "loop", FOLLOW), Err(Errno::Loop));
    assert_eq!(guest.open(ROOT, "dangling", Open::READ), Err(Errno::Noent));
    assert_eq!(
        guest.open(ROOT, "dangling", Open::READ.no_follow()),
        Err(Errno::Loop)
    );
    assert_eq!(guest.stat(ROOT, "dangling", FOLLOW), Err(Errno::Noent));
    let exclusive = Open::CREATE.open(OpenFlags::CREAT | OpenFlags::EXCL);
    assert_eq!(guest.open(ROOT, "dangling", exclusive), Err(Errno::Exist));

    assert_eq!(guest.readlink(ROOT, "to_file", 100).unwrap(), "to_dir/file");
    assert_eq!(guest.readlink(ROOT, "to_file", 4).unwrap(), "to_d");
    assert_eq!(guest.readlink(ROOT, "to_file", 0).unwrap(), "");
    assert_eq!(guest.readlink(ROOT, "dir", 10), Err(Errno::Inval));

    let link = guest.stat(ROOT, "to_file", NO_FOLLOW).unwrap();
    assert_eq!((link.filetype, link.size), (SYMBOLIC_LINK, 11));
    guest
        .set_times(ROOT, "to_file", NO_FOLLOW, (0, 5_000_000_000), 4)
        .unwrap();
    assert_eq!(
        guest.stat(ROOT, "to_file", NO_FOLLOW).unwrap().mtim,
        5_000_000_000
    );
    let target = guest.stat(ROOT, "to_file", FOLLOW).unwrap();
    assert_ne!(target.mtim, 5_000_000_000);
    guest.unlink(ROOT, "to_dir").unwrap();
    assert!(folder.join("dir/file").exists());
}

#[test]
fn preopened_directories_are_found_by_number_and_name() {
    let folder = Folder::new();
    let mut builder = WasiCtxBuilder::new();
    builder
        .preopened_dir(&folder.0, "/data", DirPerms::all(), FilePerms::all())
        .unwrap()
        .preopened_dir(&folder.0, ".", DirPerms::READ, FilePerms::READ)
        .unwrap();
    let mut guest = Guest::new(&mut builder);
    let name = |guest: &mut Guest, fd, len: Option<u32>| -> Outcome<String> {
        guest.call(|ctx, memory| fd::fd_prestat_get(ctx, memory, fd, RESULT))?;
        assert_eq!(guest.u32(RESULT), 0);
        let name_len = guest.u32(RESULT + 4);
        let len = len.unwrap_or(name_len);
        guest.call(|ctx, memory| fd::fd_prestat_dir_name(ctx, memory, fd, BUFFER, len))?;
        let bytes = &guest.memory[BUFFER as usize..][..name_len as usize];
        Ok(String::from_utf8(bytes.to_vec()).unwrap())
    };
    assert_eq!(name(&mut guest, 3, None).unwrap(), "/data");
    assert_eq!(name(&mut guest, 3, Some(100)).unwrap(), "/data");
    assert_eq!(name(&mut guest, 3, Some(4)), Err(Errno::Nametoolong));
    assert_eq!(name(&mut guest, 4, None).unwrap(), ".");
    assert_eq!(name(&mut guest, 5, None), Err(Errno::Badf));
    assert_eq!(name(&mut guest, 0, None), Err(Errno::Badf));
    let opened = guest.open(3, ".", Open::DIRECTORY).unwrap();
    assert_eq!(name(&mut guest, opened, None), Err(Errno::Badf));
    guest.close(3).unwrap();
    assert_eq!(name(&mut guest, 3, None), Err(Errno::Badf));
    assert!(guest.list(opened, 100).is_ok());
}
