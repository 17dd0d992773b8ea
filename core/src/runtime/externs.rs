//! Things that are imported and exported.

use super::{Func, Global, Memory, Table, Tag};
use crate::store::{AsContext, StoreId};
use crate::types::ExternType;

/// Something that can be imported and exported.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Extern {
    /// A function.
    Func(Func),
    /// A table.
    Table(Table),
    /// A memory.
    Memory(Memory),
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
                pub const fn $into(self) -> Option<$kind> {
                    match self {
                        Self::$kind(item) => Some(item),
                        _ => None,
                    }
                }
            )*

            pub(crate) const fn store_id(&self) -> StoreId {
                match self {
                    $(Self::$kind(item) => item.store_id(),)*
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
    /// The memory, when it is one.
    into_memory: Memory;
    /// The global, when it is one.
    into_global: Global;
    /// The tag, when it is one.
    into_tag: Tag;
}

impl Extern {
    /// The type.
    ///
    /// # Panics
    /// When it belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> ExternType {
        match self {
            Self::Func(func) => ExternType::Func(func.ty(store)),
            Self::Table(table) => ExternType::Table(table.ty(store)),
            Self::Memory(memory) => ExternType::Memory(memory.ty(store)),
            Self::Global(global) => ExternType::Global(global.ty(store)),
            Self::Tag(tag) => ExternType::Tag(tag.ty(store)),
        }
    }
}

/// An export of an instance.
#[derive(Clone, Copy, Debug)]
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
    pub const fn into_extern(self) -> Extern {
        self.item
    }
}
