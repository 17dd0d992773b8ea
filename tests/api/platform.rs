//! What an embedder supplies in the place of the operating system.

use super::call_i32;
#[cfg(feature = "jit")]
use super::instantiate;
use diptych::platform::Workers;
#[cfg(feature = "jit")]
use diptych::platform::{FaultHandler, TrapCatcher, TrapCatcherError};
#[cfg(feature = "jit")]
use diptych::{BackendKind, Trap, Val};
use diptych::{CompilationMode, Config, Engine, ErrorKind, Module, Store};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Threads that are started for each piece of work, and how much of it there was.
#[derive(Debug, Default)]
struct Counting {
    pieces: AtomicUsize,
    calls: AtomicUsize,
}

// SAFETY: the threads' scope ends when all of them have.
unsafe impl Workers for Counting {
    fn parallelism(&self) -> usize {
        3
    }

    fn run(&self, helpers: usize, work: &(dyn Fn() + Sync)) {
        assert!(helpers < 3, "there are not so many");
        self.pieces.fetch_add(1, Ordering::Relaxed);
        let work = || {
            self.calls.fetch_add(1, Ordering::Relaxed);
            work();
        };
        std::thread::scope(|scope| {
            for _ in 0..helpers {
                scope.spawn(work);
            }
            work();
        });
    }
}

/// A module large enough to be shared out, whose function `last` gives 7 if it is valid.
fn large(valid: bool) -> String {
    let body = "(drop (i32.add (local.get 0) (i32.const 1000000)))".repeat(50);
    let funcs = format!("(func (param i32) {body})").repeat(400);
    let last = if valid {
        "(i32.const 7)"
    } else {
        "(i64.const 7)"
    };
    format!(r#"(module {funcs} (func (export "last") (result i32) {last}))"#)
}

#[test]
fn an_embedders_workers_validate_and_compile() {
    for (_, set_up) in super::ENGINES {
        for eager in [false, true] {
            let workers = Arc::new(Counting::default());
            let mut config = Config::new();
            set_up(&mut config);
            config.workers(workers.clone());
            if eager {
                config.compilation(CompilationMode::Eager);
            }
            let engine = Engine::new(&config).expect("there are backends");
            let Ok(module) = Module::new(&engine, large(true)) else {
                continue;
            };
            assert!(workers.pieces.load(Ordering::Relaxed) > 0);
            assert!(workers.calls.load(Ordering::Relaxed) > 1);
            let mut store = Store::new(&engine, ());
            let instance = diptych::Instance::new(&mut store, &module, &[]).expect("no imports");
            let last = call_i32(&mut store, instance, "last", &[]);
            assert_eq!(last.expect("it returns"), 7);
            let error = Module::new(&engine, large(false)).expect_err("it is invalid");
            assert!(
                matches!(error.kind(), ErrorKind::InvalidModule { .. }),
                "{error}"
            );

            let before = workers.pieces.load(Ordering::Relaxed);
            config.parallel_compilation(false);
            let engine = Engine::new(&config).expect("there are backends");
            Module::new(&engine, large(true)).expect("it is valid");
            assert_eq!(workers.pieces.load(Ordering::Relaxed), before);
        }
    }
}

/// Catches faults as the platform does, or refuses to.
#[cfg(feature = "jit")]
#[derive(Debug)]
struct Catcher {
    installed: AtomicUsize,
    refuses: bool,
}

#[cfg(feature = "jit")]
impl TrapCatcher for Catcher {
    fn install(&self, handler: FaultHandler) -> Result<(), TrapCatcherError> {
        self.installed.fetch_add(1, Ordering::Relaxed);
        if self.refuses {
            return Err(TrapCatcherError::Refused);
        }
        #[cfg(feature = "signals")]
        return diptych::platform::install_fault_handler(handler);
        #[cfg(not(feature = "signals"))]
        {
            let _ = handler;
            Err(TrapCatcherError::Unsupported)
        }
    }
}

#[cfg(feature = "jit")]
#[test]
fn an_embedders_catcher_is_asked_and_may_refuse() {
    for refuses in [false, true] {
        let catcher = Arc::new(Catcher {
            installed: AtomicUsize::new(0),
            refuses,
        });
        let mut config = Config::new();
        config
            .backend(BackendKind::Jit)
            .trap_catcher(catcher.clone());
        let engine = Engine::new(&config).expect("there are backends");
        assert_eq!(catcher.installed.load(Ordering::Relaxed), 1);
        let signals = cfg!(feature = "signals") && !refuses;
        assert_eq!(engine.config().signals_based_traps_enabled(), signals);
        if Module::new(&engine, "(module)").is_err() {
            continue;
        }
        let mut store = Store::new(&engine, ());
        let instance = instantiate(
            &mut store,
            r#"(module (memory 1)
                (func (export "load") (param i32) (result i32) (i32.load (local.get 0))))"#,
        );
        let mut load = |at| call_i32(&mut store, instance, "load", &[Val::I32(at)]);
        assert_eq!(load(65_532).expect("it is inside"), 0);
        let outside = load(65_533).expect_err("it is outside");
        assert_eq!(outside.trap(), Some(Trap::MemoryOutOfBounds));
        // Without signals nothing is asked for.
        config.signals_based_traps(false);
        Engine::new(&config).expect("there are backends");
        assert_eq!(catcher.installed.load(Ordering::Relaxed), 1);
    }
}
