//! What `bench fleet` prints: medians, ratios, and the targets beside what was measured.

use super::{
    fleet::{Contestant, is_warm},
    measure::Measurement,
};
use serde::Serialize;
use std::fmt::Write;

/// All rounds of one contestant.
#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) contestant: Contestant,
    pub(crate) measurements: Vec<Measurement>,
}

impl Series {
    /// One without a round yet.
    pub(crate) fn new(contestant: Contestant) -> Self {
        Self { contestant, measurements: Vec::new() }
    }
}

/// What a person calls a contestant.
pub(crate) fn name(contestant: Contestant) -> &'static str {
    match contestant {
        Contestant::Attached => "millwright exec",
        Contestant::Detached => "millwright detach",
        Contestant::Warm => "millwright warm",
        Contestant::Pyinfra => "pyinfra",
        Contestant::ParallelSsh => "parallel-ssh",
        Contestant::ParallelSshWarm => "parallel-ssh warm",
        Contestant::Ansible => "ansible raw",
    }
}

/// The result of a benchmark.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    hosts: usize,
    rows: Vec<Row>,
    targets: Vec<Target>,
}

/// One contestant's medians.
#[derive(Debug, Serialize)]
struct Row {
    contestant: Contestant,
    seconds: f64,
    /// A warm run shares its process with the cold one before it, so that its own share is not known.
    cpu_milliseconds_per_host: Option<f64>,
    peak_megabytes: f64,
    rounds: Vec<Measurement>,
}

/// What we want to reach, and what we reached.
#[derive(Debug, Serialize)]
struct Target {
    what: &'static str,
    at_most: f64,
    measured: f64,
    met: bool,
}

impl Report {
    /// Takes the medians.
    pub(crate) fn new(hosts: usize, series: &[Series]) -> Self {
        let rows: Vec<_> = series.iter().map(|series| Row::new(hosts, series)).collect();
        let seconds = |contestant| find(&rows, contestant).map(|row| row.seconds);
        let ratio = |ours, theirs| Some(seconds(ours)? / seconds(theirs)?);
        let attached = find(&rows, Contestant::Attached);
        let measured = [
            ("attached, cold: wall time ÷ pyinfra's", 0.85, ratio(Contestant::Attached, Contestant::Pyinfra)),
            ("attached, cold: wall time ÷ parallel-ssh's", 0.65, ratio(Contestant::Attached, Contestant::ParallelSsh)),
            ("attached, cold: client CPU, ms a host", 3.0, attached.and_then(|row| row.cpu_milliseconds_per_host)),
            ("attached, cold: peak memory, MB", 120.0, attached.map(|row| row.peak_megabytes)),
            ("attached, warm: seconds", 1.0, seconds(Contestant::Warm)),
            ("detached, cold: wall time ÷ pyinfra's", 2.0, ratio(Contestant::Detached, Contestant::Pyinfra)),
        ];
        let targets = measured
            .into_iter()
            .filter_map(|(what, at_most, measured)| {
                measured.map(|measured| Target { what, at_most, measured, met: measured <= at_most })
            })
            .collect();
        Self { hosts, rows, targets }
    }

    /// Whether nothing that was measured missed its target.
    pub(crate) fn all_targets_met(&self) -> bool {
        self.targets.iter().all(|target| target.met)
    }

    /// For a terminal.
    pub(crate) fn table(&self) -> String {
        let mut text = String::new();
        let peers = [Contestant::Pyinfra, Contestant::ParallelSsh, Contestant::Ansible];
        // Writing to a string does not fail.
        let _ = writeln!(text, "\n`true` on {} hosts, medians:\n", self.hosts);
        let _ = write!(text, "{:<18} {:>8} {:>11} {:>8}", "", "wall s", "CPU ms/host", "peak MB");
        peers.iter().for_each(|peer| text += &format!(" {:>14}", format!("÷ {}", name(*peer))));
        text.push('\n');
        for row in &self.rows {
            let cpu = row.cpu_milliseconds_per_host.map_or("-".to_owned(), |cpu| format!("{cpu:.1}"));
            let _ =
                write!(text, "{:<18} {:>8.2} {cpu:>11} {:>8.0}", name(row.contestant), row.seconds, row.peak_megabytes);
            for peer in peers {
                let ratio = find(&self.rows, peer).map(|peer| row.seconds / peer.seconds);
                text += &format!(" {:>14}", ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.2}")));
            }
            text.push('\n');
        }
        text +=
            "\nCPU is the client's, with all that it starts; the hosts' is not in it. Peak is the largest process.\n";
        text += "parallel-ssh does not check host keys; the others do.\n";
        if !self.targets.is_empty() {
            text += "\nTargets:\n";
        }
        for Target { what, at_most, measured, met } in &self.targets {
            let mark = if *met { "✓ met" } else { "✕ missed" };
            let _ = writeln!(text, "  {what:<46} {measured:>7.2}   at most {at_most:>6.2}   {mark}");
        }
        text
    }
}

impl Row {
    fn new(hosts: usize, series: &Series) -> Self {
        let of = |value: fn(&Measurement) -> f64| median(series.measurements.iter().map(value).collect());
        let cpu = of(|measurement| measurement.cpu_seconds) * 1000.0 / hosts as f64;
        Self {
            contestant: series.contestant,
            seconds: of(Measurement::seconds),
            cpu_milliseconds_per_host: (!is_warm(series.contestant)).then_some(cpu),
            peak_megabytes: of(|measurement| measurement.peak_megabytes),
            rounds: series.measurements.clone(),
        }
    }
}

fn find(rows: &[Row], contestant: Contestant) -> Option<&Row> {
    rows.iter().find(|row| row.contestant == contestant)
}

/// The middle value; of two in the middle, the lower. Not a number where there is none.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(contestant: Contestant, wall_seconds: &[f64]) -> Series {
        let measurement = |&wall_seconds: &f64| Measurement {
            wall_seconds,
            cpu_seconds: 1.0,
            peak_megabytes: 50.0,
            reported_seconds: is_warm(contestant).then_some(wall_seconds / 10.0),
        };
        Series { contestant, measurements: wall_seconds.iter().map(measurement).collect() }
    }

    #[test]
    fn medians_are_compared_and_targets_judged() {
        let all = [
            series(Contestant::Attached, &[5.0, 9.0, 4.0]),
            series(Contestant::Pyinfra, &[8.0, 7.0, 10.0]),
            series(Contestant::ParallelSsh, &[6.0, 6.0, 6.0]),
            series(Contestant::Warm, &[7.0]),
        ];
        let report = Report::new(500, &all);
        let judged: Vec<_> =
            report.targets.iter().map(|t| (t.what, (t.measured * 100.0).round() / 100.0, t.met)).collect();
        assert_eq!(
            judged,
            [
                ("attached, cold: wall time ÷ pyinfra's", 0.63, true),
                ("attached, cold: wall time ÷ parallel-ssh's", 0.83, false),
                ("attached, cold: client CPU, ms a host", 2.0, true),
                ("attached, cold: peak memory, MB", 50.0, true),
                ("attached, warm: seconds", 0.7, true),
            ]
        );
        assert!(!report.all_targets_met());
        let table = report.table();
        let row = table.lines().find(|line| line.starts_with("millwright exec")).unwrap();
        let cells: Vec<_> = row.split_whitespace().skip(2).collect();
        assert_eq!(cells, ["5.00", "2.0", "50", "0.62", "0.83", "-"]);
    }

    #[test]
    fn the_median_is_a_value_that_was_measured() {
        for (values, expected) in [(vec![3.0, 1.0, 2.0], 2.0), (vec![4.0, 1.0], 1.0), (vec![5.0], 5.0)] {
            assert_eq!(median(values), expected);
        }
        assert!(median(Vec::new()).is_nan());
    }
}
