//! The texts of parts, and what stands in for those that come without: the standard text of the licence that they
//! name, with their authors.

use crate::shipped::Part;
use anyhow::{Context, Result, bail};

/// Parts that name a licence and ship no text of it, and of those they name the one that is taken. Looked at one by one:
/// each has said in its manifest who wrote it, or lets one take a licence that asks for no name.
const WITHOUT_TEXT: &[(&str, &str)] = &[
    ("alloc-stdlib", "BSD-3-Clause"),
    ("block2", "MIT"),
    ("debversion", "Apache-2.0"),
    ("dispatch2", "Apache-2.0"),
    ("dlopen2", "MIT"),
    ("mac-notification-sys", "Apache-2.0"),
    ("objc2", "MIT"),
    ("objc2-app-kit", "Apache-2.0"),
    ("objc2-core-foundation", "Apache-2.0"),
    ("objc2-encode", "MIT"),
    ("objc2-exception-helper", "Apache-2.0"),
    ("objc2-foundation", "MIT"),
    ("objc2-osa-kit", "Apache-2.0"),
    ("objc2-quartz-core", "Apache-2.0"),
    ("objc2-web-kit", "Apache-2.0"),
    ("rusqlite_migration", "Apache-2.0"),
    ("rust-std", "Apache-2.0"),
    ("ts-rs", "MIT"),
    ("webview2-com", "MIT"),
    ("webview2-com-sys", "MIT"),
];

/// The texts that go with a part; never none.
pub(super) fn texts(part: &Part) -> Result<Vec<String>> {
    let own: Vec<_> = part.texts.iter().filter(|text| !text.trim().is_empty()).cloned().collect();
    if !own.is_empty() {
        return Ok(own);
    }
    let Part { name, version, .. } = part;
    let Some((_, licence)) = WITHOUT_TEXT.iter().find(|(known, _)| known == name) else {
        bail!("{name} {version} comes without the text of its licence: see WITHOUT_TEXT");
    };
    if !part.licence.as_deref().is_some_and(|said| said.contains(licence)) {
        bail!("{name} {version} comes without the text of its licence, and is not under {licence} any more");
    }
    let text = spdx::license_id(licence).with_context(|| format!("SPDX knows no {licence}"))?.text();
    if *licence == "Apache-2.0" {
        return Ok(vec![text.to_owned()]);
    }
    let holders: Vec<_> = part.authors.iter().map(|author| without_address(author)).collect();
    let holders = if holders.is_empty() { format!("the authors of {name}") } else { holders.join(", ") };
    Ok(vec![text.replace("<year> ", "").replace("<copyright holders>", &holders).replace("<owner>", &holders)])
}

/// `Somebody <somebody@example.org>`: a licence names people, not their mailboxes.
fn without_address(author: &str) -> &str {
    author.split(" <").next().unwrap_or(author)
}
