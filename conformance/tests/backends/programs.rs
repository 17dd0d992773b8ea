//! Programs that together use every kind of instruction that compiled code does in a way of its
//! own, in particular all that can stop a guest.

use crate::machine::{Program, agreed, machines};

/// A module, and calls of its exports.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
    pub(crate) calls: &'static [(&'static str, &'static [i64])],
}

pub(crate) fn wasm(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

pub(crate) const PROGRAMS: &[Case] = &[
    Case {
        name: "arithmetic",
        text: r#"(module $arithmetic
            (func $div (export "div") (param i32 i32) (result i32)
                (i32.div_s (local.get 0) (local.get 1)))
            (func (export "rem") (param i64 i64) (result i64)
                (i64.rem_s (local.get 0) (local.get 1)))
            (func (export "rem_u") (param i32 i32) (result i32)
                (i32.rem_u (local.get 0) (local.get 1)))
            (func (export "udiv") (param i64 i64) (result i64)
                (i64.div_u (local.get 0) (local.get 1)))
            (func (export "trunc") (param f64) (result i32)
                (i32.trunc_f64_s (local.get 0)))
            (func (export "trunc_u") (param f32) (result i64)
                (i64.trunc_f32_u (local.get 0)))
            (func (export "nan") (param f64) (result i64)
                (i64.trunc_f64_s (f64.div (local.get 0) (local.get 0))))
            (func $deep (param i32) (result i32)
                (if (result i32) (local.get 0)
                    (then (i32.add (call $deep (i32.sub (local.get 0) (i32.const 1)))
                        (i32.const 1)))
                    (else (call $div (i32.const 1) (i32.const 0)))))
            (func (export "deep") (param i32) (result i32) (call $deep (local.get 0))))"#,
        calls: &[
            ("div", &[7, 2]),
            ("div", &[7, 0]),
            ("div", &[i32::MIN as i64, -1]),
            ("rem", &[i64::MIN, -1]),
            ("rem", &[5, 0]),
            ("rem_u", &[5, 0]),
            ("rem_u", &[-5, 3]),
            ("udiv", &[-1, 3]),
            ("udiv", &[1, 0]),
            ("trunc", &[-3]),
            ("trunc", &[1 << 40]),
            ("trunc_u", &[-2]),
            ("trunc_u", &[i64::MAX]),
            ("nan", &[0]),
            ("nan", &[3]),
            ("deep", &[0]),
            ("deep", &[30]),
            ("deep", &[100]),
        ],
    },
    Case {
        name: "memory",
        text: r#"(module $memory
            (memory $m (export "memory") 1 3)
            (data $d "some bytes that are copied")
            (func (export "load") (param i32) (result i64)
                (i64.store (i32.const 8) (i64.const 7))
                (i64.load offset=8 (local.get 0)))
            (func (export "far") (param i32) (result i32)
                (i32.load8_u offset=4294967295 (local.get 0)))
            (func (export "store") (param i32)
                (i32.store8 (i32.const 0) (i32.const 1))
                (i64.store offset=2 (local.get 0) (i64.const -1))
                (i32.store8 (i32.const 1) (i32.const 2)))
            (func (export "grow") (param i32) (result i32 i32)
                (memory.grow (local.get 0)) (memory.size)
                (i32.store8 offset=65535 (i32.const 1) (i32.const 3)))
            (func (export "fill") (param i32 i32)
                (memory.fill (local.get 0) (i32.const 9) (local.get 1)))
            (func (export "copy") (param i32 i32)
                (memory.init $d (i32.const 100) (i32.const 0) (i32.const 26))
                (memory.copy (local.get 0) (i32.const 100) (local.get 1)))
            (func (export "drop") (param i32)
                (data.drop $d)
                (memory.init $d (i32.const 0) (i32.const 0) (local.get 0)))
            (func (export "sum") (param $n i32) (result i32) (local $sum i32)
                (loop $more
                    (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $n))))
                    (i32.store8 (local.get $n) (local.get $sum))
                    (br_if $more (i32.ge_s (local.tee $n (i32.sub (local.get $n) (i32.const 1)))
                        (i32.const -1))))
                (local.get $sum)))"#,
        calls: &[
            ("load", &[0]),
            ("load", &[65520]),
            ("load", &[65521]),
            ("load", &[-1]),
            ("far", &[0]),
            ("far", &[-1]),
            ("store", &[65526]),
            ("store", &[65527]),
            ("grow", &[0]),
            ("grow", &[1]),
            ("grow", &[3]),
            ("fill", &[10, 100]),
            ("fill", &[65530, 7]),
            ("copy", &[103, 20]),
            ("copy", &[65530, 7]),
            ("drop", &[0]),
            ("drop", &[1]),
            ("sum", &[40]),
        ],
    },
    Case {
        name: "memories",
        text: r#"(module $memories
            (memory $a (export "memory") 1)
            (memory $b (export "wide") i64 1)
            (func (export "both") (param i32 i64) (result i32)
                (i32.store8 $a (local.get 0) (i32.const 5))
                (i64.store32 $b offset=4 (local.get 1) (i64.const 77))
                (i32.add (i32.load16_s $a (local.get 0)) (i32.load $b (local.get 1))))
            (func (export "wrap") (param i64) (result i64)
                (i64.load $b offset=0xfffffffffffffff0 (local.get 0)))
            (func (export "across") (param i64 i32)
                (memory.fill $b (i64.const 0) (i32.const 255) (i64.const 64))
                (memory.copy $a $b (local.get 1) (local.get 0) (i32.const 16)))
            (func (export "grow") (param i64) (result i64)
                (memory.grow $b (local.get 0))))"#,
        calls: &[
            ("both", &[0, 0]),
            ("both", &[65535, 0]),
            ("both", &[0, 65532]),
            ("both", &[0, -1]),
            ("both", &[0, 1 << 32]),
            ("wrap", &[0]),
            ("wrap", &[16]),
            ("wrap", &[32]),
            ("across", &[4, 8]),
            ("across", &[65530, 8]),
            ("grow", &[1]),
            ("grow", &[-1]),
        ],
    },
    Case {
        name: "calls",
        text: r#"(module $calls
            (type $unary (func (param i32) (result i32)))
            (type $nullary (func (result i32)))
            (table $t 6 6 funcref)
            (elem (i32.const 0) $double $fib $count)
            (elem (i32.const 4) $nine)
            (func $double (type $unary) (i32.shl (local.get 0) (i32.const 1)))
            (func $nine (type $nullary) (i32.const 9))
            (func $fib (export "fib") (type $unary)
                (if (result i32) (i32.lt_s (local.get 0) (i32.const 2))
                    (then (local.get 0))
                    (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                        (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
            (func $count (export "count") (type $unary)
                (if (i32.eqz (local.get 0)) (then (return (i32.const 7))))
                (return_call $count (i32.sub (local.get 0) (i32.const 1))))
            (func (export "indirect") (param i32 i32) (result i32)
                (call_indirect (type $unary) (local.get 1) (local.get 0)))
            (func (export "tail") (param i32 i32) (result i32)
                (return_call_indirect (type $unary) (local.get 1) (local.get 0)))
            (func $inner (param i32) (result i32)
                (return_call_indirect (type $unary) (i32.const 3) (local.get 0)))
            (func (export "through") (param i32) (result i32)
                (i32.add (call $inner (local.get 0)) (i32.const 1)))
            (func (export "reference") (param i32) (result i32)
                (call_ref $unary (i32.const 5)
                    (select (result (ref null $unary)) (ref.func $double) (ref.null $unary)
                        (local.get 0)))))"#,
        calls: &[
            ("fib", &[8]),
            ("count", &[40]),
            ("indirect", &[0, 4]),
            ("indirect", &[1, 7]),
            ("indirect", &[3, 7]),
            ("indirect", &[4, 7]),
            ("indirect", &[6, 7]),
            ("indirect", &[-1, 7]),
            ("tail", &[2, 20]),
            ("tail", &[3, 20]),
            ("tail", &[4, 20]),
            ("tail", &[9, 20]),
            ("through", &[0]),
            ("through", &[3]),
            ("through", &[4]),
            ("reference", &[1]),
            ("reference", &[0]),
        ],
    },
    Case {
        name: "many results",
        text: r#"(module $many
            (type $many (func (param i32) (result i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 i32 i64
                i32 f32 f32 f64 f64 f32 f64 f32)))
            (table funcref (elem $many $tail))
            (func $many (export "many") (type $many)
                (if (i32.gt_s (local.get 0) (i32.const 90)) (then unreachable))
                (local.get 0) (i64.const 2) (f32.const 3) (f64.const 4)
                (i32.const -5) (i64.const -6) (f32.const 7.5) (f64.const 8.5)
                (i32.const 9) (i64.const 10) (i32.const 11) (i64.const 12)
                (i32.const 13) (f32.const 14) (f32.const 15) (f64.const 16)
                (f64.const 17) (f32.const 18) (f64.const 19) (f32.const 20))
            (func $tail (export "tail") (type $many)
                (return_call $many (i32.add (local.get 0) (i32.const 1))))
            (func (export "tail_indirect") (type $many)
                (return_call_indirect (type $many) (local.get 0) (i32.const 1)))
            (func (export "passed") (param i32 i32) (result f32)
                (local $f f32)
                (call_indirect (type $many) (local.get 1) (local.get 0))
                (local.set $f)
                drop drop drop drop drop drop drop drop drop drop
                drop drop drop drop drop drop drop drop drop
                (local.get $f))
            (func $params (export "params")
                (param i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64) (result i64 f64)
                (i64.add (i64.add (local.get 1) (local.get 5))
                    (i64.sub (local.get 9) (local.get 13)))
                (f64.sub (local.get 3) (f64.mul (local.get 7) (local.get 11)))))"#,
        calls: &[
            ("many", &[1]),
            ("many", &[91]),
            ("tail", &[2]),
            ("tail", &[90]),
            ("tail_indirect", &[3]),
            ("passed", &[0, 1]),
            ("passed", &[1, 90]),
            ("passed", &[2, 0]),
            ("params", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]),
        ],
    },
    Case {
        name: "control",
        text: r#"(module $control
            (global $g (export "g") (mut i64) (i64.const 3))
            (global $h (export "h") (mut f32) (f32.const 0.5))
            (global $i (export "i") (mut i32) (i32.const -1))
            (func (export "switch") (param i32) (result i32)
                (block $d (block $c (block $b (block $a
                    (br_table $a $b $c $d (local.get 0)))
                    (return (i32.const 10)))
                    (global.set $g (i64.const 11)) (br $d))
                    (unreachable))
                (global.set $i (local.get 0))
                (i64.store (i32.const 0) (global.get $g))
                (i32.const 13))
            (memory (export "memory") 1)
            (func (export "collatz") (param $n i64) (result i32) (local $steps i32)
                (block $done (loop $next
                    (br_if $done (i64.eq (local.get $n) (i64.const 1)))
                    (local.set $steps (i32.add (local.get $steps) (i32.const 1)))
                    (global.set $h (f32.add (global.get $h) (f32.const 1)))
                    (if (i64.eqz (i64.and (local.get $n) (i64.const 1)))
                        (then (local.set $n (i64.shr_u (local.get $n) (i64.const 1))))
                        (else (local.set $n (i64.add (i64.mul (local.get $n) (i64.const 3))
                            (i64.const 1)))))
                    (br $next)))
                (local.get $steps))
            (func (export "carry") (param i32) (result i32 i32)
                (block (result i32 i32)
                    (i32.const 1) (i32.const 2)
                    (br_if 0 (local.get 0))
                    (i32.add) (local.get 0)
                    (loop (param i32 i32) (result i32 i32)
                        (i32.const 1) (i32.add)
                        (local.tee 0)
                        (br_if 0 (i32.lt_s (local.get 0) (i32.const 9))))))
            (func (export "dead") (param i32) (result i32)
                (block $out (br_if $out (local.get 0)) (return (i32.const 1)))
                (loop (br_if 0 (i32.const 0)))
                (block (br 0) (unreachable))
                (i32.const 2)))"#,
        calls: &[
            ("switch", &[0]),
            ("switch", &[1]),
            ("switch", &[2]),
            ("switch", &[3]),
            ("switch", &[-1]),
            ("collatz", &[27]),
            ("collatz", &[1]),
            ("carry", &[0]),
            ("carry", &[1]),
            ("dead", &[0]),
            ("dead", &[1]),
        ],
    },
    Case {
        name: "tables",
        text: r#"(module $tables
            (type $t (func (result i32)))
            (table $t 4 10 funcref)
            (table $e 2 externref)
            (elem $s func $one $two)
            (func $one (result i32) (i32.const 1))
            (func $two (result i32) (i32.const 2))
            (func (export "set") (param i32) (result i32)
                (table.set $t (local.get 0) (ref.func $two))
                (call_indirect $t (type $t) (local.get 0)))
            (func (export "get") (param i32) (result i32)
                (ref.is_null (table.get $t (local.get 0))))
            (func (export "grow") (param i32) (result i32 i32)
                (table.grow $t (ref.func $one) (local.get 0)) (table.size $t))
            (func (export "init") (param i32 i32) (result i32)
                (table.init $t $s (local.get 0) (i32.const 0) (local.get 1))
                (call_indirect $t (type $t) (local.get 0)))
            (func (export "copy") (param i32 i32) (result i32)
                (table.init $t $s (i32.const 0) (i32.const 0) (i32.const 2))
                (elem.drop $s)
                (table.copy $t $t (local.get 0) (i32.const 0) (local.get 1))
                (call_indirect $t (type $t) (i32.const 3)))
            (func (export "fill") (param i32 i32)
                (table.fill $t (local.get 0) (ref.func $one) (local.get 1)))
            (func (export "externs") (param i32) (result i32)
                (ref.is_null (table.get $e (local.get 0)))))"#,
        calls: &[
            ("set", &[3]),
            ("set", &[4]),
            ("set", &[-1]),
            ("get", &[0]),
            ("get", &[4]),
            ("grow", &[6]),
            ("grow", &[7]),
            ("init", &[1, 2]),
            ("init", &[3, 2]),
            ("init", &[1, 3]),
            ("init", &[1, 0]),
            ("copy", &[2, 2]),
            ("copy", &[1, 2]),
            ("copy", &[3, 2]),
            ("fill", &[0, 4]),
            ("fill", &[1, 4]),
            ("externs", &[1]),
            ("externs", &[2]),
        ],
    },
    Case {
        // What is known of a memory's length and place has to be forgotten at the right time.
        name: "moving",
        text: r#"(module $moving
            (memory $m (export "memory") 1 40)
            (memory $n 2 40)
            (func $write (param $at i32) (param $value i32)
                (loop $once (i64.store (local.get $at) (i64.extend_i32_s (local.get $value)))))
            (func (export "behind") (param $at i32) (result i64)
                (loop $still
                    (i32.store8 offset=8 (local.get $at) (i32.const 1))
                    (br_if $still
                        (i32.gt_u (local.tee $at (i32.sub (local.get $at) (i32.const 9)))
                            (i32.const 100))))
                (drop (memory.grow (i32.const 3)))
                (i64.store (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 8))
                    (i64.const 77))
                (i64.add (i64.load (local.get $at))
                    (i64.load (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 8)))))
            (func (export "inside") (param $n i32) (result i32) (local $sum i32)
                (loop $grows
                    (i32.store (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 4))
                        (local.get $n))
                    (local.set $sum (i32.add (local.get $sum)
                        (i32.load (i32.sub (i32.shl (memory.size) (i32.const 16))
                            (i32.const 4)))))
                    (drop (memory.grow (i32.const 1)))
                    (br_if $grows (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
                (local.get $sum))
            (func (export "around") (param $n i32) (result i32) (local $i i32) (local $sum i32)
                (loop $outer
                    (local.set $i (i32.const 9))
                    (loop $inner
                        (i32.store16 $n (i32.sub (i32.shl (memory.size $n) (i32.const 16))
                            (i32.shl (local.get $i) (i32.const 1))) (local.get $i))
                        (loop $innermost
                            (local.set $sum (i32.add (local.get $sum)
                                (i32.load16_u $n
                                    (i32.sub (i32.shl (memory.size $n) (i32.const 16))
                                        (i32.shl (local.get $i) (i32.const 1))))))
                            (i32.store (local.get $i) (local.get $sum)))
                        (br_if $inner (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
                    (drop (memory.grow $n (i32.const 2)))
                    (i32.store $n (i32.sub (i32.shl (memory.size $n) (i32.const 16))
                        (i32.const 4)) (local.get $n))
                    (br_if $outer (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
                (local.get $sum))
            (func (export "arms") (param $at i32) (param $which i32) (result i32)
                (block $out
                    (br_if $out (i32.eq (local.get $which) (i32.const 2)))
                    (if (local.get $which)
                        (then (i32.store offset=64 (local.get $at) (i32.const 5)))
                        (else (i32.store (local.get $at) (i32.const 6))))
                    (i32.store8 offset=66 (local.get $at) (i32.const 7)))
                (i32.load offset=64 (local.get $at)))
            (func (export "masked") (param $x i32) (result i32)
                (i32.store16 (i32.and (local.get $x) (i32.const 0xffff)) (i32.const 1))
                (i32.load8_u (i32.shr_u (local.get $x) (i32.const 16))))
            (func (export "shifted") (param $x i32) (result i32)
                (i32.load (i32.shl (i32.and (local.get $x) (i32.const 0x3fff))
                    (i32.const 2))))
            (func (export "beyond") (param $x i32) (result i32)
                (i32.load offset=1 (i32.shl (i32.and (local.get $x) (i32.const 0x3fff))
                    (i32.const 2))))
            (func (export "wraps") (param $x i32) (result i32)
                (i32.load (i32.add (i32.and (local.get $x) (i32.const 7)) (i32.const -4))))
            (func (export "times") (param $x i32) (result i32)
                (i32.load (i32.mul (i32.and (local.get $x) (i32.const 0xff))
                    (i32.const 0x1010101))))
            (func (export "rest") (param $x i32) (param $one i32) (result i32)
                (i32.add
                    (i32.load8_u (i32.rem_u (local.get $x) (i32.const 65536)))
                    (i32.load16_u (select (i32.rem_u (local.get $x) (i32.const 65536))
                        (i32.const 65534) (local.get $one)))))
            (func (export "loaded") (param $x i32) (result i32)
                (call $write (i32.const 128) (i32.const -1))
                (i32.load16_u (i32.or (i32.load16_u offset=128 (i32.const 0))
                    (i32.and (local.get $x) (i32.const 1))))))"#,
        calls: &[
            ("behind", &[65528]),
            ("behind", &[500]),
            ("arms", &[65472, 0]),
            ("arms", &[65532, 0]),
            ("inside", &[5]),
            ("around", &[4]),
            ("around", &[9]),
            ("arms", &[0, 1]),
            ("arms", &[-1, 2]),
            ("arms", &[-1, 1]),
            ("arms", &[2_097_084, 0]),
            ("arms", &[2_621_376, 1]),
            ("arms", &[2_621_437, 2]),
            ("masked", &[-1]),
            ("masked", &[0x7fff]),
            ("shifted", &[-1]),
            ("beyond", &[-1]),
            ("beyond", &[3]),
            ("wraps", &[0]),
            ("wraps", &[4]),
            ("wraps", &[7]),
            ("times", &[1]),
            ("times", &[255]),
            ("rest", &[-1, 0]),
            ("rest", &[-1, 1]),
            ("loaded", &[0]),
        ],
    },
    Case {
        name: "host",
        text: r#"(module $host
            (import "host" "note" (func $note (param i32) (result i32)))
            (import "host" "refuse" (func $refuse (param i32) (result i64)))
            (import "host" "again" (func $again (param i32) (result i32)))
            (memory (export "memory") 1)
            (table funcref (elem $note $refuse $note))
            (func (export "notes") (param $n i32) (result i32) (local $sum i32)
                (loop $more
                    (i32.store8 (local.get $n) (local.get $n))
                    (local.set $sum (i32.add (local.get $sum) (call $note (local.get $n))))
                    (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
                (local.get $sum))
            (func $ask (param i32) (result i64) (call $refuse (local.get 0)))
            (func (export "ask") (param i32) (result i64)
                (i64.add (call $ask (local.get 0))
                    (call $ask (i32.sub (i32.const 5) (local.get 0)))))
            (func (export "tail") (param i32) (result i64)
                (drop (call $note (i32.const 1)))
                (return_call $refuse (local.get 0)))
            (func (export "indirect") (param i32 i32) (result i32)
                (call_indirect (param i32) (result i32) (local.get 1) (local.get 0)))
            (func $back (export "back") (param i32) (result i32)
                (drop (call $note (local.get 0)))
                (if (result i32) (i32.gt_s (local.get 0) (i32.const 0))
                    (then (i32.add (i32.const 1) (call $again (local.get 0))))
                    (else (i32.div_u (i32.const 1) (i32.add (local.get 0) (i32.const 1)))))))"#,
        calls: &[
            ("notes", &[12]),
            ("ask", &[3]),
            ("ask", &[-1]),
            ("ask", &[9]),
            ("tail", &[1]),
            ("tail", &[-1]),
            ("indirect", &[0, 5]),
            ("indirect", &[1, 5]),
            ("indirect", &[3, 5]),
            ("back", &[5]),
            ("back", &[0]),
            ("back", &[-1]),
        ],
    },
    Case {
        name: "exceptions",
        text: r#"(module $exceptions
            (tag $a (param i32))
            (tag $b (param i64 i32))
            (global $trace (export "trace") (mut i32) (i32.const 1))
            (func $note (param i32)
                (global.set $trace
                    (i32.add (i32.mul (global.get $trace) (i32.const 31)) (local.get 0))))
            (func $may (param i32)
                (if (i32.eq (local.get 0) (i32.const 1)) (then (throw $a (i32.const 5))))
                (if (i32.eq (local.get 0) (i32.const 2))
                    (then (throw $b (i64.const 6) (i32.const 7))))
                (if (i32.eq (local.get 0) (i32.const 3)) (then (unreachable)))
                (call $note (local.get 0)))
            (func (export "table") (param $n i32) (result i32) (local $last exnref)
                (block $a (result i32)
                    (block $b (result i64 i32 exnref)
                        (try_table (catch $a $a) (catch_ref $b $b)
                            (call $may (local.get $n))
                            (call $may (i32.sub (local.get $n) (i32.const 1))))
                        (return (i32.const -1)))
                    (local.set $last)
                    (call $note)
                    (drop)
                    (throw_ref (local.get $last))))
            ;; What is paid for at once does not depend on whether anything throws.
            (func (export "quiet") (param $n i32) (result i32)
                (block $a
                    (try_table (catch_all $a)
                        (global.set $trace (i32.const 3)))
                    (try_table (global.set $trace (i32.const 4)))
                    try
                        (global.set $trace (i32.const 5))
                    delegate 0
                    try
                        (global.set $trace (i32.const 6))
                    end
                    try
                        (global.set $trace (i32.const 7))
                    catch_all
                        (call $note (i32.const 1))
                    end)
                (i32.div_u (i32.const 1) (local.get $n)))
            (func (export "clauses") (param $n i32) (result i32) (local $i i32)
                (loop $again
                    try
                        (call $note (i32.const 10))
                        (call $may (i32.rem_u (local.get $i) (i32.const 3)))
                        (call $note (i32.const 11))
                    catch $a
                        (call $note)
                        try $inner
                            (call $note (i32.const 12))
                            (call $may (local.get $n))
                            (br_if $inner (i32.const 1))
                            (call $note (i32.const 13))
                        catch $b
                            (call $note)
                            (drop)
                            (rethrow 1)
                        end
                        (call $note (i32.const 14))
                    catch_all
                        (call $note (i32.const 15))
                    end
                    (br_if $again
                        (i32.lt_u
                            (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                            (i32.const 7))))
                (local.get $i))
            (func (export "delegate") (param $n i32) (result i32)
                try $outer (result i32)
                    try
                        (call $note (i32.const 20))
                        try
                            (call $may (local.get $n))
                            (call $note (i32.const 21))
                        delegate $outer
                        (call $note (i32.const 22))
                        (call $may (i32.sub (local.get $n) (i32.const 1)))
                    catch_all
                        (call $note (i32.const 23))
                        try
                            (call $may (i32.const 2))
                        delegate 1
                    end
                    (i32.const -2)
                catch $a
                    (call $note (i32.const 24))
                end))"#,
        calls: &[
            ("table", &[0]),
            ("table", &[1]),
            ("table", &[2]),
            ("table", &[3]),
            ("table", &[4]),
            ("quiet", &[0]),
            ("quiet", &[1]),
            ("clauses", &[0]),
            ("clauses", &[1]),
            ("clauses", &[2]),
            ("clauses", &[3]),
            ("delegate", &[0]),
            ("delegate", &[1]),
            ("delegate", &[2]),
            ("delegate", &[3]),
            ("delegate", &[4]),
        ],
    },
];

#[test]
fn programs_agree() {
    let mut differences = Vec::new();
    for metered in [false, true] {
        let machines = machines(metered);
        let fuel = metered.then_some(1 << 30);
        for program in PROGRAMS {
            // One instance for all calls, and what each of them leaves behind.
            let mut guests = Program::new(&machines, &[wasm(program.text)]).start(&machines);
            for (name, args) in program.calls {
                if let Err(what) = agreed(&mut guests, name, args, fuel) {
                    differences.push(format!("{}: {what}", program.name));
                }
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}
