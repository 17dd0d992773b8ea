//! What is the same for all runtimes that are called from Rust. Each says how its stores, values
//! and handles are got at; what is done with them is said here.

use super::Passed;
use crate::plan::{Import, Plan};
use crate::seen::{End, Seen};
use crate::value::Value;
use crate::world::{Guest, Session, World, called, run};
use core::fmt;
use std::sync::Arc;

/// A runtime that is called from Rust: an engine, a store and a linker.
pub trait Embedding: Sized + 'static {
    type Module;
    type Instance;
    type Error: fmt::Display;
    /// The store, lent.
    type Context<'a>;
    /// The same, lent to a host function.
    type Caller<'a>;
    type Val;
    /// The type of a value.
    type Ty;
    type Func: Copy;
    type Global: Copy;
    type Memory: Copy;
    type Table: Copy;

    fn context(&mut self) -> Self::Context<'_>;
    fn data<'a>(context: &'a mut Self::Context<'_>) -> &'a mut Data<Self>;
    /// Does something, and lets go of the references that it got.
    fn scoped<R>(
        context: &mut Self::Context<'_>,
        work: impl FnOnce(&mut Self::Context<'_>) -> R,
    ) -> R;

    /// The fuel for a step.
    const FUEL: u64;
    fn refuel(&mut self);
    /// Opens a module, or says whether it was refused or was too much.
    fn open(&self, wasm: &[u8]) -> Result<Self::Module, End>;
    /// Whether there is something of this name to import.
    fn has(&mut self, import: &Import) -> bool;
    /// Makes something to import.
    fn offer(
        &mut self,
        module: &Self::Module,
        import: &Import,
        place: Place,
    ) -> Result<(), Self::Error>;
    /// A function of the host's, with results of these types.
    #[expect(
        clippy::type_complexity,
        reason = "it is what all runtimes take as a function"
    )]
    fn function(
        place: Place,
        results: Vec<Self::Ty>,
    ) -> impl Fn(Self::Caller<'_>, &[Self::Val], &mut [Self::Val]) -> Result<(), Self::Error>
    + Send
    + Sync
    + 'static;
    /// Makes an instance.
    fn instantiate(&mut self, module: &Self::Module) -> Result<Self::Instance, End>;
    /// Has later instances find one by this name, and gives its exports by theirs.
    fn publish<'a>(
        &mut self,
        instance: Self::Instance,
        name: &str,
        exports: impl Iterator<Item = &'a str>,
    ) -> Result<Vec<Handle<Self>>, Self::Error>;

    /// How a function ended that did not return.
    fn end(context: &mut Self::Context<'_>, error: &Self::Error) -> End;
    /// The error of a host function that ended so.
    fn error(passed: Passed) -> Self::Error;

    /// A number or a null; `None` of other references.
    fn plain(val: &Self::Val) -> Option<Value>;
    /// Which object of the host's a reference refers to.
    fn object(context: &mut Self::Context<'_>, val: &Self::Val) -> Option<u32>;
    /// A number; `None` of references.
    fn number(value: Value) -> Option<Self::Val>;
    /// A reference to an object of the host's.
    fn reference(context: &mut Self::Context<'_>, object: u32) -> Result<Self::Val, Self::Error>;
    fn null(ty: &Self::Ty) -> Result<Self::Val, Self::Error>;
    /// A value that another takes the place of.
    fn blank(ty: &Self::Ty) -> Self::Val;

    /// The types of a function's parameters and results.
    fn signature(
        context: &mut Self::Context<'_>,
        func: Self::Func,
    ) -> (Vec<Self::Ty>, Vec<Self::Ty>);
    fn call(
        context: &mut Self::Context<'_>,
        func: Self::Func,
        args: &[Self::Val],
        results: &mut [Self::Val],
    ) -> Result<(), Self::Error>;
    fn content(context: &mut Self::Context<'_>, global: Self::Global) -> Self::Ty;
    fn get(context: &mut Self::Context<'_>, global: Self::Global) -> Self::Val;
    fn set(context: &mut Self::Context<'_>, global: Self::Global, val: Self::Val);
    fn bytes<'a>(context: &'a mut Self::Context<'_>, memory: Self::Memory) -> &'a mut [u8];
    /// Grows a memory by a page, if it may.
    fn grow(context: &mut Self::Context<'_>, memory: Self::Memory);
    fn table_size(context: &mut Self::Context<'_>, table: Self::Table) -> u64;
    fn is_null(context: &mut Self::Context<'_>, table: Self::Table, element: u64) -> bool;
}

/// Which import of which module something is.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub module: usize,
    pub import: usize,
}

/// The data of a store.
pub struct Data<E: Embedding> {
    world: World,
    /// By module and export.
    exports: Vec<Vec<Handle<E>>>,
}

/// Something exported.
pub enum Handle<E: Embedding> {
    Func(E::Func),
    Global(E::Global),
    Memory(E::Memory),
    Table(E::Table),
    /// Nothing that is looked at.
    Other,
}

impl<E: Embedding> Clone for Handle<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E: Embedding> Copy for Handle<E> {}

/// Does a plan in a runtime that is made with this data.
pub fn execute<E: Embedding>(plan: &Arc<Plan>, make: impl FnOnce(Data<E>) -> E) -> Vec<Seen> {
    let data = Data {
        world: World::new(plan),
        exports: Vec::new(),
    };
    run(&mut Case {
        plan: Arc::clone(plan),
        runtime: make(data),
        modules: Vec::new(),
    })
}

/// What a function of the host's does, with the values of a runtime.
///
/// # Errors
/// When it fails.
pub fn answer<E: Embedding>(
    context: E::Context<'_>,
    place: Place,
    args: &[E::Val],
    results: &mut [E::Val],
    types: &[E::Ty],
) -> Result<(), E::Error> {
    let mut guest = Lent::<E>(context);
    let args = values::<E>(&mut guest.0, args);
    let made = called(&mut guest, place.module, place.import, &args)
        .map_err(|end| E::error(Passed(end)))?;
    for ((result, value), ty) in results.iter_mut().zip(made).zip(types) {
        *result = val::<E>(&mut guest.0, value, ty)?;
    }
    Ok(())
}

/// The value as one of this type.
///
/// # Errors
/// When there is none.
pub fn val<E: Embedding>(
    context: &mut E::Context<'_>,
    value: Value,
    ty: &E::Ty,
) -> Result<E::Val, E::Error> {
    match value {
        Value::Extern(object) => E::reference(context, object),
        value => E::number(value).map_or_else(|| E::null(ty), Ok),
    }
}

fn value<E: Embedding>(context: &mut E::Context<'_>, val: &E::Val) -> Value {
    E::plain(val).unwrap_or_else(|| {
        let object = E::object(context, val);
        object.map_or(Value::Ref, Value::Extern)
    })
}

fn values<E: Embedding>(context: &mut E::Context<'_>, vals: &[E::Val]) -> Vec<Value> {
    vals.iter().map(|val| value::<E>(context, val)).collect()
}

struct Case<E: Embedding> {
    plan: Arc<Plan>,
    runtime: E,
    modules: Vec<E::Module>,
}

impl<E: Embedding> Case<E> {
    fn instance(&mut self, index: usize) -> Result<(), End> {
        let (plan, module) = (&self.plan.modules[index], &self.modules[index]);
        for (at, import) in plan.imports.iter().enumerate() {
            let place = Place {
                module: index,
                import: at,
            };
            if !self.runtime.has(import) {
                self.runtime
                    .offer(module, import, place)
                    .map_err(|error| End::Limited(format!("host: {error:#}")))?;
            }
        }
        let names = plan.exports.iter().map(|it| &*it.name);
        let instance = self.runtime.instantiate(module)?;
        // A module that is damaged may have imported something of that name, which was made.
        let exports = self
            .runtime
            .publish(instance, &format!("m{index}"), names)
            .map_err(|error| End::Limited(format!("host: {error:#}")))?;
        let mut context = self.runtime.context();
        E::data(&mut context).exports.push(exports);
        Ok(())
    }
}

impl<E: Embedding> Session for Case<E> {
    type Store<'a> = Lent<'a, E>;

    fn store(&mut self) -> Lent<'_, E> {
        Lent(self.runtime.context())
    }

    fn refuel(&mut self) {
        self.runtime.refuel();
    }

    fn open(&mut self, module: usize) -> End {
        match self.runtime.open(&self.plan.modules[module].wasm) {
            Ok(module) => {
                self.modules.push(module);
                End::Returned(Vec::new())
            }
            Err(end) => end,
        }
    }

    fn instantiate(&mut self, module: usize) -> End {
        match self.instance(module) {
            Ok(()) => End::Returned(Vec::new()),
            Err(end) => end,
        }
    }
}

/// A store, lent for one thing.
pub struct Lent<'a, E: Embedding>(E::Context<'a>);

impl<E: Embedding> Lent<'_, E> {
    fn export(&mut self, module: usize, export: usize) -> Handle<E> {
        E::data(&mut self.0).exports[module][export]
    }
}

impl<E: Embedding> Guest for Lent<'_, E> {
    fn world(&mut self) -> &mut World {
        &mut E::data(&mut self.0).world
    }

    fn call(&mut self, module: usize, export: usize, args: &[Value]) -> End {
        let Handle::Func(func) = self.export(module, export) else {
            return End::Broken("no function".to_owned());
        };
        E::scoped(&mut self.0, |context| {
            let (params, results) = E::signature(context, func);
            let args = args.iter().zip(&params);
            let vals: Result<Vec<_>, _> =
                args.map(|(arg, ty)| val::<E>(context, *arg, ty)).collect();
            let mut results: Vec<_> = results.iter().map(E::blank).collect();
            match vals.and_then(|vals| E::call(context, func, &vals, &mut results)) {
                Ok(()) => End::Returned(values::<E>(context, &results)),
                Err(error) => E::end(context, &error),
            }
        })
    }

    fn memory(&mut self, module: usize, export: usize) -> &mut [u8] {
        match self.export(module, export) {
            Handle::Memory(memory) => E::bytes(&mut self.0, memory),
            _ => &mut [],
        }
    }

    fn grow(&mut self, module: usize, export: usize) {
        if let Handle::Memory(memory) = self.export(module, export) {
            E::grow(&mut self.0, memory);
        }
    }

    fn global(&mut self, module: usize, export: usize) -> Value {
        let Handle::Global(global) = self.export(module, export) else {
            return Value::Hidden;
        };
        E::scoped(&mut self.0, |context| {
            let val = E::get(context, global);
            value::<E>(context, &val)
        })
    }

    fn set_global(&mut self, module: usize, export: usize, value: Value) {
        if let Handle::Global(global) = self.export(module, export) {
            E::scoped(&mut self.0, |context| {
                let ty = E::content(context, global);
                if let Ok(val) = val::<E>(context, value, &ty) {
                    E::set(context, global, val);
                }
            });
        }
    }

    fn table_size(&mut self, module: usize, export: usize) -> u64 {
        match self.export(module, export) {
            Handle::Table(table) => E::table_size(&mut self.0, table),
            _ => 0,
        }
    }

    fn is_null(&mut self, module: usize, export: usize, element: u64) -> bool {
        let Handle::Table(table) = self.export(module, export) else {
            return false;
        };
        E::scoped(&mut self.0, |context| E::is_null(context, table, element))
    }
}

/// What is the same of the two runtimes whose references are rooted: Diptych's interface has the
/// names of Wasmtime's.
macro_rules! rooted {
    ($runtime:ident) => {
        fn scoped<R>(
            context: &mut Self::Context<'_>,
            work: impl FnOnce(&mut Self::Context<'_>) -> R,
        ) -> R {
            work(&mut $runtime::RootScope::new(context).as_context_mut())
        }

        fn plain(val: &$runtime::Val) -> Option<Value> {
            use $runtime::Val;
            Some(match val {
                Val::I32(value) => Value::I32(*value as u32),
                Val::I64(value) => Value::I64(*value as u64),
                Val::F32(bits) => Value::F32(*bits),
                Val::F64(bits) => Value::F64(*bits),
                Val::V128(vector) => Value::V128(vector.as_u128()),
                Val::FuncRef(None)
                | Val::ExternRef(None)
                | Val::AnyRef(None)
                | Val::ExnRef(None) => Value::Null,
                _ => return None,
            })
        }

        fn number(value: Value) -> Option<$runtime::Val> {
            use $runtime::Val;
            Some(match value {
                Value::I32(bits) => Val::I32(bits as i32),
                Value::I64(bits) => Val::I64(bits as i64),
                Value::F32(bits) => Val::F32(bits),
                Value::F64(bits) => Val::F64(bits),
                Value::V128(bits) => Val::V128(bits.into()),
                Value::Extern(_) | Value::Null | Value::Ref | Value::Hidden => return None,
            })
        }

        fn reference(
            context: &mut Self::Context<'_>,
            object: u32,
        ) -> Result<$runtime::Val, $runtime::Error> {
            let object = $runtime::ExternRef::new(context, object)?;
            Ok($runtime::Val::ExternRef(Some(object)))
        }

        fn blank(_: &$runtime::ValType) -> $runtime::Val {
            $runtime::Val::I32(0)
        }
    };
}
pub(super) use rooted;

/// What all runtimes call alike, of an [`Embedding`] that has a `store` and a `linker`.
macro_rules! alike {
    ($runtime:ident) => {
        type Error = $runtime::Error;
        type Context<'a> = $runtime::StoreContextMut<'a, Data<Self>>;
        type Caller<'a> = $runtime::Caller<'a, Data<Self>>;
        type Val = $runtime::Val;
        type Ty = $runtime::ValType;
        type Module = $runtime::Module;
        type Instance = $runtime::Instance;
        type Func = $runtime::Func;
        type Global = $runtime::Global;
        type Memory = $runtime::Memory;
        type Table = $runtime::Table;

        fn context(&mut self) -> Self::Context<'_> {
            self.store.as_context_mut()
        }

        fn data<'a>(context: &'a mut Self::Context<'_>) -> &'a mut Data<Self> {
            context.data_mut()
        }

        fn refuel(&mut self) {
            // Only engines without fuel refuse.
            let _ = self.store.set_fuel(Self::FUEL);
        }

        fn function(
            place: Place,
            results: Vec<$runtime::ValType>,
        ) -> impl Fn(
            $runtime::Caller<'_, Data<Self>>,
            &[$runtime::Val],
            &mut [$runtime::Val],
        ) -> Result<(), $runtime::Error>
        + Send
        + Sync
        + 'static {
            move |mut caller: $runtime::Caller<'_, Data<Self>>,
                  args: &[$runtime::Val],
                  vals: &mut [$runtime::Val]| {
                answer::<Self>(caller.as_context_mut(), place, args, vals, &results)
            }
        }

        fn call(
            context: &mut Self::Context<'_>,
            func: $runtime::Func,
            args: &[$runtime::Val],
            results: &mut [$runtime::Val],
        ) -> Result<(), $runtime::Error> {
            func.call(context, args, results)
        }

        fn publish<'a>(
            &mut self,
            instance: $runtime::Instance,
            name: &str,
            exports: impl Iterator<Item = &'a str>,
        ) -> Result<Vec<Handle<Self>>, $runtime::Error> {
            use $runtime::Extern;
            let mut handles = Vec::new();
            for name in exports {
                handles.extend(
                    instance
                        .get_export(&mut self.store, name)
                        .map(|it| match it {
                            Extern::Func(it) => Handle::Func(it),
                            Extern::Global(it) => Handle::Global(it),
                            Extern::Memory(it) => Handle::Memory(it),
                            Extern::Table(it) => Handle::Table(it),
                            #[allow(unreachable_patterns, reason = "not all have more")]
                            _ => Handle::Other,
                        }),
                );
            }
            self.linker.instance(&mut self.store, name, instance)?;
            Ok(handles)
        }

        fn bytes<'a>(context: &'a mut Self::Context<'_>, memory: $runtime::Memory) -> &'a mut [u8] {
            memory.data_mut(context)
        }

        fn grow(context: &mut Self::Context<'_>, memory: $runtime::Memory) {
            // A refusal is the same everywhere.
            let _ = memory.grow(context, 1);
        }

        fn set(context: &mut Self::Context<'_>, global: $runtime::Global, val: $runtime::Val) {
            // It is of the type.
            let _ = global.set(context, val);
        }

        fn get(context: &mut Self::Context<'_>, global: $runtime::Global) -> $runtime::Val {
            global.get(context)
        }

        fn table_size(context: &mut Self::Context<'_>, table: $runtime::Table) -> u64 {
            table.size(&*context)
        }

        fn is_null(context: &mut Self::Context<'_>, table: $runtime::Table, element: u64) -> bool {
            let got = table.get(context, element);
            got.is_some_and(|it| it.is_null())
        }
    };
}
pub(super) use alike;
