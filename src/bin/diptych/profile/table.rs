//! A profile as a table.

use super::Ticks;
use super::samples::Samples;
use core::fmt::Write as _;
use std::time::Duration;

/// A line about the samples, and the functions that executed most, at most `rows`.
pub(super) fn text(samples: &Samples, ticks: &Ticks, rows: usize) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut text, samples, ticks, rows);
    text
}

fn write(out: &mut String, samples: &Samples, ticks: &Ticks, rows: usize) -> core::fmt::Result {
    let (count, period) = (samples.count(), ticks.period());
    if ticks.count == 0 {
        return writeln!(out, "profile: no samples; the guest ended before the first");
    }
    if count == 0 {
        return writeln!(
            out,
            "profile: no samples; the guest was in the host all the {:.2?}",
            ticks.time
        );
    }
    writeln!(out, "profile: {count} samples, one every {period:.2?}")?;
    if ticks.unnoticed > 0 {
        writeln!(
            out,
            "profile: {} further times the guest was in the host, or between two places that look",
            ticks.unnoticed
        )?;
    }
    if samples.truncated() > 0 {
        writeln!(
            out,
            "profile: {} samples are of stacks too deep to be seen whole: totals lack their \
             outermost callers",
            samples.truncated()
        )?;
    }
    writeln!(
        out,
        "{:>9} {:>6}  {:>9} {:>6}  function",
        "self", "", "total", ""
    )?;
    let functions = samples.ranking();
    let seconds = |samples| Seconds(period.mul_f64(samples as f64));
    let percent = |samples| samples as f64 / count as f64 * 100.0;
    for function in functions.iter().take(rows) {
        writeln!(
            out,
            "{:>9} {:>5.1}%  {:>9} {:>5.1}%  {}",
            seconds(function.own),
            percent(function.own),
            seconds(function.total),
            percent(function.total),
            function.name
        )?;
    }
    let rest = functions.get(rows..).unwrap_or_default();
    if !rest.is_empty() {
        let own: u64 = rest.iter().map(|function| function.own).sum();
        writeln!(
            out,
            "{:>9} {:>5.1}%  {:>17}  … and {} more functions",
            seconds(own),
            percent(own),
            "",
            rest.len()
        )?;
    }
    Ok(())
}

/// A time in seconds, which can be padded.
struct Seconds(Duration);

impl core::fmt::Display for Seconds {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(&format!("{:.3}s", self.0.as_secs_f64()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::tests::samples;
    use super::*;

    const TICKS: Ticks = Ticks {
        count: 10,
        unnoticed: 0,
        time: Duration::from_millis(20),
    };

    #[test]
    fn rows() {
        let samples = samples(&["a", "ab", "ab", "abc"]);
        assert_eq!(
            text(&samples, &TICKS, 30),
            "\
profile: 4 samples, one every 2.00ms
     self             total         function
   0.004s  50.0%     0.006s  75.0%  b
   0.002s  25.0%     0.008s 100.0%  a
   0.002s  25.0%     0.002s  25.0%  c
"
        );
    }

    #[test]
    fn what_is_left_out_is_told() {
        let samples = samples(&["a", "ab", "ab", "abc"]);
        let text = text(&samples, &TICKS, 1);
        assert!(
            text.ends_with(
                "   0.004s  50.0%     0.006s  75.0%  b\n   \
                 0.004s  50.0%                     … and 2 more functions\n"
            ),
            "{text}"
        );
    }

    #[test]
    fn time_in_the_host_is_told() {
        let ticks = Ticks {
            unnoticed: 6,
            ..TICKS
        };
        let text = text(&samples(&["a"]), &ticks, 30);
        assert!(text.contains("6 further times"), "{text}");
    }

    #[test]
    fn without_samples_there_is_no_table() {
        assert_eq!(
            text(&samples(&[]), &Ticks::default(), 30),
            "profile: no samples; the guest ended before the first\n"
        );
        assert_eq!(
            text(&samples(&[]), &TICKS, 30),
            "profile: no samples; the guest was in the host all the 20.00ms\n"
        );
    }
}
