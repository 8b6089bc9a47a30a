//! What the rules mean at an instant: days, ends of months, blackouts, and clocks that change.

use super::{instant, told, windows};
use crate::fault::Code;
use crate::window::{Standing, Windows, in_both_zones, zone};
use jiff::ToSpan;
use jiff::civil::{Weekday, date};

#[test]
fn the_next_occurrences() {
    let cases = [
        // Who asks at the very start or within is told of the current one; who asks at the very end is not.
        ("UTC", "sat 22:00-04:00", "2026-11-28T22:00Z", "Sat 11-28 22:00+00:00 to Sun 11-29 04:00+00:00"),
        ("UTC", "sat 22:00-04:00", "2026-11-29T03:59:59Z", "Sat 11-28 22:00+00:00 to Sun 11-29 04:00+00:00"),
        ("UTC", "sat 22:00-04:00", "2026-11-29T04:00Z", "Sat 12-05 22:00+00:00 to Sun 12-06 04:00+00:00"),
        // Overlapping and touching ones are one; equal times are 24 hours.
        (
            "UTC",
            "sat 22:00-04:00; sun 03:00-05:00; sun 05:00-06:00",
            "2026-11-29T05:30Z",
            "Sat 11-28 22:00+00:00 to Sun 11-29 06:00+00:00",
        ),
        ("UTC", "sat,sun 00:00-24:00", "2026-11-25T00:00Z", "Sat 11-28 00:00+00:00 to Mon 11-30 00:00+00:00"),
        ("UTC", "sat 12:00-12:00", "2026-11-25T00:00Z", "Sat 11-28 12:00+00:00 to Sun 11-29 12:00+00:00"),
        // The beginning is told however long it has been open, but for one that is open for more than a month.
        ("UTC", "thu-sun 12:00-12:00", "2026-11-30T11:00Z", "Thu 11-26 12:00+00:00 to Mon 11-30 12:00+00:00"),
        (
            "UTC",
            "not 2026-11-02; not 2026-12-01",
            "2026-11-30T11:00Z",
            "Tue 11-03 00:00+00:00 to Tue 12-01 00:00+00:00",
        ),
        (
            "UTC",
            "not 2026-10-02; not 2026-12-01",
            "2026-11-30T11:00Z",
            "Fri 10-30 11:00+00:00 to Tue 12-01 00:00+00:00",
        ),
        // A weekday of the month, days after it, and over the ends of months and years.
        ("UTC", "second tue 22:00-02:00", "2026-12-01T00:00Z", "Tue 12-08 22:00+00:00 to Wed 12-09 02:00+00:00"),
        ("UTC", "first tue 22:00-02:00", "2026-12-01T00:00Z", "Tue 12-01 22:00+00:00 to Wed 12-02 02:00+00:00"),
        ("UTC", "fourth mon 22:00-23:00", "2026-11-24T00:00Z", "Mon 12-28 22:00+00:00 to Mon 12-28 23:00+00:00"),
        ("UTC", "last sun 03:00-06:00", "2027-02-02T00:00Z", "Sun 02-28 03:00+00:00 to Sun 02-28 06:00+00:00"),
        ("UTC", "second tue +3d 22:00-02:00", "2026-12-01T00:00Z", "Fri 12-11 22:00+00:00 to Sat 12-12 02:00+00:00"),
        ("UTC", "last wed +3d 22:00-02:00", "2027-01-01T00:00Z", "Sat 01-02 22:00+00:00 to Sun 01-03 02:00+00:00"),
        ("UTC", "fourth sat +27d 22:00-02:00", "2027-02-28T00:00Z", "Fri 03-26 22:00+00:00 to Sat 03-27 02:00+00:00"),
        ("UTC", "day 31 22:00-02:00", "2027-02-01T02:00Z", "Wed 03-31 22:00+00:00 to Thu 04-01 02:00+00:00"),
        ("UTC", "day 29 22:00-02:00", "2028-02-01T00:00Z", "Tue 02-29 22:00+00:00 to Wed 03-01 02:00+00:00"),
        ("UTC", "2026-12-31 22:00-02:00", "2026-12-01T00:00Z", "Thu 12-31 22:00+00:00 to Fri 01-01 02:00+00:00"),
        // A window in another zone's words.
        ("Asia/Kathmandu", "sun 00:00-01:00", "2026-11-28T18:20Z", "Sun 11-29 00:00+05:45 to Sun 11-29 01:00+05:45"),
    ];
    for (name, rules, from, expected) in cases {
        let zone = zone(name).unwrap();
        assert_eq!(told(&windows(rules).next(instant(from), &zone, 1), &zone), expected, "{rules} from {from}");
    }
}

#[test]
fn every_weekday_of_every_month() {
    let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let nths = [("first", 1), ("second", 2), ("third", 3), ("fourth", 4), ("last", -1)];
    let utc = zone("UTC").unwrap();
    for (offset, weekday) in (0..).zip(weekdays) {
        for (word, nth) in nths {
            let rule = windows(&format!("{word} {weekday} 10:00-11:00"));
            for month in date(2027, 1, 1).series(1.month()).take(24) {
                let expected =
                    month.nth_weekday_of_month(nth, Weekday::from_monday_zero_offset(offset).unwrap()).unwrap();
                let from = month.to_zoned(utc.clone()).unwrap().timestamp();
                let opens = rule.next(from, &utc, 1)[0].from;
                assert_eq!(utc.to_datetime(opens), expected.at(10, 0, 0, 0), "{rule} in {month}");
            }
        }
    }
}

#[test]
fn clocks_that_change() {
    let cases = [
        // Berlin goes from 02:00 to 03:00 on March 29, and from 03:00 back to 02:00 on October 25.
        ("Europe/Berlin", "sat 22:00-04:00", "2026-03-28", "Sat 03-28 22:00+01:00 to Sun 03-29 04:00+02:00"),
        ("Europe/Berlin", "sun 02:15-02:45", "2026-03-28", "Sun 03-29 03:15+02:00 to Sun 03-29 03:45+02:00"),
        ("Europe/Berlin", "sun 01:30-02:30", "2026-03-28", "Sun 03-29 01:30+01:00 to Sun 03-29 03:30+02:00"),
        ("Europe/Berlin", "sun 02:30-04:00", "2026-03-28", "Sun 03-29 03:30+02:00 to Sun 03-29 04:00+02:00"),
        ("Europe/Berlin", "sun 02:30-03:10", "2026-03-28", "Sun 03-29 03:30+02:00 to Sun 03-29 04:10+02:00"),
        ("Europe/Berlin", "sun 02:00-03:00", "2026-03-28", "Sun 03-29 03:00+02:00 to Sun 03-29 04:00+02:00"),
        ("Europe/Berlin", "sat 22:00-04:00", "2026-10-24", "Sat 10-24 22:00+02:00 to Sun 10-25 04:00+01:00"),
        ("Europe/Berlin", "sun 02:15-02:45", "2026-10-24", "Sun 10-25 02:15+02:00 to Sun 10-25 02:45+01:00"),
        ("Europe/Berlin", "sun 01:00-02:30", "2026-10-24", "Sun 10-25 01:00+02:00 to Sun 10-25 02:30+01:00"),
        ("Europe/Berlin", "sun 02:30-03:30", "2026-10-24", "Sun 10-25 02:30+02:00 to Sun 10-25 03:30+01:00"),
        // New York: 02:00 to 03:00 on March 8, 02:00 to 01:00 on November 1.
        ("America/New_York", "sun 00:30-02:30", "2026-03-07", "Sun 03-08 00:30-05:00 to Sun 03-08 03:30-04:00"),
        ("America/New_York", "sun 01:30-01:45", "2026-10-31", "Sun 11-01 01:30-04:00 to Sun 11-01 01:45-05:00"),
        // Lord Howe moves by half an hour: 02:00 to 02:30 on October 4, 02:00 to 01:30 on April 5.
        ("Australia/Lord_Howe", "sun 02:10-02:20", "2026-10-03", "Sun 10-04 02:40+11:00 to Sun 10-04 02:50+11:00"),
        ("Australia/Lord_Howe", "sun 02:10-02:35", "2026-10-03", "Sun 10-04 02:40+11:00 to Sun 10-04 03:05+11:00"),
        ("Australia/Lord_Howe", "sun 01:40-01:50", "2026-04-04", "Sun 04-05 01:40+11:00 to Sun 04-05 01:50+10:30"),
        // Apia left out December 30, 2011, a Friday.
        ("Pacific/Apia", "thu 22:00-04:00", "2011-12-29", "Thu 12-29 22:00-10:00 to Sat 12-31 04:00+14:00"),
        ("Pacific/Apia", "fri 10:00-12:00", "2011-12-29", "Sat 12-31 10:00+14:00 to Sat 12-31 12:00+14:00"),
        ("Pacific/Apia", "fri 22:00-04:00", "2011-12-29", "Sat 12-31 22:00+14:00 to Sun 01-01 04:00+14:00"),
        (
            "Pacific/Apia",
            "thu 22:00-04:00; not 2011-12-30",
            "2011-12-29",
            "Thu 12-29 22:00-10:00 to Sat 12-31 04:00+14:00",
        ),
        // Beirut has no midnight on March 29, Havana has two on November 1.
        (
            "Asia/Beirut",
            "sat,sun 00:00-24:00; not 2026-03-29",
            "2026-03-28",
            "Sat 03-28 00:00+02:00 to Sun 03-29 01:00+03:00",
        ),
        (
            "Asia/Beirut",
            "sun,mon 00:00-24:00; not 2026-03-29",
            "2026-03-29",
            "Mon 03-30 00:00+03:00 to Tue 03-31 00:00+03:00",
        ),
        (
            "America/Havana",
            "sun 00:00-06:00; not 2026-10-31",
            "2026-10-31",
            "Sun 11-01 00:00-05:00 to Sun 11-01 06:00-05:00",
        ),
        (
            "America/Havana",
            "sat 22:00-02:00; not 2026-11-01",
            "2026-10-31",
            "Sat 10-31 22:00-04:00 to Sun 11-01 00:00-04:00",
        ),
        ("UTC", "sun 02:15-02:45", "2026-03-28", "Sun 03-29 02:15+00:00 to Sun 03-29 02:45+00:00"),
    ];
    for (name, rules, day, expected) in cases {
        let zone = zone(name).unwrap();
        let from = day.parse::<jiff::civil::Date>().unwrap().to_zoned(zone.clone()).unwrap().timestamp();
        assert_eq!(told(&windows(rules).next(from, &zone, 1), &zone), expected, "{name} {rules}");
    }
}

#[test]
fn blackouts_cut() {
    let utc = zone("UTC").unwrap();
    let cases = [
        // Cut at the first midnight, not opened inside, open again after the last day.
        (
            "fri,sat 22:00-04:00; not 2026-11-28",
            "Fri 11-27 22:00+00:00 to Sat 11-28 00:00+00:00, \
          Sun 11-29 00:00+00:00 to Sun 11-29 04:00+00:00, Fri 12-04 22:00+00:00 to Sat 12-05 04:00+00:00",
        ),
        (
            "sat 10:00-12:00; not 2026-11-28; not 2026-12-01..2026-12-05",
            "Sat 12-12 10:00+00:00 to Sat 12-12 12:00+00:00, \
          Sat 12-19 10:00+00:00 to Sat 12-19 12:00+00:00, Sat 12-26 10:00+00:00 to Sat 12-26 12:00+00:00",
        ),
        ("2026-11-28 10:00-12:00; not 2026-11-01..2026-12-01", ""),
        (
            "thu-sun 12:00-12:00; not 2026-11-27..2026-11-28; not 2026-11-28..2026-11-29",
            "Thu 11-26 12:00+00:00 to \
          Fri 11-27 00:00+00:00, Mon 11-30 00:00+00:00 to Mon 11-30 12:00+00:00, Thu 12-03 12:00+00:00 to \
          Mon 12-07 12:00+00:00",
        ),
    ];
    for (rules, expected) in cases {
        let spans = windows(rules).next(instant("2026-11-25T00:00Z"), &utc, 3);
        assert_eq!(told(&spans, &utc), expected, "{rules}");
    }
}

#[test]
fn open_closed_and_always() {
    let utc = zone("UTC").unwrap();
    let open = |until: &str| Standing::Open { until: instant(until) };
    let closed = |opens: &str| Standing::Closed { opens: Some(instant(opens)) };
    let cases = [
        ("", "2026-11-28T22:00Z", Standing::Always),
        ("sat 22:00-04:00", "2026-11-28T21:59:59.999Z", closed("2026-11-28T22:00Z")),
        ("sat 22:00-04:00", "2026-11-28T22:00Z", open("2026-11-29T04:00Z")),
        ("sat 22:00-04:00", "2026-11-29T04:00Z", closed("2026-12-05T22:00Z")),
        ("daily 00:00-00:00", "2026-11-28T22:00Z", Standing::Always),
        ("daily 12:00-12:00; not 2027-11-01", "2026-11-28T22:00Z", open("2027-11-01T00:00Z")),
        // Only blackouts: open but for them.
        ("not 2026-12-24", "2026-11-28T22:00Z", open("2026-12-24T00:00Z")),
        ("not 2026-12-24", "2026-12-24T00:00Z", closed("2026-12-25T00:00Z")),
        ("not 2026-12-24", "2026-12-25T00:00Z", Standing::Always),
        ("not 2026-12-24..2028-12-24", "2026-12-25T00:00Z", Standing::Closed { opens: None }),
        // Nothing within 400 days, to the second.
        ("2026-12-24 20:00-23:00", "2026-12-24T23:00Z", Standing::Closed { opens: None }),
        ("2028-01-02 20:00-23:00", "2026-11-28T20:00Z", Standing::Closed { opens: None }),
        ("2028-01-02 20:00-23:00", "2026-11-28T20:00:01Z", closed("2028-01-02T20:00Z")),
    ];
    for (rules, at, expected) in cases {
        assert_eq!(windows(rules).standing(instant(at), &utc), expected, "{rules} at {at}");
    }
}

#[test]
fn as_many_as_asked_for() {
    let (utc, at) = (zone("UTC").unwrap(), instant("2026-11-28T22:00Z"));
    let daily = windows("daily 01:00-03:00");
    for (count, expected) in [(0, 0), (1, 1), (5, 5), (366, 366), (usize::MAX, 366)] {
        assert_eq!(daily.next(at, &utc, count).len(), expected);
    }
    assert_eq!(Windows::default().next(at, &utc, 5), []);
    assert_eq!(windows("day 1 01:00-03:00").next(at, &utc, 366).len(), 14);
}

#[test]
fn one_instant_on_two_clocks() {
    let mut told = String::new();
    for (at, theirs, mine) in [
        ("2026-11-28T21:00Z", "Europe/Berlin", "UTC"),
        ("2026-11-28T21:00Z", "Europe/Berlin", "Asia/Tokyo"),
        ("2026-11-28T21:00Z", "Europe/Berlin", "Europe/Berlin"),
        ("2026-11-28T21:00Z", "Europe/Berlin", "Europe/Paris"),
        ("2026-07-28T21:00Z", "Europe/Berlin", "America/New_York"),
        ("2026-11-28T21:00Z", "Europe/London", "UTC"),
        ("2026-11-28T21:00Z", "America/Chicago", "Asia/Shanghai"),
        ("2026-11-28T21:00Z", "America/Sao_Paulo", "Asia/Kathmandu"),
        ("2026-10-25T00:30Z", "Europe/Berlin", "UTC"),
        ("2026-10-25T01:30Z", "Europe/Berlin", "UTC"),
    ] {
        let both = in_both_zones(instant(at), &zone(theirs).unwrap(), &zone(mine).unwrap());
        told.push_str(&format!("{theirs}, {mine}: {both}\n"));
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_refusal_says_when_it_opens() {
    let (berlin, utc) = (zone("Europe/Berlin").unwrap(), zone("UTC").unwrap());
    let refusal = |rules: &str, at: &str| windows(rules).refusal(instant(at), &berlin, &utc);
    assert_eq!(refusal("", "2026-11-28T12:00Z"), None);
    assert_eq!(refusal("sat 22:00-04:00", "2026-11-28T21:00Z"), None);
    assert_eq!(refusal("daily 00:00-00:00", "2026-11-28T21:00Z"), None);
    let mut told = String::new();
    for rules in ["sat 22:00-04:00", "2026-11-01 10:00-12:00"] {
        let fault = refusal(rules, "2026-11-28T20:59:59Z").unwrap();
        assert_eq!((fault.code, fault.code.rule()), (Code::OutsideWindow, crate::fault::Rule::Refused));
        told.push_str(&format!("{fault}\n  {}\n", fault.hint.as_deref().unwrap()));
    }
    insta::assert_snapshot!(told);
}

#[test]
fn time_zones_by_name() {
    for (name, expected) in [("Europe/Berlin", "Europe/Berlin"), ("europe/berlin", "Europe/Berlin"), ("UTC", "UTC")] {
        assert_eq!(zone(name).unwrap().iana_name(), Some(expected));
    }
    for name in ["", "Mars/Olympus", "Etc/Unknown", "../etc/passwd", "Europe/Berlin\n", "UTC+1", &"ü".repeat(10_000)] {
        let fault = zone(name).unwrap_err();
        assert_eq!(fault.code, Code::InvalidInput, "{name:?}");
        assert!(fault.message.len() < 200 && fault.hint.is_some());
    }
}
