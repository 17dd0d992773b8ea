//! Translated functions, looked at and compiled for every machine that is there.

mod fuel;
mod objects;
mod operators;
mod shapes;
mod simd;
#[path = "../../../tests/support/vectors.rs"]
mod vectors;

use super::{Env, NEVER, Scratch, translate};
use crate::compile::{FUNCTIONS, RAISE};
use crate::raise::{self, Arch};
use crate::settings::{Calls, Settings, Traps};
use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{ExternalName, Function, InstructionData, Opcode, TrapCode};
use cranelift_codegen::isa::{OwnedTargetIsa, TargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_codegen::{Context, FinalizedRelocTarget, MachTrap, isa, verify_function};
use diptych_core::backend::{Backend, ModuleCode};
use diptych_core::module::{Module, ModuleIr};
use diptych_core::types::DefinedFuncIdx;
use diptych_core::vm::{FuncRef, VmCtx};
use diptych_core::{Config, Engine, Error};
use std::ffi::c_void;
use std::fmt;
use std::sync::Arc;

/// A backend that makes no code.
#[derive(Debug)]
struct NoCode;

impl Backend for NoCode {
    fn name(&self) -> &'static str {
        "none"
    }

    fn load(
        &self,
        _: &Config,
        _: &Arc<ModuleIr>,
        _: Option<Arc<dyn ModuleCode>>,
    ) -> Result<Arc<dyn ModuleCode>, Error> {
        Ok(Arc::new(Self))
    }

    fn adopt(&self, _: &Config, _: &mut FuncRef) {}
}

impl ModuleCode for NoCode {
    fn install(&self, _: &mut VmCtx) {}

    fn id(&self) -> *const c_void {
        std::ptr::null()
    }

    fn init_func_ref(&self, _: DefinedFuncIdx, _: &mut FuncRef) {}

    fn complete(&self) -> Result<(), Error> {
        Ok(())
    }

    fn disassemble(&self, _: DefinedFuncIdx, _: &mut dyn fmt::Write) -> Result<(), Error> {
        Ok(())
    }

    fn code_size(&self) -> usize {
        0
    }
}

/// A module from its text.
fn module(text: &str) -> Module {
    let bytes = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    binary(&bytes)
}

/// A module with everything that can be validated.
fn binary(bytes: &[u8]) -> Module {
    let mut config = Config::new();
    config
        .wasm_memory64(true)
        .wasm_multi_memory(true)
        .wasm_custom_page_sizes(true)
        .wasm_function_references(true)
        .wasm_tail_call(true)
        .wasm_simd(true)
        .wasm_relaxed_simd(true)
        .wasm_exceptions(true)
        .wasm_gc(true)
        .wasm_wide_arithmetic(true);
    let engine = Engine::with_backends(&config, &[Arc::new(NoCode)]).unwrap();
    Module::new(&engine, bytes).unwrap_or_else(|error| panic!("{error}"))
}

/// The machines that Cranelift was built for: with what the host has, and at the least.
fn machines() -> Vec<OwnedTargetIsa> {
    let mut flags = settings::builder();
    flags.set("opt_level", "speed").unwrap();
    flags.set("preserve_frame_pointers", "true").unwrap();
    flags.set("unwind_info", "false").unwrap();
    flags.set("enable_probestack", "false").unwrap();
    let flags = settings::Flags::new(flags);
    let host = cranelift_native::builder().unwrap();
    let others = ["x86_64", "aarch64"]
        .into_iter()
        .filter_map(|name| isa::lookup_by_name(name).ok());
    std::iter::once(host)
        .chain(others)
        .map(|builder| builder.finish(flags.clone()).unwrap())
        .collect()
}

/// Every combination that an engine can ask for, of what has to do with each other.
fn all_settings() -> Vec<Settings> {
    let mut all = Vec::new();
    for (traps, guarded) in [
        (Traps::Signals, true),
        (Traps::Signals, false),
        (Traps::Explicit, false),
    ] {
        for bits in 0..8 {
            all.push(Settings {
                fuel: bits & 1 != 0,
                interruption: bits & 2 != 0,
                gc_stress: bits & 2 != 0,
                traps,
                guarded,
                canonical_nans: bits & 4 != 0,
                deterministic: bits & 4 != 0,
                calls: if bits & 4 == 0 {
                    Calls::Direct
                } else {
                    Calls::Table
                },
            });
        }
    }
    all
}

fn plain(traps: Traps) -> Settings {
    Settings {
        fuel: false,
        interruption: false,
        gc_stress: false,
        traps,
        guarded: false,
        canonical_nans: false,
        deterministic: false,
        calls: Calls::Direct,
    }
}

/// Translates a function, which Cranelift's verifier then looks at.
fn function(
    ir: &ModuleIr,
    isa: &dyn TargetIsa,
    settings: &Settings,
    func: DefinedFuncIdx,
    scratch: &mut Scratch,
) -> Result<Function, Error> {
    let env = Env { ir, isa, settings };
    let mut clif = Function::new();
    translate(&env, func, scratch, &mut clif)?;
    verify_function(&clif, isa).unwrap_or_else(|errors| panic!("{errors}\n{clif}"));
    Ok(clif)
}

/// The first function of a module.
fn first(text: &str, settings: &Settings) -> Function {
    let isa = machines().remove(0);
    let module = module(text);
    function(
        module.ir(),
        &*isa,
        settings,
        DefinedFuncIdx(0),
        &mut Scratch::default(),
    )
    .unwrap()
}

/// Translates and compiles every function of a module in every way.
fn compile(module: &Module) {
    let ir = module.ir();
    let mut scratch = Scratch::default();
    let mut context = Context::new();
    for isa in machines() {
        for settings in all_settings() {
            for func in (0..ir.bodies.len() as u32).map(DefinedFuncIdx) {
                context.clear();
                context.func = function(ir, &*isa, &settings, func, &mut scratch)
                    .unwrap_or_else(|error| panic!("{error}"));
                let text = context.func.to_string();
                let divides = ["sdiv", "udiv", "srem", "urem"]
                    .iter()
                    .any(|division| text.contains(division));
                context
                    .compile(&*isa, &mut ControlPlane::default())
                    .unwrap_or_else(|error| panic!("{error:?}\n{text}"));
                let code = context.compiled_code().unwrap();
                let mut raises = Vec::new();
                for reloc in code.buffer.relocs() {
                    let FinalizedRelocTarget::ExternalName(ExternalName::User(name)) = reloc.target
                    else {
                        panic!("{:?} is called\n{text}", reloc.target);
                    };
                    let name = &context.func.params.user_named_funcs()[name];
                    match name.namespace {
                        FUNCTIONS => assert!(
                            settings.calls == Calls::Direct || name.index == func.0,
                            "{text}"
                        ),
                        RAISE => {
                            assert_eq!(settings.traps, Traps::Explicit, "{text}");
                            let before = u32::from(reloc.kind == Reloc::X86CallPCRel4);
                            raises.push(reloc.offset - before);
                        }
                        other => panic!("namespace {other} in {text}"),
                    }
                }
                if settings.traps == Traps::Explicit {
                    let traps = code.buffer.traps();
                    let mut bytes = code.code_buffer().to_vec();
                    let calls =
                        raise::by_calls(Arch::of(isa.name()), &mut bytes, traps, &raises).unwrap();
                    let faults = |trap: &&MachTrap| {
                        trap.code != NEVER
                            && calls.moved.iter().all(|(from, _)| *from != trap.offset)
                    };
                    for trap in traps.iter().filter(faults) {
                        assert!(
                            divides && isa.name() == "x64" && is_of_division(trap.code),
                            "{} is in the code\n{text}",
                            trap.code,
                        );
                    }
                }
            }
        }
    }
}

/// Whether a trap is that of a division, whose operands code that never faults has looked at.
fn is_of_division(code: TrapCode) -> bool {
    matches!(
        code,
        TrapCode::INTEGER_DIVISION_BY_ZERO | TrapCode::INTEGER_OVERFLOW
    )
}

/// How many instructions there are of an opcode.
fn count(func: &Function, opcode: Opcode) -> usize {
    instructions(func)
        .filter(|inst| inst.opcode() == opcode)
        .count()
}

fn instructions(func: &Function) -> impl Iterator<Item = &InstructionData> {
    func.layout
        .blocks()
        .flat_map(|block| func.layout.block_insts(block))
        .map(|inst| &func.dfg.insts[inst])
}
