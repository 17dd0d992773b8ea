//! The compiled code of one module: made at once, or function by function when they are called.

use crate::abi::NativeHeader;
use crate::artifact::{self, Contents, Description};
use crate::compile::{Compiled, Target};
use crate::image::{Function, Image, Unit};
use crate::link::{Linked, catch, compile_whole, linked_stubs, may_be_given_up, stub_offset};
use crate::settings::{Calls, Settings};
use crate::shared::{Machine, Shared};
use crate::sites::Sites;
use crate::{builtins, entry, perf, placement, registry, stack, stubs};
use core::ffi::c_void;
use core::fmt;
use core::sync::atomic::{AtomicPtr, Ordering};
use diptych_core::backend::ModuleCode;
use diptych_core::module::ModuleIr;
use diptych_core::platform::Workers;
use diptych_core::types::DefinedFuncIdx;
use diptych_core::vm::{FuncRef, VmCtx};
use diptych_core::{CompilationMode, Config, Error, ErrorKind, OptLevel, Result};
use hashbrown::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The compiled code of one module.
///
/// # Safety
/// Instances point to the header, which is the first field: what code reads of it never changes
/// but for entries, which are replaced as a whole.
#[repr(C)]
pub(crate) struct JitModule {
    header: NativeHeader,
    shared: Arc<Shared>,
    ir: Arc<ModuleIr>,
    fallback: Option<Arc<dyn ModuleCode>>,
    settings: Settings,
    level: OptLevel,
    /// What compiles all functions at once, where none is yet.
    workers: Option<Arc<dyn Workers>>,
    /// Where the stub of each function is in the image, when it has one.
    stubs: Stubs,
    entries: Box<[AtomicPtr<u8>]>,
    image: Image,
    state: Mutex<State>,
}

/// What changes when functions are compiled.
#[derive(Default)]
struct State {
    /// The functions that could not be compiled.
    given_up: HashSet<u32>,
}

/// Which functions have stubs.
#[derive(Debug)]
enum Stubs {
    /// All, in order.
    All,
    /// These, in this order.
    Some(Box<[u32]>),
}

// SAFETY: the pointers in the header lead to what the module owns or to what is static.
unsafe impl Send for JitModule {}
// SAFETY: as above; what changes is atomic or behind a lock.
unsafe impl Sync for JitModule {}

impl JitModule {
    /// The module's code, all of it or what makes it later.
    ///
    /// # Errors
    /// As [`Backend::load`](diptych_core::backend::Backend::load).
    pub(crate) fn load(
        shared: &Arc<Shared>,
        config: &Config,
        ir: &Arc<ModuleIr>,
        fallback: Option<Arc<dyn ModuleCode>>,
    ) -> Result<Arc<Self>> {
        let level = config.get_opt_level();
        let parts = if config.compilation_mode() == CompilationMode::Eager {
            let machine = shared.machine(level);
            let (linked, settings) = compile_whole(
                machine,
                ir,
                Settings::new(config, Calls::Direct),
                fallback.is_some(),
                config.get_workers().map(|workers| &**workers),
                &|progress| config.report_compile_progress(progress),
            )?;
            Parts::of_linked(shared, ir, linked, settings)?
        } else {
            Parts::of_stubs(shared, ir, Settings::new(config, Calls::Table))?
        };
        let workers = config.get_workers().cloned();
        Ok(Self::new(shared, ir, fallback, level, workers, parts))
    }

    /// The module whose code was linked before, and is loaded again.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] when the code leaves functions out and there is no other backend
    /// to execute them; [`ErrorKind::OutOfMemory`].
    pub(crate) fn of_linked(
        shared: &Arc<Shared>,
        ir: &Arc<ModuleIr>,
        fallback: Option<Arc<dyn ModuleCode>>,
        level: OptLevel,
        linked: Linked<'_>,
        settings: Settings,
    ) -> Result<Arc<Self>> {
        if !linked.left_out.is_empty() && fallback.is_none() {
            return Err(Error::new(ErrorKind::Unsupported(
                "the artifact has no code for some functions: the engine needs the interpreter \
                 beside the compiler"
                    .into(),
            )));
        }
        let parts = Parts::of_linked(shared, ir, linked, settings)?;
        Ok(Self::new(shared, ir, fallback, level, None, parts))
    }

    fn new(
        shared: &Arc<Shared>,
        ir: &Arc<ModuleIr>,
        fallback: Option<Arc<dyn ModuleCode>>,
        level: OptLevel,
        workers: Option<Arc<dyn Workers>>,
        parts: Parts,
    ) -> Arc<Self> {
        let Parts {
            image,
            stubs,
            entries,
            settings,
        } = parts;
        let given_up = match &stubs {
            Stubs::All => HashSet::new(),
            Stubs::Some(left_out) => left_out.iter().copied().collect(),
        };
        let module = Arc::new(Self {
            header: NativeHeader {
                builtins: builtins::addresses(),
                entries: entries.as_ptr().cast(),
            },
            shared: Arc::clone(shared),
            ir: Arc::clone(ir),
            fallback,
            settings,
            level,
            workers,
            stubs,
            entries,
            image,
            state: Mutex::new(State { given_up }),
        });
        module.image.set_owner(module.id());
        registry::add(&module.image);
        module
    }

    /// The module of an instance.
    ///
    /// # Safety
    /// The instance is live, and its module is one that this backend compiles.
    pub(crate) unsafe fn of<'a>(ctx: *mut VmCtx) -> &'a Self {
        // SAFETY: by contract.
        unsafe { &*(*ctx).native.cast::<Self>() }
    }

    /// What the modules of the backend share.
    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// What calls inside the module go to: the function's code, or when it cannot be compiled,
    /// what has another backend execute it.
    ///
    /// # Errors
    /// As [`compiled`](Self::compiled).
    pub(crate) fn entry(&self, func: DefinedFuncIdx) -> Result<*const u8> {
        if let Some(code) = self.compiled(func)? {
            return Ok(code);
        }
        let ty = self.ir.func_type(self.ir.func_idx(func));
        let code = self.shared.trampolines.exit_defined(ty, func.0)?;
        self.entries[func.index()].store(code.cast_mut(), Ordering::Release);
        Ok(code)
    }

    /// The function's code, compiled now if it was not; `None` when it cannot be compiled and
    /// another backend has to execute it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidModule`] when the function is invalid, [`ErrorKind::Unsupported`] when
    /// it needs what the compiler does not have, and what [`compile`] fails with when there is no
    /// other backend.
    pub(crate) fn compiled(&self, func: DefinedFuncIdx) -> Result<Option<*const u8>> {
        let entry = &self.entries[func.index()];
        let stub = self.stub(func);
        let done = |given_up: &HashSet<u32>| {
            let code = entry.load(Ordering::Acquire).cast_const();
            if given_up.contains(&func.0) {
                Some(None)
            } else {
                (Some(code) != stub).then_some(Some(code))
            }
        };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(done) = done(&state.given_up) {
            return Ok(done);
        }
        if !self.ir.bodies_validated {
            self.ir.validate_body(func)?;
        }
        let machine = self.shared.machine(self.level);
        let made = compile(machine, &self.ir, &self.settings, func)
            .and_then(|compiled| self.publish(func, compiled));
        match made {
            Ok(code) => {
                entry.store(code.cast_mut(), Ordering::Release);
                Ok(Some(code))
            }
            Err(error) if self.fallback.is_some() && may_be_given_up(&error) => {
                state
                    .given_up
                    .try_reserve(1)
                    .map_err(|_| Error::new(ErrorKind::OutOfMemory))?;
                state.given_up.insert(func.0);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn publish(&self, func: DefinedFuncIdx, mut compiled: Compiled) -> Result<*const u8> {
        let size = compiled.code.len();
        let page = self.image.page_size();
        let start = placement::in_page(func.0, size, compiled.lead, page);
        // Nothing else is published meanwhile: the lock of the module's state is held.
        let caller = self.image.used() + start;
        for call in &compiled.calls {
            let callee = match call.target {
                Target::Raise => stubs::RAISE_OFFSET,
                Target::Func(callee) if callee == func => caller,
                Target::Func(_) => {
                    return Err(Error::msg("a function is called that may not be there"));
                }
            };
            call.link(&mut compiled.code, caller, callee)?;
        }
        compiled
            .code
            .try_reserve_exact(start)
            .map_err(|_| Error::new(ErrorKind::OutOfMemory))?;
        compiled.code.splice(..0, core::iter::repeat_n(0, start));
        let function = Function {
            start: start as u32,
            size: size as u32,
            func,
            body: self.ir.bodies[func.index()].start,
            sites: 0..compiled.sites.len() as u32,
        };
        let unit = Unit {
            functions: vec![function],
            sites: Sites::new(compiled.sites.iter().copied(), compiled.sites.len())?,
        };
        let code = self.image.publish(&compiled.code, unit)?;
        let code = code.wrapping_add(start);
        perf::function(&self.ir, func, code, size);
        Ok(code)
    }

    /// Fills in a reference to a function that could not be compiled.
    pub(crate) fn give_to_fallback(&self, func: DefinedFuncIdx, func_ref: &mut FuncRef) {
        if let Some(fallback) = &self.fallback {
            fallback.init_func_ref(func, func_ref);
        }
    }

    /// The stub that has a function compiled.
    fn stub(&self, func: DefinedFuncIdx) -> Option<*const u8> {
        let at = match &self.stubs {
            Stubs::All => func.index(),
            Stubs::Some(funcs) => funcs.binary_search(&func.0).ok()?,
        };
        Some(self.image.base().wrapping_add(stub_offset(at)))
    }
}

impl Drop for JitModule {
    fn drop(&mut self) {
        registry::remove(&self.image);
    }
}

/// Compiles one function.
///
/// # Errors
/// As [`Compiler::compile`]; [`ErrorKind::Message`] when the compiler panics.
fn compile(
    machine: &Machine,
    ir: &ModuleIr,
    settings: &Settings,
    func: DefinedFuncIdx,
) -> Result<Compiled> {
    stack::with_room(|| {
        catch(|| machine.with_compiler(|compiler| compiler.compile(ir, settings, func)))
    })?
}

/// What a module's code consists of.
struct Parts {
    image: Image,
    stubs: Stubs,
    entries: Box<[AtomicPtr<u8>]>,
    settings: Settings,
}

impl Parts {
    /// An image with nothing but stubs.
    fn of_stubs(shared: &Shared, ir: &ModuleIr, settings: Settings) -> Result<Self> {
        let count = ir.bodies.len();
        let stubs = stubs::entry_stubs(0..count as u32);
        let bytes: usize = ir.bodies.iter().map(ExactSizeIterator::len).sum();
        let image = Image::new(&*shared.memory, stubs.len() + room_for(count, bytes))?;
        let base = image.publish(&stubs, Unit::default())?;
        perf::stubs(base, count);
        Ok(Self {
            entries: entries(count, |at| base.wrapping_add(stub_offset(at)))?,
            image,
            stubs: Stubs::All,
            settings,
        })
    }

    /// An image of functions that were linked together.
    fn of_linked(
        shared: &Shared,
        ir: &ModuleIr,
        linked: Linked<'_>,
        settings: Settings,
    ) -> Result<Self> {
        let Linked {
            code,
            unit,
            left_out,
        } = linked;
        let image = Image::new(&*shared.memory, code.len())?;
        let base = image.base();
        let entries = entries(ir.bodies.len(), |_| base)?;
        for function in &unit.functions {
            let code = base.wrapping_add(function.start as usize);
            entries[function.func.index()].store(code.cast_mut(), Ordering::Relaxed);
        }
        for (i, func) in left_out.iter().enumerate() {
            let stub = base.wrapping_add(stub_offset(i));
            entries[*func as usize].store(stub.cast_mut(), Ordering::Relaxed);
        }
        image.publish_linked(&linked_stubs(&left_out), &code, unit)?;
        if let Some((_, unit)) = image.only_unit() {
            perf::stubs(base, left_out.len());
            for function in &unit.functions {
                let code = base.wrapping_add(function.start as usize);
                perf::function(ir, function.func, code, function.size as usize);
            }
        }
        Ok(Self {
            entries,
            image,
            stubs: Stubs::Some(left_out),
            settings,
        })
    }
}

/// The address space for functions that are compiled one by one, each on pages of its own: more
/// than code ever needs, since what is not used costs nothing.
fn room_for(count: usize, bytes: usize) -> usize {
    // The largest page that hosts of the architecture have.
    const PAGE: usize = if cfg!(target_arch = "aarch64") {
        64 << 10
    } else {
        4 << 10
    };
    // Ordinary code is a few times as large as its WebAssembly. The worst there is, which is no
    // large part of a large module, is more than a hundred times as large.
    const EXPANSION: usize = 32;
    const WORST: usize = 512;
    const LARGE: usize = 1 << 30;
    let code = bytes.saturating_mul(WORST).min(LARGE);
    count
        .saturating_mul(PAGE)
        .saturating_add(bytes.saturating_mul(EXPANSION).max(code))
        .clamp(64 << 10, u32::MAX as usize & !(PAGE - 1))
}

fn entries(count: usize, address: impl Fn(usize) -> *const u8) -> Result<Box<[AtomicPtr<u8>]>> {
    let mut entries = Vec::new();
    entries
        .try_reserve_exact(count)
        .map_err(|_| Error::new(ErrorKind::OutOfMemory))?;
    entries.extend((0..count).map(|at| AtomicPtr::new(address(at).cast_mut())));
    Ok(entries.into_boxed_slice())
}

impl fmt::Debug for JitModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JitModule")
            .field("functions", &self.entries.len())
            .field("image", &self.image)
            .finish_non_exhaustive()
    }
}

impl ModuleCode for JitModule {
    fn install(&self, ctx: &mut VmCtx) {
        ctx.native = self.id();
    }

    fn id(&self) -> *const c_void {
        core::ptr::from_ref(self).cast()
    }

    fn init_func_ref(&self, func: DefinedFuncIdx, func_ref: &mut FuncRef) {
        let stub = self.stub(func);
        let code = self.entries[func.index()]
            .load(Ordering::Acquire)
            .cast_const();
        func_ref.array_call = entry::array_call;
        if Some(code) == stub {
            func_ref.native_code = stubs::lazy_func_ref as *const c_void;
        } else {
            func_ref.native_code = code.cast();
            func_ref.native_ctx = func_ref.ctx.cast();
        }
    }

    fn complete(&self) -> Result<()> {
        for func in 0..self.entries.len() as u32 {
            self.entry(DefinedFuncIdx(func))?;
        }
        Ok(())
    }

    fn disassemble(&self, func: DefinedFuncIdx, out: &mut dyn fmt::Write) -> Result<()> {
        let mut text = String::new();
        stack::with_room(|| {
            catch(|| {
                self.shared.machine(self.level).with_compiler(|compiler| {
                    compiler.disassemble(&self.ir, &self.settings, func, &mut text)
                })
            })
        })??;
        out.write_str(&text)
            .map_err(|fmt::Error| Error::msg("the disassembly could not be written"))
    }

    fn code_size(&self) -> usize {
        self.image.used()
    }

    fn serialize(&self) -> Result<Vec<u8>> {
        let machine = self.shared.machine(self.level);
        let write = |contents: &Contents<'_>, settings: &Settings| {
            let made_for = Description::new(machine.isa(), self.level, settings, self.ir.features);
            artifact::write(&made_for, &self.ir.bytes, contents)
        };
        let Stubs::Some(left_out) = &self.stubs else {
            let settings = Settings {
                calls: Calls::Direct,
                ..self.settings
            };
            let may_leave_out = self.fallback.is_some();
            let workers = self.workers.as_deref();
            let (linked, settings) =
                compile_whole(machine, &self.ir, settings, may_leave_out, workers, &|_| {})?;
            return write(&Contents::of(&linked), &settings);
        };
        let contents = match self.image.only_unit() {
            Some((code, unit)) => Contents::new(code, unit, left_out),
            None => Contents::default(),
        };
        write(&contents, &self.settings)
    }
}
