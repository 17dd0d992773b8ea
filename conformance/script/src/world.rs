//! The state of a running script, and what each kind of directive does to it.

use crate::directive::{Action, Binary, Call, Directive};
use crate::feature::Features;
use crate::problem::{Problem, describe};
use crate::{spectest, value};
use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use diptych::{
    Engine, Error, ErrorKind, Extern, Instance, InterruptHandle, Linker, Module, SharedMemory,
    Store, Trap, Val,
};

type Result<T = ()> = core::result::Result<T, Problem>;

/// Trap texts of earlier versions of the suite, beside [`Trap::message`].
const SYNONYMS: &[(Trap, &str)] = &[
    (Trap::UninitializedElement, "uninitialized"),
    (Trap::UndefinedElement, "undefined"),
    (Trap::IndirectCallTypeMismatch, "indirect call"),
    (Trap::TableOutOfBounds, "elements segment does not fit"),
    (Trap::MemoryOutOfBounds, "data segment does not fit"),
];

/// A module or an instance of the script, or why it could not be made.
type Slot<T> = Result<T>;

/// Exported memories by their names.
pub type Shared = Vec<(String, SharedMemory)>;

fn ready<T>(slot: &Slot<T>) -> Result<&T> {
    slot.as_ref().map_err(Problem::of_dependent)
}

/// What a directive that made this says.
fn outcome<T>(slot: &Slot<T>) -> Result {
    slot.as_ref().map(drop).map_err(Clone::clone)
}

/// The state of a running script.
pub struct World {
    engine: Engine,
    store: Store<()>,
    linker: Linker<()>,
    externs: value::Externs,
    definitions: BTreeMap<String, Slot<Module>>,
    last_definition: Option<Slot<Module>>,
    instances: BTreeMap<String, Slot<Instance>>,
    current: Option<Slot<Instance>>,
    /// The memories of instances in another world, by the instance's name.
    lent: BTreeMap<String, Shared>,
    /// Registered names whose instance could not be made for reasons of the host.
    missing: BTreeMap<String, Problem>,
    /// Whether [`Module::new`] leaves function bodies to be validated later.
    validates_late: bool,
}

impl World {
    /// An empty world on `engine`, which has these features. With `metered` the engine charges
    /// fuel, of which there is plenty; `validates_late` says that it validates functions when they
    /// are first called ([`CompilationMode::FullyLazy`](diptych::CompilationMode::FullyLazy)).
    ///
    /// # Errors
    /// When the engine cannot make what scripts import from `spectest`.
    pub fn new(
        engine: &Engine,
        features: &Features,
        metered: bool,
        validates_late: bool,
    ) -> diptych::Result<Self> {
        let mut store = Store::new(engine, ());
        if metered {
            store.set_fuel(u64::MAX / 2)?;
        }
        let mut linker = Linker::new(engine);
        linker.allow_shadowing(true);
        spectest::define(&mut linker, &mut store, features)?;
        Ok(Self {
            engine: engine.clone(),
            store,
            linker,
            externs: value::Externs::default(),
            definitions: BTreeMap::new(),
            last_definition: None,
            instances: BTreeMap::new(),
            current: None,
            lent: BTreeMap::new(),
            missing: BTreeMap::new(),
            validates_late,
        })
    }

    /// What interrupts the guest from elsewhere.
    pub fn interrupt_handle(&self) -> InterruptHandle {
        self.store.interrupt_handle()
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The memories that an instance exports for several threads.
    ///
    /// # Errors
    /// When there is no instance of this name.
    pub fn shared_memories(&mut self, name: &str) -> Result<Shared> {
        let instance = self.instance(Some(name))?;
        let exports = instance.exports(&mut self.store);
        Ok(exports
            .filter_map(|export| {
                let name = export.name().to_owned();
                Some((name, export.into_extern().into_shared_memory()?))
            })
            .collect())
    }

    /// Lets the script register an instance of another world, of which it sees these memories.
    pub fn lend(&mut self, name: &str, memories: Shared) {
        self.lent.insert(name.to_owned(), memories);
    }

    /// Executes a directive.
    ///
    /// # Errors
    /// Why it did not pass.
    pub fn directive(&mut self, directive: Directive<'_>) -> Result {
        match directive {
            Directive::Module { name, module } => {
                let module = self.compile(module);
                self.new_instance(name, module)
            }
            Directive::Definition { name, module } => self.definition(name, module),
            Directive::Instance { name, definition } => self.instance_of(name, definition),
            Directive::Register { name, module } => self.register(name, module),
            Directive::Invoke(call) => {
                let done = self.invoke(&call).and_then(|it| it.map_err(unexpected));
                if let Err(problem @ Problem::Exhausted(_)) = &done {
                    // What follows relies on what the call should have done.
                    self.lose(call.module, problem);
                }
                done.map(drop)
            }
            Directive::AssertReturn { action, results } => {
                let got = self.execute(action)?.map_err(unexpected)?;
                value::check_results(&self.store, &got, &results)
            }
            Directive::AssertTrap { action, message } => {
                expect_trap(self.execute(action)?, message)
            }
            Directive::AssertException(action) => {
                expect_trap(self.execute(action)?, Trap::UnhandledException.message())
            }
            Directive::AssertRefused(module) => self.expect_refusal(module),
            Directive::AssertUnlinkable { module, message } => {
                self.expect_unlinkable(module, message)
            }
            Directive::Other(problem) => Err(problem),
        }
    }

    fn definition(&mut self, name: Option<&str>, module: Binary<'_>) -> Result {
        let slot = self.compile(module);
        if let Some(name) = name {
            self.definitions.insert(name.to_owned(), slot.clone());
        }
        let made = outcome(&slot);
        self.last_definition = Some(slot);
        made
    }

    fn instance_of(&mut self, name: Option<&str>, definition: Option<&str>) -> Result {
        let definition = match definition {
            Some(name) => self.definitions.get(name),
            None => self.last_definition.as_ref(),
        };
        let module = definition
            .ok_or_else(|| Problem::wrong("there is no such module definition"))
            .and_then(|slot| ready(slot).cloned());
        self.new_instance(name, module)
    }

    fn new_instance(&mut self, name: Option<&str>, module: Result<Module>) -> Result {
        let slot = module.and_then(|module| self.instantiate(&module)?.map_err(unexpected));
        if let Some(name) = name {
            self.instances.insert(name.to_owned(), slot.clone());
        }
        let made = outcome(&slot);
        self.current = Some(slot);
        made
    }

    fn register(&mut self, name: &str, module: Option<&str>) -> Result {
        if let Some(memories) = module.and_then(|module| self.lent.get(module)) {
            for (item, memory) in memories {
                self.linker
                    .define(&self.store, name, item, memory.clone())
                    .map_err(unexpected)?;
            }
            return Ok(());
        }
        let instance = match ready(self.slot(module)?) {
            Ok(instance) => *instance,
            Err(problem) => {
                if !matches!(problem, Problem::Wrong(_)) {
                    self.missing.insert(name.to_owned(), problem.clone());
                }
                return Err(problem);
            }
        };
        self.missing.remove(name);
        self.linker
            .instance(&mut self.store, name, instance)
            .map_err(unexpected)?;
        Ok(())
    }

    /// The instance is not in the state that the script wants.
    fn lose(&mut self, name: Option<&str>, problem: &Problem) {
        let slot = match name {
            Some(name) => self.instances.get_mut(name),
            None => self.current.as_mut(),
        };
        if let Some(slot) = slot {
            *slot = Err(problem.clone());
        }
    }

    fn slot(&self, name: Option<&str>) -> Result<&Slot<Instance>> {
        match name {
            Some(name) => self
                .instances
                .get(name)
                .ok_or_else(|| Problem::wrong(format!("there is no instance ${name}"))),
            None => self
                .current
                .as_ref()
                .ok_or_else(|| Problem::wrong("there is no instance")),
        }
    }

    fn instance(&self, name: Option<&str>) -> Result<Instance> {
        ready(self.slot(name)?).copied()
    }

    fn compile(&mut self, module: Binary<'_>) -> Result<Module> {
        match module {
            Binary::Encoded(bytes) => Module::new(&self.engine, bytes).map_err(unexpected),
            Binary::Malformed(why) => Err(Problem::wrong(format!("not encoded: {why}"))),
        }
    }

    /// The instance, or the error of its instantiation, which the script may expect.
    fn instantiate(&mut self, module: &Module) -> Result<diptych::Result<Instance>> {
        for import in module.imports() {
            if let Some(problem) = self.missing.get(import.module()) {
                return Err(problem.of_dependent());
            }
        }
        Ok(self.linker.instantiate(&mut self.store, module))
    }

    /// What the action gives, or the error that it ends in, which the script may expect.
    fn execute(&mut self, action: Action<'_>) -> Result<diptych::Result<Vec<Val>>> {
        let outcome = match action {
            Action::Invoke(call) => self.invoke(&call)?,
            Action::Instantiate(module) => {
                let module = self.compile(module)?;
                self.instantiate(&module)?.map(|_| Vec::new())
            }
            Action::Get { module, global } => {
                let instance = self.instance(module)?;
                match instance.get_export(&mut self.store, global) {
                    Some(Extern::Global(global)) => Ok(vec![global.get(&mut self.store)]),
                    _ => {
                        return Err(Problem::wrong(format!(
                            "no global is exported as `{global}`"
                        )));
                    }
                }
            }
        };
        Ok(outcome)
    }

    fn invoke(&mut self, call: &Call<'_>) -> Result<diptych::Result<Vec<Val>>> {
        let instance = self.instance(call.module)?;
        let func = instance
            .get_func(&mut self.store, call.name)
            .ok_or_else(|| Problem::wrong(format!("no function is exported as `{}`", call.name)))?;
        let mut args = Vec::with_capacity(call.args.len());
        for arg in &call.args {
            args.push(arg.value(&mut self.externs, &mut self.store)?);
        }
        let mut results = vec![Val::I32(0); func.ty(&self.store).results().len()];
        let outcome = func.call(&mut self.store, &args, &mut results);
        Ok(outcome.map(|()| results))
    }

    /// The module must be refused before it is instantiated.
    fn expect_refusal(&mut self, module: Binary<'_>) -> Result {
        let Binary::Encoded(bytes) = module else {
            return Ok(());
        };
        let mut refused = Module::new(&self.engine, &bytes).map(drop);
        if refused.is_ok() && self.validates_late {
            refused = Module::validate(&self.engine, &bytes);
        }
        match refused {
            Ok(()) => Err(Problem::wrong("the module is accepted")),
            Err(error) => match error.kind() {
                ErrorKind::InvalidModule { .. } | ErrorKind::InvalidText(_) => Ok(()),
                _ => Err(unexpected(error)),
            },
        }
    }

    fn expect_unlinkable(&mut self, module: Binary<'_>, message: &str) -> Result {
        let module = self.compile(module)?;
        match self.instantiate(&module)? {
            Ok(_) => Err(Problem::wrong("the module is linked")),
            Err(error) => match error.kind() {
                ErrorKind::Link(text) if text.contains(message) => Ok(()),
                // Since bulk memory operations a segment that does not fit is a trap.
                ErrorKind::Trap(trap) if is_trap(*trap, message) => Ok(()),
                ErrorKind::Unsupported(_) | ErrorKind::OutOfMemory => Err(unexpected(error)),
                _ => Err(Problem::wrong(format!(
                    "`{message}` expected: {}",
                    describe(&error)
                ))),
            },
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "passed to `map_err`")]
fn unexpected(error: Error) -> Problem {
    Problem::unexpected(&error)
}

fn expect_trap(outcome: diptych::Result<Vec<Val>>, message: &str) -> Result {
    match outcome {
        Ok(results) => Err(Problem::wrong(format!(
            "returned {results:?}, `{message}` expected"
        ))),
        Err(error) => match error.trap() {
            Some(trap) if is_trap(trap, message) => Ok(()),
            Some(trap) => Err(Problem::wrong(format!(
                "trapped with `{trap}`, not `{message}`"
            ))),
            None => Err(unexpected(error)),
        },
    }
}

/// Whether the suite calls this trap so: its texts may go on with details, or stop short.
fn is_trap(trap: Trap, message: &str) -> bool {
    let same = |text: &str| message.starts_with(text) || text.starts_with(message);
    !message.is_empty()
        && (same(trap.message())
            || SYNONYMS
                .iter()
                .any(|(known, text)| *known == trap && message.starts_with(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trap_texts() {
        assert!(is_trap(
            Trap::UninitializedElement,
            "uninitialized element 7"
        ));
        assert!(is_trap(Trap::UninitializedElement, "uninitialized"));
        assert!(is_trap(Trap::MemoryOutOfBounds, "out of bounds"));
        assert!(!is_trap(
            Trap::MemoryOutOfBounds,
            "out of bounds table access"
        ));
        assert!(!is_trap(Trap::NullReference, "null function reference"));
        assert!(!is_trap(Trap::Unreachable, ""));
    }
}
