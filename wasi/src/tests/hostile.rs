//! Every function with arguments that mean no good.

use super::*;
use crate::functions::{Fd, Ptr, functions};
use crate::{MonotonicClock, ReadPipe, WallClock, WritePipe};
use crate::{clock, poll, process, random, strings};
use alloc::sync::Arc;
use core::sync::atomic::AtomicU64;
use core::time::Duration;

type Body = fn(&mut WasiCtx, &mut GuestMemory<'_>, &[u64]) -> Outcome<(), Failure>;

/// A function of the table, with its parameters' types as they are written there.
struct Function {
    name: &'static str,
    params: &'static [&'static str],
    body: Body,
}

macro_rules! list {
    ($($name:ident($($arg:ident: $type:ty),*) => $body:path;)*) => {
        &[$(Function {
            name: stringify!($name),
            params: &[$(stringify!($type)),*],
            body: |ctx, memory, args| {
                let mut args = args.iter();
                $(let $arg = *args.next().unwrap() as $type;)*
                assert!(args.next().is_none());
                $body(ctx, memory, $($arg),*).map_err(Failure::from)
            },
        }),*]
    };
}

macro_rules! lists {
    (both { $($both:tt)* }
        preview1 { $($preview1:tt)* }
        unstable { $($unstable:tt)* }
        noreturn { $($noreturn:tt)* }) => {
        const BOTH: &[Function] = list! { $($both)* };
        const PREVIEW1: &[Function] = list! { $($preview1)* };
        const UNSTABLE: &[Function] = list! { $($unstable)* };
        const NORETURN: &[Function] = list! { $($noreturn)* };
    };
}

functions!(lists);

fn all() -> impl Iterator<Item = &'static Function> {
    [BOTH, PREVIEW1, UNSTABLE, NORETURN].into_iter().flatten()
}

/// Time that passes only when somebody waits for it.
#[derive(Clone, Default)]
struct Simulated(Arc<AtomicU64>);

impl Simulated {
    fn time(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }
}

impl WallClock for Simulated {
    fn now(&self) -> Duration {
        self.time()
    }
}

impl MonotonicClock for Simulated {
    fn now(&self) -> Duration {
        self.time()
    }

    fn sleep(&self, time: Duration) {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |now| {
                Some(now.saturating_add(nanoseconds))
            });
    }
}

fn guest(folder: &Folder) -> Guest {
    let clock = Simulated::default();
    let mut builder = WasiCtxBuilder::new();
    builder
        .args(["tool", "argument"])
        .env("NAME", "value")
        .stdin(ReadPipe::from("input"))
        .stdout(WritePipe::bounded(100))
        .wall_clock(clock.clone())
        .monotonic_clock(clock)
        .max_descriptors(16)
        .preopened_dir(&folder.0, "/", DirPerms::all(), FilePerms::all())
        .unwrap();
    Guest::new(&mut builder)
}

/// Numbers that depend on nothing but where they begin.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn pick(&mut self, values: &[u64]) -> u64 {
        values[self.next() as usize % values.len()]
    }
}

/// Addresses, lengths, descriptors and flags: small ones that are good, the edges of the memory,
/// and those that overflow when something is added to them.
const VALUES_32: &[u64] = &[
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    15,
    16,
    24,
    48,
    63,
    64,
    256,
    1000,
    2048,
    4000,
    4064,
    4080,
    4088,
    4092,
    4095,
    4096,
    4097,
    0xffff,
    0x10000,
    0x1000_0000,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_fff8,
    0xffff_fffc,
    0xffff_ffff,
];

/// Offsets, sizes, times and rights. None is one with which a host's disk could be filled.
const VALUES_64: &[u64] = &[
    0,
    1,
    2,
    3,
    100,
    4096,
    1 << 62,
    (1 << 63) - 1,
    1 << 63,
    u64::MAX - 1,
    u64::MAX,
];

#[test]
fn no_argument_makes_a_function_do_worse_than_fail() {
    for shared in [false, true] {
        call_all_with_anything(shared);
    }
}

fn call_all_with_anything(shared: bool) {
    let folder = Folder::new();
    fs::write(folder.join("file"), "text").unwrap();
    let mut random = Random(1);
    for function in all() {
        let mut guest = guest(&folder);
        guest.memory.truncate(4096);
        guest.shared = shared;
        for round in 0..2000 {
            // The guest's memory is full of things that it could be pointing to.
            for (i, word) in guest.memory.chunks_mut(4).enumerate() {
                let value = if i % 2 == 0 {
                    random.pick(VALUES_32)
                } else {
                    random.next() % 64
                };
                word.copy_from_slice(&(value as u32).to_le_bytes());
            }
            guest.put(0, "file");
            let args: Vec<u64> = function
                .params
                .iter()
                .map(|&ty| match ty {
                    "u64" | "i64" => random.pick(VALUES_64),
                    _ => random.pick(VALUES_32),
                })
                .collect();
            match guest.run(|ctx, memory| (function.body)(ctx, memory, &args)) {
                Ok(()) | Err(Failure::Errno(_)) => {}
                Err(Failure::Exit(_)) => {
                    assert!(matches!(function.name, "proc_exit" | "proc_raise"));
                }
                Err(Failure::Interrupted) => panic!("{} {args:?}", function.name),
            }
            // Descriptors get lost in this; they come back.
            if round % 50 == 0 {
                let memory = core::mem::take(&mut guest.memory);
                guest = Guest {
                    memory,
                    shared,
                    ..self::guest(&folder)
                };
            }
        }
    }
}

#[test]
fn every_pointer_out_of_bounds_is_a_bad_address() {
    let folder = Folder::new();
    fs::write(folder.join("file"), "text").unwrap();
    for function in all() {
        let pointers = function
            .params
            .iter()
            .enumerate()
            .filter(|&(_, &ty)| ty == "Ptr");
        for (pointer, _) in pointers {
            for (address, shared) in [4096, 4097, 0x7fff_ffff, 0xffff_fffe, 0xffff_ffff]
                .into_iter()
                .flat_map(|address| [(address, false), (address, true)])
            {
                let mut guest = guest(&folder);
                guest.shared = shared;
                let file = guest.open(ROOT, "file", Open::WRITE).unwrap();
                let on_directory = function.name.starts_with("path_")
                    || matches!(
                        function.name,
                        "fd_readdir" | "fd_prestat_get" | "fd_prestat_dir_name"
                    );
                // One buffer of one byte, one byte of path, one subscription, the monotonic clock.
                let args: Vec<u64> = function
                    .params
                    .iter()
                    .enumerate()
                    .map(|(i, &ty)| match ty {
                        "Ptr" if i == pointer => address,
                        "Fd" if on_directory => u64::from(ROOT),
                        "Fd" => u64::from(file),
                        _ => 1,
                    })
                    .collect();
                guest.memory.truncate(4096);
                guest.memory.fill(1);
                guest.put(1, [1, 0, 0, 0, 0, 0, 0, 0]);
                let outcome = guest.run(|ctx, memory| (function.body)(ctx, memory, &args));
                let fault = Err(Failure::Errno(Errno::Fault));
                assert_eq!(outcome, fault, "{} {pointer} {address:#x}", function.name);
            }
        }
    }
}

#[test]
fn the_table_has_all_the_functions() {
    assert_eq!(BOTH.len() + PREVIEW1.len() + NORETURN.len(), 46);
    assert_eq!(BOTH.len() + UNSTABLE.len() + NORETURN.len(), 45);
    let mut names: Vec<&str> = [BOTH, PREVIEW1, NORETURN]
        .into_iter()
        .flatten()
        .map(|f| f.name)
        .collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 46);
}

#[test]
fn lists_of_buffers_that_overlap_themselves_do_no_harm() {
    let folder = Folder::new();
    let content = [0xff_u8; 64];
    fs::write(folder.join("file"), content).unwrap();
    let mut guest = guest(&folder);
    let file = guest.open(ROOT, "file", Open::READ).unwrap();
    for shared in [false, true] {
        guest.shared = shared;
        // The first buffer is the list itself, from its second element on.
        for (i, word) in [8_u32, 16, 64, 8].into_iter().enumerate() {
            guest.put(4 * i as u32, word.to_le_bytes());
        }
        let outcome = guest.call(|ctx, memory| io::fd_read(ctx, memory, file, 0, 2, 128));
        assert_eq!(outcome, Err(Errno::Fault));
        guest.seek(file, 0, 0).unwrap();
    }
}

#[test]
fn a_result_can_overlap_what_was_asked_with() {
    let folder = Folder::new();
    let mut guest = guest(&folder);
    let len = guest.put(0, "new");
    let rights = Rights::all().bits();
    guest
        .call(|ctx, memory| open::path_open(ctx, memory, ROOT, 0, 0, len, 1, rights, rights, 0, 0))
        .unwrap();
    assert_eq!(guest.u32(0), 4);
    assert!(folder.join("new").exists());
}

#[test]
fn a_call_whose_result_has_no_place_changes_nothing() {
    let folder = Folder::new();
    let mut guest = guest(&folder);
    let len = guest.put(0, "new");
    let rights = Rights::all().bits();
    let outcome = guest.call(|ctx, memory| {
        open::path_open(
            ctx,
            memory,
            ROOT,
            0,
            0,
            len,
            1,
            rights,
            rights,
            0,
            MEMORY as u32 - 3,
        )
    });
    assert_eq!(outcome, Err(Errno::Fault));
    assert!(!folder.join("new").exists());
}

#[test]
fn signals_end_the_program_or_do_nothing() {
    let mut guest = Guest::new(&mut WasiCtxBuilder::new());
    let mut raise = |signal| guest.run(|ctx, memory| process::proc_raise(ctx, memory, signal));
    assert_eq!(raise(6), Err(Failure::Exit(134)));
    assert_eq!(raise(15), Err(Failure::Exit(143)));
    assert_eq!(raise(16), Ok(()));
    assert_eq!(raise(18), Err(Failure::Errno(Errno::Notsup)));
    assert_eq!(raise(31), Err(Failure::Errno(Errno::Inval)));
}
