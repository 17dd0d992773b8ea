//! Values as words of a command line.

use diptych::{FuncType, V128, Val, ValType};

/// Reads arguments by the parameters of a function.
pub(crate) fn parse_all(words: &[String], ty: &FuncType) -> Result<Vec<Val>, String> {
    let params = ty.params();
    if words.len() != params.len() {
        let types: Vec<_> = params.iter().map(ToString::to_string).collect();
        return Err(format!(
            "takes {} argument{} ({}), got {}",
            params.len(),
            if params.len() == 1 { "" } else { "s" },
            types.join(" "),
            words.len()
        ));
    }
    words
        .iter()
        .zip(params)
        .map(|(word, ty)| parse(word, *ty))
        .collect()
}

/// Reads one value.
pub(crate) fn parse(word: &str, ty: ValType) -> Result<Val, String> {
    let value = match ty {
        ValType::I32 => int(word, 32).map(|bits| Val::I32(bits as u32 as i32)),
        ValType::I64 => int(word, 64).map(|bits| Val::I64(bits as i64)),
        ValType::F32 => float(word, &F32).map(|bits| Val::F32(bits as u32)),
        ValType::F64 => float(word, &F64).map(Val::F64),
        ValType::Ref(_) if word == "null" => Val::default_for_ty(ty),
        ValType::Ref(_) => {
            return Err(format!(
                "`{word}` is not `null`, the only {ty} that can be written here"
            ));
        }
        ValType::V128 => {
            return vector(word)
                .map(|bits| Val::V128(V128::from(bits)))
                .ok_or_else(|| {
                    format!("`{word}` is no v128, which is like `i32x4:1,2,3,4` or `v128:0x1f`")
                });
        }
    };
    value.ok_or_else(|| format!("`{word}` is not an {ty}"))
}

/// Writes a value so that [`parse`] reads the same one, as far as it can be read.
pub(crate) fn print(value: &Val) -> String {
    match value {
        Val::I32(value) => value.to_string(),
        Val::I64(value) => value.to_string(),
        Val::F32(bits) => print_float(u64::from(*bits), f32::from_bits(*bits), &F32),
        Val::F64(bits) => print_float(*bits, f64::from_bits(*bits), &F64),
        Val::V128(vector) => format!("v128:{vector:?}"),
        Val::FuncRef(None) | Val::ExternRef(None) => "null".to_owned(),
        Val::FuncRef(Some(_)) => "funcref".to_owned(),
        Val::ExternRef(Some(_)) => "externref".to_owned(),
        other => format!("{other:?}"),
    }
}

/// An integer of a width, signed or not, decimal or hexadecimal, with `_` between digits.
fn int(word: &str, bits: u32) -> Option<u64> {
    let (negative, digits) = sign(word);
    let digits = without_underscores(digits)?;
    let magnitude = match strip_hex(&digits) {
        Some(hex) => digits_only(hex, 16).and_then(|hex| u64::from_str_radix(hex, 16).ok()),
        None => digits_only(&digits, 10).and_then(|digits| digits.parse().ok()),
    }?;
    let limit = if negative {
        1 << (bits - 1)
    } else {
        u64::MAX >> (64 - bits)
    };
    if magnitude > limit {
        return None;
    }
    Some(if negative {
        magnitude.wrapping_neg()
    } else {
        magnitude
    })
}

/// A vector: its shape and as many lanes, the lowest first, or all its bits as one number.
fn vector(word: &str) -> Option<u128> {
    type Lane = fn(&str) -> Option<u64>;
    let (shape, lanes) = word.split_once(':')?;
    let (bits, lane): (u32, Lane) = match shape {
        "v128" => {
            let digits = without_underscores(lanes)?;
            let hex = digits_only(strip_hex(&digits)?, 16)?;
            return u128::from_str_radix(hex, 16).ok();
        }
        "i8x16" => (8, |word| int(word, 8)),
        "i16x8" => (16, |word| int(word, 16)),
        "i32x4" => (32, |word| int(word, 32)),
        "i64x2" => (64, |word| int(word, 64)),
        "f32x4" => (32, |word| float(word, &F32)),
        "f64x2" => (64, |word| float(word, &F64)),
        _ => return None,
    };
    let lanes: Vec<u64> = lanes.split(',').map(lane).collect::<Option<_>>()?;
    if lanes.len() as u32 != 128 / bits {
        return None;
    }
    let mask = u64::MAX >> (64 - bits);
    Some(lanes.iter().rev().fold(0, |vector, lane| {
        vector.checked_shl(bits).unwrap_or(0) | u128::from(lane & mask)
    }))
}

/// A floating-point format of IEEE 754.
struct Format {
    /// Bits of the significand that are stored.
    stored: u32,
    /// Bits of the exponent.
    exponent: u32,
    /// What the exponent of 1.0 is stored as.
    bias: i64,
    /// The bits of a decimal number, by the standard library.
    decimal: fn(&str) -> Option<u64>,
}

const F32: Format = Format {
    stored: 23,
    exponent: 8,
    bias: 127,
    decimal: |text| {
        text.parse()
            .ok()
            .map(|value: f32| u64::from(value.to_bits()))
    },
};

const F64: Format = Format {
    stored: 52,
    exponent: 11,
    bias: 1023,
    decimal: |text| text.parse().ok().map(|value: f64| value.to_bits()),
};

impl Format {
    const fn infinity(&self) -> u64 {
        ((1 << self.exponent) - 1) << self.stored
    }

    const fn quiet(&self) -> u64 {
        1 << (self.stored - 1)
    }
}

/// A number as the text format of WebAssembly writes it: decimal, hexadecimal, `inf`, `nan`,
/// `nan:0x…` with a payload.
fn float(word: &str, format: &Format) -> Option<u64> {
    let (negative, text) = sign(word);
    let bits = match text {
        "inf" | "infinity" => format.infinity(),
        "nan" | "nan:canonical" => format.infinity() | format.quiet(),
        _ => match text.strip_prefix("nan:") {
            Some(payload) => {
                let payload = u64::from_str_radix(strip_hex(payload)?, 16).ok()?;
                if payload == 0 || payload >> format.stored != 0 {
                    return None;
                }
                format.infinity() | payload
            }
            None => {
                let digits = without_underscores(text)?;
                match strip_hex(&digits) {
                    Some(hex) => hex_float(hex, format)?,
                    // The standard library knows words, too; here only digits make a number.
                    None if digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') => {
                        (format.decimal)(&digits)?
                    }
                    None => return None,
                }
            }
        },
    };
    Some(bits | u64::from(negative) << (format.stored + format.exponent))
}

/// The bits of a hexadecimal number without sign and `0x`, rounded to nearest, ties to even.
fn hex_float(text: &str, format: &Format) -> Option<u64> {
    let (mantissa, exponent) = match text.split_once(['p', 'P']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut significand = 0_u64;
    let mut exponent = i64::from(exponent) - 4 * fraction.len() as i64;
    // Bits that do not fit matter only as to whether any is set.
    let mut sticky = false;
    for digit in whole.chars().chain(fraction.chars()) {
        let digit = u64::from(digit.to_digit(16)?);
        if significand >> 60 == 0 {
            significand = significand << 4 | digit;
        } else {
            sticky |= digit != 0;
            exponent += 4;
        }
    }
    if significand == 0 {
        return Some(0);
    }
    // Now 1.xxx × 2^top, with the significand's highest bit set.
    let shift = significand.leading_zeros();
    significand <<= shift;
    let top = exponent - i64::from(shift) + 63;
    let least = 1 - format.bias;
    // Fewer bits stay of a number below the least normal one.
    let dropped = 63 - i64::from(format.stored) + (least - top).max(0);
    let (kept, round_up) = round(significand, sticky, dropped);
    let kept = kept + u64::from(round_up);
    // A carry out of the significand goes into the exponent, which is what rounding up means.
    let biased = (top.max(least) + format.bias - 1) as u64;
    if top > format.bias {
        return Some(format.infinity());
    }
    Some(((biased << format.stored) + kept).min(format.infinity()))
}

/// The bits above the lowest `dropped`, and whether they are rounded up.
fn round(significand: u64, sticky: bool, dropped: i64) -> (u64, bool) {
    match dropped {
        ..64 => {
            let kept = significand >> dropped;
            let half = 1 << (dropped - 1);
            let rest = significand & ((half << 1) - 1);
            (
                kept,
                rest > half || (rest == half && (sticky || kept & 1 == 1)),
            )
        }
        64 => (0, significand > 1 << 63 || sticky),
        _ => (0, false),
    }
}

fn print_float(
    bits: u64,
    value: impl Into<f64> + core::fmt::Display + core::fmt::LowerExp,
    format: &Format,
) -> String {
    let magnitude = bits & ((1 << (format.stored + format.exponent)) - 1);
    let negative = if magnitude == bits { "" } else { "-" };
    if magnitude == format.infinity() {
        return format!("{negative}inf");
    }
    if magnitude > format.infinity() {
        let payload = magnitude & ((1 << format.stored) - 1);
        return match payload == format.quiet() {
            true => format!("{negative}nan"),
            false => format!("{negative}nan:{payload:#x}"),
        };
    }
    let plain = value.to_string();
    // Many zeros are hard to count.
    if plain.len() > 24 {
        format!("{value:e}")
    } else {
        plain
    }
}

fn sign(word: &str) -> (bool, &str) {
    match word.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, word.strip_prefix('+').unwrap_or(word)),
    }
}

fn strip_hex(text: &str) -> Option<&str> {
    text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))
}

fn digits_only(text: &str, radix: u32) -> Option<&str> {
    (!text.is_empty() && text.chars().all(|c| c.is_digit(radix))).then_some(text)
}

/// The text without `_`, which may stand only between digits.
fn without_underscores(text: &str) -> Option<String> {
    if text.starts_with('_') || text.ends_with('_') || text.contains("__") {
        return None;
    }
    Some(text.replace('_', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers() {
        assert_eq!(int("-1", 32), Some(u64::MAX));
        assert_eq!(int("4294967295", 32), Some(0xffff_ffff));
        assert_eq!(int("-0x8000_0000", 32), Some((1_u64 << 31).wrapping_neg()));
        assert_eq!(int("18446744073709551615", 64), Some(u64::MAX));
        assert_eq!(int("-9223372036854775808", 64), Some(1 << 63));
        for wrong in [
            "",
            "-",
            "4294967296",
            "-2147483649",
            "0x",
            "1.0",
            "1_",
            "--1",
            "ten",
            "+-1",
        ] {
            assert_eq!(int(wrong, 32), None, "{wrong}");
        }
    }

    #[test]
    fn special_numbers() {
        assert_eq!(float("nan", &F32), Some(0x7fc0_0000));
        assert_eq!(float("-nan:0x200000", &F32), Some(0xffa0_0000));
        assert_eq!(float("-inf", &F64), Some(f64::NEG_INFINITY.to_bits()));
        assert_eq!(float("-0", &F64), Some(1 << 63));
        for wrong in [
            "",
            "-",
            "nan:",
            "nan:0x0",
            "nan:0x800000",
            "in",
            "e5",
            "0x",
            "0x.p1",
            "1e",
        ] {
            assert_eq!(float(wrong, &F32), None, "{wrong}");
        }
    }

    /// Numbers across the whole range, with every exponent of interest and rounding at its edge.
    #[test]
    fn hexadecimal_numbers_round_to_nearest_even() {
        let f32s = [
            ("0x1.8p3", 12.0),
            ("0x1p-149", f32::from_bits(1)),
            ("0x1p-150", 0.0),
            ("0x1.000001p-150", f32::from_bits(1)),
            ("0x1.8p-149", f32::from_bits(2)),
            ("0x1.fffffep127", f32::MAX),
            ("0x1.ffffffp127", f32::INFINITY),
            ("0x1.fffffefffp127", f32::MAX),
            ("0x1p128", f32::INFINITY),
            ("0x1.000001p0", 1.0),
            ("0x1.000003p0", 1.0 + 2.0 * f32::EPSILON),
            ("0x1.0000010000000000000001p0", 1.0 + f32::EPSILON),
            ("0x0.fffffffp-126", f32::MIN_POSITIVE),
            (
                "0x123456789abcdef0123p-40",
                0x0123_4567_89ab_cdef_0123_u128 as f32 / 2_f32.powi(40),
            ),
            ("0x1p-99999", 0.0),
            ("0x0p99999", 0.0),
        ];
        for (text, value) in f32s {
            assert_eq!(
                float(text, &F32),
                Some(u64::from(value.to_bits())),
                "{text}"
            );
        }
        let f64s = [
            ("0x1.921fb54442d18p1", core::f64::consts::PI),
            ("0x1p-1074", f64::from_bits(1)),
            ("0x1.fffffffffffffp1023", f64::MAX),
            ("0x1.fffffffffffff8p1023", f64::INFINITY),
            ("0x.8", 0.5),
            ("0x10", 16.0),
        ];
        for (text, value) in f64s {
            assert_eq!(float(text, &F64), Some(value.to_bits()), "{text}");
        }
    }

    #[test]
    fn what_is_printed_can_be_read() {
        for value in [
            0.0,
            -0.0,
            1.5,
            1e300,
            -1e-300,
            1e15,
            f64::MAX,
            f64::MIN_POSITIVE,
            f64::INFINITY,
        ] {
            let printed = print(&Val::F64(value.to_bits()));
            assert_eq!(float(&printed, &F64), Some(value.to_bits()), "{printed}");
        }
        assert_eq!(print(&Val::F32(0x7fa0_0000)), "nan:0x200000");
        assert_eq!(print(&Val::F64(f64::NAN.to_bits())), "nan");
        assert_eq!(print(&Val::I32(-1)), "-1");
    }

    #[test]
    fn vectors() {
        for (word, bits) in [
            ("v128:0x1f", 0x1f),
            (
                "v128:0xffff_0000_0000_0000_0000_0000_0000_0001",
                0xffff << 112 | 1,
            ),
            (
                "i32x4:1,-2,0x30,4294967295",
                0xffff_ffff_0000_0030_ffff_fffe_0000_0001,
            ),
            (
                "i8x16:-128,255,0,0,0,0,0,0,0,0,0,0,0,0,0,1",
                1 << 120 | 0xff80,
            ),
            ("i16x8:-1,0,0,0,0,0,0,2", 2 << 112 | 0xffff),
            ("i64x2:-1,1", 1 << 64 | u128::from(u64::MAX)),
            (
                "f32x4:1,-0,nan,inf",
                0x7f80_0000_7fc0_0000_8000_0000_3f80_0000,
            ),
            ("f64x2:0x1p-1074,-nan:0x1", 0xfff0_0000_0000_0001 << 64 | 1),
        ] {
            assert_eq!(vector(word), Some(bits), "{word}");
            let printed = print(&Val::V128(V128::from(bits)));
            assert_eq!(vector(&printed), Some(bits), "{printed}");
        }
        for wrong in [
            "",
            "1",
            "v128:1",
            "v128:0x",
            "v128:0x+1",
            "v128:0x1_0000_0000_0000_0000_0000_0000_0000_0000",
            "i32x4:1,2,3",
            "i32x4:1,2,3,4,5",
            "i32x4:1,2,3,",
            "i8x16:256,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0",
            "i8x16:-129,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0",
            "f32x4:1,2,3,x",
            "i32x8:1,2,3,4,5,6,7,8",
        ] {
            assert_eq!(vector(wrong), None, "{wrong}");
        }
        let error = parse("7", ValType::V128).unwrap_err();
        assert!(error.contains("i32x4:1,2,3,4"), "{error}");
    }

    #[test]
    fn a_wrong_count_names_the_types() {
        let ty = FuncType::new([ValType::I32, ValType::F64], []);
        let error = parse_all(&["1".into()], &ty).unwrap_err();
        assert_eq!(error, "takes 2 arguments (i32 f64), got 1");
    }
}
