//! A desktop for one test: a display, a session bus, the driver, and the window on a workspace.

use crate::driver::new_driver;
use crate::{
    page::Page,
    programs::{Beside, application, find},
};
use millwright_journeys::Technician;
use serde_json::json;
use std::{
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use thirtyfour::Capabilities;

/// Longer than the driver takes to listen; only there so that nothing hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// The window on a technician's workspace. All of it ends when it is dropped.
#[derive(Debug)]
pub struct Desktop {
    page: Page,
    home: PathBuf,
    driver: Beside,
    // Dropped after the driver, in this order.
    _bus: Beside,
    _display: Beside,
    _folder: TempDir,
}

impl Desktop {
    /// Opens the window and waits until its first screen is there.
    pub async fn open(technician: &Technician) -> Self {
        let folder = tempfile::Builder::new().prefix("millwright-desktop-").tempdir().unwrap();
        let home = technician.folder().join("home");
        let (display, number) = Beside::start_and_listen(
            Command::new(find("Xvfb", "Debian's package xvfb has it"))
                .args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"])
                .stderr(Stdio::null()),
        );
        let (bus, address) = Beside::start_and_listen(
            Command::new(find("dbus-daemon", "Debian's package dbus has it"))
                .args(["--session", "--nofork", "--print-address=1"])
                .stderr(Stdio::null()),
        );
        let (port, native_port) = (free_port(), free_port());
        let mut command =
            Command::new(find("tauri-driver", "`cargo install tauri-driver --version ^2 --locked` builds it"));
        command
            .args(["--port", &port.to_string(), "--native-port", &native_port.to_string()])
            .arg("--native-driver")
            .arg(find("WebKitWebDriver", "Debian's package webkit2gtk-driver has it"))
            // The display has to be known before the driver starts: the window inherits it from there.
            .env("DISPLAY", format!(":{number}"))
            .env("DBUS_SESSION_BUS_ADDRESS", address)
            .env("XDG_RUNTIME_DIR", folder.path())
            .env("HOME", &home)
            .env("MILLWRIGHT_WORKSPACE", technician.workspace())
            .env("USER", "journey")
            .env("GDK_BACKEND", "x11")
            .env("NO_AT_BRIDGE", "1")
            .stdout(Stdio::null());
        for inherited in ["WAYLAND_DISPLAY", "SSH_AUTH_SOCK", "MILLWRIGHT_LOG", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
            command.env_remove(inherited);
        }
        let mut driver = Beside::start(&mut command);
        // Its own driver comes up later than it does, and a session that is asked for in between is refused.
        wait_for_port(native_port, &mut driver).await;
        wait_for_port(port, &mut driver).await;
        let mut wanted = Capabilities::new();
        wanted.set("browserName", "wry").unwrap();
        wanted.set("tauri:options", json!({ "application": application() })).unwrap();
        let window = new_driver(&format!("http://127.0.0.1:{port}"), wanted).await;
        let window = window.unwrap_or_else(|error| panic!("the window does not open: {error}"));
        let page = Page::new(window);
        let desktop = Self { page, home, driver, _bus: bus, _display: display, _folder: folder };
        desktop.page.wait_until_there().await;
        desktop
    }

    /// What is in the window.
    pub fn page(&self) -> &Page {
        &self.page
    }

    /// All that the application has logged.
    pub fn log(&self) -> String {
        let folder = self.home.join(".local/share/millwright/logs");
        let files = fs::read_dir(folder).into_iter().flatten().map(|file| file.unwrap().path());
        files.map(|file| fs::read_to_string(file).unwrap()).collect()
    }

    /// Closes the window.
    pub async fn close(self) {
        self.page.close().await;
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        self.page.let_go();
        self.driver.end();
    }
}

async fn wait_for_port(port: u16, driver: &mut Beside) {
    let deadline = Instant::now() + PATIENCE;
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        assert!(driver.is_running(), "tauri-driver ended at once: see what it said above");
        assert!(Instant::now() < deadline, "tauri-driver does not listen");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
