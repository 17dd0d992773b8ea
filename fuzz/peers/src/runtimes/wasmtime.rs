//! Wasmtime, with Cranelift.

use super::{AMPLE_FUEL, Passed, Peer};
use crate::plan::{FEATURES, Plan};
use crate::seen::{End, Seen, Step, Trap};
use crate::value::Value;
use crate::world::{Guest, Session, World, called, run};
use diptych_fuzz::generate::Proposals;
use std::collections::HashMap;
use std::sync::Arc;
use wasmparser::WasmFeatures;
use wasmtime::{
    AsContextMut, Caller, Collector, Config, Engine, Error, Extern, ExternRef, ExternType, Linker,
    Module, Ref, RootScope, Store, ThrownException, Val, ValType,
};

/// How many cases the engines serve before new ones take their place: they keep all types.
const CASES_OF_ENGINES: usize = 1_000;

/// The most stack that guests may have without a feature for stacks of their own.
const STACK: usize = 2 << 20;

/// Wasmtime.
#[derive(Default)]
pub struct Wasmtime {
    /// By whether NaNs are canonical.
    engines: HashMap<bool, Engine>,
    cases: usize,
}

impl Wasmtime {
    fn engine(&mut self, canonical_nans: bool) -> Result<Engine, Error> {
        self.cases += 1;
        if self.cases.is_multiple_of(CASES_OF_ENGINES) {
            self.engines.clear();
        }
        if let Some(engine) = self.engines.get(&canonical_nans) {
            return Ok(engine.clone());
        }
        let mut config = Config::new();
        config
            .consume_fuel(true)
            .max_wasm_stack(STACK)
            .cranelift_nan_canonicalization(canonical_nans)
            .relaxed_simd_deterministic(true)
            .wasm_wide_arithmetic(true)
            .wasm_custom_page_sizes(true)
            .wasm_exceptions(true)
            .collector(Collector::Copying)
            .wasm_backtrace_max_frames(None)
            .memory_reservation(8 << 20)
            .memory_guard_size(64 << 10);
        let engine = Engine::new(&config)?;
        self.engines.insert(canonical_nans, engine.clone());
        Ok(engine)
    }
}

impl Peer for Wasmtime {
    fn name(&self) -> &'static str {
        "wasmtime"
    }

    fn features(&self) -> WasmFeatures {
        FEATURES.difference(WasmFeatures::THREADS)
    }

    fn proposals(&self) -> Proposals {
        Proposals {
            threads: false,
            legacy_exceptions: false,
            ..Proposals::ALL
        }
    }

    fn run(&mut self, plan: &Arc<Plan>) -> Vec<Seen> {
        let engine = match self.engine(plan.settings.canonical_nans) {
            Ok(engine) => engine,
            Err(error) => return vec![Seen::of(Step::Open(0), End::Broken(error.to_string()))],
        };
        let data = Data {
            world: World::new(plan),
            exports: Vec::new(),
        };
        run(&mut State {
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
            if self.linker.get(&mut self.store, from, name).is_ok() {
                continue;
            }
            let item: Extern = match ty {
                ExternType::Func(ty) => {
                    let results_of: Vec<_> = ty.results().collect();
                    wasmtime::Func::new(
                        &mut self.store,
                        ty,
                        move |mut caller: Caller<'_, Data>, args, results| {
                            let args = values(&mut caller, args);
                            let made = called(&mut caller, index, at, &args)
                                .map_err(|end| Error::new(Passed(end)))?;
                            for ((result, value), ty) in
                                results.iter_mut().zip(made).zip(&results_of)
                            {
                                *result = val(&mut caller, value, ty)?;
                            }
                            Ok(())
                        },
                    )
                    .into()
                }
                ExternType::Global(ty) => {
                    let value = import.value().ok_or_else(|| Error::msg("no value"))?;
                    let mut scope = RootScope::new(&mut self.store);
                    let value = val(&mut scope, value, ty.content())?;
                    wasmtime::Global::new(&mut scope, ty, value)?.into()
                }
                ExternType::Memory(ty) => wasmtime::Memory::new(&mut self.store, ty)?.into(),
                ExternType::Table(ty) => {
                    if !ty.element().is_nullable() {
                        return Err(Error::msg("no null"));
                    }
                    let null = Ref::null(ty.element().heap_type());
                    wasmtime::Table::new(&mut self.store, ty, null)?.into()
                }
                ExternType::Tag(ty) => wasmtime::Tag::new(&mut self.store, &ty)?.into(),
            };
            self.linker.define(&mut self.store, from, name, item)?;
        }
        Ok(())
    }
}

impl Session for State {
    type Store = Store<Data>;

    fn store(&mut self) -> &mut Store<Data> {
        &mut self.store
    }

    fn refuel(&mut self) {
        // Only engines without fuel refuse.
        let _ = self.store.set_fuel(AMPLE_FUEL);
    }

    fn open(&mut self, module: usize) -> End {
        match Module::new(&self.engine, &self.plan.modules[module].wasm) {
            Ok(module) => {
                self.modules.push(module);
                End::Returned(Vec::new())
            }
            Err(error) => {
                let text = format!("{error:#}");
                let is_limit = ["unsupported", "mplementation limit", "too large"]
                    .iter()
                    .any(|it| text.contains(it));
                match is_limit {
                    true => End::Limited(text),
                    false => End::Refused(text),
                }
            }
        }
    }

    fn instantiate(&mut self, index: usize) -> End {
        if let Err(error) = self.define(index) {
            return End::Limited(format!("host: {error:#}"));
        }
        let module = self.modules[index].clone();
        let instance = match self.linker.instantiate(&mut self.store, &module) {
            Ok(instance) => instance,
            Err(error) => {
                let end = end(&mut self.store, &error);
                return match end {
                    End::Broken(text) if text.contains("incompatible import type") => {
                        End::Unlinked(text)
                    }
                    end => end,
                };
            }
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
                value(&mut scope, &got)
            }

            fn set_global(&mut self, module: usize, export: usize, value: Value) {
                if let Extern::Global(global) = self.data().exports[module][export] {
                    let mut scope = RootScope::new(self);
                    let ty = global.ty(&scope);
                    if let Ok(val) = val(&mut scope, value, ty.content()) {
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
                table.get(&mut scope, element).is_some_and(|it| it.is_null())
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
    for (arg, ty) in args.iter().zip(ty.params()) {
        match val(&mut scope, *arg, &ty) {
            Ok(val) => vals.push(val),
            Err(error) => return end(&mut scope, &error),
        }
    }
    let mut results = vec![Val::I32(0); ty.results().len()];
    match func.call(&mut scope, &vals, &mut results) {
        Ok(()) => End::Returned(values(&mut scope, &results)),
        Err(error) => end(&mut scope, &error),
    }
}

fn values(store: &mut impl AsContextMut<Data = Data>, vals: &[Val]) -> Vec<Value> {
    vals.iter().map(|val| value(store, val)).collect()
}

fn value(store: &mut impl AsContextMut<Data = Data>, val: &Val) -> Value {
    match val {
        Val::I32(value) => Value::I32(*value as u32),
        Val::I64(value) => Value::I64(*value as u64),
        Val::F32(bits) => Value::F32(*bits),
        Val::F64(bits) => Value::F64(*bits),
        Val::V128(vector) => Value::V128(vector.as_u128()),
        Val::FuncRef(None) | Val::ExternRef(None) | Val::AnyRef(None) | Val::ExnRef(None) => {
            Value::Null
        }
        Val::ExternRef(Some(it)) => {
            let data = it.data(store.as_context());
            let number = data.ok().flatten().and_then(|it| it.downcast_ref());
            number.copied().map_or(Value::Ref, Value::Extern)
        }
        _ => Value::Ref,
    }
}

/// The value as one of this type.
fn val(
    store: &mut impl AsContextMut<Data = Data>,
    value: Value,
    ty: &ValType,
) -> Result<Val, Error> {
    Ok(match value {
        Value::I32(bits) => Val::I32(bits as i32),
        Value::I64(bits) => Val::I64(bits as i64),
        Value::F32(bits) => Val::F32(bits),
        Value::F64(bits) => Val::F64(bits),
        Value::V128(bits) => Val::V128(bits.into()),
        Value::Extern(number) => Val::ExternRef(Some(ExternRef::new(store, number)?)),
        Value::Null | Value::Ref | Value::Hidden => match ty.as_ref() {
            Some(ty) => Val::null_ref(ty.heap_type()),
            None => return Err(Error::msg("null is no number")),
        },
    })
}

fn end(store: &mut impl AsContextMut<Data = Data>, error: &Error) -> End {
    if let Some(passed) = error.downcast_ref::<Passed>() {
        return passed.0.clone();
    }
    let text = format!("{error:#}");
    if error.is::<ThrownException>() {
        // It would be thrown again otherwise.
        let _ = store.as_context_mut().take_pending_exception();
        return End::Threw;
    }
    match error.downcast_ref::<wasmtime::Trap>() {
        Some(code) => match trap(*code) {
            Some(trap) => End::Trapped(trap),
            None => End::Limited(text),
        },
        None if text.contains("GC heap out of memory") => End::Limited(text),
        None => End::Broken(text),
    }
}

/// What all call a trap; `None` of one that says that a limit was reached.
const fn trap(code: wasmtime::Trap) -> Option<Trap> {
    use wasmtime::Trap as It;
    Some(match code {
        It::UnreachableCodeReached => Trap::Unreachable,
        It::MemoryOutOfBounds => Trap::Memory,
        It::TableOutOfBounds => Trap::Table,
        It::IndirectCallToNull => Trap::NullCall,
        It::BadSignature => Trap::CallType,
        It::IntegerDivisionByZero => Trap::DivideByZero,
        It::IntegerOverflow => Trap::Overflow,
        It::BadConversionToInteger => Trap::Conversion,
        It::NullReference => Trap::Null,
        It::ArrayOutOfBounds => Trap::Array,
        It::CastFailure => Trap::Cast,
        _ => return None,
    })
}
