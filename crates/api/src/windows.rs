//! Maintenance windows of environments: what rules mean, before and after they are kept.

use crate::workspace::Workspace;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use millwright_domain::window::{Span, Standing, Windows, in_both_zones, zone};
use millwright_domain::{EnvironmentPath, Fault};
use millwright_store::table::environment;
use serde::Serialize;
use ts_rs::TS;

/// What an environment's windows mean from now on.
#[derive(Debug, Clone, Serialize, TS)]
pub struct WindowsView {
    /// The rules, each as it is kept.
    pub rules: Vec<String>,
    /// The environment's time zone.
    pub time_zone: String,
    /// This machine's.
    pub my_time_zone: String,
    /// Whether changes may start now.
    pub standing: Standing,
    /// The next occurrences, the one at hand first; none where changes may start at any time.
    pub next: Vec<Occurrence>,
}

/// A window that comes.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Occurrence {
    /// From when until when.
    pub span: Span,
    /// Its beginning in both zones, for people.
    pub from: String,
    /// Its end in both zones.
    pub until: String,
}

impl Workspace {
    /// What an environment's windows mean; `draft` are rules that are tried instead of those that are kept.
    pub fn windows_show(
        &self,
        path: &EnvironmentPath,
        draft: Option<&str>,
        count: usize,
    ) -> Result<WindowsView, Fault> {
        let found = self.store.read(|reader| environment::find(reader, path))?;
        let windows = match draft {
            Some(draft) => draft.parse::<Windows>()?,
            None => found.windows,
        };
        let (theirs, mine, now) = (zone(&found.time_zone)?, TimeZone::system(), Timestamp::now());
        let standing = windows.standing(now, &theirs);
        let next = if standing == Standing::Always { Vec::new() } else { windows.next(now, &theirs, count) };
        let next = next.into_iter().map(|span| Occurrence {
            span,
            from: in_both_zones(span.from, &theirs, &mine),
            until: in_both_zones(span.until, &theirs, &mine),
        });
        Ok(WindowsView {
            rules: windows.rules().iter().map(ToString::to_string).collect(),
            time_zone: found.time_zone,
            my_time_zone: mine.iana_name().unwrap_or("UTC").to_owned(),
            standing,
            next: next.collect(),
        })
    }
}
