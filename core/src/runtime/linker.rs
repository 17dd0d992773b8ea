//! Names for what guests can import.

use super::func::{FuncObject, HostFunc, IntoFunc};
use super::instantiate;
use super::matching::{self, Shortened};
use super::{Extern, Func, Instance, Val};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::module::{Import, Module};
use crate::store::{AsContext, AsContextMut, Caller, StoreContextMut, StoreOpaque, out_of_memory};
use crate::trap::Trap;
use crate::types::{ExternType, FuncType};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;
use hashbrown::HashMap;

/// Names for what guests can import, and instances with their imports found by name.
///
/// Functions that it defines belong to no store; they are put into a store when they are needed.
/// So are memories that threads share.
/// Everything else belongs to one, and can be imported there only.
///
/// ```
/// # use diptych_core::{Engine, Linker, Module, Result, Store};
/// # fn example(engine: &Engine, module: &Module) -> Result<()> {
/// let mut linker = Linker::<u64>::new(engine);
/// linker.func_wrap("host", "add", |a: i32, b: i32| a.wrapping_add(b))?;
/// let mut store = Store::new(engine, 0);
/// let instance = linker.instantiate(&mut store, module)?;
/// # Ok(())
/// # }
/// ```
pub struct Linker<T> {
    engine: Engine,
    shadowing: bool,
    /// By module name, then by item name.
    modules: HashMap<Box<str>, HashMap<Box<str>, Definition>>,
    /// The functions want exactly a `T`.
    data: PhantomData<fn(T) -> T>,
}

/// What a name stands for.
#[derive(Clone, Debug)]
enum Definition {
    /// A function of the host's for any store with the linker's data.
    Host(Arc<HostFunc>),
    /// Something in a store.
    Item(Extern),
}

impl Definition {
    /// The item in this store, which is one of the linker's engine.
    fn item(&self, store: &mut StoreOpaque) -> Result<Extern> {
        match self {
            Self::Host(host) => {
                let func: core::ptr::NonNull<FuncObject> = store.linked_func(host)?;
                // SAFETY: the function belongs to the store.
                Ok(unsafe { Func::from_raw(store.id(), func.cast()) }.into())
            }
            Self::Item(item) => {
                item.check(store)?;
                Ok(item.clone())
            }
        }
    }
}

impl<T> Clone for Linker<T> {
    fn clone(&self) -> Self {
        Self {
            engine: self.engine.clone(),
            shadowing: self.shadowing,
            modules: self.modules.clone(),
            data: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Linker<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Linker")
            .field("modules", &self.modules)
            .finish_non_exhaustive()
    }
}

impl<T: 'static> Linker<T> {
    /// A linker without names.
    pub fn new(engine: &Engine) -> Self {
        Self {
            engine: engine.clone(),
            shadowing: false,
            modules: HashMap::new(),
            data: PhantomData,
        }
    }

    /// The engine.
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Whether a name can be given again, to something else. Off by default.
    pub const fn allow_shadowing(&mut self, allow: bool) -> &mut Self {
        self.shadowing = allow;
        self
    }

    /// Names something in a store.
    ///
    /// # Errors
    /// When the name is given already, or it is something in another store.
    pub fn define(
        &mut self,
        store: impl AsContext<Data = T>,
        module: &str,
        name: &str,
        item: impl Into<Extern>,
    ) -> Result<&mut Self> {
        let item = item.into();
        item.check(store.as_context().opaque())?;
        self.insert(module, name, Definition::Item(item))
    }

    /// Names a function of the host's, of the type that the closure has.
    ///
    /// # Errors
    /// When the name is given already, or there is no memory.
    pub fn func_wrap<Params, Results>(
        &mut self,
        module: &str,
        name: &str,
        func: impl IntoFunc<T, Params, Results>,
    ) -> Result<&mut Self> {
        let host = HostFunc::wrap(&self.engine, func)?;
        self.insert(module, name, Definition::Host(Arc::new(host)))
    }

    /// Names a function of the host's whose type is known at run time only.
    ///
    /// The closure gets the arguments and writes the results, which hold zeros and nulls before.
    ///
    /// # Errors
    /// When the name is given already, the engine has no such type, or there is no memory.
    pub fn func_new(
        &mut self,
        module: &str,
        name: &str,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<&mut Self> {
        let host = HostFunc::new(&self.engine, ty, func)?;
        self.insert(module, name, Definition::Host(Arc::new(host)))
    }

    /// Names all exports of an instance, as those of `module`.
    ///
    /// # Errors
    /// When a name is given already, or it is an instance of another store.
    pub fn instance(
        &mut self,
        mut store: impl AsContextMut<Data = T>,
        module: &str,
        instance: Instance,
    ) -> Result<&mut Self> {
        let mut store = store.as_context_mut();
        store.opaque().check(instance.store_id())?;
        for export in instance.exports(&mut store) {
            self.insert(
                module,
                export.name(),
                Definition::Item(export.into_extern()),
            )?;
        }
        Ok(self)
    }

    /// Gives all names of `module` to `as_module`, too.
    ///
    /// # Errors
    /// When nothing is named in `module`, or a name is given already.
    pub fn alias_module(&mut self, module: &str, as_module: &str) -> Result<&mut Self> {
        let Some(named) = self.modules.get(module) else {
            return Err(Error::bad_argument(format!(
                "nothing is named in `{}`",
                Shortened(module)
            )));
        };
        let mut items = Vec::new();
        items
            .try_reserve_exact(named.len())
            .map_err(out_of_memory)?;
        for (name, item) in named {
            items.push((boxed(name)?, item.clone()));
        }
        for (name, item) in items {
            self.insert(as_module, &name, item)?;
        }
        Ok(self)
    }

    /// Defines every function that the module imports and that has no name yet as one that
    /// traps with [`Trap::Unreachable`] when it is called.
    ///
    /// # Errors
    /// When something else than a function has no name, the module belongs to another engine, or
    /// there is no memory.
    pub fn define_unknown_imports_as_traps(&mut self, module: &Module) -> Result<()> {
        self.engine.check(module.engine(), "module")?;
        let ir = module.ir();
        for import in &ir.imports {
            if self.definition(import).is_some() {
                continue;
            }
            let ExternType::Func(ty) = ir.extern_type(self.engine.types(), import.entity) else {
                return Err(matching::unknown(import));
            };
            self.func_new(&import.module, &import.name, ty, |_, _, _| {
                Err(Trap::Unreachable.into())
            })?;
        }
        Ok(())
    }

    fn insert(&mut self, module: &str, name: &str, item: Definition) -> Result<&mut Self> {
        if !self.modules.contains_key(module) {
            self.modules.try_reserve(1).map_err(out_of_memory)?;
            self.modules.insert(boxed(module)?, HashMap::new());
        }
        if let Some(items) = self.modules.get_mut(module) {
            if !self.shadowing && items.contains_key(name) {
                return Err(Error::bad_argument(format!(
                    "`{}::{}` is defined twice",
                    Shortened(module),
                    Shortened(name)
                )));
            }
            items.try_reserve(1).map_err(out_of_memory)?;
            items.insert(boxed(name)?, item);
        }
        Ok(self)
    }

    fn definition(&self, import: &Import) -> Option<&Definition> {
        self.modules.get(&import.module)?.get(&import.name)
    }

    /// What a name stands for in this store; `None` when that is nothing, something in another
    /// store, or a function of another engine.
    pub fn get(
        &self,
        mut store: impl AsContextMut<Data = T>,
        module: &str,
        name: &str,
    ) -> Option<Extern> {
        let definition = self.modules.get(module)?.get(name)?;
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        // The type of a function is a number that only its own engine understands.
        self.engine.check(store.engine(), "store").ok()?;
        definition.item(store).ok()
    }

    /// Instantiates a module with its imports found by name, and calls its start function.
    ///
    /// # Errors
    /// [`ErrorKind::Link`](crate::ErrorKind::Link) when an import has no name here or is of another type; else as
    /// [`Instance::new`].
    pub fn instantiate(
        &self,
        mut store: impl AsContextMut<Data = T>,
        module: &Module,
    ) -> Result<Instance> {
        let imports = self.imports(module)?;
        instantiate(&imports, &mut store.as_context_mut(), module)
    }

    /// Finds the imports of a module once, for any number of instances.
    ///
    /// # Errors
    /// [`ErrorKind::Link`](crate::ErrorKind::Link) when an import has no name here, or is a function of another type.
    pub fn instantiate_pre(&self, module: &Module) -> Result<InstancePre<T>> {
        Ok(InstancePre {
            imports: Arc::new(self.imports(module)?),
            module: module.clone(),
            data: PhantomData,
        })
    }

    fn imports(&self, module: &Module) -> Result<Vec<Definition>> {
        self.engine.check(module.engine(), "module")?;
        let ir = module.ir();
        let mut imports = Vec::new();
        imports
            .try_reserve_exact(ir.imports.len())
            .map_err(out_of_memory)?;
        for import in &ir.imports {
            let definition = self
                .definition(import)
                .ok_or_else(|| matching::unknown(import))?;
            if let Definition::Host(host) = definition {
                matching::check_host(self.engine.types(), ir, import, host)?;
            }
            imports.push(definition.clone());
        }
        Ok(imports)
    }
}

/// A copy of a name, which may be a guest's.
fn boxed(name: &str) -> Result<Box<str>> {
    let mut copy = String::new();
    copy.try_reserve_exact(name.len()).map_err(out_of_memory)?;
    copy.push_str(name);
    Ok(copy.into_boxed_str())
}

/// A module whose imports are found: an instance of it then costs little.
pub struct InstancePre<T> {
    module: Module,
    imports: Arc<Vec<Definition>>,
    /// The functions want exactly a `T`.
    data: PhantomData<fn(T) -> T>,
}

impl<T> Clone for InstancePre<T> {
    fn clone(&self) -> Self {
        Self {
            module: self.module.clone(),
            imports: Arc::clone(&self.imports),
            data: PhantomData,
        }
    }
}

impl<T> fmt::Debug for InstancePre<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstancePre")
            .field("module", &self.module)
            .finish_non_exhaustive()
    }
}

impl<T: 'static> InstancePre<T> {
    /// The module.
    pub const fn module(&self) -> &Module {
        &self.module
    }

    /// An instance in this store; its start function is called.
    ///
    /// # Errors
    /// As [`Instance::new`].
    pub fn instantiate(&self, mut store: impl AsContextMut<Data = T>) -> Result<Instance> {
        instantiate(&self.imports, &mut store.as_context_mut(), &self.module)
    }
}

/// An instance of a module of the same engine as the imports.
fn instantiate<T: 'static>(
    imports: &[Definition],
    store: &mut StoreContextMut<'_, T>,
    module: &Module,
) -> Result<Instance> {
    let opaque = store.opaque_mut();
    opaque.engine().check(module.engine(), "module")?;
    let mut items = Vec::new();
    items
        .try_reserve_exact(imports.len())
        .map_err(out_of_memory)?;
    for import in imports {
        items.push(import.item(opaque)?);
    }
    instantiate::instantiate(store, module, &items)
}
