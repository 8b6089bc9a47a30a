/** The change of an audit entry as people read it: each field, before and after. Pure. */

import type { AuditEntry, JsonValue } from "$backend/generated/commands";

export interface FieldChange {
  field: string;
  /** Null: there was none. */
  before: string | null;
  after: string | null;
}

/** `{"port": [22, 2222]}` → one change. What has another form is shown as it is, never left out. */
export function changesOf(change: JsonValue): FieldChange[] {
  if (change === null) return [];
  if (typeof change !== "object" || Array.isArray(change))
    return [{ field: "", before: null, after: valueText(change) }];
  return Object.entries(change).map(([field, value]) => {
    const [before, after] = Array.isArray(value) && value.length === 2 ? value : [null, value];
    return { field, before: valueText(before ?? null), after: valueText(after ?? null) };
  });
}

/** One line for the list and for copying. */
export function changeText(entry: AuditEntry): string {
  return changesOf(entry.change)
    .map(({ field, before, after }) => {
      const to = after ?? (before === null ? "none" : "removed");
      return `${field} ${before === null ? to : `${before} → ${to}`}`.trim();
    })
    .join(" · ");
}

/** Every word must stand somewhere in the entry. */
export function matches(entry: AuditEntry, text: string): boolean {
  const whole = `${entry.actor} ${entry.action} ${entry.entity} ${entry.entity_id} ${changeText(entry)}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => whole.includes(word));
}

function valueText(value: JsonValue): string | null {
  if (value === null) return null;
  if (typeof value === "string") return value === "" ? "“”" : value;
  if (Array.isArray(value) && value.every((each) => typeof each === "string"))
    return value.length > 0 ? value.join(", ") : "none";
  return JSON.stringify(value);
}
