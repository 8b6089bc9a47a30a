//! The one way from the engine to the page: what happened, where the page should go, and what was dropped on the window.

use crate::addresses::Addresses;
use crate::drops::Drops;
use crate::grants::GrantedFile;
use millwright_api::{Desk, EngineEvent};
use serde::Serialize;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tauri::State;
use tauri::ipc::Channel;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// The page is told at most so often that the workspace has changed.
const CHANGES_EVERY: Duration = Duration::from_millis(100);

/// What the page hears.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(crate) enum WindowEvent {
    /// Something from the engine.
    Engine(EngineEvent),
    /// Something from the menu, from a link, or dropped.
    Shell(ShellEvent),
}

/// What only the desktop application says.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum ShellEvent {
    /// Go to an address of the page, such as `/fleet`.
    Open {
        /// Where; it begins with a slash.
        address: String,
    },
    /// Files hang over the window.
    FilesOver {
        /// How many; none have left again.
        count: usize,
    },
    /// Files were dropped on the window.
    FilesDropped {
        /// What stands for them.
        files: Vec<GrantedFile>,
    },
}

/// The page's subscription. A page that is loaded again replaces the one before.
#[derive(Default)]
pub(crate) struct Subscription(Mutex<Option<AbortHandle>>);

/// Sends the page everything that happens from now on.
#[tauri::command]
pub(crate) async fn subscribe(
    channel: Channel<WindowEvent>,
    desk: State<'_, Desk>,
    addresses: State<'_, Addresses>,
    drops: State<'_, Drops>,
    subscription: State<'_, Subscription>,
) -> Result<(), ()> {
    let (events, addresses, drops) = (desk.events(), addresses.inner().clone(), drops.inner().clone());
    let forwarding = tokio::spawn(async move {
        let to_page = |event| channel.send(event).is_ok();
        let engine = forward(events, |event| to_page(WindowEvent::Engine(event)));
        let shell = addresses.forward(|address| to_page(WindowEvent::Shell(ShellEvent::Open { address })));
        let dropped = drops.forward(|event| to_page(WindowEvent::Shell(event)));
        // Each ends when the page is gone or the engine is.
        tokio::select! { () = engine => {} () = shell => {} () = dropped => {} }
    });
    let before = subscription.0.lock().unwrap_or_else(PoisonError::into_inner).replace(forwarding.abort_handle());
    if let Some(before) = before {
        before.abort();
    }
    Ok(())
}

/// Passes events on until nobody takes them: changes coalesced, the newest never lost, everything else at once.
async fn forward(mut events: broadcast::Receiver<EngineEvent>, mut take: impl FnMut(EngineEvent) -> bool) {
    let mut newest_change = None;
    let mut next_change_at = Instant::now();
    loop {
        let taken = tokio::select! {
            biased;
            () = tokio::time::sleep_until(next_change_at), if newest_change.is_some() => {
                next_change_at = Instant::now() + CHANGES_EVERY;
                newest_change.take().is_none_or(&mut take)
            }
            event = events.recv() => match event {
                Ok(change @ EngineEvent::Changed { .. }) => {
                    newest_change = Some(change);
                    true
                }
                Ok(other) => take(other),
                Err(RecvError::Lagged(missed)) => {
                    tracing::warn!(missed, "the page was too slow for the engine's events");
                    newest_change.get_or_insert(EngineEvent::Changed { version: 0 });
                    true
                }
                Err(RecvError::Closed) => return,
            }
        };
        if !taken {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn changed(version: u64) -> EngineEvent {
        EngineEvent::Changed { version }
    }

    /// What a page took, as JSON, with the moment in milliseconds.
    type Taken = Arc<Mutex<Vec<(u128, serde_json::Value)>>>;

    fn page() -> (Taken, impl FnMut(EngineEvent) -> bool) {
        let taken = Taken::default();
        let (kept, start) = (taken.clone(), Instant::now());
        let take = move |event| {
            let event = serde_json::to_value(WindowEvent::Engine(event)).unwrap();
            kept.lock().unwrap().push((start.elapsed().as_millis(), event));
            true
        };
        (taken, take)
    }

    #[tokio::test(start_paused = true)]
    async fn changes_come_ten_times_a_second_and_the_last_one_always() {
        let sender = broadcast::Sender::new(64);
        let (taken, take) = page();
        let forwarding = tokio::spawn(forward(sender.subscribe(), take));
        for version in 1..=25 {
            sender.send(changed(version)).unwrap();
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        let taken = taken.lock().unwrap().clone();
        let versions: Vec<_> = taken.iter().map(|(_, event)| event["version"].as_u64().unwrap()).collect();
        assert_eq!((versions[0], *versions.last().unwrap()), (1, 25), "{taken:?}");
        assert!(taken.len() <= 4, "{taken:?}");
        let gaps = taken.windows(2).map(|pair| pair[1].0 - pair[0].0);
        assert!(gaps.min().unwrap() >= CHANGES_EVERY.as_millis(), "{taken:?}");
        assert!(!forwarding.is_finished());
    }

    #[tokio::test(start_paused = true)]
    async fn everything_else_comes_at_once_and_a_page_that_is_gone_ends_it() {
        let sender = broadcast::Sender::new(64);
        let (taken, take) = page();
        let forwarding = tokio::spawn(forward(sender.subscribe(), take));
        tokio::task::yield_now().await;
        sender.send(changed(1)).unwrap();
        tokio::time::sleep(Duration::from_millis(1)).await;
        sender.send(changed(2)).unwrap();
        let id = "01936b2e-0000-7000-8000-000000000001".parse().unwrap();
        sender.send(EngineEvent::QuestionGone { id }).unwrap();
        tokio::time::sleep(Duration::from_millis(1)).await;
        let names: Vec<_> = taken.lock().unwrap().iter().map(|(_, event)| event["event"].clone()).collect();
        assert_eq!(names, ["changed", "question_gone"], "the second change has to wait, the question has not");
        forwarding.abort();

        let gone = tokio::spawn(forward(sender.subscribe(), |_| false));
        tokio::task::yield_now().await;
        sender.send(changed(3)).unwrap();
        gone.await.unwrap();
    }

    #[test]
    fn the_shell_says_where_to_go_in_the_same_form() {
        let open = WindowEvent::Shell(ShellEvent::Open { address: "/fleet".to_owned() });
        let expected = serde_json::json!({ "event": "open", "address": "/fleet" });
        assert_eq!(serde_json::to_value(open).unwrap(), expected);
    }

    #[tokio::test(start_paused = true)]
    async fn a_page_that_fell_behind_looks_at_everything_again() {
        let sender = broadcast::Sender::new(2);
        let events = sender.subscribe();
        let id = "01936b2e-0000-7000-8000-000000000001".parse().unwrap();
        for _ in 0..5 {
            sender.send(EngineEvent::QuestionGone { id }).unwrap();
        }
        let (taken, take) = page();
        let forwarding = tokio::spawn(forward(events, take));
        tokio::time::sleep(Duration::from_secs(1)).await;
        forwarding.abort();
        let names: Vec<_> = taken.lock().unwrap().iter().map(|(_, event)| event["event"].clone()).collect();
        assert!(names.iter().any(|name| name == "changed"), "{names:?}");
    }
}
