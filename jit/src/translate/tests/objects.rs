//! Structures and arrays.

use super::{compile, module};

/// How elements can be stored, and a value of each.
const ELEMENTS: [(&str, &str); 5] = [
    ("i8", "(local.get $i)"),
    ("f32", "(f32.convert_i32_s (local.get $i))"),
    ("i64", "(i64.const 1)"),
    ("v128", "(i32x4.splat (local.get $i))"),
    ("anyref", "(ref.i31 (local.get $i))"),
];

#[test]
fn arrays_of_all_elements_and_lengths() {
    for (storage, value) in ELEMENTS {
        let mut funcs = format!(
            "(func (param $i i32) (result (ref $t))
                (array.new_fixed $t 3 {value} {value} {value}))"
        );
        let lengths = ["0", "1", "30", "-1"];
        let lengths = lengths.map(|len| format!("(i32.const {len})"));
        for len in lengths.iter().map(String::as_str).chain(["(local.get $i)"]) {
            funcs += &format!(
                "(func (param $i i32) (result (ref $t)) (array.new $t {value} {len}))
                (func (param $i i32) (result (ref $t)) (array.new_default $t {len}))"
            );
        }
        compile(&module(&format!(
            "(module (type $t (array {storage})) {funcs})"
        )));
    }
}
