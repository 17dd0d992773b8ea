//! The engine: what modules and stores have in common.

use crate::backend::Backend;
use crate::config::{BackendKind, Config};
use crate::error::{Error, ErrorKind, Result};
use crate::types::{MemoryType, TypeRegistry};
use alloc::boxed::Box;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::{AtomicUsize, Ordering};
use diptych_platform::{
    AllocMemoryCreator, LINEAR_MEMORY_ALIGN, LinearMemory, MemoryCreator, MemoryRequest,
};

/// A configuration, the backends, and the types of all modules.
///
/// One per process is usual. Cloning it is cheap, and the clone is the same engine. Modules and
/// stores of different engines do not mix.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<EngineInner>,
}

struct EngineInner {
    config: Config,
    types: TypeRegistry,
    memory_creator: Arc<dyn MemoryCreator>,
    /// The one that executes functions first.
    backends: Box<[Arc<dyn Backend>]>,
    /// How many modules were opened, when backends take turns.
    turn: AtomicUsize,
}

impl Engine {
    /// An engine with the backends of the configuration.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] when the configuration names a backend that it does not have,
    /// or has none at all.
    pub fn new(config: &Config) -> Result<Self> {
        Self::with_backends(config, config.backends())
    }

    /// An engine with these backends instead of those of the configuration.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_backends(config: &Config, backends: &[Arc<dyn Backend>]) -> Result<Self> {
        if let Some(feature) = config.missing_feature() {
            let message = format!("a proposal is on that takes the feature `{feature}`");
            return Err(Error::new(ErrorKind::Unsupported(message.into())));
        }
        let mut backends: Vec<_> = backends.to_vec();
        if let Some(name) = config.backend_kind().name() {
            let at = backends
                .iter()
                .position(|backend| backend.name() == name)
                .ok_or_else(|| {
                    let message = format!("the backend `{name}` is not compiled in");
                    Error::new(ErrorKind::Unsupported(message.into()))
                })?;
            backends.swap(0, at);
        }
        if backends.is_empty() {
            return Err(Error::new(ErrorKind::Unsupported(
                "the engine has no backend: enable the feature `interp` or `jit`".into(),
            )));
        }
        if config.backend_kind() != BackendKind::Alternating {
            // Beside the one that executes modules there is only what can take over from it.
            let interp = BackendKind::Interp.name();
            let mut at = 0;
            backends.retain(|backend| {
                at += 1;
                at == 1 || Some(backend.name()) == interp
            });
        }
        let mut config = config.clone();
        for backend in &backends {
            backend.prepare(&mut config);
        }
        let memory_creator: Arc<dyn MemoryCreator> = match config.get_memory_creator() {
            Some(creator) => Arc::clone(creator),
            None => default_memory_creator(),
        };
        Ok(Self {
            inner: Arc::new(EngineInner {
                config,
                memory_creator,
                types: TypeRegistry::new(),
                backends: backends.into_boxed_slice(),
                turn: AtomicUsize::new(0),
            }),
        })
    }

    /// The configuration, as far as backends and host can do what was asked for.
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// What makes the bytes of linear memories.
    pub(crate) fn memory_creator(&self) -> &Arc<dyn MemoryCreator> {
        &self.inner.memory_creator
    }

    /// What a memory of this type wants of its maker.
    ///
    /// # Errors
    /// When it exceeds the address space.
    pub(crate) fn memory_request(&self, ty: MemoryType) -> Result<MemoryRequest> {
        let minimum = ty.byte_len(ty.minimum).ok_or_else(|| {
            Error::new(ErrorKind::Limit(
                "a memory exceeds the address space".into(),
            ))
        })?;
        let guarded = self.config().memory_guard_enabled() && can_be_guarded(ty);
        Ok(MemoryRequest::new(minimum, ty.maximum_bytes())
            .guarded(guarded)
            .immovable(ty.shared))
    }

    /// Fails when a memory is not as it was requested: compiled code would not check what it has
    /// to, or atomic accesses would not be atomic.
    pub(crate) fn check_memory(
        &self,
        request: MemoryRequest,
        memory: &dyn LinearMemory,
    ) -> Result<()> {
        if request.guarded && memory.reserved() < self.memory_creator().guaranteed_reservation() {
            return Err(Error::msg(
                "a linear memory was made without the address space that its maker promises",
            ));
        }
        if !memory.base().addr().is_multiple_of(LINEAR_MEMORY_ALIGN) {
            return Err(Error::msg(
                "a linear memory was made at an address that is not aligned",
            ));
        }
        let (len, minimum) = (memory.byte_len(), request.minimum);
        if len != minimum {
            return Err(Error::msg(format!(
                "a linear memory was made of {len} bytes where {minimum} were asked for"
            )));
        }
        Ok(())
    }

    /// The types of all modules of this engine.
    pub fn types(&self) -> &TypeRegistry {
        &self.inner.types
    }

    /// The backend that executes functions.
    pub fn backend(&self) -> &Arc<dyn Backend> {
        &self.inner.backends[0]
    }

    /// All backends, the one that executes functions first.
    pub fn backends(&self) -> &[Arc<dyn Backend>] {
        &self.inner.backends
    }

    /// The place among the backends of the one that executes the next module.
    pub(crate) fn next_backend(&self) -> usize {
        match self.config().backend_kind() {
            BackendKind::Alternating => {
                self.inner.turn.fetch_add(1, Ordering::Relaxed) % self.backends().len()
            }
            _ => 0,
        }
    }

    /// Whether both are the same engine.
    pub fn same(a: &Self, b: &Self) -> bool {
        Arc::ptr_eq(&a.inner, &b.inner)
    }

    /// Fails when what is named belongs to another engine.
    pub(crate) fn check(&self, other: &Self, what: &str) -> Result<()> {
        if Self::same(self, other) {
            Ok(())
        } else {
            Err(Error::bad_argument(format!(
                "the {what} belongs to another engine"
            )))
        }
    }
}

cfg_if::cfg_if! {
    if #[cfg(all(feature = "mmap", any(unix, windows)))] {
        use diptych_platform::{
            ImagePart, MemoryError, MemoryImage, MmapMemoryCreator,
        };

        fn default_memory_creator() -> Arc<dyn MemoryCreator> {
            Arc::new(DefaultMemoryCreator::default())
        }

        /// Memories from the global allocator, but for those that begin with much data.
        #[derive(Debug, Default)]
        struct DefaultMemoryCreator {
            images: MmapMemoryCreator,
        }

        impl MemoryCreator for DefaultMemoryCreator {
            fn create(&self, request: MemoryRequest) -> Result<Box<dyn LinearMemory>, MemoryError> {
                if request.immovable {
                    // All of its maximum is taken at once: as address space that costs nothing.
                    return self.images.create(request);
                }
                AllocMemoryCreator.create(request)
            }

            fn makes_images(&self) -> bool {
                self.images.makes_images()
            }

            fn image(
                &self,
                request: MemoryRequest,
                parts: &[ImagePart<'_>],
            ) -> Option<Arc<dyn MemoryImage>> {
                self.images.image(request, parts)
            }
        }
    } else {
        fn default_memory_creator() -> Arc<dyn MemoryCreator> {
            Arc::new(AllocMemoryCreator)
        }
    }
}

/// Whether compiled code leaves out the checks of accesses when memories are guarded.
///
/// Indices of 32 bits and offsets reach no further than the guard, and pages of the host's size
/// or larger end where the host's do.
const fn can_be_guarded(ty: MemoryType) -> bool {
    !ty.memory64 && ty.page_size_log2 == 16
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("config", &self.inner.config)
            .field("backend", &self.backend().name())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_needs_a_backend() {
        let error = Engine::new(&Config::new()).expect_err("there is none");
        assert!(matches!(error.kind(), ErrorKind::Unsupported(_)));
        let mut config = Config::new();
        config.backend(BackendKind::Jit);
        let error = Engine::new(&config).expect_err("there is none");
        assert!(error.to_string().contains("`jit`"), "{error}");
    }

    use alloc::string::ToString;
}
