//! `memory.atomic.notify` and `memory.atomic.wait`, by a thread that is alone, and fences.

use crate::guests::{bits, guests};
use diptych::{Trap, Val};

const SIZE: u64 = 0x1_0000;
/// What the memories hold where waiting is tried.
const THERE: u64 = 0x8000_0001_7fff_fffe;

/// A call of one of the functions: the operator, the memory, the index, what is expected there,
/// and what comes of it.
fn expected(operator: &str, is_shared: bool, index: u64, value: u64) -> Result<u64, Trap> {
    let bytes = if operator == "wait64" { 8 } else { 4 };
    if !index.is_multiple_of(bytes) {
        return Err(Trap::UnalignedAtomic);
    }
    if index + bytes > SIZE {
        return Err(Trap::MemoryOutOfBounds);
    }
    let there = match (index, bytes) {
        (16, 4) => THERE & 0xffff_ffff,
        (20, 4) => THERE >> 32,
        (16, 8) => THERE,
        _ => 0,
    };
    match operator {
        // No one waits.
        "notify" => Ok(0),
        _ if !is_shared => Err(Trap::ExpectedSharedMemory),
        "wait32" if there != value & 0xffff_ffff => Ok(1),
        "wait64" if there != value => Ok(1),
        // It is late at once.
        _ => Ok(2),
    }
}

#[test]
fn alone() {
    let mut text = String::from("(module (memory 1 1 shared) (memory 1 1)\n");
    for (memory, _) in [("shared", 0), ("private", 1)].iter().enumerate() {
        let bytes: String = THERE.to_le_bytes().map(|it| format!("\\{it:02x}")).concat();
        text += &format!(
            "(data (memory {memory}) (i32.const 16) \"{bytes}\")
            (func (export \"notify{memory}\") (param i32 i64 i64) (result i32)
                (memory.atomic.notify {memory} (local.get 0) (i32.wrap_i64 (local.get 1))))
            (func (export \"wait32{memory}\") (param i32 i64 i64) (result i32)
                (memory.atomic.wait32 {memory} (local.get 0) (i32.wrap_i64 (local.get 1))
                    (local.get 2)))
            (func (export \"wait64{memory}\") (param i32 i64 i64) (result i32)
                (memory.atomic.wait64 {memory} (local.get 0) (local.get 1) (local.get 2)))"
        );
    }
    text += "(func (export \"fence\") (result i32) atomic.fence (i32.const 5)))";
    let wasm = wat::parse_str(&text).unwrap_or_else(|e| panic!("{e}"));
    for mut guest in guests(&wasm, false) {
        let name = guest.name.clone();
        let fence = guest.func("fence");
        let mut results = [Val::I32(0)];
        guest.call(fence, &[], &mut results).expect("no trap");
        assert_eq!(bits(&results[0]), 5);
        for operator in ["notify", "wait32", "wait64"] {
            for memory in 0..2 {
                let func = guest.func(&format!("{operator}{memory}"));
                for index in [
                    0,
                    1,
                    2,
                    4,
                    7,
                    8,
                    16,
                    20,
                    24,
                    SIZE - 8,
                    SIZE - 4,
                    SIZE,
                    SIZE + 1,
                ] {
                    for value in [0, THERE, THERE >> 32, THERE & 0xffff_ffff, u64::MAX] {
                        for timeout in [0, 1, 1_000] {
                            let args = [
                                Val::I32(index as i32),
                                Val::I64(value as i64),
                                Val::I64(timeout),
                            ];
                            let got = guest
                                .call(func, &args, &mut results)
                                .map(|()| bits(&results[0]) as u64);
                            assert_eq!(
                                got,
                                expected(operator, memory == 0, index, value),
                                "{name}: {operator} of memory {memory} at {index} for {value:x}"
                            );
                        }
                    }
                }
            }
        }
    }
}
