use super::*;
use crate::people::People;
use millwright_domain::fleet::SudoMode;

struct Site {
    folder: tempfile::TempDir,
    workspace: Workspace,
}

fn site() -> Site {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("workspace");
    Workspace::init(&at).unwrap();
    Site { workspace: Workspace::open(&at, People::nobody()).unwrap(), folder }
}

fn defaults() -> ImportDefaults {
    let environment = "acme/prod".parse().unwrap();
    ImportDefaults { environment, user: "root".into(), sudo: SudoMode::None, home: Some("/home/tech".into()) }
}

impl Site {
    fn read(&self, content: &str) -> ImportSheet {
        let file = self.folder.path().join("hosts.csv");
        std::fs::write(&file, content).unwrap();
        self.workspace.import_read(ImportKind::Csv, &file, &defaults(), None).unwrap()
    }

    async fn apply(&self, rows: Vec<SheetRow>, policy: BadRowPolicy) -> Result<ImportReport, Fault> {
        self.workspace.import_apply(rows, defaults(), policy).await
    }
}

fn fates(check: &ImportCheck) -> Vec<RowBecomes> {
    check.rows.iter().map(|row| row.becomes).collect()
}

#[tokio::test]
async fn a_sheet_says_what_becomes_of_each_row_and_keeps_nothing() {
    let site = site();
    let sheet = site.read("host,ip,port\na,a.example,22\nb,b.example,ssh\n");
    let check = site.workspace.import_check(&sheet.rows, &defaults()).unwrap();
    assert_eq!(fates(&check), [RowBecomes::Added, RowBecomes::Bad]);
    assert_eq!((check.added, check.bad, check.clients_added.len(), check.environments_added.len()), (1, 1, 1, 1));
    assert_eq!(site.workspace.host_list(None).unwrap(), []);
    let refused = site.apply(sheet.rows, BadRowPolicy::Refuse).await.unwrap_err();
    assert!(refused.message.contains("line 3: “ssh” is not a port"), "{}", refused.message);
    assert_eq!(site.workspace.host_list(None).unwrap(), []);
}

#[tokio::test]
async fn the_fields_that_change_are_named_with_what_the_inventory_says() {
    let site = site();
    let sheet = site.read("host,ip,tags\na,a.example,web\nb,b.example,\n");
    let report = site.apply(sheet.rows, BadRowPolicy::Refuse).await.unwrap();
    assert_eq!(report.hosts_added.len(), 2);
    let sheet = site.read("host,ip,tags,jump\na,a.example,web blue,b\nb,b.example,,\n");
    let check = site.workspace.import_check(&sheet.rows, &defaults()).unwrap();
    assert_eq!(fates(&check), [RowBecomes::Changed, RowBecomes::Unchanged]);
    let change = |field, before: &str, after: &str| FieldChange { field, before: before.into(), after: after.into() };
    assert_eq!(
        check.rows[0].changes,
        [change(ImportField::Jumps, "", "acme/prod/b"), change(ImportField::Tags, "web", "blue web")]
    );
    let report = site.apply(sheet.rows, BadRowPolicy::Refuse).await.unwrap();
    assert_eq!((report.hosts_changed.len(), report.hosts_unchanged.len()), (1, 1));
}

#[tokio::test]
async fn bad_rows_are_left_out_with_those_that_lead_through_them() {
    let site = site();
    let sheet = site.read("host,ip,port,jump\ngate,g.example,ssh,\nfar,f.example,22,gate\nok,o.example,22,\n");
    let report = site.apply(sheet.rows, BadRowPolicy::LeaveOut).await.unwrap();
    assert_eq!(report.hosts_added.iter().map(ToString::to_string).collect::<Vec<_>>(), ["acme/prod/ok"]);
    let lines: Vec<(u32, &str)> = report.left_out.iter().map(|row| (row.line, row.message.as_str())).collect();
    assert_eq!(lines, [(2, "“ssh” is not a port"), (3, "it is reached through “acme/prod/gate”, which is left out")]);
}

#[tokio::test]
async fn what_an_import_does_not_do_to_an_environment_is_told() {
    let site = site();
    let first = site.read("host,ip,production\na,a.example,yes\n");
    site.apply(first.rows, BadRowPolicy::Refuse).await.unwrap();
    let second = site.read("host,ip,production,time zone\na,a.example,no,Europe/Berlin\n");
    let check = site.workspace.import_check(&second.rows, &defaults()).unwrap();
    assert_eq!(
        check.notes,
        [
            "the time zone of “acme/prod” stays UTC: an import does not make it Europe/Berlin",
            "“acme/prod” stays production: an import changes no environment that is there"
        ]
    );
}

#[test]
fn a_sheet_that_is_too_large_is_refused() {
    let site = tokio::runtime::Runtime::new().unwrap().block_on(async { site() });
    let row = SheetRow { line: 1, cells: [(ImportField::Host, "a".repeat(MAXIMUM_LINE_BYTES + 1))].into() };
    assert!(site.workspace.import_check(std::slice::from_ref(&row), &defaults()).is_err());
    let empty = SheetRow { line: 1, cells: std::collections::BTreeMap::new() };
    assert!(site.workspace.import_check(&vec![empty; MAXIMUM_HOSTS + 1], &defaults()).is_err());
}

#[test]
fn a_device_without_an_end_is_read_no_further_than_the_limit() {
    let endless = Path::new("/dev/zero");
    let read = read(ImportKind::Csv, endless, &defaults(), Header::Guessed).map(drop);
    assert_eq!(read.unwrap_err().code, Code::InvalidInput);
}

#[tokio::test]
async fn known_hosts_vouches_for_the_hosts_that_it_names_and_changes_nothing() {
    let site = site();
    let sheet = site.read("host,ip,port\na,192.0.2.1,22\nb,192.0.2.2,2222\nc,192.0.2.3,22\n");
    site.apply(sheet.rows, BadRowPolicy::Refuse).await.unwrap();
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";
    let file = site.folder.path().join("known_hosts");
    std::fs::write(&file, format!("192.0.2.1 {key}\n@revoked [192.0.2.2]:2222 {key}\n")).unwrap();
    let hosts: Vec<_> = site.workspace.host_list(None).unwrap().into_iter().map(|host| host.path).collect();
    let found = site.workspace.known_hosts_read(Some(&file), &hosts).unwrap();
    let told: Vec<(String, usize, usize)> =
        found.hosts.iter().map(|host| (host.host.to_string(), host.trusted.len(), host.revoked.len())).collect();
    assert_eq!(told, [("acme/prod/a".to_owned(), 1, 0), ("acme/prod/b".to_owned(), 0, 1)]);
    assert!(site.workspace.host_show(&hosts[0]).unwrap().pins.is_empty());
    assert!(site.workspace.known_hosts_read(Some(&site.folder.path().join("gone")), &hosts).is_err());
}
