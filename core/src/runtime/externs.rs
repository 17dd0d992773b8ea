//! Things that are imported and exported.

use super::{Func, Global, Memory, SharedMemory, Table, Tag};
use crate::error::Result;
use crate::store::{AsContext, StoreOpaque};
use crate::types::ExternType;

/// Something that can be imported and exported.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Extern {
    /// A function.
    Func(Func),
    /// A table.
    Table(Table),
    /// A memory of the store's own.
    Memory(Memory),
    /// A memory that threads share.
    SharedMemory(SharedMemory),
    /// A global.
    Global(Global),
    /// A tag.
    Tag(Tag),
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $into:ident: $kind:ident;)*) => {
        impl Extern {
            $(
                $(#[$doc])*
                pub fn $into(self) -> Option<$kind> {
                    match self {
                        Self::$kind(item) => Some(item),
                        _ => None,
                    }
                }
            )*

            /// Fails when it belongs to another store, or cannot be in the store.
            pub(crate) fn check(&self, store: &StoreOpaque) -> Result<()> {
                match self {
                    Self::SharedMemory(memory) => {
                        store.engine().check(memory.engine(), "shared memory")
                    }
                    $(Self::$kind(item) => store.check(item.store_id()),)*
                }
            }
        }

        $(
            impl From<$kind> for Extern {
                fn from(item: $kind) -> Self {
                    Self::$kind(item)
                }
            }
        )*
    };
}

kinds! {
    /// The function, when it is one.
    into_func: Func;
    /// The table, when it is one.
    into_table: Table;
    /// The memory, when it is one of the store's own.
    into_memory: Memory;
    /// The global, when it is one.
    into_global: Global;
    /// The tag, when it is one.
    into_tag: Tag;
}

impl From<SharedMemory> for Extern {
    fn from(item: SharedMemory) -> Self {
        Self::SharedMemory(item)
    }
}

impl Extern {
    /// The memory that threads share, when it is one.
    pub fn into_shared_memory(self) -> Option<SharedMemory> {
        match self {
            Self::SharedMemory(memory) => Some(memory),
            _ => None,
        }
    }

    /// The type.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> ExternType {
        match self {
            Self::Func(func) => ExternType::Func(func.ty(store)),
            Self::Table(table) => ExternType::Table(table.ty(store)),
            Self::Memory(memory) => ExternType::Memory(memory.ty(store)),
            Self::SharedMemory(memory) => ExternType::Memory(memory.ty()),
            Self::Global(global) => ExternType::Global(global.ty(store)),
            Self::Tag(tag) => ExternType::Tag(tag.ty(store)),
        }
    }
}

/// An export of an instance.
#[derive(Clone, Debug)]
pub struct Export<'a> {
    name: &'a str,
    item: Extern,
}

impl<'a> Export<'a> {
    pub(crate) const fn new(name: &'a str, item: Extern) -> Self {
        Self { name, item }
    }

    /// The name.
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// What is exported.
    pub fn into_extern(self) -> Extern {
        self.item
    }
}
