//! Which backend executes, and what the compiler's settings change: nothing that can be seen.

use super::{call, call_i32, instantiate, module, trap};
#[cfg(not(feature = "jit"))]
use diptych::ErrorKind;
use diptych::{
    BackendKind, CompilationMode, Config, Engine, Instance, Linker, OptLevel, Store, Trap, Val,
};
use std::sync::Mutex;

const PROGRAM: &str = r#"(module
    (memory (export "memory") 1 2)
    (func (export "sum") (param i32) (result i32) (local i32)
        (loop $more
            (local.set 1 (i32.add (local.get 1) (i32.load (i32.shl (local.get 0) (i32.const 2)))))
            (br_if $more (i32.ge_s (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))
                (i32.const 0))))
        (local.get 1))
    (func (export "store") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
    (func (export "grow") (result i32) (memory.grow (i32.const 1)))
    (func (export "div") (param i32 i32) (result i32)
        (i32.div_s (local.get 0) (local.get 1))))"#;

fn run_program(engine: &Engine) {
    let mut store = Store::new(engine, ());
    let instance = instantiate(&mut store, PROGRAM);
    for i in 0..10 {
        let args = [Val::I32(4 * i), Val::I32(i)];
        call(&mut store, instance, "store", &args).expect("it is inside");
    }
    let sum = call_i32(&mut store, instance, "sum", &[Val::I32(9)]);
    assert_eq!(sum.expect("it is inside"), 45);
    let mut store_at = |at: u32| {
        let args = [Val::I32(at as i32), Val::I32(1)];
        call(&mut store, instance, "store", &args).map(drop)
    };
    store_at(65_532).expect("it is inside");
    for outside in [65_533, 65_536, 131_068, 1 << 31, u32::MAX] {
        assert_eq!(trap(store_at(outside)), Trap::MemoryOutOfBounds);
    }
    let grown = call_i32(&mut store, instance, "grow", &[]);
    assert_eq!(grown.expect("there is room"), 1);
    let args = [Val::I32(131_068), Val::I32(1)];
    call(&mut store, instance, "store", &args).expect("it is inside now");
    let args = [Val::I32(131_069), Val::I32(1)];
    let outside = call(&mut store, instance, "store", &args);
    assert_eq!(trap(outside), Trap::MemoryOutOfBounds);
    for (a, b, expected) in [
        (1, 0, Trap::IntegerDivideByZero),
        (i32::MIN, -1, Trap::IntegerOverflow),
    ] {
        let args = [Val::I32(a), Val::I32(b)];
        assert_eq!(trap(call(&mut store, instance, "div", &args)), expected);
    }
}

/// The settings are the compiler's; the interpreter takes no notice of them.
#[test]
fn settings_of_the_compiler_change_nothing_that_can_be_seen() {
    let kinds: &[BackendKind] = &[
        BackendKind::Auto,
        BackendKind::Interp,
        #[cfg(feature = "jit")]
        BackendKind::Jit,
        BackendKind::Alternating,
    ];
    for &kind in kinds {
        for level in [OptLevel::None, OptLevel::Speed, OptLevel::SpeedAndSize] {
            for (signals, guard) in [(true, true), (true, false), (false, true), (false, false)] {
                for mode in [
                    CompilationMode::Lazy,
                    CompilationMode::FullyLazy,
                    CompilationMode::Eager,
                ] {
                    let mut config = Config::new();
                    config
                        .backend(kind)
                        .opt_level(level)
                        .signals_based_traps(signals)
                        .memory_guard(guard)
                        .compilation(mode);
                    let engine = Engine::new(&config).expect("the backend is compiled in");
                    println!("{kind:?} {level:?} {signals} {guard} {mode:?}");
                    // Twice: where backends take turns, by each of them.
                    run_program(&engine);
                    run_program(&engine);
                }
            }
        }
    }
}

#[cfg(not(feature = "jit"))]
#[test]
fn a_backend_that_is_not_compiled_in_is_an_error() {
    let mut config = Config::new();
    config.backend(BackendKind::Jit);
    let error = Engine::new(&config).expect_err("there is no compiler");
    assert!(matches!(error.kind(), ErrorKind::Unsupported(_)), "{error}");
    assert!(error.to_string().contains("`jit`"), "{error}");
}

/// Engines of all kinds in one process, and their stores on one thread by turns: a guest of one
/// calls the host, which calls a guest of the other.
#[test]
fn engines_of_different_backends_run_inside_each_other() {
    let kinds: &[BackendKind] = &[
        BackendKind::Interp,
        #[cfg(feature = "jit")]
        BackendKind::Jit,
        BackendKind::Alternating,
    ];
    let engine = |&kind: &BackendKind| {
        let mut config = Config::new();
        config.backend(kind);
        Engine::new(&config).expect("the backend is compiled in")
    };
    let engines: Vec<Engine> = kinds.iter().map(engine).collect();
    for outer in &engines {
        for inner in &engines {
            let mut inside = Store::new(inner, ());
            let program = module(inner, PROGRAM);
            let program = Instance::new(&mut inside, &program, &[]).expect("nothing is imported");
            let inside = Mutex::new(inside);
            let mut linker = Linker::new(outer);
            linker
                .func_wrap("host", "div", move |a: i32, b: i32| {
                    let args = [Val::I32(a), Val::I32(b)];
                    let mut inside = inside.lock().expect("no guest panics");
                    call_i32(&mut *inside, program, "div", &args)
                })
                .expect("the name is free");
            let text = r#"(module
                (import "host" "div" (func $div (param i32 i32) (result i32)))
                (memory 1)
                (func (export "run") (param i32 i32) (result i32)
                    (i32.add (call $div (local.get 0) (local.get 1))
                        (i32.load (local.get 1)))))"#;
            let mut outside = Store::new(outer, ());
            let instance = linker
                .instantiate(&mut outside, &module(outer, text))
                .expect("all is there");
            let mut run = |a, b| {
                let args = [Val::I32(a), Val::I32(b)];
                call_i32(&mut outside, instance, "run", &args)
            };
            for _ in 0..3 {
                assert_eq!(run(12, 4).expect("nothing traps"), 3);
                assert_eq!(trap(run(1, 0)), Trap::IntegerDivideByZero);
                // The inner guest returns, and then the outer one traps.
                assert_eq!(trap(run(1, -1)), Trap::MemoryOutOfBounds);
            }
        }
    }
}
