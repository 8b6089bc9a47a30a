//! From what a technician gave to the values that templates see.

use super::parameter::{MissingKind, ParameterError, ParameterValue, Parameters};
use crate::fault::Fault;
use indexmap::IndexMap;
use std::collections::BTreeSet;

/// What was given: texts by name, and the names of the secrets that the caller holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// `--set name=value`.
    pub values: IndexMap<String, String>,
    /// Secrets that were asked for at a prompt. Their values stay with the caller.
    pub secrets: BTreeSet<String>,
}

/// A value for every parameter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    /// The plain values, in the order of the parameters.
    pub plain: IndexMap<String, ParameterValue>,
    /// The names of the secrets that are there.
    pub secrets: BTreeSet<String>,
}

impl Values {
    /// The plain values as texts, as somebody would give them again.
    pub fn texts(&self) -> IndexMap<String, String> {
        self.plain.iter().map(|(name, value)| (name.clone(), value.to_string())).collect()
    }
}

/// Gives every parameter its value, or says everything that is wrong with what was given.
pub fn resolve(parameters: &Parameters, given: &Given) -> Result<Values, Vec<Fault>> {
    let mut values = Values::default();
    let mut faults = Vec::new();
    let unknown = given.values.keys().chain(&given.secrets).filter(|name| parameters.get(name).is_none());
    for name in unknown {
        let known = parameters.iter().map(|parameter| parameter.name.clone()).collect();
        faults.push(Fault::from(ParameterError::Unknown { name: name.clone(), known }));
    }
    for parameter in parameters.iter() {
        let name = &parameter.name;
        let is_there = match given.values.get(name) {
            Some(text) => match ParameterValue::parse(parameter, text) {
                Ok(value) => {
                    values.plain.insert(name.clone(), value);
                    true
                }
                Err(error) => {
                    faults.push(error.into());
                    continue;
                }
            },
            None if parameter.is_secret() => given.secrets.contains(name) && values.secrets.insert(name.clone()),
            None => match parameter.default_value() {
                Some(value) => {
                    values.plain.insert(name.clone(), value);
                    true
                }
                None => false,
            },
        };
        if !is_there && parameter.is_required() {
            let kind = if parameter.is_secret() { MissingKind::Secret } else { MissingKind::Plain };
            let description = parameter.description.clone();
            faults.push(ParameterError::Missing { name: name.clone(), description, kind }.into());
        }
    }
    if faults.is_empty() { Ok(values) } else { Err(faults) }
}
