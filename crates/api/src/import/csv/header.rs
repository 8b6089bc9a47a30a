//! The first row of a table: what its columns are taken for.

use crate::import::problem::{quoted, wrong};
use crate::import::sheet::{ImportField, SheetColumn};
use millwright_domain::Fault;
use millwright_domain::recipe::nearest;

/// How a first row is read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Header<'m> {
    /// Every title must be known: whoever wrote it wrote it for us.
    Strict,
    /// What is known is taken, the rest is left out: a person will see it.
    Guessed,
    /// A person has said what each column is.
    Mapped(&'m [Option<ImportField>]),
}

/// What the columns of the command line's tables are called, and what they are.
const NAMES: [(&str, ImportField); 16] = [
    ("path", ImportField::Host),
    ("client", ImportField::Client),
    ("environment", ImportField::Environment),
    ("host", ImportField::Host),
    ("client_name", ImportField::ClientName),
    ("address", ImportField::Address),
    ("port", ImportField::Port),
    ("user", ImportField::User),
    ("key", ImportField::Key),
    ("agent", ImportField::Agent),
    ("ask_password", ImportField::AskPassword),
    ("jump", ImportField::Jumps),
    ("sudo", ImportField::Sudo),
    ("tags", ImportField::Tags),
    ("time_zone", ImportField::TimeZone),
    ("production", ImportField::Production),
];

/// What others call them, without case, spaces and marks; in English, German, French, Spanish, Italian and Dutch.
const OTHER_NAMES: [(ImportField, &str); 14] = [
    (
        ImportField::Client,
        "customer tenant organisation organization company kunde kundenkürzel mandant firma société \
            cliente klant",
    ),
    (ImportField::Environment, "env stage umgebung environnement entorno ambiente omgeving"),
    (
        ImportField::Host,
        "hostname name server servername machine node nodename computer computername \
            inventoryhostname fullname alias rechner rechnername hôte serveur nom equipo servidor \
            nombre nome macchina",
    ),
    (
        ImportField::Address,
        "ip ipaddress ipaddr ipv4 ipv4address ipv6 ipv6address fqdn dns dnsname hostaddress \
            ansiblehost ansiblesshhost primaryip privateip publicip adresse ipadresse adresseip \
            dirección direcciónip indirizzo indirizzoip adres ipadres",
    ),
    (ImportField::Port, "sshport portnumber tcpport ansibleport ansiblesshport puerto porta poort"),
    (
        ImportField::User,
        "username sshuser login loginname account remoteuser ansibleuser ansiblesshuser benutzer \
            benutzername konto utilisateur compte usuario utente gebruiker",
    ),
    (
        ImportField::Key,
        "keyfile keypath identity identityfile sshkey sshkeyfile privatekeyfile privatekeypath \
            ansiblesshprivatekeyfile schlüssel schlüsseldatei clé clave chiave sleutel",
    ),
    (ImportField::Agent, "sshagent useagent"),
    (
        ImportField::Jumps,
        "jumps jumphost jumphosts jumpserver proxyjump bastion bastionhost gateway via sprunghost \
            sprungserver rebond",
    ),
    (ImportField::Sudo, "sudomode becoming becomeroot"),
    (
        ImportField::Tags,
        "tag label labels group groups role roles gruppe gruppen rolle rollen groupe groupes \
            étiquettes grupo grupos gruppo gruppi groep",
    ),
    (ImportField::TimeZone, "tz zeitzone fuseauhoraire zonahoraria fusoorario tijdzone"),
    (ImportField::Production, "prod isproduction isprod live produktion produktiv producción produzione productie"),
    (
        ImportField::ClientName,
        "customername companyname clienttitle kundenname firmenname nomduclient nombredelcliente",
    ),
];

const PARTS_AND_WHOLE: (&str, &str) =
    ("the columns path and client, environment or host say the same", "Keep path, or the other three.");

/// The columns of the titles, and what is wrong with them: the number of a title, or none for all of them.
pub(super) fn columns(titles: &[&str], header: Header<'_>) -> (Vec<SheetColumn>, Vec<(Option<usize>, Fault)>) {
    let mut columns: Vec<SheetColumn> = Vec::new();
    let mut faults = Vec::new();
    for (index, title) in titles.iter().enumerate() {
        let known = field_of(title);
        let secret = known.is_none() && sounds_secret(title);
        let wanted = match header {
            Header::Mapped(mapping) => mapping.get(index).copied().flatten(),
            Header::Strict | Header::Guessed => known,
        };
        let first = columns.iter().find(|column| wanted.is_some() && column.field == wanted);
        let is_taken = first.is_some() && wanted != Some(ImportField::Tags);
        match (header, first) {
            (Header::Strict, _) if wanted.is_none() => faults.push((Some(index), unknown(title))),
            (Header::Strict, Some(first)) if is_taken && is_path(&first.title) != is_path(title) => {
                faults.push((None, wrong(PARTS_AND_WHOLE.0, PARTS_AND_WHOLE.1)));
            }
            (Header::Strict | Header::Mapped(_), Some(_)) if is_taken => {
                faults
                    .push((Some(index), wrong(format!("the column {} is there twice", quoted(title)), "Remove one.")));
            }
            (_, _) => {}
        }
        let field = wanted.filter(|_| !secret && !is_taken);
        columns.push(SheetColumn { title: (*title).to_owned(), field, secret });
    }
    if faults.is_empty() {
        faults.extend(missing(&columns).map(|fault| (None, fault)));
    }
    (columns, faults)
}

fn missing(columns: &[SheetColumn]) -> Option<Fault> {
    let has = |field| columns.iter().any(|column| column.field == Some(field));
    let has_whole = columns.iter().any(|column| column.field == Some(ImportField::Host) && is_path(&column.title));
    if has_whole && (has(ImportField::Client) || has(ImportField::Environment)) {
        Some(wrong(PARTS_AND_WHOLE.0, PARTS_AND_WHOLE.1))
    } else if !has(ImportField::Host) {
        let hint = "Add path (client/environment/host), or client, environment and host.";
        Some(wrong("no column names the hosts", hint))
    } else if !has(ImportField::Address) {
        Some(wrong("there is no column address", "Add it: the DNS name or IP address of each host."))
    } else {
        None
    }
}

fn field_of(title: &str) -> Option<ImportField> {
    let name = simple(title);
    let own = NAMES.iter().find(|(own, _)| own.replace('_', "") == name).map(|(_, field)| *field);
    own.or_else(|| {
        OTHER_NAMES.iter().find(|(_, names)| names.split(' ').any(|other| other == name)).map(|(field, _)| *field)
    })
}

/// A title as names are compared: in lower case, its letters and digits only.
fn simple(title: &str) -> String {
    title.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn is_path(title: &str) -> bool {
    simple(title) == "path"
}

fn sounds_secret(title: &str) -> bool {
    let name = simple(title);
    [
        "pass",
        "pwd",
        "secret",
        "token",
        "credential",
        "privatekey",
        "apikey",
        "kennwort",
        "geheim",
        "motdepasse",
        "contraseña",
        "wachtwoord",
    ]
    .iter()
    .any(|part| name.contains(part))
}

fn unknown(title: &str) -> Fault {
    let name = title.trim().to_lowercase().replace([' ', '-'], "_");
    let names = NAMES.map(|(name, _)| name);
    let hint = if sounds_secret(title) {
        "Passwords are not imported. Remove the column; ask_password=yes lets Millwright ask when it connects."
            .to_owned()
    } else if let Some(meant) = nearest(&name, names) {
        format!("Did you mean “{meant}”?")
    } else {
        format!("The columns are {}.", names.join(", "))
    };
    wrong(format!("there is no column {}", quoted(title)), hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn guessed(titles: &str) -> Vec<Option<ImportField>> {
        let titles: Vec<&str> = titles.split(',').collect();
        columns(&titles, Header::Guessed).0.into_iter().map(|column| column.field).collect()
    }

    #[rstest]
    #[case("Host Name", Some(ImportField::Host))]
    #[case("hostname", Some(ImportField::Host))]
    #[case("SERVER", Some(ImportField::Host))]
    #[case("IP-Adresse", Some(ImportField::Address))]
    #[case("FQDN", Some(ImportField::Address))]
    #[case("ansible_host", Some(ImportField::Address))]
    #[case("Dirección IP", Some(ImportField::Address))]
    #[case("SSH Port", Some(ImportField::Port))]
    #[case("ssh_user", Some(ImportField::User))]
    #[case("Benutzername", Some(ImportField::User))]
    #[case("identity_file", Some(ImportField::Key))]
    #[case("Gruppe", Some(ImportField::Tags))]
    #[case("ProxyJump", Some(ImportField::Jumps))]
    #[case("Zeitzone", Some(ImportField::TimeZone))]
    #[case("Kunde", Some(ImportField::Client))]
    #[case("Umgebung", Some(ImportField::Environment))]
    #[case("ask password", Some(ImportField::AskPassword))]
    #[case("rack", None)]
    #[case("Passwort", None)]
    #[case("root_password", None)]
    #[case("private key", None)]
    #[case("", None)]
    fn titles(#[case] title: &str, #[case] expected: Option<ImportField>) {
        assert_eq!(guessed(title), [expected]);
    }

    #[test]
    fn the_first_of_two_wins_and_tags_are_put_together() {
        assert_eq!(
            guessed("name,hostname,ip,fqdn,group,role"),
            [
                Some(ImportField::Host),
                None,
                Some(ImportField::Address),
                None,
                Some(ImportField::Tags),
                Some(ImportField::Tags)
            ]
        );
    }

    #[test]
    fn a_mapping_is_a_persons_word_but_no_secret_is_read() {
        let mapping = [Some(ImportField::Address), Some(ImportField::Host), None];
        let (found, faults) = columns(&["name", "password", "x"], Header::Mapped(&mapping));
        assert_eq!(found[0].field, Some(ImportField::Address));
        assert_eq!((found[1].field, found[1].secret), (None, true));
        assert_eq!(faults.len(), 1, "no column names the hosts");
    }

    #[test]
    fn a_name_stands_for_one_thing() {
        let mut names: Vec<String> = NAMES.iter().map(|(name, _)| simple(name)).collect();
        names.extend(OTHER_NAMES.iter().flat_map(|(_, names)| names.split_whitespace().map(simple)));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
