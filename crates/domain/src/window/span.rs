//! From local dates to instants: occurrences, merged, and cut by blackouts.

use super::rule::{Hours, Shape, WindowRule};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A stretch of time in which changes may start. Never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct Span {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
}

/// Every window that starts on a local day from that of `since` to that of `horizon`, in no order.
pub(super) fn occurrences(rules: &[WindowRule], since: Timestamp, horizon: Timestamp, zone: &TimeZone) -> Vec<Span> {
    let mut found = Vec::new();
    let (mut date, last) = (zone.to_datetime(since).date(), zone.to_datetime(horizon).date());
    loop {
        for rule in rules {
            if let Shape::Window(days, hours) = rule.shape()
                && days.include(date)
            {
                found.push(occurrence(date, *hours, zone));
            }
        }
        match date.tomorrow() {
            Ok(next) if next <= last => date = next,
            Ok(_) | Err(_) => break,
        }
    }
    // On the last of all days a window has no next day to end on.
    found.retain(|span| span.from < span.until);
    found
}

/// The whole local days of a blackout; none for other rules, and for a day that a zone left out.
pub(super) fn blackout(rule: &WindowRule, zone: &TimeZone) -> Option<Span> {
    let Shape::Blackout(first, last) = *rule.shape() else { return None };
    let span = Span {
        from: start(first.to_datetime(Time::midnight()), zone),
        until: end(day_after(last).to_datetime(Time::midnight()), zone),
    };
    (span.from < span.until).then_some(span)
}

/// In order, with those that overlap or touch made one.
pub(super) fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| span.from);
    let mut apart: Vec<Span> = Vec::new();
    for span in spans {
        match apart.last_mut() {
            Some(before) if span.from <= before.until => before.until = before.until.max(span.until),
            Some(_) | None => apart.push(span),
        }
    }
    apart
}

/// What is left of the spans, in the same order.
pub(super) fn without(mut spans: Vec<Span>, closed: &[Span]) -> Vec<Span> {
    for hole in closed {
        spans = spans
            .into_iter()
            .flat_map(|span| {
                let before = Span { until: span.until.min(hole.from), ..span };
                let after = Span { from: span.from.max(hole.until), ..span };
                [before, after].into_iter().filter(|left| left.from < left.until)
            })
            .collect();
    }
    spans
}

fn occurrence(date: Date, hours: Hours, zone: &TimeZone) -> Span {
    let ends_on = if hours.until > hours.from { date } else { day_after(date) };
    let (opens, closes) = (date.to_datetime(hours.from), ends_on.to_datetime(hours.until));
    let (from, until) = (start(opens, zone), end(closes, zone));
    if from < until {
        return Span { from, until };
    }
    let written: SignedDuration = opens.duration_until(closes);
    Span { from, until: from.checked_add(written).unwrap_or(Timestamp::MAX) }
}

/// After a gap, and the first of two.
fn start(local: DateTime, zone: &TimeZone) -> Timestamp {
    zone.to_ambiguous_timestamp(local).compatible().unwrap_or(limit(local))
}

/// After a gap, and the second of two.
fn end(local: DateTime, zone: &TimeZone) -> Timestamp {
    zone.to_ambiguous_timestamp(local).later().unwrap_or(limit(local))
}

/// The instant next to a local time that lies outside of all instants, which is so only in the years -9999 and 9999.
fn limit(local: DateTime) -> Timestamp {
    if local.year() < 0 { Timestamp::MIN } else { Timestamp::MAX }
}

fn day_after(date: Date) -> Date {
    date.tomorrow().unwrap_or(date)
}
