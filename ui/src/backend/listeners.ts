/** Those who hear the events; one connection serves all of them. */

import type { BackendEvent } from "./backend";

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
