//! Flame graphs: a picture of counted stacks, as SVG without anything beside it.
//!
//! Each box is a function. It lies on its caller and is as wide as the part of the samples in which
//! it was active; the order from left to right is that of the names and means nothing.

use core::fmt::{self, Write as _};
use std::collections::BTreeMap;

/// Sizes in pixels.
const WIDTH: f64 = 1200.0;
const MARGIN: f64 = 10.0;
const HEADER: f64 = 40.0;
const ROW: f64 = 17.0;
/// The width of a letter, about.
const LETTER: f64 = 7.2;
/// What is narrower cannot be seen and is left out.
const NARROWEST: f64 = 0.1;

/// The picture of stacks, whose functions are named outermost first, with how often each was found.
///
/// `title` stands above it.
pub(super) fn svg(title: &str, stacks: &[(Vec<&str>, u64)]) -> String {
    let tree = Tree::new(stacks);
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = draw(&mut text, title, &tree);
    text
}

/// The stacks, merged where they begin alike.
struct Tree<'a> {
    nodes: Vec<Node<'a>>,
}

#[derive(Default)]
struct Node<'a> {
    name: &'a str,
    /// The samples of this function's and of those that it called.
    total: u64,
    /// How many functions are below it.
    depth: usize,
    /// Nodes, by their names.
    callees: BTreeMap<&'a str, usize>,
}

impl<'a> Tree<'a> {
    fn new(stacks: &[(Vec<&'a str>, u64)]) -> Self {
        let mut nodes = vec![Node {
            name: "all",
            ..Node::default()
        }];
        for (stack, count) in stacks {
            let mut at = 0;
            nodes[at].total += count;
            for name in stack {
                let new = nodes.len();
                let next = *nodes[at].callees.entry(name).or_insert(new);
                if next == new {
                    let depth = nodes[at].depth + 1;
                    nodes.push(Node {
                        name,
                        depth,
                        ..Node::default()
                    });
                }
                at = next;
                nodes[at].total += count;
            }
        }
        Self { nodes }
    }

    /// The greatest number of functions that called each other.
    fn depth(&self) -> usize {
        self.nodes.iter().map(|node| node.depth).max().unwrap_or(0)
    }
}

fn draw(out: &mut String, title: &str, tree: &Tree<'_>) -> fmt::Result {
    let height = HEADER + (tree.depth() + 1) as f64 * ROW + MARGIN;
    write!(
        out,
        r##"<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}">
<style>
text {{ font: 12px monospace; fill: #222; pointer-events: none; }}
rect {{ stroke: #fff; stroke-width: 0.5; }}
g:hover > rect {{ stroke: #000; stroke-width: 1; }}
</style>
<rect width="100%" height="100%" fill="#fff"/>
<text x="{MARGIN}" y="24">{}</text>
"##,
        Escaped(title)
    )?;
    let all = tree.nodes[0].total;
    let scale = (WIDTH - 2.0 * MARGIN) / all.max(1) as f64;
    // Nodes that are to be drawn, and the sample at which each begins.
    let mut boxes = vec![(0, 0)];
    while let Some((at, begin)) = boxes.pop() {
        let node = &tree.nodes[at];
        let width = node.total as f64 * scale;
        if width < NARROWEST {
            continue;
        }
        let x = MARGIN + begin as f64 * scale;
        let y = height - MARGIN - (node.depth + 1) as f64 * ROW;
        draw_box(out, node, all, (x, y, width))?;
        let mut begin = begin;
        for callee in node.callees.values() {
            boxes.push((*callee, begin));
            begin += tree.nodes[*callee].total;
        }
    }
    out.write_str("</svg>\n")
}

fn draw_box(
    out: &mut String,
    node: &Node<'_>,
    all: u64,
    (x, y, width): (f64, f64, f64),
) -> fmt::Result {
    let percent = node.total as f64 / all.max(1) as f64 * 100.0;
    let (red, green, blue) = colour(node.name);
    write!(
        out,
        r#"<g><title>{} ({} samples, {percent:.1}%)</title><rect x="{x:.2}" y="{y:.2}" width="{width:.2}" height="{}" fill="rgb({red},{green},{blue})"/>"#,
        Escaped(node.name),
        node.total,
        ROW - 1.0,
    )?;
    if let Some(label) = label(node.name, width) {
        let (x, y) = (x + 3.0, y + 12.0);
        write!(
            out,
            r#"<text x="{x:.2}" y="{y:.2}">{}</text>"#,
            Escaped(&label)
        )?;
    }
    out.write_str("</g>\n")
}

/// As much of a name as a box has room for, if that is anything.
fn label(name: &str, width: f64) -> Option<String> {
    let room = ((width - 6.0) / LETTER).max(0.0) as usize;
    if name.chars().count() <= room {
        Some(name.to_owned())
    } else if room >= 3 {
        Some(name.chars().take(room - 1).chain(['…']).collect())
    } else {
        None
    }
}

/// A warm colour, always the same for a name.
fn colour(name: &str) -> (u8, u8, u8) {
    // FNV-1a.
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    let part =
        |shift: u32, from: u8, range: u32| from + ((hash >> shift) % 256 * range / 256) as u8;
    (part(0, 205, 50), part(8, 90, 140), part(16, 40, 60))
}

/// Text as XML has it.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '&' => f.write_str("&amp;")?,
                '"' => f.write_str("&quot;")?,
                _ => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::samples::tests::samples;

    /// The attribute of the box with this title.
    fn attribute(svg: &str, title: &str, name: &str) -> f64 {
        let line = svg
            .lines()
            .find(|line| line.contains(&format!("<title>{title} (")))
            .unwrap_or_else(|| panic!("no {title} in {svg}"));
        let (_, rest) = line
            .split_once(&format!(" {name}=\""))
            .expect("it has the attribute");
        let (value, _) = rest.split_once('"').expect("it ends");
        value.parse().expect("it is a number")
    }

    #[test]
    fn boxes_are_as_wide_as_their_samples() {
        let samples = samples(&["a", "ab", "ab", "c"]);
        let svg = svg("title", &samples.stacks());
        let part = |title| attribute(&svg, title, "width") / (WIDTH - 2.0 * MARGIN);
        for (title, expected) in [("all", 1.0), ("a", 0.75), ("b", 0.5), ("c", 0.25)] {
            assert!((part(title) - expected).abs() < 0.001, "{title}: {svg}");
        }
        assert!(svg.contains("<title>a (3 samples, 75.0%)</title>"), "{svg}");
    }

    #[test]
    fn callees_lie_on_their_callers() {
        let samples = samples(&["a", "ab", "c"]);
        let svg = svg("title", &samples.stacks());
        let y = |title| attribute(&svg, title, "y");
        assert!((y("all") - ROW - y("a")).abs() < 0.01, "{svg}");
        assert!((y("a") - ROW - y("b")).abs() < 0.01, "{svg}");
        assert!((y("a") - y("c")).abs() < 0.01, "{svg}");
        let x = |title| attribute(&svg, title, "x");
        assert!((x("a") - x("b")).abs() < 0.01 && x("c") > x("a"), "{svg}");
    }

    #[test]
    fn names_are_escaped() {
        let svg = svg("x < y", &[(vec!["<T as \"A&B\">::f"], 1)]);
        assert!(
            svg.contains("<title>&lt;T as &quot;A&amp;B&quot;&gt;::f (1 samples"),
            "{svg}"
        );
        assert!(svg.contains(">x &lt; y</text>"), "{svg}");
    }

    #[test]
    fn labels_fit() {
        assert_eq!(label("main", 100.0).as_deref(), Some("main"));
        assert_eq!(label("a_long_name", 50.0).as_deref(), Some("a_lon…"));
        assert_eq!(label("main", 10.0), None);
    }

    #[test]
    fn nothing_is_a_picture_too() {
        let svg = svg("title", &[]);
        assert!(svg.ends_with("</svg>\n"), "{svg}");
    }

    #[test]
    fn what_cannot_be_seen_is_left_out() {
        let svg = svg("title", &[(vec!["thin"], 1), (vec!["wide"], 1_000_000)]);
        assert!(svg.contains("wide (") && !svg.contains("thin"), "{svg}");
    }
}
