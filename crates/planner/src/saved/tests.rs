//! The scripts under real shells, in a directory that stands in for the host's root.

use super::*;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

struct FakeHost {
    root: TempDir,
    shell: &'static [&'static str],
}

fn on_each_shell(test: impl Fn(&FakeHost)) {
    for shell in [&["sh"][..], &["dash"], &["bash", "--posix"], &["busybox", "sh"]] {
        if Command::new(shell[0]).args(&shell[1..]).args(["-c", ":"]).output().is_ok() {
            let host = FakeHost { root: TempDir::new().unwrap(), shell };
            for folder in ["etc/app", "var/lib", "bin"] {
                fs::create_dir_all(host.path(folder)).unwrap();
            }
            test(&host);
        }
    }
}

impl FakeHost {
    fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    fn write(&self, path: &str, text: &str, mode: u32) {
        fs::write(self.path(path), text).unwrap();
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    fn mode(&self, path: &str) -> u32 {
        fs::metadata(self.path(path)).unwrap().permissions().mode() & 0o7777
    }

    /// busybox keeps whole seconds.
    fn modified_seconds(&self, path: &str) -> i64 {
        fs::metadata(self.path(path)).unwrap().mtime()
    }

    fn kept(&self) -> SavedConfiguration {
        let path = |path: &str| self.path(path).to_str().unwrap().to_owned();
        let paths = ["etc/it's.conf", "etc/app", "etc/link", "etc/new.conf", "etc/new", "etc/owned.conf"];
        SavedConfiguration { paths: paths.map(path).to_vec(), directory: path("var/lib/saved/now-app") }
    }

    /// The exit code, and everything that was printed, without the path of the root.
    fn run(&self, step: &PlannedStep) -> (i32, String) {
        let path = format!("{}:/usr/bin:/bin", self.path("bin").display());
        let mut command = Command::new(self.shell[0]);
        command.args(&self.shell[1..]).args(["-c", &step.script]).env("PATH", path);
        let output = command.output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.code().unwrap(), said.replace(self.root.path().to_str().unwrap(), ""))
    }
}

#[test]
fn what_was_kept_is_put_back_exactly() {
    on_each_shell(|host| {
        host.write("bin/dpkg-query", "#!/bin/sh\ncase $2 in */owned.conf) exit 0 ;; *) exit 1 ;; esac\n", 0o755);
        host.write("etc/it's.conf", "before", 0o640);
        let touched = Command::new("touch").args(["-t", "200109090146.40"]).arg(host.path("etc/it's.conf")).status();
        assert!(touched.unwrap().success());
        host.write("etc/app/a.conf", "a", 0o600);
        fs::set_permissions(host.path("etc/app"), fs::Permissions::from_mode(0o2750)).unwrap();
        symlink("app", host.path("etc/link")).unwrap();
        let modified = host.modified_seconds("etc/it's.conf");

        let (code, said) = host.run(&save(&host.kept()));
        let told = "Saved /etc/it's.conf.\nSaved /etc/app.\nSaved /etc/link.\n/etc/new.conf is not there.\n\
                    /etc/new is not there.\n/etc/owned.conf is not there.\n";
        assert_eq!((code, said.as_str()), (0, told));
        assert_eq!((host.mode("var/lib/saved"), host.mode("var/lib/saved/now-app")), (0o700, 0o700));

        host.write("etc/it's.conf", "after", 0o644);
        host.write("etc/app/b.conf", "b", 0o644);
        fs::remove_file(host.path("etc/app/a.conf")).unwrap();
        fs::remove_file(host.path("etc/link")).unwrap();
        fs::create_dir(host.path("etc/link")).unwrap();
        host.write("etc/new.conf", "new", 0o644);
        host.write("etc/owned.conf", "brought by a package", 0o644);
        fs::create_dir(host.path("etc/new")).unwrap();
        host.write("etc/new/data", "precious", 0o644);

        let (code, said) = host.run(&put_back(&host.kept()));
        let told = "Put back /etc/it's.conf.\nPut back /etc/app.\nPut back /etc/link.\n\
                    Removed /etc/new.conf, which had not been there.\n\
                    Left the folder /etc/new, which had not been there: it is not empty.\n\
                    Left /etc/owned.conf, which had not been there: it belongs to a package.\n";
        assert_eq!((code, said.as_str()), (0, told));
        assert_eq!((host.read("etc/it's.conf").as_str(), host.mode("etc/it's.conf")), ("before", 0o640));
        assert_eq!(host.modified_seconds("etc/it's.conf"), modified);
        assert_eq!((host.read("etc/app/a.conf").as_str(), host.mode("etc/app/a.conf")), ("a", 0o600));
        assert_eq!(host.mode("etc/app"), 0o2750);
        assert_eq!(fs::read_link(host.path("etc/link")).unwrap(), PathBuf::from("app"));
        assert_eq!(host.read("etc/new/data"), "precious");
        for gone in ["etc/app/b.conf", "etc/new.conf", "etc/app.millwright-old", "etc/app.millwright-new"] {
            assert!(!host.path(gone).exists(), "{gone}");
        }

        let (code, said) = host.run(&put_back(&host.kept()));
        assert_eq!(code, 0);
        assert!(said.starts_with("/etc/it's.conf is as it was.\n"), "{said}");
    });
}

#[test]
fn what_went_with_its_folder_comes_back_with_it() {
    on_each_shell(|host| {
        host.write("etc/it's.conf", "before", 0o640);
        host.run(&save(&host.kept()));
        fs::remove_dir_all(host.path("etc")).unwrap();
        assert_eq!(host.run(&put_back(&host.kept())).0, 0);
        assert_eq!(host.read("etc/it's.conf"), "before");
        assert_eq!(host.mode("etc"), 0o755);
    });
}

#[test]
fn nothing_is_kept_twice_in_the_same_place_or_kept_in_part() {
    on_each_shell(|host| {
        assert_eq!(host.run(&save(&host.kept())).0, 0);
        assert_ne!(host.run(&save(&host.kept())).0, 0, "an earlier copy is not overwritten");
        assert!(host.path("var/lib/saved/now-app/absent").exists());

        fs::remove_dir_all(host.path("var/lib/saved")).unwrap();
        host.write("bin/du", "#!/bin/sh\nprintf '70000\\t%s\\n' \"$2\"\n", 0o755);
        if host.shell[0] != "busybox" {
            let (code, said) = host.run(&save(&host.kept()));
            assert_eq!(code, 1);
            assert_eq!(
                said,
                "/etc/it's.conf is not there.\n/etc/app has 70000 KiB, which is more than is kept (65536).\n"
            );
            assert!(!host.path("var/lib/saved/now-app").exists());
        }
    });
}

#[test]
fn what_is_not_kept_any_more_cannot_be_put_back() {
    on_each_shell(|host| {
        host.write("etc/it's.conf", "after", 0o644);
        let (code, said) = host.run(&put_back(&host.kept()));
        assert_eq!(code, 1);
        assert!(said.ends_with("is not there any more: the configuration cannot be put back.\n"), "{said}");
        assert_eq!(host.read("etc/it's.conf"), "after");
    });
}

#[test]
fn each_plan_keeps_in_a_folder_of_its_own() {
    let now: Timestamp = "2026-11-22T15:04:55Z".parse().unwrap();
    let kept = saved(now, "nginx", vec!["/etc/nginx/nginx.conf".into()]).unwrap();
    assert_eq!(kept.directory, "/var/lib/millwright/saved/20261122T150455Z-nginx");
    assert_eq!(saved(now, "nginx", Vec::new()), None);
}
