//! Loads and stores, at the edges of memories and with addresses that are folded into them.

use crate::operators::{bits, val};
use crate::reference::{Ty, join, lanes};
use crate::shapes::constant;
use crate::support::{Guest, Trap, modes};
use crate::values::Random;
use diptych_core::{V128, Val};

/// The least memory.
const PAGE: usize = 0x1_0000;

/// An access: its name with the lane, the bytes it takes, and what it does with them.
struct Access {
    name: &'static str,
    lane: Option<u8>,
    bytes: usize,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    /// What the bytes, as a number, become.
    Load(fn(u128) -> u128),
    Store,
    LoadLane,
    StoreLane,
}

/// Half as many lanes of twice the width.
fn extend(bits: u32, signed: bool, half: u128) -> u128 {
    let wide = lanes(bits, half)
        .into_iter()
        .take(64 / bits as usize)
        .map(|lane| {
            if signed {
                ((lane << (64 - bits)) as i64 >> (64 - bits)) as u64
            } else {
                lane
            }
        });
    join(bits * 2, wide)
}

fn splat(bits: u32, number: u128) -> u128 {
    join(bits, (0..128 / bits).map(|_| number as u64))
}

fn accesses() -> Vec<Access> {
    let load = |name, bytes, meaning| Access {
        name,
        lane: None,
        bytes,
        kind: Kind::Load(meaning),
    };
    let mut accesses = vec![
        load("v128.load", 16, |v| v),
        load("v128.load8x8_s", 8, |v| extend(8, true, v)),
        load("v128.load8x8_u", 8, |v| extend(8, false, v)),
        load("v128.load16x4_s", 8, |v| extend(16, true, v)),
        load("v128.load16x4_u", 8, |v| extend(16, false, v)),
        load("v128.load32x2_s", 8, |v| extend(32, true, v)),
        load("v128.load32x2_u", 8, |v| extend(32, false, v)),
        load("v128.load8_splat", 1, |v| splat(8, v)),
        load("v128.load16_splat", 2, |v| splat(16, v)),
        load("v128.load32_splat", 4, |v| splat(32, v)),
        load("v128.load64_splat", 8, |v| splat(64, v)),
        load("v128.load32_zero", 4, |v| v),
        load("v128.load64_zero", 8, |v| v),
        Access {
            name: "v128.store",
            lane: None,
            bytes: 16,
            kind: Kind::Store,
        },
    ];
    for (bytes, load, store) in [
        (1, "v128.load8_lane", "v128.store8_lane"),
        (2, "v128.load16_lane", "v128.store16_lane"),
        (4, "v128.load32_lane", "v128.store32_lane"),
        (8, "v128.load64_lane", "v128.store64_lane"),
    ] {
        for lane in 0..16 / bytes as u8 {
            for (name, kind) in [(load, Kind::LoadLane), (store, Kind::StoreLane)] {
                accesses.push(Access {
                    name,
                    lane: Some(lane),
                    bytes,
                    kind,
                });
            }
        }
    }
    accesses
}

/// Where an address comes from, and what it is when the parameters are `a` and `b`.
#[derive(Clone, Copy)]
struct Address {
    /// With `{t}` for the type of addresses.
    text: &'static str,
    meaning: fn(u64, u64) -> u64,
}

const ADDRESSES: [Address; 5] = [
    Address {
        text: "local.get 0",
        meaning: |a, _| a,
    },
    Address {
        text: "local.get 0 local.get 0 {t}.or",
        meaning: |a, _| a,
    },
    Address {
        text: "local.get 0 local.get 1 {t}.add",
        meaning: |a, b| a.wrapping_add(b),
    },
    Address {
        text: "local.get 0 local.get 1 {t}.const 2 {t}.shl {t}.add",
        meaning: |a, b| a.wrapping_add(b << 2),
    },
    Address {
        text: "{t}.const 65520",
        meaning: |_, _| 65520,
    },
];

/// The memories: 0, another one with 32-bit addresses, and one with 64-bit ones.
const MEMORIES: [(&str, bool); 3] = [("i32", false), ("i32", false), ("i64", true)];

/// The offsets of the instructions.
const OFFSETS: [u64; 4] = [0, 3, 0xfff8, 0xffff_fff4];

#[test]
fn accesses_at_the_edges() {
    let modes = modes();
    for access in accesses() {
        let mut cases = Vec::new();
        for (memory, (ty, _)) in MEMORIES.into_iter().enumerate() {
            for (i, address) in ADDRESSES.into_iter().enumerate() {
                for offset in OFFSETS {
                    // Not all of them for every lane.
                    if access
                        .lane
                        .is_none_or(|lane| (usize::from(lane) + i) % 3 == 0)
                    {
                        cases.push((memory, ty, address, offset));
                    }
                }
            }
        }
        let functions: String = cases
            .iter()
            .enumerate()
            .map(|(i, case)| function(&access, i, case))
            .collect();
        let wat = format!(
            "(module (memory (export \"m0\") 1) (memory (export \"m1\") 1) \
             (memory (export \"m2\") i64 1)\n{functions})"
        );
        let wasm = wat::parse_str(&wat).unwrap_or_else(|e| panic!("{e}:\n{wat}"));
        for mode in &modes {
            let mut guest = Guest::new(mode, &wasm);
            let mut random = Random::new(access.bytes as u64);
            let mut model: Vec<Vec<u8>> = (0..3)
                .map(|_| (0..PAGE).map(|_| random.next() as u8).collect())
                .collect();
            for (i, bytes) in model.iter().enumerate() {
                guest.memory_mut(&format!("m{i}")).copy_from_slice(bytes);
            }
            for (i, &(memory, ty, address, offset)) in cases.iter().enumerate() {
                let func = guest.func(&i.to_string());
                let narrow = ty == "i32";
                for (a, b) in operands(&access, offset, narrow) {
                    let vector = u128::from(random.next()) << 64 | u128::from(random.next());
                    let number = |number: u64| {
                        if narrow {
                            val(Ty::I32, number.into())
                        } else {
                            val(Ty::I64, number.into())
                        }
                    };
                    let args = [number(a), number(b), Val::V128(V128::from(vector))];
                    let mut out = [Val::V128(V128::from(0))];
                    let got = guest
                        .call_values(func, &args, &mut out)
                        .map(|()| bits(&out[0]));
                    let mut at = (address.meaning)(a, b);
                    if narrow {
                        at &= 0xffff_ffff;
                    }
                    let want = meaning(&access, &mut model[memory], at, offset, vector);
                    assert_eq!(
                        got,
                        want,
                        "mode {}: {a:#x} {b:#x} in\n{}",
                        mode.name,
                        function(&access, 0, &cases[i])
                    );
                }
            }
            for (i, bytes) in model.iter().enumerate() {
                assert!(
                    guest.memory(&format!("m{i}")) == &bytes[..],
                    "a stray write"
                );
            }
        }
    }
}

/// Operands with which the access ends before, at and behind the end of the memory.
fn operands(access: &Access, offset: u64, narrow: bool) -> Vec<(u64, u64)> {
    let edge = (PAGE as u64)
        .wrapping_sub(offset)
        .wrapping_sub(access.bytes as u64);
    let mask = if narrow { 0xffff_ffff } else { u64::MAX };
    let mut operands = vec![
        (0, 0),
        (0, 1),
        (17, 3),
        (mask, 0),
        (mask - 15, 0),
        (mask, 1),
    ];
    for distance in [u64::MAX, 0, 1] {
        let end = edge.wrapping_add(distance) & mask;
        operands.extend([(end, 0), (end.wrapping_sub(40) & mask, 10)]);
    }
    operands
}

fn function(access: &Access, name: usize, case: &(usize, &str, Address, u64)) -> String {
    let &(memory, ty, address, offset) = case;
    let address = address.text.replace("{t}", ty);
    let lane = access.lane.map_or(String::new(), |lane| lane.to_string());
    let memory = if memory == 0 {
        String::new()
    } else {
        memory.to_string()
    };
    let instruction = format!("{} {memory} offset={offset} {lane}", access.name);
    let body = match access.kind {
        Kind::Load(_) => format!("{address} {instruction}"),
        Kind::LoadLane => format!("{address} local.get 2 {instruction}"),
        Kind::Store | Kind::StoreLane => {
            format!(
                "{address} local.get 2 {instruction} {}",
                constant(Ty::V128, 0)
            )
        }
    };
    format!("(func (export \"{name}\") (param {ty} {ty} v128) (result v128) {body})\n")
}

fn meaning(
    access: &Access,
    memory: &mut [u8],
    address: u64,
    offset: u64,
    vector: u128,
) -> Result<u128, Trap> {
    let start = u128::from(address) + u128::from(offset);
    if start + access.bytes as u128 > memory.len() as u128 {
        return Err(Trap::MemoryOutOfBounds);
    }
    let place = &mut memory[start as usize..][..access.bytes];
    let mut bytes = [0; 16];
    bytes[..access.bytes].copy_from_slice(place);
    let number = u128::from_le_bytes(bytes);
    let width = access.bytes as u32 * 8;
    Ok(match access.kind {
        Kind::Load(meaning) => meaning(number),
        Kind::Store => {
            place.copy_from_slice(&vector.to_le_bytes());
            0
        }
        Kind::LoadLane => {
            let mut lanes = lanes(width, vector);
            lanes[usize::from(access.lane.expect("a lane"))] = number as u64;
            join(width, lanes)
        }
        Kind::StoreLane => {
            let lane = lanes(width, vector)[usize::from(access.lane.expect("a lane"))];
            place.copy_from_slice(&lane.to_le_bytes()[..access.bytes]);
            0
        }
    })
}
