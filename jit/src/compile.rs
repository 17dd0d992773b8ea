//! From a function's WebAssembly to its machine code.

use crate::placement;
use crate::raise::{self, Arch};
use crate::settings::{Settings, Traps};
use crate::translate::{Env, Scratch, is_access, place_of_access, translate};
use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{ExternalName, GlobalValueData, MemFlagsData, TrapCode};
use cranelift_codegen::isa::TargetIsa;
use cranelift_codegen::{
    CodegenError, CompiledCode, Context, FinalizedMachExceptionHandler, FinalizedRelocTarget,
};
use diptych_core::module::ModuleIr;
use diptych_core::types::DefinedFuncIdx;
use diptych_core::{Error, ErrorKind, Trap};
use std::fmt;
use std::sync::Arc;

/// Compiles functions, one after the other.
pub(crate) struct Compiler {
    isa: Arc<dyn TargetIsa>,
    quick: Arc<dyn TargetIsa>,
    context: Context,
    control: ControlPlane,
    scratch: Scratch,
    /// Whether machine code is wanted as text, too.
    text: bool,
}

/// What is done for the speed of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effort {
    /// What the machine was made for, unless the function is too large.
    Full,
    Little,
}

/// The machine code of a function.
#[derive(Debug)]
pub(crate) struct Compiled {
    /// The instructions and their constants.
    pub(crate) code: Vec<u8>,
    /// The calls to other functions of the module, and the jump to the runtime.
    pub(crate) calls: Vec<Call>,
    /// What is known of places in the code, by ascending offset.
    pub(crate) sites: Box<[Site]>,
    /// Where in a line of [`LINE`](placement::LINE) bytes the code is best put, if it matters.
    pub(crate) lead: Option<usize>,
}

/// A call to other code of the module, or a jump there, to be filled in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    /// Where, in bytes from the function's start.
    offset: u32,
    /// Where it goes.
    pub(crate) target: Target,
    form: CallForm,
}

/// Where a call goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    /// To a function of the module.
    Func(DefinedFuncIdx),
    /// To the stub for traps.
    Raise,
}

/// How the distance is written.
#[derive(Clone, Copy, Debug)]
enum CallForm {
    /// In 32 bits, counted from so many bytes before the field.
    X86 { addend: i64 },
    /// In the lower 26 bits, in instructions.
    Arm64,
}

impl Call {
    /// The jump to the stub for traps, which begins at `at`.
    fn exit(arch: Arch, at: u32) -> Self {
        let (offset, form) = match arch {
            Arch::X86 => (at + 1, CallForm::X86 { addend: -4 }),
            Arch::Arm64 => (at, CallForm::Arm64),
        };
        Self {
            offset,
            target: Target::Raise,
            form,
        }
    }

    /// Fills the call in. `code` is the caller's; `caller` and `callee` are where the two start.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] when the callee is too far away.
    pub(crate) fn link(&self, code: &mut [u8], caller: usize, callee: usize) -> Result<(), Error> {
        let at = self.offset as usize;
        let too_far = || {
            Error::new(ErrorKind::Limit(
                "functions of the module are too far from each other".into(),
            ))
        };
        let distance = callee as i64 - (caller + at) as i64;
        let field = code.get_mut(at..at + 4).ok_or_else(too_far)?;
        match self.form {
            CallForm::X86 { addend } => {
                let distance = i32::try_from(distance + addend).map_err(|_| too_far())?;
                field.copy_from_slice(&distance.to_le_bytes());
            }
            CallForm::Arm64 => {
                const REACH: i64 = 1 << 27;
                if !(-REACH..REACH).contains(&distance) {
                    return Err(too_far());
                }
                let mut bytes = [0; 4];
                bytes.copy_from_slice(field);
                let instruction = u32::from_le_bytes(bytes) & 0xfc00_0000;
                let distance = (distance >> 2) as u32 & 0x03ff_ffff;
                field.copy_from_slice(&(instruction | distance).to_le_bytes());
            }
        }
        Ok(())
    }
}

/// The namespace of names of the module's functions.
pub(crate) const FUNCTIONS: u32 = 0;
/// The namespace of the name of what raises a trap.
pub(crate) const RAISE: u32 = 1;

/// A place in a function's code that something is known of: the address that a call returns to,
/// or that of an instruction that may trap.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site {
    offset: u32,
    /// The offset of the WebAssembly instruction from the start of the body, and above it the
    /// code of the trap, or 0.
    what: u32,
}

impl Site {
    const WASM_BITS: u32 = 24;

    fn new(offset: u32, wasm: u32, trap: u8) -> Self {
        // No function is as long as this.
        let wasm = wasm.min((1 << Self::WASM_BITS) - 1);
        Self {
            offset,
            what: wasm | u32::from(trap) << Self::WASM_BITS,
        }
    }

    /// Where, in bytes from the function's start.
    pub(crate) const fn offset(self) -> u32 {
        self.offset
    }

    /// All that there is to it, as it is kept in artifacts.
    pub(crate) const fn to_words(self) -> [u32; 2] {
        [self.offset, self.what]
    }

    /// The reverse of [`to_words`](Self::to_words).
    pub(crate) const fn from_words([offset, what]: [u32; 2]) -> Self {
        Self { offset, what }
    }

    /// The WebAssembly instruction, in bytes from the start of the body.
    pub(crate) const fn wasm_offset(self) -> u32 {
        self.what & ((1 << Self::WASM_BITS) - 1)
    }

    /// The code of the trap; 0 when it is a call, and more than any trap has when it
    /// [is of one](Self::is_of_call).
    pub(crate) const fn trap(self) -> u8 {
        (self.what >> Self::WASM_BITS) as u8
    }

    /// In the place of a trap's code: while a call to here goes on, there is a reference in the
    /// frame that the collector follows.
    const REFERENCE: u8 = 255;
    /// What the call to here throws is caught in the function: at so many bytes from its start.
    const HANDLER: u8 = 254;
    /// There, the stack pointer is so many words below the frame pointer.
    const FRAME: u8 = 253;

    /// Whether it says something of a call to the same place, which is another site.
    pub(crate) const fn is_of_call(self) -> bool {
        self.trap() >= Self::FRAME
    }

    /// Where an exception goes on, in bytes from the function's start.
    pub(crate) const fn handler(self) -> Option<u32> {
        if self.trap() == Self::HANDLER {
            Some(self.wasm_offset())
        } else {
            None
        }
    }

    /// How many words there are between the stack pointer and the frame pointer.
    pub(crate) const fn frame(self) -> Option<usize> {
        if self.trap() == Self::FRAME {
            Some(self.wasm_offset() as usize)
        } else {
            None
        }
    }

    /// How many words below the frame pointer there is a reference, when it is one.
    pub(crate) const fn reference(self) -> Option<usize> {
        if self.trap() == Self::REFERENCE {
            Some(self.wasm_offset() as usize)
        } else {
            None
        }
    }
}

/// The most blocks that a function may have to be optimised. The time that optimisation and
/// the better allocator of registers take grows with the square of it: at this many it is about a
/// second, which no function is worth that a guest can make as large as it likes.
const MANY_BLOCKS: usize = 8 << 10;

impl Compiler {
    /// A compiler for a machine; `quick` is the same machine for functions that are too large to
    /// optimise.
    pub(crate) fn new(isa: &Arc<dyn TargetIsa>, quick: &Arc<dyn TargetIsa>) -> Self {
        Self {
            isa: Arc::clone(isa),
            quick: Arc::clone(quick),
            context: Context::new(),
            control: ControlPlane::default(),
            scratch: Scratch::default(),
            text: false,
        }
    }

    /// Compiles a function whose body is valid.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] for instructions that the compiler does not have,
    /// [`ErrorKind::Limit`] for functions that are too large for it.
    pub(crate) fn compile(
        &mut self,
        ir: &ModuleIr,
        settings: &Settings,
        func: DefinedFuncIdx,
    ) -> Result<Compiled, Error> {
        self.run(ir, settings, func, Effort::Full)?;
        let made = self.finish(ir, settings, func)?;
        if let Some(made) = made {
            return Ok(made);
        }
        // Other code has other constants in other places.
        self.run(ir, settings, func, Effort::Little)?;
        self.finish(ir, settings, func)?.ok_or_else(|| {
            Error::new(ErrorKind::Limit(
                "a function cannot be compiled without signals: it has constants that look like \
                 code"
                    .into(),
            ))
        })
    }

    /// What is in the context; `None` when its traps cannot be raised as the settings want.
    fn finish(
        &self,
        ir: &ModuleIr,
        settings: &Settings,
        func: DefinedFuncIdx,
    ) -> Result<Option<Compiled>, Error> {
        let body = ir.bodies[func.index()].start;
        let made = self
            .context
            .compiled_code()
            .ok_or_else(|| Error::msg("the compiler has made no code"))?;
        let mut code = made.code_buffer().to_vec();
        let Relocations { mut calls, raises } = relocations(made, &self.context)?;
        let mut sites = sites(made, body, self.scratch.accesses(), &raises)?;
        if settings.traps == Traps::Explicit {
            let arch = Arch::of(self.isa.name());
            let traps = made.buffer.traps();
            let Some(raised) = raise::by_calls(arch, &mut code, traps, &raises) else {
                return Ok(None);
            };
            move_sites(&mut sites, &raised.moved);
            calls.extend(raised.exit.map(|at| Call::exit(arch, at)));
        }
        Ok(Some(Compiled {
            code,
            calls,
            sites: sites.into_boxed_slice(),
            lead: placement::lead(made),
        }))
    }

    /// The function's intermediate representation and machine code, as text.
    ///
    /// # Errors
    /// As [`compile`](Self::compile), and when `out` fails.
    pub(crate) fn disassemble(
        &mut self,
        ir: &ModuleIr,
        settings: &Settings,
        func: DefinedFuncIdx,
        out: &mut dyn fmt::Write,
    ) -> Result<(), Error> {
        self.text = true;
        let result = self.run(ir, settings, func, Effort::Full);
        self.text = false;
        result?;
        let code = self
            .context
            .compiled_code()
            .and_then(|code| code.vcode.as_deref());
        write!(
            out,
            "{}\n{}",
            self.context.func.display(),
            code.unwrap_or("")
        )
        .map_err(|fmt::Error| Error::msg("the disassembly could not be written"))
    }

    /// Leaves the function's code in the context.
    fn run(
        &mut self,
        ir: &ModuleIr,
        settings: &Settings,
        func: DefinedFuncIdx,
        effort: Effort,
    ) -> Result<(), Error> {
        self.context.clear();
        self.context.set_disasm(self.text);
        let env = Env {
            ir,
            isa: &*self.isa,
            settings,
        };
        translate(&env, func, &mut self.scratch, &mut self.context.func)?;
        self.check_stack();
        let blocks = self.context.func.dfg.num_blocks();
        let isa = if effort == Effort::Little || blocks > MANY_BLOCKS {
            &self.quick
        } else {
            &self.isa
        };
        self.context
            .compile(&**isa, &mut self.control)
            .map_err(|error| refusal(&error.inner))?;
        Ok(())
    }

    /// Has the code compare its frame with the stack's limit.
    fn check_stack(&mut self) {
        use crate::abi::{POINTER, offsets};
        let func = &mut self.context.func;
        let trusted = MemFlagsData::trusted();
        let fixed = trusted.with_readonly().with_can_move();
        let fixed = func.dfg.mem_flags.insert_unchecked(fixed);
        let trusted = func.dfg.mem_flags.insert_unchecked(trusted);
        let ctx = func.create_global_value(GlobalValueData::VMContext);
        let store = func.create_global_value(GlobalValueData::Load {
            base: ctx,
            offset: offsets::CTX_STORE.into(),
            global_type: POINTER,
            flags: fixed,
        });
        let limit = func.create_global_value(GlobalValueData::Load {
            base: store,
            offset: offsets::STORE_STACK_LIMIT.into(),
            global_type: POINTER,
            flags: trusted,
        });
        func.stack_limit = Some(limit);
    }
}

impl fmt::Debug for Compiler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compiler")
            .field("isa", &self.isa.name())
            .finish_non_exhaustive()
    }
}

/// Cranelift's error in ours.
fn refusal(error: &CodegenError) -> Error {
    let message = match error {
        CodegenError::Verifier(errors) => format!("a function was translated wrongly: {errors}"),
        other => format!("a function cannot be compiled: {other}"),
    };
    Error::new(ErrorKind::Limit(message.into()))
}

/// What is to be filled in.
struct Relocations {
    /// The calls to other functions.
    calls: Vec<Call>,
    /// Where the calls begin that raise a trap.
    raises: Vec<u32>,
}

fn relocations(code: &CompiledCode, context: &Context) -> Result<Relocations, Error> {
    let names = context.func.params.user_named_funcs();
    let unknown = || Error::msg("compiled code refers to what it should not");
    let (mut calls, mut raises) = (Vec::new(), Vec::new());
    for reloc in code.buffer.relocs() {
        let FinalizedRelocTarget::ExternalName(ExternalName::User(name)) = reloc.target else {
            return Err(unknown());
        };
        let offset = reloc.offset;
        let name = &names[name];
        let form = match (name.namespace, reloc.kind) {
            (FUNCTIONS, Reloc::X86CallPCRel4 | Reloc::X86PCRel4) => CallForm::X86 {
                addend: reloc.addend,
            },
            (FUNCTIONS, Reloc::Arm64Call) => CallForm::Arm64,
            (RAISE, Reloc::X86CallPCRel4) => {
                raises.push(offset - 1);
                continue;
            }
            (RAISE, Reloc::Arm64Call) => {
                raises.push(offset);
                continue;
            }
            _ => return Err(unknown()),
        };
        calls.push(Call {
            offset,
            target: Target::Func(DefinedFuncIdx(name.index)),
            form,
        });
    }
    Ok(Relocations { calls, raises })
}

/// The places of calls and traps. `accesses` are the accesses to memory that the machine checks,
/// `raises` where calls begin that are for an `unreachable`.
fn sites(
    code: &CompiledCode,
    body: u32,
    accesses: &[u32],
    raises: &[u32],
) -> Result<Vec<Site>, Error> {
    let traps = code.buffer.traps();
    let mut sites = Vec::new();
    sites
        .try_reserve(traps.len() + raises.len())
        .map_err(|_| Error::new(ErrorKind::OutOfMemory))?;
    sites.extend(
        traps
            .iter()
            .filter_map(|trap| Some((trap.offset, trap_of(trap.code)? as u8, Some(trap.code)))),
    );
    let raises = raises.iter();
    sites.extend(raises.map(|at| (*at, Trap::Unreachable as u8, None)));
    let calls = code.buffer.call_sites();
    sites.extend(calls.map(|call| (call.ret_addr, 0, None)));
    let of_calls = of_calls(code)?;
    // A call may return to where an instruction traps: what belongs to the call comes first.
    sites.sort_unstable_by_key(|(offset, trap, _)| (*offset, *trap));
    let mut locations = code.buffer.get_srclocs_sorted().iter().peekable();
    let mut before = body;
    let sites = sites.into_iter().map(|(offset, trap, code)| {
        // A call belongs to the instruction before the address that it returns to.
        let at = if trap == 0 { offset - 1 } else { offset };
        while let Some(location) = locations.next_if(|location| location.end <= at) {
            if !location.loc.is_default() {
                before = location.loc.bits();
            }
        }
        let known = locations
            .peek()
            .filter(|location| location.start <= at && !location.loc.is_default())
            .map(|location| location.loc.bits());
        let wasm = match code {
            Some(code) if is_access(code) => {
                place_of_access(accesses, code, known.unwrap_or(before))
            }
            _ => known.unwrap_or(body),
        };
        Site::new(offset, wasm.saturating_sub(body), trap)
    });
    let mut sites: Vec<_> = sites.collect();
    if !of_calls.is_empty() {
        sites.extend(of_calls);
        // Behind everything else at the same place.
        sites.sort_by_key(|site| (site.offset, site.is_of_call()));
    }
    Ok(sites)
}

/// Where frames hold references, and where exceptions go on, by the calls that go on.
fn of_calls(code: &CompiledCode) -> Result<Vec<Site>, Error> {
    let too_large = || {
        Error::new(ErrorKind::Limit(
            "a function is too large for one with references or handlers".into(),
        ))
    };
    let mut sites = Vec::new();
    for (offset, size, map) in code.buffer.user_stack_maps() {
        for (_, from_stack_pointer) in map.entries() {
            let words = (size - from_stack_pointer) / 8;
            if words >= 1 << Site::WASM_BITS {
                return Err(too_large());
            }
            sites.push(Site::new(*offset, words, Site::REFERENCE));
        }
    }
    for call in code.buffer.call_sites() {
        let [FinalizedMachExceptionHandler::Default(handler)] = call.exception_handlers else {
            continue;
        };
        let words = call.frame_offset.unwrap_or(u32::MAX) / 8;
        if words >= 1 << Site::WASM_BITS || *handler >= 1 << Site::WASM_BITS {
            return Err(too_large());
        }
        sites.push(Site::new(call.ret_addr, *handler, Site::HANDLER));
        sites.push(Site::new(call.ret_addr, words, Site::FRAME));
    }
    Ok(sites)
}

/// Moves the traps that became calls there.
fn move_sites(sites: &mut [Site], moved: &[(u32, u32)]) {
    let mut moved = moved.iter().peekable();
    for site in sites {
        if site.trap() != 0
            && !site.is_of_call()
            && let Some((_, to)) = moved.next_if(|(from, _)| *from == site.offset)
        {
            site.offset = *to;
        }
    }
}

/// The trap that a code stands for.
fn trap_of(code: TrapCode) -> Option<Trap> {
    Some(match code {
        TrapCode::STACK_OVERFLOW => Trap::StackOverflow,
        TrapCode::INTEGER_OVERFLOW => Trap::IntegerOverflow,
        TrapCode::HEAP_OUT_OF_BOUNDS => Trap::MemoryOutOfBounds,
        TrapCode::INTEGER_DIVISION_BY_ZERO => Trap::IntegerDivideByZero,
        TrapCode::BAD_CONVERSION_TO_INTEGER => Trap::InvalidConversionToInteger,
        other if is_access(other) => Trap::MemoryOutOfBounds,
        other => return Trap::from_code(other.as_raw().get()),
    })
}
