//! Small modules for what is measured besides the workloads.

use std::fmt::Write as _;

/// Calls across the border: `add` for the host; `out` calls the host as often as it is told, and
/// `loop` does the same without the call.
pub const CALLS: &str = r#"(module
    (import "host" "step" (func $step (param i32) (result i32)))
    (func (export "add") (param i32) (result i32)
        (i32.add (local.get 0) (i32.const 1)))
    (func (export "out") (param $n i32) (result i64)
        (local $value i32)
        (loop $again
            (local.set $value (call $step (local.get $value)))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (i64.extend_i32_s (local.get $value)))
    (func (export "loop") (param $n i32) (result i64)
        (local $value i32)
        (loop $again
            (local.set $value (i32.add (local.get $value) (i32.const 1)))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (i64.extend_i32_s (local.get $value))))"#;

/// Throws as often as it is told, and says how often it has caught.
pub const EXCEPTIONS: &str = r#"(module
    (tag $t (param i32))
    (func $throw (param i32)
        (if (local.get 0) (then (throw $t (local.get 0)))))
    (func $deep (param $calls i32) (param i32)
        (if (local.get $calls)
            (then
                (call $deep (i32.sub (local.get $calls) (i32.const 1)) (local.get 1))
                ;; No tail call.
                (global.set $back (i32.const 1)))
            (else (throw $t (local.get 1)))))
    (global $back (mut i32) (i32.const 0))
    (func (export "same") (param $n i32) (result i64) (local $count i64)
        (loop $again
            (block $caught (result i32)
                (try_table (catch $t $caught) (throw $t (local.get $n)))
                (unreachable))
            (drop)
            (local.set $count (i64.add (local.get $count) (i64.const 1)))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $count))
    (func (export "one") (param $n i32) (result i64) (local $count i64)
        (loop $again
            (block $caught (result i32)
                (try_table (catch $t $caught) (call $throw (local.get $n)))
                (unreachable))
            (drop)
            (local.set $count (i64.add (local.get $count) (i64.const 1)))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $count))
    (func (export "ten") (param $n i32) (result i64) (local $count i64)
        (loop $again
            (block $caught (result i32)
                (try_table (catch $t $caught) (call $deep (i32.const 9) (local.get $n)))
                (unreachable))
            (drop)
            (local.set $count (i64.add (local.get $count) (i64.const 1)))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $count)))"#;

/// A module of the least that programs have: a memory, a table, globals, functions, a little data.
pub const SMALL: &str = r#"(module
    (memory (export "memory") 1)
    (table 4 funcref)
    (global $top (mut i32) (i32.const 65536))
    (elem (i32.const 1) $inc $dec)
    (data (i32.const 16) "hello")
    (func $inc (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
    (func $dec (param i32) (result i32) (i32.sub (local.get 0) (i32.const 1)))
    (func (export "run") (param i32) (result i32)
        (call_indirect (param i32) (result i32) (local.get 0) (i32.const 1))))"#;

/// A module with ten megabytes of data, in pieces as compilers make them.
pub fn data() -> String {
    const PIECE: usize = 64 << 10;
    let mut text = "(module (memory (export \"memory\") 168)\n".to_owned();
    for i in 0..160 {
        // Not all alike, and nowhere zero.
        let piece = char::from(b'a' + (i % 26) as u8).to_string().repeat(PIECE);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "(data (i32.const {}) \"{piece}\")", i * PIECE);
    }
    text.push(')');
    text
}

/// A module with as many data segments as the largest programs have.
pub fn segments() -> String {
    let mut text = "(module (memory (export \"memory\") 64)\n".to_owned();
    for i in 0..100_000 {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "(data (i32.const {}) \"segment {:03}\")",
            i * 40,
            i % 1000
        );
    }
    text.push(')');
    text
}
