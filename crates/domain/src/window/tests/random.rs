//! Random rules, zones and instants, against a check that knows no instants but only calendars.

use super::instant;
use crate::window::{HORIZON_DAYS, SPANS_LIMIT, Span, Standing, WindowRule, Windows, days_after, zone};
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;

/// Half and quarter hours, both hemispheres, both sides of the date line, midnight changes, and one with no change.
const ZONES: [&str; 13] = [
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "America/Havana",
    "Asia/Kathmandu",
    "Asia/Beirut",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
];

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A rule as this file understands it, beside its text.
#[derive(Debug, Clone)]
enum Known {
    Weekly(Vec<usize>, [i8; 4]),
    Monthly(i8, usize, i8, [i8; 4]),
    OfMonth(i8, [i8; 4]),
    Once(Date, [i8; 4]),
    Blackout(Date, Date),
}

impl Known {
    fn text(&self) -> String {
        let hours = |[a, b, c, d]: &[i8; 4]| format!("{a:02}:{b:02}-{c:02}:{d:02}");
        match self {
            Known::Weekly(days, at) => {
                format!("{} {}", days.iter().map(|day| WEEKDAYS[*day]).collect::<Vec<_>>().join(","), hours(at))
            }
            Known::Monthly(nth, day, later, at) => {
                let nth = ["last", "", "first", "second", "third", "fourth"][usize::try_from(nth + 1).unwrap()];
                format!("{nth} {} +{later}d {}", WEEKDAYS[*day], hours(at))
            }
            Known::OfMonth(day, at) => format!("day {day} {}", hours(at)),
            Known::Once(date, at) => format!("{date} {}", hours(at)),
            Known::Blackout(first, last) => format!("not {first}..{last}"),
        }
    }

    /// Whether a window of this rule that starts on that date covers the local time.
    fn covers(&self, date: Date, local: DateTime) -> bool {
        let weekday = |day: usize| Weekday::from_monday_zero_offset(i8::try_from(day).unwrap()).unwrap();
        let (starts, [a, b, c, d]) = match self {
            Known::Weekly(days, at) => (days.iter().any(|day| weekday(*day) == date.weekday()), at),
            Known::Monthly(nth, day, later, at) => {
                let months = [date, date.first_of_month().yesterday().unwrap()];
                let named = months.map(|month| month.nth_weekday_of_month(*nth, weekday(*day)).unwrap());
                (named.iter().any(|named| *named + later.days() == date), at)
            }
            Known::OfMonth(day, at) => (date.day() == *day, at),
            Known::Once(once, at) => (*once == date, at),
            Known::Blackout(..) => return false,
        };
        let (from, mut until) = (date.at(*a, *b, 0, 0), date.at(*c, *d, 0, 0));
        if until <= from {
            until += 1.day();
        }
        starts && from <= local && local < until
    }
}

fn naively_open(rules: &[Known], local: DateTime) -> bool {
    let is_blackout = |rule: &Known| matches!(rule, Known::Blackout(..));
    let blacked_out = rules
        .iter()
        .any(|rule| matches!(rule, Known::Blackout(first, last) if *first <= local.date() && local.date() <= *last));
    let (today, yesterday) = (local.date(), local.date().yesterday().unwrap());
    !blacked_out
        && (rules.iter().all(is_blackout)
            || rules.iter().any(|rule| rule.covers(today, local) || rule.covers(yesterday, local)))
}

fn clocks_change_near(at: Timestamp, zone: &TimeZone) -> bool {
    let around = SignedDuration::from_hours(3);
    zone.preceding(at + around).next().is_some_and(|change| change.timestamp() >= at - around)
}

fn hours() -> impl Strategy<Value = [i8; 4]> {
    (0..24i8, 0..60i8, 0..24i8, 0..60i8).prop_map(|(a, b, c, d)| [a, b, c, d])
}

fn date() -> impl Strategy<Value = Date> {
    (0..1600i32).prop_map(|days| Date::constant(2025, 1, 1) + days.days())
}

fn rule() -> impl Strategy<Value = Known> {
    prop_oneof![
        4 => (prop::collection::vec(0..7usize, 1..4), hours()).prop_map(|(days, at)| Known::Weekly(days, at)),
        1 => hours().prop_map(|at| Known::Weekly((0..7).collect(), [at[0], at[1], at[0], at[1]])),
        3 => (prop::sample::select(vec![-1i8, 1, 2, 3, 4]), 0..7usize, 0..28i8, hours())
            .prop_map(|(nth, day, later, at)| Known::Monthly(nth, day, later, at)),
        2 => (1..32i8, hours()).prop_map(|(day, at)| Known::OfMonth(day, at)),
        1 => (date(), hours()).prop_map(|(date, at)| Known::Once(date, at)),
        3 => (date(), 0..60i32).prop_map(|(first, days)| Known::Blackout(first, first + days.days())),
    ]
}

fn rules() -> impl Strategy<Value = Vec<Known>> {
    prop::collection::vec(rule(), 1..7)
}

fn zones() -> impl Strategy<Value = TimeZone> {
    prop::sample::select(ZONES.to_vec()).prop_map(|name| zone(name).unwrap())
}

/// 2025 to 2029, to the second; half of them on a full minute, where windows begin and end.
fn instants() -> impl Strategy<Value = Timestamp> {
    let first = instant("2025-01-01T00:00Z").as_second();
    let seconds = 0..1600 * 86_400i64;
    prop_oneof![seconds.clone(), seconds.prop_map(|second| second - second % 60)]
        .prop_map(move |second| Timestamp::from_second(first + second).unwrap())
}

fn read(rules: &[Known]) -> Windows {
    rules.iter().map(Known::text).collect::<Vec<_>>().try_into().unwrap()
}

fn is_open(standing: Standing) -> bool {
    match standing {
        Standing::Always | Standing::Open { .. } => true,
        Standing::Closed { .. } => false,
    }
}

fn check_agreement(windows: &Windows, at: Timestamp, zone: &TimeZone) -> Result<(), TestCaseError> {
    let spans = windows.next(at, zone, SPANS_LIMIT);
    let first = spans.first().copied();
    let horizon = days_after(at, HORIZON_DAYS);
    match windows.standing(at, zone) {
        Standing::Always => prop_assert!(first.is_some_and(|span| span.from <= at && horizon <= span.until)),
        Standing::Open { until } => {
            prop_assert!(first.is_some_and(|span| span.from <= at && at < span.until && span.until == until));
            prop_assert!(until < horizon);
        }
        Standing::Closed { opens } => {
            prop_assert_eq!(first.map(|span| span.from), opens);
            prop_assert!(opens.is_none_or(|opens| at < opens && opens < horizon));
        }
    }
    prop_assert!(spans.iter().all(|span| span.from < span.until && at < span.until));
    prop_assert!(spans.windows(2).all(|pair| pair[0].until < pair[1].from));
    prop_assert_eq!(&windows.next(at, zone, 1)[..], &spans[..spans.len().min(1)]);
    Ok(())
}

proptest! {
    #[test]
    fn standing_agrees_with_what_is_next(rules in rules(), zone in zones(), at in instants()) {
        check_agreement(&read(&rules), at, &zone)?;
    }

    #[test]
    fn the_calendar_alone_says_the_same(rules in rules(), zone in zones(), at in instants()) {
        prop_assume!(!clocks_change_near(at, &zone));
        let local = zone.to_datetime(at);
        prop_assert_eq!(is_open(read(&rules).standing(at, &zone)), naively_open(&rules, local), "at {}", local);
    }

    #[test]
    fn what_is_next_is_what_will_be(
        rules in rules(),
        zone in zones(),
        from in instants(),
        ahead in 0..400 * 86_400i64,
    ) {
        let at = from + SignedDuration::from_secs(ahead);
        prop_assume!(!clocks_change_near(at, &zone));
        let spans = read(&rules).next(from, &zone, SPANS_LIMIT);
        prop_assume!(spans.len() < SPANS_LIMIT);
        let listed = spans.iter().any(|span| span.from <= at && at < span.until);
        prop_assert_eq!(listed, naively_open(&rules, zone.to_datetime(at)));
    }

    /// Clocks that change or not: the ends that are told are the ones that come.
    #[test]
    fn ends_are_where_it_is_said(rules in rules(), zone in zones(), at in instants()) {
        let windows = read(&rules);
        for Span { from, until } in windows.next(at, &zone, 2) {
            let just_before = |at: Timestamp| at - SignedDuration::from_nanos(1);
            if until < days_after(at, HORIZON_DAYS) {
                prop_assert!(!is_open(windows.standing(until, &zone)), "open at {}", until);
                prop_assert!(is_open(windows.standing(just_before(until), &zone)), "closed before {}", until);
            }
            if at < from {
                prop_assert!(is_open(windows.standing(from, &zone)), "closed at {}", from);
                prop_assert!(!is_open(windows.standing(just_before(from), &zone)), "open before {}", from);
            }
        }
    }

    #[test]
    fn rules_read_back(rules in rules()) {
        let windows = read(&rules);
        prop_assert_eq!(&windows.to_string().parse::<Windows>().unwrap(), &windows);
        let json = serde_json::to_string(&windows).unwrap();
        prop_assert_eq!(serde_json::from_str::<Windows>(&json).unwrap(), windows);
    }

    #[test]
    fn no_text_can_make_it_panic(
        text in prop_oneof![
            any::<String>(),
            "((not|day|second|last|daily|sat|mon-fri|[+]3d|2026-12-24|[0-9]{1,5}|[:.,+ –-]|[.]{2}|24:00|22:00) ?){1,8}",
        ],
    ) {
        match text.parse::<WindowRule>() {
            Ok(rule) => prop_assert_eq!(rule.to_string().parse::<WindowRule>().unwrap(), rule),
            Err(fault) => prop_assert!(fault.hint.is_some() && fault.message.len() < 4000),
        }
        let _ = text.parse::<Windows>();
        let _ = zone(&text);
    }

    #[test]
    fn no_instant_can_make_it_panic(
        rules in rules(),
        zone in zones(),
        seconds in 0..900 * 86_400i64,
        first in any::<bool>(),
    ) {
        let distance = SignedDuration::from_secs(seconds);
        let at = if first { Timestamp::MIN + distance } else { Timestamp::MAX - distance };
        let mut rules = rules;
        rules.push(Known::Once(Date::MAX, [1, 0, 0, 30]));
        rules.push(Known::Blackout(Date::constant(9999, 12, 1), Date::MAX));
        for count in [rules.len(), rules.len() - 1, 1] {
            check_agreement(&read(&rules[..count]), at, &zone)?;
        }
    }
}

/// The check above is worth something only if it can tell open from closed.
#[test]
fn the_calendar_knows_a_few_days() {
    let at = |text: &str| text.parse::<DateTime>().unwrap();
    let third_day = [Known::Monthly(2, 1, 3, [22, 0, 2, 0]), Known::Blackout(Date::constant(2027, 1, 16), Date::MAX)];
    assert_eq!(third_day[0].text(), "second tue +3d 22:00-02:00");
    for (local, open) in [
        ("2026-12-11T21:59", false),
        ("2026-12-11T22:00", true),
        ("2026-12-12T01:59", true),
        ("2026-12-12T02:00", false),
        ("2027-01-15T23:59", true),
        ("2027-01-16T00:00", false),
    ] {
        assert_eq!(naively_open(&third_day, at(local)), open, "{local}");
    }
    assert!(naively_open(&third_day[1..], at("2027-01-15T12:00").date().to_datetime(Time::midnight())));
}
