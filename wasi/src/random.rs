//! Random bytes.

use crate::WasiCtx;
use crate::errno::Outcome;
use crate::memory::GuestMemory;
use std::io;

/// Where a guest's random bytes come from.
///
/// The host's own source is the default; one with a seed makes a program's run repeatable:
///
/// ```
/// use diptych_wasi::{RandomSource, WasiCtxBuilder};
///
/// /// Not for secrets.
/// struct Counter(u8);
///
/// impl RandomSource for Counter {
///     fn fill(&mut self, bytes: &mut [u8]) -> std::io::Result<()> {
///         bytes.fill_with(|| {
///             self.0 = self.0.wrapping_mul(5).wrapping_add(1);
///             self.0
///         });
///         Ok(())
///     }
/// }
///
/// let wasi = WasiCtxBuilder::new().random(Counter(0)).build();
/// ```
pub trait RandomSource: Send {
    /// Overwrites all of `bytes`.
    ///
    /// # Errors
    /// Whatever the guest is to get as an error code.
    fn fill(&mut self, bytes: &mut [u8]) -> io::Result<()>;
}

/// The operating system's random bytes, fit for secrets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostRandom;

impl RandomSource for HostRandom {
    fn fill(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        getrandom::fill(bytes)?;
        Ok(())
    }
}

pub(crate) fn random_get(
    ctx: &WasiCtx,
    memory: &mut GuestMemory<'_>,
    buffer: u32,
    len: u32,
) -> Outcome {
    memory.check(buffer, len)?;
    let (mut at, mut left) = (buffer, len);
    while left > 0 {
        let len = memory.piece(left);
        memory.fill(at, len, |bytes| {
            ctx.world.random.get().fill(bytes).map(|()| bytes.len())
        })??;
        (at, left) = (at.wrapping_add(len), left - len);
    }
    Ok(())
}
