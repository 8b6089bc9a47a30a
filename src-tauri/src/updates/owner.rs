//! How this application was installed, and whose task it is to update it.

use millwright_api::UpdateOwner;
use millwright_updates::Target;
use std::path::Path;
use std::process::{Command, Stdio};
use tauri::utils::config::BundleType;
use tauri::utils::platform::bundle_type;

/// The kind of installation, as releases call it. The bundler writes it into the program; none in a developer's build.
pub(crate) fn target() -> Option<Target> {
    let bundle = match bundle_type()? {
        BundleType::Deb => "deb",
        BundleType::Rpm => "rpm",
        BundleType::AppImage => "appimage",
        BundleType::Msi => "msi",
        BundleType::Nsis => "nsis",
        BundleType::App => "app",
        BundleType::Dmg => return None,
    };
    let platform = tauri_plugin_updater::target()?;
    format!("{platform}-{bundle}").parse().ok()
}

/// Who updates it. A package that came from a repository is its package manager's: what is put in past it would be
/// taken back with its next update, or hold that up.
pub(crate) fn owner(target: Option<&Target>) -> UpdateOwner {
    let program = std::env::current_exe().unwrap_or_default();
    match target.map(Target::bundle) {
        Some("deb") => {
            from_repository(apt_has_it(&program), "apt", "sudo apt update && sudo apt install --only-upgrade PACKAGE")
        }
        Some("rpm") => from_repository(dnf_has_it(&program), "dnf", "sudo dnf upgrade PACKAGE"),
        Some(_) => UpdateOwner::Itself,
        // Built by somebody else, and part of their packages.
        None => match (owned_by("dpkg", "-S", &program), owned_by("rpm", "-qf", &program)) {
            (Some(_), _) => {
                managed("apt", "Update it as you update your system: `sudo apt update && sudo apt upgrade`")
            }
            (_, Some(_)) => managed("dnf", "Update it as you update your system: `sudo dnf upgrade`"),
            (None, None) => UpdateOwner::Nobody,
        },
    }
}

fn from_repository(package: Option<String>, manager: &str, command: &str) -> UpdateOwner {
    match package {
        Some(package) => managed(
            manager,
            &format!("Update it with your package manager: `{}`", command.replace("PACKAGE", &package)),
        ),
        None => UpdateOwner::Itself,
    }
}

fn managed(name: &str, advice: &str) -> UpdateOwner {
    UpdateOwner::PackageManager { name: name.to_owned(), advice: advice.to_owned() }
}

/// The package that the program belongs to, if apt knows a repository that has it too.
fn apt_has_it(program: &Path) -> Option<String> {
    let package = owned_by("dpkg", "-S", program)?;
    let policy = said(Command::new("apt-cache").args(["policy", &package]))?;
    names_a_repository(&policy).then_some(package)
}

/// `apt-cache policy` has a line for each place of each version: `500 http://… Packages`, `100 /var/lib/dpkg/status`.
fn names_a_repository(policy: &str) -> bool {
    policy.lines().filter_map(|line| line.trim_start().split_once(' ')).any(|(priority, place)| {
        priority.parse::<i32>().is_ok() && place.contains("://") || place.trim_start().starts_with("file:/")
    })
}

/// The package that the program belongs to, if it came from one of dnf's repositories.
fn dnf_has_it(program: &Path) -> Option<String> {
    let package = said(Command::new("rpm").args(["-qf", "--qf", "%{NAME}"]).arg(program))?;
    let from =
        said(Command::new("dnf").args(["-C", "-q", "repoquery", "--installed", "--qf", "%{from_repo}", &package]));
    let from = from.unwrap_or_default();
    (!matches!(from.trim(), "" | "@commandline" | "<unknown>" | "System")).then_some(package)
}

fn owned_by(manager: &str, question: &str, program: &Path) -> Option<String> {
    let answer = said(Command::new(manager).arg(question).arg(program))?;
    // dpkg: `package: /path`; rpm: `package-1.2-3.x86_64`.
    let first = answer.lines().next()?.split(": ").next()?.trim();
    (!first.is_empty()).then(|| first.to_owned())
}

/// What a program prints, if it is here and ends well.
fn said(command: &mut Command) -> Option<String> {
    let output = command.env("LC_ALL", "C").stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_told_from_a_file_that_was_installed() {
        let alone = "millwright:\n  Installed: 0.9.0\n  Candidate: 0.9.0\n  Version table:\n *** 0.9.0 100\n        100 /var/lib/dpkg/status\n";
        assert!(!names_a_repository(alone));
        let known = "millwright:\n  Installed: 0.9.0\n  Candidate: 0.9.1\n  Version table:\n     0.9.1 500\n        500 https://packages.example.com/debian stable/main amd64 Packages\n *** 0.9.0 100\n        100 /var/lib/dpkg/status\n";
        assert!(names_a_repository(known));
        assert!(!names_a_repository("N: Unable to locate package millwright"));
    }

    #[test]
    fn a_developers_build_is_nobodys() {
        assert_eq!(target(), None);
        assert_eq!(owner(None), UpdateOwner::Nobody);
    }
}
