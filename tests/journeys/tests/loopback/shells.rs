//! Terminals of the desk: a shell on a real host, pulled by a page, known to the audit.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use millwright_api::Desk;
use millwright_domain::Code;
use millwright_journeys::{Fleet, HostEntry, Technician};
use millwright_lab::Sshd;
use serde_json::{Value, json};
use std::fs;
use std::time::{Duration, Instant};

/// A lab with one host, a technician who knows it, and the desk of that technician.
struct Office {
    sshd: Sshd,
    technician: Technician,
    desk: Desk,
    host: String,
}

impl Office {
    async fn open() -> Self {
        Self::with(|sshd| sshd.line("MaxSessions 64"), Technician::with).await
    }

    async fn with(
        options: impl FnOnce(millwright_lab::SshdOptions) -> millwright_lab::SshdOptions + Send + 'static,
        technician: impl FnOnce(&[HostEntry]) -> Technician + Send + 'static,
    ) -> Self {
        let prepared = tokio::task::spawn_blocking(move || {
            let sshd = options(Sshd::options()).start().unwrap();
            let hosts = sshd.hosts(1);
            (technician(&hosts), sshd, hosts[0].path.clone())
        });
        let (technician, sshd, host) = prepared.await.unwrap();
        let desk = Desk::open(&technician.workspace()).unwrap();
        Self { sshd, technician, desk, host }
    }

    async fn terminal(&self) -> Page<'_> {
        let opened = self.desk.call("terminal_open", json!({ "host": self.host, "columns": 90, "rows": 33 })).await;
        let opened = opened.unwrap();
        assert_eq!((&opened["host"], &opened["ended"]), (&json!(self.host), &Value::Null));
        Page { desk: &self.desk, id: opened["id"].clone(), next: 0, shown: Vec::new(), ended: Value::Null }
    }

    /// What the host's timeline says of terminals, the newest first.
    async fn told(&self) -> Vec<Value> {
        let timeline = self.desk.call("host_timeline", json!({ "host": self.host })).await.unwrap();
        let entries = timeline.as_array().unwrap().iter().map(|entry| entry["entry"].clone());
        entries.filter(|entry| entry["action"].as_str().is_some_and(|action| action.starts_with("terminal."))).collect()
    }
}

/// A page that shows a terminal.
struct Page<'d> {
    desk: &'d Desk,
    id: Value,
    next: u64,
    shown: Vec<u8>,
    ended: Value,
}

impl Page<'_> {
    async fn type_in(&self, text: impl AsRef<[u8]>) {
        let write = json!({ "id": self.id, "data": STANDARD.encode(text) });
        self.desk.call("terminal_write", write).await.unwrap();
    }

    async fn read(&mut self) -> Value {
        let piece = self.desk.call("terminal_read", json!({ "id": self.id, "from": self.next })).await.unwrap();
        assert_eq!(piece["from"], self.next, "nothing is lost");
        let bytes = STANDARD.decode(piece["data"].as_str().unwrap()).unwrap();
        assert!(bytes.len() <= 64 << 10);
        self.next += bytes.len() as u64;
        assert_eq!(piece["next"], self.next);
        self.shown.extend(bytes);
        self.ended = piece["ended"].clone();
        piece
    }

    /// Waits until this is shown, and forgets everything up to its end.
    async fn wait_for(&mut self, text: impl AsRef<[u8]>) {
        let text = text.as_ref();
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(place) = self.shown.windows(text.len()).position(|seen| seen == text) {
                self.shown.drain(..place + text.len());
                return;
            }
            let shown = self.shown.escape_ascii();
            assert!(self.ended.is_null() && Instant::now() < deadline, "{} not in {shown}", text.escape_ascii());
            self.read().await;
        }
    }

    async fn wait_for_the_end(&mut self) -> Value {
        while self.ended.is_null() {
            self.read().await;
        }
        self.ended.clone()
    }

    async fn close(&self) {
        self.desk.call("terminal_close", json!({ "id": self.id })).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shell_is_typed_into_resized_read_again_and_ends() {
    let office = Office::open().await;
    let mut page = office.terminal().await;
    page.type_in("stty size; echo $TERM' 'type; echo CAN''ARY-typed; printf '\\377\\200\\0end'\r").await;
    page.wait_for("33 90\r\n").await;
    page.wait_for("xterm-256color type\r\n").await;
    page.wait_for("CANARY-typed").await;
    page.wait_for(b"\xff\x80\0end").await;
    let resize = |columns: i32, rows: i32| json!({ "id": page.id, "columns": columns, "rows": rows });
    office.desk.call("terminal_resize", resize(120, 40)).await.unwrap();
    for (columns, rows) in [(0, 40), (120, 0), (1001, 40), (120, 1001), (-1, 40), (70_000, 40)] {
        let refused = office.desk.call("terminal_resize", resize(columns, rows)).await.unwrap_err();
        assert_eq!(refused.code, Code::InvalidInput, "{columns}×{rows}");
        let open = json!({ "host": office.host, "columns": columns, "rows": rows });
        assert_eq!(office.desk.call("terminal_open", open).await.unwrap_err().code, Code::InvalidInput);
    }
    page.type_in("stty size\r").await;
    page.wait_for("40 120\r\n").await;

    // A page that is loaded again sees the same once more.
    let mut again = Page { desk: &office.desk, id: page.id.clone(), next: 0, shown: Vec::new(), ended: Value::Null };
    again.wait_for("CANARY-typed").await;
    again.wait_for("40 120\r\n").await;
    let ahead = json!({ "id": page.id, "from": page.next + 1000 });
    assert_eq!(office.desk.call("terminal_read", ahead).await.unwrap_err().code, Code::InvalidInput);
    let garbled = json!({ "id": page.id, "data": "CANARY-typed!" });
    let refused = office.desk.call("terminal_write", garbled).await.unwrap_err();
    assert!(refused.code == Code::InvalidInput && !refused.message.contains("CANARY"), "{refused}");

    page.type_in("exit 3\r").await;
    let end = json!({ "exit_code": 3, "signal": null, "error": null });
    assert_eq!(page.wait_for_the_end().await, end);
    assert_eq!(page.read().await["ended"], end, "the end can be read again");
    let listed = office.desk.call("terminal_list", json!({})).await.unwrap();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["ended"]), (1, &end));
    let write = json!({ "id": page.id, "data": "" });
    office.desk.call("terminal_write", write).await.unwrap();
    let write = json!({ "id": page.id, "data": STANDARD.encode("x") });
    assert_eq!(office.desk.call("terminal_write", write).await.unwrap_err().code, Code::NotFound);
    page.close().await;
    assert_eq!(office.desk.call("terminal_list", json!({})).await.unwrap(), json!([]));
    let read = json!({ "id": page.id, "from": 0 });
    assert_eq!(office.desk.call("terminal_read", read).await.unwrap_err().code, Code::NotFound);

    let told = office.told().await;
    let actions: Vec<&str> = told.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["terminal.end", "terminal.open"], "each once");
    assert_eq!(told[0]["change"], json!({ "terminal": [page.id, null], "exit_code": [null, 3] }));
    assert_eq!(told[1]["change"], json!({ "terminal": [null, page.id], "user": [null, office.sshd.user()] }));
    office.technician.audit_head();
    for file in fs::read_dir(office.technician.workspace()).unwrap() {
        let path = file.unwrap().path();
        let bytes = if path.is_file() { fs::read(&path).unwrap() } else { Vec::new() };
        assert!(!bytes.windows(6).any(|seen| seen == b"CANARY"), "what was typed is in {path:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_waits_for_its_page_and_ends_at_a_key() {
    let office = Office::open().await;
    let mut page = office.terminal().await;
    page.type_in("yes flooded\r").await;
    page.wait_for("flooded\r\nflooded\r\n").await;
    // Long enough for many times what is kept, if nothing held the host back: `read` checks that nothing fell out.
    tokio::time::sleep(Duration::from_secs(1)).await;
    for _ in 0..32 {
        page.read().await;
    }
    page.type_in("\x03echo ov'er'\r").await;
    page.wait_for("over\r\n").await;
    page.close().await;
    assert_eq!(office.told().await[0]["change"], json!({ "terminal": [page.id, null] }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_link_ends_a_terminal_with_its_fault_and_another_one_opens() {
    let office = Office::open().await;
    let mut page = office.terminal().await;
    page.type_in("echo rea'dy'\r").await;
    page.wait_for("ready\r\n").await;
    assert!(office.sshd.end_sessions().unwrap() > 0);
    let end = page.wait_for_the_end().await;
    assert_eq!(end["error"]["code"], "link_lost", "{end}");
    assert!(end["error"]["hint"].is_string() && end["exit_code"].is_null(), "{end}");
    assert_eq!(office.told().await[0]["change"]["error"], json!([null, "link_lost"]));
    let mut another = office.terminal().await;
    another.type_in("echo he'' re\r").await;
    another.wait_for("he re\r\n").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_nobody_trusts_is_no_terminal() {
    let with_unknown_key = |hosts: &[HostEntry]| {
        let technician = Technician::new();
        technician.add_all(hosts);
        technician
    };
    let office = Office::with(|sshd| sshd, with_unknown_key).await;
    let open = json!({ "host": office.host, "columns": 80, "rows": 24 });
    let refused = office.desk.call("terminal_open", open).await.unwrap_err();
    assert_eq!(refused.code, Code::HostKeyUnknown);
    assert!(refused.hint.unwrap().contains("millwright host trust acme/prod/h1"));
    assert_eq!(office.desk.call("terminal_list", json!({})).await.unwrap(), json!([]));
    assert_eq!(office.told().await, Vec::<Value>::new());
    assert_eq!(office.sshd.authentication_attempts(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_grants_no_terminal_ends_it_with_the_reason() {
    let office = Office::with(|sshd| sshd.line("PermitTTY no"), Technician::with).await;
    let mut page = office.terminal().await;
    assert_eq!(page.wait_for_the_end().await["error"]["code"], "channel_refused");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn terminals_are_bounded_marked_as_production_and_all_closed_at_once() {
    let office = Office::open().await;
    let edit = json!({ "environment": "acme/prod", "time_zone": null, "kind": "production" });
    office.desk.call("environment_edit", edit).await.unwrap();
    let mut opened = Vec::new();
    for _ in 0..32 {
        opened.push(office.terminal().await.id);
    }
    let open = json!({ "host": office.host, "columns": 80, "rows": 24 });
    let refused = office.desk.call("terminal_open", open).await.unwrap_err();
    assert!(refused.code == Code::InUse && refused.hint.is_some(), "{refused}");
    let listed = office.desk.call("terminal_list", json!({})).await.unwrap();
    let listed = listed.as_array().unwrap();
    assert!(listed.iter().all(|terminal| terminal["production"] == true), "{listed:?}");
    assert!(listed.iter().map(|terminal| &terminal["id"]).eq(&opened), "in the order of opening");
    office.desk.call("terminal_close", json!({ "id": opened[0] })).await.unwrap();
    office.terminal().await;
    office.desk.close_terminals().await;
    assert_eq!(office.desk.call("terminal_list", json!({})).await.unwrap(), json!([]));
    assert_eq!(office.told().await.len(), 66, "33 began and ended");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_goes_with_its_desk() {
    let office = Office::open().await;
    let mut page = office.terminal().await;
    page.type_in("echo pid'='$$.\r").await;
    page.wait_for("pid=").await;
    while !page.shown.contains(&b'.') {
        page.read().await;
    }
    let pid = String::from_utf8(page.shown.split(|byte| *byte == b'.').next().unwrap().to_vec()).unwrap();
    assert!(fs::exists(format!("/proc/{pid}")).unwrap());
    let Office { desk, technician, sshd: _sshd, .. } = office;
    drop(desk);
    let deadline = Instant::now() + Duration::from_secs(60);
    let ended =
        |audit: &Value| audit["audit"].as_array().unwrap().iter().any(|entry| entry["action"] == "terminal.end");
    loop {
        let is_gone = !fs::exists(format!("/proc/{pid}")).unwrap();
        let audit = technician.run(&["audit", "list"]).ends(0).json();
        if is_gone && ended(&audit) {
            return;
        }
        assert!(Instant::now() < deadline, "gone: {is_gone}, {audit}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_shown_at_once() {
    let office = Office::open().await;
    let mut page = office.terminal().await;
    page.type_in("stty raw -echo; printf 'r''eady'; exec cat\r").await;
    page.wait_for("ready").await;
    let mut echoes = Vec::new();
    for key in b"0123456789".iter().cycle().take(200) {
        let began = Instant::now();
        page.type_in([*key]).await;
        page.wait_for([*key]).await;
        echoes.push(began.elapsed());
    }
    echoes.sort();
    println!("a key's echo: median {:?}, slowest {:?}", echoes[100], echoes[199]);
    assert!(echoes[100] < Duration::from_millis(20), "{:?}", echoes[100]);
}
