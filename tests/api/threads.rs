//! Memories that threads share: what guests in several stores see of each other.

use super::{call, module, trap};
use core::time::Duration;
use diptych::platform::Parking;
use diptych::{
    Config, Engine, ErrorKind, Extern, Instance, Linker, Memory, MemoryType, Module,
    ResourceLimiter, Result, SharedMemory, Store, Trap, Val, WaitResult,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Instant;

/// How threads wait where the library has no way: they look again and again.
#[derive(Debug)]
struct Looking(Instant);

impl Parking for Looking {
    fn park(&self, word: &AtomicU32, value: u32, timeout: Option<Duration>) {
        let start = self.now();
        while word.load(Ordering::SeqCst) == value
            && timeout.is_none_or(|timeout| self.now() - start < timeout)
        {
            thread::yield_now();
        }
    }

    fn wake(&self, _: &AtomicU32) {}

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

fn on_each_engine(test: impl Fn(&Engine) + Sync) {
    on_each_engine_with(|_| (), test);
}

/// With the library's way to wait, if it has one, and with the embedder's.
fn on_each_engine_with(configure: impl Fn(&mut Config), test: impl Fn(&Engine) + Sync) {
    for own in [false, true] {
        let configure = |config: &mut Config| {
            configure(config);
            if own || config.get_parking().is_none() {
                config.parking(Arc::new(Looking(Instant::now())));
            }
        };
        super::on_each_engine_with(configure, &test);
        if cfg!(not(feature = "threads")) {
            break;
        }
    }
}

#[cfg(not(feature = "threads"))]
#[test]
fn without_a_way_to_wait_a_guest_that_wants_to_ends() {
    super::on_each_engine(|engine| {
        let module = module(engine, WAITS);
        let (mut store, instance) = instance(&module, &shared(engine, 1, 1));
        let mut wait = |expected| {
            let args = [Val::I32(0), Val::I32(expected), Val::I64(-1)];
            call(&mut store, instance, "wait32", &args)
        };
        assert!(wait(1).is_ok());
        let error = wait(0).expect_err("it would sleep for ever");
        assert!(matches!(error.kind(), ErrorKind::Unsupported(_)), "{error}");
    });
}

/// What a function gives that does not trap.
fn call_i32<T: 'static>(store: &mut Store<T>, instance: Instance, name: &str, args: &[Val]) -> i32 {
    super::call_i32(store, instance, name, args).expect("nothing traps")
}

fn shared(engine: &Engine, minimum: u32, maximum: u32) -> SharedMemory {
    let ty = MemoryType::new(minimum, Some(maximum)).shared(true);
    SharedMemory::new(engine, ty).expect("there is room")
}

/// A store with an instance whose only import is the memory.
fn instance(module: &Module, memory: &SharedMemory) -> (Store<()>, Instance) {
    let mut store = Store::new(module.engine(), ());
    let instance = Instance::new(&mut store, module, &[memory.clone().into()]).expect("it fits");
    (store, instance)
}

/// A lock as the proposal shows it, and a number that only its holder changes.
const LOCKED_COUNTER: &str = r#"(module
    (import "" "memory" (memory 1 4 shared))
    (func $lock
        (loop $again
            (block $taken
                (br_if $taken (i32.eqz (i32.atomic.rmw.cmpxchg
                    (i32.const 0) (i32.const 0) (i32.const 1))))
                (drop (memory.atomic.wait32 (i32.const 0) (i32.const 1) (i64.const -1)))
                (br $again))))
    (func $unlock
        (i32.atomic.store (i32.const 0) (i32.const 0))
        (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))
    (func (export "count") (param $times i32)
        (loop $next
            (call $lock)
            (i32.store (i32.const 64) (i32.add (i32.load (i32.const 64)) (i32.const 1)))
            (call $unlock)
            (drop (i64.atomic.rmw.add (i32.const 128) (i64.const 3)))
            (drop (i32.atomic.rmw16.sub_u (i32.const 192) (i32.const 1)))
            (br_if $next (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))))"#;

#[test]
fn a_lock_keeps_threads_apart() {
    const THREADS: u64 = 4;
    const TIMES: u64 = 2000;
    on_each_engine(|engine| {
        let module = module(engine, LOCKED_COUNTER);
        let memory = shared(engine, 1, 4);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    let (mut store, instance) = instance(&module, &memory);
                    call(&mut store, instance, "count", &[Val::I32(TIMES as i32)])
                        .expect("nothing traps");
                });
            }
        });
        let mut numbers = [[0; 8]; 3];
        for (number, at) in numbers.iter_mut().zip([64, 128, 192]) {
            memory.read(at, number).expect("it is inside");
        }
        let [plain, added, subtracted] = numbers.map(u64::from_le_bytes);
        assert_eq!(plain, THREADS * TIMES);
        assert_eq!(added, 3 * THREADS * TIMES);
        assert_eq!(subtracted as u16, (THREADS * TIMES).wrapping_neg() as u16);
    });
}

/// Accesses to the last byte of memory 0 and of memory 1, both of which are shared.
const TWO_MEMORIES: &str = r#"(module
    (import "" "first" (memory 1 40 shared))
    (import "" "second" (memory $second 1 40 shared))
    (func (export "grow") (result i32)
        (drop (memory.grow $second (i32.const 1)))
        (memory.grow (i32.const 1)))
    (func (export "size") (result i32) (i32.add (memory.size) (memory.size $second)))
    ;; Waits, without leaving the loop, until the flag is up; then writes where it says.
    (func (export "wait_and_write") (param $flag i32)
        (local $at i32)
        (loop $again
            (br_if $again (i32.eqz (local.tee $at (i32.atomic.load (local.get $flag))))))
        (i32.store8 (local.get $at) (i32.const 7))
        (i32.store8 $second (local.get $at) (i32.const 9))
        (memory.fill (i32.sub (local.get $at) (i32.const 100)) (i32.const 5) (i32.const 50))))"#;

fn two(module: &Module, memories: [&SharedMemory; 2]) -> (Store<()>, Instance) {
    let mut store = Store::new(module.engine(), ());
    let imports = memories.map(|memory| Extern::from(memory.clone()));
    let instance = Instance::new(&mut store, module, &imports).expect("they fit");
    (store, instance)
}

#[test]
fn a_guest_that_runs_sees_that_another_thread_has_grown_its_memory() {
    on_each_engine(|engine| {
        let module = module(engine, TWO_MEMORIES);
        let (first, second) = (shared(engine, 1, 40), shared(engine, 1, 40));
        let running = AtomicU32::new(0);
        thread::scope(|scope| {
            for flag in [0, 4] {
                let (module, first, second) = (&module, &first, &second);
                let running = &running;
                scope.spawn(move || {
                    let (mut store, instance) = two(module, [first, second]);
                    running.fetch_add(1, Ordering::SeqCst);
                    call(&mut store, instance, "wait_and_write", &[Val::I32(flag)])
                        .expect("the byte is inside");
                });
            }
            while running.load(Ordering::SeqCst) < 2 {
                thread::yield_now();
            }
            thread::sleep(Duration::from_millis(2));
            // Once by a guest, once by the host.
            let (mut store, instance) = two(&module, [&first, &second]);
            assert_eq!(call_i32(&mut store, instance, "grow", &[]), 1);
            assert_eq!(call_i32(&mut store, instance, "size", &[]), 4);
            assert_eq!(first.grow(1).expect("there is room"), 2);
            assert_eq!(second.grow(1).expect("there is room"), 2);
            assert_eq!(call_i32(&mut store, instance, "size", &[]), 6);
            let last = (3 << 16) - 1;
            for flag in [0, 1] {
                let flag = &first.data()[flag * 4..][..4];
                // The lowest byte last: the guest sees all or nothing of the others.
                for (i, byte) in flag.iter().enumerate().rev() {
                    byte.store(i32::to_le_bytes(last)[i], Ordering::SeqCst);
                }
            }
        });
        let last = (3 << 16) - 1;
        assert_eq!(first.data()[last].load(Ordering::SeqCst), 7);
        assert_eq!(second.data()[last].load(Ordering::SeqCst), 9);
        assert_eq!(first.data()[last - 100].load(Ordering::SeqCst), 5);
    });
}

#[test]
fn threads_grow_a_memory_at_the_same_time_and_each_page_goes_to_one() {
    on_each_engine(|engine| {
        let module = module(
            engine,
            r#"(module (import "" "" (memory 0 40 shared))
                (func (export "grow") (result i32) (local $page i32)
                    (local.set $page (memory.grow (i32.const 1)))
                    (if (i32.ge_s (local.get $page) (i32.const 0)) (then
                        (drop (i32.atomic.rmw.add
                            (i32.mul (local.get $page) (i32.const 65536)) (i32.const 1)))))
                    (local.get $page)))"#,
        );
        let memory = shared(engine, 0, 40);
        let granted: usize = thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        let mut granted = 0;
                        for _ in 0..5 {
                            // Stores come and go, and their copies of the length with them.
                            let (mut store, instance) = instance(&module, &memory);
                            for _ in 0..3 {
                                let page = call_i32(&mut store, instance, "grow", &[]);
                                granted += usize::from(page >= 0);
                            }
                        }
                        granted
                    })
                })
                .collect();
            threads
                .into_iter()
                .map(|it| it.join().expect("it ends"))
                .sum()
        });
        assert_eq!((granted, memory.size()), (40, 40));
        for page in memory.data().chunks(1 << 16) {
            assert_eq!(page[0].load(Ordering::SeqCst), 1);
        }
        assert!(memory.grow(1).is_err());
        assert_eq!(memory.grow(0).expect("nothing is wanted"), 40);
        assert!(memory.grow(u64::MAX).is_err());
    });
}

/// Waits and notifications at addresses that are given.
const WAITS: &str = r#"(module
    (import "" "" (memory 1 1 shared))
    (func (export "wait32") (param i32 i32 i64) (result i32)
        (memory.atomic.wait32 (local.get 0) (local.get 1) (local.get 2)))
    (func (export "wait64") (param i32 i64 i64) (result i32)
        (memory.atomic.wait64 offset=8 (local.get 0) (local.get 1) (local.get 2)))
    (func (export "notify") (param i32 i32) (result i32)
        (memory.atomic.notify (local.get 0) (local.get 1)))
    (func (export "fence") atomic.fence))"#;

#[test]
fn waits_end_as_the_proposal_says() {
    on_each_engine(|engine| {
        let module = module(engine, WAITS);
        let memory = shared(engine, 1, 1);
        memory
            .write(16, &[1, 2, 3, 4, 5, 6, 7, 8])
            .expect("it is inside");
        let (mut store, instance) = instance(&module, &memory);
        let mut wait = |name: &str, args: [Val; 3]| call_i32(&mut store, instance, name, &args);
        let (at, number) = (Val::I32(16), 0x0807_0605_0403_0201_i64);
        let soon = Val::I64(1000);
        assert_eq!(wait("wait32", [at, Val::I32(5), Val::I64(-1)]), 1);
        assert_eq!(wait("wait32", [at, Val::I32(number as i32), soon]), 2);
        assert_eq!(wait("wait64", [Val::I32(8), Val::I64(5), Val::I64(-1)]), 1);
        assert_eq!(wait("wait64", [Val::I32(8), Val::I64(number), soon]), 2);
        assert_eq!(
            wait("wait64", [Val::I32(8), Val::I64(number), Val::I64(0)]),
            2
        );
        assert_eq!(
            memory.atomic_wait32(16, 5, None).expect("it is inside"),
            WaitResult::NotEqual
        );
        assert_eq!(
            memory
                .atomic_wait64(16, number as u64, Some(Duration::from_nanos(1)))
                .expect("it is inside"),
            WaitResult::TimedOut
        );
        // Nobody waits any more.
        assert_eq!(memory.atomic_notify(16, u32::MAX), Ok(0));
        call(&mut store, instance, "fence", &[]).expect("nothing traps");
    });
}

#[test]
fn as_many_are_woken_as_are_wanted() {
    on_each_engine(|engine| {
        let module = module(engine, WAITS);
        let memory = shared(engine, 1, 1);
        let results = thread::scope(|scope| {
            let guests: Vec<_> = (0..3)
                .map(|_| {
                    scope.spawn(|| {
                        let (mut store, instance) = instance(&module, &memory);
                        let args = [Val::I32(32), Val::I32(0), Val::I64(-1)];
                        call_i32(&mut store, instance, "wait32", &args)
                    })
                })
                .collect();
            let host = scope.spawn(|| memory.atomic_wait64(32, 0, None).expect("it can wait"));
            let (mut store, instance) = instance(&module, &memory);
            let mut notify = |at: i32, count: i32| {
                call_i32(
                    &mut store,
                    instance,
                    "notify",
                    &[Val::I32(at), Val::I32(count)],
                )
            };
            let mut left = 4;
            while left > 0 {
                assert_eq!(notify(36, -1), 0, "nobody waits there");
                let woken = notify(32, left.min(2));
                assert!((0..=left.min(2)).contains(&woken));
                left -= woken;
                thread::yield_now();
            }
            assert_eq!(notify(32, -1), 0);
            assert_eq!(host.join().expect("it ends"), WaitResult::Ok);
            guests
                .into_iter()
                .map(|guest| guest.join().expect("it ends"))
                .collect::<Vec<_>>()
        });
        assert_eq!(results, [0, 0, 0]);
    });
}

#[test]
fn a_guest_that_waits_can_be_interrupted_and_can_go_on() {
    for counted in [false, true] {
        on_each_engine_with(
            |config| {
                config.interruption(counted);
            },
            |engine| {
                let module = module(engine, WAITS);
                let memory = shared(engine, 1, 1);
                let forever = [Val::I32(0), Val::I32(0), Val::I64(-1)];
                let (mut store, instance) = instance(&module, &memory);
                let handle = store.interrupt_handle();
                let interrupter = handle.clone();
                let thread = thread::spawn(move || {
                    thread::sleep(Duration::from_millis(5));
                    interrupter.interrupt();
                });
                let error =
                    call(&mut store, instance, "wait32", &forever).expect_err("it is interrupted");
                assert_eq!(error.trap(), Some(Trap::Interrupted));
                assert_eq!(error.backtrace().expect("there is one").frames().len(), 1);
                thread.join().expect("it ends");
                handle.clear();
                assert_eq!(memory.atomic_notify(0, 9), Ok(0), "it waits no more");

                // The first two times the host lets it go on.
                let mut turns = 0;
                let waker = memory.clone();
                store.on_interrupt(move |(), backtrace| {
                    assert_eq!(backtrace.frames().len(), 1);
                    turns += 1;
                    if turns == 2 {
                        // While it is decided whether the guest goes on, it waits.
                        assert_eq!(waker.atomic_notify(0, 9), Ok(1));
                    }
                    Ok(())
                });
                handle.interrupt();
                let interrupter = handle.clone();
                let thread = thread::spawn(move || {
                    for _ in 0..2 {
                        thread::sleep(Duration::from_millis(5));
                        interrupter.interrupt();
                    }
                });
                assert_eq!(call_i32(&mut store, instance, "wait32", &forever), 0);
                thread.join().expect("it ends");
            },
        );
    }
}

#[test]
fn a_store_can_forbid_its_guests_to_wait() {
    on_each_engine(|engine| {
        let module = module(engine, WAITS);
        let (mut store, instance) = instance(&module, &shared(engine, 1, 1));
        store.allow_waiting(false);
        for expected in [0, 1] {
            let args = [Val::I32(0), Val::I32(expected), Val::I64(-1)];
            let outcome = call(&mut store, instance, "wait32", &args);
            assert_eq!(trap(outcome), Trap::WaitNotAllowed);
        }
        assert_eq!(
            call_i32(&mut store, instance, "notify", &[Val::I32(0), Val::I32(1)]),
            0
        );
    });
}

#[test]
fn what_is_not_aligned_or_not_inside_traps() {
    on_each_engine(|engine| {
        let module = module(engine, WAITS);
        let memory = shared(engine, 1, 1);
        let (mut store, instance) = instance(&module, &memory);
        let mut outcome = |name: &str, args: &[Val]| trap(call(&mut store, instance, name, args));
        let (unaligned, outside) = (Trap::UnalignedAtomic, Trap::MemoryOutOfBounds);
        for (at, expected) in [
            (1, unaligned),
            (65534, unaligned),
            (65536, outside),
            (-4, outside),
        ] {
            let at = Val::I32(at);
            assert_eq!(outcome("notify", &[at, Val::I32(1)]), expected);
            assert_eq!(outcome("wait32", &[at, Val::I32(0), Val::I64(0)]), expected);
        }
        for (at, expected) in [
            (4, unaligned),
            (65528, outside),
            (-8, outside),
            (-4, unaligned),
        ] {
            let args = [Val::I32(at), Val::I64(0), Val::I64(0)];
            assert_eq!(outcome("wait64", &args), expected, "{at}");
        }
        assert_eq!(memory.atomic_notify(2, 1), Err(unaligned));
        assert_eq!(memory.atomic_notify(1 << 16, 1), Err(outside));
        assert_eq!(memory.atomic_notify(u64::MAX - 3, 1), Err(outside));
        assert!(memory.atomic_wait64(4, 0, None).is_err());
        assert_eq!(memory.read(65535, &mut [0; 2]), Err(outside));
        assert_eq!(memory.write(usize::MAX, &[0; 2]), Err(outside));
    });
}

#[test]
fn a_memory_of_one_store_has_atomic_accesses_too_but_nobody_waits_there() {
    on_each_engine(|engine| {
        let text = WAITS.replace(" shared))", "))");
        let module = module(engine, &text);
        let mut store = Store::new(engine, ());
        let memory = Memory::new(&mut store, MemoryType::new(1, Some(1))).expect("it fits");
        let instance = Instance::new(&mut store, &module, &[memory.into()]).expect("it fits");
        let args = [Val::I32(0), Val::I32(0), Val::I64(0)];
        let outcome = call(&mut store, instance, "wait32", &args);
        assert_eq!(trap(outcome), Trap::ExpectedSharedMemory);
        assert_eq!(
            call_i32(&mut store, instance, "notify", &[Val::I32(0), Val::I32(9)]),
            0
        );
    });
}

#[test]
fn shared_memories_are_linked_by_type_and_engine() {
    on_each_engine(|engine| {
        let exporter = module(
            engine,
            r#"(module (memory (export "shared") 1 3 shared) (memory (export "own") 1 3)
                (data (i32.const 4) "hello"))"#,
        );
        let mut store = Store::new(engine, ());
        let instance = Instance::new(&mut store, &exporter, &[]).expect("nothing is imported");
        assert!(instance.get_memory(&mut store, "shared").is_none());
        assert!(instance.get_shared_memory(&mut store, "own").is_none());
        let memory = instance
            .get_shared_memory(&mut store, "shared")
            .expect("it is one");
        assert_eq!(memory.ty(), MemoryType::new(1, Some(3)).shared(true));
        let mut text = [0; 5];
        memory.read(4, &mut text).expect("it is inside");
        assert_eq!(&text, b"hello");

        // Another store has it by a linker that knows nothing of stores.
        let mut linker = Linker::new(engine);
        linker
            .define(&store, "", "memory", memory.clone())
            .expect("the name is new");
        let import = |ty: &str| {
            module(
                engine,
                &format!(
                    r#"(module (import "" "memory" (memory {ty})) (export "again" (memory 0)))"#
                ),
            )
        };
        for (ty, fits) in [
            ("1 3 shared", true),
            ("0 3 shared", true),
            ("1 4 shared", true),
            ("2 3 shared", false),
            ("1 2 shared", false),
            ("1 3", false),
        ] {
            let mut store = Store::new(engine, ());
            match linker.instantiate(&mut store, &import(ty)) {
                Ok(instance) => {
                    assert!(fits, "{ty}");
                    let again = instance.get_shared_memory(&mut store, "again");
                    assert!(SharedMemory::same(&again.expect("it is one"), &memory));
                }
                Err(error) => {
                    assert!(!fits, "{ty}: {error}");
                    assert!(matches!(error.kind(), ErrorKind::Link(_)), "{error}");
                }
            }
        }
        // What has grown fits where more is wanted.
        memory.grow(1).expect("there is room");
        let mut fresh = Store::new(engine, ());
        linker
            .instantiate(&mut fresh, &import("2 3 shared"))
            .expect("it has two pages");

        let other = Engine::new(&Config::new()).expect("there are backends");
        let foreign = shared(&other, 1, 3);
        assert!(Instance::new(&mut fresh, &import("1 3 shared"), &[foreign.into()]).is_err());
    });
}

#[test]
fn impossible_shared_memories_are_refused() {
    on_each_engine(|engine| {
        let bad = |ty: MemoryType| SharedMemory::new(engine, ty).expect_err("it is impossible");
        bad(MemoryType::new(1, Some(2)));
        bad(MemoryType::new(1, None).shared(true));
        bad(MemoryType::new(3, Some(2)).shared(true));
        let enormous = MemoryType {
            memory64: true,
            maximum: Some(1 << 48),
            ..MemoryType::new(1, None).shared(true)
        };
        bad(enormous);
        let mut store = Store::new(engine, ());
        let ty = MemoryType::new(1, Some(1)).shared(true);
        assert!(Memory::new(&mut store, ty).is_err());
        let module = module(engine, "(module (memory i64 0 0x1000000000000 shared))");
        assert!(Instance::new(&mut store, &module, &[]).is_err());
    });
    let off = |config: &mut Config| {
        config.wasm_threads(false);
    };
    on_each_engine_with(off, |engine| {
        assert!(Module::new(engine, "(module (memory 1 1 shared))").is_err());
        assert!(Module::new(engine, "(module (memory 1) (func atomic.fence))").is_err());
    });
}

/// Lets memories have so many bytes.
struct AtMost(usize);

impl ResourceLimiter for AtMost {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        Ok(desired <= self.0)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> Result<bool> {
        Ok(true)
    }
}

#[test]
fn a_stores_limits_hold_for_what_it_makes_and_grows() {
    on_each_engine(|engine| {
        let text = r#"(module (memory (export "m") 1 9 shared)
            (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))"#;
        let module = module(engine, text);
        let mut store = Store::new(engine, AtMost(3 << 16));
        store.limiter(|limits| limits);
        let instance = Instance::new(&mut store, &module, &[]).expect("one page is allowed");
        let mut grow = |by| call_i32(&mut store, instance, "grow", &[Val::I32(by)]);
        assert_eq!(grow(2), 1);
        assert_eq!(grow(1), -1);
        let memory = instance
            .get_shared_memory(&mut store, "m")
            .expect("it is one");
        // The host is not limited, nor are other stores.
        memory.grow(1).expect("there is room");
        assert_eq!(call_i32(&mut store, instance, "grow", &[Val::I32(0)]), 4);
        store.data_mut().0 = 0;
        assert!(Instance::new(&mut store, &module, &[]).is_err());
    });
}

#[test]
fn indices_of_64_bits_and_small_pages_are_shared_too() {
    on_each_engine_with(
        |config| {
            config.wasm_custom_page_sizes(true);
        },
        |engine| {
            let module = module(
                engine,
                r#"(module
                    (memory $wide i64 1 4 shared)
                    (memory $small 3 100 shared (pagesize 1))
                    (func (export "wide") (param i64) (result i64)
                        (drop (i64.atomic.rmw.xchg $wide offset=8 (local.get 0) (i64.const 77)))
                        (i64.atomic.rmw.cmpxchg $wide offset=8
                            (local.get 0) (i64.const 77) (i64.const 1)))
                    (func (export "small") (param i32) (result i32)
                        (drop (memory.grow $small (i32.const 2)))
                        (drop (i32.atomic.rmw8.add_u $small (local.get 0) (i32.const 0x1ff)))
                        (i32.atomic.load8_u $small (local.get 0))))"#,
            );
            let mut store = Store::new(engine, ());
            let instance = Instance::new(&mut store, &module, &[]).expect("nothing is imported");
            let mut wide = |at: i64| call(&mut store, instance, "wide", &[Val::I64(at)]);
            assert_eq!(wide(65520).expect("it is inside")[0].unwrap_i64(), 77);
            assert_eq!(trap(wide(65528)), Trap::MemoryOutOfBounds);
            assert_eq!(trap(wide(-8)), Trap::MemoryOutOfBounds);
            assert_eq!(trap(wide(-4)), Trap::UnalignedAtomic);
            assert_eq!(
                call_i32(&mut store, instance, "small", &[Val::I32(4)]),
                0xff
            );
            let outcome = call(&mut store, instance, "small", &[Val::I32(7)]);
            assert_eq!(trap(outcome), Trap::MemoryOutOfBounds);
        },
    );
}
