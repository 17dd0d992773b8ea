//! The Cranelift just-in-time compiler of Diptych: the second implementation of
//! [`diptych_core::backend::Backend`], for x86_64 and aarch64.

mod abi;
mod artifact;
mod builtins;
#[cfg(feature = "cache")]
mod cache;
mod compile;
mod entry;
mod fault;
mod fiber;
mod image;
mod link;
mod module;
mod perf;
mod placement;
mod raise;
mod registry;
mod settings;
mod shared;
mod sites;
mod stack;
mod stubs;
mod trampoline;
mod translate;
mod unwind;

#[cfg(feature = "cache")]
pub use cache::Cache;

use artifact::{Contents, Description};
use core::ops::Range;
use diptych_core::backend::{Backend, ModuleCode};
use diptych_core::module::ModuleIr;
use diptych_core::platform::{CodeMemory, GUARDED_RESERVATION, StoredBytes, TrapCatcherError};
use diptych_core::vm::{FuncRef, VmStore};
use diptych_core::{CacheKey, CompilationMode, Config, Error, ErrorKind, Result};
use link::compile_whole;
use module::JitModule;
use settings::{Calls, Settings};
use shared::{Machine, Shared};
use std::sync::{Arc, OnceLock};

/// The compiler as a backend.
#[derive(Debug)]
pub struct Jit {
    /// Or why there is none.
    memory: Result<Arc<dyn CodeMemory>, &'static str>,
    /// What modules share, or why there is nothing. Describing the machine to Cranelift takes
    /// longer than opening a small module, so it waits for the first engine that compiles.
    shared: OnceLock<Result<Arc<Shared>, String>>,
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
    /// The compiler, with memory for code from the operating system: the feature `mmap` knows how.
    ///
    /// Without it, and on a machine that the compiler does not know, modules cannot be opened.
    pub fn new() -> Self {
        #[cfg(feature = "mmap")]
        return Self::with_code_memory(Arc::new(diptych_core::platform::MmapCodeMemory));
        #[cfg(not(feature = "mmap"))]
        Self {
            memory: Err("there is no memory for code: supply it, or enable the feature `mmap`"),
            shared: OnceLock::new(),
        }
    }

    /// The compiler, with memory for code from the embedder.
    pub fn with_code_memory(memory: Arc<dyn CodeMemory>) -> Self {
        Self {
            memory: Ok(memory),
            shared: OnceLock::new(),
        }
    }

    fn shared(&self) -> Result<&Arc<Shared>> {
        self.shared
            .get_or_init(|| {
                let memory = self.memory.as_ref().map_err(|&error| error.to_owned())?;
                Shared::new(Arc::clone(memory))
                    .map(Arc::new)
                    .map_err(|error| error.to_string())
            })
            .as_ref()
            .map_err(|error| Error::new(ErrorKind::Unsupported(error.clone().into())))
    }

    /// What code is made for with a configuration.
    fn makes_for(&self, config: &Config) -> Result<Description> {
        let level = config.get_opt_level();
        let settings = Settings::new(config, Calls::Direct);
        let isa = self.shared()?.machine(level).isa();
        Ok(Description::new(isa, level, &settings, config.features()))
    }
}

impl Backend for Jit {
    fn name(&self) -> &'static str {
        "jit"
    }

    fn prepare(&self, config: &mut Config) {
        perf::start(config.get_profiler());
        if config.signals_based_traps_enabled() && catch_faults(config).is_err() {
            config.signals_based_traps(false);
        }
        let wanted = config.memory_guard_enabled();
        #[cfg(feature = "mmap")]
        if wanted && config.get_memory_creator().is_none() {
            let creator = diptych_core::platform::MmapMemoryCreator::default();
            config.memory_creator(Arc::new(creator));
        }
        let guarded = config
            .get_memory_creator()
            .is_some_and(|creator| creator.guaranteed_reservation() >= GUARDED_RESERVATION);
        config.memory_guard(wanted && guarded);
    }

    fn init_store(&self, store: &mut VmStore) {
        if let Ok(shared) = self.shared() {
            store.native_shared = Arc::as_ptr(shared).cast();
            store.fibers = Some(fiber::FIBERS);
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

    fn has_artifacts(&self) -> bool {
        true
    }

    fn precompile(
        &self,
        config: &Config,
        module: &Arc<ModuleIr>,
        target: Option<&str>,
    ) -> Result<Vec<u8>> {
        let level = config.get_opt_level();
        let other;
        let machine = match target {
            Some(target) => {
                other = Machine::of_target(target, level)?;
                &other
            }
            None => self.shared()?.machine(level),
        };
        let settings = Settings::new(config, Calls::Direct);
        let on_progress = |progress| config.report_compile_progress(progress);
        let workers = config.get_workers().map(|workers| &**workers);
        let (linked, settings) =
            compile_whole(machine, module, settings, false, workers, &on_progress)?;
        let made_for = Description::new(machine.isa(), level, &settings, module.features);
        artifact::write(&made_for, &module.bytes, &Contents::of(&linked))
    }

    fn open_artifact(&self, config: &Config, artifact: &[u8]) -> Result<Range<usize>> {
        artifact::open(artifact, &self.makes_for(config)?)?;
        artifact::module_range(artifact)
    }

    unsafe fn deserialize(
        &self,
        config: &Config,
        artifact: &[u8],
        stored: Option<&StoredBytes>,
        module: &Arc<ModuleIr>,
        fallback: Option<Arc<dyn ModuleCode>>,
    ) -> Result<Arc<dyn ModuleCode>> {
        let (linked, settings) = artifact::read(artifact, stored, module)?;
        let level = config.get_opt_level();
        let shared = self.shared()?;
        Ok(JitModule::of_linked(
            shared, module, fallback, level, linked, settings,
        )?)
    }

    fn cache_key(&self, config: &Config, bytes: &[u8]) -> Option<CacheKey> {
        // Code is made of functions that are valid, which is then known of none.
        if config.compilation_mode() == CompilationMode::FullyLazy {
            return None;
        }
        Some(artifact::cache_key(&self.makes_for(config).ok()?, bytes))
    }

    fn adopt(&self, _: &Config, func_ref: &mut FuncRef) {
        func_ref.native_code = stubs::lazy_func_ref as *const core::ffi::c_void;
    }
}

/// Has the faults of compiled code caught, by what the embedder supplies or by the platform's
/// means.
fn catch_faults(config: &Config) -> Result<(), TrapCatcherError> {
    if let Some(catcher) = config.get_trap_catcher() {
        return catcher.install(fault::handler);
    }
    #[cfg(feature = "signals")]
    return diptych_core::platform::install_fault_handler(fault::handler);
    #[cfg(not(feature = "signals"))]
    Err(TrapCatcherError::Unsupported)
}
