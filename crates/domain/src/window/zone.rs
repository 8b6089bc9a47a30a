//! Time zones: their names, and one instant as two people's clocks show it.

use crate::fault::{Code, Fault};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The time zone of that IANA name, in any case.
pub fn zone(name: &str) -> Result<TimeZone, Fault> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'+' | b'-');
    let known = if name.bytes().all(plain) { TimeZone::get(name).ok() } else { None };
    known.filter(|zone| !zone.is_unknown()).ok_or_else(|| {
        let shown: String = name.chars().take(60).collect();
        Fault::new(Code::InvalidInput, format!("“{}” is not a time zone", shown.escape_debug()))
            .with_hint("Write an IANA name, such as Europe/Berlin or UTC.")
    })
}

/// An instant as both clocks show it: `Sat 2026-11-28 22:00 CET / 21:00 UTC`. The second half has a date only where the
/// days differ, and is left out where both would say the same.
pub fn in_both_zones(at: Timestamp, theirs: &TimeZone, mine: &TimeZone) -> String {
    let (here, there) = (mine.to_offset_info(at), theirs.to_offset_info(at));
    let (their_time, my_time) = (theirs.to_datetime(at), mine.to_datetime(at));
    let first = format!("{} {}", their_time.strftime("%a %Y-%m-%d %H:%M"), there.abbreviation());
    if here.offset() == there.offset() && here.abbreviation() == there.abbreviation() {
        return first;
    }
    let format = if my_time.date() == their_time.date() { "%H:%M" } else { "%a %Y-%m-%d %H:%M" };
    format!("{first} / {} {}", my_time.strftime(format), here.abbreviation())
}
