//! Superinstructions: sequences of operations that one handler executes, which saves the jumps
//! between them.
//!
//! One changes nothing in the code but the first cell of its first operation: the handler there
//! does what all of them do, one after the other, and goes on behind the last. The others keep
//! their own first cells, so that a branch to one finds it, and a trap in one is reported there.

/// The tree that they form; its own first lines say how it is written.
const TREE: &str = include_str!("superinstructions.txt");

/// All of them, each behind the one that it makes longer.
pub(crate) fn all() -> Vec<Vec<&'static str>> {
    parse(TREE)
}

/// Those of a text that is written so, in its order.
pub(crate) fn parse(text: &str) -> Vec<Vec<&str>> {
    let mut all = Vec::new();
    let mut path = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        for part in line.split_inclusive([' ', ':', '(', ')']) {
            let word = part.trim_end_matches([' ', ':', '(', ')']);
            if part.ends_with(':') {
                path = vec![word];
                continue;
            }
            if !word.is_empty() {
                let mut operations = path.clone();
                operations.push(word);
                all.push(operations);
            }
            if part.ends_with('(') {
                path.push(word);
            } else if part.ends_with(')') {
                path.pop();
            }
        }
    }
    all
}
