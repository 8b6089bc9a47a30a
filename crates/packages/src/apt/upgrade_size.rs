//! How much an upgrade would download, and need on disk, from the two lines in which apt says so.

use crate::facts_sections::lines;

/// Bytes to download, and bytes more on disk, which are negative when some would be freed. apt writes no line where
/// there is nothing to do, and three or four digits where there is.
pub(crate) fn upgrade_size(output: &[u8]) -> (Option<u64>, Option<i64>) {
    let find = |read: fn(&str) -> Option<i64>| lines(output).find_map(|line| read(std::str::from_utf8(line).ok()?));
    (find(download).and_then(|bytes| u64::try_from(bytes).ok()), find(disk))
}

/// `Need to get 199 MB of archives.` or, when some are there already, `Need to get 0 B/740 B of archives.`
fn download(line: &str) -> Option<i64> {
    let size = line.strip_prefix("Need to get ")?.strip_suffix(" of archives.")?;
    bytes(size.split_once('/').map_or(size, |(missing, _)| missing))
}

/// `After this operation, 3229 kB of additional disk space will be used.` or `…, 45.3 MB disk space will be freed.`
fn disk(line: &str) -> Option<i64> {
    let rest = line.strip_prefix("After this operation, ")?;
    match rest.strip_suffix(" of additional disk space will be used.") {
        Some(size) => bytes(size),
        None => bytes(rest.strip_suffix(" disk space will be freed.")?).map(|freed| -freed),
    }
}

/// `45.3 MB`: apt counts by thousands, with one decimal at most.
fn bytes(size: &str) -> Option<i64> {
    let (number, unit) = size.split_once(' ')?;
    let unit = match unit {
        "B" => 1,
        "kB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        _ => return None,
    };
    let digits =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i64>().ok()).flatten();
    let number = number.replace(',', "");
    let (whole, tenths) = number.split_once('.').unwrap_or((&number, "0"));
    let tenths = digits(tenths).filter(|_| tenths.len() == 1)?;
    digits(whole)?.checked_mul(unit)?.checked_add(tenths * unit / 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_lines_of_apt_become_bytes() {
        let used = "of additional disk space will be used.";
        for (need, after, expected) in [
            ("199 MB", format!("3229 kB {used}"), (Some(199_000_000), Some(3_229_000))),
            ("0 B/740 B", format!("0 B {used}"), (Some(0), Some(0))),
            ("1,234 kB/5,678 kB", format!("56 kB {used}"), (Some(1_234_000), Some(56_000))),
            ("604 kB", "45.3 MB disk space will be freed.".to_owned(), (Some(604_000), Some(-45_300_000))),
            ("1.2 GB", format!("2 TB {used}"), (Some(1_200_000_000), Some(2_000_000_000_000))),
            ("-5 B", format!("+5 B {used}"), (None, None)),
            ("99999999999999999999 B", format!("9999999999 TB {used}"), (None, None)),
            ("1.23 MB", format!("1. MB {used}"), (None, None)),
            ("5", "5 MB".to_owned(), (None, None)),
            ("5 MiB", format!(" {used}"), (None, None)),
        ] {
            let output = format!("Need to get {need} of archives.\r\nAfter this operation, {after}\n");
            assert_eq!(upgrade_size(output.as_bytes()), expected, "{output}");
        }
        assert_eq!(upgrade_size(b""), (None, None));
    }

    proptest! {
        #[test]
        fn no_size_makes_reading_panic(size in "[0-9.,/ kMGTB-]{0,30}") {
            let after = format!("After this operation, {size} disk space will be freed.");
            let output = format!("Need to get {size} of archives.\n{after}");
            upgrade_size(output.as_bytes());
        }
    }
}
