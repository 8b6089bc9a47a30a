/** Plans that follow a run. Hosts are asked for them, so the question outlives its screen and its outcome is told. */

import { backend } from "$backend/backend";
import type { HostPath, PlanView, RunDocument, RunId } from "$backend/generated/commands";
import type { Wait } from "$lib/wait.svelte";
import { draft } from "$shell/draft.svelte";
import { notices } from "$shell/notices.svelte";
import { addressOf, navigate, router } from "$shell/router.svelte";
import { waits } from "$shell/waits.svelte";

const about = (run: RunId): string => `a plan that follows ${run}`;

/** The question for a plan that follows a run, if it is under way. */
export function followUpOf(run: RunId): Wait | null {
  return waits.of(about(run));
}

/** Plans what is missing of a run. */
export async function resume({ id }: RunDocument): Promise<void> {
  await ask(id, (wait) => backend.call("plan_resume", { run: id }, wait.tell));
}

/** Plans to take a run back; on all of its hosts if none is named. */
export async function undo({ id }: RunDocument, hosts: readonly HostPath[] = []): Promise<void> {
  await ask(id, (wait) => backend.call("plan_undo", { run: id, hosts: [...hosts] }, wait.tell));
}

/** Wants the same of some of its hosts once more: an undo at once, everything else by its form. */
export async function retry(run: RunDocument, hosts: readonly HostPath[]): Promise<void> {
  const { wanted } = run;
  if (wanted.kind !== "undo") {
    draft.again(run, hosts);
    return;
  }
  await ask(run.id, (wait) => backend.call("plan_undo", { run: wanted.run, hosts: [...hosts] }, wait.tell));
}

async function ask(run: RunId, question: (wait: Wait) => Promise<PlanView>): Promise<void> {
  const from = router.path;
  await waits.during(about(run), async (wait) => {
    try {
      const plan = await question(wait);
      const address = addressOf(`/plans/${plan.id}`);
      if (router.path === from) navigate(address);
      else notices.succeeded(`The plan “${plan.title}” is ready`, { label: "Read it", href: address });
    } catch (thrown) {
      notices.failed(thrown, { label: "Open the run", href: addressOf(`/runs/${run}`) });
    }
  });
}
