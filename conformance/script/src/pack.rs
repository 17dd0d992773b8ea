//! Scripts in a compact binary form, for machines that have no parser for their text, nor the
//! memory for one.
//!
//! A script is written by [`Writer`] and read by [`Reader`]. A file of scripts is each of them
//! after its length, as 32 bits, least significant byte first: see [`Writer::append_to`].

use crate::directive::{Action, Binary, Call, Directive};
use crate::problem::Problem;
use crate::value::{Argument, Expected, Heap, Object, Pattern};
use alloc::borrow::{Cow, ToOwned};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// What scripts begin with: a change of the form changes the last byte.
const MAGIC: [u8; 4] = *b"DWS\x02";
/// How deep lists may lie in lists.
const MAX_DEPTH: u32 = 8;

/// The bytes are no script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Corrupt;

impl fmt::Display for Corrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the packed script is corrupt")
    }
}

impl core::error::Error for Corrupt {}

type Result<T> = core::result::Result<T, Corrupt>;

/// Writes a script.
#[derive(Debug)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// An empty script: its name, and the set that it belongs to ([`Features::of_group`]).
    ///
    /// [`Features::of_group`]: crate::Features::of_group
    pub fn new(key: &str, group: &str) -> Self {
        let mut out = MAGIC.to_vec();
        key.put(&mut out);
        group.put(&mut out);
        Self(out)
    }

    /// Adds the directive on this line.
    pub fn directive(&mut self, line: u32, directive: &Directive<'_>) {
        line.put(&mut self.0);
        directive.put(&mut self.0);
    }

    /// Appends the script to a file of scripts.
    ///
    /// # Panics
    /// When the script takes more than 4 GiB.
    pub fn append_to(self, file: &mut Vec<u8>) {
        let len = u32::try_from(self.0.len()).expect("a script is smaller than 4 GiB");
        file.extend_from_slice(&len.to_le_bytes());
        file.extend_from_slice(&self.0);
    }
}

/// Reads a script: gives its directives with their lines.
#[derive(Debug)]
pub struct Reader<'a> {
    key: &'a str,
    group: &'a str,
    input: Input<'a>,
}

impl<'a> Reader<'a> {
    /// Reads the beginning of a script.
    ///
    /// # Errors
    /// When that is none.
    pub fn new(script: &'a [u8]) -> Result<Self> {
        let mut input = Input {
            bytes: script,
            depth: 0,
        };
        if input.take(MAGIC.len())? != MAGIC {
            return Err(Corrupt);
        }
        Ok(Self {
            key: Wire::get(&mut input)?,
            group: Wire::get(&mut input)?,
            input,
        })
    }

    /// Its name.
    pub fn key(&self) -> &'a str {
        self.key
    }

    /// The set that it belongs to.
    pub fn group(&self) -> &'a str {
        self.group
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Result<(u32, Directive<'a>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.input.bytes.is_empty() {
            return None;
        }
        let mut read = || Ok((Wire::get(&mut self.input)?, Wire::get(&mut self.input)?));
        let read = read();
        if read.is_err() {
            self.input.bytes = &[];
        }
        Some(read)
    }
}

#[derive(Debug)]
struct Input<'a> {
    bytes: &'a [u8],
    depth: u32,
}

impl<'a> Input<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or(Corrupt)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.take(N)?.try_into().map_err(|_| Corrupt)
    }
}

/// What can be written and read again.
trait Wire<'a>: Sized {
    fn put(&self, out: &mut Vec<u8>);
    fn get(input: &mut Input<'a>) -> Result<Self>;
}

macro_rules! integers {
    ($($ty:ty),*) => {$(
        impl<'a> Wire<'a> for $ty {
            fn put(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }

            fn get(input: &mut Input<'a>) -> Result<Self> {
                Ok(Self::from_le_bytes(input.array()?))
            }
        }
    )*};
}

integers!(u8, i32, u32, i64, u64, u128);

impl<'a> Wire<'a> for &'a [u8] {
    fn put(&self, out: &mut Vec<u8>) {
        (self.len() as u32).put(out);
        out.extend_from_slice(self);
    }

    fn get(input: &mut Input<'a>) -> Result<Self> {
        let len = u32::get(input)? as usize;
        input.take(len)
    }
}

impl<'a> Wire<'a> for &'a str {
    fn put(&self, out: &mut Vec<u8>) {
        self.as_bytes().put(out);
    }

    fn get(input: &mut Input<'a>) -> Result<Self> {
        core::str::from_utf8(Wire::get(input)?).map_err(|_| Corrupt)
    }
}

impl<'a> Wire<'a> for String {
    fn put(&self, out: &mut Vec<u8>) {
        self.as_str().put(out);
    }

    fn get(input: &mut Input<'a>) -> Result<Self> {
        <&str>::get(input).map(ToOwned::to_owned)
    }
}

impl<'a> Wire<'a> for Cow<'a, [u8]> {
    fn put(&self, out: &mut Vec<u8>) {
        (&**self).put(out);
    }

    fn get(input: &mut Input<'a>) -> Result<Self> {
        Wire::get(input).map(Cow::Borrowed)
    }
}

impl<'a, T: Wire<'a>> Wire<'a> for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(self.is_some()));
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn get(input: &mut Input<'a>) -> Result<Self> {
        match u8::get(input)? {
            0 => Ok(None),
            1 => T::get(input).map(Some),
            _ => Err(Corrupt),
        }
    }
}

impl<'a, T: Wire<'a>> Wire<'a> for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        (self.len() as u32).put(out);
        self.iter().for_each(|item| item.put(out));
    }

    fn get(input: &mut Input<'a>) -> Result<Self> {
        if input.depth == MAX_DEPTH {
            return Err(Corrupt);
        }
        input.depth += 1;
        let count = u32::get(input)?;
        let items = (0..count).map(|_| T::get(input)).collect();
        input.depth -= 1;
        items
    }
}

impl<'a, T: Wire<'a>, const N: usize> Wire<'a> for [T; N] {
    fn put(&self, out: &mut Vec<u8>) {
        self.iter().for_each(|item| item.put(out));
    }

    fn get(input: &mut Input<'a>) -> Result<Self> {
        let items: Vec<T> = (0..N).map(|_| T::get(input)).collect::<Result<_>>()?;
        Self::try_from(items).map_err(|_| Corrupt)
    }
}

/// Each variant after the number that stands for it.
macro_rules! variants {
    ($([$($param:tt)*] $ty:ty {
        $($tag:literal $variant:ident $(($($item:ident),*))? $({$($field:ident),*})?;)*
    })*) => {$(
        impl<'a, $($param)*> Wire<'a> for $ty {
            fn put(&self, out: &mut Vec<u8>) {
                match self {$(
                    Self::$variant $(($($item),*))? $({$($field),*})? => {
                        out.push($tag);
                        $($($item.put(out);)*)?
                        $($($field.put(out);)*)?
                    }
                )*}
            }

            fn get(input: &mut Input<'a>) -> Result<Self> {
                Ok(match u8::get(input)? {
                    $($tag => {
                        $($(let $item = Wire::get(input)?;)*)?
                        $($(let $field = Wire::get(input)?;)*)?
                        Self::$variant $(($($item),*))? $({$($field),*})?
                    })*
                    _ => return Err(Corrupt),
                })
            }
        }
    )*};
}

variants! {
    [] Heap {
        0 Func;
        1 Extern;
        2 Exn;
        3 Any;
    }
    [] Object {
        0 Any;
        1 Eq;
        2 I31;
        3 Struct;
        4 Array;
        5 Host(number);
    }
    [] Argument {
        0 I32(value);
        1 I64(value);
        2 F32(bits);
        3 F64(bits);
        4 V128(bits);
        5 Null(heap);
        6 Extern(number);
        7 Host(number);
    }
    [Bits: Wire<'a>] Pattern<Bits> {
        0 CanonicalNan;
        1 ArithmeticNan;
        2 Bits(bits);
    }
    [] Expected {
        0 I32(value);
        1 I64(value);
        2 F32(pattern);
        3 F64(pattern);
        4 V128(bits);
        5 F32x4(lanes);
        6 F64x2(lanes);
        7 AnyNull;
        8 ConcreteNull;
        9 Null(heap);
        10 Func;
        11 Extern(number);
        14 Object(object);
        12 Either(choices);
        13 Other(what);
    }
    [] Problem {
        0 Wrong(text);
        1 Exhausted(text);
    }
    [] Binary<'a> {
        0 Encoded(bytes);
        1 Malformed(why);
    }
    [] Action<'a> {
        0 Invoke(call);
        1 Get { module, global };
        2 Instantiate(module);
    }
    [] Directive<'a> {
        0 Module { name, module };
        1 Definition { name, module };
        2 Instance { name, definition };
        3 Register { name, module };
        4 Invoke(call);
        5 AssertReturn { action, results };
        6 AssertTrap { action, message };
        7 AssertException(action);
        8 AssertRefused(module);
        9 AssertUnlinkable { module, message };
        10 Other(problem);
    }
}

impl<'a> Wire<'a> for Call<'a> {
    fn put(&self, out: &mut Vec<u8>) {
        self.module.put(out);
        self.name.put(out);
        self.args.put(out);
    }

    fn get(input: &mut Input<'a>) -> Result<Self> {
        Ok(Self {
            module: Wire::get(input)?,
            name: Wire::get(input)?,
            args: Wire::get(input)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;

    fn call() -> Call<'static> {
        Call {
            module: Some("m"),
            name: "f",
            args: vec![
                Argument::I32(-1),
                Argument::V128(1 << 100),
                Argument::Null(Heap::Exn),
                Argument::Host(3),
            ],
        }
    }

    fn directives() -> Vec<Directive<'static>> {
        vec![
            Directive::Module {
                name: None,
                module: Binary::Encoded(Cow::Borrowed(b"\0asm\x01\0\0\0")),
            },
            Directive::Definition {
                name: Some("d"),
                module: Binary::Malformed("no".into()),
            },
            Directive::Instance {
                name: None,
                definition: Some("d"),
            },
            Directive::Register {
                name: "r",
                module: None,
            },
            Directive::Invoke(call()),
            Directive::AssertReturn {
                action: Action::Invoke(call()),
                results: vec![
                    Expected::F32x4([
                        Pattern::CanonicalNan,
                        Pattern::ArithmeticNan,
                        Pattern::Bits(7),
                        Pattern::Bits(8),
                    ]),
                    Expected::Either(vec![Expected::Extern(Some(3)), Expected::AnyNull]),
                ],
            },
            Directive::AssertTrap {
                action: Action::Get {
                    module: None,
                    global: "g",
                },
                message: "unreachable",
            },
            Directive::Other(Problem::Wrong("stack switching".into())),
        ]
    }

    fn packed() -> Vec<u8> {
        let mut writer = Writer::new("a.wast", "core");
        for (line, directive) in (1..).zip(&directives()) {
            writer.directive(line, directive);
        }
        let mut file = Vec::new();
        writer.append_to(&mut file);
        assert_eq!(file[..4], (file.len() as u32 - 4).to_le_bytes());
        file.split_off(4)
    }

    #[test]
    fn what_was_written_is_read() {
        let packed = packed();
        let reader = Reader::new(&packed).unwrap();
        assert_eq!((reader.key(), reader.group()), ("a.wast", "core"));
        let read: Vec<_> = reader.map(|it| it.unwrap()).collect();
        let wanted: Vec<_> = (1..).zip(directives()).collect();
        assert_eq!(read, wanted);
    }

    proptest! {
        #[test]
        fn corrupt_scripts_are_no_worse_than_errors(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
            len in any::<prop::sample::Index>(),
        ) {
            let mut packed = packed();
            for (at, byte) in changes {
                let at = at.index(packed.len());
                packed[at] = byte;
            }
            packed.truncate(len.index(packed.len()) + 1);
            if let Ok(reader) = Reader::new(&packed) {
                prop_assert!(reader.count() <= packed.len());
            }
        }
    }
}
