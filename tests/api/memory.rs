//! Linear memories: the host's access, growth, sharing, and where their bytes come from.

use super::{
    Random, bad_argument, call, call_i32, exported, instantiate, is_limit, module, on_each_engine,
    on_each_engine_with, trap,
};
use core::sync::atomic::{AtomicUsize, Ordering};
use diptych::platform::{AllocMemory, LinearMemory, MemoryCreator, MemoryError, MemoryRequest};
use diptych::{
    Caller, Error, ErrorKind, Extern, Func, Instance, Memory, MemoryAccessError, MemoryType,
    Result, Store, Trap, Val,
};
use std::sync::Arc;

const PAGE: usize = MemoryType::PAGE_SIZE;

#[test]
fn the_host_reads_and_writes_inside_only() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, 0u8);
        let memory = Memory::new(&mut store, MemoryType::new(1, Some(3))).expect("there is room");
        assert_eq!(memory.size(&store), 1);
        assert_eq!(memory.data_size(&store), PAGE);
        assert_eq!(memory.ty(&store), MemoryType::new(1, Some(3)));
        assert!(memory.data(&store).iter().all(|byte| *byte == 0));

        memory.write(&mut store, PAGE - 3, b"end").expect("it fits");
        let mut buffer = [0; 4];
        memory
            .read(&store, PAGE - 4, &mut buffer)
            .expect("it is inside");
        assert_eq!(&buffer, b"\0end");
        for (offset, len) in [(PAGE - 3, 4), (PAGE, 1), (PAGE + 1, 0), (usize::MAX, 2)] {
            let mut buffer = vec![9; len];
            let error = memory.read(&store, offset, &mut buffer);
            assert_eq!(error, Err(MemoryAccessError));
            assert!(buffer.iter().all(|byte| *byte == 9), "nothing was read");
            let error = memory
                .write(&mut store, offset, &buffer)
                .expect_err("it is outside");
            assert_eq!(Error::from(error).trap(), Some(Trap::MemoryOutOfBounds));
        }
        memory
            .read(&store, PAGE, &mut [])
            .expect("nothing is inside");
        assert_eq!(
            &memory.data(&store)[PAGE - 3..],
            b"end",
            "nothing was written"
        );

        memory.data_mut(&mut store)[0] = 5;
        let (bytes, data) = memory.data_and_store_mut(&mut store);
        *data = bytes[0];
        bytes[1] = 6;
        assert_eq!(*store.data(), 5);
        // SAFETY: the memory has two bytes at least, and nothing runs.
        assert_eq!(unsafe { *memory.data_ptr(&store).add(1) }, 6);
    });
}

#[test]
fn growth_keeps_what_is_there_and_stops_at_the_maximum() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let memory = Memory::new(&mut store, MemoryType::new(0, Some(4))).expect("there is room");
        assert_eq!(memory.data(&store), []);
        assert_eq!(memory.grow(&mut store, 0).expect("it is no growth"), 0);
        assert_eq!(memory.grow(&mut store, 1).expect("there is room"), 0);
        memory.write(&mut store, 0, &[1; PAGE]).expect("it fits");
        assert_eq!(memory.grow(&mut store, 3).expect("there is room"), 1);
        assert_eq!(memory.size(&store), 4);
        let (old, new) = memory.data(&store).split_at(PAGE);
        assert!(old.iter().all(|byte| *byte == 1) && new.iter().all(|byte| *byte == 0));
        for delta in [1, 2, u64::from(u32::MAX), u64::MAX, u64::MAX - 3] {
            let error = memory.grow(&mut store, delta).expect_err("it is too much");
            assert!(is_limit(&error), "{error}");
        }
        assert_eq!(memory.size(&store), 4);
    });
}

#[test]
fn impossible_types_are_refused() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let good = MemoryType::new(0, None);
        let pages = |minimum, maximum| MemoryType {
            minimum,
            maximum,
            ..good
        };
        for ty in [
            pages(2, Some(1)),
            pages(65_537, None),
            pages(0, Some(65_537)),
            pages(u64::MAX, None),
            pages(u64::MAX, Some(u64::MAX)),
            MemoryType {
                memory64: true,
                ..pages(1 << 48 | 1, None)
            },
        ] {
            bad_argument(Memory::new(&mut store, ty));
        }
        for page_size_log2 in (1..16).chain(17..=255) {
            let ty = MemoryType {
                page_size_log2,
                ..good
            };
            bad_argument(Memory::new(&mut store, ty));
        }
        bad_argument(Memory::new(&mut store, pages(0, Some(1)).shared(true)));
        let too_large = MemoryType {
            memory64: true,
            ..pages(1 << 47, None)
        };
        let error = Memory::new(&mut store, too_large).expect_err("it is too large");
        assert!(is_limit(&error), "{error}");
    });
}

#[test]
fn pages_can_be_bytes() {
    on_each_engine_with(
        |config| {
            config.wasm_custom_page_sizes(true);
        },
        |engine| {
            let mut store = Store::new(engine, ());
            let instance = instantiate(
                &mut store,
                r#"(module
                    (memory (export "memory") 10 20 (pagesize 1))
                    (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
                    (func (export "grow") (param i32) (result i32)
                        (memory.grow (local.get 0))))"#,
            );
            let memory = instance
                .get_memory(&mut store, "memory")
                .expect("it is exported");
            assert_eq!(memory.data_size(&store), 10);
            let grow = |store: &mut _, n| {
                call_i32(store, instance, "grow", &[Val::I32(n)]).expect("nothing traps")
            };
            assert_eq!(grow(&mut store, 7), 10);
            assert_eq!(grow(&mut store, 4), -1);
            assert_eq!(memory.grow(&mut store, 3).expect("there is room"), 17);
            memory.write(&mut store, 19, &[3]).expect("it is inside");
            let load = |store: &mut _, at| call_i32(store, instance, "load", &[Val::I32(at)]);
            assert_eq!(load(&mut store, 19).expect("it is inside"), 3);
            assert_eq!(trap(load(&mut store, 20)), Trap::MemoryOutOfBounds);
        },
    );
}

#[test]
fn all_that_share_a_memory_see_it_grow() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let memory = Memory::new(&mut store, MemoryType::new(1, None)).expect("there is room");
        // It is memory 0 of some and memory 1 of others.
        let first = module(
            engine,
            r#"(module
                (import "" "memory" (memory 1))
                (func (export "store") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
                (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
                (func (export "size") (result i32) (memory.size))
                (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))"#,
        );
        let second = module(
            engine,
            r#"(module
                (import "" "own" (memory $own 1))
                (import "" "memory" (memory $shared 1))
                (func (export "size") (result i32) (memory.size $shared))
                (func (export "load") (param i32) (result i32)
                    (i32.load $shared (local.get 0)))
                (func (export "store") (param i32 i32)
                    (i32.store $shared (local.get 0) (local.get 1)))
                (func (export "grow") (param i32) (result i32)
                    (memory.grow $shared (local.get 0))))"#,
        );
        let own = Memory::new(&mut store, MemoryType::new(1, None)).expect("there is room");
        let instances: Vec<_> = (0..50)
            .map(|i| {
                if i % 5 == 4 {
                    Instance::new(&mut store, &second, &[own.into(), memory.into()])
                } else {
                    Instance::new(&mut store, &first, &[memory.into()])
                }
                .expect("it links")
            })
            .collect();
        let mut random = Random(3);
        let mut pages = 1;
        for step in 1..60 {
            let mut any = || instances[random.below(50) as usize];
            let (grower, writer, reader) = (any(), any(), any());
            if step % 3 == 0 {
                assert_eq!(memory.grow(&mut store, 1).expect("there is room"), pages);
            } else {
                let before = call_i32(&mut store, grower, "grow", &[Val::I32(1)]);
                assert_eq!(before.expect("nothing traps"), pages as i32);
            }
            pages += 1;
            let at = (pages * 65_536) as i32 - 4;
            call(&mut store, writer, "store", &[Val::I32(at), Val::I32(step)]).expect("inside");
            let value = call_i32(&mut store, reader, "load", &[Val::I32(at)]);
            assert_eq!(value.expect("inside"), step);
            for instance in [grower, writer, reader] {
                let size = call_i32(&mut store, instance, "size", &[]);
                assert_eq!(size.expect("nothing traps"), pages as i32);
            }
            let outside = call_i32(&mut store, reader, "load", &[Val::I32(at + 1)]);
            assert_eq!(trap(outside), Trap::MemoryOutOfBounds);
        }
        assert_eq!(own.size(&store), 1);
    });
}

#[test]
fn a_callee_that_grows_the_callers_memory() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let memory = Memory::new(&mut store, MemoryType::new(1, None)).expect("there is room");
        // Grows by two pages and writes the number of pages to the last word.
        let grower = module(
            engine,
            r#"(module
                (import "" "memory" (memory 1))
                (func (export "grow") (drop (memory.grow (i32.const 2)))
                    (i32.store
                        (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 4))
                        (memory.size))))"#,
        );
        let grower = Instance::new(&mut store, &grower, &[memory.into()]).expect("it links");
        let grow = exported(&mut store, grower, "grow");
        let host = Func::wrap(&mut store, move |mut caller: Caller<'_, ()>| {
            grow.call(&mut caller, &[], &mut [])
        });
        let caller = module(
            engine,
            r#"(module
                (type $plain (func))
                (import "" "memory" (memory 1))
                (import "" "grow" (func $grow))
                (table funcref (elem $grow))
                (func (export "go") (param $end i32) (result i32)
                    (i32.store (i32.const 0) (i32.const 0))
                    (call $grow)
                    (i32.load (i32.add (local.get $end) (i32.const 131068)))
                    (call_indirect (type $plain) (i32.const 0))
                    (i32.load (i32.add (local.get $end) (i32.const 262140)))
                    (i32.add)))"#,
        );
        for grow in [grow, host] {
            let caller = Instance::new(&mut store, &caller, &[memory.into(), grow.into()]);
            let caller = caller.expect("it links");
            let (end, pages) = (memory.data_size(&store), memory.size(&store));
            let sum = call_i32(&mut store, caller, "go", &[Val::I32(end as i32)]);
            assert_eq!(sum.expect("all is inside") as u64, pages + 2 + pages + 4);
        }
    });
}

#[test]
fn segments_are_used_up() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let instance = instantiate(
            &mut store,
            r#"(module
                (memory (export "memory") 1)
                (data $active (i32.const 10) "active")
                (data $passive "passive")
                (func (export "init") (param i32 i32 i32)
                    (memory.init $passive (local.get 0) (local.get 1) (local.get 2)))
                (func (export "init active") (param i32 i32 i32)
                    (memory.init $active (local.get 0) (local.get 1) (local.get 2)))
                (func (export "drop") (data.drop $passive)))"#,
        );
        let memory = instance
            .get_memory(&mut store, "memory")
            .expect("it is exported");
        assert_eq!(&memory.data(&store)[9..17], b"\0active\0");
        let init = |store: &mut Store<()>, name, dst: i32, src: i32, len: i32| {
            call(store, instance, name, &[dst.into(), src.into(), len.into()]).map(drop)
        };
        // An active segment is dropped when the instance is made.
        init(&mut store, "init active", 0, 0, 0).expect("nothing is copied");
        let result = init(&mut store, "init active", 0, 0, 1);
        assert_eq!(trap(result), Trap::MemoryOutOfBounds);
        for _ in 0..2 {
            init(&mut store, "init", 100, 1, 6).expect("it is inside");
            assert_eq!(&memory.data(&store)[99..107], b"\0assive\0");
            for (dst, src, len) in [(0, 0, 8), (0, 7, 1), (0, 8, 0), (65_530, 0, 7), (-1, 0, 0)] {
                let result = init(&mut store, "init", dst, src, len);
                assert_eq!(trap(result), Trap::MemoryOutOfBounds, "{dst} {src} {len}");
            }
            init(&mut store, "init", 65_536, 7, 0).expect("nothing is copied");
        }
        for _ in 0..2 {
            call(&mut store, instance, "drop", &[]).expect("nothing traps");
            init(&mut store, "init", 0, 0, 0).expect("nothing is copied");
            let result = init(&mut store, "init", 0, 0, 1);
            assert_eq!(trap(result), Trap::MemoryOutOfBounds);
        }
    });
}

#[test]
fn instances_have_segments_of_their_own() {
    on_each_engine(|engine| {
        let module = module(
            engine,
            r#"(module
                (memory 1)
                (data $data "x")
                (func (export "init") (memory.init $data (i32.const 0) (i32.const 0) (i32.const 1)))
                (func (export "drop") (data.drop $data)))"#,
        );
        let mut store = Store::new(engine, ());
        let mut make = || Instance::new(&mut store, &module, &[]).expect("it links");
        let (one, two) = (make(), make());
        call(&mut store, one, "drop", &[]).expect("nothing traps");
        let result = call(&mut store, one, "init", &[]);
        assert_eq!(trap(result), Trap::MemoryOutOfBounds);
        call(&mut store, two, "init", &[]).expect("it has its own");
    });
}

/// Makes memories that hold as many bytes as are left in a pool, and move when they grow.
#[derive(Debug)]
struct Pool {
    left: Arc<AtomicUsize>,
    /// How many bytes more or fewer than are asked for it makes.
    wrong: isize,
}

struct Pooled {
    bytes: AllocMemory,
    left: Arc<AtomicUsize>,
}

impl Pool {
    fn take(left: &AtomicUsize, bytes: usize) -> Result<(), MemoryError> {
        left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            left.checked_sub(bytes)
        })
        .map(drop)
        .map_err(|_| MemoryError)
    }
}

impl MemoryCreator for Pool {
    fn create(&self, request: MemoryRequest) -> Result<Box<dyn LinearMemory>, MemoryError> {
        Self::take(&self.left, request.minimum)?;
        Ok(Box::new(Pooled {
            bytes: AllocMemory::new(request.minimum.saturating_add_signed(self.wrong))?,
            left: Arc::clone(&self.left),
        }))
    }
}

// SAFETY: the bytes are those of a memory that keeps the promises.
unsafe impl LinearMemory for Pooled {
    fn base(&self) -> *mut u8 {
        self.bytes.base()
    }

    fn byte_len(&self) -> usize {
        self.bytes.byte_len()
    }

    fn grow_to(&mut self, byte_len: usize) -> Result<(), MemoryError> {
        Pool::take(&self.left, byte_len - self.byte_len())?;
        let bytes = AllocMemory::new(byte_len)?;
        // SAFETY: the new memory is not shorter than the old one.
        unsafe { core::ptr::copy(self.base(), bytes.base(), self.byte_len()) };
        self.bytes = bytes;
        Ok(())
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        self.left.fetch_add(self.byte_len(), Ordering::Relaxed);
    }
}

#[test]
fn memories_come_from_the_embedder() {
    let left = Arc::new(AtomicUsize::new(10 * PAGE));
    on_each_engine_with(
        |config| {
            config.memory_creator(Arc::new(Pool {
                left: Arc::clone(&left),
                wrong: 0,
            }));
        },
        |engine| {
            let mut store = Store::new(engine, ());
            let text = r#"(module
                (memory (export "memory") 4)
                (func (export "touch") (result i32)
                    (i32.store (i32.const 200000) (i32.const 11))
                    (drop (memory.grow (i32.const 1)))
                    (i32.load (i32.const 200000)))
                (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))"#;
            let one = instantiate(&mut store, text);
            let two = instantiate(&mut store, text);
            assert_eq!(left.load(Ordering::Relaxed), 2 * PAGE);
            let module = module(engine, text);
            for _ in 0..3 {
                let error = Instance::new(&mut store, &module, &[]).expect_err("nothing is left");
                assert!(matches!(error.kind(), ErrorKind::OutOfMemory), "{error}");
            }
            for instance in [one, two] {
                let touched = call_i32(&mut store, instance, "touch", &[]);
                assert_eq!(touched.expect("nothing traps"), 11);
            }
            let grown = call_i32(&mut store, one, "grow", &[Val::I32(1)]);
            assert_eq!(grown.expect("nothing traps"), -1);
            let memory = one
                .get_memory(&mut store, "memory")
                .expect("it is exported");
            assert_eq!(memory.size(&store), 5);
            assert_eq!(memory.data(&store)[200_000], 11);
            drop(store);
            assert_eq!(left.load(Ordering::Relaxed), 10 * PAGE);
        },
    );
}

#[test]
fn a_memory_of_another_size_than_was_asked_for_is_refused() {
    for wrong in [-1, 1, PAGE as isize] {
        let left = Arc::new(AtomicUsize::new(usize::MAX / 2));
        on_each_engine_with(
            |config| {
                config.memory_creator(Arc::new(Pool {
                    left: Arc::clone(&left),
                    wrong,
                }));
            },
            |engine| {
                let mut store = Store::new(engine, ());
                let error = Memory::new(&mut store, MemoryType::new(1, None));
                let error = error.expect_err("the size is wrong");
                assert!(matches!(error.kind(), ErrorKind::Message(_)), "{error}");
            },
        );
    }
}

#[test]
fn memories_with_indices_of_64_bits() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let instance = instantiate(
            &mut store,
            r#"(module
                (memory (export "memory") i64 1 10)
                (func (export "load") (param i64) (result i32) (i32.load (local.get 0)))
                (func (export "grow") (param i64) (result i64) (memory.grow (local.get 0))))"#,
        );
        let load = instance
            .get_typed_func::<u64, i32>(&mut store, "load")
            .expect("the type fits");
        let grow = instance
            .get_typed_func::<u64, i64>(&mut store, "grow")
            .expect("the type fits");
        for outside in [PAGE as u64 - 3, 1 << 32, 1 << 63, u64::MAX, u64::MAX - 3] {
            assert_eq!(
                trap(load.call(&mut store, outside)),
                Trap::MemoryOutOfBounds
            );
        }
        assert_eq!(
            load.call(&mut store, PAGE as u64 - 4)
                .expect("it is inside"),
            0
        );
        assert_eq!(grow.call(&mut store, 9).expect("nothing traps"), 1);
        for delta in [1, 1 << 32, 1 << 48, u64::MAX] {
            assert_eq!(grow.call(&mut store, delta).expect("nothing traps"), -1);
        }
        let memory = instance.get_memory(&mut store, "memory").map(Extern::from);
        let memory = memory
            .and_then(Extern::into_memory)
            .expect("it is exported");
        assert_eq!(memory.size(&store), 10);
        assert!(memory.ty(&store).memory64);
    });
}
