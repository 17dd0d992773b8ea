//! Functions of the host's, as guests call them.

use super::typed::for_each_tuple;
use super::{Signature, check_values, read_slots, write_slots};
use super::{WasmParams, WasmResults, WasmTy};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::runtime::Val;
use crate::store::{Caller, StoreOpaque, out_of_memory};
use crate::types::{FuncType, TypeId, ValType};
use crate::vm::{ArrayCall, FuncRef, Status, VmStore};
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::any::Any;
use core::fmt;
use core::ptr::{self, NonNull};

/// A function of the host's before it is in a store: a closure and its type.
pub(crate) struct HostFunc {
    signature: Signature,
    type_id: TypeId,
    array_call: ArrayCall,
    closure: Box<dyn Any + Send + Sync>,
}

impl HostFunc {
    /// A function whose type is known at run time only.
    pub(crate) fn new<T: 'static>(
        engine: &Engine,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<Self> {
        fn entry<T, F>(_: &F) -> ArrayCall
        where
            T: 'static,
            F: Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + 'static,
        {
            call_with_values::<T, F>
        }
        let (type_id, signature) = Self::register(engine, ty)?;
        Ok(Self {
            signature: signature.clone(),
            type_id,
            array_call: entry::<T, _>(&func),
            closure: Box::new(WithValues { signature, func }),
        })
    }

    /// A function of the type that the closure has.
    pub(crate) fn wrap<T, Params, Results, F: IntoFunc<T, Params, Results>>(
        engine: &Engine,
        func: F,
    ) -> Result<Self> {
        let (type_id, signature) = Self::register(engine, F::ty())?;
        Ok(Self {
            signature,
            type_id,
            array_call: F::array_call,
            closure: Box::new(func),
        })
    }

    fn register(engine: &Engine, ty: FuncType) -> Result<(TypeId, Signature)> {
        let id = engine.types().func_type(ty)?;
        Ok((id, Signature::of(engine.types(), id)?))
    }

    pub(crate) const fn type_id(&self) -> TypeId {
        self.type_id
    }
}

impl fmt::Debug for HostFunc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostFunc")
            .field("ty", &*self.signature)
            .finish_non_exhaustive()
    }
}

/// A function of the host's in a store.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct FuncObject {
    func_ref: FuncRef,
    engine: Engine,
    /// Keeps the closure.
    host: Arc<HostFunc>,
}

impl FuncObject {
    /// A function in the store, at the address where it stays.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub(crate) fn create(store: &mut StoreOpaque, host: Arc<HostFunc>) -> Result<NonNull<Self>> {
        // Guest code uses the address long after this borrow of the store.
        let vm = store.vm.opaque.cast();
        let engine = store.engine().clone();
        let mut func_ref = FuncRef::new(host.type_id, 0, ptr::null_mut(), vm);
        func_ref.array_call = host.array_call;
        func_ref.host = (&raw const *host.closure).cast();
        for backend in engine.backends() {
            backend.adopt(engine.config(), &mut func_ref);
        }
        let object = store.host_arena.push(Self {
            func_ref,
            engine,
            host,
        })?;
        // SAFETY: it is in the store; the reference is its first field.
        unsafe { FuncRef::settle(object.as_ptr().cast()) };
        Ok(object)
    }

    pub(crate) const fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(super) fn ty(&self) -> &FuncType {
        &self.host.signature
    }
}

/// Runs a host function: `body` is all that it does. Guests that it calls cannot be suspended.
///
/// # Safety
/// The store is live.
#[inline]
unsafe fn run(callee: *mut FuncRef, vm: *mut VmStore, body: impl FnOnce() -> Result<()>) -> Status {
    // SAFETY: by contract.
    unsafe {
        let fiber = core::mem::replace(&mut (*vm).fiber, ptr::null_mut());
        let roots = &raw mut (*(*vm).opaque).gc.roots;
        let handles = (*roots).len();
        let outcome = catch(body);
        (*roots).truncate(handles);
        (*vm).fiber = fiber;
        match outcome {
            Ok(Ok(())) => Status::Done,
            Ok(Err(error)) => fail(callee, vm, error),
            Err(panic) => {
                (*vm).panic = Some(panic);
                Status::Error
            }
        }
    }
}

/// Catches a panic, so that none comes to generated code. What it leaves behind was put in order
/// by the guards that it has passed.
#[cfg(feature = "std")]
#[inline]
fn catch<R>(body: impl FnOnce() -> R) -> Result<R, Box<dyn Any + Send>> {
    std::panic::catch_unwind(core::panic::AssertUnwindSafe(body))
}

/// Where nothing can catch panics, there is no generated code that they could come to.
#[cfg(not(feature = "std"))]
#[inline]
fn catch<R>(body: impl FnOnce() -> R) -> Result<R, Box<dyn Any + Send>> {
    Ok(body())
}

/// Leaves `error` for the caller, and who caused it.
///
/// # Safety
/// The store is live.
#[cold]
unsafe fn fail(callee: *mut FuncRef, vm: *mut VmStore, error: Error) -> Status {
    // SAFETY: by contract.
    unsafe {
        (*vm).failed_host = callee;
        let thrown = error.exception().is_some_and(|it| it.throw(vm));
        (*vm).pending = (!thrown).then_some(error);
    }
    Status::Error
}

/// A closure on [`Val`]s and the type that it was given.
struct WithValues<F> {
    signature: Signature,
    func: F,
}

/// # Safety
/// As [`ArrayCall`]; the callee's closure is a `WithValues<F>`, the store a `Store<T>`.
unsafe extern "C-unwind" fn call_with_values<T, F>(
    callee: *mut FuncRef,
    vm: *mut VmStore,
    slots: *mut u64,
) -> Status
where
    T: 'static,
    F: Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + 'static,
{
    // SAFETY: by contract; the store's room for values is taken out while the closure runs.
    unsafe {
        run(callee, vm, || {
            let WithValues { signature, func } = &*(*callee).host.cast::<WithValues<F>>();
            let opaque = (*vm).opaque;
            let mut values = core::mem::take(&mut (*opaque).vals);
            let (params, results) = (signature.params(), signature.results());
            values.clear();
            let count = params.len() + results.len();
            values.try_reserve(count).map_err(out_of_memory)?;
            values.resize(params.len(), Val::I32(0));
            read_slots(opaque, slots, params, &mut values)?;
            crate::gc::collect_at_call(vm);
            values.extend(results.iter().map(|ty| zero(*ty)));
            let (args, out) = values.split_at_mut(params.len());
            let outcome = func(Caller::new(vm), args, out)
                .and_then(|()| check_values(&*opaque, out, results, "result of the host function"));
            if outcome.is_ok() {
                write_slots(opaque, slots, out);
            }
            (*opaque).vals = values;
            outcome
        })
    }
}

/// What a result is before the closure writes it.
fn zero(ty: ValType) -> Val {
    Val::default_for_ty(ty).unwrap_or(Val::I32(0))
}

/// What a host function returns: a [`WasmTy`], a tuple of them or nothing, or a `Result` of one
/// of these.
pub trait WasmRet {
    /// What it returns when it succeeds.
    #[doc(hidden)]
    type Results: WasmResults;

    #[doc(hidden)]
    fn into_result(self) -> Result<Self::Results>;
}

impl<R: WasmResults> WasmRet for R {
    type Results = R;

    #[inline]
    fn into_result(self) -> Result<R> {
        Ok(self)
    }
}

impl<R: WasmResults> WasmRet for Result<R> {
    type Results = R;

    #[inline]
    fn into_result(self) -> Self {
        self
    }
}

/// A closure that can be a function of a store with data `T`: up to 16 parameters that are
/// [`WasmTy`], with a [`Caller`] before them or not, and a result that is [`WasmRet`].
///
/// # Safety
/// `array_call` agrees with `ty()` and with [`ArrayCall`].
pub unsafe trait IntoFunc<T, Params, Results>: Send + Sync + 'static {
    /// Its WebAssembly type.
    #[doc(hidden)]
    fn ty() -> FuncType;

    /// # Safety
    /// As [`ArrayCall`]; the callee's closure is a `Self`, the store a `Store<T>`.
    #[doc(hidden)]
    unsafe extern "C-unwind" fn array_call(
        callee: *mut FuncRef,
        vm: *mut VmStore,
        slots: *mut u64,
    ) -> Status;
}

/// Writes what a host function returned.
///
/// # Errors
/// What the function failed with, and when a result is of another store.
///
/// # Safety
/// The store is live and not otherwise borrowed; there is room for the results.
#[inline]
unsafe fn give<R: WasmRet>(vm: *mut VmStore, slots: *mut u64, returned: R) -> Result<()> {
    let results = returned.into_result()?;
    // SAFETY: by contract.
    unsafe {
        let store: *const StoreOpaque = (*vm).opaque;
        results.check(&*store)?;
        results.write(store, slots);
    }
    Ok(())
}

/// Reads the arguments of a host function.
///
/// # Errors
/// When there is no memory for handles.
///
/// # Safety
/// The store is live and not otherwise borrowed; arguments of these types are in the slots.
#[inline]
unsafe fn arguments<P: WasmResults>(vm: *mut VmStore, slots: *const u64) -> Result<P> {
    // SAFETY: by contract.
    unsafe {
        let store = (*vm).opaque;
        if P::HANDLES == 0 {
            return Ok(P::read(slots, store));
        }
        (*store).gc.roots.reserve(P::HANDLES)?;
        let arguments = P::read(slots, store);
        crate::gc::collect_at_call(vm);
        Ok(arguments)
    }
}

macro_rules! closures {
    ($($name:ident)*) => {
        // SAFETY: arguments and results are those of the tuples that give the type.
        #[allow(non_snake_case, reason = "values are named as their types")]
        #[allow(unused, reason = "a closure without parameters has none to read")]
        unsafe impl<T, F, R, $($name),*> IntoFunc<T, ($($name,)*), R> for F
        where
            T: 'static,
            F: Fn($($name),*) -> R + Send + Sync + 'static,
            R: WasmRet,
            $($name: WasmTy,)*
        {
            fn ty() -> FuncType {
                FuncType::new(<($($name,)*) as WasmParams>::types(), R::Results::types())
            }

            unsafe extern "C-unwind" fn array_call(
                callee: *mut FuncRef,
                vm: *mut VmStore,
                slots: *mut u64,
            ) -> Status {
                // SAFETY: by contract.
                unsafe {
                    run(callee, vm, || {
                        let func = &*(*callee).host.cast::<F>();
                        let ($($name,)*) = arguments::<($($name,)*)>(vm, slots)?;
                        give(vm, slots, func($($name),*))
                    })
                }
            }
        }

        // SAFETY: arguments and results are those of the tuples that give the type.
        #[allow(non_snake_case, reason = "values are named as their types")]
        #[allow(unused, reason = "a closure without parameters has none to read")]
        unsafe impl<T, F, R, $($name),*> IntoFunc<T, (Caller<'_, T>, $($name,)*), R> for F
        where
            T: 'static,
            F: Fn(Caller<'_, T>, $($name),*) -> R + Send + Sync + 'static,
            R: WasmRet,
            $($name: WasmTy,)*
        {
            fn ty() -> FuncType {
                FuncType::new(<($($name,)*) as WasmParams>::types(), R::Results::types())
            }

            unsafe extern "C-unwind" fn array_call(
                callee: *mut FuncRef,
                vm: *mut VmStore,
                slots: *mut u64,
            ) -> Status {
                // SAFETY: by contract.
                unsafe {
                    run(callee, vm, || {
                        let func = &*(*callee).host.cast::<F>();
                        let ($($name,)*) = arguments::<($($name,)*)>(vm, slots)?;
                        give(vm, slots, func(Caller::new(vm), $($name),*))
                    })
                }
            }
        }
    };
}

for_each_tuple!(closures);
