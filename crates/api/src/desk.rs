//! The desk: one open workspace with what a window has under way in it. The window and the development server hold one.
//!
//! Owns: which plans wait for approval, which runs this process drives, which terminals are open and which files are on
//! their way, which questions wait for an answer, which files of this machine the page may name, and the events that tell a
//! client to look again. Does not own: what can be asked (that is the table in `commands`), nor how anything
//! is shown.

use crate::commands;
use crate::grants::Grants;
use crate::people::{Asked, People, Question};
use crate::planning::Planned;
use crate::progress::Progress;
use crate::terminals::Terminals;
use crate::transfers::Transfers;
use crate::updating::Updating;
use crate::view::RunSummary;
use crate::workspace::Workspace;
use millwright_domain::ids::{PlanId, RunId};
use millwright_domain::run::RunState;
use millwright_domain::{Code, Fault, HostPath};
use millwright_runner::Secrets;
use millwright_ssh::PromptRequest;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{broadcast, mpsc, oneshot};
use ts_rs::TS;
use uuid::Uuid;

/// How often the workspace is looked at for changes: no client hears of more than ten a second.
const GLANCE: Duration = Duration::from_millis(100);
/// Events that a slow client may be behind. One that is further behind looks at everything again.
/// How often the schedule is looked at.
const LOOK_AT_SCHEDULE: Duration = Duration::from_secs(1);
const WAITING_EVENTS: usize = 256;
/// As many plans wait for approval; the oldest is forgotten first.
const WAITING_PLANS: usize = 32;

/// Something that a client should know of.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EngineEvent {
    /// The workspace has changed, by this process or another: what is shown may be old.
    Changed {
        /// Counts the changes that this desk has seen.
        version: u64,
    },
    /// A person is asked.
    Question {
        /// What.
        question: QuestionView,
    },
    /// Nobody needs that answer any more.
    QuestionGone {
        /// Which question.
        id: Uuid,
    },
    /// How far a task is.
    Progress {
        /// Which one, as its caller named it.
        task: u32,
        /// Hosts that are done.
        done: u32,
        /// Hosts that there are.
        total: u32,
    },
    /// What is known of updates of Millwright has changed.
    Updates,
    /// A run that this desk drove has ended.
    RunEnded {
        /// How.
        run: Box<RunSummary>,
    },
    /// A run could not be driven on. Its hosts go on; following it again re-attaches.
    RunStopped {
        /// Which run.
        id: RunId,
        /// Why.
        error: Fault,
    },
}

/// A question that waits for a person. Its text may come from a host: show it as text.
#[derive(Debug, Clone, Serialize, TS)]
pub struct QuestionView {
    /// Names it in the answer.
    pub id: Uuid,
    /// What is wanted, in a few words.
    pub title: String,
    /// What it is for.
    pub detail: String,
    /// Whether the answer may be seen while it is typed.
    pub echo: bool,
}

/// An open workspace with what is under way in it. Clones share it.
#[derive(Clone)]
pub struct Desk {
    inner: Arc<Inner>,
    workspace: Workspace,
}

struct Inner {
    events: broadcast::Sender<EngineEvent>,
    questions: Mutex<HashMap<Uuid, oneshot::Sender<Option<SecretString>>>>,
    plans: Mutex<Vec<Planned>>,
    driven: Mutex<HashSet<RunId>>,
    terminals: Terminals,
    grants: Mutex<Grants>,
    transfers: Transfers,
    updating: OnceLock<Arc<Updating>>,
}

/// A desk that does not keep its workspace open.
pub(crate) struct WeakDesk {
    inner: Weak<Inner>,
    workspace: Workspace,
}

impl WeakDesk {
    pub(crate) fn upgrade(&self) -> Option<Desk> {
        Some(Desk { inner: self.inner.upgrade()?, workspace: self.workspace.clone() })
    }
}

impl Desk {
    /// Opens the workspace in a folder. Needs a running tokio runtime.
    pub fn open(folder: &Path) -> Result<Self, Fault> {
        let (sender, asked) = mpsc::channel(1);
        let workspace = Workspace::open(folder, People::to(sender))?;
        let watch = workspace.store.watch()?;
        let inner = Arc::new(Inner {
            events: broadcast::Sender::new(WAITING_EVENTS),
            questions: Mutex::default(),
            plans: Mutex::default(),
            driven: Mutex::default(),
            terminals: Terminals::default(),
            grants: Mutex::default(),
            transfers: Transfers::default(),
            updating: OnceLock::new(),
        });
        tokio::spawn(pass_on_questions(Arc::downgrade(&inner), asked));
        let watched = Arc::downgrade(&inner);
        std::thread::Builder::new()
            .name("workspace watch".into())
            .spawn(move || tell_changes(&watched, watch))
            .map_err(|error| Fault::new(Code::Internal, format!("no thread can be started: {error}")))?;
        Ok(Self { inner, workspace })
    }

    /// Answers one command of the table.
    pub async fn call(&self, command: &str, arguments: Value) -> Result<Value, Fault> {
        commands::call(self, command, arguments).await
    }

    /// The same; events that name this task tell how far it is.
    pub async fn call_as(&self, task: u32, command: &str, arguments: Value) -> Result<Value, Fault> {
        let inner = Arc::downgrade(&self.inner);
        let progress = Progress::to(move |done, total| {
            if let Some(inner) = inner.upgrade() {
                inner.tell(EngineEvent::Progress { task, done, total });
            }
        });
        let desk = Self { inner: Arc::clone(&self.inner), workspace: self.workspace.reporting(progress) };
        commands::call(&desk, command, arguments).await
    }

    /// What happens from now on.
    pub fn events(&self) -> broadcast::Receiver<EngineEvent> {
        self.inner.events.subscribe()
    }

    /// A piece of what a host printed in a run, as the bytes came: for a file, where text would not do.
    pub async fn output(&self, run: RunId, host: HostPath, from: u64, length: u64) -> Result<Vec<u8>, Fault> {
        let workspace = self.workspace().clone();
        let read = tokio::task::spawn_blocking(move || workspace.run_output(run, &host, from, length));
        read.await.map_err(|error| Fault::new(Code::Internal, format!("a log could not be read: {error}")))?
    }

    /// Ends every terminal and waits until the audit knows. For whoever quits without dropping the desk.
    pub async fn close_terminals(&self) {
        self.inner.terminals.close_all().await;
    }

    pub(crate) fn terminals(&self) -> &Terminals {
        &self.inner.terminals
    }

    /// Lets the page name a file or place of this machine that a person chose. Only the most recent ones are kept.
    pub fn grant(&self, path: PathBuf) -> Uuid {
        lock(&self.inner.grants).add(path)
    }

    /// The file or place that a grant stands for.
    pub fn granted(&self, grant: Uuid) -> Result<PathBuf, Fault> {
        lock(&self.inner.grants).find(grant)
    }

    pub(crate) fn downgrade(&self) -> WeakDesk {
        WeakDesk { inner: Arc::downgrade(&self.inner), workspace: self.workspace.clone() }
    }

    pub(crate) fn updating(&self) -> Option<&Arc<Updating>> {
        self.inner.updating.get()
    }

    /// Once only.
    pub(crate) fn set_updating(&self, updating: Updating) -> Result<(), ()> {
        self.inner.updating.set(Arc::new(updating)).map_err(drop)
    }

    pub(crate) fn tell_of_updates(&self) {
        self.inner.tell(EngineEvent::Updates);
    }

    pub(crate) fn transfers(&self) -> &Transfers {
        &self.inner.transfers
    }

    pub(crate) fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// Keeps a plan, with its secrets, until it is approved.
    pub(crate) fn put_by(&self, planned: Planned) {
        let mut plans = lock(&self.inner.plans);
        if plans.len() >= WAITING_PLANS {
            plans.remove(0);
        }
        plans.push(planned);
    }

    /// Takes a plan that waits here with its secrets.
    pub(crate) fn take_plan(&self, id: PlanId) -> Option<Planned> {
        let mut plans = lock(&self.inner.plans);
        let place = plans.iter().position(|planned| planned.plan.id == id)?;
        Some(plans.remove(place))
    }

    /// Takes up every run that nobody drives any more, and from now on begins each plan whose time has come. Ends with the
    /// desk.
    pub fn keep_going(&self) -> Result<(), Fault> {
        for run in self.workspace.runs_unfinished()? {
            if run.state == RunState::Running {
                self.drive(run.id, Arc::default());
            }
        }
        let inner = Arc::downgrade(&self.inner);
        let workspace = self.workspace.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(LOOK_AT_SCHEDULE).await;
                let Some(inner) = inner.upgrade() else { return };
                let desk = Self { inner, workspace: workspace.clone() };
                match desk.workspace.begin_due().await {
                    Ok(begun) => begun.into_iter().for_each(|run| desk.drive(run, Arc::default())),
                    // Whoever looks at the schedule meets the same error and shows it.
                    Err(error) => tracing::warn!(%error, "plans whose time has come could not be begun"),
                }
            }
        });
        Ok(())
    }

    /// Drives a run in the background, if this desk does not drive it already.
    pub(crate) fn drive(&self, id: RunId, secrets: Arc<Secrets>) {
        if !lock(&self.inner.driven).insert(id) {
            return;
        }
        // Nobody waits for a run as for an answer: its progress is in its jobs.
        let workspace = self.workspace.reporting(Progress::default());
        let desk = Self { inner: Arc::clone(&self.inner), workspace };
        tokio::spawn(async move {
            let ended = loop {
                let came = match desk.workspace().run_follow(id, Arc::clone(&secrets)).await {
                    Ok(()) => desk.workspace().run_summary(id),
                    Err(fault) => Err(fault),
                };
                // A gate that was opened while we came to it: the run goes on.
                if !came.as_ref().is_ok_and(|run| run.state == RunState::Running) {
                    break came;
                }
            };
            lock(&desk.inner.driven).remove(&id);
            let event = match ended {
                Ok(run) => EngineEvent::RunEnded { run: Box::new(run) },
                Err(error) => EngineEvent::RunStopped { id, error },
            };
            desk.inner.tell(event);
        });
    }

    /// The runs that this desk drives just now.
    pub(crate) fn driven(&self) -> Vec<RunId> {
        lock(&self.inner.driven).iter().copied().collect()
    }

    /// Gives a person's answer to whoever waits for it.
    pub(crate) fn answer(&self, id: Uuid, answer: Option<SecretString>) -> Result<(), Fault> {
        let waiting = lock(&self.inner.questions).remove(&id);
        let gone = || Fault::new(Code::NotFound, "nobody waits for this answer any more");
        waiting.ok_or_else(gone)?.send(answer).map_err(|_| gone())
    }
}

impl Inner {
    /// That nobody listens is no loss: a client looks at everything when it comes.
    fn tell(&self, event: EngineEvent) {
        let _ = self.events.send(event);
    }
}

async fn pass_on_questions(inner: Weak<Inner>, mut asked: mpsc::Receiver<Asked>) {
    while let Some(Asked { question, mut answer }) = asked.recv().await {
        let id = Uuid::now_v7();
        let (sender, answered) = oneshot::channel();
        {
            let Some(inner) = inner.upgrade() else { return };
            lock(&inner.questions).insert(id, sender);
            inner.tell(EngineEvent::Question { question: view(id, &question) });
        }
        let given = tokio::select! {
            given = answered => given.ok().flatten(),
            () = answer.closed() => None,
        };
        // Whoever asked may have gone in the meantime.
        let _ = answer.send(given);
        let Some(inner) = inner.upgrade() else { return };
        lock(&inner.questions).remove(&id);
        inner.tell(EngineEvent::QuestionGone { id });
    }
}

fn view(id: Uuid, question: &Question) -> QuestionView {
    let (title, detail, echo) = match question {
        Question::Connection(PromptRequest::KeyPassphrase { path }) => {
            ("Passphrase of a key".to_owned(), path.display().to_string(), false)
        }
        Question::Connection(PromptRequest::Password { user, address }) => {
            ("Password".to_owned(), format!("{user}@{address}"), false)
        }
        Question::Connection(PromptRequest::KeyboardInteractive { address, name, instruction, prompt, echo }) => {
            let said = [name, instruction, prompt].map(String::as_str).join("\n");
            (format!("{address} asks"), said.trim().to_owned(), *echo)
        }
        Question::Sudo { host, user } => ("Password for sudo".to_owned(), format!("{user} on {host}"), false),
        Question::Secret { name, description } => (name.clone(), description.clone(), false),
    };
    QuestionView { id, title, detail, echo }
}

fn tell_changes(inner: &Weak<Inner>, mut watch: millwright_store::Watch) {
    let mut version = 0;
    loop {
        std::thread::park_timeout(GLANCE);
        let Some(inner) = inner.upgrade() else { return };
        // A look that fails (the disk is gone, say) is tried again; whoever reads meets the same error and shows it.
        if watch.has_changed().unwrap_or(false) {
            version += 1;
            inner.tell(EngineEvent::Changed { version });
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
