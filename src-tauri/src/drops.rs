//! Files that a person drops on the window: to drop one is to choose it.

use crate::events::ShellEvent;
use crate::grants::granted;
use millwright_api::Desk;
use std::path::PathBuf;
use tauri::{AppHandle, DragDropEvent, Manager};
use tokio::sync::broadcast::{self, error::RecvError};

/// As many events wait for a page that is slow.
const WAITING: usize = 16;

/// Tells the page what hangs over the window and what was dropped. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Drops(broadcast::Sender<ShellEvent>);

impl Drops {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(WAITING))
    }

    /// Passes events on until nobody takes them.
    pub(crate) async fn forward(&self, mut take: impl FnMut(ShellEvent) -> bool) {
        let mut events = self.0.subscribe();
        loop {
            match events.recv().await {
                Ok(event) if take(event.clone()) => {}
                Ok(_) | Err(RecvError::Closed) => return,
                Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "the page was too slow for what was dropped"),
            }
        }
    }

    /// Where no page listens nothing is dropped.
    fn tell(&self, event: ShellEvent) {
        let _ = self.0.send(event);
    }
}

/// Something is dragged over the window.
pub(crate) fn on_event(app: &AppHandle, event: &DragDropEvent) {
    let drops = app.state::<Drops>();
    if let DragDropEvent::Enter { paths, .. } = event {
        drops.tell(ShellEvent::FilesOver { count: paths.len() });
    } else if let DragDropEvent::Leave = event {
        drops.tell(ShellEvent::FilesOver { count: 0 });
    } else if let DragDropEvent::Drop { paths, .. } = event {
        take(app, paths.clone());
    }
}

/// Away from the window's thread: a file may lie on a slow disk.
fn take(app: &AppHandle, paths: Vec<PathBuf>) {
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || {
        let Some(desk) = app.try_state::<Desk>() else { return };
        app.state::<Drops>().tell(ShellEvent::FilesDropped { files: granted(&desk, paths) });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_page_hears_what_comes_after_it_listens_until_it_is_gone() {
        let drops = Drops::new();
        drops.tell(ShellEvent::FilesOver { count: 1 });
        let telling = drops.clone();
        let mut taken = Vec::new();
        let listening = drops.forward(|event| {
            taken.push(serde_json::to_value(event).unwrap());
            taken.len() < 2
        });
        let dropping = async {
            tokio::task::yield_now().await;
            telling.tell(ShellEvent::FilesOver { count: 3 });
            telling.tell(ShellEvent::FilesDropped { files: Vec::new() });
        };
        tokio::join!(listening, dropping);
        let expected = [
            serde_json::json!({ "event": "files_over", "count": 3 }),
            serde_json::json!({ "event": "files_dropped", "files": [] }),
        ];
        assert_eq!(taken, expected);
    }
}
