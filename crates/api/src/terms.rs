//! How a plan should go, as a person says it, and what follows from that and from what is kept.

use crate::policies::file_name;
use crate::workspace::Workspace;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use millwright_domain::policy::{GivenPolicy, Policy};
use millwright_domain::run::{Follows, RebootWish};
use millwright_domain::{Code, Fault, Selector};
use millwright_planner::{Policies, Terms, WindowRule};
use millwright_store::table::policy;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How long a plan may wait for its run, unless somebody says otherwise.
const LIVES_FOR_SECONDS: u32 = 24 * 3600;
/// Nothing that is known of a host says much after this long.
const LIVES_FOR_AT_MOST_SECONDS: u32 = 31 * 24 * 3600;

/// How a plan should go. What is not said follows from policies and settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct How {
    /// How many hosts at once.
    #[ts(optional)]
    pub parallel: Option<u32>,
    /// A policy in place of the workspace's, for this plan only.
    #[ts(optional)]
    pub policy: Option<GivenPolicy>,
    /// Whether hosts are restarted after updates.
    #[ts(optional)]
    pub reboot: Option<RebootWish>,
    /// What maintenance windows mean.
    pub windows: WindowWish,
    /// How long the plan may wait for its run.
    #[ts(optional)]
    pub lives_for_seconds: Option<u32>,
    /// Updates are planned from what the hosts said last, without asking them now. Each host is looked at again before its
    /// first step.
    pub from_facts: bool,
}

/// What maintenance windows mean for a plan.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum WindowWish {
    /// A host outside of its window is held.
    #[default]
    Respect,
    /// Each host waits for its next window.
    WaitFor,
    /// They do not count.
    Override {
        /// Why not; it goes into the audit.
        reason: String,
    },
}

impl Workspace {
    /// What a plan for these hosts stands on.
    pub(crate) fn terms(&self, selector: &Selector, how: &How, follows: Option<Follows>) -> Result<Terms, Fault> {
        let parallel = how.parallel.map_or_else(|| self.parallel(), Ok)?;
        let lives_for = how.lives_for_seconds.unwrap_or(LIVES_FOR_SECONDS);
        if !(60..=LIVES_FOR_AT_MOST_SECONDS).contains(&lives_for) {
            return Err(Fault::new(Code::InvalidInput, format!("a plan cannot live for {lives_for} s"))
                .with_hint("Between one minute and 31 days."));
        }
        let mine = TimeZone::system();
        let windows = match &how.windows {
            WindowWish::Respect => WindowRule::Respect { mine },
            WindowWish::WaitFor => WindowRule::WaitFor { mine },
            WindowWish::Override { reason } if reason.trim().is_empty() => {
                return Err(Fault::new(Code::InvalidInput, "overriding maintenance windows needs a reason")
                    .with_hint("It goes into the audit: say why it cannot wait."));
            }
            WindowWish::Override { reason } => WindowRule::Override { reason: reason.trim().to_owned() },
        };
        let now = Timestamp::now();
        Ok(Terms {
            selector: selector.to_string(),
            parallel,
            policies: self.policies(how.policy.as_ref())?,
            now,
            expires_at: now.saturating_add(SignedDuration::from_secs(i64::from(lives_for))).unwrap_or(Timestamp::MAX),
            windows,
            reboot: how.reboot,
            follows,
        })
    }

    fn policies(&self, given: Option<&GivenPolicy>) -> Result<Policies, Fault> {
        let (own, of_clients) =
            self.store.read(|reader| Ok((policy::find(reader, None)?, policy::of_clients(reader)?)))?;
        let read = |name: &str, text: &str| Policy::parse(name, text).map_err(Fault::from);
        let (name, base) = match (given, own) {
            (Some(given), _) => (format!("the policy in {}", given.name), read(&given.name, &given.text)?),
            (None, Some(text)) => ("the workspace's policy".to_owned(), read(&file_name(None), &text)?),
            (None, None) => ("no policy".to_owned(), Policy::default()),
        };
        let of_clients = of_clients
            .into_iter()
            .map(|(slug, text)| Ok((slug.clone(), read(&file_name(Some(&slug)), &text)?)))
            .collect::<Result<_, Fault>>()?;
        Ok(Policies { name, base, given: given.cloned(), of_clients })
    }
}
