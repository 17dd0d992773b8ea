//! What all modules of the backend have in common: the machine, its memory for code, and compilers
//! that wait for work.

use crate::compile::Compiler;
use crate::trampoline::Trampolines;
use cranelift_codegen::isa::{OwnedTargetIsa, TargetIsa};
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
    idle: Mutex<Vec<(OptLevel, Compiler)>>,
}

/// The host's machine, as each level of optimisation sees it.
struct Machines {
    none: Arc<dyn TargetIsa>,
    speed: Arc<dyn TargetIsa>,
    size: Arc<dyn TargetIsa>,
}

impl Shared {
    /// # Errors
    /// [`ErrorKind::Unsupported`] when Cranelift does not know the host.
    pub(crate) fn new(memory: Arc<dyn CodeMemory>) -> Result<Self, Error> {
        let machines = Machines {
            none: host_machine("none")?,
            speed: host_machine("speed")?,
            size: host_machine("speed_and_size")?,
        };
        Ok(Self {
            trampolines: Trampolines::new(&machines.speed, &memory),
            memory,
            machines,
            idle: Mutex::default(),
        })
    }

    /// The host's machine.
    pub(crate) fn machine(&self, level: OptLevel) -> &Arc<dyn TargetIsa> {
        match level {
            OptLevel::None => &self.machines.none,
            OptLevel::SpeedAndSize => &self.machines.size,
            _ => &self.machines.speed,
        }
    }

    /// Does something with a compiler, which is kept for the next time unless `work` panics.
    pub(crate) fn with_compiler<R>(
        &self,
        level: OptLevel,
        work: impl FnOnce(&mut Compiler) -> R,
    ) -> R {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = {
            let mut idle = idle();
            let at = idle.iter().position(|(of, _)| *of == level);
            at.map(|at| idle.swap_remove(at).1)
        };
        let mut compiler = waiting.unwrap_or_else(|| Compiler::new(self.machine(level)));
        let result = work(&mut compiler);
        idle().push((level, compiler));
        result
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("machine", &self.machines.speed.name())
            .finish_non_exhaustive()
    }
}

/// The host's machine with every feature that it has.
fn host_machine(opt_level: &str) -> Result<Arc<dyn TargetIsa>, Error> {
    let refused = |error: &dyn fmt::Display| {
        let message = format!("the compiler does not know this machine: {error}");
        Error::new(ErrorKind::Unsupported(message.into()))
    };
    let mut flags = settings::builder();
    for (name, value) in [
        ("opt_level", opt_level),
        ("preserve_frame_pointers", "true"),
        ("unwind_info", "false"),
        ("enable_probestack", "false"),
        ("use_colocated_libcalls", "false"),
        (
            "enable_verifier",
            if cfg!(debug_assertions) {
                "true"
            } else {
                "false"
            },
        ),
    ] {
        flags.set(name, value).map_err(|error| refused(&error))?;
    }
    let builder = cranelift_native::builder().map_err(|error| refused(&error))?;
    let machine: OwnedTargetIsa = builder
        .finish(settings::Flags::new(flags))
        .map_err(|error| refused(&error))?;
    Ok(machine)
}
