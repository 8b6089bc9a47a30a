/** Which pinned keys a text finds, and how they are told. Pure. */

import type { PinOfHost } from "$backend/generated/commands";
import { plural } from "$lib/format";

export const pinStateWords: Record<PinOfHost["state"], string> = { trusted: "Trusted", revoked: "Revoked" };

export function sharedWords(pin: PinOfHost): string {
  return pin.hosts_with_it > 1 ? `Shown by ${plural(pin.hosts_with_it, "host")}` : "";
}

/** Every word must be somewhere in the row. A fingerprint means what it says to the letter, yet is found however it is typed. */
export function pinsFound(pins: readonly PinOfHost[], text: string): readonly PinOfHost[] {
  const sought = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (sought.length === 0) return pins;
  return pins.filter((pin) => {
    const row = [pin.host, pin.algorithm, pin.fingerprint, pinStateWords[pin.state], sharedWords(pin)]
      .join(" ")
      .toLowerCase();
    return sought.every((word) => row.includes(word));
  });
}

/** Sorts by how many show a key and keeps the hosts that show the same one together. */
export function sharedOrder(pin: PinOfHost): string {
  return `${String(pin.hosts_with_it).padStart(10, "0")} ${pin.fingerprint}`;
}
