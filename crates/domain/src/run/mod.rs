//! Plans, the runs that execute them, and the legal life of a job.

mod job;
mod plan;

pub use job::{
    CancelMode, Incompleteness, JobEvent, JobProgress, JobState, Outcome, RunCounts, RunState, StepChange, StepEnding,
    StepProgress,
};
pub use plan::{
    Attachment, AttachmentSource, DetachedWork, Exclusion, LeftOut, OnFailure, Plan, PlanContent, PlannedInstallation,
    PlannedJob, PlannedProbe, PlannedStep, Privilege, RunKind, Stage, StageEnd, StepKind, Wanted, Work,
};
