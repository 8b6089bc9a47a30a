//! The host check: name → TCP → host key → authentication → sudo, each with its cause and next step.

use crate::connections::{ConnectFailure, Connections};
use crate::fan::fan_out;
use crate::journal::contacted;
use crate::workspace::Workspace;
use millwright_domain::fleet::{Host, SudoMode};
use millwright_domain::run::Privilege;
use millwright_domain::{Fault, HostPath, Selector};
use millwright_runner::ports::Transport;
use millwright_runner::{Question, ask};
use millwright_ssh::{ConnectError, Stage};
use serde::Serialize;
use std::sync::Arc;
use ts_rs::TS;

/// What a check found on one host.
#[derive(Debug, Clone, Serialize, TS)]
pub struct HostCheck {
    /// The host.
    pub host: HostPath,
    /// The five steps, in order.
    pub steps: Vec<CheckStep>,
}

impl HostCheck {
    /// Whether nothing failed.
    pub fn is_well(&self) -> bool {
        self.steps.iter().all(|step| !matches!(step.result, CheckResult::Failed { .. }))
    }
}

/// One step of a check.
#[derive(Debug, Clone, Serialize, TS)]
pub struct CheckStep {
    /// What was looked at.
    pub name: CheckName,
    /// What was found.
    #[serde(flatten)]
    pub result: CheckResult,
}

/// What a step looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CheckName {
    /// Whether the name resolves.
    Name,
    /// Whether something answers as SSH.
    Tcp,
    /// Whether it is the host that it should be.
    HostKey,
    /// Whether it lets us in, and runs a command.
    Authentication,
    /// Whether we can become root.
    Sudo,
}

impl CheckName {
    /// Every step, in order.
    pub const ALL: [CheckName; 5] =
        [CheckName::Name, CheckName::Tcp, CheckName::HostKey, CheckName::Authentication, CheckName::Sudo];

    /// The step in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            CheckName::Name => "name",
            CheckName::Tcp => "tcp",
            CheckName::HostKey => "host key",
            CheckName::Authentication => "authentication",
            CheckName::Sudo => "sudo",
        }
    }
}

/// What a step found.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum CheckResult {
    /// All well.
    Passed {
        /// How long it took.
        milliseconds: u64,
    },
    /// Why not, and what to do.
    Failed {
        /// Both.
        error: Fault,
    },
    /// It was not reached, or does not apply.
    NotTried,
}

impl Workspace {
    /// Checks every host that a selector names, at most `parallel` at once.
    pub async fn host_check(&self, selector: &Selector, parallel: u32) -> Result<Vec<HostCheck>, Fault> {
        let hosts = self.host_list(Some(selector))?;
        self.connections.refresh()?;
        let workspace = self.clone();
        fan_out(hosts, parallel, &self.progress, move |host| {
            let workspace = workspace.clone();
            async move { workspace.check_one(host).await }
        })
        .await
    }

    async fn check_one(&self, host: Host) -> Result<HostCheck, Fault> {
        let connected = self.connections.fresh_session(host.id).await;
        let mut steps = match &connected {
            Ok(session) => CheckName::ALL[..4]
                .iter()
                .map(|name| passed(*name, &session.connect_steps().passed))
                .collect::<Vec<_>>(),
            Err(ConnectFailure::Connection(failure)) => failed_steps(failure),
            Err(ConnectFailure::Inventory(fault)) => {
                vec![CheckStep { name: CheckName::Name, result: CheckResult::Failed { error: fault.clone() } }]
            }
        };
        let contact = connected.map(drop).map_err(Fault::from);
        contacted(&self.store, host.id, contact.clone())?;
        if contact.is_ok() {
            steps.push(CheckStep { name: CheckName::Sudo, result: sudo(&self.connections, &host).await });
        }
        for name in CheckName::ALL.iter().skip(steps.len()) {
            steps.push(CheckStep { name: *name, result: CheckResult::NotTried });
        }
        Ok(HostCheck { host: host.path, steps })
    }
}

async fn sudo(connections: &Arc<Connections>, host: &Host) -> CheckResult {
    if host.user == "root" || host.sudo == SudoMode::None {
        return CheckResult::NotTried;
    }
    let question = Question {
        script: "test \"$(id -u)\" = 0".into(),
        privilege: Privilege::Root,
        timeout_seconds: 30,
        limit_bytes: 64 * 1024,
    };
    let began = std::time::Instant::now();
    let answer = match connections.connect(host.id).await {
        Ok(link) => ask(&link, &question).await,
        Err(fault) => Err(fault),
    };
    match answer {
        Ok(answer) if answer.exit_code == 0 => CheckResult::Passed { milliseconds: milliseconds(began.elapsed()) },
        Ok(_) => CheckResult::Failed {
            error: Fault::new(millwright_domain::Code::SudoRefused, "sudo ran our command, but not as root")
                .with_hint("Look at `runas_default` in the host's sudoers."),
        },
        Err(error) => CheckResult::Failed { error },
    }
}

fn failed_steps(failure: &ConnectError) -> Vec<CheckStep> {
    let failed_at = match failure.stage {
        Stage::Name => CheckName::Name,
        Stage::Tcp | Stage::Banner | Stage::KeyExchange => CheckName::Tcp,
        Stage::HostKey => CheckName::HostKey,
        Stage::Authentication => CheckName::Authentication,
    };
    let before = CheckName::ALL.iter().take_while(|name| **name != failed_at);
    let mut steps: Vec<CheckStep> = before.map(|name| passed(*name, &failure.steps.passed)).collect();
    steps.push(CheckStep { name: failed_at, result: CheckResult::Failed { error: failure.clone().into() } });
    steps
}

fn passed(name: CheckName, stages: &[(Stage, std::time::Duration)]) -> CheckStep {
    let took = stages.iter().filter(|(stage, _)| belongs(*stage, name)).map(|(_, took)| *took).sum();
    CheckStep { name, result: CheckResult::Passed { milliseconds: milliseconds(took) } }
}

fn belongs(stage: Stage, name: CheckName) -> bool {
    match stage {
        Stage::Name => name == CheckName::Name,
        Stage::Tcp | Stage::Banner | Stage::KeyExchange => name == CheckName::Tcp,
        Stage::HostKey => name == CheckName::HostKey,
        Stage::Authentication => name == CheckName::Authentication,
    }
}

fn milliseconds(took: std::time::Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}
