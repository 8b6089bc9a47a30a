/** What every screen can do with hosts: plan work for them, ask them about themselves, check the way to them. */

import { backend } from "$backend/backend";
import type { FactsResult, HostCheck, HostChoice, HostPath } from "$backend/generated/commands";
import { plural } from "$lib/format";
import type { Wait } from "$lib/wait.svelte";
import { draft } from "./draft.svelte";
import { notices } from "./notices.svelte";
import { addressOf, navigate } from "./router.svelte";

export type PlannedAction = "patch" | "security" | "exec" | "runbook" | "install" | "upgrade" | "remove";

/** Where a host's own screen is. */
export function addressOfHost(host: HostPath, tab?: string): string {
  return addressOf(`/hosts/${host}`, { tab });
}

/** A shell on a host: the one that is open already, or a new one. */
export function addressOfTerminal(host: HostPath): string {
  return addressOf(`/terminal/${host}`);
}

/** The files of a host; without a path the home of the account. */
export function addressOfFiles(host: HostPath, path: string | null = null): string {
  return addressOf(`/files/${host}`, { path });
}

/** Opens a draft of a plan for these hosts. */
export function planFor(action: PlannedAction, hosts: HostChoice, label: string): void {
  draft.hosts = hosts;
  draft.label = label;
  if (action === "patch" || action === "security") draft.wish.scope = action === "security" ? "security" : "all";
  navigate(addressOf("/plan", { action: action === "security" ? "patch" : action }));
}

/** Questions to hosts that may take their time, which `wait` is told; a refusal of the engine is told here. */
export const hostQuestions = {
  /** Asks hosts about themselves and tells the outcome; the answers, or null when the engine refused. */
  async refreshFacts(hosts: HostChoice, wait: Wait): Promise<readonly FactsResult[] | null> {
    try {
      const results = await backend.call("facts_refresh", { hosts, keep_index: false }, wait.tell);
      tellFacts(results);
      return results;
    } catch (thrown) {
      notices.failed(thrown);
      return null;
    }
  },

  /** Walks the five steps to each host; null when the engine refused. */
  async check(hosts: HostChoice, wait: Wait): Promise<readonly HostCheck[] | null> {
    try {
      return await backend.call("host_check", hosts, wait.tell);
    } catch (thrown) {
      notices.failed(thrown);
      return null;
    }
  },
};

/** A partial success is never told as a success. */
function tellFacts(results: readonly FactsResult[]): void {
  const silent = results.filter((result) => result.error !== null);
  const [first] = silent;
  if (!first?.error) {
    notices.succeeded(`${plural(results.length, "host")} answered`);
    return;
  }
  const others = silent.length > 1 ? ` and ${plural(silent.length - 1, "other host")}` : "";
  const answered = results.length - silent.length;
  notices.failed(
    {
      code: first.error.code,
      message: `${first.host}${others} said nothing; ${answered} of ${results.length} answered. ${first.error.message}`,
      hint: first.error.hint,
    },
    silent.length === 1
      ? { label: "Open the host", href: addressOfHost(first.host, "connection") }
      : { label: "Show unreachable hosts", href: addressOf("/fleet", { needs: "unreachable" }) },
  );
}
