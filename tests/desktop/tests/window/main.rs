//! The window from its outside.

mod boundary;
mod opening;
mod runbook;
mod terminal;
