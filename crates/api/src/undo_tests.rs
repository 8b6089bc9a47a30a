use super::*;
use crate::people::People;
use crate::{EnvironmentEdit, HostDraft, HostEdit};
use millwright_domain::fleet::{Credential, EnvironmentKind, PinState, SudoMode};
use millwright_domain::{EnvironmentPath, HostPath, Slug};
use millwright_store::table::host_key_pin;
use std::collections::BTreeSet;

struct Site {
    _folder: tempfile::TempDir,
    workspace: Workspace,
    place: EnvironmentPath,
    host: HostPath,
}

async fn site() -> Site {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("workspace");
    Workspace::init(&at).unwrap();
    let workspace = Workspace::open(&at, People::nobody()).unwrap();
    let place: EnvironmentPath = "acme/prod".parse().unwrap();
    workspace.client_add("Acme", None).await.unwrap();
    workspace.environment_add(place.clone(), "UTC".into(), EnvironmentKind::Production).await.unwrap();
    Site { _folder: folder, workspace, place, host: "acme/prod/web-1".parse().unwrap() }
}

fn draft(path: &HostPath) -> HostDraft {
    HostDraft {
        path: path.clone(),
        address: "127.0.0.1".into(),
        port: 22,
        user: Some("root".into()),
        credential: Credential::Agent { fingerprint: None },
        jumps: Vec::new(),
        sudo: SudoMode::None,
        tags: BTreeSet::from(["db".parse::<Slug>().unwrap()]),
    }
}

impl Site {
    async fn back<T>(&self, edited: Edited<T>) -> Edited<()> {
        self.workspace.edit_undo(edited.undo.expect("an edit leaves an entry")).await.unwrap()
    }

    fn host(&self) -> Option<Host> {
        self.workspace.host_show(&self.host).ok().map(|view| view.host)
    }
}

#[tokio::test]
async fn every_edit_of_a_host_is_taken_back_and_made_again() {
    let site = site().await;
    let added = site.workspace.host_add(draft(&site.host)).await.unwrap();
    let first = added.item.clone();
    let undone = site.back(added).await;
    assert_eq!(site.host(), None);
    site.back(undone).await;
    assert_eq!(site.host().as_ref(), Some(&first), "with its identifier and its tags");

    let edit = HostEdit {
        name: Some("web-2".parse().unwrap()),
        port: Some(2222),
        sudo: Some(SudoMode::Nopasswd),
        remove_tags: first.tags.clone(),
        ..HostEdit::default()
    };
    let edited = site.workspace.host_edit(site.host.clone(), edit).await.unwrap();
    assert_eq!((edited.item.port, site.host()), (2222, None), "it has another name");
    site.back(edited).await;
    assert_eq!(site.host(), Some(first));
}

#[tokio::test]
async fn a_removed_host_comes_back_with_the_keys_that_were_trusted() {
    let site = site().await;
    let host = site.workspace.host_add(draft(&site.host)).await.unwrap().item;
    let id = host.id;
    let pin = move |writer: &Writer<'_>| host_key_pin::trust(writer, id, "ssh-ed25519", "AAAA", "SHA256:x");
    site.workspace.write(pin).await.unwrap();
    let removed = site.workspace.host_remove(site.host.clone()).await.unwrap();
    site.back(removed).await;
    let pins = site.workspace.host_show(&site.host).unwrap().pins;
    assert_eq!(pins.iter().map(|pin| pin.state).collect::<Vec<_>>(), [PinState::Trusted]);
}

#[tokio::test]
async fn clients_and_environments_come_back_as_they_were() {
    let site = site().await;
    let card = |site: &Site| site.workspace.environment_list(None).unwrap().pop().map(|view| view.environment);
    let first = card(&site);
    let kind = Some(EnvironmentKind::Other);
    let edit = EnvironmentEdit { time_zone: Some("Europe/Berlin".into()), kind, windows: None };
    let edited = site.workspace.environment_edit(site.place.clone(), edit).await.unwrap();
    assert_ne!(card(&site), first);
    site.back(edited).await;
    assert_eq!(card(&site), first);
    let removed = site.workspace.environment_remove(site.place.clone()).await.unwrap();
    let client = site.workspace.client_remove("acme".parse().unwrap()).await.unwrap();
    let orphan = site.workspace.edit_undo(removed.undo.unwrap()).await.unwrap_err();
    assert_eq!(orphan.code, Code::NotFound, "{orphan}");
    site.back(client).await;
    site.back(removed).await;
    assert_eq!(card(&site), first);
}

#[tokio::test]
async fn only_the_newest_edit_is_taken_back() {
    let site = site().await;
    let added = site.workspace.host_add(draft(&site.host)).await.unwrap();
    let port = |port| HostEdit { port: Some(port), ..HostEdit::default() };
    let first = site.workspace.host_edit(site.host.clone(), port(2222)).await.unwrap();
    let second = site.workspace.host_edit(site.host.clone(), port(2223)).await.unwrap();
    for stale in [added.undo, first.undo] {
        assert_eq!(site.workspace.edit_undo(stale.unwrap()).await.unwrap_err().code, Code::Conflict);
    }
    site.back(second).await;
    assert_eq!(site.host().unwrap().port, 2222);
}

#[tokio::test]
async fn a_removed_host_does_not_keep_its_environment() {
    let site = site().await;
    site.workspace.host_add(draft(&site.host)).await.unwrap();
    let removed = site.workspace.host_remove(site.host.clone()).await.unwrap();
    site.workspace.environment_remove(site.place.clone()).await.unwrap();
    let gone = site.workspace.edit_undo(removed.undo.unwrap()).await.unwrap_err();
    assert_eq!(gone.code, Code::NotFound);
}
