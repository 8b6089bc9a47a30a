//! Runs: the list, one run, its end; and answers to questions.

use super::Nothing;
use crate::desk::Desk;
use crate::{RunDocument, RunSummary};
use millwright_domain::Fault;
use millwright_domain::ids::RunId;
use millwright_domain::run::{CancelMode, RunState};
use secrecy::SecretString;
use serde::Deserialize;
use std::sync::Arc;
use ts_rs::TS;
use uuid::Uuid;

/// The newest runs.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunListQuery {
    /// How many at most.
    pub limit: u32,
}

pub(super) fn run_list(desk: &Desk, query: RunListQuery) -> Result<Vec<RunSummary>, Fault> {
    desk.workspace().run_list(query.limit)
}

pub(super) fn runs_open(desk: &Desk, Nothing {}: Nothing) -> Result<Vec<RunSummary>, Fault> {
    let driven = desk.driven().into_iter().map(|id| desk.workspace().run_summary(id));
    // The driver of a run that has ended may still be writing down what it learnt.
    driven.filter(|run| !run.as_ref().is_ok_and(|run| run.state != RunState::Running)).collect()
}

/// One run.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct OneRun {
    /// Its identifier.
    pub run: RunId,
}

pub(super) fn run_show(desk: &Desk, OneRun { run }: OneRun) -> Result<RunDocument, Fault> {
    desk.workspace().run_show(run)
}

/// Async like all that leaves the desk with work under way: the driver needs the runtime.
#[allow(clippy::unused_async, reason = "the table's form")]
pub(super) async fn run_follow(desk: &Desk, OneRun { run }: OneRun) -> Result<(), Fault> {
    desk.workspace().run_summary(run)?;
    desk.drive(run, Arc::default());
    Ok(())
}

pub(super) async fn run_promote(desk: &Desk, OneRun { run }: OneRun) -> Result<(), Fault> {
    desk.workspace().run_promote(run).await?;
    desk.drive(run, Arc::default());
    Ok(())
}

/// How a run should end.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelRun {
    /// Which run.
    pub run: RunId,
    /// How.
    pub mode: CancelMode,
}

pub(super) async fn run_cancel(desk: &Desk, CancelRun { run, mode }: CancelRun) -> Result<(), Fault> {
    desk.workspace().run_ask_to_cancel(run, mode).await?;
    desk.drive(run, Arc::default());
    Ok(())
}

/// What a person typed.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    /// Which question.
    pub id: Uuid,
    /// The answer; none when nobody answers.
    #[ts(type = "string | null")]
    pub answer: Option<SecretText>,
}

/// A secret on its way in; it cannot be printed.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct SecretText(SecretString);

pub(super) fn question_answer(desk: &Desk, Answer { id, answer }: Answer) -> Result<(), Fault> {
    desk.answer(id, answer.map(|SecretText(secret)| secret))
}
