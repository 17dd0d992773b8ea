//! From each SIMD operator of WebAssembly to what translates it.

use super::{Result, Translator};
use crate::ops::vector::{Extract, Shift, VectorLoad, VectorTest, Width};
use crate::ops::{Op, Slow};
use diptych_core::fuel::{WORK, fuel_cost_of};
use wasmparser::VisitSimdOperator;

/// Translates an operator that is reached.
macro_rules! reached {
    ($this:ident, $translation:expr) => {{
        if !$this.begins(WORK)? {
            return Ok(());
        }
        $translation
    }};
}

/// Defines `translate!`, which translates one operator: those of one shape by name, the others as
/// arms.
macro_rules! define_translate {
    ($d:tt
        un { $($un:ident)* }
        bin { $($bin:ident)* }
        swapped { $($swapped:ident: $bin_of_swapped:ident,)* }
        relaxed_un { $($relaxed_un:ident: $strict_un:ident,)* }
        relaxed_bin { $($relaxed_bin:ident: $strict_bin:ident,)* }
        tern { $($tern:ident: $tern_op:ident,)* }
        shift { $($shift:ident)* }
        test { $($test:ident)* }
        extract { $($extract:ident)* }
        splat { $($splat:ident: $splat_width:ident,)* }
        replace { $($replace:ident: $replace_width:ident,)* }
        load { $($load:ident)* }
        load_lane { $($load_lane:ident: $load_width:ident,)* }
        store_lane { $($store_lane:ident: $store_width:ident,)* }
        $(|$this:ident| $op:ident $($arg:ident)* => $translation:expr;)*
    ) => {
        macro_rules! translate {
            $(($d this:ident, $un) => { $d this.visit_as(Self::vector_un, Op::$un) };)*
            $(($d this:ident, $bin) => { $d this.visit_as(Self::vector_bin, Op::$bin) };)*
            $(($d this:ident, $swapped) => {
                $d this.visit_as(Self::vector_bin_swapped, Op::$bin_of_swapped)
            };)*
            $(($d this:ident, $relaxed_un) => {
                $d this.visit_as(Self::vector_un, Op::$strict_un)
            };)*
            $(($d this:ident, $relaxed_bin) => {
                $d this.visit_as(Self::vector_bin, Op::$strict_bin)
            };)*
            $(($d this:ident, $tern) => { $d this.visit_as(Self::vector_tern, Op::$tern_op) };)*
            $(($d this:ident, $shift) => { $d this.visit_as(Self::shift, Shift::$shift) };)*
            $(($d this:ident, $test) => {
                $d this.visit_as(Self::vector_test, VectorTest::$test)
            };)*
            $(($d this:ident, $extract $d lane:ident) => {
                reached!($d this, $d this.extract_lane(Extract::$extract, $d lane))
            };)*
            $(($d this:ident, $splat) => { $d this.visit_as(Self::splat, Width::$splat_width) };)*
            $(($d this:ident, $replace $d lane:ident) => {
                reached!($d this, $d this.replace_lane(Width::$replace_width, $d lane))
            };)*
            $(($d this:ident, $load $d arg:ident) => {
                reached!($d this, $d this.vector_load(VectorLoad::$load, &$d arg))
            };)*
            $(($d this:ident, $load_lane $d arg:ident $d lane:ident) => {
                reached!($d this, $d this.load_lane(Width::$load_width, &$d arg, $d lane))
            };)*
            $(($d this:ident, $store_lane $d arg:ident $d lane:ident) => {
                reached!($d this, $d this.store_lane(Width::$store_width, &$d arg, $d lane))
            };)*
            $(($d this:ident, $op $($d $arg:ident)*) => {
                reached!($d this, {
                    $(let $arg = $d $arg;)*
                    let $this = $d this;
                    $translation
                })
            };)*
        }
    };
}

define_translate! { $
    un {
        V128Not
        I8x16Abs I8x16Neg I8x16Popcnt
        I16x8Abs I16x8Neg I16x8ExtAddPairwiseI8x16S I16x8ExtAddPairwiseI8x16U
        I16x8ExtendLowI8x16S I16x8ExtendHighI8x16S I16x8ExtendLowI8x16U I16x8ExtendHighI8x16U
        I32x4Abs I32x4Neg I32x4ExtAddPairwiseI16x8S I32x4ExtAddPairwiseI16x8U
        I32x4ExtendLowI16x8S I32x4ExtendHighI16x8S I32x4ExtendLowI16x8U I32x4ExtendHighI16x8U
        I32x4TruncSatF32x4S I32x4TruncSatF32x4U I32x4TruncSatF64x2SZero I32x4TruncSatF64x2UZero
        I64x2Abs I64x2Neg
        I64x2ExtendLowI32x4S I64x2ExtendHighI32x4S I64x2ExtendLowI32x4U I64x2ExtendHighI32x4U
        F32x4Ceil F32x4Floor F32x4Trunc F32x4Nearest F32x4Abs F32x4Neg F32x4Sqrt
        F32x4ConvertI32x4S F32x4ConvertI32x4U F32x4DemoteF64x2Zero
        F64x2Ceil F64x2Floor F64x2Trunc F64x2Nearest F64x2Abs F64x2Neg F64x2Sqrt
        F64x2ConvertLowI32x4S F64x2ConvertLowI32x4U F64x2PromoteLowF32x4
    }
    bin {
        V128And V128AndNot V128Or V128Xor
        I8x16Swizzle I8x16Eq I8x16Ne I8x16LtS I8x16LtU I8x16LeS I8x16LeU
        I8x16NarrowI16x8S I8x16NarrowI16x8U I8x16Add I8x16AddSatS I8x16AddSatU
        I8x16Sub I8x16SubSatS I8x16SubSatU I8x16MinS I8x16MinU I8x16MaxS I8x16MaxU I8x16AvgrU
        I16x8Eq I16x8Ne I16x8LtS I16x8LtU I16x8LeS I16x8LeU
        I16x8NarrowI32x4S I16x8NarrowI32x4U I16x8Add I16x8AddSatS I16x8AddSatU
        I16x8Sub I16x8SubSatS I16x8SubSatU I16x8Mul I16x8MinS I16x8MinU I16x8MaxS I16x8MaxU
        I16x8AvgrU I16x8Q15MulrSatS I16x8ExtMulLowI8x16S I16x8ExtMulHighI8x16S
        I16x8ExtMulLowI8x16U I16x8ExtMulHighI8x16U
        I32x4Eq I32x4Ne I32x4LtS I32x4LtU I32x4LeS I32x4LeU
        I32x4Add I32x4Sub I32x4Mul I32x4MinS I32x4MinU I32x4MaxS I32x4MaxU I32x4DotI16x8S
        I32x4ExtMulLowI16x8S I32x4ExtMulHighI16x8S I32x4ExtMulLowI16x8U I32x4ExtMulHighI16x8U
        I64x2Eq I64x2Ne I64x2LtS I64x2LeS I64x2Add I64x2Sub I64x2Mul
        I64x2ExtMulLowI32x4S I64x2ExtMulHighI32x4S I64x2ExtMulLowI32x4U I64x2ExtMulHighI32x4U
        F32x4Eq F32x4Ne F32x4Lt F32x4Le
        F32x4Add F32x4Sub F32x4Mul F32x4Div F32x4Min F32x4Max F32x4PMin F32x4PMax
        F64x2Eq F64x2Ne F64x2Lt F64x2Le
        F64x2Add F64x2Sub F64x2Mul F64x2Div F64x2Min F64x2Max F64x2PMin F64x2PMax
        I16x8RelaxedDotI8x16I7x16S
    }
    swapped {
        I8x16GtS: I8x16LtS, I8x16GtU: I8x16LtU, I8x16GeS: I8x16LeS, I8x16GeU: I8x16LeU,
        I16x8GtS: I16x8LtS, I16x8GtU: I16x8LtU, I16x8GeS: I16x8LeS, I16x8GeU: I16x8LeU,
        I32x4GtS: I32x4LtS, I32x4GtU: I32x4LtU, I32x4GeS: I32x4LeS, I32x4GeU: I32x4LeU,
        I64x2GtS: I64x2LtS, I64x2GeS: I64x2LeS,
        F32x4Gt: F32x4Lt, F32x4Ge: F32x4Le, F64x2Gt: F64x2Lt, F64x2Ge: F64x2Le,
    }
    relaxed_un {
        I32x4RelaxedTruncF32x4S: I32x4TruncSatF32x4S,
        I32x4RelaxedTruncF32x4U: I32x4TruncSatF32x4U,
        I32x4RelaxedTruncF64x2SZero: I32x4TruncSatF64x2SZero,
        I32x4RelaxedTruncF64x2UZero: I32x4TruncSatF64x2UZero,
    }
    // Where a relaxed operator may do this or that, it does what it does in the deterministic
    // profile.
    relaxed_bin {
        I8x16RelaxedSwizzle: I8x16Swizzle,
        F32x4RelaxedMin: F32x4Min, F32x4RelaxedMax: F32x4Max,
        F64x2RelaxedMin: F64x2Min, F64x2RelaxedMax: F64x2Max,
        I16x8RelaxedQ15mulrS: I16x8Q15MulrSatS,
    }
    tern {
        V128Bitselect: V128Bitselect,
        I8x16RelaxedLaneselect: V128Bitselect, I16x8RelaxedLaneselect: V128Bitselect,
        I32x4RelaxedLaneselect: V128Bitselect, I64x2RelaxedLaneselect: V128Bitselect,
        F32x4RelaxedMadd: F32x4RelaxedMadd, F32x4RelaxedNmadd: F32x4RelaxedNmadd,
        I32x4RelaxedDotI8x16I7x16AddS: I32x4RelaxedDotI8x16I7x16AddS,
    }
    shift {
        I8x16Shl I8x16ShrS I8x16ShrU I16x8Shl I16x8ShrS I16x8ShrU
        I32x4Shl I32x4ShrS I32x4ShrU I64x2Shl I64x2ShrS I64x2ShrU
    }
    test {
        V128AnyTrue I8x16AllTrue I8x16Bitmask I16x8AllTrue I16x8Bitmask
        I32x4AllTrue I32x4Bitmask I64x2AllTrue I64x2Bitmask
    }
    extract {
        I8x16ExtractLaneS I8x16ExtractLaneU I16x8ExtractLaneS I16x8ExtractLaneU
        I32x4ExtractLane I64x2ExtractLane F32x4ExtractLane F64x2ExtractLane
    }
    splat {
        I8x16Splat: W8, I16x8Splat: W16, I32x4Splat: W32, I64x2Splat: W64,
        F32x4Splat: W32, F64x2Splat: W64,
    }
    replace {
        I8x16ReplaceLane: W8, I16x8ReplaceLane: W16, I32x4ReplaceLane: W32,
        I64x2ReplaceLane: W64, F32x4ReplaceLane: W32, F64x2ReplaceLane: W64,
    }
    load {
        V128Load V128Load8x8S V128Load8x8U V128Load16x4S V128Load16x4U V128Load32x2S V128Load32x2U
        V128Load8Splat V128Load16Splat V128Load32Splat V128Load64Splat
        V128Load32Zero V128Load64Zero
    }
    load_lane {
        V128Load8Lane: W8, V128Load16Lane: W16, V128Load32Lane: W32, V128Load64Lane: W64,
    }
    store_lane {
        V128Store8Lane: W8, V128Store16Lane: W16, V128Store32Lane: W32, V128Store64Lane: W64,
    }

    |t| V128Store arg => t.vector_store(&arg);
    |t| V128Const value => t.push_vector_const(u128::from_le_bytes(*value.bytes()));
    |t| I8x16Shuffle lanes => t.shuffle(lanes);
    |t| F64x2RelaxedMadd => t.vector_slow(Slow::F64x2RelaxedMadd);
    |t| F64x2RelaxedNmadd => t.vector_slow(Slow::F64x2RelaxedNmadd);
}

macro_rules! visit {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {$(
        fn $visit(&mut self $($(, $arg: $argty)*)?) -> Result<()> {
            const { assert!(fuel_cost_of(stringify!($op)) == WORK) };
            translate!(self, $op $($($arg)*)?)
        }
    )*};
}

impl VisitSimdOperator<'_> for Translator<'_, '_> {
    wasmparser::for_each_visit_simd_operator!(visit);
}
