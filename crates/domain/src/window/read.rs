//! Reads a rule. Lenient in case, spaces, dashes and `24:00`; what is written back is always the same.

use super::rule::{Days, Hours, NTHS, Shape, WEEKDAYS, Weekdays};
use crate::fault::{Code, Fault};
use jiff::civil::{Date, Time, Weekday};

/// The longest rule, in bytes.
const RULE_LENGTH: usize = 100;

/// The longest `+Nd`: four weeks later would be another week of the month.
const DAYS_LATER: i8 = 27;

/// Dates before it are typing errors.
const FIRST_YEAR: i16 = 2000;

/// Why a text is not a rule, and one that is.
struct Wrong {
    why: String,
    example: &'static str,
}

type Reading<T> = Result<T, Wrong>;

pub(super) fn rule(text: &str) -> Result<Shape, Fault> {
    read(text).map_err(|Wrong { why, example }| {
        let shown: String = text.trim().chars().take(RULE_LENGTH).collect();
        Fault::new(
            Code::InvalidInput,
            format!("“{}” is not a rule of a maintenance window: {why}", shown.escape_debug()),
        )
        .with_hint(format!("Write “{example}”, for example."))
    })
}

fn read(text: &str) -> Reading<Shape> {
    const EXAMPLE: &str = "sat 22:00-04:00";
    if text.len() > RULE_LENGTH {
        return wrong(format!("it is longer than {RULE_LENGTH} bytes"), EXAMPLE);
    }
    let text = tidy(text);
    if text.is_empty() {
        return wrong("it is empty", EXAMPLE);
    }
    if let Some(days) = text.strip_prefix("not").filter(|days| days.is_empty() || days.starts_with(' ')) {
        return blackout(days.trim_start());
    }
    match text.rsplit_once(' ') {
        Some((days, hours)) => {
            let hours = self::hours(hours)?;
            Ok(Shape::Window(self::days(days)?, hours))
        }
        None if text.contains(':') => wrong("it does not say on which days", EXAMPLE),
        None => wrong("it does not say from when until when", EXAMPLE),
    }
}

/// Lower case, single spaces, plain dashes, and no space around what joins two parts.
fn tidy(text: &str) -> String {
    const JOINS: [char; 3] = [',', '-', '.'];
    let text = text.to_ascii_lowercase().replace(['–', '—'], "-");
    let mut tidy = String::new();
    for word in text.split_whitespace() {
        if !tidy.is_empty() && !tidy.ends_with(JOINS) && !word.starts_with(JOINS) {
            tidy.push(' ');
        }
        tidy.push_str(word);
    }
    tidy
}

fn blackout(days: &str) -> Reading<Shape> {
    const EXAMPLE: &str = "not 2026-12-20..2027-01-06";
    if days.is_empty() {
        return wrong("it does not say on which days", EXAMPLE);
    }
    let (first, last) = days.split_once("..").unwrap_or((days, days));
    let (first, last) = (date(first, EXAMPLE)?, date(last, EXAMPLE)?);
    if first > last {
        return wrong("its last day is before its first", EXAMPLE);
    }
    Ok(Shape::Blackout(first, last))
}

fn days(text: &str) -> Reading<Days> {
    let words: Vec<&str> = text.split(' ').collect();
    match words[..] {
        ["day", day] => day_of_month(day),
        [nth, weekday] => monthly(nth, weekday, None),
        [nth, weekday, later] => monthly(nth, weekday, Some(later)),
        [day] if day.starts_with(|first: char| first.is_ascii_digit()) => {
            Ok(Days::Once(date(day, "2026-12-24 20:00-23:00")?))
        }
        [days] => Ok(Days::Weekly(weekdays(days)?)),
        [..] => wrong(format!("{} does not name days", quoted(text)), "second tue +3d 22:00-02:00"),
    }
}

fn weekdays(text: &str) -> Reading<Weekdays> {
    const EXAMPLE: &str = "mon-fri 19:00-06:00";
    if text == "daily" {
        return Ok(Weekdays::ALL);
    }
    let mut days = Weekdays::default();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (mut day, last) = (weekday(first, EXAMPLE)?, weekday(last, EXAMPLE)?);
        days.add(day);
        while day != last {
            day = day.next();
            days.add(day);
        }
    }
    Ok(days)
}

fn monthly(nth: &str, weekday: &str, later: Option<&str>) -> Reading<Days> {
    const EXAMPLE: &str = "second tue +3d 22:00-02:00";
    let Some((_, found)) = NTHS.iter().find(|(name, _)| *name == nth) else {
        return wrong(format!("{} is neither first, second, third, fourth, last nor day", quoted(nth)), EXAMPLE);
    };
    let weekday = self::weekday(weekday, EXAMPLE)?;
    let days_later = match later {
        None => 0,
        Some(later) => {
            let days = later.strip_prefix('+').and_then(|days| days.strip_suffix('d')).and_then(number);
            match days {
                Some(days) if days <= DAYS_LATER => days,
                Some(_) | None => return wrong(format!("{} is not +0d to +{DAYS_LATER}d", quoted(later)), EXAMPLE),
            }
        }
    };
    Ok(Days::Monthly { nth: *found, weekday, days_later })
}

fn day_of_month(text: &str) -> Reading<Days> {
    match number(text) {
        Some(day @ 1..=31) => Ok(Days::OfMonth(day)),
        Some(_) | None => wrong(format!("{} is not a day from 1 to 31", quoted(text)), "day 15 22:00-02:00"),
    }
}

fn weekday(text: &str, example: &'static str) -> Reading<Weekday> {
    match WEEKDAYS.iter().find(|(name, _)| *name == text) {
        Some((_, weekday)) => Ok(*weekday),
        None => wrong(format!("{} is not mon, tue, wed, thu, fri, sat or sun", quoted(text)), example),
    }
}

fn hours(text: &str) -> Reading<Hours> {
    const EXAMPLE: &str = "sat 22:00-04:00";
    let Some((from, until)) = text.split_once('-').filter(|(from, _)| from.contains(':')) else {
        return wrong(format!("{} does not say from when until when", quoted(text)), EXAMPLE);
    };
    let time = |text: &str| match time(text) {
        Some(time) => Ok(time),
        None => wrong(format!("{} is not a time from 00:00 to 23:59", quoted(text)), EXAMPLE),
    };
    // Midnight at the end of the day on which it starts is the next day's first minute.
    Ok(Hours { from: time(from)?, until: if until == "24:00" { Time::midnight() } else { time(until)? } })
}

fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':').filter(|(_, minute)| minute.len() == 2)?;
    Time::new(number(hour)?, number(minute)?, 0, 0).ok()
}

fn date(text: &str, example: &'static str) -> Reading<Date> {
    let refuse = || wrong(format!("{} is not a date", quoted(text)), example);
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return refuse() };
    let Some(year) = year.parse::<i16>().ok().filter(|_| year.len() == 4 && is_digits(year)) else { return refuse() };
    let (Some(month), Some(day)) = (number(month), number(day)) else { return refuse() };
    match Date::new(year, month, day) {
        Ok(date) if year >= FIRST_YEAR => Ok(date),
        Ok(_) => wrong(format!("{} is before the year {FIRST_YEAR}", quoted(text)), example),
        Err(_) => wrong(format!("there is no {}", quoted(text)), example),
    }
}

/// One or two digits.
fn number(text: &str) -> Option<i8> {
    if text.len() <= 2 && is_digits(text) { text.parse().ok() } else { None }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn quoted(text: &str) -> String {
    format!("“{}”", text.escape_debug())
}

fn wrong<T>(why: impl Into<String>, example: &'static str) -> Reading<T> {
    Err(Wrong { why: why.into(), example })
}
