/** Asks for the end of a run. Its jobs say that they stop, and then that they have ended. */

import { backend } from "$backend/backend";
import type { CancelMode, RunId } from "$backend/generated/commands";
import { notices } from "$shell/notices.svelte";

export async function stopRun(run: RunId, mode: CancelMode): Promise<void> {
  try {
    await backend.call("run_cancel", { run, mode });
  } catch (thrown) {
    notices.failed(thrown);
  }
}
