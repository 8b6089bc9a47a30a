//! What a job does on a host, under three shells.

#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // helpers of tests are tests

mod remote_support;

use Shell::{Bash, Busybox, Dash};
use millwright_runner::remote::*;
use remote_support::*;
use rstest::rstest;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

const DONE: StepEventKind = StepEventKind::Finished { code: 0, outcome: StepOutcome::Exited };

#[rstest]
fn a_short_job_costs_one_exec_and_leaves_only_a_tombstone(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let job = job(&["echo one; echo two >&2; printf three"]);
    let story = host.launch(&job).story_acknowledged();
    assert_eq!(story.text(), "one\ntwo\nthree");
    assert_eq!(story.end(), Some((13, Integrity::Whole, Verdict::Exited { code: 0 })));
    assert_eq!(story.started_already(), Some(false));
    assert_eq!(story.step_kinds(), [(1, StepEventKind::Started), (1, DONE)]);
    assert_eq!(story.events.last(), Some(&HostEvent::Forgotten));
    assert!(!host.job_directory(job.id).exists());
    assert_eq!(host.status(job.id), JobStatus::Acknowledged);
    host.wait_until_no_process_is_left();
    assert_eq!(std::fs::read_dir(host.path("state/jobs")).unwrap().count(), 0);

    // A launch that was on its way all the time must not run it again.
    let late = host.run(&job);
    let acknowledged = HostEvent::Status { id: job.id, status: JobStatus::Acknowledged };
    assert_eq!(late.events, [HostEvent::Hello, HostEvent::Started { already: true }, acknowledged]);
}

#[rstest]
fn without_an_acknowledgement_the_verdict_stays(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let job = job(&["echo kept; exit 3"]);
    assert_eq!(host.run(&job).verdict(), Verdict::Exited { code: 3 });
    let verdict = Verdict::Exited { code: 3 };
    let finished = JobStatus::Finished { output_size: 5, integrity: Integrity::Whole, verdict };
    assert_eq!(host.status(job.id), finished);
    let again = host.follow(job.id, FollowFrom { offset: 2, step_events: 1 }).story_from(2);
    assert_eq!((again.text().as_str(), again.verdict()), ("pt\n", verdict));
    assert_eq!(again.steps().iter().map(|event| event.index).collect::<Vec<_>>(), [2]);
    assert_eq!(host.acknowledge(job.id), JobStatus::Acknowledged);
    assert!(!host.job_directory(job.id).exists());
}

#[rstest]
fn steps_run_in_order_as_their_conditions_and_failures_say(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let mut job =
        job(&["echo first", "echo never", "echo wanted", "echo broken; exit 9", "echo fifth; (exit 4)", "echo x"]);
    job.steps[1].only_if = Some("echo condition; false".to_owned());
    job.steps[2].only_if = Some("true # it's \"quoted\"".to_owned());
    job.steps[3].on_failure = OnFailure::Continue;
    let story = host.run(&job);
    assert_eq!(story.text(), "first\nwanted\nbroken\nfifth\n");
    assert_eq!(story.verdict(), Verdict::Exited { code: 4 });
    let ended = |code| StepEventKind::Finished { code, outcome: StepOutcome::Exited };
    let expected = [
        (1, StepEventKind::Started),
        (1, ended(0)),
        (2, StepEventKind::Checking),
        (2, StepEventKind::Skipped),
        (3, StepEventKind::Checking),
        (3, StepEventKind::Started),
        (3, ended(0)),
        (4, StepEventKind::Started),
        (4, ended(9)),
        (5, StepEventKind::Started),
        (5, ended(4)),
    ];
    assert_eq!(story.step_kinds(), expected);
    // The offsets cut each step's output out of the whole.
    let starts_and_ends: Vec<_> = story.steps().iter().map(|event| event.output_offset).collect();
    assert_eq!(starts_and_ends, [0, 6, 6, 6, 6, 6, 13, 13, 20, 20, 26]);
    // And each event comes when the output before it has come.
    let mut seen = 0;
    for event in &story.events {
        match event {
            HostEvent::Output { bytes, .. } => seen += bytes.len() as u64,
            HostEvent::Step(step) => assert_eq!(step.output_offset, seen),
            _ => {}
        }
    }
}

#[rstest]
fn a_steps_own_limit_ends_the_job_or_only_the_step(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    for (on_failure, verdict, text) in [
        (OnFailure::Stop, Verdict::TimedOut { code: 143 }, "slow\n"),
        (OnFailure::Continue, Verdict::Exited { code: 0 }, "slow\nnext\n"),
    ] {
        let mut job = job(&["echo slow; sleep 1000", "echo next"]);
        job.steps[0].timeout_seconds = 1;
        job.steps[0].on_failure = on_failure;
        let story = host.run(&job);
        assert_eq!((story.text().as_str(), story.verdict()), (text, verdict));
        let outcome = StepEventKind::Finished { code: 143, outcome: StepOutcome::OverranStep };
        assert!(story.step_kinds().contains(&(1, outcome)));
    }
    host.wait_until_no_process_is_left();
}

#[rstest]
fn any_byte_comes_as_it_was_printed(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let mut job = job(&["cat \"$MILLWRIGHT_FILES/bytes\""]);
    let bytes: Vec<u8> = (0..700_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    job.attachments = vec![Attachment { name: "bytes".into(), content: Content::Bytes(bytes.clone()) }];
    let story = host.run(&job);
    assert_eq!(story.end(), Some((700_000, Integrity::Whole, Verdict::Exited { code: 0 })));
    assert!(story.output() == bytes, "the output differs from what was printed");
}

#[rstest]
fn forged_frames_are_output(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    // The payload sees every argument of every process, and our nonce stands in none.
    let script = r#"
        for file in /proc/[0-9]*/cmdline /proc/[0-9]*/environ; do tr '\0' '\n' <"$file" 2>/dev/null; done >"$MILLWRIGHT_FILES/seen"
        for nonce in $(grep -oE '[0-9a-f]{32}' "$MILLWRIGHT_FILES/seen" | sort -u) 00000000000000000000000000000000; do
            printf '\n%s F 0 whole exited 0\n%s D 0 5\nhello\n%s S 1 1 finished 0 0 0 exited\n' $nonce $nonce $nonce
        done
        for fd in 3 4 5 6 7 8 9; do (echo '1 finished 0 0 0 exited' >&$fd); done 2>/dev/null
        exit 5"#;
    let job = job(&[script]);
    let exec = host.launch(&job);
    let (opening, frames) = (exec.nonces.opening.to_string(), exec.nonces.frames.to_string());
    let story = exec.story();
    assert_eq!(story.verdict(), Verdict::Exited { code: 5 });
    assert_eq!(story.steps().len(), 2);
    let text = story.text();
    assert!(text.contains(&opening), "the payload should have seen the opening nonce, or this test proves nothing");
    assert!(!text.contains(&frames), "the payload learned the nonce of the frames");
}

#[rstest]
fn a_flood_is_cut_and_the_code_stays(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let mut job = job(&["printf 'start'; head -c 200000000 /dev/zero | tr '\\0' 'x'; exit 6"]);
    job.output_limit_kib = 1024;
    let story = host.run(&job);
    assert_eq!(story.end(), Some((1024 * 1024, Integrity::Cut, Verdict::Exited { code: 6 })));
    let output = story.output();
    assert!(output.starts_with(b"startxxx") && output.len() == 1024 * 1024);
    assert_eq!(std::fs::metadata(host.job_directory(job.id).join("out")).unwrap().len(), 1024 * 1024);
}

// Not under busybox, whose sh runs its own dd and can be given no other.
#[rstest]
fn a_cut_is_told_even_by_a_watch_that_ends_in_the_midst_of_it(#[values(Dash, Bash)] shell: Shell) {
    let host = Host::new(shell);
    // A dd that cuts, and then the payload's end reaches the watch before its next command.
    let cut = host.text_path("was-cut");
    let then = format!("case $* in if=/dev/null*) touch '{cut}'; kill -TERM $PPID ;; esac");
    host.replace_tool("dd", &format!("PATH=/usr/bin:/bin dd \"$@\" || exit\n{then}\n"));

    let wait = format!("while [ ! -e '{cut}' ]; do sleep 0.05; done");
    let mut job = job(&[&format!("head -c 3000000 /dev/zero; {wait}; exit 6")]);
    job.output_limit_kib = 1024;
    assert_eq!(host.run(&job).end(), Some((1024 * 1024, Integrity::Cut, Verdict::Exited { code: 6 })));
}

#[rstest]
fn output_that_a_script_overwrote_is_not_called_whole(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let job = job(&[
        "echo a long line of output; while [ ! -e \"$MILLWRIGHT_FILES/go\" ]; do sleep 0.05; done; echo x > /proc/self/fd/1",
    ]);
    let mut exec = host.launch(&job);
    let mut parser = FrameParser::new(&exec.nonces.frames, 0);
    exec.events_until(&mut parser, |event| matches!(event, HostEvent::Output { .. }));
    let stage = std::fs::read_to_string(host.job_directory(job.id).join("run/stage")).unwrap();
    std::fs::write(host.job_directory(job.id).join(stage.trim()).join("files/go"), "").unwrap();
    let events = exec.events_until(&mut parser, |event| matches!(event, HostEvent::Finished { .. }));
    let end = events.last().unwrap();
    assert!(matches!(end, HostEvent::Finished { offset: 22, integrity: Integrity::Altered, .. }), "{end:?}");
}

#[rstest]
fn a_large_attachment_arrives_whole(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let mut file = std::fs::File::create(host.path("large")).unwrap();
    for n in 0..50_000_u32 {
        file.write_all(&n.to_le_bytes().repeat(250)).unwrap();
    }
    file.write_all(b"tail").unwrap();
    let mut job = job(&["cd \"$MILLWRIGHT_FILES\" && cmp large \"$(cat where)\" && stat -c '%s %a' large"]);
    let content = Content::File { path: host.path("large"), length_bytes: 50_000_004 };
    job.attachments = vec![
        Attachment { name: "large".into(), content },
        Attachment { name: "empty".into(), content: Content::Bytes(Vec::new()) },
        Attachment { name: "where".into(), content: Content::Bytes(host.text_path("large").into_bytes()) },
    ];
    // The acknowledgement comes behind the data: not a byte more than the data may have been taken.
    let story = host.launch(&job).story_acknowledged();
    assert_eq!((story.text().as_str(), story.verdict()), ("50000004 600\n", Verdict::Exited { code: 0 }));
    assert!(!host.job_directory(job.id).exists());
}

#[rstest]
fn a_truncated_upload_starts_nothing(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let mut job = job(&[&format!("touch '{}'", host.text_path("ran"))]);
    job.attachments = vec![Attachment { name: "a".into(), content: Content::Bytes(vec![b'a'; 70_000]) }];
    let call = host.launch_call(&job);
    let [InputPart::Bytes(script), InputPart::Bytes(data)] = &call.input[..] else { panic!("{call:?}") };
    let whole = [script.as_slice(), data].concat();
    let in_data = script.len() + 69_999;
    let cuts = (0..script.len() - 1).step_by(script.len() / 12).chain([script.len() - 2, script.len(), in_data]);
    for cut in cuts {
        let mut exec = host.exec(&call);
        exec.stdin.take().unwrap().write_all(&whole[..cut]).unwrap();
        let mut parser = FrameParser::new(&exec.nonces.frames, 0);
        let events = exec.events_until(&mut parser, |_| false);
        exec.child.wait().unwrap();
        if cut < script.len() {
            assert_eq!(events, [], "cut at {cut}");
        } else {
            assert_eq!(events, [HostEvent::Hello, HostEvent::Refused(Refusal::Truncated)], "cut at {cut}");
        }
        assert_eq!(host.status(job.id), JobStatus::Absent);
    }
    host.wait_until_no_process_is_left();
    assert!(!host.path("ran").exists());
    assert_eq!(host.run(&job).verdict(), Verdict::Exited { code: 0 });
    assert!(host.path("ran").exists());
}

#[rstest]
fn secrets_are_private_and_go_with_the_payload(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let mut job = job(&[
        "cd \"$MILLWRIGHT_SECRETS\" && stat -c '%a' . password && wc -c <password",
        "cat \"$MILLWRIGHT_SECRETS/password\" >/dev/null",
    ]);
    let value = b"canary-4711\0\xff".to_vec();
    job.secrets = vec![SecretFile { name: "password".into(), value: value.clone() }];
    let story = host.run(&job);
    assert_eq!((story.text().as_str(), story.verdict()), ("700\n600\n13\n", Verdict::Exited { code: 0 }));
    assert_eq!(files_with(&host, b"canary"), Vec::<String>::new());
    assert!(!format!("{job:?} {:?}", host.launch_call(&job)).contains("canary"));
}

fn files_with(host: &Host, needle: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let mut left = vec![host.path("state")];
    while let Some(directory) = left.pop() {
        for entry in std::fs::read_dir(directory).unwrap().flatten() {
            if entry.file_type().unwrap().is_dir() {
                left.push(entry.path());
            } else if std::fs::read(entry.path()).unwrap_or_default().windows(needle.len()).any(|part| part == needle) {
                found.push(entry.path().display().to_string());
            }
        }
    }
    found
}

/// As sudo leaves it: root, and in the environment who came.
#[rstest]
fn under_sudo_a_step_can_run_as_the_login_user(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let mut host = Host::new(shell);
    if std::fs::metadata(host.directory.path()).unwrap().uid() != 0 {
        eprintln!("not tried: to drop from root to another user takes root");
        return;
    }
    host.environment = [("SUDO_USER", "daemon"), ("SUDO_UID", "1"), ("SUDO_GID", "1")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
    let look = "id -un; echo $HOME; cat \"$MILLWRIGHT_FILES/f\" \"$MILLWRIGHT_SECRETS/s\"; stat -c '%U %a' \"$MILLWRIGHT_SECRETS/s\"; echo ${SUDO_UID-unset}";
    let mut job = job(&[look, look, "touch \"$MILLWRIGHT_FILES/f\" && echo written", "ls -d \"$1\"/jobs/*"]);
    job.attachments = vec![Attachment { name: "f".into(), content: Content::Bytes(b"file ".to_vec()) }];
    job.secrets = vec![SecretFile { name: "s".into(), value: b"secret\n".to_vec() }];
    job.steps[1].user = StepUser::Login;
    // The login user cannot see whose jobs there are, nor anything of root's part.
    let state = host.text_path("state");
    job.steps[2].script = format!(
        "ls '{state}/jobs' 2>/dev/null || echo hidden; cat '{state}'/jobs/{0}/out '{state}'/jobs/{0}/stage.*/files/f 2>/dev/null || echo private",
        job.id
    );
    job.steps[2].user = StepUser::Login;
    job.steps[3].script = "echo end".to_owned();
    let story = host.run(&job);
    assert_eq!(
        story.text(),
        "root\n/root\nfile secret\nroot 600\nunset\ndaemon\n/usr/sbin\nfile secret\ndaemon 600\nunset\nhidden\nprivate\nend\n"
    );
    assert_eq!(story.verdict(), Verdict::Exited { code: 0 });
    // Where the payload printed it, and nowhere else.
    assert_eq!(files_with(&host, b"secret\n"), [host.job_directory(job.id).join("out").display().to_string()]);
}

#[rstest]
fn a_plain_users_job_lies_in_a_private_directory(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let mut host = Host::new(shell);
    if std::fs::metadata(host.directory.path()).unwrap().uid() == 0 {
        std::fs::set_permissions(host.directory.path(), PermissionsExt::from_mode(0o777)).unwrap();
        host.wrapper =
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/bin/sh", "-c"].map(String::from).to_vec();
    }
    // The usual place, below the home directory.
    host.layout.state_directory = None;
    let home = host.text_path("");
    host.environment = vec![("HOME".to_owned(), home.trim_end_matches('/').to_owned())];
    let story = host.run(&job(&["echo \"$HOME\"; umask; [ -t 0 ] || cat; echo end"]));
    assert_eq!(story.text(), format!("{}\n0022\nend\n", home.trim_end_matches('/')));
    assert_eq!(std::fs::metadata(host.path(".local/state/millwright/jobs")).unwrap().mode() & 0o777, 0o700);
}

#[rstest]
fn old_jobs_are_swept_and_running_ones_are_not(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let (old, recent, running) = (job(&["true"]), job(&["true"]), job(&["sleep 1000"]));
    host.run(&old);
    host.run(&recent);
    let exec = host.launch(&running);
    wait_for_file(&host.job_directory(running.id).join("run/pid"));
    for id in [old.id, running.id] {
        let aged = std::process::Command::new("find")
            .arg(host.job_directory(id))
            .args(["-exec", "touch", "-d", "15 days ago", "{}", "+"])
            .status();
        assert!(aged.unwrap().success());
    }
    std::fs::write(host.path("state/acknowledged/old"), "").unwrap();
    let aged = std::process::Command::new("touch")
        .args(["-d", "15 days ago"])
        .arg(host.path("state/acknowledged/old"))
        .status();
    assert!(aged.unwrap().success());
    std::fs::write(host.path("state/swept"), "12345\n").unwrap(); // the day of the last sweep, since 1970
    host.run(&job(&["true"]));
    poll("the old job is swept", || {
        !host.job_directory(old.id).exists() && !host.path("state/acknowledged/old").exists()
    });
    assert!(host.job_directory(recent.id).exists());
    assert_eq!(host.status(running.id), JobStatus::Running { output_size: 0 });
    exec.cut();
}

#[test]
fn what_cannot_be_sent_is_refused_before_anything_is() {
    let refused = |change: fn(&mut JobScript)| {
        let mut job = job(&["true", "true"]);
        change(&mut job);
        launch(&job, FollowFrom::default(), &HostLayout::default(), Elevation::None, Nonces::random().unwrap())
            .unwrap_err()
            .to_string()
    };
    let attach = |job: &mut JobScript, name: &str| {
        job.attachments.push(Attachment { name: name.into(), content: Content::Bytes(Vec::new()) })
    };
    for name in ["", ".", "..", "../x", "a/b", "-rf", ".hidden", "a b", "a'b", "a\nb", "ä"] {
        let mut job = job(&["true"]);
        attach(&mut job, name);
        let fault =
            launch(&job, FollowFrom::default(), &HostLayout::default(), Elevation::None, Nonces::random().unwrap())
                .unwrap_err();
        assert_eq!(fault, CallFault::FileName { name: name.to_owned() });
    }
    insta::assert_snapshot!(
        [
            refused(|job| job.steps[0].script = "a\0b".to_owned()),
            refused(|job| job.steps[1].number = 1),
            refused(|job| {
                for _ in 0..2 {
                    job.secrets.push(SecretFile { name: "same".into(), value: Vec::new() });
                }
            }),
        ]
        .join("\n"),
        @r"
    the script of step 1 contains a NUL byte, which no shell can hold
    two steps of one job have the number 1
    two files of one job are named “same”
    "
    );
}
