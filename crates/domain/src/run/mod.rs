//! Plans, the runs that execute them, and the legal life of a job.

mod before;
mod job;
mod plan;
mod rollout;
mod wanted;
mod work;

pub use crate::window::Span;
pub use before::{DiskNeed, FileDifference, InstallationBefore, Presence, RecordedInstallation, SavedConfiguration};
pub use job::{
    CancelMode, Incompleteness, JobEvent, JobProgress, JobState, Outcome, RunCounts, RunState, StepChange, StepEnding,
    StepProgress,
};
pub use plan::{
    Follows, FollowsHow, Plan, PlanContent, PlannedInstallation, PlannedJob, PlannedPackage, PlannedProbe, Undo,
    UndoGrade,
};
pub use rollout::{Gate, GateStanding, Limit, Rollout, WaitsFor, Wave, has_failed};
pub use wanted::{RebootWish, RunKind, Wanted};
pub use work::{
    Attachment, AttachmentSource, DetachedWork, Exclusion, LeftOut, OnFailure, PlannedStep, Privilege, RestartWhen,
    Stage, StageEnd, StepKind, Work,
};
