//! Operations that handlers leave to the driver: bulk operations, tables, waiting, objects and
//! exceptions.
//!
//! # Safety
//! As in `driver`: the machine is at an operation that the translator made for the instance, with
//! slots inside the frame and indices that validation has checked.

use crate::driver::save_position;
use crate::exec::{State, vector};
use crate::ops::Slow;
use diptych_core::backend::Position;
use diptych_core::gc::{CastTarget, OBJECTS};
use diptych_core::types::{DataIdx, ElemIdx, FuncIdx, MemoryIdx, TableIdx, TagIdx, TypeIdx};
use diptych_core::vm::{heap_calls, libcalls};
use diptych_core::{ATOMICS, EXCEPTIONS, Error, GC, SIMD, Trap, backtrace};

/// Executes a slow operation, and goes on behind it.
///
/// # Errors
/// When it traps or throws; what is executed then is still the operation.
///
/// # Safety
/// `ip` is at the operation, in code that the translator made for the instance.
pub(crate) unsafe fn execute(st: &mut State, op: Slow) -> Result<(), Error> {
    // SAFETY: the operation has the slow layout, its indices are valid ones of the instance.
    unsafe {
        let ctx = st.vm;
        let (i0, i1) = (st.u32(16), st.u32(20));
        // Unused slot fields name slot 0 of the frame, which exists: the record does.
        let s0 = st.slot_i64(8);
        let s1 = st.slot_i64(10);
        let s2 = st.slot_i64(12);
        let narrow = |value: u64| if i1 == 0 { value & 0xffff_ffff } else { value };
        let mut result = None;
        match op {
            Slow::MemoryGrow => {
                result = Some(narrow(libcalls::memory_grow(ctx, MemoryIdx(i0), s1)?));
            }
            Slow::MemoryFill => libcalls::memory_fill(ctx, MemoryIdx(i0), s0, s1 as u8, s2)?,
            Slow::MemoryCopy => {
                libcalls::memory_copy(ctx, MemoryIdx(i0), MemoryIdx(i1), s0, s1, s2)?;
            }
            Slow::MemoryInit => {
                libcalls::memory_init(ctx, MemoryIdx(i0), DataIdx(i1), s0, s1, s2)?;
            }
            Slow::DataDrop => libcalls::data_drop(ctx, DataIdx(i0)),
            Slow::TableGet => result = Some(libcalls::table_get(ctx, TableIdx(i0), s1)?),
            Slow::TableSet => libcalls::table_set(ctx, TableIdx(i0), s0, s1)?,
            Slow::TableSize => result = Some(libcalls::table_size(ctx, TableIdx(i0))),
            Slow::TableGrow => {
                result = Some(narrow(libcalls::table_grow(ctx, TableIdx(i0), s1, s2)?));
            }
            Slow::TableFill => libcalls::table_fill(ctx, TableIdx(i0), s0, s1, s2)?,
            Slow::TableCopy => {
                libcalls::table_copy(ctx, TableIdx(i0), TableIdx(i1), s0, s1, s2)?;
            }
            Slow::TableInit => libcalls::table_init(ctx, TableIdx(i0), ElemIdx(i1), s0, s1, s2)?,
            Slow::ElemDrop => libcalls::elem_drop(ctx, ElemIdx(i0)),
            Slow::RefFunc => result = Some(libcalls::ref_func(ctx, FuncIdx(i0)) as u64),
            Slow::F64x2RelaxedMadd | Slow::F64x2RelaxedNmadd if SIMD => {
                let a = st.slot_v128(10);
                let a = if op == Slow::F64x2RelaxedMadd {
                    a
                } else {
                    vector::f64x2_neg(a)
                };
                let sum = vector::f64x2_relaxed_madd(a, st.slot_v128(12), st.slot_v128(14));
                st.put_v128(8, sum);
            }
            Slow::CollectAtCall if OBJECTS => {
                save_position(st, (*ctx).store);
                heap_calls::collect_at_call(ctx);
            }
            Slow::AtomicNotify | Slow::AtomicWait32 | Slow::AtomicWait64 if ATOMICS => {
                return atomic(st, op);
            }
            Slow::Throw | Slow::ThrowRef if EXCEPTIONS => return throw(st, op),
            _ if GC => return on_objects(st, op),
            _ => return Err(left_out()),
        }
        if let Some(value) = result {
            st.put_i64(8, value);
            st.acc = value;
        }
        st.mem = (*ctx).memory0_base;
        let _ = st.next(24);
        Ok(())
    }
}

/// Waits for other threads, or wakes them.
///
/// # Safety
/// As [`execute`], with an offset behind the indices.
unsafe fn atomic(st: &mut State, op: Slow) -> Result<(), Error> {
    // SAFETY: by contract.
    unsafe {
        let ctx = st.vm;
        let memory = MemoryIdx(st.u32(16));
        let (index, offset) = (st.slot_i64(10), st.u64(24));
        let address = libcalls::atomic_address(index, offset, op == Slow::AtomicWait64)?;
        let (operand, timeout) = (st.slot_i64(12), st.slot_i64(14) as i64);
        let result = match op {
            Slow::AtomicNotify => libcalls::atomic_notify(ctx, memory, address, operand as u32)?,
            Slow::AtomicWait32 => {
                libcalls::atomic_wait(ctx, memory, address, operand as u32, timeout)?
            }
            _ => libcalls::atomic_wait(ctx, memory, address, operand, timeout)?,
        };
        if result == libcalls::WAIT_INTERRUPTED {
            let at = Position {
                pc: st.ip,
                fp: st.fp,
                ctx,
            };
            // The operation is executed again if the guest goes on.
            return backtrace::interrupted((*ctx).store, None, at);
        }
        st.put_i64(8, result.into());
        st.acc = result.into();
        let _ = st.next(32);
        Ok(())
    }
}

/// Executes a slow operation on objects.
///
/// # Safety
/// As [`execute`].
unsafe fn on_objects(st: &mut State, op: Slow) -> Result<(), Error> {
    // SAFETY: the operation has the slow layout, its indices are valid ones of the instance; what
    // can collect has its operands in slots that the translator has noted.
    unsafe {
        let ctx = st.vm;
        save_position(st, (*ctx).store);
        let (i0, i1) = (st.u32(16), st.u32(20));
        let ty = TypeIdx(i0);
        let field = |at: usize| st.slot_at(at).cast_const();
        let s0 = st.slot_i64(8);
        let s1 = st.slot_i64(10);
        let s2 = st.slot_i64(12);
        let s3 = st.slot_i64(14);
        let mut result = None;
        match op {
            Slow::StructNew => result = Some(heap_calls::struct_new(ctx, ty, field(10))?),
            Slow::StructNew1 | Slow::StructNew2 | Slow::StructNew3 => {
                let slots = [10, 12, 14].map(field);
                result = Some(heap_calls::struct_new_of(ctx, ty, slots.into_iter())?);
            }
            Slow::StructNewDefault => result = Some(heap_calls::struct_new_default(ctx, ty)?),
            Slow::ArrayNew => {
                let value = field(10);
                let len = value.add(heap_calls::value_slots(ctx, ty)).read() as u32;
                result = Some(heap_calls::array_new(ctx, ty, value, len)?);
            }
            Slow::ArrayNewDefault => {
                result = Some(heap_calls::array_new_default(ctx, ty, s1 as u32)?);
            }
            Slow::ArrayNewFixed => {
                result = Some(heap_calls::array_new_fixed(ctx, ty, field(10), i1)?);
            }
            Slow::ArrayNewData => {
                let (src, len) = (s1 as u32, field(10).add(1).read() as u32);
                result = Some(heap_calls::array_new_data(ctx, ty, DataIdx(i1), src, len)?);
            }
            Slow::ArrayNewElem => {
                let (src, len) = (s1 as u32, field(10).add(1).read() as u32);
                result = Some(heap_calls::array_new_elem(ctx, ty, ElemIdx(i1), src, len)?);
            }
            Slow::ArrayFill => {
                heap_calls::array_fill(ctx, s0, s1 as u32, field(12), s3 as u32)?;
            }
            Slow::ArrayCopy => {
                let [to, to_index, from, from_index, len] = field(8).cast::<[u64; 5]>().read();
                heap_calls::array_copy(
                    ctx,
                    to,
                    to_index as u32,
                    from,
                    from_index as u32,
                    len as u32,
                )?;
            }
            Slow::ArrayInitData => {
                let data = DataIdx(i0);
                heap_calls::array_init_data(ctx, data, s0, s1 as u32, s2 as u32, s3 as u32)?;
            }
            Slow::ArrayInitElem => {
                let elem = ElemIdx(i0);
                heap_calls::array_init_elem(ctx, elem, s0, s1 as u32, s2 as u32, s3 as u32)?;
            }
            Slow::RefTest => {
                result = Some(CastTarget::from_bits(i0).matches(ctx, s1).into());
            }
            Slow::RefCast => {
                if !CastTarget::from_bits(i0).matches(ctx, s0) {
                    return Err(Trap::CastFailure.into());
                }
            }
            _ => return Err(left_out()),
        }
        if let Some(value) = result {
            st.put_i64(8, value);
            st.acc = value;
        }
        let _ = st.next(op.op().size());
        Ok(())
    }
}

/// Throws an exception; how it ends is for who looks for a handler.
///
/// # Safety
/// As [`execute`].
unsafe fn throw(st: &mut State, op: Slow) -> Result<(), Error> {
    // SAFETY: by contract, and as in `on_objects`.
    unsafe {
        let (ctx, store) = (st.vm, (*st.vm).store);
        save_position(st, store);
        let exception = if op == Slow::Throw {
            let values = st.slot_at(8).cast_const();
            heap_calls::exception_new(ctx, TagIdx(st.u32(16)), values)?
        } else {
            st.slot_i64(8)
        };
        if exception == 0 {
            return Err(Trap::NullExceptionReference.into());
        }
        (*store).exception = exception;
        Err(Error::msg("an exception was thrown"))
    }
}

/// No translation has such an operation.
#[cold]
fn left_out() -> Error {
    Error::msg("an operation of what is not compiled in")
}
