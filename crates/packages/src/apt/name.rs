//! Names and versions of packages by Debian policy's grammar. What passes here can stand in a command.

use millwright_domain::{Code, Fault, VersionScheme};
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// `nginx` or `libc6:i386`.
///
/// Narrower than policy in one place: a name that ends with `-` is refused, because apt would read it as "remove".
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PackageName {
    name: String,
    architecture: Option<String>,
}

/// `1:2.3-4+deb12u1`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PackageVersion(String);

/// Text that is no package's name or version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Not a name.
    #[error("“{}” is not the name of a Debian package", .0.escape_debug())]
    Name(String),
    /// Not a version.
    #[error("“{}” is not a Debian version", .0.escape_debug())]
    Version(String),
}

impl From<NameError> for Fault {
    fn from(error: NameError) -> Self {
        let hint = match error {
            NameError::Name(_) => {
                "A package name has lower-case letters, digits, +, - and dots, like libstdc++6 or libc6:i386."
            }
            NameError::Version(_) => "A Debian version looks like 1.22.1-9+deb12u4.",
        };
        Fault::new(Code::InvalidInput, error.to_string()).with_hint(hint)
    }
}

impl PackageName {
    /// The name without its architecture.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The architecture, when one was asked for.
    pub fn architecture(&self) -> Option<&str> {
        self.architecture.as_deref()
    }

    /// Whether apt, when no package has exactly this name, would take it for something else: a regular expression
    /// (`lib.tool` matches `lib-tool`) or a name with "install" after it (`tool+`).
    pub(crate) fn can_be_misread(&self) -> bool {
        self.name.contains('.') || self.name.ends_with('+')
    }
}

impl FromStr for PackageName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (name, architecture) = match text.split_once(':') {
            Some((name, architecture)) => (name, Some(architecture)),
            None => (text, None),
        };
        let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let word = |word: &str, others: &[u8]| {
            (2..=128).contains(&word.len())
                && word.bytes().next().is_some_and(alphanumeric)
                && word.bytes().all(|byte| alphanumeric(byte) || others.contains(&byte))
                && !word.ends_with('-')
        };
        if word(name, b"+-.") && architecture.is_none_or(|architecture| word(architecture, b"-")) {
            Ok(Self { name: name.to_owned(), architecture: architecture.map(str::to_owned) })
        } else {
            Err(NameError::Name(text.chars().take(128).collect()))
        }
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match &self.architecture {
            Some(architecture) => write!(f, ":{architecture}"),
            None => Ok(()),
        }
    }
}

impl PackageVersion {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The order of Debian policy, in which `1.0~rc1` comes before `1.0`.
    pub fn compare(&self, other: &Self) -> Ordering {
        VersionScheme::Debian.compare(&self.0, &other.0).unwrap_or_else(|| self.0.cmp(&other.0))
    }
}

impl FromStr for PackageVersion {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".+-:~".contains(&byte);
        let policy = text.starts_with(|first: char| first.is_ascii_digit()) && text.bytes().all(allowed);
        if policy && VersionScheme::Debian.check(text).is_ok() {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError::Version(text.chars().take(128).collect()))
        }
    }
}

impl fmt::Display for PackageVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_follow_policy_and_never_look_like_an_option_or_a_request() {
        for good in ["nginx", "g++", "libstdc++6", "python3.11", "0ad", "libc6:i386", "a1"] {
            assert_eq!(good.parse::<PackageName>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "a",
            "-y",
            "--purge",
            "Nginx",
            "nginx-",
            "nginx=1",
            "nginx/stable",
            "a b",
            "a;b",
            "a*",
            "ab\n",
            "$(id)",
            ".nginx",
            "+ab",
            "libc6:",
            "libc6:-x",
            "libc6:i386:x",
            "ñandu",
            "ab~",
        ] {
            assert!(bad.parse::<PackageName>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn versions_follow_policy() {
        for good in ["1", "1.0", "1:1.0-1+deb12u1", "2.0~rc1-1", "1.2.3-4~bpo12+1"] {
            assert_eq!(good.parse::<PackageVersion>().unwrap().as_str(), good);
        }
        for bad in ["", "-1", "a1", "1 0", "1;0", "1=0", "1$(id)", "1\n", "1_0", "99999999999:1", "1é"] {
            assert!(bad.parse::<PackageVersion>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn versions_are_ordered_as_dpkg_orders_them() {
        let ordered = ["1.0~rc1-1", "1.0-1", "1.0-1+deb12u1", "1.0-2", "1.10-1", "1:0.1"];
        for pair in ordered.windows(2) {
            let [low, high] = [pair[0], pair[1]].map(|text| text.parse::<PackageVersion>().unwrap());
            assert_eq!(low.compare(&high), Ordering::Less, "{low} < {high}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_parsing_panic(text in "\\PC{0,40}") {
            let _ = text.parse::<PackageName>();
            let _ = text.parse::<PackageVersion>();
        }
    }
}
