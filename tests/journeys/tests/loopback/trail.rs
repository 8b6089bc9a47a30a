//! A command that leaves a trail: a line when it begins on a host and one when it ends, in the order in which it happens.

use millwright_journeys::{Fleet, HostEntry, eventually};
use millwright_lab::Sshd;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Hosts of these names, each at an address of its own.
pub(crate) fn fleet(sshd: &Sshd, paths: &[&str]) -> Vec<HostEntry> {
    let entry = |(host, path): (HostEntry, &&str)| HostEntry { path: (*path).to_owned(), ..host };
    sshd.hosts(paths.len()).into_iter().zip(paths).map(entry).collect()
}

/// Such a command. All hosts are this one machine, so they share the file; each writes down the address it was reached at.
pub(crate) struct Trail {
    file: PathBuf,
    hosts: Vec<HostEntry>,
}

impl Trail {
    /// The code with which it ends on a broken host.
    pub(crate) const BROKEN: i32 = 9;

    /// Its file lies in `folder`.
    pub(crate) fn of(hosts: &[HostEntry], folder: &Path) -> Self {
        Self { file: folder.join("trail"), hosts: hosts.to_vec() }
    }

    /// Its text for `sh`: some time of work, and longer while it is held up; none on a broken host.
    pub(crate) fn script(&self) -> String {
        let file = self.file.display();
        format!(
            "set -- $SSH_CONNECTION; echo \"+ $3\" >> {file}; \
             [ ! -e {file}-broken-$3 ] || {{ echo \"- $3\" >> {file}; exit {}; }}; \
             sleep 0.3; while [ -e {file}-held-up ]; do sleep 0.1; done; echo \"- $3\" >> {file}",
            Self::BROKEN
        )
    }

    /// It fails on this host from now on.
    pub(crate) fn break_host(&self, path: &str) {
        fs::write(self.mark(path), "").unwrap();
    }

    /// It succeeds there again.
    pub(crate) fn repair(&self, path: &str) {
        fs::remove_file(self.mark(path)).unwrap();
    }

    /// Whatever is at work does not end before [`Trail::let_go`].
    pub(crate) fn hold_up(&self) {
        fs::write(self.file.display().to_string() + "-held-up", "").unwrap();
    }

    /// The end of [`Trail::hold_up`].
    pub(crate) fn let_go(&self) {
        fs::remove_file(self.file.display().to_string() + "-held-up").unwrap();
    }

    /// The hosts on which it has begun, in that order; twice if it did twice.
    pub(crate) fn begun(&self) -> Vec<String> {
        self.lines().into_iter().filter_map(|(begins, host)| begins.then_some(host)).collect()
    }

    /// Waits until it has begun so often.
    pub(crate) fn wait_for(&self, count: usize) {
        eventually("the beginning of the command", || (self.begun().len() >= count).then_some(()));
    }

    /// How many hosts were at work at once, at most, of those whose name begins so.
    pub(crate) fn most_at_once(&self, beginning: &str) -> usize {
        let (mut now, mut most) = (0_usize, 0);
        for (begins, host) in self.lines() {
            if host.starts_with(beginning) {
                now = if begins { now + 1 } else { now - 1 };
                most = most.max(now);
            }
        }
        most
    }

    /// Whether every host of the former had ended before one of the latter began.
    pub(crate) fn is_before(&self, former: &[&str], latter: &[&str]) -> bool {
        let lines = self.lines();
        let last_end = lines.iter().rposition(|(begins, host)| !begins && former.contains(&host.as_str()));
        let first = lines.iter().position(|(begins, host)| *begins && latter.contains(&host.as_str()));
        first.is_none() || last_end < first
    }

    fn lines(&self) -> Vec<(bool, String)> {
        let text = fs::read_to_string(&self.file).unwrap_or_default();
        let read = |line: &str| {
            let (sign, address) = line.split_once(' ').unwrap();
            let host = self.hosts.iter().find(|host| host.address == address).unwrap();
            (sign == "+", host.path.clone())
        };
        text.lines().map(read).collect()
    }

    fn mark(&self, path: &str) -> String {
        let host = self.hosts.iter().find(|host| host.path == path).unwrap();
        format!("{}-broken-{}", self.file.display(), host.address)
    }
}
