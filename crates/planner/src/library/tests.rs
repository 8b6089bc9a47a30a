use super::*;
use crate::render::{
    HostContext, Inputs, RenderedAction, RenderedStep, render_configuration, render_probe, render_steps,
};
use millwright_domain::recipe::{Effect, Given, Parameters, Step, resolve};
use std::process::{Command, Stdio};

fn host() -> HostContext {
    HostContext {
        name: "web-1".into(),
        client: "acme".into(),
        environment: "prod".into(),
        os_id: "debian".into(),
        os_version_id: "12".into(),
        requested_version: None,
        installed_version: None,
    }
}

/// Something for each parameter that must be given.
fn example(parameters: &Parameters) -> Given {
    let mut given = Given::default();
    for parameter in parameters.iter() {
        if parameter.is_secret() {
            given.secrets.insert(parameter.name.clone());
        } else if parameter.is_required() {
            given.values.insert(parameter.name.clone(), "rsync".into());
        }
    }
    given
}

fn render(parameters: &Parameters, steps: &[Step]) -> Vec<RenderedStep> {
    let values = resolve(parameters, &example(parameters)).unwrap();
    render_steps(steps, &Inputs { parameters, values: &values, host: &host() }).unwrap()
}

/// `sh` is there wherever tests run; the others are tried where they are.
fn shells() -> Vec<Vec<&'static str>> {
    let mut shells = vec![vec!["sh"]];
    for shell in [vec!["dash"], vec!["bash", "--posix"], vec!["busybox", "sh"]] {
        if Command::new(shell[0]).arg("--help").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok() {
            shells.push(shell);
        }
    }
    shells
}

fn assert_is_sh(what: &str, script: &str) {
    for shell in shells() {
        let output = Command::new(shell[0]).args(&shell[1..]).args(["-n", "-c", script]).output().unwrap();
        assert!(
            output.status.success(),
            "{what} under {}: {}\n{script}",
            shell.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

fn assert_steps_are_sh(what: &str, steps: &[RenderedStep]) {
    for step in steps {
        let what = format!("{what}, step “{}”", step.name);
        if let Some(condition) = &step.only_if {
            assert_is_sh(&what, condition);
        }
        match &step.action {
            RenderedAction::Shell { script } | RenderedAction::Upload { script, .. } => assert_is_sh(&what, script),
            RenderedAction::Package { names, .. } => assert!(!names.is_empty(), "{what}"),
            RenderedAction::Reboot => {}
        }
    }
}

#[test]
fn every_recipe_is_read_rendered_and_understood_by_every_shell() {
    for source in recipes() {
        let recipe = read_recipe(source.file, source.text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(recipe.product.as_str(), source.name);
        assert!(
            !recipe.health.is_empty() && !recipe.upgrade.is_empty() && !recipe.remove.is_empty(),
            "{}",
            source.name
        );
        for steps in [&recipe.install, &recipe.upgrade, &recipe.remove, &recipe.health, &recipe.undo.steps] {
            assert_steps_are_sh(source.name, &render(&recipe.parameters, steps));
        }
        let values = resolve(&recipe.parameters, &example(&recipe.parameters)).unwrap();
        let inputs = Inputs { parameters: &recipe.parameters, values: &values, host: &host() };
        assert_is_sh(source.name, &render_probe(&recipe.version, &inputs).unwrap().script);
        let kept = render_configuration(&recipe.undo, &inputs).unwrap();
        assert_eq!(kept.len(), recipe.undo.configuration.len(), "{}", source.name);
    }
}

#[test]
fn every_runbook_is_read_rendered_and_understood_by_every_shell() {
    for source in runbooks() {
        let runbook = read_runbook(source.file, source.text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(runbook.name.as_str(), source.name);
        let expected = if source.name == "restart-service" { Effect::ChangesHost } else { Effect::ReadOnly };
        assert_eq!(runbook.effect, expected, "{}", source.name);
        assert_steps_are_sh(source.name, &render(&runbook.parameters, &runbook.steps));
    }
}

#[test]
fn nothing_in_the_library_puts_a_value_in_raw() {
    for source in recipes() {
        let recipe = read_recipe(source.file, source.text).unwrap();
        let steps: Vec<Step> = recipe.steps().cloned().collect();
        assert!(render(&recipe.parameters, &steps).iter().all(|step| step.risks.is_empty()), "{}", source.name);
    }
}

#[test]
fn the_password_of_postgresql_is_read_from_its_file_and_nowhere_else() {
    let source = recipes().iter().find(|source| source.name == "postgresql").unwrap();
    let recipe = read_recipe(source.file, source.text).unwrap();
    let steps = render(&recipe.parameters, &recipe.install);
    let with_secret: Vec<&RenderedStep> = steps.iter().filter(|step| !step.secrets.is_empty()).collect();
    let [step] = with_secret.as_slice() else { panic!("one step needs the password") };
    assert!(step.secrets.contains("owner_password"));
    let RenderedAction::Shell { script } = &step.action else { panic!("it runs sh text") };
    assert!(script.contains("\"$MILLWRIGHT_SECRETS/owner_password\" | tr -d"), "{script}");
}

#[test]
fn the_files_of_the_library_folder_are_all_in_the_binary() {
    for (folder, sources) in [("recipes", recipes()), ("runbooks", runbooks())] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("library").join(folder);
        let mut files: Vec<String> = std::fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().trim_end_matches(".toml").to_owned())
            .collect();
        files.sort();
        let names: Vec<&str> = sources.iter().map(|source| source.name).collect();
        assert_eq!(files, names);
    }
}

#[test]
fn the_site_of_nginx_reads_as_a_person_would_write_it() {
    let source = recipes().iter().find(|source| source.name == "nginx").unwrap();
    let recipe = read_recipe(source.file, source.text).unwrap();
    let site = render(&recipe.parameters, &recipe.install).remove(1);
    let RenderedAction::Upload { script, to, file: None, .. } = site.action else {
        panic!("the second step is an upload")
    };
    assert_eq!(to, "/etc/nginx/sites-available/millwright");
    insta::assert_snapshot!(script);
}
