//! Tells tauri which commands there are: the webview may be granted these and can be granted no other. And makes the
//! application's context here instead of in a macro, so that two builds of one source are the same.
#![allow(clippy::print_stdout, reason = "a build script talks to cargo so")]

use std::{env, error::Error, fs, path::Path};
use tauri_build::{AppManifest, Attributes, CodegenContext, WindowsAttributes};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=isolation");
    let commands = AppManifest::new().commands(&["rpc", "subscribe", "ready"]);
    let windows = WindowsAttributes::new().window_icon_path("../icons/icon.ico");
    let attributes = Attributes::new().app_manifest(commands).windows_attributes(windows);
    tauri_build::try_build(attributes.codegen(CodegenContext::new()))?;
    let context = Path::new(&env::var("OUT_DIR")?).join("tauri-build-context.rs");
    let mut code = numbered(&fs::read_to_string(&context)?);
    for folder in ["OUT_DIR", "CARGO_MANIFEST_DIR"] {
        code = relative(&code, folder, &env::var(folder)?);
    }
    fs::write(&context, code)?;
    Ok(())
}

/// Random identifiers as numbers. Tauri rolls two in each build, the isolation frame's address and its key. Neither is a
/// secret, since whoever has the application can read them; what keeps messages safe is made anew at each start.
fn numbered(code: &str) -> String {
    const LENGTH: usize = 36;
    let mut text = code.to_owned();
    let mut count = 0;
    for start in 0..text.len().saturating_sub(LENGTH) {
        if text.get(start..start + LENGTH).is_some_and(is_random_uuid) {
            count += 1;
            text.replace_range(start..start + LENGTH, &format!("00000000-0000-4000-8000-{count:012}"));
        }
    }
    text
}

/// Absolute paths as what they begin with. All is one line, so that their length would be in the column of every panic.
fn relative(code: &str, variable: &str, folder: &str) -> String {
    let start = format!("\"{folder}");
    let mut pieces = code.split(&start);
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (path, rest) = piece.split_once('"').unwrap_or((piece, ""));
        text.push_str(&format!("concat!(env!({variable:?}), \"{path}\"){rest}"));
    }
    text
}

fn is_random_uuid(text: &str) -> bool {
    text.bytes().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        14 => byte == b'4',
        _ => byte.is_ascii_hexdigit(),
    })
}
