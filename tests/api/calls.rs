//! Calls from the host: values, types, and the value stack.

use super::{
    ENGINES, Random, bad_argument, call, call_i32, exported, instantiate, module, on_each_engine,
    on_each_engine_with, same_extern, trap,
};
use core::convert::identity;
use diptych::{
    BackendKind, Caller, Config, Engine, ErrorKind, Extern, ExternRef, Func, FuncType, Instance,
    Store, Trap, V128, Val, ValType,
};

#[test]
fn every_number_comes_back_as_it_was() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let instance = instantiate(
            &mut store,
            r#"(module
                (func (export "i32") (param i32) (result i32) (local.get 0))
                (func (export "i64") (param i64) (result i64) (local.get 0))
                (func (export "f32") (param f32) (result f32) (local.get 0))
                (func (export "f64") (param f64) (result f64) (local.get 0))
                (func (export "v128") (param v128) (result v128) (local.get 0)))"#,
        );
        macro_rules! check {
            ($name:literal, $ty:ty, $bits:expr, $values:expr) => {
                let typed = instance
                    .get_typed_func::<$ty, $ty>(&mut store, $name)
                    .expect("the type fits");
                for value in $values {
                    let value: $ty = value;
                    let back = typed.call(&mut store, value).expect("nothing traps");
                    assert_eq!($bits(back), $bits(value), "{value:?}");
                    let vals =
                        call(&mut store, instance, $name, &[value.into()]).expect("nothing traps");
                    assert_eq!(
                        format!("{:?}", vals[0]),
                        format!("{:?}", Val::from(value)),
                        "by value"
                    );
                }
            };
        }
        check!("i32", i32, identity, [0, 1, -1, i32::MIN, i32::MAX]);
        check!("i32", u32, identity, [0, 1, u32::MAX, 1 << 31]);
        check!("i64", i64, identity, [0, 1, -1, i64::MIN, i64::MAX]);
        check!("i64", u64, identity, [0, 1, u64::MAX, 1 << 63]);
        let signalling = f32::from_bits(0x7fa0_0001);
        check!(
            "f32",
            f32,
            f32::to_bits,
            [
                0.0,
                -0.0,
                f32::MIN_POSITIVE,
                f32::NAN,
                -f32::NAN,
                signalling
            ]
        );
        let signalling = f64::from_bits(0xfff4_0000_0000_0001);
        check!(
            "f64",
            f64,
            f64::to_bits,
            [0.0, -0.0, f64::MAX, f64::NAN, -f64::NAN, signalling]
        );
        check!(
            "v128",
            V128,
            V128::as_u128,
            [
                V128::from(0),
                V128::from(u128::MAX),
                V128::from(1 << 64 | 2)
            ]
        );
    });
}

#[test]
fn references_come_back_as_they_were() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let instance = instantiate(
            &mut store,
            r#"(module
                (func (export "funcref") (param funcref) (result funcref) (local.get 0))
                (func (export "func") (param (ref func)) (result (ref func)) (local.get 0))
                (func (export "externref") (param externref) (result externref) (local.get 0))
                (func (export "extern") (param (ref extern)) (result (ref extern))
                    (local.get 0)))"#,
        );
        let func = Func::wrap(&mut store, || 5);
        let reference = ExternRef::new(&mut store, 5u8).expect("there is room");

        let typed = instance
            .get_typed_func::<Option<Func>, Option<Func>>(&mut store, "funcref")
            .expect("the type fits");
        assert_eq!(typed.call(&mut store, Some(func)).unwrap(), Some(func));
        assert_eq!(typed.call(&mut store, None).unwrap(), None);
        let typed = instance
            .get_typed_func::<Func, Func>(&mut store, "func")
            .expect("the type fits");
        assert_eq!(typed.call(&mut store, func).unwrap(), func);
        let typed = instance
            .get_typed_func::<Option<ExternRef>, Option<ExternRef>>(&mut store, "externref")
            .expect("the type fits");
        let back = typed.call(&mut store, Some(reference)).unwrap();
        assert!(same_extern(&store, back, Some(reference)));
        assert!(typed.call(&mut store, None).unwrap().is_none());
        let typed = instance
            .get_typed_func::<ExternRef, ExternRef>(&mut store, "extern")
            .expect("the type fits");
        let back = typed.call(&mut store, reference).unwrap();
        let data = back.data(&store).and_then(|data| data.downcast_ref());
        assert_eq!(data, Some(&5u8));
    });
}

#[test]
fn sixteen_parameters_and_results_of_all_types() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let instance = instantiate(
            &mut store,
            r#"(module (func (export "reverse")
                (param i32 i64 f32 f64 externref i32 i64 f32 f64 externref
                    i32 i64 f32 f64 externref i32)
                (result i32 externref f64 f32 i64 i32 externref f64 f32 i64
                    i32 externref f64 f32 i64 i32)
                (local.get 15) (local.get 14) (local.get 13) (local.get 12)
                (local.get 11) (local.get 10) (local.get 9) (local.get 8)
                (local.get 7) (local.get 6) (local.get 5) (local.get 4)
                (local.get 3) (local.get 2) (local.get 1) (local.get 0)))"#,
        );
        type X = Option<ExternRef>;
        let x = Some(ExternRef::new(&mut store, ()).expect("there is room"));
        let (a, b, c, d, e, f, g, h): (i32, i64, f32, f64, X, i32, i64, f32) =
            (1, 2, 3.0, 4.0, x, 6, 7, 8.0);
        let (i, j, k, l, m, n, o, p): (f64, X, i32, i64, f32, f64, X, i32) =
            (9.0, None, 11, 12, 13.0, 14.0, x, 16);
        type Forth = (
            i32,
            i64,
            f32,
            f64,
            X,
            i32,
            i64,
            f32,
            f64,
            X,
            i32,
            i64,
            f32,
            f64,
            X,
            i32,
        );
        type Back = (
            i32,
            X,
            f64,
            f32,
            i64,
            i32,
            X,
            f64,
            f32,
            i64,
            i32,
            X,
            f64,
            f32,
            i64,
            i32,
        );
        let reverse = instance
            .get_typed_func::<Forth, Back>(&mut store, "reverse")
            .expect("the type fits");
        let args = (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
        let (p2, o2, n2, m2, l2, k2, j2, i2, h2, g2, f2, e2, d2, c2, b2, a2) =
            reverse.call(&mut store, args).expect("nothing traps");
        assert_eq!((a, b, c, d, f, g, h), (a2, b2, c2, d2, f2, g2, h2));
        assert_eq!((i, k, l, m, n, p), (i2, k2, l2, m2, n2, p2));
        for (sent, back) in [(e, e2), (j, j2), (o, o2)] {
            assert!(same_extern(&store, sent, back));
        }
    });
}

/// A function that gives its parameters in reverse order, as text.
fn reverse_text(types: &[ValType]) -> String {
    let list = |types: &mut dyn Iterator<Item = &ValType>| {
        types.map(|ty| format!("{ty} ")).collect::<String>()
    };
    let gets: String = (0..types.len())
        .rev()
        .map(|i| format!("(local.get {i}) "))
        .collect();
    format!(
        r#"(module (func (export "reverse") (param {}) (result {}) {gets}))"#,
        list(&mut types.iter()),
        list(&mut types.iter().rev())
    )
}

#[test]
fn as_many_parameters_and_results_as_there_can_be() {
    on_each_engine(|engine| {
        let mut random = Random(7);
        for len in [0, 1, 2, 15, 16, 17, 100, 999, 1000] {
            let types: Vec<ValType> = (0..len)
                .map(|_| NUMBERS[random.below(NUMBERS.len() as u64) as usize])
                .collect();
            let mut store = Store::new(engine, ());
            let instance = instantiate(&mut store, &reverse_text(&types));
            let args: Vec<Val> = types.iter().map(|ty| number(*ty, &mut random)).collect();
            let mut results = call(&mut store, instance, "reverse", &args).expect("nothing traps");
            results.reverse();
            assert_eq!(format!("{args:?}"), format!("{results:?}"));
        }
    });
}

/// The types of numbers, and that of vectors.
const NUMBERS: [ValType; 5] = [
    ValType::I32,
    ValType::I64,
    ValType::F32,
    ValType::F64,
    ValType::V128,
];

fn number(ty: ValType, random: &mut Random) -> Val {
    match ty {
        ValType::I32 => Val::I32(random.next() as i32),
        ValType::I64 => Val::I64(random.next() as i64),
        ValType::F32 => Val::F32(random.next() as u32),
        ValType::F64 => Val::F64(random.next()),
        _ => Val::V128(V128::from(
            u128::from(random.next()) << 64 | u128::from(random.next()),
        )),
    }
}

#[test]
fn arguments_that_do_not_fit_are_refused() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let instance = instantiate(
            &mut store,
            r#"(module
                (func (export "add") (param i32 i32) (result i32)
                    (i32.add (local.get 0) (local.get 1)))
                (func (export "refs") (param (ref func) externref)))"#,
        );
        let add = exported(&mut store, instance, "add");
        let refs = exported(&mut store, instance, "refs");
        let mut one = [Val::I64(7)];
        for args in [
            &[][..],
            &[Val::I32(1)],
            &[Val::I32(1); 3],
            &[Val::I32(1), Val::I64(1)],
            &[Val::I32(1), Val::F32(1)],
            &[Val::I32(1), Val::FuncRef(None)],
        ] {
            bad_argument(add.call(&mut store, args, &mut one));
            bad_argument(add.call_resumable(&mut store, args, &mut one));
        }
        let good = [Val::I32(20), Val::I32(22)];
        bad_argument(add.call(&mut store, &good, &mut []));
        bad_argument(add.call(&mut store, &good, &mut [Val::I32(0); 2]));
        assert!(matches!(one, [Val::I64(7)]), "no results were written");
        bad_argument(refs.call(
            &mut store,
            &[Val::FuncRef(None), Val::ExternRef(None)],
            &mut [],
        ));
        bad_argument(refs.call(
            &mut store,
            &[Val::ExternRef(None), Val::FuncRef(Some(add))],
            &mut [],
        ));
        let fitting = [Val::FuncRef(Some(add)), Val::ExternRef(None)];
        refs.call(&mut store, &fitting, &mut []).expect("they fit");
        add.call(&mut store, &good, &mut one).expect("they fit");
        assert_eq!(one[0].unwrap_i32(), 42);
    });
}

#[test]
fn a_typed_function_has_the_type() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let instance = instantiate(
            &mut store,
            r#"(module
                (global (export "global") i32 (i32.const 1))
                (elem declare func $any)
                (func $any (export "any"))
                (func (export "takes null") (param funcref))
                (func (export "takes func") (param (ref func)))
                (func (export "gives null") (result funcref) (ref.null func))
                (func (export "gives func") (result (ref func)) (ref.func $any)))"#,
        );
        macro_rules! get {
            ($params:ty, $results:ty, $name:literal) => {
                instance.get_typed_func::<$params, $results>(&mut store, $name)
            };
        }
        assert!(bad_argument(get!((), (), "nothing")).contains("`nothing`"));
        bad_argument(get!((), (), "global"));
        bad_argument(get!(i32, (), "any"));
        bad_argument(get!((), i32, "any"));
        get!((), (), "any").expect("it fits");
        // More can be passed than is taken, and less given than is expected.
        get!(Func, (), "takes null").expect("it fits");
        get!(Option<Func>, (), "takes null").expect("it fits");
        bad_argument(get!(Option<Func>, (), "takes func"));
        get!((), Option<Func>, "gives func").expect("it fits");
        bad_argument(get!((), Func, "gives null"));
        let any = exported(&mut store, instance, "any");
        let give = get!((), Func, "gives func").expect("it fits");
        assert_eq!(give.call(&mut store, ()).expect("nothing traps"), any);
        assert_eq!(any.ty(&store), FuncType::new([], []));
        let text = bad_argument(get!((i32, i64), f32, "takes func"));
        assert!(text.contains("[i32 i64] -> [f32]"), "{text}");
    });
}

/// Recursion of which each frame takes about `locals` slots.
fn recursion(locals: usize) -> String {
    format!(
        r#"(module (func $down (export "down") (param i32) (result i32 i64)
            (local {}) (local i32 i64)
            (if (i32.eqz (local.get 0)) (then (return (i32.const 0) (i64.const 1))))
            (call $down (i32.sub (local.get 0) (i32.const 1)))
            (local.set {}) (local.set {})
            (i32.add (local.get {}) (i32.const 1))
            (i64.add (local.get {}) (i64.const 2))))"#,
        "i64 ".repeat(locals),
        locals + 2,
        locals + 1,
        locals + 1,
        locals + 2,
    )
}

fn down(store: &mut Store<()>, instance: Instance, depth: i32) -> diptych::Result<(i32, i64)> {
    instance
        .get_typed_func::<i32, (i32, i64)>(&mut *store, "down")?
        .call(store, depth)
}

#[test]
fn recursion_goes_on_in_further_segments_of_the_stack() {
    on_each_engine(|engine| {
        for locals in [0, 1, 7, 100, 9000] {
            let mut store = Store::new(engine, ());
            let instance = instantiate(&mut store, &recursion(locals));
            let most = 1_000_000 / (locals as i32 + 20);
            for depth in [0, 1, 10, most / 2, most] {
                let result = down(&mut store, instance, depth).expect("it fits");
                assert_eq!(result, (depth, 2 * i64::from(depth) + 1), "{locals} locals");
            }
        }
    });
}

#[test]
fn a_full_stack_traps_and_can_be_used_again() {
    on_each_engine_with(
        |config| {
            config.max_wasm_stack(100_000);
        },
        |engine| {
            let mut store = Store::new(engine, ());
            let instance = instantiate(&mut store, &recursion(3));
            // Compiled, a frame is smaller, and never without a return address and a link.
            let (end, fits) = match engine.config().backend_kind() {
                BackendKind::Interp => (2_000, 500..1_990),
                _ => (6_500, 500..6_251),
            };
            let mut deepest = 0;
            for depth in (0..end).rev() {
                match down(&mut store, instance, depth) {
                    Ok(result) => {
                        assert_eq!(result.0, depth);
                        deepest = deepest.max(depth);
                    }
                    Err(error) => {
                        assert_eq!(error.trap(), Some(Trap::StackOverflow));
                        assert_eq!(deepest, 0, "a deeper recursion fitted");
                    }
                }
            }
            assert!(fits.contains(&deepest), "{deepest}");
            assert_eq!(
                trap(down(&mut store, instance, i32::MAX)),
                Trap::StackOverflow
            );
        },
    );
}

#[test]
fn a_stack_of_any_size_is_enough_or_traps() {
    let text = r#"(module
        (func (export "none"))
        (func (export "some") (param i32 i64) (result i64 i32) (local i32 f64)
            (call $inner (local.get 0)) (drop) (local.get 1) (local.get 0))
        (func $inner (param i32) (result i32) (local.get 0)))"#;
    let outcomes = |engine: &Engine, bytes: usize| {
        let mut store = Store::new(engine, ());
        let instance = instantiate(&mut store, text);
        let host = Func::wrap(&mut store, |a: i32, b: i64| (b, a));
        let none = exported(&mut store, instance, "none");
        let some = exported(&mut store, instance, "some");
        let mut results = [Val::I32(0), Val::I32(0)];
        let args = [Val::I32(1), Val::I64(2)];
        let mut outcomes = Vec::new();
        for _ in 0..2 {
            let calls = [
                none.call(&mut store, &[], &mut []),
                some.call(&mut store, &args, &mut results),
                host.call(&mut store, &args, &mut results),
                some.call_resumable(&mut store, &args, &mut results)
                    .map(drop),
            ];
            outcomes.push(calls.map(|outcome| match outcome {
                Ok(()) => true,
                Err(error) => {
                    assert_eq!(error.trap(), Some(Trap::StackOverflow), "{bytes} bytes");
                    false
                }
            }));
        }
        assert_eq!(outcomes[0], outcomes[1], "{bytes} bytes");
        outcomes[0]
    };
    let mut before = [[false; 4]; ENGINES.len()];
    for bytes in (0..400).chain([1 << 16, 1 << 30, usize::MAX]) {
        let mut engines = before.iter_mut();
        let engines = std::sync::Mutex::new(&mut engines);
        on_each_engine_with(
            |config| {
                config.max_wasm_stack(bytes);
            },
            |engine| {
                let now = outcomes(engine, bytes);
                let mut engines = engines.lock().expect("no test has failed");
                let before = engines.next().expect("there are as many");
                for (before, now) in before.iter().zip(now) {
                    assert!(now >= *before, "{bytes} bytes are worse than fewer");
                }
                *before = now;
            },
        );
    }
    assert_eq!(before[0], [true; 4]);
}

#[test]
fn calls_with_many_values_cross_the_ends_of_segments() {
    // Frames of the deepest recursion take more than the default.
    let configure = |config: &mut Config| {
        config.max_wasm_stack(48 << 20);
    };
    on_each_engine_with(configure, |engine| {
        // At every depth around the end of the first segment, 600 values go to the host, come
        // back, and go to another guest function.
        let types = [ValType::I32; 600];
        let list = "i32 ".repeat(600);
        let gets: String = (0..600).map(|i| format!("(local.get {i})")).collect();
        let consts: String = (0..600).map(|i| format!("(i32.const {i})")).collect();
        let text = format!(
            r#"(module
                (type $many (func (param {list}) (result {list})))
                (import "" "" (func $host (type $many)))
                (func $guest (export "guest") (type $many) {gets})
                (func $go (export "go") (param i32) (result i32) (local i64 i64)
                    (if (result i32) (local.get 0)
                        (then (call $go (i32.sub (local.get 0) (i32.const 1))))
                        (else {consts} (call $host) (call $guest) (call $host) {sums}))))"#,
            sums = "i32.add ".repeat(599),
        );
        let module = module(engine, &text);
        let mut store = Store::new(engine, ());
        let host = Func::new(
            &mut store,
            FuncType::new(types, types),
            |mut caller: Caller<'_, ()>, args, results| {
                // The host's own calls share the stack.
                let guest = caller.get_export("guest").and_then(Extern::into_func);
                let guest = guest.expect("the guest exports it");
                guest.call(&mut caller, args, results)?;
                let double = Func::wrap(&mut caller, |a: i32| 2 * a);
                let mut doubled = [Val::I32(0)];
                double.call(&mut caller, &args[3..4], &mut doubled)?;
                assert_eq!(doubled[0].unwrap_i32(), 6);
                Ok(())
            },
        )
        .expect("there is room");
        let instance = Instance::new(&mut store, &module, &[host.into()]).expect("it links");
        for depth in (0..1_200).step_by(3) {
            let sum = call_i32(&mut store, instance, "go", &[Val::I32(depth)]);
            assert_eq!(sum.expect("it fits"), 599 * 600 / 2, "at depth {depth}");
        }
    });
}

#[test]
fn tail_calls_take_no_stack() {
    on_each_engine_with(
        |config| {
            config.max_wasm_stack(4_096);
        },
        |engine| {
            let mut store = Store::new(engine, ());
            let instance = instantiate(
                &mut store,
                r#"(module
                    (func $even (export "even") (param i32) (result i32)
                        (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
                        (return_call $odd (i32.sub (local.get 0) (i32.const 1))))
                    (func $odd (param i32) (result i32) (local i64 i64 i64)
                        (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
                        (return_call $even (i32.sub (local.get 0) (i32.const 1)))))"#,
            );
            let even = |store: &mut _, n| call_i32(store, instance, "even", &[Val::I32(n)]);
            assert_eq!(even(&mut store, 300_000).expect("it fits"), 1);
            assert_eq!(even(&mut store, 300_001).expect("it fits"), 0);
        },
    );
}

#[test]
fn functions_compile_when_they_are_called_or_before() {
    use diptych::CompilationMode::{Eager, FullyLazy, Lazy};
    for mode in [Lazy, FullyLazy, Eager] {
        on_each_engine_with(
            |config| {
                config.compilation(mode);
            },
            |engine| {
                let text = r#"(module
                    (func (export "good") (result i32) (i32.const 1))
                    (func (export "bad") (result i32) (i64.const 1)))"#;
                let bytes = wat_to_bytes(text);
                let module = match diptych::Module::new(engine, &bytes) {
                    Ok(module) => module,
                    Err(error) => {
                        assert_ne!(mode, FullyLazy);
                        assert!(matches!(error.kind(), ErrorKind::InvalidModule { .. }));
                        return;
                    }
                };
                assert_eq!(mode, FullyLazy);
                let mut store = Store::new(engine, ());
                let instance = Instance::new(&mut store, &module, &[]).expect("it links");
                for _ in 0..2 {
                    let error = call(&mut store, instance, "bad", &[]).expect_err("it is invalid");
                    assert!(matches!(error.kind(), ErrorKind::InvalidModule { .. }));
                    let good = call_i32(&mut store, instance, "good", &[]);
                    assert_eq!(good.expect("it is valid"), 1);
                }
            },
        );
    }
}

/// The binary format of a module that need not be valid.
fn wat_to_bytes(text: &str) -> Vec<u8> {
    // `(func (result i32))` with the constants' opcodes exchanged after the text was parsed.
    let valid = text.replace("(i64.const 1)", "(i32.const 77)");
    let engine = Engine::new(&diptych::Config::new()).expect("there is an interpreter");
    let module = module(&engine, &valid);
    let mut bytes = module.ir().bytes.to_vec();
    let at = bytes
        .windows(2)
        .position(|pair| pair == [0x41, 0xcd])
        .expect("the constant is there");
    bytes[at] = 0x42;
    bytes
}
