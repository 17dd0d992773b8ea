//! Compiled code, end to end, on engines of the compiler alone.

use diptych_core::{CompilationMode, Config, Engine, Instance, Module, Store, Trap};

/// Engines with every way of trapping, of checking memory and of compiling.
fn engines() -> Vec<(String, Engine)> {
    let mut engines = Vec::new();
    for signals in [true, false] {
        for guard in [true, false] {
            for mode in [CompilationMode::Lazy, CompilationMode::Eager] {
                let mut config = Config::new();
                config
                    .signals_based_traps(signals)
                    .memory_guard(guard)
                    .compilation(mode);
                let engine = Engine::with_backends(&config, &[diptych_jit::backend()])
                    .expect("there is a compiler");
                let name = format!("signals: {signals}, guard: {guard}, {mode:?}");
                engines.push((name, engine));
            }
        }
    }
    engines
}

#[test]
fn functions_call_each_other() {
    let text = r#"(module
        (func $fib (export "fib") (param i32) (result i32)
            (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
                (then (local.get 0))
                (else (i32.add
                    (call $fib (i32.sub (local.get 0) (i32.const 1)))
                    (call $fib (i32.sub (local.get 0) (i32.const 2))))))))"#;
    let bytes = wat::parse_str(text).expect("the text is right");
    for (name, engine) in engines() {
        let module = Module::new(&engine, &bytes).expect("it is valid");
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).expect("nothing is imported");
        let fib = instance
            .get_typed_func::<i32, i32>(&mut store, "fib")
            .expect("it is exported");
        assert_eq!(fib.call(&mut store, 20).expect("it ends"), 6765, "{name}");
    }
}

#[test]
fn what_fails_traps() {
    let text = r#"(module
        (memory 1)
        (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
        (func (export "div") (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))
        (func $deep (export "deep") (param i32) (result i32)
            (i32.add (call $deep (local.get 0)) (i32.const 1)))
        (func (export "unreachable") (param i32) (result i32) unreachable))"#;
    let bytes = wat::parse_str(text).expect("the text is right");
    for (name, engine) in engines() {
        let module = Module::new(&engine, &bytes).expect("it is valid");
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).expect("nothing is imported");
        for (func, trap) in [
            ("load", Trap::MemoryOutOfBounds),
            ("div", Trap::IntegerDivideByZero),
            ("unreachable", Trap::Unreachable),
            ("deep", Trap::StackOverflow),
        ] {
            let argument = if func == "load" { 0x1_0000 - 3 } else { 0 };
            let func = instance
                .get_typed_func::<i32, i32>(&mut store, func)
                .expect("it is exported");
            let error = func.call(&mut store, argument).expect_err("it traps");
            assert_eq!(error.trap(), Some(trap), "{name}: {error:?}");
            assert!(error.backtrace().is_some_and(|trace| !trace.frames().is_empty()));
        }
    }
}
