//! The runner's journal, kept in the store.

use millwright_domain::Fault;
use millwright_domain::ids::{HostId, JobId, RunId};
use millwright_domain::run::{GateStanding, JobEvent};
use millwright_runner::ports::{Entry, JobView, Journal};
use millwright_store::Store;
use millwright_store::table::{contact, job, output, promotion, run};

/// Writes the journal of a run into a workspace.
pub(crate) struct StoreJournal {
    pub(crate) store: Store,
    pub(crate) run: RunId,
}

impl Journal for StoreJournal {
    async fn record(&self, id: JobId, entries: Vec<Entry>) -> Result<JobView, Fault> {
        let recorded = self.store.journal(move |journal| {
            for entry in &entries {
                match entry {
                    Entry::Event(event) => {
                        job::append(journal, id, event)?;
                    }
                    Entry::Output { start, bytes } => {
                        output::append(journal, id, *start, bytes)?;
                    }
                }
            }
            job::get(&journal.reader(), id)
        });
        Ok(view(recorded.await?))
    }

    fn note(&self, id: JobId, event: JobEvent) -> Result<(), Fault> {
        Ok(self.store.journal_soon(move |journal| job::append(journal, id, &event).map(drop))?)
    }

    async fn gate(&self, standing: Option<GateStanding>) -> Result<(), Fault> {
        let run = self.run;
        Ok(self.store.journal(move |journal| run::set_gate(journal, run, standing.as_ref())).await?)
    }

    fn stands_at_gate(&self) -> Result<bool, Fault> {
        Ok(self.store.read(|reader| run::get(reader, self.run))?.gate.is_some())
    }

    fn is_promoted(&self, wave: u32) -> Result<bool, Fault> {
        Ok(self.store.read(|reader| promotion::is_there(reader, self.run, wave))?)
    }

    async fn halt(&self, why: Fault, jobs: Vec<JobId>) -> Result<(), Fault> {
        let run = self.run;
        Ok(self.store.journal(move |journal| run::halt(journal, run, &why, &jobs)).await?)
    }

    fn contact(&self, host: HostId, result: Result<(), Fault>) -> Result<(), Fault> {
        contacted(&self.store, host, result)
    }
}

/// Notes that a host was reached, or not. Nothing waits for this.
pub(crate) fn contacted(store: &Store, host: HostId, result: Result<(), Fault>) -> Result<(), Fault> {
    Ok(store.journal_soon(move |journal| match &result {
        Ok(()) => contact::seen(journal, host),
        Err(fault) => contact::failed(journal, host, fault),
    })?)
}

pub(crate) fn view(job: job::Job) -> JobView {
    JobView { id: job.id, progress: job.progress, task_base: job.task_base, output_length: job.output_length }
}
