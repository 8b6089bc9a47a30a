//! Small Debian packages, made on the spot by `dpkg-deb`.

use crate::{
    error::{Doing, LabError},
    process::run,
};
use std::{
    fmt::Write as _,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

/// A package to be made. Every one has `/usr/bin/<name>`, which prints its version.
///
/// ```
/// # use millwright_lab::Package;
/// let package = Package::named("millwright-hello", "1.0-1").depends("adduser").service_on_port(8090);
/// # let _ = package;
/// ```
#[derive(Debug, Clone)]
pub struct Package {
    name: String,
    version: String,
    depends: Vec<String>,
    files: Vec<PackagedFile>,
    conffiles: Vec<String>,
    service_port: Option<u16>,
    after_installation: String,
}

#[derive(Debug, Clone)]
struct PackagedFile {
    path: String,
    content: String,
    mode: u32,
}

impl Package {
    /// A package that has nothing but its command yet.
    pub fn named(name: impl Into<String>, version: impl Into<String>) -> Self {
        let (name, version) = (name.into(), version.into());
        let command = PackagedFile {
            path: format!("/usr/bin/{name}"),
            content: format!("#!/bin/sh\necho {name} {version}\n"),
            mode: 0o755,
        };
        Self {
            files: vec![command],
            name,
            version,
            depends: Vec::new(),
            conffiles: Vec::new(),
            service_port: None,
            after_installation: String::new(),
        }
    }

    /// Needs another package; `relation` as in a control file.
    #[must_use]
    pub fn depends(mut self, relation: impl Into<String>) -> Self {
        self.depends.push(relation.into());
        self
    }

    /// Carries a file.
    #[must_use]
    pub fn file(mut self, path: impl Into<String>, content: impl Into<String>) -> Self {
        self.files.push(PackagedFile { path: path.into(), content: content.into(), mode: 0o644 });
        self
    }

    /// Carries a configuration file: dpkg keeps what the administrator changed, and asks.
    #[must_use]
    pub fn conffile(mut self, path: impl Into<String>, content: impl Into<String>) -> Self {
        let path = path.into();
        self.conffiles.push(path.clone());
        self.file(path, content)
    }

    /// Brings a systemd service of the same name that answers HTTP on `port` with name and version.
    #[must_use]
    pub fn service_on_port(mut self, port: u16) -> Self {
        self.service_port = Some(port);
        self
    }

    /// Shell commands that run as root when the package is configured.
    #[must_use]
    pub fn after_installation(mut self, script: &str) -> Self {
        let _ = writeln!(self.after_installation, "{script}");
        self
    }

    /// Takes `seconds` to configure and appends a line to `marker` for each, then `<name> <version> done`: the count of
    /// `done` lines is how often the package manager really ran.
    #[must_use]
    pub fn slow_installation(self, seconds: u32, marker: &str) -> Self {
        let (name, version) = (self.name.clone(), self.version.clone());
        self.after_installation(&format!(
            "i=0\nwhile [ $i -lt {seconds} ]; do\n\ti=$((i + 1))\n\techo \"{name} {version} $i\" | tee -a {marker}\n\
             \tsleep 1\ndone\necho \"{name} {version} done\" | tee -a {marker}"
        ))
    }

    /// Fails to configure, as a broken package does: dpkg leaves it half-configured.
    #[must_use]
    pub fn failing_installation(self) -> Self {
        self.after_installation("echo 'this package cannot be configured' >&2\nexit 1")
    }

    /// Makes the `.deb` in `folder`.
    pub(crate) fn build(&self, folder: &Path, architecture: &str) -> Result<PathBuf, LabError> {
        let tree = tempfile::tempdir_in(folder).doing(|| format!("make a folder in {folder:?}"))?;
        let mut files = self.files.clone();
        files.extend(self.control_files(architecture));
        files.extend(self.service_files());
        for file in &files {
            write_file(&tree.path().join(file.path.trim_start_matches('/')), &file.content, file.mode)?;
        }
        // dpkg-deb refuses a control folder that is too private.
        for folder in [tree.path().to_owned(), tree.path().join("DEBIAN")] {
            fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).doing(|| format!("open up {folder:?}"))?;
        }
        let deb = folder.join(format!("{}_{}_{architecture}.deb", self.name, self.version.replace(':', "-")));
        run(Command::new("dpkg-deb").args(["--root-owner-group", "-Zgzip", "--build"]).arg(tree.path()).arg(&deb))?;
        Ok(deb)
    }

    fn control_files(&self, architecture: &str) -> Vec<PackagedFile> {
        let Self { name, version, .. } = self;
        let mut control = format!(
            "Package: {name}\nVersion: {version}\nArchitecture: {architecture}\nSection: misc\nPriority: optional\n\
             Maintainer: Millwright Lab <lab@example.invalid>\n"
        );
        if !self.depends.is_empty() {
            let _ = writeln!(control, "Depends: {}", self.depends.join(", "));
        }
        let _ = writeln!(control, "Description: {name}, made for a test\n Made on the spot by the lab.");
        let mut installed = String::from("#!/bin/sh\nset -e\n[ \"$1\" = configure ] || exit 0\n");
        installed.push_str(&self.after_installation);
        if self.service_port.is_some() {
            let _ = writeln!(
                installed,
                "[ -d /run/systemd/system ] || exit 0\nsystemctl daemon-reload\nsystemctl --quiet enable {name}\n\
                 systemctl restart {name}"
            );
        }
        let mut files = vec![
            PackagedFile { path: "DEBIAN/control".to_owned(), content: control, mode: 0o644 },
            PackagedFile { path: "DEBIAN/postinst".to_owned(), content: installed, mode: 0o755 },
        ];
        if !self.conffiles.is_empty() {
            let content = format!("{}\n", self.conffiles.join("\n"));
            files.push(PackagedFile { path: "DEBIAN/conffiles".to_owned(), content, mode: 0o644 });
        }
        files
    }

    fn service_files(&self) -> Vec<PackagedFile> {
        let Some(port) = self.service_port else { return Vec::new() };
        let Self { name, version, .. } = self;
        let removing = format!("#!/bin/sh\n[ \"$1\" = remove ] || exit 0\nsystemctl --quiet disable --now {name}\n");
        let unit = format!(
            "[Unit]\nDescription={name}, made for a test\n\n[Service]\nExecStart=/usr/bin/perl /usr/lib/{name}/answer\n\n\
             [Install]\nWantedBy=multi-user.target\n"
        );
        let answer = format!(
            "use IO::Socket::INET;\n\
             my $listener = IO::Socket::INET->new(LocalPort => {port}, Listen => 16, ReuseAddr => 1) or die \"{port}: $!\";\n\
             while (my $client = $listener->accept) {{\n\
             \twhile (defined(my $line = <$client>)) {{ last if $line =~ /^\\r?\\n$/ }}\n\
             \tprint $client \"HTTP/1.0 200 OK\\r\\nContent-Type: text/plain\\r\\n\\r\\n{name} {version}\\n\";\n\
             \tclose $client;\n}}\n"
        );
        vec![
            PackagedFile { path: "DEBIAN/prerm".to_owned(), content: removing, mode: 0o755 },
            PackagedFile { path: format!("/lib/systemd/system/{name}.service"), content: unit, mode: 0o644 },
            PackagedFile { path: format!("/usr/lib/{name}/answer"), content: answer, mode: 0o644 },
        ]
    }
}

fn write_file(path: &Path, content: &str, mode: u32) -> Result<(), LabError> {
    let doing = || format!("write {path:?}");
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).doing(doing)?;
    }
    fs::write(path, content).doing(doing)?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).doing(doing)
}
