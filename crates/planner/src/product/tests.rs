use super::*;
use crate::examples::{offering, outline, scripts, terms, with_packages};
use crate::files::FileText;
use crate::library::{read_recipe, recipes};
use crate::terms::Policies;
use millwright_domain::fleet::Installation;
use millwright_domain::recipe::{Given, resolve};
use serde_json::json;

pub(crate) fn product_id() -> ProductId {
    "00000000-0000-0000-0000-000000000001".parse().unwrap()
}

pub(crate) fn library_recipe(name: &str) -> Recipe {
    let source = recipes().iter().find(|source| source.name == name).unwrap();
    read_recipe(source.file, source.text).unwrap()
}

pub(crate) fn values_of(recipe: &Recipe, given: &[(&str, &str)]) -> Values {
    let values = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    resolve(&recipe.parameters, &Given { values, ..Given::default() }).unwrap()
}

/// The only job of a plan for one host.
pub(crate) fn planned(
    action: ProductAction,
    recipe: &Recipe,
    version: Option<&str>,
    values: &Values,
    candidate: &Candidate,
) -> PlannedJob {
    let request = ProductRequest {
        terms: terms(Policies::none()),
        action,
        product_id: product_id(),
        recipe,
        version: version.map(str::to_owned),
        values,
        files: &BTreeMap::new(),
    };
    product(&request, std::slice::from_ref(candidate)).jobs.remove(0)
}

/// A host that has the product in that version, installed by Millwright on port 80.
pub(crate) fn with_nginx(version: &str) -> Candidate {
    let packages = [format!("nginx amd64 {version}"), format!("nginx-common all {version}")];
    let mut candidate = with_packages("acme/prod/web-1", &[&packages[0], &packages[1]]);
    let recipe = library_recipe("nginx");
    let Ok(known) = &mut candidate.known else { panic!("it was asked") };
    known.installed_version = Some(version.to_owned());
    known.probe_line = Some(format!("installed {version}"));
    known.installation = Some(Installation {
        id: "00000000-0000-0000-0000-000000000002".parse().unwrap(),
        host_id: candidate.host.id,
        product_id: product_id(),
        desired_version: None,
        observed_version: Some(version.to_owned()),
        observed_at: None,
        values: plain_values(&values_of(&recipe, &[])),
    });
    candidate
}

#[test]
fn what_a_product_plan_looks_at_keeps_and_says_of_its_way_back() {
    let nginx = library_recipe("nginx");
    let package = library_recipe("debian-package");
    let defaults = values_of(&nginx, &[]);
    let rsync = values_of(&package, &[("package", "rsync")]);
    let (none, there) = (with_packages("acme/prod/web-1", &[]), with_nginx("1.22.1-9"));
    let offered = offering(there.clone(), &[("nginx", &["1.24.0-1", "1.22.1-9"])]);
    let mut with_rsync = with_packages("acme/prod/web-1", &["rsync amd64 3.2.7-1"]);
    if let Ok(known) = &mut with_rsync.known {
        known.installed_version = Some("3.2.7-1".into());
    }
    let (exact, mut exactly) = (offering(with_rsync.clone(), &[("rsync", &["3.2.7-1"])]), package.clone());
    exactly.undo = UndoRuleOf::exact();
    let mut report = String::new();
    for (title, job) in [
        ("nginx, newly", planned(ProductAction::Install, &nginx, None, &defaults, &none)),
        ("nginx, upgraded", planned(ProductAction::Upgrade, &nginx, Some("1.24.0-1"), &defaults, &offered)),
        ("nginx, removed", planned(ProductAction::Remove, &nginx, None, &defaults, &there)),
        ("a package, newly", planned(ProductAction::Install, &package, Some("3.2.7-1"), &rsync, &none)),
        ("a package, upgraded, nobody asked", planned(ProductAction::Upgrade, &package, None, &rsync, &with_rsync)),
        (
            "a package, upgraded, by a recipe that says exact",
            planned(ProductAction::Upgrade, &exactly, None, &rsync, &exact),
        ),
    ] {
        report += &format!("── {title}\n{}\n", outline(&job));
    }
    insta::assert_snapshot!(report);
}

/// A rule of an author who knows that all of it goes back.
struct UndoRuleOf;

impl UndoRuleOf {
    fn exact() -> millwright_domain::recipe::UndoRule {
        let grade = millwright_domain::run::UndoGrade::Exact;
        let configuration = vec![millwright_domain::recipe::Template::detached("/etc/rsyncd.conf")];
        millwright_domain::recipe::UndoRule { steps: Vec::new(), grade, configuration }
    }
}

#[test]
fn the_first_steps_of_an_upgrade_are_exactly_these_texts() {
    let nginx = library_recipe("nginx");
    let job = planned(ProductAction::Upgrade, &nginx, None, &values_of(&nginx, &[]), &with_nginx("1.22.1-9"));
    let all = scripts(&job);
    let (first, _) = all.split_once("── 3 ").unwrap();
    insta::assert_snapshot!(first);
}

#[test]
fn the_step_that_tells_the_version_is_found_behind_those_that_came_before_it() {
    let nginx = library_recipe("nginx");
    let job =
        planned(ProductAction::Install, &nginx, None, &values_of(&nginx, &[]), &with_packages("acme/prod/web-1", &[]));
    let Work::Detached(work) = &job.work else { panic!("there is work") };
    let steps: Vec<_> = work.stages.iter().flat_map(|stage| &stage.steps).collect();
    let probe = job.installation.unwrap().probe.unwrap();
    assert_eq!(steps[probe.step_number as usize - 1].name, "Read the installed version");
    let together: u32 = steps.iter().map(|step| step.timeout_seconds).sum();
    assert!(work.timeout_seconds >= together);
}

#[test]
fn the_difference_of_a_configuration_is_in_the_plan() {
    let nginx = library_recipe("nginx");
    let (old, new) = (values_of(&nginx, &[]), values_of(&nginx, &[("listen_port", "8080")]));
    let mut candidate = with_nginx("1.22.1-9");
    let site = "/etc/nginx/sites-available/millwright";
    let request = |values| ProductRequest {
        terms: terms(Policies::none()),
        action: ProductAction::Install,
        product_id: product_id(),
        recipe: &nginx,
        version: None,
        values,
        files: &EMPTY,
    };
    let steps = rendered_product(&request(&old), &candidate).unwrap();
    let RenderedAction::Upload { content: Some(written), .. } = &steps[1].action else { panic!("it is the site") };
    if let Ok(known) = &mut candidate.known {
        known.files.insert(site.to_owned(), FileText::Text(written.clone()));
    }
    assert_eq!(crate::files::product_files(&request(&new), &candidate), [site]);
    let job = planned(ProductAction::Install, &nginx, None, &new, &candidate);
    insta::assert_snapshot!(job.differences.iter().map(|file| file.diff.as_str()).collect::<Vec<_>>().join("\n"));
}

static EMPTY: BTreeMap<String, LocalFile> = BTreeMap::new();

#[test]
fn what_the_inventory_had_before_is_in_the_plan() {
    let nginx = library_recipe("nginx");
    let job = planned(ProductAction::Remove, &nginx, None, &values_of(&nginx, &[]), &with_nginx("1.22.1-9"));
    let installation = job.installation.unwrap();
    assert_eq!(installation.presence, Presence::Gone);
    assert_eq!(installation.before.observed_version.as_deref(), Some("1.22.1-9"));
    assert_eq!(installation.before.recorded.unwrap().values["listen_port"], json!(80));
}
