//! What cannot be compiled: the interpreter executes it where there is one.

use diptych_core::platform::{CodeMemory, CodeRegion, MemoryError, MmapCodeMemory};
use diptych_core::{
    BackendKind, Caller, CompilationMode, Config, Engine, ErrorKind, Func, Instance, Module, Store,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Memory for code that refuses to take every so many pieces of it.
#[derive(Debug)]
struct Scarce {
    every: usize,
    asked: Arc<AtomicUsize>,
}

impl CodeMemory for Scarce {
    fn reserve(&self, len: usize) -> Result<Box<dyn CodeRegion>, MemoryError> {
        Ok(Box::new(ScarceRegion {
            region: MmapCodeMemory.reserve(len)?,
            every: self.every,
            asked: Arc::clone(&self.asked),
        }))
    }
}

struct ScarceRegion {
    region: Box<dyn CodeRegion>,
    every: usize,
    asked: Arc<AtomicUsize>,
}

// SAFETY: it is the region inside, which refuses more.
unsafe impl CodeRegion for ScarceRegion {
    fn base(&self) -> *const u8 {
        self.region.base()
    }

    fn len(&self) -> usize {
        self.region.len()
    }

    fn page_size(&self) -> usize {
        self.region.page_size()
    }

    unsafe fn write(&self, offset: usize, bytes: &[u8]) -> Result<(), MemoryError> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        if asked.is_multiple_of(self.every) {
            return Err(MemoryError);
        }
        // SAFETY: the contract is the same.
        unsafe { self.region.write(offset, bytes) }
    }

    unsafe fn publish(&self, offset: usize, len: usize) -> Result<(), MemoryError> {
        // SAFETY: the contract is the same.
        unsafe { self.region.publish(offset, len) }
    }

    unsafe fn publish_data(&self, offset: usize, len: usize) -> Result<(), MemoryError> {
        // SAFETY: the contract is the same.
        unsafe { self.region.publish_data(offset, len) }
    }
}

fn jit(every: usize) -> Arc<dyn diptych_core::backend::Backend> {
    let asked = Arc::default();
    Arc::new(diptych_jit::Jit::with_code_memory(Arc::new(Scarce {
        every,
        asked,
    })))
}

/// Functions that call each other in all ways, and the host.
const PROGRAM: &str = r#"(module
    (import "" "host" (func $host (param i32) (result i32)))
    (memory 1)
    (table funcref (elem $a $b $c $d))
    (type $f (func (param i32) (result i32)))
    (func $a (export "a") (type $f)
        (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
        (i32.add (call $b (i32.sub (local.get 0) (i32.const 1))) (i32.const 3)))
    (func $b (type $f)
        (if (i32.eqz (local.get 0)) (then (return (i32.const 2))))
        (call_indirect (type $f)
            (i32.sub (local.get 0) (i32.const 1))
            (i32.rem_u (local.get 0) (i32.const 4))))
    (func $c (type $f)
        (if (i32.eqz (local.get 0)) (then (return (i32.const 4))))
        (i32.store (i32.const 4) (i32.add (i32.load (i32.const 4)) (i32.const 1)))
        (return_call $d (i32.sub (local.get 0) (i32.const 1))))
    (func $d (type $f)
        (if (i32.eqz (local.get 0)) (then (return (i32.load (i32.const 4)))))
        (i32.mul (call $host (i32.sub (local.get 0) (i32.const 1))) (i32.const 5))))"#;

fn run(engine: &Engine, n: i32) -> Result<i32, diptych_core::Error> {
    let mut store = Store::new(engine, ());
    let bytes = wat::parse_str(PROGRAM).expect("the text is right");
    let module = Module::new(engine, bytes)?;
    let host = Func::wrap(&mut store, |mut caller: Caller<'_, ()>, n: i32| {
        let a = caller
            .get_export("a")
            .and_then(diptych_core::Extern::into_func);
        let a = a.expect("it is exported").typed::<i32, i32>(&caller)?;
        a.call(&mut caller, n)
    });
    let instance = Instance::new(&mut store, &module, &[host.into()])?;
    let a = instance.get_typed_func::<i32, i32>(&mut store, "a")?;
    a.call(&mut store, n)
}

#[test]
fn the_interpreter_takes_over() {
    let expected: Vec<i32> = {
        let engine = Engine::with_backends(&Config::new(), &[diptych_interp::backend()]);
        let engine = engine.expect("there is an interpreter");
        (0..40).map(|n| run(&engine, n).expect("it ends")).collect()
    };
    // From where next to nothing can be compiled to where only now and then something cannot.
    for every in 2..12 {
        for signals in [true, false] {
            let mut config = Config::new();
            config
                .backend(BackendKind::Jit)
                .signals_based_traps(signals);
            let backends = [jit(every), diptych_interp::backend()];
            let engine = Engine::with_backends(&config, &backends).expect("both are there");
            for (n, expected) in expected.iter().enumerate() {
                match run(&engine, n as i32) {
                    Ok(result) => assert_eq!(result, *expected, "{n}, every {every}"),
                    // Without the few bytes that a module's stubs and trampolines take, there is
                    // nothing to call anything with.
                    Err(error) => assert!(
                        matches!(error.kind(), ErrorKind::OutOfMemory),
                        "{n}, every {every}: {error:?}"
                    ),
                }
            }
        }
    }
}

#[test]
fn without_an_interpreter_it_is_an_error() {
    for mode in [CompilationMode::Lazy, CompilationMode::Eager] {
        let mut config = Config::new();
        config.compilation(mode);
        let engine = Engine::with_backends(&config, &[jit(1)]).expect("there is a compiler");
        let error = run(&engine, 5).expect_err("there is no memory for code");
        assert!(matches!(error.kind(), ErrorKind::OutOfMemory), "{error:?}");
    }
}
