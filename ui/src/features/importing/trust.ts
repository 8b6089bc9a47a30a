/** How far a key that a host shows is vouched for. Pure. */

import type { KnownHostKeys, OfferedKey } from "$backend/generated/commands";

export type Standing =
  /** It is pinned already. */
  | "trusted"
  /** This machine's known_hosts has this very key. */
  | "known"
  /** The list that a person gave has this fingerprint. */
  | "listed"
  /** Nobody has vouched for it. */
  | "unknown"
  /** known_hosts or a pin has another key of the host. */
  | "other"
  /** It is marked as revoked. */
  | "revoked";

export function standingOf(
  offered: OfferedKey,
  known: KnownHostKeys | undefined,
  listed: ReadonlySet<string>,
): Standing {
  const pin = offered.pinned.find((one) => one.fingerprint === offered.fingerprint);
  if (pin?.state === "revoked" || known?.revoked.includes(offered.fingerprint)) return "revoked";
  if (pin?.state === "trusted") return "trusted";
  if (offered.pinned.some((one) => one.state === "trusted")) return "other";
  if (known?.trusted.includes(offered.fingerprint)) return "known";
  if (listed.has(offered.fingerprint)) return "listed";
  return known && known.trusted.length > 0 ? "other" : "unknown";
}

/** The fingerprints in a text, such as what `ssh-keygen -l` prints. */
export function fingerprintsIn(text: string): Set<string> {
  return new Set(text.match(/SHA256:[A-Za-z0-9+/]{43}/g) ?? []);
}
