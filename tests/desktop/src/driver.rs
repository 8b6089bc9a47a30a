//! The way to a driver of windows.

use rustls::crypto::ring;
use thirtyfour::{Capabilities, WebDriver, error::WebDriverError};

/// A session of the driver that listens there.
///
/// Within the workspace reqwest is built without cryptography of its own, which it wants even for plain HTTP. What was
/// chosen first stays: that it is chosen already is no failure.
pub(crate) async fn new_driver(address: &str, wanted: Capabilities) -> Result<WebDriver, WebDriverError> {
    let _ = ring::default_provider().install_default();
    WebDriver::new(address, wanted).await
}
