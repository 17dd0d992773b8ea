//! Operators on vectors give the same whatever code is made for: at every level of optimisation,
//! and for the oldest machine of the architecture, which lacks instructions for many of them.

#[path = "support/vectors.rs"]
mod vectors;

use diptych_core::{Config, Engine, Func, Instance, Module, OptLevel, Store, V128, Val, ValType};
use std::array;
use std::fmt::Write as _;
use vectors::{VectorOperator, vector_operators};

/// A function `f0` and so on for each operator.
fn text(operators: &[VectorOperator]) -> String {
    let mut text = String::from(r#"(module (memory (export "memory") 1)"#);
    for (i, operator) in operators.iter().enumerate() {
        let VectorOperator {
            text: name,
            params,
            result,
        } = operator;
        let gets: String = (0..params.len())
            .map(|i| format!("(local.get {i})"))
            .collect();
        let result = result
            .map(|ty| format!("(result {ty})"))
            .unwrap_or_default();
        let params = params.join(" ");
        writeln!(
            text,
            r#"(func (export "f{i}") (param {params}) {result} {gets} {name})"#
        )
        .expect("strings have room");
    }
    text.push(')');
    text
}

fn engine(change: impl FnOnce(&mut Config)) -> Engine {
    let mut config = Config::new();
    config
        .canonicalize_nans(true)
        .relaxed_simd_deterministic(true);
    change(&mut config);
    Engine::with_backends(&config, &[diptych_jit::backend()]).expect("there is a compiler")
}

/// The module as each engine compiles it, and where the target is one of these machines, as code
/// that does without what only newer ones have.
fn compiled(bytes: &[u8]) -> Vec<(&'static str, Store<()>, Instance)> {
    type Change = fn(&mut Config);
    let changes: [(&str, Change); 4] = [
        ("optimised", |_| {}),
        ("not optimised", |config| {
            config.opt_level(OptLevel::None);
        }),
        ("checked", |config| {
            config.signals_based_traps(false);
        }),
        ("metered", |config| {
            config.consume_fuel(true).interruption(true);
        }),
    ];
    let mut modules: Vec<(&str, Module)> = changes
        .into_iter()
        .map(|(name, change)| {
            let module = Module::new(&engine(change), bytes).expect("it is valid");
            (name, module)
        })
        .collect();
    if cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        let engine = engine(|_| {});
        let artifact = engine
            .precompile_module(bytes, Some("x86_64-unknown-linux-gnu"))
            .expect("it is valid");
        // SAFETY: the compiler has just made it.
        let module = unsafe { Module::deserialize(&engine, &artifact) };
        modules.push((
            "for the oldest",
            module.expect("newer machines can do more"),
        ));
    }
    modules
        .into_iter()
        .map(|(name, module)| {
            let mut store = Store::new(module.engine(), ());
            if store.engine().config().fuel_enabled() {
                store.set_fuel(u64::MAX).expect("fuel is on");
            }
            let instance = Instance::new(&mut store, &module, &[]).expect("it imports nothing");
            (name, store, instance)
        })
        .collect()
}

/// A generator of numbers, with many that are special to some operator.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[(self.next() >> 32) as usize % from.len()]
    }

    fn f32(&mut self) -> u32 {
        let special = [
            0.0,
            -0.0,
            1.0,
            -1.5,
            0.5,
            2.5,
            f32::NAN,
            -f32::NAN,
            f32::INFINITY,
            f32::NEG_INFINITY,
            f32::MAX,
            f32::MIN_POSITIVE,
            2_147_483_648.0,
            -2_147_483_648.0,
            4_294_967_296.0,
            8_388_609.0,
            f32::from_bits(1),
            f32::from_bits(0x7fa0_0001),
        ];
        match self.next() % 3 {
            0 => self.next() as u32,
            _ => self.pick(&special).to_bits(),
        }
    }

    fn f64(&mut self) -> u64 {
        let special = [
            0.0,
            -0.0,
            1.0,
            -2.5,
            f64::NAN,
            -f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::MAX,
            4_294_967_295.5,
            -2_147_483_649.0,
            2_147_483_647.9,
            4_503_599_627_370_497.0,
            1e-45,
            f64::from_bits(0xfff4_0000_0000_0001),
        ];
        match self.next() % 3 {
            0 => self.next(),
            _ => self.pick(&special).to_bits(),
        }
    }

    fn vector(&mut self) -> u128 {
        let bytes = match self.next() % 5 {
            0 => [self.next(), self.next()].map(u64::to_le_bytes).concat(),
            1 => {
                let special = [0, 1, 0x7f, 0x80, 0x81, 0xff, 0x0f, 0x10];
                array::from_fn::<u8, 16, _>(|_| self.pick(&special)).to_vec()
            }
            2 => {
                let special = [0, 1, 0x7fff, 0x8000, 0x8001, 0xffff, 0x00ff, 0xff80];
                array::from_fn::<u16, 8, _>(|_| self.pick(&special))
                    .map(u16::to_le_bytes)
                    .concat()
            }
            3 => array::from_fn::<u32, 4, _>(|_| self.f32())
                .map(u32::to_le_bytes)
                .concat(),
            _ => array::from_fn::<u64, 2, _>(|_| self.f64())
                .map(u64::to_le_bytes)
                .concat(),
        };
        u128::from_le_bytes(bytes.try_into().expect("there are 16"))
    }

    fn value(&mut self, ty: ValType) -> Val {
        match ty {
            // An index, now and then of an access beyond the end.
            ValType::I32 => match self.next() % 8 {
                0 => Val::I32(65_536 - self.pick(&[1, 2, 4, 8, 15, 16])),
                _ => Val::I32(self.pick(&[0, 1, 3, 7, 8, 15, 31, 33, 64, 100, 65_000])),
            },
            ValType::I64 => Val::I64(self.next() as i64),
            ValType::F32 => Val::F32(self.f32()),
            ValType::F64 => Val::F64(self.f64()),
            _ => Val::V128(V128::from(self.vector())),
        }
    }
}

#[test]
fn operators_give_the_same_however_they_are_compiled() {
    const ROUNDS: usize = 60;
    let operators = vector_operators();
    let bytes = wat::parse_str(text(&operators)).expect("the text is right");
    let mut guests = compiled(&bytes);
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..ROUNDS {
        for (i, operator) in operators.iter().enumerate() {
            let mut args: Option<Vec<Val>> = None;
            let mut first: Option<String> = None;
            for (name, store, instance) in &mut guests {
                let func: Func = instance
                    .get_func(&mut *store, &format!("f{i}"))
                    .expect("it is exported");
                let ty = func.ty(&*store);
                let args = args.get_or_insert_with(|| {
                    let params = ty.params().iter();
                    params.map(|ty| random.value(*ty)).collect()
                });
                let mut results = vec![Val::I32(0); ty.results().len()];
                let outcome = func
                    .call(&mut *store, args, &mut results)
                    .map(|()| results)
                    .map_err(|error| error.trap());
                let memory = instance
                    .get_memory(&mut *store, "memory")
                    .expect("it is exported");
                let seen = format!("{outcome:x?} {}", digest(memory.data(&*store)));
                match &first {
                    None => first = Some(seen),
                    Some(first) => assert_eq!(*first, seen, "{name}: {operator:?} of {args:x?}"),
                }
            }
        }
    }
}

/// FNV-1a, by words.
fn digest(bytes: &[u8]) -> u64 {
    let words = bytes.chunks_exact(8).map(|chunk| {
        let word: [u8; 8] = chunk.try_into().expect("there are 8");
        u64::from_le_bytes(word)
    });
    words.fold(0xcbf2_9ce4_8422_2325, |hash, word| {
        (hash ^ word).wrapping_mul(0x100_0000_01b3)
    })
}

#[test]
fn floats_that_are_computed_have_canonical_nans() {
    let operators = [
        ("f32.add", "f32 f32", "f32"),
        ("f32.min", "f32 f32", "f32"),
        ("f32.sqrt", "f32", "f32"),
        ("f32.floor", "f32", "f32"),
        ("f64.promote_f32", "f32", "f64"),
        ("f64.div", "f64 f64", "f64"),
        ("f64.max", "f64 f64", "f64"),
        ("f64.nearest", "f64", "f64"),
        ("f32.demote_f64", "f64", "f32"),
    ]
    .map(|(text, params, result)| VectorOperator {
        text: text.to_owned(),
        params: params.split(' ').collect(),
        result: Some(result),
    });
    let bytes = wat::parse_str(text(&operators)).expect("the text is right");
    for (name, store, instance) in &mut compiled(&bytes) {
        for (i, operator) in operators.iter().enumerate() {
            let func = instance
                .get_func(&mut *store, &format!("f{i}"))
                .expect("it is exported");
            for quiet in [true, false] {
                let args: Vec<Val> = operator
                    .params
                    .iter()
                    .map(|ty| match (*ty, quiet) {
                        ("f32", true) => Val::F32(0xffc0_0123),
                        ("f32", false) => Val::F32(0x7f80_0001),
                        (_, true) => Val::F64(0xfff8_0000_0000_0123),
                        (_, false) => Val::F64(0x7ff0_0000_0000_0001),
                    })
                    .collect();
                let mut results = [Val::I32(0)];
                func.call(&mut *store, &args, &mut results)
                    .expect("it does not trap");
                let canonical = match results[0] {
                    Val::F32(bits) => bits == 0x7fc0_0000,
                    Val::F64(bits) => bits == 0x7ff8_0000_0000_0000,
                    _ => false,
                };
                assert!(canonical, "{name}: {operator:?} gives {results:x?}");
            }
        }
    }
}

#[test]
fn code_is_made_for_other_machines() {
    let operators = vector_operators();
    let bytes = wat::parse_str(text(&operators)).expect("the text is right");
    for deterministic in [true, false] {
        let engine = engine(|config| {
            config.relaxed_simd_deterministic(deterministic);
        });
        for target in [
            "x86_64-unknown-linux-gnu",
            "x86_64-pc-windows-msvc",
            "aarch64-unknown-linux-gnu",
            "aarch64-apple-darwin",
        ] {
            match engine.precompile_module(&bytes, Some(target)) {
                Ok(artifact) => assert!(!artifact.is_empty()),
                // The other architecture is there with the feature `all-arch` only.
                Err(error) => assert!(
                    cfg!(not(feature = "all-arch")) && error.to_string().contains("does not know"),
                    "{target}: {error}"
                ),
            }
        }
    }
}
