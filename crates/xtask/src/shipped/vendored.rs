//! C code that crates bring along and compile: no lock file names it, and it is what attackers look at first.
//!
//! The versions are read from the sources that are compiled. A crate that compiles C code and is in neither table here
//! is an error, so that nothing is left out in silence.

use super::{Origin, Part, Reach, text_of};
use anyhow::{Context, Result, bail};
use std::{collections::BTreeSet, fs, path::Path};

/// A library inside of a crate.
struct Library {
    name: &'static str,
    /// The crate that compiles it.
    carrier: &'static str,
    licence: &'static str,
    /// The file with the licence's text, from the crate's folder.
    text: &'static str,
    /// What CPE calls its maker and it.
    vendor: &'static str,
    product: &'static str,
    website: &'static str,
    version: fn(&Path) -> Result<String>,
    /// What its code leaves in a program, with `VERSION` in place of the version.
    mark: &'static str,
    /// Whether it is compiled for this target; elsewhere the system's is linked.
    is_compiled_for: fn(&str) -> bool,
}

const LIBRARIES: &[Library] = &[
    Library {
        name: "sqlite",
        carrier: "libsqlite3-sys",
        licence: "blessing",
        // There is no other file with it: the blessing stands at the head of the code.
        text: "sqlite3/sqlite3.h",
        vendor: "sqlite",
        product: "sqlite",
        website: "https://sqlite.org",
        version: |folder| quoted(&folder.join("sqlite3/sqlite3.h"), "#define SQLITE_VERSION "),
        mark: "VERSION\0",
        is_compiled_for: |_| true,
    },
    Library {
        name: "libssh2",
        carrier: "libssh2-sys",
        licence: "BSD-3-Clause",
        text: "libssh2/COPYING",
        vendor: "libssh2",
        product: "libssh2",
        website: "https://libssh2.org",
        version: |folder| quoted(&folder.join("libssh2/include/libssh2.h"), "#define LIBSSH2_VERSION "),
        mark: "SSH-2.0-libssh2_VERSION",
        is_compiled_for: |_| true,
    },
    Library {
        name: "openssl",
        carrier: "openssl-src",
        licence: "Apache-2.0",
        text: "openssl/LICENSE.txt",
        vendor: "openssl",
        product: "openssl",
        website: "https://openssl-library.org",
        version: openssl_version,
        mark: "VERSION\0",
        is_compiled_for: |_| true,
    },
    Library {
        name: "zlib",
        carrier: "libz-sys",
        licence: "Zlib",
        text: "src/zlib/LICENSE",
        vendor: "zlib",
        product: "zlib",
        website: "https://zlib.net",
        version: |folder| quoted(&folder.join("src/zlib/zlib.h"), "#define ZLIB_VERSION "),
        mark: " deflate VERSION Copyright",
        // macOS has one, and WebKitGTK's development files bring one along.
        is_compiled_for: |target| target.contains("windows"),
    },
];

/// What parts SQLite's blessing from its code.
const END_OF_BLESSING: &str =
    "*************************************************************************\n** This header";

/// Crates whose C, Objective-C or assembly is their own, under the licence that they name. ring's came from BoringSSL once,
/// has no version of its own, and its licence lies with it.
const OWN_CODE: [&str; 4] = ["mac-notification-sys", "objc2-exception-helper", "openssl-sys", "ring"];

/// What compiles C in a build script.
const COMPILERS: [&str; 2] = ["pkg:cargo/cc@", "pkg:cargo/cmake@"];

/// A library, and the crate that it is in.
pub(super) struct Vendored {
    pub(super) part: Part,
    carrier: String,
}

/// The libraries inside of these crates.
pub(super) fn parts(target: &str, crates: &[Part]) -> Result<Vec<Vendored>> {
    let mut found = Vec::new();
    for library in LIBRARIES.iter().filter(|library| (library.is_compiled_for)(target)) {
        let Some(carrier) = crates.iter().find(|part| part.name == library.carrier) else {
            bail!("{} is in no crate {} any more: say where it is now", library.name, library.carrier);
        };
        found.push(part(library, carrier)?);
    }
    for part in crates.iter().filter(|part| compiles_c(part)) {
        let name = part.name.as_str();
        if !OWN_CODE.contains(&name) && !LIBRARIES.iter().any(|library| library.carrier == name) {
            bail!("the crate {name} compiles C code that nobody has looked at: say here which library that is");
        }
    }
    Ok(found)
}

/// Says in a library's crate that the library is there.
pub(super) fn belongs_to(vendored: &Vendored, crates: &mut [Part]) {
    for carrier in crates.iter_mut().filter(|part| part.name == vendored.carrier) {
        carrier.needs.insert(vendored.part.identifier());
    }
}

/// What a program has in it that this library is compiled into.
pub(crate) fn mark(part: &Part) -> Option<String> {
    let library = LIBRARIES.iter().find(|library| library.name == part.name)?;
    matches!(part.origin, Origin::Vendored { .. }).then(|| library.mark.replace("VERSION", &part.version))
}

/// What only builds may compile what it likes, unless it is known for bringing a library.
fn compiles_c(part: &Part) -> bool {
    part.reach == Reach::Shipped
        && part.needs.iter().any(|need| COMPILERS.iter().any(|compiler| need.starts_with(compiler)))
}

fn part(library: &Library, carrier: &Part) -> Result<Vendored> {
    let folder = &carrier.folder;
    let mut text = text_of(&folder.join(library.text))?;
    // Where code follows, the licence is the comment at its head.
    text.truncate(text.find(END_OF_BLESSING).unwrap_or(text.len()));
    let part = Part {
        origin: Origin::Vendored { vendor: library.vendor, product: library.product },
        name: library.name.to_owned(),
        version: (library.version)(folder)?,
        licence: Some(library.licence.to_owned()),
        texts: vec![text],
        authors: Vec::new(),
        website: Some(library.website.to_owned()),
        hash: None,
        reach: Reach::Shipped,
        needs: BTreeSet::new(),
        folder: folder.clone(),
    };
    Ok(Vendored { part, carrier: carrier.name.clone() })
}

/// The text in quotation marks behind the first line that begins so.
fn quoted(file: &Path, beginning: &str) -> Result<String> {
    let text = fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?;
    let value = text.lines().find_map(|line| line.strip_prefix(beginning)?.split('"').nth(1));
    value.map(str::to_owned).with_context(|| format!("{} tells no version", file.display()))
}

/// OpenSSL keeps its version in a file of assignments.
fn openssl_version(folder: &Path) -> Result<String> {
    let file = folder.join("openssl/VERSION.dat");
    let text = fs::read_to_string(&file).with_context(|| format!("read {}", file.display()))?;
    let number = |name: &str| {
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        value.with_context(|| format!("{} tells no {name}", file.display()))
    };
    Ok(format!("{}.{}.{}", number("MAJOR")?, number("MINOR")?, number("PATCH")?))
}
