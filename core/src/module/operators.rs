//! Reading the operators of function bodies.
//!
//! `wasmparser` reads them, and knows everything that can be wrong with them. But most of a body
//! consists of a few operators with short immediates, which cannot be wrong in themselves; what is
//! done for each of these decides how long it takes to open a module. They are read here, for the
//! same visitors, and all others there; without the feature `quick-open`, all are read there.

use wasmparser::{
    BinaryReader, BlockType, FrameStack, MemArg, MemArgTarget, VisitOperator, WasmFeatures,
};

/// How many bytes an operator that is read here can have.
const MOST: usize = 6;

/// The operators of a function's body, one after the other.
#[derive(Clone, Debug)]
pub struct Operators<'a> {
    code: &'a [u8],
    at: usize,
    /// The offset of the code in the module.
    start: u64,
    features: WasmFeatures,
}

impl<'a> Operators<'a> {
    /// Those that `reader` has left.
    ///
    /// # Errors
    /// None, as what is left can be read.
    pub fn new(mut reader: BinaryReader<'a>) -> wasmparser::Result<Self> {
        Ok(Self {
            start: reader.original_position(),
            features: reader.features(),
            code: reader.read_bytes(reader.bytes_remaining())?,
            at: 0,
        })
    }

    /// Whether nothing is left.
    #[inline]
    pub const fn is_at_end(&self) -> bool {
        self.at >= self.code.len()
    }

    /// The offset in the module of the next operator.
    #[inline]
    pub const fn position(&self) -> u64 {
        self.start + self.at as u64
    }

    /// What is left.
    pub fn reader(&self) -> BinaryReader<'a> {
        let left = self.code.get(self.at..).unwrap_or_default();
        BinaryReader::new_features(left, self.position(), self.features)
    }

    /// Reads the next operator, as [`BinaryReader::visit_operator`].
    ///
    /// # Errors
    /// When it is malformed, or none is left.
    #[inline]
    pub fn visit<V>(&mut self, visitor: &mut V) -> wasmparser::Result<V::Output>
    where
        V: VisitOperator<'a> + FrameStack,
    {
        if cfg!(feature = "quick-open")
            && visitor.current_frame().is_some()
            && let Some(rest) = self.code.get(self.at..)
            && let Some(bytes) = rest.first_chunk()
            && let Some((visited, len)) = visit_short(bytes, visitor)
        {
            self.at += len;
            return Ok(visited);
        }
        self.visit_any(visitor)
    }

    #[inline(never)]
    fn visit_any<V>(&mut self, visitor: &mut V) -> wasmparser::Result<V::Output>
    where
        V: VisitOperator<'a> + FrameStack,
    {
        let mut reader = self.reader();
        let visited = reader.visit_operator(visitor);
        self.at += reader.current_position();
        visited
    }
}

/// Visits the operator that `bytes` begin with, and says how long it is; `None` when it is not one
/// of those that are read here.
#[inline(always)]
fn visit_short<'a, V>(bytes: &[u8; MOST], visitor: &mut V) -> Option<(V::Output, usize)>
where
    V: VisitOperator<'a>,
{
    macro_rules! visit {
        (
            numeric { $($numeric:literal $visit_numeric:ident,)* }
            memory { $($memory:literal $visit_memory:ident $align:literal,)* }
            index { $($index:literal $visit_index:ident,)* }
            block { $($block:literal $visit_block:ident,)* }
        ) => {
            match bytes[0] {
                $($numeric => (visitor.$visit_numeric(), 1),)*
                $($memory => {
                    let (arg, end) = memarg(bytes, $align)?;
                    (visitor.$visit_memory(arg), end)
                })*
                $($index => {
                    let (index, end) = unsigned(bytes, 1)?;
                    (visitor.$visit_index(index), end)
                })*
                // The type of blocks without parameters and results.
                $($block if bytes[1] == 0x40 => (visitor.$visit_block(BlockType::Empty), 2),)*
                0x41 => {
                    let (value, end) = signed(bytes)?;
                    (visitor.visit_i32_const(value), end)
                }
                0x42 => {
                    let (value, end) = signed(bytes)?;
                    (visitor.visit_i64_const(value.into()), end)
                }
                _ => return None,
            }
        };
    }
    Some(visit! {
        numeric {
            0x0b visit_end, 0x1a visit_drop, 0x1b visit_select,
            0x45 visit_i32_eqz, 0x46 visit_i32_eq, 0x47 visit_i32_ne, 0x48 visit_i32_lt_s,
            0x49 visit_i32_lt_u, 0x4a visit_i32_gt_s, 0x4b visit_i32_gt_u, 0x4c visit_i32_le_s,
            0x4d visit_i32_le_u, 0x4e visit_i32_ge_s, 0x4f visit_i32_ge_u, 0x50 visit_i64_eqz,
            0x51 visit_i64_eq, 0x52 visit_i64_ne, 0x53 visit_i64_lt_s, 0x54 visit_i64_lt_u,
            0x55 visit_i64_gt_s, 0x56 visit_i64_gt_u, 0x57 visit_i64_le_s, 0x58 visit_i64_le_u,
            0x59 visit_i64_ge_s, 0x5a visit_i64_ge_u, 0x5b visit_f32_eq, 0x5c visit_f32_ne,
            0x5d visit_f32_lt, 0x5e visit_f32_gt, 0x5f visit_f32_le, 0x60 visit_f32_ge,
            0x61 visit_f64_eq, 0x62 visit_f64_ne, 0x63 visit_f64_lt, 0x64 visit_f64_gt,
            0x65 visit_f64_le, 0x66 visit_f64_ge, 0x67 visit_i32_clz, 0x68 visit_i32_ctz,
            0x69 visit_i32_popcnt, 0x6a visit_i32_add, 0x6b visit_i32_sub, 0x6c visit_i32_mul,
            0x6d visit_i32_div_s, 0x6e visit_i32_div_u, 0x6f visit_i32_rem_s,
            0x70 visit_i32_rem_u, 0x71 visit_i32_and, 0x72 visit_i32_or, 0x73 visit_i32_xor,
            0x74 visit_i32_shl, 0x75 visit_i32_shr_s, 0x76 visit_i32_shr_u,
            0x77 visit_i32_rotl, 0x78 visit_i32_rotr, 0x79 visit_i64_clz, 0x7a visit_i64_ctz,
            0x7b visit_i64_popcnt, 0x7c visit_i64_add, 0x7d visit_i64_sub, 0x7e visit_i64_mul,
            0x7f visit_i64_div_s, 0x80 visit_i64_div_u, 0x81 visit_i64_rem_s,
            0x82 visit_i64_rem_u, 0x83 visit_i64_and, 0x84 visit_i64_or, 0x85 visit_i64_xor,
            0x86 visit_i64_shl, 0x87 visit_i64_shr_s, 0x88 visit_i64_shr_u,
            0x89 visit_i64_rotl, 0x8a visit_i64_rotr, 0x8b visit_f32_abs, 0x8c visit_f32_neg,
            0x8d visit_f32_ceil, 0x8e visit_f32_floor, 0x8f visit_f32_trunc,
            0x90 visit_f32_nearest, 0x91 visit_f32_sqrt, 0x92 visit_f32_add,
            0x93 visit_f32_sub, 0x94 visit_f32_mul, 0x95 visit_f32_div, 0x96 visit_f32_min,
            0x97 visit_f32_max, 0x98 visit_f32_copysign, 0x99 visit_f64_abs,
            0x9a visit_f64_neg, 0x9b visit_f64_ceil, 0x9c visit_f64_floor,
            0x9d visit_f64_trunc, 0x9e visit_f64_nearest, 0x9f visit_f64_sqrt,
            0xa0 visit_f64_add, 0xa1 visit_f64_sub, 0xa2 visit_f64_mul, 0xa3 visit_f64_div,
            0xa4 visit_f64_min, 0xa5 visit_f64_max, 0xa6 visit_f64_copysign,
            0xa7 visit_i32_wrap_i64, 0xa8 visit_i32_trunc_f32_s, 0xa9 visit_i32_trunc_f32_u,
            0xaa visit_i32_trunc_f64_s, 0xab visit_i32_trunc_f64_u,
            0xac visit_i64_extend_i32_s, 0xad visit_i64_extend_i32_u,
            0xae visit_i64_trunc_f32_s, 0xaf visit_i64_trunc_f32_u, 0xb0 visit_i64_trunc_f64_s,
            0xb1 visit_i64_trunc_f64_u, 0xb2 visit_f32_convert_i32_s,
            0xb3 visit_f32_convert_i32_u, 0xb4 visit_f32_convert_i64_s,
            0xb5 visit_f32_convert_i64_u, 0xb6 visit_f32_demote_f64,
            0xb7 visit_f64_convert_i32_s, 0xb8 visit_f64_convert_i32_u,
            0xb9 visit_f64_convert_i64_s, 0xba visit_f64_convert_i64_u,
            0xbb visit_f64_promote_f32, 0xbc visit_i32_reinterpret_f32,
            0xbd visit_i64_reinterpret_f64, 0xbe visit_f32_reinterpret_i32,
            0xbf visit_f64_reinterpret_i64, 0xc0 visit_i32_extend8_s,
            0xc1 visit_i32_extend16_s, 0xc2 visit_i64_extend8_s, 0xc3 visit_i64_extend16_s,
            0xc4 visit_i64_extend32_s,
        }
        memory {
            0x28 visit_i32_load 2, 0x29 visit_i64_load 3, 0x2a visit_f32_load 2,
            0x2b visit_f64_load 3, 0x2c visit_i32_load8_s 0, 0x2d visit_i32_load8_u 0,
            0x2e visit_i32_load16_s 1, 0x2f visit_i32_load16_u 1, 0x30 visit_i64_load8_s 0,
            0x31 visit_i64_load8_u 0, 0x32 visit_i64_load16_s 1, 0x33 visit_i64_load16_u 1,
            0x34 visit_i64_load32_s 2, 0x35 visit_i64_load32_u 2, 0x36 visit_i32_store 2,
            0x37 visit_i64_store 3, 0x38 visit_f32_store 2, 0x39 visit_f64_store 3,
            0x3a visit_i32_store8 0, 0x3b visit_i32_store16 1, 0x3c visit_i64_store8 0,
            0x3d visit_i64_store16 1, 0x3e visit_i64_store32 2,
        }
        index {
            0x0c visit_br, 0x0d visit_br_if, 0x10 visit_call,
            0x20 visit_local_get, 0x21 visit_local_set, 0x22 visit_local_tee,
            0x23 visit_global_get, 0x24 visit_global_set,
        }
        block { 0x02 visit_block, 0x03 visit_loop, 0x04 visit_if, }
    })
}

/// The number at `at`, when it has few bytes, and where it ends.
#[inline(always)]
fn unsigned(bytes: &[u8; MOST], at: usize) -> Option<(u32, usize)> {
    let mut value = 0;
    for i in 0..4 {
        let byte = u32::from(bytes[at + i]);
        value |= (byte & 0x7f) << (7 * i);
        if byte < 0x80 {
            return Some((value, at + i + 1));
        }
    }
    None
}

/// The signed number behind the operator's code, when it has few bytes, and where it ends.
#[inline(always)]
fn signed(bytes: &[u8; MOST]) -> Option<(i32, usize)> {
    let (value, end) = unsigned(bytes, 1)?;
    let unused = 32 - 7 * (end as u32 - 1);
    Some(((value << unused) as i32 >> unused, end))
}

/// The immediate of an access to memory 0, when its offset has few bytes, and where it ends.
#[inline(always)]
fn memarg(bytes: &[u8; MOST], max_align: u8) -> Option<(MemArg, usize)> {
    let align = bytes[1];
    // Other bits say that more follows, or are invalid.
    if align > 0xf {
        return None;
    }
    let (offset, end) = unsigned(bytes, 2)?;
    let arg = MemArg {
        align,
        max_align,
        offset: offset.into(),
        target: MemArgTarget::Memory(0),
        ordering: None,
    };
    Some((arg, end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;
    use wasmparser::{FrameKind, Operator, VisitSimdOperator};

    /// What is read, as text.
    struct Text;

    impl FrameStack for Text {
        fn current_frame(&self) -> Option<FrameKind> {
            Some(FrameKind::If)
        }
    }

    macro_rules! visit {
        ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {$(
            fn $visit(&mut self $($(, $arg: $argty)*)?) -> String {
                format!("{:?}", Operator::$op $({ $($arg),* })?)
            }
        )*};
    }

    impl<'a> VisitOperator<'a> for Text {
        type Output = String;

        fn simd_visitor(&mut self) -> Option<&mut dyn VisitSimdOperator<'a, Output = String>> {
            Some(self)
        }

        wasmparser::for_each_visit_operator!(visit);
    }

    impl VisitSimdOperator<'_> for Text {
        wasmparser::for_each_visit_simd_operator!(visit);
    }

    /// Immediates of all lengths, well-formed and not.
    const IMMEDIATES: &[&[u8]] = &[
        &[0],
        &[1],
        &[0x3f],
        &[0x40],
        &[0x7f],
        &[2, 0x7f],
        &[3, 0xff, 0],
        &[0xf, 0xff, 0xff, 0x3f],
        &[0, 0x80, 0x80, 0x80, 0x7f],
        &[0x10, 1],
        &[0x20, 1],
        &[0x40, 1, 2],
        &[0x80, 0],
        &[0x80, 0x40],
        &[0xff, 0x7f],
        &[0x80, 0x80, 1],
        &[0xff, 0xff, 0x7f],
        &[0xff, 0xff, 0xff, 0x3f],
        &[0xff, 0xff, 0xff, 0x7f],
        &[0xff, 0xff, 0xff, 0xff, 0xf],
        &[0xff, 0xff, 0xff, 0xff, 0x7f],
        &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
    ];

    #[test]
    fn operators_are_what_wasmparser_reads() {
        let defaults = WasmFeatures::default();
        for features in [WasmFeatures::all(), defaults, WasmFeatures::MVP] {
            for code in 0..=0xff {
                for immediates in IMMEDIATES {
                    for padding in [0, 1, MOST] {
                        let mut bytes = Vec::from([code]);
                        bytes.extend_from_slice(immediates);
                        bytes.extend(core::iter::repeat_n(1, padding));
                        let mut reader = BinaryReader::new_features(&bytes, 100, features);
                        let mut operators = Operators::new(reader.clone()).unwrap();
                        let expected = reader.visit_operator(&mut Text);
                        let read = operators.visit(&mut Text);
                        let text = |read: wasmparser::Result<String>| {
                            read.map_err(|error| format!("{error}"))
                        };
                        let is_read = expected.is_ok();
                        assert_eq!(text(read), text(expected), "{bytes:x?}");
                        if is_read {
                            assert_eq!(operators.position(), reader.original_position());
                            assert_eq!(operators.is_at_end(), reader.eof());
                        }
                    }
                }
            }
        }
    }
}
