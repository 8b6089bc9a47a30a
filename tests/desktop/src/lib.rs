//! The real window under a display of its own, driven by WebDriver as a person would: it looks, clicks and types.
//!
//! What it needs besides the built application: Debian's packages `xvfb`, `dbus` and `webkit2gtk-driver`, and
//! tauri-driver 2 from crates.io. Nothing of the product is linked; the hosts are the lab's, and the inventory is made
//! by the command.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "all of it is test code")]

mod computer;
mod desktop;
mod driver;
mod page;
mod programs;

pub use computer::Computer;
pub use desktop::Desktop;
pub use page::Page;
