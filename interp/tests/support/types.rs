//! Numeric types and their bits.

use core::fmt;

/// A numeric type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ty {
    I32,
    I64,
    F32,
    F64,
}

impl Ty {
    /// The same bits as the nearest value of this type: 32-bit types keep the low half.
    pub(crate) const fn truncate(self, bits: u64) -> u64 {
        match self {
            Self::I32 | Self::F32 => bits & 0xffff_ffff,
            Self::I64 | Self::F64 => bits,
        }
    }

    pub(crate) const fn is_nan(self, bits: u64) -> bool {
        match self {
            Self::F32 => f32::from_bits(bits as u32).is_nan(),
            Self::F64 => f64::from_bits(bits).is_nan(),
            Self::I32 | Self::I64 => false,
        }
    }

    pub(crate) const fn is_canonical_nan(self, bits: u64) -> bool {
        match self {
            Self::F32 => bits & 0x7fff_ffff == 0x7fc0_0000,
            Self::F64 => bits & (u64::MAX >> 1) == 0x7ff8_0000_0000_0000,
            Self::I32 | Self::I64 => false,
        }
    }

    /// The constant instruction that makes exactly these bits.
    pub(crate) fn constant(self, bits: u64) -> String {
        match self {
            Self::I32 => format!("i32.const {}", bits as u32),
            Self::I64 => format!("i64.const {bits}"),
            Self::F32 => format!("f32.const {}", float_text(bits, 8, 23)),
            Self::F64 => format!("f64.const {}", float_text(bits, 11, 52)),
        }
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
        })
    }
}

/// The text of a float as an integer mantissa and a power of two, which loses nothing.
fn float_text(bits: u64, exponent_bits: u32, fraction_bits: u32) -> String {
    let sign = if bits >> (exponent_bits + fraction_bits) & 1 == 1 {
        "-"
    } else {
        ""
    };
    let fraction = bits & ((1 << fraction_bits) - 1);
    let largest = (1u64 << exponent_bits) - 1;
    let exponent = bits >> fraction_bits & largest;
    let bias = (largest >> 1) as i64 + i64::from(fraction_bits);
    match (exponent, fraction) {
        (0, fraction) => format!("{sign}0x{fraction:x}p{}", 1 - bias),
        (e, 0) if e == largest => format!("{sign}inf"),
        (e, fraction) if e == largest => format!("{sign}nan:0x{fraction:x}"),
        (e, fraction) => {
            format!(
                "{sign}0x{:x}p{}",
                fraction | 1 << fraction_bits,
                e as i64 - bias
            )
        }
    }
}
