//! The types of generated modules.

use crate::generate::Proposals;
use crate::random::Random;

/// A type of values. The defined ones are in the prelude of every module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::generate) enum Ty {
    I32,
    I64,
    F32,
    F64,
    V128,
    Func,
    Extern,
    Any,
    I31,
    Exn,
    /// A structure with a successor.
    Node,
    /// A subtype of it with more fields.
    Leaf,
    /// An array of nodes.
    Nodes,
    /// An array of bytes.
    Bytes,
    /// An array of vectors.
    Vectors,
    /// An array of 64-bit numbers that never change.
    Words,
}

/// Defined types, the same in all modules, so that they are the same types.
pub(in crate::generate) const PRELUDE: &str = "
(rec
  (type $node (sub (struct (field (mut i32)) (field (mut (ref null $node))) (field (mut i64)) (field (mut anyref)) (field (mut i8)) (field (mut i16)))))
  (type $leaf (sub final $node (struct (field (mut i32)) (field (mut (ref null $node))) (field (mut i64)) (field (mut anyref)) (field (mut i8)) (field (mut i16)) (field (mut (ref null $nodes))) (field (mut f64)) (field (mut funcref)))))
  (type $nodes (array (mut (ref null $node)))))
(type $bytes (array (mut i8)))
(type $vectors (array (mut v128)))
(type $words (array i64))
";

impl Ty {
    /// As the text format writes it.
    pub(in crate::generate) const fn text(self) -> &'static str {
        match self {
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::V128 => "v128",
            Self::Func => "funcref",
            Self::Extern => "externref",
            Self::Any => "anyref",
            Self::I31 => "i31ref",
            Self::Exn => "exnref",
            Self::Node => "(ref null $node)",
            Self::Leaf => "(ref null $leaf)",
            Self::Nodes => "(ref null $nodes)",
            Self::Bytes => "(ref null $bytes)",
            Self::Vectors => "(ref null $vectors)",
            Self::Words => "(ref null $words)",
        }
    }

    /// The number type of this name.
    pub(in crate::generate) fn named(name: &str) -> Self {
        match name {
            "i32" => Self::I32,
            "i64" => Self::I64,
            "f32" => Self::F32,
            "f64" => Self::F64,
            "v128" => Self::V128,
            other => unreachable!("operators have no operand of type {other}"),
        }
    }

    /// As the binary format knows it, but for references.
    pub(in crate::generate) const fn val_type(self) -> Option<wasmparser::ValType> {
        use wasmparser::ValType;
        Some(match self {
            Self::I32 => ValType::I32,
            Self::I64 => ValType::I64,
            Self::F32 => ValType::F32,
            Self::F64 => ValType::F64,
            Self::V128 => ValType::V128,
            _ => return None,
        })
    }

    /// What `ref.null` takes.
    pub(in crate::generate) const fn heap(self) -> &'static str {
        match self {
            Self::Func => "func",
            Self::Extern => "extern",
            Self::Any => "any",
            Self::I31 => "i31",
            Self::Exn => "exn",
            Self::Node => "$node",
            Self::Leaf => "$leaf",
            Self::Nodes => "$nodes",
            Self::Bytes => "$bytes",
            Self::Vectors => "$vectors",
            _ => "$words",
        }
    }

    /// Whether it is a reference.
    pub(in crate::generate) const fn is_ref(self) -> bool {
        !matches!(
            self,
            Self::I32 | Self::I64 | Self::F32 | Self::F64 | Self::V128
        )
    }
}

/// The types as the text format lists them.
pub(in crate::generate) fn list(types: &[Ty]) -> String {
    let names: Vec<_> = types.iter().map(|ty| ty.text()).collect();
    names.join(" ")
}

/// The type of a function or of a block.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::generate) struct Signature {
    pub(in crate::generate) params: Vec<Ty>,
    pub(in crate::generate) results: Vec<Ty>,
}

impl Signature {
    /// As a use of a type.
    pub(in crate::generate) fn text(&self) -> String {
        let mut text = String::new();
        if !self.params.is_empty() {
            text += &format!(" (param {})", list(&self.params));
        }
        if !self.results.is_empty() {
            text += &format!(" (result {})", list(&self.results));
        }
        text
    }
}

/// What a module may use.
#[derive(Clone, Copy, Debug)]
pub(in crate::generate) struct Features {
    pub(in crate::generate) floats: bool,
    pub(in crate::generate) vectors: bool,
    pub(in crate::generate) objects: bool,
    /// References to functions of known type.
    pub(in crate::generate) typed_funcs: bool,
    pub(in crate::generate) exceptions: bool,
    pub(in crate::generate) relaxed_vectors: bool,
    pub(in crate::generate) tail_calls: bool,
    /// A second memory, with 64-bit indices.
    pub(in crate::generate) second_memory: bool,
    /// 128-bit integer arithmetic.
    pub(in crate::generate) wide: bool,
    /// Pages of one byte.
    pub(in crate::generate) small_pages: bool,
    /// Atomic instructions.
    pub(in crate::generate) atomics: bool,
    /// Memories that threads can share.
    pub(in crate::generate) shared: bool,
    /// Exceptions as first proposed.
    pub(in crate::generate) legacy_exceptions: bool,
}

impl Features {
    /// Any of them; floats only where NaNs are canonical.
    pub(in crate::generate) const fn any(random: &mut Random, floats: bool) -> Self {
        let atomics = random.once_in(4);
        let shared = atomics && random.once_in(2);
        Self {
            atomics,
            shared,
            legacy_exceptions: random.once_in(4),
            floats: floats && !random.once_in(4),
            vectors: random.once_in(2),
            objects: random.once_in(2),
            typed_funcs: true,
            relaxed_vectors: true,
            exceptions: random.once_in(2),
            tail_calls: random.once_in(2),
            second_memory: random.once_in(3),
            wide: random.once_in(4),
            // Shared memories have none.
            small_pages: !shared && random.once_in(8),
        }
    }

    /// Those that need no other proposals.
    pub(in crate::generate) const fn within(self, proposals: &Proposals) -> Self {
        Self {
            objects: self.objects && proposals.objects,
            typed_funcs: self.typed_funcs && proposals.objects,
            exceptions: self.exceptions && proposals.exceptions,
            relaxed_vectors: self.relaxed_vectors && proposals.relaxed_simd,
            second_memory: self.second_memory && proposals.memory64 && proposals.multi_memory,
            wide: self.wide && proposals.wide_arithmetic,
            small_pages: self.small_pages && proposals.custom_page_sizes,
            atomics: self.atomics && proposals.threads,
            shared: self.shared && proposals.threads,
            legacy_exceptions: self.legacy_exceptions && proposals.legacy_exceptions,
            ..self
        }
    }

    /// A type that may be used.
    pub(in crate::generate) fn ty(&self, random: &mut Random) -> Ty {
        loop {
            let ty = *random.pick(&[
                Ty::I32,
                Ty::I32,
                Ty::I32,
                Ty::I64,
                Ty::I64,
                Ty::F32,
                Ty::F64,
                Ty::V128,
                Ty::Func,
                Ty::Extern,
                Ty::Any,
                Ty::I31,
                Ty::Exn,
                Ty::Node,
                Ty::Node,
                Ty::Leaf,
                Ty::Nodes,
                Ty::Bytes,
                Ty::Vectors,
                Ty::Words,
            ]);
            if self.has(ty) {
                return ty;
            }
        }
    }

    /// Whether a type may be used.
    pub(in crate::generate) const fn has(&self, ty: Ty) -> bool {
        match ty {
            Ty::I32 | Ty::I64 | Ty::Func | Ty::Extern => true,
            Ty::F32 | Ty::F64 => self.floats,
            Ty::V128 => self.vectors,
            Ty::Exn => self.exceptions,
            _ => self.objects,
        }
    }

    /// A few types.
    pub(in crate::generate) fn types(&self, random: &mut Random, most: usize) -> Vec<Ty> {
        let count = random.below(most + 1);
        (0..count).map(|_| self.ty(random)).collect()
    }
}
