/** Opens a plan that wants again what unsuccessful jobs wanted. */

import { backend } from "$backend/backend";
import type { UnsuccessfulJob } from "$backend/generated/commands";
import { plural } from "$lib/format";
import { draft } from "$shell/draft.svelte";
import { notices } from "$shell/notices.svelte";
import { retryParts } from "./causes";

/** Each run comes with all of its jobs. */
const mostRuns = 10;

export async function retry(jobs: readonly UnsuccessfulJob[]): Promise<void> {
  const newestFirst = jobs.toSorted((a, b) => (b.ended_at ?? "").localeCompare(a.ended_at ?? ""));
  const ids = [...new Set(newestFirst.map((job) => job.run))].slice(0, mostRuns);
  try {
    const runs = await Promise.all(ids.map((run) => backend.call("run_show", { run })));
    const [first] = retryParts(jobs, runs);
    if (!first) return;
    draft.again(first.run, first.hosts);
    const left = jobs.length - first.hosts.length;
    if (left > 0) notices.succeeded(`${plural(left, "other host")} had other work: Today keeps them for another plan`);
  } catch (thrown) {
    notices.failed(thrown);
  }
}
