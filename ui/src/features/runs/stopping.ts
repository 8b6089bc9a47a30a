/** Runs that somebody in this window has asked to end. They stay marked until their jobs say that they have ended. */

import { SvelteMap } from "svelte/reactivity";
import { backend } from "$backend/backend";
import type { CancelMode, RunId } from "$backend/generated/commands";
import { notices } from "$shell/notices.svelte";

export const stopping = new SvelteMap<RunId, CancelMode>();

export async function stopRun(run: RunId, mode: CancelMode): Promise<void> {
  stopping.set(run, mode);
  try {
    await backend.call("run_cancel", { run, mode });
  } catch (thrown) {
    stopping.delete(run);
    notices.failed(thrown);
  }
}
