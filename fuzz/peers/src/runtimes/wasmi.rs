//! wasmi.

use super::{AMPLE_FUEL, Passed, Peer, STACK};
use crate::plan::{Item, Plan};
use crate::seen::{End, Seen, Trap};
use crate::value::Value;
use crate::world::{Guest, Session, World, called, run};
use diptych_fuzz::generate::Proposals;
use std::sync::Arc;
use wasmi::errors::ErrorKind;
use wasmi::errors::HostError;
use wasmi::{
    AsContext, AsContextMut, Caller, CompilationMode, Config, Engine, Error, Extern, ExternRef,
    ExternType, F32, F64, Linker, Module, Nullable, Ref, Store, TrapCode, V128, Val,
};
use wasmparser::WasmFeatures;

impl HostError for Passed {}

/// wasmi.
#[derive(Debug)]
pub struct Wasmi;

impl Peer for Wasmi {
    fn name(&self) -> &'static str {
        "wasmi"
    }

    fn features(&self) -> WasmFeatures {
        WasmFeatures::WASM2
            | WasmFeatures::TAIL_CALL
            | WasmFeatures::EXTENDED_CONST
            | WasmFeatures::MULTI_MEMORY
            | WasmFeatures::MEMORY64
            | WasmFeatures::WIDE_ARITHMETIC
            | WasmFeatures::CUSTOM_PAGE_SIZES
    }

    fn proposals(&self) -> Proposals {
        Proposals {
            objects: false,
            exceptions: false,
            relaxed_simd: false,
            threads: false,
            legacy_exceptions: false,
            canonical_nans: false,
            ..Proposals::ALL
        }
    }

    fn run(&mut self, plan: &Arc<Plan>) -> Vec<Seen> {
        let mut config = Config::default();
        config
            .consume_fuel(true)
            .compilation_mode(CompilationMode::Eager)
            .set_max_recursion_depth(100_000)
            .set_max_stack_height(STACK)
            .wasm_relaxed_simd(false)
            .wasm_wide_arithmetic(true)
            .wasm_custom_page_sizes(true);
        let engine = Engine::new(&config);
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
        for (at, import) in plan.modules[index].imports.iter().enumerate() {
            let (from, name) = (&import.module, &import.name);
            if self.linker.get(&self.store, from, name).is_some() {
                continue;
            }
            // wasmi has an order of its own.
            let same = |it: &wasmi::ImportType<'_>| {
                it.module() == from && it.name() == name && is_of(&import.item, it.ty())
            };
            let found = module.imports().find(same);
            let ty = found.ok_or_else(|| Error::new("no import"))?.ty().clone();
            let item: Extern = match ty {
                ExternType::Func(ty) => wasmi::Func::new(
                    &mut self.store,
                    ty,
                    move |mut caller: Caller<'_, Data>, args, results| {
                        let args = values(&caller, args);
                        let made = called(&mut caller, index, at, &args)
                            .map_err(|end| Error::host(Passed(end)))?;
                        for (result, value) in results.iter_mut().zip(made) {
                            *result = val(&mut caller, value, &result.clone());
                        }
                        Ok(())
                    },
                )
                .into(),
                ExternType::Global(ty) => {
                    let value = import.value().ok_or_else(|| Error::new("no value"))?;
                    let like = Val::default_for_ty(ty.content());
                    let value = val(&mut self.store, value, &like);
                    wasmi::Global::new(&mut self.store, value, ty.mutability()).into()
                }
                ExternType::Memory(ty) => wasmi::Memory::new(&mut self.store, ty)?.into(),
                ExternType::Table(ty) => {
                    let null = Ref::null(ty.element());
                    wasmi::Table::new(&mut self.store, ty, null)?.into()
                }
            };
            self.linker.define(from, name, item)?;
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
            Err(error) => end(&error),
        }
    }

    fn instantiate(&mut self, index: usize) -> End {
        if let Err(error) = self.define(index) {
            return End::Limited(format!("host: {error}"));
        }
        let module = self.modules[index].clone();
        let instance = match self.linker.instantiate_and_start(&mut self.store, &module) {
            Ok(instance) => instance,
            Err(error) => return end(&error),
        };
        let exports = &self.plan.modules[index].exports;
        let exports = exports
            .iter()
            .filter_map(|it| instance.get_export(&self.store, &it.name))
            .collect();
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
                match self.data().exports[module][export] {
                    Extern::Global(global) => value(&*self, &global.get(&*self)),
                    _ => Value::Hidden,
                }
            }

            fn set_global(&mut self, module: usize, export: usize, value: Value) {
                if let Extern::Global(global) = self.data().exports[module][export] {
                    let like = global.get(&*self);
                    let val = val(self, value, &like);
                    // It is of the type.
                    let _ = global.set(self, val);
                }
            }

            fn table_size(&mut self, module: usize, export: usize) -> u64 {
                match self.data().exports[module][export] {
                    Extern::Table(table) => table.size(&*self),
                    _ => 0,
                }
            }

            fn is_null(&mut self, module: usize, export: usize, element: u64) -> bool {
                match self.data().exports[module][export] {
                    Extern::Table(table) => {
                        table.get(&*self, element).is_some_and(|it| it.is_null())
                    }
                    _ => false,
                }
            }
        }
    )*};
}

guest!(Store<Data>, Caller<'_, Data>);

const fn is_of(item: &Item, ty: &ExternType) -> bool {
    matches!(
        (item, ty),
        (Item::Func { .. }, ExternType::Func(_))
            | (Item::Global { .. }, ExternType::Global(_))
            | (Item::Memory { .. }, ExternType::Memory(_))
            | (Item::Table { .. }, ExternType::Table(_))
    )
}

fn call(
    mut store: impl AsContextMut<Data = Data>,
    module: usize,
    export: usize,
    args: &[Value],
) -> End {
    let data = store.as_context();
    let Extern::Func(func) = data.data().exports[module][export] else {
        return End::Broken("no function".to_owned());
    };
    let ty = func.ty(&store);
    let mut vals = Vec::new();
    for (arg, ty) in args.iter().zip(ty.params()) {
        vals.push(val(&mut store, *arg, &Val::default_for_ty(*ty)));
    }
    let mut results: Vec<_> = ty
        .results()
        .iter()
        .map(|ty| Val::default_for_ty(*ty))
        .collect();
    match func.call(&mut store, &vals, &mut results) {
        Ok(()) => End::Returned(values(&store, &results)),
        Err(error) => end(&error),
    }
}

fn values(store: &impl AsContext<Data = Data>, vals: &[Val]) -> Vec<Value> {
    vals.iter().map(|val| value(store, val)).collect()
}

fn value(store: &impl AsContext<Data = Data>, val: &Val) -> Value {
    match val {
        Val::I32(value) => Value::I32(*value as u32),
        Val::I64(value) => Value::I64(*value as u64),
        Val::F32(value) => Value::F32(value.to_bits()),
        Val::F64(value) => Value::F64(value.to_bits()),
        Val::V128(vector) => Value::V128(vector.as_u128()),
        Val::FuncRef(Nullable::Null) | Val::ExternRef(Nullable::Null) => Value::Null,
        Val::FuncRef(_) => Value::Ref,
        Val::ExternRef(Nullable::Val(it)) => {
            let number = it.data(store.as_context()).downcast_ref();
            number.copied().map_or(Value::Ref, Value::Extern)
        }
    }
}

/// The value in a place that has one of the same type.
fn val(store: &mut impl AsContextMut<Data = Data>, value: Value, like: &Val) -> Val {
    match value {
        Value::I32(bits) => Val::I32(bits as i32),
        Value::I64(bits) => Val::I64(bits as i64),
        Value::F32(bits) => Val::F32(F32::from_bits(bits)),
        Value::F64(bits) => Val::F64(F64::from_bits(bits)),
        Value::V128(bits) => Val::V128(V128::from(bits)),
        Value::Extern(number) => Val::from(ExternRef::new(store, number)),
        Value::Null | Value::Ref | Value::Hidden => Val::default_for_ty(like.ty()),
    }
}

fn end(error: &Error) -> End {
    if let Some(passed) = error.downcast_ref::<Passed>() {
        return passed.0.clone();
    }
    let text = error.to_string();
    match error.kind() {
        ErrorKind::TrapCode(code) => match trap(*code) {
            Some(trap) => End::Trapped(trap),
            None => End::Limited(text),
        },
        // Segments have errors of their own.
        ErrorKind::Instantiation(_) if text.contains("out of bounds table access") => {
            End::Trapped(Trap::Table)
        }
        ErrorKind::Instantiation(_) | ErrorKind::Linker(_) => End::Unlinked(text),
        ErrorKind::Wasm(_) | ErrorKind::Read(_) => End::Refused(text),
        ErrorKind::Translation(_)
        | ErrorKind::UserLimits(_)
        | ErrorKind::ImplementationLimits(_)
        | ErrorKind::Ir(_)
        | ErrorKind::Fuel(_) => End::Limited(text),
        ErrorKind::Memory(_) if text.contains("out of bounds") => End::Trapped(Trap::Memory),
        ErrorKind::Table(_) if text.contains("out of bounds") => End::Trapped(Trap::Table),
        _ => End::Broken(text),
    }
}

/// What all call a trap; `None` of one that says that a limit was reached.
const fn trap(code: TrapCode) -> Option<Trap> {
    Some(match code {
        TrapCode::UnreachableCodeReached => Trap::Unreachable,
        TrapCode::MemoryOutOfBounds => Trap::Memory,
        TrapCode::TableOutOfBounds => Trap::Table,
        TrapCode::IndirectCallToNull => Trap::NullCall,
        TrapCode::BadSignature => Trap::CallType,
        TrapCode::IntegerDivisionByZero => Trap::DivideByZero,
        TrapCode::IntegerOverflow => Trap::Overflow,
        TrapCode::BadConversionToInteger => Trap::Conversion,
        _ => return None,
    })
}
