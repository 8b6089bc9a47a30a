//! Text from elsewhere, made harmless for a terminal; and times and sizes as people say them.

use jiff::{SignedDuration, Timestamp};

/// What a host or a file said, with every control and direction character made visible. Newlines and tabs stay.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => shown.push(character),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}' => {
                shown.extend(character.escape_unicode());
            }
            _ if character.is_control() => shown.extend(character.escape_default()),
            _ => shown.push(character),
        }
    }
    shown
}

/// The same, on one line.
pub(crate) fn visible_line(text: &str) -> String {
    visible(&text.replace(['\n', '\t'], " "))
}

/// `4 min ago`; a dash where there is no time.
pub(crate) fn ago(now: Timestamp, then: Option<Timestamp>) -> String {
    then.map_or_else(|| "–".to_owned(), |then| format!("{} ago", duration(now.duration_since(then))))
}

/// `4 min`, `3 d`.
pub(crate) fn duration(duration: SignedDuration) -> String {
    match duration.as_secs().max(0) {
        seconds @ 0..=89 => format!("{seconds} s"),
        seconds @ 90..=5399 => format!("{} min", (seconds + 30) / 60),
        seconds @ 5400..=129_599 => format!("{} h", (seconds + 1800) / 3600),
        seconds => format!("{} d", (seconds + 43_200) / 86_400),
    }
}

/// `17 B`, `4.2 MB`: thousands, as disks are sold and networks are measured.
pub(crate) fn size(bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let (mut value, mut unit) = (bytes as f64 / 1000.0, "kB");
    for larger in ["MB", "GB", "TB", "PB", "EB"] {
        // What would be shown as 1000.0 is one of the next.
        if value < 999.95 {
            break;
        }
        (value, unit) = (value / 1000.0, larger);
    }
    format!("{value:.1} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_host_says_moves_a_cursor() {
        let cases = [
            ("plain\ttext\n", "plain\ttext\n"),
            ("\u{1b}]52;c;aGk=\u{7}", "\\u{1b}]52;c;aGk=\\u{7}"),
            ("over\rwritten", "over\\rwritten"),
            ("exe\u{202e}fdp", "exe\\u{202e}fdp"),
            ("\u{9b}31m", "\\u{9b}31m"),
        ];
        for (said, shown) in cases {
            assert_eq!(visible(said), shown);
        }
    }

    #[test]
    fn durations_read_as_people_say_them() {
        let cases = [(0, "0 s"), (89, "89 s"), (90, "2 min"), (5399, "90 min"), (7200, "2 h"), (259_200, "3 d")];
        for (seconds, said) in cases {
            assert_eq!(duration(SignedDuration::from_secs(seconds)), said);
        }
    }

    #[test]
    fn sizes_read_as_people_say_them() {
        let cases = [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (999_999, "1.0 MB"),
            (20_000_000, "20.0 MB"),
            (u64::MAX, "18.4 EB"),
        ];
        for (bytes, said) in cases {
            assert_eq!(size(bytes), said);
        }
    }
}
