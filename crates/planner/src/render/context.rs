//! What templates can see.

use millwright_domain::recipe::{ParameterValue, Parameters, Values};
use minijinja::Value;
use minijinja::value::{Object, ObjectRepr};
use std::fmt;
use std::sync::Arc;

/// The names besides the parameters that a template may use.
pub(super) const FACTS: &[&str] = &[
    "host.name",
    "host.client",
    "host.environment",
    "os.id",
    "os.version_id",
    "request.version",
    "installation.version",
];

/// What a recipe may know of the host and of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostContext {
    /// The host's name in its environment: `web-1`.
    pub name: String,
    /// Its client.
    pub client: String,
    /// Its environment.
    pub environment: String,
    /// `ID` of its `/etc/os-release`; empty when unknown.
    pub os_id: String,
    /// `VERSION_ID` of its `/etc/os-release`; empty when it has none.
    pub os_version_id: String,
    /// The version that was asked for. None renders as nothing, and counts as false in an `if`.
    pub requested_version: Option<String>,
    /// The version that is installed. None likewise.
    pub installed_version: Option<String>,
}

/// Everything that rendering needs.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'i> {
    /// The parameters of the recipe or runbook.
    pub parameters: &'i Parameters,
    /// Their values, as `millwright_domain::recipe::resolve` gives them.
    pub values: &'i Values,
    /// The host.
    pub host: &'i HostContext,
}

impl Inputs<'_> {
    /// The template engine's view of it.
    pub(super) fn to_value(self) -> Value {
        let HostContext { name, client, environment, os_id, os_version_id, requested_version, installed_version } =
            self.host;
        let facts = [
            ("host", Value::from_pairs([("name", name), ("client", client), ("environment", environment)])),
            ("os", Value::from_pairs([("id", os_id), ("version_id", os_version_id)])),
            ("request", Value::from_pairs([("version", requested_version.as_deref().unwrap_or_default())])),
            ("installation", Value::from_pairs([("version", installed_version.as_deref().unwrap_or_default())])),
        ];
        let parameters = self.parameters.iter().filter_map(|parameter| {
            let name = parameter.name.as_str();
            if parameter.is_secret() {
                let is_there = self.values.secrets.contains(name);
                let secret = || Value::from_object(Secret(name.to_owned()));
                return Some((name, if is_there { secret() } else { Value::from(()) }));
            }
            let value = self.values.plain.get(name)?;
            Some((
                name,
                match value {
                    ParameterValue::Boolean(value) => Value::from(*value),
                    ParameterValue::Integer(value) => Value::from(*value),
                    ParameterValue::Text(value) => Value::from(value),
                },
            ))
        });
        Value::from_pairs(facts.into_iter().chain(parameters))
    }
}

/// Stands for the value of a secret, which only the host will know.
#[derive(Debug)]
pub(super) struct Secret(pub(super) String);

/// Stands for the file that holds a secret on the host.
#[derive(Debug)]
pub(super) struct SecretFile(pub(super) String);

/// A text that goes into a script as it is.
#[derive(Debug)]
pub(super) struct Raw(pub(super) String);

impl Object for Secret {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl Object for SecretFile {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[file of a secret]")
    }
}

impl Object for Raw {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
