//! Many hosts at once, within bounds, in their own order.

use crate::progress::Progress;
use millwright_domain::{Code, Fault};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Does the same with every item, at most `parallel` at once; the results are in the order of the items.
pub(crate) async fn fan_out<I, T, F>(
    items: Vec<I>,
    parallel: u32,
    progress: &Progress,
    act: impl Fn(I) -> F,
) -> Result<Vec<T>, Fault>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Fault>> + Send + 'static,
{
    progress.add(items.len());
    let turns = Arc::new(Semaphore::new(parallel.max(1) as usize));
    let mut tasks = JoinSet::new();
    for (number, item) in items.into_iter().enumerate() {
        let (turns, task) = (Arc::clone(&turns), act(item));
        tasks.spawn(async move {
            let _turn = turns.acquire_owned().await;
            (number, task.await)
        });
    }
    let mut results = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        let (number, result) =
            ended.map_err(|error| Fault::new(Code::Internal, format!("a host's task ended: {error}")))?;
        results.push((number, result?));
        progress.one_done();
    }
    results.sort_by_key(|(number, _)| *number);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}
