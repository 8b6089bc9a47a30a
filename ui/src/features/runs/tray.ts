/** Fills the run tray, and tells how runs ended, halted or wait wherever one is in the window. */

import { backend } from "$backend/backend";
import { nextStepOf } from "$backend/errors";
import type { Fault, RunSummary } from "$backend/generated/commands";
import { formatCount, plural } from "$lib/format";
import { statusLooks } from "$lib/status";
import { notices } from "$shell/notices.svelte";
import { addressOf } from "$shell/router.svelte";
import { runTray } from "$shell/runs.svelte";
import { segmentsOf, stateCounts } from "./counts";
import { needsSomebody } from "./needing";

const everyMilliseconds = 1000;
/** Whoever has begun more runs since has seen the older ones in the list. */
const newestLimit = 100;

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
    const [driven, newest] = await Promise.all([
      backend.call("runs_open", {}),
      backend.call("run_list", { limit: newestLimit }),
    ]);
    // A run whose jobs have all ended may still be tidied up by the engine; for people it is over.
    const running = driven.filter((run) => run.state === "running");
    runTray.shown = [...needsSomebody(newest, new Date()), ...running].map((run) => ({
      id: run.id,
      title: run.title,
      href: addressOf(`/runs/${run.id}`),
      segments: segmentsOf(run.counts),
      total: run.counts.total,
      startedAt: run.created_at,
      status: run.state === "awaiting" || run.state === "halted" ? run.state : "running",
    }));
  } catch (thrown) {
    notices.failed(thrown);
  }
}

async function tellEnd(run: RunSummary): Promise<void> {
  const action = { label: "Open the run", href: addressOf(`/runs/${run.id}`) };
  if (run.state === "succeeded") {
    notices.succeeded(`${run.title}: ${plural(run.counts.total, "host")} succeeded`, action);
  } else if (run.state === "awaiting") {
    notices.waits(`${run.title}: waits for your word, ${countsInWords(run)}`, action);
  } else {
    notices.failed(await endAsFault(run), action);
  }
}

function countsInWords(run: RunSummary): string {
  return stateCounts(run.counts)
    .map(({ state, count }) => `${statusLooks[state].word.toLowerCase()} ${formatCount(count)}`)
    .join(", ");
}

/** What halted it, or else the first cause, gives the failure its name; the counts say how far it went. */
async function endAsFault(run: RunSummary): Promise<Fault> {
  const told = countsInWords(run);
  if (run.halted !== null) return { ...run.halted, message: `${run.title}: ${run.halted.message}. ${told}` };
  const message = `${run.title}: ${told}.`;
  try {
    const [cause] = (await backend.call("run_show", { run: run.id })).causes;
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
