//! One rule: what it means for a local date, and how it is written.

use super::read;
use crate::fault::Fault;
use jiff::ToSpan;
use jiff::civil::{Date, Time, Weekday};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use ts_rs::TS;

/// One line of a maintenance window's rules, such as `sat 22:00-04:00`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub struct WindowRule(Shape);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    /// The days on which it starts, and when.
    Window(Days, Hours),
    /// The first and the last day on which nothing is open.
    Blackout(Date, Date),
}

/// The local dates on which a window starts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Days {
    /// On these days of every week; never empty.
    Weekly(Weekdays),
    /// So many days after such a weekday of a month.
    Monthly { nth: Nth, weekday: Weekday, days_later: i8 },
    /// On that day of every month that has it.
    OfMonth(i8),
    /// On one day.
    Once(Date),
}

/// Which of a month's Mondays, Tuesdays, …
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Nth {
    First,
    Second,
    Third,
    Fourth,
    Last,
}

/// Local times of day. An end that is not later than the start is on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Hours {
    pub(super) from: Time,
    pub(super) until: Time,
}

/// Days of the week, by their place after Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Weekdays([bool; 7]);

pub(super) const WEEKDAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

pub(super) const NTHS: [(&str, Nth); 5] = [
    ("first", Nth::First),
    ("second", Nth::Second),
    ("third", Nth::Third),
    ("fourth", Nth::Fourth),
    ("last", Nth::Last),
];

impl WindowRule {
    /// Whether it closes days, instead of opening hours.
    pub fn is_blackout(&self) -> bool {
        matches!(self.0, Shape::Blackout(..))
    }

    pub(super) fn shape(&self) -> &Shape {
        &self.0
    }
}

impl Days {
    pub(super) fn include(&self, date: Date) -> bool {
        match *self {
            Days::Weekly(weekdays) => weekdays.include(date.weekday()),
            Days::Monthly { nth, weekday, days_later } => date
                .checked_sub(days_later.days())
                .is_ok_and(|named| named.weekday() == weekday && nth.includes(named.day(), named.days_in_month())),
            Days::OfMonth(day) => date.day() == day,
            Days::Once(day) => date == day,
        }
    }
}

impl Nth {
    fn includes(self, day: i8, days_in_month: i8) -> bool {
        match self {
            Nth::First => day <= 7,
            Nth::Second => (8..=14).contains(&day),
            Nth::Third => (15..=21).contains(&day),
            Nth::Fourth => (22..=28).contains(&day),
            Nth::Last => day > days_in_month - 7,
        }
    }
}

impl Weekdays {
    pub(super) const ALL: Weekdays = Weekdays([true; 7]);

    pub(super) fn include(self, day: Weekday) -> bool {
        WEEKDAYS.iter().zip(self.0).any(|((_, weekday), included)| included && *weekday == day)
    }

    pub(super) fn add(&mut self, day: Weekday) {
        for ((_, weekday), included) in WEEKDAYS.iter().zip(&mut self.0) {
            *included |= *weekday == day;
        }
    }
}

impl FromStr for WindowRule {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        read::rule(text).map(WindowRule)
    }
}

impl TryFrom<String> for WindowRule {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

impl From<WindowRule> for String {
    fn from(rule: WindowRule) -> String {
        rule.to_string()
    }
}

impl fmt::Display for WindowRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Shape::Window(days, hours) => write!(f, "{days} {hours}"),
            Shape::Blackout(first, last) if first == last => write!(f, "not {first}"),
            Shape::Blackout(first, last) => write!(f, "not {first}..{last}"),
        }
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Days::Weekly(weekdays) => write!(f, "{weekdays}"),
            Days::Monthly { nth, weekday, days_later } => {
                write!(f, "{} {}", word(&NTHS, nth), word(&WEEKDAYS, weekday))?;
                if days_later > 0 { write!(f, " +{days_later}d") } else { Ok(()) }
            }
            Days::OfMonth(day) => write!(f, "day {day}"),
            Days::Once(date) => write!(f, "{date}"),
        }
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, until) = (self.from, self.until);
        write!(f, "{:02}:{:02}-{:02}:{:02}", from.hour(), from.minute(), until.hour(), until.minute())
    }
}

impl fmt::Display for Weekdays {
    /// Three days or more in a row are a range.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Weekdays::ALL {
            return f.write_str("daily");
        }
        let days: Vec<(&str, bool)> = WEEKDAYS.iter().map(|(name, _)| *name).zip(self.0).collect();
        let rows: Vec<String> = days
            .chunk_by(|(_, left), (_, right)| left == right)
            .filter(|row| row.iter().all(|(_, included)| *included))
            .map(|row| match row {
                [(first, _), _, .., (last, _)] => format!("{first}-{last}"),
                [..] => row.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(","),
            })
            .collect();
        f.write_str(&rows.join(","))
    }
}

fn word<T: PartialEq>(words: &[(&'static str, T)], meant: T) -> &'static str {
    words.iter().find(|(_, value)| *value == meant).map_or("", |(name, _)| name)
}
