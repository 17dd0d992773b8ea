//! Diptych, in the configurations that are compared among themselves elsewhere.

use super::embedding::{Data, Embedding, Handle, Place, alike, answer, execute, rooted, val};
use super::{FUEL, Passed};
use crate::plan::{Import, Plan};
use crate::seen::{End, Seen, Step, Trap};
use crate::value::Value;
use diptych::{
    AsContext as _, AsContextMut as _, Engine, Error, ErrorKind, Extern, ExternType, Func, Global,
    Instance, Linker, Memory, Module, Ref, RootScope, Store, Table, Tag, Val, ValType,
};
use diptych_fuzz::case::Settings;
use diptych_fuzz::configurations::{Configuration, configurations};
use std::collections::HashMap;
use std::sync::Arc;

/// How many cases the engines serve before new ones take their place: they keep all types.
const CASES_OF_ENGINES: usize = 1_000;

/// Diptych.
#[derive(Debug)]
pub struct Diptych {
    configurations: Vec<Configuration>,
    engines: HashMap<(usize, Settings), Engine>,
    cases: usize,
}

impl Default for Diptych {
    fn default() -> Self {
        let mut configurations = configurations();
        // Others are not asked what they think of functions that are never called, and nothing
        // new would come of collecting all the time.
        configurations.retain(|it| !it.validates_late() && !it.is_gc_stress());
        Self {
            configurations,
            engines: HashMap::new(),
            cases: 0,
        }
    }
}

impl Diptych {
    /// The name of the configuration of this number.
    pub fn name(&self, number: usize) -> String {
        self.configurations[number % self.configurations.len()].name()
    }

    /// The number of the configuration of this name.
    pub fn number(&self, name: &str) -> Option<usize> {
        self.configurations.iter().position(|it| it.name() == name)
    }

    /// Executes a case in the configuration of this number, of which there are as many as numbers.
    pub fn run(&mut self, number: usize, plan: &Arc<Plan>) -> Vec<Seen> {
        self.cases += 1;
        if self.cases.is_multiple_of(CASES_OF_ENGINES) {
            self.engines.clear();
        }
        let number = number % self.configurations.len();
        let configuration = self.configurations[number];
        let kept = self.engines.get(&(number, plan.settings)).cloned();
        let engine = match kept.map_or_else(|| configuration.engine(&plan.settings), Ok) {
            Ok(engine) => engine,
            Err(error) => return vec![Seen::of(Step::Open(0), End::Broken(error.to_string()))],
        };
        if !configuration.alternates() {
            self.engines.insert((number, plan.settings), engine.clone());
        }
        execute(plan, |data| State {
            configuration,
            store: Store::new(&engine, data),
            linker: Linker::new(&engine),
            engine,
        })
    }
}

struct State {
    configuration: Configuration,
    engine: Engine,
    store: Store<Data<Self>>,
    linker: Linker<Data<Self>>,
}

impl Embedding for State {
    alike!(diptych);
    rooted!(diptych);

    const FUEL: u64 = FUEL;

    fn open(&self, wasm: &[u8]) -> Result<Module, End> {
        let opened = self.configuration.module(&self.engine, wasm);
        opened.map_err(|error| match error.kind() {
            ErrorKind::InvalidModule { .. } | ErrorKind::Unsupported(_) => {
                End::Refused(error.to_string())
            }
            ErrorKind::Limit(_) | ErrorKind::OutOfMemory => End::Limited(error.to_string()),
            _ => End::Broken(error.to_string()),
        })
    }

    fn has(&mut self, import: &Import) -> bool {
        let found = self
            .linker
            .get(&mut self.store, &import.module, &import.name);
        found.is_some()
    }

    fn offer(&mut self, module: &Module, import: &Import, place: Place) -> Result<(), Error> {
        let found = module.imports().nth(place.import);
        let item: Extern = match found.ok_or_else(|| Error::msg("no import"))?.ty() {
            ExternType::Func(ty) => {
                let types = ty.results().to_vec();
                Func::new(&mut self.store, ty, Self::function(place, types))?.into()
            }
            ExternType::Global(ty) => {
                let value = import.value().ok_or_else(|| Error::msg("no value"))?;
                let mut scope = RootScope::new(&mut self.store);
                let value = val::<Self>(&mut scope.as_context_mut(), value, &ty.content())?;
                Global::new(&mut scope, ty, value)?.into()
            }
            ExternType::Memory(ty) => Memory::new(&mut self.store, ty)?.into(),
            ExternType::Table(ty) => {
                let null = Ref::null(ty.element).ok_or_else(|| Error::msg("no null"))?;
                Table::new(&mut self.store, ty, null)?.into()
            }
            ExternType::Tag(ty) => Tag::new(&mut self.store, ty)?.into(),
        };
        self.linker
            .define(&self.store, &import.module, &import.name, item)?;
        Ok(())
    }

    fn instantiate(&mut self, module: &Module) -> Result<Instance, End> {
        let made = self.linker.instantiate(&mut self.store, module);
        made.map_err(|error| match error.kind() {
            ErrorKind::Link(_) => End::Unlinked(error.to_string()),
            _ => Self::end(&mut self.context(), &error),
        })
    }

    fn end(_: &mut Self::Context<'_>, error: &Error) -> End {
        if let Some(passed) = error.downcast_ref::<Passed>() {
            return passed.0.clone();
        }
        match error.kind() {
            ErrorKind::Exception(_) => End::Threw,
            ErrorKind::Trap(code) => trap(*code),
            ErrorKind::Limit(_) | ErrorKind::OutOfMemory => End::Limited(error.to_string()),
            _ => End::Broken(error.to_string()),
        }
    }

    fn error(passed: Passed) -> Error {
        Error::host(passed)
    }

    fn object(context: &mut Self::Context<'_>, val: &Val) -> Option<u32> {
        let Val::ExternRef(Some(it)) = val else {
            return None;
        };
        it.data(context.as_context())?.downcast_ref().copied()
    }

    fn null(_: &ValType) -> Result<Val, Error> {
        // One that is a null of every type.
        Ok(Val::AnyRef(None))
    }

    fn signature(context: &mut Self::Context<'_>, func: Func) -> (Vec<ValType>, Vec<ValType>) {
        let ty = func.ty(&*context);
        (ty.params().to_vec(), ty.results().to_vec())
    }

    fn content(context: &mut Self::Context<'_>, global: Global) -> ValType {
        global.ty(&*context).content()
    }
}

fn trap(code: diptych::Trap) -> End {
    use diptych::Trap as It;
    End::Trapped(match code {
        It::Unreachable => Trap::Unreachable,
        It::MemoryOutOfBounds => Trap::Memory,
        It::TableOutOfBounds | It::UndefinedElement => Trap::Table,
        It::UninitializedElement => Trap::NullCall,
        It::IndirectCallTypeMismatch => Trap::CallType,
        It::IntegerDivideByZero => Trap::DivideByZero,
        It::IntegerOverflow => Trap::Overflow,
        It::InvalidConversionToInteger => Trap::Conversion,
        It::NullReference
        | It::NullFunctionReference
        | It::NullStructReference
        | It::NullArrayReference
        | It::NullI31Reference
        | It::NullExceptionReference => Trap::Null,
        It::ArrayOutOfBounds => Trap::Array,
        It::CastFailure => Trap::Cast,
        It::StackOverflow
        | It::OutOfFuel
        | It::Interrupted
        | It::AllocationTooLarge
        | It::OutOfMemory => return End::Limited(code.message().to_owned()),
        _ => return End::Broken(code.message().to_owned()),
    })
}
