//! The guest as a process: its end, signals, its turn, and the sockets that it has not got.

use crate::WasiCtx;
use crate::errno::{Errno, Failure, Outcome};
use crate::memory::{GuestMemory, Iovecs};
use crate::types::FdFlags;

pub(crate) fn proc_exit(_: &WasiCtx, _: &mut GuestMemory<'_>, code: u32) -> Outcome<(), Failure> {
    Err(Failure::Exit(code.cast_signed()))
}

/// What a signal does that nobody handles, as `signal` in the specification says.
pub(crate) fn proc_raise(
    _: &WasiCtx,
    _: &mut GuestMemory<'_>,
    signal: u32,
) -> Outcome<(), Failure> {
    match signal {
        // None, and PIPE, CHLD, CONT, URG and WINCH, which are ignored.
        0 | 13 | 16 | 17 | 22 | 27 => Ok(()),
        // STOP, TSTP, TTIN and TTOU: nobody could make the program go on.
        18..=21 => Err(Errno::Notsup.into()),
        // The exit code is the one that shells give to a program that a signal has ended.
        1..=30 => Err(Failure::Exit(128 + signal.cast_signed())),
        _ => Err(Errno::Inval.into()),
    }
}

pub(crate) fn sched_yield(_: &WasiCtx, _: &mut GuestMemory<'_>) -> Outcome {
    std::thread::yield_now();
    Ok(())
}

// No socket can be opened in preview 1, and none is given: every descriptor is something else.

pub(crate) fn sock_accept(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    flags: u32,
    result: u32,
) -> Outcome {
    FdFlags::from_guest(flags)?;
    memory.check(result, 4)?;
    no_socket(ctx, fd)
}

#[expect(clippy::too_many_arguments, reason = "they are the specification's")]
pub(crate) fn sock_recv(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    iovecs: u32,
    iovecs_len: u32,
    _flags: u32,
    len_at: u32,
    flags_at: u32,
) -> Outcome {
    Iovecs::new(memory, iovecs, iovecs_len)?;
    memory.check(len_at, 4)?;
    memory.check(flags_at, 2)?;
    no_socket(ctx, fd)
}

pub(crate) fn sock_send(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    fd: u32,
    iovecs: u32,
    iovecs_len: u32,
    _flags: u32,
    len_at: u32,
) -> Outcome {
    Iovecs::new(memory, iovecs, iovecs_len)?;
    memory.check(len_at, 4)?;
    no_socket(ctx, fd)
}

pub(crate) fn sock_shutdown(ctx: &WasiCtx, _: &mut GuestMemory<'_>, fd: u32, _how: u32) -> Outcome {
    no_socket(ctx, fd)
}

fn no_socket(ctx: &WasiCtx, fd: u32) -> Outcome {
    ctx.get(fd)?;
    Err(Errno::Notsock)
}
