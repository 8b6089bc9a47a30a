/** Jobs that did not succeed, by cause: what they have in common, and what is done about all of them at once. Pure. */

import { appearanceOf, type Code, type Failure, type Severity } from "$backend/errors";
import type { HostPath, JobState, RunDocument, UnsuccessfulJob } from "$backend/generated/commands";
import { statusLooks } from "$lib/status";

/** `keys`: a person compares keys, host by host. `open`: only the run tells more. */
export type JobRemedy = "check" | "keys" | "retry" | "open";

export interface JobCause {
  key: string;
  title: string;
  severity: Severity;
  /** Null where jobs ended without an error. */
  failure: Failure | null;
  state: JobState;
  jobs: UnsuccessfulJob[];
  remedy: JobRemedy;
}

/** Hosts whose runs wanted the same. */
export interface RetryPart {
  run: RunDocument;
  hosts: HostPath[];
}

const keyCodes: readonly Code[] = ["host_key_unknown", "host_key_changed", "host_key_revoked"];
/** The way to the host is broken: planning again would fail before it began. */
const wayCodes: readonly Code[] = [
  "name_not_found",
  "connection_refused",
  "no_route",
  "timeout_tcp",
  "timeout_banner",
  "timeout_key_exchange",
  "not_ssh",
  "no_common_algorithm",
  "credential_unusable",
  "key_refused",
  "password_refused",
  "authentication_refused",
  "account_unusable",
  "sudo_missing",
  "sudo_refused",
  "sudo_password_required",
  "sudo_requires_tty",
];

/** The cause of most hosts first; those without an error by their state. */
export function jobCauses(jobs: readonly UnsuccessfulJob[]): JobCause[] {
  const causes = new Map<string, JobCause>();
  for (const job of jobs) {
    const key = job.error?.code ?? `state:${job.state}`;
    const cause = causes.get(key);
    if (!cause) {
      causes.set(key, newCause(key, job));
      continue;
    }
    cause.jobs.push(job);
    if (!cause.failure) continue;
    if (cause.failure.message !== job.error?.message) cause.failure.message = null;
    if (cause.failure.hint !== job.error?.hint) cause.failure.hint = null;
  }
  return [...causes.values()].sort((a, b) => b.jobs.length - a.jobs.length);
}

/** What can be planned together: hosts of runs that wanted the same, the most hosts first. */
export function retryParts(jobs: readonly UnsuccessfulJob[], runs: readonly RunDocument[]): RetryPart[] {
  const parts = new Map<string, RetryPart>();
  for (const run of runs) {
    const hosts = jobs.filter((job) => job.run === run.id).map((job) => job.host);
    const key = JSON.stringify([run.kind, run.wanted]);
    const part = parts.get(key);
    if (part) part.hosts.push(...hosts);
    else parts.set(key, { run, hosts });
  }
  return [...parts.values()]
    .map((part) => ({ ...part, hosts: part.hosts.sort() }))
    .sort((a, b) => b.hosts.length - a.hosts.length);
}

function newCause(key: string, job: UnsuccessfulJob): JobCause {
  const { error, state } = job;
  const look = error && appearanceOf(error.code);
  return {
    key,
    title: look?.title ?? statusLooks[state].word,
    severity: look?.severity ?? "failed",
    failure: error && { ...error },
    state,
    jobs: [job],
    remedy: remedyOf(error?.code ?? null, state),
  };
}

function remedyOf(code: Code | null, state: JobState): JobRemedy {
  if (code !== null && keyCodes.includes(code)) return "keys";
  if ((code !== null && wayCodes.includes(code)) || (code === null && state === "unreachable")) return "check";
  return state === "unknown" ? "open" : "retry";
}
