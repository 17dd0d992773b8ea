//! A program in one configuration, and all that can be seen of its execution.

use diptych::{
    Caller, CompilationMode, Config, Engine, Error, Extern, Instance, Linker, Module, Store, V128,
    Val, ValType,
};
use diptych_conformance::Mode;

/// The configurations, of which the first is what the others are compared with.
const MODES: &[&str] = &[
    "loop",
    "loop-eager",
    "tail",
    "jit",
    "jit-eager",
    "jit-guard-signals-none",
    "jit-check-signals-speed",
    "jit-check-explicit-speed",
    "jit-check-explicit-none",
    "jit-check-explicit-eager",
    "alternating",
    "alternating-jit-first",
    "alternating-explicit",
];

/// A configuration.
pub(crate) struct Machine {
    pub(crate) name: String,
    engine: Engine,
}

/// Every configuration that this build has, with or without fuel.
pub(crate) fn machines(fuel: bool) -> Vec<Machine> {
    machines_with(&|config| {
        config
            .consume_fuel(fuel)
            .interruption(fuel)
            .wasm_legacy_exceptions(true);
    })
}

/// As [`machines`], of which each gives the same bits for everything.
pub(crate) fn exact_machines(fuel: bool) -> Vec<Machine> {
    machines_with(&|config| {
        config
            .consume_fuel(fuel)
            .interruption(fuel)
            .canonicalize_nans(true)
            .relaxed_simd_deterministic(true);
    })
}

fn machines_with(configure: &dyn Fn(&mut Config)) -> Vec<Machine> {
    let modes = MODES
        .iter()
        .map(|name| Mode::named(name).expect("the mode exists"));
    modes
        .filter(|mode| mode.is_available())
        .map(|mode| Machine {
            name: mode.name.to_owned(),
            engine: mode.engine_with(configure).expect("the mode is available"),
        })
        .collect()
}

/// Modules of which each may import from those before it, as `m0`, `m1` and so on, and from the
/// host. The last one is the program.
pub(crate) struct Program {
    /// For each machine, its modules.
    compiled: Vec<Vec<Module>>,
}

impl Program {
    pub(crate) fn new(machines: &[Machine], modules: &[Vec<u8>]) -> Self {
        let compile = |machine: &Machine| {
            let compile = |wasm| {
                Module::new(&machine.engine, wasm)
                    .unwrap_or_else(|error| panic!("{}: {error}", machine.name))
            };
            modules.iter().map(compile).collect()
        };
        Self {
            compiled: machines.iter().map(compile).collect(),
        }
    }

    /// An instance in each machine.
    pub(crate) fn start(&self, machines: &[Machine]) -> Vec<Guest> {
        let pairs = machines.iter().zip(&self.compiled);
        pairs
            .map(|(machine, modules)| Guest::new(machine, modules))
            .collect()
    }
}

/// An instance of a program in a store of its own.
pub(crate) struct Guest {
    name: String,
    store: Store<Vec<Event>>,
    instance: Instance,
}

/// A call of the host.
#[derive(Clone, Debug, PartialEq)]
struct Event {
    value: i32,
    fuel: Option<u64>,
    memory: Option<u64>,
}

/// All that can be seen of a call.
#[derive(Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) end: End,
    pub(crate) fuel: Option<u64>,
    events: Vec<Event>,
    globals: Vec<(String, u128)>,
    memories: Vec<(String, usize, u64)>,
}

/// How a call ended.
#[derive(Debug, PartialEq)]
pub(crate) enum End {
    Returned(Vec<u128>),
    Failed(String, Vec<Frame>),
}

/// A frame of a backtrace.
#[derive(Debug, PartialEq)]
pub(crate) struct Frame {
    module: Option<String>,
    func: u32,
    name: Option<String>,
    module_offset: usize,
    func_offset: usize,
}

impl Guest {
    fn new(machine: &Machine, modules: &[Module]) -> Self {
        let mut store = Store::new(&machine.engine, Vec::new());
        if machine.engine.config().fuel_enabled() {
            store.set_fuel(u64::MAX).expect("fuel is on");
        }
        let mut linker = Linker::new(&machine.engine);
        linker
            .func_wrap("host", "note", note)
            .and_then(|linker| linker.func_wrap("host", "refuse", refuse))
            .and_then(|linker| linker.func_wrap("host", "again", again))
            .and_then(|linker| linker.func_wrap("host", "mix", mix))
            .expect("the names are free");
        let mut last = None;
        for (i, module) in modules.iter().enumerate() {
            let instance = linker
                .instantiate(&mut store, module)
                .unwrap_or_else(|error| panic!("{}: {error}", machine.name));
            linker
                .instance(&mut store, &format!("m{i}"), instance)
                .expect("the name is free");
            last = Some(instance);
        }
        Self {
            name: machine.name.clone(),
            store,
            instance: last.expect("a program has a module"),
        }
    }

    /// Calls a function with these numbers, of whatever type it takes.
    pub(crate) fn call(&mut self, name: &str, args: &[i64], fuel: Option<u64>) -> Seen {
        let func = self
            .instance
            .get_func(&mut self.store, name)
            .unwrap_or_else(|| panic!("no function {name}"));
        let ty = func.ty(&self.store);
        let args: Vec<Val> = ty
            .params()
            .iter()
            .zip(args)
            .map(|(ty, arg)| match ty {
                ValType::I32 => Val::I32(*arg as i32),
                ValType::I64 => Val::I64(*arg),
                ValType::F32 => Val::F32((*arg as f32).to_bits()),
                ValType::V128 => Val::V128(vector(*arg)),
                _ => Val::F64((*arg as f64).to_bits()),
            })
            .collect();
        let mut results = vec![Val::I32(0); ty.results().len()];
        if let Some(fuel) = fuel {
            self.store.set_fuel(fuel).expect("fuel is on");
        }
        let outcome = func.call(&mut self.store, &args, &mut results);
        let end = match outcome {
            Ok(()) => End::Returned(results.iter().map(bits).collect()),
            Err(error) => failed(&error),
        };
        self.see(end, fuel.is_some())
    }

    fn see(&mut self, end: End, metered: bool) -> Seen {
        let exports: Vec<_> = self
            .instance
            .exports(&mut self.store)
            .map(|export| (export.name().to_owned(), export.into_extern()))
            .collect();
        let mut seen = Seen {
            end,
            fuel: metered.then(|| self.store.get_fuel().expect("fuel is on")),
            events: core::mem::take(self.store.data_mut()),
            globals: Vec::new(),
            memories: Vec::new(),
        };
        for (name, export) in exports {
            match export {
                Extern::Global(global) => {
                    let value = global.get(&mut self.store);
                    seen.globals.push((name, bits(&value)));
                }
                Extern::Memory(memory) => {
                    let data = memory.data(&self.store);
                    seen.memories.push((name, data.len(), digest(data)));
                }
                _ => {}
            }
        }
        seen
    }
}

/// Calls the function in every machine, and gives what was seen, the same everywhere.
///
/// # Errors
/// What differs.
pub(crate) fn agreed(
    guests: &mut [Guest],
    name: &str,
    args: &[i64],
    fuel: Option<u64>,
) -> Result<Seen, String> {
    let mut first: Option<Seen> = None;
    let with = guests[0].name.clone();
    for guest in guests {
        let seen = guest.call(name, args, fuel);
        match &first {
            None => first = Some(seen),
            Some(first) if *first == seen => {}
            Some(first) => {
                return Err(format!(
                    "{name} {args:?} with fuel {fuel:?}:\n{}: {seen:x?}\n{with}: {first:x?}",
                    guest.name
                ));
            }
        }
    }
    Ok(first.expect("there is a guest"))
}

/// Notes the value, the fuel that is left, and the caller's memory, and doubles the value.
fn note(mut caller: Caller<'_, Vec<Event>>, value: i32) -> i32 {
    let fuel = caller.get_fuel().ok();
    let memory = match caller.get_export("memory") {
        Some(Extern::Memory(memory)) => Some(digest(memory.data(&caller))),
        _ => None,
    };
    caller.data_mut().push(Event {
        value,
        fuel,
        memory,
    });
    value.wrapping_mul(2)
}

/// Fails when the value is negative.
fn refuse(value: i32) -> Result<i64, Error> {
    if value < 0 {
        Err(Error::msg(format!("refused {value}")))
    } else {
        Ok(i64::from(value) + 1)
    }
}

/// Calls the caller's `back` with one less.
fn again(mut caller: Caller<'_, Vec<Event>>, value: i32) -> Result<i32, Error> {
    let back = caller.get_export("back").and_then(Extern::into_func);
    let back = back.ok_or_else(|| Error::msg("no export `back`"))?;
    let mut results = [Val::I32(0)];
    back.call(&mut caller, &[Val::I32(value - 1)], &mut results)?;
    Ok(results[0].unwrap_i32())
}

/// Notes the number and gives another vector.
fn mix(caller: Caller<'_, Vec<Event>>, vector: V128, value: i32) -> (V128, i32) {
    note(caller, value);
    let bits = vector.as_u128();
    (
        V128::from(bits.rotate_left(40) ^ 1),
        bits.count_ones() as i32,
    )
}

/// A vector whose lanes differ, from a number.
fn vector(number: i64) -> V128 {
    let bits = u128::from(number as u64);
    V128::from(bits.wrapping_mul(0x0101_0001_0000_0101_0003_0005_0000_0001))
}

fn failed(error: &Error) -> End {
    let frames = error.backtrace().map(|backtrace| {
        let frames = backtrace.frames().iter().map(|frame| Frame {
            module: frame.module().name().map(str::to_owned),
            func: frame.func_index().0,
            name: frame.func_name(),
            module_offset: frame.module_offset(),
            func_offset: frame.func_offset(),
        });
        frames.collect()
    });
    End::Failed(error.to_string(), frames.unwrap_or_default())
}

/// The bits of a number, any NaN being as good as another unless it is in a vector; whether a
/// reference is null.
fn bits(value: &Val) -> u128 {
    let bits = match *value {
        Val::V128(vector) => return vector.as_u128(),
        Val::I32(value) => u64::from(value as u32),
        Val::I64(value) => value as u64,
        Val::F32(bits) if f32::from_bits(bits).is_nan() => u64::from(f32::NAN.to_bits()),
        Val::F32(bits) => u64::from(bits),
        Val::F64(bits) if f64::from_bits(bits).is_nan() => f64::NAN.to_bits(),
        Val::F64(bits) => bits,
        ref other => u64::from(format!("{other:?}").contains("None")),
    };
    bits.into()
}

/// FNV-1a, by words.
fn digest(bytes: &[u8]) -> u64 {
    let words = bytes.chunks(8).map(|chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        u64::from_le_bytes(word)
    });
    words.fold(0xcbf2_9ce4_8422_2325, |hash, word| {
        (hash ^ word).wrapping_mul(0x100_0000_01b3)
    })
}

/// Whether functions are compiled when their module is opened somewhere and later elsewhere: the
/// table of machines would otherwise compare less than it says.
#[test]
fn machines_differ_in_when_they_compile() {
    let machines = machines(false);
    for wanted in [CompilationMode::Lazy, CompilationMode::Eager] {
        assert!(
            machines
                .iter()
                .any(|machine| machine.engine.config().compilation_mode() == wanted)
        );
    }
    // Dispatch by tail calls is not in every build.
    let compiled = MODES
        .iter()
        .filter(|name| name.starts_with("jit") || name.starts_with("alternating"))
        .count();
    let expected = MODES.len() - if cfg!(feature = "jit") { 0 } else { compiled };
    assert!(machines.len() >= expected - 1);
}
