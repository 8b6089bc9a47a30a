/** Views of the fleet: a filter and an order with a name. Four are built in; the others this machine remembers. */

import type { FleetPage, Need } from "$backend/generated/commands";
import { recall, remember } from "$lib/storage";

export interface View {
  name: string;
  /** The address's query: `needs=reboot&sort=-seen`. */
  query: string;
  /** Whether the technician made it. */
  own: boolean;
  /** The need whose count stands beside the name. */
  need?: Need;
}

export const builtIn: readonly View[] = [
  { name: "Needs action", query: "needs=action", own: false, need: "action" },
  { name: "All hosts", query: "", own: false },
  {
    name: "To patch",
    query: "needs=security_updates&sort=-security_updates",
    own: false,
    need: "security_updates",
  },
  { name: "Not seen", query: "needs=stale&sort=seen", own: false, need: "stale" },
];

const parts = ["scope", "text", "needs", "sort"];

interface Remembered {
  name: string;
  query: string;
}

const areRemembered = (value: unknown): value is Remembered[] =>
  Array.isArray(value) &&
  value.every(
    (entry: Partial<Remembered> | null) => typeof entry?.name === "string" && typeof entry.query === "string",
  );

/** The views that the technician made. */
export function recallViews(): View[] {
  return (recall("fleet.views", areRemembered) ?? []).map((view) => ({ ...view, own: true }));
}

export function rememberViews(views: readonly View[]): void {
  remember(
    "fleet.views",
    views.map(({ name, query }) => ({ name, query })),
  );
}

/** What of the address makes a view, always in the same order, so that equal views are equal texts. */
export function viewQueryOf(query: URLSearchParams): string {
  const kept = new URLSearchParams();
  for (const part of parts) {
    const value = query.get(part);
    if (value) kept.set(part, value);
  }
  return kept.toString();
}

/** What a view's link leads to: a built-in view is a look at whatever the tree has chosen; an own view holds its scope. */
export function queryOfView(view: View, shown: URLSearchParams): string {
  const query = new URLSearchParams(view.query);
  const scope = shown.get("scope");
  if (!view.own && scope) query.set("scope", scope);
  return viewQueryOf(query);
}

/** The view that the address shows, if it is one; an own view goes before a built-in one. */
export function activeView(views: readonly View[], shown: URLSearchParams): View | undefined {
  const matching = views.filter((view) => queryOfView(view, shown) === viewQueryOf(shown));
  return matching.find((view) => view.own) ?? matching[0];
}

/** How many hosts a view would show: counted with the page that stands, so only where the page has the view's scope and no text. */
export function countOf(view: View, page: FleetPage | undefined, shown: URLSearchParams): number | null {
  if (!page || view.need === undefined || shown.get("text")) return null;
  return page.needs.find((one) => one.need === view.need)?.hosts ?? null;
}
