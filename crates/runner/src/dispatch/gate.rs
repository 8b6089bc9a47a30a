//! The gate behind a wave: its rules in their order, and waiting for what has to be waited for.

use super::board::halted;
use super::{Drive, Passed, Standing, wave_number};
use crate::ask::{Question, ask};
use crate::ports::{Journal, Transport};
use jiff::{SignedDuration, Timestamp};
use millwright_domain::Fault;
use millwright_domain::ids::HostId;
use millwright_domain::run::{GateStanding, Privilege, WaitsFor, Wave};
use std::ops::Range;
use std::time::Duration;
use tokio::task::JoinSet;

/// How long one host's answer to a probe may take.
const PROBE_SECONDS: u32 = 60;
const PROBE_LIMIT_BYTES: usize = 64 * 1024;
/// How many hosts are probed at once.
const PROBES_AT_ONCE: usize = 16;

impl<T: Transport, J: Journal> Drive<'_, T, J> {
    /// Looks whether what is behind a wave may begin, and waits where only time is missing.
    pub(super) async fn gate(
        &mut self,
        number: usize,
        wave: &Wave,
        range: Range<usize>,
        waits_behind: bool,
    ) -> Result<Passed, Fault> {
        // Once something behind it has begun, the gate was passed.
        let passed_before = self.views[range.end..].iter().any(|view| view.progress.started_at.is_some());
        if passed_before || wave.gate.is_open() {
            return Ok(Passed::Yes);
        }
        if waits_behind && let Some(fault) = self.board.too_little_success(wave, range.clone()) {
            self.halt(&fault).await?;
            return Ok(Passed::No);
        }
        let stand = |waits_for| Some(GateStanding { wave: wave_number(number), waits_for });
        let person_has_said_so = self.setting.journal.is_promoted(wave_number(number))?;
        if !person_has_said_so && !self.soak(wave, range.clone(), waits_behind, &stand).await? {
            return Ok(Passed::No);
        }
        if let Some(probe) = &wave.gate.probe {
            self.setting.journal.gate(stand(WaitsFor::Probe)).await?;
            if let Some(fault) = self.probe(probe, wave, range.clone()).await {
                let waiting = self.board.standing(0..self.views.len(), Standing::Waiting);
                self.end_run(&fault, waiting).await?;
                return Ok(Passed::No);
            }
        }
        self.end_cancelled().await?;
        let waits_behind = !self.board.standing(range.end..self.views.len(), Standing::Waiting).is_empty();
        if waits_behind && wave.gate.person && !person_has_said_so {
            self.setting.journal.gate(stand(WaitsFor::Person)).await?;
            return Ok(Passed::NotYet);
        }
        self.setting.journal.gate(None).await?;
        Ok(Passed::Yes)
    }

    /// Waits until the wave has been left alone for long enough; false when nobody waits behind it any more.
    async fn soak(
        &mut self,
        wave: &Wave,
        range: Range<usize>,
        waits_behind: bool,
        stand: &(impl Fn(WaitsFor) -> Option<GateStanding> + Send + Sync),
    ) -> Result<bool, Fault> {
        if wave.gate.soak_seconds == 0 {
            return Ok(true);
        }
        let ended = self.views[range].iter().filter_map(|view| view.progress.ended_at).max();
        let soak = SignedDuration::from_secs(i64::from(wave.gate.soak_seconds));
        let until = ended.unwrap_or_else(Timestamp::now).saturating_add(soak).unwrap_or(Timestamp::MAX);
        if Timestamp::now() < until {
            self.setting.journal.gate(stand(WaitsFor::Soak { until })).await?;
        }
        while Timestamp::now() < until {
            self.something(Some(until)).await;
            self.end_cancelled().await?;
            let nobody_waits = self.board.standing(0..self.views.len(), Standing::Waiting).is_empty();
            if self.lost.is_some() || (waits_behind && nobody_waits) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Asks every host of the wave that has succeeded; the first bad answers say why the run halts.
    async fn probe(&mut self, script: &str, wave: &Wave, range: Range<usize>) -> Option<Fault> {
        let mut left: Vec<usize> = self.board.succeeded(range);
        let asked = left.len();
        left.reverse();
        let (mut answers, mut bad) = (JoinSet::new(), Vec::new());
        while !(left.is_empty() && answers.is_empty()) {
            while answers.len() < PROBES_AT_ONCE
                && let Some(number) = left.pop()
                && let Some(planned) = self.plan.jobs.get(number)
            {
                let (transport, script) = (self.setting.transport.clone(), script.to_owned());
                let (id, host) = (planned.host_id, planned.host.clone());
                answers.spawn(async move { (host, answer(&*transport, id, script).await) });
            }
            if let Some(Ok((host, Err(why)))) = answers.join_next().await {
                bad.push((host, why));
            }
        }
        if bad.is_empty() {
            return None;
        }
        bad.sort();
        let told: Vec<String> = bad.iter().take(3).map(|(host, why)| format!("{host}: {why}")).collect();
        let (title, bad, told) = (&wave.title, bad.len(), told.join("; "));
        Some(halted(format!("the probe behind “{title}” failed on {bad} of {asked} hosts ({told})")))
    }
}

/// Why the probe is not content with a host; a link that breaks is tried once more.
async fn answer<T: Transport>(transport: &T, host: HostId, script: String) -> Result<(), String> {
    let question = Question {
        script,
        privilege: Privilege::Login,
        timeout_seconds: PROBE_SECONDS,
        limit_bytes: PROBE_LIMIT_BYTES,
    };
    let mut last = String::new();
    for attempt in 0..2 {
        if attempt > 0 {
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        let link = match transport.connect(host).await {
            Ok(link) => link,
            Err(fault) => {
                last = fault.message;
                continue;
            }
        };
        match ask(&link, &question).await {
            Ok(answer) if answer.exit_code == 0 => return Ok(()),
            Ok(answer) => {
                let said = String::from_utf8_lossy(&answer.output);
                let line = said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
                let line: String = line.chars().take(200).collect();
                return Err(format!("code {} {line}", answer.exit_code).trim_end().to_owned());
            }
            Err(fault) => last = fault.message,
        }
    }
    Err(last)
}
