//! The table of all functions: their names, the types of their parameters, and what they are
//! here. Everything that concerns them all is made from it.

/// A descriptor's number.
pub(crate) type Fd = u32;

/// An address in the guest's memory.
pub(crate) type Ptr = u32;

/// Hands the table to another macro. It has four parts: the functions that are the same in both
/// versions, those of `wasi_snapshot_preview1`, those of `wasi_unstable`, and those that are the
/// same in both and do not return.
///
/// A function gives an error code, which is not in the list, and takes the context and the memory
/// before its own parameters.
macro_rules! functions {
    ($with:ident) => {
        $with! {
            both {
                args_get(argv: Ptr, argv_buf: Ptr) => strings::args_get;
                args_sizes_get(argc: Ptr, argv_buf_size: Ptr) => strings::args_sizes_get;
                clock_res_get(id: u32, result: Ptr) => clock::clock_res_get;
                clock_time_get(id: u32, precision: u64, result: Ptr) => clock::clock_time_get;
                environ_get(environ: Ptr, environ_buf: Ptr) => strings::environ_get;
                environ_sizes_get(environc: Ptr, environ_buf_size: Ptr) => strings::environ_sizes_get;
                fd_advise(fd: Fd, offset: u64, len: u64, advice: u32) => io::fd_advise;
                fd_allocate(fd: Fd, offset: u64, len: u64) => io::fd_allocate;
                fd_close(fd: Fd) => fd::fd_close;
                fd_datasync(fd: Fd) => fd::fd_datasync;
                fd_fdstat_get(fd: Fd, result: Ptr) => fd::fd_fdstat_get;
                fd_fdstat_set_flags(fd: Fd, flags: u32) => fd::fd_fdstat_set_flags;
                fd_fdstat_set_rights(fd: Fd, rights: u64, inheriting: u64)
                    => fd::fd_fdstat_set_rights;
                fd_filestat_set_size(fd: Fd, size: u64) => io::fd_filestat_set_size;
                fd_filestat_set_times(fd: Fd, atim: u64, mtim: u64, flags: u32)
                    => fd::fd_filestat_set_times;
                fd_pread(fd: Fd, iovs: Ptr, iovs_len: u32, offset: u64, result: Ptr)
                    => io::fd_pread;
                fd_prestat_dir_name(fd: Fd, path: Ptr, path_len: u32) => fd::fd_prestat_dir_name;
                fd_prestat_get(fd: Fd, result: Ptr) => fd::fd_prestat_get;
                fd_pwrite(fd: Fd, iovs: Ptr, iovs_len: u32, offset: u64, result: Ptr)
                    => io::fd_pwrite;
                fd_read(fd: Fd, iovs: Ptr, iovs_len: u32, result: Ptr) => io::fd_read;
                fd_readdir(fd: Fd, buf: Ptr, buf_len: u32, cookie: u64, result: Ptr)
                    => readdir::fd_readdir;
                fd_renumber(from: Fd, to: Fd) => fd::fd_renumber;
                fd_sync(fd: Fd) => fd::fd_sync;
                fd_tell(fd: Fd, result: Ptr) => io::fd_tell;
                fd_write(fd: Fd, iovs: Ptr, iovs_len: u32, result: Ptr) => io::fd_write;
                path_create_directory(fd: Fd, path: Ptr, path_len: u32)
                    => path::path_create_directory;
                path_filestat_set_times(
                    fd: Fd, flags: u32, path: Ptr, path_len: u32,
                    atim: u64, mtim: u64, fst_flags: u32
                ) => path::path_filestat_set_times;
                path_link(
                    old_fd: Fd, old_flags: u32, old_path: Ptr, old_path_len: u32,
                    new_fd: Fd, new_path: Ptr, new_path_len: u32
                ) => path::path_link;
                path_open(
                    fd: Fd, dirflags: u32, path: Ptr, path_len: u32, oflags: u32,
                    rights: u64, inheriting: u64, fdflags: u32, result: Ptr
                ) => open::path_open;
                path_readlink(
                    fd: Fd, path: Ptr, path_len: u32, buf: Ptr, buf_len: u32, result: Ptr
                ) => path::path_readlink;
                path_remove_directory(fd: Fd, path: Ptr, path_len: u32)
                    => path::path_remove_directory;
                path_rename(
                    old_fd: Fd, old_path: Ptr, old_path_len: u32,
                    new_fd: Fd, new_path: Ptr, new_path_len: u32
                ) => path::path_rename;
                path_symlink(
                    old_path: Ptr, old_path_len: u32, fd: Fd, new_path: Ptr, new_path_len: u32
                ) => path::path_symlink;
                path_unlink_file(fd: Fd, path: Ptr, path_len: u32) => path::path_unlink_file;
                proc_raise(signal: u32) => process::proc_raise;
                random_get(buf: Ptr, buf_len: u32) => random::random_get;
                sched_yield() => process::sched_yield;
                sock_recv(
                    fd: Fd, iovs: Ptr, iovs_len: u32, flags: u32, len: Ptr, out_flags: Ptr
                ) => process::sock_recv;
                sock_send(fd: Fd, iovs: Ptr, iovs_len: u32, flags: u32, len: Ptr)
                    => process::sock_send;
                sock_shutdown(fd: Fd, how: u32) => process::sock_shutdown;
            }
            preview1 {
                fd_filestat_get(fd: Fd, result: Ptr) => fd::fd_filestat_get;
                fd_seek(fd: Fd, offset: i64, whence: u32, result: Ptr) => io::fd_seek;
                path_filestat_get(fd: Fd, flags: u32, path: Ptr, path_len: u32, result: Ptr)
                    => path::path_filestat_get;
                poll_oneoff(subscriptions: Ptr, events: Ptr, count: u32, result: Ptr)
                    => poll::poll_oneoff;
                sock_accept(fd: Fd, flags: u32, result: Ptr) => process::sock_accept;
            }
            unstable {
                fd_filestat_get(fd: Fd, result: Ptr) => fd::fd_filestat_get_unstable;
                fd_seek(fd: Fd, offset: i64, whence: u32, result: Ptr) => io::fd_seek_unstable;
                path_filestat_get(fd: Fd, flags: u32, path: Ptr, path_len: u32, result: Ptr)
                    => path::path_filestat_get_unstable;
                poll_oneoff(subscriptions: Ptr, events: Ptr, count: u32, result: Ptr)
                    => poll::poll_oneoff_unstable;
            }
            noreturn {
                proc_exit(code: u32) => process::proc_exit;
            }
        }
    };
}

pub(crate) use functions;
