//! The ratios as a picture: a bar for each geometric mean, and a dot for each workload and peer, on
//! logarithmic scales, where twice and half of the base are as far from it.

use crate::options::Options;
use crate::report::{self, Section};
use crate::task::Task;
use std::fmt::Write as _;

const WIDTH: f64 = 860.0;
/// Where the scales begin and end; names are to their left, and numbers to their right.
const LEFT: f64 = 190.0;
const RIGHT: f64 = WIDTH - 70.0;
const BAR: f64 = 15.0;
const ROW: f64 = 18.0;

/// Told apart by those who see few colours as well, and on light and dark backgrounds.
const COLOURS: [&str; 8] = [
    "#2f7fc1", "#e0861a", "#1a9e77", "#c9609c", "#8c6bd1", "#d1493a", "#8a8f2a", "#7d8590",
];

/// Without a background. Who prefers a dark one gets lighter text.
const STYLE: &str = "\
text{font:12px system-ui,sans-serif;fill:#57606a}\
.head{font-size:14px;font-weight:600;fill:#424a53}\
.end{text-anchor:end}.middle{text-anchor:middle}\
line{stroke:#8c959f;stroke-opacity:.35}.base{stroke-opacity:1}\
@media(prefers-color-scheme:dark){text{fill:#b1bac4}.head{fill:#d0d7de}}";

/// A picture of the ratios; the base itself, which is 1 everywhere, is only a line.
pub fn draw(options: &Options, sections: &[Section]) -> String {
    let base = report::base(options);
    let shown: Vec<Shown<'_>> = options
        .peers
        .iter()
        .enumerate()
        .filter(|&(at, _)| at != base)
        .zip(COLOURS.iter().cycle())
        .map(|((at, name), colour)| Shown { at, name, colour })
        .collect();
    let mut picture = Picture::default();
    picture.head(&format!(
        "Relative to {}: less is better",
        options.peers[base]
    ));
    picture.legend(&shown);
    picture.means(sections, &shown, options.peers.len(), base);
    let by_row = |task: &Task| {
        matches!(
            task,
            Task::Run(_) | Task::Program(_) | Task::Instructions(_)
        )
    };
    for section in sections {
        if section.rows.iter().any(|row| by_row(&row.task)) {
            picture.dots(section, &shown, base);
        }
    }
    picture.finish()
}

/// A peer that is drawn.
struct Shown<'a> {
    at: usize,
    name: &'a str,
    colour: &'a str,
}

#[derive(Default)]
struct Picture {
    body: String,
    /// How far down everything is drawn.
    y: f64,
}

impl Picture {
    fn head(&mut self, text: &str) {
        self.y += 26.0;
        self.text(4.0, self.y, "head", text);
        self.y += 8.0;
    }

    fn legend(&mut self, shown: &[Shown<'_>]) {
        let mut x = 4.0;
        self.y += 16.0;
        for peer in shown {
            let y = self.y - 9.0;
            self.add(format_args!(
                r#"<rect x="{x:.1}" y="{y:.1}" width="10" height="10" rx="2" fill="{}"/>"#,
                peer.colour
            ));
            self.text(x + 15.0, self.y, "", peer.name);
            x += 34.0 + 7.0 * peer.name.len() as f64;
        }
        self.y += 4.0;
    }

    /// The bars: for each section with means, one for each peer that has one.
    fn means(&mut self, sections: &[Section], shown: &[Shown<'_>], peers: usize, base: usize) {
        let sections: Vec<(&Section, Vec<Option<f64>>)> = sections
            .iter()
            .filter(|section| section.mean && section.rows.len() > 1)
            .map(|section| (section, report::means(section, peers, base)))
            .collect();
        let values = || {
            let all = sections.iter().flat_map(|(_, means)| means);
            all.copied().flatten()
        };
        let Some(scale) = Scale::of(values()) else {
            return;
        };
        self.head("Geometric means");
        let top = self.y;
        let bars: usize = sections
            .iter()
            .map(|(_, means)| shown.iter().filter(|it| means[it.at].is_some()).count())
            .sum();
        let height = bars as f64 * BAR + sections.len() as f64 * (ROW + 6.0);
        self.grid(&scale, top, height);
        for (section, means) in &sections {
            self.y += ROW;
            self.text(4.0, self.y, "", &section.title);
            self.y += 6.0;
            for peer in shown {
                let Some(mean) = means[peer.at] else { continue };
                let (one, at) = (scale.x(1.0), scale.x(mean));
                let (x, width) = (one.min(at), (one - at).abs().max(1.0));
                let (y, height) = (self.y, BAR - 3.0);
                self.add(format_args!(
                    r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" fill="{}"/>"#,
                    peer.colour
                ));
                let line = y + BAR - 4.5;
                self.text(LEFT - 8.0, line, "end", peer.name);
                self.text(RIGHT + 8.0, line, "", &format!("{mean:.2}"));
                self.y += BAR;
            }
        }
        self.y = top + height;
        self.ticks(&scale);
    }

    /// The dots: for each row of a section, one for each peer.
    fn dots(&mut self, section: &Section, shown: &[Shown<'_>], base: usize) {
        let ratio = |row: &report::Row, peer: &Shown<'_>| {
            report::ratio(section.unit, row.times[peer.at], row.times[base])
        };
        let values = section
            .rows
            .iter()
            .flat_map(|row| shown.iter().filter_map(move |peer| ratio(row, peer)));
        let Some(scale) = Scale::of(values) else {
            return;
        };
        self.head(&section.title);
        let height = section.rows.len() as f64 * ROW;
        self.grid(&scale, self.y, height);
        for row in &section.rows {
            let middle = self.y + ROW / 2.0;
            self.add(format_args!(
                r#"<line x1="{LEFT}" x2="{RIGHT}" y1="{middle:.1}" y2="{middle:.1}"/>"#
            ));
            self.text(LEFT - 8.0, middle + 4.0, "end", &row.name);
            // The first peers are on top.
            for peer in shown.iter().rev() {
                if let Some(ratio) = ratio(row, peer) {
                    self.add(format_args!(
                        r#"<circle cx="{:.1}" cy="{middle:.1}" r="5" fill="{}"/>"#,
                        scale.x(ratio),
                        peer.colour
                    ));
                }
            }
            self.y += ROW;
        }
        self.ticks(&scale);
    }

    /// The vertical lines of a scale.
    fn grid(&mut self, scale: &Scale, top: f64, height: f64) {
        for &tick in &scale.ticks {
            let class = if tick == 1.0 { "base" } else { "" };
            let (x, bottom) = (scale.x(tick), top + height);
            self.add(format_args!(
                r#"<line class="{class}" x1="{x:.1}" x2="{x:.1}" y1="{top:.1}" y2="{bottom:.1}"/>"#
            ));
        }
    }

    /// The numbers of a scale, below it.
    fn ticks(&mut self, scale: &Scale) {
        self.y += 14.0;
        for &tick in &scale.ticks {
            self.text(scale.x(tick), self.y, "middle", &tick.to_string());
        }
        self.y += 4.0;
    }

    fn text(&mut self, x: f64, y: f64, class: &str, text: &str) {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        self.add(format_args!(
            r#"<text class="{class}" x="{x:.1}" y="{y:.1}">{text}</text>"#
        ));
    }

    fn add(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.body, "{element}");
    }

    fn finish(self) -> String {
        let (height, body) = (self.y + 8.0, self.body.replace(r#" class="""#, ""));
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0}" width="{WIDTH}" height="{height:.0}">
<style>{STYLE}</style>
{body}</svg>
"#
        )
    }
}

/// A logarithmic scale that begins and ends with round numbers.
struct Scale {
    ticks: Vec<f64>,
}

impl Scale {
    /// That for these values and 1; none if there are no values.
    fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.filter(|value| value.is_finite() && *value > 0.0) {
            least = least.min(value);
            most = most.max(value);
        }
        if least > most {
            return None;
        }
        let (least, most) = (least.min(1.0), most.max(1.0));
        let round: Vec<f64> = (-6..6)
            .flat_map(|power| [1, 2, 5].map(|digit| (digit, power)))
            // Exact, as a product with a power of ten is not.
            .filter_map(|(digit, power)| format!("{digit}e{power}").parse().ok())
            .collect();
        let first = round.iter().rposition(|&it| it <= least).unwrap_or(0);
        let last = round.iter().position(|&it| it >= most)?;
        // One step at least.
        let ticks = round[first..=last.max(first + 1)].to_vec();
        Some(Self { ticks })
    }

    fn x(&self, value: f64) -> f64 {
        let (first, last) = (self.ticks[0], self.ticks[self.ticks.len() - 1]);
        let part = (value / first).ln() / (last / first).ln();
        LEFT + part.clamp(0.0, 1.0) * (RIGHT - LEFT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Row, Unit};
    use crate::task::Time;

    #[test]
    fn scales_are_round_and_have_the_base() {
        let ticks = |values: &[f64]| Scale::of(values.iter().copied()).map(|scale| scale.ticks);
        assert_eq!(ticks(&[]), None);
        assert_eq!(ticks(&[1.0]), Some(vec![1.0, 2.0]));
        assert_eq!(ticks(&[0.3, 0.7]), Some(vec![0.2, 0.5, 1.0]));
        assert_eq!(ticks(&[2.5]), Some(vec![1.0, 2.0, 5.0]));
    }

    #[test]
    fn a_picture_has_a_bar_for_each_mean_and_a_dot_for_each_ratio() {
        let options = Options::parse(["--peers", "wasmi,tail,loop"].map(str::to_owned).to_vec())
            .unwrap()
            .unwrap();
        let row = |name: &str, times: [f64; 3]| Row {
            times: times.map(|time| Some(Time::of(time))).to_vec(),
            ..Row::new(name, Task::Run("fib"), 3)
        };
        let section = Section {
            title: "a < b & c".to_owned(),
            unit: Unit::Milliseconds,
            mean: true,
            rows: vec![row("one", [1.0, 0.5, 2.0]), row("two", [1.0, 0.5, 2.0])],
        };
        let svg = draw(&options, &[section]);
        let count = |what: &str| svg.matches(what).count();
        // A square in the legend and a bar each.
        assert_eq!((count("<rect"), count("<circle")), (4, 4), "{svg}");
        assert!(svg.contains("a &lt; b &amp; c"), "{svg}");
        assert!(
            svg.contains(">0.50</text>") && svg.contains(">2.00</text>"),
            "{svg}"
        );
    }
}
