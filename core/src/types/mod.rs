//! WebAssembly types as the embedder and the runtime see them
//! ([spec: types](https://webassembly.github.io/spec/core/syntax/types.html)).

mod index;
mod registry;

pub use index::{
    DataIdx, DefinedFuncIdx, ElemIdx, FuncIdx, GlobalIdx, MemoryIdx, TableIdx, TagIdx, TypeIdx,
};
pub use registry::{CompositeType, FieldType, StorageType, SubType, TypeId, TypeRegistry};

use alloc::boxed::Box;
use core::fmt;

/// The type of a WebAssembly value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValType {
    /// A 32-bit integer.
    I32,
    /// A 64-bit integer.
    I64,
    /// A 32-bit IEEE 754 number.
    F32,
    /// A 64-bit IEEE 754 number.
    F64,
    /// A 128-bit vector.
    V128,
    /// A reference.
    Ref(RefType),
}

impl ValType {
    /// The type `funcref`, `(ref null func)`.
    pub const FUNCREF: Self = Self::Ref(RefType::FUNCREF);
    /// The type `externref`, `(ref null extern)`.
    pub const EXTERNREF: Self = Self::Ref(RefType::EXTERNREF);

    /// How many 64-bit slots a value of this type takes in a frame: two for `v128`, else one.
    pub const fn slots(self) -> usize {
        match self {
            Self::V128 => 2,
            _ => 1,
        }
    }

    /// Whether a value of this type is one of the four numbers.
    pub const fn is_num(self) -> bool {
        matches!(self, Self::I32 | Self::I64 | Self::F32 | Self::F64)
    }

    /// The reference type, when this is one.
    pub const fn as_ref(self) -> Option<RefType> {
        match self {
            Self::Ref(ty) => Some(ty),
            _ => None,
        }
    }
}

/// A reference type: what it refers to, and whether it may be null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RefType {
    /// Whether `null` is a value of the type.
    pub nullable: bool,
    /// What a non-null value refers to.
    pub heap: HeapType,
}

impl RefType {
    /// `(ref null func)`.
    pub const FUNCREF: Self = Self {
        nullable: true,
        heap: HeapType::Func,
    };
    /// `(ref null extern)`.
    pub const EXTERNREF: Self = Self {
        nullable: true,
        heap: HeapType::Extern,
    };
}

/// What a reference refers to.
///
/// A concrete type is an engine-wide canonical [`TypeId`], so two heap types are equal exactly
/// when the specification says that they are equivalent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HeapType {
    /// Any function.
    Func,
    /// Any host reference.
    Extern,
    /// Any internal reference.
    Any,
    /// Whatever `ref.eq` compares.
    Eq,
    /// An unboxed 31-bit integer.
    I31,
    /// Any structure.
    Struct,
    /// Any array.
    Array,
    /// The bottom of the internal hierarchy.
    None,
    /// The bottom of the function hierarchy.
    NoFunc,
    /// The bottom of the host-reference hierarchy.
    NoExtern,
    /// Any exception.
    Exn,
    /// The bottom of the exception hierarchy.
    NoExn,
    /// A type that a module defined.
    Concrete(TypeId),
}

/// The type of a function: its parameters and its results, and which type of these it is.
///
/// Several types can have the same parameters and results. One is plain: final, without a
/// supertype, alone in its recursion group and without references to itself. That is the one that
/// [`new`](Self::new) gives. A module can define others, and a function or a tag of one of these
/// is no import of another. What modules, functions and tags say of their types tells them apart,
/// and [`of`](Self::of) gives any of them by its identity.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FuncType {
    params: Box<[ValType]>,
    results: Box<[ValType]>,
    /// Which type it is, unless it is the plain one: there is one way to say each, so that
    /// comparing and hashing fields is right.
    id: Option<TypeId>,
}

impl FuncType {
    /// The plain function type with these parameters and results.
    pub fn new(
        params: impl IntoIterator<Item = ValType>,
        results: impl IntoIterator<Item = ValType>,
    ) -> Self {
        Self::from_parts(params.into_iter().collect(), results.into_iter().collect())
    }

    /// The plain function type of lists that exist already.
    pub(crate) const fn from_parts(params: Box<[ValType]>, results: Box<[ValType]>) -> Self {
        Self {
            params,
            results,
            id: None,
        }
    }

    /// The function type of this identity among the types of an engine; `None` when the engine
    /// has no such type, or it is none of functions.
    ///
    /// ```
    /// # use diptych_core::types::{CompositeType, SubType};
    /// # use diptych_core::{Engine, Func, FuncType, Result, Store, ValType};
    /// # fn example(engine: &Engine, store: &mut Store<()>) -> Result<()> {
    /// // (type (sub (func (param i32))))
    /// let open = SubType {
    ///     is_final: false,
    ///     supertype: None,
    ///     composite: CompositeType::Func(FuncType::new([ValType::I32], [])),
    /// };
    /// for id in engine.types().rec_group(vec![open])? {
    ///     let ty = FuncType::of(engine.types(), id).expect("it is one of functions");
    ///     let func = Func::new(&mut *store, ty, |_, _, _| Ok(()))?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn of(types: &TypeRegistry, id: TypeId) -> Option<Self> {
        types.func(id)
    }

    /// The identity in its engine; `None` for the plain type of its parameters and results, which
    /// [`TypeRegistry::func_type`] finds.
    pub const fn type_id(&self) -> Option<TypeId> {
        self.id
    }

    /// The types of the parameters.
    pub fn params(&self) -> &[ValType] {
        &self.params
    }

    /// The types of the results.
    pub fn results(&self) -> &[ValType] {
        &self.results
    }

    /// The number of 64-bit slots that the parameters take.
    pub fn param_slots(&self) -> usize {
        self.params.iter().map(|ty| ty.slots()).sum()
    }

    /// The number of 64-bit slots that the results take.
    pub fn result_slots(&self) -> usize {
        self.results.iter().map(|ty| ty.slots()).sum()
    }

    /// The number of slots that a call of this type exchanges in place: the greater of the
    /// parameters' and the results'. In a frame the return record is behind them
    /// (see [`vm::frame`](crate::vm::frame)).
    pub fn exchange_slots(&self) -> usize {
        self.param_slots().max(self.result_slots())
    }
}

/// Whether a global can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mutability {
    /// Never written after initialisation.
    Const,
    /// May be written.
    Var,
}

/// The type of a global.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GlobalType {
    content: ValType,
    mutability: Mutability,
}

impl GlobalType {
    /// The type of a global that holds a `content`.
    pub const fn new(content: ValType, mutability: Mutability) -> Self {
        Self {
            content,
            mutability,
        }
    }

    /// The type of the value it holds.
    pub const fn content(&self) -> ValType {
        self.content
    }

    /// Whether it can be written.
    pub const fn mutability(&self) -> Mutability {
        self.mutability
    }
}

/// The type of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TableType {
    /// The type of an element.
    pub element: RefType,
    /// The least number of elements.
    pub minimum: u64,
    /// The greatest number of elements, when there is one.
    pub maximum: Option<u64>,
    /// Whether indices are `i64`.
    pub table64: bool,
}

impl TableType {
    /// A table type with 32-bit indices.
    pub const fn new(element: RefType, minimum: u32, maximum: Option<u32>) -> Self {
        Self {
            element,
            minimum: minimum as u64,
            maximum: match maximum {
                Some(max) => Some(max as u64),
                None => None,
            },
            table64: false,
        }
    }
}

/// The type of a linear memory. Sizes are in pages of `1 << page_size_log2` bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MemoryType {
    /// The least number of pages.
    pub minimum: u64,
    /// The greatest number of pages, when there is one.
    pub maximum: Option<u64>,
    /// Whether indices are `i64`.
    pub memory64: bool,
    /// Whether threads may share it.
    pub shared: bool,
    /// The binary logarithm of the page size in bytes; 16 unless custom page sizes are used.
    pub page_size_log2: u8,
}

impl MemoryType {
    /// The default page size in bytes, 64 KiB.
    pub const PAGE_SIZE: usize = 1 << 16;

    /// An unshared memory type with 32-bit indices and pages of 64 KiB.
    pub const fn new(minimum: u32, maximum: Option<u32>) -> Self {
        Self {
            minimum: minimum as u64,
            maximum: match maximum {
                Some(max) => Some(max as u64),
                None => None,
            },
            memory64: false,
            shared: false,
            page_size_log2: 16,
        }
    }

    /// The same type, of memories that threads share or of others.
    #[must_use]
    pub const fn shared(mut self, shared: bool) -> Self {
        self.shared = shared;
        self
    }

    /// The size of a page in bytes.
    pub const fn page_size(&self) -> u64 {
        1 << self.page_size_log2
    }

    /// The greatest number of pages that the index type can address, or the declared maximum
    /// when that is less.
    pub const fn maximum_pages(&self) -> u64 {
        let addressable = if self.memory64 {
            // 2^64 bytes; one page less than the count that would not fit at page size 1.
            if self.page_size_log2 == 0 {
                u64::MAX
            } else {
                1 << (64 - self.page_size_log2 as u32)
            }
        } else {
            (1 << 32) >> self.page_size_log2
        };
        match self.maximum {
            Some(max) if max < addressable => max,
            _ => addressable,
        }
    }

    /// The number of bytes of so many pages, when they can be addressed.
    pub(crate) fn byte_len(&self, pages: u64) -> Option<usize> {
        let bytes = pages.checked_mul(self.page_size())?;
        usize::try_from(bytes)
            .ok()
            .filter(|bytes| *bytes <= isize::MAX as usize)
    }
}

/// The type of an exception tag: the values that an exception carries are its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TagType {
    ty: FuncType,
}

impl TagType {
    /// A tag whose exceptions carry the parameters of `ty`.
    pub const fn new(ty: FuncType) -> Self {
        Self { ty }
    }

    /// The function type of the tag.
    pub const fn ty(&self) -> &FuncType {
        &self.ty
    }
}

/// The type of something imported or exported.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ExternType {
    /// A function.
    Func(FuncType),
    /// A table.
    Table(TableType),
    /// A memory.
    Memory(MemoryType),
    /// A global.
    Global(GlobalType),
    /// A tag.
    Tag(TagType),
}

impl fmt::Display for ValType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::I32 => f.write_str("i32"),
            Self::I64 => f.write_str("i64"),
            Self::F32 => f.write_str("f32"),
            Self::F64 => f.write_str("f64"),
            Self::V128 => f.write_str("v128"),
            Self::Ref(ty) => ty.fmt(f),
        }
    }
}

impl fmt::Display for RefType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.nullable, self.heap) {
            (true, HeapType::Func) => f.write_str("funcref"),
            (true, HeapType::Extern) => f.write_str("externref"),
            (true, HeapType::Any) => f.write_str("anyref"),
            (true, HeapType::Exn) => f.write_str("exnref"),
            (true, heap) => write!(f, "(ref null {heap})"),
            (false, heap) => write!(f, "(ref {heap})"),
        }
    }
}

impl fmt::Display for HeapType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Func => "func",
            Self::Extern => "extern",
            Self::Any => "any",
            Self::Eq => "eq",
            Self::I31 => "i31",
            Self::Struct => "struct",
            Self::Array => "array",
            Self::None => "none",
            Self::NoFunc => "nofunc",
            Self::NoExtern => "noextern",
            Self::Exn => "exn",
            Self::NoExn => "noexn",
            Self::Concrete(id) => return write!(f, "{id}"),
        };
        f.write_str(name)
    }
}

impl fmt::Display for FuncType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, types: &[ValType]| {
            for (i, ty) in types.iter().enumerate() {
                if i > 0 {
                    f.write_str(" ")?;
                }
                ty.fmt(f)?;
            }
            Ok(())
        };
        f.write_str("[")?;
        list(f, &self.params)?;
        f.write_str("] -> [")?;
        list(f, &self.results)?;
        f.write_str("]")?;
        match self.id {
            Some(id) => write!(f, " ({id})"),
            None => Ok(()),
        }
    }
}
