//! The dump of code: a header, then a record for each function. Numbers are the machine's own, as
//! the specification has it.

use std::io::{Error, ErrorKind, Result, Write};

/// `JiTD`, as a number.
const MAGIC: u32 = 0x4a69_5444;
const VERSION: u32 = 1;
const HEADER: u32 = 40;
/// The kind of record that tells of code.
const CODE_LOAD: u32 = 0;
/// The size of such a record without name and code.
const CODE_LOAD_HEADER: usize = 56;

/// The machine as ELF files name it.
const ELF_MACHINE: u32 = if cfg!(target_arch = "x86_64") {
    62
} else {
    183
};

pub(super) struct Dump {
    out: Box<dyn Write + Send>,
    /// The nanoseconds of the clock that `perf record -k mono` uses.
    now: fn() -> u64,
    records: u64,
    /// By whose mapping `perf` finds the file.
    _mapping: Option<os::Mapping>,
}

impl Dump {
    /// The dump of this process.
    pub(super) fn create() -> Result<Self> {
        let path = format!("jit-{}.dump", std::process::id());
        let file = std::fs::File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(path)?;
        let mut dump = Self::new(Box::new(file.try_clone()?), os::now)?;
        dump._mapping = Some(os::Mapping::new(&file)?);
        Ok(dump)
    }

    fn new(out: Box<dyn Write + Send>, now: fn() -> u64) -> Result<Self> {
        let mut dump = Self {
            out,
            now,
            records: 0,
            _mapping: None,
        };
        let mut header = Vec::new();
        for word in [MAGIC, VERSION, HEADER, ELF_MACHINE, 0, std::process::id()] {
            header.extend(word.to_ne_bytes());
        }
        for long in [now(), 0] {
            header.extend(long.to_ne_bytes());
        }
        dump.out.write_all(&header)?;
        Ok(dump)
    }

    pub(super) fn add(&mut self, start: usize, code: &[u8], name: &str) -> Result<()> {
        let size = CODE_LOAD_HEADER + name.len() + 1 + code.len();
        let size = u32::try_from(size).map_err(|_| Error::from(ErrorKind::InvalidInput))?;
        let mut record = Vec::with_capacity(size as usize);
        record.extend(CODE_LOAD.to_ne_bytes());
        record.extend(size.to_ne_bytes());
        record.extend((self.now)().to_ne_bytes());
        record.extend(std::process::id().to_ne_bytes());
        record.extend(os::thread_id().to_ne_bytes());
        let (start, len) = (start as u64, code.len() as u64);
        for long in [start, start, len, self.records] {
            record.extend(long.to_ne_bytes());
        }
        record.extend_from_slice(name.as_bytes());
        record.push(0);
        record.extend_from_slice(code);
        self.out.write_all(&record)?;
        self.records += 1;
        Ok(())
    }
}

#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod os {
    use core::ffi::{c_int, c_long, c_void};
    use std::fs::File;
    use std::io::{Error, Result};
    use std::os::fd::AsRawFd as _;

    #[repr(C)]
    struct Timespec {
        seconds: i64,
        nanoseconds: c_long,
    }

    // The C library is there: the standard library is built on it.
    unsafe extern "C" {
        fn mmap(
            at: *mut c_void,
            len: usize,
            access: c_int,
            flags: c_int,
            file: c_int,
            from: i64,
        ) -> *mut c_void;
        fn munmap(at: *mut c_void, len: usize) -> c_int;
        fn clock_gettime(clock: c_int, time: *mut Timespec) -> c_int;
        fn gettid() -> c_int;
    }

    pub(super) fn now() -> u64 {
        const MONOTONIC: c_int = 1;
        let mut time = Timespec {
            seconds: 0,
            nanoseconds: 0,
        };
        // SAFETY: it only writes the time.
        unsafe { clock_gettime(MONOTONIC, &raw mut time) };
        time.seconds as u64 * 1_000_000_000 + time.nanoseconds as u64
    }

    pub(super) fn thread_id() -> u32 {
        // SAFETY: it has no conditions.
        unsafe { gettid() as u32 }
    }

    /// The first page of a file, mapped for execution: what `perf` notices.
    pub(super) struct Mapping(*mut c_void);

    // SAFETY: no one accesses what is mapped.
    unsafe impl Send for Mapping {}

    impl Mapping {
        const LEN: usize = 4096;

        pub(super) fn new(file: &File) -> Result<Self> {
            const READ_EXECUTE: c_int = 1 | 4;
            const PRIVATE: c_int = 2;
            let at = core::ptr::null_mut();
            // SAFETY: a new mapping, at a place that the system chooses, disturbs nothing.
            let at = unsafe { mmap(at, Self::LEN, READ_EXECUTE, PRIVATE, file.as_raw_fd(), 0) };
            if at.addr() == usize::MAX {
                return Err(Error::last_os_error());
            }
            Ok(Self(at))
        }
    }

    impl Drop for Mapping {
        fn drop(&mut self) {
            // SAFETY: it is this one's, and no one accesses it.
            unsafe { munmap(self.0, Self::LEN) };
        }
    }
}

#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
mod os {
    use std::fs::File;
    use std::io::{Error, ErrorKind, Result};

    pub(super) fn now() -> u64 {
        0
    }

    pub(super) fn thread_id() -> u32 {
        0
    }

    /// There is no `perf` here.
    pub(super) struct Mapping;

    impl Mapping {
        pub(super) fn new(_: &File) -> Result<Self> {
            Err(Error::from(ErrorKind::Unsupported))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> Result<usize> {
            self.0.lock().expect("no panic").write(bytes)
        }

        fn flush(&mut self) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn records_are_as_specified() {
        let out = Shared::default();
        let mut dump = Dump::new(Box::new(out.clone()), || 77).expect("there is room");
        dump.add(0x1000, &[1, 2, 3], "first")
            .expect("there is room");
        dump.add(0x2000, &[], "").expect("there is room");
        let bytes = out.0.lock().expect("no panic").clone();
        let word = |at: usize| u32::from_ne_bytes(bytes[at..at + 4].try_into().expect("4"));
        let long = |at: usize| u64::from_ne_bytes(bytes[at..at + 8].try_into().expect("8"));
        assert_eq!([word(0), word(4), word(8)], [MAGIC, 1, 40]);
        assert_eq!([word(12), word(16)], [ELF_MACHINE, 0]);
        assert_eq!(word(20), std::process::id());
        assert_eq!([long(24), long(32)], [77, 0]);
        let mut at = 40;
        for (i, (start, name, code)) in [(0x1000, "first", &[1, 2, 3][..]), (0x2000, "", &[])]
            .into_iter()
            .enumerate()
        {
            assert_eq!(word(at), 0);
            let size = word(at + 4) as usize;
            assert_eq!(long(at + 8), 77);
            assert_eq!(word(at + 16), std::process::id());
            assert_eq!([long(at + 24), long(at + 32)], [start, start]);
            assert_eq!(long(at + 40), code.len() as u64);
            assert_eq!(long(at + 48), i as u64);
            let name_end = at + 56 + name.len();
            assert_eq!(&bytes[at + 56..name_end], name.as_bytes());
            assert_eq!(bytes[name_end], 0);
            assert_eq!(&bytes[name_end + 1..at + size], code);
            at += size;
        }
        assert_eq!(at, bytes.len());
    }
}
