//! A case in one configuration, and all that can be seen of its execution.

use super::memory::AnyMemory;
use super::snapshot::{Snapshot, make};
use super::world::{Events, World, define_imports, name_exports};
use crate::case::{Call, Case};
use crate::clock;
use crate::configurations::Configuration;
use core::time::Duration;
use diptych::{
    Engine, Error, ErrorKind, Extern, Instance, Linker, Module, RootScope, Store, Trap, Val,
};

/// Fuel for start functions.
const START_FUEL: u64 = 20_000;
/// What is looked at of a table.
const MOST_ELEMENTS: u64 = 200;

/// All that can be seen after a step of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// What the step was.
    pub step: Step,
    /// How it ended.
    pub end: End,
    /// What is left of the fuel.
    pub fuel: Option<u64>,
    /// The calls of the host during the step.
    pub events: Events,
    /// What can be reached from outside, after calls.
    pub state: Vec<Export>,
}

/// A step of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A module is opened: validated, and perhaps compiled.
    Open(usize),
    /// A module is instantiated.
    Instantiate(usize),
    /// One of the calls of the case.
    Call(usize),
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// With these results, as a `Snapshot` has them.
    Returned(Vec<u64>),
    /// With an error.
    Failed(Failure),
}

/// How a step failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The kind of the error and its text.
    pub text: String,
    /// Whether it says that a limit was reached, and which.
    pub limit: Option<Limit>,
    /// The values of an exception.
    pub exception: Vec<u64>,
    /// Where the guest was, the innermost function first.
    pub frames: Vec<Frame>,
    /// Whether there were more frames.
    pub is_truncated: bool,
}

/// A limit that need not be reached at the same place everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limit {
    /// Of the stack.
    Stack,
    /// Of memory for objects or anything else.
    Memory,
    /// Of how much of something a backend takes.
    Implementation,
}

/// A frame of a backtrace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Which of the modules; `None` for none of the case's.
    pub module: Option<usize>,
    /// The function's index.
    pub func: u32,
    /// Its name.
    pub name: Option<String>,
    /// The place in the module's bytes.
    pub offset: usize,
}

/// Something exported, as it is at present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Its module and its name.
    pub name: (usize, String),
    /// What it is.
    pub contents: Contents,
}

/// What is exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contents {
    /// A global, by its value.
    Global(Vec<u64>),
    /// A memory.
    Memory {
        /// Its size in pages.
        pages: u64,
        /// Of its bytes.
        digest: u64,
    },
    /// A table.
    Table {
        /// The number of its elements.
        size: u64,
        /// Its first elements.
        elements: Vec<u64>,
    },
}

/// What an execution took, in time of the processor.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// The bytes of objects in the end.
    pub heap: usize,
    /// Modules being opened: validated, and compiled unless that waits for calls.
    pub opening: Duration,
    /// Instances being made, start functions included.
    pub instantiating: Duration,
    /// Calls of guests.
    pub calling: Duration,
    /// All that can be seen after calls being put down.
    pub looking: Duration,
}

impl Cost {
    /// Adds the time of another execution.
    pub fn add(&mut self, other: &Self) {
        self.opening += other.opening;
        self.instantiating += other.instantiating;
        self.calling += other.calling;
        self.looking += other.looking;
    }
}

/// What is done with the observation of each step: whether to go on.
pub type Observer<'a> = dyn FnMut(Seen) -> bool + 'a;

/// Executes a case, and tells `observer` what is seen. Gives what it took.
///
/// # Errors
/// When the host cannot offer what the modules import: the case is no use then.
pub fn execute(
    case: &Case,
    configuration: &Configuration,
    engine: &Engine,
    observer: &mut Observer<'_>,
) -> Result<Cost, Error> {
    execute_and(case, configuration, engine, observer, "", &mut |_| {})
}

/// As [`execute`]; `finish` gets, in the end, what the memory of this name holds of each module.
///
/// # Errors
/// As [`execute`].
pub(crate) fn execute_and(
    case: &Case,
    configuration: &Configuration,
    engine: &Engine,
    observer: &mut Observer<'_>,
    memory: &str,
    finish: &mut dyn FnMut(Vec<Option<Vec<u8>>>),
) -> Result<Cost, Error> {
    let mut cost = Cost::default();
    let mut modules = Vec::new();
    for (index, wasm) in case.modules.iter().enumerate() {
        let start = clock::now();
        let opened = configuration.module(engine, wasm);
        cost.opening += clock::now() - start;
        let failure = opened.as_ref().err().map(Failure::without_place);
        let seen = Seen {
            step: Step::Open(index),
            end: failure.map_or(End::Returned(Vec::new()), End::Failed),
            fuel: None,
            events: Events::default(),
            state: Vec::new(),
        };
        if !observer(seen) {
            return Ok(cost);
        }
        match opened {
            Ok(module) => modules.push(module),
            Err(_) => return Ok(cost),
        }
    }
    let mut guest = Guest::new(engine, &modules, case.settings.hides_fuel)?;
    for index in 0..modules.len() {
        let start = clock::now();
        let seen = guest.instantiate(index)?;
        cost.instantiating += clock::now() - start;
        let is_there = matches!(seen.end, End::Returned(_));
        if !observer(seen) || !is_there {
            cost.heap = guest.store.gc_heap_size();
            return Ok(cost);
        }
    }
    for (index, call) in case.calls.iter().enumerate() {
        let start = clock::now();
        let Some(end) = guest.call(call) else {
            continue;
        };
        let called = clock::now();
        let seen = guest.see(Step::Call(index), end);
        cost.calling += called - start;
        cost.looking += clock::now() - called;
        if !observer(seen) {
            break;
        }
    }
    finish(guest.memories(memory));
    cost.heap = guest.store.gc_heap_size();
    Ok(cost)
}

/// Instances in a store.
struct Guest<'a> {
    store: Store<World>,
    linker: Linker<World>,
    modules: &'a [Module],
    instances: Vec<Instance>,
}

impl<'a> Guest<'a> {
    fn new(engine: &Engine, modules: &'a [Module], hides_fuel: bool) -> Result<Self, Error> {
        let mut store = Store::new(engine, World::new(hides_fuel));
        World::install(&mut store);
        Ok(Self {
            store,
            linker: Linker::new(engine),
            modules,
            instances: Vec::new(),
        })
    }

    fn is_metered(&self) -> bool {
        self.store.engine().config().fuel_enabled()
    }

    fn instantiate(&mut self, index: usize) -> Result<Seen, Error> {
        let module = &self.modules[index];
        define_imports(&mut self.store, &mut self.linker, module)?;
        if self.is_metered() {
            self.store.set_fuel(START_FUEL)?;
        }
        let outcome = self.linker.instantiate(&mut self.store, module);
        let end = match outcome {
            Ok(instance) => {
                name_exports(&mut self.store, index, instance);
                self.linker
                    .instance(&mut self.store, &format!("m{index}"), instance)?;
                self.instances.push(instance);
                End::Returned(Vec::new())
            }
            Err(error) => End::Failed(self.failure(&error, &mut Snapshot::new())),
        };
        Ok(self.see(Step::Instantiate(index), end))
    }

    /// `None` when there is nothing to call, as can be while a case is made smaller.
    fn call(&mut self, call: &Call) -> Option<End> {
        let instance = *self.instances.get(call.module)?;
        let func = instance.get_func(&mut self.store, &call.export)?;
        if self.is_metered() {
            self.store.set_fuel(call.fuel).ok()?;
        }
        let ty = func.ty(&self.store);
        let mut scope = RootScope::new(&mut self.store);
        let mut args = Vec::with_capacity(ty.params().len());
        for (place, ty) in ty.params().iter().enumerate() {
            let seed = call.args.get(place).copied().unwrap_or(0);
            args.push(make(&mut scope, *ty, seed)?);
        }
        let mut results = vec![Val::I32(0); ty.results().len()];
        let outcome = func.call(&mut scope, &args, &mut results);
        let mut snapshot = Snapshot::new();
        let end = match &outcome {
            Ok(()) => End::Returned(snapshot.values(&mut scope, results)),
            // What handles the error holds belongs to the scope.
            Err(_) => End::Returned(Vec::new()),
        };
        drop(scope);
        Some(match outcome {
            Ok(()) => end,
            Err(error) => End::Failed(self.failure(&error, &mut snapshot)),
        })
    }

    /// What the memories of this name hold, by module.
    fn memories(&mut self, name: &str) -> Vec<Option<Vec<u8>>> {
        let mut memories = Vec::new();
        for instance in &self.instances {
            let memory = instance.get_memory(&mut self.store, name);
            memories.push(memory.map(|memory| memory.data(&self.store).to_vec()));
        }
        memories
    }

    fn failure(&mut self, error: &Error, snapshot: &mut Snapshot) -> Failure {
        let mut failure = Failure::without_place(error);
        if let Some(exception) = error.exception() {
            let mut scope = RootScope::new(&mut self.store);
            if let Ok(exception) = exception.get(&mut scope) {
                let value = Val::ExnRef(Some(exception));
                failure.exception = snapshot.values(&mut scope, [value]);
            }
        }
        if let Some(backtrace) = error.backtrace() {
            failure.is_truncated = backtrace.is_truncated();
            let place = |module: &Module| {
                let same = |it: &Module| core::ptr::eq(it.ir(), module.ir());
                self.modules.iter().position(same)
            };
            let frames = backtrace.frames().iter().map(|frame| Frame {
                module: place(frame.module()),
                func: frame.func_index().0,
                name: frame.func_name(),
                offset: frame.module_offset(),
            });
            failure.frames = frames.collect();
        }
        failure
    }

    /// What can be seen now from outside.
    fn see(&mut self, step: Step, end: End) -> Seen {
        let fuel = (self.is_metered() && !self.store.data().hides_fuel)
            .then(|| self.store.get_fuel().unwrap_or(0));
        let events = self.store.data_mut().take_events();
        let mut state = Vec::new();
        if let Step::Call(_) = step {
            self.exports(&mut state);
        }
        Seen {
            step,
            end,
            fuel,
            events,
            state,
        }
    }

    fn exports(&mut self, state: &mut Vec<Export>) {
        let mut scope = RootScope::new(&mut self.store);
        let mut snapshot = Snapshot::new();
        for (index, instance) in self.instances.iter().enumerate() {
            let exports: Vec<_> = instance
                .exports(&mut scope)
                .map(|export| (export.name().to_owned(), export.into_extern()))
                .collect();
            for (name, export) in exports {
                let contents = match export {
                    Extern::Global(global) => {
                        let value = global.get(&mut scope);
                        Contents::Global(snapshot.values(&mut scope, [value]))
                    }
                    Extern::Table(table) => {
                        let size = table.size(&scope);
                        let elements: Vec<Val> = (0..size.min(MOST_ELEMENTS))
                            .filter_map(|at| table.get(&mut scope, at).map(Val::from))
                            .collect();
                        Contents::Table {
                            size,
                            elements: snapshot.values(&mut scope, elements),
                        }
                    }
                    export => match AnyMemory::of(&export) {
                        Some(memory) => Contents::Memory {
                            pages: memory.pages(&scope),
                            digest: memory.digest(&scope),
                        },
                        None => continue,
                    },
                };
                state.push(Export {
                    name: (index, name),
                    contents,
                });
            }
        }
    }
}

impl Failure {
    fn without_place(error: &Error) -> Self {
        let kind = match error.kind() {
            ErrorKind::InvalidModule { .. } => "invalid",
            ErrorKind::Unsupported(_) => "unsupported",
            ErrorKind::Link(_) => "link",
            ErrorKind::BadArgument(_) => "argument",
            ErrorKind::Trap(_) => "trap",
            ErrorKind::Exception(_) => "exception",
            ErrorKind::Host(_) => "host",
            ErrorKind::Exit(_) => "exit",
            ErrorKind::Limit(_) => "limit",
            ErrorKind::OutOfMemory => "memory",
            _ => "other",
        };
        let text = match error.kind() {
            // What was wrong is told in terms of addresses and numbers of types.
            ErrorKind::BadArgument(_) => kind.to_owned(),
            _ => format!("{kind}: {error}"),
        };
        Self {
            text,
            limit: limit(error),
            exception: Vec::new(),
            frames: Vec::new(),
            is_truncated: false,
        }
    }
}

fn limit(error: &Error) -> Option<Limit> {
    match error.kind() {
        ErrorKind::Trap(Trap::StackOverflow) => Some(Limit::Stack),
        ErrorKind::Trap(Trap::AllocationTooLarge | Trap::OutOfMemory) | ErrorKind::OutOfMemory => {
            Some(Limit::Memory)
        }
        ErrorKind::Limit(_) => Some(Limit::Implementation),
        _ => None,
    }
}
