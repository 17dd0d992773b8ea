//! What memories begin with, whether it is copied or mapped: instance for instance the same, and
//! each its own.

use super::{call, call_i32, instantiate, module, on_each_engine_with, trap};
use core::sync::atomic::{AtomicUsize, Ordering};
use diptych::platform::{
    AllocMemory, AllocMemoryCreator, ImagePart, LinearMemory, MemoryCreator, MemoryError,
    MemoryImage, MemoryRequest,
};
use diptych::{
    Engine, Error, ErrorKind, Extern, Func, Instance, Memory, MemoryType, Module, Ref, RefType,
    Result, Store, Table, TableType, Trap, Val,
};
use std::sync::Arc;

const PAGE: usize = MemoryType::PAGE_SIZE;

/// How often a module is instantiated: the first times are not like the others.
const ROUNDS: usize = 6;

/// With the memories that engines make by themselves, and with such as begin with zeros always.
fn with_each_maker(test: impl Fn(&Engine) + Sync) {
    on_each_engine_with(|_| (), &test);
    on_each_engine_with(
        |config| {
            config.memory_creator(Arc::new(AllocMemoryCreator));
        },
        &test,
    );
}

fn memory(store: &mut Store<()>, instance: Instance, name: &str) -> Memory {
    let memory = instance.get_memory(store, name);
    memory.expect("it is exported")
}

/// Instantiates a module that fails.
fn failing(store: &mut Store<()>, module: &Module, imports: &[Extern]) -> Error {
    Instance::new(store, module, imports).expect_err("a segment does not fit")
}

#[test]
fn instances_begin_alike_and_stay_apart() {
    with_each_maker(|engine| {
        let long = "0123456789abcdef".repeat(10_000);
        let module = module(
            engine,
            &format!(
                r#"(module
                    (memory (export "one") 3 6) (memory (export "two") 4) (memory (export "none") 1)
                    (data (memory 0) (i32.const 5) "first")
                    (data (memory 0) (i32.const 3) "over")
                    (data (memory 1) (i32.const 100000) "{long}")
                    (data (memory 0) (i32.const 4) "")
                    (data (memory 0) (offset i32.const 100 i32.const 1000 i32.mul) "far")
                    (data (memory 0) (i32.const 196604) "last")
                    (data (memory 1) (i32.const 100008) "XY")
                    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
                    (func (export "load") (param i32) (result i32)
                        (i32.load8_u (local.get 0))))"#
            ),
        );
        let mut one = vec![0; 3 * PAGE];
        one[3..10].copy_from_slice(b"overrst");
        one[100_000..100_003].copy_from_slice(b"far");
        one[3 * PAGE - 4..].copy_from_slice(b"last");
        let mut two = vec![0; 4 * PAGE];
        two[100_000..][..long.len()].copy_from_slice(long.as_bytes());
        two[100_008..100_010].copy_from_slice(b"XY");
        for _ in 0..ROUNDS {
            let mut store = Store::new(engine, ());
            let instances = [(); 2]
                .map(|()| Instance::new(&mut store, &module, &[]).expect("nothing is imported"));
            for instance in instances {
                let [first, second, third] =
                    ["one", "two", "none"].map(|name| memory(&mut store, instance, name));
                assert!(first.data(&store) == one);
                assert!(second.data(&store) == two);
                assert!(third.data(&store).iter().all(|byte| *byte == 0));
                let load = |store: &mut Store<()>, at: i32| {
                    call_i32(store, instance, "load", &[Val::I32(at)])
                };
                assert_eq!(load(&mut store, 7).expect("it is inside"), i32::from(b'r'));
                assert_eq!(trap(load(&mut store, 3 << 16)), Trap::MemoryOutOfBounds);
                let grown = call_i32(&mut store, instance, "grow", &[Val::I32(2)]);
                assert_eq!(grown.expect("nothing traps"), 3);
                assert!(first.data(&store)[..3 * PAGE] == one);
                assert!(first.data(&store)[3 * PAGE..].iter().all(|byte| *byte == 0));
                assert_eq!(load(&mut store, (5 << 16) - 1).expect("it is inside"), 0);
                for memory in [first, second, third] {
                    memory.data_mut(&mut store).fill(0xa5);
                }
            }
        }
    });
}

#[test]
fn active_segments_are_dropped_and_passive_ones_are_not() {
    with_each_maker(|engine| {
        let module = module(
            engine,
            r#"(module
                (memory (export "memory") 2)
                (data $active (i32.const 70000) "active")
                (data $passive "passive")
                (data $after (i32.const 70010) "after")
                (func (export "active") (param i32)
                    (memory.init $active (i32.const 0) (i32.const 0) (local.get 0)))
                (func (export "after") (param i32)
                    (memory.init $after (i32.const 0) (i32.const 0) (local.get 0)))
                (func (export "passive") (param i32)
                    (memory.init $passive (i32.const 0) (i32.const 0) (local.get 0)))
                (func (export "drop") (data.drop $passive) (data.drop $active)))"#,
        );
        for _ in 0..ROUNDS {
            let mut store = Store::new(engine, ());
            let instance = Instance::new(&mut store, &module, &[]).expect("it fits");
            let mut init =
                |name: &str, len: i32| call(&mut store, instance, name, &[Val::I32(len)]);
            for name in ["active", "after"] {
                init(name, 0).expect("nothing is copied");
                assert_eq!(trap(init(name, 1)), Trap::MemoryOutOfBounds);
            }
            init("passive", 7).expect("it was not dropped");
            assert_eq!(trap(init("passive", 8)), Trap::MemoryOutOfBounds);
            call(&mut store, instance, "drop", &[]).expect("nothing traps");
            let mut init =
                |name: &str, len: i32| call(&mut store, instance, name, &[Val::I32(len)]);
            init("passive", 0).expect("nothing is copied");
            assert_eq!(trap(init("passive", 1)), Trap::MemoryOutOfBounds);
            let memory = memory(&mut store, instance, "memory");
            assert_eq!(&memory.data(&store)[..8], b"passive\0");
            assert_eq!(
                &memory.data(&store)[70_000..70_016],
                b"active\0\0\0\0after\0"
            );
        }
    });
}

/// The table that functions are left in.
const TABLE: &str = r#"(import "" "table" (table $table 1 funcref))"#;

/// A memory, and what reads from it, left in the table.
const OWN: &str = r#"
    (memory $own 3)
    (func $load (param i32) (result i32) (i32.load8_u $own (local.get 0)))
    (elem (table $table) (i32.const 0) func $load)"#;

/// What the function in the table reads at some places.
fn leaked(store: &mut Store<()>, table: Table, places: &[i32]) -> Vec<i32> {
    let func = match table.get(&mut *store, 0) {
        Some(Ref::Func(Some(func))) => func,
        other => panic!("{other:?} is no function"),
    };
    let load = func.typed::<i32, i32>(&*store).expect("it is the guest's");
    let load = |at: &i32| load.call(&mut *store, *at).expect("it is inside");
    places.iter().map(load).collect()
}

fn table(store: &mut Store<()>) -> Table {
    let ty = TableType::new(RefType::FUNCREF, 1, None);
    Table::new(store, ty, Ref::Func(None)).expect("there is room")
}

#[test]
fn a_segment_that_does_not_fit_leaves_what_was_before_it() {
    with_each_maker(|engine| {
        let module = module(
            engine,
            &format!(
                r#"(module {TABLE}
                    (import "" "memory" (memory $shared 1))
                    (import "" "at" (global $at i32))
                    {OWN}
                    (data (memory $own) (i32.const 100) "a")
                    (data (memory $shared) (i32.const 1) "b")
                    (data (memory $own) (i32.const 131072) "cd")
                    (data (memory $shared) (global.get $at) "e")
                    (data (memory $own) (i32.const 131073) "f")
                    (data (memory $shared) (i32.const 65536) "g")
                    (data (memory $own) (i32.const 100) "h"))"#
            ),
        );
        for round in 0..ROUNDS {
            let mut store = Store::new(engine, ());
            let table = table(&mut store);
            let shared = Memory::new(&mut store, MemoryType::new(1 + (round % 2) as u32, None));
            let shared = shared.expect("there is room");
            let make = |store: &mut Store<()>, at: i32| {
                let at = diptych::Global::new(
                    &mut *store,
                    diptych::GlobalType::new(diptych::ValType::I32, diptych::Mutability::Const),
                    Val::I32(at),
                );
                let at = at.expect("it is a number");
                Instance::new(store, &module, &[table.into(), shared.into(), at.into()])
            };
            let places = [100, 131_072, 131_073];
            // The segment at the global does not fit.
            assert_eq!(trap(make(&mut store, -1)), Trap::MemoryOutOfBounds);
            assert_eq!(
                leaked(&mut store, table, &places),
                [b'a', b'c', b'd'].map(i32::from)
            );
            assert_eq!(&shared.data(&store)[..4], b"\0b\0\0");
            // It fits; what comes after it fits in every other round.
            let made = make(&mut store, 2);
            if round % 2 == 0 {
                assert_eq!(trap(made), Trap::MemoryOutOfBounds);
            } else {
                made.expect("all fit");
            }
            let first = if round % 2 == 0 { b'a' } else { b'h' };
            assert_eq!(
                leaked(&mut store, table, &places),
                [first, b'c', b'f'].map(i32::from)
            );
            assert_eq!(&shared.data(&store)[..4], b"\0be\0");
        }
    });
}

#[test]
fn when_elements_do_not_fit_no_data_was_copied() {
    with_each_maker(|engine| {
        let module = module(
            engine,
            &format!(
                r#"(module {TABLE} {OWN}
                    (data (i32.const 100) "a")
                    (elem (table $table) (i32.const 1) func $load)
                    (data (i32.const 131072) "b"))"#
            ),
        );
        for _ in 0..ROUNDS {
            let mut store = Store::new(engine, ());
            let table = table(&mut store);
            let error = failing(&mut store, &module, &[table.into()]);
            assert_eq!(error.trap(), Some(Trap::TableOutOfBounds));
            assert_eq!(leaked(&mut store, table, &[100, 131_072]), [0, 0]);
        }
    });
}

#[test]
fn a_segment_after_one_that_fails_is_still_there() {
    with_each_maker(|engine| {
        let module = module(
            engine,
            r#"(module
                (import "" "table" (table $table 1 funcref))
                (memory $own 3)
                (func $init (param i32) (result i32)
                    (memory.init $before (i32.const 0) (i32.const 0) (i32.const 0))
                    (memory.init $after (i32.const 0) (i32.const 0) (i32.const 1))
                    (i32.load8_u (i32.const 0)))
                (elem (table $table) (i32.const 0) func $init)
                (data $before (i32.const 100) "a")
                (data (i32.const 196608) "x")
                (data $after (i32.const 0) "b"))"#,
        );
        for _ in 0..ROUNDS {
            let mut store = Store::new(engine, ());
            let table = table(&mut store);
            let error = failing(&mut store, &module, &[table.into()]);
            assert_eq!(error.trap(), Some(Trap::MemoryOutOfBounds));
            assert_eq!(leaked(&mut store, table, &[0]), [i32::from(b'b')]);
        }
    });
}

#[test]
fn other_memories_begin_with_data_too() {
    with_each_maker(|engine| {
        let module = module(
            engine,
            r#"(module
                (memory $long (export "long") i64 5 9)
                (memory $empty 0)
                (memory $large (export "large") 2000)
                (data (memory $long) (i64.const 300000) "long")
                (data (memory $empty) (i32.const 0) "")
                (data (memory $large) (i32.const 131071999) "!")
                (data (memory $large) (i32.const 0) "?")
                (global $seen (export "seen") (mut i32) (i32.const 0))
                (start $start)
                (func $start
                    (global.set $seen (i32.load8_u $large (i32.const 131071999)))))"#,
        );
        for _ in 0..ROUNDS {
            let mut store = Store::new(engine, ());
            let instance = Instance::new(&mut store, &module, &[]).expect("it fits");
            let long = memory(&mut store, instance, "long");
            assert_eq!(&long.data(&store)[299_999..300_005], b"\0long\0");
            long.grow(&mut store, 4).expect("it may");
            assert_eq!(&long.data(&store)[299_999..300_005], b"\0long\0");
            assert!(long.data(&store)[5 * PAGE..].iter().all(|byte| *byte == 0));
            let large = memory(&mut store, instance, "large").data(&store);
            assert_eq!(
                (large[0], large[1], large[2000 * PAGE - 1]),
                (b'?', 0, b'!')
            );
            let seen = instance.get_global(&mut store, "seen");
            let seen = seen.expect("it is exported").get(&mut store);
            assert_eq!(seen.unwrap_i32(), i32::from(b'!'));
        }
    });
}

#[test]
fn limits_count_what_is_mapped() {
    with_each_maker(|engine| {
        let module = module(
            engine,
            r#"(module (memory (export "memory") 3) (data (i32.const 100000) "x"))"#,
        );
        for _ in 0..ROUNDS {
            let limits = |bytes: usize| {
                let limits = diptych::StoreLimitsBuilder::new().memory_size(bytes);
                let mut store = Store::new(engine, limits.build());
                store.limiter(|limits| limits);
                store
            };
            let mut store = limits(3 * PAGE);
            let instance = Instance::new(&mut store, &module, &[]).expect("it fits");
            let memory = instance
                .get_memory(&mut store, "memory")
                .expect("it is exported");
            memory.grow(&mut store, 1).expect_err("it may not");
            let mut store = limits(3 * PAGE - 1);
            let error = Instance::new(&mut store, &module, &[]).expect_err("it may not");
            assert!(matches!(error.kind(), ErrorKind::Limit(_)), "{error}");
        }
    });
}

#[test]
fn threads_share_an_image() {
    with_each_maker(|engine| {
        let module = module(
            engine,
            r#"(module (memory (export "memory") 3) (data (i32.const 100000) "data"))"#,
        );
        std::thread::scope(|scope| {
            for byte in 1..5 {
                let module = &module;
                scope.spawn(move || {
                    for _ in 0..50 {
                        let mut store = Store::new(engine, ());
                        let instance = Instance::new(&mut store, module, &[]).expect("it fits");
                        let memory = memory(&mut store, instance, "memory");
                        assert_eq!(&memory.data(&store)[99_999..100_005], b"\0data\0");
                        memory.data_mut(&mut store).fill(byte);
                    }
                });
            }
        });
    });
}

/// Makes images, and counts what it makes of each kind.
#[derive(Debug, Default)]
struct Maker {
    images: AtomicUsize,
    of_image: Arc<AtomicUsize>,
    of_zeros: AtomicUsize,
    /// How many memories can still be made of images.
    left: Arc<AtomicUsize>,
}

impl MemoryCreator for Maker {
    fn create(&self, request: MemoryRequest) -> Result<Box<dyn LinearMemory>, MemoryError> {
        self.of_zeros.fetch_add(1, Ordering::Relaxed);
        Ok(Box::new(AllocMemory::new(request.minimum)?))
    }

    fn makes_images(&self) -> bool {
        true
    }

    fn image(
        &self,
        request: MemoryRequest,
        parts: &[ImagePart<'_>],
    ) -> Option<Arc<dyn MemoryImage>> {
        self.images.fetch_add(1, Ordering::Relaxed);
        let mut bytes = vec![0; request.minimum];
        let mut end = 0;
        for part in parts {
            assert!(part.offset >= end && !part.bytes.is_empty());
            end = part.offset + part.bytes.len();
            bytes[part.offset..end].copy_from_slice(part.bytes);
        }
        // Some are not worth it.
        (request.minimum > PAGE).then(|| {
            let (made, left) = (self.of_image.clone(), self.left.clone());
            Arc::new(Image { bytes, made, left }) as Arc<dyn MemoryImage>
        })
    }
}

#[derive(Debug)]
struct Image {
    bytes: Vec<u8>,
    made: Arc<AtomicUsize>,
    left: Arc<AtomicUsize>,
}

impl MemoryImage for Image {
    fn create(&self) -> Result<Box<dyn LinearMemory>, MemoryError> {
        let take = |left: usize| left.checked_sub(1);
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
            .map_err(|_| MemoryError)?;
        self.made.fetch_add(1, Ordering::Relaxed);
        let memory = AllocMemory::new(self.bytes.len())?;
        // SAFETY: the new memory has as many bytes.
        unsafe {
            let bytes = self.bytes.as_ptr();
            memory
                .base()
                .copy_from_nonoverlapping(bytes, self.bytes.len());
        }
        Ok(Box::new(memory))
    }
}

#[test]
fn an_embedder_makes_images() {
    for left in [100, 2] {
        let text = r#"(module
            (memory (export "two") 2) (memory (export "one") 1) (memory 1)
            (data (memory 0) (i32.const 3) "two")
            (data (memory 1) (i32.const 3) "one"))"#;
        let maker = || {
            Arc::new(Maker {
                left: Arc::new(AtomicUsize::new(left)),
                ..Maker::default()
            })
        };
        let mut config = diptych::Config::new();
        let maker = maker();
        config.memory_creator(maker.clone());
        let engine = Engine::new(&config).expect("there are backends");
        let module = module(&engine, text);
        let mut store = Store::new(&engine, ());
        let mut failed = 0;
        for _ in 0..ROUNDS {
            match Instance::new(&mut store, &module, &[]) {
                Ok(instance) => {
                    for name in ["two", "one"] {
                        let memory = memory(&mut store, instance, name);
                        assert_eq!(&memory.data(&store)[3..6], name.as_bytes());
                    }
                }
                Err(error) => {
                    assert!(matches!(error.kind(), ErrorKind::OutOfMemory), "{error}");
                    failed += 1;
                }
            }
        }
        let count = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        // One for each memory with data, once.
        assert_eq!(count(&maker.images), 2);
        let of_image = (ROUNDS - 1).min(left);
        assert_eq!(
            (count(&maker.of_image), failed),
            (of_image, ROUNDS - 1 - of_image)
        );
        // All three of the first instance, and two of each other one that was made.
        assert_eq!(count(&maker.of_zeros), 3 + 2 * of_image);
    }
}

/// Nothing is made for what has no data of its own.
#[test]
fn nothing_is_asked_without_need() {
    let maker = Arc::new(Maker::default());
    let mut config = diptych::Config::new();
    config.memory_creator(maker.clone());
    let engine = Engine::new(&config).expect("there are backends");
    let mut store = Store::new(&engine, ());
    let exporter = instantiate(&mut store, r#"(module (memory (export "memory") 2))"#);
    let shared: Extern = memory(&mut store, exporter, "memory").into();
    let nothing = Func::wrap(&mut store, || ());
    for (text, imports) in [
        (r#"(module (memory 2) (data "passive"))"#, vec![]),
        (
            r#"(module (memory 2) (data (i32.const 131072) ""))"#,
            vec![],
        ),
        (
            r#"(module (import "" "m" (memory 2)) (data (i32.const 9) "shared"))"#,
            vec![shared],
        ),
        (r#"(module (import "" "f" (func)))"#, vec![nothing.into()]),
    ] {
        let module = module(&engine, text);
        for _ in 0..ROUNDS {
            Instance::new(&mut store, &module, &imports).expect("it links");
        }
    }
    assert_eq!(maker.images.load(Ordering::Relaxed), 0);
    let shared = memory(&mut store, exporter, "memory");
    assert_eq!(&shared.data(&store)[9..15], b"shared");
}
