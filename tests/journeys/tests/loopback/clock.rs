//! Times as people write them, by the system's own `date`.

use std::process::Command;

/// A moment such as `now + 10 days` by a zone's clock, written as `date` formats it.
pub(crate) fn clock(zone: &str, format: &str, moment: &str) -> String {
    let output = Command::new("date").env("TZ", zone).args(["-d", moment, format]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
