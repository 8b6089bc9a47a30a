use super::{defaults, taken, told, told_all};
use crate::import::{ReadSheet, read_ansible};

fn ini(text: &str) -> ReadSheet {
    read_ansible("hosts", text.as_bytes(), &defaults())
}

fn yaml(text: &str) -> ReadSheet {
    read_ansible("hosts.yml", text.as_bytes(), &defaults())
}

#[test]
fn an_inventory_in_ini() {
    insta::assert_snapshot!(told(ini(r#"
mail.example.com
localhost ansible_connection=local

[web]
web[01:03].example.com ansible_port=2222
web01.example.com http_port=80 ansible_host=192.0.2.1   # moved
other:2022

[db_Servers]
db-[a:b] ansible_become=yes ansible_become_pass='s3cret word' ansible_user=postgres

[prod:children]
web
db_Servers

[prod:vars]
ansible_user = deploy
ansible_ssh_private_key_file = "~/.ssh/prod" # the team's
ansible_ssh_common_args = '-o ProxyJump=ops@bastion.example.com'

[web:vars]
ansible_user=www
ansible_ssh_common_args='-o ProxyCommand="ssh -W %h:%p elsewhere"'
ansible_password=hunter2

[all:vars]
ansible_user=everyone
ansible_become=true
"#)));
}

const YAML: &str = r#"
---
all:
  vars:
    ansible_user: everyone
  hosts:
    mail.example.com:
  children:
    web:
      hosts:
        web[01:02].example.com:
          ansible_port: 2222
        web02.example.com: {ansible_host: 192.0.2.2, http: {port: 80}}
      vars: &login
        ansible_user: www
        ansible_password: !vault |
          $ANSIBLE_VAULT;1.1;AES256
          6162
    prod:
      children:
        web:
        db:
          hosts:
            db-1:
              <<: *login
              ansible_user: postgres
              ansible_ssh_common_args: -J mail.example.com
          vars: {ansible_become: true}
"#;

#[test]
fn an_inventory_in_yaml() {
    insta::assert_snapshot!(told(yaml(YAML)));
    assert_eq!(told(yaml(YAML)), told(read_ansible("hosts.yml", YAML.as_bytes(), &defaults())));
}

#[test]
fn the_name_or_the_text_tells_yaml_from_ini() {
    for (name, text) in
        [("hosts", "all:\n  hosts:\n    a:\n"), ("x.json", r#"{"all": {"hosts": {"a": null}}}"#), ("x.ini", "a\n")]
    {
        let (hosts, _) = taken(read_ansible(name, text.as_bytes(), &defaults())).unwrap();
        assert_eq!(hosts[0].1.address, "a", "{name}");
    }
}

#[test]
fn secrets_are_in_nothing_that_is_said() {
    for text in [
        "a ansible_password=hunter2 ansible_become_pass=hunter2 my_token=hunter2\n",
        "a ansible_password=x hunter2\n",
        "[all:vars]\nansible_password\nhunter2\n",
        "a 'ansible_password=hunter2\n",
    ] {
        let told = format!("{:?}", ini(text));
        assert!(!told.contains("hunter2"), "{told}");
    }
    let told = format!("{:?}", yaml("all: {hosts: {a: {ansible_password: hunter2, api_key: [hunter2]}}}"));
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn what_is_wrong_in_ini_is_told_with_its_place() {
    insta::assert_snapshot!(told_all(
        &[
            "",
            "[web\na\n",
            "[web:chidren]\na\n",
            "[web servers]\na\n",
            "[prod:children]\nwbe\n[web]\na\n",
            "[nobody:vars]\nx=1\n",
            "[a:children]\nb\n[b:children]\na\n[c]\nx\n",
            "a[1:999999]\nb[3:1]\nc[1\n",
            "a ansible_port=ssh ansible_user='$(id)'\nb ansible_host={{ lookup('pipe', 'id') }}\n",
            "a ansible_host=\"{{ lookup('pipe', 'id') }}\"\n",
            "a 'b\n",
            "-oProxyCommand=id ansible_host=b\n$(id)\n",
            "a ansible_ssh_private_key_file=../id\n",
            "a ansible_ssh_common_args='-J a'\n",
        ],
        ini
    ));
}

#[test]
fn what_is_wrong_in_yaml_is_told_with_its_place() {
    insta::assert_snapshot!(told_all(
        &[
            "",
            "all: [a\n",
            "- hosts: all\n  tasks: []\n",
            "all:\n  host:\n    a:\n",
            "all:\n  hosts:\n    - a\n",
            "all:\n  hosts: a\n",
            "all:\n  hosts:\n    a:\n    a:\n",
            "all:\n  hosts: &x\n    a: *x\n",
            "all:\n  hosts:\n    a: {ansible_port: [22]}\n",
            "all:\n  hosts:\n    a: {ansible_user: !vault x}\n",
            "all:\n  hosts: {a: {}}\n---\nall: {}\n",
            "all:\n  hosts:\n    ? [a]\n    : b\n",
            "all:\n\thosts:\n",
        ],
        yaml
    ));
}
