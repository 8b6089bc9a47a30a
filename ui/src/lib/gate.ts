/** What stands between two waves, in words. Pure. */

import type { Gate } from "$backend/generated/commands";

/** `["least 90 %", "soak 10 min", "probe", "waits for you"]`; nothing for an open gate. */
export function gateWords(gate: Gate): string[] {
  return [
    ...(gate.least_success_percent === null ? [] : [`least ${gate.least_success_percent} %`]),
    ...(gate.soak_seconds === 0 ? [] : [`soak ${soakWords(gate.soak_seconds)}`]),
    ...(gate.probe === null ? [] : ["probe"]),
    ...(gate.person ? ["waits for you"] : []),
  ];
}

/** The same at length, for who asks what it means; the probe with its exact text. */
export function gateAtLength(gate: Gate): string[] {
  return [
    ...(gate.least_success_percent === null
      ? []
      : [`At least ${gate.least_success_percent} % of the wave has succeeded.`]),
    ...(gate.soak_seconds === 0
      ? []
      : [`Nothing happens for ${soakWords(gate.soak_seconds)} after the wave has ended.`]),
    ...(gate.probe === null ? [] : [`This ends with 0 on each of its hosts: ${gate.probe}`]),
    ...(gate.person ? ["A person says so."] : []),
  ];
}

/** `600` → `10 min`. */
function soakWords(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400} d`;
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
