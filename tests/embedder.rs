//! An embedder that supplies whatever the runtime could take from the operating system, and counts
//! every byte. The runtime itself maps and protects no memory, starts no thread and handles no
//! signal: calls of those functions of the C library are counted too.
//!
//! Alone in its process, without the test harness, which starts threads.

#[cfg(not(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu")))]
fn main() {
    // What stands in for the system here is written for one.
}

#[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
fn main() {
    embedder::main();
}

#[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
mod embedder {
    use super::system;
    use diptych::platform::{LinearMemory, MemoryCreator, MemoryError, MemoryRequest, Workers};
    use diptych::{BackendKind, CompilationMode, Config, Engine, Linker, Module, Store, Trap};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const PAGE: usize = 64 << 10;

    pub(super) fn main() {
        let mut tried = 0;
        for kind in [BackendKind::Interp, BackendKind::Jit] {
            for mode in [CompilationMode::Lazy, CompilationMode::Eager] {
                tried += usize::from(run(kind, mode));
            }
        }
        assert!(tried > 0, "no backend is compiled in");
        println!("{tried} engines, with everything supplied");
    }

    /// Runs guests on an engine; whether it is compiled in.
    fn run(kind: BackendKind, mode: CompilationMode) -> bool {
        let linear = Linear::default();
        let pool = Arc::new(Pool::default());
        #[cfg(feature = "jit")]
        let code = Arc::new(code::Counted::default());
        let is_there = system::count_calls(|| {
            let mut config = Config::new();
            #[cfg(feature = "jit")]
            config.code_memory(code.clone());
            config
                .backend(kind)
                .compilation(mode)
                .signals_based_traps(false)
                .memory_creator(Arc::new(linear.clone()))
                .workers(pool.clone());
            let Ok(engine) = Engine::new(&config) else {
                return false;
            };
            assert!(!engine.config().signals_based_traps_enabled());
            use_everything(&engine, &linear.0);
            true
        });
        if is_there {
            assert!(pool.0.load(Ordering::Relaxed) > 0, "the pool had no work");
            #[cfg(feature = "jit")]
            assert_eq!(
                code.published.load(Ordering::Relaxed) > 0,
                kind == BackendKind::Jit
            );
        }
        assert_eq!(linear.0.live.load(Ordering::Relaxed), 0);
        #[cfg(feature = "jit")]
        assert_eq!(code.live.load(Ordering::Relaxed), 0);
        is_there
    }

    /// Memory, growth, tables, calls in both directions, deep recursion, and each kind of trap.
    fn use_everything(engine: &Engine, linear: &Bytes) {
        let filler: String = (0..2000)
            .map(|i| format!("(func (result i32) (i32.add (i32.const {i}) (i32.mul (i32.const 3) (i32.const {i}))) {})", "(i32.const 1) (i32.add)".repeat(20)))
            .collect();
        let module = Module::new(
            engine,
            format!(
                r#"(module
                    (import "host" "twice" (func $twice (param i32) (result i32)))
                    (memory (export "memory") 1 4)
                    (table 4 funcref)
                    (elem (i32.const 0) $fib)
                    (data (i32.const 65532) "\01\02\03\04")
                    (func $fib (export "fib") (param i32) (result i32)
                        (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
                            (then (local.get 0))
                            (else (i32.add
                                (call $fib (i32.sub (local.get 0) (i32.const 1)))
                                (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
                    (func (export "indirect") (param i32) (result i32)
                        (call_indirect (param i32) (result i32)
                            (i32.const 12) (local.get 0)))
                    (func (export "twice") (param i32) (result i32)
                        (call $twice (local.get 0)))
                    (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
                    (func (export "grow") (param i32) (result i32)
                        (memory.grow (local.get 0)))
                    (func (export "div") (param i32) (result i32)
                        (i32.div_s (i32.const 7) (local.get 0)))
                    (func $deep (export "deep") (param i32) (result i32)
                        (i32.add (i32.const 1) (call $deep (local.get 0))))
                    {filler})"#
            ),
        )
        .expect("it is valid");
        let mut linker = Linker::new(engine);
        linker
            .func_wrap("host", "twice", |n: i32| n.wrapping_mul(2))
            .expect("the name is free");
        let mut store = Store::new(engine, ());
        let instance = linker
            .instantiate(&mut store, &module)
            .expect("there is memory");
        let live = || linear.live.load(Ordering::Relaxed);
        assert_eq!(live(), PAGE);
        let mut call = |name: &str, arg: i32| {
            instance
                .get_typed_func::<i32, i32>(&mut store, name)
                .expect("it is exported")
                .call(&mut store, arg)
                .map_err(|error| error.trap().expect("it is a trap"))
        };
        assert_eq!(call("fib", 15), Ok(610));
        assert_eq!(call("indirect", 0), Ok(144));
        assert_eq!(call("indirect", 1), Err(Trap::UninitializedElement));
        assert_eq!(call("indirect", 4), Err(Trap::UndefinedElement));
        assert_eq!(call("twice", 21), Ok(42));
        assert_eq!(call("load", 65532), Ok(0x0403_0201));
        assert_eq!(call("load", 65533), Err(Trap::MemoryOutOfBounds));
        assert_eq!(call("load", -4), Err(Trap::MemoryOutOfBounds));
        assert_eq!(call("div", 0), Err(Trap::IntegerDivideByZero));
        assert_eq!(call("deep", 0), Err(Trap::StackOverflow));
        assert_eq!(call("grow", 2), Ok(1));
        assert_eq!(live(), 3 * PAGE);
        assert_eq!(call("load", 65533), Ok(0x0004_0302));
        assert_eq!(call("grow", 2), Ok(-1));
        // The embedder's own limit.
        linear.limit.store(3 * PAGE, Ordering::Relaxed);
        assert_eq!(call("grow", 1), Ok(-1));
        assert_eq!(live(), 3 * PAGE);
        assert_eq!(call("load", 65532), Ok(0x0403_0201));
        let refused = linker.instantiate(&mut store, &module);
        assert!(refused.is_err(), "the embedder has no memory left");
    }

    /// Linear memories, all of which together have no more than so many bytes.
    #[derive(Clone, Debug, Default)]
    struct Linear(Arc<Bytes>);

    #[derive(Debug)]
    struct Bytes {
        live: AtomicUsize,
        limit: AtomicUsize,
    }

    impl Default for Bytes {
        fn default() -> Self {
            Self {
                live: AtomicUsize::new(0),
                limit: AtomicUsize::new(usize::MAX),
            }
        }
    }

    impl MemoryCreator for Linear {
        fn create(&self, request: MemoryRequest) -> Result<Box<dyn LinearMemory>, MemoryError> {
            let mut memory = Memory {
                bytes: Vec::new(),
                all: self.0.clone(),
            };
            memory.grow_to(request.minimum)?;
            Ok(Box::new(memory))
        }
    }

    struct Memory {
        bytes: Vec<u8>,
        all: Arc<Bytes>,
    }

    // SAFETY: a vector's bytes are its own, and stay where they are until it grows. Nothing is
    // promised beyond its length.
    unsafe impl LinearMemory for Memory {
        fn base(&self) -> *mut u8 {
            self.bytes.as_ptr().cast_mut()
        }

        fn byte_len(&self) -> usize {
            self.bytes.len()
        }

        fn grow_to(&mut self, byte_len: usize) -> Result<(), MemoryError> {
            let more = byte_len - self.bytes.len();
            let limit = self.all.limit.load(Ordering::Relaxed);
            if self.all.live.load(Ordering::Relaxed) + more > limit {
                return Err(MemoryError);
            }
            self.bytes.resize(byte_len, 0);
            self.all.live.fetch_add(more, Ordering::Relaxed);
            Ok(())
        }
    }

    impl Drop for Memory {
        fn drop(&mut self) {
            self.all.live.fetch_sub(self.bytes.len(), Ordering::Relaxed);
        }
    }

    /// A pool that says it has several threads, and has none: the caller does all the work.
    #[derive(Debug, Default)]
    struct Pool(AtomicUsize);

    // SAFETY: the call is over when `run` returns.
    unsafe impl Workers for Pool {
        fn parallelism(&self) -> usize {
            4
        }

        fn run(&self, helpers: usize, work: &(dyn Fn() + Sync)) {
            assert!(helpers < 4);
            self.0.fetch_add(1, Ordering::Relaxed);
            work();
        }
    }

    /// Memory for code.
    #[cfg(feature = "jit")]
    mod code {
        use super::system;
        use core::ptr;
        use diptych::platform::{CodeMemory, CodeRegion, MemoryError};
        use std::sync::Arc;
        use std::sync::atomic::{AtomicUsize, Ordering};

        const PAGE: usize = 4096;

        #[derive(Debug, Default)]
        pub(super) struct Counted {
            /// The bytes of address space now.
            pub(super) live: Arc<AtomicUsize>,
            /// The bytes that were made executable.
            pub(super) published: Arc<AtomicUsize>,
        }

        impl CodeMemory for Counted {
            fn reserve(&self, len: usize) -> Result<Box<dyn CodeRegion>, MemoryError> {
                let len = len.checked_next_multiple_of(PAGE).ok_or(MemoryError)?;
                let base = system::map(len).ok_or(MemoryError)?;
                self.live.fetch_add(len, Ordering::Relaxed);
                Ok(Box::new(Region {
                    base: base.cast_mut(),
                    len,
                    live: self.live.clone(),
                    published: self.published.clone(),
                }))
            }
        }

        struct Region {
            base: *mut u8,
            len: usize,
            live: Arc<AtomicUsize>,
            published: Arc<AtomicUsize>,
        }

        // SAFETY: the pages are the region's own; who changes which is up to its callers.
        unsafe impl Send for Region {}
        // SAFETY: as above.
        unsafe impl Sync for Region {}

        impl Region {
            fn check(&self, offset: usize, len: usize) -> Result<*mut u8, MemoryError> {
                let end = offset.checked_add(len).ok_or(MemoryError)?;
                if end > self.len || !offset.is_multiple_of(PAGE) {
                    return Err(MemoryError);
                }
                Ok(self.base.wrapping_add(offset))
            }
        }

        // SAFETY: pages are written before they are published, and keep what was written. The
        // region stays where it is.
        unsafe impl CodeRegion for Region {
            fn base(&self) -> *const u8 {
                self.base
            }

            fn len(&self) -> usize {
                self.len
            }

            fn page_size(&self) -> usize {
                PAGE
            }

            unsafe fn write(&self, offset: usize, bytes: &[u8]) -> Result<(), MemoryError> {
                let at = self.check(offset, bytes.len())?;
                system::protect(at, bytes.len(), libc::PROT_READ | libc::PROT_WRITE)
                    .ok_or(MemoryError)?;
                // SAFETY: the pages can be written, and by contract are not used.
                unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), at, bytes.len()) };
                Ok(())
            }

            unsafe fn publish(&self, offset: usize, len: usize) -> Result<(), MemoryError> {
                let at = self.check(offset, len)?;
                self.published.fetch_add(len, Ordering::Relaxed);
                system::protect(at, len, libc::PROT_READ | libc::PROT_EXEC).ok_or(MemoryError)
            }

            unsafe fn publish_data(&self, offset: usize, len: usize) -> Result<(), MemoryError> {
                let at = self.check(offset, len)?;
                system::protect(at, len, libc::PROT_READ).ok_or(MemoryError)
            }
        }

        impl Drop for Region {
            fn drop(&mut self) {
                system::unmap(self.base, self.len);
                self.live.fetch_sub(self.len, Ordering::Relaxed);
            }
        }
    }
}

/// The embedder's own way to the system, and a count of whoever goes the usual way: the program's
/// definitions of these functions come before the C library's.
#[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
mod system {
    use core::mem::transmute;
    use libc::{c_int, c_void, off_t, pthread_attr_t, pthread_t, size_t};
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    static WATCHING: AtomicBool = AtomicBool::new(false);
    static CALLS: AtomicUsize = AtomicUsize::new(0);

    /// Does something that must not call any of the functions below.
    pub(super) fn count_calls<R>(work: impl FnOnce() -> R) -> R {
        WATCHING.store(true, Ordering::Relaxed);
        let result = work();
        WATCHING.store(false, Ordering::Relaxed);
        assert_eq!(
            CALLS.swap(0, Ordering::Relaxed),
            0,
            "the runtime went around its embedder"
        );
        result
    }

    fn note() {
        if WATCHING.load(Ordering::Relaxed) {
            CALLS.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Pages that cannot be used yet.
    #[cfg_attr(
        not(feature = "jit"),
        expect(dead_code, reason = "only code needs such pages")
    )]
    pub(super) fn map(len: usize) -> Option<*const u8> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: a new mapping touches nothing.
        let at = unsafe { libc::syscall(libc::SYS_mmap, 0, len, libc::PROT_NONE, flags, -1, 0) };
        (at > 0).then_some(at as usize as *const u8)
    }

    #[cfg_attr(
        not(feature = "jit"),
        expect(dead_code, reason = "only code needs such pages")
    )]
    pub(super) fn protect(at: *mut u8, len: usize, access: c_int) -> Option<()> {
        // SAFETY: the pages are the caller's.
        let result = unsafe { libc::syscall(libc::SYS_mprotect, at, len, access) };
        (result == 0).then_some(())
    }

    #[cfg_attr(
        not(feature = "jit"),
        expect(dead_code, reason = "only code needs such pages")
    )]
    pub(super) fn unmap(at: *mut u8, len: usize) {
        // SAFETY: the pages are the caller's.
        unsafe { libc::syscall(libc::SYS_munmap, at, len) };
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn mmap(
        addr: *mut c_void,
        len: size_t,
        prot: c_int,
        flags: c_int,
        fd: c_int,
        offset: off_t,
    ) -> *mut c_void {
        note();
        // SAFETY: the contract is the same.
        unsafe {
            libc::syscall(libc::SYS_mmap, addr, len, prot, flags, fd, offset) as usize
                as *mut c_void
        }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn mmap64(
        addr: *mut c_void,
        len: size_t,
        prot: c_int,
        flags: c_int,
        fd: c_int,
        offset: off_t,
    ) -> *mut c_void {
        // SAFETY: the contract is the same.
        unsafe { mmap(addr, len, prot, flags, fd, offset) }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn munmap(addr: *mut c_void, len: size_t) -> c_int {
        note();
        // SAFETY: the contract is the same.
        unsafe { libc::syscall(libc::SYS_munmap, addr, len) as c_int }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn mprotect(addr: *mut c_void, len: size_t, prot: c_int) -> c_int {
        note();
        // SAFETY: the contract is the same.
        unsafe { libc::syscall(libc::SYS_mprotect, addr, len, prot) as c_int }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn madvise(addr: *mut c_void, len: size_t, advice: c_int) -> c_int {
        note();
        // SAFETY: the contract is the same.
        unsafe { libc::syscall(libc::SYS_madvise, addr, len, advice) as c_int }
    }

    /// The C library's own function of a name.
    fn original(name: &core::ffi::CStr) -> *mut c_void {
        note();
        // SAFETY: the name ends in a zero.
        let found = unsafe { libc::dlsym(libc::RTLD_NEXT, name.as_ptr()) };
        assert!(!found.is_null());
        found
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn sigaction(
        signal: c_int,
        new: *const libc::sigaction,
        old: *mut libc::sigaction,
    ) -> c_int {
        type Sigaction =
            unsafe extern "C" fn(c_int, *const libc::sigaction, *mut libc::sigaction) -> c_int;
        // SAFETY: it is a function of this type, with the same contract.
        unsafe { transmute::<*mut c_void, Sigaction>(original(c"sigaction"))(signal, new, old) }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn pthread_create(
        thread: *mut pthread_t,
        attributes: *const pthread_attr_t,
        start: extern "C" fn(*mut c_void) -> *mut c_void,
        arg: *mut c_void,
    ) -> c_int {
        type Create = unsafe extern "C" fn(
            *mut pthread_t,
            *const pthread_attr_t,
            extern "C" fn(*mut c_void) -> *mut c_void,
            *mut c_void,
        ) -> c_int;
        let create = original(c"pthread_create");
        // SAFETY: it is a function of this type, with the same contract.
        unsafe { transmute::<*mut c_void, Create>(create)(thread, attributes, start, arg) }
    }
}
