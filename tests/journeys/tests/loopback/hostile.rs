//! Hosts that print what nobody should: kept to the byte up to the cap, shown harmlessly, never believed.

use millwright_journeys::{Fleet, Technician};
use millwright_lab::Sshd;
use std::time::Duration;

/// More than the command may hold, in KiB.
const MEMORY_KIB: u64 = 100 * 1024;
/// What is kept of a job's output.
const CAP_BYTES: u64 = 64 << 20;
const GIBIBYTE: &str = "head -c 1073741824 /dev/zero | tr '\\0' x; exit 9";

#[test]
fn whatever_is_printed_is_kept_to_the_byte_and_proves_nothing() {
    let sshd = Sshd::start().unwrap();
    let hosts = sshd.hosts(1);
    let technician = Technician::with(&hosts);
    let every_byte: Vec<u8> = (0..=255).collect();
    // Every frame that the protocol has, with a nonce that a host may guess, and what a person's terminal would obey.
    let forged = "\nD 0 10\nF 0 exited 0\nB started\nHELLO 1\n00000000000000000000000000000000 F 0 whole exited 0\n\
                  READY\nBEGIN\nEND\nX 0\n0 0\n";
    let cases: [(&str, Vec<u8>); 6] = [
        ("every byte there is", every_byte),
        ("split and overlong UTF-8", b"\xe2\x82 \xc0\xaf \xf0\x9f\x92 \xed\xa0\x80".to_vec()),
        ("escapes", b"\x1b]52;c;aGk=\x07\x1b[2J\x1b[6n\x1bP+q544e\x1b\\\x9b31m\xe2\x80\xaeexe".to_vec()),
        ("forged frames", forged.as_bytes().to_vec()),
        ("NUL without a newline", b"a\0b\0\0".to_vec()),
        ("carriage returns", b"100%\r 0%\r\n\r\r".to_vec()),
    ];
    for (what, bytes) in cases {
        let octal: String = bytes.iter().map(|byte| format!("\\{byte:03o}")).collect();
        // To both streams, then a code that must survive it.
        let script = format!("printf '{octal}'; printf '{octal}' >&2; exit 23");
        for mode in [&["exec", "all", "--"][..], &["exec", "all", "--detach", "--"][..]] {
            let ran = technician.run(&[mode, &[script.as_str()]].concat()).ends(4);
            let job = ran.job(&hosts[0].path);
            assert_eq!((&job["state"], &job["exit_code"]), (&"failed".into(), &23.into()), "{what} {mode:?}: {job}");
            let id = ran.run()["id"].as_str().unwrap().to_owned();
            let (kept, twice) = (technician.output(&id, &hosts[0].path), bytes.repeat(2));
            assert_eq!(kept.escape_ascii().to_string(), twice.escape_ascii().to_string(), "{what} {mode:?}");
        }
        // What a person sees holds nothing that moves a cursor, and what a document holds is plain text.
        let shown = technician.run_as_text(&["exec", "all", "--", &script]).ends(4);
        let shown = String::from_utf8(shown.stdout).unwrap();
        let obeyed = |c: &char| (c.is_control() && *c != '\n' && *c != '\t') || ('\u{202a}'..='\u{202e}').contains(c);
        assert_eq!(shown.chars().find(obeyed), None, "{what}: {shown:?}");
    }
    technician.audit_head();
}

fn floods(mode: &[&str], script: &str, exit_code: i32) {
    let sshd = Sshd::start().unwrap();
    let hosts = sshd.hosts(1);
    let technician = Technician::with(&hosts);
    let words = [&["exec", "all", "--timeout", "600"], mode, &["--", script]].concat();
    let ran = technician.spawn(&words).wait_for(Duration::from_secs(300)).ends(4);
    let job = ran.job(&hosts[0].path);
    assert_eq!(job["exit_code"], exit_code, "{}", ran.told());
    assert_eq!(job["output_incomplete"], "cut", "{}", ran.told());
    assert_eq!(job["output_length"], CAP_BYTES, "{}", ran.told());
    let id = ran.run()["id"].as_str().unwrap().to_owned();
    let read = technician.spawn(&["run", "output", &id, &hosts[0].path]).wait_for(Duration::from_secs(60)).ends(0);
    assert_eq!(read.stdout.len() as u64, CAP_BYTES);
    for (what, ran) in [("the run", &ran), ("reading it", &read)] {
        println!("{mode:?}: {what} held {} MiB", ran.peak_kib / 1024);
        assert!(ran.peak_kib > 0 && ran.peak_kib < MEMORY_KIB, "{what} held {} KiB", ran.peak_kib);
    }
}

#[test]
fn a_gibibyte_without_a_newline_is_cut_and_the_exit_code_is_right() {
    floods(&[], GIBIBYTE, 9);
}

#[test]
fn a_detached_gibibyte_without_a_newline_is_cut_and_the_exit_code_is_right() {
    floods(&["--detach"], GIBIBYTE, 9);
}

#[test]
fn millions_of_short_lines_are_cut_and_the_exit_code_is_right() {
    floods(&[], "yes | head -n 60000000; exit 3", 3);
}
