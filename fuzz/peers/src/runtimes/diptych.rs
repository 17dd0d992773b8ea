//! Diptych, in the configurations that are compared among themselves elsewhere.

use super::{FUEL, Passed};
use crate::plan::Plan;
use crate::seen::{End, Seen, Step, Trap};
use crate::value::Value;
use crate::world::{Guest, Session, World, called, run};
use diptych::{
    AsContextMut, Caller, Engine, Error, ErrorKind, Extern, ExternRef, ExternType, Instance,
    Linker, Module, Ref, RootScope, Store, Val,
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
        let data = Data {
            world: World::new(plan),
            exports: Vec::new(),
        };
        run(&mut State {
            configuration,
            plan: Arc::clone(plan),
            store: Store::new(&engine, data),
            linker: Linker::new(&engine),
            engine,
            modules: Vec::new(),
        })
    }
}

#[derive(Debug)]
struct Data {
    world: World,
    exports: Vec<Vec<Extern>>,
}

struct State {
    configuration: Configuration,
    plan: Arc<Plan>,
    engine: Engine,
    store: Store<Data>,
    linker: Linker<Data>,
    modules: Vec<Module>,
}

impl State {
    /// Offers what the module imports and no other exports.
    fn define(&mut self, index: usize) -> Result<(), Error> {
        let plan = Arc::clone(&self.plan);
        let module = self.modules[index].clone();
        let types: Vec<_> = module.imports().map(|it| it.ty()).collect();
        for (at, (import, ty)) in plan.modules[index].imports.iter().zip(types).enumerate() {
            let (from, name) = (&import.module, &import.name);
            if self.linker.get(&mut self.store, from, name).is_some() {
                continue;
            }
            let item: Extern = match ty {
                ExternType::Func(ty) => diptych::Func::new(
                    &mut self.store,
                    ty,
                    move |mut caller: Caller<'_, Data>, args, results| {
                        let args = values(&mut caller, args);
                        let made = called(&mut caller, index, at, &args)
                            .map_err(|end| Error::host(Passed(end)))?;
                        for (result, value) in results.iter_mut().zip(made) {
                            *result = val(&mut caller, value)?;
                        }
                        Ok(())
                    },
                )?
                .into(),
                ExternType::Global(ty) => {
                    let mut scope = RootScope::new(&mut self.store);
                    let value = import.value().ok_or_else(|| Error::msg("no value"))?;
                    let value = val(&mut scope, value)?;
                    diptych::Global::new(&mut scope, ty, value)?.into()
                }
                ExternType::Memory(ty) => diptych::Memory::new(&mut self.store, ty)?.into(),
                ExternType::Table(ty) => {
                    let null = Ref::null(ty.element).ok_or_else(|| Error::msg("no null"))?;
                    diptych::Table::new(&mut self.store, ty, null)?.into()
                }
                ExternType::Tag(ty) => diptych::Tag::new(&mut self.store, ty)?.into(),
            };
            self.linker.define(&self.store, from, name, item)?;
        }
        Ok(())
    }

    fn instance(&mut self, index: usize) -> Result<Instance, End> {
        self.define(index)
            .map_err(|error| End::Limited(format!("host: {error}")))?;
        let module = self.modules[index].clone();
        self.linker
            .instantiate(&mut self.store, &module)
            .map_err(|error| end(&error))
    }
}

impl Session for State {
    type Store = Store<Data>;

    fn store(&mut self) -> &mut Store<Data> {
        &mut self.store
    }

    fn refuel(&mut self) {
        if self.plan.settings.metered {
            // Only engines without fuel refuse.
            let _ = self.store.set_fuel(FUEL);
        }
    }

    fn open(&mut self, module: usize) -> End {
        let wasm = &self.plan.modules[module].wasm;
        match self.configuration.module(&self.engine, wasm) {
            Ok(module) => {
                self.modules.push(module);
                End::Returned(Vec::new())
            }
            Err(error) => end(&error),
        }
    }

    fn instantiate(&mut self, index: usize) -> End {
        let instance = match self.instance(index) {
            Ok(instance) => instance,
            Err(end) => return end,
        };
        let mut exports = Vec::new();
        for export in &self.plan.modules[index].exports {
            exports.extend(instance.get_export(&mut self.store, &export.name));
        }
        self.store.data_mut().exports.push(exports);
        match self
            .linker
            .instance(&mut self.store, &format!("m{index}"), instance)
        {
            Ok(_) => End::Returned(Vec::new()),
            Err(error) => End::Broken(error.to_string()),
        }
    }
}

macro_rules! guest {
    ($($of:ty),*) => {$(
        impl Guest for $of {
            fn world(&mut self) -> &mut World {
                &mut self.data_mut().world
            }

            fn call(&mut self, module: usize, export: usize, args: &[Value]) -> End {
                call(self, module, export, args)
            }

            fn memory(&mut self, module: usize, export: usize) -> &mut [u8] {
                match self.data().exports[module][export] {
                    Extern::Memory(memory) => memory.data_mut(self),
                    _ => &mut [],
                }
            }

            fn grow(&mut self, module: usize, export: usize) {
                if let Extern::Memory(memory) = self.data().exports[module][export] {
                    // A refusal is the same everywhere.
                    let _ = memory.grow(self, 1);
                }
            }

            fn global(&mut self, module: usize, export: usize) -> Value {
                let Extern::Global(global) = self.data().exports[module][export] else {
                    return Value::Hidden;
                };
                let mut scope = RootScope::new(self);
                let got = global.get(&mut scope);
                value(&mut scope, got)
            }

            fn set_global(&mut self, module: usize, export: usize, value: Value) {
                if let Extern::Global(global) = self.data().exports[module][export] {
                    let mut scope = RootScope::new(self);
                    if let Ok(val) = val(&mut scope, value) {
                        // It is of the type.
                        let _ = global.set(&mut scope, val);
                    }
                }
            }

            fn table_size(&mut self, module: usize, export: usize) -> u64 {
                match self.data().exports[module][export] {
                    Extern::Table(table) => table.size(&*self),
                    _ => 0,
                }
            }

            fn is_null(&mut self, module: usize, export: usize, element: u64) -> bool {
                let Extern::Table(table) = self.data().exports[module][export] else {
                    return false;
                };
                let mut scope = RootScope::new(self);
                let got = table.get(&mut scope, element).map(Val::from);
                got.is_some_and(|got| value(&mut scope, got) == Value::Null)
            }
        }
    )*};
}

guest!(Store<Data>, Caller<'_, Data>);

fn call(
    mut store: impl AsContextMut<Data = Data>,
    module: usize,
    export: usize,
    args: &[Value],
) -> End {
    let Extern::Func(func) = store.as_context().data().exports[module][export] else {
        return End::Broken("no function".to_owned());
    };
    let ty = func.ty(&store);
    let mut scope = RootScope::new(&mut store);
    let mut vals = Vec::new();
    for arg in args {
        match val(&mut scope, *arg) {
            Ok(val) => vals.push(val),
            Err(error) => return end(&error),
        }
    }
    let mut results = vec![Val::I32(0); ty.results().len()];
    match func.call(&mut scope, &vals, &mut results) {
        Ok(()) => End::Returned(values(&mut scope, &results)),
        Err(error) => end(&error),
    }
}

fn values(store: &mut impl AsContextMut<Data = Data>, vals: &[Val]) -> Vec<Value> {
    vals.iter().map(|val| value(store, *val)).collect()
}

fn value(store: &mut impl AsContextMut<Data = Data>, val: Val) -> Value {
    match val {
        Val::I32(value) => Value::I32(value as u32),
        Val::I64(value) => Value::I64(value as u64),
        Val::F32(bits) => Value::F32(bits),
        Val::F64(bits) => Value::F64(bits),
        Val::V128(vector) => Value::V128(vector.as_u128()),
        Val::FuncRef(None) | Val::ExternRef(None) | Val::AnyRef(None) | Val::ExnRef(None) => {
            Value::Null
        }
        Val::ExternRef(Some(it)) => {
            let number = it.data(store.as_context()).and_then(|it| it.downcast_ref());
            number.copied().map_or(Value::Ref, Value::Extern)
        }
        _ => Value::Ref,
    }
}

fn val(store: &mut impl AsContextMut<Data = Data>, value: Value) -> Result<Val, Error> {
    Ok(match value {
        Value::I32(bits) => Val::I32(bits as i32),
        Value::I64(bits) => Val::I64(bits as i64),
        Value::F32(bits) => Val::F32(bits),
        Value::F64(bits) => Val::F64(bits),
        Value::V128(bits) => Val::V128(bits.into()),
        Value::Extern(number) => Val::ExternRef(Some(ExternRef::new(store, number)?)),
        // A null is one of every type.
        Value::Null | Value::Ref | Value::Hidden => Val::AnyRef(None),
    })
}

fn end(error: &Error) -> End {
    if let Some(passed) = error.downcast_ref::<Passed>() {
        return passed.0.clone();
    }
    match error.kind() {
        ErrorKind::InvalidModule { .. } => End::Refused(error.to_string()),
        ErrorKind::Link(_) => End::Unlinked(error.to_string()),
        ErrorKind::Exception(_) => End::Threw,
        ErrorKind::Trap(trap) => match trap_of(*trap) {
            Some(trap) => End::Trapped(trap),
            None => End::Limited(error.to_string()),
        },
        ErrorKind::Limit(_) | ErrorKind::Unsupported(_) | ErrorKind::OutOfMemory => {
            End::Limited(error.to_string())
        }
        _ => End::Broken(error.to_string()),
    }
}

/// What all call a trap; `None` of one that says that a limit was reached.
const fn trap_of(trap: diptych::Trap) -> Option<Trap> {
    use diptych::Trap as It;
    Some(match trap {
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
        _ => return None,
    })
}
