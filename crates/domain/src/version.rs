//! Versions and their order. A product names its scheme; an opaque scheme knows sameness but no order.

use crate::fault::{Code, Fault};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::str::FromStr;
use ts_rs::TS;

/// How a product's versions are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum VersionScheme {
    /// Semantic versioning 2.0.
    Semver,
    /// Debian policy: `[epoch:]upstream[-revision]`.
    Debian,
    /// Versions are the same or not; nothing else is known.
    Opaque,
}

impl VersionScheme {
    /// The word that files and the database use.
    pub const fn as_str(self) -> &'static str {
        match self {
            VersionScheme::Semver => "semver",
            VersionScheme::Debian => "debian",
            VersionScheme::Opaque => "opaque",
        }
    }

    /// Refuses what is not a version of this scheme.
    pub fn check(self, text: &str) -> Result<(), Fault> {
        let refuse = |why: String, hint: &str| {
            Err(Fault::new(Code::InvalidInput, format!("“{}” is not a version: {why}", text.escape_debug()))
                .with_hint(hint))
        };
        if text.is_empty() || text.len() > 128 {
            return refuse("it must have 1 to 128 characters".into(), "Look at the versions that the host offers.");
        }
        match self {
            VersionScheme::Semver => match semver::Version::parse(text) {
                Ok(_) => Ok(()),
                Err(error) => refuse(error.to_string(), "A semantic version looks like 1.4.2 or 1.4.2-rc.1."),
            },
            VersionScheme::Debian => match debversion::Version::from_str(text) {
                Ok(_) if !text.contains(char::is_whitespace) => Ok(()),
                Ok(_) => refuse("it has a space in it".into(), "A Debian version looks like 1.22.1-9+deb12u4."),
                Err(error) => refuse(error.to_string(), "A Debian version looks like 1.22.1-9+deb12u4."),
            },
            VersionScheme::Opaque if text.contains(|c: char| c.is_control() || c.is_whitespace()) => {
                refuse("it has a space or a control character in it".into(), "Write it as the vendor does.")
            }
            VersionScheme::Opaque => Ok(()),
        }
    }

    /// The order of two versions, or none where the scheme or the texts have none.
    pub fn compare(self, left: &str, right: &str) -> Option<Ordering> {
        match self {
            VersionScheme::Semver => {
                // Build metadata has no precedence: versions that differ in nothing else are the same to a user.
                Some(semver::Version::parse(left).ok()?.cmp_precedence(&semver::Version::parse(right).ok()?))
            }
            VersionScheme::Debian => {
                Some(debversion::Version::from_str(left).ok()?.cmp(&debversion::Version::from_str(right).ok()?))
            }
            VersionScheme::Opaque => (left == right).then_some(Ordering::Equal),
        }
    }
}

impl FromStr for VersionScheme {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        [VersionScheme::Semver, VersionScheme::Debian, VersionScheme::Opaque]
            .into_iter()
            .find(|scheme| scheme.as_str() == text)
            .ok_or_else(|| {
                Fault::new(Code::InvalidInput, format!("“{}” is not a version scheme", text.escape_debug()))
                    .with_hint("Write semver, debian or opaque.")
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn orders_as_the_schemes_say() {
        use Ordering::{Equal, Greater, Less};
        let cases = [
            (VersionScheme::Semver, "1.9.0", "1.10.0", Some(Less)),
            (VersionScheme::Semver, "1.0.0-rc.1", "1.0.0", Some(Less)),
            (VersionScheme::Semver, "1.0.0+a", "1.0.0+b", Some(Equal)),
            (VersionScheme::Semver, "1.0", "1.0.0", None),
            (VersionScheme::Debian, "1.22.1-9+deb12u4", "1.22.1-9", Some(Greater)),
            (VersionScheme::Debian, "1.0~rc1-1", "1.0-1", Some(Less)),
            (VersionScheme::Debian, "1:0.1-1", "2.0-1", Some(Greater)),
            (VersionScheme::Opaque, "2024b", "2024b", Some(Equal)),
            (VersionScheme::Opaque, "2024b", "2024c", None),
        ];
        for (scheme, left, right, expected) in cases {
            assert_eq!(scheme.compare(left, right), expected, "{left} {right}");
        }
    }

    #[test]
    fn says_what_is_not_a_version() {
        let mut told = String::new();
        for (scheme, text) in [
            (VersionScheme::Semver, "1.0"),
            (VersionScheme::Debian, "1 0"),
            (VersionScheme::Debian, "; rm -rf /"),
            (VersionScheme::Opaque, "a b"),
            (VersionScheme::Opaque, ""),
        ] {
            let fault = scheme.check(text).unwrap_err();
            told.push_str(&format!("{text}\n  {fault}\n  {}\n", fault.hint.as_deref().unwrap_or("-")));
        }
        insta::assert_snapshot!(told);
    }

    proptest! {
        #[test]
        fn no_text_can_make_it_panic(left in ".{0,40}", right in ".{0,40}") {
            for scheme in [VersionScheme::Semver, VersionScheme::Debian, VersionScheme::Opaque] {
                let there = scheme.compare(&left, &right);
                prop_assert_eq!(there.map(Ordering::reverse), scheme.compare(&right, &left));
                let _ = scheme.check(&left);
            }
        }
    }
}
