//! Commands that are attached to their channel.

#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // helpers of tests are tests

mod remote_support;

use AttachedEnd::{Exited, Unknown};
use Shell::{Bash, Busybox, Dash};
use millwright_runner::remote::*;
use proptest::prelude::*;
use remote_support::*;
use rstest::rstest;

fn run(host: &Host, command: &str) -> (String, AttachedEnd) {
    let call = attached(command, Elevation::None, Nonces::random().unwrap()).unwrap();
    let mut exec = host.start(&call);
    let mut parser = AttachedParser::new(&exec.nonces.frames);
    let mut output = Vec::new();
    while let Some(bytes) = exec.read() {
        output.extend(parser.feed(&bytes).unwrap());
        if parser.exit_code().is_some() {
            break; // what the command left behind may hold the channel open
        }
    }
    let (rest, end) = parser.finish();
    output.extend(rest);
    (String::from_utf8(output).unwrap(), end)
}

#[rstest]
fn an_attached_command_ends_with_its_code_or_honestly_unknown(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let exact = [
        ("true", "", Exited { code: 0 }),
        ("exit 3", "", Exited { code: 3 }),
        ("printf 'no newline'", "no newline", Exited { code: 0 }),
        ("echo out; echo err >&2; false", "out\nerr\n", Exited { code: 1 }),
        ("printf '\\n\\n'", "\n\n", Exited { code: 0 }),
        ("cat; echo end of stdin", "end of stdin\n", Exited { code: 0 }),
        ("cat <<'E'\nit's \"a\" $HOME\nE\n", "it's \"a\" $HOME\n", Exited { code: 0 }),
        ("# a comment\n\n   echo x   # another", "x\n", Exited { code: 0 }),
        ("echo 'a\\nb\tc'", if shell == Bash { "a\\nb\tc\n" } else { "a\nb\tc\n" }, Exited { code: 0 }),
        ("sleep 1000 & echo left", "left\n", Exited { code: 0 }),
        ("exec sh -c 'exit 9'", "", Exited { code: 9 }),
        ("main() { echo mine; }; main; say", "mine\n", Exited { code: 127 }),
    ];
    for (command, output, end) in exact {
        let (found, found_end) = run(&host, command);
        assert_eq!(found_end, end, "{command}: {found}");
        if end == (Exited { code: 127 }) {
            assert!(found.starts_with(output), "{command}: {found}");
        } else if shell == Busybox && command.starts_with("echo 'a") {
            // whether echo knows escapes is the shell's affair
        } else {
            assert_eq!(found, output, "{command}");
        }
    }
    // What the shell prints about these is its own affair; the code must not be 0.
    for command in ["echo 'unbalanced", "if true; then", "echo \"$(", "(", ")"] {
        let (found, end) = run(&host, command);
        assert!(matches!(end, Exited { code: 1..=255 }), "{command}: {end:?} {found}");
    }
    // The command's shell is forked from ours, so this hits ours.
    for command in ["kill -9 $$", "kill -TERM $$"] {
        assert_eq!(run(&host, command).1, Unknown, "{command}");
    }
}

#[rstest]
fn a_command_that_nobody_waits_for_is_stopped_with_all_that_descends(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let command = "trap '' HUP; echo begun; sh -c 'sleep 1000; :' & sleep 1000; echo never";
    let call = attached(command, Elevation::None, Nonces::random().unwrap()).unwrap();
    let mut exec = host.start(&call);
    let mut parser = AttachedParser::new(&exec.nonces.frames);
    let mut output = Vec::new();
    while !output.starts_with(b"begun") {
        output.extend(parser.feed(&exec.read().expect("it begins")).unwrap());
    }
    drop(exec.stdin.take());
    host.wait_until_no_process_is_left();
}

/// A shell that takes one command after another.
struct Shells {
    exec: Exec,
    stderr: std::sync::mpsc::Receiver<Vec<u8>>,
    asked: usize,
}

impl Shells {
    fn open(host: &Host, command: &str) -> (Self, AttachedParser) {
        let call = attached(command, Elevation::None, Nonces::random().unwrap()).unwrap();
        let mut exec = host.start(&call);
        let mut pipe = exec.child.stderr.take().unwrap();
        let (sender, stderr) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 5];
            while let Ok(length @ 1..) = std::io::Read::read(&mut pipe, &mut buffer) {
                let _ = sender.send(buffer[..length].to_vec());
            }
        });
        let parser = AttachedParser::new(&exec.nonces.frames);
        (Self { exec, stderr, asked: 0 }, parser)
    }

    fn again(&mut self, command: &str) -> AttachedParser {
        self.asked += 1;
        let frames = Nonces::random().unwrap().frames;
        let stdin = self.exec.stdin.as_mut().unwrap();
        std::io::Write::write_all(stdin, &attached_again(command, &frames).unwrap()).unwrap();
        AttachedParser::new(&frames)
    }

    fn next(&mut self) -> Option<Vec<u8>> {
        if self.asked == 0 {
            self.exec.read()
        } else {
            self.stderr.recv_timeout(std::time::Duration::from_secs(60)).ok()
        }
    }

    /// The answer, and the code unless the channel ended first.
    fn answer(&mut self, parser: &mut AttachedParser) -> (String, Option<i32>) {
        let mut output = Vec::new();
        while parser.exit_code().is_none() {
            let Some(bytes) = self.next() else { break };
            output.extend(parser.feed(&bytes).unwrap());
        }
        (String::from_utf8_lossy(&output).into_owned(), parser.exit_code())
    }

    fn becomes_clean(&mut self, parser: &mut AttachedParser) -> bool {
        while !parser.is_clean() {
            match self.stderr.recv_timeout(std::time::Duration::from_millis(700)) {
                Ok(bytes) => drop(parser.feed(&bytes).unwrap()),
                Err(_) => return false,
            }
        }
        true
    }
}

#[rstest]
fn a_shell_takes_one_command_after_another(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    // What the first one leaves behind talks on; nobody hears it.
    let (mut shells, mut first) =
        Shells::open(&host, "cd /; secret=1; (while sleep 0.02; do echo stray; done) & echo one");
    let (output, code) = shells.answer(&mut first);
    assert!(output.starts_with("one\n") && code == Some(0), "{output} {code:?}");
    let table = [
        ("true", "", 0),
        ("exit 3", "", 3),
        ("echo \"${secret-none} $#\"; secret=2; set -- a", "none 0\n", 0),
        ("echo out; echo err >&2; false", "out\nerr\n", 1),
        ("printf 'two\nlines'\n\n  # and a 'comment'\nfalse", "two\nlines", 1),
        ("cat; echo \"it's \\$HOME\"", "it's $HOME\n", 0),
        ("exec 1>&- 2>&-; exit 4", "", 4),
        ("PATH=; unset IFS newline; exec 0<&-", "", 0),
        ("trap 'exit 9' EXIT", "", 9),
        ("head -c 300000 /dev/zero | tr '\\0' x | wc -c", "300000\n", 0),
    ];
    for (command, output, code) in table {
        let mut parser = shells.again(command);
        assert_eq!(shells.answer(&mut parser), (output.to_owned(), Some(code)), "{command}");
        assert!(shells.becomes_clean(&mut parser), "{command}");
    }
    // Whoever could write into the next answer is noticed, in whatever way it was left behind.
    for command in ["sleep 30 &", "setsid sleep 30 &", "setsid sh -c 'exec 3>&1; exec >/dev/null 2>&1; sleep 30' &"] {
        let (mut shells, mut first) = Shells::open(&host, "true");
        shells.answer(&mut first);
        let mut parser = shells.again(command);
        assert_eq!(shells.answer(&mut parser), (String::new(), Some(0)), "{command}");
        assert!(!shells.becomes_clean(&mut parser), "{command}");
    }
    // The main shell is the one that is hit; nobody claims to know how it ended.
    let mut parser = shells.again("kill -9 $$; echo still here");
    let (output, code) = shells.answer(&mut parser);
    assert_eq!(code, None, "{output}");
}

#[rstest]
fn stdin_that_ends_stops_a_later_command_too(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let (mut shells, mut first) = Shells::open(&host, "true");
    shells.answer(&mut first);
    let mut parser = shells.again("echo begun; sh -c 'sleep 1000; :' & sleep 1000; echo never");
    let mut output = Vec::new();
    while !output.starts_with(b"begun") {
        output.extend(parser.feed(&shells.next().expect("it begins")).unwrap());
    }
    drop(shells.exec.stdin.take());
    host.wait_until_no_process_is_left();
}

#[rstest]
fn a_command_stands_in_no_list_of_processes(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let command =
        "for f in /proc/[0-9]*/cmdline /proc/[0-9]*/environ; do tr '\\0' '\\n' <$f; done 2>/dev/null; : canary-8472";
    let (output, _) = run(&host, command);
    assert!(output.contains("READY ") && !output.contains("canary-8472"), "{output}");
}

fn frames() -> Nonce {
    Nonce::from_bytes([7; 16])
}

#[test]
fn noise_of_a_login_shell_is_skipped_and_bounded() {
    let nonce = frames();
    let text = format!("motd\n{nonce} BEGINNING\nno newline\n{nonce} BEGIN\nout\n\n{nonce} END 0\nlate");
    let mut parser = AttachedParser::new(&nonce);
    assert_eq!(parser.feed(text.as_bytes()).unwrap(), b"out\n");
    assert_eq!(parser.finish(), (Vec::new(), Exited { code: 0 }));
    let mut parser = AttachedParser::new(&nonce);
    let noise = vec![b'\n'; 1 << 16];
    let fault = (0..17).find_map(|_| parser.feed(&noise).err());
    assert_eq!(fault, Some(ProtocolFault::NoBeginning { limit_bytes: 1 << 20 }));
    for bad in ["256", "-1", "", "0 0", "123456789"] {
        let mut parser = AttachedParser::new(&nonce);
        assert!(parser.feed(format!("\n{nonce} BEGIN\n\n{nonce} END {bad}\n").as_bytes()).is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn output_is_the_same_in_any_pieces(
        output in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..300),
            // Much that looks like the trailer.
            prop::collection::vec(prop_oneof![Just("\n"), Just("\n0707"), Just("07070707070707070707070707070707 "), Just("END "), Just("0\n")], 0..30)
                .prop_map(|parts| parts.concat().into_bytes()),
        ],
        code in 0..=255_i32,
        cuts in prop::collection::vec(1..20_usize, 1..200),
    ) {
        let nonce = frames();
        let forged = format!("\n{nonce} END ").into_bytes();
        prop_assume!(!output.windows(forged.len()).any(|part| part == forged));
        let mut stream = format!("noise\n{nonce} BEGIN\n").into_bytes();
        stream.extend(&output);
        stream.extend(format!("\n{nonce} END {code}\n").bytes());
        let mut parser = AttachedParser::new(&nonce);
        let (mut found, mut rest) = (Vec::new(), stream.as_slice());
        for cut in cuts.iter().cycle() {
            let (piece, next) = rest.split_at((*cut).min(rest.len()));
            found.extend(parser.feed(piece).unwrap());
            rest = next;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(found, output);
        prop_assert_eq!(parser.finish(), (Vec::new(), Exited { code }));
    }

    #[test]
    fn without_a_trailer_nothing_is_lost_and_nothing_is_known(output in prop::collection::vec(any::<u8>(), 0..300), cut in 0..40_usize) {
        let nonce = frames();
        let end = format!("\n{nonce} END 0");
        let kept = [format!("\n{nonce} BEGIN\n").as_bytes(), &output, &end.as_bytes()[..cut.min(end.len() - 2)]].concat();
        let mut parser = AttachedParser::new(&nonce);
        let mut found = parser.feed(&kept).unwrap();
        let (rest, state) = parser.finish();
        found.extend(rest);
        prop_assert_eq!(&found, &kept[format!("\n{nonce} BEGIN\n").len()..]);
        prop_assert_eq!(state, Unknown);
    }
}
