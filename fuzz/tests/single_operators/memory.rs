//! Loads, stores and atomic operations, at the edges of memories: private and shared ones, with
//! indices of 32 and of 64 bits.

use crate::guests::{Bytes, Guest, bits, guests, val};
use crate::reference::{Ty, join, lanes};
use crate::vector_values::Random;
use diptych::{Func, Trap, Val};

/// An access, which turns the number in memory and its operands into another number in memory and
/// a result.
struct Access {
    /// Without the memory, the offset and the lane.
    name: String,
    lane: Option<u8>,
    /// How many bytes it is of.
    bytes: usize,
    /// The operand, or the operands, beside the index.
    params: Vec<Ty>,
    result: Option<Ty>,
    meaning: Box<Meaning>,
}

/// What is in memory afterwards, and the result.
type Meaning = dyn Fn(u128, &[u128]) -> (u128, u128);

impl Access {
    fn new(
        name: impl Into<String>,
        bytes: usize,
        params: &[Ty],
        result: Option<Ty>,
        meaning: impl Fn(u128, &[u128]) -> (u128, u128) + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            lane: None,
            bytes,
            params: params.to_vec(),
            result,
            meaning: Box::new(meaning),
        }
    }

    fn is_atomic(&self) -> bool {
        self.name.contains(".atomic.")
    }

    fn text(&self, memory: usize, offset: u64) -> String {
        let lane = self.lane.map(|it| it.to_string()).unwrap_or_default();
        format!("{} {memory} offset={offset} {lane}", self.name)
    }
}

/// The low bits of a number of so many bytes.
const fn low(bytes: usize, number: u128) -> u128 {
    match bytes {
        16 => number,
        _ => number & ((1 << (8 * bytes)) - 1),
    }
}

/// A number of so many bytes with its sign, as one of a type.
const fn signed(bytes: usize, ty: Ty, number: u128) -> u128 {
    let shift = 128 - 8 * bytes as u32;
    let number = ((number << shift) as i128 >> shift) as u128;
    low(if matches!(ty, Ty::I32) { 4 } else { 8 }, number)
}

/// Half as many lanes of twice the width.
fn extend(width: u32, is_signed: bool, half: u128) -> u128 {
    let wide = lanes(width, half).into_iter().take(64 / width as usize);
    let bytes = width as usize / 8;
    join(
        width * 2,
        wide.map(|lane| match is_signed {
            true => signed(bytes, Ty::I64, lane.into()) as u64,
            false => lane,
        }),
    )
}

fn splat(width: u32, number: u128) -> u128 {
    join(width, (0..128 / width).map(|_| number as u64))
}

/// Rows of loads: name, bytes, type of the result, and what the number in memory becomes.
macro_rules! loads {
    ($($name:literal $bytes:literal $ty:ident |$number:ident| $meaning:expr;)*) => {
        vec![$(
            Access::new($name, $bytes, &[], Some(Ty::$ty), |$number, _| ($number, $meaning)),
        )*]
    };
}

/// Rows of stores: name, bytes, type of the operand.
macro_rules! stores {
    ($($name:literal $bytes:literal $ty:ident;)*) => {
        vec![$(
            Access::new($name, $bytes, &[Ty::$ty], None, |_, args| (low($bytes, args[0]), 0)),
        )*]
    };
}

/// Rows of atomic operations: the ending of their names, and what becomes of the number in memory
/// and the operand.
macro_rules! updates {
    ($($name:literal |$old:ident, $operand:ident| $meaning:expr;)*) => {
        [$(($name, (|$old, $operand| $meaning) as fn(u128, u128) -> u128)),*]
    };
}

fn accesses() -> Vec<Access> {
    let mut all = loads! {
        "i32.load" 4 I32 |v| v;
        "i64.load" 8 I64 |v| v;
        "f32.load" 4 F32 |v| v;
        "f64.load" 8 F64 |v| v;
        "i32.load8_s" 1 I32 |v| signed(1, Ty::I32, v);
        "i32.load8_u" 1 I32 |v| v;
        "i32.load16_s" 2 I32 |v| signed(2, Ty::I32, v);
        "i32.load16_u" 2 I32 |v| v;
        "i64.load8_s" 1 I64 |v| signed(1, Ty::I64, v);
        "i64.load8_u" 1 I64 |v| v;
        "i64.load16_s" 2 I64 |v| signed(2, Ty::I64, v);
        "i64.load16_u" 2 I64 |v| v;
        "i64.load32_s" 4 I64 |v| signed(4, Ty::I64, v);
        "i64.load32_u" 4 I64 |v| v;
        "v128.load" 16 V128 |v| v;
        "v128.load8x8_s" 8 V128 |v| extend(8, true, v);
        "v128.load8x8_u" 8 V128 |v| extend(8, false, v);
        "v128.load16x4_s" 8 V128 |v| extend(16, true, v);
        "v128.load16x4_u" 8 V128 |v| extend(16, false, v);
        "v128.load32x2_s" 8 V128 |v| extend(32, true, v);
        "v128.load32x2_u" 8 V128 |v| extend(32, false, v);
        "v128.load8_splat" 1 V128 |v| splat(8, v);
        "v128.load16_splat" 2 V128 |v| splat(16, v);
        "v128.load32_splat" 4 V128 |v| splat(32, v);
        "v128.load64_splat" 8 V128 |v| splat(64, v);
        "v128.load32_zero" 4 V128 |v| v;
        "v128.load64_zero" 8 V128 |v| v;
        "i32.atomic.load" 4 I32 |v| v;
        "i32.atomic.load8_u" 1 I32 |v| v;
        "i32.atomic.load16_u" 2 I32 |v| v;
        "i64.atomic.load" 8 I64 |v| v;
        "i64.atomic.load8_u" 1 I64 |v| v;
        "i64.atomic.load16_u" 2 I64 |v| v;
        "i64.atomic.load32_u" 4 I64 |v| v;
    };
    all.extend(stores! {
        "i32.store" 4 I32;
        "i64.store" 8 I64;
        "f32.store" 4 F32;
        "f64.store" 8 F64;
        "i32.store8" 1 I32;
        "i32.store16" 2 I32;
        "i64.store8" 1 I64;
        "i64.store16" 2 I64;
        "i64.store32" 4 I64;
        "v128.store" 16 V128;
        "i32.atomic.store" 4 I32;
        "i32.atomic.store8" 1 I32;
        "i32.atomic.store16" 2 I32;
        "i64.atomic.store" 8 I64;
        "i64.atomic.store8" 1 I64;
        "i64.atomic.store16" 2 I64;
        "i64.atomic.store32" 4 I64;
    });
    all.extend(of_lanes());
    all.extend(updating());
    all
}

fn of_lanes() -> Vec<Access> {
    let mut all = Vec::new();
    for width in [8, 16, 32, 64] {
        let bytes = width as usize / 8;
        for lane in 0..128 / width {
            let load = Access::new(
                format!("v128.load{width}_lane"),
                bytes,
                &[Ty::V128],
                Some(Ty::V128),
                move |old, args| {
                    let mut lanes = lanes(width, args[0]);
                    lanes[lane as usize] = old as u64;
                    (old, join(width, lanes))
                },
            );
            let store = Access::new(
                format!("v128.store{width}_lane"),
                bytes,
                &[Ty::V128],
                None,
                move |_, args| (lanes(width, args[0])[lane as usize].into(), 0),
            );
            let lane = Some(lane as u8);
            all.extend([load, store].map(|access| Access { lane, ..access }));
        }
    }
    all
}

/// Atomic operations that read and write.
fn updating() -> Vec<Access> {
    let updates = updates! {
        "add" |old, operand| old.wrapping_add(operand);
        "sub" |old, operand| old.wrapping_sub(operand);
        "and" |old, operand| old & operand;
        "or" |old, operand| old | operand;
        "xor" |old, operand| old ^ operand;
        "xchg" |_old, operand| operand;
    };
    let mut all = Vec::new();
    for (ty, bytes) in [
        (Ty::I32, 4),
        (Ty::I32, 1),
        (Ty::I32, 2),
        (Ty::I64, 8),
        (Ty::I64, 1),
        (Ty::I64, 2),
        (Ty::I64, 4),
    ] {
        let is_whole = bytes == if ty == Ty::I32 { 4 } else { 8 };
        let name = |operation: &str| match is_whole {
            true => format!("{ty}.atomic.rmw.{operation}"),
            false => format!("{ty}.atomic.rmw{}.{operation}_u", bytes * 8),
        };
        for (operation, update) in updates {
            let meaning = move |old, args: &[u128]| (low(bytes, update(old, args[0])), old);
            all.push(Access::new(
                name(operation),
                bytes,
                &[ty],
                Some(ty),
                meaning,
            ));
        }
        // Of what is expected only as much is compared as memory has.
        let meaning = move |old, args: &[u128]| {
            let new = if old == low(bytes, args[0]) {
                low(bytes, args[1])
            } else {
                old
            };
            (new, old)
        };
        all.push(Access::new(
            name("cmpxchg"),
            bytes,
            &[ty, ty],
            Some(ty),
            meaning,
        ));
    }
    all
}

/// Every one is there: as many as the specification has.
#[test]
fn all_accesses_have_a_meaning() {
    let mut names: Vec<String> = accesses().into_iter().map(|it| it.name).collect();
    names.sort();
    names.dedup();
    let atomic = names
        .iter()
        .filter(|name| name.contains(".atomic."))
        .count();
    // 23 on numbers, 22 on vectors; 14 loads and stores and 49 others that are atomic.
    assert_eq!((names.len() - atomic, atomic), (23 + 22, 14 + 49));
}

/// The memories: what they are declared as, and the type of their indices.
const MEMORIES: [(&str, Ty); 4] = [
    ("1 1", Ty::I32),
    ("i64 1 1", Ty::I64),
    ("1 1 shared", Ty::I32),
    ("i64 1 1 shared", Ty::I64),
];

/// The size of each.
const SIZE: u64 = 0x1_0000;

const OFFSETS: [u64; 4] = [0, 3, 0xfff8, 0xffff_fff0];

/// Where accesses are tried: at both ends of the memory, and where sums wrap.
fn indices(ty: Ty, offset: u64) -> Vec<u64> {
    let mut all: Vec<u64> = (0..18).chain([100, 0x8000]).collect();
    all.extend((0..18).map(|back| SIZE.wrapping_sub(offset).wrapping_sub(back)));
    all.extend([SIZE + 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]);
    all.extend((0..18).map(|back| 0_u64.wrapping_sub(offset).wrapping_sub(back)));
    all.extend([1 << 32, 1 << 63, u64::MAX]);
    if ty == Ty::I32 {
        for index in &mut all {
            *index &= 0xffff_ffff;
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

#[test]
fn accesses_at_the_edges() {
    let accesses = accesses();
    let functions = functions(&accesses);
    let mut text = String::from("(module\n");
    for (number, (memory, _)) in MEMORIES.iter().enumerate() {
        text += &format!("(memory (export \"{number}\") {memory})\n");
    }
    for (number, function) in functions.iter().enumerate() {
        text += &function.text(number);
    }
    text.push(')');
    let wasm = wat::parse_str(&text).unwrap_or_else(|e| panic!("{e}"));
    for mut guest in guests(&wasm, false) {
        // All of them begin with zeros, and are filled by stores.
        let mut models = vec![vec![0_u8; SIZE as usize]; MEMORIES.len()];
        let memories: Vec<Bytes> = (0..MEMORIES.len())
            .map(|number| guest.memory(&number.to_string()))
            .collect();
        for (number, function) in functions.iter().enumerate() {
            let func = guest.func(&format!("f{number}"));
            let model = &mut models[function.memory];
            function.check(&mut guest, func, model, number as u64);
        }
        for (number, model) in models.iter().enumerate() {
            let mut got = vec![0; SIZE as usize];
            guest.read(&memories[number], 0, &mut got);
            assert!(got == *model, "{}: memory {number}", guest.name);
        }
    }
}

/// A function with an access.
struct Function<'a> {
    access: &'a Access,
    memory: usize,
    offset: u64,
}

/// Every access to every memory with every offset, stores first, so that there is something to
/// load.
fn functions(accesses: &[Access]) -> Vec<Function<'_>> {
    let mut all = Vec::new();
    for stores in [true, false] {
        for access in accesses.iter().filter(|it| it.result.is_none() == stores) {
            for memory in 0..MEMORIES.len() {
                for (number, offset) in OFFSETS.into_iter().enumerate() {
                    // Lanes differ in what they are of, not in where they go.
                    if access.lane.unwrap_or(0) == 0 || number == memory {
                        all.push(Function {
                            access,
                            memory,
                            offset,
                        });
                    }
                }
            }
        }
    }
    all
}

impl Function<'_> {
    fn text(&self, number: usize) -> String {
        let params: Vec<String> = core::iter::once(MEMORIES[self.memory].1)
            .chain(self.access.params.iter().copied())
            .map(|ty| ty.to_string())
            .collect();
        let operands: String = (0..params.len())
            .map(|at| format!("(local.get {at}) "))
            .collect();
        let result = self.access.result.map(|ty| format!(" (result {ty})"));
        format!(
            "(func (export \"f{number}\") (param {}){} {operands} {})\n",
            params.join(" "),
            result.unwrap_or_default(),
            self.access.text(self.memory, self.offset)
        )
    }

    /// What it does to the model, and gives.
    fn eval(&self, model: &mut [u8], index: u64, args: &[u128]) -> Result<u128, Trap> {
        let (access, bytes) = (self.access, self.access.bytes);
        let start = u128::from(index) + u128::from(self.offset);
        if access.is_atomic() && !start.is_multiple_of(bytes as u128) {
            return Err(Trap::UnalignedAtomic);
        }
        let end = start + bytes as u128;
        if end > u128::from(SIZE) {
            return Err(Trap::MemoryOutOfBounds);
        }
        let place = &mut model[start as usize..end as usize];
        let mut old = [0; 16];
        old[..bytes].copy_from_slice(place);
        let (new, result) = (access.meaning)(u128::from_le_bytes(old), args);
        place.copy_from_slice(&new.to_le_bytes()[..bytes]);
        Ok(result)
    }

    fn check(&self, guest: &mut Guest, func: Func, model: &mut [u8], seed: u64) {
        let access = self.access;
        let mut random = Random::new(seed);
        let index_ty = MEMORIES[self.memory].1;
        for index in indices(index_ty, self.offset) {
            let mut args: Vec<u128> = access
                .params
                .iter()
                .map(|&ty| random.value(ty, &access.name))
                .collect();
            if args.len() == 2 && index % 2 == 0 {
                // What is expected is there, or is but for its upper bits.
                let mut there = model.to_vec();
                if let Ok(old) = self.eval(&mut there, index, &args) {
                    args[0] = old | if index % 8 == 0 { 1 << 31 } else { 0 };
                }
            }
            let mut typed = vec![val(index_ty, index.into())];
            typed.extend(
                access
                    .params
                    .iter()
                    .zip(&args)
                    .map(|(&ty, &arg)| val(ty, arg)),
            );
            let mut results: Vec<Val> = access.result.iter().map(|&ty| val(ty, 0)).collect();
            let expected = self.eval(model, index, &args);
            let got = guest
                .call(func, &typed, &mut results)
                .map(|()| results.first().map_or(0, bits));
            assert_eq!(
                got,
                expected,
                "{}: {} in memory {} at {index:#x} of {args:x?}",
                guest.name,
                access.text(self.memory, self.offset),
                MEMORIES[self.memory].0,
            );
        }
    }
}
