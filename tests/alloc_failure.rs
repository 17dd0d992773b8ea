//! A host whose allocator fails, at every allocation that there is: guests and their instances end
//! in an error or a trap, nothing is lost, and what is left can be used.
//!
//! Modules are made before: what reads them, `wasmparser`, allocates in ways that cannot fail.

#![cfg(all(feature = "interp", feature = "wat"))]

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::ptr::null_mut;
use diptych::{
    BackendKind, Caller, CompilationMode, Config, Dispatch, Engine, Error, ErrorKind, Instance,
    Linker, Module, Result, Store, Trap,
};
use std::alloc::System;

/// When an allocation of this thread fails.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Failing {
    /// Never.
    No,
    /// After so many that succeed, once.
    Once(usize),
    /// After so many that succeed, always.
    Always(usize),
}

thread_local! {
    static FAILING: Cell<Failing> = const { Cell::new(Failing::No) };
    /// The bytes that this thread has allocated and not given back.
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

struct Refusing;

impl Refusing {
    /// Whether this allocation succeeds, of so many bytes more.
    fn allows(more: isize) -> bool {
        let (allows, next) = match FAILING.get() {
            Failing::No => (true, Failing::No),
            Failing::Once(0) => (false, Failing::No),
            Failing::Once(n) => (true, Failing::Once(n - 1)),
            Failing::Always(0) => (false, Failing::Always(0)),
            Failing::Always(n) => (true, Failing::Always(n - 1)),
        };
        FAILING.set(next);
        if allows {
            LIVE.set(LIVE.get() + more);
        }
        allows
    }
}

// SAFETY: it is the system's allocator, which keeps the promises; refusing is allowed.
unsafe impl GlobalAlloc for Refusing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !Self::allows(layout.size() as isize) {
            return null_mut();
        }
        // SAFETY: the contract is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if !Self::allows(layout.size() as isize) {
            return null_mut();
        }
        // SAFETY: the contract is the same.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        LIVE.set(LIVE.get() - layout.size() as isize);
        // SAFETY: the contract is the same.
        unsafe { System.dealloc(ptr, layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        let more = new_size as isize - layout.size() as isize;
        // One that gives back cannot be relied on to succeed either, but none does it here.
        if !Self::allows(more) {
            return null_mut();
        }
        // SAFETY: the contract is the same.
        unsafe { System.realloc(ptr, layout, new_size) }
    }
}

#[global_allocator]
static ALLOCATOR: Refusing = Refusing;

/// Runs `work` with allocations that fail so, and says whether any did.
fn with<R>(failing: Failing, work: impl FnOnce() -> R) -> (R, bool) {
    FAILING.set(failing);
    let result = work();
    let left = FAILING.replace(Failing::No);
    let failed = match failing {
        Failing::No => false,
        Failing::Once(_) => left == Failing::No,
        Failing::Always(_) => left == Failing::Always(0),
    };
    (result, failed)
}

struct Program {
    name: &'static str,
    /// The last one is instantiated with the others' exports under their numbers.
    modules: &'static [&'static str],
    /// The exports that are called, which take and give an i32, and the argument.
    calls: &'static [(&'static str, i32)],
}

const PROGRAMS: &[Program] = &[
    Program {
        name: "numbers",
        modules: &[r#"(module
            (func (export "gcd") (param i32) (result i32) (local i32 i32)
                (local.set 1 (i32.const 3528))
                (loop
                    (local.set 2 (i32.rem_u (local.get 1) (local.get 0)))
                    (local.set 1 (local.get 0))
                    (br_if 0 (local.tee 0 (local.get 2))))
                (local.get 1))
            (func (export "wide") (param i32) (result i32)
                (local i64 f32 f64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
                (local.set 1 (i64.extend_i32_s (local.get 0)))
                (local.set 3 (f64.convert_i64_s (local.get 1)))
                (block $a (block $b (block $c
                    (br_table $a $b $c (local.get 0)))
                    (return (i32.const 2)))
                    (return (i32.const 1)))
                (i32.trunc_sat_f64_s (local.get 3))))"#],
        calls: &[("gcd", 84), ("wide", 0), ("wide", 1), ("wide", 9)],
    },
    Program {
        name: "calls",
        modules: &[r#"(module
            (import "host" "f" (func $f (param i32) (result i32)))
            (table 4 funcref) (elem (i32.const 1) $deep $f $trap)
            (func $deep (export "deep") (param i32) (result i32)
                (if (i32.eqz (local.get 0)) (then (return (call $f (i32.const 1)))))
                (i32.add (i32.const 1) (call $deep (i32.sub (local.get 0) (i32.const 1)))))
            (func (export "endless") (param i32) (result i32)
                (i32.add (i32.const 1) (call $deep (i32.const -1))))
            (func $trap (export "trap") (param i32) (result i32)
                (i32.div_u (i32.const 1) (call $f (local.get 0))))
            (func (export "indirect") (param i32) (result i32)
                (call_indirect (param i32) (result i32) (i32.const 0) (local.get 0))))"#],
        calls: &[
            ("deep", 5),
            ("deep", 5000),
            ("endless", 0),
            ("trap", 0),
            ("trap", 2),
            ("indirect", 0),
            ("indirect", 1),
            ("indirect", 2),
            ("indirect", 3),
            ("indirect", 4),
        ],
    },
    Program {
        name: "memories and tables",
        modules: &[r#"(module
            (memory (export "memory") 1 30) (memory 0)
            (table (export "table") 2 externref)
            (data (i32.const 65530) "active") (data "passive")
            (global $size (mut i32) (i32.const 0))
            (func (export "grow") (param i32) (result i32)
                (global.set $size (memory.grow (local.get 0)))
                (drop (memory.grow 1 (local.get 0)))
                (i32.store (i32.const 60000) (table.grow (ref.null extern) (local.get 0)))
                (i32.add (global.get $size) (i32.load (i32.const 60000))))
            (func (export "fill") (param i32) (result i32)
                (memory.fill (i32.const 3) (i32.const 7) (local.get 0))
                (memory.init 1 (i32.const 0) (i32.const 2) (i32.const 5))
                (memory.copy 0 0 (local.get 0) (i32.const 0) (i32.const 9))
                (i32.load8_u (local.get 0))))"#],
        calls: &[
            ("grow", 3),
            ("fill", 70),
            ("grow", 8),
            ("fill", 1 << 20),
            ("grow", 99),
        ],
    },
    Program {
        name: "shared memories",
        modules: &[
            r#"(module (memory (export "memory") 1 30 shared) (data (i32.const 8) "active"))"#,
            r#"(module
                (import "0" "memory" (memory 1 30 shared))
                (memory 1 2 shared)
                (func (export "grow") (param i32) (result i32)
                    (drop (memory.grow 1 (local.get 0)))
                    (memory.grow (local.get 0)))
                (func (export "wait") (param i32) (result i32)
                    (i32.add
                        (memory.atomic.notify (local.get 0) (i32.const 1))
                        (memory.atomic.wait64 (local.get 0) (i64.const 0) (i64.const 1)))))"#,
        ],
        calls: &[
            ("grow", 1),
            ("wait", 0),
            ("wait", 8),
            ("wait", 4),
            ("grow", 99),
        ],
    },
    Program {
        name: "modules that are linked",
        modules: &[
            r#"(module
                (memory (export "memory") 1)
                (table (export "table") 5 funcref)
                (global (export "global") (mut i32) (i32.const 5))
                (func (export "twice") (param i32) (result i32)
                    (i32.mul (i32.const 2) (local.get 0))))"#,
            r#"(module
                (import "0" "memory" (memory 1))
                (import "0" "table" (table 5 funcref))
                (import "0" "global" (global $global (mut i32)))
                (import "0" "twice" (func $twice (param i32) (result i32)))
                (import "host" "f" (func $f (param i32) (result i32)))
                (elem (i32.const 2) $own $twice)
                (data (i32.const 8) "linked")
                (func $own (param i32) (result i32)
                    (i32.add (global.get $global) (call $twice (local.get 0))))
                (func $begin
                    (global.set $global (call_indirect (param i32) (result i32)
                        (i32.const 4) (i32.const 2)))
                    (drop (call $f (i32.const 1))))
                (start $begin)
                (func (export "own") (param i32) (result i32)
                    (return_call_indirect (param i32) (result i32)
                        (local.get 0) (i32.const 2)))
                (func (export "letters") (param i32) (result i32)
                    (i32.load8_u offset=8 (local.get 0))))"#,
        ],
        calls: &[("own", 7), ("letters", 2), ("letters", -1)],
    },
    Program {
        name: "objects and vectors",
        modules: &[r#"(module
            (type $node (struct (field i32) (field (ref null $node))))
            (type $nodes (array (mut (ref null $node))))
            (global $first (ref $node) (struct.new $node (i32.const 1) (ref.null $node)))
            (table 2 (ref null $node))
            (elem (i32.const 1) (ref null $node)
                (item (struct.new $node (i32.const 2) (global.get $first))))
            (func $list (param $n i32) (result (ref null $node))
                (local $list (ref null $node))
                (local.set $list (global.get $first))
                (loop $more
                    (local.set $list (struct.new $node (local.get $n) (local.get $list)))
                    (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
                (local.get $list))
            ;; Every frame has a list while those inside make theirs, of which most is garbage.
            (func $deep (export "deep") (param $n i32) (result i32)
                (local $own (ref null $node))
                (if (i32.eqz (local.get $n)) (then (return (i32.const 0))))
                (local.set $own (call $list (i32.const 3000)))
                (drop (call $list (i32.const 3000)))
                (i32.add
                    (call $deep (i32.sub (local.get $n) (i32.const 1)))
                    (struct.get $node 0 (local.get $own))))
            (func (export "array") (param $n i32) (result i32)
                (local $array (ref null $nodes))
                (local.set $array
                    (array.new $nodes (table.get (i32.const 1)) (local.get $n)))
                (i32.add (array.len (local.get $array))
                    (struct.get $node 0 (array.get $nodes (local.get $array) (i32.const 3)))))
            (func (export "lanes") (param i32) (result i32)
                (local v128)
                (local.set 1 (i32x4.add (i32x4.splat (local.get 0)) (v128.const i32x4 1 2 3 4)))
                (i32x4.extract_lane 2 (local.get 1))))"#],
        calls: &[
            ("deep", 12),
            ("array", 5),
            ("array", 100_000),
            ("array", 2),
            ("lanes", 7),
        ],
    },
    Program {
        name: "an instance that fails",
        modules: &[r#"(module
            (import "host" "f" (func $f (param i32) (result i32)))
            (memory 1) (table 3 funcref)
            (elem (i32.const 0) $start) (data (i32.const 65535) "no")
            (func $start (drop (call $f (i32.const 0))))
            (start $start))"#],
        calls: &[],
    },
];

struct Case {
    linker: Linker<u32>,
    modules: Vec<Module>,
    calls: &'static [(&'static str, i32)],
}

impl Case {
    fn new(engine: &Engine, program: &Program) -> Self {
        let mut linker = Linker::new(engine);
        linker
            .func_wrap(
                "host",
                "f",
                |mut caller: Caller<'_, u32>, n: i32| -> Result<i32> {
                    *caller.data_mut() += 1;
                    match n {
                        0 => Ok(0),
                        1 => Ok(1),
                        _ => Err(Error::exit(n)),
                    }
                },
            )
            .expect("it is new");
        let module = |text: &&str| Module::new(engine, text).expect("it is valid");
        Self {
            linker,
            modules: program.modules.iter().map(module).collect(),
            calls: program.calls,
        }
    }

    /// What came of everything: the instance, or else of each call.
    fn run(&self) -> Vec<Result<i32>> {
        let results = with_room(self.calls.len());
        let mut linker = self.linker.clone();
        let mut store = Store::new(self.linker.engine(), 0);
        self.run_in(&mut linker, &mut store, results)
    }

    fn run_in(
        &self,
        linker: &mut Linker<u32>,
        store: &mut Store<u32>,
        mut results: Vec<Result<i32>>,
    ) -> Vec<Result<i32>> {
        let instance = match self.instance(linker, store) {
            Ok(instance) => instance,
            Err(error) => {
                results.push(Err(error));
                return results;
            }
        };
        for (name, argument) in self.calls {
            let result = instance
                .get_typed_func::<i32, i32>(&mut *store, name)
                .and_then(|func| func.call(&mut *store, *argument));
            results.push(result);
        }
        results
    }

    fn instance(&self, linker: &mut Linker<u32>, store: &mut Store<u32>) -> Result<Instance> {
        let (last, others) = self.modules.split_last().expect("there is one");
        for (module, name) in others.iter().zip(["0", "1"]) {
            let instance = linker.instantiate(&mut *store, module)?;
            linker.instance(&mut *store, name, instance)?;
        }
        linker.instantiate(store, last)
    }
}

fn with_room(calls: usize) -> Vec<Result<i32>> {
    Vec::with_capacity(calls + 1)
}

/// Whether that is what a call comes to, or may come to when there is no memory.
fn is_fair(seen: &Result<i32>, expected: &Result<i32>) -> bool {
    match (seen, expected) {
        (Ok(seen), Ok(expected)) => seen == expected,
        (Err(seen), expected) => match (seen.kind(), expected) {
            // The value stack could not grow.
            (ErrorKind::OutOfMemory | ErrorKind::Trap(Trap::StackOverflow), _) => true,
            (seen, Err(expected)) => format!("{seen:?}") == format!("{:?}", expected.kind()),
            _ => false,
        },
        _ => false,
    }
}

fn configurations() -> impl Iterator<Item = Config> {
    let dispatches = [Dispatch::Loop, Dispatch::Tail];
    dispatches.into_iter().flat_map(|dispatch| {
        [CompilationMode::Lazy, CompilationMode::Eager].map(|mode| {
            let mut config = Config::new();
            config
                .backend(BackendKind::Interp)
                .interp_dispatch(dispatch)
                .compilation(mode)
                .parallel_compilation(false);
            config
        })
    })
}

#[test]
fn guests_end_in_an_error_whichever_allocation_fails() {
    for config in configurations() {
        let engine = Engine::new(&config).expect("there is a backend");
        if Module::new(&engine, "(module)").is_err() {
            // Tail calls need optimisation.
            let is_tail = config.dispatch() == Dispatch::Tail;
            assert!(is_tail && cfg!(debug_assertions));
            continue;
        }
        for program in PROGRAMS {
            every_failure(&engine, program);
        }
    }
}

fn every_failure(engine: &Engine, program: &Program) {
    let expected = Case::new(engine, program).run();
    let kinds: [fn(usize) -> Failing; 2] = [Failing::Once, Failing::Always];
    for kind in kinds {
        for n in 0.. {
            let before = LIVE.get();
            // A new one each time: what is translated is kept.
            let case = Case::new(engine, program);
            let results = with_room(case.calls.len());
            let mut linker = case.linker.clone();
            let mut store = Store::new(engine, 0);
            let (seen, failed) = with(kind(n), || case.run_in(&mut linker, &mut store, results));
            let what = || format!("{}, {:?}: {seen:?}", program.name, kind(n));
            // `memory.grow` and `table.grow` say -1 instead, which shows in what follows.
            let may_differ = failed && program.name == "memories and tables";
            let fair = seen.len() <= expected.len()
                && seen.iter().zip(&expected).all(|(a, b)| is_fair(a, b));
            assert!(fair || may_differ, "{}", what());
            if !failed {
                assert_eq!(seen.len(), expected.len(), "{}", what());
            }
            // What is left over can be used.
            let again = with_room(case.calls.len());
            let again = case.run_in(&mut case.linker.clone(), &mut Store::new(engine, 0), again);
            let same = again.iter().zip(&expected).all(|(a, b)| is_fair(a, b));
            assert!(
                same && again.len() == expected.len(),
                "{}: {again:?}",
                what()
            );
            drop((seen, again, linker, store, case));
            assert_eq!(LIVE.get(), before, "{}: bytes are lost", program.name);
            if !failed {
                assert!(n > 0, "{} allocates", program.name);
                break;
            }
        }
    }
}
