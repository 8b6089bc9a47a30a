//! Asking a host something, attached: one command that changes nothing, and its whole answer.

use crate::conversation::{Conversation, Heard};
use crate::ports::{Link, call_fault};
use crate::remote::{AttachedEnd, AttachedParser, Elevation, Nonces, attached, attached_again};
use crate::shell::SpareShell;
use millwright_domain::run::Privilege;
use millwright_domain::{Code, Fault};
use std::time::Duration;

/// A question to a host.
#[derive(Debug, Clone)]
pub struct Question {
    /// The text for `sh`.
    pub script: String,
    /// As whom.
    pub privilege: Privilege,
    /// How long it may take.
    pub timeout_seconds: u32,
    /// How long the answer may be.
    pub limit_bytes: usize,
}

/// What a host answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What it printed, stdout and stderr as they came.
    pub output: Vec<u8>,
    /// The command's exit code.
    pub exit_code: i32,
}

/// Asks and waits for the whole answer. A lost link is a fault: nothing has changed on the host, so one may ask again.
pub async fn ask(link: &impl Link, question: &Question) -> Result<Answer, Fault> {
    let mut output = Vec::new();
    let exit_code = listen(link, question, |bytes| {
        let room = question.limit_bytes.saturating_sub(output.len());
        if bytes.len() > room {
            return Err(Fault::new(
                Code::Protocol,
                format!("the host answered with more than {} bytes", question.limit_bytes),
            ));
        }
        output.extend_from_slice(&bytes);
        Ok(())
    })
    .await?;
    Ok(Answer { output, exit_code })
}

/// Asks, gives every piece of output to `each` as it comes, and returns the exit code.
async fn listen(
    link: &impl Link,
    question: &Question,
    mut each: impl FnMut(Vec<u8>) -> Result<(), Fault>,
) -> Result<i32, Fault> {
    let deadline = Duration::from_secs(question.timeout_seconds.into());
    let all = async {
        let mut listener = Listener::open(link, question).await?;
        loop {
            match listener.next().await? {
                Said::Output(bytes) => each(bytes)?,
                Said::Ended(code) => return Ok(code),
                Said::Lost(fault) => return Err(fault),
            }
        }
    };
    tokio::time::timeout(deadline, all).await.unwrap_or_else(|_| {
        Err(Fault::new(
            Code::DeadlineExceeded,
            format!("the host did not finish its answer within {} s", deadline.as_secs()),
        ))
    })
}

/// A command that is being listened to.
pub(crate) struct Listener<'l, L> {
    link: &'l L,
    question: &'l Question,
    /// None once it has ended.
    speaking: Option<Speaking>,
}

struct Speaking {
    conversation: Conversation,
    parser: AttachedParser,
    shell: Shell,
}

/// Where a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shell {
    /// In a shell of its own, which nobody else may use.
    Private,
    /// In a new shell, which may be asked again.
    New,
    /// In a shell that has answered before.
    Spare,
}

/// What a listener hears.
pub(crate) enum Said {
    /// Output, exactly.
    Output(Vec<u8>),
    /// It ended with this code.
    Ended(i32),
    /// Nobody knows how it ended.
    Lost(Fault),
}

impl<'l, L: Link> Listener<'l, L> {
    /// Starts the command: in the connection's spare shell, if there is one.
    pub(crate) async fn open(link: &'l L, question: &'l Question) -> Result<Self, Fault> {
        let elevation = link.elevation(question.privilege)?;
        let spare = if elevation == Elevation::None { link.spare_shell().take() } else { None };
        let speaking = match spare {
            Some(conversation) => ask_again(conversation, question).await?,
            None => ask_anew(link, question, elevation).await?,
        };
        Ok(Self { link, question, speaking: Some(speaking) })
    }

    /// What it says next. After `Ended` or `Lost` there is nothing more.
    pub(crate) async fn next(&mut self) -> Result<Said, Fault> {
        loop {
            let Some(Speaking { conversation, parser, shell }) = &mut self.speaking else {
                return Ok(Said::Lost(no_trailer()));
            };
            if let Some(code) = parser.exit_code() {
                self.speaking.take().into_iter().for_each(|speaking| put_by(speaking, self.link.spare_shell()));
                return Ok(Said::Ended(code));
            }
            match conversation.next().await? {
                Heard::Bytes(bytes) => {
                    let output = parser.feed(&bytes)?;
                    if !output.is_empty() {
                        return Ok(Said::Output(output));
                    }
                }
                // It had ended while nobody looked, and the command never began.
                Heard::Closed if *shell == Shell::Spare && !parser.has_begun() => {
                    self.speaking = Some(ask_anew(self.link, self.question, Elevation::None).await?);
                }
                Heard::Closed => {
                    let (rest, end) =
                        self.speaking.take().map_or((Vec::new(), AttachedEnd::Unknown), |s| s.parser.finish());
                    return Ok(match end {
                        AttachedEnd::Exited { code } => Said::Ended(code),
                        AttachedEnd::Unknown if rest.is_empty() => Said::Lost(no_trailer()),
                        AttachedEnd::Unknown => Said::Output(rest),
                    });
                }
                Heard::Lost(fault) => return Ok(Said::Lost(fault)),
            }
        }
    }
}

async fn ask_anew(link: &impl Link, question: &Question, elevation: Elevation) -> Result<Speaking, Fault> {
    let nonces = Nonces::random().map_err(call_fault)?;
    let parser = AttachedParser::new(&nonces.frames);
    let call = attached(&question.script, elevation, nonces).map_err(call_fault)?;
    let shell = if elevation == Elevation::None { Shell::New } else { Shell::Private };
    Ok(Speaking { conversation: Conversation::open(link, call).await?, parser, shell })
}

async fn ask_again(conversation: Conversation, question: &Question) -> Result<Speaking, Fault> {
    let frames = Nonces::random().map_err(call_fault)?.frames;
    conversation.write(attached_again(&question.script, &frames).map_err(call_fault)?).await;
    Ok(Speaking { conversation, parser: AttachedParser::new(&frames), shell: Shell::Spare })
}

/// Keeps the shell of a command that has ended, if the next answer will be nobody's but the next command's.
fn put_by(speaking: Speaking, spare: &SpareShell) {
    /// A command that left something behind keeps its shell longer than this.
    const CLEAN_WITHIN: Duration = Duration::from_secs(2);
    let Speaking { mut conversation, mut parser, shell } = speaking;
    let spare = spare.clone();
    match shell {
        Shell::Private => {}
        Shell::New => spare.keep(conversation),
        Shell::Spare if parser.is_clean() => spare.keep(conversation),
        Shell::Spare => {
            tokio::spawn(tokio::time::timeout(CLEAN_WITHIN, async move {
                while let Ok(Heard::Bytes(bytes)) = conversation.next().await {
                    if parser.feed(&bytes).is_err() {
                        return;
                    }
                    if parser.is_clean() {
                        return spare.keep(conversation);
                    }
                }
            }));
        }
    }
}

fn no_trailer() -> Fault {
    Fault::new(Code::LinkLost, "the host closed the connection before the command had ended")
        .with_hint("It may have been killed there, or the host may be going down.")
}
