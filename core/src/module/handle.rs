//! The module as the embedder has it.

use super::build::{Source, Trust};
use super::data::{Images, Made as MadeImages};
use super::ir::{EntityIdx, Export, Import, ModuleIr};
use crate::backend::ModuleCode;
use crate::config::{BackendKind, CompilationMode};
use crate::engine::Engine;
use crate::error::{Error, ErrorKind, Result};
use crate::types::{DefinedFuncIdx, ExternType, FuncIdx};
use crate::vm::FuncRef;
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use diptych_platform::SharedBytes;

/// A validated module with its code. Cloning it is cheap, and the clone is the same module.
///
/// It belongs to no store: any number of stores and threads can make instances of it.
///
/// ```no_run
/// use diptych_core::{Engine, Module};
///
/// # fn example(engine: &Engine) -> diptych_core::Result<()> {
/// let module = Module::from_file(engine, "program.wasm")?;
/// for export in module.exports() {
///     println!("{}: {:?}", export.name(), export.ty());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Module {
    inner: Arc<ModuleInner>,
}

struct ModuleInner {
    engine: Engine,
    ir: Arc<ModuleIr>,
    /// What executes it first, then what the engine's other backends made of it.
    codes: Box<[Arc<dyn ModuleCode>]>,
    /// The place among the engine's backends of the one that executes it.
    backend: usize,
    images: Images,
}

impl Module {
    /// Opens a module. With the feature `wat` it may be text as well as binary.
    ///
    /// What is done at once, and what when a function is first called, is up to
    /// [`Config::compilation`](crate::Config::compilation).
    ///
    /// # Errors
    /// * [`ErrorKind::InvalidModule`] when it is malformed or invalid, also by what the
    ///   configuration switches off; components are invalid.
    /// * [`ErrorKind::InvalidText`] when the text cannot be parsed.
    /// * [`ErrorKind::Unsupported`] when it is valid, but needs what is not implemented.
    /// * [`ErrorKind::Limit`] when it is larger than
    ///   [`Config::max_module_size`](crate::Config::max_module_size), when the engine has too
    ///   many types, or when code is made now and a function exceeds a limit of the backend.
    /// * [`ErrorKind::OutOfMemory`].
    pub fn new(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Self> {
        Self::open_any(engine, Source::Borrowed(bytes.as_ref()))
    }

    /// As [`new`](Self::new), of bytes that the module keeps: they are not copied, which for a large
    /// module saves time, and the memory of the copy. They can be a vector, a box, or in the program.
    ///
    /// ```
    /// use diptych_core::{Engine, Module};
    ///
    /// static PROGRAM: &[u8] = b"\0asm\x01\0\0\0";
    ///
    /// # fn example(engine: &Engine) -> diptych_core::Result<()> {
    /// let module = Module::from_bytes(engine, PROGRAM)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As `new`.
    pub fn from_bytes(engine: &Engine, bytes: impl Into<SharedBytes>) -> Result<Self> {
        Self::open_any(engine, Source::Shared(&bytes.into()))
    }

    /// Opens a module that may be text.
    fn open_any(engine: &Engine, source: Source<'_>) -> Result<Self> {
        match binary(source.bytes())? {
            Cow::Borrowed(_) => Self::open_cached(engine, source),
            Cow::Owned(bytes) => Self::open_cached(engine, Source::Shared(&bytes.into())),
        }
    }

    /// Opens a module from a file.
    ///
    /// # Errors
    /// As [`new`](Self::new); [`ErrorKind::Host`] when the file cannot be read.
    #[cfg(feature = "std")]
    pub fn from_file(engine: &Engine, path: impl AsRef<std::path::Path>) -> Result<Self> {
        Self::from_bytes(engine, std::fs::read(path).map_err(Error::host)?)
    }

    /// Opens a module in the binary format whose function bodies are known to be valid. All else
    /// is validated.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    ///
    /// # Safety
    /// [`validate`](Self::validate) has accepted these bytes, with an engine that has the same
    /// proposals switched on. Else guests can do anything to the host.
    pub unsafe fn new_unchecked(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Self> {
        let backend = engine.next_backend();
        let source = Source::Borrowed(bytes.as_ref());
        Self::open(engine, source, Trust::Bodies, backend)
    }

    /// Whether a module is valid, with all its function bodies, whatever the configuration says
    /// of when that is found out. A valid module may still need what is not implemented.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidModule`], [`ErrorKind::InvalidText`] and [`ErrorKind::Limit`] as for
    /// [`new`](Self::new).
    pub fn validate(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<()> {
        ModuleIr::validate(engine.config(), &binary(bytes.as_ref())?)
    }

    /// Opens a module for one of the engine's backends.
    pub(super) fn open(
        engine: &Engine,
        source: Source<'_>,
        trust: Trust,
        backend: usize,
    ) -> Result<Self> {
        let config = engine.config();
        let ir = ModuleIr::new(config, engine.types(), source, trust)?;
        Self::with_code(engine, Arc::new(ir), backend, |ir, fallback| {
            engine.backends()[backend].load(config, ir, fallback)
        })
    }

    /// As [`open`](Self::open), with all code made now if that can be done. Gives whether it was.
    pub(super) fn open_eager(
        engine: &Engine,
        source: Source<'_>,
        backend: usize,
    ) -> Result<(Self, bool)> {
        let config = engine.config();
        let mut eager = config.clone();
        eager.compilation(CompilationMode::Eager);
        let ir = ModuleIr::new(config, engine.types(), source, Trust::None)?;
        let mut is_whole = true;
        let module = Self::with_code(engine, Arc::new(ir), backend, |ir, fallback| {
            let backend = &engine.backends()[backend];
            backend.load(&eager, ir, fallback.clone()).or_else(|error| {
                is_whole = false;
                match config.compilation_mode() {
                    CompilationMode::Eager => Err(error),
                    _ => backend.load(config, ir, fallback),
                }
            })
        })?;
        Ok((module, is_whole))
    }

    /// A module with the code that `load` makes of it, given what is to run the functions that
    /// have none.
    pub(super) fn with_code(
        engine: &Engine,
        ir: Arc<ModuleIr>,
        backend: usize,
        load: impl FnOnce(&Arc<ModuleIr>, Option<Arc<dyn ModuleCode>>) -> Result<Arc<dyn ModuleCode>>,
    ) -> Result<Self> {
        let mut others = interpreted(engine, &ir, backend)?;
        let mut codes = Vec::with_capacity(1 + others.len());
        codes.push(load(&ir, others.first().cloned())?);
        codes.append(&mut others);
        Ok(Self {
            inner: Arc::new(ModuleInner {
                engine: engine.clone(),
                images: Images::new(engine, &ir),
                ir,
                codes: codes.into_boxed_slice(),
                backend,
            }),
        })
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    /// What the module consists of.
    pub fn ir(&self) -> &ModuleIr {
        &self.inner.ir
    }

    /// The code that the module's backend made.
    pub(super) fn code(&self) -> &Arc<dyn ModuleCode> {
        &self.inner.codes[0]
    }

    /// The code of every backend that made some.
    pub(crate) fn codes(&self) -> &[Arc<dyn ModuleCode>] {
        &self.inner.codes
    }

    /// The images for one more instance.
    pub(crate) fn images(&self) -> Option<Arc<MadeImages>> {
        self.inner.images.get(self.engine(), self.ir())
    }

    /// Fills in the code pointers of a reference to a defined function.
    pub(crate) fn init_func_ref(&self, func: DefinedFuncIdx, func_ref: &mut FuncRef) {
        let engine = self.engine();
        self.code().init_func_ref(func, func_ref);
        for (i, backend) in engine.backends().iter().enumerate() {
            if i != self.inner.backend {
                backend.adopt(engine.config(), func_ref);
            }
        }
    }

    /// The name that the `name` section gives the module.
    pub fn name(&self) -> Option<&str> {
        self.ir().name()
    }

    /// The name that the `name` section gives a function.
    pub fn func_name(&self, func: FuncIdx) -> Option<&str> {
        self.ir().func_name(func)
    }

    /// What the module imports, in order.
    pub fn imports(&self) -> impl ExactSizeIterator<Item = ImportType<'_>> {
        self.ir().imports.iter().map(|import| ImportType {
            module: self,
            import,
        })
    }

    /// What the module exports, in order.
    pub fn exports(&self) -> impl ExactSizeIterator<Item = ExportType<'_>> {
        self.ir().exports.iter().map(|export| ExportType {
            module: self,
            export,
        })
    }

    /// The type of what is exported under a name.
    pub fn get_export(&self, name: &str) -> Option<ExternType> {
        self.export(name).map(|entity| self.extern_type(entity))
    }

    fn extern_type(&self, entity: EntityIdx) -> ExternType {
        self.ir().extern_type(self.engine().types(), entity)
    }

    /// What is exported under a name.
    pub(crate) fn export(&self, name: &str) -> Option<EntityIdx> {
        self.ir().export(name)
    }

    /// The contents of the custom sections of a name, in order.
    pub fn custom_sections<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let ir = self.ir();
        let sections = ir
            .custom_sections
            .iter()
            .filter(move |section| &*section.name == name);
        sections.map(|section| &ir.bytes[section.range.start as usize..section.range.end as usize])
    }

    /// The code of a defined function, as text beside the WebAssembly it came from. The form is
    /// for people to read and changes from version to version.
    ///
    /// # Errors
    /// [`ErrorKind::BadArgument`] when the module does not define such a function;
    /// [`ErrorKind::Unsupported`] when this build has no disassembler for the backend (the
    /// interpreter's is the feature `disasm`); otherwise as [`compile_all`](Self::compile_all).
    pub fn disassemble(&self, func: FuncIdx) -> Result<String> {
        let defined = self
            .ir()
            .defined(func)
            .filter(|func| func.index() < self.ir().bodies.len());
        let func = defined.ok_or_else(|| {
            Error::new(ErrorKind::BadArgument(
                "the module defines no such function".into(),
            ))
        })?;
        self.ir().validate_body(func)?;
        let mut text = String::new();
        self.code().disassemble(func, &mut text)?;
        Ok(text)
    }

    /// Makes the code of every function that has none yet, so that no call has to wait for it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidModule`] when a function turns out to be invalid that was not
    /// validated before, [`ErrorKind::Unsupported`] and [`ErrorKind::Limit`] when there is one
    /// that the backend cannot do, [`ErrorKind::OutOfMemory`].
    pub fn compile_all(&self) -> Result<()> {
        self.code().complete()
    }

    /// The bytes that the module's code takes at present, the module itself not counted.
    pub fn code_size(&self) -> usize {
        self.code().code_size()
    }
}

/// The interpreter's code of a module, when another backend executes it: for what that one cannot
/// do.
fn interpreted(
    engine: &Engine,
    ir: &Arc<ModuleIr>,
    backend: usize,
) -> Result<Vec<Arc<dyn ModuleCode>>> {
    let mut lazy = engine.config().clone();
    lazy.compilation(CompilationMode::Lazy);
    let mut codes = Vec::new();
    for (i, other) in engine.backends().iter().enumerate() {
        if i != backend && BackendKind::Interp.name() == Some(other.name()) {
            codes.push(other.load(&lazy, ir, None)?);
        }
    }
    Ok(codes)
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Module")
            .field("name", &self.name())
            .field("functions", &self.ir().funcs.len())
            .field("bytes", &self.ir().bytes.len())
            .finish_non_exhaustive()
    }
}

/// Something that a module imports.
#[derive(Clone, Copy)]
pub struct ImportType<'a> {
    module: &'a Module,
    import: &'a Import,
}

impl<'a> ImportType<'a> {
    /// The name of the module to import from.
    pub fn module(&self) -> &'a str {
        &self.import.module
    }

    /// The name of the item.
    pub fn name(&self) -> &'a str {
        &self.import.name
    }

    /// Its type.
    pub fn ty(&self) -> ExternType {
        self.module.extern_type(self.import.entity)
    }
}

impl fmt::Debug for ImportType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportType")
            .field("module", &self.module())
            .field("name", &self.name())
            .field("ty", &self.ty())
            .finish()
    }
}

/// Something that a module exports.
#[derive(Clone, Copy)]
pub struct ExportType<'a> {
    module: &'a Module,
    export: &'a Export,
}

impl<'a> ExportType<'a> {
    /// The name.
    pub fn name(&self) -> &'a str {
        &self.export.name
    }

    /// Its type.
    pub fn ty(&self) -> ExternType {
        self.module.extern_type(self.export.entity)
    }
}

impl fmt::Debug for ExportType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExportType")
            .field("name", &self.name())
            .field("ty", &self.ty())
            .finish()
    }
}

/// The module in the binary format.
fn binary(bytes: &[u8]) -> Result<Cow<'_, [u8]>> {
    #[cfg(feature = "wat")]
    // The empty text is a module; the empty file is not.
    if !bytes.is_empty() && !bytes.starts_with(b"\0asm") {
        use alloc::string::ToString as _;
        return wat::parse_bytes(bytes)
            .map_err(|error| Error::new(ErrorKind::InvalidText(error.to_string().into())));
    }
    Ok(Cow::Borrowed(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::Backend;
    use crate::config::{CompilationMode, Config};
    use crate::types::{DefinedFuncIdx, FuncType, ValType};
    use crate::vm::VmCtx;
    use alloc::vec::Vec;
    use core::ffi::c_void;

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
        ) -> Result<Arc<dyn ModuleCode>> {
            Ok(Arc::new(Self))
        }

        fn adopt(&self, _: &Config, _: &mut FuncRef) {}
    }

    impl ModuleCode for NoCode {
        fn install(&self, _: &mut VmCtx) {}

        fn id(&self) -> *const c_void {
            core::ptr::null()
        }

        fn init_func_ref(&self, _: DefinedFuncIdx, _: &mut FuncRef) {}

        fn complete(&self) -> Result<()> {
            Ok(())
        }

        fn disassemble(&self, func: DefinedFuncIdx, out: &mut dyn fmt::Write) -> Result<()> {
            write!(out, "function {func}").map_err(|fmt::Error| Error::msg("not written"))
        }

        fn code_size(&self) -> usize {
            0
        }
    }

    fn engine(mode: CompilationMode) -> Engine {
        let mut config = Config::new();
        config.compilation(mode);
        Engine::with_backends(&config, &[Arc::new(NoCode)]).unwrap()
    }

    fn wat(text: &str) -> Vec<u8> {
        wat::parse_str(text).unwrap()
    }

    #[test]
    fn imports_and_exports_have_names_and_types() {
        let bytes = wat(r#"(module $m
                (import "a" "f" (func $f (param i32)))
                (func $g (result i64) (i64.const 0))
                (@custom "note" "1") (@custom "other" "2") (@custom "note" "3")
                (export "g" (func $g)) (export "f" (func $f)))"#);
        let module = Module::new(&engine(CompilationMode::Lazy), bytes).unwrap();
        let f = ExternType::Func(FuncType::new([ValType::I32], []));
        let g = ExternType::Func(FuncType::new([], [ValType::I64]));
        let imports: Vec<_> = module
            .imports()
            .map(|import| (import.module(), import.name(), import.ty()))
            .collect();
        assert_eq!(imports, [("a", "f", f.clone())]);
        assert_eq!(module.exports().len(), 2);
        let exports: Vec<_> = module
            .exports()
            .map(|export| (export.name(), export.ty()))
            .collect();
        assert_eq!(exports, [("g", g.clone()), ("f", f)]);
        assert_eq!(module.get_export("g"), Some(g));
        assert_eq!(module.get_export("h"), None);
        assert_eq!(module.name(), Some("m"));
        assert_eq!(module.func_name(FuncIdx(1)), Some("g"));
        assert_eq!(module.func_name(FuncIdx(2)), None);
        assert_eq!(
            module.custom_sections("note").collect::<Vec<_>>(),
            [b"1", b"3"]
        );
        assert_eq!(module.custom_sections("none").count(), 0);
    }

    #[test]
    fn disassembly_is_of_valid_defined_functions() {
        let bytes = wat(r#"(module (import "" "" (func)) (func) (func (result i32)))"#);
        assert!(Module::new(&engine(CompilationMode::Lazy), &bytes).is_err());
        let engine = engine(CompilationMode::FullyLazy);
        assert!(Module::validate(&engine, &bytes).is_err());
        let module = Module::new(&engine, &bytes).unwrap();
        assert_eq!(module.disassemble(FuncIdx(1)).unwrap(), "function 0");
        let error = module.disassemble(FuncIdx(2)).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidModule { .. }));
        for func in [0, 3, u32::MAX] {
            let error = module.disassemble(FuncIdx(func)).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::BadArgument(_)), "{func}");
        }
    }

    #[test]
    fn trusted_modules_are_opened_as_they_are() {
        let engine = engine(CompilationMode::FullyLazy);
        let bytes = wat("(module (func (export \"f\")))");
        Module::validate(&engine, &bytes).unwrap();
        // SAFETY: the module was validated.
        let module = unsafe { Module::new_unchecked(&engine, &bytes) }.unwrap();
        assert!(module.ir().bodies_validated);
        assert!(module.get_export("f").is_some());
    }

    #[test]
    fn bytes_that_are_handed_over_stay_where_they_are() {
        static STATIC: &[u8] = b"\0asm\x01\0\0\0";
        let engine = engine(CompilationMode::Lazy);
        let kept = |module: Module| module.ir().bytes.as_ptr();
        let module = Module::from_bytes(&engine, STATIC).unwrap();
        assert_eq!(kept(module), STATIC.as_ptr());
        let vector = STATIC.to_vec();
        let at = vector.as_ptr();
        assert_eq!(kept(Module::from_bytes(&engine, vector).unwrap()), at);
        let module = Module::new(&engine, STATIC).unwrap();
        assert_ne!(kept(module), STATIC.as_ptr());
        let error = Module::from_bytes(&engine, &b"\0asm"[..]).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidModule { .. }));
    }

    #[cfg(feature = "wat")]
    #[test]
    fn text_is_accepted() {
        let engine = engine(CompilationMode::Lazy);
        assert!(Module::new(&engine, "(module (func (export \"f\")))").is_ok());
        assert!(Module::from_bytes(&engine, &b"(module)"[..]).is_ok());
        assert!(Module::validate(&engine, "(module)").is_ok());
        let error = Module::new(&engine, "(module (func").unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidText(_)));
        let error = Module::new(&engine, b"\xff\xfe").unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidText(_)));
        let error = Module::new(&engine, "").unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidModule { .. }));
    }

    #[cfg(feature = "std")]
    #[test]
    fn a_missing_file_is_an_error_of_the_host() {
        let engine = engine(CompilationMode::Lazy);
        let error = Module::from_file(&engine, "no such file").unwrap_err();
        assert!(error.downcast_ref::<std::io::Error>().is_some());
    }

    #[test]
    fn modules_can_be_shared() {
        fn shared<T: Send + Sync + Clone + fmt::Debug>() {}
        shared::<Module>();
    }
}
