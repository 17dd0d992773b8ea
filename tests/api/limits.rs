//! Limits on memory, tables, instances and fuel, and what a guest meets when it reaches them.

use super::{
    bad_argument, call, call_i32, instantiate, is_limit, module, on_each_engine,
    on_each_engine_with, trap,
};
use diptych::{
    Caller, Engine, Error, Extern, Func, Instance, Memory, MemoryType, Ref, RefType,
    ResourceLimiter, Result, Store, StoreLimits, StoreLimitsBuilder, Table, TableType, Trap, Val,
};

const GROWERS: &str = r#"(module
    (memory 1 100)
    (table 1 1000 funcref)
    (func (export "memory") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "table") (param i32) (result i32)
        (table.grow (ref.null func) (local.get 0))))"#;

/// A store with these limits, and an instance that can grow its memory and its table.
fn growers(engine: &Engine, limits: StoreLimits) -> (Store<StoreLimits>, Instance) {
    let mut store = Store::new(engine, limits);
    store.limiter(|limits| limits);
    let instance = instantiate(&mut store, GROWERS);
    (store, instance)
}

fn grow<T: 'static>(store: &mut Store<T>, instance: Instance, what: &str, n: i32) -> Result<i32> {
    call_i32(store, instance, what, &[Val::I32(n)])
}

#[test]
fn growth_stops_at_the_limit() {
    on_each_engine(|engine| {
        let limits = StoreLimitsBuilder::new()
            .memory_size(5 << 16)
            .table_elements(10)
            .build();
        let (mut store, instance) = growers(engine, limits);
        let store = &mut store;
        assert_eq!(
            grow(store, instance, "memory", 4).expect("it is allowed"),
            1
        );
        assert_eq!(
            grow(store, instance, "memory", 1).expect("it is refused"),
            -1
        );
        assert_eq!(
            grow(store, instance, "memory", 0).expect("it is no growth"),
            5
        );
        assert_eq!(grow(store, instance, "table", 9).expect("it is allowed"), 1);
        assert_eq!(
            grow(store, instance, "table", 1).expect("it is refused"),
            -1
        );
        // The same for the host, and for what is new.
        let memory = Memory::new(&mut *store, MemoryType::new(5, None)).expect("it is allowed");
        assert!(is_limit(
            &memory.grow(&mut *store, 1).expect_err("it is refused")
        ));
        let error = Memory::new(&mut *store, MemoryType::new(6, None)).expect_err("refused");
        assert!(is_limit(&error), "{error}");
        let ty = TableType::new(RefType::FUNCREF, 11, None);
        let error = Table::new(&mut *store, ty, Ref::Func(None)).expect_err("it is refused");
        assert!(is_limit(&error), "{error}");
        for text in ["(module (memory 6))", "(module (table 11 funcref))"] {
            let module = module(engine, text);
            let error = Instance::new(&mut *store, &module, &[]).expect_err("it is refused");
            assert!(is_limit(&error), "{error}");
        }
    });
}

#[test]
fn growth_that_fails_can_trap() {
    on_each_engine(|engine| {
        let limits = StoreLimitsBuilder::new()
            .memory_size(5 << 16)
            .table_elements(10)
            .trap_on_grow_failure(true)
            .build();
        let (mut store, instance) = growers(engine, limits);
        for (what, n) in [("memory", 5), ("memory", -1), ("table", 10), ("table", -1)] {
            let result = grow(&mut store, instance, what, n);
            assert_eq!(trap(result), Trap::AllocationTooLarge, "{what} {n}");
        }
        assert_eq!(
            grow(&mut store, instance, "memory", 4).expect("it is allowed"),
            1
        );
    });
}

#[test]
fn a_store_holds_as_many_things_as_it_may() {
    on_each_engine(|engine| {
        let limits = StoreLimitsBuilder::new()
            .instances(3)
            .memories(2)
            .tables(1)
            .memory_size(1 << 16)
            .build();
        let mut store = Store::new(engine, limits);
        store.limiter(|limits| limits);
        let store = &mut store;
        let memory = MemoryType::new(1, None);
        let table = TableType::new(RefType::FUNCREF, 1, None);
        // What is refused for its size is not one of them.
        for _ in 0..5 {
            let error = Memory::new(&mut *store, MemoryType::new(2, None)).expect_err("refused");
            assert!(is_limit(&error), "{error}");
        }
        Memory::new(&mut *store, memory).expect("it is the first");
        Table::new(&mut *store, table, Ref::Func(None)).expect("it is the first");
        Memory::new(&mut *store, memory).expect("it is the second");
        let error = Memory::new(&mut *store, memory).expect_err("it is the third");
        assert_eq!(
            error.to_string(),
            "the store may not hold more than 2 memories"
        );
        let error = Table::new(&mut *store, table, Ref::Func(None)).expect_err("the second");
        assert_eq!(
            error.to_string(),
            "the store may not hold more than 1 tables"
        );
        let empty = module(engine, "(module)");
        for _ in 0..3 {
            Instance::new(&mut *store, &empty, &[]).expect("there may be three");
        }
        let error = Instance::new(&mut *store, &empty, &[]).expect_err("it is the fourth");
        assert_eq!(
            error.to_string(),
            "the store may not hold more than 3 instances"
        );
        // Without a limiter there is a limit, too.
        let mut store = Store::new(engine, ());
        let made = (0..20_000).take_while(|_| Instance::new(&mut store, &empty, &[]).is_ok());
        assert_eq!(made.count(), 10_000);
    });
}

/// A limiter that notes what it is asked, and answers as it is told.
#[derive(Default)]
struct Notes {
    asked: Vec<(usize, usize, Option<usize>)>,
    failed: Vec<String>,
    answer: Answer,
}

#[derive(Clone, Copy, Default)]
enum Answer {
    #[default]
    Yes,
    No,
    Error,
    Panic,
}

impl Notes {
    fn growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        self.asked.push((current, desired, maximum));
        match self.answer {
            Answer::Yes => Ok(true),
            Answer::No => Ok(false),
            Answer::Error => Err(Error::msg("no more")),
            Answer::Panic => panic!("the limiter panics"),
        }
    }
}

impl ResourceLimiter for Notes {
    fn memory_growing(&mut self, now: usize, new: usize, max: Option<usize>) -> Result<bool> {
        self.growing(now, new, max)
    }

    fn memory_grow_failed(&mut self, error: &Error) -> Result<()> {
        self.failed.push(error.to_string());
        Ok(())
    }

    fn table_growing(&mut self, now: usize, new: usize, max: Option<usize>) -> Result<bool> {
        self.growing(now, new, max)
    }

    fn table_grow_failed(&mut self, error: &Error) -> Result<()> {
        self.failed.push(error.to_string());
        Ok(())
    }
}

fn noted(engine: &Engine) -> (Store<Notes>, Instance) {
    let mut store = Store::new(engine, Notes::default());
    store.limiter(|notes| notes);
    let instance = instantiate(&mut store, GROWERS);
    (store, instance)
}

#[test]
fn a_limiter_is_asked_before_anything_grows() {
    on_each_engine(|engine| {
        let (mut store, instance) = noted(engine);
        let page = 1 << 16;
        let maximum = Some(100 * page);
        let taken = |store: &mut Store<Notes>| core::mem::take(&mut store.data_mut().asked);
        assert_eq!(taken(&mut store), [(0, page, maximum), (0, 1, Some(1000))]);
        grow(&mut store, instance, "memory", 2).expect("it is allowed");
        grow(&mut store, instance, "table", 3).expect("it is allowed");
        grow(&mut store, instance, "memory", 0).expect("it is no growth");
        assert_eq!(
            taken(&mut store),
            [(page, 3 * page, maximum), (1, 4, Some(1000))]
        );
        // It is not asked for what cannot be, but told.
        assert_eq!(
            grow(&mut store, instance, "memory", 98).expect("nothing traps"),
            -1
        );
        assert_eq!(
            grow(&mut store, instance, "table", 997).expect("nothing traps"),
            -1
        );
        assert_eq!(taken(&mut store), []);
        assert_eq!(store.data().failed.len(), 2);
        store.data_mut().answer = Answer::No;
        assert_eq!(
            grow(&mut store, instance, "memory", 1).expect("nothing traps"),
            -1
        );
        assert_eq!(
            grow(&mut store, instance, "table", 1).expect("nothing traps"),
            -1
        );
        assert_eq!(store.data().failed.len(), 4);
        assert_eq!(taken(&mut store).len(), 2);
    });
}

#[test]
fn a_limiters_error_ends_the_guest() {
    on_each_engine(|engine| {
        let (mut store, instance) = noted(engine);
        store.data_mut().answer = Answer::Error;
        for what in ["memory", "table"] {
            let error = grow(&mut store, instance, what, 1).expect_err("it is an error");
            assert_eq!(error.to_string(), "no more");
            assert!(
                error
                    .backtrace()
                    .is_some_and(|trace| trace.frames().len() == 1)
            );
        }
        let text = "(module (memory 1))";
        let module = module(engine, text);
        let error = Instance::new(&mut store, &module, &[]).expect_err("it is an error");
        assert_eq!(error.to_string(), "no more");
        store.data_mut().answer = Answer::Yes;
        assert_eq!(
            grow(&mut store, instance, "memory", 1).expect("it is allowed"),
            1
        );
        assert_eq!(
            grow(&mut store, instance, "table", 1).expect("it is allowed"),
            1
        );
    });
}

#[test]
fn a_limiter_that_panics_stays() {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    on_each_engine(|engine| {
        let (mut store, instance) = noted(engine);
        store.data_mut().answer = Answer::Panic;
        for what in ["memory", "table"] {
            let grow = AssertUnwindSafe(|| grow(&mut store, instance, what, 1));
            catch_unwind(grow).expect_err("the limiter panics");
        }
        let new = AssertUnwindSafe(|| Memory::new(&mut store, MemoryType::new(1, None)));
        catch_unwind(new).expect_err("the limiter panics");
        store.data_mut().answer = Answer::No;
        assert_eq!(
            grow(&mut store, instance, "memory", 1).expect("nothing traps"),
            -1
        );
        store.data_mut().answer = Answer::Yes;
        assert_eq!(
            grow(&mut store, instance, "memory", 1).expect("it is allowed"),
            1
        );
        assert_eq!(
            grow(&mut store, instance, "table", 1).expect("it is allowed"),
            1
        );
    });
}

#[test]
fn limits_hold_for_host_functions() {
    on_each_engine(|engine| {
        let limits = StoreLimitsBuilder::new()
            .memory_size(2 << 16)
            .memories(1)
            .build();
        let mut store = Store::new(engine, limits);
        store.limiter(|limits| limits);
        let grow = Func::wrap(
            &mut store,
            |mut caller: Caller<'_, StoreLimits>| -> Result<i32> {
                let memory = caller.get_export("memory").and_then(Extern::into_memory);
                let memory = memory.expect("the guest exports it");
                let refused = Memory::new(&mut caller, MemoryType::new(1, None));
                assert!(is_limit(&refused.expect_err("there may be one")));
                let mut grown = 0;
                while memory.grow(&mut caller, 1).is_ok() {
                    grown += 1;
                }
                Ok(grown)
            },
        );
        let module = module(
            engine,
            r#"(module
                (import "" "" (func $grow (result i32)))
                (memory (export "memory") 1)
                (func (export "go") (result i32)
                    (i32.add (i32.mul (call $grow) (i32.const 100)) (memory.size))))"#,
        );
        let instance = Instance::new(&mut store, &module, &[grow.into()]).expect("it links");
        let result = call_i32(&mut store, instance, "go", &[]);
        assert_eq!(result.expect("nothing traps"), 102);
    });
}

#[test]
fn fuel_is_used_up() {
    on_each_engine_with(
        |config| {
            config.consume_fuel(true);
        },
        |engine| {
            let mut store = Store::new(engine, ());
            let instance = instantiate(
                &mut store,
                r#"(module
                    (func (export "loop") (param i32) (result i32) (local i32)
                        (loop $again
                            (local.set 1 (i32.add (local.get 1) (local.get 0)))
                            (br_if $again
                                (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
                        (local.get 1))
                    (func (export "for ever") (loop $again (br $again))))"#,
            );
            assert_eq!(store.get_fuel().expect("fuel is counted"), 0);
            let run = |store: &mut Store<()>, n| call_i32(store, instance, "loop", &[Val::I32(n)]);
            assert_eq!(trap(run(&mut store, 10)), Trap::OutOfFuel);
            let mut used = |n| {
                store.set_fuel(100_000).expect("fuel is counted");
                run(&mut store, n).expect("there is enough");
                100_000 - store.get_fuel().expect("fuel is counted")
            };
            let (ten, twenty, thirty) = (used(10), used(20), used(30));
            assert!(ten >= 10 && twenty > ten);
            assert_eq!(thirty - twenty, twenty - ten);
            for (fuel, enough) in [(ten, true), (ten - 1, false)] {
                store.set_fuel(fuel).expect("fuel is counted");
                assert_eq!(run(&mut store, 10).is_ok(), enough);
            }
            store.set_fuel(1_000_000).expect("fuel is counted");
            let result = call(&mut store, instance, "for ever", &[]);
            assert_eq!(trap(result), Trap::OutOfFuel);
        },
    );
}

#[test]
fn a_host_function_sees_and_sets_fuel() {
    on_each_engine_with(
        |config| {
            config.consume_fuel(true);
        },
        |engine| {
            let mut store = Store::new(engine, 0);
            let refuel = Func::wrap(&mut store, |mut caller: Caller<'_, u32>| -> Result<()> {
                assert!(caller.get_fuel()? < 1_000);
                *caller.data_mut() += 1;
                caller.set_fuel(if *caller.data() < 10 { 500 } else { 0 })
            });
            let module = module(
                engine,
                r#"(module
                    (import "" "" (func $refuel))
                    (func (export "go") (loop $again (call $refuel) (br $again))))"#,
            );
            let instance = Instance::new(&mut store, &module, &[refuel.into()]).expect("it links");
            store.set_fuel(100).expect("fuel is counted");
            assert_eq!(trap(call(&mut store, instance, "go", &[])), Trap::OutOfFuel);
            assert_eq!(*store.data(), 10);
        },
    );
}

#[test]
fn without_the_setting_there_is_no_fuel() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        bad_argument(store.get_fuel());
        bad_argument(store.set_fuel(1));
        let instance = instantiate(&mut store, r#"(module (func (export "f")))"#);
        call(&mut store, instance, "f", &[]).expect("it costs nothing");
    });
}
