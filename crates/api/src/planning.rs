//! Making plans: what is known of the selected hosts goes in, an immutable plan comes out and is kept.

use crate::fan::fan_out;
use crate::library::{RecipeSource, RunbookSource};
use crate::people::Question;
use crate::terms::How;
use crate::workspace::Workspace;
use indexmap::IndexMap;
use jiff::Timestamp;
use millwright_domain::facts::Facts;
use millwright_domain::fleet::{EnvironmentKind, Host};
use millwright_domain::ids::{HostId, ProductId};
use millwright_domain::recipe::{Given, Parameters, Recipe, Values, resolve};
use millwright_domain::run::{Follows, Plan, PlanContent, Privilege};
use millwright_domain::{Code, Fault, Selector, Slug, window};
use millwright_packages::IndexRefresh;
use millwright_planner::render::{HostContext, Inputs, render_probe};
use millwright_planner::{
    Candidate, CandidateEnvironment, ExecMode, ExecRequest, Known, PatchRequest, PatchScope, ProductAction,
    ProductRequest, RunbookRequest, exec, patch, product, product_files, runbook, runbook_files,
};
use millwright_runner::ports::Transport;
use millwright_runner::{Question as HostQuestion, Secrets, ask};
use millwright_store::table::{environment, facts, installation, plan, product as product_table};
use secrecy::{ExposeSecret, SecretString};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Values as they were given, and secrets as they were read from somewhere safe.
#[derive(Default)]
pub struct Settings {
    /// `name=value`.
    pub values: IndexMap<String, String>,
    /// Secrets by name.
    pub secrets: BTreeMap<String, SecretString>,
}

/// A kept plan, with the secrets that it needs, which are kept nowhere.
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// Its secrets.
    pub secrets: Arc<Secrets>,
}

/// A product request as a person makes it.
pub struct ProductWish {
    /// The product's short name.
    pub product: Slug,
    /// A version, if a certain one is wanted.
    pub version: Option<String>,
    /// What should become of it.
    pub action: ProductAction,
    /// The recipe.
    pub recipe: RecipeSource,
    /// The values.
    pub settings: Settings,
}

/// One command as a person asks for it.
pub struct ExecWish {
    /// The text for `sh`.
    pub script: String,
    /// As whom.
    pub privilege: Privilege,
    /// Whether it goes on without us.
    pub mode: ExecMode,
    /// How long it may take.
    pub timeout_seconds: u32,
}

impl Workspace {
    /// Plans one command. No host is asked anything.
    pub async fn plan_exec(&self, selector: &Selector, wish: ExecWish, how: &How) -> Result<Planned, Fault> {
        self.plan_exec_after(selector, wish, how, None).await
    }

    pub(crate) async fn plan_exec_after(
        &self,
        selector: &Selector,
        wish: ExecWish,
        how: &How,
        follows: Option<Follows>,
    ) -> Result<Planned, Fault> {
        let hosts = self.host_list(Some(selector))?;
        let ExecWish { script, privilege, mode, timeout_seconds } = wish;
        let terms = self.terms(selector, how, follows)?;
        let request = ExecRequest { terms, script, privilege, mode, timeout_seconds };
        let candidates = self.candidates(hosts.into_iter().map(|host| (host, Ok(Known::default()))).collect())?;
        self.keep(exec(&request, &candidates), Secrets::new()).await
    }

    /// Plans updates, from what the hosts say now.
    pub async fn plan_patch(&self, selector: &Selector, scope: PatchScope, how: &How) -> Result<Planned, Fault> {
        self.plan_patch_after(selector, scope, how, None).await
    }

    pub(crate) async fn plan_patch_after(
        &self,
        selector: &Selector,
        scope: PatchScope,
        how: &How,
        follows: Option<Follows>,
    ) -> Result<Planned, Fault> {
        let hosts = self.host_list(Some(selector))?;
        let mut terms = self.terms(selector, how, follows)?;
        let known = |facts| Known { facts, ..Known::default() };
        let known = if how.from_facts {
            let last = self.last_facts(&hosts)?;
            hosts.into_iter().zip(last).map(|(host, facts)| (host, Ok(known(facts)))).collect()
        } else {
            self.connections.refresh()?;
            let asked = self.ask_facts(hosts, IndexRefresh::Refresh, terms.parallel).await?;
            asked.into_iter().map(|(host, facts)| (host, facts.map(|facts| known(Some(facts))))).collect()
        };
        terms.now = Timestamp::now();
        let request = PatchRequest { terms, scope };
        let candidates = self.candidates(known)?;
        self.keep(patch(&request, &candidates), Secrets::new()).await
    }

    /// Plans a runbook. Hosts are not asked; what they said last decides whether it is for them.
    pub async fn plan_runbook(
        &self,
        selector: &Selector,
        source: &RunbookSource,
        settings: Settings,
        how: &How,
    ) -> Result<Planned, Fault> {
        self.plan_runbook_after(selector, source, settings, how, None).await
    }

    pub(crate) async fn plan_runbook_after(
        &self,
        selector: &Selector,
        source: &RunbookSource,
        settings: Settings,
        how: &How,
        follows: Option<Follows>,
    ) -> Result<Planned, Fault> {
        let hosts = self.host_list(Some(selector))?;
        let terms = self.terms(selector, how, follows)?;
        let found = self.find_runbook(source)?;
        let (values, secrets) = self.values(&found.item.parameters, settings).await?;
        let files = found.local_files(&found.item.files())?;
        let last = self.last_facts(&hosts)?;
        let known =
            hosts.into_iter().zip(last).map(|(host, facts)| (host, Ok(Known { facts, ..Known::default() }))).collect();
        let candidates = self.candidates(known)?;
        let request = RunbookRequest { terms, runbook: &found.item, values: &values, files: &files };
        let wanted = candidates.iter().map(|candidate| runbook_files(&request, candidate)).collect();
        let candidates = self.with_files(candidates, wanted, request.terms.parallel).await?;
        self.keep(runbook(&request, &candidates), secrets).await
    }

    /// Plans an installation, an upgrade or a removal, from what the hosts say now.
    pub async fn plan_product(&self, selector: &Selector, wish: ProductWish, how: &How) -> Result<Planned, Fault> {
        self.plan_product_after(selector, wish, how, None).await
    }

    pub(crate) async fn plan_product_after(
        &self,
        selector: &Selector,
        wish: ProductWish,
        how: &How,
        follows: Option<Follows>,
    ) -> Result<Planned, Fault> {
        let hosts = self.host_list(Some(selector))?;
        let mut terms = self.terms(selector, how, follows)?;
        let found = self.find_recipe(&wish.product, &wish.recipe)?;
        let recipe = &found.item;
        if let Some(version) = &wish.version {
            recipe.version.scheme.check(version)?;
        }
        let (values, secrets) = self.values(&recipe.parameters, wish.settings).await?;
        let files = found.local_files(&recipe.files())?;
        let product_id = self.ensure_product(recipe).await?;
        self.connections.refresh()?;
        let asked = self.ask_facts(hosts, IndexRefresh::Refresh, terms.parallel).await?;
        let known = self.probe(asked, recipe, &values, product_id, terms.parallel).await?;
        terms.now = Timestamp::now();
        let candidates = self.candidates(known)?;
        let request = ProductRequest {
            terms,
            action: wish.action,
            product_id,
            recipe,
            version: wish.version,
            values: &values,
            files: &files,
        };
        let wanted = candidates.iter().map(|candidate| product_files(&request, candidate)).collect();
        let candidates = self.with_files(candidates, wanted, request.terms.parallel).await?;
        self.keep(product(&request, &candidates), secrets).await
    }

    pub(crate) async fn keep(&self, content: PlanContent, secrets: Secrets) -> Result<Planned, Fault> {
        let plan = self.write(move |writer| plan::add(writer, content)).await?;
        Ok(Planned { plan, secrets: Arc::new(secrets) })
    }

    pub(crate) fn candidates(&self, known: Vec<(Host, Result<Known, Fault>)>) -> Result<Vec<Candidate>, Fault> {
        let mut environments = HashMap::new();
        for (_, found) in self.store.read(environment::list)? {
            let about = CandidateEnvironment {
                production: found.kind == EnvironmentKind::Production,
                zone: window::zone(&found.time_zone)?,
                windows: found.windows,
            };
            environments.insert(found.id, about);
        }
        let candidate = |(host, known): (Host, Result<Known, Fault>)| {
            let environment = environments.get(&host.environment_id).cloned().ok_or_else(|| {
                Fault::new(Code::WorkspaceCorrupt, format!("the host “{}” stands in no environment", host.path))
            })?;
            Ok(Candidate { host, environment, known })
        };
        known.into_iter().map(candidate).collect()
    }

    fn last_facts(&self, hosts: &[Host]) -> Result<Vec<Option<Facts>>, Fault> {
        Ok(self.store.read(|reader| {
            hosts.iter().map(|host| Ok(facts::of_host::<Facts>(reader, host.id)?.map(|(_, facts)| facts))).collect()
        })?)
    }

    /// Parameters' values; a required secret that was not given is asked for.
    pub(crate) async fn values(&self, parameters: &Parameters, settings: Settings) -> Result<(Values, Secrets), Fault> {
        let mut secrets = settings.secrets;
        for parameter in parameters.iter().filter(|parameter| parameter.is_secret() && parameter.is_required()) {
            if !secrets.contains_key(&parameter.name) {
                let question =
                    Question::Secret { name: parameter.name.clone(), description: parameter.description.clone() };
                if let Some(secret) = self.people.ask(question).await {
                    secrets.insert(parameter.name.clone(), secret);
                }
            }
        }
        for (name, secret) in &secrets {
            if let Some(parameter) = parameters.get(name) {
                parameter.check_secret(secret.expose_secret()).map_err(Fault::from)?;
            }
        }
        let given = Given { values: settings.values, secrets: secrets.keys().cloned().collect() };
        let values = resolve(parameters, &given).map_err(one_of)?;
        let bytes = |secret: SecretString| Zeroizing::new(secret.expose_secret().as_bytes().to_vec());
        Ok((values, secrets.into_iter().map(|(name, secret)| (name, bytes(secret))).collect()))
    }

    async fn ensure_product(&self, recipe: &Recipe) -> Result<ProductId, Fault> {
        let (vendor, slug) = (recipe.vendor.clone(), recipe.product.clone());
        let (title, scheme) = (recipe.title.clone(), recipe.version.scheme);
        let ensured = self.write(move |writer| product_table::ensure(writer, &vendor, &slug, &title, scheme)).await?;
        Ok(ensured.id)
    }

    /// Asks every reachable host which version of the product it has.
    pub(crate) async fn probe(
        &self,
        asked: Vec<(Host, Result<Facts, Fault>)>,
        recipe: &Recipe,
        values: &Values,
        product: ProductId,
        parallel: u32,
    ) -> Result<Vec<(Host, Result<Known, Fault>)>, Fault> {
        let mut questions = Vec::new();
        for (host, facts) in asked {
            let question = facts.and_then(|facts| {
                let context = context(&host, &facts);
                let inputs = Inputs { parameters: &recipe.parameters, values, host: &context };
                let probe = render_probe(&recipe.version, &inputs)?;
                let question = HostQuestion {
                    script: probe.script,
                    privilege: probe.privilege,
                    timeout_seconds: probe.timeout_seconds,
                    limit_bytes: 1 << 20,
                };
                Ok((facts, question))
            });
            questions.push((host, question));
        }
        let (workspace, rule) = (self.clone(), Arc::new(recipe.version.clone()));
        fan_out(questions, parallel, &self.progress, move |(host, question)| {
            let (workspace, rule) = (workspace.clone(), Arc::clone(&rule));
            async move {
                let known = match question {
                    Ok((facts, question)) => {
                        let installation = workspace.installation(host.id, product)?;
                        let answer = match workspace.connections.connect(host.id).await {
                            Ok(link) => ask(&link, &question).await,
                            Err(fault) => Err(fault),
                        };
                        answer.map(|answer| {
                            let said = String::from_utf8_lossy(&answer.output).into_owned();
                            let found = rule.version_in(&said).filter(|_| answer.exit_code == 0);
                            let installed_version = found.map(str::to_owned);
                            let line = rule.line_in(&said).filter(|_| answer.exit_code == 0);
                            let probe_line = line.map(str::to_owned);
                            let facts = Some(facts);
                            Known { facts, installed_version, probe_line, installation, ..Known::default() }
                        })
                    }
                    Err(fault) => Err(fault),
                };
                Ok((host, known))
            }
        })
        .await
    }

    fn installation(
        &self,
        host: HostId,
        product: ProductId,
    ) -> Result<Option<millwright_domain::fleet::Installation>, Fault> {
        Ok(self.store.read(|reader| installation::find(reader, host, product))?)
    }
}

fn context(host: &Host, facts: &Facts) -> HostContext {
    HostContext {
        name: host.path.host.to_string(),
        client: host.path.client.to_string(),
        environment: host.path.environment.to_string(),
        os_id: facts.os.as_ref().map(|os| os.id.clone()).unwrap_or_default(),
        os_version_id: facts.os.as_ref().and_then(|os| os.version_id.clone()).unwrap_or_default(),
        requested_version: None,
        installed_version: None,
    }
}

/// All that is wrong with the given values, as one fault.
fn one_of(faults: Vec<Fault>) -> Fault {
    let code = faults.first().map_or(Code::InvalidInput, |fault| fault.code);
    let hint = faults.iter().find_map(|fault| fault.hint.clone());
    let messages: Vec<String> = faults.into_iter().map(|fault| fault.message).collect();
    Fault { code, message: messages.join("; "), hint }
}
