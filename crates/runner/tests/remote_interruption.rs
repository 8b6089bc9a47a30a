//! What a job survives, and what is said when it did not.

#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // helpers of tests are tests

mod remote_support;

use Shell::{Bash, Busybox, Dash};
use millwright_runner::remote::*;
use remote_support::*;
use rstest::rstest;

#[rstest]
fn thirty_launches_at_once_are_one_start(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let mut job = job(&[&format!("echo ran >>'{}'; cat \"$MILLWRIGHT_FILES/a\"", host.text_path("marks"))]);
    job.attachments = vec![Attachment { name: "a".into(), content: Content::Bytes(vec![b'a'; 100_000]) }];
    let execs: Vec<_> = (0..30).map(|_| host.launch(&job)).collect();
    let stories: Vec<_> = execs.into_iter().map(Exec::story).collect();
    assert_eq!(std::fs::read_to_string(host.path("marks")).unwrap(), "ran\n");
    let started = stories.iter().filter(|story| story.started_already() == Some(false)).count();
    assert_eq!(started, 1);
    for story in &stories {
        assert_eq!(story.end(), Some((100_000, Integrity::Whole, Verdict::Exited { code: 0 })));
        assert_eq!(story.output(), vec![b'a'; 100_000]);
    }
    host.wait_until_no_process_is_left();
    // Every upload but the job itself is gone.
    let left: Vec<_> =
        std::fs::read_dir(host.job_directory(job.id)).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.len() == 2 && left.contains(&"out".into()) && left.contains(&"run".into()), "{left:?}");
}

#[rstest]
fn a_cut_link_loses_and_repeats_nothing(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let script = "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo \"$i: some output\"; [ $((i % 100)) != 0 ] || sleep 0.05; done; exit 3";
    let job = job(&[&format!("echo ran >>'{}'", host.text_path("marks")), script]);
    let expected: String = (1..=3000).map(|i| format!("{i}: some output\n")).collect();
    let (mut stored, mut steps, mut cuts) = (Vec::new(), Vec::new(), 0);
    let mut exec = host.launch(&job);
    let verdict = 'followed: loop {
        let mut parser = FrameParser::new(&exec.nonces.frames, stored.len() as u64);
        let mut read_bytes = 0;
        // Each link lives for other numbers of bytes, most of them in the middle of a frame.
        let link_bytes = 700 + cuts * 1237;
        while let Some(bytes) = exec.read() {
            let usable = bytes.len().min(link_bytes - read_bytes);
            read_bytes += usable;
            for event in parser.feed(&bytes[..usable]).unwrap() {
                match event {
                    HostEvent::Output { bytes, offset } => {
                        assert_eq!(offset, stored.len() as u64);
                        stored.extend(bytes);
                    }
                    HostEvent::Step(step) => steps.push((step.index, step.step)),
                    HostEvent::Finished { verdict, .. } => break 'followed verdict,
                    _ => {}
                }
            }
            if read_bytes == link_bytes {
                break;
            }
        }
        exec.cut();
        cuts += 1;
        exec = host.follow(job.id, FollowFrom { offset: stored.len() as u64, step_events: steps.len() as u64 });
    };
    assert_eq!(verdict, Verdict::Exited { code: 3 });
    assert!(cuts >= 3, "the link was cut only {cuts} times");
    assert!(stored == expected.as_bytes(), "the output is not what was printed");
    assert_eq!(steps, [(1, 1), (2, 1), (3, 2), (4, 2)]);
    assert_eq!(std::fs::read_to_string(host.path("marks")).unwrap(), "ran\n");
    drop(exec.stdin.take());
    host.wait_until_no_process_is_left();
}

#[rstest]
fn a_follower_ends_when_its_client_is_gone(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let job = job(&["sleep 1000"]);
    let mut exec = host.launch(&job);
    let mut parser = FrameParser::new(&exec.nonces.frames, 0);
    exec.events_until(&mut parser, |event| matches!(event, HostEvent::Started { .. }));
    let (mut child, stdin) = (exec.child, exec.stdin.take());
    drop((exec.output, stdin));
    poll("the follower has ended", || child.try_wait().unwrap().is_some());
    assert_eq!(host.status(job.id), JobStatus::Running { output_size: 0 });
}

#[rstest]
fn killed_is_said_and_nothing_runs_again(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let mut job = job(&[&format!("echo ran >>'{}'; echo begun; sleep 1000", host.text_path("marks"))]);
    job.secrets = vec![SecretFile { name: "s".into(), value: b"secret".to_vec() }];
    let mut exec = host.launch(&job);
    let mut parser = FrameParser::new(&exec.nonces.frames, 0);
    exec.events_until(&mut parser, |event| matches!(event, HostEvent::Output { .. }));
    let payload = host.payload_pid(job.id);
    signal("KILL", host.supervisor_pid(job.id));
    poll("the supervisor is gone", || !is_alive(host.supervisor_pid(job.id)));
    // As long as the payload lives, the job does.
    assert_eq!(host.status(job.id), JobStatus::Running { output_size: 6 });
    signal("KILL", -payload);
    let killed = HostEvent::Finished { offset: 6, integrity: Integrity::Whole, verdict: Verdict::Killed };
    assert!(exec.events_until(&mut parser, |event| *event == killed).contains(&killed));
    drop(exec);
    let again = host.run(&job);
    assert_eq!(
        (again.started_already(), again.verdict(), again.text().as_str()),
        (Some(true), Verdict::Killed, "begun\n")
    );
    assert_eq!(std::fs::read_to_string(host.path("marks")).unwrap(), "ran\n");
    host.wait_until_no_process_is_left();
    let left: Vec<_> =
        std::fs::read_dir(host.job_directory(job.id)).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(
        !left.iter().any(|name| name.to_string_lossy().starts_with("stage")),
        "the secret is still there: {left:?}"
    );
    assert_eq!(host.acknowledge(job.id), JobStatus::Acknowledged);
}

/// Numbers of processes are given again.
#[rstest]
fn another_process_with_the_same_number_is_not_the_job(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let job = job(&["sleep 1000"]);
    let exec = host.launch(&job);
    poll("the step has begun", || host.status(job.id) == JobStatus::Running { output_size: 0 });
    wait_for_text(&host.job_directory(job.id).join("run/steps"), " started ");
    let (supervisor, payload) = (host.supervisor_pid(job.id), host.payload_pid(job.id));
    signal("KILL", supervisor);
    signal("KILL", -payload);
    exec.cut();
    for (file, pid) in [("run/pid", supervisor), ("run/steps", payload)] {
        let path = host.job_directory(job.id).join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace(&format!("{pid} "), &format!("{} ", std::process::id()))).unwrap();
    }
    assert!(matches!(host.status(job.id), JobStatus::Finished { verdict: Verdict::Killed, .. }));
}

#[rstest]
fn a_job_whose_supervisor_was_killed_can_still_be_cancelled(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let job = job(&["echo begun; sleep 1000"]);
    let mut exec = host.launch(&job);
    let mut parser = FrameParser::new(&exec.nonces.frames, 0);
    exec.events_until(&mut parser, |event| matches!(event, HostEvent::Output { .. }));
    signal("KILL", host.supervisor_pid(job.id));
    assert_eq!(host.cancel(job.id, CancelWhen::Now), CancelAnswer::Stopping);
    let story = exec.events_until(&mut parser, |event| matches!(event, HostEvent::Finished { .. }));
    assert!(matches!(story.last(), Some(HostEvent::Finished { verdict: Verdict::Killed, .. })));
    drop(exec);
    host.wait_until_no_process_is_left();
}

#[rstest]
fn a_reboot_is_told_from_a_kill(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let job = job(&["echo begun; sleep 1000"]);
    let mut exec = host.launch(&job);
    let mut parser = FrameParser::new(&exec.nonces.frames, 0);
    exec.events_until(&mut parser, |event| matches!(event, HostEvent::Output { .. }));
    let (payload, supervisor) = (host.payload_pid(job.id), host.supervisor_pid(job.id));
    exec.cut();
    signal("KILL", supervisor);
    signal("KILL", -payload);
    host.reboot();
    let verdict = Verdict::InterruptedByReboot;
    assert_eq!(host.status(job.id), JobStatus::Finished { output_size: 6, integrity: Integrity::Whole, verdict });
    let story = host.run(&job);
    assert_eq!((story.started_already(), story.verdict(), story.text().as_str()), (Some(true), verdict, "begun\n"));
    // A verdict outlives a reboot.
    let other = job_with_verdict(&host);
    std::fs::write(host.path("boot_id"), "third-boot\n").unwrap();
    assert!(matches!(host.status(other), JobStatus::Finished { verdict: Verdict::Exited { code: 8 }, .. }));
}

fn job_with_verdict(host: &Host) -> uuid::Uuid {
    let job = job(&["exit 8"]);
    host.run(&job);
    job.id
}

#[rstest]
fn the_jobs_limit_beats_a_child_that_ignores_term(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let mut job = job(&[
        "sh -c 'trap \"\" TERM; echo deaf; while :; do sleep 1000; done' & trap '' TERM; while :; do wait; done",
        "echo never",
    ]);
    job.timeout_seconds = 1;
    job.secrets = vec![SecretFile { name: "s".into(), value: b"secret".to_vec() }];
    let story = host.run(&job);
    assert_eq!((story.verdict(), story.text().as_str()), (Verdict::TimedOut { code: 137 }, "deaf\n"));
    let outcome = StepEventKind::Finished { code: 137, outcome: StepOutcome::OverranJob };
    assert_eq!(story.step_kinds(), [(1, StepEventKind::Started), (1, outcome)]);
    host.wait_until_no_process_is_left();
}

#[rstest]
fn what_handles_term_has_its_grace(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    // The step's shell dies at once; its child tidies up first and must not be cut short.
    let mut job = job(&[
        "sh -c 'trap \"sleep 1; echo tidied; exit\" TERM; echo begun; while :; do sleep 0.1; done'; echo not reached",
    ]);
    job.grace_seconds = 60;
    let mut exec = host.launch(&job);
    let mut parser = FrameParser::new(&exec.nonces.frames, 0);
    exec.events_until(&mut parser, |event| matches!(event, HostEvent::Output { .. }));
    assert_eq!(host.cancel(job.id, CancelWhen::Now), CancelAnswer::Stopping);
    let events = exec.events_until(&mut parser, |event| matches!(event, HostEvent::Finished { .. }));
    assert_eq!(Story { events }.verdict(), Verdict::Cancelled { code: 143 });
    drop(exec);
    // dash and busybox say "Terminated" in between.
    let text = host.follow(job.id, FollowFrom::default()).story().text();
    assert!(text.starts_with("begun\n") && text.ends_with("tidied\n"), "{text}");
    assert_eq!(host.cancel(job.id, CancelWhen::Now), CancelAnswer::Ended);
}

#[rstest]
fn cancel_after_step_lets_the_step_finish(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let go = host.text_path("go");
    let job = job(&[&format!("echo begun; while [ ! -e '{go}' ]; do sleep 0.05; done; echo done"), "echo never"]);
    let mut exec = host.launch(&job);
    let mut parser = FrameParser::new(&exec.nonces.frames, 0);
    let mut events = exec.events_until(&mut parser, |event| matches!(event, HostEvent::Output { .. }));
    assert_eq!(host.cancel(job.id, CancelWhen::AfterStep), CancelAnswer::Stopping);
    std::fs::write(go, "").unwrap();
    events.extend(exec.events_until(&mut parser, |event| matches!(event, HostEvent::Finished { .. })));
    let story = Story { events };
    assert_eq!((story.text().as_str(), story.verdict()), ("begun\ndone\n", Verdict::Cancelled { code: 0 }));
    assert_eq!(host.cancel(uuid::Uuid::now_v7(), CancelWhen::Now), CancelAnswer::Absent);
}

#[rstest]
fn a_daemon_left_behind_keeps_nobody_waiting(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let job = job(&["sleep 1000 & setsid sleep 1000 & echo $!; exit 2"]);
    let story = host.launch(&job).story_acknowledged();
    assert_eq!(story.verdict(), Verdict::Exited { code: 2 });
    assert!(is_alive(story.text().trim().parse().unwrap()), "what the payload left behind is none of our business");
    poll("only what the payload left is there", || {
        host.processes().iter().all(|(_, arguments)| arguments.trim() == "sleep 1000")
    });
}

#[rstest]
fn one_change_at_a_time(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let host = Host::new(shell);
    let change = |script: &str| {
        let mut job = job(&[script]);
        job.lock = HostLock::Change;
        job
    };
    let holder = change("echo begun; sleep 1000");
    let mut exec = host.launch(&holder);
    let mut parser = FrameParser::new(&exec.nonces.frames, 0);
    exec.events_until(&mut parser, |event| matches!(event, HostEvent::Output { .. }));
    let refused = host.run(&change("echo never"));
    assert_eq!(
        (refused.verdict(), refused.output(), refused.steps()),
        (Verdict::Locked { by: holder.id }, Vec::new(), Vec::new())
    );
    // Reading goes on.
    assert_eq!(host.run(&job(&["true"])).verdict(), Verdict::Exited { code: 0 });

    // The holder is killed: its lock is stale, and of many only one may have it.
    let (supervisor, payload) = (host.supervisor_pid(holder.id), host.payload_pid(holder.id));
    exec.cut();
    signal("KILL", supervisor);
    signal("KILL", -payload);
    poll("the holder is gone", || !is_alive(supervisor) && !is_alive(payload));
    let marks = host.text_path("inside");
    let script = format!("mkdir '{marks}' || exit 99; sleep 0.3; rmdir '{marks}'");
    let rivals: Vec<_> = (0..8).map(|_| host.launch(&change(&script))).collect();
    let verdicts: Vec<_> = rivals.into_iter().map(|rival| rival.story().verdict()).collect();
    assert!(verdicts.contains(&Verdict::Exited { code: 0 }), "{verdicts:?}");
    for verdict in &verdicts {
        assert!(
            matches!(verdict, Verdict::Exited { code: 0 } | Verdict::Locked { .. }),
            "two held the lock: {verdicts:?}"
        );
    }
    // Released at the end, also by one that failed.
    assert_eq!(host.run(&change("exit 4")).verdict(), Verdict::Exited { code: 4 });
    assert_eq!(host.run(&change("true")).verdict(), Verdict::Exited { code: 0 });

    // A reboot releases it as well.
    let rebooted = change("echo begun; sleep 1000");
    let exec = host.launch(&rebooted);
    poll("the lock is taken", || {
        std::fs::read_link(host.path("state/lock/change")).is_ok_and(|id| id.to_str() == Some(&rebooted.id.to_string()))
    });
    exec.cut();
    host.reboot();
    assert_eq!(host.run(&change("true")).verdict(), Verdict::Exited { code: 0 });
}

/// A file system of its own in a mount namespace of its own; a plain user gets it with a user namespace.
fn on_small_disk(host: &mut Host, prepare: &str) {
    let state = host.text_path("state");
    std::fs::create_dir(&state).unwrap();
    let is_root = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(&state).unwrap()) == 0;
    let namespaces: &[&str] =
        if is_root { &["unshare", "--mount"] } else { &["unshare", "--mount", "--user", "--map-root-user"] };
    let script =
        format!("mount -t tmpfs -o size=1m,mode=700 millwright '{state}' && {prepare} && exec /bin/sh -c \"$1\"");
    let script = script.replace("STATE", &state);
    host.wrapper = namespaces.iter().copied().chain(["/bin/sh", "-c", &script, "wrapper"]).map(String::from).collect();
}

#[rstest]
fn a_disk_that_fills_up_keeps_the_verdict(#[values(Dash, Bash, Busybox)] shell: Shell) {
    let mut host = Host::new(shell);
    on_small_disk(&mut host, "true");
    let fill =
        format!("echo begun; dd if=/dev/zero of='{}/fill' bs=4096 2>/dev/null; echo lost", host.text_path("state"));
    let story = host.run(&job(&[&fill, "head -c 100000 /dev/zero; true", "exit 7"]));
    assert_eq!(story.verdict(), Verdict::Exited { code: 7 });
    assert!(story.output().starts_with(b"begun\n"));
    assert_eq!(story.steps().len(), 6, "{:?}", story.steps());
    // It was full indeed, or this test proves nothing.
    assert!(story.output().len() < 50_000);
}

#[rstest]
fn a_disk_that_cannot_be_written_starts_nothing(#[values(Dash, Bash, Busybox)] shell: Shell) {
    for (prepare, refusal) in [
        ("(dd if=/dev/zero of=STATE/fill bs=1024; true) 2>/dev/null", Refusal::DiskFull),
        ("mount -o remount,ro STATE", Refusal::ReadOnly),
    ] {
        let mut host = Host::new(shell);
        on_small_disk(&mut host, prepare);
        let marks = host.text_path("ran");
        let mut job = job(&[&format!("touch '{marks}'")]);
        assert_eq!(host.run(&job).events, [HostEvent::Hello, HostEvent::Refused(refusal)]);
        job.attachments = vec![Attachment { name: "a".into(), content: Content::Bytes(vec![0; 3_000_000]) }];
        assert_eq!(host.run(&job).events, [HostEvent::Hello, HostEvent::Refused(refusal)]);
        assert!(!host.path("ran").exists());
    }
    // An attachment for which there is no room.
    let mut host = Host::new(shell);
    on_small_disk(&mut host, "true");
    let mut job = job(&["true"]);
    job.attachments = vec![Attachment { name: "a".into(), content: Content::Bytes(vec![0; 3_000_000]) }];
    assert_eq!(host.run(&job).events, [HostEvent::Hello, HostEvent::Refused(Refusal::DiskFull)]);
}
