//! What a build leaves out is refused, and all else works.

use diptych_core::{Config, Engine, ErrorKind, Instance, Module, Result, SIMD, Store, V128};

const WITH_VECTORS: &str = r#"(module (func (export "not") (param v128) (result v128)
    (v128.not (local.get 0))))"#;

fn engine(config: &Config) -> Result<Engine> {
    Engine::with_backends(config, &[diptych_interp::backend()])
}

fn open(engine: &Engine, text: &str) -> Result<Module> {
    Module::new(engine, wat::parse_str(text).expect("it is well-formed"))
}

#[test]
fn vectors_are_refused_where_they_are_left_out() {
    let mut config = Config::new();
    let default = engine(&config).expect("the defaults are compiled in");
    let opened = open(&default, WITH_VECTORS);
    let wanted = engine(config.wasm_simd(true));
    if SIMD {
        wanted.expect("they are compiled in");
        let module = opened.expect("it is valid");
        let mut store = Store::new(&default, ());
        let instance = Instance::new(&mut store, &module, &[]).expect("nothing is imported");
        let not = instance
            .get_typed_func::<V128, V128>(&mut store, "not")
            .expect("it is exported");
        let result = not.call(&mut store, V128::from(1)).expect("nothing traps");
        assert_eq!(result.as_u128(), !1);
    } else {
        let invalid = opened.expect_err("it has vectors");
        let is_invalid = matches!(invalid.kind(), ErrorKind::InvalidModule { .. });
        assert!(is_invalid, "{invalid}");
        let error = wanted.map(drop).expect_err("they are left out");
        assert!(matches!(error.kind(), ErrorKind::Unsupported(_)), "{error}");
        assert!(error.to_string().contains("feature `simd`"), "{error}");
    }
}

#[test]
fn scalar_modules_run_in_every_build() {
    let engine = engine(&Config::new()).expect("the defaults are compiled in");
    let text = r#"(module (func (export "sum") (param f64 i64) (result f64)
        (f64.add (local.get 0) (f64.convert_i64_s (local.get 1)))))"#;
    let module = open(&engine, text).expect("it is valid");
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).expect("nothing is imported");
    let sum = instance
        .get_typed_func::<(f64, i64), f64>(&mut store, "sum")
        .expect("it is exported");
    let result = sum.call(&mut store, (0.5, 2)).expect("nothing traps");
    assert!((result - 2.5).abs() < f64::EPSILON);
}
