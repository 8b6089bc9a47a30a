//! Files on a real machine: what its disk and its permissions say no to, and going on once there is room.

use crate::site::{lab, path, technician};
use std::fs;

#[test]
fn a_full_disk_stops_a_file_that_goes_on_once_there_is_room() {
    let lab = lab();
    let db = lab.machine("db-1").disk_megabytes(96).start().unwrap();
    let technician = technician(&[&db]);
    let host = path(&db);
    // What is on the disk cannot shrink: each megabyte has another number in every line.
    let content: Vec<u8> = (0..60_000_000_u32 / 8).flat_map(|number| format!("{number:07x}\n").into_bytes()).collect();
    let local = technician.file("dump", &content);
    db.read_inside("dd if=/dev/urandom of=/home/ops/filler bs=1M count=50 2>/dev/null").unwrap();
    let words = ["files", "put", &local, &host, "/home/ops", "--resume"];
    let (code, message, hint) = technician.run(&words).ends(1).fault();
    assert_eq!((code.as_str(), hint.is_empty()), ("host_disk_full", false), "{message}");
    let left = db.read_inside("ls -A /home/ops").unwrap();
    assert!(left.contains(".dump.millwright-part") && !left.lines().any(|name| name == "dump"), "{left}");

    db.read_inside("rm /home/ops/filler").unwrap();
    let sent = technician.run(&words).ends(0).json();
    assert!(sent["transfer"]["moved"].as_u64().unwrap() < content.len() as u64 - 8_000_000, "{sent}");
    let back = technician.folder().join("back");
    technician.run(&["files", "get", &host, "/home/ops/dump", back.to_str().unwrap()]).ends(0);
    assert!(fs::read(&back).unwrap() == content);

    // The account is no root, and nothing here makes it one.
    let denied = [
        vec!["files", "list", &host, "/root"],
        vec!["files", "put", &local, &host, "/etc"],
        vec!["files", "get", &host, "/etc/shadow"],
        vec!["files", "mkdir", &host, "/etc/new"],
        vec!["files", "rename", &host, "/etc/passwd", "/etc/passwd.old"],
        vec!["files", "remove", &host, "/etc/passwd"],
    ];
    for words in denied {
        let (code, message, hint) = technician.run(&words).ends(1).fault();
        assert_eq!((code.as_str(), hint.is_empty()), ("permission_denied", false), "{words:?}: {message}");
    }
    technician.audit_head();
}
