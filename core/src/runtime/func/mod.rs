//! Functions: handles to them, and calls from the host.

mod host;
mod resumable;
mod typed;

pub use host::{IntoFunc, WasmRet};
pub use resumable::{ResumableCall, SuspendedCall};
pub use typed::{TypedFunc, WasmParams, WasmResults, WasmTy};

pub(crate) use host::{FuncObject, HostFunc};

use super::instance::InstanceObject;
use super::{Exception, Val};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{AsContext, AsContextMut, CallGuard, Caller, StoreId, StoreOpaque};
use crate::trap::Trap;
use crate::types::{CompositeType, FuncType, TypeId, TypeRegistry};
use crate::vm::{FuncRef, Status, VmStore, call_array};
use alloc::format;
use alloc::sync::Arc;
use core::ops::Deref;
use core::ptr::NonNull;

/// A function in a store: a guest's or the host's.
///
/// It is a small copy that names the function; the store owns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Func {
    store: StoreId,
    ptr: NonNull<FuncRef>,
}

// SAFETY: the address is used only together with the store.
unsafe impl Send for Func {}
// SAFETY: as above.
unsafe impl Sync for Func {}

impl Func {
    /// A function of the host's whose type is known at run time only.
    ///
    /// The closure gets the arguments and writes the results, which hold zeros and nulls before.
    ///
    /// # Errors
    /// When the engine has no such type, or there is no memory.
    pub fn new<T: 'static>(
        mut store: impl AsContextMut<Data = T>,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<Self> {
        let mut store = store.as_context_mut();
        let host = HostFunc::new(store.engine(), ty, func)?;
        Self::of_host(store.opaque_mut(), Arc::new(host))
    }

    /// A function of the host's, of the type that the closure has.
    ///
    /// See [`IntoFunc`] for the closures that there are.
    ///
    /// ```
    /// # use diptych_core::{Caller, Func, Store};
    /// # fn example(store: &mut Store<u32>) {
    /// let func = Func::wrap(store, |mut caller: Caller<'_, u32>, a: i32, b: i32| {
    ///     *caller.data_mut() += 1;
    ///     a.wrapping_add(b)
    /// });
    /// # }
    /// ```
    ///
    /// # Panics
    /// When the engine has as many types as it can have, or there is no memory;
    /// [`try_wrap`](Self::try_wrap) gives an error then.
    pub fn wrap<T: 'static, Params, Results>(
        store: impl AsContextMut<Data = T>,
        func: impl IntoFunc<T, Params, Results>,
    ) -> Self {
        match Self::try_wrap(store, func) {
            Ok(func) => func,
            Err(error) => panic!("the function cannot be made: {error}"),
        }
    }

    /// As [`wrap`](Self::wrap).
    ///
    /// # Errors
    /// When the engine has as many types as it can have, or there is no memory.
    pub fn try_wrap<T: 'static, Params, Results>(
        mut store: impl AsContextMut<Data = T>,
        func: impl IntoFunc<T, Params, Results>,
    ) -> Result<Self> {
        let mut store = store.as_context_mut();
        let host = HostFunc::wrap(store.engine(), func)?;
        Self::of_host(store.opaque_mut(), Arc::new(host))
    }

    fn of_host(store: &mut StoreOpaque, host: Arc<HostFunc>) -> Result<Self> {
        let object = FuncObject::create(store, host)?;
        // SAFETY: the object belongs to the store.
        Ok(unsafe { Self::from_raw(store.id(), object.cast()) })
    }

    /// # Safety
    /// The function belongs to the store with this number.
    pub(crate) const unsafe fn from_raw(store: StoreId, ptr: NonNull<FuncRef>) -> Self {
        Self { store, ptr }
    }

    pub(crate) const fn as_ptr(&self) -> *mut FuncRef {
        self.ptr.as_ptr()
    }

    pub(crate) const fn store_id(&self) -> StoreId {
        self.store
    }

    /// The canonical type. The store must be alive: callers have checked it, or were given the
    /// function by it.
    pub(crate) fn type_id(&self) -> TypeId {
        // SAFETY: functions live as long as their store.
        unsafe { (*self.as_ptr()).type_id }
    }

    /// The type.
    ///
    /// # Panics
    /// When it is a function of another store.
    pub fn ty(&self, store: impl AsContext) -> FuncType {
        let store = store.as_context();
        let store = store.opaque();
        store.assert(self.store);
        match FuncType::of(store.engine().types(), self.type_id()) {
            Some(ty) => ty,
            None => unreachable!("its engine has its type"),
        }
    }

    fn signature(&self, store: &StoreOpaque) -> Result<Signature> {
        Signature::of(store.engine().types(), self.type_id())
    }

    /// Calls the function; `results` is overwritten.
    ///
    /// # Errors
    /// [`ErrorKind::BadArgument`] when counts or types do not fit, or something is of another
    /// store; else whatever ends the guest.
    pub fn call(
        &self,
        mut store: impl AsContextMut,
        params: &[Val],
        results: &mut [Val],
    ) -> Result<()> {
        let store = store.as_context_mut();
        let ty = self.check_call(store.opaque(), params, results.len())?;
        let vm = store.vm();
        // SAFETY: the store is lent for everything; values have been checked against the type.
        unsafe {
            call(
                vm,
                self.as_ptr(),
                ty.exchange_slots(),
                |slots| write_slots((*vm).opaque, slots, params),
                |slots| read_slots((*vm).opaque, slots, ty.results(), results),
            )?
        }
    }

    /// Calls the function as [`call`](Self::call) does, but a host function that fails, or fuel
    /// that is used up, suspends the guest instead of ending it. The host can resume it later.
    ///
    /// A request to exit and traps of the guest end it as ever.
    ///
    /// ```
    /// # use diptych_core::{Func, Result, ResumableCall, Store, Val};
    /// # fn wait_for_input() -> i32 { 0 }
    /// # fn example(store: &mut Store<()>, func: Func) -> Result<i32> {
    /// // The guest calls a function of the host's that fails for lack of input.
    /// let mut results = [Val::I32(0)];
    /// let mut call = func.call_resumable(&mut *store, &[], &mut results)?;
    /// while let ResumableCall::Suspended(guest) = call {
    ///     let input = Val::I32(wait_for_input());
    ///     call = guest.resume(&mut *store, &[input], &mut results)?;
    /// }
    /// # Ok(results[0].unwrap_i32())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn call_resumable(
        &self,
        mut store: impl AsContextMut,
        params: &[Val],
        results: &mut [Val],
    ) -> Result<ResumableCall> {
        let store = store.as_context_mut();
        let ty = self.check_call(store.opaque(), params, results.len())?;
        // SAFETY: the store is lent for everything; values have been checked against the type.
        unsafe { resumable::start(store.vm(), *self, ty, params, results) }
    }

    fn check_call(&self, store: &StoreOpaque, params: &[Val], results: usize) -> Result<Signature> {
        store.check(self.store)?;
        let ty = self.signature(store)?;
        check_values(store, params, ty.params(), "argument")?;
        if results != ty.results().len() {
            return Err(Error::bad_argument(format!(
                "the function has {} results, room was given for {results}",
                ty.results().len()
            )));
        }
        Ok(ty)
    }

    /// The function with its type known to Rust: calls then check nothing but the store.
    ///
    /// # Errors
    /// [`ErrorKind::BadArgument`] when the function's type is not this one.
    pub fn typed<Params: WasmParams, Results: WasmResults>(
        &self,
        store: impl AsContext,
    ) -> Result<TypedFunc<Params, Results>> {
        let store = store.as_context();
        let store = store.opaque();
        store.check(self.store)?;
        TypedFunc::new(*self, &*self.signature(store)?, store.engine().types())
    }
}

/// The type of a function, shared with the registry.
#[derive(Clone, Debug)]
pub(crate) struct Signature(Arc<CompositeType>);

impl Signature {
    /// The function type of this identity.
    pub(crate) fn of(types: &TypeRegistry, id: TypeId) -> Result<Self> {
        types
            .get(id)
            .filter(|ty| matches!(**ty, CompositeType::Func(_)))
            .map(Self)
            .ok_or_else(|| Error::msg("the function's type is not registered"))
    }
}

impl Deref for Signature {
    type Target = FuncType;

    fn deref(&self) -> &FuncType {
        match &*self.0 {
            CompositeType::Func(ty) => ty,
            other => unreachable!("`of` refuses {other:?}"),
        }
    }
}

/// Fails unless these are values of these types.
fn check_values(
    store: &StoreOpaque,
    values: &[Val],
    types: &[crate::types::ValType],
    what: &str,
) -> Result<()> {
    if values.len() != types.len() {
        return Err(Error::bad_argument(format!(
            "{} values of {what}s were given where the function has {}",
            values.len(),
            types.len()
        )));
    }
    for (i, (value, ty)) in values.iter().zip(types).enumerate() {
        if !value.matches(store, *ty)? {
            return Err(Error::bad_argument(format!(
                "{what} {i} is {value:?}, which is no {ty}"
            )));
        }
    }
    Ok(())
}

/// Writes values to consecutive slots.
///
/// # Safety
/// There is room for them; the store is live, and the one that they were checked for.
unsafe fn write_slots(store: *const StoreOpaque, mut slots: *mut u64, values: &[Val]) {
    for value in values {
        // SAFETY: by contract.
        let [low, high] = value.to_slots(unsafe { &*store });
        // SAFETY: by contract.
        unsafe {
            slots.write(low);
            slots = slots.add(1);
            if let Val::V128(_) = value {
                slots.write(high);
                slots = slots.add(1);
            }
        }
    }
}

/// Reads values from consecutive slots.
///
/// # Errors
/// When there is no memory for handles.
///
/// # Safety
/// Values of these types are there, of this store, which is live.
unsafe fn read_slots(
    store: *mut StoreOpaque,
    mut slots: *const u64,
    types: &[crate::types::ValType],
    values: &mut [Val],
) -> Result<()> {
    // SAFETY: by contract.
    unsafe {
        if types.iter().any(|ty| ty.as_ref().is_some()) {
            (*store).gc.roots.reserve(types.len())?;
        }
        for (value, ty) in values.iter_mut().zip(types) {
            *value = Val::from_slots(slots, *ty, store);
            slots = slots.add(ty.slots());
        }
        Ok(())
    }
}

/// Calls a function: `write` puts its arguments into the exchange slots, `read` takes the results
/// out of them.
///
/// # Errors
/// What ended the call.
///
/// # Safety
/// The store is live and not otherwise borrowed; the function belongs to it, its type wants so
/// many exchange slots, and `write` and `read` agree with the type.
#[inline]
pub(crate) unsafe fn call<R>(
    vm: *mut VmStore,
    func: *mut FuncRef,
    exchange: usize,
    write: impl FnOnce(*mut u64),
    read: impl FnOnce(*mut u64) -> R,
) -> Result<R> {
    // SAFETY: by contract.
    unsafe {
        let guest = !(*func).ctx.is_null() && !(*vm).called_by_host;
        // There is no room for anything before there is a stack.
        if !guest || !has_room(vm, exchange.max(1)) {
            return call_in_general(vm, func, exchange, write, read);
        }
        let slots = (*vm).stack_top;
        write(slots);
        // A guest puts back everything itself.
        match call_array(func, vm, slots) {
            Status::Done => Ok(read(slots)),
            _ => Err(pending(vm)),
        }
    }
}

/// As [`call`], also for what is not most usual: functions of the host's, a value stack that has
/// to grow or to be made.
///
/// # Errors
/// As [`call`].
///
/// # Safety
/// As [`call`].
unsafe fn call_in_general<R>(
    vm: *mut VmStore,
    func: *mut FuncRef,
    exchange: usize,
    write: impl FnOnce(*mut u64),
    read: impl FnOnce(*mut u64) -> R,
) -> Result<R> {
    // SAFETY: by contract.
    unsafe {
        if (*vm).stack_top.is_null() {
            let (base, limit) = (*vm).stack.first()?;
            (*vm).stack_top = base;
            (*vm).stack_limit = limit;
        }
        let _guard = CallGuard::new(vm);
        let slots = make_room(vm, func, exchange).ok_or(Trap::StackOverflow)?;
        write(slots);
        match call_array(func, vm, slots) {
            Status::Done => Ok(read(slots)),
            _ => Err(pending(vm)),
        }
    }
}

/// Whether so many slots fit the segment of the value stack that is in use.
///
/// # Safety
/// The store is live.
#[inline]
unsafe fn has_room(vm: *const VmStore, slots: usize) -> bool {
    // SAFETY: by contract.
    let (top, limit) = unsafe { ((*vm).stack_top as usize, (*vm).stack_limit as usize) };
    // The top is never above the limit.
    limit.wrapping_sub(top) / size_of::<u64>() >= slots
}

/// Makes room for the exchange slots of a call, and notes who calls; `None` when the stack is
/// full or the host and guests are too often inside each other's calls.
///
/// # Safety
/// The store is live, and a [`CallGuard`] will put back what changes.
unsafe fn make_room(vm: *mut VmStore, func: *mut FuncRef, exchange: usize) -> Option<*mut u64> {
    // SAFETY: by contract.
    unsafe {
        if !has_room(vm, exchange) {
            let (base, limit) = (*vm).stack.push_segment(exchange)?;
            (*vm).stack_top = base;
            (*vm).stack_limit = limit;
        }
        let slots = (*vm).stack_top;
        let host = (*func).ctx.is_null();
        (*vm).called_by_host = host;
        if host {
            if !VmStore::may_enter(vm) {
                return None;
            }
            (*vm).activation_depth += 1;
            // A guest that it calls must not put its frames on the arguments.
            (*vm).stack_top = slots.add(exchange);
        }
        Some(slots)
    }
}

/// The error that a status announced; a panic goes on.
///
/// # Safety
/// The store is live.
#[cold]
unsafe fn pending(vm: *mut VmStore) -> Error {
    #[cfg(feature = "std")]
    // SAFETY: by contract.
    if let Some(panic) = unsafe { (*vm).panic.take() } {
        std::panic::resume_unwind(panic);
    }
    // SAFETY: by contract.
    if let Some(exception) = unsafe { Exception::take(vm) } {
        return match exception {
            Ok(exception) => Error::new(ErrorKind::Exception(exception)),
            Err(error) => error,
        };
    }
    // SAFETY: by contract.
    unsafe { (*vm).pending.take() }
        .unwrap_or_else(|| Error::new(ErrorKind::Message("a call failed without a reason".into())))
}

/// The types of the engine that a function belongs to.
///
/// # Safety
/// The function's store is live for `'a`.
pub(crate) unsafe fn types_of<'a>(func: *mut FuncRef) -> &'a TypeRegistry {
    // SAFETY: by contract; a function without an instance is a host function, the first field of
    // its object.
    unsafe {
        let ctx = (*func).ctx;
        if ctx.is_null() {
            (*func.cast::<FuncObject>()).engine().types()
        } else {
            (*ctx.cast::<InstanceObject>()).module().engine().types()
        }
    }
}
