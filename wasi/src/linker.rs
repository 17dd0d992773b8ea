//! The functions of the table as imports of a guest.

use crate::WasiCtx;
use crate::errno::{Errno, Failure, Outcome};
use crate::functions::{Fd, Ptr, functions};
use crate::memory::GuestMemory;
use crate::observe::{Accesses, Function};
use crate::{clock, fd, io, open, path, poll, process, random, readdir, strings};
use diptych::{Caller, Error, ErrorKind, Extern, Linker, Result, Trap};

const PREVIEW1: &str = "wasi_snapshot_preview1";
const UNSTABLE: &str = "wasi_unstable";

macro_rules! define {
    ($linker:ident, $get:ident, $module:ident, $result:ident,
        $($name:ident($($arg:ident: $type:ty),*) => $body:path;)*) => {$(
        $linker.func_wrap(
            $module,
            stringify!($name),
            move |mut caller: Caller<'_, T>, $($arg: $type),*| {
                let function = Function {
                    module: $module,
                    name: stringify!($name),
                    args: &[$($arg as u64),*],
                };
                $result(call(&mut caller, $get, &function, |ctx, memory| {
                    $body(ctx, memory, $($arg),*).map_err(Failure::from)
                }))
            },
        )?;
    )*};
}

macro_rules! add_to_linker {
    (both { $($both:tt)* }
        preview1 { $($preview1:tt)* }
        unstable { $($unstable:tt)* }
        noreturn { $($noreturn:tt)* }) => {
        /// Defines all functions of WASI preview 1, under its name `wasi_snapshot_preview1` and
        /// with the layouts of its predecessor under `wasi_unstable`.
        ///
        /// `get` finds the guest's context in the state of its store. A guest must export its
        /// memory as `memory`, its own or one that threads share; one that does not ends with an
        /// error when it passes a pointer.
        ///
        /// A guest that ends by `proc_exit` returns from its call with an error whose
        /// [`exit_code`](Error::exit_code) there is.
        ///
        /// # Errors
        /// If one of the functions is defined already.
        pub fn add_to_linker<T: 'static>(
            linker: &mut Linker<T>,
            get: impl Fn(&mut T) -> &mut WasiCtx + Copy + Send + Sync + 'static,
        ) -> Result<()> {
            for module in [PREVIEW1, UNSTABLE] {
                define! { linker, get, module, code, $($both)* }
                define! { linker, get, module, nothing, $($noreturn)* }
            }
            define! { linker, get, PREVIEW1, code, $($preview1)* }
            define! { linker, get, UNSTABLE, code, $($unstable)* }
            Ok(())
        }
    };
}

functions!(add_to_linker);

/// Calls a function with the guest's context and memory.
fn call<T: 'static>(
    caller: &mut Caller<'_, T>,
    get: impl Fn(&mut T) -> &mut WasiCtx,
    function: &Function<'_>,
    body: impl FnOnce(&mut WasiCtx, &mut GuestMemory<'_>) -> Outcome<(), Failure>,
) -> Result<Outcome> {
    let outcome = match caller.get_export("memory") {
        Some(Extern::Memory(memory)) => {
            let (bytes, data) = memory.data_and_store_mut(caller);
            let ctx = get(data);
            match ctx.observer.clone() {
                None => body(ctx, &mut GuestMemory::Own(bytes)),
                Some(observer) => observer.observe(function, bytes, |memory| body(ctx, memory))?,
            }
        }
        Some(Extern::SharedMemory(memory)) => {
            let ctx = get(caller.data_mut());
            let observer = ctx.observer.clone();
            let outcome = body(ctx, &mut GuestMemory::Shared(&memory));
            if let Some(observer) = observer {
                observer.tell(function, &outcome, &Accesses::default(), &[])?;
            }
            outcome
        }
        _ => {
            let ctx = get(caller.data_mut());
            let outcome = match ctx.observer.clone() {
                None => body(ctx, &mut GuestMemory::Own(&mut [])),
                Some(observer) => {
                    observer.observe(function, &mut [], |memory| body(ctx, memory))?
                }
            };
            match outcome {
                Err(Failure::Errno(Errno::Fault)) => return Err(no_memory()),
                outcome => outcome,
            }
        }
    };
    match outcome {
        Ok(()) => Ok(Ok(())),
        Err(Failure::Errno(errno)) => Ok(Err(errno)),
        Err(Failure::Exit(code)) => Err(Error::exit(code)),
        Err(Failure::Interrupted) => Err(Trap::Interrupted.into()),
    }
}

#[cold]
fn no_memory() -> Error {
    Error::new(ErrorKind::Link(
        "the module does not export its memory as `memory`, which WASI's functions need".into(),
    ))
}

/// The result of most functions: an error code.
fn code(outcome: Result<Outcome>) -> Result<i32> {
    Ok(outcome?.map_or_else(|errno| i32::from(errno.code()), |()| 0))
}

/// The result of a function that has none.
fn nothing(outcome: Result<Outcome>) -> Result<()> {
    outcome.map(drop)
}
