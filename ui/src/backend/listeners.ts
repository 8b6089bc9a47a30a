/** Those who hear the events; one connection serves all of them. */

import type { BackendEvent, TaskProgress } from "./backend";

export class Listeners {
  readonly #listeners = new Set<(event: BackendEvent) => void>();

  /** `start` is run when the first listener comes. */
  constructor(private readonly start: (tell: (event: BackendEvent) => void) => void) {}

  #started = false;

  add(listener: (event: BackendEvent) => void): () => void {
    this.#listeners.add(listener);
    if (!this.#started) {
      this.#started = true;
      this.start((event) => {
        this.#tell(event);
      });
    }
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #tell(event: BackendEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** Does a task under a name of its own, and passes on what is told of it meanwhile. */
export async function withProgress<T>(
  listeners: Listeners,
  onProgress: ((progress: TaskProgress) => void) | undefined,
  act: (task: number) => Promise<T>,
): Promise<T> {
  const task = newTask();
  if (!onProgress) return act(task);
  const leave = listeners.add((event) => {
    if (event.event === "progress" && event.task === task) onProgress({ done: event.done, total: event.total });
  });
  try {
    return await act(task);
  } finally {
    leave();
  }
}

/** A name that no other page of this engine is likely to give. `randomUUID` is not there on the window's own scheme. */
export function newTask(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}
