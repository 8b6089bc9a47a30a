//! Whether a host's packages are still what a plan was made from, asked by the host itself right before it is changed.
//!
//! Owns: the shell text, and the words for each difference. Does not own: which packages a plan depends on, or what
//! becomes of a job whose host has moved on.

use super::name::{PackageName, PackageVersion};
use std::fmt::Write;

/// How a package stood when the plan was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedPackage {
    /// Which package. Without an architecture it is the native one, as apt understands it.
    pub name: PackageName,
    /// How it stood.
    pub standing: ExpectedStanding,
}

/// How a package stood: whole and free to change, or not there. A plan changes no other package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpectedStanding {
    /// Unpacked, configured and not held.
    Installed {
        /// Exactly this version of it.
        version: PackageVersion,
    },
    /// Not on the host; its configuration may be.
    Absent,
}

/// One list of what is there and one comparison, however many packages there are: names in an argument list would hit
/// its limit, and dpkg-query reads them as patterns. The list stands before what is expected in the same input. The
/// native architecture is that of dpkg itself, which spares another question.
const ASK: &str = r#"format='${db:Status-Abbrev} ${Package}:${Architecture} ${Version}\n'
there=$(env LC_ALL=C dpkg-query -W -f "$format") || exit
awk '
  function differs(how) { print how; differences++ }
  $1 == "expected:" { expecting = 1; next }
  !expecting && $1 ~ /^.[nc]/ { next }
  !expecting { status[$2] = $1; version[$2] = $3; if (sub(/^dpkg:/, "", $2)) native = $2; next }
  {
    split($1, name, ":")
    key = name[1] ":" (name[2] == "" || name[2] == "all" ? native : name[2])
    if (!(key in version)) key = name[1] ":all"
    if (!(key in version)) { if (NF == 2) differs($1 " was " $2 " and is not installed"); next }
    if (NF == 1) { differs($1 " was not installed and is " version[key]); next }
    if ((version[key] "") != ($2 "")) differs($1 " was " $2 " and is " version[key])
    if (status[key] ~ /^h/) differs($1 " is held now")
    if (status[key] !~ /^.i$/) differs($1 " is not configured")
  }
  END { exit differences ? 65 : 0 }
' <<EXPECTED
$there
expected:
"#;

/// The shell text that ends with 0 when every package is exactly as expected, and otherwise prints a line for each
/// difference and ends with 65. Any account can run it; any other code means that dpkg could not be asked.
pub fn unchanged_script(expected: &[ExpectedPackage]) -> String {
    // A subshell: it may leave without ending the script that it stands in.
    let mut script = format!("(\n{ASK}");
    for ExpectedPackage { name, standing } in expected {
        // The grammar of names and versions has nothing in it that a here-document would expand. Writing to a String
        // cannot fail.
        let _ = match standing {
            ExpectedStanding::Installed { version } => writeln!(script, "{name} {version}"),
            ExpectedStanding::Absent => writeln!(script, "{name}"),
        };
    }
    script.push_str("EXPECTED\n)\n");
    script
}
