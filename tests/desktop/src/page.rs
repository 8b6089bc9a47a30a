//! What a person does with the page: looks, clicks, types, goes somewhere.

use serde_json::{Value, json};
use std::{
    future::Future,
    path::Path,
    time::{Duration, Instant},
};
use thirtyfour::{By, WebDriver, WebElement};

/// Longer than anything but a journey that says so takes; only there so that nothing hangs.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often is looked.
const GLANCE: Duration = Duration::from_millis(50);
/// A picture now and then does not come out under Xvfb; the next one does.
const PICTURES: usize = 4;

/// The page in the window.
#[derive(Debug)]
pub struct Page(WebDriver);

impl Page {
    pub(crate) fn new(window: WebDriver) -> Self {
        Self(window)
    }

    pub(crate) async fn wait_until_there(&self) {
        self.eventually("the first screen has a heading", || async {
            let heading = self.0.find(By::Css("h1")).await.ok()?;
            (!heading.text().await.ok()?.is_empty()).then_some(())
        })
        .await;
    }

    pub(crate) async fn close(&self) {
        self.0.clone().quit().await.unwrap();
    }

    /// Leaves the end of the window to the driver: one that was closed already is as well.
    pub fn let_go(&self) {
        let _ = self.0.clone().leak();
    }

    /// The document's title.
    pub async fn title(&self) -> String {
        self.0.title().await.unwrap()
    }

    /// The heading of the screen.
    pub async fn heading(&self) -> String {
        self.0.find(By::Css("h1")).await.unwrap().text().await.unwrap()
    }

    /// Goes to an address of the page, such as `/fleet`, as a link in it would.
    pub async fn go(&self, address: &str) {
        self.run("location.hash = arguments[0];", vec![json!(address)]).await;
    }

    /// Waits until a text can be read on the page.
    pub async fn wait_for_text(&self, text: &str) {
        self.eventually(&format!("“{text}” can be read"), || async {
            let body = self.0.find(By::Css("body")).await.ok()?;
            body.text().await.ok()?.contains(text).then_some(())
        })
        .await;
    }

    /// Clicks the button of that name, once there is one that can be clicked.
    pub async fn click_button(&self, name: &str) {
        let name = literal(name);
        let button = format!("//button[{}]", named(&name));
        self.click(By::XPath(button.as_str())).await;
    }

    /// Clicks the link of that name.
    pub async fn click_link(&self, name: &str) {
        let name = literal(name);
        let link = format!("//a[{}]", named(&name));
        self.click(By::XPath(link.as_str())).await;
    }

    /// Clicks something, once it is there and can be clicked.
    pub async fn click(&self, what: By) {
        self.eventually(&format!("{what:?} can be clicked"), || async {
            self.0.find(what.clone()).await.ok()?.click().await.ok()
        })
        .await;
    }

    /// Types into the field of that label, in place of what it held.
    pub async fn fill(&self, label: &str, text: &str) {
        let label = literal(label);
        let field = format!("//*[@id=//label[normalize-space()={label}]/@for] | //*[@aria-label={label}]");
        let field = self.find(By::XPath(field.as_str())).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Types into whatever a CSS selector names, once it is there.
    pub async fn type_into(&self, selector: &str, text: &str) {
        self.find(By::Css(selector)).await.send_keys(text).await.unwrap();
    }

    /// Something, once it is there.
    pub async fn find(&self, what: By) -> WebElement {
        self.eventually(&format!("{what:?} is there"), || async { self.0.find(what.clone()).await.ok() }).await
    }

    /// The texts of all rows of the table on the screen that are drawn.
    pub async fn rows(&self) -> Vec<String> {
        // In one look: rows come and go while a table is followed.
        let script = "return [...document.querySelectorAll('[role=row]')].map((row) => row.innerText);";
        let texts = self.run(script, Vec::new()).await;
        texts.as_array().unwrap().iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
    }

    /// Runs a script in the page, as its console does.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.0.execute(script, arguments).await.unwrap().json().clone()
    }

    /// Runs the body of an async function in the page: `{"ok": …}` with what it returned, `{"error": …}` with what
    /// it threw, `{"silent": true}` when it did neither in ten seconds.
    pub async fn attempt(&self, body: &str, arguments: Vec<Value>) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1]; const given = [...arguments].slice(0, -1);
             const told = (error) => error instanceof Error ? String(error) : error;
             setTimeout(done, 10000, {{ silent: true }});
             (async (...given) => {{ {body} }})(...given)
                 .then((ok) => done({{ ok: ok ?? null }}), (error) => done({{ error: told(error) ?? null }}));"
        );
        self.0.execute_async(script, arguments).await.unwrap().json().clone()
    }

    /// Calls a command of the shell from the page, as a script that got into it would.
    pub async fn invoke(&self, command: &str, arguments: Value) -> Value {
        let body = "return await window.__TAURI_INTERNALS__.invoke(given[0], given[1]);";
        self.attempt(body, vec![json!(command), arguments]).await
    }

    /// Asks the engine from the page.
    pub async fn rpc(&self, command: &str, arguments: Value) -> Value {
        self.invoke("rpc", json!({ "command": command, "arguments": arguments, "task": 1 })).await
    }

    /// Keeps a picture of the window.
    pub async fn picture(&self, path: &Path) {
        // What can be read is drawn a moment later.
        let drawn = "await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));";
        self.attempt(drawn, Vec::new()).await;
        for attempt in 1..=PICTURES {
            let picture = tokio::time::timeout(Duration::from_secs(5), self.0.screenshot(path)).await;
            match picture {
                Ok(Ok(())) => return,
                outcome => assert!(attempt < PICTURES, "the window cannot be pictured: {outcome:?}"),
            }
        }
    }

    /// Asks until there is an answer; panics with `what`, and what the page shows, when there is none.
    pub async fn eventually<T, F: Future<Output = Option<T>>>(&self, what: &str, mut probe: impl FnMut() -> F) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(answer) = probe().await {
                return answer;
            }
            if Instant::now() >= deadline {
                let shown = self.0.source().await.unwrap_or_else(|error| error.to_string());
                panic!("not within {} s: {what}. The page:\n{shown}", PATIENCE.as_secs());
            }
            tokio::time::sleep(GLANCE).await;
        }
    }
}

/// The condition that something has this name; the keys that stand beside a name are no part of it.
fn named(name: &str) -> String {
    format!("normalize-space()={name} or @aria-label={name} or span[not(@aria-hidden)][normalize-space()={name}]")
}

/// A text as XPath writes it; it has no escapes.
fn literal(text: &str) -> String {
    if text.contains('"') { format!("'{text}'") } else { format!("\"{text}\"") }
}
