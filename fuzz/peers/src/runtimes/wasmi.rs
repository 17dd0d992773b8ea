//! wasmi.

use super::embedding::{Data, Embedding, Handle, Place, alike, answer, execute, val};
use super::{AMPLE_FUEL, Passed, Peer, STACK};
use crate::plan::{Import, Item, Plan};
use crate::seen::{End, Seen, Trap};
use crate::value::Value;
use diptych_fuzz::generate::Proposals;
use std::sync::Arc;
use wasmi::errors::ErrorKind;
use wasmi::errors::HostError;
use wasmi::{
    AsContext as _, AsContextMut as _, CompilationMode, Config, Engine, Error, Extern, ExternRef,
    ExternType, F32, F64, Func, Global, Instance, Linker, Memory, Module, Nullable, Ref, Store,
    Table, TrapCode, V128, Val, ValType,
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
        execute(plan, |data| State {
            store: Store::new(&engine, data),
            linker: Linker::new(&engine),
            engine,
        })
    }
}

struct State {
    engine: Engine,
    store: Store<Data<Self>>,
    linker: Linker<Data<Self>>,
}

impl Embedding for State {
    alike!(wasmi);

    const FUEL: u64 = AMPLE_FUEL;

    fn scoped<R>(
        context: &mut Self::Context<'_>,
        work: impl FnOnce(&mut Self::Context<'_>) -> R,
    ) -> R {
        work(context)
    }

    fn open(&self, wasm: &[u8]) -> Result<Module, End> {
        Module::new(&self.engine, wasm).map_err(|error| {
            let text = error.to_string();
            match error.kind() {
                ErrorKind::Wasm(_) | ErrorKind::Read(_) => End::Refused(text),
                // It has no type for what it lacks; all else is too much of something.
                ErrorKind::Translation(_) if text.contains("unsupported") => End::Refused(text),
                ErrorKind::Translation(_)
                | ErrorKind::UserLimits(_)
                | ErrorKind::ImplementationLimits(_)
                | ErrorKind::Ir(_) => End::Limited(text),
                _ => End::Broken(text),
            }
        })
    }

    fn has(&mut self, import: &Import) -> bool {
        let found = self.linker.get(&self.store, &import.module, &import.name);
        found.is_some()
    }

    fn offer(&mut self, module: &Module, import: &Import, place: Place) -> Result<(), Error> {
        // wasmi has an order of its own.
        let same = |it: &wasmi::ImportType<'_>| {
            it.module() == import.module && it.name() == import.name && is_of(&import.item, it.ty())
        };
        let found = module.imports().find(same);
        let ty = found.ok_or_else(|| Error::new("no import"))?.ty().clone();
        let item: Extern = match ty {
            ExternType::Func(ty) => {
                let types = ty.results().to_vec();
                Func::new(&mut self.store, ty, Self::function(place, types)).into()
            }
            ExternType::Global(ty) => {
                let value = import.value().ok_or_else(|| Error::new("no value"))?;
                let value = val::<Self>(&mut self.context(), value, &ty.content())?;
                Global::new(&mut self.store, value, ty.mutability()).into()
            }
            ExternType::Memory(ty) => Memory::new(&mut self.store, ty)?.into(),
            ExternType::Table(ty) => {
                let null = Ref::null(ty.element());
                Table::new(&mut self.store, ty, null)?.into()
            }
        };
        self.linker.define(&import.module, &import.name, item)?;
        Ok(())
    }

    fn instantiate(&mut self, module: &Module) -> Result<Instance, End> {
        let made = self.linker.instantiate_and_start(&mut self.store, module);
        made.map_err(|error| {
            let text = error.to_string();
            match error.kind() {
                // Segments have errors of their own.
                ErrorKind::Instantiation(_) if text.contains("out of bounds table access") => {
                    End::Trapped(Trap::Table)
                }
                ErrorKind::Instantiation(_) | ErrorKind::Linker(_) => End::Unlinked(text),
                ErrorKind::Memory(_) if text.contains("out of bounds") => {
                    End::Trapped(Trap::Memory)
                }
                ErrorKind::Table(_) if text.contains("out of bounds") => End::Trapped(Trap::Table),
                _ => Self::end(&mut self.context(), &error),
            }
        })
    }

    fn end(_: &mut Self::Context<'_>, error: &Error) -> End {
        if let Some(passed) = error.downcast_ref::<Passed>() {
            return passed.0.clone();
        }
        match error.as_trap_code() {
            Some(code) => trap(code),
            None => End::Broken(error.to_string()),
        }
    }

    fn error(passed: Passed) -> Error {
        Error::host(passed)
    }

    fn plain(val: &Val) -> Option<Value> {
        Some(match val {
            Val::I32(value) => Value::I32(*value as u32),
            Val::I64(value) => Value::I64(*value as u64),
            Val::F32(value) => Value::F32(value.to_bits()),
            Val::F64(value) => Value::F64(value.to_bits()),
            Val::V128(vector) => Value::V128(vector.as_u128()),
            Val::FuncRef(Nullable::Null) | Val::ExternRef(Nullable::Null) => Value::Null,
            Val::FuncRef(_) | Val::ExternRef(_) => return None,
        })
    }

    fn object(context: &mut Self::Context<'_>, val: &Val) -> Option<u32> {
        let Val::ExternRef(Nullable::Val(it)) = val else {
            return None;
        };
        it.data(context.as_context()).downcast_ref().copied()
    }

    fn number(value: Value) -> Option<Val> {
        Some(match value {
            Value::I32(bits) => Val::I32(bits as i32),
            Value::I64(bits) => Val::I64(bits as i64),
            Value::F32(bits) => Val::F32(F32::from_bits(bits)),
            Value::F64(bits) => Val::F64(F64::from_bits(bits)),
            Value::V128(bits) => Val::V128(V128::from(bits)),
            Value::Extern(_) | Value::Null | Value::Ref | Value::Hidden => return None,
        })
    }

    fn reference(context: &mut Self::Context<'_>, object: u32) -> Result<Val, Error> {
        Ok(Val::from(ExternRef::new(context, object)))
    }

    fn null(ty: &ValType) -> Result<Val, Error> {
        Ok(Val::default_for_ty(*ty))
    }

    fn blank(ty: &ValType) -> Val {
        Val::default_for_ty(*ty)
    }

    fn signature(context: &mut Self::Context<'_>, func: Func) -> (Vec<ValType>, Vec<ValType>) {
        let ty = func.ty(&*context);
        (ty.params().to_vec(), ty.results().to_vec())
    }

    fn content(context: &mut Self::Context<'_>, global: Global) -> ValType {
        global.ty(&*context).content()
    }
}

const fn is_of(item: &Item, ty: &ExternType) -> bool {
    matches!(
        (item, ty),
        (Item::Func { .. }, ExternType::Func(_))
            | (Item::Global { .. }, ExternType::Global(_))
            | (Item::Memory { .. }, ExternType::Memory(_))
            | (Item::Table { .. }, ExternType::Table(_))
    )
}

fn trap(code: TrapCode) -> End {
    End::Trapped(match code {
        TrapCode::UnreachableCodeReached => Trap::Unreachable,
        TrapCode::MemoryOutOfBounds => Trap::Memory,
        TrapCode::TableOutOfBounds => Trap::Table,
        TrapCode::IndirectCallToNull => Trap::NullCall,
        TrapCode::BadSignature => Trap::CallType,
        TrapCode::IntegerDivisionByZero => Trap::DivideByZero,
        TrapCode::IntegerOverflow => Trap::Overflow,
        TrapCode::BadConversionToInteger => Trap::Conversion,
        // All others are ends of something.
        limit => return End::Limited(limit.to_string()),
    })
}
