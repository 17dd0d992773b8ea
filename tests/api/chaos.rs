//! Guests and the host call, suspend, resume, panic, grow and run out of fuel at random, inside of
//! each other.
//!
//! Whatever happens around them, each guest must find its locals, its operands and its memory as
//! it left them, and the store must have its whole depth and stack afterwards.

use super::{Random, module, on_each_engine_with};
use diptych::{
    Caller, Error, Extern, Func, Instance, Module, Result, ResumableCall, Store, SuspendedCall,
    Trap, TypedFunc, Val,
};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};

/// How often the host and guests may be inside each other's calls.
const DEPTH: u32 = 12;

/// `work` calls `act` at the end of a recursion, with operands on its stack, and traps when it
/// does not find what it left.
const GUEST: &str = r#"(module
    (import "" "act" (func $act (param i64 i64) (result i64)))
    (memory (export "memory") 1)
    (func $work (export "work") (param $seed i64) (param $depth i64) (result i64)
        (local $a i64) (local $b i64)
        (local.set $a (i64.mul (local.get $seed) (i64.const 7)))
        (local.set $b (i64.xor (local.get $seed) (i64.const 0x5555)))
        (if (i64.gt_s (local.get $depth) (i64.const 0)) (then (return
            (i64.add (local.get $b)
                (call $work (local.get $a) (i64.sub (local.get $depth) (i64.const 1)))))))
        (local.get $a)
        (i64.add (call $act (local.get $seed) (i64.const 1)))
        (i64.add (i64.mul (local.get $b) (call $act (local.get $b) (i64.const 2))))
        (if (i64.ne (local.get $a) (i64.mul (local.get $seed) (i64.const 7)))
            (then unreachable))
        (if (i64.ne (local.get $b) (i64.xor (local.get $seed) (i64.const 0x5555)))
            (then unreachable))
        (i64.store (i32.const 8) (local.get $seed))
        (if (i64.ne (i64.load (i32.const 8)) (local.get $seed)) (then unreachable))))"#;

/// What `act` gives.
fn acted(seed: i64, turn: i64) -> i64 {
    seed.wrapping_mul(31).wrapping_add(turn)
}

/// What `work` gives.
fn worked(mut seed: i64, depth: i64) -> i64 {
    let mut sum = 0i64;
    for _ in 0..depth {
        sum = sum.wrapping_add(seed ^ 0x5555);
        seed = seed.wrapping_mul(7);
    }
    let (a, b) = (seed.wrapping_mul(7), seed ^ 0x5555);
    sum.wrapping_add(a)
        .wrapping_add(acted(seed, 1))
        .wrapping_add(b.wrapping_mul(acted(b, 2)))
}

/// The error with which `act` suspends its guest, or ends it.
#[derive(Clone, Copy, Debug)]
struct Wait {
    seed: i64,
    turn: i64,
}

impl core::fmt::Display for Wait {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("wait")
    }
}

impl core::error::Error for Wait {}

/// What `act` panics with.
struct Thrown;

/// What `act` does.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    /// Nothing.
    Calm,
    /// Anything, so many times.
    Wild(u32),
    /// Calls a guest again, and counts how often that succeeds.
    Deep,
}

struct World {
    mode: Mode,
    random: Random,
    module: Module,
    act: Option<Func>,
    instances: Vec<Instance>,
    /// The guests that wait, and what their whole calls must give.
    waiting: Vec<(SuspendedCall, i64)>,
    reached: u32,
    /// How often a guest ran out of fuel and could be resumed.
    ran_out: u32,
    /// How often each thing was done.
    done: [u32; 10],
}

type Context<'a> = diptych::StoreContextMut<'a, World>;

fn work(store: &mut Context<'_>) -> TypedFunc<(i64, i64), i64> {
    let count = store.data().instances.len() as u64;
    let which = store.data_mut().random.below(count) as usize;
    let instance = store.data().instances[which];
    let work = instance.get_typed_func(store, "work");
    work.expect("the guest exports it")
}

fn refuel(store: &mut Context<'_>) {
    let fuel = store.data_mut().random.below(50_000);
    store.set_fuel(fuel).expect("fuel is counted");
}

/// Arguments for a call of `work`.
fn arguments(store: &mut Context<'_>) -> (i64, i64) {
    let random = &mut store.data_mut().random;
    let seed = random.next() as i64;
    // Some recursions go through several segments of the stack.
    let depth = match random.below(8) {
        0 => random.below(4_000),
        1..=3 => random.below(30),
        _ => 0,
    };
    (seed, depth as i64)
}

/// Whether a guest's error is one that it may end with.
fn check_error(error: &Error) {
    let expected = match error.trap() {
        Some(trap) => matches!(trap, Trap::StackOverflow | Trap::OutOfFuel),
        None => error.downcast_ref::<Wait>().is_some(),
    };
    assert!(expected, "{error:?}");
}

fn call(store: &mut Context<'_>) {
    let (work, (seed, depth)) = (work(store), arguments(store));
    match work.call(store, (seed, depth)) {
        Ok(result) => assert_eq!(result, worked(seed, depth)),
        Err(error) => check_error(&error),
    }
}

fn call_resumable(store: &mut Context<'_>) {
    let (work, (seed, depth)) = (work(store), arguments(store));
    let mut results = [Val::I64(0)];
    let args = [Val::I64(seed), Val::I64(depth)];
    let call = work.func().call_resumable(&mut *store, &args, &mut results);
    settle(store, call, &results, worked(seed, depth));
}

fn resume(store: &mut Context<'_>) {
    let count = store.data().waiting.len() as u64;
    if count == 0 {
        return;
    }
    let which = store.data_mut().random.below(count) as usize;
    let (call, expected) = store.data_mut().waiting.swap_remove(which);
    let mut results = [Val::I64(0)];
    if call.host_func().is_none() {
        assert_eq!(call.error().trap(), Some(Trap::OutOfFuel));
        refuel(store);
        store.data_mut().ran_out += 1;
        let call = call.resume(&mut *store, &[], &mut results);
        settle(store, call, &results, expected);
        return;
    }
    // An error of `act`, or one that came through it from a guest that it called: the host
    // answers each in the place of `act`.
    let wait = call.error().downcast_ref::<Wait>().copied();
    let Some(Wait { seed, turn }) = wait else {
        check_error(call.error());
        return;
    };
    let value = [Val::I64(acted(seed, turn))];
    let call = call.resume(&mut *store, &value, &mut results);
    settle(store, call, &results, expected);
}

fn settle(store: &mut Context<'_>, call: Result<ResumableCall>, results: &[Val], expected: i64) {
    match call {
        Ok(ResumableCall::Finished) => assert_eq!(results[0].unwrap_i64(), expected),
        Ok(ResumableCall::Suspended(call)) => {
            let world = store.data_mut();
            world.waiting.push((call, expected));
            if world.waiting.len() > 40 {
                world.waiting.remove(0);
            }
        }
        Err(error) => check_error(&error),
    }
}

fn act(mut caller: Caller<'_, World>, seed: i64, turn: i64) -> Result<i64> {
    let result = Ok(acted(seed, turn));
    let instance = caller.instance();
    let memory = caller.get_export("memory").and_then(Extern::into_memory);
    let mut store = diptych::AsContextMut::as_context_mut(&mut caller);
    match store.data().mode {
        Mode::Calm => return result,
        Mode::Deep => {
            store.data_mut().reached += 1;
            let work = work(&mut store);
            work.call(&mut store, (1, 0))?;
            return result;
        }
        Mode::Wild(0) => return result,
        Mode::Wild(left) => store.data_mut().mode = Mode::Wild(left - 1),
    }
    let what = store.data_mut().random.below(10);
    store.data_mut().done[what as usize] += 1;
    match what {
        0 => call(&mut store),
        1 | 2 => call_resumable(&mut store),
        3 | 4 => resume(&mut store),
        5 => return Err(Error::host(Wait { seed, turn })),
        6 => panic_any(Thrown),
        7 => catch(|| call(&mut store)),
        8 => {
            let (module, act) = (store.data().module.clone(), store.data().act);
            let act = act.expect("it is set");
            if store.data().instances.len() < 20 {
                let made = Instance::new(&mut store, &module, &[act.into()]);
                let made = made.expect("it links");
                store.data_mut().instances.push(made);
            }
        }
        _ => {
            // `memory` is the caller's, when a guest called.
            if let Some(memory) = memory.filter(|memory| memory.size(&store) < 20) {
                memory.grow(&mut store, 1).expect("there is room");
            }
            let inner = Func::wrap(&mut store, move |mut caller: Caller<'_, World>| {
                assert!(caller.instance().is_none());
                resume(&mut diptych::AsContextMut::as_context_mut(&mut caller));
            });
            if let Err(error) = inner.call(&mut store, &[], &mut []) {
                assert_eq!(error.trap(), Some(Trap::StackOverflow));
            }
        }
    }
    assert_eq!(caller.instance(), instance);
    result
}

/// Runs what may panic as `act` does, and with nothing else.
fn catch(run: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(run))
        && !panic.is::<Thrown>()
    {
        resume_unwind(panic);
    }
}

#[test]
fn whatever_happens_guests_and_stores_stay_whole() {
    on_each_engine_with(
        |config| {
            config
                .max_call_depth(DEPTH)
                .max_wasm_stack(1 << 20)
                .consume_fuel(true);
        },
        |engine| {
            let module = module(engine, GUEST);
            let world = World {
                mode: Mode::Calm,
                random: Random(42),
                module: module.clone(),
                act: None,
                instances: Vec::new(),
                waiting: Vec::new(),
                reached: 0,
                ran_out: 0,
                done: [0; 10],
            };
            let mut store = Store::new(engine, world);
            let act = Func::wrap(&mut store, act);
            store.data_mut().act = Some(act);
            let first = Instance::new(&mut store, &module, &[act.into()]).expect("it links");
            store.data_mut().instances.push(first);
            let mut store = diptych::AsContextMut::as_context_mut(&mut store);
            for round in 0..600 {
                store.data_mut().mode = Mode::Wild(1 + round % 40);
                refuel(&mut store);
                catch(|| match round % 3 {
                    0 => call(&mut store),
                    1 => call_resumable(&mut store),
                    _ => resume(&mut store),
                });
                check_whole(&mut store);
            }
            // All that still waits can go on.
            while !store.data().waiting.is_empty() {
                resume(&mut store);
            }
            check_whole(&mut store);
            let done = store.data().done;
            assert!(done.iter().all(|count| *count > 50), "{done:?}");
            assert!(store.data().ran_out > 50);
        },
    );
}

/// Whether the whole depth and the whole stack are there.
fn check_whole(store: &mut Context<'_>) {
    store.data_mut().mode = Mode::Calm;
    store.set_fuel(1 << 40).expect("fuel is counted");
    let work = work(store);
    for depth in [0, 10_000] {
        let result = work.call(&mut *store, (5, depth)).expect("it fits");
        assert_eq!(result, worked(5, depth));
    }
    store.data_mut().mode = Mode::Deep;
    store.data_mut().reached = 0;
    let error = work.call(&mut *store, (5, 0)).expect_err("it is too deep");
    assert_eq!(error.trap(), Some(Trap::StackOverflow));
    assert_eq!(store.data().reached, DEPTH);
    store.data_mut().mode = Mode::Calm;
}
