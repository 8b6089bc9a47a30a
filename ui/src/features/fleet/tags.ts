/** Tags of many hosts at once: what is typed, the edits that it comes to, and what is told of them. */

import { backend } from "$backend/backend";
import type { AuditId, FleetFilter, HostPath } from "$backend/generated/commands";
import { formatCount, plural } from "$lib/format";
import { isSelected, type Selection } from "$lib/table/selection";
import type { WaitWords } from "$lib/time_left";
import type { Wait } from "$lib/wait.svelte";
import { edits } from "$shell/edits.svelte";
import { notices } from "$shell/notices.svelte";

export interface TagChange {
  add: readonly string[];
  remove: readonly string[];
}

export const tagging: WaitWords = { none: "Changing tags", one: "Changing tags", many: "Changing tags of hosts" };

/** As many rows as the engine gives at once. */
const pageRows = 1000;

/** `web, edge  db` → three tags. */
export function tagsIn(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((tag) => tag !== ""))];
}

/** Why these cannot be tags, or null. */
export function tagProblem(text: string): string | null {
  const wrong = tagsIn(text).find((tag) => !/^[a-z0-9][a-z0-9_.-]*$/.test(tag));
  return wrong === undefined
    ? null
    : `“${wrong}” cannot be a tag: lower-case letters, digits, “-”, “_” and “.”, beginning with a letter or a digit.`;
}

/** Why this change cannot be made, or null. */
export function changeProblem({ add, remove }: TagChange): string | null {
  const both = add.find((tag) => remove.includes(tag));
  if (both !== undefined) return `“${both}” cannot be both added and removed.`;
  return add.length + remove.length === 0 ? "Say which tags to add or to remove." : null;
}

/** Changes the hosts one after the other; what was changed before a failure is told too, with one undo for all of it. */
export async function changeTags(
  selection: Selection,
  filter: FleetFilter,
  change: TagChange,
  wait: Pick<Wait, "tell">,
): Promise<void> {
  const undo: AuditId[] = [];
  let same = 0;
  try {
    const hosts = await hostsOf(selection, filter);
    for (const [place, host] of hosts.entries()) {
      wait.tell({ done: place, total: hosts.length });
      const edited = await backend.call("host_edit", { ...nothingElse, host, ...namesOf(change) });
      if (edited.undo === null) same += 1;
      else undo.push(edited.undo);
    }
    if (undo.length === 0) notices.succeeded(`Tags of ${plural(same, "host")}: nothing to change`);
  } catch (thrown) {
    notices.failed(thrown);
  }
  if (undo.length === 0) return;
  const rest = same === 0 ? "" : `; ${formatCount(same)} had it so already`;
  edits.made(`Tags of ${plural(undo.length, "host")}: ${changeInWords(change)}${rest}`, undo);
}

/** The names behind a selection, as they are now: "all that match" is asked for page by page. */
async function hostsOf(selection: Selection, filter: FleetFilter): Promise<HostPath[]> {
  if (selection.kind === "some") return [...selection.keys].sort();
  const hosts: HostPath[] = [];
  for (let matching = 1; hosts.length < matching;) {
    const query = { filter, sort: "name", descending: false, offset: hosts.length, limit: pageRows } as const;
    const page = await backend.call("fleet_page", query);
    if (page.rows.length === 0) break;
    hosts.push(...page.rows.map((row) => row.host));
    matching = page.matching;
  }
  return hosts.filter((host) => isSelected(selection, host));
}

const namesOf = ({ add, remove }: TagChange): { add_tags: string[]; remove_tags: string[] } => ({
  add_tags: [...add],
  remove_tags: [...remove],
});

const nothingElse = {
  name: null,
  address: null,
  port: null,
  user: null,
  credential: null,
  jumps: null,
  sudo: null,
} as const;

/** `web added, edge and old removed`. */
export function changeInWords({ add, remove }: TagChange): string {
  const list = (tags: readonly string[]): string =>
    tags.length < 2 ? tags.join("") : `${tags.slice(0, -1).join(", ")} and ${tags.at(-1) ?? ""}`;
  return [add.length > 0 ? `${list(add)} added` : "", remove.length > 0 ? `${list(remove)} removed` : ""]
    .filter((part) => part !== "")
    .join(", ");
}
