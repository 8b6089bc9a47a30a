//! The exec request in the login shells that hosts have, and the way through the real sudo.

#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // helpers of tests are tests

mod remote_support;

use millwright_domain::{Code, Fault};
use millwright_runner::remote::*;
use remote_support::*;
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

/// Noise of a start-up file, without a newline, in front of everything.
#[test]
fn every_login_shell_takes_the_exec_request() {
    let shells = [
        "/bin/sh",
        "/bin/dash",
        "/bin/bash",
        "/usr/bin/zsh",
        "/usr/bin/fish",
        "/usr/bin/tcsh",
        "/bin/ksh",
        "/bin/busybox",
    ];
    let mut tried = 0;
    for login_shell in shells.into_iter().filter(|path| Path::new(path).exists()) {
        let mut host = Host::new(Shell::Dash);
        let mut wrapper = vec!["/bin/sh", "-c", "printf 'Welcome to Unix'; exec \"$@\"", "wrapper", login_shell];
        if login_shell.ends_with("busybox") {
            wrapper.push("sh");
        }
        wrapper.push("-c");
        host.wrapper = wrapper.into_iter().map(String::from).collect();
        let story = host.run(&job(&["echo 'it'\"'\"'s $HOME'; echo \"a!b\" `echo c`; exit 5"]));
        assert_eq!(
            (story.text().as_str(), story.verdict()),
            ("it's $HOME\na!b c\n", Verdict::Exited { code: 5 }),
            "{login_shell}"
        );
        tried += 1;
    }
    assert!(tried >= 4, "only {tried} login shells are installed here");
}

#[test]
fn the_exec_request_carries_nothing_but_a_nonce() {
    let nonces = || Nonces { opening: Nonce::from_bytes([1; 16]), frames: Nonce::from_bytes([2; 16]) };
    let mut job = job(&["echo canary"]);
    job.secrets = vec![SecretFile { name: "canary".into(), value: b"canary".to_vec() }];
    let requests = [Elevation::None, Elevation::SudoNoPassword, Elevation::SudoAsk].map(|elevation| {
        launch(&job, FollowFrom::default(), &HostLayout::default(), elevation, nonces()).unwrap().command
    });
    let attached = attached("echo canary", Elevation::None, nonces()).unwrap().command;
    insta::assert_snapshot!([attached].into_iter().chain(requests).collect::<Vec<_>>().join("\n"));
}

/// What the machine is told about the account, for one process tree: bind mounts in a mount namespace of its own.
struct Sudo {
    sudoers: &'static str,
    elevation: Elevation,
    password: &'static str,
}

const PASSWD: &str = "root:x:0:0:root:/root:/bin/sh\ntina:x:4242:4242::/tmp:/bin/sh\n";
const GROUP: &str = "root:x:0:\nshadow:x:42:\ntina:x:4242:\n";
/// The password is "correct horse".
const SHADOW: &str = "root:*:19000::::::\ntina:HASH:19000::::::\n";

/// What came of it: the fault, or the user that the script ran as; and how often the password was written.
fn through_sudo(sudo: &Sudo) -> (Result<String, Fault>, usize) {
    let mut host = Host::new(Shell::Dash);
    let file = |name: &str, text: &str, mode: u32| {
        std::fs::write(host.path(name), text).unwrap();
        std::fs::set_permissions(host.path(name), PermissionsExt::from_mode(mode)).unwrap();
        host.text_path(name)
    };
    let binds = [
        (file("passwd", PASSWD, 0o644), "/etc/passwd"),
        (file("group", GROUP, 0o644), "/etc/group"),
        (file("shadow", &SHADOW.replace("HASH", HASH), 0o600), "/etc/shadow"),
        (file("sudoers", sudo.sudoers, 0o440), "/etc/sudoers"),
    ];
    let binds: String = binds.map(|(from, to)| format!("mount --bind '{from}' {to} && ")).concat();
    // sudo remembers who gave a password; not beyond one row, and not on this machine.
    let script = format!(
        "{binds}mount -t tmpfs none /run/sudo && exec setpriv --reuid=4242 --regid=4242 --clear-groups /bin/sh -c \"$1\""
    );
    host.wrapper = ["unshare", "--mount", "/bin/sh", "-c", &script, "wrapper"].map(String::from).to_vec();
    let command = "id -un; cat; echo \"LC_ALL=${LC_ALL-unset}\"";
    let call = attached(command, sudo.elevation, Nonces::random().unwrap()).unwrap();
    let mut gate = call.gate();
    let mut exec = host.exec(&call);
    let mut stdin = exec.stdin.take().unwrap();
    let input = |stdin: &mut std::process::ChildStdin| {
        for part in &call.input {
            let InputPart::Bytes(bytes) = part else { panic!("{call:?}") };
            let _ = stdin.write_all(bytes); // sudo may have refused already
        }
    };
    if gate.may_write_at_once() {
        input(&mut stdin);
    }
    let (sender, stderr) = std::sync::mpsc::channel();
    let mut pipe = exec.child.stderr.take().unwrap();
    std::thread::spawn(move || {
        let mut buffer = [0; 7]; // small pieces: a prompt comes in several
        while let Ok(length @ 1..) = pipe.read(&mut buffer) {
            let _ = sender.send(buffer[..length].to_vec());
        }
    });
    let mut parser = AttachedParser::new(&call.nonces.frames);
    let (mut output, mut written, mut fault, mut open) = (Vec::new(), 0, None, false);
    poll("sudo has let us in or refused", || {
        let mut steps: Vec<_> = stderr.try_iter().map(|bytes| gate.feed_stderr(&bytes)).collect();
        for bytes in exec.output.try_iter() {
            output.extend(parser.feed(&bytes).unwrap());
            steps.push(gate.feed_stdout(&bytes));
        }
        for step in steps {
            match step {
                SudoStep::Wait => {}
                SudoStep::WritePassword => {
                    written += 1;
                    let _ = stdin.write_all(format!("{}\n", sudo.password).as_bytes());
                }
                SudoStep::Open => {
                    open = true;
                    if !gate.may_write_at_once() {
                        input(&mut stdin);
                    }
                }
                SudoStep::Failed(reason) => fault = Some(reason),
            }
        }
        parser.exit_code().is_some() || fault.is_some() || exec.child.try_wait().unwrap().is_some()
    });
    drop(stdin);
    let status = exec.child.wait().unwrap();
    if !open && fault.is_none() {
        // The thread ends with the pipe: everything that was printed is here.
        stderr.iter().for_each(|bytes| {
            fault = if let SudoStep::Failed(reason) = gate.feed_stderr(&bytes) { Some(reason) } else { fault.take() }
        });
        fault = fault.or_else(|| Some(gate.closed(status.code())));
    }
    (fault.map_or_else(|| Ok(String::from_utf8(output).unwrap()), Err), written)
}

const HASH: &str =
    "$6$millwright$OQUYWMmsQDWHzytNJcudLmpqx9KlvzppDSKuBbKc2mVPIttNA3c6aDSeCJ0OhAIeo5YyAhBaM9OzB.Si7a2ZB0";

#[test]
fn sudo_lets_us_in_or_says_why_not() {
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 || !Path::new("/usr/bin/sudo").exists() {
        eprintln!("not tried: it takes root to lend this process tree another /etc/sudoers, and sudo");
        return;
    }
    use Elevation::{SudoAsk, SudoNoPassword};
    let allowed = "Defaults lecture=always\ntina ALL=(ALL) ALL\n";
    let free = "tina ALL=(ALL) NOPASSWD: ALL\n";
    let once = "Defaults passwd_tries=1\ntina ALL=(ALL) ALL\n";
    let in_root = || Ok("root\nLC_ALL=unset\n".to_owned());
    let right = "correct horse";
    let rows = [
        ("free, none may be asked", free, SudoNoPassword, "", in_root(), 0),
        ("free, one may be asked", free, SudoAsk, right, in_root(), 0),
        ("asked", allowed, SudoAsk, right, in_root(), 1),
        ("asked, wrong", allowed, SudoAsk, "wrong", Err(Code::SudoPasswordWrong), 1),
        ("asked, wrong, one try", once, SudoAsk, "wrong", Err(Code::SudoPasswordWrong), 1),
        ("none may be asked, one is needed", allowed, SudoNoPassword, "", Err(Code::SudoPasswordRequired), 0),
        ("unknown to sudo", "root ALL=(ALL) ALL\n", SudoAsk, right, Err(Code::SudoRefused), 1),
        (
            "another command only",
            "tina ALL=(ALL) NOPASSWD: /bin/ls\n",
            SudoNoPassword,
            "",
            Err(Code::SudoPasswordRequired),
            0,
        ),
        ("another command only, asked", "tina ALL=(ALL) /bin/ls\n", SudoAsk, right, Err(Code::SudoRefused), 1),
        (
            "requiretty",
            "Defaults requiretty\ntina ALL=(ALL) NOPASSWD: ALL\n",
            SudoNoPassword,
            "",
            Err(Code::SudoRequiresTty),
            0,
        ),
        (
            "requiretty, asked",
            "Defaults requiretty\ntina ALL=(ALL) ALL\n",
            SudoAsk,
            right,
            Err(Code::SudoRequiresTty),
            0,
        ),
    ];
    for (what, sudoers, elevation, password, expected, written) in rows {
        let (found, found_written) = through_sudo(&Sudo { sudoers, elevation, password });
        match (&found, &expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{what}"),
            (Err(found), Err(expected)) => assert_eq!(found.code, *expected, "{what}: {found:?}"),
            _ => panic!("{what}: {found:?} where {expected:?} was expected"),
        }
        assert_eq!(found_written, written, "{what}: the password was written {found_written} times");
    }
}

#[test]
fn a_host_without_sudo_says_so() {
    let mut host = Host::new(Shell::Dash);
    let empty = host.text_path("tools");
    for name in ["env", "cat"] {
        std::os::unix::fs::symlink(format!("/usr/bin/{name}"), host.path("tools").join(name)).unwrap();
    }
    host.wrapper = ["/bin/sh", "-c", &format!("PATH='{empty}'; eval \"$1\""), "wrapper"].map(String::from).to_vec();
    for elevation in [Elevation::SudoNoPassword, Elevation::SudoAsk] {
        let call = attached("true", elevation, Nonces::random().unwrap()).unwrap();
        let mut exec = host.exec(&call);
        drop(exec.stdin.take());
        assert_eq!(exec.read(), None);
        let fault = call.gate().closed(exec.child.wait().unwrap().code());
        assert_eq!(fault.code, Code::SudoMissing, "{fault:?}");
    }
}
