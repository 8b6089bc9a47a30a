//! The nouns and rules of Millwright.
//!
//! Owns: identifiers, names, selectors, the fleet, the catalogue, facts, recipes and runbooks as data, maintenance
//! windows, policies, plans, and the legal life of a job. Does not own: any clock, file, network, thread or database.
//! Time is always passed in.

pub mod actor;
pub mod audit;
pub mod facts;
pub mod fault;
pub mod fleet;
pub mod ids;
pub mod name;
pub mod policy;
pub mod recipe;
pub mod run;
pub mod selector;
pub mod version;
pub mod window;

pub use actor::Actor;
pub use fault::{Code, Fault, Rule};
pub use name::{EnvironmentPath, HostPath, Slug};
pub use selector::Selector;
pub use version::VersionScheme;
