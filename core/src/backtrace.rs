//! Where a guest was: the frames of its functions, innermost first.

use crate::backend::{Activation, Frame, FrameOwner, Position, Visit, WalkControl};
use crate::error::Error;
use crate::module::{Module, ModuleIr};
use crate::runtime::InstanceObject;
use crate::store::StoreOpaque;
use crate::types::{DefinedFuncIdx, FuncIdx};
use crate::vm::VmStore;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::c_void;
use core::fmt;

/// The greatest number of frames that a backtrace keeps.
const MAX_FRAMES: usize = 64;

/// The frames of a guest's functions, innermost first.
///
/// At most 64 are kept; [`is_truncated`](Self::is_truncated) says whether there were more.
#[derive(Clone, Default)]
pub struct Backtrace {
    frames: Vec<BacktraceFrame>,
    truncated: bool,
}

/// A function in a [`Backtrace`].
#[derive(Clone)]
pub struct BacktraceFrame {
    module: Module,
    func: DefinedFuncIdx,
    offset: u32,
}

impl Backtrace {
    /// The frames, innermost first.
    pub fn frames(&self) -> &[BacktraceFrame] {
        &self.frames
    }

    /// Whether there were further frames, which were not kept.
    pub const fn is_truncated(&self) -> bool {
        self.truncated
    }
}

impl BacktraceFrame {
    /// The module whose function it is.
    pub const fn module(&self) -> &Module {
        &self.module
    }

    /// The function.
    pub fn func_index(&self) -> FuncIdx {
        self.ir().func_idx(self.func)
    }

    /// The function's name, when the module has a name section that knows it.
    pub fn func_name(&self) -> Option<String> {
        self.module.func_name(self.func_index()).map(Into::into)
    }

    /// The offset of the instruction in the module's bytes.
    pub const fn module_offset(&self) -> usize {
        self.offset as usize
    }

    /// The offset of the instruction in the function's body.
    pub fn func_offset(&self) -> usize {
        let start = self.ir().bodies[self.func.index()].start;
        self.offset.saturating_sub(start) as usize
    }

    fn ir(&self) -> &ModuleIr {
        self.module.ir()
    }
}

impl fmt::Display for Backtrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("wasm backtrace:")?;
        for (i, frame) in self.frames.iter().enumerate() {
            write!(f, "\n  {i:>3}: {frame}")?;
        }
        if self.truncated {
            f.write_str("\n  … and more")?;
        }
        Ok(())
    }
}

/// `0x1a3 - module!function`, with indices where there are no names.
impl fmt::Display for BacktraceFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#6x} - ", self.offset)?;
        match self.module.name() {
            Some(name) => write!(f, "{name}!")?,
            None => f.write_str("<unknown>!")?,
        }
        match self.func_name() {
            Some(name) => f.write_str(&name),
            None => write!(f, "<wasm function {}>", self.func_index()),
        }
    }
}

impl fmt::Debug for Backtrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.frames).finish()
    }
}

impl fmt::Debug for BacktraceFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Attaches the guest's frames to an error on its way out, unless it has them already or the
/// configuration does not want any.
///
/// # Safety
/// The store is live, its `exit_*` fields are where the guest left, and the value stack below is
/// intact. The error may be the store's own pending one.
pub unsafe fn attach(store: *mut VmStore, error: &mut Error) {
    // SAFETY: by contract.
    unsafe { attach_at(store, error, None, VmStore::exit(store)) };
}

/// As [`attach`], for a guest that did not leave but failed: in the frame `innermost`, if any,
/// which was called at `at`.
///
/// # Safety
/// As [`attach`], but for the `exit_*` fields.
pub unsafe fn attach_at(
    store: *mut VmStore,
    error: &mut Error,
    innermost: Option<Frame>,
    at: Position,
) {
    // SAFETY: by contract.
    unsafe {
        if wants(store, error) {
            error.set_backtrace(capture(store, innermost, at));
        }
    }
}

/// What becomes of a guest that was interrupted: in the frame `innermost`, if any, which was called
/// at `at`. It goes on, or ends with the error.
///
/// # Errors
/// [`Trap::Interrupted`](crate::Trap::Interrupted), or what the host's callback says.
///
/// # Safety
/// As [`attach`], but for the `exit_*` fields.
pub unsafe fn interrupted(
    store: *mut VmStore,
    innermost: Option<Frame>,
    at: Position,
) -> Result<(), Error> {
    // SAFETY: by contract.
    unsafe {
        StoreOpaque::interrupted((*store).opaque, || capture(store, innermost, at)).map_err(
            |mut error| {
                attach_at(store, &mut error, innermost, at);
                error
            },
        )
    }
}

/// Whether an error is to have a backtrace and has none.
///
/// # Safety
/// The store is live.
unsafe fn wants(store: *mut VmStore, error: &Error) -> bool {
    error.backtrace().is_none()
        && error.exit_code().is_none()
        // SAFETY: by contract.
        && unsafe { StoreOpaque::engine_of((*store).opaque) }
            .config()
            .backtrace_enabled()
}

/// # Safety
/// As [`attach_at`].
unsafe fn capture(store: *mut VmStore, innermost: Option<Frame>, mut at: Position) -> Backtrace {
    let mut backtrace = Backtrace::default();
    let mut owner = Owner { store, last: None };
    let mut visit = |frame| owner.push(&mut backtrace, frame);
    // SAFETY: by contract; activations are on the native stack below this function.
    unsafe {
        let mut control = innermost.map_or(WalkControl::Continue, &mut visit);
        let mut activation: *const Activation = (*store).activation;
        while !activation.is_null() && control == WalkControl::Continue {
            let mut frame = |frame| {
                control = visit(frame);
                control
            };
            // Only a search for references can fail.
            let _ = ((*activation).walk)(at, Visit::Frames(&mut frame));
            at = (*activation).outer_exit;
            activation = (*activation).outer;
        }
    }
    backtrace
}

/// Finds the modules of frames.
struct Owner {
    store: *mut VmStore,
    /// The code of the last frame that was named by its code, and its module.
    last: Option<(*const c_void, Module)>,
}

impl Owner {
    fn push(&mut self, backtrace: &mut Backtrace, frame: Frame) -> WalkControl {
        // A backtrace is a help: without memory for it the error goes on without.
        if backtrace.frames.len() == MAX_FRAMES || backtrace.frames.try_reserve(1).is_err() {
            backtrace.truncated = true;
            return WalkControl::Stop;
        }
        if let Some(module) = self.module(frame.owner) {
            backtrace.frames.push(BacktraceFrame {
                module,
                func: frame.func,
                offset: frame.offset,
            });
        }
        WalkControl::Continue
    }

    fn module(&mut self, owner: FrameOwner) -> Option<Module> {
        match owner {
            // SAFETY: the context is the first field of a live instance.
            FrameOwner::Instance(ctx) => unsafe {
                Some((*ctx.cast::<InstanceObject>()).module().clone())
            },
            FrameOwner::Code(code) => {
                if let Some((last, module)) = &self.last
                    && *last == code
                {
                    return Some(module.clone());
                }
                // SAFETY: the store is live, and its instances are.
                let module = unsafe { StoreOpaque::module_of_code((*self.store).opaque, code)? };
                self.last = Some((code, module.clone()));
                Some(module)
            }
        }
    }
}
