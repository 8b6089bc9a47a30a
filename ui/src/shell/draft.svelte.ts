/** The plan that is being drafted: for which hosts, and what. It outlives its screen, so that nothing that was typed is lost. */

import type { HostChoice, HostPath, PlanView, RunId, RunKind, RunSummary } from "$backend/generated/commands";
import { plural } from "$lib/format";
import { addressOf, navigate } from "./router.svelte";

/** What is wanted of the hosts, as it was typed. Secrets never stand here. */
export interface Wish {
  script: string;
  asRoot: boolean;
  detached: boolean;
  timeoutSeconds: string;
  scope: "all" | "security" | "packages";
  packages: string;
  runbook: string;
  product: string;
  version: string;
  /** Values by runbook or product, then by parameter. */
  values: Record<string, Record<string, string>>;
}

function emptyWish(): Wish {
  return {
    script: "",
    asRoot: false,
    detached: false,
    timeoutSeconds: "300",
    scope: "all",
    packages: "",
    runbook: "",
    product: "",
    version: "",
    values: {},
  };
}

class PlanDraft {
  hosts = $state.raw<HostChoice>({ kind: "selector", selector: "" });
  /** How people know these hosts: "12 hosts of acme/prod". */
  label = $state("");
  wish = $state(emptyWish());
  /** The plan that waits for approval. */
  plan = $state.raw<PlanView | null>(null);
  /** What began the runs of this session, for whoever wants it again. */
  readonly #begun = new Map<RunId, Wish>();

  /** A run has begun: the draft has served. */
  begun(run: RunId): void {
    this.#begun.set(run, $state.snapshot(this.wish));
    this.plan = null;
  }

  /** Opens a draft that wants the same of some of a run's hosts. */
  again(run: RunSummary, hosts: readonly HostPath[]): void {
    const known = this.#begun.get(run.id);
    this.hosts = { kind: "hosts", hosts: [...hosts] };
    this.label = `${plural(hosts.length, "host")} of “${run.title}”`;
    this.plan = null;
    if (known) this.wish = structuredClone(known);
    const action: RunKind = run.kind;
    navigate(addressOf("/plan", { action, like: known ? null : run.title }));
  }
}

export const draft = new PlanDraft();
