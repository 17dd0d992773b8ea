//! Programs with threads, in the world of an embedder.

use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;
use diptych::{
    Config, Engine, Error, ErrorKind, Linker, Module, Result, Store, StoreLimits,
    StoreLimitsBuilder, Trap,
};
use diptych_wasi::{WasiCtx, WasiCtxBuilder, WasiThreads, WritePipe};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

/// A program with these functions, of which `$thread` is what its threads do and `_start` what the
/// first does.
fn program(functions: &str) -> String {
    format!(
        r#"(module
            (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
            (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
            (import "env" "memory" (memory 1 2 shared))
            (import "host" "call" (func $host (param i32)))
            (export "memory" (memory 0))
            (func $forever
                (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))))
            (export "wasi_thread_start" (func $thread))
            {functions})"#
    )
}

/// What is told of a run.
struct Guest {
    config: Config,
    fuel: Option<u64>,
    max_threads: usize,
    /// How many stores can be made.
    stores: u32,
    limits: StoreLimits,
    host: fn(i32),
}

impl Guest {
    fn new() -> Self {
        let mut config = Config::new();
        config.interruption(true);
        Self {
            config,
            fuel: None,
            max_threads: 8,
            stores: u32::MAX,
            limits: StoreLimits::default(),
            host: |_| {},
        }
    }

    fn run(self, functions: &str) -> Result<()> {
        self.run_and(functions, |_| {})
    }

    /// Runs a program, when `before` has had its store.
    fn run_and(self, functions: &str, before: impl FnOnce(&mut Store<WasiCtx>)) -> Result<()> {
        let engine = Engine::with_backends(&self.config, &[diptych_interp::backend()])?;
        let module = Module::new(&engine, wat::parse_str(program(functions)).unwrap())?;
        assert!(diptych_wasi::spawns_threads(&module));
        let mut linker = Linker::<WasiCtx>::new(&engine);
        diptych_wasi::add_to_linker(&mut linker, |wasi| wasi)?;
        diptych_wasi::add_threads_to_linker(&mut linker, |wasi| wasi)?;
        linker.func_wrap("host", "call", self.host)?;
        let wasi = WasiCtxBuilder::new().stdout(WritePipe::new()).build();
        let (left, fuel) = (AtomicU32::new(self.stores), self.fuel);
        let threads = WasiThreads::new(wasi, self.max_threads, move |wasi| {
            if left.fetch_sub(1, Ordering::Relaxed) == 0 {
                return Err(Error::msg("no more stores"));
            }
            let mut store = Store::new(&engine, wasi);
            if let Some(fuel) = fuel {
                store.set_fuel(fuel)?;
            }
            Ok(store)
        });
        let mut store = threads.store()?;
        let mut limits = self.limits;
        diptych_wasi::define_shared_memories(&mut linker, &mut store, &module, &mut limits)?;
        before(&mut store);
        let program = linker.instantiate_pre(&module)?;
        let ended = threads.run(&mut store, &program, |store, instance| {
            instance
                .get_typed_func::<(), ()>(&mut *store, "_start")?
                .call(store, ())
        });
        let again = threads.run(&mut store, &program, |_, _| Ok::<_, Error>(()));
        assert!(again.is_err(), "threads are run once");
        ended
    }
}

fn trap(outcome: Result<()>) -> Option<Trap> {
    outcome.expect_err("it does not end well").trap()
}

const WAITS: &str = "(func $thread (param i32 i32) (call $forever))";

#[test]
fn the_number_of_threads_is_bounded() {
    let mut guest = Guest::new();
    guest.max_threads = 3;
    // The exit code: four threads, the last of which there is not, and numbers from 1.
    let start = r#"(func (export "_start")
        (if (i32.ne (call $spawn (i32.const 0)) (i32.const 1)) (then unreachable))
        (if (i32.ne (call $spawn (i32.const 0)) (i32.const 2)) (then unreachable))
        (if (i32.ne (call $spawn (i32.const 0)) (i32.const 3)) (then unreachable))
        (call $exit (call $spawn (i32.const 0))))"#;
    let error = guest.run(&format!("{WAITS}{start}")).expect_err("it exits");
    assert_eq!(error.exit_code(), Some(-6));
}

#[test]
fn a_thread_that_has_ended_makes_room() {
    let mut guest = Guest::new();
    guest.max_threads = 1;
    let text = r#"
        (func $thread (param $id i32) (param i32)
            (i32.atomic.store (i32.const 4) (local.get $id))
            (drop (memory.atomic.notify (i32.const 4) (i32.const 1))))
        (func (export "_start") (local $last i32) (local $id i32)
            (loop $next
                (local.set $id (call $spawn (i32.const 0)))
                (br_if $next (i32.lt_s (local.get $id) (i32.const 0)))
                (if (i32.le_s (local.get $id) (local.get $last)) (then unreachable))
                (loop $wait
                    (drop (memory.atomic.wait32
                        (i32.const 4) (local.get $last) (i64.const -1)))
                    (br_if $wait (i32.ne
                        (i32.atomic.load (i32.const 4)) (local.get $id))))
                (local.set $last (local.get $id))
                (br_if $next (i32.lt_s (local.get $id) (i32.const 50)))))"#;
    guest.run(text).expect("nothing goes wrong");
}

#[test]
fn a_store_that_cannot_be_made_is_a_thread_that_is_not_started() {
    let mut guest = Guest::new();
    guest.stores = 2;
    let start = r#"(func (export "_start")
        (if (i32.ne (call $spawn (i32.const 0)) (i32.const 1)) (then unreachable))
        (call $exit (call $spawn (i32.const 0))))"#;
    let error = guest.run(&format!("{WAITS}{start}")).expect_err("it exits");
    assert_eq!(error.exit_code(), Some(-6));
}

#[test]
fn the_first_end_is_everybodys() {
    let busy = "(func $thread (param i32 i32) (loop $l (br $l)))";
    let returns = r#"(func (export "_start") (drop (call $spawn (i32.const 0))))"#;
    Guest::new()
        .run(&format!("{WAITS}{returns}"))
        .expect("it returns");
    Guest::new()
        .run(&format!("{busy}{returns}"))
        .expect("it returns");

    let spawns = |then: &str| {
        format!(r#"(func (export "_start") (drop (call $spawn (i32.const 7))) {then})"#)
    };
    let exits = "(func $thread (param i32 i32) (call $exit (local.get 1)))";
    let traps = "(func $thread (param i32 i32) unreachable)";
    for then in ["(call $forever)", "(loop $l (br $l))"] {
        let error = Guest::new()
            .run(&format!("{exits}{}", spawns(then)))
            .expect_err("it exits");
        assert_eq!(error.exit_code(), Some(7));
        let outcome = Guest::new().run(&format!("{traps}{}", spawns(then)));
        assert_eq!(trap(outcome), Some(Trap::Unreachable));
    }
    let outcome = Guest::new().run(&format!("{busy}{}", spawns("unreachable")));
    assert_eq!(trap(outcome), Some(Trap::Unreachable));
}

#[test]
fn who_interrupts_the_first_thread_ends_all() {
    let start = r#"(func (export "_start")
        (drop (call $spawn (i32.const 0))) (call $forever))"#;
    let outcome = Guest::new().run_and(&format!("{WAITS}{start}"), |store| {
        let handle = store.interrupt_handle();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            handle.interrupt();
        });
    });
    assert_eq!(trap(outcome), Some(Trap::Interrupted));
}

#[test]
fn all_threads_have_the_fuel_of_the_first() {
    let run = |fuel: u64, text: &str| {
        let mut guest = Guest::new();
        guest.config.consume_fuel(true);
        guest.fuel = Some(fuel);
        guest.run(text)
    };
    let busy = r#"
        (func $thread (param i32 i32) (loop $l (br $l)))
        (func (export "_start")
            (drop (call $spawn (i32.const 0)))
            (drop (call $spawn (i32.const 0)))
            (loop $l (br $l)))"#;
    assert_eq!(trap(run(1_000_000, busy)), Some(Trap::OutOfFuel));
    // Each thread starts another, so there would be no end if each had as much.
    let chain = r#"
        (func $thread (param i32 i32)
            (loop $again
                (br_if $again (i32.lt_s (call $spawn (i32.const 0)) (i32.const 0)))))
        (func (export "_start") (drop (call $spawn (i32.const 0))) (call $forever))"#;
    assert_eq!(trap(run(10_000, chain)), Some(Trap::OutOfFuel));
    // What threads leave is for others: half of it, halved a hundred times, would be nothing.
    let many = r#"
        (func $thread (param $id i32) (param i32)
            (drop (i32.atomic.rmw.add (i32.const 4) (i32.const 1)))
            (drop (memory.atomic.notify (i32.const 4) (i32.const 1))))
        (func (export "_start") (local $i i32)
            (loop $next
                (br_if $next (i32.lt_s (call $spawn (i32.const 0)) (i32.const 0)))
                (drop (memory.atomic.wait32 (i32.const 4) (local.get $i) (i64.const -1)))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br_if $next (i32.lt_u (local.get $i) (i32.const 100)))))"#;
    run(1_000_000, many).expect("there is enough");
}

#[test]
fn the_memory_is_made_within_limits() {
    let mut guest = Guest::new();
    guest.limits = StoreLimitsBuilder::new().memory_size(1 << 15).build();
    let start = r#"(func (export "_start"))"#;
    let error = guest
        .run(&format!("{WAITS}{start}"))
        .expect_err("it is too large");
    assert!(matches!(error.kind(), ErrorKind::Limit(_)), "{error}");
}

#[test]
fn an_engine_that_cannot_end_threads_runs_none() {
    let mut guest = Guest::new();
    guest.config.interruption(false);
    let start = r#"(func (export "_start"))"#;
    let error = guest
        .run(&format!("{WAITS}{start}"))
        .expect_err("it is refused");
    assert!(error.to_string().contains("interruption"), "{error}");
}

#[test]
fn a_panic_of_the_hosts_in_a_thread_goes_to_who_runs_it() {
    let mut guest = Guest::new();
    guest.host = |_| panic!("of the host's");
    let text = r#"
        (func $thread (param i32 i32) (call $host (i32.const 0)))
        (func (export "_start") (drop (call $spawn (i32.const 0))) (call $forever))"#;
    let panic = catch_unwind(AssertUnwindSafe(|| guest.run(text))).expect_err("it panics");
    assert_eq!(panic.downcast_ref(), Some(&"of the host's"));
}

/// Nothing of the threads is left when they have ended.
#[test]
fn what_the_threads_had_is_freed() {
    let alive = Arc::new(());
    let engine = Engine::with_backends(
        Config::new().interruption(true),
        &[diptych_interp::backend()],
    )
    .unwrap();
    type Data = (WasiCtx, Arc<()>);
    let text = program(&format!(
        r#"{WAITS}(func (export "_start")
            (drop (call $spawn (i32.const 0))) (drop (call $spawn (i32.const 0))))"#
    ));
    let module = Module::new(&engine, wat::parse_str(text).unwrap()).unwrap();
    let mut linker = Linker::<Data>::new(&engine);
    diptych_wasi::add_to_linker(&mut linker, |data| &mut data.0).unwrap();
    diptych_wasi::add_threads_to_linker(&mut linker, |data| &mut data.0).unwrap();
    linker.func_wrap("host", "call", |_: i32| {}).unwrap();
    let kept = Arc::clone(&alive);
    let wasi = WasiCtxBuilder::new().build();
    let threads = WasiThreads::new(wasi, 2, move |wasi| {
        Ok(Store::new(&engine, (wasi, Arc::clone(&kept))))
    });
    let mut store = threads.store().unwrap();
    let mut limits = StoreLimits::default();
    diptych_wasi::define_shared_memories(&mut linker, &mut store, &module, &mut limits).unwrap();
    let program = linker.instantiate_pre(&module).unwrap();
    threads
        .run(&mut store, &program, |store, instance| {
            instance
                .get_typed_func::<(), ()>(&mut *store, "_start")?
                .call(&mut *store, ())?;
            assert!(Arc::strong_count(&alive) >= 3);
            Ok::<_, Error>(())
        })
        .unwrap();
    assert_eq!(
        Arc::strong_count(&alive),
        3,
        "the first store, and what makes stores"
    );
    drop((store, threads));
    assert_eq!(Arc::strong_count(&alive), 1);
}
