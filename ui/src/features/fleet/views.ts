/** Views of the fleet: a filter and an order with a name. Three are built in; the others this machine remembers. */

import { recall, remember } from "$lib/storage";

export interface View {
  name: string;
  /** The address's query: `needs=reboot&sort=-seen`. */
  query: string;
  /** Whether the technician made it. */
  own: boolean;
}

export const builtIn: readonly View[] = [
  { name: "All hosts", query: "", own: false },
  { name: "To patch", query: "needs=security_updates&sort=-security_updates", own: false },
  { name: "Not seen", query: "needs=stale&sort=seen", own: false },
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

/** The view that the address shows, if it is one. */
export function activeView(views: readonly View[], query: URLSearchParams): View | undefined {
  const shown = viewQueryOf(query);
  return views.find((view) => viewQueryOf(new URLSearchParams(view.query)) === shown);
}
