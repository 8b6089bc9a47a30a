//! What the page may not do, even when a script got into it.

use millwright_desktop_tests::Desktop;
use millwright_journeys::Technician;
use serde_json::{Value, json};
use std::net::{Ipv4Addr, TcpListener};

#[tokio::test]
async fn the_page_can_ask_for_nothing_but_the_engine() {
    let technician = Technician::new();
    let desktop = Desktop::open(&technician).await;
    let page = desktop.page();
    assert_eq!(page.rpc("fleet_tree", json!({})).await, json!({ "ok": [] }), "what is granted works");

    let ungranted = [
        ("plugin:shell|open", json!({ "path": "https://example.com" })),
        ("plugin:shell|execute", json!({ "program": "sh", "args": ["-c", "id"] })),
        ("plugin:fs|read_text_file", json!({ "path": "/etc/passwd" })),
        ("plugin:fs|write_file", json!({ "path": "/tmp/x", "contents": [] })),
        ("plugin:dialog|open", json!({ "options": {} })),
        ("plugin:opener|open_path", json!({ "path": "/etc/passwd" })),
        ("plugin:opener|open_url", json!({ "url": "https://example.com" })),
        ("plugin:deep-link|register", json!({ "protocol": "ssh" })),
        ("plugin:window-state|save_window_state", json!({ "flags": 1 })),
        ("plugin:window|close", json!({ "label": "main" })),
        ("plugin:webview|create_webview_window", json!({ "options": { "label": "x", "url": "https://example.com" } })),
        ("plugin:event|emit", json!({ "event": "deep-link://new-url", "payload": [] })),
        ("plugin:app|version", json!({})),
        ("plugin:path|resolve_directory", json!({ "directory": 1 })),
        ("unheard_of", json!({})),
    ];
    for (command, arguments) in ungranted {
        let answer = page.invoke(command, arguments).await;
        let refusal = answer["error"].as_str().unwrap_or_default();
        assert!(refusal.contains("not allowed") || refusal.contains("not found"), "{command}: {answer}");
    }
    // What no file dialog gave is not opened, and an engine's command has a name.
    let outside = page.rpc("shell_open", json!({ "target": "/etc/passwd" })).await;
    assert_eq!(outside["error"]["code"], "invalid_input", "{outside}");
    let nameless = page.rpc("nothing_like_it", json!({})).await;
    assert_eq!(nameless["error"]["code"], "invalid_input", "{nameless}");

    // The isolation frame lets nothing pass that does not look like a command: nobody answers.
    let malformed = page.rpc("FLEET", json!({})).await;
    assert_eq!(malformed, json!({ "silent": true }));
    desktop.close().await;
}

/// Every way out of a page. None of them may lead as much as to a connection: its name alone can carry something out.
const DOORS: &[&str] = &[
    "await fetch(address)",
    "navigator.sendBeacon(address, 'x')",
    "new WebSocket(address.replace('http', 'ws'))",
    "new EventSource(address)",
    "new Worker(address)",
    "add('img', { src: address })",
    "add('video', { src: address })",
    "add('script', { src: address })",
    "add('iframe', { src: address })",
    "add('object', { data: address })",
    "add('link', { rel: 'stylesheet', href: address })",
    "add('link', { rel: 'preconnect', href: address })",
    "add('link', { rel: 'prefetch', href: address })",
    "add('a', { href: address }).click()",
    "add('a', { href: '#', ping: address }).click()",
    "add('form', { action: address, method: 'post' }).submit()",
    "window.open(address)",
    "location.href = address",
];

#[tokio::test]
async fn the_page_reaches_no_other_machine_and_runs_no_text() {
    let technician = Technician::new();
    let desktop = Desktop::open(&technician).await;
    let page = desktop.page();
    let elsewhere = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let address = format!("http://{}", elsewhere.local_addr().unwrap());

    let fetched = page.attempt("await fetch(given[0]);", vec![json!(address)]).await;
    assert!(fetched["error"].is_string(), "{fetched}");
    for door in DOORS {
        let body = format!(
            "const [address] = given;
             const add = (name, properties) => {{
                 const element = Object.assign(document.createElement(name), properties);
                 document.body.append(element);
                 return element;
             }};
             {door};
             await new Promise((resolve) => setTimeout(resolve, 200));"
        );
        // Some of them say at once that they do not open, others stay silent.
        page.attempt(&body, vec![json!(address)]).await;
        assert!(elsewhere.accept().is_err(), "the page has reached another machine: {door}");
    }

    let text = "
        window.ran = [];
        const script = document.createElement('script');
        script.textContent = \"window.ran.push('inline')\";
        document.body.append(script);
        const button = document.createElement('button');
        button.setAttribute('onclick', \"window.ran.push('attribute')\");
        document.body.append(button);
        button.click();
        try { (0, eval)(\"window.ran.push('eval')\"); } catch { /* as it should be */ }
        return [window.ran, Object.isFrozen(Object.prototype)];";
    assert_eq!(page.attempt(text, Vec::new()).await, json!({ "ok": [Vec::<Value>::new(), true] }));
    assert!(page.rpc("fleet_tree", json!({})).await["ok"].is_array(), "the page is still there");
    desktop.close().await;
}
