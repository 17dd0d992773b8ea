//! Calls as an observer sees them.

use crate::errno::{Failure, Outcome};
use crate::memory::GuestMemory;
use crate::stream::lock;
use core::cell::RefCell;
use core::fmt;
use core::ops::Range;
use diptych::Result;
use std::sync::Mutex;

/// A function that is called, and the arguments.
pub(crate) struct Function<'a> {
    pub(crate) module: &'static str,
    pub(crate) name: &'static str,
    pub(crate) args: &'a [u64],
}

/// A call of a guest's that has ended.
///
/// See [`WasiCtxBuilder::observe_calls`](crate::WasiCtxBuilder::observe_calls).
pub struct CallSeen<'a> {
    function: &'a Function<'a>,
    end: CallEnd,
    read: &'a [Range<usize>],
    written: &'a [Range<usize>],
    memory: &'a [u8],
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallEnd {
    /// It returned this error code, 0 for none.
    Returned(u16),
    /// It ended the guest with this exit code.
    Exited(i32),
    /// The embedder ended it.
    Interrupted,
}

impl<'a> CallSeen<'a> {
    /// The name of the module that the function was imported from.
    pub fn module(&self) -> &'static str {
        self.function.module
    }

    /// The function's name.
    pub fn name(&self) -> &'static str {
        self.function.name
    }

    /// Its arguments, those of 32 bits extended by zeros.
    pub fn args(&self) -> &'a [u64] {
        self.function.args
    }

    /// How it ended.
    pub fn end(&self) -> CallEnd {
        self.end
    }

    /// The ranges of the guest's memory that were looked at, in that order.
    pub fn read(&self) -> &'a [Range<usize>] {
        self.read
    }

    /// The ranges of the guest's memory that may have been written, in that order.
    pub fn written(&self) -> &'a [Range<usize>] {
        self.written
    }

    /// The guest's memory, as it is now.
    pub fn memory(&self) -> &'a [u8] {
        self.memory
    }
}

impl fmt::Debug for CallSeen<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallSeen")
            .field("module", &self.module())
            .field("name", &self.name())
            .field("args", &self.args())
            .field("end", &self.end)
            .field("read", &self.read)
            .field("written", &self.written)
            .finish_non_exhaustive()
    }
}

/// What a call does with the guest's memory.
#[derive(Debug, Default)]
pub(crate) struct Accesses {
    read: RefCell<Vec<Range<usize>>>,
    written: RefCell<Vec<Range<usize>>>,
}

impl Accesses {
    pub(crate) fn read(&self, range: Range<usize>) {
        add(&mut self.read.borrow_mut(), range);
    }

    pub(crate) fn write(&self, range: Range<usize>) {
        add(&mut self.written.borrow_mut(), range);
    }
}

/// Adds a range; what is next to the last one, or the same again, makes no further one.
fn add(ranges: &mut Vec<Range<usize>>, range: Range<usize>) {
    match ranges.last_mut() {
        _ if range.is_empty() => {}
        Some(last) if last.end == range.start => last.end = range.end,
        Some(last) if *last == range => {}
        _ => ranges.push(range),
    }
}

/// What is done with each call.
type Told = dyn FnMut(&CallSeen<'_>) -> Result<()> + Send;

/// Who is told of calls.
pub(crate) struct Observer(Mutex<Box<Told>>);

impl Observer {
    pub(crate) fn new(observer: impl FnMut(&CallSeen<'_>) -> Result<()> + Send + 'static) -> Self {
        Self(Mutex::new(Box::new(observer)))
    }

    /// Does what a function does with the guest's memory, and tells of it.
    pub(crate) fn observe(
        &self,
        function: &Function<'_>,
        memory: &mut [u8],
        body: impl FnOnce(&mut GuestMemory<'_>) -> Outcome<(), Failure>,
    ) -> Result<Outcome<(), Failure>> {
        let accesses = Accesses::default();
        let outcome = body(&mut GuestMemory::Observed(memory, &accesses));
        self.tell(function, &outcome, &accesses, memory)?;
        Ok(outcome)
    }

    pub(crate) fn tell(
        &self,
        function: &Function<'_>,
        outcome: &Outcome<(), Failure>,
        accesses: &Accesses,
        memory: &[u8],
    ) -> Result<()> {
        let end = match outcome {
            Ok(()) => CallEnd::Returned(0),
            Err(Failure::Errno(errno)) => CallEnd::Returned(errno.code()),
            Err(Failure::Exit(code)) => CallEnd::Exited(*code),
            Err(Failure::Interrupted) => CallEnd::Interrupted,
        };
        lock(&self.0)(&CallSeen {
            function,
            end,
            read: &accesses.read.borrow(),
            written: &accesses.written.borrow(),
            memory,
        })
    }
}
