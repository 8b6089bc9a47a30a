//! SFTP servers that nobody should meet: every one of them gets a clean error, in bounded memory and time.

use millwright_ssh::sftp::{OpenMode, Sftp, SftpError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

const VERSION: &[u8] = &[0, 0, 0, 5, 2, 0, 0, 0, 3];

fn packet(kind: u8, id: u32, rest: &[u8]) -> Vec<u8> {
    let length = (5 + rest.len()) as u32;
    [&length.to_be_bytes()[..], &[kind], &id.to_be_bytes(), rest].concat()
}

fn text(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat()
}

/// A NAME answer with one file in it, which has no attributes.
fn one_name(id: u32, name: &[u8]) -> Vec<u8> {
    packet(104, id, &[&[0, 0, 0, 1][..], &text(name), &text(b""), &[0, 0, 0, 0]].concat())
}

/// A server that greets well and answers each question by `answer`; none ends it.
async fn server(answer: impl Fn(u8, u32) -> Option<Vec<u8>> + Send + 'static) -> Sftp {
    let (ours, theirs) = duplex(64 * 1024);
    tokio::spawn(serve(theirs, answer));
    Sftp::start(ours).await.unwrap()
}

async fn serve(mut stream: DuplexStream, answer: impl Fn(u8, u32) -> Option<Vec<u8>>) -> std::io::Result<()> {
    let length = stream.read_u32().await?;
    stream.read_exact(&mut vec![0; length as usize]).await?;
    stream.write_all(VERSION).await?;
    loop {
        let length = stream.read_u32().await?;
        let mut question = vec![0; length as usize];
        stream.read_exact(&mut question).await?;
        let id = u32::from_be_bytes(question[1..5].try_into().unwrap());
        match answer(question[0], id) {
            Some(bytes) => stream.write_all(&bytes).await?,
            None => return Ok(()),
        }
    }
}

/// A server that says these bytes instead of a greeting.
async fn greeting(bytes: &[u8]) -> SftpError {
    let (ours, mut theirs) = duplex(64 * 1024);
    theirs.write_all(bytes).await.unwrap();
    theirs.shutdown().await.unwrap();
    // Dropping it would also close the direction that we write to.
    tokio::spawn(async move { theirs.read_to_end(&mut Vec::new()).await });
    Sftp::start(ours).await.unwrap_err()
}

#[tokio::test]
async fn what_is_no_greeting_is_told_as_it_is() {
    let said = "Welcome to web-1!\u{1b}[2J\n";
    let SftpError::NoServer { said } = greeting(said.as_bytes()).await else { panic!("it greets in words") };
    assert_eq!(said, "Welcome to web-1!\\u{1b}[2J\\n");
    assert!(matches!(greeting(b"").await, SftpError::NoServer { .. }), "it ends at once");
    for broken in
        [&packet(101, 0, b"")[..], &[0, 0, 0, 0], &[0, 0, 0, 5, 2, 0, 0, 0, 2], &[0, 0, 0, 6, 2, 0, 0, 0, 3, 1]]
    {
        assert!(matches!(greeting(broken).await, SftpError::Protocol { .. }), "{broken:?}");
    }
    assert!(matches!(greeting(&[0, 0, 1, 0, 2]).await, SftpError::Ended { .. }), "it ends within its greeting");
}

#[tokio::test]
async fn an_answer_that_cannot_be_ends_the_conversation() {
    type Answer = fn(u8, u32) -> Option<Vec<u8>>;
    let answers: [(&str, Answer); 7] = [
        ("a giant length", |_, _| Some(vec![255, 255, 255, 255, 101])),
        ("no length", |_, _| Some(vec![0, 0, 0, 0])),
        ("another number", |_, id| Some(packet(101, id.wrapping_add(7), &[0; 12]))),
        ("a kind that does not exist", |_, id| Some(packet(77, id, b"hello"))),
        ("a cut status", |_, id| Some(packet(101, id, &[0]))),
        ("names without number", |_, id| Some(packet(104, id, &[255, 255, 255, 255]))),
        ("a name of 5000 bytes", |_, id| Some(one_name(id, &[b'x'; 5000]))),
    ];
    for (what, answer) in answers {
        let sftp = server(answer).await;
        let said = sftp.look("/x").await;
        assert!(matches!(said, Err(SftpError::Protocol { .. })), "{what}: {said:?}");
        assert!(!sftp.is_alive(), "{what}");
        assert!(matches!(sftp.look("/x").await, Err(SftpError::Protocol { .. })), "{what}: the reason stands");
    }
}

#[tokio::test]
async fn an_answer_of_another_kind_is_an_error_of_one_question() {
    let sftp = server(|_, id| Some(packet(102, id, &text(b"handle")))).await;
    assert!(matches!(sftp.look("/x").await, Err(SftpError::Protocol { .. })));
    assert!(sftp.is_alive());
}

#[tokio::test]
async fn an_end_in_the_middle_is_told_to_everybody_who_waits() {
    let sftp = server(|_, _| None).await;
    let (one, two) = tokio::join!(sftp.look("/x"), sftp.resolve("."));
    assert!(matches!(one, Err(SftpError::Ended { .. })), "{one:?}");
    assert!(matches!(two, Err(SftpError::Ended { .. })), "{two:?}");
}

#[tokio::test]
async fn a_folder_without_end_is_cut() {
    let sftp = server(|kind, id| {
        Some(match kind {
            11 => packet(102, id, &text(b"folder")),
            12 => one_name(id, format!("file {id}").as_bytes()),
            _ => packet(101, id, &[&[0, 0, 0, 0][..], &text(b""), &text(b"")].concat()),
        })
    })
    .await;
    let folder = sftp.list("/", 10_000).await.unwrap();
    assert_eq!((folder.entries.len(), folder.cut), (10_000, true));
}

#[tokio::test]
async fn a_folder_that_answers_with_nothing_for_ever_is_an_error() {
    let sftp = server(|kind, id| {
        Some(match kind {
            11 => packet(102, id, &text(b"folder")),
            12 => packet(104, id, &[0, 0, 0, 0]),
            _ => packet(101, id, &[&[0, 0, 0, 0][..], &text(b""), &text(b"")].concat()),
        })
    })
    .await;
    let listed = tokio::time::timeout(Duration::from_secs(10), sftp.list("/", 10_000)).await.expect("it ends");
    assert!(matches!(listed, Err(SftpError::Protocol { .. })), "{listed:?}");
}

#[tokio::test]
async fn a_piece_of_another_length_is_an_error() {
    for length in [0, 32 * 1024 + 1] {
        let sftp = server(move |kind, id| {
            Some(match kind {
                3 => packet(102, id, &text(b"file")),
                _ => packet(103, id, &text(&vec![b'x'; length])),
            })
        })
        .await;
        let file = sftp.open("/x", OpenMode::Read).await.unwrap();
        let read = file.read_from(0, Some(1 << 40)).next().await;
        assert!(matches!(read, Err(SftpError::Protocol { .. })), "{length}");
    }
}

/// A file whose handle is bytes and not text, on a server that answers with less than was asked for and out of order.
#[tokio::test]
async fn a_server_that_is_only_unusual_is_understood() {
    let (ours, mut theirs) = duplex(1 << 20);
    const CONTENT: usize = 200_000;
    let serving = async move {
        let length = theirs.read_u32().await?;
        theirs.read_exact(&mut vec![0; length as usize]).await?;
        theirs.write_all(VERSION).await?;
        let (mut late, mut questions) = (None, 0);
        loop {
            let length = theirs.read_u32().await?;
            let mut question = vec![0; length as usize];
            theirs.read_exact(&mut question).await?;
            let id = u32::from_be_bytes(question[1..5].try_into().unwrap());
            if question[0] == 3 {
                theirs.write_all(&packet(102, id, &text(&[0xff, 0, 0xfe]))).await?;
                continue;
            }
            assert_eq!(question[5..12], [0, 0, 0, 3, 0xff, 0, 0xfe], "the handle comes back as it was given");
            let start = u64::from_be_bytes(question[12..20].try_into().unwrap()) as usize;
            let wanted = u32::from_be_bytes(question[20..24].try_into().unwrap()) as usize;
            let end = CONTENT.min(start + wanted.min(10_000));
            let answer = if start >= CONTENT {
                packet(101, id, &[0, 0, 0, 1])
            } else {
                packet(103, id, &text(&(start..end).map(|place| (place % 251) as u8).collect::<Vec<_>>()))
            };
            // Of the questions that come at once, every other answer waits for the one after it.
            questions += 1;
            match late.take() {
                None if questions <= 6 => late = Some(answer),
                waiting => {
                    theirs.write_all(&answer).await?;
                    theirs.write_all(&waiting.unwrap_or_default()).await?;
                }
            }
        }
        #[allow(unreachable_code, reason = "it names the type of the errors")]
        Ok::<(), std::io::Error>(())
    };
    tokio::spawn(serving);
    let sftp = Sftp::start(ours).await.unwrap();
    let file = sftp.open("/x", OpenMode::Read).await.unwrap();
    let (mut reading, mut bytes) = (file.read_from(0, Some(CONTENT as u64)), Vec::new());
    while let Some(data) = reading.next().await.unwrap() {
        bytes.extend_from_slice(data.bytes());
    }
    assert!(bytes == (0..CONTENT).map(|place| (place % 251) as u8).collect::<Vec<_>>());
}
