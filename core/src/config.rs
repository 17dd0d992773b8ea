//! How an engine behaves.

use crate::backend::Backend;
use crate::module::CodeCache;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use diptych_platform::{MemoryCreator, Parking, TrapCatcher, Workers};
use wasmparser::WasmFeatures;

/// How an [`Engine`](crate::Engine) behaves.
///
/// ```
/// use diptych_core::{CompilationMode, Config};
///
/// let mut config = Config::new();
/// config
///     .consume_fuel(true)
///     .max_wasm_stack(256 << 10)
///     .compilation(CompilationMode::Eager)
///     .wasm_memory64(false);
/// assert!(config.fuel_enabled());
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    features: WasmFeatures,
    fuel: bool,
    interruption: bool,
    backtrace: bool,
    max_wasm_stack: usize,
    max_gc_heap: usize,
    gc_stress: bool,
    max_call_depth: u32,
    max_module_size: usize,
    compilation: CompilationMode,
    dispatch: Dispatch,
    backend: BackendKind,
    backends: Vec<Arc<dyn Backend>>,
    memory_creator: Option<Arc<dyn MemoryCreator>>,
    opt_level: OptLevel,
    signals_based_traps: bool,
    memory_guard: bool,
    canonicalize_nans: bool,
    relaxed_simd_deterministic: bool,
    branch_hinting: bool,
    profiler: ProfilerKind,
    code_cache: Option<Arc<dyn CodeCache>>,
    compile_progress: Option<OnProgress>,
    trap_catcher: Option<Arc<dyn TrapCatcher>>,
    workers: Option<Arc<dyn Workers>>,
    parallel_compilation: bool,
    parking: Option<Arc<dyn Parking>>,
}

/// When functions are validated and compiled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CompilationMode {
    /// A module is validated when it is opened, and a function compiled when it is first called.
    #[default]
    Lazy,
    /// A function is validated and compiled when it is first called. An invalid one makes that
    /// call fail with [`ErrorKind::InvalidModule`](crate::ErrorKind::InvalidModule).
    FullyLazy,
    /// A module is validated and compiled when it is opened.
    Eager,
}

/// How the interpreter gets from one operation to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dispatch {
    /// The fastest that the build has.
    #[default]
    Auto,
    /// By tail calls from handler to handler: only in optimised builds for x86_64 and aarch64.
    Tail,
    /// By one loop around one `match`: everywhere.
    Loop,
}

/// How much the compiler does for the speed of the code that it makes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OptLevel {
    /// As little as possible: code is there sooner, and slower.
    None,
    /// What makes code fast.
    #[default]
    Speed,
    /// What makes code fast and does not make it larger.
    SpeedAndSize,
}

/// Which profiler of the system is told of compiled code, so that it can name functions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProfilerKind {
    /// None.
    #[default]
    None,
    /// Linux' `perf`, by the file `perf-PID.map` in the directory for temporary files: names and
    /// addresses, while the process lives.
    PerfMap,
    /// Linux' `perf`, by a file `jit-PID.dump` in the current directory, for `perf record -k mono`
    /// and then `perf inject --jit`: names and instructions.
    JitDump,
}

/// How far the compilation of a module is, in functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompileProgress {
    /// How many are done.
    pub done: usize,
    /// How many there are.
    pub total: usize,
}

impl CompileProgress {
    /// `done` functions of `total`.
    pub const fn new(done: usize, total: usize) -> Self {
        Self { done, total }
    }
}

/// What is called as compilation goes on.
#[derive(Clone)]
struct OnProgress(Arc<dyn Fn(CompileProgress) + Send + Sync>);

impl fmt::Debug for OnProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnProgress")
    }
}

/// Which backend executes functions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BackendKind {
    /// The first that the engine has.
    #[default]
    Auto,
    /// The interpreter.
    Interp,
    /// The just-in-time compiler.
    Jit,
    /// All that the engine has: each further module is executed by the next. For tests of how
    /// they work together.
    Alternating,
}

impl BackendKind {
    /// The backend's [`name`](Backend::name); `None` for [`Auto`](Self::Auto).
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Auto | Self::Alternating => None,
            Self::Interp => Some("interp"),
            Self::Jit => Some("jit"),
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

impl Config {
    /// The defaults: all of WebAssembly 3.0 and threads that is compiled in, no fuel, no
    /// interruption, 8 MiB of stack.
    pub fn new() -> Self {
        Self {
            features: WasmFeatures::WASM3.difference(LEFT_OUT),
            fuel: false,
            interruption: false,
            backtrace: true,
            max_wasm_stack: 8 << 20,
            max_gc_heap: 1 << 30,
            gc_stress: false,
            max_call_depth: 200,
            max_module_size: 1 << 30,
            compilation: CompilationMode::default(),
            dispatch: Dispatch::default(),
            backend: BackendKind::default(),
            backends: Vec::new(),
            memory_creator: None,
            opt_level: OptLevel::default(),
            signals_based_traps: true,
            memory_guard: true,
            canonicalize_nans: false,
            relaxed_simd_deterministic: false,
            branch_hinting: true,
            profiler: ProfilerKind::default(),
            code_cache: None,
            compile_progress: None,
            trap_catcher: None,
            workers: default_workers(),
            parallel_compilation: true,
            parking: default_parking(),
        }
    }

    /// Adds a backend, in the place of one with the same name if there is one. The facade `diptych`
    /// adds those that are compiled in.
    pub fn add_backend(&mut self, backend: Arc<dyn Backend>) -> &mut Self {
        let same = |known: &&mut Arc<dyn Backend>| known.name() == backend.name();
        match self.backends.iter_mut().find(same) {
            Some(known) => *known = backend,
            None => self.backends.push(backend),
        }
        self
    }

    /// Which of the backends executes functions.
    pub fn backend(&mut self, kind: BackendKind) -> &mut Self {
        self.backend = kind;
        self
    }

    /// Whether executed instructions are paid for with fuel
    /// ([`Store::set_fuel`](crate::Store::set_fuel)). Off by default.
    pub fn consume_fuel(&mut self, enable: bool) -> &mut Self {
        self.fuel = enable;
        self
    }

    /// Whether another thread can stop a guest
    /// ([`Store::interrupt_handle`](crate::Store::interrupt_handle)). Off by default.
    pub fn interruption(&mut self, enable: bool) -> &mut Self {
        self.interruption = enable;
        self
    }

    /// Whether errors carry a [`Backtrace`](crate::Backtrace) of the guest. On by default.
    pub fn wasm_backtrace(&mut self, enable: bool) -> &mut Self {
        self.backtrace = enable;
        self
    }

    /// The size in bytes that the frames of one guest may take together before it traps with
    /// [`Trap::StackOverflow`](crate::Trap::StackOverflow). 8 MiB by default.
    pub fn max_wasm_stack(&mut self, bytes: usize) -> &mut Self {
        self.max_wasm_stack = bytes;
        self
    }

    /// How many bytes the objects of one store (structures, arrays and exceptions) may take, at
    /// most 4 GiB; a collection takes as much again while it goes on. A guest that needs more ends
    /// with [`Trap::AllocationTooLarge`](crate::Trap::AllocationTooLarge). 1 GiB when it is not
    /// set.
    pub fn max_gc_heap(&mut self, bytes: usize) -> &mut Self {
        self.max_gc_heap = bytes.min(u32::MAX as usize & !0xffff);
        self
    }

    /// Has every allocation of an object and every call of a function collect, so that a reference
    /// that the collector does not know of is found by tests. It is slow. Calls below hundreds of
    /// frames collect only now and then, and those of typed functions of the host that take no
    /// reference do not. Calls in builds without the features `gc` and `exceptions` do not either.
    pub fn gc_stress(&mut self, enable: bool) -> &mut Self {
        self.gc_stress = enable;
        self
    }

    /// How often the host and guests may be inside each other's calls before the next call traps
    /// with [`Trap::StackOverflow`](crate::Trap::StackOverflow). 200 by default, which fits a
    /// native stack of 2 MiB. Less fit on a smaller one, and the call traps earlier where the platform
    /// knows the bounds of a thread's stack. Calls between functions of guests do not count.
    pub fn max_call_depth(&mut self, depth: u32) -> &mut Self {
        self.max_call_depth = depth;
        self
    }

    /// The greatest size of a module in bytes. 1 GiB by default; never more than 4 GiB.
    pub fn max_module_size(&mut self, bytes: usize) -> &mut Self {
        self.max_module_size = bytes;
        self
    }

    /// When functions are validated and compiled.
    pub fn compilation(&mut self, mode: CompilationMode) -> &mut Self {
        self.compilation = mode;
        self
    }

    /// How the interpreter gets from one operation to the next.
    pub fn interp_dispatch(&mut self, dispatch: Dispatch) -> &mut Self {
        self.dispatch = dispatch;
        self
    }

    /// What makes the bytes of linear memories. The global allocator by default, but on Linux with
    /// the feature `mmap` for memories that begin with data, which is then mapped; the compiler
    /// prefers address space that it can reserve ([`memory_guard`](Self::memory_guard)).
    pub fn memory_creator(&mut self, creator: Arc<dyn MemoryCreator>) -> &mut Self {
        self.memory_creator = Some(creator);
        self
    }

    /// How much the compiler does for the speed of the code that it makes. Of no effect on the
    /// interpreter.
    pub fn opt_level(&mut self, level: OptLevel) -> &mut Self {
        self.opt_level = level;
        self
    }

    /// Whether compiled code may trap by instructions that the machine refuses, which takes a
    /// handler of signals (or the platform's like) for the process. On by default; without it,
    /// compiled code checks for everything itself, and no handler is installed. Of no effect on
    /// the interpreter, which never faults.
    pub fn signals_based_traps(&mut self, enable: bool) -> &mut Self {
        self.signals_based_traps = enable;
        self
    }

    /// What catches the faults of compiled code. By default the operating system's means, if the
    /// feature `signals` is on; without either, compiled code checks for everything itself
    /// ([`signals_based_traps`](Self::signals_based_traps)).
    pub fn trap_catcher(&mut self, catcher: Arc<dyn TrapCatcher>) -> &mut Self {
        self.trap_catcher = Some(catcher);
        self
    }

    /// Whether memories are followed by address space that no one can access, so that compiled
    /// code need not check accesses to memories with 32-bit indices. It takes
    /// [`signals_based_traps`](Self::signals_based_traps), and memories that can be made so; where
    /// either is missing, code checks. On by default. Of no effect on the interpreter.
    pub fn memory_guard(&mut self, enable: bool) -> &mut Self {
        self.memory_guard = enable;
        self
    }

    /// Whether arithmetic on floats that gives a NaN gives the canonical positive one: quiet, with
    /// no other bit of its payload set. WebAssembly leaves sign and payload open. Off by default:
    /// they are then what the machine's instructions make them.
    ///
    /// It is so in each lane of vectors, and for conversions between floats of different sizes.
    /// Operators that only move bits, or change no bit but the sign, give NaNs as they are: `neg`,
    /// `abs`, `copysign`, `pmin`, `pmax`, loads, stores, selections and reinterpretations.
    pub fn canonicalize_nans(&mut self, enable: bool) -> &mut Self {
        self.canonicalize_nans = enable;
        self
    }

    /// Whether relaxed vector operators have the results that the specification's deterministic
    /// profile gives them, on every machine. Off by default: their results are then those, among
    /// the ones that the specification allows, that are quickest to get, and they can differ from
    /// backend to backend.
    ///
    /// | operator | with deterministic results |
    /// |---|---|
    /// | `i8x16.relaxed_swizzle` | as `i8x16.swizzle` |
    /// | `i32x4.relaxed_trunc_*` | as `i32x4.trunc_sat_*` |
    /// | `*.relaxed_madd`, `*.relaxed_nmadd` | rounded once (fused) |
    /// | `*.relaxed_laneselect` | as `v128.bitselect` |
    /// | `*.relaxed_min`, `*.relaxed_max` | as `*.min`, `*.max` |
    /// | `i16x8.relaxed_q15mulr_s` | as `i16x8.q15mulr_sat_s` |
    /// | `*.relaxed_dot_i8x16_i7x16_*` | with both operands signed, and sums that wrap |
    ///
    /// What NaNs look like is for [`canonicalize_nans`](Self::canonicalize_nans): it takes both for
    /// all results to be the same everywhere.
    pub fn relaxed_simd_deterministic(&mut self, enable: bool) -> &mut Self {
        self.relaxed_simd_deterministic = enable;
        self
    }

    /// Whether the compiler puts code out of the way that is unlikely to be executed, as the custom
    /// section `metadata.code.branch_hint` says. It changes no result. On by default; of no effect
    /// on the interpreter.
    pub fn wasm_branch_hinting(&mut self, enable: bool) -> &mut Self {
        self.branch_hinting = enable;
        self
    }

    /// Which profiler of the system is told of the code that the compiler makes. Of no effect on
    /// the interpreter.
    pub fn profiler(&mut self, kind: ProfilerKind) -> &mut Self {
        self.profiler = kind;
        self
    }

    /// Where the compiler's code is kept, to be found again by this and other processes. None by
    /// default.
    ///
    /// A module that is found there is neither validated nor compiled. One that is not is
    /// compiled as a whole when it is opened, as with [`CompilationMode::Eager`], and put there;
    /// where that is not possible, it is opened as without a cache. Of no effect on the
    /// interpreter, and with [`CompilationMode::FullyLazy`].
    pub fn code_cache(&mut self, cache: Arc<dyn CodeCache>) -> &mut Self {
        self.code_cache = Some(cache);
        self
    }

    /// What is called after each function of a module that the compiler compiles as a whole
    /// ([`CompilationMode::Eager`], or for a [cache](Self::code_cache)), by the threads that
    /// compile: it should be quick, and reports of several threads can come out of order. The last
    /// of a compilation that succeeds has `done` equal to `total`. Of no effect on the interpreter.
    ///
    /// ```
    /// # use diptych_core::Config;
    /// # let mut config = Config::new();
    /// config.compile_progress(|progress| eprintln!("{} of {}", progress.done, progress.total));
    /// ```
    pub fn compile_progress(
        &mut self,
        callback: impl Fn(CompileProgress) + Send + Sync + 'static,
    ) -> &mut Self {
        self.compile_progress = Some(OnProgress(Arc::new(callback)));
        self
    }

    /// Whether a module's functions are validated and compiled by several threads at once. On by
    /// default; without the feature `threads` it takes [`workers`](Self::workers) to give them.
    pub fn parallel_compilation(&mut self, enable: bool) -> &mut Self {
        self.parallel_compilation = enable;
        self
    }

    /// How a thread waits until another wakes it (`memory.atomic.wait32`). With the feature
    /// `threads` that is `platform::ThreadParking` by default; without a
    /// way, a guest that would have to wait ends with
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
    pub fn parking(&mut self, parking: Arc<dyn Parking>) -> &mut Self {
        self.parking = Some(parking);
        self
    }

    /// The threads by which a module's functions are validated and compiled. By default they are
    /// started for each module, if the feature `threads` is on; else there are none.
    pub fn workers(&mut self, workers: Arc<dyn Workers>) -> &mut Self {
        self.workers = Some(workers);
        self
    }

    /// Calls what wants to know how far a compilation is: for backends.
    pub fn report_compile_progress(&self, progress: CompileProgress) {
        if let Some(OnProgress(callback)) = &self.compile_progress {
            callback(progress);
        }
    }

    /// Whether fuel is charged.
    pub const fn fuel_enabled(&self) -> bool {
        self.fuel
    }

    /// Whether guests look for interruption.
    pub const fn interruption_enabled(&self) -> bool {
        self.interruption
    }

    /// Whether errors carry a backtrace.
    pub const fn backtrace_enabled(&self) -> bool {
        self.backtrace
    }

    /// How many bytes the objects of a store may take.
    pub const fn get_max_gc_heap(&self) -> usize {
        self.max_gc_heap
    }

    /// Whether every allocation of an object collects.
    pub const fn gc_stress_enabled(&self) -> bool {
        self.gc_stress
    }

    /// The greatest size of a guest's stack in bytes.
    pub const fn get_max_wasm_stack(&self) -> usize {
        self.max_wasm_stack
    }

    /// How often the host and guests may be inside each other's calls.
    pub const fn get_max_call_depth(&self) -> u32 {
        self.max_call_depth
    }

    /// The greatest size of a module in bytes.
    pub const fn get_max_module_size(&self) -> usize {
        self.max_module_size
    }

    /// When functions are validated and compiled.
    pub const fn compilation_mode(&self) -> CompilationMode {
        self.compilation
    }

    /// How the interpreter gets from one operation to the next.
    pub const fn dispatch(&self) -> Dispatch {
        self.dispatch
    }

    /// Which of the backends executes functions.
    pub const fn backend_kind(&self) -> BackendKind {
        self.backend
    }

    /// The backends that were added.
    pub fn backends(&self) -> &[Arc<dyn Backend>] {
        &self.backends
    }

    /// What makes the bytes of linear memories, when the configuration says so.
    pub fn get_memory_creator(&self) -> Option<&Arc<dyn MemoryCreator>> {
        self.memory_creator.as_ref()
    }

    /// How much the compiler does for the speed of code.
    pub const fn get_opt_level(&self) -> OptLevel {
        self.opt_level
    }

    /// Whether compiled code may trap by signals.
    pub const fn signals_based_traps_enabled(&self) -> bool {
        self.signals_based_traps
    }

    /// Whether memories are followed by address space that no one can access.
    pub const fn memory_guard_enabled(&self) -> bool {
        self.memory_guard
    }

    /// Whether NaNs of arithmetic are canonical.
    pub const fn canonicalize_nans_enabled(&self) -> bool {
        self.canonicalize_nans
    }

    /// Whether relaxed vector operators have deterministic results.
    pub const fn relaxed_simd_deterministic_enabled(&self) -> bool {
        self.relaxed_simd_deterministic
    }

    /// Whether branch hints are read.
    pub const fn branch_hinting_enabled(&self) -> bool {
        self.branch_hinting
    }

    /// Which profiler is told of compiled code.
    pub const fn get_profiler(&self) -> ProfilerKind {
        self.profiler
    }

    /// Where compiled code is kept.
    pub fn get_code_cache(&self) -> Option<&Arc<dyn CodeCache>> {
        self.code_cache.as_ref()
    }

    /// What catches the faults of compiled code, when the configuration says so.
    pub fn get_trap_catcher(&self) -> Option<&Arc<dyn TrapCatcher>> {
        self.trap_catcher.as_ref()
    }

    /// The threads by which modules are validated and compiled; `None` when the calling one does
    /// it alone.
    pub fn get_workers(&self) -> Option<&Arc<dyn Workers>> {
        self.workers.as_ref().filter(|_| self.parallel_compilation)
    }

    /// How threads wait for each other, when they can.
    pub fn get_parking(&self) -> Option<&Arc<dyn Parking>> {
        self.parking.as_ref()
    }

    /// The feature of Cargo's that a proposal takes which is on, and that this build is without.
    pub(crate) fn missing_feature(&self) -> Option<&'static str> {
        let missing =
            |(_, is_in, proposals): &&(_, bool, _)| !is_in && self.features.intersects(*proposals);
        OPTIONAL.iter().find(missing).map(|(feature, ..)| *feature)
    }

    /// The features that modules may use.
    pub const fn features(&self) -> WasmFeatures {
        self.features
    }
}

/// How threads wait without an embedder's way.
fn default_parking() -> Option<Arc<dyn Parking>> {
    #[cfg(feature = "threads")]
    return Some(Arc::new(diptych_platform::ThreadParking::default()));
    #[cfg(not(feature = "threads"))]
    None
}

/// The threads that there are without an embedder's.
fn default_workers() -> Option<Arc<dyn Workers>> {
    #[cfg(feature = "threads")]
    return Some(Arc::new(diptych_platform::ThreadWorkers));
    #[cfg(not(feature = "threads"))]
    None
}

/// What Cargo's features leave out: the feature, whether this build has it, and the proposals that
/// take it.
const OPTIONAL: [(&str, bool, WasmFeatures); 4] = [
    (
        "simd",
        crate::SIMD,
        WasmFeatures::SIMD.union(WasmFeatures::RELAXED_SIMD),
    ),
    ("gc", crate::GC, WasmFeatures::GC),
    (
        "exceptions",
        crate::EXCEPTIONS,
        WasmFeatures::EXCEPTIONS.union(WasmFeatures::LEGACY_EXCEPTIONS),
    ),
    ("atomics", crate::ATOMICS, WasmFeatures::THREADS),
];

/// What modules cannot use in this build.
const LEFT_OUT: WasmFeatures = {
    let mut left_out = WasmFeatures::empty();
    let mut i = 0;
    while i < OPTIONAL.len() {
        let (_, is_in, proposals) = OPTIONAL[i];
        if !is_in {
            left_out = left_out.union(proposals);
        }
        i += 1;
    }
    left_out
};

macro_rules! proposals {
    ($($(#[$doc:meta])* $setter:ident = $($flag:ident)|+;)*) => {
        /// The proposals. All that WebAssembly 3.0 took up are on by default, and threads; the others
        /// are off. What a build leaves out, by the features `simd`, `gc`, `exceptions` and `atomics`, is
        /// off too, and an engine with it cannot be made.
        impl Config {
            $(
                $(#[$doc])*
                pub fn $setter(&mut self, enable: bool) -> &mut Self {
                    self.features.set($(WasmFeatures::$flag)|+, enable);
                    self
                }
            )*
        }
    };
}

proposals! {
    /// `memory.copy`, `memory.fill`, passive segments and their like.
    wasm_bulk_memory = BULK_MEMORY | BULK_MEMORY_OPT;
    /// Memories whose pages are not 64 KiB.
    wasm_custom_page_sizes = CUSTOM_PAGE_SIZES;
    /// Exceptions with `try_table` and `exnref`.
    wasm_exceptions = EXCEPTIONS;
    /// Arithmetic in constant expressions.
    wasm_extended_const = EXTENDED_CONST;
    /// Typed function references.
    wasm_function_references = FUNCTION_REFERENCES;
    /// Structures, arrays and casts.
    wasm_gc = GC;
    /// Exceptions as first proposed, with `try` and `catch`.
    wasm_legacy_exceptions = LEGACY_EXCEPTIONS;
    /// Memories and tables with 64-bit indices.
    wasm_memory64 = MEMORY64;
    /// Several memories in a module.
    wasm_multi_memory = MULTI_MEMORY;
    /// Several results of functions and blocks.
    wasm_multi_value = MULTI_VALUE;
    /// Imports and exports of mutable globals.
    wasm_mutable_global = MUTABLE_GLOBAL;
    /// `externref`, several tables, references as values.
    wasm_reference_types = REFERENCE_TYPES | CALL_INDIRECT_OVERLONG;
    /// Vector instructions whose results depend on the host.
    wasm_relaxed_simd = RELAXED_SIMD;
    /// Conversions from floats to integers that never trap.
    wasm_saturating_float_to_int = SATURATING_FLOAT_TO_INT;
    /// `i32.extend8_s` and its like.
    wasm_sign_extension = SIGN_EXTENSION;
    /// 128-bit vectors.
    wasm_simd = SIMD;
    /// `return_call` and its like.
    wasm_tail_call = TAIL_CALL;
    /// Shared memories and atomic instructions.
    wasm_threads = THREADS;
    /// 128-bit integer arithmetic.
    wasm_wide_arithmetic = WIDE_ARITHMETIC;
}
