//! What a build leaves out is refused, and all else works.

use diptych_core::{ATOMICS, EXCEPTIONS, GC, SIMD};
use diptych_core::{
    Config, Engine, ErrorKind, Instance, Module, Result, Store, V128, WasmParams, WasmResults,
};

/// What may be left out.
struct Part {
    /// The feature of Cargo's that has it.
    feature: &'static str,
    is_in: bool,
    /// Whether it is on where it is compiled in.
    is_default: bool,
    /// Switches it on.
    switch: fn(&mut Config, bool) -> &mut Config,
    /// Modules with it, whose `run` gives 42.
    modules: &'static [&'static str],
}

/// The function of vectors of this module is called by hosts.
const WITH_VECTORS: &str = r#"(module (func (export "not") (param v128) (result v128)
    (v128.not (local.get 0))) (func (export "run") (result i32) (i32.const 42)))"#;

const PARTS: [Part; 5] = [
    Part {
        feature: "simd",
        is_in: SIMD,
        is_default: true,
        switch: Config::wasm_simd,
        modules: &[
            WITH_VECTORS,
            r#"(module (func (export "run") (result i32)
                (i32x4.extract_lane 3 (v128.const i32x4 0 0 0 42))))"#,
            r#"(module (global v128 (v128.const i64x2 0 0))
                (func (export "run") (result i32) (i32.const 42)))"#,
        ],
    },
    Part {
        feature: "gc",
        is_in: GC,
        is_default: true,
        switch: Config::wasm_gc,
        modules: &[
            r#"(module (type $s (struct (field i32)))
                (func (export "run") (result i32)
                    (struct.get $s 0 (struct.new $s (i32.const 42)))))"#,
            r#"(module (type $a (array (mut i8)))
                (global $a (ref $a) (array.new $a (i32.const 42) (i32.const 9)))
                (func (export "run") (result i32)
                    (array.get_u $a (global.get $a) (i32.const 8))))"#,
            r#"(module (func (export "run") (result i32)
                (i31.get_s (ref.cast i31ref (ref.i31 (i32.const 42))))))"#,
        ],
    },
    Part {
        feature: "exceptions",
        is_in: EXCEPTIONS,
        is_default: true,
        switch: Config::wasm_exceptions,
        modules: &[
            r#"(module (tag $t (param i32)) (func (export "run") (result i32)
                (block $b (result i32)
                    (try_table (result i32) (catch $t $b) (throw $t (i32.const 42))))))"#,
            r#"(module (tag) (func (export "run") (result i32) (i32.const 42)))"#,
        ],
    },
    Part {
        feature: "exceptions",
        is_in: EXCEPTIONS,
        is_default: false,
        switch: Config::wasm_legacy_exceptions,
        modules: &[
            r#"(module (tag $t (param i32)) (func (export "run") (result i32)
                try (result i32) (throw $t (i32.const 42)) catch $t end))"#,
        ],
    },
    Part {
        feature: "atomics",
        is_in: ATOMICS,
        is_default: true,
        switch: Config::wasm_threads,
        modules: &[
            r#"(module (memory 1 1 shared) (func (export "run") (result i32)
                (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 42)))
                (i32.atomic.load (i32.const 0))))"#,
            r#"(module (memory 1) (func (export "run") (result i32)
                (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))
                (i32.const 42)))"#,
        ],
    },
];

fn engine(config: &Config) -> Result<Engine> {
    Engine::with_backends(config, &[diptych_interp::backend()])
}

fn open(engine: &Engine, text: &str) -> Result<Module> {
    Module::new(engine, wat::parse_str(text).expect("it is well-formed"))
}

fn run(engine: &Engine, text: &str) -> i32 {
    call(engine, text, "run", ())
}

fn call<P: WasmParams, R: WasmResults>(engine: &Engine, text: &str, name: &str, params: P) -> R {
    let module = open(engine, text).expect("it is valid");
    let mut store = Store::new(engine, ());
    let instance = Instance::new(&mut store, &module, &[]).expect("nothing is imported");
    let func = instance
        .get_typed_func::<P, R>(&mut store, name)
        .expect("it is exported");
    func.call(&mut store, params).expect("nothing traps")
}

#[test]
fn what_is_compiled_in_runs_and_all_else_is_refused() {
    for part in PARTS {
        let mut config = Config::new();
        let default = engine(&config).expect("the defaults are compiled in");
        let wanted = engine((part.switch)(&mut config, true));
        if part.is_in {
            let wanted = wanted.expect("it is compiled in");
            for text in part.modules {
                assert_eq!(run(&wanted, text), 42, "{text}");
            }
            continue;
        }
        let error = wanted.map(drop).expect_err("it is left out");
        assert!(matches!(error.kind(), ErrorKind::Unsupported(_)), "{error}");
        let feature = format!("the feature `{}`", part.feature);
        assert!(error.to_string().contains(&feature), "{error}");
        for text in part.modules {
            let invalid = open(&default, text).expect_err("it is left out");
            let is_invalid = matches!(invalid.kind(), ErrorKind::InvalidModule { .. });
            assert!(is_invalid, "{text}: {invalid}");
        }
    }
}

#[test]
fn what_is_compiled_in_is_on_unless_it_has_to_be_asked_for() {
    let default = engine(&Config::new()).expect("the defaults are compiled in");
    for part in PARTS {
        for text in part.modules {
            assert_eq!(
                open(&default, text).is_ok(),
                part.is_in && part.is_default,
                "{text}"
            );
        }
    }
    if SIMD {
        let result: V128 = call(&default, WITH_VECTORS, "not", V128::from(1));
        assert_eq!(result.as_u128(), !1);
    }
}

#[test]
fn what_is_left_out_may_be_switched_off() {
    for part in PARTS {
        let mut config = Config::new();
        let without = engine((part.switch)(&mut config, false)).expect("nothing is missing");
        for text in part.modules {
            open(&without, text).expect_err("it is off");
        }
    }
}

#[test]
fn all_else_runs_in_every_build() {
    let engine = engine(&Config::new()).expect("the defaults are compiled in");
    for text in [
        r#"(module (func $sum (param f64 i64) (result f64)
                (f64.add (local.get 0) (f64.convert_i64_s (local.get 1))))
            (func (export "run") (result i32)
                (i32.trunc_f64_s (call $sum (f64.const 2.5) (i64.const 40)))))"#,
        // References, tables and tail calls are in all of them.
        r#"(module (type $f (func (result i32))) (table 2 externref)
            (elem declare func $f) (func $f (result i32) (i32.const 42))
            (func (export "run") (result i32)
                (table.set (i32.const 1) (table.get (i32.const 0)))
                (return_call_ref $f (ref.func $f))))"#,
        r#"(module (memory i64 1) (data $d "ab*")
            (func (export "run") (result i32)
                (memory.init $d (i64.const 7) (i32.const 2) (i32.const 1))
                (memory.copy (i64.const 0) (i64.const 7) (i64.const 1))
                (i32.load (i64.const 0))))"#,
    ] {
        assert_eq!(run(&engine, text), 42, "{text}");
    }
}

#[test]
fn scalar_modules_run_in_every_build() {
    let engine = engine(&Config::new()).expect("the defaults are compiled in");
    let text = r#"(module (func (export "sum") (param f64 i64) (result f64)
        (f64.add (local.get 0) (f64.convert_i64_s (local.get 1)))))"#;
    let result: f64 = call(&engine, text, "sum", (0.5, 2_i64));
    assert!((result - 2.5).abs() < f64::EPSILON);
}
