//! Plans as they are kept: looking at them, comparing and approving them, and letting them begin later.

use crate::people::Question;
use crate::planning::Planned;
use crate::workspace::Workspace;
use jiff::{SignedDuration, Timestamp};
use millwright_domain::ids::{PlanId, RunId};
use millwright_domain::run::{Plan, Work};
use millwright_domain::{Code, Fault};
use millwright_planner::{PlanDiff, diff};
use millwright_runner::Secrets;
use millwright_store::table::approval::{self, Approval};
use millwright_store::table::plan::{self, PlanSummary};
use millwright_store::table::run;
use millwright_store::table::schedule::{self, Scheduled};
use secrecy::ExposeSecret;
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use zeroize::Zeroizing;

/// How long a plan that did not begin at its time is shown as missed.
const SHOW_MISSED_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A plan with what has become of it.
#[derive(Debug, Clone, Serialize)]
pub struct PlanDocument {
    /// The plan.
    pub plan: Plan,
    /// Who has approved it, if somebody has.
    pub approval: Option<Approval>,
    /// When it begins by itself, if it does.
    pub schedule: Option<Scheduled>,
    /// Its run, if it was run.
    pub run: Option<RunId>,
}

impl Workspace {
    /// The newest plans, the newest first.
    pub fn plan_list(&self, limit: u32) -> Result<Vec<PlanSummary>, Fault> {
        Ok(self.store.read(|reader| plan::newest(reader, limit))?)
    }

    /// The plan whose id is, begins with, or ends with the given text.
    pub fn plan_find(&self, text: &str) -> Result<PlanId, Fault> {
        Ok(self.store.read(|reader| plan::find_id(reader, text))?)
    }

    /// A plan with what has become of it.
    pub fn plan_show(&self, id: PlanId) -> Result<PlanDocument, Fault> {
        Ok(self.store.read(|reader| {
            Ok(PlanDocument {
                plan: plan::find(reader, id)?,
                approval: approval::of_plan(reader, id)?,
                schedule: schedule::of_plan(reader, id)?,
                run: run::of_plan(reader, id)?,
            })
        })?)
    }

    /// What is different in a later plan.
    pub fn plan_diff(&self, earlier: PlanId, later: PlanId) -> Result<PlanDiff, Fault> {
        let (earlier, later) =
            self.store.read(|reader| Ok((plan::find(reader, earlier)?, plan::find(reader, later)?)))?;
        Ok(diff(&earlier.content, &later.content))
    }

    /// Approves a plan: whoever does it, and the hash of what they saw, are bound to it for good.
    pub async fn plan_approve(&self, id: PlanId, hash: &str) -> Result<Approval, Fault> {
        let hash = hash.to_owned();
        self.write(move |writer| approval::add(writer, id, &hash)).await
    }

    /// A kept plan, with its secrets asked for anew: they are kept nowhere.
    pub async fn planned(&self, id: PlanId) -> Result<Planned, Fault> {
        let plan = self.store.read(|reader| plan::find(reader, id))?;
        let mut secrets = Secrets::new();
        for name in secret_names(&plan) {
            let description = format!("for the plan “{}”", plan.content.title);
            let Some(secret) = self.people.ask(Question::Secret { name: name.clone(), description }).await else {
                return Err(Fault::new(Code::InvalidInput, format!("the secret “{name}” was not given"))
                    .with_hint("Secrets are kept nowhere: a plan that was made earlier asks for them again."));
            };
            secrets.insert(name, Zeroizing::new(secret.expose_secret().as_bytes().to_vec()));
        }
        Ok(Planned { plan, secrets: Arc::new(secrets) })
    }

    /// Lets an approved plan begin at a moment, while an application is up that can begin it.
    pub async fn plan_schedule(&self, id: PlanId, starts_at: Timestamp) -> Result<(), Fault> {
        self.may_wait(id, starts_at)?;
        self.write(move |writer| schedule::add(writer, id, starts_at)).await
    }

    /// Approves a plan and lets it begin at a moment: both, or neither.
    pub async fn plan_approve_for(&self, id: PlanId, hash: &str, starts_at: Timestamp) -> Result<Approval, Fault> {
        self.may_wait(id, starts_at)?;
        let hash = hash.to_owned();
        let approved = self.write(move |writer| {
            let approval = approval::add(writer, id, &hash)?;
            schedule::add(writer, id, starts_at)?;
            Ok(approval)
        });
        approved.await
    }

    /// Refuses a plan that could not begin by itself at that moment.
    fn may_wait(&self, id: PlanId, starts_at: Timestamp) -> Result<(), Fault> {
        let document = self.plan_show(id)?;
        if let Some(run) = document.run {
            return Err(Fault::new(Code::PlanUsed, format!("this plan was run already: run {run}")));
        }
        if let Some(name) = secret_names(&document.plan).first() {
            return Err(Fault::new(
                Code::Unsupported,
                format!("the plan needs the secret “{name}”, which is kept nowhere"),
            )
            .with_hint("Begin it yourself when its time has come."));
        }
        if starts_at >= document.plan.content.expires_at {
            return Err(Fault::new(Code::PlanExpired, "the plan will have expired by then")
                .with_hint("Plan closer to the time, or allow it to live longer with --expires-in."));
        }
        Ok(())
    }

    /// Takes a plan's time back.
    pub async fn plan_unschedule(&self, id: PlanId) -> Result<(), Fault> {
        let why = Fault::new(Code::Cancelled, "a person took it back");
        self.write(move |writer| schedule::give_up(writer, id, &why)).await
    }

    /// The plans that wait for their time, the soonest first; then those of the last days that did not begin at theirs.
    pub fn schedule_list(&self) -> Result<Vec<Scheduled>, Fault> {
        let since = Timestamp::now() - SHOW_MISSED_FOR;
        Ok(self.store.read(|reader| {
            let missed = schedule::given_up_since(reader, since)?;
            // What a person took back is no news to anybody.
            let missed = missed
                .into_iter()
                .filter(|plan| plan.fault.as_ref().is_some_and(|fault| fault.code != Code::Cancelled));
            Ok(schedule::waiting(reader)?.into_iter().chain(missed).collect())
        })?)
    }

    /// Begins every plan whose time has come, and gives up those that cannot begin any more. Each begins once, however
    /// many processes look. Who gets a run back has to follow it.
    pub async fn begin_due(&self) -> Result<Vec<RunId>, Fault> {
        let _under_way = match self.store.begin_work().map_err(Fault::from) {
            // Whoever looks next, after the update, begins them.
            Err(fault) if fault.code == Code::UpdateInstalling => return Ok(Vec::new()),
            begun => begun?,
        };
        let now = Timestamp::now();
        let mut begun = Vec::new();
        for due in self.store.read(schedule::waiting)?.into_iter().take_while(|waiting| waiting.starts_at <= now) {
            let id = due.plan_id;
            let began = self.write(move |writer| {
                let reader = writer.reader();
                if !schedule::of_plan(&reader, id)?
                    .is_some_and(|found| found.run_id.is_none() && found.ended_at.is_none())
                {
                    return Ok(None);
                }
                let found = plan::find(&reader, id)?;
                Ok(Some(run::begin(writer, &found)?.id))
            });
            match began.await {
                Ok(run) => begun.extend(run),
                Err(fault) => {
                    let fault = Fault { message: format!("it did not begin at its time: {}", fault.message), ..fault };
                    self.write(move |writer| schedule::give_up(writer, id, &fault)).await?;
                }
            }
        }
        Ok(begun)
    }
}

/// The secrets that a plan's steps need, by name.
fn secret_names(plan: &Plan) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for job in &plan.content.jobs {
        match &job.work {
            Work::Detached(work) => {
                let steps = work.stages.iter().flat_map(|stage| &stage.steps);
                names.extend(steps.flat_map(|step| step.secrets.iter().cloned()));
            }
            Work::Satisfied { .. } | Work::Attached { .. } | Work::LeftOut(_) => {}
        }
    }
    names
}
