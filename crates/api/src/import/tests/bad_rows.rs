//! Bad rows stay rows: each cell holds what the file says, and the problem stands at the cell.

use super::{defaults, is_known};
use crate::import::{
    Header, ImportField, Includes, ReadSheet, SheetRow, check, give_up_dependents, in_order, read_ansible, read_csv,
    read_ssh_config,
};
use rstest::rstest;

fn csv(text: &str) -> ReadSheet {
    read_csv("hosts.csv", text.as_bytes(), &defaults(), Header::Guessed)
}

fn ssh(text: &str) -> ReadSheet {
    read_ssh_config("config", text.as_bytes(), &defaults(), Includes::LeftOut)
}

fn ansible(text: &str) -> ReadSheet {
    read_ansible("hosts.ini", text.as_bytes(), &defaults())
}

/// The rows, and what is wrong with them: the row's number, the field, and what the cell says.
fn problems(rows: &[SheetRow]) -> Vec<(usize, Option<ImportField>, String)> {
    let checked = check(rows, &defaults(), is_known);
    let of_row = |index: usize| checked[index].problems.iter().map(move |problem| (index, problem.field));
    (0..checked.len())
        .flat_map(of_row)
        .map(|(index, field)| {
            let text = field.and_then(|field| rows[index].cells.get(&field)).cloned().unwrap_or_default();
            (index, field, text)
        })
        .collect()
}

#[rstest]
#[case::port(csv("host,ip,port\na,a.example,ssh\nb,b.example,22\n"), ImportField::Port, "ssh")]
#[case::name(csv("host,ip\nWeb 1,a.example\nb,b.example\n"), ImportField::Host, "Web 1")]
#[case::full_name(csv("path,ip\nacme/Prod/a,a.example\na/b/c,b.example\n"), ImportField::Environment, "Prod")]
#[case::no_full_name(csv("path,ip\nacme/a,a.example\na/b/c,b.example\n"), ImportField::Host, "acme/a")]
#[case::half_a_name(csv("path,ip\nacme//a,a.example\na/b/c,b.example\n"), ImportField::Host, "acme//a")]
#[case::empty(csv("host,ip\na,\nb,b.example\n"), ImportField::Address, "")]
#[case::jump(csv("host,ip,jump\na,a.example,gone\nb,b.example,\n"), ImportField::Jumps, "gone")]
#[case::login(csv("host,ip,key,ask_password\na,a.example,/k,yes\nb,b.example,,\n"), ImportField::AskPassword, "yes")]
#[case::ssh_port(ssh("Host a\n Port ssh\nHost b\n"), ImportField::Port, "ssh")]
#[case::ssh_two_ports(ssh("Host a\n Port 1 2\nHost b\n"), ImportField::Port, "1 2")]
#[case::ssh_address(ssh("Host a\n HostName $(id)\nHost b\n"), ImportField::Address, "$(id)")]
#[case::ssh_token(ssh("Host a\n HostName %n.example\nHost b\n"), ImportField::Address, "%n.example")]
#[case::ssh_quote(ssh("Host a\n HostName \"a\nHost b\n"), ImportField::Address, "\"a")]
#[case::ssh_no_address(ssh("Host a\n HostName\nHost b\n"), ImportField::Address, "")]
#[case::ssh_key(ssh("Host a\n IdentityFile ../id\nHost b\n"), ImportField::Key, "../id")]
#[case::ssh_jump(ssh("Host a\n ProxyJump -oX=1\nHost b\n"), ImportField::Jumps, "-oX=1")]
#[case::ssh_circle(ssh("Host a\n ProxyJump a\nHost b\n"), ImportField::Jumps, "a")]
#[case::ansible_port(ansible("a ansible_port=ssh\nb\n"), ImportField::Port, "ssh")]
#[case::ansible_port_in_the_name(ansible("a:99999\nb\n"), ImportField::Port, "99999")]
#[case::ansible_template(ansible("a ansible_host={{x}}\nb\n"), ImportField::Address, "{{x}}")]
#[case::ansible_become(ansible("a ansible_become=perhaps\nb\n"), ImportField::Sudo, "perhaps")]
#[case::ansible_jump(ansible("a ansible_ssh_common_args='-J a,,b'\nb\n"), ImportField::Jumps, "a,,b")]
fn a_bad_cell_holds_what_the_file_says(#[case] sheet: ReadSheet, #[case] field: ImportField, #[case] text: &str) {
    assert_eq!(sheet.rows.len(), 2, "{:?}", sheet.rows);
    assert_eq!(problems(&sheet.rows), [(0, Some(field), text.to_owned())]);
}

#[test]
fn a_row_that_was_put_right_is_well() {
    let mut rows = csv("host,ip,port\na,a.example,ssh\n").rows;
    rows[0].cells.insert(ImportField::Port, "22".to_owned());
    assert_eq!(problems(&rows), []);
}

#[test]
fn what_follows_from_a_bad_name_is_suggested() {
    let rows = csv("client,host,ip,tags,sudo\nACME,Web 1,a.example,Blue GREEN,NoPasswd\n").rows;
    let checked = check(&rows, &defaults(), is_known);
    let suggested: Vec<_> = checked[0].problems.iter().filter_map(|problem| problem.suggestion.as_deref()).collect();
    assert_eq!(suggested, ["acme", "web-1", "nopasswd", "blue green"]);
}

#[test]
fn a_full_name_may_stand_in_the_cell_of_the_host() {
    let row = |cells: &[(ImportField, &str)]| SheetRow {
        line: 1,
        cells: cells.iter().map(|(field, text)| (*field, (*text).to_owned())).collect(),
    };
    let address = (ImportField::Address, "a.example");
    let full = row(&[(ImportField::Host, "acme/prod/web-1"), address]);
    assert_eq!(problems(std::slice::from_ref(&full)), []);
    let twice = row(&[(ImportField::Host, "acme/prod/web-1"), (ImportField::Client, "acme"), address]);
    assert_eq!(problems(&[twice]), [(0, Some(ImportField::Host), "acme/prod/web-1".to_owned())]);
}

#[test]
fn rows_behind_a_bad_row_are_given_up_with_it_but_not_those_behind_a_known_host() {
    let text = "path,ip,jump,port\n\
        a/b/gate,g.example,,ssh\n\
        a/b/near,n.example,gate,\n\
        a/b/far,f.example,\"gate,near\",\n\
        a/b/other,o.example,core/net/gate,\n\
        core/net/gate,c.example,,ssh\n";
    let rows = csv(text).rows;
    let mut checked = check(&rows, &defaults(), is_known);
    give_up_dependents(&mut checked, is_known);
    let taken: Vec<String> = in_order(checked).iter().map(|(_, host)| host.path.to_string()).collect();
    assert_eq!(taken, ["a/b/other"]);
}

#[test]
fn what_a_bad_row_says_of_its_environment_holds_for_no_other() {
    let rows = csv("path,ip,time_zone,port\na/b/c,c.example,Europe/Berlin,ssh\na/b/d,d.example,,\n").rows;
    let hosts = in_order(check(&rows, &defaults(), is_known));
    assert_eq!(hosts.iter().map(|(_, host)| host.time_zone.clone()).collect::<Vec<_>>(), [None]);
}

#[test]
fn a_guessed_table_leaves_out_what_it_does_not_know_and_never_reads_a_secret() {
    let sheet = csv("Hostname;IP-Adresse;Rack;Passwort\nweb-1;192.0.2.1;7;hunter2\n");
    assert!(!format!("{sheet:?}").contains("hunter2"));
    assert_eq!(sheet.columns.iter().map(|column| column.secret).collect::<Vec<_>>(), [false, false, false, true]);
    let notes: Vec<String> = sheet.findings.into_notes().into_iter().map(|note| note.message).collect();
    assert_eq!(
        notes,
        [
            "the column “Rack” is left out: nobody has said what it is",
            "the column “Passwort” is left out: it sounds like a secret"
        ]
    );
}

#[test]
fn a_mapping_of_a_person_wins() {
    let mapping = [Some(ImportField::Address), Some(ImportField::Host)];
    let text = "host,address\n192.0.2.1,web-1\n";
    let sheet = read_csv("hosts.csv", text.as_bytes(), &defaults(), Header::Mapped(&mapping));
    assert_eq!(sheet.rows[0].cells[&ImportField::Host], "web-1");
    assert_eq!(sheet.rows[0].cells[&ImportField::Address], "192.0.2.1");
}
