/** One run with its jobs, read again as it goes: a large run less often, because all of its jobs come each time. */

import { untrack } from "svelte";
import { backend } from "$backend/backend";
import { faultOf, type Fault } from "$backend/errors";
import type { RunDocument, RunId } from "$backend/generated/commands";

const largeRun = 500;
const everyMilliseconds = 250;
const everyMillisecondsOfLarge = 1000;

export interface RunWatch {
  readonly run: RunDocument | undefined;
  readonly fault: Fault | null;
  readonly readAt: string | null;
  refresh: () => void;
}

/** Watches while the component that calls it lives. */
export function watchRun(id: RunId): RunWatch {
  let run = $state.raw<RunDocument | undefined>(undefined);
  let fault = $state.raw<Fault | null>(null);
  let readAt = $state<string | null>(null);
  let askedAt = -Infinity;
  let busy = false;
  let again = false;
  let gone = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function read(): Promise<void> {
    timer = undefined;
    busy = true;
    again = false;
    askedAt = performance.now();
    try {
      run = await backend.call("run_show", { run: id });
      readAt = new Date().toISOString();
      fault = null;
    } catch (thrown) {
      fault = faultOf(thrown);
    }
    busy = false;
    if (again) later();
  }

  function later(): void {
    again = busy;
    if (busy || gone) return;
    const pause = (run?.jobs.length ?? 0) > largeRun ? everyMillisecondsOfLarge : everyMilliseconds;
    timer ??= setTimeout(() => void read(), Math.max(0, askedAt + pause - performance.now()));
  }

  $effect(() => {
    const unsubscribe = backend.subscribe((event) => {
      if (event.event === "changed") later();
    });
    // What is read decides how often it is read, not whether it is watched.
    untrack(later);
    return () => {
      gone = true;
      unsubscribe();
      clearTimeout(timer);
    };
  });

  return {
    get run() {
      return run;
    },
    get fault() {
      return fault;
    },
    get readAt() {
      return readAt;
    },
    refresh: later,
  };
}
