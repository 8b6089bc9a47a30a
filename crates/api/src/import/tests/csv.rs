use super::{defaults, taken, told, told_all};
use crate::import::{Header, ReadSheet, read_csv};

fn read(text: &str) -> ReadSheet {
    read_csv("hosts.csv", text.as_bytes(), &defaults(), Header::Strict)
}

const EVERY_COLUMN: &str = "\
client,environment,host,client_name,address,port,user,key,agent,ask_password,jump,sudo,tags,time_zone,production
acme,prod,bastion,\"Acme, Inc.\",bastion.acme.example,,,,,,,,,Europe/Berlin,yes
acme,prod,web-1,,192.0.2.10,2222,deploy,~/.ssh/acme,,,bastion,nopasswd,web front,,

acme,prod,db-1,=cmd(),2001:db8::5,,,,SHA256:abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ,,acme/prod/bastion core/net/gate,ask,db;linux,,
,,lab,,lab.example,,,,no,yes,,,,,
";

#[test]
fn every_column_is_read() {
    // A formula is no other name for a client that has one already.
    insta::assert_snapshot!(told(read(EVERY_COLUMN)));
    let file = EVERY_COLUMN.replace("=cmd()", "");
    insta::assert_json_snapshot!(read(&file).rows[1]);
    insta::assert_snapshot!(told(read(&file)));
}

#[test]
fn spreadsheets_write_it_in_many_ways() {
    let expected = told(read("path,address,tags\na/b/c,c.example,x y\n"));
    for text in [
        "\u{feff}path,address,tags\r\na/b/c,c.example,x y\r\n",
        "path;address;tags\na/b/c;c.example;x y",
        "path\taddress\ttags\na/b/c\tc.example\tx y\n",
        "Path, Address ,TAGS\n a/b/c , c.example ,\"x;y\"\n",
        "\"path\",\"address\",\"tags\"\n\"a/b/c\",\"c.example\",\"x,y\"\n,,\n",
    ] {
        assert_eq!(told(read(text)), expected, "{text:?}");
    }
}

#[test]
fn formulas_are_text() {
    let (hosts, _) = taken(read("path,address,client_name\na/b/c,c.example,=cmd()\n")).unwrap();
    assert_eq!(hosts[0].1.client_name.as_deref(), Some("=cmd()"));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    insta::assert_snapshot!(told_all(
        &[
            "",
            "path,address\n",
            "path,adress\na/b/c,c.example\n",
            "path,address,password\na/b/c,c.example,hunter2\n",
            "path,host,address\na/b/c,c,c.example\n",
            "client,address\na,c.example\n",
            "path,path,address\n",
            "path\na/b/c\n",
            "path,address\na/b/c,c.example\na/b/d,d.example\na/b/c,e.example\n",
            "path,address,port,user,sudo\n../b/c,$(id),70000,-l,always\nA/b/c,=cmd(),x,a b,\n",
            "path,address\na/b/c,-oProxyCommand=id\na/b/d\na/b/e,e.example,22\n",
            "path,address,key,agent\na/b/c,c.example,id_rsa,\na/b/d,d.example,/k,yes\na/b/e,e.example,/k/../l,maybe\n",
            "path,address,time_zone,production\na/b/c,c.example,Europe/Berlin,yes\na/b/d,d.example,UTC,no\n",
            "path,address,time_zone\na/b/c,c.example,Mars/Olympus\n",
            "path,address,jump\na/b/c,c.example,c\na/b/d,d.example,c c\na/b/e,e.example,../x\n",
            "path,address\na/b/c,\"c.example\na/b/d,d.example\n",
            "path,address\na/b/c,c\".example\na/b/d,\"d.example\"x\n",
            "path,address\na/b/c,c.example\u{1b}[2J\n",
            "path,address\na/b/all,c.example\n",
        ],
        read
    ));
}

#[test]
fn many_problems_are_counted() {
    let mut text = "path,address\n".to_owned();
    for row in 0..1000 {
        text.push_str(&format!("a/b/c{row},$(id)\n"));
    }
    let problems = taken(read(&text)).unwrap_err();
    assert_eq!(problems.count(), 1000);
    assert!(problems.to_string().ends_with("and 980 more"), "{problems}");
    let fault = millwright_domain::Fault::from(problems);
    assert_eq!(fault.code, millwright_domain::Code::InvalidInput);
    assert!(fault.message.starts_with("1000 things are wrong"), "{}", fault.message);
}

#[test]
fn rows_stand_behind_their_jump_hosts_and_know_what_others_say_of_their_environment() {
    let file =
        "path,address,jump,time_zone\na/b/far,f.example,near,\na/b/near,n.example,gate,UTC\na/b/gate,g.example,,\n";
    let (hosts, _) = taken(read(file)).unwrap();
    assert_eq!(hosts.iter().map(|(_, row)| row.path.host.as_str()).collect::<Vec<_>>(), ["gate", "near", "far"]);
    assert!(hosts.iter().all(|(_, row)| row.time_zone.as_deref() == Some("UTC")));
    let circle = taken(read("path,address,jump\na/b/c,c.example,d\na/b/d,d.example,c\n")).unwrap_err();
    assert_eq!(circle.count(), 2, "{circle}");
}
