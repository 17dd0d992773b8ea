//! The table, and the same numbers as JSON.

use crate::options::Options;
use crate::task::{Task, Time};
use crate::{Result, peers, workloads};
use serde_json::{Map, Value, json};
use std::io::Write as _;

/// Measurements of one kind.
pub struct Section {
    pub title: String,
    pub unit: Unit,
    /// Whether a mean of the rows' ratios says something.
    pub mean: bool,
    pub rows: Vec<Row>,
}

/// One measurement of all peers, in the order of the options.
#[derive(Clone)]
pub struct Row {
    pub name: String,
    pub task: Task,
    pub times: Vec<Option<Time>>,
}

impl Row {
    pub fn new(name: &str, task: Task, peers: usize) -> Self {
        Self {
            name: name.to_owned(),
            task,
            times: vec![None; peers],
        }
    }

    /// Keeps the best time of a peer; fails if it did not do what others have done.
    pub fn add(&mut self, peer: usize, time: Option<Time>) -> Result<()> {
        let Some(time) = time else { return Ok(()) };
        let known = self.times.iter().flatten().map(|time| time.result).next();
        if let Some(known) = known.filter(|&known| known != time.result) {
            let differs = time.result;
            return Err(format!("the result's checksum is {differs}, and was {known}").into());
        }
        let before = self.times[peer];
        self.times[peer] = Some(before.map_or(time, |before| before.min(time)));
        Ok(())
    }
}

/// How a time is shown.
#[derive(Clone, Copy)]
pub enum Unit {
    Milliseconds,
    Microseconds,
    Nanoseconds,
    /// Of wall time.
    WallMicroseconds,
    Bytes,
    /// Of memory, for each byte of a file of so many megabytes.
    BytesPerByte(f64),
    MillionInstructions,
    /// What is counted beside instructions.
    MillionJumps,
    /// Of a file of so many megabytes.
    MegabytesPerSecond(f64),
    WallMegabytesPerSecond(f64),
}

impl Unit {
    const fn name(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::Microseconds | Self::WallMicroseconds => "µs",
            Self::Bytes => "bytes",
            Self::BytesPerByte(_) => "bytes for a byte",
            Self::MillionInstructions | Self::MillionJumps => "millions",
            Self::Nanoseconds => "ns",
            Self::MegabytesPerSecond(_) | Self::WallMegabytesPerSecond(_) => "MB/s",
        }
    }

    /// The seconds that count.
    const fn seconds(self, time: Time) -> f64 {
        match self {
            Self::WallMegabytesPerSecond(_) | Self::WallMicroseconds | Self::MillionJumps => {
                time.wall
            }
            _ => time.cpu,
        }
    }

    fn show(self, time: Time) -> f64 {
        let seconds = self.seconds(time);
        match self {
            Self::Milliseconds => seconds * 1e3,
            Self::Microseconds | Self::WallMicroseconds => seconds * 1e6,
            Self::Bytes => seconds,
            Self::BytesPerByte(size) => seconds / 1e6 / size,
            Self::MillionInstructions | Self::MillionJumps => seconds / 1e6,
            Self::Nanoseconds => seconds * 1e9,
            Self::MegabytesPerSecond(size) | Self::WallMegabytesPerSecond(size) => size / seconds,
        }
    }

    /// How many times as fast or slow as the base: smaller is better for times, larger for speeds.
    fn ratio(self, time: Time, base: Time) -> f64 {
        self.show(time) / self.show(base)
    }
}

/// Prints the table.
pub fn print(options: &Options, sections: &[Section]) -> Result<()> {
    let base = base(options);
    let mut out = std::io::stdout().lock();
    for (at, name) in options.peers.iter().enumerate() {
        let mark = if at == base {
            " (the base of the ratios)"
        } else {
            ""
        };
        writeln!(out, "{name:<10} {}{mark}", peers::get(name)?.about())?;
    }
    for section in sections {
        let unit = section.unit;
        writeln!(out, "\n{}, {}", section.title, unit.name())?;
        write!(out, "{:<16}", "")?;
        for name in &options.peers {
            write!(out, " {name:>10} {:>6}", "÷")?;
        }
        writeln!(out)?;
        for row in &section.rows {
            write!(out, "{:<16}", row.name)?;
            for time in &row.times {
                let shown = time.map(|time| figures(unit.show(time)));
                let ratio = ratio(unit, *time, row.times[base]).map(|ratio| format!("{ratio:.3}"));
                let dash = || "-".to_owned();
                write!(
                    out,
                    " {:>10} {:>6}",
                    shown.unwrap_or_else(dash),
                    ratio.unwrap_or_else(dash)
                )?;
            }
            writeln!(out)?;
        }
        if section.mean && section.rows.len() > 1 {
            write!(out, "{:<16}", "geometric mean")?;
            for mean in means(section, options.peers.len(), base) {
                let mean = mean.map_or("-".to_owned(), |mean| format!("{mean:.3}"));
                write!(out, " {:>10} {mean:>6}", "")?;
            }
            writeln!(out)?;
        }
    }
    Ok(out.flush()?)
}

/// All numbers: seconds as they were measured, and ratios.
pub fn json(options: &Options, sections: &[Section]) -> String {
    let base = base(options);
    let about = |name: &String| peers::get(name).map_or_else(|_| name.clone(), |peer| peer.about());
    let mut list = Vec::new();
    for section in sections {
        let rows: Vec<Value> = section
            .rows
            .iter()
            .map(|row| row_json(options, section.unit, row, base))
            .collect();
        let means: Map<String, Value> = options
            .peers
            .iter()
            .cloned()
            .zip(
                means(section, options.peers.len(), base)
                    .into_iter()
                    .map(|mean| json!(mean)),
            )
            .collect();
        let mut object =
            json!({ "title": section.title, "unit": section.unit.name(), "rows": rows });
        if section.mean {
            object["geometric_mean"] = means.into();
        }
        list.push(object);
    }
    let report = json!({
        "rounds": options.rounds,
        "base": options.peers[base],
        "peers": options.peers.iter().map(|name| json!({ "name": name, "about": about(name) })).collect::<Vec<_>>(),
        "sections": list,
    });
    format!("{report:#}\n")
}

fn row_json(options: &Options, unit: Unit, row: &Row, base: usize) -> Value {
    let mut peers = Map::new();
    for (name, time) in options.peers.iter().zip(&row.times) {
        let value = time.map(|time| {
            json!({
                "cpu_seconds": time.cpu,
                "wall_seconds": time.wall,
                "value": unit.show(time),
                "ratio": ratio(unit, Some(time), row.times[base]),
            })
        });
        peers.insert(name.clone(), value.into());
    }
    let mut object = json!({ "name": row.name, "peers": peers });
    if let Some(workload) = workloads::get(&row.name) {
        object["n"] = workload.n.into();
    }
    object
}

/// The place of the base among the peers.
pub fn base(options: &Options) -> usize {
    let base = options.base.as_deref().unwrap_or(peers::BASE);
    options
        .peers
        .iter()
        .position(|name| name == base)
        .unwrap_or(0)
}

pub fn ratio(unit: Unit, time: Option<Time>, base: Option<Time>) -> Option<f64> {
    Some(unit.ratio(time?, base?))
}

/// The geometric means of all rows' ratios; nothing for a peer that lacks one.
pub fn means(section: &Section, peers: usize, base: usize) -> Vec<Option<f64>> {
    (0..peers)
        .map(|peer| {
            let sum: Option<f64> = section
                .rows
                .iter()
                .map(|row| ratio(section.unit, row.times[peer], row.times[base]).map(f64::ln))
                .sum();
            sum.map(|sum| (sum / section.rows.len() as f64).exp())
        })
        .collect()
}

/// Four figures, or all before the point.
fn figures(value: f64) -> String {
    let whole = value.abs().max(1.0).log10().floor() as usize + 1;
    format!("{value:.*}", 4_usize.saturating_sub(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_four_figures() {
        assert_eq!(
            [figures(0.1234), figures(12.345), figures(123456.7)],
            ["0.123", "12.35", "123457"]
        );
    }

    #[test]
    fn means_are_geometric_and_need_all_rows() {
        let time = |cpu| Some(Time::of(cpu));
        let row = |times: [Option<Time>; 2]| Row {
            times: times.to_vec(),
            ..Row::new("fib", Task::Run("fib"), 2)
        };
        let mut section = Section {
            title: String::new(),
            unit: Unit::Milliseconds,
            mean: true,
            rows: vec![row([time(1.0), time(2.0)]), row([time(4.0), time(2.0)])],
        };
        let found = means(&section, 2, 0);
        assert!(
            found.iter().all(|mean| (mean.unwrap() - 1.0).abs() < 1e-12),
            "{found:?}"
        );
        section.rows.push(row([time(1.0), None]));
        assert_eq!(means(&section, 2, 0)[1], None);
    }
}
