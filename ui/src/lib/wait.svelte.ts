/** A wait for work on many hosts: since when, and how far it is. */

import type { TaskProgress } from "$backend/backend";
import { nowBySecond } from "./clock.svelte";
import type { Pace } from "./time_left";

/** Who waits longer is told how far it is. */
const longSeconds = 2;

export class Wait {
  readonly #since = new Date();
  #movedAt = this.#since;
  #progress = $state.raw<TaskProgress>({ done: 0, total: 0 });

  /** For `backend.call`: how far it is now. */
  readonly tell = (progress: TaskProgress): void => {
    this.#movedAt = new Date();
    this.#progress = progress;
  };

  /** How it moves; whoever reads it in a template is run again every second. */
  get pace(): Pace {
    const now = nowBySecond().getTime();
    const secondsSince = (moment: Date): number => Math.max(0, (now - moment.getTime()) / 1000);
    return { ...this.#progress, seconds: secondsSince(this.#since), secondsStill: secondsSince(this.#movedAt) };
  }

  get isLong(): boolean {
    return this.pace.seconds >= longSeconds;
  }
}
