/** Looks for a text in all of a log, stretch by stretch, and goes from match to match. */

import { backend } from "$backend/backend";
import { faultOf, type Fault } from "$backend/errors";
import type { HostPath, LogMatch, RunId } from "$backend/generated/commands";

/** Enough to go through by hand; the count beyond says "more than". */
const mostMatches = 20_000;

export class LogSearch {
  text = $state("");
  matches = $state.raw<readonly LogMatch[]>([]);
  current = $state(-1);
  searchedUntil = $state(0);
  total = $state(0);
  busy = $state(false);
  /** There are more matches than are kept. */
  cut = $state(false);
  fault = $state.raw<Fault | null>(null);
  #turn = 0;

  constructor(
    private readonly run: RunId,
    private readonly host: HostPath,
    private readonly show: (match: LogMatch) => void,
  ) {}

  /** Begins anew with another text; none clears. The first match from `near` on is shown as soon as it is found. */
  async look(text: string, near: number): Promise<void> {
    const turn = ++this.#turn;
    this.text = text;
    this.matches = [];
    this.current = -1;
    this.searchedUntil = 0;
    this.cut = false;
    this.fault = null;
    this.busy = text !== "";
    try {
      while (this.busy && turn === this.#turn) {
        const found = await backend.call("log_search", {
          run: this.run,
          host: this.host,
          text,
          from: this.searchedUntil,
        });
        if (turn !== this.#turn) return;
        const stuck = found.searched_until <= this.searchedUntil;
        this.matches = [...this.matches, ...found.matches];
        this.searchedUntil = found.searched_until;
        this.total = found.total;
        this.cut = this.matches.length >= mostMatches;
        this.busy = found.searched_until < found.total && !this.cut && !stuck;
        if (this.current < 0) {
          const place = this.matches.findIndex((match) => match.at >= near);
          if (place >= 0) this.go(place);
          else if (!this.busy && this.matches.length > 0) this.go(this.matches.length - 1);
        }
      }
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.fault = faultOf(thrown);
      this.busy = false;
    }
  }

  /** The next match, or the one before; around the ends. */
  step(by: 1 | -1): void {
    const count = this.matches.length;
    if (count > 0) this.go((Math.max(0, this.current + by) + (this.current + by < 0 ? count - 1 : 0)) % count);
  }

  /** Nobody wants the rest any more. */
  end(): void {
    this.#turn += 1;
    this.busy = false;
  }

  private go(place: number): void {
    this.current = place;
    const match = this.matches[place];
    if (match) this.show(match);
  }
}
