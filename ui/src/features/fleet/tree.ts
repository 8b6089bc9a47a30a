/** The tree of clients and environments as a list of lines: filtered, folded, ready for a virtual list. Pure. */

import type { TreeClient } from "$backend/generated/commands";

export interface TreeLine {
  /** `acme` or `acme/prod`; empty for all clients. */
  scope: string;
  label: string;
  hosts: number;
  level: 1 | 2;
  production: boolean;
  /** Null for what cannot be unfolded. */
  expanded: boolean | null;
}

const byName = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Clients as people count: Acme 2 stands before Acme 10. */
export function inOrder(clients: readonly TreeClient[]): TreeClient[] {
  return [...clients].sort((a, b) => byName.compare(a.name, b.name));
}

/** With so many clients the tree starts unfolded. */
export const unfoldedUpTo = 12;

/** The lines that stand: of clients whose name or environment has the text, and of environments that are unfolded. */
export function treeLines(clients: readonly TreeClient[], text: string, unfolded: ReadonlySet<string>): TreeLine[] {
  const wanted = text.trim().toLowerCase();
  const lines: TreeLine[] = [];
  for (const client of clients) {
    const named = `${client.name} ${client.slug}`.toLowerCase().includes(wanted);
    const matching = client.environments.filter((environment) =>
      named ? true : `${client.slug}/${environment.slug}`.toLowerCase().includes(wanted),
    );
    if (!named && matching.length === 0) continue;
    const expanded = unfolded.has(client.slug) || (wanted !== "" && !named);
    const parent = {
      scope: client.slug,
      label: client.name,
      hosts: client.hosts,
      level: 1,
      production: false,
    } as const;
    lines.push({ ...parent, expanded: client.environments.length === 0 ? null : expanded });
    if (!expanded) continue;
    for (const { slug, hosts, production } of matching) {
      lines.push({ scope: `${client.slug}/${slug}`, label: slug, hosts, level: 2, production, expanded: null });
    }
  }
  return lines;
}

/** Where the arrow keys lead in the tree, what they fold, or null when they mean nothing. */
export function treeMove(
  lines: readonly TreeLine[],
  at: number,
  key: string,
): { go: number } | { fold: string; open: boolean } | null {
  const line = lines[at];
  const last = lines.length - 1;
  switch (key) {
    case "ArrowDown":
      return { go: Math.min(last, at + 1) };
    case "ArrowUp":
      return { go: Math.max(0, at - 1) };
    case "Home":
      return { go: 0 };
    case "End":
      return { go: last };
    case "ArrowRight":
      if (line?.expanded === false) return { fold: line.scope, open: true };
      return line?.expanded === true ? { go: at + 1 } : null;
    case "ArrowLeft": {
      if (line?.expanded === true) return { fold: line.scope, open: false };
      if (line?.level !== 2) return null;
      const parent = line.scope.split("/")[0];
      return { go: lines.findIndex((other) => other.scope === parent) };
    }
    default:
      return null;
  }
}
