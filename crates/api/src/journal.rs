//! The runner's journal, kept in the store.

use millwright_domain::Fault;
use millwright_domain::ids::{HostId, JobId};
use millwright_domain::run::JobEvent;
use millwright_runner::ports::{Entry, JobView, Journal};
use millwright_store::Store;
use millwright_store::table::{contact, job, output};

/// Writes the journal into a workspace.
pub(crate) struct StoreJournal {
    pub(crate) store: Store,
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

    fn contact(&self, host: HostId, result: Result<(), Fault>) -> Result<(), Fault> {
        Ok(self.store.journal_soon(move |journal| match &result {
            Ok(()) => contact::seen(journal, host),
            Err(fault) => contact::failed(journal, host, fault),
        })?)
    }
}

pub(crate) fn view(job: job::Job) -> JobView {
    JobView { id: job.id, progress: job.progress, task_base: job.task_base, output_length: job.output_length }
}
