//! No path leaves the directories that a guest was given, and what is read-only stays as it is.

use super::*;

/// A folder with a directory for the guest in it, and a secret beside that.
fn sandbox() -> (Folder, Guest) {
    let folder = Folder::new();
    fs::create_dir_all(folder.join("inside/dir")).unwrap();
    fs::write(folder.join("inside/file"), "file").unwrap();
    fs::write(folder.join("secret"), "secret").unwrap();
    let mut builder = WasiCtxBuilder::new();
    builder
        .preopened_dir(
            folder.join("inside"),
            "/",
            DirPerms::all(),
            FilePerms::all(),
        )
        .unwrap();
    let guest = Guest::new(&mut builder);
    (folder, guest)
}

/// Tries everything that can be done with a path, and gives the errors.
fn everything(guest: &mut Guest, path: &str) -> Vec<(&'static str, Outcome)> {
    vec![
        ("open", guest.open(ROOT, path, Open::READ).map(drop)),
        (
            "open for writing",
            guest.open(ROOT, path, Open::WRITE).map(drop),
        ),
        (
            "open without following",
            guest.open(ROOT, path, Open::READ.no_follow()).map(drop),
        ),
        (
            "open as a directory",
            guest.open(ROOT, path, Open::DIRECTORY).map(drop),
        ),
        ("create", guest.open(ROOT, path, Open::CREATE).map(drop)),
        ("create exclusively", {
            let how = Open::CREATE.open(OpenFlags::CREAT | OpenFlags::EXCL);
            guest.open(ROOT, path, how).map(drop)
        }),
        (
            "truncate",
            guest
                .open(ROOT, path, Open::WRITE.open(OpenFlags::TRUNC))
                .map(drop),
        ),
        ("stat", guest.stat(ROOT, path, FOLLOW).map(drop)),
        ("lstat", guest.stat(ROOT, path, NO_FOLLOW).map(drop)),
        ("set times", guest.set_times(ROOT, path, FOLLOW, (1, 1), 5)),
        (
            "set times of a link",
            guest.set_times(ROOT, path, NO_FOLLOW, (1, 1), 5),
        ),
        ("read a link", guest.readlink(ROOT, path, 100).map(drop)),
        ("make a directory", guest.create_dir(ROOT, path)),
        ("remove a directory", guest.remove_dir(ROOT, path)),
        ("unlink", guest.unlink(ROOT, path)),
        ("rename from", guest.rename(ROOT, path, ROOT, "stolen")),
        ("rename to", guest.rename(ROOT, "file", ROOT, path)),
        ("link from", guest.link(ROOT, path, ROOT, "stolen")),
        ("link to", guest.link(ROOT, "file", ROOT, path)),
        ("make a link", guest.symlink("file", ROOT, path)),
    ]
}

fn assert_untouched(folder: &Folder) {
    assert_eq!(fs::read_to_string(folder.join("secret")).unwrap(), "secret");
    assert_eq!(
        fs::read_to_string(folder.join("inside/file")).unwrap(),
        "file"
    );
    let mut names: Vec<_> = fs::read_dir(&folder.0)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["inside", "secret"]);
    assert!(!folder.join("inside/stolen").exists());
}

#[test]
fn a_path_that_leads_out_is_not_permitted() {
    let (folder, mut guest) = sandbox();
    let absolute = folder.join("secret").to_str().unwrap().to_owned();
    let paths = [
        "../secret",
        "./../secret",
        "dir/../../secret",
        "dir/.././../secret",
        "dir//..///..//secret",
        "../inside/../secret",
        "/secret",
        "/file",
        "//file",
        "/dir/../../secret",
        "../../../../../../../../etc/passwd",
        "/etc/passwd",
        &absolute,
    ];
    for path in paths {
        for (what, outcome) in everything(&mut guest, path) {
            assert_eq!(outcome, Err(Errno::Perm), "{what} {path}");
        }
    }
    // Here the last part is what leads out; what is done with the last part alone is invalid then.
    for path in ["..", "dir/../..", "../", "../.", "/", "../inside"] {
        for (what, outcome) in everything(&mut guest, path) {
            assert!(outcome.is_err(), "{what} {path}");
        }
        assert_eq!(
            guest.open(ROOT, path, Open::READ),
            Err(Errno::Perm),
            "{path}"
        );
        assert_eq!(
            guest.stat(ROOT, path, FOLLOW).map(drop),
            Err(Errno::Perm),
            "{path}"
        );
    }
    assert_untouched(&folder);
}

#[test]
fn dots_that_stay_inside_are_good() {
    let (_folder, mut guest) = sandbox();
    for path in [
        "file",
        "./file",
        "dir/../file",
        "dir/.././dir//../file",
        "dir/./../dir/../file",
    ] {
        let file = guest.open(ROOT, path, Open::READ).unwrap();
        assert_eq!(guest.read(file, 10).unwrap(), b"file");
    }
    for path in [".", "./", "dir/..", "dir/../", "dir/../."] {
        let dir = guest.open(ROOT, path, Open::DIRECTORY).unwrap();
        assert!(
            guest.list(dir, 4096).unwrap().contains(&"file".to_owned()),
            "{path}"
        );
    }
}

/// Links that the host's side made: the guest could not make all of them.
#[cfg(unix)]
#[test]
fn a_link_that_leads_out_is_not_followed() {
    use std::os::unix::fs::symlink;
    let (folder, mut guest) = sandbox();
    symlink("../secret", folder.join("inside/up")).unwrap();
    symlink(folder.join("secret"), folder.join("inside/absolute")).unwrap();
    symlink("..", folder.join("inside/parent")).unwrap();
    symlink("/", folder.join("inside/root")).unwrap();
    symlink("up", folder.join("inside/to_up")).unwrap();
    symlink("../to_up", folder.join("inside/dir/chain")).unwrap();
    symlink("dir/../..", folder.join("inside/around")).unwrap();

    for path in [
        "up",
        "absolute",
        "parent",
        "root",
        "to_up",
        "dir/chain",
        "around",
    ] {
        assert_eq!(
            guest.open(ROOT, path, Open::READ),
            Err(Errno::Perm),
            "{path}"
        );
        assert_eq!(
            guest.open(ROOT, path, Open::WRITE),
            Err(Errno::Perm),
            "{path}"
        );
        assert_eq!(
            guest.open(ROOT, path, Open::CREATE),
            Err(Errno::Perm),
            "{path}"
        );
        assert_eq!(
            guest.open(ROOT, path, Open::DIRECTORY),
            Err(Errno::Perm),
            "{path}"
        );
        assert_eq!(
            guest.stat(ROOT, path, FOLLOW).map(drop),
            Err(Errno::Perm),
            "{path}"
        );
        assert_eq!(
            guest.set_times(ROOT, path, FOLLOW, (1, 1), 5),
            Err(Errno::Perm),
            "{path}"
        );
        // The link itself is the guest's to look at.
        let stat = guest.stat(ROOT, path, NO_FOLLOW).unwrap();
        assert_eq!(stat.filetype, SYMBOLIC_LINK, "{path}");
    }
    for path in [
        "parent/secret",
        "root/etc/passwd",
        "around/secret",
        "parent/inside/file",
    ] {
        for (what, outcome) in everything(&mut guest, path) {
            assert_eq!(outcome, Err(Errno::Perm), "{what} {path}");
        }
    }
    assert_untouched(&folder);
    // What an absolute link says is not told.
    assert_eq!(guest.readlink(ROOT, "absolute", 1000), Err(Errno::Perm));
    assert_eq!(guest.readlink(ROOT, "up", 1000).unwrap(), "../secret");
}

#[test]
fn a_guests_own_links_lead_nowhere_else() {
    let (folder, mut guest) = sandbox();
    assert_eq!(
        guest.symlink("/etc/passwd", ROOT, "absolute"),
        Err(Errno::Perm)
    );
    guest.symlink("../secret", ROOT, "up").unwrap();
    guest.symlink("../../secret", ROOT, "dir/up").unwrap();
    guest.symlink("..", ROOT, "parent").unwrap();
    assert_eq!(guest.open(ROOT, "up", Open::READ), Err(Errno::Perm));
    assert_eq!(guest.open(ROOT, "dir/up", Open::READ), Err(Errno::Perm));
    assert_eq!(
        guest.open(ROOT, "parent/secret", Open::READ),
        Err(Errno::Perm)
    );
    // Neither when it is moved to where it leads further than it did.
    guest.symlink("../file", ROOT, "dir/good").unwrap();
    let file = guest.open(ROOT, "dir/good", Open::READ).unwrap();
    assert_eq!(guest.read(file, 10).unwrap(), b"file");
    guest.rename(ROOT, "dir/good", ROOT, "bad").unwrap();
    assert_eq!(guest.open(ROOT, "bad", Open::READ), Err(Errno::Perm));
    assert_untouched(&folder);
}

/// A directory below the given one is for what is opened through it the limit.
#[test]
fn an_opened_directory_is_a_border_as_well() {
    let (_folder, mut guest) = sandbox();
    let dir = guest.open(ROOT, "dir", Open::DIRECTORY).unwrap();
    assert_eq!(guest.open(dir, "../file", Open::READ), Err(Errno::Perm));
    assert_eq!(guest.open(dir, "..", Open::DIRECTORY), Err(Errno::Perm));
    assert_eq!(
        guest.rename(ROOT, "file", dir, "../stolen"),
        Err(Errno::Perm)
    );
}

#[test]
fn a_path_must_be_one() {
    let (_folder, mut guest) = sandbox();
    for (what, outcome) in everything(&mut guest, "") {
        assert_eq!(outcome, Err(Errno::Noent), "{what}");
    }
    for (what, outcome) in everything(&mut guest, "fi\0le") {
        assert_eq!(outcome, Err(Errno::Inval), "{what}");
    }
    let long = "a".repeat(5000);
    for (what, outcome) in everything(&mut guest, &long) {
        assert_eq!(outcome, Err(Errno::Nametoolong), "{what}");
    }
    let long_name = "a".repeat(300);
    assert_eq!(
        guest.open(ROOT, &long_name, Open::READ),
        Err(Errno::Nametoolong)
    );

    guest.put(PATH, [b'a', 0xff]);
    let outcome = guest.call(|ctx, memory| path::path_create_directory(ctx, memory, ROOT, PATH, 2));
    assert_eq!(outcome, Err(Errno::Ilseq));
}

/// Everything that changes something, tried in a directory with these permissions: what fails is
/// not permitted.
fn mutations(guest: &mut Guest, root: u32) -> Vec<(&'static str, Outcome)> {
    vec![
        ("create", guest.open(root, "new", Open::CREATE).map(drop)),
        ("make a directory", guest.create_dir(root, "new_dir")),
        ("remove a directory", guest.remove_dir(root, "dir")),
        ("unlink", guest.unlink(root, "file")),
        ("rename", guest.rename(root, "file", root, "renamed")),
        ("link", guest.link(root, "file", root, "linked")),
        ("make a link", guest.symlink("file", root, "symlink")),
        (
            "set times",
            guest.set_times(root, "file", FOLLOW, (1, 1), 5),
        ),
        (
            "set times of a link",
            guest.set_times(root, "file", NO_FOLLOW, (1, 1), 5),
        ),
        (
            "set times of the directory",
            guest.call(|ctx, memory| fd::fd_filestat_set_times(ctx, memory, root, 1, 1, 5)),
        ),
    ]
}

#[test]
fn a_read_only_directory_stays_as_it_is() {
    let folder = Folder::new();
    fs::create_dir(folder.join("dir")).unwrap();
    fs::write(folder.join("file"), "file").unwrap();
    let before = fs::metadata(folder.join("file"))
        .unwrap()
        .modified()
        .unwrap();
    let mut guest = Guest::with_perms(&folder, DirPerms::READ, FilePerms::READ);
    let below = guest.open(ROOT, ".", Open::DIRECTORY).unwrap();
    for root in [ROOT, below] {
        for (what, outcome) in mutations(&mut guest, root) {
            assert_eq!(outcome, Err(Errno::Perm), "{what}");
        }
        assert_eq!(guest.open(root, "file", Open::WRITE), Err(Errno::Perm));
        let truncate = Open::READ.open(OpenFlags::TRUNC);
        assert_eq!(guest.open(root, "file", truncate), Err(Errno::Perm));
        // Also when it is there already.
        assert_eq!(guest.open(root, "file", Open::CREATE), Err(Errno::Perm));
        assert_eq!(guest.list(root, 4096).unwrap().len(), 4);
    }

    let file = guest.open(ROOT, "file", Open::READ).unwrap();
    assert_eq!(guest.read(file, 10).unwrap(), b"file");
    assert_eq!(guest.write(file, "no"), Err(Errno::Badf));
    assert_eq!(guest.pwrite(file, "no", 0), Err(Errno::Badf));
    for outcome in [
        guest.call(|ctx, memory| io::fd_filestat_set_size(ctx, memory, file, 0)),
        guest.call(|ctx, memory| io::fd_allocate(ctx, memory, file, 0, 100)),
    ] {
        assert_eq!(outcome, Err(Errno::Badf));
    }
    let times = guest.call(|ctx, memory| fd::fd_filestat_set_times(ctx, memory, file, 1, 1, 5));
    assert_eq!(times, Err(Errno::Perm));

    assert_eq!(fs::read_to_string(folder.join("file")).unwrap(), "file");
    assert_eq!(
        fs::metadata(folder.join("file"))
            .unwrap()
            .modified()
            .unwrap(),
        before
    );
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 2);
}

#[test]
fn permissions_of_files_and_of_directories_are_two_things() {
    let folder = Folder::new();
    fs::create_dir(folder.join("dir")).unwrap();
    fs::write(folder.join("file"), "file").unwrap();
    let mut guest = Guest::with_perms(&folder, DirPerms::READ, FilePerms::all());
    let file = guest.open(ROOT, "file", Open::WRITE).unwrap();
    assert_eq!(guest.write(file, "new").unwrap(), 3);
    for (what, outcome) in mutations(&mut guest, ROOT) {
        assert_eq!(outcome, Err(Errno::Perm), "{what}");
    }

    let mut guest = Guest::with_perms(&folder, DirPerms::all(), FilePerms::READ);
    assert_eq!(guest.open(ROOT, "file", Open::WRITE), Err(Errno::Perm));
    guest.create_dir(ROOT, "new_dir").unwrap();
    guest.rename(ROOT, "file", ROOT, "renamed").unwrap();

    let mut guest = Guest::with_perms(&folder, DirPerms::empty(), FilePerms::all());
    for (what, outcome) in everything(&mut guest, "renamed") {
        assert_eq!(outcome, Err(Errno::Perm), "{what}");
    }
    assert_eq!(guest.list(ROOT, 4096), Err(Errno::Perm));
}

#[test]
fn nothing_gets_wider_permissions_by_being_moved() {
    let folder = Folder::new();
    for dir in ["free", "fixed", "read_only"] {
        fs::create_dir(folder.join(dir)).unwrap();
        fs::write(folder.join(dir).join("file"), dir).unwrap();
    }
    let mut builder = WasiCtxBuilder::new();
    builder
        .preopened_dir(
            folder.join("free"),
            "free",
            DirPerms::all(),
            FilePerms::all(),
        )
        .unwrap()
        .preopened_dir(
            folder.join("fixed"),
            "fixed",
            DirPerms::all(),
            FilePerms::READ,
        )
        .unwrap()
        .preopened_dir(
            folder.join("read_only"),
            "read",
            DirPerms::READ,
            FilePerms::READ,
        )
        .unwrap();
    let mut guest = Guest::new(&mut builder);
    let [free, fixed, read_only] = [ROOT, ROOT + 1, ROOT + 2];

    for from in [fixed, read_only] {
        assert_eq!(guest.rename(from, "file", free, "stolen"), Err(Errno::Perm));
        assert_eq!(guest.link(from, "file", free, "stolen"), Err(Errno::Perm));
    }
    for from in [free, fixed] {
        assert_eq!(
            guest.rename(from, "file", read_only, "new"),
            Err(Errno::Perm)
        );
        assert_eq!(guest.link(from, "file", read_only, "new"), Err(Errno::Perm));
    }
    // The other way it is the guest's right.
    guest.link(free, "file", fixed, "linked").unwrap();
    guest.rename(free, "file", fixed, "moved").unwrap();
    assert_eq!(
        fs::read_to_string(folder.join("fixed/moved")).unwrap(),
        "free"
    );
    assert_eq!(
        fs::read_to_string(folder.join("fixed/file")).unwrap(),
        "fixed"
    );
    assert_eq!(
        fs::read_to_string(folder.join("read_only/file")).unwrap(),
        "read_only"
    );
}

#[test]
fn rights_that_were_given_up_are_gone() {
    let (_folder, mut guest) = sandbox();
    let dir = guest.open(ROOT, ".", Open::DIRECTORY).unwrap();
    let (rights, inheriting) = guest.rights(dir).unwrap();
    assert!(rights.contains(Rights::PATH_CREATE_DIRECTORY) && !rights.contains(Rights::FD_WRITE));

    let fewer = rights - Rights::PATH_CREATE_DIRECTORY - Rights::PATH_UNLINK_FILE;
    guest
        .set_rights(dir, fewer, inheriting - Rights::FD_WRITE)
        .unwrap();
    assert_eq!(guest.create_dir(dir, "new"), Err(Errno::Notcapable));
    assert_eq!(guest.unlink(dir, "file"), Err(Errno::Notcapable));
    assert_eq!(guest.open(dir, "file", Open::WRITE), Err(Errno::Notcapable));
    assert_eq!(
        guest.set_rights(dir, rights, inheriting),
        Err(Errno::Notcapable)
    );
    assert_eq!(
        guest.set_rights(dir, fewer, inheriting),
        Err(Errno::Notcapable)
    );

    // What is opened through it has no more than it hands down.
    let again = guest.open(dir, ".", Open::DIRECTORY).unwrap();
    assert_eq!(
        guest.open(again, "file", Open::WRITE),
        Err(Errno::Notcapable)
    );
    let file = guest.open(again, "file", Open::READ).unwrap();
    assert_eq!(guest.read(file, 10).unwrap(), b"file");

    let unknown = guest.call(|ctx, memory| fd::fd_fdstat_set_rights(ctx, memory, file, 1 << 60, 0));
    assert_eq!(unknown, Err(Errno::Notcapable));
}

#[test]
fn what_is_no_directory_has_nothing_in_it() {
    let (_folder, mut guest) = sandbox();
    let file = guest.open(ROOT, "file", Open::READ).unwrap();
    for fd in [0, file] {
        assert_eq!(guest.open(fd, "file", Open::READ), Err(Errno::Notdir));
        assert_eq!(guest.create_dir(fd, "dir"), Err(Errno::Notdir));
        assert_eq!(guest.list(fd, 100), Err(Errno::Notdir));
    }
    assert_eq!(guest.open(99, "file", Open::READ), Err(Errno::Badf));
}
