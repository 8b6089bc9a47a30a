/** A choice of hosts in words, as a selector, and as a question for how many they are. Pure. */

import type { FleetPageQuery, HostChoice } from "$backend/generated/commands";
import { plural } from "$lib/format";

/** How many hosts are meant; null if only the engine can tell. */
export function knownCount(choice: HostChoice): number | null {
  return choice.kind === "hosts" ? choice.hosts.length : null;
}

/** The page of the fleet whose `matching` counts the choice; null if no filter says the same. */
export function countQuery(choice: HostChoice): FleetPageQuery | null {
  const page = { sort: "name", descending: false, offset: 0, limit: 1 } as const;
  if (choice.kind === "matching") return { filter: choice.filter, ...page };
  if (choice.kind === "hosts") return null;
  const selector = choice.selector.trim();
  if (selector === "all") return { filter: {}, ...page };
  return /^[a-z0-9][a-z0-9_.-]*(\/[a-z0-9][a-z0-9_.-]*)?$/.test(selector)
    ? { filter: { scope: selector }, ...page }
    : null;
}

export function exceptCount(choice: HostChoice): number {
  return choice.kind === "matching" ? choice.except.length : 0;
}

/** The selector to begin with when somebody edits the choice. */
export function asSelector(choice: HostChoice): string {
  switch (choice.kind) {
    case "selector":
      return choice.selector;
    case "hosts":
      return choice.hosts.join(",");
    case "matching":
      return [choice.filter.scope ?? "all", ...choice.except.map((host) => `!${host}`)].join(",");
  }
}

/** Whether the selector says less than the choice: a text or a need has no word in it. */
export function losesFilter(choice: HostChoice): boolean {
  return choice.kind === "matching" && (Boolean(choice.filter.text) || (choice.filter.needs?.length ?? 0) > 0);
}

export function inWords(choice: HostChoice): string {
  switch (choice.kind) {
    case "selector":
      return choice.selector;
    case "hosts": {
      const more = choice.hosts.length - 3;
      return choice.hosts.slice(0, 3).join(", ") + (more > 0 ? ` and ${plural(more, "other")}` : "");
    }
    case "matching": {
      const { scope, text, needs } = choice.filter;
      const parts = [
        scope ?? "all clients",
        text && `“${text}”`,
        needs?.length && `needs ${needs.join(", ").replaceAll("_", " ")}`,
      ];
      const but = choice.except.length > 0 ? ` but ${plural(choice.except.length, "host")}` : "";
      return parts.filter(Boolean).join(" · ") + but;
    }
  }
}
