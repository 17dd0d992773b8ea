//! Compiled code, end to end, on engines of the compiler alone.

use diptych_core::types::FuncIdx;
use diptych_core::{
    Caller, CompilationMode, Config, Engine, Error, Func, Instance, Module, Result, ResumableCall,
    Store, Trap, Val,
};

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
            assert!(
                error
                    .backtrace()
                    .is_some_and(|trace| !trace.frames().is_empty())
            );
        }
    }
}

/// Results by the host, by value and where the guest was suspended.
#[test]
fn a_guest_waits_for_the_host() {
    let text = r#"(module
        (import "" "wait" (func $wait (param i32 f64) (result i64 f32)))
        (func (export "sum") (param i32) (result f64) (local $sum f64) (local $f f32)
            (loop $again
                (call $wait (local.get 0) (f64.const 2.5))
                local.set $f
                f64.convert_i64_s
                local.get $sum
                f64.add
                local.set $sum
                (local.set $sum (f64.add (local.get $sum) (f64.promote_f32 (local.get $f))))
                (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
            (local.get $sum)))"#;
    let bytes = wat::parse_str(text).expect("the text is right");
    for (name, engine) in engines() {
        let module = Module::new(&engine, &bytes).expect("it is valid");
        let mut store = Store::new(&engine, Vec::new());
        let wait = Func::wrap(
            &mut store,
            |mut caller: Caller<'_, Vec<i32>>, a: i32, _: f64| -> Result<(i64, f32), Error> {
                caller.data_mut().push(a);
                Err(Error::msg("not yet"))
            },
        );
        let instance = Instance::new(&mut store, &module, &[wait.into()]).expect("it fits");
        let sum = instance
            .get_func(&mut store, "sum")
            .expect("it is exported");
        let mut results = [Val::I32(0)];
        let mut call = sum
            .call_resumable(&mut store, &[Val::I32(3)], &mut results)
            .expect("it is suspended");
        let mut rounds = 0;
        while let ResumableCall::Suspended(guest) = call {
            assert_eq!(guest.error().to_string(), "not yet", "{name}");
            rounds += 1;
            // Another guest in between, which is given up.
            let mut unused = [Val::I32(0)];
            let given_up = sum.call_resumable(&mut store, &[Val::I32(100)], &mut unused);
            assert!(
                matches!(given_up, Ok(ResumableCall::Suspended(_))),
                "{name}"
            );
            let values = [Val::I64(rounds * 10), Val::from(0.5f32)];
            // On another thread, too.
            call = std::thread::scope(|scope| {
                let resume = || guest.resume(&mut store, &values, &mut results);
                scope.spawn(resume).join().expect("no panic")
            })
            .expect("it goes on");
        }
        assert_eq!(rounds, 3, "{name}");
        assert_eq!(results[0].unwrap_f64(), 61.5, "{name}");
        assert_eq!(store.data(), &[3, 100, 2, 100, 1, 100], "{name}");
        assert_eq!(
            sum.call(&mut store, &[Val::I32(1)], &mut results)
                .expect_err("it fails")
                .to_string(),
            "not yet"
        );
    }
}

/// Both the compiler's representation and the machine's instructions are shown.
#[test]
fn code_can_be_read() {
    let text = r#"(module (func (param i32) (result i32)
        (i32.mul (local.get 0) (local.get 0))))"#;
    let bytes = wat::parse_str(text).expect("the text is right");
    for (name, engine) in engines() {
        let module = Module::new(&engine, &bytes).expect("it is valid");
        let code = module.disassemble(FuncIdx(0)).expect("it is there");
        assert!(code.contains("imul"), "{name}: {code}");
        let machine = code.rsplit('}').next().expect("there is text");
        assert!(machine.contains("ret"), "{name}: {code}");
    }
}
