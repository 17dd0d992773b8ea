//! The backend and its modules: translation on demand, the stubs, and the choice of dispatch.

use crate::code::{
    Callee, Clause, Code, CodeHeader, Encoding, EntryCell, HEADER_BYTES, HEADER_CELLS, Handler,
};
use crate::driver::{self, save_position};
use crate::exec::{Exit, State, call_host, run_loop};
use crate::ops::Op;
use crate::references::References;
use crate::translate::{Env, Record, Scratch, translate};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::c_void;
use core::fmt;
use core::sync::atomic::Ordering;
use diptych_core::backend::{Backend, ModuleCode};
use diptych_core::module::{ModuleIr, each_body};
use diptych_core::platform::Workers;
use diptych_core::sort::sort;
use diptych_core::sync::Mutex;
use diptych_core::types::{DefinedFuncIdx, FuncIdx, TagIdx};
use diptych_core::vm::{FuncRef, VmCtx};
use diptych_core::{CompilationMode, Config, Dispatch, Error, ErrorKind, Result};

/// The interpreter as a backend.
#[derive(Debug)]
pub struct Interp {
    looped: Arc<Shared>,
    tail: Option<Arc<Shared>>,
}

/// The interpreter, to be given to
/// [`Engine::with_backends`](diptych_core::Engine::with_backends).
pub fn backend() -> Arc<dyn Backend> {
    Arc::new(Interp::new())
}

impl Default for Interp {
    fn default() -> Self {
        Self::new()
    }
}

impl Interp {
    /// The interpreter, with tail dispatch when this build has it and its self-test passes.
    pub fn new() -> Self {
        Self {
            looped: Arc::new(Shared::new(Encoding::Opcode)),
            tail: tail_shared(),
        }
    }

    /// Whether tail dispatch can be had.
    pub fn has_tail_dispatch(&self) -> bool {
        self.tail.is_some()
    }

    fn shared(&self, config: &Config) -> Result<&Arc<Shared>> {
        // The loop is what counts.
        #[cfg(feature = "count-sequences")]
        if config.dispatch() == Dispatch::Auto && crate::sequences::wanted() {
            return Ok(&self.looped);
        }
        match (config.dispatch(), &self.tail) {
            (Dispatch::Loop, _) | (Dispatch::Auto, None) => Ok(&self.looped),
            (Dispatch::Auto | Dispatch::Tail, Some(tail)) => Ok(tail),
            _ => Err(Error::new(ErrorKind::Unsupported(
                "tail dispatch is not available in this build; use `auto` or `loop`".into(),
            ))),
        }
    }
}

impl Backend for Interp {
    fn name(&self) -> &'static str {
        "interp"
    }

    fn load(
        &self,
        config: &Config,
        module: &Arc<ModuleIr>,
        _: Option<Arc<dyn ModuleCode>>,
    ) -> Result<Arc<dyn ModuleCode>> {
        let code = Arc::new(InterpModule::new(self.shared(config)?, config, module)?);
        if config.compilation_mode() == CompilationMode::Eager {
            code.complete()?;
        }
        Ok(code)
    }

    fn adopt(&self, config: &Config, func_ref: &mut FuncRef) {
        let shared = self.shared(config).unwrap_or(&self.looped);
        func_ref.interp_code = shared.host_call.cast();
    }
}

/// What all modules of one dispatch mode share: the stubs.
pub(crate) struct Shared {
    encoding: Encoding,
    /// The stub that ends an activation.
    pub(crate) host_return: *const u8,
    /// The stub that goes back to the caller's instance.
    pub(crate) cross_return: *const u8,
    /// The stub that goes back to the segment of the value stack below.
    pub(crate) segment_return: *const u8,
    /// The code of functions that have no interpreter code.
    host_call: *const CodeHeader,
    /// The code of functions of the same module that are not translated yet.
    lazy_direct: *const CodeHeader,
    /// The same, for calls by reference.
    lazy_ref: *const CodeHeader,
    /// Owns what the pointers point to.
    _stubs: Box<[u64]>,
}

// SAFETY: the pointers lead into `_stubs`, which is never written.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

impl Shared {
    fn new(encoding: Encoding) -> Self {
        const WITH_HEADER: [Op; 3] = [Op::StubHostCall, Op::StubLazyDirect, Op::StubLazyRef];
        const BARE: [Op; 3] = [
            Op::StubHostReturn,
            Op::StubCrossReturn,
            Op::StubSegmentReturn,
        ];
        let mut cells = Vec::new();
        for op in WITH_HEADER {
            cells.extend_from_slice(&[0; HEADER_CELLS]);
            cells.push(encoding.cell(op));
        }
        cells.extend(BARE.map(|op| encoding.cell(op)));
        let stubs = cells.into_boxed_slice();
        let block = |i: usize| stubs[i * (HEADER_CELLS + 1)..].as_ptr();
        let bare = |i: usize| stubs[3 * (HEADER_CELLS + 1) + i..].as_ptr().cast::<u8>();
        Self {
            encoding,
            host_call: block(0).cast(),
            lazy_direct: block(1).cast(),
            lazy_ref: block(2).cast(),
            host_return: bare(0),
            cross_return: bare(1),
            segment_return: bare(2),
            _stubs: stubs,
        }
    }

    /// The stubs that go with an instance's code.
    ///
    /// # Safety
    /// `code` is the handle of a live module of this backend.
    #[inline(always)]
    pub(crate) unsafe fn of<'a>(code: *const c_void) -> &'a Self {
        // SAFETY: by contract.
        unsafe { &InterpModule::of(code).shared }
    }

    /// Runs the machine until it leaves for something else than host functions that return.
    ///
    /// # Safety
    /// `st` is a valid machine over code of this encoding.
    #[inline(always)]
    pub(crate) unsafe fn run(&self, st: &mut State) -> Exit {
        match self.encoding {
            // The driver could serve calls of host functions, and takes half as long again for it.
            Encoding::Opcode => loop {
                // SAFETY: by contract.
                let exit = unsafe { run_loop(st) };
                let Some(size) = exit.host_call() else {
                    return exit;
                };
                // SAFETY: it left so.
                let failed = unsafe {
                    save_position(st, (*st.vm).store);
                    call_host(st, size)
                };
                if let Some(exit) = failed {
                    return exit;
                }
            },
            #[cfg(all(tail_dispatch, not(debug_assertions)))]
            // SAFETY: by contract.
            Encoding::Handler => unsafe { crate::exec::run_tail(st) },
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dispatch = match self.encoding {
            Encoding::Opcode => "loop",
            #[cfg(all(tail_dispatch, not(debug_assertions)))]
            Encoding::Handler => "tail",
        };
        f.debug_struct("Shared")
            .field("dispatch", &dispatch)
            .finish_non_exhaustive()
    }
}

#[cfg(not(all(tail_dispatch, not(debug_assertions))))]
fn tail_shared() -> Option<Arc<Shared>> {
    None
}

#[cfg(all(tail_dispatch, not(debug_assertions)))]
fn tail_shared() -> Option<Arc<Shared>> {
    let shared = Shared::new(Encoding::Handler);
    crate::probe::tail_calls_are_jumps(&shared).then(|| Arc::new(shared))
}

impl Shared {
    /// The first cell of `op`.
    #[cfg(all(tail_dispatch, not(debug_assertions)))]
    pub(crate) fn cell(&self, op: Op) -> u64 {
        self.encoding.cell(op)
    }
}

/// The code of one module.
pub(crate) struct InterpModule {
    pub(crate) shared: Arc<Shared>,
    ir: Arc<ModuleIr>,
    fuel: bool,
    interruption: bool,
    gc_stress: bool,
    canonicalize_nans: bool,
    /// What translates all functions at once.
    workers: Option<Arc<dyn Workers>>,
    /// One cell per defined function: its code, or the stub that has it translated.
    entries: Box<[EntryCell]>,
    translated: Mutex<Translated>,
    /// The references in frames of those functions that were asked for, by function.
    references: Mutex<Vec<(DefinedFuncIdx, References)>>,
}

/// What has been translated so far.
#[derive(Default)]
struct Translated {
    codes: Vec<Code>,
    /// The places in `codes` by ascending address, but for those that were added since someone
    /// last looked for an address.
    by_address: Vec<u32>,
    scratch: Scratch,
    bytes: usize,
}

impl Translated {
    /// The code that contains `pc`.
    fn code_at(&mut self, pc: *const u8) -> Option<&Code> {
        let Self {
            codes, by_address, ..
        } = self;
        let start = |place: u32| codes[place as usize].as_ptr().addr();
        if by_address.len() < codes.len() {
            by_address.extend(by_address.len() as u32..codes.len() as u32);
            sort(by_address, &mut |a, b| start(a).cmp(&start(b)));
        }
        let after = by_address.partition_point(|&place| start(place) <= pc.addr());
        let code = &codes[*by_address[..after].last()? as usize];
        (pc.addr() < code.as_ptr().addr() + code.size()).then_some(code)
    }
}

// SAFETY: the raw pointers inside entry cells lead to code that `translated` owns until the module
// is dropped, and of which nothing is written after publication but what is atomic.
unsafe impl Send for InterpModule {}
// SAFETY: as above; everything that changes is atomic or behind the lock.
unsafe impl Sync for InterpModule {}

impl InterpModule {
    fn new(shared: &Arc<Shared>, config: &Config, ir: &Arc<ModuleIr>) -> Result<Self> {
        let mut entries = Vec::new();
        entries
            .try_reserve_exact(ir.bodies.len())
            .map_err(|_| Error::new(ErrorKind::OutOfMemory))?;
        entries.resize_with(ir.bodies.len(), || {
            EntryCell::new(shared.lazy_direct.cast_mut())
        });
        Ok(Self {
            shared: Arc::clone(shared),
            ir: Arc::clone(ir),
            fuel: config.fuel_enabled(),
            interruption: config.interruption_enabled(),
            gc_stress: config.gc_stress_enabled(),
            canonicalize_nans: config.canonicalize_nans_enabled(),
            workers: config.get_workers().cloned(),
            entries: entries.into_boxed_slice(),
            translated: Mutex::new(Translated::default()),
            references: Mutex::new(Vec::new()),
        })
    }

    /// The module behind an instance's code handle.
    ///
    /// # Safety
    /// `code` is the handle of a live module of this backend.
    #[inline(always)]
    pub(crate) unsafe fn of<'a>(code: *const c_void) -> &'a Self {
        // SAFETY: by contract.
        unsafe { &*code.cast::<Self>() }
    }

    fn env(&self, encoding: Encoding) -> Env<'_> {
        Env {
            ir: &self.ir,
            fuel: self.fuel,
            interruption: self.interruption,
            gc_stress: self.gc_stress,
            canonicalize_nans: self.canonicalize_nans,
            encoding,
            entries: &self.entries,
        }
    }

    /// The code of a function, when it was translated.
    fn code_of(&self, func: DefinedFuncIdx) -> Option<*const CodeHeader> {
        let code = self.entries[func.index()].load(Ordering::Acquire);
        (!core::ptr::eq(code, self.shared.lazy_direct)).then_some(code.cast_const())
    }

    /// The code of a function, translated now if it was not.
    #[inline]
    pub(crate) fn translated(&self, func: DefinedFuncIdx) -> Result<*const CodeHeader> {
        match self.code_of(func) {
            Some(code) => Ok(code),
            None => self.translate_now(func),
        }
    }

    #[cold]
    fn translate_now(&self, func: DefinedFuncIdx) -> Result<*const CodeHeader> {
        let mut translated = self.translated.lock();
        if let Some(code) = self.code_of(func) {
            return Ok(code);
        }
        let code = self.translate(func, &mut translated.scratch)?;
        self.publish(&mut translated, func, code)
    }

    fn translate(&self, func: DefinedFuncIdx, scratch: &mut Scratch) -> Result<Code> {
        self.validated(func)?;
        let env = self.env(self.shared.encoding);
        translate(&env, func, scratch, Record::Nothing)
    }

    /// Makes `code` that of the function, which has none.
    fn publish(
        &self,
        translated: &mut Translated,
        func: DefinedFuncIdx,
        code: Code,
    ) -> Result<*const CodeHeader> {
        let out_of_memory = |_| Error::new(ErrorKind::OutOfMemory);
        translated.codes.try_reserve(1).map_err(out_of_memory)?;
        // For `code_at`, which cannot fail.
        let behind = translated.codes.len() + 1 - translated.by_address.len();
        translated
            .by_address
            .try_reserve(behind)
            .map_err(out_of_memory)?;
        let header = code.as_ptr();
        translated.bytes += code.size();
        translated.codes.push(code);
        self.entries[func.index()].store(header.cast_mut(), Ordering::Release);
        Ok(header)
    }

    /// The code of a function that is called directly, translated now if it was not; the call goes
    /// there from now on.
    pub(crate) fn link(&self, callee: &Callee) -> Result<*const CodeHeader> {
        let func = self.ir.defined(FuncIdx(callee.func));
        let code = self.translated(func.ok_or_else(|| Error::msg("no function is called"))?)?;
        callee.link(code);
        Ok(code)
    }

    /// As [`translated`](Self::translated), beside other threads that do it for other functions.
    fn translate_beside_others(&self, func: DefinedFuncIdx, scratch: &mut Scratch) -> Result<()> {
        if self.code_of(func).is_some() {
            return Ok(());
        }
        let code = self.translate(func, scratch)?;
        let mut translated = self.translated.lock();
        // It may have been called meanwhile.
        if self.code_of(func).is_none() {
            self.publish(&mut translated, func, code)?;
        }
        Ok(())
    }

    /// The function whose code contains `pc`, and its header.
    pub(crate) fn function_at(&self, pc: *const u8) -> Option<(DefinedFuncIdx, *const CodeHeader)> {
        let header = self.translated.lock().code_at(pc)?.as_ptr();
        // SAFETY: the header is the start of live code.
        let func = unsafe { (*header).func };
        Some((DefinedFuncIdx(func), header))
    }

    /// The code that contains `pc`, and who catches an exception from there that has the tags that
    /// `has_tag` says.
    pub(crate) fn handler_at(
        &self,
        pc: *const u8,
        has_tag: impl Fn(TagIdx) -> bool,
    ) -> Option<(*const CodeHeader, Option<Clause>)> {
        let mut translated = self.translated.lock();
        let code = translated.code_at(pc)?;
        let header = code.as_ptr();
        let offset = (pc.addr() - header.addr() - HEADER_BYTES) as u32;
        Some((header, Handler::find(code.handlers(), offset, has_tag)))
    }

    /// Where the operations of a function came from: their offsets in the code and in the module.
    ///
    /// They are found by translating the function again: they take no memory while no one asks
    /// for them.
    pub(crate) fn positions(&self, func: DefinedFuncIdx) -> Result<Vec<(u32, u32)>> {
        let mut positions = Vec::new();
        let env = self.env(self.shared.encoding);
        let record = Record::Positions(&mut positions);
        translate(&env, func, &mut Scratch::default(), record)?;
        Ok(positions)
    }

    /// Gives the slots that hold references in frames of a function that is at `pc`.
    ///
    /// # Errors
    /// When there is no memory to find or keep them.
    pub(crate) fn references(
        &self,
        func: DefinedFuncIdx,
        pc: *const u8,
        mut each: impl FnMut(u16) -> Result<()>,
    ) -> Result<()> {
        let out_of_memory = |_| Error::new(ErrorKind::OutOfMemory);
        let mut known = self.references.lock();
        let place = match known.binary_search_by_key(&func, |known| known.0) {
            Ok(place) => place,
            Err(place) => {
                let mut found = References::default();
                let env = self.env(self.shared.encoding);
                let record = Record::References(&mut found);
                translate(&env, func, &mut Scratch::default(), record)?;
                known.try_reserve(1).map_err(out_of_memory)?;
                known.insert(place, (func, found));
                place
            }
        };
        let code = self.entries[func.index()].load(Ordering::Acquire).addr();
        let offset = pc.addr().wrapping_sub(code + HEADER_BYTES) as u32;
        known[place].1.at(offset).try_for_each(&mut each)
    }

    /// The offset in the module of the instruction that the operation around `pc` came from, by
    /// the function's positions.
    pub(crate) fn wasm_offset(
        &self,
        func: DefinedFuncIdx,
        pc: *const u8,
        positions: &[(u32, u32)],
    ) -> u32 {
        let start = self.ir.bodies[func.index()].start;
        let code = self.entries[func.index()].load(Ordering::Acquire).addr();
        let Some(offset) = pc.addr().checked_sub(code + HEADER_BYTES) else {
            return start;
        };
        let after = positions.partition_point(|&(code, _)| code as usize <= offset);
        positions[..after].last().map_or(start, |&(_, wasm)| wasm)
    }

    fn validated(&self, func: DefinedFuncIdx) -> Result<()> {
        if self.ir.bodies_validated {
            Ok(())
        } else {
            self.ir.validate_body(func)
        }
    }
}

impl fmt::Debug for InterpModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InterpModule")
            .field("shared", &self.shared)
            .field("functions", &self.entries.len())
            .finish_non_exhaustive()
    }
}

impl ModuleCode for InterpModule {
    fn install(&self, ctx: &mut VmCtx) {
        ctx.interp = self.id();
    }

    fn id(&self) -> *const c_void {
        core::ptr::from_ref(self).cast()
    }

    fn init_func_ref(&self, func: DefinedFuncIdx, func_ref: &mut FuncRef) {
        let code = self.code_of(func).unwrap_or(self.shared.lazy_ref);
        func_ref.interp_code = code.cast();
        func_ref.array_call = driver::array_call;
    }

    fn complete(&self) -> Result<()> {
        let translate = |scratch: &mut Scratch, index: usize| {
            self.translate_beside_others(DefinedFuncIdx(index as u32), scratch)
        };
        if let Some(workers) = &self.workers
            && let Some(result) =
                each_body(&self.ir.bodies, &**workers, &Scratch::default, &translate)
        {
            return result;
        }
        for func in 0..self.entries.len() as u32 {
            self.translated(DefinedFuncIdx(func))?;
        }
        Ok(())
    }

    #[cfg(feature = "disasm")]
    fn disassemble(&self, func: DefinedFuncIdx, out: &mut dyn fmt::Write) -> Result<()> {
        self.validated(func)?;
        let mut positions = Vec::new();
        let env = self.env(Encoding::Opcode);
        let record = Record::Positions(&mut positions);
        let code = translate(&env, func, &mut Scratch::default(), record)?;
        crate::disasm::disassemble(&self.ir, func, code.ops(), &positions, out)
            .map_err(|fmt::Error| Error::msg("the disassembly could not be written"))
    }

    fn code_size(&self) -> usize {
        self.translated.lock().bytes + size_of_val(&*self.entries)
    }
}
