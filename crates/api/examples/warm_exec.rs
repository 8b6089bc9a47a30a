//! Runs `true` on every host of a workspace twice in one process, and prints how long the second time took: what a window
//! that stays open has of its warm sessions. For `cargo xtask bench fleet`.
#![allow(clippy::print_stdout)] // its answer

use millwright_api::{ExecMode, ExecWish, How, People, Workspace};
use millwright_domain::Selector;
use millwright_domain::run::Privilege;
use std::time::Instant;

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(parallel)) = (arguments.next(), arguments.next()) else {
        return Err("usage: warm_exec WORKSPACE PARALLEL".into());
    };
    let workspace = Workspace::open(folder.as_ref(), People::nobody())?;
    let selector: Selector = "all".parse()?;
    let mut warm_seconds = 0.0;
    for _ in 0..2 {
        let began = Instant::now();
        let wish = ExecWish {
            script: "true".into(),
            privilege: Privilege::Login,
            mode: ExecMode::Attached,
            timeout_seconds: 60,
        };
        let how = How { parallel: Some(parallel.parse()?), ..How::default() };
        let planned = workspace.plan_exec(&selector, wish, &how).await?;
        let id = workspace.run_begin(&planned, &planned.plan.hash).await?;
        workspace.run_follow(id, planned.secrets.clone()).await?;
        let counts = workspace.run_counts(id)?;
        if counts.succeeded != counts.total {
            return Err(format!("{} of {} hosts succeeded", counts.succeeded, counts.total).into());
        }
        warm_seconds = began.elapsed().as_secs_f64();
    }
    println!("{{\"warm_seconds\": {warm_seconds}}}");
    Ok(())
}
