//! A shell on a host in the real window: its policy on styles and its isolation are the window's own.

use millwright_desktop_tests::Desktop;
use millwright_journeys::{Fleet, Technician};
use millwright_lab::Sshd;
use serde_json::json;

/// What the terminal shows, whatever draws it.
const SHOWN: &str = "return document.querySelector('.xterm-rows, .xterm-accessibility-tree')?.textContent ?? '';";

#[tokio::test]
async fn a_shell_is_opened_typed_into_and_closed() {
    let sshd = Sshd::start().unwrap();
    let hosts = sshd.hosts(1);
    let technician = Technician::with(&hosts);
    let desktop = Desktop::open(&technician).await;
    let page = desktop.page();

    page.go(&format!("/terminal/{}", hosts[0].path)).await;
    page.eventually("the shell asks for a command", async || {
        let shown = page.run(SHOWN, Vec::new()).await;
        shown.as_str().unwrap_or_default().contains(['$', '#']).then_some(())
    })
    .await;
    page.type_into(".xterm-helper-textarea", "echo $((40 + 2))-is-the-answer\n").await;
    page.eventually("the shell has answered", async || {
        let shown = page.run(SHOWN, Vec::new()).await;
        shown.as_str().unwrap_or_default().contains("42-is-the-answer").then_some(())
    })
    .await;
    // Where the policy refuses its styles, every row of the terminal would be as wide as its text.
    let monospace = page
        .run("return getComputedStyle(document.querySelector('.xterm-rows')).fontFamily.includes('Mono');", Vec::new());
    assert_eq!(monospace.await, json!(true));
    page.type_into(".xterm-helper-textarea", "exit 3\n").await;
    page.wait_for_text("Ended with exit code 3").await;
    desktop.close().await;
    let entries = technician.run(&["audit", "list"]).ends(0).json().to_string();
    assert!(entries.contains("terminal.open") && entries.contains("terminal.end"), "{entries}");
}
