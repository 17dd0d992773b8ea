//! The runtime trait: the only seam between `core` and what executes code.
//!
//! A backend turns [`ModuleIr`] into code and hands out entry points; it owns no runtime state.
//! Calls do not go through this trait: they go through [`FuncRef::array_call`] and the code
//! pointers beside it, which a backend fills in once per function reference.

use crate::config::Config;
use crate::error::{Error, ErrorKind, Result};
use crate::module::{CacheKey, ModuleIr};
use crate::store::out_of_memory;
use crate::types::DefinedFuncIdx;
use crate::vm::{FuncRef, Status, VmCtx, VmStore};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::c_void;
use core::fmt;
use core::ops::Range;
use diptych_platform::StoredBytes;

/// A way to execute WebAssembly.
pub trait Backend: Send + Sync + fmt::Debug {
    /// A short name: `interp`, `jit`.
    fn name(&self) -> &'static str;

    /// Changes the configuration that a new engine works with to what this backend and the host
    /// can do, and makes ready what it needs of the host.
    fn prepare(&self, config: &mut Config) {
        let _ = config;
    }

    /// Leaves what the backend's code needs in a new store, which keeps the backend.
    fn init_store(&self, store: &mut VmStore) {
        let _ = store;
    }

    /// Makes the code of a module, or with lazy compilation what is needed to make it later.
    ///
    /// `fallback` is another backend's code of the same module: what runs those functions that
    /// this backend cannot compile.
    ///
    /// # Errors
    /// When a function exceeds an implementation limit and there is no fallback, or memory is
    /// exhausted.
    fn load(
        &self,
        config: &Config,
        module: &Arc<ModuleIr>,
        fallback: Option<Arc<dyn ModuleCode>>,
    ) -> Result<Arc<dyn ModuleCode>>;

    /// Whether this backend's code can be kept and loaded again.
    fn has_artifacts(&self) -> bool {
        false
    }

    /// Makes the code of a module to be kept, for this machine or for another one that is named
    /// by its target triple.
    ///
    /// # Errors
    /// As [`load`](Self::load), when all code is made at once; [`ErrorKind::Unsupported`] when the
    /// target is not known.
    fn precompile(
        &self,
        config: &Config,
        module: &Arc<ModuleIr>,
        target: Option<&str>,
    ) -> Result<Vec<u8>> {
        let _ = (config, module, target);
        Err(no_artifacts())
    }

    /// Checks that an artifact is whole, and that its code is one for this machine and this
    /// configuration. Gives where in it the module's bytes are.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidModule`] when it is not whole, [`ErrorKind::Unsupported`] when it is
    /// for another machine or configuration.
    fn open_artifact(&self, config: &Config, artifact: &[u8]) -> Result<Range<usize>> {
        let _ = (config, artifact);
        Err(no_artifacts())
    }

    /// Loads the code of a module. `stored` is where the artifact is, if its bytes need not be
    /// copied; `fallback` is as for [`load`](Self::load).
    ///
    /// # Errors
    /// As [`open_artifact`](Self::open_artifact), when there is no fallback that the code needs,
    /// or memory is exhausted.
    ///
    /// # Safety
    /// `open_artifact` has accepted this artifact, with this configuration, and `module` is made
    /// of the bytes in it. It was made by [`precompile`](Self::precompile) or
    /// [`ModuleCode::serialize`]; no one else had a hand in it. What is
    /// [said of a file](StoredBytes::open) goes on as long as the code is used.
    unsafe fn deserialize(
        &self,
        config: &Config,
        artifact: &[u8],
        stored: Option<&StoredBytes>,
        module: &Arc<ModuleIr>,
        fallback: Option<Arc<dyn ModuleCode>>,
    ) -> Result<Arc<dyn ModuleCode>> {
        let _ = (config, artifact, stored, module, fallback);
        Err(no_artifacts())
    }

    /// What the code of a module in the binary format is kept under in a cache; `None` when it is
    /// not to be kept.
    fn cache_key(&self, config: &Config, bytes: &[u8]) -> Option<CacheKey> {
        let _ = (config, bytes);
        None
    }

    /// Fills in the code pointers of a function reference that this backend has no code for (a
    /// host function, or one that another backend executes), so that this backend's code can call
    /// it through its `array_call`.
    fn adopt(&self, config: &Config, func_ref: &mut FuncRef);
}

fn no_artifacts() -> Error {
    Error::new(ErrorKind::Unsupported(
        "this backend makes no code that can be kept: only the compiler does".into(),
    ))
}

/// Continues a guest that ended with [`Status::Suspended`].
///
/// The position and the value are what the store's `exit_*` fields were at the suspension. When a
/// host function suspended it, its results are in the exchange slots at the position's `fp`. On
/// [`Status::Done`] the results of the suspended call are at the base of the value stack, where its
/// arguments were.
///
/// # Safety
/// The store's value stack is the one that was in use when this guest was suspended, and has not
/// been touched since but for those results.
pub type Resume = unsafe fn(store: *mut VmStore, suspension: Suspension) -> Status;

/// Frees what a suspended guest has beside its value stack, when it is given up.
///
/// # Safety
/// The guest is suspended, and neither resumed nor given up before.
pub type Discard = unsafe fn(suspension: &Suspension);

/// What is done with a suspended guest: one of the two.
#[derive(Clone, Copy, Debug)]
pub struct GoOn {
    /// It is resumed.
    pub resume: Resume,
    /// It is given up.
    pub discard: Discard,
}

/// Visits the frames of one activation, innermost first.
///
/// # Errors
/// When there is no memory to find or to keep places of references.
///
/// # Safety
/// The position is the one at which the activation left for the host or for the runtime, and the
/// stacks below it are intact.
pub type Walk = unsafe fn(from: Position, visit: Visit<'_>) -> Result<()>;

/// What a [`Walk`] looks for.
pub enum Visit<'a> {
    /// Every frame.
    Frames(&'a mut dyn FnMut(Frame) -> WalkControl),
    /// References which the collector follows.
    References(&'a mut Places),
}

/// Where the frames of guests hold references which the collector follows.
#[derive(Debug)]
pub struct Places {
    /// Every place, once: 64 bits, of which the upper half is 0.
    places: Vec<*mut u64>,
    /// How many frames there are.
    frames: usize,
}

impl Places {
    pub(crate) const fn new() -> Self {
        Self {
            places: Vec::new(),
            frames: 0,
        }
    }

    /// Another frame comes.
    pub const fn frame(&mut self) {
        self.frames += 1;
    }

    /// A place in the frame that came last.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn push(&mut self, place: *mut u64) -> Result<()> {
        self.places.try_reserve(1).map_err(out_of_memory)?;
        self.places.push(place);
        Ok(())
    }

    pub(crate) fn clear(&mut self) {
        self.places.clear();
        self.frames = 0;
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = *mut u64> {
        self.places.iter().copied()
    }

    pub(crate) const fn frames(&self) -> usize {
        self.frames
    }
}

/// The code of one module, made by one backend. Shared by all its instances.
pub trait ModuleCode: Send + Sync + fmt::Debug {
    /// Puts what the backend's code needs of this object into an instance of the module, which
    /// keeps the object.
    fn install(&self, ctx: &mut VmCtx);

    /// The address by which [`FrameOwner::Code`] names this object.
    fn id(&self) -> *const c_void;

    /// Fills in `interp_code` or `native_code` and `array_call` for a defined function.
    fn init_func_ref(&self, func: DefinedFuncIdx, func_ref: &mut FuncRef);

    /// Makes the code of every function that has none yet.
    ///
    /// # Errors
    /// As [`Backend::load`].
    fn complete(&self) -> Result<()>;

    /// Writes the code of a function beside the WebAssembly it came from.
    ///
    /// # Errors
    /// As [`Backend::load`]; [`ErrorKind::Message`] when `out` fails; [`ErrorKind::Unsupported`]
    /// when the backend has no disassembler.
    fn disassemble(&self, func: DefinedFuncIdx, out: &mut dyn fmt::Write) -> Result<()> {
        let _ = (func, out);
        Err(Error::new(ErrorKind::Unsupported(
            "this build has no disassembler for the backend".into(),
        )))
    }

    /// The bytes that the code takes at present.
    fn code_size(&self) -> usize;

    /// The code of every function, to be kept for [`Backend::deserialize`].
    ///
    /// # Errors
    /// As [`complete`](Self::complete); [`ErrorKind::Unsupported`] when the code cannot be kept.
    fn serialize(&self) -> Result<Vec<u8>> {
        Err(no_artifacts())
    }
}

/// A position of guest code, in a backend's own terms.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Position {
    /// The instruction.
    pub pc: *const u8,
    /// The frame.
    pub fp: *mut u64,
    /// The instance.
    pub ctx: *mut VmCtx,
}

impl Position {
    /// The position where no guest is.
    pub const NONE: Self = Self {
        pc: core::ptr::null(),
        fp: core::ptr::null_mut(),
        ctx: core::ptr::null_mut(),
    };
}

/// Where and why a guest was suspended.
#[derive(Clone, Copy, Debug)]
pub struct Suspension {
    /// The position.
    pub at: Position,
    /// The store's `exit_value` at the suspension.
    pub value: u64,
    /// Whether a host function suspended it; else fuel ran out.
    pub by_host: bool,
}

/// A frame that a [`Walk`] visits.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Whose function it is.
    pub owner: FrameOwner,
    /// The function.
    pub func: DefinedFuncIdx,
    /// The instruction, as an offset in the module's bytes.
    pub offset: u32,
}

/// Whose function a frame belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameOwner {
    /// An instance.
    Instance(*mut VmCtx),
    /// Some instance of the module whose code has this [`id`](ModuleCode::id).
    Code(*const c_void),
}

/// Whether a [`Walk`] goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalkControl {
    /// Visit the caller next.
    Continue,
    /// Stop here.
    Stop,
}

/// One entry from the host into guest code, on the native stack; a linked list from the innermost
/// outwards. It keeps the position at which the guest outside it had left for the host.
#[repr(C)]
#[derive(Debug)]
pub struct Activation {
    /// The activation outside this one.
    pub outer: *const Activation,
    /// The store's `exit_*` position when this one was entered: of no meaning when there is none
    /// outside.
    pub outer_exit: Position,
    /// Walks the frames of this activation.
    pub walk: Walk,
}
