//! A technician's own computer, a machine of the lab: Millwright installed from its package, its window driven there.
//!
//! Owns: the desktop that the window stands on, the driver, pictures of the whole screen, and the server that releases
//! come from. Does not own the packages and what describes them.

use crate::driver::new_driver;
use crate::page::Page;
use base64::{Engine, engine::general_purpose::STANDARD};
use millwright_journeys::{eventually, laptop};
use millwright_lab::{Lab, LabRoot, Machine, REPOSITORY_HOST, REPOSITORY_PORT};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU16, Ordering},
};
use thirtyfour::Capabilities;

/// Where the computer finds releases. The same in each lab, whatever its network's number: packages have it inside.
const RELEASES: &str = "127.0.0.1:8099";
const PROGRAM: &str = "/usr/bin/millwright-desktop";
/// The bus of the desktop's session; it outlives each window.
const BUS: (&str, &str) = ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/tmp/session-bus");
const FIRST_DRIVER_PORT: u16 = 4444;

/// May install packages, as a person may who knows the password that is asked for elsewhere.
const MAY_INSTALL: &str = r#"polkit.addRule(function (action, subject) {
    var installs = action.id == "org.freedesktop.policykit.exec" && action.lookup("program") == "/usr/bin/dpkg";
    if (installs && subject.user == "ops") {
        return polkit.Result.YES;
    }
});
"#;

/// The computer. It ends when it is dropped.
#[derive(Debug)]
pub struct Computer {
    machine: Machine,
    lab: Lab,
    pictures: PathBuf,
    next_port: AtomicU16,
}

impl Computer {
    /// The address below which a release's files are found from there, for a release's own settings.
    pub fn releases() -> String {
        format!("http://{RELEASES}")
    }

    /// Starts a computer with a desktop on which a package is installed. Pictures go into a folder.
    pub fn start(root: &LabRoot, package: &Path, pictures: &Path) -> Self {
        let root = laptop::desktop_root(root, package, |_| {});
        let lab = Lab::start(&root).unwrap();
        let machine =
            laptop::laptop(&lab, "desktop").file("/etc/polkit-1/rules.d/50-lab.rules", MAY_INSTALL).start().unwrap();
        fs::create_dir_all(pictures).unwrap();
        let there = laptop::hand_over(&lab, &machine, package);
        machine.read_inside(&format!("dpkg --install {there}")).unwrap();
        laptop::start_display(&machine);
        let bus = format!("dbus-daemon --session --nofork --address={}", BUS.1);
        laptop::start_as_user(&machine, "bus", &[], &bus);
        // Plain HTTP is believed on a loopback or private address only, and the lab's network is neither.
        let forward = format!(
            "systemd-run --quiet --unit=releases --socket-property=ListenStream={RELEASES} \
             /lib/systemd/systemd-socket-proxyd {REPOSITORY_HOST}:{REPOSITORY_PORT}"
        );
        machine.read_inside(&forward).unwrap();
        Self { machine, lab, pictures: pictures.to_owned(), next_port: AtomicU16::new(FIRST_DRIVER_PORT) }
    }

    /// The computer past its screen.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// The private key that this computer's own account accepts.
    pub fn key(&self) -> &Path {
        self.lab.client_key()
    }

    /// The folder whose files its releases' server has.
    pub fn served(&self) -> &Path {
        self.lab.repository().folder()
    }

    /// What a shell command of the computer's user prints.
    pub fn shell(&self, command: &str) -> String {
        let quoted = command.replace('\'', r"'\''");
        self.machine.read_inside(&format!("runuser -l {} -c '{quoted}'", laptop::USER)).unwrap()
    }

    /// What Millwright remembers of updates.
    pub fn remembered(&self) -> Value {
        serde_json::from_str(&self.shell("cat .local/share/millwright/updates/updates.json")).unwrap()
    }

    /// The process of the window, if it is open.
    pub fn window(&self) -> Option<u32> {
        let found = self.machine.exec_inside(&format!("pgrep --oldest --full '^{PROGRAM}'")).unwrap();
        found.stdout.trim().parse().ok()
    }

    /// Starts a command of the computer's user, and does not wait for its end.
    pub fn beside(&self, unit: &str, command: &str) {
        laptop::start_as_user(&self.machine, unit, &[], command);
    }

    /// Opens the window as a person does who clicks on it, beside everything else.
    pub fn click_on_icon(&self, unit: &str) {
        laptop::start_as_user(&self.machine, unit, &[BUS], PROGRAM);
    }

    /// Opens the window with a driver.
    pub async fn open(&self) -> Page {
        let automation = [BUS, ("TAURI_WEBVIEW_AUTOMATION", "true")];
        let page = self.drive("", &automation, json!({ "binary": PROGRAM, "args": [] })).await;
        page.wait_until_there().await;
        page
    }

    /// Drives the window that is open already: one that came up by itself has what a driver gave to the one before.
    pub async fn take_over(&self) -> Page {
        let listens = eventually("the window can be driven", || {
            let window = self.window()?;
            let variables = self.machine.read_inside(&format!("tr '\\0' '\\n' </proc/{window}/environ")).ok()?;
            variables.lines().find_map(|line| line.strip_prefix("WEBKIT_INSPECTOR_SERVER=").map(str::to_owned))
        });
        let page = self.drive(&format!(" --target={listens}"), &[], json!({})).await;
        page.wait_until_there().await;
        page
    }

    async fn drive(&self, options: &str, environment: &[(&str, &str)], browser: Value) -> Page {
        let port = self.next_port.fetch_add(1, Ordering::SeqCst);
        // WebKit's driver itself: tauri-driver in front of it listens on loopback only, and would add nothing.
        let program = format!("WebKitWebDriver --host=all --port={port}{options}");
        laptop::start_as_user(&self.machine, &format!("driver-{port}"), environment, &program);
        eventually("the driver listens", || {
            std::net::TcpStream::connect((self.machine.address(), port)).ok().map(drop)
        });
        let mut wanted = Capabilities::new();
        wanted.set("browserName", "wry").unwrap();
        wanted.set("webkitgtk:browserOptions", browser).unwrap();
        let window = new_driver(&format!("http://{}:{port}", self.machine.address()), wanted).await;
        Page::new(window.unwrap_or_else(|error| panic!("the window is not driven: {error}\n{}", self.log())))
    }

    /// Where a picture of that name is kept.
    pub fn picture_file(&self, name: &str) -> PathBuf {
        self.pictures.join(format!("{name}.png"))
    }

    /// Keeps a picture of the whole screen: what no driver sees.
    pub fn picture_of_screen(&self, name: &str) {
        let text = self.shell("DISPLAY=:7 scrot --overwrite /tmp/screen.png && base64 --wrap=0 /tmp/screen.png");
        fs::write(self.picture_file(name), STANDARD.decode(text).unwrap()).unwrap();
    }

    /// What the application and the programs that it stands on have said.
    pub fn log(&self) -> String {
        let own = "cat /home/ops/.local/share/millwright/logs/* 2>/dev/null | tail -n 60";
        self.machine
            .read_inside(&format!("{own}; journalctl --no-pager --lines=400 | grep -v -e runuser -e 'session-c'"))
            .unwrap_or_default()
    }
}

impl Drop for Computer {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.picture_of_screen("failed");
            eprintln!("{}", self.log());
        }
    }
}
