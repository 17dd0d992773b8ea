//! Values and types as all runtimes have them.

use core::fmt;
use core::str::FromStr;

/// A type, as far as it matters which values can be made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ty {
    I32,
    I64,
    F32,
    F64,
    V128,
    Extern,
    /// Another reference that can be null.
    Nullable,
    /// One of which no value is made.
    Other,
}

impl Ty {
    pub const fn name(self) -> &'static str {
        match self {
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::V128 => "v128",
            Self::Extern => "extern",
            Self::Nullable => "nullable",
            Self::Other => "other",
        }
    }
}

impl From<wasmparser::ValType> for Ty {
    fn from(ty: wasmparser::ValType) -> Self {
        match ty {
            wasmparser::ValType::I32 => Self::I32,
            wasmparser::ValType::I64 => Self::I64,
            wasmparser::ValType::F32 => Self::F32,
            wasmparser::ValType::F64 => Self::F64,
            wasmparser::ValType::V128 => Self::V128,
            wasmparser::ValType::Ref(ty) if ty == wasmparser::RefType::EXTERNREF => Self::Extern,
            wasmparser::ValType::Ref(ty) if ty.is_nullable() => Self::Nullable,
            wasmparser::ValType::Ref(_) => Self::Other,
        }
    }
}

/// Which NaNs are the same as others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nans {
    /// Those of the same bits.
    Same,
    /// All that are no lanes: their bits do not get through JavaScript.
    Scalars,
    /// All.
    Any,
}

/// A value. Of references only those to the host's own objects can be told from each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    I32(u32),
    I64(u64),
    F32(u32),
    F64(u64),
    V128(u128),
    Null,
    /// An object of the host's, by its number.
    Extern(u32),
    /// Any other reference.
    Ref,
    /// A runtime cannot show it.
    Hidden,
}

impl Value {
    /// A value of this type that depends on `seed` alone; `None` when none is made of the type.
    pub fn make(ty: Ty, seed: u64) -> Option<Self> {
        Some(match ty {
            Ty::I32 => Self::I32(seed as u32),
            Ty::I64 => Self::I64(seed),
            Ty::F32 => Self::F32(float32(seed)),
            Ty::F64 => Self::F64(float64(seed)),
            Ty::V128 => {
                Self::V128(u128::from(seed).wrapping_mul(0x0101_0001_0000_0101_0003_0005_0000_0001))
            }
            Ty::Extern if !seed.is_multiple_of(4) => Self::Extern(seed as u32),
            Ty::Extern | Ty::Nullable => Self::Null,
            Ty::Other => return None,
        })
    }

    /// What a digest is made of. All NaNs are one, so that what the host does is the same.
    pub fn words(self) -> impl Iterator<Item = u32> {
        let (len, bits) = match self {
            Self::I32(bits) => (1, u128::from(bits)),
            Self::I64(bits) => (2, u128::from(bits)),
            Self::F32(bits) => (1, u128::from(canonical32(bits))),
            Self::F64(bits) => (2, u128::from(canonical64(bits))),
            // Lanes might be NaNs.
            Self::V128(_) => (1, 2),
            Self::Null => (1, 0),
            Self::Extern(number) => (1, u128::from(number) + 2),
            Self::Ref | Self::Hidden => (1, 1),
        };
        (0..len).map(move |at| (bits >> (32 * at)) as u32)
    }

    /// Whether two runtimes mean the same by these.
    pub fn agrees(self, other: Self, nans: Nans) -> bool {
        let scalars = nans != Nans::Same;
        match (self, other) {
            (Self::Hidden, _) | (_, Self::Hidden) => true,
            (Self::F32(a), Self::F32(b)) if scalars => canonical32(a) == canonical32(b),
            (Self::F64(a), Self::F64(b)) if scalars => canonical64(a) == canonical64(b),
            (Self::V128(a), Self::V128(b)) if nans == Nans::Any => same_lanes(a, b),
            _ => self == other,
        }
    }
}

const NAN32: u32 = 0x7fc0_0000;
const NAN64: u64 = 0x7ff8_0000_0000_0000;

fn canonical32(bits: u32) -> u32 {
    if f32::from_bits(bits).is_nan() {
        NAN32
    } else {
        bits
    }
}

fn canonical64(bits: u64) -> u64 {
    if f64::from_bits(bits).is_nan() {
        NAN64
    } else {
        bits
    }
}

/// Whether vectors are the same but for NaNs. What the lanes are is not known: so either way will
/// do.
fn same_lanes(a: u128, b: u128) -> bool {
    let narrow = |at: u32| {
        let lane = |bits: u128| canonical32((bits >> (32 * at)) as u32);
        lane(a) == lane(b)
    };
    let wide = |at: u32| {
        let lane = |bits: u128| canonical64((bits >> (64 * at)) as u64);
        lane(a) == lane(b)
    };
    (0..4).all(narrow) || (0..2).all(wide)
}

/// Small integers as such, others as bits, of which no NaN is another than the canonical one.
fn float32(seed: u64) -> u32 {
    let small = seed as i64;
    if (-1000..1000).contains(&small) {
        (small as f32 / 4.0).to_bits()
    } else {
        canonical32(seed as u32)
    }
}

fn float64(seed: u64) -> u64 {
    let small = seed as i64;
    if (-1000..1000).contains(&small) {
        (small as f64 / 4.0).to_bits()
    } else {
        canonical64(seed)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::I32(bits) => write!(f, "i32:{bits:x}"),
            Self::I64(bits) => write!(f, "i64:{bits:x}"),
            Self::F32(bits) => write!(f, "f32:{bits:x}"),
            Self::F64(bits) => write!(f, "f64:{bits:x}"),
            Self::V128(bits) => write!(f, "v128:{bits:x}"),
            Self::Null => f.write_str("null"),
            Self::Extern(number) => write!(f, "extern:{number:x}"),
            Self::Ref => f.write_str("ref"),
            Self::Hidden => f.write_str("hidden"),
        }
    }
}

impl FromStr for Value {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no value");
        let (kind, digits) = text.split_once(':').unwrap_or((text, "0"));
        let bits = u128::from_str_radix(digits, 16).map_err(|_| wrong())?;
        Ok(match kind {
            "i32" => Self::I32(bits as u32),
            "i64" => Self::I64(bits as u64),
            "f32" => Self::F32(bits as u32),
            "f64" => Self::F64(bits as u64),
            "v128" => Self::V128(bits),
            "null" => Self::Null,
            "extern" => Self::Extern(bits as u32),
            "ref" => Self::Ref,
            "hidden" => Self::Hidden,
            _ => return Err(wrong()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_their_text() {
        for value in [
            Value::I32(u32::MAX),
            Value::I64(1 << 63),
            Value::F32(0x8000_0000),
            Value::F64(1),
            Value::V128(u128::MAX - 7),
            Value::Null,
            Value::Extern(12),
            Value::Ref,
            Value::Hidden,
        ] {
            assert_eq!(value.to_string().parse(), Ok(value));
        }
        assert!("i16:0".parse::<Value>().is_err());
    }

    #[test]
    fn any_nan_is_another_only_where_that_may_be() {
        let (one, other) = (Value::F32(0x7fc0_0000), Value::F32(0xffc0_0001));
        assert!(one.agrees(other, Nans::Any) && !one.agrees(other, Nans::Same));
        assert!(!one.agrees(Value::F32(0), Nans::Any));
        assert!(!one.agrees(Value::I32(0x7fc0_0000), Nans::Any));
        // A lane of each width.
        let (one, other) = (
            Value::V128(0x7fc0_0000 << 32),
            Value::V128(0xffc0_0000 << 32),
        );
        assert!(one.agrees(other, Nans::Any) && !one.agrees(other, Nans::Same));
        let wide = |bits: u64| Value::V128(u128::from(bits) << 64 | 5);
        assert!(wide(0x7ff8_0000_0000_0000).agrees(wide(0xfff8_0000_0000_0001), Nans::Any));
        assert!(!wide(1).agrees(wide(2), Nans::Any));
    }
}
