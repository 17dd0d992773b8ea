//! Operators on vectors of 128 bits.
//!
//! Wherever a vector is kept (on the operand stack, in locals, as parameters of blocks and
//! functions) it is of the type [`VECTOR`]. What an operator takes for lanes of another type is
//! the same bits as a value of that type.

mod arithmetic;
mod lanes;
mod memory;
mod relaxed;

use super::numeric::Rounding;
use super::{Result, Translator};
use crate::abi::VECTOR;
use arithmetic::{Extreme, Half};
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::types::{F32X4, F64X2, I8X16, I16X8, I32X4, I64X2};
use cranelift_codegen::ir::{
    Endianness, InstBuilder, InstructionData, MemFlagsData, Opcode, Type, Value,
};
use wasmparser::{Operator, VisitSimdOperator};

/// Defines `translate!`, which translates one operator: those of one shape by their lanes and what
/// they are in Cranelift, the others as arms.
macro_rules! define_translate {
    ($d:tt
        unary { $($unary:ident: $unary_ty:ident $unary_inst:ident,)* }
        binary { $($binary:ident: $binary_ty:ident $binary_inst:ident,)* }
        unary_floats { $($unary_floats:ident: $uf_ty:ident $uf_inst:ident,)* }
        binary_floats { $($binary_floats:ident: $bf_ty:ident $bf_inst:ident,)* }
        convert { $($convert:ident: $from:ident $convert_inst:ident $to:ident,)* }
        shift { $($shift:ident: $shift_ty:ident $shift_inst:ident,)* }
        compare { $($compare:ident: $compare_ty:ident $int_cc:ident,)* }
        compare_floats { $($compare_floats:ident: $cf_ty:ident $float_cc:ident,)* }
        round { $($round:ident: $round_ty:ident $rounding:ident,)* }
        pseudo { $($pseudo:ident: $pseudo_ty:ident $extreme:ident,)* }
        multiply { $($multiply:ident: $multiply_ty:ident $half:ident $multiply_signed:ident,)* }
        pairwise { $($pairwise:ident: $pairwise_ty:ident $pairwise_signed:ident,)* }
        all_true { $($all_true:ident: $all_true_ty:ident,)* }
        bitmask { $($bitmask:ident: $bitmask_ty:ident,)* }
        splat { $($splat:ident: $splat_ty:ident,)* }
        extract { $($extract:ident: $extract_ty:ident,)* }
        extract_extend { $($ee:ident: $ee_ty:ident $ee_signed:ident,)* }
        replace { $($replace:ident: $replace_ty:ident,)* }
        load_extend { $($load_extend:ident: $load_extend_inst:ident,)* }
        load_splat { $($load_splat:ident: $load_splat_ty:ident,)* }
        load_zero { $($load_zero:ident: $load_zero_ty:ident,)* }
        load_lane { $($load_lane:ident: $load_lane_ty:ident,)* }
        store_lane { $($store_lane:ident: $store_lane_ty:ident,)* }
        $(|$this:ident| $op:ident $($arg:ident)* => $translation:expr;)*
    ) => {
        macro_rules! translate {
            $(($d this:ident, $unary) => {{
                let value = $d this.unary_lanes($unary_ty, |ins, a| ins.$unary_inst(a));
                $d this.push_lanes(value)
            }};)*
            $(($d this:ident, $binary) => {{
                let value = $d this.binary_lanes($binary_ty, |ins, a, b| ins.$binary_inst(a, b));
                $d this.push_lanes(value)
            }};)*
            $(($d this:ident, $unary_floats) => {{
                let value = $d this.unary_lanes($uf_ty, |ins, a| ins.$uf_inst(a));
                $d this.push_float_lanes(value)
            }};)*
            $(($d this:ident, $binary_floats) => {{
                let value = $d this.binary_lanes($bf_ty, |ins, a, b| ins.$bf_inst(a, b));
                $d this.push_float_lanes(value)
            }};)*
            $(($d this:ident, $convert) => {{
                let value = $d this.unary_lanes($from, |ins, a| ins.$convert_inst($to, a));
                $d this.push_lanes(value)
            }};)*
            $(($d this:ident, $shift) => {
                $d this.shift_lanes($shift_ty, |ins, a, by| ins.$shift_inst(a, by))
            };)*
            $(($d this:ident, $compare) => {{
                let value =
                    $d this.binary_lanes($compare_ty, |ins, a, b| ins.icmp(IntCC::$int_cc, a, b));
                $d this.push_lanes(value)
            }};)*
            $(($d this:ident, $compare_floats) => {{
                let value =
                    $d this.binary_lanes($cf_ty, |ins, a, b| ins.fcmp(FloatCC::$float_cc, a, b));
                $d this.push_lanes(value)
            }};)*
            $(($d this:ident, $round) => {
                $d this.round_lanes($round_ty, Rounding::$rounding)
            };)*
            $(($d this:ident, $pseudo) => {
                $d this.choose_lanes($pseudo_ty, Extreme::$extreme)
            };)*
            $(($d this:ident, $multiply) => {
                $d this.multiply_extended($multiply_ty, Half::$half, $multiply_signed)
            };)*
            $(($d this:ident, $pairwise) => {
                $d this.add_pairwise($pairwise_ty, $pairwise_signed)
            };)*
            $(($d this:ident, $all_true) => {
                $d this.all_true($all_true_ty)
            };)*
            $(($d this:ident, $bitmask) => {
                $d this.bitmask($bitmask_ty)
            };)*
            $(($d this:ident, $splat) => {
                $d this.splat($splat_ty)
            };)*
            $(($d this:ident, $extract $d lane:ident) => {
                $d this.extract_lane($extract_ty, $d lane)
            };)*
            $(($d this:ident, $ee $d lane:ident) => {
                $d this.extract_extended($ee_ty, $d lane, $ee_signed)
            };)*
            $(($d this:ident, $replace $d lane:ident) => {
                $d this.replace_lane($replace_ty, $d lane)
            };)*
            $(($d this:ident, $load_extend $d arg:ident) => {
                $d this.load_extended(&$d arg, |ins, flags, base, offset| {
                    ins.$load_extend_inst(flags, base, offset)
                })
            };)*
            $(($d this:ident, $load_splat $d arg:ident) => {
                $d this.load_splat($load_splat_ty, &$d arg)
            };)*
            $(($d this:ident, $load_zero $d arg:ident) => {
                $d this.load_zero($load_zero_ty, &$d arg)
            };)*
            $(($d this:ident, $load_lane $d arg:ident $d lane:ident) => {
                $d this.load_lane($load_lane_ty, &$d arg, $d lane)
            };)*
            $(($d this:ident, $store_lane $d arg:ident $d lane:ident) => {
                $d this.store_lane($store_lane_ty, &$d arg, $d lane)
            };)*
            $(($d this:ident, $op $($d $arg:ident)*) => {{
                $(let $arg = $d $arg;)*
                let $this = $d this;
                $translation
            }};)*
        }
    };
}

define_translate! { $
    unary {
        V128Not: I8X16 bnot,
        I8x16Abs: I8X16 iabs, I16x8Abs: I16X8 iabs, I32x4Abs: I32X4 iabs, I64x2Abs: I64X2 iabs,
        I8x16Neg: I8X16 ineg, I16x8Neg: I16X8 ineg, I32x4Neg: I32X4 ineg, I64x2Neg: I64X2 ineg,
        I8x16Popcnt: I8X16 popcnt,
        I16x8ExtendLowI8x16S: I8X16 swiden_low, I16x8ExtendHighI8x16S: I8X16 swiden_high,
        I16x8ExtendLowI8x16U: I8X16 uwiden_low, I16x8ExtendHighI8x16U: I8X16 uwiden_high,
        I32x4ExtendLowI16x8S: I16X8 swiden_low, I32x4ExtendHighI16x8S: I16X8 swiden_high,
        I32x4ExtendLowI16x8U: I16X8 uwiden_low, I32x4ExtendHighI16x8U: I16X8 uwiden_high,
        I64x2ExtendLowI32x4S: I32X4 swiden_low, I64x2ExtendHighI32x4S: I32X4 swiden_high,
        I64x2ExtendLowI32x4U: I32X4 uwiden_low, I64x2ExtendHighI32x4U: I32X4 uwiden_high,
        F32x4Abs: F32X4 fabs, F64x2Abs: F64X2 fabs, F32x4Neg: F32X4 fneg, F64x2Neg: F64X2 fneg,
    }
    binary {
        V128And: I8X16 band, V128Or: I8X16 bor, V128Xor: I8X16 bxor,
        I8x16Add: I8X16 iadd, I16x8Add: I16X8 iadd, I32x4Add: I32X4 iadd, I64x2Add: I64X2 iadd,
        I8x16Sub: I8X16 isub, I16x8Sub: I16X8 isub, I32x4Sub: I32X4 isub, I64x2Sub: I64X2 isub,
        I16x8Mul: I16X8 imul, I32x4Mul: I32X4 imul, I64x2Mul: I64X2 imul,
        I8x16AddSatS: I8X16 sadd_sat, I8x16AddSatU: I8X16 uadd_sat,
        I16x8AddSatS: I16X8 sadd_sat, I16x8AddSatU: I16X8 uadd_sat,
        I8x16SubSatS: I8X16 ssub_sat, I8x16SubSatU: I8X16 usub_sat,
        I16x8SubSatS: I16X8 ssub_sat, I16x8SubSatU: I16X8 usub_sat,
        I8x16MinS: I8X16 smin, I8x16MinU: I8X16 umin, I8x16MaxS: I8X16 smax, I8x16MaxU: I8X16 umax,
        I16x8MinS: I16X8 smin, I16x8MinU: I16X8 umin, I16x8MaxS: I16X8 smax, I16x8MaxU: I16X8 umax,
        I32x4MinS: I32X4 smin, I32x4MinU: I32X4 umin, I32x4MaxS: I32X4 smax, I32x4MaxU: I32X4 umax,
        I8x16AvgrU: I8X16 avg_round, I16x8AvgrU: I16X8 avg_round,
        I8x16NarrowI16x8S: I16X8 snarrow, I8x16NarrowI16x8U: I16X8 unarrow,
        I16x8NarrowI32x4S: I32X4 snarrow, I16x8NarrowI32x4U: I32X4 unarrow,
        I16x8Q15MulrSatS: I16X8 sqmul_round_sat,
    }
    unary_floats {
        F32x4Sqrt: F32X4 sqrt, F64x2Sqrt: F64X2 sqrt,
        F32x4DemoteF64x2Zero: F64X2 fvdemote, F64x2PromoteLowF32x4: F32X4 fvpromote_low,
    }
    binary_floats {
        F32x4Add: F32X4 fadd, F32x4Sub: F32X4 fsub, F32x4Mul: F32X4 fmul, F32x4Div: F32X4 fdiv,
        F32x4Min: F32X4 fmin, F32x4Max: F32X4 fmax,
        F64x2Add: F64X2 fadd, F64x2Sub: F64X2 fsub, F64x2Mul: F64X2 fmul, F64x2Div: F64X2 fdiv,
        F64x2Min: F64X2 fmin, F64x2Max: F64X2 fmax,
    }
    convert {
        I32x4TruncSatF32x4S: F32X4 fcvt_to_sint_sat I32X4,
        I32x4TruncSatF32x4U: F32X4 fcvt_to_uint_sat I32X4,
        F32x4ConvertI32x4S: I32X4 fcvt_from_sint F32X4,
        F32x4ConvertI32x4U: I32X4 fcvt_from_uint F32X4,
    }
    shift {
        I8x16Shl: I8X16 ishl, I8x16ShrS: I8X16 sshr, I8x16ShrU: I8X16 ushr,
        I16x8Shl: I16X8 ishl, I16x8ShrS: I16X8 sshr, I16x8ShrU: I16X8 ushr,
        I32x4Shl: I32X4 ishl, I32x4ShrS: I32X4 sshr, I32x4ShrU: I32X4 ushr,
        I64x2Shl: I64X2 ishl, I64x2ShrS: I64X2 sshr, I64x2ShrU: I64X2 ushr,
    }
    compare {
        I8x16Eq: I8X16 Equal, I8x16Ne: I8X16 NotEqual,
        I8x16LtS: I8X16 SignedLessThan, I8x16LtU: I8X16 UnsignedLessThan,
        I8x16GtS: I8X16 SignedGreaterThan, I8x16GtU: I8X16 UnsignedGreaterThan,
        I8x16LeS: I8X16 SignedLessThanOrEqual, I8x16LeU: I8X16 UnsignedLessThanOrEqual,
        I8x16GeS: I8X16 SignedGreaterThanOrEqual, I8x16GeU: I8X16 UnsignedGreaterThanOrEqual,
        I16x8Eq: I16X8 Equal, I16x8Ne: I16X8 NotEqual,
        I16x8LtS: I16X8 SignedLessThan, I16x8LtU: I16X8 UnsignedLessThan,
        I16x8GtS: I16X8 SignedGreaterThan, I16x8GtU: I16X8 UnsignedGreaterThan,
        I16x8LeS: I16X8 SignedLessThanOrEqual, I16x8LeU: I16X8 UnsignedLessThanOrEqual,
        I16x8GeS: I16X8 SignedGreaterThanOrEqual, I16x8GeU: I16X8 UnsignedGreaterThanOrEqual,
        I32x4Eq: I32X4 Equal, I32x4Ne: I32X4 NotEqual,
        I32x4LtS: I32X4 SignedLessThan, I32x4LtU: I32X4 UnsignedLessThan,
        I32x4GtS: I32X4 SignedGreaterThan, I32x4GtU: I32X4 UnsignedGreaterThan,
        I32x4LeS: I32X4 SignedLessThanOrEqual, I32x4LeU: I32X4 UnsignedLessThanOrEqual,
        I32x4GeS: I32X4 SignedGreaterThanOrEqual, I32x4GeU: I32X4 UnsignedGreaterThanOrEqual,
        I64x2Eq: I64X2 Equal, I64x2Ne: I64X2 NotEqual,
        I64x2LtS: I64X2 SignedLessThan, I64x2GtS: I64X2 SignedGreaterThan,
        I64x2LeS: I64X2 SignedLessThanOrEqual, I64x2GeS: I64X2 SignedGreaterThanOrEqual,
    }
    compare_floats {
        F32x4Eq: F32X4 Equal, F32x4Ne: F32X4 NotEqual,
        F32x4Lt: F32X4 LessThan, F32x4Gt: F32X4 GreaterThan,
        F32x4Le: F32X4 LessThanOrEqual, F32x4Ge: F32X4 GreaterThanOrEqual,
        F64x2Eq: F64X2 Equal, F64x2Ne: F64X2 NotEqual,
        F64x2Lt: F64X2 LessThan, F64x2Gt: F64X2 GreaterThan,
        F64x2Le: F64X2 LessThanOrEqual, F64x2Ge: F64X2 GreaterThanOrEqual,
    }
    round {
        F32x4Ceil: F32X4 Ceil, F32x4Floor: F32X4 Floor,
        F32x4Trunc: F32X4 Trunc, F32x4Nearest: F32X4 Nearest,
        F64x2Ceil: F64X2 Ceil, F64x2Floor: F64X2 Floor,
        F64x2Trunc: F64X2 Trunc, F64x2Nearest: F64X2 Nearest,
    }
    pseudo {
        F32x4PMin: F32X4 Minimum, F32x4PMax: F32X4 Maximum,
        F64x2PMin: F64X2 Minimum, F64x2PMax: F64X2 Maximum,
    }
    multiply {
        I16x8ExtMulLowI8x16S: I8X16 Low true, I16x8ExtMulHighI8x16S: I8X16 High true,
        I16x8ExtMulLowI8x16U: I8X16 Low false, I16x8ExtMulHighI8x16U: I8X16 High false,
        I32x4ExtMulLowI16x8S: I16X8 Low true, I32x4ExtMulHighI16x8S: I16X8 High true,
        I32x4ExtMulLowI16x8U: I16X8 Low false, I32x4ExtMulHighI16x8U: I16X8 High false,
        I64x2ExtMulLowI32x4S: I32X4 Low true, I64x2ExtMulHighI32x4S: I32X4 High true,
        I64x2ExtMulLowI32x4U: I32X4 Low false, I64x2ExtMulHighI32x4U: I32X4 High false,
    }
    pairwise {
        I16x8ExtAddPairwiseI8x16S: I8X16 true, I16x8ExtAddPairwiseI8x16U: I8X16 false,
        I32x4ExtAddPairwiseI16x8S: I16X8 true, I32x4ExtAddPairwiseI16x8U: I16X8 false,
    }
    all_true {
        I8x16AllTrue: I8X16, I16x8AllTrue: I16X8, I32x4AllTrue: I32X4, I64x2AllTrue: I64X2,
    }
    bitmask {
        I8x16Bitmask: I8X16, I16x8Bitmask: I16X8, I32x4Bitmask: I32X4, I64x2Bitmask: I64X2,
    }
    splat {
        I8x16Splat: I8X16, I16x8Splat: I16X8, I32x4Splat: I32X4, I64x2Splat: I64X2,
        F32x4Splat: F32X4, F64x2Splat: F64X2,
    }
    extract {
        I32x4ExtractLane: I32X4, I64x2ExtractLane: I64X2,
        F32x4ExtractLane: F32X4, F64x2ExtractLane: F64X2,
    }
    extract_extend {
        I8x16ExtractLaneS: I8X16 true, I8x16ExtractLaneU: I8X16 false,
        I16x8ExtractLaneS: I16X8 true, I16x8ExtractLaneU: I16X8 false,
    }
    replace {
        I8x16ReplaceLane: I8X16, I16x8ReplaceLane: I16X8,
        I32x4ReplaceLane: I32X4, I64x2ReplaceLane: I64X2,
        F32x4ReplaceLane: F32X4, F64x2ReplaceLane: F64X2,
    }
    load_extend {
        V128Load8x8S: sload8x8, V128Load8x8U: uload8x8,
        V128Load16x4S: sload16x4, V128Load16x4U: uload16x4,
        V128Load32x2S: sload32x2, V128Load32x2U: uload32x2,
    }
    load_splat {
        V128Load8Splat: I8X16, V128Load16Splat: I16X8,
        V128Load32Splat: I32X4, V128Load64Splat: I64X2,
    }
    load_zero {
        V128Load32Zero: I32X4, V128Load64Zero: I64X2,
    }
    load_lane {
        V128Load8Lane: I8X16, V128Load16Lane: I16X8, V128Load32Lane: I32X4, V128Load64Lane: I64X2,
    }
    store_lane {
        V128Store8Lane: I8X16, V128Store16Lane: I16X8,
        V128Store32Lane: I32X4, V128Store64Lane: I64X2,
    }

    |t| V128Load arg => t.load(VECTOR, &arg);
    |t| V128Store arg => t.store(VECTOR, &arg);
    |t| V128Const value => t.v128_const(value);
    |t| I8x16Shuffle lanes => t.shuffle(lanes);
    |t| I8x16Swizzle => t.swizzle();
    |t| V128AndNot => t.and_not();
    |t| V128Bitselect => t.bitselect();
    |t| V128AnyTrue => t.any_true();
    |t| I32x4DotI16x8S => t.dot();
    |t| I32x4TruncSatF64x2SZero => t.truncate_doubles(true);
    |t| I32x4TruncSatF64x2UZero => t.truncate_doubles(false);
    |t| F64x2ConvertLowI32x4S => t.convert_low(true);
    |t| F64x2ConvertLowI32x4U => t.convert_low(false);

    |t| I8x16RelaxedSwizzle => t.relaxed_swizzle();
    |t| I32x4RelaxedTruncF32x4S => t.relaxed_truncate(true);
    |t| I32x4RelaxedTruncF32x4U => t.relaxed_truncate(false);
    |t| I32x4RelaxedTruncF64x2SZero => t.relaxed_truncate_doubles(true);
    |t| I32x4RelaxedTruncF64x2UZero => t.relaxed_truncate_doubles(false);
    |t| F32x4RelaxedMadd => t.relaxed_multiply_add(F32X4, false);
    |t| F32x4RelaxedNmadd => t.relaxed_multiply_add(F32X4, true);
    |t| F64x2RelaxedMadd => t.relaxed_multiply_add(F64X2, false);
    |t| F64x2RelaxedNmadd => t.relaxed_multiply_add(F64X2, true);
    |t| I8x16RelaxedLaneselect => t.relaxed_select(I8X16);
    |t| I16x8RelaxedLaneselect => t.relaxed_select(I16X8);
    |t| I32x4RelaxedLaneselect => t.relaxed_select(I32X4);
    |t| I64x2RelaxedLaneselect => t.relaxed_select(I64X2);
    |t| F32x4RelaxedMin => t.relaxed_extreme(F32X4, Extreme::Minimum);
    |t| F32x4RelaxedMax => t.relaxed_extreme(F32X4, Extreme::Maximum);
    |t| F64x2RelaxedMin => t.relaxed_extreme(F64X2, Extreme::Minimum);
    |t| F64x2RelaxedMax => t.relaxed_extreme(F64X2, Extreme::Maximum);
    |t| I16x8RelaxedQ15mulrS => t.relaxed_multiply_q15();
    |t| I16x8RelaxedDotI8x16I7x16S => t.relaxed_dot();
    |t| I32x4RelaxedDotI8x16I7x16AddS => t.relaxed_dot_add();
}

macro_rules! visit {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {$(
        fn $visit(&mut self $($(, $arg: $argty)*)?) -> Result<()> {
            if !self.reachable {
                return Ok(());
            }
            if self.env.settings.fuel {
                self.pay_for(&Operator::$op $({ $($arg),* })?);
            }
            translate!(self, $op $($($arg)*)?)
        }
    )*};
}

impl VisitSimdOperator<'_> for Translator<'_> {
    wasmparser::for_each_visit_simd_operator!(visit);
}

impl Translator<'_> {
    /// Pops a vector as lanes of this type.
    fn pop_lanes(&mut self, ty: Type) -> Value {
        let vector = self.pop();
        self.lanes(ty, vector)
    }

    /// The second and the first vector from the top as lanes of this type.
    fn pop2_lanes(&mut self, ty: Type) -> (Value, Value) {
        let b = self.pop_lanes(ty);
        (self.pop_lanes(ty), b)
    }

    /// The third, second and first vector from the top as lanes of this type.
    fn pop3_lanes(&mut self, ty: Type) -> (Value, Value, Value) {
        let c = self.pop_lanes(ty);
        let (a, b) = self.pop2_lanes(ty);
        (a, b, c)
    }

    /// Pushes a vector of lanes of any type.
    fn push_lanes(&mut self, lanes: Value) -> Result<()> {
        let vector = self.lanes(VECTOR, lanes);
        self.push(vector)
    }

    /// A vector's bits as lanes of this type.
    pub(in crate::translate) fn lanes(&mut self, ty: Type, vector: Value) -> Value {
        let dfg = &self.b.func.dfg;
        if dfg.value_type(vector) == ty {
            return vector;
        }
        // What was pushed as such lanes is still there.
        if let Some(inst) = dfg.value_def(vector).inst()
            && let InstructionData::LoadNoOffset {
                opcode: Opcode::Bitcast,
                arg,
                ..
            } = dfg.insts[inst]
            && dfg.value_type(arg) == ty
        {
            return arg;
        }
        let little = MemFlagsData::new().with_endianness(Endianness::Little);
        self.b.ins().bitcast(ty, little, vector)
    }
}
