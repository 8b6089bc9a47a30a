//! What is in the files that a plan would write, so that the plan can show what changes in them.

use crate::fan::fan_out;
use crate::workspace::Workspace;
use millwright_domain::Fault;
use millwright_domain::fleet::SudoMode;
use millwright_domain::run::Privilege;
use millwright_packages::Nonce;
use millwright_planner::{Candidate, FileText, files_script, parse_files};
use millwright_runner::ports::Transport;
use millwright_runner::{Question, ask};
use std::collections::BTreeMap;

impl Workspace {
    /// Adds what is in these files to what is known of each host. A host that does not answer has no difference to show;
    /// nothing else of its plan depends on it.
    pub(crate) async fn with_files(
        &self,
        candidates: Vec<Candidate>,
        wanted: Vec<Vec<String>>,
        parallel: u32,
    ) -> Result<Vec<Candidate>, Fault> {
        if wanted.iter().all(Vec::is_empty) {
            return Ok(candidates);
        }
        self.connections.refresh()?;
        let workspace = self.clone();
        let items = candidates.into_iter().zip(wanted).collect();
        fan_out(items, parallel, &self.progress, move |(mut candidate, paths): (Candidate, Vec<String>)| {
            let workspace = workspace.clone();
            async move {
                if candidate.known.is_ok() && !paths.is_empty() {
                    match workspace.look(&candidate, &paths).await {
                        Ok(files) => {
                            if let Ok(known) = &mut candidate.known {
                                known.files = files;
                            }
                        }
                        Err(fault) => tracing::info!(host = %candidate.host.path, %fault, "files were not looked at"),
                    }
                }
                Ok(candidate)
            }
        })
        .await
    }

    async fn look(&self, candidate: &Candidate, paths: &[String]) -> Result<BTreeMap<String, FileText>, Fault> {
        let nonce: Nonce = crate::facts::fresh_nonce()?;
        let link = self.connections.connect(candidate.host.id).await?;
        let question = Question {
            script: files_script(&nonce, paths),
            privilege: if candidate.host.sudo == SudoMode::None { Privilege::Login } else { Privilege::Root },
            timeout_seconds: 60,
            limit_bytes: 4 << 20,
        };
        let answer = ask(&link, &question).await?;
        Ok(parse_files(&nonce, paths, &answer.output))
    }
}
