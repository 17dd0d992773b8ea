//! The state of a running script, and what each kind of directive does to it.

use crate::Options;
use crate::features::{Feature, Features};
use crate::problem::{Problem, describe};
use crate::{spectest, value};
use diptych::{
    CompilationMode, Engine, Error, ErrorKind, Extern, Instance, InterruptHandle, Linker, Module,
    Store, Trap, Val,
};
use std::collections::HashMap;
use wast::token::Id;
use wast::{QuoteWat, WastDirective, WastExecute, WastInvoke, Wat};

type Result<T = ()> = core::result::Result<T, Problem>;

/// Trap texts of earlier versions of the suite, beside [`Trap::message`].
const SYNONYMS: &[(Trap, &str)] = &[
    (Trap::UninitializedElement, "uninitialized"),
    (Trap::UndefinedElement, "undefined"),
    (Trap::IndirectCallTypeMismatch, "indirect call"),
    (Trap::TableOutOfBounds, "elements segment does not fit"),
    (Trap::MemoryOutOfBounds, "data segment does not fit"),
];

/// A module or an instance of the script.
#[derive(Clone)]
enum Slot<T> {
    /// It is there.
    Ready(T),
    /// It could not be made for want of this feature.
    Missing(Feature),
    /// It could not be made, which counted as a failure then.
    Broken,
}

impl<T> Slot<T> {
    fn of(made: &Result<T>) -> Self
    where
        T: Clone,
    {
        match made {
            Ok(made) => Self::Ready(made.clone()),
            Err(Problem::Needs(feature, _)) => Self::Missing(*feature),
            Err(Problem::Wrong(_)) => Self::Broken,
        }
    }

    fn ready(&self) -> Result<&T> {
        match self {
            Self::Ready(ready) => Ok(ready),
            Self::Missing(feature) => Err(Problem::Needs(
                *feature,
                "depends on a module that needs the feature".to_owned(),
            )),
            Self::Broken => Err(Problem::wrong("depends on a module that failed")),
        }
    }
}

/// The state of a running script.
pub(crate) struct World {
    engine: Engine,
    store: Store<()>,
    linker: Linker<()>,
    externs: value::Externs,
    definitions: HashMap<String, Slot<Module>>,
    last_definition: Option<Slot<Module>>,
    instances: HashMap<String, Slot<Instance>>,
    current: Option<Slot<Instance>>,
    /// Registered names whose instance could not be made for want of a feature.
    missing: HashMap<String, Feature>,
    /// Whether [`Module::new`] leaves function bodies to be validated later.
    validates_late: bool,
}

impl World {
    pub(crate) fn new(options: &Options, features: &Features) -> diptych::Result<Self> {
        let mode = options.mode;
        let engine = mode.engine(features, options.timeout.is_some())?;
        let mut store = Store::new(&engine, ());
        if mode.metered {
            store.set_fuel(u64::MAX / 2)?;
        }
        let mut linker = Linker::new(&engine);
        linker.allow_shadowing(true);
        spectest::define(&mut linker, &mut store, features)?;
        Ok(Self {
            engine,
            store,
            linker,
            externs: value::Externs::default(),
            definitions: HashMap::new(),
            last_definition: None,
            instances: HashMap::new(),
            current: None,
            missing: HashMap::new(),
            validates_late: mode.compilation == CompilationMode::FullyLazy,
        })
    }

    pub(crate) fn interrupt_handle(&self) -> InterruptHandle {
        self.store.interrupt_handle()
    }

    /// Executes a directive.
    pub(crate) fn directive(&mut self, directive: WastDirective<'_>) -> Result {
        match directive {
            WastDirective::Module(module) => self.module(module),
            WastDirective::ModuleDefinition(module) => self.definition(module),
            WastDirective::ModuleInstance {
                instance, module, ..
            } => self.instance_of(instance, module),
            WastDirective::Register { name, module, .. } => self.register(name, module),
            WastDirective::Invoke(call) => {
                let done = self.invoke(&call)?.map(drop).map_err(unexpected);
                if let Err(Problem::Needs(feature, _)) = &done {
                    // What follows relies on what the call should have done.
                    self.lose(call.module, *feature);
                }
                done
            }
            WastDirective::AssertReturn { exec, results, .. } => {
                let got = self.execute(exec)?.map_err(unexpected)?;
                value::check_results(&self.store, &got, &results)
            }
            WastDirective::AssertTrap { exec, message, .. } => {
                expect_trap(self.execute(exec)?, message)
            }
            WastDirective::AssertExhaustion { call, message, .. } => {
                expect_trap(self.invoke(&call)?, message)
            }
            WastDirective::AssertException { exec, .. } => {
                expect_trap(self.execute(exec)?, Trap::UnhandledException.message())
            }
            WastDirective::AssertSuspension { .. } => Err(Problem::Needs(
                Feature::StackSwitching,
                "stack switching".to_owned(),
            )),
            WastDirective::AssertInvalid { module, .. }
            | WastDirective::AssertMalformed { module, .. }
            | WastDirective::AssertInvalidCustom { module, .. }
            | WastDirective::AssertMalformedCustom { module, .. } => self.expect_refusal(module),
            WastDirective::AssertUnlinkable {
                module, message, ..
            } => self.expect_unlinkable(module, message),
            WastDirective::Thread(_) | WastDirective::Wait { .. } => Err(Problem::Needs(
                Feature::Threads,
                "threads of scripts".to_owned(),
            )),
        }
    }

    fn module(&mut self, module: QuoteWat<'_>) -> Result {
        let name = module.name().map(text);
        let made = self
            .compile(module)
            .and_then(|module| self.instantiate(&module)?.map_err(unexpected));
        self.set_instance(name, made)
    }

    fn definition(&mut self, module: QuoteWat<'_>) -> Result {
        let name = module.name().map(text);
        let made = self.compile(module);
        let slot = Slot::of(&made);
        if let Some(name) = name {
            self.definitions.insert(name, slot.clone());
        }
        self.last_definition = Some(slot);
        made.map(drop)
    }

    fn instance_of(&mut self, instance: Option<Id<'_>>, module: Option<Id<'_>>) -> Result {
        let definition = match module {
            Some(id) => self.definitions.get(id.name()),
            None => self.last_definition.as_ref(),
        };
        let made = definition
            .ok_or_else(|| Problem::wrong("there is no such module definition"))
            .and_then(|slot| slot.ready().cloned())
            .and_then(|module| self.instantiate(&module)?.map_err(unexpected));
        self.set_instance(instance.map(text), made)
    }

    fn set_instance(&mut self, name: Option<String>, made: Result<Instance>) -> Result {
        let slot = Slot::of(&made);
        if let Some(name) = name {
            self.instances.insert(name, slot.clone());
        }
        self.current = Some(slot);
        made.map(drop)
    }

    fn register(&mut self, name: &str, module: Option<Id<'_>>) -> Result {
        let slot = self.slot(module)?;
        if let Slot::Missing(feature) = slot {
            let feature = *feature;
            self.missing.insert(name.to_owned(), feature);
        }
        let instance = *self.slot(module)?.ready()?;
        self.missing.remove(name);
        self.linker
            .instance(&mut self.store, name, instance)
            .map_err(unexpected)?;
        Ok(())
    }

    /// The instance is not in the state that the script wants, for want of a feature.
    fn lose(&mut self, name: Option<Id<'_>>, feature: Feature) {
        let slot = match name {
            Some(id) => self.instances.get_mut(id.name()),
            None => self.current.as_mut(),
        };
        if let Some(slot) = slot {
            *slot = Slot::Missing(feature);
        }
    }

    fn slot(&self, name: Option<Id<'_>>) -> Result<&Slot<Instance>> {
        match name {
            Some(id) => self
                .instances
                .get(id.name())
                .ok_or_else(|| Problem::wrong(format!("there is no instance ${}", id.name()))),
            None => self
                .current
                .as_ref()
                .ok_or_else(|| Problem::wrong("there is no instance")),
        }
    }

    fn compile(&mut self, mut module: QuoteWat<'_>) -> Result<Module> {
        if is_component(&module) {
            return Err(Problem::wrong("components are not supported"));
        }
        let bytes = module
            .encode()
            .map_err(|error| Problem::wrong(format!("not encoded: {}", error.message())))?;
        Module::new(&self.engine, bytes).map_err(unexpected)
    }

    /// The instance, or the error of its instantiation, which the script may expect.
    fn instantiate(&mut self, module: &Module) -> Result<diptych::Result<Instance>> {
        for import in module.imports() {
            if (import.module(), import.name()) == ("spectest", "shared_memory")
                && self
                    .linker
                    .get(&mut self.store, "spectest", "shared_memory")
                    .is_none()
            {
                return Err(Problem::Needs(
                    Feature::Threads,
                    "imports a shared memory".to_owned(),
                ));
            }
            if let Some(feature) = self.missing.get(import.module()) {
                return Err(Problem::Needs(
                    *feature,
                    format!(
                        "imports from `{}`, which needs the feature",
                        import.module()
                    ),
                ));
            }
        }
        Ok(self.linker.instantiate(&mut self.store, module))
    }

    /// What the action gives, or the error that it ends in, which the script may expect.
    fn execute(&mut self, action: WastExecute<'_>) -> Result<diptych::Result<Vec<Val>>> {
        match action {
            WastExecute::Invoke(call) => self.invoke(&call),
            WastExecute::Wat(module) => {
                let module = self.compile(QuoteWat::Wat(module))?;
                Ok(self.instantiate(&module)?.map(|_| Vec::new()))
            }
            WastExecute::Get { module, global, .. } => {
                let instance = *self.slot(module)?.ready()?;
                match instance.get_export(&mut self.store, global) {
                    Some(Extern::Global(global)) => Ok(Ok(vec![global.get(&mut self.store)])),
                    _ => Err(Problem::wrong(format!(
                        "no global is exported as `{global}`"
                    ))),
                }
            }
        }
    }

    fn invoke(&mut self, call: &WastInvoke<'_>) -> Result<diptych::Result<Vec<Val>>> {
        let instance = *self.slot(call.module)?.ready()?;
        let func = instance
            .get_func(&mut self.store, call.name)
            .ok_or_else(|| Problem::wrong(format!("no function is exported as `{}`", call.name)))?;
        let mut args = Vec::with_capacity(call.args.len());
        for arg in &call.args {
            args.push(value::argument(&mut self.externs, &mut self.store, arg)?);
        }
        let mut results = vec![Val::I32(0); func.ty(&self.store).results().len()];
        let outcome = func.call(&mut self.store, &args, &mut results);
        Ok(outcome.map(|()| results))
    }

    /// The module must be refused before it is instantiated.
    fn expect_refusal(&mut self, mut module: QuoteWat<'_>) -> Result {
        let Ok(bytes) = module.encode() else {
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

    fn expect_unlinkable(&mut self, module: Wat<'_>, message: &str) -> Result {
        let module = self.compile(QuoteWat::Wat(module))?;
        match self.instantiate(&module)? {
            Ok(_) => Err(Problem::wrong("the module is linked")),
            Err(error) => match error.kind() {
                ErrorKind::Link(text) if text.contains(message) => Ok(()),
                // Since bulk memory operations a segment that does not fit is a trap.
                ErrorKind::Trap(trap) if is_trap(*trap, message) => Ok(()),
                ErrorKind::Unsupported(_) => Err(unexpected(error)),
                _ => Err(Problem::wrong(format!(
                    "`{message}` expected: {}",
                    describe(&error)
                ))),
            },
        }
    }
}

fn text(id: Id<'_>) -> String {
    id.name().to_owned()
}

#[expect(clippy::needless_pass_by_value, reason = "passed to `map_err`")]
fn unexpected(error: Error) -> Problem {
    Problem::unexpected(&error)
}

fn is_component(module: &QuoteWat<'_>) -> bool {
    matches!(
        module,
        QuoteWat::Wat(Wat::Component(_)) | QuoteWat::QuoteComponent(..)
    )
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
