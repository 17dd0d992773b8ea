//! Vectors between the host and guests, and the settings that make results the same everywhere.

use super::{call, instantiate, module, on_each_engine, on_each_engine_with};
use diptych::{
    Engine, ErrorKind, Extern, Func, Global, GlobalType, Instance, Mutability, Store, V128, Val,
    ValType,
};

fn vector(lanes: [u32; 4]) -> V128 {
    let bits = lanes.iter().rev();
    V128::from(bits.fold(0, |bits, lane| bits << 32 | u128::from(*lane)))
}

#[test]
fn globals_of_the_host_and_of_guests_hold_vectors() {
    on_each_engine(|engine| {
        let mut store = Store::new(engine, ());
        let ty = GlobalType::new(ValType::V128, Mutability::Var);
        let first = Val::V128(vector([1, 2, 3, 4]));
        let shared = Global::new(&mut store, ty, first).expect("it is a vector");
        let text = r#"(module
            (import "" "" (global $shared (mut v128)))
            (global $own (export "own") (mut v128) (v128.const i32x4 10 20 30 40))
            (global $fixed (export "fixed") v128 (v128.const i64x2 -1 7))
            (func (export "add") (param v128) (result v128)
                (global.set $shared (i32x4.add (global.get $shared) (local.get 0)))
                (global.set $own (i32x4.sub (global.get $own) (global.get $shared)))
                (v128.xor (global.get $own) (global.get $fixed))))"#;
        let module = module(engine, text);
        let instance = Instance::new(&mut store, &module, &[shared.into()]).expect("it links");
        let add = instance
            .get_typed_func::<V128, V128>(&mut store, "add")
            .expect("the type fits");
        let result = add.call(&mut store, vector([1, 1, 1, 1]));
        let xored = vector([!8, !17, 26 ^ 7, 35]);
        assert_eq!(result.expect("nothing traps"), xored);
        assert_eq!(shared.get(&mut store).unwrap_v128(), vector([2, 3, 4, 5]));
        let own = instance.get_global(&mut store, "own").expect("exported");
        assert_eq!(own.get(&mut store).unwrap_v128(), vector([8, 17, 26, 35]));
        let zero = Val::V128(vector([0; 4]));
        own.set(&mut store, zero).expect("it is a variable");
        let result = add.call(&mut store, vector([0; 4]));
        let xored = [-2_i32, -3, -4, -5].map(|lane| lane as u32);
        let [a, b, c, d] = xored;
        assert_eq!(result.expect("nothing traps"), vector([!a, !b, c ^ 7, d]));
    });
}

#[test]
fn vectors_go_through_tables_and_tail_calls_of_several_instances() {
    on_each_engine(|engine| {
        // Where backends take turns, each is of another one.
        let mut store = Store::new(engine, ());
        let twice = Func::wrap(&mut store, |value: i32, a: V128, b: V128| {
            let sum = a.as_u128().wrapping_add(b.as_u128());
            (V128::from(sum), value * 2)
        });
        let mut last: Extern = twice.into();
        for add in 1..=4 {
            let text = format!(
                r#"(module
                    (type $f (func (param i32 v128 v128) (result v128 i32)))
                    (import "" "" (func $next (type $f)))
                    (table funcref (elem $next))
                    (func (export "f") (type $f)
                        (return_call_indirect (type $f)
                            (i32.add (local.get 0) (i32.const {add}))
                            (local.get 2)
                            (i8x16.add (local.get 1) (i8x16.splat (i32.const {add})))
                            (i32.const 0))))"#
            );
            let module = module(engine, &text);
            let instance = Instance::new(&mut store, &module, &[last]).expect("it links");
            last = instance.get_export(&mut store, "f").expect("exported");
        }
        let func = last.into_func().expect("it is one");
        let typed = func
            .typed::<(i32, V128, V128), (V128, i32)>(&store)
            .expect("the type fits");
        let args = (5, vector([1, 0, 0, 0]), vector([0, 0, 0, 0x0100_0000]));
        let (sum, number) = typed.call(&mut store, args).expect("nothing traps");
        // Each vector gets two of the four numbers: 4 and 2, 3 and 1.
        assert_eq!(number, 2 * (5 + 1 + 2 + 3 + 4));
        let a = vector([0x0606_0607, 0x0606_0606, 0x0606_0606, 0x0606_0606]);
        let b = vector([0x0404_0404, 0x0404_0404, 0x0404_0404, 0x0504_0404]);
        assert_eq!(sum.as_u128(), a.as_u128() + b.as_u128());
    });
}

/// The bits that a function of no arguments gives.
fn bits(engine: &Engine, body: &str, result: &str) -> u128 {
    let text = format!(r#"(module (func (export "f") (result {result}) {body}))"#);
    let mut store = Store::new(engine, ());
    let instance = instantiate(&mut store, &text);
    match call(&mut store, instance, "f", &[]).expect("nothing traps")[..] {
        [Val::F32(bits)] => bits.into(),
        [Val::F64(bits)] => bits.into(),
        [Val::V128(bits)] => bits.as_u128(),
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn nans_are_canonical_where_they_are_to_be() {
    const F32: u128 = 0x7fc0_0000;
    const F64: u128 = 0x7ff8_0000_0000_0000;
    let canonicalize = |config: &mut diptych::Config| {
        config.canonicalize_nans(true);
    };
    on_each_engine_with(canonicalize, |engine| {
        let nan32 = "(f32.const -nan:0x200001)";
        let nan64 = "(f64.const -nan:0x4000000000001)";
        let arithmetic = [
            format!("f32.add {nan32} (f32.const 1)"),
            format!("f32.mul (f32.const 1) {nan32}"),
            format!("f32.min {nan32} {nan32}"),
            format!("f32.sqrt {nan32}"),
            format!("f32.ceil {nan32}"),
            format!("f32.demote_f64 {nan64}"),
            "f32.sqrt (f32.const -1)".to_owned(),
            "f32.div (f32.const 0) (f32.const 0)".to_owned(),
        ];
        for body in arithmetic {
            assert_eq!(bits(engine, &format!("({body})"), "f32"), F32, "{body}");
        }
        let arithmetic = [
            format!("f64.sub {nan64} (f64.const 1)"),
            format!("f64.max (f64.const 1) {nan64}"),
            format!("f64.nearest {nan64}"),
            format!("f64.promote_f32 {nan32}"),
            "f64.sub (f64.const inf) (f64.const inf)".to_owned(),
        ];
        for body in arithmetic {
            assert_eq!(bits(engine, &format!("({body})"), "f64"), F64, "{body}");
        }
        // What only moves bits, or changes the sign, leaves them.
        for (body, left) in [
            (format!("(f32.neg {nan32})"), 0x7fa0_0001),
            (format!("(f32.abs {nan32})"), 0x7fa0_0001),
            (
                format!("(f32.copysign (f32.const nan) {nan32})"),
                0xffc0_0000,
            ),
            (format!("(f32.copysign {nan32} (f32.const 1))"), 0x7fa0_0001),
        ] {
            assert_eq!(bits(engine, &body, "f32"), left, "{body}");
        }
        let lanes = "(v128.const i32x4 0xffa00001 0x3f800000 0x7f800001 0xffc00000)";
        let canonical = vector([0x7fc0_0000, 0x3f80_0000, 0x7fc0_0000, 0x7fc0_0000]).as_u128();
        let doubles = "(v128.const i64x2 0xfff4000000000001 0x3ff0000000000000)";
        let canonical64 = F64 | 0x3ff0_0000_0000_0000 << 64;
        for (body, result) in [
            (format!("(f32x4.mul {lanes} {lanes})"), canonical),
            (format!("(f32x4.max {lanes} {lanes})"), canonical),
            (format!("(f32x4.floor {lanes})"), canonical),
            (format!("(f32x4.relaxed_min {lanes} {lanes})"), canonical),
            (format!("(f64x2.div {doubles} {doubles})"), canonical64),
            (format!("(f64x2.sqrt {doubles})"), canonical64),
            (format!("(f64x2.promote_low_f32x4 {lanes})"), canonical64),
            (
                format!("(f32x4.demote_f64x2_zero {doubles})"),
                vector([0x7fc0_0000, 0x3f80_0000, 0, 0]).as_u128(),
            ),
            (
                format!("(f32x4.pmin {lanes} {lanes})"),
                vector([0xffa0_0001, 0x3f80_0000, 0x7f80_0001, 0xffc0_0000]).as_u128(),
            ),
            (
                format!("(f32x4.neg {lanes})"),
                vector([0x7fa0_0001, 0xbf80_0000, 0xff80_0001, 0x7fc0_0000]).as_u128(),
            ),
        ] {
            assert_eq!(bits(engine, &body, "v128"), result, "{body}");
        }
    });
}

#[test]
fn relaxed_operators_are_deterministic_where_they_are_to_be() {
    let deterministic = |config: &mut diptych::Config| {
        config.relaxed_simd_deterministic(true);
    };
    on_each_engine_with(deterministic, |engine| {
        for (body, result) in [
            // Between 16 and 127 an index is that of another byte on some machines.
            (
                "(i8x16.relaxed_swizzle
                    (v128.const i8x16 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
                    (v128.const i8x16 0 15 16 17 127 128 -1 1 0 0 0 0 0 0 0 0))",
                [0x0000_1001, 0x0200_0000, 0x0101_0101, 0x0101_0101],
            ),
            (
                "(i32x4.relaxed_trunc_f32x4_s (v128.const f32x4 nan 1e10 -1e10 -1.9))",
                [0, 0x7fff_ffff, 0x8000_0000, u32::MAX],
            ),
            (
                "(i32x4.relaxed_trunc_f32x4_u (v128.const f32x4 nan 1e10 -1 3000000000))",
                [0, u32::MAX, 0, 3_000_000_000],
            ),
            (
                "(i32x4.relaxed_trunc_f64x2_s_zero (v128.const f64x2 nan 1e300))",
                [0, 0x7fff_ffff, 0, 0],
            ),
            (
                "(i32x4.relaxed_trunc_f64x2_u_zero (v128.const f64x2 -5 1e300))",
                [0, u32::MAX, 0, 0],
            ),
            // Rounded twice this is 0.
            (
                "(f32x4.relaxed_madd
                    (f32x4.splat (f32.const 0x1.000002p0)) (f32x4.splat (f32.const 0x1.fffffcp-1))
                    (f32x4.splat (f32.const -1)))",
                [0xa880_0000; 4],
            ),
            (
                "(f32x4.relaxed_nmadd
                    (f32x4.splat (f32.const 0x1.000002p0)) (f32x4.splat (f32.const 0x1.fffffcp-1))
                    (f32x4.splat (f32.const 1)))",
                [0x2880_0000; 4],
            ),
            (
                "(i8x16.relaxed_laneselect
                    (i8x16.splat (i32.const 0x5a)) (i8x16.splat (i32.const 0xa5))
                    (i32x4.splat (i32.const 0x800fff00)))",
                [0x25aa_5aa5; 4],
            ),
            (
                "(f32x4.relaxed_min (v128.const f32x4 -0 0 1 2) (v128.const f32x4 0 -0 2 1))",
                [0x8000_0000, 0x8000_0000, 0x3f80_0000, 0x3f80_0000],
            ),
            (
                "(i16x8.relaxed_q15mulr_s
                    (i16x8.splat (i32.const -32768)) (i16x8.splat (i32.const -32768)))",
                [0x7fff_7fff; 4],
            ),
            // Both signed, and the sum wraps.
            (
                "(i16x8.relaxed_dot_i8x16_i7x16_s
                    (i8x16.splat (i32.const -128)) (i8x16.splat (i32.const -128)))",
                [0x8000_8000; 4],
            ),
            (
                "(i32x4.relaxed_dot_i8x16_i7x16_add_s
                    (i8x16.splat (i32.const -128)) (i8x16.splat (i32.const -128))
                    (i32x4.splat (i32.const 5)))",
                [0xffff_0005; 4],
            ),
        ] {
            assert_eq!(
                bits(engine, body, "v128"),
                vector(result).as_u128(),
                "{body}"
            );
        }
    });
}

#[test]
fn vectors_can_be_refused() {
    let without = |config: &mut diptych::Config| {
        config.wasm_simd(false).wasm_relaxed_simd(false);
    };
    on_each_engine_with(without, |engine| {
        for text in [
            "(module (func (param v128)))",
            "(module (func (drop (v128.const i64x2 0 0))))",
            "(module (global v128 (v128.const i64x2 0 0)))",
        ] {
            let error = diptych::Module::new(engine, text).expect_err("it has vectors");
            assert!(
                matches!(error.kind(), ErrorKind::InvalidModule { .. }),
                "{error}"
            );
        }
    });
    let only_relaxed = |config: &mut diptych::Config| {
        config.wasm_relaxed_simd(false);
    };
    on_each_engine_with(only_relaxed, |engine| {
        let text = "(module (func (param v128) (result v128)
            (i8x16.relaxed_swizzle (local.get 0) (local.get 0))))";
        let error = diptych::Module::new(engine, text).expect_err("it is relaxed");
        assert!(error.to_string().contains("relaxed"), "{error}");
    });
}
