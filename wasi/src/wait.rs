//! Waits, and how an embedder ends them.

use crate::errno::{Failure, Outcome};
use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::thread;

/// How long a wait goes on before something is looked at that cannot end it.
pub(crate) const SLICE: Duration = Duration::from_millis(10);

/// What the embedder says of waits.
#[derive(Clone, Default)]
pub(crate) struct Wait {
    cancelled: Option<Arc<dyn Fn() -> bool + Send + Sync>>,
    /// Whether another thread has ended the guest.
    ended: Option<Arc<AtomicBool>>,
}

impl Wait {
    pub(crate) fn new(cancelled: Option<Arc<dyn Fn() -> bool + Send + Sync>>) -> Self {
        Self {
            cancelled,
            ended: None,
        }
    }

    pub(crate) fn cancel_when(&mut self, cancelled: Arc<dyn Fn() -> bool + Send + Sync>) {
        self.cancelled = Some(cancelled);
    }

    pub(crate) fn end_when(&mut self, ended: Arc<AtomicBool>) {
        self.ended = Some(ended);
    }

    pub(crate) const fn can_be_cancelled(&self) -> bool {
        self.cancelled.is_some() || self.ended.is_some()
    }

    /// That the wait may go on.
    pub(crate) fn check(&self) -> Outcome<(), Failure> {
        let ended = self.ended.as_ref();
        if ended.is_some_and(|ended| ended.load(Ordering::SeqCst))
            || self.cancelled.as_ref().is_some_and(|cancelled| cancelled())
        {
            return Err(Failure::Interrupted);
        }
        Ok(())
    }

    /// Calls `attempt` again and again until it does not have to wait for something.
    pub(crate) fn until<R>(
        &self,
        mut attempt: impl FnMut() -> Outcome<Option<R>>,
    ) -> Outcome<R, Failure> {
        loop {
            if let Some(result) = attempt()? {
                return Ok(result);
            }
            self.check()?;
            thread::sleep(SLICE);
        }
    }
}
