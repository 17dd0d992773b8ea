//! Guests that try to take the host down: each is stopped by its limit, with the right trap, and
//! the store goes on working.

mod support;

use core::fmt::Write as _;
use core::time::Duration;
use diptych::{
    Caller, Config, Engine, Error, ErrorKind, Extern, Func, Instance, Linker, Module, Store,
    StoreLimits, StoreLimitsBuilder, Trap, Val,
};

/// The interpreter's dispatches, the compiler with each way to trap, and both together.
const MODES: &[&str] = &[
    "interp",
    "loop",
    "jit",
    "jit-check-explicit-eager",
    "alternating-jit-first",
];

/// Runs `test` in each mode, on a thread with the small stack that threads have.
fn each_mode(configure: fn(&mut Config), test: fn(&Engine)) {
    for mode in MODES {
        let Some(engine) = support::engine(mode, configure) else {
            continue;
        };
        // Shown when the test fails.
        println!("mode: {mode}");
        std::thread::Builder::new()
            .stack_size(2 << 20)
            .spawn(move || test(&engine))
            .expect("a thread")
            .join()
            .expect("the test passes");
    }
}

fn instance<T: 'static>(store: &mut Store<T>, text: &str) -> Instance {
    let module = Module::new(store.engine(), support::wat(text)).expect("the module is valid");
    Instance::new(store, &module, &[]).expect("the module has no imports")
}

fn call<T: 'static>(
    store: &mut Store<T>,
    instance: Instance,
    name: &str,
    args: &[Val],
) -> Result<Vec<Val>, Error> {
    let func = instance
        .get_func(&mut *store, name)
        .expect("the export exists");
    let mut results = vec![Val::I32(0); func.ty(&*store).results().len()];
    func.call(store, args, &mut results)?;
    Ok(results)
}

fn call_i32<T: 'static>(store: &mut Store<T>, instance: Instance, name: &str) -> i32 {
    match call(store, instance, name, &[]) {
        Ok(results) => results[0].unwrap_i32(),
        Err(error) => panic!("{name}: {error}"),
    }
}

fn trap_of<T: 'static>(store: &mut Store<T>, instance: Instance, name: &str) -> Option<Trap> {
    call(store, instance, name, &[])
        .expect_err("the guest is stopped")
        .trap()
}

const LOOPS: &str = r#"(module
    (table 1 funcref) (elem (i32.const 0) $self)
    (func (export "loop") (loop $again (br $again)))
    (func (export "br_table") (loop $again (br_table $again $again (i32.const 7))))
    (func (export "br_if") (loop $again (br_if $again (i32.const 1))))
    (func $tail (export "tail") (return_call $tail))
    (func $self (export "tail_indirect") (return_call_indirect (i32.const 0)))
    (func $ping (return_call $pong (i32.const 1) (i64.const 2)))
    (func $pong (export "pong") (param i32 i64) (return_call $ping))
    (func (export "ping") (call $ping))
    (func (export "ok") (result i32) (i32.const 42)))"#;

const ENDLESS: &[&str] = &["loop", "br_table", "br_if", "tail", "tail_indirect", "ping"];

#[test]
fn fuel_stops_endless_loops() {
    each_mode(
        |config| {
            config.consume_fuel(true);
        },
        |engine| {
            let mut store = Store::new(engine, ());
            let guest = instance(&mut store, LOOPS);
            for name in ENDLESS {
                store.set_fuel(100_000).expect("fuel is configured");
                assert_eq!(
                    trap_of(&mut store, guest, name),
                    Some(Trap::OutOfFuel),
                    "{name}"
                );
                store.set_fuel(100_000).expect("fuel is configured");
                assert_eq!(call_i32(&mut store, guest, "ok"), 42);
            }
        },
    );
}

#[test]
fn interruption_stops_endless_loops() {
    each_mode(
        |config| {
            config.interruption(true);
        },
        |engine| {
            let mut store = Store::new(engine, ());
            let guest = instance(&mut store, LOOPS);
            for name in ENDLESS {
                let handle = store.interrupt_handle();
                let other = std::thread::spawn({
                    let handle = handle.clone();
                    move || {
                        std::thread::sleep(Duration::from_millis(20));
                        handle.interrupt();
                    }
                });
                assert_eq!(
                    trap_of(&mut store, guest, name),
                    Some(Trap::Interrupted),
                    "{name}"
                );
                other.join().expect("the other thread ends");
                handle.clear();
                assert_eq!(call_i32(&mut store, guest, "ok"), 42);
            }
        },
    );
}

#[test]
fn endless_start_functions_are_stopped() {
    each_mode(
        |config| {
            config.consume_fuel(true);
        },
        |engine| {
            let mut store = Store::new(engine, ());
            store.set_fuel(10_000).expect("fuel is configured");
            let text = "(module (func $f (loop $l (br $l))) (start $f))";
            let module = Module::new(engine, support::wat(text)).expect("the module is valid");
            let error = Instance::new(&mut store, &module, &[]).expect_err("it is stopped");
            assert_eq!(error.trap(), Some(Trap::OutOfFuel));
            store.set_fuel(10_000).expect("fuel is configured");
            let guest = instance(&mut store, LOOPS);
            assert_eq!(call_i32(&mut store, guest, "ok"), 42);
        },
    );
}

const RECURSION: &str = r#"(module
    (type $t (func))
    (table 1 funcref) (elem (i32.const 0) $indirect)
    (func $direct (export "direct") (call $direct))
    (func $even (export "even") (result i32) (i32.add (i32.const 1) (call $odd (i64.const 1))))
    (func $odd (param i64) (result i32) (i32.add (i32.const 1) (call $even)))
    (func $indirect (export "indirect") (call_indirect (i32.const 0)))
    (func $wide (export "wide") (param i64 i64 i64 i64 i64 i64 i64 i64)
      (local f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64)
      (call $wide (local.get 7) (local.get 6) (local.get 5) (local.get 4)
        (local.get 3) (local.get 2) (local.get 1) (local.get 0)))
    (func (export "into_wide")
      (call $wide (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4)
        (i64.const 5) (i64.const 6) (i64.const 7) (i64.const 8)))
    (func (export "ok") (result i32) (i32.const 42)))"#;

#[test]
fn endless_recursion_exhausts_the_call_stack() {
    each_mode(
        |_| {},
        |engine| {
            let mut store = Store::new(engine, ());
            let guest = instance(&mut store, RECURSION);
            for _ in 0..3 {
                for name in ["direct", "even", "indirect", "into_wide"] {
                    let trap = trap_of(&mut store, guest, name);
                    assert_eq!(trap, Some(Trap::StackOverflow), "{name}");
                    assert_eq!(call_i32(&mut store, guest, "ok"), 42);
                }
            }
        },
    );
}

#[test]
fn frames_count_against_the_stack_limit() {
    each_mode(
        |config| {
            config.max_wasm_stack(1 << 16);
        },
        |engine| {
            let mut store = Store::new(engine, ());
            let guest = instance(
                &mut store,
                r#"(module
                    (func $f (export "f") (param i32) (result i32)
                      (if (result i32) (local.get 0)
                        (then (i32.add (i32.const 1)
                          (call $f (i32.sub (local.get 0) (i32.const 1)))))
                        (else (i32.const 0)))))"#,
            );
            let depth = |store: &mut Store<()>, depth| call(store, guest, "f", &[Val::I32(depth)]);
            let results = depth(&mut store, 100).expect("100 frames fit");
            assert_eq!(results[0].unwrap_i32(), 100);
            let error = depth(&mut store, 100_000).expect_err("100,000 frames do not fit");
            assert_eq!(error.trap(), Some(Trap::StackOverflow));
            assert!(depth(&mut store, 100).is_ok());
        },
    );
}

#[test]
fn memory_growth_is_limited() {
    each_mode(
        |_| {},
        |engine| {
            let limits = StoreLimitsBuilder::new().memory_size(10 << 16).build();
            let mut store = Store::new(engine, limits);
            store.limiter(|limits: &mut StoreLimits| limits);
            let guest = instance(
                &mut store,
                r#"(module
                    (memory (export "memory") 1)
                    (func (export "greedy") (result i32)
                      (loop $more
                        (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
                      (memory.size))
                    (func (export "all") (result i32) (memory.grow (i32.const 65535)))
                    (func (export "too_much") (result i32) (memory.grow (i32.const -1))))"#,
            );
            assert_eq!(call_i32(&mut store, guest, "all"), -1);
            assert_eq!(call_i32(&mut store, guest, "too_much"), -1);
            assert_eq!(call_i32(&mut store, guest, "greedy"), 10);
            let memory = guest
                .get_memory(&mut store, "memory")
                .expect("the export exists");
            assert_eq!(memory.size(&store), 10);
        },
    );
}

#[test]
fn table_growth_is_limited() {
    each_mode(
        |_| {},
        |engine| {
            let limits = StoreLimitsBuilder::new().table_elements(1000).build();
            let mut store = Store::new(engine, limits);
            store.limiter(|limits: &mut StoreLimits| limits);
            let guest = instance(
                &mut store,
                r#"(module
                    (table 0 funcref)
                    (func (export "greedy") (result i32)
                      (loop $more
                        (br_if $more (i32.ne (table.grow (ref.null func) (i32.const 100))
                          (i32.const -1))))
                      (table.size))
                    (func (export "too_much") (result i32)
                      (table.grow (ref.null func) (i32.const -1))))"#,
            );
            assert_eq!(call_i32(&mut store, guest, "too_much"), -1);
            assert_eq!(call_i32(&mut store, guest, "greedy"), 1000);
        },
    );
}

#[test]
fn refused_growth_traps_when_asked_to() {
    each_mode(
        |_| {},
        |engine| {
            let limits = StoreLimitsBuilder::new()
                .memory_size(1 << 16)
                .table_elements(1)
                .trap_on_grow_failure(true)
                .build();
            let mut store = Store::new(engine, limits);
            store.limiter(|limits: &mut StoreLimits| limits);
            let guest = instance(
                &mut store,
                r#"(module
                    (memory 1) (table 1 funcref)
                    (func (export "memory") (result i32) (memory.grow (i32.const 1)))
                    (func (export "table") (result i32)
                      (table.grow (ref.null func) (i32.const 1)))
                    (func (export "ok") (result i32) (memory.size)))"#,
            );
            for name in ["memory", "table"] {
                assert!(call(&mut store, guest, name, &[]).is_err(), "{name}");
                assert_eq!(call_i32(&mut store, guest, "ok"), 1);
            }
        },
    );
}

#[test]
fn initial_sizes_are_limited() {
    each_mode(
        |_| {},
        |engine| {
            let limits = StoreLimitsBuilder::new()
                .memory_size(1 << 16)
                .table_elements(10)
                .build();
            let mut store = Store::new(engine, limits);
            store.limiter(|limits: &mut StoreLimits| limits);
            for text in [
                "(module (memory 65536))",
                "(module (table 10000000 funcref))",
            ] {
                let module = Module::new(engine, support::wat(text)).expect("the module is valid");
                assert!(Instance::new(&mut store, &module, &[]).is_err(), "{text}");
            }
            let module = Module::new(engine, support::wat("(module (memory 1))")).expect("valid");
            assert!(Instance::new(&mut store, &module, &[]).is_ok());
        },
    );
}

#[test]
fn instances_are_limited() {
    each_mode(
        |_| {},
        |engine| {
            let limits = StoreLimitsBuilder::new().instances(10).build();
            let mut store = Store::new(engine, limits);
            store.limiter(|limits: &mut StoreLimits| limits);
            let module = Module::new(engine, support::wat("(module)")).expect("valid");
            for _ in 0..10 {
                Instance::new(&mut store, &module, &[]).expect("within the limit");
            }
            assert!(Instance::new(&mut store, &module, &[]).is_err());
        },
    );
}

/// Many nested constructs: validation and translation must neither recurse nor be quadratic.
#[test]
fn deep_nesting_is_no_problem() {
    const DEPTH: usize = 100_000;
    each_mode(
        |config| {
            config.consume_fuel(true).wasm_legacy_exceptions(true);
        },
        |engine| {
            let blocks = format!(
                "(module (func (export \"f\") (result i32) {} {} i32.const 42))",
                "block ".repeat(DEPTH),
                "end ".repeat(DEPTH)
            );
            let loops = format!(
                "(module (func (export \"f\") (result i32) {} i32.const 42 {}))",
                "loop (result i32) ".repeat(DEPTH),
                "end ".repeat(DEPTH)
            );
            let ifs = format!(
                "(module (func (export \"f\") (result i32) {} {} i32.const 42))",
                "i32.const 1 if ".repeat(DEPTH),
                "end ".repeat(DEPTH)
            );
            let values = format!(
                "(module (func (export \"f\") (result i32) i32.const 42 {} {}))",
                "block (param i32) (result i32) ".repeat(DEPTH),
                "end ".repeat(DEPTH)
            );
            let out = format!(
                "(module (func (export \"f\") (result i32) {} i32.const 42 br {DEPTH} {} i32.const 1))",
                "block ".repeat(DEPTH),
                "end ".repeat(DEPTH)
            );
            // What a clause has caught takes a slot of the frame.
            let clauses = format!(
                "(module (tag) (func (export \"f\") (result i32) {} i32.const 42 {}))",
                "try (result i32) throw 0 catch_all ".repeat(DEPTH / 2),
                "end ".repeat(DEPTH / 2)
            );
            let mut delegates = format!(
                "(module (tag) (func $throw throw 0)
                    (func (export \"f\") (result i32) try (result i32) {} call $throw ",
                "try ".repeat(DEPTH)
            );
            for depth in (0..DEPTH).rev() {
                let _ = write!(delegates, "delegate {depth} ");
            }
            delegates.push_str("i32.const 1 catch_all i32.const 42 end))");
            for text in [blocks, loops, ifs, values, out, clauses, delegates] {
                let mut store = Store::new(engine, ());
                store.set_fuel(10_000_000).expect("fuel is configured");
                let guest = instance(&mut store, &text);
                assert_eq!(call_i32(&mut store, guest, "f"), 42, "{}", &text[..60]);
            }
        },
    );
}

/// What exceeds a limit of the implementation is an error, at the latest when it is called.
#[test]
fn huge_functions_run_or_are_refused() {
    each_mode(
        |_| {},
        |engine| {
            let operands = format!(
                "(module (func (export \"f\") (result i32) {} {}))",
                "i32.const 1 ".repeat(100_000),
                "i32.add ".repeat(99_999)
            );
            let locals = format!(
                "(module (func (export \"f\") (result i32) (local {}) local.get 49999))",
                "i32 ".repeat(50_000)
            );
            let table = format!(
                "(module (func (export \"f\") (result i32)
                   block block i32.const 5 br_table {} end end i32.const 3))",
                "0 1 ".repeat(50_000)
            );
            for (text, result) in [(operands, 100_000), (locals, 0), (table, 3)] {
                let module = Module::new(engine, support::wat(&text));
                let mut store = Store::new(engine, ());
                let outcome = module.and_then(|module| {
                    let guest = Instance::new(&mut store, &module, &[])?;
                    call(&mut store, guest, "f", &[])
                });
                match outcome {
                    Ok(results) => assert_eq!(results[0].unwrap_i32(), result),
                    Err(error) => assert!(
                        matches!(error.kind(), ErrorKind::Limit(_) | ErrorKind::Trap(_)),
                        "{error}"
                    ),
                }
            }
        },
    );
}

const CALLS_BACK: &str = r#"(module
    (import "host" "again" (func $again (param i32) (result i32)))
    (func (export "f") (param i32) (result i32)
      (call $again (i32.add (local.get 0) (i32.const 1))))
    (func (export "ok") (result i32) (i32.const 42)))"#;

/// Guest and host call each other without end: the native stack must hold.
#[test]
fn endless_re_entrance_is_stopped() {
    each_mode(
        |_| {},
        |engine| {
            let mut store = Store::new(engine, 0_u32);
            let mut linker = Linker::<u32>::new(engine);
            linker
                .func_wrap(
                    "host",
                    "again",
                    |mut caller: Caller<'_, u32>, depth: i32| {
                        *caller.data_mut() += 1;
                        let func = caller.get_export("f").and_then(Extern::into_func);
                        let func: Func = func.ok_or_else(|| Error::msg("no export f"))?;
                        let mut results = [Val::I32(0)];
                        func.call(&mut caller, &[Val::I32(depth)], &mut results)?;
                        Ok::<i32, Error>(results[0].unwrap_i32())
                    },
                )
                .expect("defined");
            let module = Module::new(engine, support::wat(CALLS_BACK)).expect("valid");
            let guest = linker
                .instantiate(&mut store, &module)
                .expect("instantiated");
            for _ in 0..3 {
                let error = call(&mut store, guest, "f", &[Val::I32(0)]).expect_err("stopped");
                assert_eq!(error.trap(), Some(Trap::StackOverflow), "{error}");
                assert!(*store.data() >= 10, "only {} levels", store.data());
                assert_eq!(call_i32(&mut store, guest, "ok"), 42);
            }
        },
    );
}

/// The same through instantiation: a start function that instantiates its own module again.
#[test]
fn endless_instantiation_is_stopped() {
    each_mode(
        |_| {},
        |engine| {
            let text = r#"(module
                (import "host" "again" (func $again (param funcref)))
                (elem declare func $again)
                (func $start (call $again (ref.func $again)))
                (start $start))"#;
            let module = Module::new(engine, support::wat(text)).expect("valid");
            let mut store = Store::new(engine, ());
            let nested = module.clone();
            let again = Func::wrap(
                &mut store,
                move |mut caller: Caller<'_, ()>, me: Option<Func>| {
                    let me = me.ok_or_else(|| Error::msg("null"))?;
                    Instance::new(&mut caller, &nested, &[me.into()]).map(drop)
                },
            );
            for _ in 0..3 {
                let error =
                    Instance::new(&mut store, &module, &[again.into()]).expect_err("stopped");
                assert_eq!(error.trap(), Some(Trap::StackOverflow), "{error}");
            }
            let guest = instance(&mut store, LOOPS);
            assert_eq!(call_i32(&mut store, guest, "ok"), 42);
        },
    );
}

/// Host functions that fail leave the store usable, and their error reaches the caller.
#[test]
fn host_errors_pass_through() {
    #[derive(Debug)]
    struct Mine(u32);
    impl core::fmt::Display for Mine {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            write!(f, "mine {}", self.0)
        }
    }
    impl core::error::Error for Mine {}

    each_mode(
        |_| {},
        |engine| {
            let mut store = Store::new(engine, ());
            let mut linker = Linker::<()>::new(engine);
            linker
                .func_wrap("host", "again", |value: i32| {
                    Err::<i32, Error>(Error::host(Mine(value as u32)))
                })
                .expect("defined");
            let module = Module::new(engine, support::wat(CALLS_BACK)).expect("valid");
            let guest = linker
                .instantiate(&mut store, &module)
                .expect("instantiated");
            for value in 0..1000 {
                let error = call(&mut store, guest, "f", &[Val::I32(value)]).expect_err("fails");
                let mine = error.downcast_ref::<Mine>().expect("the host's own error");
                assert_eq!(mine.0, value as u32 + 1);
            }
            assert_eq!(call_i32(&mut store, guest, "ok"), 42);
        },
    );
}

/// Traps deep inside leave nothing behind: a million of them change nothing.
#[test]
fn traps_do_not_leak_stack() {
    each_mode(
        |_| {},
        |engine| {
            let mut store = Store::new(engine, ());
            let guest = instance(
                &mut store,
                r#"(module
                    (memory 1)
                    (func $deep (param i32)
                      (if (local.get 0)
                        (then (call $deep (i32.sub (local.get 0) (i32.const 1))))
                        (else (unreachable))))
                    (func (export "trap") (call $deep (i32.const 20)))
                    (func (export "bounds") (drop (i64.load offset=65529 (i32.const 0))))
                    (func (export "ok") (result i32) (i32.const 42)))"#,
            );
            for _ in 0..20_000 {
                assert_eq!(trap_of(&mut store, guest, "trap"), Some(Trap::Unreachable));
                assert_eq!(
                    trap_of(&mut store, guest, "bounds"),
                    Some(Trap::MemoryOutOfBounds)
                );
            }
            assert_eq!(call_i32(&mut store, guest, "ok"), 42);
        },
    );
}
