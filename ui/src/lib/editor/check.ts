/** Asks what is wrong with a text while somebody types it: not at every key, and an older answer never after a newer. */

import { faultOf, type Fault } from "$backend/errors";

/** What the engine says of a text; a fault says that it could not be asked. */
export type Outcome<Check> = { text: string } & ({ check: Check; fault: null } | { check: null; fault: Fault });

export const checkMilliseconds = 200;

export class Checker<Check> {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turn = 0;
  #told = 0;

  constructor(
    private readonly ask: (text: string) => Promise<Check>,
    private readonly tell: (outcome: Outcome<Check>) => void,
  ) {}

  /** Checks the text when nothing else comes for a moment. */
  soon(text: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.now(text), checkMilliseconds);
  }

  /** Checks the text at once. */
  async now(text: string): Promise<Outcome<Check>> {
    clearTimeout(this.#timer);
    const turn = ++this.#turn;
    const outcome = await this.#outcome(text);
    if (turn > this.#told) {
      this.#told = turn;
      this.tell(outcome);
    }
    return outcome;
  }

  /** Asks no more and tells no more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#told = Infinity;
  }

  async #outcome(text: string): Promise<Outcome<Check>> {
    try {
      return { text, check: await this.ask(text), fault: null };
    } catch (thrown) {
      return { text, check: null, fault: faultOf(thrown) };
    }
  }
}
