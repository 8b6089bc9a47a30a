//! The reader of frames, on whatever a host may send.

#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // helpers of tests are tests

use millwright_runner::remote::*;
use proptest::prelude::*;
use uuid::Uuid;

fn frames() -> Nonce {
    Nonce::from_bytes([7; 16])
}

const ID: Uuid = Uuid::from_u128(0x0123_4567_89ab_7def_8123_4567_89ab_cdef);

/// Every frame there is, with what it means.
fn every_frame() -> Vec<(String, HostEvent)> {
    let step = |index, kind| HostEvent::Step(StepEvent { index, step: 4, epoch_seconds: 1700, output_offset: 9, kind });
    let status = |status| HostEvent::Status { id: ID, status };
    let ended = |verdict| JobStatus::Finished { output_size: 7, integrity: Integrity::Whole, verdict };
    let rows = [
        ("B started", HostEvent::Started { already: false }),
        ("B already", HostEvent::Started { already: true }),
        ("H", HostEvent::Heartbeat),
        ("S 1 4 checking 1700 9", step(1, StepEventKind::Checking)),
        ("S 2 4 skipped 1700 9", step(2, StepEventKind::Skipped)),
        ("S 3 4 started 1700 9", step(3, StepEventKind::Started)),
        (
            "S 4 4 finished 1700 9 137 exited",
            step(4, StepEventKind::Finished { code: 137, outcome: StepOutcome::Exited }),
        ),
        (
            "S 5 4 finished 1700 9 143 overran-step",
            step(5, StepEventKind::Finished { code: 143, outcome: StepOutcome::OverranStep }),
        ),
        (
            "S 6 4 finished 1700 9 143 overran-job",
            step(6, StepEventKind::Finished { code: 143, outcome: StepOutcome::OverranJob }),
        ),
        (
            "S 7 4 finished 1700 9 143 cancelled",
            step(7, StepEventKind::Finished { code: 143, outcome: StepOutcome::Cancelled }),
        ),
        ("A", HostEvent::Forgotten),
        ("Z", HostEvent::EndOfAnswer),
        ("E truncated", HostEvent::Refused(Refusal::Truncated)),
        ("E full", HostEvent::Refused(Refusal::DiskFull)),
        ("E read-only", HostEvent::Refused(Refusal::ReadOnly)),
        ("E denied", HostEvent::Refused(Refusal::Denied)),
        ("E not-started", HostEvent::Refused(Refusal::NotStarted)),
        ("J ID absent", status(JobStatus::Absent)),
        ("J ID staged", status(JobStatus::Staged)),
        ("J ID running 12", status(JobStatus::Running { output_size: 12 })),
        ("J ID acknowledged", status(JobStatus::Acknowledged)),
        ("J ID finished 7 whole exited 3", status(ended(Verdict::Exited { code: 3 }))),
        ("J ID finished 7 whole cancelled 143", status(ended(Verdict::Cancelled { code: 143 }))),
        ("J ID finished 7 whole timed-out 137", status(ended(Verdict::TimedOut { code: 137 }))),
        ("J ID finished 7 whole locked ID", status(ended(Verdict::Locked { by: ID }))),
        ("J ID killed 7 whole", status(ended(Verdict::Killed))),
        ("J ID interrupted 7 whole", status(ended(Verdict::InterruptedByReboot))),
        ("C ID stopping", HostEvent::CancelAnswer { id: ID, answer: CancelAnswer::Stopping }),
        ("C ID finished", HostEvent::CancelAnswer { id: ID, answer: CancelAnswer::Ended }),
        ("C ID absent", HostEvent::CancelAnswer { id: ID, answer: CancelAnswer::Absent }),
        (
            "F 0 cut exited 1",
            HostEvent::Finished { offset: 0, integrity: Integrity::Cut, verdict: Verdict::Exited { code: 1 } },
        ),
        (
            "F 0 altered killed",
            HostEvent::Finished { offset: 0, integrity: Integrity::Altered, verdict: Verdict::Killed },
        ),
    ];
    rows.map(|(line, event)| (line.replace("ID", &ID.to_string()), event)).to_vec()
}

fn stream(frames_in_order: &[(String, HostEvent)], output: &[Vec<u8>]) -> (Vec<u8>, Vec<HostEvent>) {
    let nonce = frames();
    let mut stream = format!("Welcome!\n{nonce} is not ours\nno newline\n{nonce} HELLO 1\n").into_bytes();
    let mut events = vec![HostEvent::Hello];
    for (line, event) in frames_in_order.iter().filter(|(line, _)| !line.starts_with('F')) {
        stream.extend(format!("{nonce} {line}\n").bytes());
        events.push(event.clone());
    }
    let mut offset = 0;
    for bytes in output.iter().filter(|bytes| !bytes.is_empty()) {
        stream.extend(format!("{nonce} D {offset} {}\n", bytes.len()).bytes());
        stream.extend(bytes);
        events.push(HostEvent::Output { offset, bytes: bytes.clone() });
        offset += bytes.len() as u64;
    }
    stream.extend(format!("{nonce} F {offset} whole exited 0\n").bytes());
    events.push(HostEvent::Finished { offset, integrity: Integrity::Whole, verdict: Verdict::Exited { code: 0 } });
    (stream, events)
}

#[test]
fn every_frame_is_understood() {
    for (line, event) in every_frame() {
        let mut parser = FrameParser::new(&frames(), 0);
        let text = format!("\n{0} HELLO 1\n{0} {line}\n", frames());
        assert_eq!(parser.feed(text.as_bytes()).unwrap(), [HostEvent::Hello, event], "{line}");
    }
}

#[test]
fn what_is_not_the_protocol_is_a_fault() {
    let id = ID.to_string();
    let lines = [
        "",
        "X",
        "b started",
        "B",
        "B maybe",
        "D 0",
        "D 0 0",
        "D 0 1048577",
        "D -1 5",
        "D +0 5",
        "D 0 18446744073709551616",
        "D 1 5",
        "F 1 whole exited 0",
        "F 0 whole exited",
        "F 0 fine exited 0",
        "F 0 whole exited x",
        "F 0 whole locked me",
        "S 1 4 started 1700",
        "S 1 4 finished 1700 9 0",
        "S x 4 started 1 1",
        "J me absent",
        &format!("J {id}"),
        &format!("J {id} finished 7 whole"),
        "E because",
        "\u{7f}\u{0}",
        "H H",
    ];
    let mut faults = String::new();
    for line in lines {
        let mut parser = FrameParser::new(&frames(), 0);
        parser.feed(format!("\n{} HELLO 1\n", frames()).as_bytes()).unwrap();
        let fault = parser.feed(format!("{} {line}\n", frames()).as_bytes()).unwrap_err();
        assert_eq!(parser.feed(format!("{} H\n", frames()).as_bytes()).unwrap_err(), fault, "it stays broken");
        faults += &format!("{line:?}: {fault}\n");
    }
    for text in ["0808 H\n".to_owned(), "plain output\n".to_owned(), "x".repeat(5000)] {
        let mut parser = FrameParser::new(&frames(), 0);
        parser.feed(format!("\n{} HELLO 1\n", frames()).as_bytes()).unwrap();
        faults += &format!("{:?}…: {}\n", &text[..5], parser.feed(text.as_bytes()).unwrap_err());
    }
    let mut parser = FrameParser::new(&frames(), 0);
    faults += &format!("HELLO 2: {}\n", parser.feed(format!("\n{} HELLO 2\n", frames()).as_bytes()).unwrap_err());
    let mut parser = FrameParser::new(&frames(), 0);
    let endless = (0..20).find_map(|_| parser.feed(&vec![b'x'; 1 << 16]).err()).unwrap();
    faults += &format!("noise without end: {endless}\n");
    insta::assert_snapshot!(faults);
}

#[test]
fn a_follower_from_an_offset_expects_that_offset() {
    let mut parser = FrameParser::new(&frames(), 5);
    let text = format!("\n{0} HELLO 1\n{0} D 5 2\nab{0} F 7 whole exited 0\n", frames());
    assert_eq!(parser.feed(text.as_bytes()).unwrap().len(), 3);
    assert_eq!(parser.next_offset(), 7);
    let mut parser = FrameParser::new(&frames(), 5);
    let text = format!("\n{0} HELLO 1\n{0} D 4 2\nab", frames());
    assert_eq!(parser.feed(text.as_bytes()).unwrap(), [HostEvent::Hello]);
    assert_eq!(parser.feed(b""), Err(ProtocolFault::Gap { expected: 5, found: 4 }));
}

fn in_pieces(parser: &mut FrameParser, stream: &[u8], cuts: &[usize]) -> Result<Vec<HostEvent>, ProtocolFault> {
    let (mut events, mut rest) = (Vec::new(), stream);
    for cut in cuts.iter().cycle() {
        let (piece, next) = rest.split_at((*cut).min(rest.len()));
        events.extend(parser.feed(piece)?);
        rest = next;
        if rest.is_empty() {
            break;
        }
    }
    Ok(events)
}

proptest! {
    #[test]
    fn events_are_the_same_in_any_pieces(
        output in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..10),
        cuts in prop::collection::vec(1..100_usize, 1..50),
    ) {
        let (stream, events) = stream(&every_frame(), &output);
        prop_assert_eq!(in_pieces(&mut FrameParser::new(&frames(), 0), &stream, &cuts).unwrap(), events);
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000), cuts in prop::collection::vec(1..100_usize, 1..20)) {
        let _ = in_pieces(&mut FrameParser::new(&frames(), 0), &bytes, &cuts);
        let begun = [format!("\n{} HELLO 1\n", frames()).as_bytes(), &bytes].concat();
        let _ = in_pieces(&mut FrameParser::new(&frames(), 0), &begun, &cuts);
    }

    #[test]
    fn a_damaged_stream_never_panics_and_never_repeats_a_byte(
        at in 0..3000_usize, byte in any::<u8>(), cuts in prop::collection::vec(1..100_usize, 1..20),
    ) {
        let (mut stream, _) = stream(&every_frame(), &[vec![b'x'; 500], vec![b'\n'; 500]]);
        let at = at % stream.len();
        stream[at] = byte;
        let mut next = 0;
        for event in in_pieces(&mut FrameParser::new(&frames(), 0), &stream, &cuts).unwrap_or_default() {
            if let HostEvent::Output { offset, bytes } = event {
                prop_assert_eq!(offset, next);
                next += bytes.len() as u64;
            }
        }
    }
}
