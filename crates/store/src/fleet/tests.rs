use crate::Store;
use crate::fleet::{Filter, FleetSort, Need, Page, counts, names, page};
use crate::table::{contact, facts};
use crate::tests::{add_host, begin_run, workspace};
use jiff::{Span, Timestamp};
use millwright_domain::fleet::Host;
use millwright_domain::run::{LeftOut, Work};
use millwright_domain::{Code, Fault};
use serde_json::{Value, json};

async fn says(store: &Store, host: &Host, summary: Value) {
    let (id, at) = (host.id, Timestamp::now());
    store.journal(move |journal| facts::record(journal, id, at, &summary, &json!({}))).await.unwrap();
    store.journal(move |journal| contact::seen(journal, id)).await.unwrap();
}

async fn fleet() -> (tempfile::TempDir, Store) {
    let (folder, store) = workspace();
    let hosts = ["acme/prod/web-1", "acme/prod/web-2", "acme/test/db_1", "bolt/prod/web-1"];
    let [web_1, web_2, db, bolt] = hosts.map(|path| add_host(&store, path));
    let summary = |pending: u32, security: u32, disk: u32| {
        json!({ "os": "Debian GNU/Linux 12 (bookworm)", "pending": pending, "pending_security": security,
            "reboot_required": security > 0, "fullest_percent": disk, "failed_units": 0 })
    };
    says(&store, &web_1, summary(9, 2, 50)).await;
    says(&store, &web_2, summary(0, 0, 95)).await;
    says(&store, &db, json!({ "os": null, "pending": null, "reboot_required": null })).await;
    let lost = Fault::new(Code::NoRoute, "no route");
    store.journal(move |journal| contact::failed(journal, bolt.id, &lost)).await.unwrap();
    (folder, store)
}

fn found(store: &Store, filter: &Filter, of: Page) -> Vec<String> {
    let (_, rows) = store.read(|reader| page(reader, Timestamp::now(), filter, of)).unwrap();
    rows.into_iter().map(|row| row.host.to_string()).collect()
}

#[tokio::test]
async fn filters_meet_and_the_counts_are_those_of_the_rows() {
    let (_folder, store) = fleet().await;
    let all = Page { limit: 100, ..Page::default() };
    let client = |slug: &str| Filter { client: Some(slug.parse().unwrap()), ..Filter::default() };
    let text = |text: &str| Filter { text: Some(text.into()), ..Filter::default() };
    let needs = |needs: &[Need]| Filter { needs: needs.to_vec(), ..Filter::default() };
    let table: Vec<(&str, Filter, &[&str])> = vec![
        ("all", Filter::default(), &["acme/prod/web-1", "acme/prod/web-2", "acme/test/db_1", "bolt/prod/web-1"]),
        ("a client", client("bolt"), &["bolt/prod/web-1"]),
        (
            "an environment",
            Filter { environment: Some("test".parse().unwrap()), ..client("acme") },
            &["acme/test/db_1"],
        ),
        ("a text", text("WEB-1"), &["acme/prod/web-1", "bolt/prod/web-1"]),
        ("wildcards are letters", text("b_1"), &["acme/test/db_1"]),
        ("and so is the escape", text("\\"), &[]),
        ("a quote", text("' OR 1 --"), &[]),
        ("a tag", text("web"), &["acme/prod/web-1", "acme/prod/web-2", "acme/test/db_1", "bolt/prod/web-1"]),
        ("a system", text("bookworm"), &["acme/prod/web-1", "acme/prod/web-2"]),
        ("nothing", text("no such host"), &[]),
        ("security", needs(&[Need::SecurityUpdates]), &["acme/prod/web-1"]),
        ("two needs", needs(&[Need::SecurityUpdates, Need::Disk]), &[]),
        ("a disk", needs(&[Need::Disk]), &["acme/prod/web-2"]),
        ("never seen is stale", needs(&[Need::Stale]), &["bolt/prod/web-1"]),
        ("unreachable", needs(&[Need::Unreachable]), &["bolt/prod/web-1"]),
        ("no facts", needs(&[Need::NoFacts]), &["bolt/prod/web-1"]),
        ("not knowing is no need", needs(&[Need::Reboot]), &["acme/prod/web-1"]),
    ];
    for (what, filter, expected) in table {
        assert_eq!(found(&store, &filter, all), expected, "{what}");
        let counted = store.read(|reader| counts(reader, Timestamp::now(), &filter)).unwrap();
        assert_eq!(counted.matching as usize, expected.len(), "{what}");
        let named = store.read(|reader| names(reader, Timestamp::now(), &filter)).unwrap();
        assert_eq!(named.iter().map(ToString::to_string).collect::<Vec<_>>(), expected, "{what}");
        for need in Need::ALL {
            let narrower = Filter { needs: [need].to_vec(), ..filter.clone() };
            let rows = found(&store, &narrower, all).len();
            assert_eq!(counted.needs[&need] as usize, rows, "{what}: {need:?}");
        }
    }
    let next_month = Timestamp::now() + Span::new().hours(24 * 30);
    let later = store.read(|reader| counts(reader, next_month, &Filter::default())).unwrap();
    assert_eq!(later.needs[&Need::Stale], 4);
}

#[tokio::test]
async fn pages_follow_each_other_and_what_is_not_known_comes_last() {
    let (_folder, store) = fleet().await;
    let sorted = |sort, descending| found(&store, &Filter::default(), Page { sort, descending, offset: 0, limit: 9 });
    assert_eq!(sorted(FleetSort::Updates, true)[..2], ["acme/prod/web-1", "acme/prod/web-2"]);
    assert_eq!(sorted(FleetSort::Updates, false)[..2], ["acme/prod/web-2", "acme/prod/web-1"]);
    assert_eq!(sorted(FleetSort::Seen, false)[3], "bolt/prod/web-1");
    assert_eq!(sorted(FleetSort::Seen, true)[3], "bolt/prod/web-1");
    let one = |offset| found(&store, &Filter::default(), Page { offset, limit: 1, ..Page::default() });
    let pages: Vec<String> = (0..5).flat_map(one).collect();
    assert_eq!(pages, found(&store, &Filter::default(), Page { limit: 100, ..Page::default() }));
}

#[test]
fn the_last_job_of_a_host_decides_whether_it_needs_somebody() {
    let (_folder, store) = workspace();
    let (first, second) = (add_host(&store, "acme/prod/web-1"), add_host(&store, "acme/prod/web-2"));
    let lost = || Work::LeftOut(LeftOut::Unreachable(Fault::new(Code::NoRoute, "no route")));
    begin_run(&store, vec![(first.clone(), lost()), (second.clone(), lost())]);
    let unsuccessful = || store.read(|reader| crate::table::job::last_unsuccessful(reader, 10)).unwrap();
    assert_eq!(unsuccessful().len(), 2);
    begin_run(&store, vec![(first, Work::Satisfied { note: "already there".into() })]);
    let left: Vec<String> = unsuccessful().into_iter().map(|job| job.host.to_string()).collect();
    assert_eq!(left, [second.path.to_string()]);
}

#[test]
fn a_watch_sees_every_commit_once() {
    let (folder, store) = workspace();
    let mut watch = store.watch().unwrap();
    assert!(!watch.has_changed().unwrap());
    add_host(&store, "acme/prod/web-1");
    assert!(watch.has_changed().unwrap());
    assert!(!watch.has_changed().unwrap());
    add_host(&Store::open(folder.path()).unwrap(), "acme/prod/web-2");
    assert!(watch.has_changed().unwrap(), "another opening's commits are seen too");
}
