//! Real hosts for tests, the demo and benchmarks. Nothing here imitates a server: what answers is OpenSSH, what boots is
//! systemd, what installs is apt.
//!
//! - [`Sshd`]: one rootless sshd that answers on any number of loopback addresses. Starts in milliseconds, for a plain
//!   user; stands for many hosts.
//! - [`Proxy`]: a TCP proxy in front of any server: delay, silence, dripping bytes, resets, and a count of round trips.
//! - [`Lab`] and [`Machine`]: Debian under `systemd-nspawn`, for what must be real: sudo, apt, services, a restart, a
//!   full disk, a cut link. Needs root, directly or by sudo.
//! - [`Repository`] and [`Package`]: an apt repository of packages that are made on the spot.
//!
//! Everything ends with its owner, whatever ends that: see `keeper.rs`. [`requirements`] says what this machine lacks.
//!
//! It knows nothing of Millwright: no crate of the product is among its dependencies.

mod cache;
mod debian_packages;
mod error;
mod http;
mod keeper;
mod keys;
mod lab;
mod loopback;
mod machine;
mod machine_options;
mod mirror;
mod package;
mod privilege;
mod process;
mod proxy;
mod repository;
mod requirements;
mod root_folder;
mod work_folder;

pub use cache::cache_folder;
pub use debian_packages::DebianPackages;
pub use error::LabError;
pub use keys::{KeyAlgorithm, PublicKey, generate_key, generate_key_with_passphrase};
pub use lab::{Lab, REPOSITORY_HOST, REPOSITORY_PORT};
pub use loopback::{LogDetail, Sshd, SshdOptions};
pub use machine::{BOOT_TIMEOUT, Inside, Machine};
pub use machine_options::{MachineOptions, Sudo};
pub use package::Package;
pub use proxy::{Flow, Proxy};
pub use repository::{Repository, Suite};
pub use requirements::{Missing, Part, requirements};
pub use root_folder::LabRoot;
