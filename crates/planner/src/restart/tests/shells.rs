//! The scripts under real shells, with a `who`, a `systemctl` and a `sleep` that say what a test wants.

use super::scripts;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A host: a directory in place of its root, and one for its programs.
struct FakeHost {
    root: TempDir,
    shell: (PathBuf, &'static [&'static str]),
}

/// `sh` is there wherever tests run; the others are tried where they are. busybox would take its own `who`.
fn on_each_shell(test: impl Fn(&FakeHost)) {
    for (shell, options) in [("/bin/sh", &[][..]), ("/bin/dash", &[]), ("/bin/bash", &["--posix"])] {
        if Path::new(shell).exists() {
            let host = FakeHost { root: TempDir::new().unwrap(), shell: (shell.into(), options) };
            for directory in ["bin", "run", "var/lib"] {
                fs::create_dir_all(host.path(directory)).unwrap();
            }
            host.write("run/utmp", "");
            host.program("sleep", "echo >>\"$0.times\"");
            test(&host);
        }
    }
}

impl FakeHost {
    fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.path(path), text).unwrap();
    }

    fn program(&self, name: &str, script: &str) {
        let path = self.path("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Units that are failed from now on, as `systemctl list-units` prints them.
    fn failed(&self, units: &[&str]) {
        let lines: Vec<String> = units.iter().map(|unit| format!("{unit} loaded failed failed A unit")).collect();
        self.write("failed", &lines.join("\n"));
        let failed = self.path("failed");
        self.program("systemctl", &format!("[ \"$1 $2\" = 'list-units --state=failed' ] && cat {}", failed.display()));
    }

    /// The exit code, and everything that was printed.
    fn run(&self, script: &str) -> (i32, String) {
        let root = self.root.path().to_str().unwrap();
        let script =
            script.replace("/var/lib/", &format!("{root}/var/lib/")).replace(" /run/", &format!(" {root}/run/"));
        let path = format!("{}:/usr/bin:/bin", self.path("bin").display());
        let (shell, options) = &self.shell;
        let output = Command::new(shell).args(*options).args(["-c", &script]).env("PATH", path).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(said).unwrap())
    }
}

#[test]
fn whoever_is_logged_in_is_named_and_keeps_the_host_from_its_restart() {
    on_each_shell(|host| {
        host.program("who", ":");
        assert_eq!(host.run(scripts::NOBODY_IS_LOGGED_IN), (0, String::new()));
        let sessions = "alice    pts/0        2026-11-22 14:00 (10.0.0.1)\nbob      tty1         Nov 22 09:12";
        host.program("who", &format!("cat <<'END'\n{sessions}\nEND"));
        let told = "alice is logged in (pts/0, since 2026-11-22 14:00)\nbob is logged in (tty1, since Nov 22 09:12)\n";
        assert_eq!(host.run(scripts::NOBODY_IS_LOGGED_IN), (65, told.to_owned()));
        host.program("who", "exit 1");
        assert_eq!(host.run(scripts::NOBODY_IS_LOGGED_IN), (65, "the host cannot tell who is logged in\n".to_owned()));
    });
}

#[test]
fn a_host_that_keeps_no_record_of_logins_is_not_taken_for_one_without_any() {
    on_each_shell(|host| {
        host.program("who", ":");
        fs::remove_file(host.path("run/utmp")).unwrap();
        // The machine that runs the test may keep one at the place that is not replaced.
        if !Path::new("/var/run/utmp").exists() {
            let told = "the host keeps no record of who is logged in\n";
            assert_eq!(host.run(scripts::NOBODY_IS_LOGGED_IN), (65, told.to_owned()));
        }
        fs::create_dir_all(host.path("run/systemd/sessions")).unwrap();
        assert_eq!(host.run(scripts::NOBODY_IS_LOGGED_IN).0, 0);
    });
}

#[test]
fn a_service_counts_that_failed_after_the_restart_and_had_not_before() {
    on_each_shell(|host| {
        let noted = host.path("var/lib/millwright/failed-before-restart");
        host.failed(&["old.service", "odd[1].service"]);
        let (code, told) = host.run(scripts::NOTE_FAILED_SERVICES);
        assert_eq!((code, &*told), (0, "Failed already before the restart:\nold.service\nodd[1].service\n"));
        assert_eq!(fs::metadata(&noted).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(noted.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);

        host.failed(&["old.service", "nginx.service", "odd1.service", "service"]);
        let (code, told) = host.run(scripts::COMPARE_FAILED_SERVICES);
        assert_eq!(code, 1);
        let names = ["nginx.service", "odd1.service", "service"];
        let expected: String = names.map(|name| format!("{name} has failed since the restart.\n")).concat();
        assert_eq!(told, expected);
        assert!(!noted.exists(), "what was noted counts once");

        host.run(scripts::NOTE_FAILED_SERVICES);
        host.failed(&["nginx.service"]);
        let told = "No service has failed that had not before.\n";
        assert_eq!(host.run(scripts::COMPARE_FAILED_SERVICES), (0, told.to_owned()));
    });
}

#[test]
fn without_failures_before_each_one_after_counts() {
    on_each_shell(|host| {
        host.failed(&[]);
        assert_eq!(host.run(scripts::NOTE_FAILED_SERVICES), (0, "No service has failed.\n".to_owned()));
        assert_eq!(host.run(scripts::COMPARE_FAILED_SERVICES).0, 0);
        host.run(scripts::NOTE_FAILED_SERVICES);
        host.failed(&["nginx.service"]);
        let told = "nginx.service has failed since the restart.\n";
        assert_eq!(host.run(scripts::COMPARE_FAILED_SERVICES), (1, told.to_owned()));
    });
}

#[test]
fn a_host_that_does_not_list_its_services_has_them_not_compared() {
    on_each_shell(|host| {
        host.failed(&["old.service"]);
        host.run(scripts::NOTE_FAILED_SERVICES);
        host.program("systemctl", "echo 'System has not been booted with systemd' >&2; exit 1");
        let (code, told) = host.run(scripts::NOTE_FAILED_SERVICES);
        assert_eq!(code, 0);
        assert!(told.contains("will not be compared"), "{told}");
        host.failed(&["nginx.service"]);
        let (code, told) = host.run(scripts::COMPARE_FAILED_SERVICES);
        assert_eq!(code, 0, "what was noted for an earlier restart is not taken for this one");
        assert!(told.contains("they are not compared"), "{told}");
    });
}

#[test]
fn services_are_waited_for_but_not_for_ever() {
    on_each_shell(|host| {
        for state in ["running", "degraded"] {
            host.program("systemctl", &format!("echo {state}; [ {state} = running ]"));
            assert_eq!(host.run(scripts::WAIT_FOR_SERVICES), (0, format!("The system is {state}.\n")));
        }
        host.program("systemctl", "echo offline; exit 1");
        assert_eq!(host.run(scripts::WAIT_FOR_SERVICES).0, 0);
        let times = host.path("bin/sleep.times");
        assert!(!times.exists(), "nobody had to wait so far");

        host.program(
            "systemctl",
            "if [ -e \"${0%/*}/sleep.times\" ]; then echo running; else echo starting; exit 1; fi",
        );
        assert_eq!(host.run(scripts::WAIT_FOR_SERVICES), (0, "The system is running.\n".to_owned()));
        fs::remove_file(&times).unwrap();

        host.program(
            "systemctl",
            "case $1 in list-jobs) echo '7 slow.service start running' ;; *) echo starting; exit 1 ;; esac",
        );
        let (code, told) = host.run(scripts::WAIT_FOR_SERVICES);
        assert_eq!(code, 1);
        assert_eq!(fs::read_to_string(&times).unwrap().lines().count(), 100, "times three seconds");
        let expected =
            "Five minutes after the restart the system is not up but “starting”.\n7 slow.service start running\n";
        assert_eq!(told, expected);
    });
}

#[test]
fn a_probe_is_tried_until_it_succeeds_and_not_for_ever() {
    on_each_shell(|host| {
        let tries = host.path("tries").display().to_string();
        // It may end itself, and reads nothing that is not its own.
        let third = format!("cat; echo >>{tries}; [ \"$(wc -l <{tries})\" -ge 3 ] && exit 0\nexit 7");
        assert_eq!(host.run(&scripts::until_well(&third)), (0, String::new()));
        assert_eq!(fs::read_to_string(host.path("bin/sleep.times")).unwrap().lines().count(), 2);
        let (code, said) = host.run(&scripts::until_well("echo not yet; false"));
        assert_eq!((code, said.lines().count()), (1, 61), "{said}");
        assert!(said.ends_with("The probe has not succeeded in 60 tries.\n"), "{said}");
    });
}
