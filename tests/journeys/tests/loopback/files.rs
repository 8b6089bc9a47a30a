//! A host's files as a window sees them: folders, names that nobody expects, and files that go there and back whole.

use millwright_api::Desk;
use millwright_domain::{Code, Fault};
use millwright_journeys::{Fleet, HostEntry, Technician};
use millwright_lab::Sshd;
use serde_json::{Value, json};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const HOST: &str = "acme/prod/h1";

/// A window on one host, and a folder that the host's account may write.
pub(crate) struct Bench {
    pub(crate) sshd: Sshd,
    pub(crate) technician: Technician,
    pub(crate) desk: Desk,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::reached_by(|_, host| host).await
    }

    /// The host's entry may be changed: to be reached through a proxy, say.
    pub(crate) async fn reached_by(way: impl FnOnce(&Sshd, HostEntry) -> HostEntry + Send + 'static) -> Self {
        let (sshd, technician) = tokio::task::spawn_blocking(move || {
            let sshd = Sshd::start().unwrap();
            let host = way(&sshd, sshd.hosts(1).remove(0));
            let technician = Technician::with(&[host]);
            fs::create_dir(technician.folder().join("there")).unwrap();
            (sshd, technician)
        })
        .await
        .unwrap();
        let desk = Desk::open(&technician.workspace()).unwrap();
        Self { sshd, technician, desk }
    }

    /// A path in the folder on the host, which is this machine.
    pub(crate) fn there(&self, name: &str) -> PathBuf {
        self.technician.folder().join("there").join(name)
    }

    /// A path on this side.
    pub(crate) fn here(&self, name: &str) -> PathBuf {
        self.technician.folder().join(name)
    }

    pub(crate) async fn call(&self, command: &str, arguments: Value) -> Result<Value, Fault> {
        let mut arguments = arguments;
        arguments["host"] = json!(HOST);
        self.desk.call(command, arguments).await
    }

    pub(crate) async fn upload(&self, local: &Path, replace: bool) -> Result<Value, Fault> {
        let grant = self.desk.grant(local.to_owned());
        self.call("transfer_upload", json!({ "folder": self.there(""), "grant": grant, "replace": replace })).await
    }

    pub(crate) async fn download(&self, path: &Path, local: &Path) -> Result<Value, Fault> {
        let grant = self.desk.grant(local.to_owned());
        self.call("transfer_download", json!({ "path": path, "grant": grant })).await
    }

    pub(crate) async fn transfer(&self, id: &Value) -> Value {
        let list = self.desk.call("transfer_list", json!({})).await.unwrap();
        let found = list.as_array().unwrap().iter().find(|transfer| transfer["id"] == *id);
        found.cloned().unwrap_or(Value::Null)
    }

    /// Waits until a transfer is as it should be.
    pub(crate) async fn until(&self, transfer: &Value, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let seen = self.transfer(&transfer["id"]).await;
            if wanted(&seen) {
                return seen;
            }
            assert!(Instant::now() < deadline, "it stays {seen}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub(crate) async fn ended(&self, transfer: &Value) -> Value {
        self.until(transfer, |seen| !matches!(seen["state"].as_str(), Some("waiting" | "moving"))).await
    }

    /// Waits for a transfer that must succeed.
    pub(crate) async fn done(&self, transfer: &Value) -> Value {
        let ended = self.ended(transfer).await;
        assert_eq!((&ended["state"], &ended["error"]), (&json!("done"), &Value::Null), "{ended}");
        ended
    }

    /// The actions of the host's timeline, the newest first, with their changes.
    pub(crate) async fn trail(&self) -> Vec<(String, Value)> {
        let timeline = self.call("host_timeline", json!({})).await.unwrap();
        let entries = timeline.as_array().unwrap().iter().map(|entry| &entry["entry"]);
        entries.map(|entry| (entry["action"].as_str().unwrap().to_owned(), entry["change"].clone())).collect()
    }
}

/// Bytes of which no two pieces are alike.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..length.div_ceil(8)).flat_map(|_| next()).take(length).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_is_listed_with_every_name_that_a_host_can_have() {
    let bench = Bench::new().await;
    let names = ["a b", "it's \"quoted\"", "new\nline", "-rf", "größe €😀", "<b>bold", "$(id)", ".hidden"];
    for name in names {
        fs::write(bench.there(name), "12345").unwrap();
    }
    fs::write(bench.there("").join(OsStr::from_bytes(b"not\xffutf8")), "").unwrap();
    symlink("a b", bench.there("link")).unwrap();
    fs::create_dir(bench.there("folder")).unwrap();
    let page = bench.call("files_list", json!({ "path": bench.there(".") })).await.unwrap();
    assert_eq!((&page["path"], &page["cut"]), (&json!(bench.here("there")), &json!(false)));
    let entries = page["entries"].as_array().unwrap();
    assert_eq!(entries.len(), names.len() + 3);
    let find = |name: &str| entries.iter().find(|entry| entry["name"] == name).unwrap();
    for name in names {
        let entry = find(name);
        assert_eq!((&entry["path"], &entry["kind"]), (&json!(bench.there(name)), &json!("file")), "{name}");
        assert_eq!((&entry["size"], &entry["owner"]), (&json!(5), &json!(bench.sshd.user())), "{name}");
        assert!(entry["modified_at"].is_string() && entry["mode"].as_str().unwrap().len() == 9);
    }
    assert_eq!(find("not\u{fffd}utf8")["path"], Value::Null);
    assert_eq!((&find("link")["kind"], &find("link")["link_to"]), (&json!("link"), &json!("a b")));
    assert_eq!(find("folder")["kind"], "folder");
    let home = bench.call("files_list", json!({ "path": null })).await.unwrap();
    assert!(home["path"].as_str().unwrap().starts_with('/'));

    let not_listed = [
        (json!(bench.there("a b")), Code::InvalidInput),
        (json!(bench.there("gone")), Code::NotFound),
        (json!(""), Code::InvalidInput),
        (json!("a\u{0}b"), Code::InvalidInput),
    ];
    for (path, code) in not_listed {
        let fault = bench.call("files_list", json!({ "path": path })).await.unwrap_err();
        assert_eq!((fault.code, fault.hint.is_some()), (code, true), "{path}: {fault}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_changed_stands_in_the_audit_and_nothing_is_overwritten() {
    let bench = Bench::new().await;
    let path = |name: &str| json!(bench.there(name));
    bench.call("files_make_folder", json!({ "path": path("-new folder") })).await.unwrap();
    let taken = bench.call("files_make_folder", json!({ "path": path("-new folder") })).await.unwrap_err();
    assert_eq!(taken.code, Code::AlreadyExists);
    fs::write(bench.there("one"), "1").unwrap();
    fs::write(bench.there("two"), "2").unwrap();
    let taken = bench.call("files_rename", json!({ "from": path("one"), "to": path("two") })).await.unwrap_err();
    assert_eq!(taken.code, Code::AlreadyExists);
    assert_eq!(fs::read(bench.there("two")).unwrap(), b"2");
    bench.call("files_rename", json!({ "from": path("one"), "to": path("-new folder/three\n") })).await.unwrap();
    let filled = bench.call("files_delete", json!({ "path": path("-new folder") })).await.unwrap_err();
    assert_eq!((filled.code, filled.hint.is_some()), (Code::InUse, true));
    bench.call("files_delete", json!({ "path": path("-new folder/three\n") })).await.unwrap();
    bench.call("files_delete", json!({ "path": path("-new folder") })).await.unwrap();
    symlink(bench.there("two"), bench.there("link")).unwrap();
    bench.call("files_delete", json!({ "path": path("link") })).await.unwrap();
    assert!(bench.there("two").exists() && !bench.there("link").is_symlink(), "the link is deleted, not its target");
    let gone = bench.call("files_delete", json!({ "path": path("one") })).await.unwrap_err();
    assert_eq!(gone.code, Code::NotFound);

    let trail = bench.trail().await;
    let said: Vec<_> = trail.iter().map(|(action, change)| (action.as_str(), &change["path"])).collect();
    let expected = [
        ("host.file_delete", json!([path("link"), null])),
        ("host.file_delete", json!([path("-new folder"), null])),
        ("host.file_delete", json!([path("-new folder/three\n"), null])),
        ("host.file_rename", json!([path("one"), path("-new folder/three\n")])),
        ("host.folder_make", json!([null, path("-new folder")])),
    ];
    for ((action, change), (expected, paths)) in said.iter().zip(&expected) {
        assert_eq!((action, *change), (expected, paths));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_of_every_length_go_there_and_back_whole() {
    let bench = Bench::new().await;
    let piece = 32 * 1024;
    for length in [0, 1, piece - 1, piece, piece + 1, 20_000_000] {
        let (bytes, name) = (noise(length), format!("of {length}"));
        let local = PathBuf::from(bench.technician.file(&name, &bytes));
        let sent = bench.done(&bench.upload(&local, false).await.unwrap()).await;
        assert_eq!((&sent["done"], &sent["total"]), (&json!(length), &json!(length)));
        assert!(fs::read(bench.there(&name)).unwrap() == bytes, "{length} sent");
        let back = bench.here("back");
        bench.done(&bench.download(&bench.there(&name), &back).await.unwrap()).await;
        assert!(fs::read(&back).unwrap() == bytes, "{length} fetched");
    }
    let left: Vec<_> = fs::read_dir(bench.there("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("millwright-part")), "{left:?}");
    let trail = bench.trail().await;
    assert_eq!(trail[0], ("host.file_download_end".into(), json!({ "path": trail[0].1["path"], "size": 20_000_000 })));
    assert_eq!(trail[2].0, "host.file_upload_end");
    assert_eq!((&trail[3].0[..], &trail[3].1["size"]), ("host.file_upload", &json!([null, 20_000_000])));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_replaced_only_when_asked_and_keeps_its_permissions() {
    let bench = Bench::new().await;
    let mode = |path: PathBuf| fs::metadata(path).unwrap().mode() & 0o7777;
    let local = PathBuf::from(bench.technician.file("app.conf", "new"));
    fs::write(bench.there("app.conf"), "old").unwrap();
    fs::set_permissions(bench.there("app.conf"), fs::Permissions::from_mode(0o4750)).unwrap();
    assert_eq!(bench.upload(&local, false).await.unwrap_err().code, Code::AlreadyExists);
    bench.done(&bench.upload(&local, true).await.unwrap()).await;
    assert_eq!((fs::read(bench.there("app.conf")).unwrap(), mode(bench.there("app.conf"))), (b"new".into(), 0o4750));

    // A link that is replaced stays one.
    fs::rename(bench.there("app.conf"), bench.there("real.conf")).unwrap();
    symlink("real.conf", bench.there("app.conf")).unwrap();
    fs::write(&local, "newer").unwrap();
    bench.done(&bench.upload(&local, true).await.unwrap()).await;
    assert!(bench.there("app.conf").is_symlink());
    assert_eq!(fs::read(bench.there("real.conf")).unwrap(), b"newer");

    // A new one is as it is here, but nobody else may write it.
    for (here, there) in [(0o600, 0o600), (0o666, 0o644), (0o777, 0o755)] {
        fs::set_permissions(&local, fs::Permissions::from_mode(here)).unwrap();
        fs::remove_file(bench.there("app.conf")).unwrap();
        bench.done(&bench.upload(&local, false).await.unwrap()).await;
        assert_eq!(mode(bench.there("app.conf")), there);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_file_is_refused_before_it_is_opened() {
    let bench = Bench::new().await;
    let back = bench.here("back");
    assert!(std::process::Command::new("mkfifo").arg(bench.there("pipe")).status().unwrap().success());
    symlink("/dev/zero", bench.there("endless")).unwrap();
    let table = [
        (PathBuf::from("/dev/zero"), Code::NotAFile),
        (bench.there("pipe"), Code::NotAFile),
        (bench.there("endless"), Code::NotAFile),
        (bench.there(""), Code::NotAFile),
        (bench.there("gone"), Code::NotFound),
    ];
    for (path, code) in table {
        let fault = bench.download(&path, &back).await.unwrap_err();
        assert_eq!((fault.code, fault.hint.is_some()), (code, true), "{}: {fault}", path.display());
    }
    for path in ["/dev/zero", "/tmp"] {
        assert_eq!(bench.upload(Path::new(path), false).await.unwrap_err().code, Code::NotAFile, "{path}");
    }
    let stranger =
        json!({ "folder": bench.there(""), "grant": "0192d0c0-0000-7000-8000-000000000000", "replace": true });
    assert_eq!(bench.call("transfer_upload", stranger).await.unwrap_err().code, Code::NotFound, "no grant, no file");

    // A link to a file is followed; a file that does not know its length is read to its end.
    fs::write(bench.there("real"), "content").unwrap();
    symlink("real", bench.there("link")).unwrap();
    bench.done(&bench.download(&bench.there("link"), &back).await.unwrap()).await;
    assert_eq!(fs::read(&back).unwrap(), b"content");
    bench.done(&bench.download(Path::new("/proc/version"), &back).await.unwrap()).await;
    assert_eq!(fs::read(&back).unwrap(), fs::read("/proc/version").unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_waits_where_a_partial_file_goes_is_never_followed() {
    let bench = Bench::new().await;
    let victim = bench.here("victim");
    fs::write(&victim, "untouched").unwrap();
    fs::write(bench.there("file"), noise(100_000)).unwrap();
    symlink(&victim, bench.here("back.millwright-part")).unwrap();
    bench.done(&bench.download(&bench.there("file"), &bench.here("back")).await.unwrap()).await;
    symlink(&victim, bench.there(".sent.millwright-part")).unwrap();
    let local = PathBuf::from(bench.technician.file("sent", noise(100_000)));
    bench.done(&bench.upload(&local, false).await.unwrap()).await;
    assert_eq!(fs::read(&victim).unwrap(), b"untouched");
    assert!(
        fs::read(bench.there("sent")).unwrap() == noise(100_000)
            && fs::read(bench.here("back")).unwrap() == noise(100_000)
    );
}
