//! Maintenance windows: when changes may start, in the environment's time zone.
//!
//! Owns: the rules as text, one a line, and what follows from them at an instant: open or closed, and until when. Does
//! not own: the clock, whose windows they are, and what may be done in spite of them.
//!
//! | a rule | means |
//! | --- | --- |
//! | `sat 22:00-04:00`, `mon,wed,fri 20:00-23:30`, `mon-fri 19:00-06:00`, `daily 01:00-03:00` | every week |
//! | `second tue 22:00-02:00`, `last sun 03:00-06:00` | every month |
//! | `second tue +3d 22:00-02:00` | three days after that day of every month |
//! | `day 15 22:00-02:00` | every month that has such a day |
//! | `2026-12-24 20:00-23:00` | once |
//! | `not 2026-12-20..2027-01-06`, `not 2026-12-24` | a blackout: whole local days, the last one included |
//!
//! A rule names the day on which its window starts. An end that is not after the start is on the next day, and equal
//! times are 24 hours. Windows that overlap or touch are one. A blackout wins over every window: it cuts one that is
//! open at its first midnight, and one that reaches beyond its last day is open again from the midnight after it. Where
//! there are only blackouts, all other time is open.
//!
//! When clocks change, a time that does not exist moves by the length of the gap (02:30 becomes 03:30), and of a time
//! that comes twice a start is the first one and an end the second. Where this would put the end at or before the
//! start, because the gap swallowed the start alone, the window keeps the length that was written. So a window is never
//! empty, and both of its ends are honoured as a clock on the wall there shows them, wherever such a time exists. The
//! same holds for the two midnights of a blackout, but a day that a zone left out is no blackout.

mod read;
mod rule;
mod span;
#[cfg(test)]
mod tests;
mod zone;

pub use rule::WindowRule;
pub use span::Span;
pub use zone::{in_both_zones, zone};

use crate::fault::{Code, Fault};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use ts_rs::TS;

/// How many days ahead anybody looks; what begins later does not count.
pub const HORIZON_DAYS: i64 = 400;

/// How many occurrences are listed at most.
pub const SPANS_LIMIT: usize = 366;

/// How many rules there may be at most.
pub const RULES_LIMIT: usize = 64;

/// How far back the beginning of a window is looked for. One that is open for longer, day after day, begins there.
const LOOK_BACK_DAYS: i64 = 31;

/// The rules of one environment. Without any, changes may start at any time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
#[ts(type = "Array<string>")]
pub struct Windows {
    rules: Vec<WindowRule>,
}

/// Whether changes may start at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Standing {
    /// They may, and nothing ends that within [`HORIZON_DAYS`].
    Always,
    /// They may for now.
    Open {
        /// The first instant at which they may not.
        until: Timestamp,
    },
    /// They may not.
    Closed {
        /// When they may again; none if that is not within [`HORIZON_DAYS`].
        opens: Option<Timestamp>,
    },
}

impl Windows {
    /// The rules, in the order in which they were written.
    pub fn rules(&self) -> &[WindowRule] {
        &self.rules
    }

    /// Whether changes may start at that instant, and when that ends.
    pub fn standing(&self, at: Timestamp, zone: &TimeZone) -> Standing {
        if self.rules.is_empty() {
            return Standing::Always;
        }
        match self.spans(at, zone).first() {
            Some(span) if span.from > at => Standing::Closed { opens: Some(span.from) },
            Some(span) if span.until >= days_after(at, HORIZON_DAYS) => Standing::Always,
            Some(span) => Standing::Open { until: span.until },
            None => Standing::Closed { opens: None },
        }
    }

    /// The times that end after `from` and begin within [`HORIZON_DAYS`] of it, the current one first; at most `count`,
    /// and never more than [`SPANS_LIMIT`]. None if there are no rules.
    ///
    /// An end that is `HORIZON_DAYS` ahead or later stands for “nothing ends it until then”.
    pub fn next(&self, from: Timestamp, zone: &TimeZone, count: usize) -> Vec<Span> {
        let mut spans = if self.rules.is_empty() { Vec::new() } else { self.spans(from, zone) };
        spans.truncate(count.min(SPANS_LIMIT));
        spans
    }

    /// Why a change may not start at that instant, or none if it may. `theirs` is the zone that the rules mean, `mine`
    /// that of whoever reads it.
    pub fn refusal(&self, at: Timestamp, theirs: &TimeZone, mine: &TimeZone) -> Option<Fault> {
        let when = match self.standing(at, theirs) {
            Standing::Always | Standing::Open { .. } => return None,
            Standing::Closed { opens: Some(opens) } => format!("opens {}", in_both_zones(opens, theirs, mine)),
            Standing::Closed { opens: None } => format!("none opens within {HORIZON_DAYS} days"),
        };
        Some(
            Fault::new(Code::OutsideWindow, format!("outside its maintenance window: {when}"))
                .with_hint("Wait for the window, run with --in-window, or override it with --override-window REASON."),
        )
    }

    /// When changes may start, from what began before `from` up to what begins within the horizon, in order.
    fn spans(&self, from: Timestamp, zone: &TimeZone) -> Vec<Span> {
        let (since, horizon) = (days_after(from, -LOOK_BACK_DAYS), days_after(from, HORIZON_DAYS));
        let opened = if self.rules.iter().all(WindowRule::is_blackout) {
            vec![Span { from: since, until: horizon }]
        } else {
            span::occurrences(&self.rules, since, horizon, zone)
        };
        let closed: Vec<Span> = self.rules.iter().filter_map(|rule| span::blackout(rule, zone)).collect();
        let mut spans = span::without(span::merged(opened), &closed);
        spans.retain(|span| span.until > from && span.from < horizon);
        spans
    }

    fn of_lines<'t>(lines: impl Iterator<Item = &'t str>) -> Result<Self, Fault> {
        let mut rules = Vec::new();
        for line in lines.filter(|line| !line.trim().is_empty()) {
            if rules.len() == RULES_LIMIT {
                return Err(Fault::new(Code::InvalidInput, format!("there are more than {RULES_LIMIT} rules"))
                    .with_hint("Name several days in one rule: “mon,wed,fri 20:00-23:30”."));
            }
            rules.push(line.parse()?);
        }
        Ok(Self { rules })
    }
}

/// Stays at the first or the last instant that there is.
fn days_after(at: Timestamp, days: i64) -> Timestamp {
    let last = if days < 0 { Timestamp::MIN } else { Timestamp::MAX };
    at.checked_add(SignedDuration::from_hours(24 * days)).unwrap_or(last)
}

impl FromStr for Windows {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        Self::of_lines(text.lines())
    }
}

impl TryFrom<Vec<String>> for Windows {
    type Error = Fault;

    fn try_from(lines: Vec<String>) -> Result<Self, Fault> {
        Self::of_lines(lines.iter().map(String::as_str))
    }
}

impl From<Windows> for Vec<String> {
    fn from(windows: Windows) -> Vec<String> {
        windows.rules.iter().map(WindowRule::to_string).collect()
    }
}

impl fmt::Display for Windows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, rule) in self.rules.iter().enumerate() {
            write!(f, "{}{rule}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}
