//! What all modules of the backend have in common: the machine, its memory for code, and compilers
//! that wait for work.

use crate::compile::Compiler;
use crate::trampoline::Trampolines;
use cranelift_codegen::ir::Endianness;
use cranelift_codegen::isa::{self, OwnedTargetIsa, TargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use diptych_core::platform::CodeMemory;
use diptych_core::{Error, ErrorKind, OptLevel};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// What the modules of a backend share. The stores of its engines point to it.
pub(crate) struct Shared {
    pub(crate) memory: Arc<dyn CodeMemory>,
    pub(crate) trampolines: Trampolines,
    machines: Machines,
}

/// The host's machine, as each level of optimisation sees it.
struct Machines {
    none: Machine,
    speed: Machine,
    size: Machine,
}

/// A machine to compile for.
pub(crate) struct Machine {
    isa: Arc<dyn TargetIsa>,
    /// The same machine for functions that are too large to optimise.
    quick: Arc<dyn TargetIsa>,
    /// Compilers that wait for work.
    idle: Mutex<Vec<Compiler>>,
}

impl Shared {
    /// # Errors
    /// [`ErrorKind::Unsupported`] when Cranelift does not know the host.
    pub(crate) fn new(memory: Arc<dyn CodeMemory>) -> Result<Self, Error> {
        let machines = Machines {
            none: Machine::host(OptLevel::None)?,
            speed: Machine::host(OptLevel::Speed)?,
            size: Machine::host(OptLevel::SpeedAndSize)?,
        };
        Ok(Self {
            trampolines: Trampolines::new(&machines.speed.isa, &memory),
            memory,
            machines,
        })
    }

    /// The host's machine.
    pub(crate) fn machine(&self, level: OptLevel) -> &Machine {
        match level {
            OptLevel::None => &self.machines.none,
            OptLevel::SpeedAndSize => &self.machines.size,
            _ => &self.machines.speed,
        }
    }
}

impl Machine {
    /// The host with every feature that it has.
    pub(crate) fn host(level: OptLevel) -> Result<Self, Error> {
        let builder =
            cranelift_native::builder().map_err(|error| unknown("this machine", &error))?;
        Self::new(&builder, level)
    }

    /// A machine with this target triple, and no features but those that all such machines have.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] when the compiler, as it was built, does not know the target.
    pub(crate) fn of_target(triple: &str, level: OptLevel) -> Result<Self, Error> {
        // Cranelift knows others, for which there are no stubs; and some it only thinks it knows.
        if !matches!(triple.split('-').next(), Some("x86_64" | "aarch64")) {
            return Err(unknown(triple, &"it is neither x86_64 nor aarch64"));
        }
        let parsed = triple
            .parse()
            .map_err(|_| unknown(triple, &"it is no target triple"))?;
        let builder = isa::lookup(parsed).map_err(|error| unknown(triple, &error))?;
        let machine = Self::new(&builder, level)?;
        let isa = machine.isa();
        if isa.pointer_bits() != 64 || isa.endianness() != Endianness::Little {
            return Err(unknown(triple, &"its addresses have not 64 bits"));
        }
        Ok(machine)
    }

    fn new(builder: &isa::Builder, level: OptLevel) -> Result<Self, Error> {
        let isa = finish(builder, level)?;
        let quick = match level {
            OptLevel::None => Arc::clone(&isa),
            _ => finish(builder, OptLevel::None)?,
        };
        Ok(Self {
            isa,
            quick,
            idle: Mutex::default(),
        })
    }

    pub(crate) fn isa(&self) -> &dyn TargetIsa {
        &*self.isa
    }

    /// Does something with a compiler, which is kept for the next time unless `work` panics.
    pub(crate) fn with_compiler<R>(&self, work: impl FnOnce(&mut Compiler) -> R) -> R {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = idle().pop();
        let mut compiler = waiting.unwrap_or_else(|| Compiler::new(&self.isa, &self.quick));
        let result = work(&mut compiler);
        idle().push(compiler);
        result
    }
}

/// A machine with our settings.
fn finish(builder: &isa::Builder, level: OptLevel) -> Result<OwnedTargetIsa, Error> {
    let name = builder.triple().to_string();
    let switch = |on: bool| if on { "true" } else { "false" };
    let allocator = match level {
        OptLevel::None => "single_pass",
        _ => "backtracking",
    };
    let mut flags = settings::builder();
    for (flag, value) in [
        ("opt_level", level_name(level)),
        ("regalloc_algorithm", allocator),
        ("preserve_frame_pointers", "true"),
        ("unwind_info", "false"),
        // Only Windows commits stacks page by page.
        ("enable_probestack", switch(name.contains("windows"))),
        ("probestack_strategy", "inline"),
        ("use_colocated_libcalls", "false"),
        // Says where loops are, which decides where in a line of the cache a function begins.
        ("machine_code_cfg_info", "true"),
        ("enable_verifier", switch(cfg!(debug_assertions))),
    ] {
        flags
            .set(flag, value)
            .map_err(|error| unknown(&name, &error))?;
    }
    builder
        .finish(settings::Flags::new(flags))
        .map_err(|error| unknown(&name, &error))
}

/// Cranelift's name of a level.
fn level_name(level: OptLevel) -> &'static str {
    match level {
        OptLevel::None => "none",
        OptLevel::SpeedAndSize => "speed_and_size",
        _ => "speed",
    }
}

fn unknown(machine: &str, error: &dyn fmt::Display) -> Error {
    let message = format!("the compiler does not know {machine}: {error}");
    Error::new(ErrorKind::Unsupported(message.into()))
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("machine", &self.machines.speed.isa.name())
            .finish_non_exhaustive()
    }
}
