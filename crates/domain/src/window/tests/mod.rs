mod grammar;
mod random;
mod standing;

use super::*;

/// The rules of a table's cell, which `;` parts.
fn windows(rules: &str) -> Windows {
    rules.split(';').map(|rule| rule.trim().to_owned()).collect::<Vec<_>>().try_into().unwrap()
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Spans as a clock on the wall there shows them, with the offset, which tells the two hours of a fold apart.
fn told(spans: &[Span], zone: &TimeZone) -> String {
    let told = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%a %m-%d %H:%M%:z").to_string();
    spans.iter().map(|span| format!("{} to {}", told(span.from), told(span.until))).collect::<Vec<_>>().join(", ")
}
