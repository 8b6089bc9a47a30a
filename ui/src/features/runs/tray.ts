/** Fills the run tray, and tells how runs ended wherever one is in the window. */

import { backend } from "$backend/backend";
import { nextStepOf } from "$backend/errors";
import type { Fault, RunSummary } from "$backend/generated/commands";
import { formatCount, plural } from "$lib/format";
import { statusLooks } from "$lib/status";
import { notices } from "$shell/notices.svelte";
import { addressOf } from "$shell/router.svelte";
import { runTray } from "$shell/runs.svelte";
import { causesOf, segmentsOf, stateCounts } from "./counts";

const everyMilliseconds = 1000;

/** Call it once, when the window has started. */
export function followRuns(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let readAt = -Infinity;
  const soon = (): void => {
    timer ??= setTimeout(
      () => {
        timer = undefined;
        readAt = performance.now();
        void fillTray();
      },
      Math.max(0, readAt + everyMilliseconds - performance.now()),
    );
  };
  backend.subscribe((event) => {
    if (event.event === "changed") soon();
    else if (event.event === "run_ended") {
      soon();
      void tellEnd(event.run);
    } else if (event.event === "run_stopped") {
      soon();
      notices.failed(event.error, { label: "Open the run", href: addressOf(`/runs/${event.id}`) });
    }
  });
  soon();
}

async function fillTray(): Promise<void> {
  try {
    // A run whose jobs have all ended may still be tidied up by the engine; for people it is over.
    const runs = (await backend.call("runs_open", {})).filter((run) => run.state === "running");
    runTray.running = runs.map((run) => ({
      id: run.id,
      title: run.title,
      href: addressOf(`/runs/${run.id}`),
      segments: segmentsOf(run.counts),
      total: run.counts.total,
      startedAt: run.created_at,
    }));
  } catch (thrown) {
    notices.failed(thrown);
  }
}

async function tellEnd(run: RunSummary): Promise<void> {
  const action = { label: "Open the run", href: addressOf(`/runs/${run.id}`) };
  if (run.state === "succeeded") {
    notices.succeeded(`${run.title}: ${plural(run.counts.total, "host")} succeeded`, action);
    return;
  }
  notices.failed(await endAsFault(run), action);
}

/** The commonest cause gives the failure its name; the counts say how far it went. */
async function endAsFault(run: RunSummary): Promise<Fault> {
  const told = stateCounts(run.counts).map(
    ({ state, count }) => `${statusLooks[state].word.toLowerCase()} ${formatCount(count)}`,
  );
  const message = `${run.title}: ${told.join(", ")}.`;
  try {
    const [cause] = causesOf((await backend.call("run_show", { run: run.id })).jobs);
    if (cause) return { code: cause.code, message, hint: nextStepOf(cause).text };
  } catch {
    // The end is told without its cause; the run's screen shows why the cause cannot be read.
  }
  return {
    code: run.state === "cancelled" ? "cancelled" : "step_failed",
    message,
    hint: "Open the run to see each host.",
  };
}
