use super::*;
use crate::people::People;

/// The value of `parallel` as the levels say it.
fn resolved(
    environment: Option<&str>,
    workspace: Option<&str>,
    user: Option<&str>,
) -> Result<(u32, SettingOrigin), Fault> {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: Option<&str>| {
        let path = folder.path().join(name);
        if let Some(text) = text {
            fs::write(&path, text).unwrap();
        }
        Some(path)
    };
    let files = [(SettingOrigin::Workspace, file("w", workspace)), (SettingOrigin::User, file("u", user))];
    let variable = |name: &str| (name == "MILLWRIGHT_PARALLEL").then(|| environment.map(str::to_owned)).flatten();
    PARALLEL.resolve(variable, &files).map(|view| (view.value, view.origin))
}

#[test]
fn the_nearest_choice_counts_and_what_is_wrong_is_told() {
    let [w, u] = [Some("# ours\nparallel = 8\n"), Some("parallel = 4")];
    assert_eq!(resolved(None, None, None).unwrap(), (32, SettingOrigin::Default));
    assert_eq!(resolved(None, None, u).unwrap(), (4, SettingOrigin::User));
    assert_eq!(resolved(None, w, u).unwrap(), (8, SettingOrigin::Workspace));
    assert_eq!(resolved(Some("2"), w, u).unwrap(), (2, SettingOrigin::Environment));
    let wrong = [
        (Some("many"), None, "no number"),
        (Some("0"), None, "1 to 4096"),
        (None, Some("parallel = 5000"), "1 to 4096"),
        (None, Some("parallel = \"8\""), "no whole number"),
        (None, Some("paralel = 8"), "no setting “paralel”"),
        (None, Some("parallel = = 8"), "line 1"),
    ];
    for (environment, workspace, said) in wrong {
        let fault = resolved(environment, workspace, None).unwrap_err();
        assert_eq!(fault.code, Code::InvalidInput, "{fault}");
        assert!(fault.message.contains(said), "{fault} should say {said}");
    }
}

#[test]
fn what_was_written_above_a_line_outlives_it() {
    for (text, left) in [
        ("# ours\nparallel = 8\n", "# ours\n"),
        ("# ours\nparallel = 8\nreconnect_minutes = 5\n# end\n", "reconnect_minutes = 5\n# ours\n# end\n"),
        ("parallel = 8\n", ""),
    ] {
        let mut document: DocumentMut = text.parse().unwrap();
        take_out(&mut document, "parallel");
        assert_eq!(document.to_string(), left);
    }
}

#[tokio::test]
async fn a_kept_value_leaves_the_rest_of_the_file_and_an_entry() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("workspace");
    Workspace::init(&place).unwrap();
    let workspace = Workspace::open(&place, People::nobody()).unwrap();
    fs::write(place.join(FILE), "# ours\nreconnect_minutes = 60 # a slow VPN\n").unwrap();
    workspace.setting_keep("parallel", SettingLevel::Workspace, Some(16)).await.unwrap();
    let text = fs::read_to_string(place.join(FILE)).unwrap();
    assert_eq!(text, "# ours\nreconnect_minutes = 60 # a slow VPN\nparallel = 16\n");
    assert_eq!(in_file(&PARALLEL, &place.join(FILE)).unwrap(), Some(16));
    workspace.setting_keep("parallel", SettingLevel::Workspace, None).await.unwrap();
    assert_eq!(in_file(&PARALLEL, &place.join(FILE)).unwrap(), None);
    for (key, value) in [("parallel", 0), ("no-such", 1)] {
        workspace.setting_keep(key, SettingLevel::Workspace, Some(value)).await.unwrap_err();
    }
    let audit = workspace.audit_list(10).unwrap();
    assert_eq!(
        audit.iter().map(|entry| &entry.change["value"]).collect::<Vec<_>>(),
        [&json!([16, null]), &json!([null, 16])]
    );
}
