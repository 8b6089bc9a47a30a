//! Progress on a terminal: read from the journal, whoever drives the run.

use crate::out::Out;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use millwright_api::Workspace;
use millwright_domain::Fault;
use millwright_domain::ids::RunId;
use millwright_domain::run::RunCounts;
use std::time::Duration;

/// At most so often.
const GLANCE: Duration = Duration::from_millis(250);

/// Waits for the work, and shows how far it is where somebody looks.
pub(crate) async fn shown(
    workspace: &Workspace,
    out: Out,
    id: RunId,
    work: impl Future<Output = Result<(), Fault>>,
) -> Result<(), Fault> {
    if !out.has_person() {
        return work.await;
    }
    let total = workspace.run_counts(id)?.total;
    let bar = ProgressBar::with_draw_target(Some(total.into()), ProgressDrawTarget::stderr_with_hz(10));
    if let Ok(style) = ProgressStyle::with_template("{bar:20} {pos}/{len}  {msg}  {elapsed}") {
        bar.set_style(style);
    }
    tokio::pin!(work);
    loop {
        tokio::select! {
            result = &mut work => {
                bar.finish_and_clear();
                return result;
            }
            () = tokio::time::sleep(GLANCE) => {
                let counts = workspace.run_counts(id)?;
                let open = counts.waiting + counts.connecting + counts.running;
                bar.set_position((counts.total - open).into());
                bar.set_message(words(&counts));
            }
        }
    }
}

/// `ok 4 · failed 1 · running 1 · waiting 2`: every state that there is, and none that there is not.
pub(crate) fn words(counts: &RunCounts) -> String {
    millwright_domain::run::JobState::ALL
        .iter()
        .map(|state| (state, counts.of_state(*state)))
        .filter(|(_, count)| *count > 0)
        .map(|(state, count)| format!("{state} {count}"))
        .collect::<Vec<_>>()
        .join(" · ")
}
