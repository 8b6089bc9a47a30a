use super::*;
use crate::people::People;

const TEXT: &str = include_str!("../../planner/library/runbooks/disk-usage.toml");

fn workspace() -> (tempfile::TempDir, Workspace) {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("workspace");
    Workspace::init(&place).unwrap();
    let workspace = Workspace::open(&place, People::nobody()).unwrap();
    (folder, workspace)
}

fn own(title: &str) -> String {
    let renamed = TEXT.replace("name = \"disk-usage\"", "name = \"our-disks\"");
    assert_ne!(renamed, TEXT);
    format!("# {title}\n{renamed}")
}

#[tokio::test]
async fn an_own_text_is_kept_changed_and_removed_with_its_audit() {
    let (_folder, workspace) = workspace();
    let first = workspace.library_save(Shelf::Runbooks, own("1"), None).await.unwrap();
    assert_eq!((first.name.as_str(), first.built_in), ("our-disks", false));
    let second = workspace.library_save(Shelf::Runbooks, own("2"), Some(first.revision.clone())).await.unwrap();
    assert_eq!(workspace.library_read(Shelf::Runbooks, &second.name).unwrap().text, own("2"));
    assert!(workspace.runbook_list().unwrap().iter().any(|entry| entry.name == "our-disks" && entry.error.is_none()));
    workspace.library_remove(Shelf::Runbooks, second.name.clone(), second.revision).await.unwrap();
    assert_eq!(workspace.library_read(Shelf::Runbooks, &second.name).unwrap_err().code, Code::NotFound);
    let audit = workspace.audit_list(10).unwrap();
    let actions: Vec<_> = audit.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["runbook.remove", "runbook.save", "runbook.save"]);
    let changes: Vec<_> = audit.iter().map(|entry| entry.change["text"].clone()).collect();
    assert_eq!(changes, [json!([own("2"), null]), json!([own("1"), own("2")]), json!([null, own("1")])]);
}

#[tokio::test]
async fn nobodys_change_is_lost() {
    let (_folder, workspace) = workspace();
    let first = workspace.library_save(Shelf::Runbooks, own("mine"), None).await.unwrap();
    let again = workspace.library_save(Shelf::Runbooks, own("another"), None).await.unwrap_err();
    assert_eq!(again.code, Code::AlreadyExists);
    fs::write(first.file.unwrap(), own("a colleague's")).unwrap();
    let stale = workspace.library_save(Shelf::Runbooks, own("mine, later"), Some(first.revision.clone())).await;
    assert_eq!(stale.unwrap_err().code, Code::Conflict);
    let removed = workspace.library_remove(Shelf::Runbooks, first.name.clone(), first.revision).await;
    assert_eq!(removed.unwrap_err().code, Code::Conflict);
    assert_eq!(workspace.library_read(Shelf::Runbooks, &first.name).unwrap().text, own("a colleague's"));
}

#[tokio::test]
async fn what_cannot_be_read_is_not_replaced() {
    let (_folder, workspace) = workspace();
    let place = workspace.own_text(Shelf::Runbooks, &"our-disks".parse().unwrap());
    fs::create_dir_all(&place).unwrap();
    let refused = workspace.library_save(Shelf::Runbooks, own("mine"), None).await.unwrap_err();
    assert_eq!(refused.code, Code::LocalFile);
    assert!(workspace.audit_list(10).unwrap().is_empty());
}

#[tokio::test]
async fn one_that_comes_with_millwright_is_copied_over_and_comes_back() {
    let (_folder, workspace) = workspace();
    let name: Slug = "disk-usage".parse().unwrap();
    let shipped = workspace.library_read(Shelf::Runbooks, &name).unwrap();
    assert_eq!((shipped.file.as_deref(), shipped.built_in), (None, true));
    let refused = workspace.library_remove(Shelf::Runbooks, name.clone(), shipped.revision.clone()).await;
    assert_eq!(refused.unwrap_err().code, Code::InvalidInput);
    let changed = format!("# ours\n{}", shipped.text);
    let own = workspace.library_save(Shelf::Runbooks, changed, Some(shipped.revision.clone())).await.unwrap();
    assert!(own.file.is_some() && own.built_in);
    workspace.library_remove(Shelf::Runbooks, name.clone(), own.revision).await.unwrap();
    assert_eq!(workspace.library_read(Shelf::Runbooks, &name).unwrap().revision, shipped.revision);
}

#[tokio::test]
async fn what_is_wrong_is_said_by_line_and_not_kept() {
    let (_folder, workspace) = workspace();
    let broken = own("broken").replace("title =", "titel =");
    let found = Shelf::Runbooks.read("draft", &broken).unwrap_err();
    assert!(found.iter().any(|found| found.line > 1), "{found}");
    let refused = workspace.library_save(Shelf::Runbooks, broken, None).await.unwrap_err();
    assert_eq!(refused.code, Code::InvalidRecipe);
    assert!(workspace.audit_list(10).unwrap().is_empty());
}
