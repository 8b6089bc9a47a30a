//! The conversation: questions go out with numbers, answers come back in any order, and each finds whoever asked.

use super::error::SftpError;
use super::wire::{Ask, LONGEST_PACKET, Packet, Reader, Reply, protocol, read_reply, read_version, text_of};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// How long a host may owe answers and give none. A packet that only drips in is no answer.
const LONGEST_SILENCE: Duration = Duration::from_secs(60);
/// How often that is looked at.
const GLANCE: Duration = Duration::from_secs(5);
/// Packets that wait to be sent: half a megabyte of a file.
const WAITING_PACKETS: usize = 16;
/// The pieces in which files move. Every server takes them; OpenSSH's own client uses them.
const PIECE_BYTES: u32 = 32 * 1024;

/// An SFTP server on a host. Clones are the same one; the last one dropped closes the channel.
#[derive(Clone)]
pub struct Sftp {
    shared: Arc<Shared>,
}

struct Shared {
    outgoing: mpsc::Sender<Vec<u8>>,
    questions: Arc<Questions>,
    next_id: AtomicU32,
    offers: Vec<String>,
    read_bytes: u32,
    write_bytes: u32,
    tasks: [AbortHandle; 2],
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

/// A question that was sent.
pub(super) struct Asked {
    answer: oneshot::Receiver<Result<Reply, SftpError>>,
    questions: Arc<Questions>,
}

impl Asked {
    /// The answer; a status other than "ok" is an error.
    pub(super) async fn answer(self) -> Result<Reply, SftpError> {
        let reply = self.answer.await.unwrap_or_else(|_| Err(self.questions.why_ended()))?;
        if let Reply::Status { code, said } = &reply
            // 1 is the end of a file or a folder, which is no failure.
            && *code > 1
        {
            return Err(SftpError::of_status(*code, said.clone()));
        }
        Ok(reply)
    }

    /// Waits for the plain "ok".
    pub(super) async fn done(self) -> Result<(), SftpError> {
        if let Reply::Status { code: 0, .. } = self.answer().await? { Ok(()) } else { Err(unexpected()) }
    }
}

/// An answer of another kind than the question has.
pub(super) fn unexpected() -> SftpError {
    protocol("it answered something else than what was asked")
}

impl Sftp {
    /// Greets the server at the other end of a stream.
    pub async fn start(stream: impl AsyncRead + AsyncWrite + Send + 'static) -> Result<Self, SftpError> {
        let (mut reader, mut writer) = tokio::io::split(stream);
        let greeted = tokio::time::timeout(LONGEST_SILENCE, greet(&mut reader, &mut writer)).await;
        let offers = greeted.unwrap_or(Err(SftpError::Silent { after: LONGEST_SILENCE }))?;
        let questions = Arc::new(Questions::default());
        let (outgoing, packets) = mpsc::channel(WAITING_PACKETS);
        let hearing = tokio::spawn({
            let questions = Arc::clone(&questions);
            async move {
                let end = hear(reader, &questions).await;
                questions.end(end);
            }
        });
        let speaking = tokio::spawn({
            let questions = Arc::clone(&questions);
            async move {
                if let Err(error) = speak(writer, packets).await {
                    questions.end(SftpError::of_stream(error));
                }
            }
        });
        let tasks = [hearing.abort_handle(), speaking.abort_handle()];
        let (read_bytes, write_bytes) = (PIECE_BYTES, PIECE_BYTES);
        let next_id = AtomicU32::new(1);
        let shared = Shared { outgoing, questions, next_id, offers, read_bytes, write_bytes, tasks };
        let mut sftp = Self { shared: Arc::new(shared) };
        sftp.learn_limits().await?;
        Ok(sftp)
    }

    /// Whether the server offers an extension.
    pub fn offers(&self, extension: &str) -> bool {
        self.shared.offers.iter().any(|offer| offer == extension)
    }

    /// Whether the conversation goes on, as far as anybody knows.
    pub fn is_alive(&self) -> bool {
        self.shared.questions.lock().ended.is_none()
    }

    /// The pieces in which to read.
    pub(super) fn read_bytes(&self) -> u32 {
        self.shared.read_bytes
    }

    /// The pieces in which to write.
    pub(super) fn write_bytes(&self) -> u32 {
        self.shared.write_bytes
    }

    /// Sends a question; waits only while the host takes nothing in.
    pub(super) async fn ask(&self, ask: Ask, fill: impl FnOnce(Packet) -> Packet) -> Result<Asked, SftpError> {
        let questions = &self.shared.questions;
        // Room first: what is put down as asked must be sent, also when the caller gives up meanwhile.
        let room = self.shared.outgoing.reserve().await.map_err(|_| questions.why_ended())?;
        let id = self.shared.next_id.fetch_add(1, Ordering::Relaxed);
        let packet = fill(Packet::new(ask, id)).finish();
        let answer = questions.expect(id)?;
        room.send(packet);
        Ok(Asked { answer, questions: Arc::clone(questions) })
    }

    /// Sends a question of an extension.
    pub(super) async fn ask_extended(
        &self,
        extension: &str,
        fill: impl FnOnce(Packet) -> Packet,
    ) -> Result<Asked, SftpError> {
        self.ask(Ask::Extended, |packet| fill(packet.bytes(extension.as_bytes()))).await
    }

    /// Small servers say how long a piece may be.
    async fn learn_limits(&mut self) -> Result<(), SftpError> {
        const LIMITS: &str = "limits@openssh.com";
        if !self.offers(LIMITS) {
            return Ok(());
        }
        let Reply::Extended(limits) = self.ask_extended(LIMITS, |packet| packet).await?.answer().await? else {
            return Err(unexpected());
        };
        let mut reader = Reader(&limits);
        let (_packet, read, write) = (reader.long()?, reader.long()?, reader.long()?);
        let at_most = |limit: u64| match u32::try_from(limit) {
            // 0 says that there is none.
            Ok(0) | Err(_) => PIECE_BYTES,
            Ok(limit) => limit.min(PIECE_BYTES),
        };
        if let Some(shared) = Arc::get_mut(&mut self.shared) {
            (shared.read_bytes, shared.write_bytes) = (at_most(read), at_most(write));
        }
        Ok(())
    }
}

impl std::fmt::Debug for Sftp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sftp").field("offers", &self.shared.offers).finish_non_exhaustive()
    }
}

/// The questions under way.
#[derive(Default)]
struct Questions {
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    waiting: HashMap<u32, oneshot::Sender<Result<Reply, SftpError>>>,
    /// Since when the host has owed an answer and given none.
    owed_since: Option<Instant>,
    ended: Option<SftpError>,
}

impl Questions {
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn expect(&self, id: u32) -> Result<oneshot::Receiver<Result<Reply, SftpError>>, SftpError> {
        let mut open = self.lock();
        if let Some(end) = &open.ended {
            return Err(end.clone());
        }
        let (sender, receiver) = oneshot::channel();
        open.waiting.insert(id, sender);
        open.owed_since.get_or_insert_with(Instant::now);
        Ok(receiver)
    }

    fn answer(&self, id: u32, reply: Reply) -> Result<(), SftpError> {
        let mut open = self.lock();
        let sender = open.waiting.remove(&id).ok_or_else(|| protocol("it answered what nobody asked"))?;
        open.owed_since = (!open.waiting.is_empty()).then(Instant::now);
        // Whoever asked may have given up.
        let _ = sender.send(Ok(reply));
        Ok(())
    }

    /// The first reason stands.
    fn end(&self, reason: SftpError) {
        let mut open = self.lock();
        let reason = open.ended.get_or_insert(reason).clone();
        for (_, sender) in open.waiting.drain() {
            let _ = sender.send(Err(reason.clone()));
        }
    }

    fn why_ended(&self) -> SftpError {
        let ended = self.lock().ended.clone();
        ended.unwrap_or_else(|| SftpError::Ended { detail: "it was closed".to_owned() })
    }

    fn is_silent(&self) -> bool {
        self.lock().owed_since.is_some_and(|since| since.elapsed() > LONGEST_SILENCE)
    }
}

async fn greet(
    reader: &mut (impl AsyncRead + Unpin),
    writer: &mut (impl AsyncWrite + Unpin),
) -> Result<Vec<String>, SftpError> {
    // The version stands where other packets have their number.
    writer.write_all(&Packet::new(Ask::Init, 3).finish()).await.map_err(SftpError::of_stream)?;
    writer.flush().await.map_err(SftpError::of_stream)?;
    let mut start = [0; 4];
    if let Err(error) = reader.read_exact(&mut start).await {
        let error = SftpError::of_stream(error);
        let ended = matches!(error, SftpError::Ended { .. });
        return Err(if ended { SftpError::NoServer { said: String::new() } } else { error });
    }
    let length = u32::from_be_bytes(start) as usize;
    if length > LONGEST_PACKET {
        // A shell that greets everybody, mostly.
        let mut said = start.to_vec();
        let mut more = [0; 200];
        if let Ok(Ok(count)) = tokio::time::timeout(Duration::from_secs(1), reader.read(&mut more)).await {
            said.extend_from_slice(&more[..count]);
        }
        return Err(SftpError::NoServer { said: text_of(&said) });
    }
    let mut packet = vec![0; length];
    reader.read_exact(&mut packet).await.map_err(SftpError::of_stream)?;
    read_version(&packet)
}

/// Takes answers until the conversation ends; why it did.
async fn hear(mut reader: impl AsyncRead + Unpin, questions: &Questions) -> SftpError {
    loop {
        let packet = {
            let next = next_packet(&mut reader);
            tokio::pin!(next);
            loop {
                match tokio::time::timeout(GLANCE, &mut next).await {
                    Ok(packet) => break packet,
                    Err(_) if questions.is_silent() => return SftpError::Silent { after: LONGEST_SILENCE },
                    Err(_) => {}
                }
            }
        };
        let answered = packet.and_then(read_reply).and_then(|(id, reply)| questions.answer(id, reply));
        if let Err(error) = answered {
            return error;
        }
    }
}

async fn next_packet(reader: &mut (impl AsyncRead + Unpin)) -> Result<Vec<u8>, SftpError> {
    let length = reader.read_u32().await.map_err(SftpError::of_stream)? as usize;
    if length > LONGEST_PACKET {
        return Err(protocol("it announced a packet that is too long"));
    }
    let mut packet = vec![0; length];
    reader.read_exact(&mut packet).await.map_err(SftpError::of_stream)?;
    Ok(packet)
}

async fn speak(mut writer: impl AsyncWrite + Unpin, mut packets: mpsc::Receiver<Vec<u8>>) -> std::io::Result<()> {
    while let Some(packet) = packets.recv().await {
        writer.write_all(&packet).await?;
        if packets.is_empty() {
            writer.flush().await?;
        }
    }
    writer.shutdown().await
}
