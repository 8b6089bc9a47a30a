//! The keywords of OpenSSH's client configuration, and what each is to us.

use crate::import::problem::{quoted, wrong};
use millwright_domain::Fault;
use millwright_domain::recipe::nearest;

/// What a keyword is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    Host,
    Match,
    Include,
    IgnoreUnknown,
    ProxyCommand,
    /// It says how a host is reached.
    Setting(SettingKeyword),
    /// It has no bearing on how Millwright reaches a host.
    WithoutEffect,
    /// It might have a bearing, so leaving it out is worth a note.
    LeftOut,
}

/// The settings whose values are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SettingKeyword {
    HostName,
    Port,
    User,
    IdentityFile,
    ProxyJump,
}

impl Keyword {
    /// Keywords know no case.
    pub(super) fn parse(word: &str) -> Result<Keyword, Fault> {
        let lower = word.to_ascii_lowercase();
        if let Some((_, keyword)) = READ.iter().find(|(name, _)| *name == lower) {
            return Ok(*keyword);
        }
        if LEFT_OUT.contains(&lower.as_str()) {
            return Ok(Keyword::LeftOut);
        }
        if WITHOUT_EFFECT.contains(&lower.as_str()) {
            return Ok(Keyword::WithoutEffect);
        }
        let known =
            READ.iter().map(|(name, _)| *name).chain(LEFT_OUT.iter().copied()).chain(WITHOUT_EFFECT.iter().copied());
        let hint = match nearest(&lower, known) {
            Some(meant) => format!("Did you mean “{meant}”?"),
            None => "If your ssh knows it, name it in an IgnoreUnknown line above.".to_owned(),
        };
        Err(wrong(format!("OpenSSH has no keyword {}", quoted(word)), hint))
    }
}

const READ: &[(&str, Keyword)] = &[
    ("host", Keyword::Host),
    ("match", Keyword::Match),
    ("include", Keyword::Include),
    ("ignoreunknown", Keyword::IgnoreUnknown),
    ("hostname", Keyword::Setting(SettingKeyword::HostName)),
    ("port", Keyword::Setting(SettingKeyword::Port)),
    ("user", Keyword::Setting(SettingKeyword::User)),
    ("identityfile", Keyword::Setting(SettingKeyword::IdentityFile)),
    ("proxyjump", Keyword::Setting(SettingKeyword::ProxyJump)),
    ("proxycommand", Keyword::ProxyCommand),
];

const LEFT_OUT: &[&str] = &[
    "addressfamily",
    "bindaddress",
    "bindinterface",
    "canonicaldomains",
    "canonicalizehostname",
    "certificatefile",
    "gssapiauthentication",
    "hostkeyalias",
    "identityagent",
    "knownhostscommand",
    "localcommand",
    "pkcs11provider",
    "proxyusefdpass",
    "remotecommand",
    "securitykeyprovider",
    "smartcarddevice",
    "stricthostkeychecking",
    "tag",
];

const WITHOUT_EFFECT: &[&str] = &[
    "addkeystoagent",
    "batchmode",
    "canonicalizefallbacklocal",
    "canonicalizemaxdots",
    "canonicalizepermittedcnames",
    "casignaturealgorithms",
    "challengeresponseauthentication",
    "channeltimeout",
    "checkhostip",
    "cipher",
    "ciphers",
    "clearallforwardings",
    "compression",
    "compressionlevel",
    "connectionattempts",
    "connecttimeout",
    "controlmaster",
    "controlpath",
    "controlpersist",
    "dsaauthentication",
    "dynamicforward",
    "enableescapecommandline",
    "enablesshkeysign",
    "escapechar",
    "exitonforwardfailure",
    "fingerprinthash",
    "forkafterauthentication",
    "forwardagent",
    "forwardx11",
    "forwardx11timeout",
    "forwardx11trusted",
    "gatewayports",
    "globalknownhostsfile",
    "gssapiclientidentity",
    "gssapidelegatecredentials",
    "gssapikexalgorithms",
    "gssapikeyexchange",
    "gssapirenewalforcesrekey",
    "gssapiserveridentity",
    "gssapitrustdns",
    "hashknownhosts",
    "hostbasedacceptedalgorithms",
    "hostbasedauthentication",
    "hostbasedkeytypes",
    "hostkeyalgorithms",
    "identitiesonly",
    "ipqos",
    "kbdinteractiveauthentication",
    "kbdinteractivedevices",
    "keepalive",
    "kexalgorithms",
    "localforward",
    "loglevel",
    "logverbose",
    "macs",
    "nohostauthenticationforlocalhost",
    "numberofpasswordprompts",
    "obscurekeystroketiming",
    "passwordauthentication",
    "permitlocalcommand",
    "permitremoteopen",
    "preferredauthentications",
    "protocol",
    "pubkeyacceptedalgorithms",
    "pubkeyacceptedkeytypes",
    "pubkeyauthentication",
    "refuseconnection",
    "rekeylimit",
    "remoteforward",
    "requesttty",
    "requiredrsasize",
    "revokedhostkeys",
    "rsaauthentication",
    "sendenv",
    "serveralivecountmax",
    "serveraliveinterval",
    "sessiontype",
    "setenv",
    "stdinnull",
    "streamlocalbindmask",
    "streamlocalbindunlink",
    "syslogfacility",
    "tcpkeepalive",
    "updatehostkeys",
    "usekeychain",
    "useprivilegedport",
    "userknownhostsfile",
    "verifyhostkeydns",
    "versionaddendum",
    "visualhostkey",
    "warnweakcrypto",
    "xauthlocation",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_know_no_case_and_strangers_are_refused() {
        assert_eq!(Keyword::parse("HOSTNAME").unwrap(), Keyword::Setting(SettingKeyword::HostName));
        assert_eq!(Keyword::parse("hostKeyAlias").unwrap(), Keyword::LeftOut);
        assert_eq!(Keyword::parse("ServerAliveInterval").unwrap(), Keyword::WithoutEffect);
        assert_eq!(Keyword::parse("Hostnmae").unwrap_err().hint.as_deref(), Some("Did you mean “hostname”?"));
        assert!(Keyword::parse("banana").is_err());
    }
}
