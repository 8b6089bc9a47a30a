/** Which entries of the audit the engine takes back: the newest edit of each client, environment and host. Pure. */

import type { AuditEntry, AuditId } from "./generated/commands";

const actions: ReadonlySet<string> = new Set([
  "client.add",
  "client.remove",
  "client.restore",
  "environment.add",
  "environment.edit",
  "environment.remove",
  "environment.restore",
  "host.add",
  "host.edit",
  "host.remove",
  "host.restore",
]);

/** Of entries with the newest first, those that can be taken back now. */
export function undoableOf(entries: readonly AuditEntry[]): ReadonlySet<AuditId> {
  const newest = new Map<string, AuditId>();
  for (const { id, action, entity, entity_id } of entries) {
    const thing = `${entity} ${entity_id}`;
    if (actions.has(action) && !newest.has(thing)) newest.set(thing, id);
  }
  return new Set(newest.values());
}
