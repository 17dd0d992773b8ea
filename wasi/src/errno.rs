//! Error codes, and how the host's errors become them.

use std::io;

macro_rules! errnos {
    ($($(#[$doc:meta])* $name:ident = $code:literal $(, $host:ident)?;)*) => {
        /// An error code of WASI.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[cfg_attr(not(unix), expect(dead_code, reason = "only Unix has all of these errors"))]
        #[repr(u16)]
        pub(crate) enum Errno {
            $($(#[$doc])* $name = $code,)*
        }

        impl Errno {
            /// The number that the guest gets; success is 0 and no member of this type.
            pub(crate) const fn code(self) -> u16 {
                self as u16
            }
        }

        /// The host's codes and what they are to a guest. Where the host has two names for one
        /// number the first counts.
        #[cfg(unix)]
        const HOST: &[(rustix::io::Errno, Errno)] = &[
            $($((rustix::io::Errno::$host, Errno::$name),)?)*
        ];
    };
}

// The whole of `errno`, in the order of the specification's `typenames.witx`, each with the host's
// error that has the same meaning.
errnos! {
    /// Argument list too long.
    TooBig = 1, TOOBIG;
    /// Permission denied.
    Acces = 2, ACCESS;
    /// Address in use.
    Addrinuse = 3, ADDRINUSE;
    /// Address not available.
    Addrnotavail = 4, ADDRNOTAVAIL;
    /// Address family not supported.
    Afnosupport = 5, AFNOSUPPORT;
    /// Resource unavailable, or the operation would block.
    Again = 6, AGAIN;
    /// Connection already in progress.
    Already = 7, ALREADY;
    /// Bad file descriptor.
    Badf = 8, BADF;
    /// Bad message.
    Badmsg = 9, BADMSG;
    /// Device or resource busy.
    Busy = 10, BUSY;
    /// Operation canceled.
    Canceled = 11, CANCELED;
    /// No child processes.
    Child = 12, CHILD;
    /// Connection aborted.
    Connaborted = 13, CONNABORTED;
    /// Connection refused.
    Connrefused = 14, CONNREFUSED;
    /// Connection reset.
    Connreset = 15, CONNRESET;
    /// Resource deadlock would occur.
    Deadlk = 16, DEADLK;
    /// Destination address required.
    Destaddrreq = 17, DESTADDRREQ;
    /// Mathematics argument out of domain of function.
    Dom = 18, DOM;
    /// Disk quota exceeded.
    Dquot = 19, DQUOT;
    /// File exists.
    Exist = 20, EXIST;
    /// Bad address.
    Fault = 21, FAULT;
    /// File too large.
    Fbig = 22, FBIG;
    /// Host is unreachable.
    Hostunreach = 23, HOSTUNREACH;
    /// Identifier removed.
    Idrm = 24, IDRM;
    /// Illegal byte sequence.
    Ilseq = 25, ILSEQ;
    /// Operation in progress.
    Inprogress = 26, INPROGRESS;
    /// Interrupted function.
    Intr = 27, INTR;
    /// Invalid argument.
    Inval = 28, INVAL;
    /// Input or output error.
    Io = 29, IO;
    /// Socket is connected.
    Isconn = 30, ISCONN;
    /// Is a directory.
    Isdir = 31, ISDIR;
    /// Too many levels of symbolic links.
    Loop = 32, LOOP;
    /// Too many open descriptors.
    Mfile = 33, MFILE;
    /// Too many links.
    Mlink = 34, MLINK;
    /// Message too large.
    Msgsize = 35, MSGSIZE;
    /// Reserved.
    Multihop = 36, MULTIHOP;
    /// File name too long.
    Nametoolong = 37, NAMETOOLONG;
    /// Network is down.
    Netdown = 38, NETDOWN;
    /// Connection aborted by the network.
    Netreset = 39, NETRESET;
    /// Network unreachable.
    Netunreach = 40, NETUNREACH;
    /// Too many files open in the system.
    Nfile = 41, NFILE;
    /// No buffer space available.
    Nobufs = 42, NOBUFS;
    /// No such device.
    Nodev = 43, NODEV;
    /// No such file or directory.
    Noent = 44, NOENT;
    /// Executable file format error.
    Noexec = 45, NOEXEC;
    /// No locks available.
    Nolck = 46, NOLCK;
    /// Reserved.
    Nolink = 47, NOLINK;
    /// Not enough memory.
    Nomem = 48, NOMEM;
    /// No message of the desired type.
    Nomsg = 49, NOMSG;
    /// Protocol not available.
    Noprotoopt = 50, NOPROTOOPT;
    /// No space left on the device.
    Nospc = 51, NOSPC;
    /// Function not supported.
    Nosys = 52, NOSYS;
    /// The socket is not connected.
    Notconn = 53, NOTCONN;
    /// Not a directory, nor a symbolic link to one.
    Notdir = 54, NOTDIR;
    /// Directory not empty.
    Notempty = 55, NOTEMPTY;
    /// State not recoverable.
    Notrecoverable = 56, NOTRECOVERABLE;
    /// Not a socket.
    Notsock = 57, NOTSOCK;
    /// Not supported.
    Notsup = 58, NOTSUP;
    /// Inappropriate control operation.
    Notty = 59, NOTTY;
    /// No such device or address.
    Nxio = 60, NXIO;
    /// Value too large for its type.
    Overflow = 61, OVERFLOW;
    /// Previous owner died.
    Ownerdead = 62, OWNERDEAD;
    /// Operation not permitted.
    Perm = 63, PERM;
    /// Broken pipe.
    Pipe = 64, PIPE;
    /// Protocol error.
    Proto = 65, PROTO;
    /// Protocol not supported.
    Protonosupport = 66, PROTONOSUPPORT;
    /// Wrong protocol type for the socket.
    Prototype = 67, PROTOTYPE;
    /// Result too large.
    Range = 68, RANGE;
    /// Read-only file system.
    Rofs = 69, ROFS;
    /// Invalid seek.
    Spipe = 70, SPIPE;
    /// No such process.
    Srch = 71, SRCH;
    /// Stale handle.
    Stale = 72, STALE;
    /// Connection timed out.
    Timedout = 73, TIMEDOUT;
    /// Text file busy.
    Txtbsy = 74, TXTBSY;
    /// Cross-device link.
    Xdev = 75, XDEV;
    /// Capabilities insufficient.
    Notcapable = 76;
}

impl From<io::Error> for Errno {
    fn from(error: io::Error) -> Self {
        of_host(&error).unwrap_or_else(|| of_kind(error.kind()))
    }
}

#[cfg(unix)]
fn of_host(error: &io::Error) -> Option<Errno> {
    let host = rustix::io::Errno::from_io_error(error)?;
    HOST.iter()
        .find_map(|&(code, errno)| (code == host).then_some(errno))
}

/// Codes of Windows whose [`io::ErrorKind`] says less than they do.
#[cfg(windows)]
fn of_host(error: &io::Error) -> Option<Errno> {
    Some(match error.raw_os_error()? {
        // ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION.
        5 | 32 => Errno::Acces,
        // ERROR_INVALID_HANDLE.
        6 => Errno::Badf,
        // ERROR_INVALID_NAME, ERROR_BAD_PATHNAME.
        123 | 161 => Errno::Noent,
        // ERROR_DIRECTORY.
        267 => Errno::Notdir,
        // ERROR_PRIVILEGE_NOT_HELD.
        1314 => Errno::Notcapable,
        // ERROR_CANT_RESOLVE_FILENAME, ERROR_STOPPED_ON_SYMLINK.
        1921 | 681 => Errno::Loop,
        // ERROR_NOT_A_REPARSE_POINT.
        4390 => Errno::Inval,
        _ => return None,
    })
}

#[cfg(not(any(unix, windows)))]
fn of_host(_: &io::Error) -> Option<Errno> {
    None
}

/// What an error that is not the system's means: `cap-std` reports a path that leads out of its
/// directory in this way, and streams of the embedder's report what they like.
fn of_kind(kind: io::ErrorKind) -> Errno {
    use io::ErrorKind;
    match kind {
        ErrorKind::PermissionDenied => Errno::Perm,
        ErrorKind::NotFound => Errno::Noent,
        ErrorKind::AlreadyExists => Errno::Exist,
        ErrorKind::NotADirectory => Errno::Notdir,
        ErrorKind::IsADirectory => Errno::Isdir,
        ErrorKind::DirectoryNotEmpty => Errno::Notempty,
        ErrorKind::ReadOnlyFilesystem => Errno::Rofs,
        ErrorKind::InvalidInput => Errno::Inval,
        ErrorKind::InvalidData => Errno::Ilseq,
        ErrorKind::InvalidFilename => Errno::Nametoolong,
        ErrorKind::WouldBlock => Errno::Again,
        ErrorKind::Interrupted => Errno::Intr,
        ErrorKind::BrokenPipe => Errno::Pipe,
        ErrorKind::NotSeekable => Errno::Spipe,
        ErrorKind::OutOfMemory => Errno::Nomem,
        ErrorKind::StorageFull => Errno::Nospc,
        ErrorKind::QuotaExceeded => Errno::Dquot,
        ErrorKind::FileTooLarge => Errno::Fbig,
        ErrorKind::ResourceBusy => Errno::Busy,
        ErrorKind::TooManyLinks => Errno::Mlink,
        ErrorKind::CrossesDevices => Errno::Xdev,
        ErrorKind::TimedOut => Errno::Timedout,
        ErrorKind::Unsupported => Errno::Notsup,
        _ => Errno::Io,
    }
}

/// How a function ends that does not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The guest is told, and goes on.
    Errno(Errno),
    /// The program asked to end with this code.
    Exit(i32),
    /// The embedder ended a wait.
    Interrupted,
}

impl From<Errno> for Failure {
    fn from(errno: Errno) -> Self {
        Self::Errno(errno)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Errno(error.into())
    }
}

/// What the functions of a guest's table give.
pub(crate) type Outcome<T = (), E = Errno> = Result<T, E>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_without_a_code_are_mapped_by_their_kind() {
        let of = |kind| Errno::from(io::Error::new(kind, "of a stream"));
        assert_eq!(of(io::ErrorKind::PermissionDenied), Errno::Perm);
        assert_eq!(of(io::ErrorKind::BrokenPipe), Errno::Pipe);
        assert_eq!(of(io::ErrorKind::Other), Errno::Io);
    }

    #[cfg(unix)]
    #[test]
    fn the_hosts_codes_are_mapped_by_their_meaning() {
        let of = |host: rustix::io::Errno| Errno::from(io::Error::from(host));
        assert_eq!(of(rustix::io::Errno::ACCESS), Errno::Acces);
        assert_eq!(of(rustix::io::Errno::PERM), Errno::Perm);
        assert_eq!(of(rustix::io::Errno::LOOP), Errno::Loop);
        assert_eq!(of(rustix::io::Errno::WOULDBLOCK), Errno::Again);
        assert_eq!(of(rustix::io::Errno::NOTSUP), Errno::Notsup);
        assert_eq!(HOST.len(), 75);
    }

    #[test]
    fn codes_are_those_of_the_specification() {
        assert_eq!(Errno::TooBig.code(), 1);
        assert_eq!(Errno::Badf.code(), 8);
        assert_eq!(Errno::Inval.code(), 28);
        assert_eq!(Errno::Noent.code(), 44);
        assert_eq!(Errno::Notcapable.code(), 76);
    }
}
