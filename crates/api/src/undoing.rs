//! Plans that take a run back: what it did is read from the journal, what the hosts have now is asked.

use crate::fan::fan_out;
use crate::library::{RecipeSource, RunbookSource};
use crate::planning::{Planned, Settings};
use crate::terms::How;
use crate::workspace::Workspace;
use millwright_domain::fleet::Host;
use millwright_domain::ids::{HostId, RunId};
use millwright_domain::recipe::{Recipe, Runbook, Values};
use millwright_domain::run::{Follows, FollowsHow, JobState, Plan, PlannedJob, Privilege, Wanted, Work};
use millwright_domain::{Code, Fault, Selector};
use millwright_packages::apt::PackageName;
use millwright_packages::{IndexRefresh, PackageManager};
use millwright_planner::{Known, LocalFile, PackageMove, UndoRequest, UndoneJob, UndoneSource, undo, undone_packages};
use millwright_runner::ports::Transport;
use millwright_runner::{Question, Secrets, ask};
use millwright_store::table::job::Job;
use millwright_store::table::{job, package_change, plan, run};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What a run was made of, as far as that is still known.
#[derive(Default)]
struct Origin {
    recipe: Option<(Recipe, Values)>,
    runbook: Option<(Runbook, Values)>,
    files: BTreeMap<String, LocalFile>,
    secrets: Secrets,
}

/// A run that has ended: what was planned, what became of it, and what became of packages.
struct Done {
    plan: Plan,
    jobs: Vec<Job>,
    moves: Vec<Option<Vec<PackageMove>>>,
}

impl Workspace {
    /// Plans to take back what a run did, on all of its hosts or only on some.
    pub async fn plan_undo(&self, id: RunId, only: Option<&Selector>, how: &How) -> Result<Planned, Fault> {
        self.plan_undo_after(id, only, how, Some(Follows { run: id, how: FollowsHow::Undoes })).await
    }

    pub(crate) async fn plan_undo_after(
        &self,
        id: RunId,
        only: Option<&Selector>,
        how: &How,
        follows: Option<Follows>,
    ) -> Result<Planned, Fault> {
        let done = self.done(id)?;
        let mut touched: HashSet<HostId> = done
            .jobs
            .iter()
            .zip(&done.plan.content.jobs)
            .filter(|(job, planned)| touched(job, planned))
            .map(|(job, _)| job.host_id)
            .collect();
        if let Some(only) = only {
            let chosen: HashSet<HostId> = self.host_list(Some(only))?.into_iter().map(|host| host.id).collect();
            touched.retain(|host| chosen.contains(host));
        }
        if touched.is_empty() {
            return Err(Fault::new(
                Code::NotFound,
                "the run changed nothing on these hosts: there is nothing to take back",
            ));
        }
        let selector = self.still_there(&touched)?;
        let mut terms = self.terms(&selector, how, follows)?;
        let origin = self.origin(&done.plan).await?;
        let source = origin.source();
        let jobs: Vec<UndoneJob<'_>> = done
            .jobs
            .iter()
            .zip(&done.plan.content.jobs)
            .zip(&done.moves)
            .filter(|((job, _), _)| touched.contains(&job.host_id))
            .map(|((job, planned), changes)| UndoneJob {
                host_id: job.host_id,
                planned,
                changes: changes.clone(),
                source,
            })
            .collect();
        let packages: HashMap<HostId, Vec<PackageName>> =
            jobs.iter().map(|job| (job.host_id, undone_packages(job))).collect();
        self.connections.refresh()?;
        let hosts = self.host_list(Some(&selector))?;
        let asked = self.ask_facts(hosts, IndexRefresh::Refresh, terms.parallel).await?;
        let asked = match (&origin.recipe, done.plan.content.jobs.iter().find_map(|job| job.installation.as_ref())) {
            (Some((recipe, values)), Some(planned)) => {
                self.probe(asked, recipe, values, planned.product_id, terms.parallel).await?
            }
            (Some(_) | None, _) => {
                let known = |facts| Known { facts: Some(facts), ..Known::default() };
                asked.into_iter().map(|(host, facts)| (host, facts.map(known))).collect()
            }
        };
        let known = self.ask_offered(asked, packages, terms.parallel).await?;
        terms.now = jiff::Timestamp::now();
        let content = &done.plan.content;
        let request = UndoRequest {
            terms,
            run: id,
            kind: content.kind,
            title: &content.title,
            done: &jobs,
            files: &origin.files,
        };
        let content = undo(&request, &self.candidates(known)?);
        drop(jobs);
        self.keep(content, origin.secrets).await
    }

    fn done(&self, id: RunId) -> Result<Done, Fault> {
        let (plan, jobs, changes) = self.store.read(|reader| {
            let plan = plan::find(reader, run::get(reader, id)?.plan_id)?;
            Ok((plan, job::of_run(reader, id)?, package_change::of_run(reader, id)?))
        })?;
        if jobs.iter().any(|job| !job.progress.state.has_ended()) {
            return Err(Fault::new(Code::Conflict, "the run has hosts whose work has not ended")
                .with_hint("Follow it to its end, or cancel it first."));
        }
        let mut moved: HashMap<_, Vec<PackageMove>> = HashMap::new();
        for (job, change) in changes {
            let change = PackageMove { name: change.name, before: change.before, after: change.after };
            moved.entry(job).or_default().push(change);
        }
        let moves = jobs.iter().map(|job| moved.remove(&job.id)).collect();
        Ok(Done { plan, jobs, moves })
    }

    /// The recipe or runbook of a plan. One that is not kept any more takes nothing back by its own steps; the planner
    /// says so in the grade.
    async fn origin(&self, plan: &Plan) -> Result<Origin, Fault> {
        match &plan.content.wanted {
            Wanted::Product { product, values, .. } => match self.find_recipe(product, &RecipeSource::Known) {
                Ok(found) => {
                    let settings = Settings { values: values.clone(), ..Settings::default() };
                    let (values, secrets) = self.values(&found.item.parameters, settings).await?;
                    let files = found.local_files(&found.item.files())?;
                    Ok(Origin { recipe: Some((found.item, values)), runbook: None, files, secrets })
                }
                Err(fault) if fault.code == Code::NotFound => Ok(Origin::default()),
                Err(fault) => Err(fault),
            },
            Wanted::Runbook { runbook, values } => match self.find_runbook(&RunbookSource::Named(runbook.clone())) {
                Ok(found) => {
                    let settings = Settings { values: values.clone(), ..Settings::default() };
                    let (values, secrets) = self.values(&found.item.parameters, settings).await?;
                    let files = found.local_files(&found.item.files())?;
                    Ok(Origin { recipe: None, runbook: Some((found.item, values)), files, secrets })
                }
                Err(fault) if fault.code == Code::NotFound => Ok(Origin::default()),
                Err(fault) => Err(fault),
            },
            Wanted::Patch { .. } | Wanted::Exec { .. } | Wanted::Undo { .. } => Ok(Origin::default()),
        }
    }

    /// Asks every host that could be asked which versions of these packages can be had.
    async fn ask_offered(
        &self,
        asked: Vec<(Host, Result<Known, Fault>)>,
        packages: HashMap<HostId, Vec<PackageName>>,
        parallel: u32,
    ) -> Result<Vec<(Host, Result<Known, Fault>)>, Fault> {
        let mut questions = Vec::new();
        for (host, known) in asked {
            let names = packages.get(&host.id).cloned().unwrap_or_default();
            questions.push((host, known, names));
        }
        let workspace = self.clone();
        fan_out(questions, parallel, &self.progress, move |(host, known, names)| {
            let workspace = workspace.clone();
            async move {
                let known = match known {
                    Ok(known) => workspace.offered(&host, known, &names).await,
                    Err(fault) => Err(fault),
                };
                Ok((host, known))
            }
        })
        .await
    }

    async fn offered(&self, host: &Host, known: Known, names: &[PackageName]) -> Result<Known, Fault> {
        let available = match known.facts.as_ref().map(PackageManager::of) {
            Some(Ok(manager)) if !names.is_empty() => {
                let question = Question {
                    script: manager.offered_script(names),
                    privilege: Privilege::Login,
                    timeout_seconds: 120,
                    limit_bytes: 8 << 20,
                };
                let answer = ask(&self.connections.connect(host.id).await?, &question).await?;
                if answer.exit_code == 0 { manager.parse_offered(names, &answer.output) } else { None }
            }
            // What has no packages to ask about needs no answer; the planner says what it cannot do.
            Some(Ok(_) | Err(_)) | None => None,
        };
        Ok(Known { available, ..known })
    }
}

impl Origin {
    fn source(&self) -> Option<UndoneSource<'_>> {
        let recipe = self.recipe.as_ref().map(|(recipe, values)| UndoneSource::Recipe { recipe, values });
        recipe.or_else(|| self.runbook.as_ref().map(|(runbook, values)| UndoneSource::Runbook { runbook, values }))
    }
}

/// Whether a job may have changed its host: it began there, was not held by its first look, and came past the step that
/// saves the configuration, before which nothing changes.
fn touched(job: &Job, planned: &PlannedJob) -> bool {
    let began = job.progress.started_at.is_some() && job.progress.state != JobState::Held;
    let Work::Detached(work) = &planned.work else { return began };
    let mut steps = work.stages.iter().flat_map(|stage| &stage.steps);
    let saves = planned.saved.as_ref().and_then(|saved| steps.find(|step| step.script.contains(&saved.directory)));
    let past_it = saves.is_none_or(|saves| {
        let succeeded = job.progress.state == JobState::Succeeded;
        succeeded || job.progress.step.is_some_and(|step| step > saves.number)
    });
    began && past_it
}
