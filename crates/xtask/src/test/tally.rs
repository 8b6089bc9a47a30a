//! Counting what libtest says at the end of each test program.

use std::ops::AddAssign;

/// Tests by what came of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) ignored: usize,
}

impl Tally {
    /// The counts in a line such as `test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out`.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let counts = line.strip_prefix("test result: ")?.split_once(". ")?.1;
        let count = |word: &str| {
            let entry = counts.split("; ").find_map(|entry| entry.trim().strip_suffix(word))?;
            entry.trim().parse().ok()
        };
        Some(Self { passed: count("passed")?, failed: count("failed")?, ignored: count("ignored")? })
    }

    /// How many tests were run to an end.
    pub(super) fn ran(self) -> usize {
        self.passed + self.failed
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_line_is_read_and_nothing_else() {
        let cases = [
            (
                "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
                Some(Tally { passed: 12, failed: 0, ignored: 1 }),
            ),
            (
                "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 4 filtered out; finished in 9.10s",
                Some(Tally { passed: 3, failed: 2, ignored: 0 }),
            ),
            ("test a::b ... ok", None),
            ("test result: ok.", None),
            ("test result: ok. many passed; 0 failed; 0 ignored", None),
        ];
        for (line, expected) in cases {
            assert_eq!(Tally::parse(line), expected, "{line}");
        }
    }
}
