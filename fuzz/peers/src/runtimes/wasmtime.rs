//! Wasmtime, with Cranelift.

use super::embedding::{Data, Embedding, Handle, Place, alike, answer, execute, rooted, val};
use super::{AMPLE_FUEL, Passed, Peer};
use crate::plan::{FEATURES, Import, Plan};
use crate::seen::{End, Seen, Step, Trap};
use crate::value::Value;
use diptych_fuzz::generate::Proposals;
use std::collections::HashMap;
use std::sync::Arc;
use wasmparser::WasmFeatures;
use wasmtime::{
    AsContext as _, AsContextMut as _, Collector, Config, Engine, Error, Extern, ExternType, Func,
    Global, Instance, Linker, Memory, Module, Ref, RootScope, Store, Table, Tag, ThrownException,
    Val, ValType,
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
    alike!(wasmtime);
    rooted!(wasmtime);

    const FUEL: u64 = AMPLE_FUEL;

    fn open(&self, wasm: &[u8]) -> Result<Module, End> {
        Module::new(&self.engine, wasm).map_err(|error| {
            // What it says of itself, where it has no type for it: of one operator, of Cranelift,
            // and of the machine's code.
            const LIMITS: [&str; 3] = [
                "exceeds the implementation limit",
                "Implementation limit exceeded",
                "Code for function is too large",
            ];
            let text = format!("{error:#}");
            match LIMITS.iter().any(|it| text.contains(it)) {
                true => End::Limited(text),
                false => End::Refused(text),
            }
        })
    }

    fn has(&mut self, import: &Import) -> bool {
        let found = self
            .linker
            .get(&mut self.store, &import.module, &import.name);
        found.is_ok()
    }

    fn offer(&mut self, module: &Module, import: &Import, place: Place) -> Result<(), Error> {
        let found = module.imports().nth(place.import);
        let item: Extern = match found.ok_or_else(|| Error::msg("no import"))?.ty() {
            ExternType::Func(ty) => {
                let types: Vec<_> = ty.results().collect();
                Func::new(&mut self.store, ty, Self::function(place, types)).into()
            }
            ExternType::Global(ty) => {
                let value = import.value().ok_or_else(|| Error::msg("no value"))?;
                let mut scope = RootScope::new(&mut self.store);
                let value = val::<Self>(&mut scope.as_context_mut(), value, ty.content())?;
                Global::new(&mut scope, ty, value)?.into()
            }
            ExternType::Memory(ty) => Memory::new(&mut self.store, ty)?.into(),
            ExternType::Table(ty) => {
                if !ty.element().is_nullable() {
                    return Err(Error::msg("no null"));
                }
                let null = Ref::null(ty.element().heap_type());
                Table::new(&mut self.store, ty, null)?.into()
            }
            ExternType::Tag(ty) => Tag::new(&mut self.store, &ty)?.into(),
        };
        self.linker
            .define(&mut self.store, &import.module, &import.name, item)?;
        Ok(())
    }

    fn instantiate(&mut self, module: &Module) -> Result<Instance, End> {
        let made = self.linker.instantiate(&mut self.store, module);
        made.map_err(|error| {
            let text = format!("{error:#}");
            if text.contains("incompatible import type") {
                return End::Unlinked(text);
            }
            Self::end(&mut self.context(), &error)
        })
    }

    fn end(context: &mut Self::Context<'_>, error: &Error) -> End {
        if let Some(passed) = error.downcast_ref::<Passed>() {
            return passed.0.clone();
        }
        if error.is::<ThrownException>() {
            // It would be thrown again otherwise.
            let _ = context.take_pending_exception();
            return End::Threw;
        }
        let text = format!("{error:#}");
        match error.downcast_ref::<wasmtime::Trap>() {
            Some(code) => trap(*code, text),
            None if text.contains("GC heap out of memory") => End::Limited(text),
            None => End::Broken(text),
        }
    }

    fn error(passed: Passed) -> Error {
        Error::new(passed)
    }

    fn object(context: &mut Self::Context<'_>, val: &Val) -> Option<u32> {
        let Val::ExternRef(Some(it)) = val else {
            return None;
        };
        let data = it.data(context.as_context()).ok()?;
        data?.downcast_ref().copied()
    }

    fn null(ty: &ValType) -> Result<Val, Error> {
        let ty = ty.as_ref();
        let ty = ty.ok_or_else(|| Error::msg("null is no number"))?;
        Ok(Val::null_ref(ty.heap_type()))
    }

    fn signature(context: &mut Self::Context<'_>, func: Func) -> (Vec<ValType>, Vec<ValType>) {
        let ty = func.ty(&*context);
        (ty.params().collect(), ty.results().collect())
    }

    fn content(context: &mut Self::Context<'_>, global: Global) -> ValType {
        global.ty(&*context).content().clone()
    }
}

fn trap(code: wasmtime::Trap, text: String) -> End {
    use wasmtime::Trap as It;
    End::Trapped(match code {
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
        It::StackOverflow | It::OutOfFuel | It::Interrupt | It::AllocationTooLarge => {
            return End::Limited(text);
        }
        _ => return End::Broken(text),
    })
}
