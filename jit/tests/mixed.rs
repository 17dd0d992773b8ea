//! Compiled and interpreted functions in one store, on stacks of every size, in many threads.

use diptych_core::{
    BackendKind, Caller, CompilationMode, Config, Engine, Extern, Func, Global, GlobalType,
    Instance, Module, Mutability, Ref, RefType, Result, Store, Table, TableType, Trap, V128, Val,
    ValType,
};

/// Engines whose modules are executed by the two backends in turn, in both orders, and by the
/// compiler alone.
fn engines() -> Vec<(String, Engine)> {
    let mut engines = Vec::new();
    let both = || vec![diptych_jit::backend(), diptych_interp::backend()];
    let reversed = || both().into_iter().rev().collect::<Vec<_>>();
    for (what, backends) in [
        ("compiled first", both()),
        ("interpreted first", reversed()),
        ("compiled", vec![diptych_jit::backend()]),
    ] {
        for signals in [true, false] {
            for mode in [CompilationMode::Lazy, CompilationMode::Eager] {
                let mut config = Config::new();
                config
                    .backend(BackendKind::Alternating)
                    .signals_based_traps(signals)
                    .compilation(mode);
                let engine = Engine::with_backends(&config, &backends).expect("a backend");
                engines.push((format!("{what}, signals: {signals}, {mode:?}"), engine));
            }
        }
    }
    engines
}

fn module(engine: &Engine, text: &str) -> Module {
    let bytes = wat::parse_str(text).expect("the text is right");
    Module::new(engine, bytes).expect("it is valid")
}

/// Half of a pair of functions that tail-call each other, through slots of a table.
fn half(own: u32, other: u32, extra: &str) -> String {
    format!(
        r#"(module
            (import "" "table" (table 2 funcref))
            (type $f (func (param i32 i64 f64 i32) (result i64 f32)))
            (elem (table 0) (i32.const {own}) func $step)
            (func $step (export "step") (type $f)
                (if (i32.eqz (local.get 0))
                    (then (return (local.get 1) (f32.demote_f64 (local.get 2)))))
                (return_call_indirect (type $f)
                    (i32.sub (local.get 0) (i32.const 1))
                    (i64.add (local.get 1) (i64.const 3))
                    (f64.add (local.get 2) (f64.const 0.5))
                    (local.get 3)
                    (i32.const {other})))
            {extra})"#
    )
}

#[test]
fn tail_calls_between_backends_take_no_stack() {
    // As the first function of a call and called by another one.
    let inner = r#"(func (export "inner") (param i32) (result i64)
        (call $step (local.get 0) (i64.const 0) (f64.const 0) (i32.const 7))
        (drop))"#;
    for (name, engine) in engines() {
        let mut store = Store::new(&engine, ());
        let ty = TableType::new(RefType::FUNCREF, 2, None);
        let table = Table::new(&mut store, ty, Ref::Func(None)).expect("there is room");
        let a = module(&engine, &half(0, 1, inner));
        let b = module(&engine, &half(1, 0, ""));
        let a = Instance::new(&mut store, &a, &[Extern::Table(table)]).expect("it fits");
        let _b = Instance::new(&mut store, &b, &[Extern::Table(table)]).expect("it fits");
        let step = a
            .get_typed_func::<(i32, i64, f64, i32), (i64, f32)>(&mut store, "step")
            .expect("it is exported");
        let inner = a
            .get_typed_func::<i32, i64>(&mut store, "inner")
            .expect("it is exported");
        for hops in [0, 1, 2, 3, 200_001] {
            let (sum, half) = step
                .call(&mut store, (hops, 5, 0.0, 7))
                .unwrap_or_else(|error| panic!("{name}, {hops} hops: {error}"));
            assert_eq!(
                (sum, half),
                (5 + 3 * i64::from(hops), 0.5 * hops as f32),
                "{name}"
            );
            let sum = inner.call(&mut store, hops).expect("it ends");
            assert_eq!(sum, 3 * i64::from(hops), "{name}");
        }
    }
}

/// Half of a pair of functions that call each other with vectors, through slots of a table: as tail
/// calls, and as calls with many results.
fn half_with_vectors(own: u32, other: u32) -> String {
    format!(
        r#"(module
            (import "" "table" (table 4 funcref))
            (import "" "global" (global $seen (mut v128)))
            (type $step (func (param i32 v128 f64 v128) (result v128 i32 v128)))
            (type $many (func (param v128 i32)
                (result i32 v128 v128 v128 v128 v128 v128 v128 v128 v128 f32)))
            (elem (table 0) (i32.const {own}) func $step $many)
            (func $step (export "step") (type $step)
                (global.set $seen (i32x4.add (global.get $seen) (i32x4.splat (i32.const 1))))
                (if (i32.eqz (local.get 0))
                    (then (return (local.get 1) (i32.const 7)
                        (f64x2.replace_lane 1 (local.get 3) (local.get 2)))))
                (return_call_indirect (type $step)
                    (i32.sub (local.get 0) (i32.const 1))
                    (i64x2.add (local.get 1) (v128.const i64x2 1 3))
                    (f64.add (local.get 2) (f64.const 0.5))
                    (i8x16.sub (local.get 3) (local.get 1))
                    (i32.const {other})))
            (func $many (export "many") (type $many)
                (if (i32.eqz (local.get 1))
                    (then (return (i32.const 5)
                        (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0)
                        (local.get 0) (local.get 0) (v128.not (local.get 0))
                        (global.get $seen) (f32.const 2.5))))
                (call_indirect (type $many)
                    (i32x4.add (local.get 0) (i32x4.splat (local.get 1)))
                    (i32.sub (local.get 1) (i32.const 1))
                    (i32.add (i32.const {other}) (i32.const 1)))))"#
    )
}

#[test]
fn vectors_go_from_backend_to_backend() {
    let vector = |low: u64, high: u64| V128::from(u128::from(low) | u128::from(high) << 64);
    for (name, engine) in engines() {
        let mut store = Store::new(&engine, ());
        let ty = TableType::new(RefType::FUNCREF, 4, None);
        let table = Table::new(&mut store, ty, Ref::Func(None)).expect("there is room");
        let ty = GlobalType::new(ValType::V128, Mutability::Var);
        let zero = Val::V128(V128::from(0));
        let global = Global::new(&mut store, ty, zero).expect("it is a vector");
        let given = [Extern::Table(table), Extern::Global(global)];
        let a = module(&engine, &half_with_vectors(0, 2));
        let b = module(&engine, &half_with_vectors(2, 0));
        let a = Instance::new(&mut store, &a, &given).expect("it fits");
        let _b = Instance::new(&mut store, &b, &given).expect("it fits");

        let step = a
            .get_typed_func::<(i32, V128, f64, V128), (V128, i32, V128)>(&mut store, "step")
            .expect("it is exported");
        for hops in [0_u64, 1, 2, 100_001] {
            let zero = Val::V128(V128::from(0));
            global.set(&mut store, zero).expect("it is a variable");
            let args = (hops as i32, vector(5, u64::MAX), 0.0, vector(0, 0));
            let (first, seven, second) = step
                .call(&mut store, args)
                .unwrap_or_else(|error| panic!("{name}, {hops} hops: {error}"));
            let sum = vector(5 + hops, u64::MAX.wrapping_add(3 * hops));
            assert_eq!((first, seven), (sum, 7), "{name}");
            let half = (hops as f64 * 0.5).to_bits();
            assert_eq!((second.as_u128() >> 64) as u64, half, "{name}");
            let calls = (hops as u32 + 1).to_le_bytes().repeat(4);
            let calls: [u8; 16] = calls.try_into().expect("there are 16");
            let seen = global.get(&mut store).unwrap_v128();
            assert_eq!(seen.as_u128().to_le_bytes(), calls, "{name}");
        }

        let many = a.get_func(&mut store, "many").expect("it is exported");
        let mut results = vec![Val::I32(0); 11];
        let args = [Val::V128(vector(1, 2)), Val::I32(3)];
        many.call(&mut store, &args, &mut results)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let sum = vector(0x6_0000_0007, 0x6_0000_0008);
        for result in &results[1..8] {
            assert_eq!(result.unwrap_v128(), sum, "{name}");
        }
        let not = V128::from(!sum.as_u128());
        assert_eq!(results[8].unwrap_v128(), not, "{name}");
        let seen = global.get(&mut store).unwrap_v128();
        assert_eq!(results[9].unwrap_v128(), seen, "{name}");
        let ends = (results[0].unwrap_i32(), results[10].unwrap_f32());
        assert_eq!(ends, (5, 2.5), "{name}");
    }
}

/// A guest that calls itself, directly and by way of the host.
const DEEP: &str = r#"(module
    (import "" "again" (func $again (param i32) (result i32)))
    (func $deep (export "deep") (param i32) (result i32)
        (i32.add (call $deep (local.get 0)) (i32.const 1)))
    (func (export "by_host") (param i32) (result i32)
        (i32.add (call $again (local.get 0)) (i32.const 1)))
    (func (export "mixed") (param i32) (result i32) (local i64 i64 i64)
        (if (local.get 0)
            (then (return (call $mixed (i32.sub (local.get 0) (i32.const 1))))))
        (i32.add (call $again (i32.const 300)) (i32.const 1)))
    (func $mixed (param i32) (result i32)
        (if (result i32) (local.get 0)
            (then (call $mixed (i32.sub (local.get 0) (i32.const 1))))
            (else (call $again (i32.const 300))))))"#;

fn overflow(engine: &Engine, name: &str) {
    let mut store = Store::new(engine, ());
    let module = module(engine, DEEP);
    let again = Func::wrap(
        &mut store,
        |mut caller: Caller<'_, ()>, depth: i32| -> Result<i32> {
            let next = if depth >= 300 { "mixed" } else { "by_host" };
            let next = caller
                .get_export(next)
                .and_then(Extern::into_func)
                .expect("it is exported");
            next.typed::<i32, i32>(&caller)?.call(&mut caller, depth)
        },
    );
    let instance = Instance::new(&mut store, &module, &[again.into()]).expect("it fits");
    for func in ["deep", "by_host", "mixed"] {
        let func = instance
            .get_typed_func::<i32, i32>(&mut store, func)
            .expect("it is exported");
        for _ in 0..3 {
            let error = func.call(&mut store, 0).expect_err("there is no end");
            assert_eq!(error.trap(), Some(Trap::StackOverflow), "{name}: {error:?}");
        }
    }
}

#[test]
fn overflow_is_a_trap_on_every_stack() {
    for (name, engine) in engines() {
        for size in [256 << 10, 1 << 20, 8 << 20] {
            let thread = std::thread::Builder::new().stack_size(size);
            std::thread::scope(|scope| {
                thread
                    .spawn_scoped(scope, || overflow(&engine, &name))
                    .expect("there is a thread")
                    .join()
                    .unwrap_or_else(|_| panic!("{name}, {size} bytes"));
            });
        }
    }
}

#[test]
fn threads_share_a_module() {
    const STORES: i32 = 1000;
    let text = r#"(module
        (memory 1)
        (func (export "f") (param i32) (result i32)
            (if (i32.eqz (i32.rem_u (local.get 0) (i32.const 5)))
                (then (return (i32.load (i32.const 0xffff)))))
            (if (i32.eqz (i32.rem_u (local.get 0) (i32.const 7)))
                (then (return (call $deep (local.get 0)))))
            (i32.store (i32.const 8) (local.get 0))
            (call $double (i32.load (i32.const 8))))
        (func $double (param i32) (result i32) (i32.shl (local.get 0) (i32.const 1)))
        (func $deep (param i32) (result i32)
            (i32.add (call $deep (local.get 0)) (i32.const 1))))"#;
    for (name, engine) in engines() {
        let module = module(&engine, text);
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let (name, engine, module) = (&name, &engine, &module);
                scope.spawn(move || {
                    for i in 0..STORES {
                        let n = thread * STORES + i;
                        let mut store = Store::new(engine, ());
                        let instance = Instance::new(&mut store, module, &[]).expect("it fits");
                        let f = instance
                            .get_typed_func::<i32, i32>(&mut store, "f")
                            .expect("it is exported");
                        let expected = match n {
                            n if n % 5 == 0 => Err(Trap::MemoryOutOfBounds),
                            n if n % 7 == 0 => Err(Trap::StackOverflow),
                            n => Ok(2 * n),
                        };
                        let result = f.call(&mut store, n);
                        let result = result.map_err(|error| error.trap().expect("a trap"));
                        assert_eq!(result, expected, "{name}: {n}");
                    }
                });
            }
        });
    }
}
