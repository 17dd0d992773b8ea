//! Modules with their code as bytes: to be kept, and loaded again without being compiled.

use super::Module;
use super::build::{Source, Trust};
use super::ir::ModuleIr;
use crate::backend::Backend;
use crate::engine::Engine;
use crate::error::{Error, ErrorKind, Result};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use diptych_platform::StoredBytes;

/// What a [`CodeCache`] keeps code under: a digest of everything that the code depends on.
pub type CacheKey = [u8; 32];

/// Where the code of modules is kept, so that it need not be made again
/// ([`Config::code_cache`](crate::Config::code_cache)).
///
/// A cache may lose what was put into it at any time. Nothing that goes wrong in it is an error
/// for whoever opens a module. One that keeps files gives them as they are
/// ([`StoredBytes::open`]), so that what is not used of them is not even read; one that has bytes
/// makes [`StoredBytes`] of these.
///
/// # Safety
/// What [`get`](Self::get) gives was put under this key by [`put`](Self::put), by this program or
/// by another one, or is that with accidental damage, which is noticed. It is code that will be
/// executed: nobody may be able to change what is kept who may not control this process.
pub unsafe trait CodeCache: Send + Sync + fmt::Debug {
    /// What was put under a key, if it is still there.
    fn get(&self, key: &CacheKey) -> Option<StoredBytes>;

    /// Keeps `artifact` under a key.
    fn put(&self, key: &CacheKey, artifact: &[u8]);

    /// Forgets what is kept under a key: it is damaged.
    fn remove(&self, key: &CacheKey);
}

impl Module {
    /// The module with the machine code of all its functions, for
    /// [`deserialize`](Self::deserialize). Functions that were not compiled yet are.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] when the backend that executes the module makes no code that can
    /// be kept, which the interpreter does not; otherwise as [`compile_all`](Self::compile_all).
    pub fn serialize(&self) -> Result<Vec<u8>> {
        self.code().serialize()
    }

    /// The module that [`serialize`](Self::serialize) or
    /// [`Engine::precompile_module`] made these bytes of. Nothing is compiled, and function
    /// bodies are not validated again.
    ///
    /// # Errors
    /// * [`ErrorKind::InvalidModule`] when the bytes are something else, truncated or damaged.
    /// * [`ErrorKind::Unsupported`] when the code is for another machine, of another version, or
    ///   made with other settings than the engine's: fuel, interruption, how it traps, guarded
    ///   memories, optimisation, and the proposals that are switched on. Code for a processor with
    ///   fewer features than this one is fine.
    /// * [`ErrorKind::OutOfMemory`], and [`ErrorKind::Limit`] as for [`new`](Self::new).
    ///
    /// # Safety
    /// The bytes come from `serialize` or `precompile_module`, and were out of reach of whoever is
    /// not trusted with this process ever since: they are machine code that will be executed.
    /// Accidental damage is noticed by a checksum, malice is not.
    pub unsafe fn deserialize(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Self> {
        let bytes = bytes.as_ref();
        let at = artifact_backend(engine).ok_or_else(no_artifacts)?;
        // SAFETY: by contract.
        unsafe { load(engine, at, bytes, None) }
    }

    /// As [`deserialize`](Self::deserialize), from a file. With the feature `mmap`, on Unix, the file
    /// is mapped: its code is executed where it is, and what is never used is not even read, but
    /// for the checksum.
    ///
    /// # Errors
    /// As `deserialize`; [`ErrorKind::Host`] when the file cannot be read.
    ///
    /// # Safety
    /// As `deserialize`. No one changes the bytes of the file, or makes it shorter, as long as the
    /// module, an instance or a clone of it exists: the module is what the file says at that time.
    /// To delete the file, or to put another one in its place by renaming it, does no harm.
    #[cfg(feature = "std")]
    pub unsafe fn deserialize_file(
        engine: &Engine,
        path: impl AsRef<std::path::Path>,
    ) -> Result<Self> {
        let at = artifact_backend(engine).ok_or_else(no_artifacts)?;
        // SAFETY: by contract.
        unsafe {
            let stored = StoredBytes::open(path).map_err(Error::host)?;
            load(engine, at, &stored, Some(&stored))
        }
    }

    /// The module from the engine's cache; or as [`open`](Self::open), and then put there.
    pub(super) fn open_cached(engine: &Engine, source: Source<'_>) -> Result<Self> {
        let backend = engine.next_backend();
        let Some((cache, key)) = place(engine, backend, source.bytes()) else {
            return Self::open(engine, source, Trust::None, backend);
        };
        if let Some(artifact) = cache.get(&key) {
            // SAFETY: the cache gives what was put there.
            match unsafe { load(engine, backend, &artifact, Some(&artifact)) } {
                Ok(module) => return Ok(module),
                Err(error) if matches!(error.kind(), ErrorKind::InvalidModule { .. }) => {
                    cache.remove(&key);
                }
                Err(_) => {}
            }
        }
        let (module, is_whole) = Self::open_eager(engine, source, backend)?;
        // What is not whole has a function that cannot be compiled.
        if is_whole && let Ok(artifact) = module.serialize() {
            cache.put(&key, &artifact);
        }
        Ok(module)
    }
}

impl Engine {
    /// The machine code of a module for another process, and perhaps another machine: what
    /// [`Module::deserialize`] loads with an engine of the same configuration. A module as text is
    /// not accepted.
    ///
    /// Without a target the code is for this machine, with every feature that its processor has.
    /// A target is named by its triple, such as `aarch64-unknown-linux-gnu`, and the code needs no
    /// feature that not every processor of that architecture has. Other architectures than this
    /// machine's have to be compiled in (the feature `all-arch` of the compiler).
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] when the engine's backends make no code that can be kept, or do
    /// not know the target; otherwise as [`Module::new`] with a configuration that compiles at
    /// once.
    pub fn precompile_module(&self, bytes: &[u8], target: Option<&str>) -> Result<Vec<u8>> {
        let at = artifact_backend(self).ok_or_else(no_artifacts)?;
        let ir = ModuleIr::new(
            self.config(),
            self.types(),
            Source::Borrowed(bytes),
            Trust::None,
        )?;
        self.backends()[at].precompile(self.config(), &Arc::new(ir), target)
    }
}

/// The place among the engine's backends of the first that makes code that can be kept.
fn artifact_backend(engine: &Engine) -> Option<usize> {
    let mut backends = engine.backends().iter();
    backends.position(|backend| backend.has_artifacts())
}

fn no_artifacts() -> Error {
    Error::new(ErrorKind::Unsupported(
        "no backend of the engine makes code that can be kept: it takes the compiler".into(),
    ))
}

/// The cache and where in it the code of a module is, when there is one and the backend uses it.
fn place<'a>(
    engine: &'a Engine,
    backend: usize,
    bytes: &[u8],
) -> Option<(&'a dyn CodeCache, CacheKey)> {
    let cache = engine.config().get_code_cache()?;
    let key = engine.backends()[backend].cache_key(engine.config(), bytes)?;
    Some((&**cache, key))
}

/// The module in an artifact, and where that is stored, if the module can share it.
///
/// # Safety
/// As [`Module::deserialize_file`].
unsafe fn load(
    engine: &Engine,
    at: usize,
    bytes: &[u8],
    stored: Option<&StoredBytes>,
) -> Result<Module> {
    let backend: &dyn Backend = &*engine.backends()[at];
    let config = engine.config();
    let wasm = backend.open_artifact(config, bytes)?;
    let shared = stored.and_then(|stored| stored.bytes().slice(wasm.clone()));
    let source = match &shared {
        Some(shared) => Source::Shared(shared),
        None => Source::Borrowed(&bytes[wasm]),
    };
    let ir = ModuleIr::new(config, engine.types(), source, Trust::Bodies)?;
    Module::with_code(engine, Arc::new(ir), at, |ir, fallback| {
        // SAFETY: by contract; the bytes were just opened, and the module is the one in them.
        unsafe { backend.deserialize(config, bytes, stored, ir, fallback) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::ModuleCode;
    use crate::config::{CompilationMode, Config};
    use crate::types::DefinedFuncIdx;
    use crate::vm::{FuncRef, VmCtx};
    use alloc::vec;
    use core::ffi::c_void;
    use core::ops::Range;
    use core::sync::atomic::{AtomicUsize, Ordering};
    use diptych_platform::SharedBytes;
    use std::sync::Mutex;

    /// A backend whose artifacts are a mark and the module, and that counts what it makes.
    #[derive(Debug, Default)]
    struct Marks {
        made: Arc<AtomicUsize>,
        fails: bool,
    }

    const MARK: &[u8] = b"mark";

    impl Backend for Marks {
        fn name(&self) -> &'static str {
            "marks"
        }

        fn load(
            &self,
            config: &Config,
            module: &Arc<ModuleIr>,
            _: Option<Arc<dyn ModuleCode>>,
        ) -> Result<Arc<dyn ModuleCode>> {
            self.made.fetch_add(1, Ordering::Relaxed);
            if self.fails && config.compilation_mode() == CompilationMode::Eager {
                return Err(Error::msg("one function is too much"));
            }
            Ok(Arc::new(Marked(module.bytes.clone())))
        }

        fn has_artifacts(&self) -> bool {
            true
        }

        fn open_artifact(&self, _: &Config, artifact: &[u8]) -> Result<Range<usize>> {
            if !artifact.starts_with(MARK) {
                return Err(Error::new(ErrorKind::InvalidModule {
                    message: "there is no mark".into(),
                    offset: 0,
                }));
            }
            Ok(MARK.len()..artifact.len())
        }

        unsafe fn deserialize(
            &self,
            _: &Config,
            _: &[u8],
            _: Option<&StoredBytes>,
            module: &Arc<ModuleIr>,
            _: Option<Arc<dyn ModuleCode>>,
        ) -> Result<Arc<dyn ModuleCode>> {
            Ok(Arc::new(Marked(module.bytes.clone())))
        }

        fn cache_key(&self, _: &Config, bytes: &[u8]) -> Option<CacheKey> {
            Some([bytes.len() as u8; 32])
        }

        fn adopt(&self, _: &Config, _: &mut FuncRef) {}
    }

    #[derive(Debug)]
    struct Marked(SharedBytes);

    impl ModuleCode for Marked {
        fn install(&self, _: &mut VmCtx) {}

        fn id(&self) -> *const c_void {
            core::ptr::null()
        }

        fn init_func_ref(&self, _: DefinedFuncIdx, _: &mut FuncRef) {}

        fn complete(&self) -> Result<()> {
            Ok(())
        }

        fn disassemble(&self, _: DefinedFuncIdx, _: &mut dyn fmt::Write) -> Result<()> {
            Ok(())
        }

        fn code_size(&self) -> usize {
            0
        }

        fn serialize(&self) -> Result<Vec<u8>> {
            Ok([MARK, &self.0].concat())
        }
    }

    /// A cache of one entry.
    #[derive(Debug, Default)]
    struct One(Mutex<Option<(CacheKey, Vec<u8>)>>);

    // SAFETY: it gives what was put, or what a test has damaged.
    unsafe impl CodeCache for One {
        fn get(&self, key: &CacheKey) -> Option<StoredBytes> {
            let kept = self.0.lock().unwrap();
            let kept = kept.as_ref().filter(|(own, _)| own == key);
            kept.map(|(_, artifact)| artifact.clone().into())
        }

        fn put(&self, key: &CacheKey, artifact: &[u8]) {
            *self.0.lock().unwrap() = Some((*key, artifact.into()));
        }

        fn remove(&self, key: &CacheKey) {
            assert!(self.get(key).is_some());
            *self.0.lock().unwrap() = None;
        }
    }

    fn wat(text: &str) -> Vec<u8> {
        wat::parse_str(text).unwrap()
    }

    #[test]
    fn bodies_in_an_artifact_are_trusted_and_the_rest_is_not() {
        let engine = Engine::with_backends(&Config::new(), &[Arc::new(Marks::default())]).unwrap();
        let bytes = wat(r#"(module (func (export "f")))"#);
        let artifact = Module::new(&engine, &bytes).unwrap().serialize().unwrap();
        assert_eq!(artifact, [MARK, &bytes].concat());
        // SAFETY: no code is executed.
        let load = |artifact: &[u8]| unsafe { Module::deserialize(&engine, artifact) };
        let module = load(&artifact).unwrap();
        assert!(module.ir().bodies_validated && module.get_export("f").is_some());
        let unreadable = load(&artifact[..artifact.len() - 1]).unwrap_err();
        assert!(matches!(unreadable.kind(), ErrorKind::InvalidModule { .. }));
        assert!(load(&bytes).is_err());
    }

    #[test]
    fn a_backend_without_artifacts_says_so() {
        #[derive(Debug)]
        struct Without;

        impl Backend for Without {
            fn name(&self) -> &'static str {
                "without"
            }

            fn load(
                &self,
                _: &Config,
                module: &Arc<ModuleIr>,
                _: Option<Arc<dyn ModuleCode>>,
            ) -> Result<Arc<dyn ModuleCode>> {
                Ok(Arc::new(Marked(module.bytes.clone())))
            }

            fn adopt(&self, _: &Config, _: &mut FuncRef) {}
        }

        let mut config = Config::new();
        config.code_cache(Arc::new(One::default()));
        let engine = Engine::with_backends(&config, &[Arc::new(Without)]).unwrap();
        let bytes = wat("(module)");
        assert!(Module::new(&engine, &bytes).is_ok());
        // SAFETY: no code is executed.
        let loaded = unsafe { Module::deserialize(&engine, MARK) }.map(drop);
        let made = engine.precompile_module(&bytes, None).map(drop);
        for refused in [loaded, made] {
            let error = refused.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Unsupported(_)));
        }
    }

    #[test]
    fn a_cache_is_asked_first() {
        for fails in [false, true] {
            let made = Arc::new(AtomicUsize::new(0));
            let cache = Arc::new(One::default());
            let marks = Marks {
                made: Arc::clone(&made),
                fails,
            };
            let mut config = Config::new();
            config.code_cache(cache.clone());
            let engine = Engine::with_backends(&config, &[Arc::new(marks)]).unwrap();
            let bytes = wat(r#"(module (func (export "f")))"#);
            let open = || {
                let before = made.load(Ordering::Relaxed);
                let module = Module::new(&engine, &bytes).unwrap();
                assert!(module.get_export("f").is_some());
                made.load(Ordering::Relaxed) - before
            };
            if fails {
                // What cannot be made whole is not kept.
                assert_eq!([open(), open()], [2, 2]);
                assert!(cache.0.lock().unwrap().is_none());
                continue;
            }
            assert_eq!([open(), open(), open()], [1, 0, 0]);
            *cache.0.lock().unwrap() = Some(([bytes.len() as u8; 32], vec![1, 2, 3]));
            assert_eq!([open(), open()], [1, 0]);
        }
    }
}
