//! Functions of the host's: what they get, and what they may give.

use super::{bad_argument, call, module, on_each_engine, same_extern, trap};
use core::sync::atomic::{AtomicUsize, Ordering};
use diptych::{
    AsContextMut, Caller, Engine, Error, Extern, ExternRef, Func, FuncType, HeapType, Instance,
    Linker, Memory, MemoryType, RefType, Result, Store, Trap, V128, Val, ValType,
};
use std::sync::Arc;

#[test]
fn up_to_sixteen_parameters_with_and_without_the_caller() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, 0);
        macro_rules! arities {
            ($($arg:ident)*) => {
                arities!(@ [] $($arg)*);
            };
            (@ [$($done:ident)*]) => {
                arities!(= $($done)*);
            };
            (@ [$($done:ident)*] $next:ident $($more:ident)*) => {
                arities!(= $($done)*);
                arities!(@ [$($done)* $next] $($more)*);
            };
            (= $($arg:ident)*) => {{
                let names: &[&str] = &[$(stringify!($arg)),*];
                let count = names.len() as i64;
                let sum = count * (count + 1) / 2;
                let plain = Func::wrap(&mut store, |$($arg: i64),*| 0i64 $(+ $arg)*);
                let with = Func::wrap(
                    &mut store,
                    |mut caller: Caller<'_, i64>, $($arg: i64),*| {
                        *caller.data_mut() = 0 $(+ $arg)*;
                    },
                );
                let args: Vec<Val> = (1..=count).map(Val::I64).collect();
                let mut result = [Val::I64(0)];
                plain.call(&mut store, &args, &mut result).expect("it adds");
                assert_eq!(result[0].unwrap_i64(), sum);
                with.call(&mut store, &args, &mut []).expect("it adds");
                assert_eq!(*store.data(), sum);
                assert_eq!(with.ty(&store).params().len(), count as usize);
            }};
        }
        arities!(a b c d e f g h i j k l m n o p);
    });
}

#[test]
fn all_types_go_to_the_host_and_back() {
    on_each_engine(|engine| {
        let mut linker = Linker::<()>::new(engine);
        type All = (
            i32,
            i64,
            f32,
            f64,
            Option<Func>,
            Option<ExternRef>,
            u32,
            u64,
        );
        linker
            .func_wrap(
                "host",
                "same",
                |a: i32, b: i64, c: f32, d: f64, e, f, g: u32, h: u64| -> All {
                    (a, b, c, d, e, f, g, h)
                },
            )
            .expect("the name is free");
        let list = "i32 i64 f32 f64 funcref externref i32 i64";
        let gets: String = (0..8).map(|i| format!("(local.get {i})")).collect();
        let module = module(
            engine,
            &format!(
                r#"(module
                    (import "host" "same" (func $same (param {list}) (result {list})))
                    (func (export "go") (param {list}) (result {list}) {gets} (call $same)))"#
            ),
        );
        let mut store = Store::new(engine, ());
        let instance = linker.instantiate(&mut store, &module).expect("it links");
        let go = instance
            .get_typed_func::<All, All>(&mut store, "go")
            .expect("the type fits");
        let func = Some(*go.func());
        let reference = Some(ExternRef::new(&mut store, "x").expect("there is room"));
        for all in [
            (0, 0, 0.0, 0.0, None, None, 0, 0),
            (
                -1,
                i64::MIN,
                -0.5,
                f64::MIN,
                func,
                reference,
                u32::MAX,
                u64::MAX,
            ),
        ] {
            let back = go.call(&mut store, all).expect("nothing traps");
            let (a, b, c, d, e, f, g, h) = all;
            assert_eq!(
                (back.0, back.1, back.2, back.3, back.4, back.6, back.7),
                (a, b, c, d, e, g, h)
            );
            assert!(same_extern(&store, back.5, f));
        }
    });
}

#[test]
fn vectors_go_to_the_host_and_back() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        type Mixed = (i32, V128, f64, V128);
        let same = Func::wrap(&mut store, |a: i32, b: V128, c: f64, d: V128| (a, b, c, d));
        let values = (1, V128::from(u128::MAX - 1), 2.5, V128::from(3 << 64));
        let direct = same.typed::<Mixed, Mixed>(&store).expect("the type fits");
        assert_eq!(
            direct.call(&mut store, values).expect("nothing traps"),
            values
        );
        let list = "i32 v128 f64 v128";
        let module = module(
            engine,
            &format!(
                r#"(module
                    (import "" "" (func $same (param {list}) (result {list})))
                    (func (export "go") (param {list}) (result {list})
                        (local.get 0) (local.get 1) (local.get 2) (local.get 3) (call $same)))"#
            ),
        );
        let instance = Instance::new(&mut store, &module, &[same.into()]).expect("it links");
        let go = instance
            .get_typed_func::<Mixed, Mixed>(&mut store, "go")
            .expect("the type fits");
        assert_eq!(go.call(&mut store, values).expect("nothing traps"), values);
    });
}

#[test]
fn many_values_go_to_the_host_and_back() {
    on_each_engine(|engine| {
        let mut linker = Linker::<()>::new(engine);
        let ty = FuncType::new([ValType::I64; 1000], [ValType::I64; 1000]);
        linker
            .func_new("host", "next", ty, |_, args, results| {
                for (arg, result) in args.iter().zip(results) {
                    *result = Val::I64(arg.unwrap_i64() + 1);
                }
                Ok(())
            })
            .expect("the name is free");
        let list = "i64 ".repeat(1000);
        let gets: String = (0..1000).map(|i| format!("(local.get {i})")).collect();
        let module = module(
            engine,
            &format!(
                r#"(module
                    (import "host" "next" (func $next (param {list}) (result {list})))
                    (func (export "go") (param {list}) (result {list})
                        {gets} (call $next) (call $next) (call $next)))"#
            ),
        );
        let mut store = Store::new(engine, ());
        let instance = linker.instantiate(&mut store, &module).expect("it links");
        let args: Vec<Val> = (0..1000).map(Val::I64).collect();
        let results = call(&mut store, instance, "go", &args).expect("nothing traps");
        for (i, result) in results.iter().enumerate() {
            assert_eq!(result.unwrap_i64(), i as i64 + 3);
        }
    });
}

/// A guest that calls `host.f` of this type.
fn calling(engine: &Engine, results: &str) -> diptych::Module {
    module(
        engine,
        &format!(
            r#"(module
                (import "host" "f" (func $f (result {results})))
                (func (export "go") (result {results}) (call $f)))"#
        ),
    )
}

#[test]
fn results_that_are_not_written_are_zeros_and_nulls() {
    on_each_engine(|engine| {
        let all = [
            ValType::I32,
            ValType::I64,
            ValType::F32,
            ValType::F64,
            ValType::FUNCREF,
            ValType::EXTERNREF,
        ];
        let mut linker = Linker::<()>::new(engine);
        linker
            .func_new("host", "f", FuncType::new([], all), |_, _, _| Ok(()))
            .expect("the name is free");
        let module = calling(engine, "i32 i64 f32 f64 funcref externref");
        let mut store = Store::new(engine, ());
        let instance = linker.instantiate(&mut store, &module).expect("it links");
        let results = call(&mut store, instance, "go", &[]).expect("nothing traps");
        let zeros: Vec<_> = all
            .map(|ty| Val::default_for_ty(ty).expect("it has one"))
            .into();
        assert_eq!(format!("{results:?}"), format!("{zeros:?}"));
    });
}

#[test]
fn results_that_do_not_fit_end_the_guest() {
    on_each_engine(|engine| {
        let mut elsewhere = Store::new(engine, ());
        let foreign = Func::wrap(&mut elsewhere, || ());
        let foreign_ref = ExternRef::new(&mut elsewhere, 1).expect("there is room");
        let func = ValType::Ref(RefType {
            nullable: false,
            heap: HeapType::Func,
        });
        for (ty, text, value) in [
            (ValType::I32, "i32", Val::I64(0)),
            (ValType::I64, "i64", Val::I32(0)),
            (ValType::F32, "f32", Val::I32(0)),
            (ValType::F64, "f64", Val::F32(0)),
            (
                ValType::FUNCREF,
                "funcref",
                Val::ExternRef(Some(foreign_ref)),
            ),
            (ValType::FUNCREF, "funcref", Val::FuncRef(Some(foreign))),
            (
                ValType::EXTERNREF,
                "externref",
                Val::ExternRef(Some(foreign_ref)),
            ),
            (func, "(ref func)", Val::FuncRef(None)),
            (func, "(ref func)", Val::FuncRef(Some(foreign))),
            (func, "(ref func)", Val::I32(0)),
        ] {
            let mut linker = Linker::<()>::new(engine);
            linker
                .func_new(
                    "host",
                    "f",
                    FuncType::new([], [ty]),
                    move |_, _, results| {
                        results[0] = value;
                        Ok(())
                    },
                )
                .expect("the name is free");
            let mut store = Store::new(engine, ());
            let module = calling(engine, text);
            let instance = linker.instantiate(&mut store, &module).expect("it links");
            bad_argument(call(&mut store, instance, "go", &[]));
            let host = linker
                .get(&mut store, "host", "f")
                .and_then(Extern::into_func);
            let host = host.expect("it is defined");
            bad_argument(host.call(&mut store, &[], &mut [Val::I32(0)]));
        }
        // A result that cannot be null has nothing to begin with.
        let mut store = Store::new(engine, ());
        let lazy = Func::new(&mut store, FuncType::new([], [func]), |_, _, _| Ok(()));
        let lazy = lazy.expect("there is room");
        bad_argument(lazy.call(&mut store, &[], &mut [Val::I32(0)]));
    });
}

#[test]
fn typed_results_of_another_store_end_the_guest() {
    on_each_engine(|engine| {
        let mut elsewhere = Store::new(engine, ());
        let foreign = Func::wrap(&mut elsewhere, || ());
        let foreign_ref = ExternRef::new(&mut elsewhere, 1).expect("there is room");
        let mut store = Store::new(engine, ());
        for f in [
            Func::wrap(&mut store, move || foreign),
            Func::wrap(&mut store, move || Some(foreign)),
            Func::wrap(&mut store, move || foreign_ref),
            Func::wrap(&mut store, move || (1, Some(foreign_ref))),
            Func::wrap(&mut store, move || -> Result<Func> { Ok(foreign) }),
        ] {
            let mut results = vec![Val::I32(0); f.ty(&store).results().len()];
            bad_argument(f.call(&mut store, &[], &mut results));
        }
    });
}

#[test]
fn errors_come_out_as_they_went_in() {
    #[derive(Debug)]
    struct Broken(u8);
    impl core::fmt::Display for Broken {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            write!(f, "broken {}", self.0)
        }
    }
    impl core::error::Error for Broken {}

    on_each_engine(|engine| {
        let mut linker = Linker::<()>::new(engine);
        linker
            .func_wrap("host", "fail", |how: i32| -> Result<i64> {
                Err(match how {
                    0 => Error::host(Broken(7)),
                    1 => Error::msg("words"),
                    2 => Trap::IntegerOverflow.into(),
                    3 => Error::exit(-3),
                    _ => return Ok(9),
                })
            })
            .expect("the name is free");
        let module = module(
            engine,
            r#"(module
                (import "host" "fail" (func $fail (param i32) (result i64)))
                (func (export "go") (param i32) (result i64) (call $fail (local.get 0))))"#,
        );
        let mut store = Store::new(engine, ());
        let instance = linker.instantiate(&mut store, &module).expect("it links");
        let go = instance
            .get_typed_func::<i32, i64>(&mut store, "go")
            .expect("the type fits");
        let error = go.call(&mut store, 0).expect_err("it fails");
        assert_eq!(
            error.downcast_ref::<Broken>().map(|broken| broken.0),
            Some(7)
        );
        let error = error
            .downcast::<core::fmt::Error>()
            .expect_err("it is another");
        assert_eq!(error.downcast::<Broken>().expect("it is").0, 7);
        let error = go.call(&mut store, 1).expect_err("it fails");
        assert_eq!(error.to_string(), "words");
        assert_eq!(trap(go.call(&mut store, 2)), Trap::IntegerOverflow);
        let error = go.call(&mut store, 3).expect_err("it exits");
        assert_eq!(error.exit_code(), Some(-3));
        assert_eq!(go.call(&mut store, 4).expect("it succeeds"), 9);
    });
}

#[test]
fn closures_live_as_long_as_what_uses_them() {
    static ALIVE: AtomicUsize = AtomicUsize::new(0);
    struct Token;
    impl Token {
        fn new() -> Arc<Self> {
            ALIVE.fetch_add(1, Ordering::Relaxed);
            Arc::new(Self)
        }
    }
    impl Drop for Token {
        fn drop(&mut self) {
            ALIVE.fetch_sub(1, Ordering::Relaxed);
        }
    }
    on_each_engine(|engine| {
        let alive = || ALIVE.load(Ordering::Relaxed);
        let mut store = Store::new(engine, ());
        let token = Token::new();
        Func::wrap(&mut store, move || {
            let _ = &token;
        });
        assert_eq!(alive(), 1);
        let token = Token::new();
        let mut linker = Linker::<()>::new(engine);
        linker
            .func_wrap("", "f", move || {
                let _ = &token;
            })
            .expect("the name is free");
        let f = linker.get(&mut store, "", "f").and_then(Extern::into_func);
        drop(linker);
        assert_eq!(alive(), 2, "the store still has the function");
        f.expect("it is defined")
            .call(&mut store, &[], &mut [])
            .expect("nothing traps");
        drop(store);
        assert_eq!(alive(), 0);
    });
}

#[test]
fn a_function_is_made_through_anything_that_lends_a_store() {
    fn make(mut store: impl AsContextMut<Data = ()>) -> Func {
        Func::wrap(store.as_context_mut(), || 3)
    }
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let outer = Func::wrap(&mut store, |mut caller: Caller<'_, ()>| -> Result<i32> {
            let inner = make(&mut caller);
            let memory = Memory::new(&mut caller, MemoryType::new(1, None))?;
            memory.write(&mut caller, 0, &[1])?;
            let (bytes, ()) = memory.data_and_store_mut(&mut caller);
            bytes[1] = 2;
            let sum: i32 = memory.data(&caller)[..2]
                .iter()
                .map(|byte| i32::from(*byte))
                .sum();
            let mut result = [Val::I32(0)];
            inner.call(&mut caller, &[], &mut result)?;
            Ok(sum + result[0].unwrap_i32())
        });
        make(store.as_context_mut());
        let mut result = [Val::I32(0)];
        outer
            .call(&mut store, &[], &mut result)
            .expect("nothing traps");
        assert_eq!(result[0].unwrap_i32(), 6);
    });
}
