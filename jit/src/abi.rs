//! How compiled code is called, and where it finds what it needs: the Rust side's layouts as
//! offsets.

use cranelift_codegen::ir::{AbiParam, ArgumentPurpose, MemFlagsData, Signature, Type, types};
use cranelift_codegen::isa::{CallConv, TargetIsa};
use diptych_core::types::{FuncType, ValType};

/// Pointers, and what is passed for them: every target has 64 bits.
pub(crate) const POINTER: Type = types::I64;

/// The most results that are returned in registers: of integers, and of floats and vectors. The
/// convention has more for integers on x86_64, but no more on aarch64, and code is the same for
/// both.
const MAX_INT_RESULTS: usize = 6;
const MAX_FLOAT_RESULTS: usize = 8;

/// The type of vectors in code, wherever they are kept.
pub(crate) const VECTOR: Type = types::I8X16;

/// The type of values in code.
pub(crate) const fn value_type(ty: ValType) -> Type {
    match ty {
        ValType::I32 => types::I32,
        ValType::I64 => types::I64,
        ValType::F32 => types::F32,
        ValType::F64 => types::F64,
        ValType::V128 => VECTOR,
        ValType::Ref(_) => POINTER,
    }
}

/// Values of these types in consecutive slots: each one's type in code, and where it is, in bytes.
pub(crate) fn in_slots(types: &[ValType]) -> impl Iterator<Item = (Type, i32)> {
    let mut at = 0;
    types.iter().map(move |ty| {
        let offset = at;
        at += (ty.slots() * size_of::<u64>()) as i32;
        (value_type(*ty), offset)
    })
}

/// The flags of an access to a slot, which is always there. A vector may begin at any.
pub(crate) fn slot_flags(ty: Type) -> MemFlagsData {
    if ty == VECTOR {
        MemFlagsData::new().with_notrap()
    } else {
        MemFlagsData::trusted()
    }
}

/// Whether a function's results are too many for registers: it gets a pointer to slots for them,
/// as its second parameter.
pub(crate) fn results_in_memory(ty: &FuncType) -> bool {
    let floats = ty
        .results()
        .iter()
        .filter(|ty| matches!(ty, ValType::F32 | ValType::F64 | ValType::V128))
        .count();
    floats > MAX_FLOAT_RESULTS || ty.results().len() - floats > MAX_INT_RESULTS
}

/// The signature of a compiled function: the instance, where the results go if they are in
/// memory, and the parameters.
pub(crate) fn native_signature(ty: &FuncType) -> Signature {
    let mut signature = Signature::new(CallConv::Tail);
    signature
        .params
        .push(AbiParam::special(POINTER, ArgumentPurpose::VMContext));
    if results_in_memory(ty) {
        signature.params.push(AbiParam::new(POINTER));
    } else {
        for result in ty.results() {
            signature.returns.push(AbiParam::new(value_type(*result)));
        }
    }
    for param in ty.params() {
        signature.params.push(AbiParam::new(value_type(*param)));
    }
    signature
}

/// The signature of a function of the runtime.
pub(crate) fn host_signature(isa: &dyn TargetIsa, params: &[Type], returns: &[Type]) -> Signature {
    let mut signature = Signature::new(isa.default_call_conv());
    signature
        .params
        .extend(params.iter().map(|ty| AbiParam::new(*ty)));
    signature
        .returns
        .extend(returns.iter().map(|ty| AbiParam::new(*ty)));
    signature
}

/// What the code of a module keeps for itself: what [`VmCtx::native`] points to.
///
/// [`VmCtx::native`]: diptych_core::vm::VmCtx::native
#[repr(C)]
#[derive(Debug)]
pub(crate) struct NativeHeader {
    /// The functions of the runtime, by [`Builtin`](crate::builtins::Builtin).
    pub(crate) builtins: *const *const u8,
    /// The code of every function that the module defines, or the stub that makes it.
    pub(crate) entries: *const *const u8,
}

/// The offsets of fields, in bytes.
pub(crate) mod offsets {
    use super::NativeHeader;
    use core::mem::offset_of;
    use diptych_core::gc::GcType;
    use diptych_core::module::ModuleType;
    use diptych_core::vm::{FuncRef, VmCtx, VmMemory, VmStore, VmTable};

    macro_rules! offsets {
        ($($name:ident = $ty:ident . $($field:ident).+;)*) => {$(
            #[doc = concat!("Of `", stringify!($($field).+), "` in [`", stringify!($ty), "`].")]
            pub(crate) const $name: i32 = offset_of!($ty, $($field).+) as i32;
        )*

            /// All of them, by their names.
            pub(crate) const ALL: &[(&str, i32)] = &[$((stringify!($name), $name)),*];
        };
    }

    /// The size of a [`ModuleType`].
    pub(crate) const TYPE_BYTES: usize = size_of::<ModuleType>();

    offsets! {
        CTX_MEMORY0_BASE = VmCtx.memory0_base;
        CTX_MEMORY0_LEN = VmCtx.memory0_len;
        CTX_STORE = VmCtx.store;
        CTX_GLOBALS = VmCtx.globals;
        CTX_TABLES = VmCtx.tables;
        CTX_MEMORIES = VmCtx.memories;
        CTX_TAGS = VmCtx.tags;
        CTX_IMPORTED_FUNCS = VmCtx.imported_funcs;
        CTX_TYPES = VmCtx.types;
        CTX_NATIVE = VmCtx.native;
        HEADER_BUILTINS = NativeHeader.builtins;
        HEADER_ENTRIES = NativeHeader.entries;
        STORE_FUEL = VmStore.fuel;
        STORE_INTERRUPT = VmStore.interrupt;
        STORE_EXIT_PC = VmStore.exit_pc;
        STORE_EXIT_FP = VmStore.exit_fp;
        STORE_EXIT_CTX = VmStore.exit_ctx;
        STORE_STACK_LIMIT = VmStore.native_stack_limit;
        STORE_NATIVE_STACK_START = VmStore.native_stack.start;
        STORE_NATIVE_STACK_END = VmStore.native_stack.end;
        STORE_ACTIVATION = VmStore.activation;
        STORE_ACTIVATION_DEPTH = VmStore.activation_depth;
        STORE_ACTIVATION_LIMIT = VmStore.activation_limit;
        STORE_TAIL_CALLEE = VmStore.tail_callee;
        TYPE_ID = ModuleType.id;
        TYPE_GC = ModuleType.gc;
        GC_DISPLAY = GcType.display;
        GC_KIND = GcType.kind;
        STORE_EXCEPTION = VmStore.exception;
        STORE_HEAP_BASE = VmStore.heap.base;
        STORE_HEAP_NEXT = VmStore.heap.next;
        STORE_HEAP_END = VmStore.heap.end;
        FUNC_TYPE = FuncRef.type_id;
        FUNC_NATIVE_CODE = FuncRef.native_code;
        FUNC_NATIVE_CTX = FuncRef.native_ctx;
        FUNC_NATIVE_ENTRY = FuncRef.native_entry;
        FUNC_ARRAY_CALL = FuncRef.array_call;
        FUNC_STORE = FuncRef.store;
        MEMORY_BASE = VmMemory.base;
        MEMORY_LEN = VmMemory.len;
        TABLE_BASE = VmTable.base;
        TABLE_LEN = VmTable.len;
    }
}
