//! Executes a run: starts its jobs in the plan's order, at most so many at once, and lets each go to its own end.

use crate::execute::{CancelRequests, Setting, execute};
use crate::ports::{Entry, JobView, Journal, Transport};
use millwright_domain::run::{JobEvent, JobState, Outcome, PlanContent};
use millwright_domain::{Code, Fault};
use std::sync::Arc;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// Drives every job of a plan that can be followed. A job that fails, hangs or cannot be reached never holds up another.
///
/// `views` are the plan's jobs as the journal has them, in the plan's order. An error means that the journal could not be
/// written: what runs on hosts goes on, and a later call goes on from here.
pub async fn dispatch<T: Transport, J: Journal>(
    setting: &Setting<T, J>,
    plan: Arc<PlanContent>,
    views: Vec<JobView>,
    cancels: watch::Receiver<CancelRequests>,
) -> Result<(), Fault> {
    let turns = Arc::new(Semaphore::new(plan.parallel.max(1) as usize));
    let mut jobs = JoinSet::new();
    let mut result = Ok(());
    for (number, view) in views.into_iter().enumerate() {
        // A host that has the work already needs no turn: its truth should be known first.
        let turn = if view.progress.state == JobState::Waiting {
            tokio::select! {
                turn = Arc::clone(&turns).acquire_owned() => turn.ok(),
                Some(ended) = jobs.join_next() => {
                    keep_first(&mut result, ended);
                    Arc::clone(&turns).acquire_owned().await.ok()
                }
            }
        } else {
            None
        };
        if result.is_err() {
            // Nothing new is started when it could not be written down.
            break;
        }
        let (setting, plan, cancels) = (setting.clone(), Arc::clone(&plan), cancels.clone());
        jobs.spawn(async move {
            let _turn = turn;
            let Some(planned) = plan.jobs.get(number) else {
                return Err(Fault::new(Code::Internal, "the run has more jobs than its plan"));
            };
            if view.progress.state == JobState::Waiting && cancels.borrow().contains_key(&view.id) {
                let fault = Fault::new(Code::Cancelled, "cancelled before it began");
                let ended = JobEvent::Ended(Outcome::of(JobState::Cancelled, None, fault));
                return setting.journal.record(view.id, vec![Entry::Event(ended)]).await.map(drop);
            }
            execute(setting, planned, view, cancels).await.map(drop)
        });
    }
    while let Some(ended) = jobs.join_next().await {
        keep_first(&mut result, ended);
    }
    result
}

fn keep_first(result: &mut Result<(), Fault>, ended: Result<Result<(), Fault>, tokio::task::JoinError>) {
    let ended = ended.unwrap_or_else(|error| Err(Fault::new(Code::Internal, format!("a job's task ended: {error}"))));
    if result.is_ok() {
        *result = ended;
    }
}
