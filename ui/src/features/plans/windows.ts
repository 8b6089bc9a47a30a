/** When a job may begin, in words. */

import type { Span } from "$backend/generated/commands";
import { inBothZones } from "$lib/moment";
import { myZone } from "$lib/times.svelte";

/** `Opens Sat 28 Nov, 22:00 CET / 21:00 UTC`, `Open until …` once it has begun, `Closed since …` afterwards. */
export function windowWords(window: Span, zone: string | null, now = new Date()): string {
  const [from, until] = [new Date(window.from), new Date(window.until)];
  if (now < from) return `Opens ${inBothZones(from, zone, myZone)}`;
  return `${now < until ? "Open until" : "Closed since"} ${inBothZones(until, zone, myZone)}`;
}
