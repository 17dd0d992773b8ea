//! The compiled code of one module: made at once, or function by function when they are called.

use crate::abi::NativeHeader;
use crate::compile::{Compiled, Compiler, TypeUse};
use crate::image::{Function, Image};
use crate::settings::{Calls, Settings};
use crate::shared::Shared;
use crate::{builtins, entry, registry, stack, stubs};
use core::ffi::c_void;
use core::fmt;
use core::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use diptych_core::backend::ModuleCode;
use diptych_core::module::ModuleIr;
use diptych_core::types::DefinedFuncIdx;
use diptych_core::vm::{FuncRef, VmCtx};
use diptych_core::{CompilationMode, Config, Error, ErrorKind, OptLevel, Result};
use hashbrown::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
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

/// The size of functions' alignment in bytes.
const ALIGN: usize = 32;

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
            let settings = Settings::new(config, Calls::Direct);
            let made = compile_all(shared, ir, &settings, level, fallback.is_some())?;
            match link(shared, ir, made) {
                Ok(parts) => (parts, settings),
                // Functions that are too far apart for direct calls find each other by the table.
                Err(error) if matches!(error.kind(), ErrorKind::Limit(_)) => {
                    let settings = Settings::new(config, Calls::Table);
                    let made = compile_all(shared, ir, &settings, level, fallback.is_some())?;
                    (link(shared, ir, made)?, settings)
                }
                Err(error) => return Err(error),
            }
        } else {
            (prepare(shared, ir)?, Settings::new(config, Calls::Table))
        };
        let (
            Parts {
                image,
                stubs,
                entries,
                given_up,
            },
            settings,
        ) = parts;
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
            stubs,
            entries,
            image,
            state: Mutex::new(State { given_up }),
        });
        module.image.set_owner(module.id());
        registry::add(&module.image);
        Ok(module)
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
        let made = compile(&self.shared, &self.ir, &self.settings, self.level, func)
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
        for place in &compiled.types {
            let at = place.offset as usize;
            compiled.code[at..at + TypeUse::BYTES].copy_from_slice(&place.id(&self.ir)?);
        }
        let function = Function {
            start: 0,
            size: compiled.code.len() as u32,
            func,
            body: self.ir.bodies[func.index()].start,
            sites: compiled.sites,
        };
        self.image.publish(&compiled.code, vec![function])
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

const fn stub_offset(index: usize) -> usize {
    stubs::ENTRY_STUB_HEADER_BYTES + index * stubs::ENTRY_STUB_BYTES
}

impl Drop for JitModule {
    fn drop(&mut self) {
        registry::remove(&self.image);
    }
}

/// Whether another backend can take over what failed so.
fn may_be_given_up(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Limit(_) | ErrorKind::OutOfMemory | ErrorKind::Message(_)
    )
}

/// Compiles one function.
///
/// # Errors
/// As [`Compiler::compile`]; [`ErrorKind::Message`] when the compiler panics.
fn compile(
    shared: &Shared,
    ir: &ModuleIr,
    settings: &Settings,
    level: OptLevel,
    func: DefinedFuncIdx,
) -> Result<Compiled> {
    stack::with_room(|| {
        catch(|| shared.with_compiler(level, |compiler| compiler.compile(ir, settings, func)))
    })?
}

/// Turns a panic of the compiler into an error: its state is thrown away.
fn catch<R>(work: impl FnOnce() -> Result<R>) -> Result<R> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(Error::msg("the compiler failed on a function")))
}

/// Compiles every function, on as many threads as there are cores for. A function that cannot be
/// compiled is left out when another backend can execute it.
fn compile_all(
    shared: &Shared,
    ir: &ModuleIr,
    settings: &Settings,
    level: OptLevel,
    may_give_up: bool,
) -> Result<Vec<Option<Compiled>>> {
    let out_of_memory = |_| Error::new(ErrorKind::OutOfMemory);
    let count = ir.bodies.len();
    let mut order = Vec::new();
    order.try_reserve_exact(count).map_err(out_of_memory)?;
    order.extend(0..count as u32);
    // The largest first: so no thread is left alone with one at the end.
    order.sort_by_key(|func| core::cmp::Reverse(ir.bodies[*func as usize].len()));
    let next = AtomicUsize::new(0);
    let work = || {
        let mut made = Vec::new();
        let one = |compiler: &mut Compiler, func: u32| {
            let func = DefinedFuncIdx(func);
            if !ir.bodies_validated {
                ir.validate_body(func)?;
            }
            compiler.compile(ir, settings, func)
        };
        loop {
            let Some(func) = order.get(next.fetch_add(1, Ordering::Relaxed)) else {
                return Ok(made);
            };
            let compiled = catch(|| shared.with_compiler(level, |compiler| one(compiler, *func)));
            match compiled {
                Ok(compiled) => made.push((*func, compiled)),
                Err(error) if may_give_up && may_be_given_up(&error) => {}
                Err(error) => {
                    next.store(order.len(), Ordering::Relaxed);
                    return Err(error);
                }
            }
        }
    };
    let mut all = Vec::new();
    all.try_reserve_exact(count).map_err(out_of_memory)?;
    all.resize_with(count, || None);
    for made in on_threads(count, &work)? {
        for (func, compiled) in made? {
            all[func as usize] = Some(compiled);
        }
    }
    Ok(all)
}

/// What each of several threads made of the same work.
fn on_threads<R: Send>(count: usize, work: &(impl Fn() -> R + Sync)) -> Result<Vec<R>> {
    let cores = if cfg!(feature = "threads") {
        std::thread::available_parallelism().map_or(1, usize::from)
    } else {
        1
    };
    // A thread costs about as much as some functions.
    let helpers = cores.min(count.div_ceil(8)).saturating_sub(1);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..helpers)
            .map_while(|_| {
                let builder = std::thread::Builder::new().stack_size(4 << 20);
                builder.spawn_scoped(scope, work).ok()
            })
            .collect();
        let mut results = vec![stack::with_room(work)?];
        for thread in threads {
            let result = thread.join();
            results.push(result.map_err(|_| Error::msg("a compiler's thread failed"))?);
        }
        Ok(results)
    })
}

/// What a module's code consists of.
struct Parts {
    image: Image,
    stubs: Stubs,
    entries: Box<[AtomicPtr<u8>]>,
    given_up: HashSet<u32>,
}

/// An image with nothing but stubs.
fn prepare(shared: &Shared, ir: &ModuleIr) -> Result<Parts> {
    let count = ir.bodies.len();
    let stubs = stubs::entry_stubs(0..count as u32);
    let bytes: usize = ir.bodies.iter().map(ExactSizeIterator::len).sum();
    let image = Image::new(&*shared.memory, stubs.len() + room_for(count, bytes))?;
    let base = if stubs.is_empty() {
        image.base()
    } else {
        image.publish(&stubs, Vec::new())?
    };
    Ok(Parts {
        entries: entries(count, |at| base.wrapping_add(stub_offset(at)))?,
        image,
        stubs: Stubs::All,
        given_up: HashSet::new(),
    })
}

/// The address space for functions that are compiled one by one, each on pages of its own: more
/// than code ever needs, since what is not used costs nothing.
fn room_for(count: usize, bytes: usize) -> usize {
    const PAGE: usize = 16 << 10;
    const EXPANSION: usize = 32;
    count
        .saturating_mul(PAGE)
        .saturating_add(bytes.saturating_mul(EXPANSION))
        .clamp(64 << 10, u32::MAX as usize & !(PAGE - 1))
}

/// Lays out functions that were compiled together, and has them call each other.
fn link(shared: &Shared, ir: &ModuleIr, made: Vec<Option<Compiled>>) -> Result<Parts> {
    let out_of_memory = |_| Error::new(ErrorKind::OutOfMemory);
    let left_out: Box<[u32]> = (0..made.len() as u32)
        .filter(|func| made[*func as usize].is_none())
        .collect();
    let mut code = if left_out.is_empty() {
        Vec::new()
    } else {
        stubs::entry_stubs(left_out.iter().copied())
    };
    let size: usize = made
        .iter()
        .flatten()
        .map(|compiled| compiled.code.len().next_multiple_of(ALIGN))
        .sum();
    code.try_reserve_exact(size + ALIGN)
        .map_err(out_of_memory)?;
    let mut starts = Vec::new();
    starts
        .try_reserve_exact(made.len())
        .map_err(out_of_memory)?;
    let mut stub = 0;
    for compiled in &made {
        match compiled {
            Some(compiled) => {
                code.resize(code.len().next_multiple_of(ALIGN), 0);
                starts.push(code.len());
                code.extend_from_slice(&compiled.code);
            }
            None => {
                starts.push(stub_offset(stub));
                stub += 1;
            }
        }
    }
    let mut functions = Vec::new();
    functions
        .try_reserve_exact(made.len())
        .map_err(out_of_memory)?;
    for (i, compiled) in made.into_iter().enumerate() {
        let Some(compiled) = compiled else { continue };
        for call in &compiled.calls {
            call.link(&mut code, starts[i], starts[call.callee.index()])?;
        }
        for place in &compiled.types {
            let at = starts[i] + place.offset as usize;
            code[at..at + TypeUse::BYTES].copy_from_slice(&place.id(ir)?);
        }
        functions.push(Function {
            start: starts[i] as u32,
            size: compiled.code.len() as u32,
            func: DefinedFuncIdx(i as u32),
            body: ir.bodies[i].start,
            sites: compiled.sites,
        });
    }
    let image = Image::new(&*shared.memory, code.len())?;
    let base = if code.is_empty() {
        image.base()
    } else {
        image.publish(&code, functions)?
    };
    Ok(Parts {
        entries: entries(starts.len(), |at| base.wrapping_add(starts[at]))?,
        image,
        given_up: left_out.iter().copied().collect(),
        stubs: Stubs::Some(left_out),
    })
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
                self.shared.with_compiler(self.level, |compiler| {
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
}
