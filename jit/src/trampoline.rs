//! The code between the two ways to call a function: with arguments in slots, as the host and the
//! interpreter do, and in registers, as compiled functions do.
//!
//! There is one pair for every signature that is used, as long as the backend lives.

use crate::abi::{self, POINTER, offsets};
use crate::entry;
use crate::image::{Image, Unit};
use crate::perf;
use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AbiParam, InstBuilder, MemFlagsData, Signature, StackSlotData, StackSlotKind, Type,
    UserFuncName, Value, types,
};
use cranelift_codegen::isa::{CallConv, TargetIsa};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use diptych_core::platform::CodeMemory;
use diptych_core::types::{FuncType, ValType};
use diptych_core::vm::{FuncRef, VmCtx, VmStore};
use diptych_core::{Error, ErrorKind};
use hashbrown::HashMap;
use std::ffi::c_void;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// The trampolines that were made so far.
pub(crate) struct Trampolines {
    isa: Arc<dyn TargetIsa>,
    memory: Arc<dyn CodeMemory>,
    made: Mutex<Made>,
}

#[derive(Default)]
struct Made {
    by_shape: HashMap<(Shape, Kind), *const u8>,
    images: Vec<Image>,
}

// SAFETY: the pointers lead to code in `images`, which is never written.
unsafe impl Send for Made {}

/// What trampolines depend on: the classes of parameters and results.
type Shape = (Box<[Type]>, Box<[Type]>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    /// From slots to registers, for [`enter`](crate::stubs::enter).
    Entry,
    /// From registers to slots, to a function of the host's; the first argument is its reference.
    HostExit,
    /// From registers to slots; the first argument is the function reference.
    Exit,
    /// From registers to slots; the first argument is the instance, the function one that it
    /// defines.
    ExitDefined(u32),
}

/// The size of the regions that trampolines are put into, in bytes.
const REGION_BYTES: usize = 1 << 20;

impl Trampolines {
    pub(crate) fn new(isa: &Arc<dyn TargetIsa>, memory: &Arc<dyn CodeMemory>) -> Self {
        Self {
            isa: Arc::clone(isa),
            memory: Arc::clone(memory),
            made: Mutex::default(),
        }
    }

    /// What calls compiled functions of a type with arguments in slots.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub(crate) fn entry(&self, ty: &FuncType) -> Result<*const c_void, Error> {
        Ok(self.get(ty, Kind::Entry)?.cast())
    }

    /// What compiled code calls in the place of a function of the host's.
    ///
    /// # Errors
    /// As [`entry`](Self::entry).
    pub(crate) fn host_exit(&self, ty: &FuncType) -> Result<*const c_void, Error> {
        Ok(self.get(ty, Kind::HostExit)?.cast())
    }

    /// What compiled code calls in the place of another function that is called with arguments in
    /// slots, by a reference.
    ///
    /// # Errors
    /// As [`entry`](Self::entry).
    pub(crate) fn exit(&self, ty: &FuncType) -> Result<*const c_void, Error> {
        Ok(self.get(ty, Kind::Exit)?.cast())
    }

    /// What compiled code of an instance calls in the place of a function that it defines and
    /// that another backend executes.
    ///
    /// # Errors
    /// As [`entry`](Self::entry).
    pub(crate) fn exit_defined(&self, ty: &FuncType, func: u32) -> Result<*const u8, Error> {
        self.get(ty, Kind::ExitDefined(func))
    }

    fn get(&self, ty: &FuncType, kind: Kind) -> Result<*const u8, Error> {
        let class = |types: &[ValType]| types.iter().map(|ty| abi::value_type(*ty)).collect();
        let key = ((class(ty.params()), class(ty.results())), kind);
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(code) = made.by_shape.get(&key) {
            return Ok(*code);
        }
        let code = self.compile(ty, kind)?;
        made.by_shape
            .try_reserve(1)
            .map_err(|_| Error::new(ErrorKind::OutOfMemory))?;
        let at = match made
            .images
            .last()
            .map(|image| image.publish(&code, Unit::default()))
        {
            Some(Ok(at)) => at,
            _ => {
                let image = Image::new(&*self.memory, REGION_BYTES.max(code.len()))?;
                let at = image.publish(&code, Unit::default())?;
                made.images.push(image);
                at
            }
        };
        perf::trampoline(
            at,
            code.len(),
            match kind {
                Kind::Entry => "entry",
                Kind::HostExit | Kind::Exit | Kind::ExitDefined(_) => "exit",
            },
        );
        made.by_shape.insert(key, at);
        Ok(at)
    }

    fn compile(&self, ty: &FuncType, kind: Kind) -> Result<Vec<u8>, Error> {
        let mut context = Context::new();
        let mut builder_context = FunctionBuilderContext::new();
        context.func.name = UserFuncName::user(1, 0);
        context.func.signature = match kind {
            Kind::Entry => entry_signature(),
            Kind::HostExit | Kind::Exit | Kind::ExitDefined(_) => abi::native_signature(ty),
        };
        let mut builder = FunctionBuilder::new(&mut context.func, &mut builder_context);
        match kind {
            Kind::Entry => build_entry(&mut builder, ty)?,
            Kind::HostExit => self.build_exit(&mut builder, ty, Callee::Host)?,
            Kind::Exit => self.build_exit(&mut builder, ty, Callee::Ref)?,
            Kind::ExitDefined(func) => self.build_exit(&mut builder, ty, Callee::Defined(func))?,
        }
        builder.seal_all_blocks();
        builder.finalize(self.isa.frontend_config());
        let code = context
            .compile(&*self.isa, &mut ControlPlane::default())
            .map_err(|error| Error::msg(format!("a trampoline: {}", error.inner)))?;
        Ok(code.code_buffer().to_vec())
    }

    fn build_exit(
        &self,
        builder: &mut FunctionBuilder<'_>,
        ty: &FuncType,
        kind: Callee,
    ) -> Result<(), Error> {
        let first = builder.create_block();
        builder.append_block_params_for_function_params(first);
        builder.switch_to_block(first);
        let params = builder.block_params(first).to_vec();
        let trusted = MemFlagsData::trusted();
        // The function reference, or the instance.
        let callee = params[0];
        let offset = match kind {
            Callee::Host | Callee::Ref => offsets::FUNC_STORE,
            Callee::Defined(_) => offsets::CTX_STORE,
        };
        let store = builder.ins().load(POINTER, trusted, callee, offset);
        if let Callee::Defined(_) = kind {
            builder
                .ins()
                .store(trusted, callee, store, offsets::STORE_EXIT_CTX);
        }
        let pc = builder.ins().get_return_address(POINTER);
        let own = builder.ins().get_frame_pointer(POINTER);
        let fp = builder.ins().load(POINTER, trusted, own, 0);
        builder
            .ins()
            .store(trusted, pc, store, offsets::STORE_EXIT_PC);
        builder
            .ins()
            .store(trusted, fp, store, offsets::STORE_EXIT_FP);
        let in_memory = abi::results_in_memory(ty);
        let args = &params[1 + usize::from(in_memory)..];
        let bytes = (ty.exchange_slots().max(1) * size_of::<u64>()) as u32;
        let area = builder.create_sized_stack_slot(StackSlotData::new(
            StackSlotKind::ExplicitSlot,
            bytes,
            4,
        ));
        let slots = builder.ins().stack_addr(POINTER, area, 0);
        store_slots(builder, slots, ty.params(), args);
        let status = match kind {
            Callee::Host => {
                let code = builder
                    .ins()
                    .load(POINTER, trusted, callee, offsets::FUNC_ARRAY_CALL);
                self.call_host(builder, code, &[callee, store, slots])
            }
            Callee::Ref => {
                let call_out: unsafe extern "C" fn(*mut FuncRef, *mut VmStore, *mut u64) -> u32 =
                    entry::call_out;
                let code = builder.ins().iconst(POINTER, call_out as usize as i64);
                self.call_host(builder, code, &[callee, store, slots])
            }
            Callee::Defined(func) => {
                let call_out: unsafe extern "C" fn(*mut VmCtx, u32, *mut u64) -> u32 =
                    entry::call_out_defined;
                let code = builder.ins().iconst(POINTER, call_out as usize as i64);
                let func = builder.ins().iconst(types::I32, i64::from(func));
                self.call_host(builder, code, &[callee, func, slots])
            }
        };
        let returned = builder.create_block();
        let failed = builder.create_block();
        let over = builder.create_block();
        builder.set_cold_block(failed);
        builder.set_cold_block(over);
        let ok = builder.ins().icmp_imm_u(IntCC::Equal, status, 0);
        builder.ins().brif(ok, returned, &[], failed, &[]);

        builder.switch_to_block(failed);
        if let Callee::Host = kind {
            let host_failed: unsafe extern "C" fn(*mut VmStore, *mut u64) -> u32 =
                entry::host_failed;
            let code = builder.ins().iconst(POINTER, host_failed as usize as i64);
            let status = self.call_host(builder, code, &[store, slots]);
            let ok = builder.ins().icmp_imm_u(IntCC::Equal, status, 0);
            builder.ins().brif(ok, returned, &[], over, &[]);
        } else {
            builder.ins().jump(over, &[]);
        }

        builder.switch_to_block(over);
        let land: unsafe extern "C" fn(*mut VmStore) = crate::stubs::land;
        let signature = abi::host_signature(&*self.isa, &[POINTER], &[]);
        let signature = builder.import_signature(signature);
        let land = builder.ins().iconst(POINTER, land as usize as i64);
        builder.ins().call_indirect(signature, land, &[store]);
        builder
            .ins()
            .trap(cranelift_codegen::ir::TrapCode::unwrap_user(
                diptych_core::Trap::Unreachable as u8,
            ));

        builder.switch_to_block(returned);
        let mut results = Vec::with_capacity(ty.results().len());
        for (class, offset) in abi::in_slots(ty.results()) {
            let flags = abi::slot_flags(class);
            results.push(builder.ins().load(class, flags, slots, offset));
        }
        if in_memory {
            store_slots(builder, params[1], ty.results(), &results);
            results.clear();
        }
        builder.ins().return_(&results);
        Ok(())
    }

    /// Calls a function of the host's that gives a status.
    fn call_host(&self, builder: &mut FunctionBuilder<'_>, code: Value, args: &[Value]) -> Value {
        let class = |value: &Value| builder.func.dfg.value_type(*value);
        let params: Vec<Type> = args.iter().map(class).collect();
        let signature = abi::host_signature(&*self.isa, &params, &[types::I32]);
        let signature = builder.import_signature(signature);
        let call = builder.ins().call_indirect(signature, code, args);
        builder.inst_results(call)[0]
    }
}

/// What an exit calls.
#[derive(Clone, Copy)]
enum Callee {
    /// A function of the host's.
    Host,
    /// Another function, by its reference.
    Ref,
    /// A function that the instance defines.
    Defined(u32),
}

/// An entry has the callee's first argument, its code, and the slots.
fn entry_signature() -> Signature {
    let mut signature = Signature::new(CallConv::Tail);
    signature.params.extend([AbiParam::new(POINTER); 3]);
    signature
}

fn build_entry(builder: &mut FunctionBuilder<'_>, ty: &FuncType) -> Result<(), Error> {
    let first = builder.create_block();
    builder.append_block_params_for_function_params(first);
    builder.switch_to_block(first);
    let [ctx, code, slots] = *builder.block_params(first) else {
        return Err(Error::msg("an entry has three parameters"));
    };
    let mut args = vec![ctx];
    if abi::results_in_memory(ty) {
        args.push(slots);
    }
    for (class, offset) in abi::in_slots(ty.params()) {
        let flags = abi::slot_flags(class);
        args.push(builder.ins().load(class, flags, slots, offset));
    }
    let signature = builder.import_signature(abi::native_signature(ty));
    let call = builder.ins().call_indirect(signature, code, &args);
    let results = builder.inst_results(call).to_vec();
    store_slots(builder, slots, ty.results(), &results);
    builder.ins().return_(&[]);
    Ok(())
}

impl fmt::Debug for Trampolines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trampolines")
            .field("isa", &self.isa.name())
            .finish_non_exhaustive()
    }
}

/// Stores values of these types to consecutive slots, those of 32 bits zero-extended. When there
/// are no values, they are in memory already.
fn store_slots(
    builder: &mut FunctionBuilder<'_>,
    slots: Value,
    classes: &[ValType],
    values: &[Value],
) {
    for (value, (mut class, offset)) in values.iter().zip(abi::in_slots(classes)) {
        let mut value = *value;
        let flags = abi::slot_flags(class);
        if class == types::F32 {
            value = builder
                .ins()
                .bitcast(types::I32, MemFlagsData::new(), value);
            class = types::I32;
        }
        if class == types::I32 {
            value = builder.ins().uextend(types::I64, value);
        }
        builder.ins().store(flags, value, slots, offset);
    }
}
