//! Waits, and how an embedder ends them.

use crate::errno::{Errno, Failure, Outcome};
use crate::stream::Readiness;
use core::time::Duration;
use std::thread;

/// How long a wait goes on before something is looked at that cannot end it.
pub(crate) const SLICE: Duration = Duration::from_millis(10);

/// What the embedder says of waits.
#[derive(Default)]
pub(crate) struct Wait {
    cancelled: Option<Box<dyn Fn() -> bool + Send + Sync>>,
}

impl Wait {
    pub(crate) fn new(cancelled: Option<Box<dyn Fn() -> bool + Send + Sync>>) -> Self {
        Self { cancelled }
    }

    pub(crate) fn cancel_when(&mut self, cancelled: Box<dyn Fn() -> bool + Send + Sync>) {
        self.cancelled = Some(cancelled);
    }

    pub(crate) const fn can_be_cancelled(&self) -> bool {
        self.cancelled.is_some()
    }

    /// That the wait may go on.
    pub(crate) fn check(&self) -> Outcome<(), Failure> {
        match &self.cancelled {
            Some(cancelled) if cancelled() => Err(Failure::Interrupted),
            _ => Ok(()),
        }
    }

    /// Waits for a stream as far as the stream itself does not: when the guest does not want to
    /// wait, or the embedder wants to be able to end the wait.
    pub(crate) fn until_ready(
        &self,
        nonblock: bool,
        mut readiness: impl FnMut() -> Outcome<Readiness>,
    ) -> Outcome<(), Failure> {
        if !nonblock && !self.can_be_cancelled() {
            return Ok(());
        }
        while readiness()? == Readiness::Pending {
            if nonblock {
                return Err(Errno::Again.into());
            }
            self.check()?;
            thread::sleep(SLICE);
        }
        Ok(())
    }
}
