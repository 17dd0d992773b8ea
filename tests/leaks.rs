//! Every byte is given back: with an allocator that counts, and one that refuses.

#![cfg(all(feature = "interp", feature = "disasm", feature = "wat"))]

use core::alloc::{GlobalAlloc, Layout};
use core::sync::atomic::{AtomicIsize, AtomicUsize, Ordering};
use diptych::{
    BackendKind, Caller, CompilationMode, Config, Dispatch, Engine, Error, ErrorKind, Extern,
    ExternRef, Func, FuncType, Global, GlobalType, Instance, Linker, Memory, MemoryType, Module,
    Mutability, Ref, RefType, Result, ResumableCall, RootScope, Store, StoreLimits,
    StoreLimitsBuilder, SuspendedCall, Table, TableType, Tag, TagType, Trap, Val, ValType,
};
use std::alloc::System;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::time::Duration;

struct Counting;

/// The bytes that are allocated.
static LIVE: AtomicIsize = AtomicIsize::new(0);
/// The size in bytes that an allocation must not exceed.
static LARGEST: AtomicUsize = AtomicUsize::new(usize::MAX);

// SAFETY: it is the system's allocator, which keeps the promises; refusing is allowed.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() > LARGEST.load(Ordering::Relaxed) {
            return core::ptr::null_mut();
        }
        LIVE.fetch_add(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: the contract is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.size() > LARGEST.load(Ordering::Relaxed) {
            return core::ptr::null_mut();
        }
        LIVE.fetch_add(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: the contract is the same.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: the contract is the same.
        unsafe { System.dealloc(ptr, layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if new_size > LARGEST.load(Ordering::Relaxed) {
            return core::ptr::null_mut();
        }
        let more = new_size as isize - layout.size() as isize;
        LIVE.fetch_add(more, Ordering::Relaxed);
        // SAFETY: the contract is the same.
        unsafe { System.realloc(ptr, layout, new_size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What a host function panics with: no message is printed for it.
struct Thrown;

/// One test, because the allocator counts for the whole process.
#[test]
fn memory_is_given_back_and_may_be_refused() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !panic.payload().is::<Thrown>() {
            usual(panic);
        }
    }));
    // Compiled guests use the thread's stack, and the deepest of them need more than threads have.
    let thread = std::thread::Builder::new().stack_size(32 << 20);
    let tests = thread.spawn(each_configuration).expect("a thread");
    if let Err(panic) = tests.join() {
        std::panic::resume_unwind(panic);
    }
}

/// Makes a configuration that of an engine.
type Configure = fn(&mut Config);

/// What executes modules: what it is called, and what sets it up.
const ENGINES: &[(&str, Configure)] = &[
    ("loop", |config| {
        config
            .backend(BackendKind::Interp)
            .interp_dispatch(Dispatch::Loop);
    }),
    ("tail", |config| {
        config
            .backend(BackendKind::Interp)
            .interp_dispatch(Dispatch::Tail);
    }),
    #[cfg(feature = "jit")]
    ("compiler", |config| {
        config.backend(BackendKind::Jit);
    }),
    #[cfg(feature = "jit")]
    ("compiler that checks", |config| {
        config
            .backend(BackendKind::Jit)
            .signals_based_traps(false)
            .memory_guard(false);
    }),
    #[cfg(feature = "jit")]
    ("alternating", |config| {
        config.backend(BackendKind::Alternating).memory_guard(false);
    }),
];

fn each_configuration() {
    for (backend, set_up) in ENGINES {
        for mode in [
            CompilationMode::Lazy,
            CompilationMode::FullyLazy,
            CompilationMode::Eager,
        ] {
            let config = || {
                let mut config = Config::new();
                config.compilation(mode);
                set_up(&mut config);
                config
            };
            let engine = Engine::new(&config()).expect("there is a backend");
            if Module::new(&engine, "(module)").is_err() {
                let has_tail = !cfg!(debug_assertions)
                    && cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));
                assert!(*backend == "tail" && !has_tail, "{backend}");
                continue;
            }
            for (name, scenario) in SCENARIOS {
                // Twice, because some things are made once in a process, and some once in an
                // engine.
                for engine in [None, Some(&engine)] {
                    let run = || match engine {
                        Some(engine) => scenario(engine),
                        None => scenario(&Engine::new(&config()).expect("there is one")),
                    };
                    run();
                    // A leak shows every time. What the system keeps for a thread that has ended
                    // is given back a little later, and shows now and then, unless it has time.
                    let mut grown = 1;
                    for attempt in 0..20 {
                        let live = || {
                            std::thread::sleep(Duration::from_millis(attempt));
                            LIVE.load(Ordering::Relaxed)
                        };
                        let before = live();
                        run();
                        grown = live() - before;
                        if grown == 0 {
                            break;
                        }
                    }
                    let one = if engine.is_some() {
                        "one engine"
                    } else {
                        "an engine each"
                    };
                    assert_eq!(grown, 0, "{name}, {one}, {backend}, {mode:?}");
                }
            }
            // Of modules by turns one cannot say which is refused what.
            if engine.config().backend_kind() != BackendKind::Alternating {
                refusals(&engine);
            }
        }
    }
}

/// What is done, and its name.
type Scenario = (&'static str, fn(&Engine));

const SCENARIOS: &[Scenario] = &[
    ("nothing", |_| ()),
    ("modules", modules),
    ("invalid modules", invalid_modules),
    ("stores", stores),
    ("instances", instances),
    ("failed instances", failed_instances),
    ("shared memories", shared_memories),
    ("traps", traps),
    ("suspended calls", suspended_calls),
    ("panics", panics),
    ("linkers", linkers),
    ("deep stacks", deep_stacks),
];

const PROGRAM: &str = r#"(module $program
    (import "host" "f" (func $f (param i32) (result i32)))
    (memory (export "memory") 1)
    (table (export "table") 10 funcref)
    (global (export "global") (mut i64) (i64.const 1))
    (data "passive") (data (i32.const 8) "active")
    (elem (i32.const 1) $f $work) (elem func $work)
    (func $work (export "work") (param i32) (result i32)
        (if (i32.eqz (local.get 0)) (then (return (call $f (i32.const 1)))))
        (i32.add (i32.const 1) (call $work (i32.sub (local.get 0) (i32.const 1)))))
    (func (export "grow") (param i32) (result i32)
        (drop (table.grow (ref.null func) (local.get 0)))
        (memory.grow (local.get 0)))
    (func (export "trap") unreachable))"#;

fn modules(engine: &Engine) {
    let module = Module::new(engine, PROGRAM).expect("it is valid");
    assert_eq!(module.name(), Some("program"));
    assert_eq!(module.imports().len(), 1);
    assert!(module.exports().len() > 5);
    for func in 1..4 {
        let text = module.disassemble(diptych::types::FuncIdx(func));
        assert!(!text.expect("it can be read").is_empty());
    }
    module.compile_all().expect("all is valid");
    assert_eq!(module.func_name(diptych::types::FuncIdx(1)), Some("work"));
    drop(module.clone());
}

fn invalid_modules(engine: &Engine) {
    for text in [
        "(module",
        "(module (func (result i32)))",
        "(module (memory 2 1))",
    ] {
        let result = Module::new(engine, text).and_then(|module| module.compile_all());
        result.expect_err("it is invalid");
    }
    let valid = Module::new(engine, PROGRAM).expect("it is valid");
    let bytes = &valid.ir().bytes;
    for end in 0..bytes.len() {
        let _ = Module::new(engine, &bytes[..end]);
    }
}

fn host(store: &mut Store<State>) -> Func {
    Func::wrap(
        store,
        |mut caller: Caller<'_, State>, n: i32| -> Result<i32> {
            caller.data_mut().text.push('x');
            match n {
                1 => Ok(1),
                2 => Err(Error::host(core::fmt::Error)),
                3 => Err(Error::msg(format!("message {n}"))),
                _ => panic_any(Thrown),
            }
        },
    )
}

#[derive(Default)]
struct State {
    text: String,
    waiting: Vec<SuspendedCall>,
    limits: StoreLimits,
}

fn program(engine: &Engine) -> (Store<State>, Instance) {
    let mut store = Store::new(engine, State::default());
    let module = Module::new(engine, PROGRAM).expect("it is valid");
    let host = host(&mut store);
    let instance = Instance::new(&mut store, &module, &[host.into()]).expect("it links");
    (store, instance)
}

fn run(store: &mut Store<State>, instance: Instance, name: &str, n: i32) -> Result<i32> {
    let func = instance.get_typed_func::<i32, i32>(&mut *store, name)?;
    func.call(store, n)
}

fn stores(engine: &Engine) {
    let mut store = Store::new(engine, State::default());
    let memory = Memory::new(&mut store, MemoryType::new(0, None)).expect("there is room");
    for _ in 0..5 {
        memory.grow(&mut store, 3).expect("there is room");
    }
    let ty = TableType::new(RefType::FUNCREF, 0, None);
    let table = Table::new(&mut store, ty, Ref::Func(None)).expect("there is room");
    for _ in 0..5 {
        let func = host(&mut store);
        table
            .grow(&mut store, 100, func.into())
            .expect("there is room");
    }
    for i in 0..100 {
        let ty = GlobalType::new(ValType::I32, Mutability::Var);
        Global::new(&mut store, ty, Val::I32(i)).expect("there is room");
        ExternRef::new(&mut store, vec![i; 100]).expect("there is room");
        {
            let mut scope = RootScope::new(&mut store);
            ExternRef::new(&mut scope, vec![i; 100]).expect("there is room");
        }
        if i % 10 == 0 {
            store.gc().expect("there is room");
        }
        let ty = FuncType::new([ValType::I32; 20], [ValType::FUNCREF; 3]);
        Func::new(&mut store, ty.clone(), |_, _, _| Ok(())).expect("there is room");
        Tag::new(&mut store, TagType::new(FuncType::new([ValType::I32], []))).expect("room");
        bad_calls(&mut store);
    }
    let handle = store.interrupt_handle();
    store.data_mut().text.push_str("data");
    let State { text, .. } = store.into_data();
    assert_eq!(text, "data");
    handle.interrupt();
}

fn bad_calls(store: &mut Store<State>) {
    let func = host(store);
    func.call(&mut *store, &[], &mut [])
        .expect_err("arguments are missing");
    func.typed::<(), ()>(&*store)
        .expect_err("it has another type");
    let ty = MemoryType::new(2, Some(1));
    Memory::new(&mut *store, ty).expect_err("the type is impossible");
}

fn instances(engine: &Engine) {
    let (mut store, instance) = program(engine);
    assert_eq!(
        run(&mut store, instance, "work", 10).expect("nothing traps"),
        11
    );
    assert_eq!(
        run(&mut store, instance, "grow", 7).expect("nothing traps"),
        1
    );
    let module = instance.module(&store);
    let f = host(&mut store);
    for _ in 0..10 {
        Instance::new(&mut store, &module, &[f.into()]).expect("it links");
    }
    let exports = instance
        .exports(&mut store)
        .map(|export| export.into_extern());
    assert_eq!(exports.count(), 6);
}

/// Threads share a memory, which outlives the stores that use it, and one of them its maker.
fn shared_memories(engine: &Engine) {
    let maker = Module::new(engine, r#"(module (memory (export "") 1 9 shared))"#);
    let maker = maker.expect("it is valid");
    let user = r#"(module (import "" "" (memory 0 9 shared))
        (func (export "run") (result i32)
            (drop (memory.grow (i32.const 1)))
            (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 1000))))"#;
    let user = Module::new(engine, user).expect("it is valid");
    let mut store = Store::new(engine, ());
    let instance = Instance::new(&mut store, &maker, &[]).expect("nothing is imported");
    let memory = instance.get_shared_memory(&mut store, "").expect("it is");
    drop(store);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut store = Store::new(engine, ());
                for _ in 0..2 {
                    let imports = [memory.clone().into()];
                    let instance = Instance::new(&mut store, &user, &imports).expect("it links");
                    let run = instance.get_typed_func::<(), i32>(&mut store, "run");
                    let result = run.expect("it is exported").call(&mut store, ());
                    assert_eq!(result.expect("nothing traps"), 2);
                }
            });
        }
    });
    assert_eq!(memory.size(), 5);
}

fn failed_instances(engine: &Engine) {
    let mut store = Store::new(engine, State::default());
    store.data_mut().limits = StoreLimitsBuilder::new().memory_size(1 << 20).build();
    store.limiter(|state| &mut state.limits);
    let f: Extern = host(&mut store).into();
    for text in [
        r#"(module (import "" "" (func)))"#,
        r#"(module (memory 100))"#,
        r#"(module (memory 1) (table 100000000 funcref))"#,
        r#"(module (memory 1) (data (i32.const 70000) "x"))"#,
        r#"(module (memory 1) (table 1 funcref) (elem (i32.const 1) 0) (func))"#,
        r#"(module (memory 1) (func unreachable) (start 0))"#,
    ] {
        let module = Module::new(engine, text).expect("it is valid");
        let imports = &[f.clone()][..module.imports().len()];
        Instance::new(&mut store, &module, imports).expect_err("it fails");
    }
}

fn traps(engine: &Engine) {
    let (mut store, instance) = program(engine);
    let trap = instance
        .get_typed_func::<(), ()>(&mut store, "trap")
        .expect("it is exported");
    let mut errors: Vec<Error> = (0..10)
        .map(|_| trap.call(&mut store, ()).expect_err("it traps"))
        .collect();
    errors.extend((0..3).map(|_| {
        let result = run(&mut store, instance, "work", 1_000_000);
        result.expect_err("the stack is full")
    }));
    drop(store);
    for error in &errors {
        let backtrace = error.backtrace().expect("a guest ran");
        assert!(!format!("{error} {backtrace}").is_empty());
    }
}

const WAITING: &str = r#"(module
    (import "host" "f" (func $f (param i32) (result i32)))
    (func $wait (export "wait") (param i32) (result i32)
        (if (i32.eqz (local.get 0)) (then (return (call $f (i32.const 3)))))
        (i32.add (call $f (i32.const 1)) (call $wait (i32.sub (local.get 0) (i32.const 1))))))"#;

fn suspended_calls(engine: &Engine) {
    let mut store = Store::new(engine, State::default());
    let module = Module::new(engine, WAITING).expect("it is valid");
    let host = host(&mut store);
    let instance = Instance::new(&mut store, &module, &[host.into()]).expect("it links");
    let wait = instance
        .get_func(&mut store, "wait")
        .expect("it is exported");
    let mut results = [Val::I32(0)];
    let mut suspend = |store: &mut Store<State>, depth| {
        let args = [Val::I32(depth)];
        match wait
            .call_resumable(store, &args, &mut results)
            .expect("it waits")
        {
            ResumableCall::Suspended(call) => call,
            ResumableCall::Finished => panic!("it waits"),
        }
    };
    drop(suspend(&mut store, 10));
    drop(suspend(&mut store, 10_000).into_error());
    let call = suspend(&mut store, 5_000);
    let call = call.resume(&mut store, &[Val::I32(5)], &mut [Val::I32(0)]);
    assert!(matches!(call, Ok(ResumableCall::Finished)));
    let call = suspend(&mut store, 5_000);
    call.resume(&mut store, &[], &mut [])
        .expect_err("results are missing");
    // In the store that it belongs to, and outside of it.
    let (inside, outside) = (suspend(&mut store, 1), suspend(&mut store, 1));
    store.data_mut().waiting.push(inside);
    drop(store);
    drop(outside);
}

fn panics(engine: &Engine) {
    let mut store = Store::new(engine, State::default());
    let text = WAITING.replace("i32.const 3", "i32.const 4");
    let module = Module::new(engine, &text).expect("it is valid");
    let host = host(&mut store);
    let instance = Instance::new(&mut store, &module, &[host.into()]).expect("it links");
    for depth in [0, 10, 5_000] {
        let call = AssertUnwindSafe(|| run(&mut store, instance, "wait", depth));
        catch_unwind(call).expect_err("it panics");
        let wait = instance
            .get_func(&mut store, "wait")
            .expect("it is exported");
        let call = AssertUnwindSafe(|| {
            let args = [Val::I32(depth)];
            wait.call_resumable(&mut store, &args, &mut [Val::I32(0)])
        });
        catch_unwind(call).expect_err("it panics");
    }
    let ty = FuncType::new([ValType::I32; 9], []);
    let func = Func::new(&mut store, ty, |_, _, _| panic_any(Thrown)).expect("there is room");
    let call = AssertUnwindSafe(|| func.call(&mut store, &[Val::I32(0); 9], &mut []));
    catch_unwind(call).expect_err("it panics");
}

fn linkers(engine: &Engine) {
    let mut linker = Linker::<State>::new(engine);
    let captured = vec![1; 1000];
    linker
        .func_wrap("host", "f", move |n: i32| captured[0] + n)
        .expect("the name is free");
    linker
        .func_new("host", "g", FuncType::new([], []), |_, _, _| Ok(()))
        .expect("the name is free");
    linker
        .func_wrap("host", "g", || ())
        .map(drop)
        .expect_err("the name is given");
    linker
        .alias_module("host", "alias")
        .expect("the names are free");
    linker.allow_shadowing(true);
    linker
        .func_wrap("host", "g", || ())
        .expect("it may be given again");
    let module = Module::new(engine, PROGRAM).expect("it is valid");
    let pre = linker.instantiate_pre(&module).expect("all is there");
    for linker in [linker.clone(), linker] {
        let mut store = Store::new(engine, State::default());
        let instance = linker.instantiate(&mut store, &module).expect("it links");
        linker
            .clone()
            .instance(&mut store, "all", instance)
            .expect("the names are free");
        pre.instantiate(&mut store).expect("it links");
        assert_eq!(
            run(&mut store, instance, "work", 10).expect("nothing traps"),
            12
        );
    }
    let unknown = Module::new(engine, r#"(module (import "un" "known" (func)))"#);
    let mut linker = Linker::<State>::new(engine);
    let unknown = unknown.expect("it is valid");
    linker.instantiate_pre(&unknown).expect_err("it is missing");
    linker
        .define_unknown_imports_as_traps(&unknown)
        .expect("it is a function");
}

fn deep_stacks(engine: &Engine) {
    let (mut store, instance) = program(engine);
    for depth in [10, 10_000, 50_000, 10] {
        let result = run(&mut store, instance, "work", depth);
        assert_eq!(result.expect("it fits"), depth + 1);
    }
    let result = run(&mut store, instance, "work", i32::MAX);
    assert_eq!(
        result.expect_err("it does not").trap(),
        Some(Trap::StackOverflow)
    );
}

/// What large guests ask for is refused where the host has no memory, and nothing is lost.
///
/// Guarded memories and the stack of compiled guests do not come from the allocator.
fn refusals(engine: &Engine) {
    let is_compiled = engine.backend().name() == "jit";
    let is_guarded = is_compiled && engine.config().memory_guard_enabled();
    let (mut store, instance) = program(engine);
    assert_eq!(
        run(&mut store, instance, "work", 10).expect("nothing traps"),
        11
    );
    let large = format!(
        r#"(module (memory 100) (data (i32.const 0) "{}"))"#,
        "x".repeat(3 << 20)
    );
    let large = Module::new(engine, &large).expect("it is valid");
    let large = large.ir().bytes.to_vec();
    let small = Module::new(engine, "(module (memory 1) (func))").expect("it is valid");
    LARGEST.store(1 << 20, Ordering::Relaxed);
    let outcomes = {
        let grown = run(&mut store, instance, "grow", 100);
        let memory = Memory::new(&mut store, MemoryType::new(100, None));
        let ty = TableType::new(RefType::FUNCREF, 1_000_000, None);
        let table = Table::new(&mut store, ty, Ref::Func(None));
        let deep = run(&mut store, instance, "work", 100_000);
        let module = Module::new(engine, &large);
        let small = Instance::new(&mut store, &small, &[]);
        (grown, memory, table, deep, module, small)
    };
    LARGEST.store(usize::MAX, Ordering::Relaxed);
    let (grown, memory, table, deep, module, small) = outcomes;
    let out_of_memory = |error: Error| matches!(error.kind(), ErrorKind::OutOfMemory);
    if is_guarded {
        assert_eq!(grown.expect("nothing traps"), 1);
        memory.expect("address space is reserved");
    } else {
        assert_eq!(grown.expect("nothing traps"), -1);
        assert!(out_of_memory(memory.expect_err("it is too large")));
    }
    assert!(out_of_memory(table.expect_err("it is too large")));
    assert!(out_of_memory(module.expect_err("it is too large")));
    small.expect("it is small");
    if is_compiled {
        assert_eq!(deep.expect("the thread's stack is there"), 100_001);
    } else {
        assert_eq!(
            deep.expect_err("it is deep").trap(),
            Some(Trap::StackOverflow)
        );
    }
    assert_eq!(
        run(&mut store, instance, "work", 100_000).expect("it fits"),
        100_001
    );
}
