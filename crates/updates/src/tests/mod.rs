//! Every control on a release: that it refuses what it is for, and that nothing else would have.

mod beliefs;
mod memory_file;
mod properties;
mod refusals;
mod scene;
mod server;
mod starts;
mod transfers;
mod transport;
mod verdicts;
