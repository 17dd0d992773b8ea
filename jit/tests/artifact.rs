//! Modules with their code as bytes: they do what the originals do, and what is wrong with them
//! is noticed.

use diptych_core::{
    BackendKind, CompilationMode, Config, Engine, Error, ErrorKind, Func, Instance, Module,
    OptLevel, Store, Trap, Val,
};
use proptest::test_runner::{RngAlgorithm, TestRng};

/// Calls of every kind, through types that another module's are before.
const TEXT: &str = r#"(module
    (type $unused (func (param f64 f64 f64)))
    (type $binary (func (param i32 i32) (result i32)))
    (type $unary (func (param i32) (result i32)))
    (import "host" "add" (func $add (type $binary)))
    (memory (export "memory") 1)
    (data (i32.const 8) "kept")
    (table funcref (elem $sub $square $add))
    (global $count (mut i32) (i32.const 0))
    (func $sub (type $binary) (i32.sub (local.get 0) (local.get 1)))
    (func $square (export "square") (type $unary)
        (i32.mul (local.get 0) (local.get 0)))
    (func (export "fib") (param i32) (result i32)
        (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
            (then (local.get 0))
            (else (call $add
                (call $fib (i32.sub (local.get 0) (i32.const 1)))
                (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
    (func $fib (param i32) (result i32)
        (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
            (then (local.get 0))
            (else (i32.add
                (call $fib (i32.sub (local.get 0) (i32.const 1)))
                (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
    (func (export "binary") (param i32 i32 i32) (result i32)
        (call_indirect (type $binary) (local.get 1) (local.get 2) (local.get 0)))
    (func (export "unary") (param i32 i32) (result i32)
        (call_indirect (type $unary) (local.get 1) (local.get 0)))
    (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "div") (param i32) (result i32) (i32.div_s (i32.const 7) (local.get 0))))"#;

fn bytes(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the text is right")
}

fn engine(change: impl FnOnce(&mut Config)) -> Engine {
    let mut config = Config::new();
    change(&mut config);
    Engine::with_backends(&config, &[diptych_jit::backend()]).expect("there is a compiler")
}

/// An engine whose types are numbered otherwise.
fn other_engine(change: impl FnOnce(&mut Config)) -> Engine {
    let engine = engine(change);
    let text = r#"(module
        (type (func (param i64 i64 i64 i64)))
        (type (func (param i32) (result i32)))
        (type (func (param f32) (result i64)))
        (type (func (param i32 i32) (result i32))))"#;
    // The types live as long as the engine.
    Module::new(&engine, bytes(text)).expect("it is valid");
    engine
}

fn load(engine: &Engine, artifact: &[u8]) -> Result<Module, Error> {
    // SAFETY: the tests made it, or damaged it so that it is refused.
    unsafe { Module::deserialize(engine, artifact) }
}

/// What functions of the module give.
fn behaviour(module: &Module) -> Vec<Result<i32, Option<Trap>>> {
    let mut store = Store::new(module.engine(), ());
    if module.engine().config().fuel_enabled() {
        store.set_fuel(1 << 30).expect("fuel is on");
    }
    let add = Func::wrap(&mut store, |a: i32, b: i32| a + b);
    let instance = Instance::new(&mut store, module, &[add.into()]).expect("it fits");
    let calls: &[(&str, &[i32])] = &[
        ("square", &[12]),
        ("fib", &[15]),
        ("binary", &[0, 9, 4]),
        ("binary", &[2, 9, 4]),
        ("binary", &[1, 9, 4]),
        ("binary", &[3, 9, 4]),
        ("unary", &[1, 9]),
        ("unary", &[0, 9]),
        ("load", &[8]),
        ("load", &[0x1_0000]),
        ("div", &[2]),
        ("div", &[0]),
    ];
    let mut outcomes = Vec::new();
    for (name, args) in calls {
        let func = instance.get_func(&mut store, name).expect("it is exported");
        let args: Vec<Val> = args.iter().map(|arg| Val::I32(*arg)).collect();
        let mut results = [Val::I32(0)];
        outcomes.push(match func.call(&mut store, &args, &mut results) {
            Ok(()) => Ok(results[0].unwrap_i32()),
            Err(error) => {
                let frames = error.backtrace().map_or(&[][..], |trace| trace.frames());
                assert!(!frames.is_empty(), "{error:?}");
                Err(error.trap())
            }
        });
    }
    outcomes
}

fn expected() -> Vec<Result<i32, Option<Trap>>> {
    let mismatch = Err(Some(Trap::IndirectCallTypeMismatch));
    vec![
        Ok(144),
        Ok(610),
        Ok(5),
        Ok(13),
        mismatch,
        Err(Some(Trap::UndefinedElement)),
        Ok(81),
        mismatch,
        Ok(i32::from_le_bytes(*b"kept")),
        Err(Some(Trap::MemoryOutOfBounds)),
        Ok(3),
        Err(Some(Trap::IntegerDivideByZero)),
    ]
}

#[test]
fn a_module_behaves_as_before_in_another_engine() {
    for mode in [
        CompilationMode::Lazy,
        CompilationMode::FullyLazy,
        CompilationMode::Eager,
    ] {
        for signals in [true, false] {
            for fuel in [true, false] {
                let change = |config: &mut Config| {
                    config
                        .compilation(mode)
                        .signals_based_traps(signals)
                        .consume_fuel(fuel)
                        .interruption(fuel);
                };
                let module = Module::new(&engine(change), bytes(TEXT)).expect("it is valid");
                assert_eq!(behaviour(&module), expected());
                let artifact = module.serialize().expect("it is compiled");
                let again = load(&other_engine(change), &artifact).expect("it is whole");
                assert_eq!(behaviour(&again), expected(), "{mode:?} {signals} {fuel}");
                assert!(again.code_size() > 0);
                assert_eq!(again.exports().len(), module.exports().len());
                // What is in an artifact does not depend on the engine.
                assert!(again.serialize().expect("it is compiled") == artifact);
                let made = engine(change)
                    .precompile_module(&bytes(TEXT), None)
                    .expect("it is valid");
                assert!(made == artifact);
            }
        }
    }
}

/// Beside the interpreter, whichever of them executes other modules.
#[test]
fn the_compiler_is_found_among_several_backends() {
    for kind in [BackendKind::Jit, BackendKind::Alternating] {
        let mut config = Config::new();
        config.backend(kind);
        let backends = [diptych_interp::backend(), diptych_jit::backend()];
        let engine = Engine::with_backends(&config, &backends).expect("both are there");
        let artifact = engine.precompile_module(&bytes(TEXT), None).expect("valid");
        for _ in 0..2 {
            let module = load(&engine, &artifact).expect("it is whole");
            assert_eq!(behaviour(&module), expected());
            assert!(module.serialize().expect("it is compiled") == artifact);
        }
    }
    let interpreter = Engine::with_backends(&Config::new(), &[diptych_interp::backend()]);
    let interpreter = interpreter.expect("there is an interpreter");
    let module = Module::new(&interpreter, bytes(TEXT)).expect("it is valid");
    let artifact = engine(|_| {})
        .precompile_module(&bytes(TEXT), None)
        .expect("valid");
    for refused in [
        module.serialize().map(drop),
        interpreter.precompile_module(&bytes(TEXT), None).map(drop),
        load(&interpreter, &artifact).map(drop),
    ] {
        let error = refused.expect_err("it makes no machine code");
        assert!(matches!(error.kind(), ErrorKind::Unsupported(_)), "{error}");
    }
}

#[test]
fn files_are_loaded() {
    let path = std::env::temp_dir().join(format!("diptych-artifact-{}", std::process::id()));
    let engine = engine(|_| {});
    let artifact = engine.precompile_module(&bytes(TEXT), None).expect("valid");
    std::fs::write(&path, &artifact).expect("there is room");
    let engines = [engine.clone(), engine, other_engine(|_| {})];
    let modules = engines.each_ref().map(|engine| {
        // SAFETY: it was just written, and is only deleted.
        unsafe { Module::deserialize_file(engine, &path) }.expect("it is whole")
    });
    std::fs::remove_file(&path).expect("it is there");
    for module in modules {
        for _ in 0..2 {
            assert_eq!(behaviour(&module), expected());
        }
        assert!(module.code_size() > 0);
        assert!(module.serialize().expect("it is compiled") == artifact);
    }
    let [engine, ..] = engines;
    // SAFETY: there is nothing.
    let error = unsafe { Module::deserialize_file(&engine, &path) }.expect_err("it is gone");
    assert!(error.downcast_ref::<std::io::Error>().is_some());
}

/// Code is executed in the pages of the file, but for the first ones, which may have changed.
#[test]
#[cfg(target_os = "linux")]
fn code_stays_in_its_file() {
    let name = format!("diptych-mapped-{}", std::process::id());
    let path = std::env::temp_dir().join(&name);
    let engine = engine(|_| {});
    // More code than the first pages have.
    let filler: String = (0..2000)
        .map(|i| {
            format!(
                r#"(func (export "f{i}") (param f64) (result f64)
                    (f64.add (f64.mul (local.get 0) (f64.const {i})) (f64.const 0.5)))"#
            )
        })
        .collect();
    let artifact = engine.precompile_module(&bytes(&format!("(module {filler})")), None);
    std::fs::write(&path, artifact.expect("it is valid")).expect("there is room");
    // SAFETY: it was just written, and is only deleted.
    let module = unsafe { Module::deserialize_file(&engine, &path) }.expect("it is whole");
    std::fs::remove_file(&path).expect("it is there");
    let maps = std::fs::read_to_string("/proc/self/maps").expect("there is such a file");
    let executable: usize = maps
        .lines()
        .filter(|line| line.contains(&name) && line.contains(" r-xp "))
        .filter_map(|line| line.split_once(' ')?.0.split_once('-'))
        .map(|(start, end)| [end, start].map(|at| usize::from_str_radix(at, 16).expect("hex")))
        .map(|[end, start]| end - start)
        .sum();
    assert!(executable + 0x1_0000 > module.code_size(), "{executable}");
    assert!(
        !maps
            .lines()
            .any(|line| line.contains(&name) && line.contains('w'))
    );
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).expect("nothing is imported");
    for i in [0, 1, 777, 1999] {
        let f = instance.get_typed_func::<f64, f64>(&mut store, &format!("f{i}"));
        let result = f.expect("it is exported").call(&mut store, 2.0);
        assert_eq!(result.expect("it ends"), f64::from(i) * 2.0 + 0.5);
    }
    drop((module, store));
    let maps = std::fs::read_to_string("/proc/self/maps").expect("there is such a file");
    assert!(!maps.contains(&name));
}

#[test]
fn damaged_files_are_refused() {
    let path = std::env::temp_dir().join(format!("diptych-damaged-{}", std::process::id()));
    let engine = engine(|_| {});
    let artifact = engine.precompile_module(&bytes(TEXT), None).expect("valid");
    let mut flipped = artifact.clone();
    *flipped.last_mut().expect("it is not empty") ^= 1;
    let longer = [&artifact[..], &[0]].concat();
    for damaged in [
        &flipped[..],
        &artifact[..artifact.len() - 1],
        &longer,
        &artifact[..3],
        &[],
    ] {
        std::fs::write(&path, damaged).expect("there is room");
        // SAFETY: it is refused.
        let error = unsafe { Module::deserialize_file(&engine, &path) }.expect_err("no artifact");
        assert!(
            matches!(error.kind(), ErrorKind::InvalidModule { .. }),
            "{error}"
        );
        std::fs::remove_file(&path).expect("it is there");
    }
}

#[test]
fn a_module_without_functions_is_kept() {
    let engine = engine(|_| {});
    for text in ["(module)", r#"(module (memory (export "m") 2))"#] {
        for mode in [CompilationMode::Lazy, CompilationMode::Eager] {
            let engine = self::engine(|config| {
                config.compilation(mode);
            });
            let module = Module::new(&engine, bytes(text)).expect("it is valid");
            let artifact = module.serialize().expect("there is nothing to compile");
            let again = load(&engine, &artifact).expect("it is whole");
            assert_eq!(again.exports().len(), module.exports().len());
            assert!(again.serialize().expect("it is compiled") == artifact);
        }
    }
    let error = engine
        .precompile_module(b"\0asm\x01\0\0\0\x01", None)
        .expect_err("it is malformed");
    assert!(matches!(error.kind(), ErrorKind::InvalidModule { .. }));
}

#[test]
fn other_settings_are_refused() {
    let artifact = engine(|_| {})
        .precompile_module(&bytes(TEXT), None)
        .expect("it is valid");
    type Change = fn(&mut Config);
    let changes: [(&str, Change); 9] = [
        ("fuel", |config| {
            config.consume_fuel(true);
        }),
        ("interruption", |config| {
            config.interruption(true);
        }),
        ("signals", |config| {
            config.signals_based_traps(false);
        }),
        ("guarded", |config| {
            config.memory_guard(false);
        }),
        ("canonical NaNs", |config| {
            config.canonicalize_nans(true);
        }),
        ("deterministic relaxed SIMD", |config| {
            config.relaxed_simd_deterministic(true);
        }),
        ("None", |config| {
            config.opt_level(OptLevel::None);
        }),
        ("simd", |config| {
            config.wasm_simd(false);
        }),
        ("wide_arithmetic", |config| {
            config.wasm_wide_arithmetic(true);
        }),
    ];
    for (word, change) in changes {
        let error = load(&engine(change), &artifact).expect_err("it was made otherwise");
        assert!(matches!(error.kind(), ErrorKind::Unsupported(_)), "{error}");
        assert!(error.to_string().contains(word), "{error}: {word}");
    }
    // What code does not depend on.
    let other = engine(|config| {
        config
            .compilation(CompilationMode::Eager)
            .max_wasm_stack(1 << 20)
            .wasm_backtrace(true);
    });
    assert!(load(&other, &artifact).is_ok());
}

/// Damage of every kind is refused, however much of it there is.
#[test]
fn damage_is_refused() {
    let engine = engine(|_| {});
    let artifact = engine.precompile_module(&bytes(TEXT), None).expect("valid");
    let is_refused = |damaged: &[u8]| {
        let refused = load(&engine, damaged).expect_err("it is damaged");
        matches!(
            refused.kind(),
            ErrorKind::InvalidModule { .. } | ErrorKind::Unsupported(_)
        )
    };
    for len in 0..artifact.len() {
        assert!(is_refused(&artifact[..len]), "the first {len} bytes");
    }
    let mut longer = artifact.clone();
    longer.push(0);
    assert!(is_refused(&longer));

    let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut random = |below: usize| {
        use proptest::prelude::Rng as _;
        (rng.next_u64() % below as u64) as usize
    };
    for round in 0..10_000 {
        let mut damaged = artifact.clone();
        for _ in 0..=random(3) {
            // Half of the time where the description and the tables are.
            let within = if random(2) == 0 {
                1 << 10
            } else {
                damaged.len()
            };
            let at = random(within);
            match random(4) {
                0 => damaged[at] ^= 1 << random(8),
                1 => damaged[at] = random(256) as u8,
                2 => {
                    let len = random(64).min(damaged.len() - at);
                    damaged[at..at + len].fill(0);
                }
                _ => {
                    let (from, len) = (random(damaged.len()), random(64));
                    let len = len.min(damaged.len() - from.max(at));
                    damaged.copy_within(from..from + len, at);
                }
            }
        }
        assert!(damaged == artifact || is_refused(&damaged), "round {round}");
    }
}

#[test]
fn what_is_no_artifact_is_refused() {
    let engine = engine(|_| {});
    for bytes in [&b""[..], b"\0asm\x01\0\0\0", b"\0diptych", &[0; 100]] {
        let error = load(&engine, bytes).expect_err("it is none");
        assert!(matches!(error.kind(), ErrorKind::InvalidModule { .. }));
    }
}

/// A module compiled for the least of these machines, where this is one with Linux.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn for_a_lesser_processor(engine: &Engine, text: &str) -> Option<Module> {
    let triple = if cfg!(target_arch = "x86_64") {
        "x86_64-unknown-linux-gnu"
    } else {
        "aarch64-unknown-linux-gnu"
    };
    let artifact = engine.precompile_module(&bytes(text), Some(triple));
    let artifact = artifact.expect("the host is known");
    let module = load(engine, &artifact);
    cfg!(target_os = "linux").then(|| module.expect("it is whole"))
}

/// Compiled for the least of these machines, it is executed by this one.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
#[test]
fn code_for_a_lesser_processor_is_executed() {
    if let Some(module) = for_a_lesser_processor(&engine(|_| {}), TEXT) {
        assert_eq!(behaviour(&module), expected());
    }
}

/// Such code reads vectors as parts of other instructions only where they are aligned. In objects
/// every other one is not.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
#[test]
fn a_lesser_processor_finds_vectors_in_objects() {
    let text = r#"(module
        (type $s (struct (field (mut v128))))
        (type $a (array (mut v128)))
        (type $word (struct (field i64)))
        (tag $t (param v128))
        (func $s (result (ref $s)) (struct.new $s (i8x16.splat (i32.const 1))))
        (func $a (result (ref $a)) (array.new $a (i8x16.splat (i32.const 2)) (i32.const 2)))
        (func $sum (param $s (ref $s)) (param $a (ref $a)) (result v128)
            (i8x16.add
                (i8x16.add (i8x16.splat (i32.const 0)) (struct.get $s 0 (local.get $s)))
                (array.get $a (local.get $a) (i32.const 1))))
        (func (export "go") (result i32)
            (local $i i32) (local $sum v128)
            (loop $again
                (local.set $sum (i8x16.add (local.get $sum) (call $sum (call $s) (call $a))))
                (block $caught (result v128)
                    (try_table (catch $t $caught) (throw $t (i8x16.splat (i32.const 4))))
                    (unreachable))
                (local.set $sum (i8x16.add (local.get $sum)))
                (drop (struct.new $word (i64.const 0)))
                (br_if $again (i32.lt_u
                    (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                    (i32.const 4))))
            (i8x16.extract_lane_s 15 (local.get $sum))))"#;
    let Some(module) = for_a_lesser_processor(&engine(|_| {}), text) else {
        return;
    };
    let mut store = Store::new(module.engine(), ());
    let instance = Instance::new(&mut store, &module, &[]).expect("nothing is imported");
    let go = instance.get_typed_func::<(), i32>(&mut store, "go");
    let sum = go.expect("it has the type").call(&mut store, ());
    assert_eq!(sum.expect("nothing traps"), 4 * (1 + 2 + 4));
}

#[test]
fn targets_that_are_not_known_are_refused() {
    let engine = engine(|_| {});
    for triple in [
        "",
        "x",
        "no such machine",
        "riscv64gc-unknown-linux-gnu",
        "wasm32-wasip1",
        "i686-unknown-linux-gnu",
        "aarch64_be-unknown-linux-gnu",
    ] {
        let error = engine
            .precompile_module(&bytes(TEXT), Some(triple))
            .expect_err("it is not known");
        assert!(matches!(error.kind(), ErrorKind::Unsupported(_)), "{error}");
    }
}

/// For every target there is code, and it is refused by this machine when it is for another one.
#[cfg(feature = "all-arch")]
#[test]
fn code_is_made_for_other_machines() {
    for (triple, arch) in [
        ("x86_64-unknown-linux-gnu", "x86_64"),
        ("aarch64-unknown-linux-gnu", "aarch64"),
    ] {
        for signals in [true, false] {
            let engine = engine(|config| {
                config.signals_based_traps(signals);
            });
            let artifact = engine.precompile_module(&bytes(TEXT), Some(triple));
            let artifact = artifact.expect("the target is known");
            let is_own = cfg!(target_os = "linux") && arch == std::env::consts::ARCH;
            match load(&engine, &artifact) {
                Ok(module) => {
                    assert!(is_own);
                    assert_eq!(behaviour(&module), expected());
                }
                Err(error) => {
                    assert!(!is_own);
                    assert!(error.to_string().contains(triple), "{error}");
                }
            }
        }
    }
}
