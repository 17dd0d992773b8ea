//! The Cranelift just-in-time compiler of Diptych: the second implementation of
//! [`diptych_core::backend::Backend`], for x86_64 and aarch64.

mod abi;
mod builtins;
mod compile;
mod entry;
mod fault;
mod fiber;
mod image;
mod module;
mod registry;
mod settings;
mod shared;
mod stack;
mod stubs;
mod trampoline;
mod translate;
mod unwind;

use diptych_core::backend::{Backend, ModuleCode};
use diptych_core::module::ModuleIr;
use diptych_core::platform::{
    CodeMemory, GUARDED_RESERVATION, MmapCodeMemory, MmapMemoryCreator, install_fault_handler,
};
use diptych_core::vm::{FuncRef, VmStore};
use diptych_core::{Config, Error, ErrorKind, Result};
use module::JitModule;
use shared::Shared;
use std::sync::Arc;

/// The compiler as a backend.
#[derive(Debug)]
pub struct Jit {
    /// Or why there is none.
    shared: Result<Arc<Shared>, String>,
}

/// The compiler, to be given to
/// [`Engine::with_backends`](diptych_core::Engine::with_backends).
pub fn backend() -> Arc<dyn Backend> {
    Arc::new(Jit::new())
}

impl Default for Jit {
    fn default() -> Self {
        Self::new()
    }
}

impl Jit {
    /// The compiler, with memory for code from the operating system.
    ///
    /// On a machine that it does not know, modules cannot be opened with it.
    pub fn new() -> Self {
        Self::with_code_memory(Arc::new(MmapCodeMemory))
    }

    /// The compiler, with memory for code from the embedder.
    pub fn with_code_memory(memory: Arc<dyn CodeMemory>) -> Self {
        Self {
            shared: Shared::new(memory)
                .map(Arc::new)
                .map_err(|error| error.to_string()),
        }
    }

    fn shared(&self) -> Result<&Arc<Shared>> {
        self.shared
            .as_ref()
            .map_err(|error| Error::new(ErrorKind::Unsupported(error.clone().into())))
    }
}

impl Backend for Jit {
    fn name(&self) -> &'static str {
        "jit"
    }

    fn prepare(&self, config: &mut Config) {
        if config.signals_based_traps_enabled() && install_fault_handler(fault::handler).is_err() {
            config.signals_based_traps(false);
        }
        let wanted = config.memory_guard_enabled();
        if wanted && config.get_memory_creator().is_none() {
            config.memory_creator(Arc::new(MmapMemoryCreator::default()));
        }
        let guarded = config
            .get_memory_creator()
            .is_some_and(|creator| creator.guaranteed_reservation() >= GUARDED_RESERVATION);
        config.memory_guard(wanted && guarded);
    }

    fn init_store(&self, store: &mut VmStore) {
        if let Ok(shared) = &self.shared {
            store.native_shared = Arc::as_ptr(shared).cast();
        }
    }

    fn load(
        &self,
        config: &Config,
        module: &Arc<ModuleIr>,
        fallback: Option<Arc<dyn ModuleCode>>,
    ) -> Result<Arc<dyn ModuleCode>> {
        Ok(JitModule::load(self.shared()?, config, module, fallback)?)
    }

    fn adopt(&self, _: &Config, func_ref: &mut FuncRef) {
        func_ref.native_code = stubs::lazy_func_ref as *const core::ffi::c_void;
    }
}
