//! From WebAssembly to Cranelift's intermediate representation, in one pass over a function.
//!
//! The operand stack is one of Cranelift's values. A block of WebAssembly becomes a block of
//! Cranelift where something branches to it, with one parameter for each value that it gets; code
//! that nothing reaches is passed over. Where control joins decides what fuel is charged where,
//! so it is decided as in every backend: see [`Meter`].

mod array;
mod atomic;
mod bounds;
mod call;
mod control;
mod exception;
mod fuel;
mod memory;
mod numeric;
mod object;
mod operators;
mod simd;
mod stack;
mod still;
mod table;
mod trap;
mod variable;
mod vm;

#[cfg(test)]
mod tests;

use crate::abi;
use crate::raise::Arch;
use crate::settings::Settings;
use bounds::Checked;
use control::Label;
use cranelift_codegen::ir::{self, BlockArg, BlockCall, Inst, SigRef, SourceLoc, Value};
use cranelift_codegen::isa::TargetIsa;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Variable};
use diptych_core::fuel::Meter;
use diptych_core::module::ModuleIr;
use diptych_core::types::{DefinedFuncIdx, FuncType, MemoryType};
use diptych_core::{Error, ErrorKind};
use exception::Try;
use hashbrown::HashMap;
use still::Before;
pub(crate) use trap::{NEVER, is_access, place_of_access};
use variable::Local;
use vm::Flags;
use wasmparser::{BinaryReader, FunctionBody, OperatorsReader, OperatorsReaderAllocations};

/// Errors are in a box: most of what returns one is called for every instruction.
type Result<T> = core::result::Result<T, Box<Error>>;

/// What a translation depends on beside the function.
pub(crate) struct Env<'a> {
    /// The module.
    pub(crate) ir: &'a ModuleIr,
    /// The machine.
    pub(crate) isa: &'a dyn TargetIsa,
    /// What the code does and how.
    pub(crate) settings: &'a Settings,
}

impl Env<'_> {
    /// Whether it is worth to know in which loops nothing changes a memory. Where code is metered,
    /// every loop calls the host.
    fn has_still_loops(&self) -> bool {
        let Settings {
            fuel,
            interruption,
            guarded,
            ..
        } = *self.settings;
        let needs_checks =
            |memory: &MemoryType| !guarded || memory.memory64 || memory.page_size_log2 != 16;
        !fuel && !interruption && self.ir.memories.iter().any(needs_checks)
    }

    fn is_x86(&self) -> bool {
        Arch::of(self.isa.name()) == Arch::X86
    }

    /// Whether the machine has an instruction that makes an unsigned integer of a float.
    fn truncates_unsigned(&self) -> bool {
        !self.is_x86()
    }

    /// Whether the machine has instructions that multiply and add floats and round once. Where it
    /// has not, Cranelift would call functions that it does not have either.
    fn fuses(&self) -> bool {
        self.isa.has_native_fma()
    }

    /// Whether the machine has an instruction that puts bytes of a vector in any order. Where it
    /// has not, Cranelift would call a function that it does not have either.
    fn swizzles(&self) -> bool {
        !self.is_x86() || self.isa.has_x86_pshufb_lowering()
    }

    /// Whether the machine faults on divisions that have no result. Where it does not, Cranelift
    /// checks what it is to divide.
    fn division_faults(&self) -> bool {
        self.is_x86()
    }
}

/// Buffers that one translation leaves for the next.
#[derive(Default)]
pub(crate) struct Scratch {
    context: FunctionBuilderContext,
    buffers: Buffers,
}

#[derive(Default)]
struct Buffers {
    locals: Vec<Local>,
    stack: Vec<Value>,
    labels: Vec<Label>,
    tries: Vec<Try>,
    /// The arguments of the call or of the return that is being emitted.
    values: Vec<Value>,
    /// The arguments of the branch that is being emitted.
    args: Vec<BlockArg>,
    /// The targets of the branch table that is being emitted.
    targets: Vec<BlockCall>,
    /// The signatures that the function knows, by type index.
    signatures: HashMap<u32, SigRef>,
    /// The functions that the function calls directly.
    callees: HashMap<DefinedFuncIdx, ir::FuncRef>,
    /// What an `unreachable` calls.
    raise: Option<ir::FuncRef>,
    /// The signatures of the builtins that the function calls.
    builtins: HashMap<crate::builtins::Builtin, SigRef>,
    /// The loops in which no memory moves, by offset.
    still: Vec<u32>,
    operators: OperatorsReaderAllocations,
    /// Where the accesses to memory are that the machine checks, in order.
    accesses: Vec<u32>,
}

impl Scratch {
    /// Where the accesses to memory are that the machine checks, in order, of the function that was
    /// translated last.
    pub(crate) fn accesses(&self) -> &[u32] {
        &self.buffers.accesses
    }
}

impl Buffers {
    fn clear(&mut self) {
        self.locals.clear();
        self.stack.clear();
        self.labels.clear();
        self.tries.clear();
        self.signatures.clear();
        self.callees.clear();
        self.still.clear();
        self.accesses.clear();
        self.raise = None;
        self.builtins.clear();
    }
}

/// Translates a function whose body is valid. `clif` is empty; it gets the function's signature
/// and body.
///
/// # Errors
/// [`ErrorKind::Unsupported`] for instructions that the compiler does not have,
/// [`ErrorKind::OutOfMemory`].
pub(crate) fn translate(
    env: &Env<'_>,
    func: DefinedFuncIdx,
    scratch: &mut Scratch,
    clif: &mut ir::Function,
) -> core::result::Result<(), Error> {
    let result = run(env, func, scratch, clif);
    if result.is_err() {
        // It is only empty again after a function that was finished.
        scratch.context = FunctionBuilderContext::new();
    }
    result.map_err(|error| *error)
}

fn run(
    env: &Env<'_>,
    func: DefinedFuncIdx,
    scratch: &mut Scratch,
    clif: &mut ir::Function,
) -> Result<()> {
    let ty = env.ir.func_type(env.ir.func_idx(func));
    clif.signature = abi::native_signature(ty);
    let Scratch { context, buffers } = scratch;
    buffers.clear();
    let builder = FunctionBuilder::new(clif, context);
    let mut translator = Translator::new(env, func, ty, builder, buffers);
    translator.body()?;
    translator.finish();
    Ok(())
}

struct Translator<'a> {
    env: &'a Env<'a>,
    b: FunctionBuilder<'a>,
    buffers: &'a mut Buffers,
    func: DefinedFuncIdx,
    /// The type of the function.
    ty: &'a FuncType,
    flags: Flags,
    /// The instance.
    ctx: Value,
    /// Its store.
    store: Value,
    /// What the module's code keeps for itself.
    native: Value,
    /// Where the results go when they are in memory.
    ret: Option<Value>,
    /// Where callees leave results that are in memory.
    results: Option<ir::StackSlot>,
    /// The fuel that is left, which the store holds too.
    fuel: Option<Variable>,
    /// The constant that is the cost of this basic block.
    meter: Meter<Inst>,
    checked: Checked,
    /// What is done before the loop that is being translated.
    before: Option<Before>,
    /// How many branch tables there were.
    tables: u32,
    reachable: bool,
    /// How many blocks deep the unreachable code is that is being skipped.
    skipped: u32,
    /// The instruction that is being translated, as an offset in the module.
    offset: u32,
}

impl<'a> Translator<'a> {
    fn new(
        env: &'a Env<'a>,
        func: DefinedFuncIdx,
        ty: &'a FuncType,
        mut b: FunctionBuilder<'a>,
        buffers: &'a mut Buffers,
    ) -> Self {
        let flags = Flags::new(&mut b.func.dfg);
        let entry = b.create_block();
        b.append_block_params_for_function_params(entry);
        b.switch_to_block(entry);
        b.seal_block(entry);
        let params = b.block_params(entry);
        let ctx = params[0];
        let ret = abi::results_in_memory(ty).then(|| params[1]);
        let store = vm::fixed_load(&mut b, &flags, ctx, abi::offsets::CTX_STORE);
        let native = vm::fixed_load(&mut b, &flags, ctx, abi::offsets::CTX_NATIVE);
        Self {
            env,
            b,
            buffers,
            func,
            ty,
            flags,
            ctx,
            store,
            native,
            ret,
            results: None,
            fuel: None,
            meter: Meter::new(),
            checked: Checked::default(),
            before: None,
            tables: 0,
            reachable: true,
            skipped: 0,
            offset: 0,
        }
    }

    fn body(&mut self) -> Result<()> {
        let func = self.func;
        let ir = self.env.ir;
        let bytes = ir.body(func);
        let start = u64::from(ir.bodies[func.index()].start);
        let body = FunctionBody::new(BinaryReader::new(bytes, start));
        let mut locals = body.get_locals_reader().map_err(invalid)?;
        self.declare_params()?;
        for _ in 0..locals.get_count() {
            let (count, ty) = locals.read().map_err(invalid)?;
            self.declare_locals(count, wasm_type(ty), self.is_traced_wasm(ty))?;
        }

        self.at(locals.original_position());
        self.begin_locals(bytes.len())?;
        self.begin_fuel(ir.body(func).len());
        self.begin_function()?;
        let reader = locals.get_binary_reader();
        if self.env.has_still_loops() {
            let operators = OperatorsReader::new(reader.clone());
            // Without room there are none.
            let _ = still::still_loops(operators, &mut self.buffers.still);
        }
        let kept = core::mem::take(&mut self.buffers.operators);
        let mut operators = OperatorsReader::new_with_allocs(reader, kept);
        while !operators.eof() {
            self.at(operators.original_position());
            operators.visit_operator(self).map_err(invalid)??;
        }
        self.buffers.operators = operators.into_allocations();
        Ok(())
    }

    /// What is emitted now belongs to the instruction at this offset in the module.
    #[inline]
    fn at(&mut self, offset: u64) {
        self.offset = offset as u32;
        self.b.set_srcloc(SourceLoc::new(self.offset));
    }

    fn finish(self) {
        self.b.finalize(self.env.isa.frontend_config());
    }
}

fn reserve<T>(list: &mut Vec<T>, more: usize) -> Result<()> {
    list.try_reserve(more)
        .map_err(|_| Box::new(Error::new(ErrorKind::OutOfMemory)))
}

#[cold]
fn invalid(error: wasmparser::Error) -> Box<Error> {
    Box::new(Error::new(ErrorKind::InvalidModule {
        message: error.message().to_string().into(),
        offset: error.offset() as usize,
    }))
}

#[cold]
fn unsupported(what: &str) -> Box<Error> {
    let message = format!("the compiler does not compile {what} yet");
    Box::new(Error::new(ErrorKind::Unsupported(message.into())))
}

/// The type in code of values of this type.
fn wasm_type(ty: wasmparser::ValType) -> ir::Type {
    use wasmparser::ValType;
    match ty {
        ValType::I32 => ir::types::I32,
        ValType::I64 => ir::types::I64,
        ValType::F32 => ir::types::F32,
        ValType::F64 => ir::types::F64,
        ValType::V128 => abi::VECTOR,
        ValType::Ref(_) => abi::POINTER,
    }
}
