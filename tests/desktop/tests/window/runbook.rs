//! The main job in the real window: see the fleet, run a support procedure, watch it finish, read what the host printed.

use millwright_desktop_tests::Desktop;
use millwright_journeys::{Fleet, Technician};
use millwright_lab::Sshd;

#[tokio::test]
async fn a_runbook_runs_on_a_host_and_its_log_is_read() {
    let sshd = Sshd::start().unwrap();
    let hosts = sshd.hosts(2);
    let technician = Technician::with(&hosts);
    let desktop = Desktop::open(&technician).await;
    let page = desktop.page();

    page.go("/fleet").await;
    page.wait_for_text(&hosts[1].path).await;

    page.go("/runbooks/disk-usage").await;
    page.click_link("Run on…").await;
    page.fill("Selector", "acme").await;
    page.click_button("Plan").await;
    page.wait_for_text("df ").await;
    page.click_button("Run on 2 hosts").await;
    page.eventually("both hosts succeeded", async || {
        let rows = page.rows().await;
        hosts
            .iter()
            .all(|host| rows.iter().any(|row| row.contains(&host.path) && row.contains("Succeeded")))
            .then_some(())
    })
    .await;

    let address = page.run("return location.hash;", Vec::new()).await;
    let address = address.as_str().unwrap().trim_start_matches('#').split('?').next().unwrap().to_owned();
    page.go(&format!("{address}/log/{}", hosts[0].path)).await;
    page.wait_for_text("Mounted on").await;
    // The command sees the same run: both work on one workspace side by side.
    let runs = technician.run(&["run", "list"]).ends(0).json();
    assert!(runs.to_string().contains("What fills the disks"), "{runs}");
    desktop.close().await;
}
