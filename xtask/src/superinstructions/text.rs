//! Superinstructions as `interp/ops/superinstructions.txt` has them.

use std::collections::BTreeMap;

/// No line is longer.
const WIDTH: usize = 100;

/// What can follow, and what can follow that.
#[derive(Default)]
struct Branches<'a>(BTreeMap<&'a str, Self>);

/// The file with these superinstructions, and the explanation that it had `before`.
pub(crate) fn page(before: &str, superinstructions: &[Vec<&str>]) -> String {
    let explanation = before.lines().filter(|line| line.starts_with('#'));
    let lines = explanation
        .map(str::to_owned)
        .chain(lines(superinstructions));
    lines.flat_map(|line| [line, "\n".to_owned()]).collect()
}

fn lines(superinstructions: &[Vec<&str>]) -> Vec<String> {
    let mut tree = Branches::default();
    for sequence in superinstructions {
        let mut place = &mut tree;
        for name in sequence {
            place = place.0.entry(name).or_default();
        }
    }
    let mut lines = Vec::new();
    for (first, following) in tree.0 {
        let mut line = format!("{first}:");
        for word in following.words() {
            if line.len() + 1 + word.len() > WIDTH {
                lines.push(std::mem::replace(&mut line, "   ".to_owned()));
            }
            line = line + " " + &word;
        }
        lines.push(line);
    }
    lines
}

impl Branches<'_> {
    /// The names, with what follows each behind it in parentheses.
    fn words(&self) -> Vec<String> {
        let mut all = Vec::new();
        for (name, following) in &self.0 {
            let mut words = following.words();
            match &mut words[..] {
                [] => words.push((*name).to_owned()),
                [first, ..] => first.insert_str(0, &format!("{name}(")),
            }
            if let (false, Some(last)) = (following.0.is_empty(), words.last_mut()) {
                last.push(')');
            }
            all.extend(words);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::superinstructions::{path, table};

    #[test]
    fn what_is_written_is_read() {
        let sequences: [&[&str]; 7] = [
            &["A", "B"],
            &["A", "B", "C"],
            &["A", "B", "C", "D"],
            &["A", "B", "E"],
            &["A", "F"],
            &["G", "A"],
            &["G", "A", "A"],
        ];
        let sequences = sequences.map(<[_]>::to_vec);
        let text = page("# What it is.\nX: Y\n", &sequences);
        assert_eq!(text, "# What it is.\nA: B(C(D) E) F\nG: A(A)\n");
        assert_eq!(table::parse(&text), sequences);
    }

    #[test]
    fn long_lines_go_on() {
        let followers: Vec<String> = (10..60).map(|it| format!("Follower{it}")).collect();
        let sequences: Vec<_> = followers.iter().map(|it| vec!["A", &it[..]]).collect();
        let text = page("", &sequences);
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
        assert!(text.lines().skip(1).all(|line| line.starts_with("    F")));
        assert_eq!(table::parse(&text), sequences);
    }

    #[test]
    fn the_table_is_written_as_it_is() {
        let text = std::fs::read_to_string(path()).expect("the table can be read");
        assert_eq!(page(&text, &table::all()), text);
    }
}
