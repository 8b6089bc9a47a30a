//! Whether a host must be restarted, asked by the host itself right after it was changed.
//!
//! Decides as the facts do (`facts_system`): a mark that packages leave, or a newer kernel of the flavour that runs.

/// The shell condition that ends with 0 when the host says that it must be restarted, and otherwise with 1. It stands
/// after `if` as it is, prints nothing, and any account can run it.
pub fn restart_needed_condition() -> &'static str {
    CONDITION
}

/// `6.1.0-35-cloud-amd64` has the flavour `-cloud-amd64`. Without any kernel the pattern stays as it is, and `*` is of
/// no flavour. dpkg by its path, because a busybox shell would take its own, which orders otherwise. A subshell: it may
/// leave without ending the script that it stands in.
const CONDITION: &str = r#"(
  if [ -e /run/reboot-required ] || [ -e /var/run/reboot-required ]; then exit 0; fi
  running=$(uname -r)
  newest=
  for kernel in $(printf '%s\n' "$running" /boot/vmlinuz-* | awk '
    { sub(/^.*\/vmlinuz-/, ""); flavour = "-" $0; gsub(/-[0-9][^-]*/, "", flavour) }
    NR == 1 { wanted = flavour; next }
    flavour == wanted'); do
    if [ -z "$newest" ] || /usr/bin/dpkg --compare-versions "$kernel" gt "$newest"; then newest=$kernel; fi
  done
  [ -n "$newest" ] && [ "$newest" != "$running" ]
)"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts_system::newest_kernel;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::{Path, PathBuf};
    use std::process::{Command, Stdio};

    /// Each line is a running kernel and what is in `/boot`.
    const KERNELS: &[(&str, &[&str], bool)] = &[
        ("6.1.0-9-amd64", &[], false),
        ("6.1.0-9-amd64", &["6.1.0-9-amd64"], false),
        ("6.1.0-9-amd64", &["6.1.0-9-amd64", "6.1.0-35-amd64"], true),
        ("6.1.0-35-amd64", &["6.1.0-9-amd64", "6.1.0-35-amd64"], false),
        ("6.1.0-35-amd64", &["6.1.0-9-amd64"], true),
        ("6.1.0-35-cloud-amd64", &["6.1.0-35-cloud-amd64", "6.1.0-40-amd64"], false),
        ("6.1.0-35-amd64", &["6.1.0-35-amd64", "6.1.0-40-cloud-amd64", "6.1.0-40-rt-amd64"], false),
        ("6.8.0-45-generic", &["6.8.0-45-generic", "6.11.0-9-generic", "6.8.0-100-generic"], true),
        ("6.12.94+deb13-amd64", &["6.12.94-amd64", "6.12.94+deb13-amd64", "6.12.9+deb13-amd64"], false),
        ("6.12.94-amd64", &["6.12.94-amd64", "6.12.94+deb13-amd64"], true),
        ("6.12~rc7-amd64", &["6.12~rc7-amd64", "6.12-amd64"], true),
        ("6.18.44", &["6.18.44", "6.18.9", "6.1.0-9-amd64"], false),
        ("6.18.9-virt", &["6.1.0-9-amd64"], false),
        ("6.1.0-9-amd64", &["6.1.0-9-amd64.old", "0-rescue-amd64", "6.1.0-9-amd64"], false),
    ];

    struct Root(PathBuf);

    impl Root {
        fn new(number: usize, running: &str, kernels: &[&str]) -> Self {
            let path = std::env::temp_dir().join(format!("millwright-restart-{number}-{}", std::process::id()));
            for directory in ["boot", "run", "var/run", "bin"] {
                fs::create_dir_all(path.join(directory)).unwrap();
            }
            for kernel in kernels {
                fs::write(path.join(format!("boot/vmlinuz-{kernel}")), "").unwrap();
            }
            let uname = path.join("bin/uname");
            fs::write(&uname, format!("#!/bin/sh\n[ \"$1\" = -r ] && echo '{running}'\n")).unwrap();
            fs::set_permissions(&uname, fs::Permissions::from_mode(0o755)).unwrap();
            Self(path)
        }

        /// What the condition says here, which must be the same under each shell; `None` where there is no dpkg.
        fn says(&self) -> Option<bool> {
            Command::new("/usr/bin/dpkg").arg("--version").stdout(Stdio::null()).status().ok()?;
            let root = self.0.display();
            let condition = ["/boot/", "/run/", "/var/run/"]
                .iter()
                .fold(CONDITION.to_owned(), |text, path| text.replace(&format!(" {path}"), &format!(" {root}{path}")));
            assert_eq!(condition.matches(&root.to_string()).count(), 3);
            // As a function, because busybox has a uname of its own that stands before every file.
            let script = format!(
                "uname() {{ '{root}/bin/uname' \"$@\"; }}\nset -eu\nif {condition}; then echo yes; else echo no; fi\n"
            );
            let mut answers = Vec::new();
            for shell in [&["sh"][..], &["dash"], &["bash"], &["busybox", "sh"]] {
                let mut command = Command::new(shell[0]);
                command.args(&shell[1..]).args(["-c", &script]).stdin(Stdio::null());
                let Ok(output) = command.output() else { continue };
                assert!(output.status.success(), "{shell:?}: {output:?}");
                answers.push(String::from_utf8(output.stdout).unwrap());
            }
            assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
            Some(answers[0] == "yes\n")
        }
    }

    impl Drop for Root {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn the_host_decides_by_its_kernels_as_the_facts_do() {
        for (number, (running, kernels, needed)) in KERNELS.iter().enumerate() {
            let installed: Vec<String> = kernels.iter().map(|kernel| (*kernel).to_owned()).collect();
            let outdated = newest_kernel(running, &installed).is_some_and(|newest| newest != *running);
            assert_eq!(outdated, *needed, "facts: {running} {kernels:?}");
            let Some(says) = Root::new(number, running, kernels).says() else { return };
            assert_eq!(says, *needed, "host: {running} {kernels:?}");
        }
    }

    #[test]
    fn a_mark_is_enough_wherever_it_lies() {
        for (number, mark) in ["run/reboot-required", "var/run/reboot-required"].iter().enumerate() {
            let root = Root::new(100 + number, "6.1.0-9-amd64", &["6.1.0-9-amd64"]);
            assert_ne!(root.says(), Some(true), "without {mark}");
            fs::write(root.0.join(Path::new(mark)), "").unwrap();
            assert_ne!(root.says(), Some(false), "with {mark}");
        }
    }
}
