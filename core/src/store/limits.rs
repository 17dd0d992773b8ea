//! Limits on what guests can make a store allocate.

use crate::error::{Error, Result};
use crate::trap::Trap;

/// Decides about every growth of a store's memories and tables, and how many things it may hold.
///
/// It is asked before anything is allocated, for the initial size of a memory or table
/// (`current` is 0 then) as for later growth.
pub trait ResourceLimiter {
    /// Whether a memory of `current` bytes may become `desired` bytes long; `maximum` is the
    /// declared one.
    ///
    /// # Errors
    /// An error ends the guest instead of making its `memory.grow` give -1.
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool>;

    /// Told that a growth of a memory failed after it was allowed, or was refused.
    ///
    /// # Errors
    /// An error ends the guest instead of making its `memory.grow` give -1.
    fn memory_grow_failed(&mut self, error: &Error) -> Result<()> {
        let _ = error;
        Ok(())
    }

    /// Whether a table of `current` elements may become `desired` elements long; `maximum` is the
    /// declared one.
    ///
    /// # Errors
    /// An error ends the guest instead of making its `table.grow` give -1.
    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool>;

    /// Told that a growth of a table failed after it was allowed, or was refused.
    ///
    /// # Errors
    /// An error ends the guest instead of making its `table.grow` give -1.
    fn table_grow_failed(&mut self, error: &Error) -> Result<()> {
        let _ = error;
        Ok(())
    }

    /// How many instances the store may hold. Asked once, when the limiter is installed.
    fn instances(&self) -> usize {
        DEFAULT_COUNT
    }

    /// How many tables the store may hold. Asked once, when the limiter is installed.
    fn tables(&self) -> usize {
        DEFAULT_COUNT
    }

    /// How many memories the store may hold. Asked once, when the limiter is installed.
    fn memories(&self) -> usize {
        DEFAULT_COUNT
    }
}

/// How many instances, tables and memories a store may hold unless told otherwise.
pub(crate) const DEFAULT_COUNT: usize = 10_000;

/// A [`ResourceLimiter`] with fixed limits. Make one with [`StoreLimitsBuilder`], keep it in the
/// store's data, and install it with [`Store::limiter`](crate::Store::limiter).
#[derive(Clone, Debug)]
pub struct StoreLimits {
    memory_size: Option<usize>,
    table_elements: Option<usize>,
    instances: usize,
    tables: usize,
    memories: usize,
    trap_on_grow_failure: bool,
}

impl Default for StoreLimits {
    fn default() -> Self {
        Self {
            memory_size: None,
            table_elements: None,
            instances: DEFAULT_COUNT,
            tables: DEFAULT_COUNT,
            memories: DEFAULT_COUNT,
            trap_on_grow_failure: false,
        }
    }
}

impl StoreLimits {
    fn failed(&self) -> Result<()> {
        if self.trap_on_grow_failure {
            Err(Trap::AllocationTooLarge.into())
        } else {
            Ok(())
        }
    }
}

impl ResourceLimiter for StoreLimits {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        Ok(self.memory_size.is_none_or(|limit| desired <= limit))
    }

    fn memory_grow_failed(&mut self, _: &Error) -> Result<()> {
        self.failed()
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        Ok(self.table_elements.is_none_or(|limit| desired <= limit))
    }

    fn table_grow_failed(&mut self, _: &Error) -> Result<()> {
        self.failed()
    }

    fn instances(&self) -> usize {
        self.instances
    }

    fn tables(&self) -> usize {
        self.tables
    }

    fn memories(&self) -> usize {
        self.memories
    }
}

/// Makes [`StoreLimits`].
#[derive(Clone, Debug, Default)]
pub struct StoreLimitsBuilder(StoreLimits);

impl StoreLimitsBuilder {
    /// No limits but the default counts of instances, tables and memories.
    pub fn new() -> Self {
        Self::default()
    }

    /// The greatest size of each memory, in bytes.
    pub fn memory_size(mut self, bytes: usize) -> Self {
        self.0.memory_size = Some(bytes);
        self
    }

    /// The greatest size of each table, in elements.
    pub fn table_elements(mut self, elements: usize) -> Self {
        self.0.table_elements = Some(elements);
        self
    }

    /// How many instances the store may hold.
    pub fn instances(mut self, count: usize) -> Self {
        self.0.instances = count;
        self
    }

    /// How many tables the store may hold.
    pub fn tables(mut self, count: usize) -> Self {
        self.0.tables = count;
        self
    }

    /// How many memories the store may hold.
    pub fn memories(mut self, count: usize) -> Self {
        self.0.memories = count;
        self
    }

    /// Whether growth that fails ends the guest with a trap instead of giving it -1.
    pub fn trap_on_grow_failure(mut self, trap: bool) -> Self {
        self.0.trap_on_grow_failure = trap;
        self
    }

    /// The limits.
    pub fn build(self) -> StoreLimits {
        self.0
    }
}
