//! Functions whose types Rust knows.

use super::{Func, call};
use crate::error::{Error, Result};
use crate::runtime::{AnyRef, ExnRef, ExternRef, V128};
use crate::store::{AsContextMut, StoreOpaque};
use crate::types::{FuncType, HeapType, RefType, TypeRegistry, ValType};
use crate::vm::VmStore;
use alloc::format;
use core::fmt;
use core::marker::PhantomData;
use core::ptr::NonNull;

/// A function of a known type.
///
/// ```
/// # use diptych_core::{Instance, Result, Store};
/// # fn example(store: &mut Store<()>, instance: Instance) -> Result<()> {
/// let divide = instance.get_typed_func::<(i32, i32), (i32, i32)>(&mut *store, "divide")?;
/// let (quotient, remainder) = divide.call(&mut *store, (17, 5))?;
/// # Ok(())
/// # }
/// ```
pub struct TypedFunc<Params, Results> {
    func: Func,
    types: PhantomData<fn(Params) -> Results>,
}

impl<Params, Results> Clone for TypedFunc<Params, Results> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Params, Results> Copy for TypedFunc<Params, Results> {}

impl<Params, Results> fmt::Debug for TypedFunc<Params, Results> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TypedFunc").field(&self.func).finish()
    }
}

impl<Params: WasmParams, Results: WasmResults> TypedFunc<Params, Results> {
    /// The function, when it has this type.
    pub(super) fn new(func: Func, ty: &FuncType, types: &TypeRegistry) -> Result<Self> {
        // What the host passes must be what the function takes, and what it gives what the host
        // expects.
        let fits = Params::fit(ty.params(), &|host, guest| {
            types.is_val_subtype(host, guest)
        }) && Results::fit(ty.results(), &|host, guest| {
            types.is_val_subtype(guest, host)
        });
        if fits {
            Ok(Self {
                func,
                types: PhantomData,
            })
        } else {
            let wanted = FuncType::new(Params::types(), Results::types());
            Err(Error::bad_argument(format!(
                "the function has type {ty}, not {wanted}"
            )))
        }
    }

    /// Calls the function.
    ///
    /// # Errors
    /// [`ErrorKind::BadArgument`](crate::ErrorKind::BadArgument) when the function or a reference
    /// is of another store; else whatever ends the guest.
    pub fn call(&self, mut store: impl AsContextMut, params: Params) -> Result<Results> {
        let store = store.as_context_mut();
        let opaque = store.opaque();
        opaque.check(self.func.store_id())?;
        params.check(opaque)?;
        let vm = store.vm();
        // SAFETY: the store is lent for everything, and `new` has compared the types.
        unsafe {
            let opaque = (*vm).opaque;
            if const { Results::HANDLES > 0 } {
                return self.call_for_handles(vm, params);
            }
            call(
                vm,
                self.func.as_ptr(),
                const { max(Params::SLOTS, Results::SLOTS) },
                |slots| params.write(opaque, slots),
                |slots| Results::read(slots, opaque),
            )
        }
    }

    /// As [`call`](Self::call), with results that take handles.
    ///
    /// # Safety
    /// The store is live and not otherwise borrowed, and the parameters are checked.
    unsafe fn call_for_handles(&self, vm: *mut VmStore, params: Params) -> Result<Results> {
        // SAFETY: by contract, and `new` has compared the types.
        unsafe {
            let opaque = (*vm).opaque;
            call(
                vm,
                self.func.as_ptr(),
                const { max(Params::SLOTS, Results::SLOTS) },
                |slots| params.write(opaque, slots),
                |slots| {
                    (*opaque).gc.roots.reserve(Results::HANDLES)?;
                    Ok(Results::read(slots, opaque))
                },
            )?
        }
    }

    /// The function, without its type.
    pub const fn func(&self) -> &Func {
        &self.func
    }
}

const fn max(a: usize, b: usize) -> usize {
    if a > b { a } else { b }
}

/// A Rust type that stands for a WebAssembly value: `i32`, `u32`, `i64`, `u64`, `f32`, `f64`,
/// [`V128`], [`Func`] (`(ref func)`), `Option<Func>` (`funcref`), [`ExternRef`],
/// `Option<ExternRef>` (`externref`), and likewise [`AnyRef`] and [`ExnRef`].
///
/// # Safety
/// `write` and `read` agree with the representation of values of `ty()`, in `SLOTS` slots.
pub unsafe trait WasmTy: Copy + Send + Sync + 'static {
    /// How many slots it takes.
    #[doc(hidden)]
    const SLOTS: usize = 1;

    /// How many handles reading it takes.
    #[doc(hidden)]
    const HANDLES: usize = 0;

    /// The WebAssembly type.
    #[doc(hidden)]
    fn ty() -> ValType;

    /// Fails when it belongs to another store.
    #[doc(hidden)]
    fn check(&self, store: &StoreOpaque) -> Result<()> {
        let _ = store;
        Ok(())
    }

    /// Writes it.
    ///
    /// # Safety
    /// There is room for it; the store is live, and the one that it was checked for.
    #[doc(hidden)]
    unsafe fn write(self, store: *const StoreOpaque, slot: *mut u64);

    /// Reads it.
    ///
    /// # Safety
    /// A value of this type is there, of this store, which is live and has room for the handles.
    #[doc(hidden)]
    unsafe fn read(slot: *const u64, store: *mut StoreOpaque) -> Self;
}

macro_rules! numbers {
    ($($ty:ty, $wasm:ident, $value:ident => $to:expr, $bits:ident => $from:expr;)*) => {$(
        // SAFETY: numbers are in one slot, those of 32 bits zero-extended.
        unsafe impl WasmTy for $ty {
            fn ty() -> ValType {
                ValType::$wasm
            }

            #[inline]
            unsafe fn write(self, _: *const StoreOpaque, slot: *mut u64) {
                let $value = self;
                // SAFETY: by contract.
                unsafe { slot.write($to) };
            }

            #[inline]
            unsafe fn read(slot: *const u64, _: *mut StoreOpaque) -> Self {
                // SAFETY: by contract.
                let $bits = unsafe { slot.read() };
                $from
            }
        }
    )*};
}

numbers! {
    i32, I32, value => u64::from(value as u32), bits => bits as i32;
    u32, I32, value => u64::from(value), bits => bits as u32;
    i64, I64, value => value as u64, bits => bits as i64;
    u64, I64, value => value, bits => bits;
    f32, F32, value => u64::from(value.to_bits()), bits => f32::from_bits(bits as u32);
    f64, F64, value => value.to_bits(), bits => f64::from_bits(bits);
}

// SAFETY: a vector is in two slots, the low half first.
unsafe impl WasmTy for V128 {
    const SLOTS: usize = 2;

    fn ty() -> ValType {
        ValType::V128
    }

    unsafe fn write(self, _: *const StoreOpaque, slot: *mut u64) {
        // SAFETY: by contract.
        unsafe {
            slot.write(self.as_u128() as u64);
            slot.add(1).write((self.as_u128() >> 64) as u64);
        }
    }

    unsafe fn read(slot: *const u64, _: *mut StoreOpaque) -> Self {
        // SAFETY: by contract.
        let (low, high) = unsafe { (slot.read(), slot.add(1).read()) };
        Self::from(u128::from(low) | u128::from(high) << 64)
    }
}

// SAFETY: a function reference is the function's address, or 0.
unsafe impl WasmTy for Option<Func> {
    fn ty() -> ValType {
        ValType::FUNCREF
    }

    fn check(&self, store: &StoreOpaque) -> Result<()> {
        self.map_or(Ok(()), |func| store.check(func.store_id()))
    }

    unsafe fn write(self, _: *const StoreOpaque, slot: *mut u64) {
        // SAFETY: by contract.
        unsafe { slot.write(self.map_or(0, |func| func.as_ptr() as u64)) };
    }

    unsafe fn read(slot: *const u64, store: *mut StoreOpaque) -> Self {
        // SAFETY: by contract.
        unsafe {
            let id = (*store).id();
            NonNull::new(slot.read() as *mut _).map(|func| Func::from_raw(id, func))
        }
    }
}

// SAFETY: as `Option<Func>`, and never 0.
unsafe impl WasmTy for Func {
    fn ty() -> ValType {
        ValType::Ref(RefType {
            nullable: false,
            heap: HeapType::Func,
        })
    }

    fn check(&self, store: &StoreOpaque) -> Result<()> {
        store.check(self.store_id())
    }

    unsafe fn write(self, _: *const StoreOpaque, slot: *mut u64) {
        // SAFETY: by contract.
        unsafe { slot.write(self.as_ptr() as u64) };
    }

    unsafe fn read(slot: *const u64, store: *mut StoreOpaque) -> Self {
        // SAFETY: by contract; the type has no null.
        unsafe { Self::from_raw((*store).id(), NonNull::new_unchecked(slot.read() as *mut _)) }
    }
}

/// References that the collector follows, or that are the host's.
macro_rules! references {
    ($($ty:ident, $heap:ident;)*) => {$(
        // SAFETY: a reference is what its handle stands for, or 0.
        unsafe impl WasmTy for Option<$ty> {
            const HANDLES: usize = 1;

            fn ty() -> ValType {
                ValType::Ref(RefType {
                    nullable: true,
                    heap: HeapType::$heap,
                })
            }

            fn check(&self, store: &StoreOpaque) -> Result<()> {
                self.map_or(Ok(()), |value| value.resolve(store).map(|_| ()))
            }

            unsafe fn write(self, store: *const StoreOpaque, slot: *mut u64) {
                // SAFETY: by contract.
                unsafe {
                    let reference = self.and_then(|value| value.resolve(&*store).ok());
                    slot.write(reference.unwrap_or(0));
                }
            }

            unsafe fn read(slot: *const u64, store: *mut StoreOpaque) -> Self {
                // SAFETY: by contract.
                unsafe {
                    let reference = slot.read();
                    (reference != 0).then(|| {
                        let handle = (*store).gc.roots.push(reference);
                        $ty::from_parts((*store).id(), handle)
                    })
                }
            }
        }

        // SAFETY: as the option, and never 0.
        unsafe impl WasmTy for $ty {
            const HANDLES: usize = 1;

            fn ty() -> ValType {
                ValType::Ref(RefType {
                    nullable: false,
                    heap: HeapType::$heap,
                })
            }

            fn check(&self, store: &StoreOpaque) -> Result<()> {
                self.resolve(store).map(|_| ())
            }

            unsafe fn write(self, store: *const StoreOpaque, slot: *mut u64) {
                // SAFETY: by contract.
                unsafe { WasmTy::write(Some(self), store, slot) };
            }

            unsafe fn read(slot: *const u64, store: *mut StoreOpaque) -> Self {
                // SAFETY: by contract.
                match unsafe { <Option<Self> as WasmTy>::read(slot, store) } {
                    Some(value) => value,
                    // SAFETY: the type has no null.
                    None => unsafe { core::hint::unreachable_unchecked() },
                }
            }
        }
    )*};
}

references! {
    ExternRef, Extern;
    AnyRef, Any;
    ExnRef, Exn;
}

/// The parameters of a function: a [`WasmTy`], or a tuple of up to 16.
///
/// # Safety
/// As [`WasmTy`], for consecutive values.
pub unsafe trait WasmParams: Send + Sync + 'static {
    /// How many slots they take together.
    #[doc(hidden)]
    const SLOTS: usize;

    /// How many handles reading them takes.
    #[doc(hidden)]
    const HANDLES: usize;

    /// Their types.
    #[doc(hidden)]
    fn types() -> impl Iterator<Item = ValType>;

    /// Whether each fits the type at its place.
    #[doc(hidden)]
    fn fit(types: &[ValType], fits: &dyn Fn(ValType, ValType) -> bool) -> bool {
        let mut count = 0;
        Self::types().all(|host| {
            let guest = types.get(count);
            count += 1;
            guest.is_some_and(|guest| fits(host, *guest))
        }) && count == types.len()
    }

    /// Fails when one belongs to another store.
    #[doc(hidden)]
    fn check(&self, store: &StoreOpaque) -> Result<()>;

    /// Writes them.
    ///
    /// # Safety
    /// As [`WasmTy::write`], for each.
    #[doc(hidden)]
    unsafe fn write(self, store: *const StoreOpaque, slots: *mut u64);
}

/// The results of a function: a [`WasmTy`], or a tuple of up to 16.
///
/// # Safety
/// As [`WasmTy`], for consecutive values.
pub unsafe trait WasmResults: WasmParams + Sized {
    /// Reads them.
    ///
    /// # Safety
    /// As [`WasmTy::read`], for each.
    #[doc(hidden)]
    unsafe fn read(slots: *const u64, store: *mut StoreOpaque) -> Self;
}

// SAFETY: as for the one value.
unsafe impl<V: WasmTy> WasmParams for V {
    const SLOTS: usize = V::SLOTS;
    const HANDLES: usize = V::HANDLES;

    fn types() -> impl Iterator<Item = ValType> {
        core::iter::once(V::ty())
    }

    fn check(&self, store: &StoreOpaque) -> Result<()> {
        WasmTy::check(self, store)
    }

    #[inline]
    unsafe fn write(self, store: *const StoreOpaque, slots: *mut u64) {
        // SAFETY: by contract.
        unsafe { WasmTy::write(self, store, slots) };
    }
}

// SAFETY: as for the one value.
unsafe impl<V: WasmTy> WasmResults for V {
    #[inline]
    unsafe fn read(slots: *const u64, store: *mut StoreOpaque) -> Self {
        // SAFETY: by contract.
        unsafe { WasmTy::read(slots, store) }
    }
}

/// Calls a macro with each tuple of up to 16 type parameters.
macro_rules! for_each_tuple {
    ($macro:ident) => {
        for_each_tuple!(@ $macro [] A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16);
    };
    (@ $macro:ident [$($done:ident)*]) => {
        $macro!($($done)*);
    };
    (@ $macro:ident [$($done:ident)*] $next:ident $($more:ident)*) => {
        $macro!($($done)*);
        for_each_tuple!(@ $macro [$($done)* $next] $($more)*);
    };
}
pub(super) use for_each_tuple;

macro_rules! tuple {
    ($($name:ident)*) => {
        // SAFETY: each value follows the one before.
        #[allow(non_snake_case, reason = "values are named as their types")]
        #[allow(unused, clippy::unused_unit, reason = "the empty tuple has nothing to do")]
        unsafe impl<$($name: WasmTy),*> WasmParams for ($($name,)*) {
            const SLOTS: usize = 0 $(+ $name::SLOTS)*;
            const HANDLES: usize = 0 $(+ $name::HANDLES)*;

            fn types() -> impl Iterator<Item = ValType> {
                [$($name::ty()),*].into_iter()
            }

            fn check(&self, store: &StoreOpaque) -> Result<()> {
                let ($($name,)*) = self;
                $(WasmTy::check($name, store)?;)*
                Ok(())
            }

            #[inline]
            unsafe fn write(self, store: *const StoreOpaque, mut slots: *mut u64) {
                let ($($name,)*) = self;
                // SAFETY: by contract.
                unsafe {
                    $(
                        WasmTy::write($name, store, slots);
                        slots = slots.add($name::SLOTS);
                    )*
                }
            }
        }

        // SAFETY: each value follows the one before.
        #[allow(non_snake_case, reason = "values are named as their types")]
        #[allow(unused, clippy::unused_unit, reason = "the empty tuple has nothing to do")]
        unsafe impl<$($name: WasmTy),*> WasmResults for ($($name,)*) {
            #[inline]
            unsafe fn read(mut slots: *const u64, store: *mut StoreOpaque) -> Self {
                // SAFETY: by contract.
                unsafe {
                    $(
                        let $name = <$name as WasmTy>::read(slots, store);
                        slots = slots.add($name::SLOTS);
                    )*
                    ($($name,)*)
                }
            }
        }
    };
}

for_each_tuple!(tuple);
