//! The window opens, and hears of what happens.

use millwright_desktop_tests::Desktop;
use millwright_journeys::{Fleet, Technician};
use millwright_lab::Sshd;
use serde_json::json;

#[tokio::test]
async fn the_window_opens_on_its_first_screen_and_hears_of_changes() {
    let sshd = Sshd::start().unwrap();
    let technician = Technician::with(&sshd.hosts(1));
    let desktop = Desktop::open(&technician).await;
    let page = desktop.page();
    assert!(page.title().await.ends_with("Millwright"), "{}", page.title().await);
    assert!(!page.heading().await.is_empty());
    // The page itself says when it can be seen: nobody had to wait for the window.
    page.eventually("the page says that it has painted", async || {
        desktop.log().contains("the page has painted").then_some(())
    })
    .await;
    assert!(!desktop.log().contains("did not say that it is ready"), "{}", desktop.log());

    let tree = page.rpc("fleet_tree", json!({})).await;
    assert_eq!(tree["ok"][0]["name"], "acme", "{tree}");
    let fault = page.rpc("host_show", json!({ "host": "acme/prod/nobody" })).await;
    assert_eq!(fault["error"]["code"], "not_found", "{fault}");

    // Another process changes the workspace, and the page is told.
    let subscribe = "
        window.heard = [];
        const { invoke, transformCallback } = window.__TAURI_INTERNALS__;
        const id = transformCallback(({ message }) => window.heard.push(message));
        await invoke('subscribe', { channel: `__CHANNEL__:${id}` });";
    assert_eq!(page.attempt(subscribe, Vec::new()).await, json!({ "ok": null }));
    technician.run(&["client", "add", "bolt"]).ends(0);
    let change = page
        .eventually("a change is heard of", || async {
            let heard = page.run("return window.heard.find((event) => event?.event === 'changed');", Vec::new()).await;
            (!heard.is_null()).then_some(heard)
        })
        .await;
    assert!(change["version"].is_u64(), "{change}");
    desktop.close().await;
}
