//! Facts: asking hosts about themselves, and what they said last.

use crate::fan::fan_out;
use crate::journal::contacted;
use crate::workspace::Workspace;
use jiff::Timestamp;
use millwright_domain::facts::{Facts, RebootRequired, UpdatePurpose, UpdateStanding};
use millwright_domain::fleet::{Host, SudoMode};
use millwright_domain::run::Privilege;
use millwright_domain::{Code, Fault, HostPath, Selector};
use millwright_packages::{IndexRefresh, Nonce, facts_script, parse_facts};
use millwright_runner::ports::Transport;
use millwright_runner::{Question, ask};
use millwright_store::table::{facts, host};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Longer answers than any host's facts.
const LIMIT_BYTES: usize = 40 << 20;
/// Refreshing an index may wait for another process and for slow mirrors.
const TIMEOUT_SECONDS: u32 = 300;

/// What asking one host gave.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FactsResult {
    /// The host.
    pub host: HostPath,
    /// In short what it said.
    pub summary: Option<FactsSummary>,
    /// Why it said nothing.
    pub error: Option<Fault>,
}

/// Facts in short, for lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FactsSummary {
    /// `Debian GNU/Linux 12 (bookworm)`.
    pub os: Option<String>,
    /// The running kernel.
    pub kernel: Option<String>,
    /// Updates that could be applied now; none when that is not known.
    pub pending: Option<usize>,
    /// Those of them that come from a security archive.
    pub pending_security: Option<usize>,
    /// Updates that stay behind: held, blocked or kept back.
    pub kept_back: Option<usize>,
    /// Whether the host says that it must be restarted; none when it does not say.
    pub reboot_required: Option<bool>,
    /// How full its fullest file system is, in per cent.
    pub fullest_percent: Option<u8>,
    /// Units that failed.
    pub failed_units: Option<usize>,
}

impl FactsSummary {
    /// The short of it.
    pub fn of(facts: &Facts) -> Self {
        let updates = facts
            .pending
            .as_ref()
            .map(|pending| pending.updates.iter().filter(|update| update.from.is_some()).collect::<Vec<_>>());
        let count = |wanted: &dyn Fn(UpdateStanding, UpdatePurpose) -> bool| {
            let updates = updates.as_ref()?;
            Some(updates.iter().filter(|update| wanted(update.standing, update.purpose)).count())
        };
        Self {
            os: facts.os.as_ref().map(|os| os.pretty_name.clone().unwrap_or_else(|| os.id.clone())),
            kernel: facts.kernel.as_ref().map(|kernel| kernel.running.clone()),
            pending: count(&|standing, _| standing == UpdateStanding::Ready),
            pending_security: count(&|standing, purpose| {
                standing == UpdateStanding::Ready && purpose == UpdatePurpose::Security
            }),
            kept_back: count(&|standing, _| standing != UpdateStanding::Ready),
            reboot_required: match &facts.reboot_required {
                RebootRequired::Unknown => None,
                RebootRequired::No => Some(false),
                RebootRequired::Yes { .. } => Some(true),
            },
            fullest_percent: facts
                .filesystems
                .as_ref()
                .and_then(|all| all.iter().filter(|fs| fs.used_bytes + fs.available_bytes > 0).map(percent_full).max()),
            failed_units: facts.failed_units.as_ref().map(Vec::len),
        }
    }
}

/// As `df` rounds: a file system that has anything in use is never 0 % full.
fn percent_full(filesystem: &millwright_domain::facts::Filesystem) -> u8 {
    let whole = u128::from(filesystem.used_bytes) + u128::from(filesystem.available_bytes);
    u8::try_from((u128::from(filesystem.used_bytes) * 100).div_ceil(whole.max(1))).unwrap_or(100)
}

impl Workspace {
    /// Asks every host that a selector names, and keeps what they say.
    pub async fn facts_refresh(
        &self,
        selector: &Selector,
        refresh: IndexRefresh,
        parallel: u32,
    ) -> Result<Vec<FactsResult>, Fault> {
        let hosts = self.host_list(Some(selector))?;
        self.connections.refresh()?;
        let asked = self.ask_facts(hosts, refresh, parallel).await?;
        Ok(asked
            .into_iter()
            .map(|(host, facts)| FactsResult {
                host: host.path,
                summary: facts.as_ref().ok().map(FactsSummary::of),
                error: facts.err(),
            })
            .collect())
    }

    /// What a host said last.
    pub fn facts_show(&self, path: &HostPath) -> Result<Facts, Fault> {
        let found = self.store.read(|reader| {
            let found = host::find(reader, path)?;
            facts::of_host::<Facts>(reader, found.id)
        })?;
        found.map(|(_, facts)| facts).ok_or_else(|| {
            Fault::new(Code::NotFound, format!("“{path}” has not said anything about itself yet"))
                .with_hint(format!("Ask it: millwright facts refresh {path}"))
        })
    }

    pub(crate) async fn ask_facts(
        &self,
        hosts: Vec<Host>,
        refresh: IndexRefresh,
        parallel: u32,
    ) -> Result<Vec<(Host, Result<Facts, Fault>)>, Fault> {
        let workspace = self.clone();
        fan_out(hosts, parallel, &self.progress, move |host| {
            let workspace = workspace.clone();
            async move {
                let facts = workspace.ask_one(&host, refresh).await;
                contacted(&workspace.store, host.id, unreached(&facts))?;
                if let Ok(facts) = &facts {
                    workspace.keep_facts(&host, facts.clone()).await?;
                }
                Ok((host, facts))
            }
        })
        .await
    }

    async fn ask_one(&self, host: &Host, refresh: IndexRefresh) -> Result<Facts, Fault> {
        let link = self.connections.connect(host.id).await?;
        let nonce = fresh_nonce()?;
        let question = Question {
            script: facts_script(&nonce, refresh),
            privilege: if host.sudo == SudoMode::None { Privilege::Login } else { Privilege::Root },
            timeout_seconds: TIMEOUT_SECONDS,
            limit_bytes: LIMIT_BYTES,
        };
        let answer = ask(&link, &question).await?;
        Ok(parse_facts(&answer.output, &nonce, Timestamp::now())?)
    }

    async fn keep_facts(&self, host: &Host, whole: Facts) -> Result<(), Fault> {
        let id = host.id;
        let kept = self
            .store
            .journal(move |journal| facts::record(journal, id, whole.observed_at, &FactsSummary::of(&whole), &whole));
        Ok(kept.await?)
    }
}

/// A host that answered something unreadable was reached all the same.
fn unreached(facts: &Result<Facts, Fault>) -> Result<(), Fault> {
    match facts {
        Err(fault) if fault.code != Code::Protocol => Err(fault.clone()),
        Ok(_) | Err(_) => Ok(()),
    }
}

pub(crate) fn fresh_nonce() -> Result<Nonce, Fault> {
    let nonces = millwright_runner::remote::Nonces::random().map_err(Fault::from)?;
    nonces.frames.as_str().parse().map_err(|error| Fault::new(Code::Internal, format!("{error}")))
}
