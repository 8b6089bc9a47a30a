/** In whose zone exact times of one client's things are told: a choice of this person, and the zone that a screen is about. */

import { getContext, setContext } from "svelte";
import { exactTimes, type TimesShown } from "./format";
import { recall, remember } from "./storage";

const isTimesShown = (value: unknown): value is TimesShown =>
  value === "mine" || value === "client" || value === "both";

export const myZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

class Times {
  #shown = $state<TimesShown | null>(recall("times", isTimesShown));

  get shown(): TimesShown {
    return this.#shown ?? "both";
  }

  get isChosen(): boolean {
    return this.#shown !== null;
  }

  choose(shown: TimesShown): void {
    this.#shown = shown;
    remember("times", shown);
  }

  /** An exact time, a line for each zone; `zone` is the client's, where there is one client. */
  linesOf(at: Date, zone: string | null, shown: TimesShown = this.shown): string[] {
    return exactTimes(at, zone, shown, myZone);
  }
}

export const times = new Times();

const key = Symbol("zone");

/** Every time inside of the component that calls it is about people in this zone; null where there is no one zone. */
export function provideZone(zone: () => string | null): void {
  setContext(key, zone);
}

/** The zone of the people whose things are shown here. */
export function zoneHere(): () => string | null {
  return getContext<(() => string | null) | undefined>(key) ?? (() => null);
}
