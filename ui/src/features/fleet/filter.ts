/** The fleet's filter and order as its address holds them, and back. Pure. */

import { isNeed, needLooks } from "$backend/needs";
import type { FleetFilter, FleetSort, HostChoice, Need } from "$backend/generated/commands";
import { plural } from "$lib/format";
import { countSelected, type Selection } from "$lib/table/selection";
import type { Sort } from "$lib/table/types";

/** Columns by which the engine sorts; they have its names. */
const sorts: readonly FleetSort[] = ["name", "address", "os", "updates", "security_updates", "disk", "reboot", "seen"];

/** Reads `?scope=acme/prod&text=web&needs=reboot,disk`. What is not a need is left out. */
export function filterOf(query: URLSearchParams): FleetFilter {
  const scope = query.get("scope");
  const text = query.get("text")?.trim();
  const needs = (query.get("needs") ?? "").split(",").filter(isNeed);
  return {
    ...(scope ? { scope } : {}),
    ...(text ? { text } : {}),
    ...(needs.length > 0 ? { needs: [...new Set(needs)] } : {}),
  };
}

/** The engine's order for what the address says; by name when it says nothing that can be sorted by. */
export function orderOf(sort: Sort | null): { sort: FleetSort; descending: boolean } {
  const column = sorts.find((name) => name === sort?.column);
  return { sort: column ?? "name", descending: column !== undefined && sort?.direction === "descending" };
}

/** The needs with one of them turned over, as the address has them; null for none. */
export function toggleNeed(needs: readonly Need[], need: Need): string | null {
  const next = needs.includes(need) ? needs.filter((other) => other !== need) : [...needs, need];
  return next.length === 0 ? null : next.join(",");
}

/** What is selected, as an action takes it: "all that match" stays a query. */
export function choiceOf(selection: Selection, filter: FleetFilter): HostChoice {
  return selection.kind === "some"
    ? { kind: "hosts", hosts: [...selection.keys].sort() }
    : { kind: "matching", filter, except: [...selection.except].sort() };
}

/** What is selected, in words for the plan's head. */
export function labelOf(selection: Selection, filter: FleetFilter, total: number): string {
  const count = plural(countSelected(selection, total), "host");
  if (selection.kind === "some") {
    const [only] = selection.keys;
    return selection.keys.size === 1 && only !== undefined ? only : count;
  }
  const parts = [
    filter.scope ? `of ${filter.scope}` : "",
    filter.text ? `matching “${filter.text}”` : "",
    filter.needs ? `with ${filter.needs.map((need) => needLooks[need].title.toLowerCase()).join(" and ")}` : "",
  ];
  return [count, ...parts.filter(Boolean)].join(" ");
}
