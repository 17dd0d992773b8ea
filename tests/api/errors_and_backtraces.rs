//! What an error tells: its kind, its causes, and where the guest was.

use super::{call, exported, instantiate, module, on_each_engine, on_each_engine_with, trap};
use core::error::Error as _;
use diptych::{
    Backtrace, Caller, Error, ErrorKind, Extern, Func, Instance, Linker, Module, Result,
    ResumableCall, Store, SuspendedCall, Trap, Val,
};

/// The names of a backtrace's functions, innermost first.
fn names(backtrace: &Backtrace) -> Vec<String> {
    backtrace
        .frames()
        .iter()
        .map(|frame| {
            let module = frame.module().name().unwrap_or("?");
            let func = frame.func_name();
            let func = func.unwrap_or_else(|| frame.func_index().0.to_string());
            format!("{module}.{func}")
        })
        .collect()
}

fn error_names(error: &Error) -> Vec<String> {
    names(error.backtrace().expect("a guest ran"))
}

#[test]
fn every_kind_of_error_says_what_is_wrong() {
    on_each_engine(|engine| {
        let invalid = Module::new(engine, "(module (func (result i32)))").expect_err("invalid");
        assert!(
            matches!(invalid.kind(), ErrorKind::InvalidModule { offset, .. } if *offset > 8),
            "{invalid:?}"
        );
        assert!(invalid.to_string().contains("at offset 0x"), "{invalid}");
        let malformed = Module::new(engine, b"\0asm\x02\0\0\0").expect_err("malformed");
        assert!(matches!(malformed.kind(), ErrorKind::InvalidModule { .. }));
        let text = Module::new(engine, "(module").expect_err("it does not end");
        assert!(matches!(text.kind(), ErrorKind::InvalidText(_)), "{text:?}");
        let file = Module::from_file(engine, "no/such/file.wasm").expect_err("there is none");
        assert!(file.downcast_ref::<std::io::Error>().is_some(), "{file:?}");
        assert!(file.source().is_some());
        for error in [&invalid, &malformed, &text, &file] {
            assert!(error.backtrace().is_none());
            assert!(error.trap().is_none() && error.exit_code().is_none());
        }
        assert_eq!(Error::exit(3).to_string(), "the guest exited with code 3");
        assert_eq!(Error::msg("words").to_string(), "words");
        assert_eq!(
            Error::from(Trap::Unreachable).to_string(),
            "wasm trap: unreachable"
        );
    });
}

#[test]
fn traps_are_what_the_specification_calls_them() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let instance = instantiate(
            &mut store,
            r#"(module
                (memory 1) (table 1 funcref) (elem declare func $f) (type $ty (func))
                (func $f (param i32))
                (func (export "unreachable") unreachable)
                (func (export "divide") (drop (i32.div_s (i32.const 1) (i32.const 0))))
                (func (export "overflow") (drop (i64.div_s
                    (i64.const 0x8000000000000000) (i64.const -1))))
                (func (export "truncate") (drop (i32.trunc_f32_s (f32.const nan))))
                (func (export "large") (drop (i32.trunc_f64_u (f64.const 1e20))))
                (func (export "load") (drop (i32.load (i32.const -1))))
                (func (export "fill") (memory.fill
                    (i32.const 65530) (i32.const 0) (i32.const 7)))
                (func (export "element") (call_indirect (type $ty) (i32.const 1)))
                (func (export "null") (call_indirect (type $ty) (i32.const 0)))
                (func (export "type")
                    (table.set (i32.const 0) (ref.func $f))
                    (call_indirect (type $ty) (i32.const 0)))
                (func (export "table") (table.set (i32.const 1) (ref.null func)))
                (func (export "ref") (call_ref $ty (ref.null $ty)))
                (func $deep (export "stack") (call $deep)))"#,
        );
        for (name, expected) in [
            ("unreachable", Trap::Unreachable),
            ("divide", Trap::IntegerDivideByZero),
            ("overflow", Trap::IntegerOverflow),
            ("truncate", Trap::InvalidConversionToInteger),
            ("large", Trap::IntegerOverflow),
            ("load", Trap::MemoryOutOfBounds),
            ("fill", Trap::MemoryOutOfBounds),
            ("element", Trap::UndefinedElement),
            ("null", Trap::UninitializedElement),
            ("type", Trap::IndirectCallTypeMismatch),
            ("table", Trap::TableOutOfBounds),
            ("ref", Trap::NullFunctionReference),
            ("stack", Trap::StackOverflow),
        ] {
            let error = call(&mut store, instance, name, &[]).expect_err("it traps");
            assert_eq!(error.trap(), Some(expected), "{name}");
            assert_eq!(
                error.to_string(),
                format!("wasm trap: {}", expected.message())
            );
            let cause = error
                .source()
                .and_then(|cause| cause.downcast_ref::<Trap>());
            assert_eq!(cause, Some(&expected));
        }
    });
}

#[test]
fn causes_form_a_chain() {
    #[derive(Debug)]
    struct Outer(Error);
    impl core::fmt::Display for Outer {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            f.write_str("outer")
        }
    }
    impl core::error::Error for Outer {
        fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
            Some(&self.0)
        }
    }

    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let inner = instantiate(
            &mut store,
            r#"(module $inner (func $fail (export "f") unreachable))"#,
        );
        let inner = exported(&mut store, inner, "f");
        let wrap = Func::wrap(
            &mut store,
            move |mut caller: Caller<'_, ()>| -> Result<()> {
                let result = inner.call(&mut caller, &[], &mut []);
                result.map_err(|error| Error::host(Outer(error)))
            },
        );
        let module = module(
            engine,
            r#"(module $outer (import "" "" (func $wrap)) (func $go (export "go") (call $wrap)))"#,
        );
        let instance = Instance::new(&mut store, &module, &[wrap.into()]).expect("it links");
        let error = call(&mut store, instance, "go", &[]).expect_err("it fails");
        let mut chain = vec![error.to_string()];
        let mut next = error.source();
        while let Some(cause) = next {
            chain.push(cause.to_string());
            next = cause.source();
        }
        assert_eq!(
            chain,
            [
                "a host function failed",
                "outer",
                "wasm trap: unreachable",
                "unreachable"
            ]
        );
        // Each of the two errors knows where it came from.
        assert_eq!(error_names(&error), ["outer.go"]);
        let outer = error.downcast_ref::<Outer>().expect("it is the host's");
        assert_eq!(error_names(&outer.0), ["inner.fail", "outer.go"]);
    });
}

#[test]
fn frames_are_in_order_with_names_and_offsets() {
    on_each_engine(|engine| {
        let text = r#"(module $program
            (func $first (export "first") (param i32)
                (call $second (local.get 0)) nop nop)
            (func $second (param i32)
                nop nop
                (if (local.get 0) (then (call 2 (local.get 0)))))
            (func (param i32)
                (drop (i32.div_u (local.get 0) (i32.const 0)))))"#;
        let module = module(engine, text);
        let mut store = Store::new(engine, ());
        let instance = Instance::new(&mut store, &module, &[]).expect("nothing is imported");
        let error = call(&mut store, instance, "first", &[Val::I32(1)]).expect_err("it traps");
        let backtrace = error.backtrace().expect("a guest ran");
        assert!(!backtrace.is_truncated());
        assert_eq!(
            names(backtrace),
            ["program.2", "program.second", "program.first"]
        );
        let bytes = &module.ir().bytes;
        let opcodes: Vec<u8> = backtrace
            .frames()
            .iter()
            .map(|frame| bytes[frame.module_offset()])
            .collect();
        // `i32.div_u`, `call`, `call`.
        assert_eq!(opcodes, [0x6e, 0x10, 0x10]);
        for frame in backtrace.frames() {
            let body = &module.ir().bodies[frame.func_index().index()];
            assert_eq!(
                frame.func_offset(),
                frame.module_offset() - body.start as usize
            );
        }
        let text = backtrace.to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "wasm backtrace:");
        assert!(lines[1].contains("program!<wasm function 2>"), "{text}");
        assert!(lines[2].contains("program!second"), "{text}");
        assert_eq!(lines.len(), 4);
    });
}

#[test]
fn frames_cross_instances_and_the_host() {
    on_each_engine(|engine| {
        let mut linker = Linker::<()>::new(engine);
        linker
            .func_wrap("host", "call", |mut caller: Caller<'_, ()>, func: Func| {
                func.call(&mut caller, &[], &mut [])
            })
            .expect("the name is free");
        let mut store = Store::new(engine, ());
        let leaf = r#"(module $leaf
            (func $trap unreachable)
            (func $leaf (export "leaf") (call $trap)))"#;
        let leaf = instantiate(&mut store, leaf);
        linker
            .instance(&mut store, "leaf", leaf)
            .expect("the names are free");
        let middle = module(
            engine,
            r#"(module $middle
                (import "leaf" "leaf" (func $leaf))
                (import "host" "call" (func $call (param (ref func))))
                (elem declare func $inner)
                (func $inner (call $leaf))
                (func $direct (export "direct") (call $leaf))
                (func $tail (export "tail") (return_call $leaf))
                (func $nested (export "nested") (call $call (ref.func $inner)))
                (func $twice (export "twice") (param funcref)
                    (call $call (ref.as_non_null (local.get 0)))))"#,
        );
        let middle = linker.instantiate(&mut store, &middle).expect("it links");
        let mut trace = |name: &str, args: &[Val]| {
            let error = call(&mut store, middle, name, args).expect_err("it traps");
            assert_eq!(error.trap(), Some(Trap::Unreachable));
            error_names(&error)
        };
        assert_eq!(
            trace("direct", &[]),
            ["leaf.trap", "leaf.leaf", "middle.direct"]
        );
        // The frame of a function that called another one last is gone.
        assert_eq!(trace("tail", &[]), ["leaf.trap", "leaf.leaf"]);
        assert_eq!(
            trace("nested", &[]),
            ["leaf.trap", "leaf.leaf", "middle.inner", "middle.nested"]
        );
        let nested = exported(&mut store, middle, "nested");
        let error = call(&mut store, middle, "twice", &[nested.into()]).expect_err("it traps");
        assert_eq!(
            error_names(&error),
            [
                "leaf.trap",
                "leaf.leaf",
                "middle.inner",
                "middle.nested",
                "middle.twice"
            ]
        );
    });
}

#[test]
fn a_resumed_guest_is_traced_where_it_goes_on() {
    on_each_engine(|engine| {
        let mut linker = Linker::<Option<SuspendedCall>>::new(engine);
        linker
            .func_wrap("host", "wait", || -> Result<()> {
                Err(Error::msg("later"))
            })
            .expect("the name is free");
        linker
            .func_wrap(
                "host",
                "resume",
                |mut caller: Caller<'_, Option<SuspendedCall>>| -> Result<()> {
                    let call = caller.data_mut().take().expect("a guest waits");
                    call.resume(&mut caller, &[], &mut []).map(drop)
                },
            )
            .expect("the name is free");
        let module = module(
            engine,
            r#"(module $m
                (import "host" "wait" (func $wait))
                (import "host" "resume" (func $resume))
                (func $inner (call $wait) unreachable)
                (func $waits (export "waits") (call $inner))
                (func $resumes (export "resumes") (call $resume)))"#,
        );
        let mut store = Store::new(engine, None);
        let instance = linker.instantiate(&mut store, &module).expect("it links");
        let waits = exported(&mut store, instance, "waits");
        let wait = |store: &mut Store<_>| match waits.call_resumable(store, &[], &mut []) {
            Ok(ResumableCall::Suspended(call)) => call,
            other => panic!("{other:?}"),
        };
        let call = wait(&mut store);
        assert!(call.error().backtrace().is_none());
        let error = call.resume(&mut store, &[], &mut []).expect_err("it traps");
        assert_eq!(error_names(&error), ["m.inner", "m.waits"]);
        let call = wait(&mut store);
        *store.data_mut() = Some(call);
        let error = call_named(&mut store, instance, "resumes");
        assert_eq!(error.trap(), Some(Trap::Unreachable));
        assert_eq!(error_names(&error), ["m.inner", "m.waits", "m.resumes"]);
    });
}

fn call_named<T: 'static>(store: &mut Store<T>, instance: Instance, name: &str) -> Error {
    call(store, instance, name, &[]).expect_err("it fails")
}

#[test]
fn a_host_functions_error_is_where_it_was_called() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let fail = Func::wrap(&mut store, || -> Result<()> { Err(Error::msg("it fails")) });
        let module = module(
            engine,
            r#"(module $guest
                (type $plain (func))
                (import "" "" (func $fail))
                (table funcref (elem $fail))
                (func $direct (export "direct") (call $fail))
                (func $indirect (export "indirect") (call_indirect (type $plain) (i32.const 0)))
                (func $last (return_call $fail))
                (func $tail (export "tail") (call $last)))"#,
        );
        let instance = Instance::new(&mut store, &module, &[fail.into()]).expect("it links");
        for (name, expected) in [
            ("direct", "guest.direct"),
            ("indirect", "guest.indirect"),
            ("tail", "guest.tail"),
        ] {
            let error = call(&mut store, instance, name, &[]).expect_err("it fails");
            assert_eq!(error.to_string(), "it fails");
            assert_eq!(error_names(&error), [expected]);
        }
        // No guest ran here, or the program ended as it wished.
        let error = fail.call(&mut store, &[], &mut []).expect_err("it fails");
        assert!(
            error
                .backtrace()
                .is_none_or(|trace| trace.frames().is_empty())
        );
        let exit = Func::wrap(&mut store, || -> Result<()> { Err(Error::exit(1)) });
        let instance = Instance::new(&mut store, &module, &[exit.into()]).expect("it links");
        let error = call(&mut store, instance, "direct", &[]).expect_err("it exits");
        assert!(error.backtrace().is_none());
    });
}

#[test]
fn a_backtrace_ends_after_64_frames() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let instance = instantiate(
            &mut store,
            r#"(module
                (func $down (export "down") (param i32)
                    (if (i32.eqz (local.get 0)) (then unreachable))
                    (call $down (i32.sub (local.get 0) (i32.const 1)))))"#,
        );
        for depth in [0, 62, 63, 64, 65, 100_000] {
            let error = call(&mut store, instance, "down", &[Val::I32(depth)]);
            let error = error.expect_err("it traps");
            let backtrace = error.backtrace().expect("a guest ran");
            assert_eq!(backtrace.frames().len(), (depth as usize + 1).min(64));
            assert_eq!(backtrace.is_truncated(), depth >= 64);
            assert_eq!(backtrace.to_string().ends_with("… and more"), depth >= 64);
        }
    });
}

#[test]
fn backtraces_can_be_switched_off() {
    on_each_engine_with(
        |config| {
            config.wasm_backtrace(false);
        },
        |engine| {
            let mut store = Store::new(engine, ());
            let instance = instantiate(&mut store, r#"(module (func (export "f") unreachable))"#);
            let error = call(&mut store, instance, "f", &[]).expect_err("it traps");
            assert!(error.backtrace().is_none());
            assert_eq!(error.trap(), Some(Trap::Unreachable));
        },
    );
}

#[test]
fn an_error_outlives_its_store() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let instance = instantiate(
            &mut store,
            r#"(module $m (func $f (export "f") unreachable))"#,
        );
        let error = call(&mut store, instance, "f", &[]).expect_err("it traps");
        drop(store);
        assert_eq!(error_names(&error), ["m.f"]);
        assert!(format!("{error:?}").contains("m!f"), "{error:?}");
        assert_eq!(trap::<()>(Err(error)), Trap::Unreachable);
    });
}

#[test]
fn an_error_can_be_returned_again_later() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, Vec::new());
        let store_error = Func::wrap(
            &mut store,
            |mut caller: Caller<'_, Vec<Error>>, n: i32| -> Result<i32> {
                if let Some(error) = caller.data_mut().pop() {
                    return Err(error);
                }
                let go = caller.get_export("trap").and_then(Extern::into_func);
                let go = go.expect("the guest exports it");
                let error = go.call(&mut caller, &[], &mut []).expect_err("it traps");
                caller.data_mut().push(error);
                Ok(n)
            },
        );
        let module = module(
            engine,
            r#"(module $m
                (import "" "" (func $keep (param i32) (result i32)))
                (func $trap (export "trap") unreachable)
                (func $one (export "one") (result i32) (call $keep (i32.const 1)))
                (func $two (export "two") (result i32) (call $keep (i32.const 2))))"#,
        );
        let instance = Instance::new(&mut store, &module, &[store_error.into()]);
        let instance = instance.expect("it links");
        let result = call(&mut store, instance, "one", &[]).expect("the error is kept");
        assert_eq!(result[0].unwrap_i32(), 1);
        // It still says where it came from at first.
        let error = call(&mut store, instance, "two", &[]).expect_err("here it is");
        assert_eq!(error.trap(), Some(Trap::Unreachable));
        assert_eq!(error_names(&error), ["m.trap", "m.one"]);
    });
}
