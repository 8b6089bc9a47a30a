/** The plan that is being drafted: for which hosts, and what. It outlives its screen, so that nothing that was typed is lost. */

import type {
  HostChoice,
  HostPath,
  ParameterView,
  PlanId,
  PlanView,
  RunDocument,
  RunId,
  Shelf,
} from "$backend/generated/commands";
import { plural } from "$lib/format";
import { addressOf, navigate } from "./router.svelte";
import { emptyWish, wishLike, type Wish } from "./wish";

export type { Wish };

/** A text of the library that is tried on one host before it is kept. */
export interface Trial {
  shelf: Shelf;
  name: string;
  title: string;
  text: string;
  parameters: readonly ParameterView[];
  /** Where it is written. */
  back: string;
}

/** What of a run is wanted again. */
export type Again = Pick<RunDocument, "id" | "kind" | "title" | "wanted">;

class PlanDraft {
  hosts = $state.raw<HostChoice>({ kind: "selector", selector: "" });
  /** How people know these hosts: "12 hosts of acme/prod". */
  label = $state("");
  wish = $state(emptyWish());
  /** The plan that waits for approval. */
  plan = $state.raw<PlanView | null>(null);
  /** What is tried, and where. */
  trial = $state.raw<Trial | null>(null);
  trialHost = $state.raw<HostPath | null>(null);
  /** The plan that was made of the trial. */
  trialPlan: PlanId | null = null;
  /** Trials of this session, for whoever wants one again: their text stands in no run. */
  readonly #trials = new Map<RunId, Trial>();

  /** Opens the form that tries a text on one host. */
  try(trial: Trial): void {
    this.trial = trial;
    this.plan = null;
    navigate(trialAddress(trial));
  }

  /** A run has begun: the draft has served. */
  begun(run: RunId): void {
    if (this.trial !== null && this.plan !== null && this.plan.id === this.trialPlan) this.#trials.set(run, this.trial);
    this.plan = null;
  }

  /** Opens a draft that wants what a run wanted, of these hosts. */
  again(run: Again, hosts: readonly HostPath[]): void {
    this.wish = wishLike(run.wanted, $state.snapshot(this.wish));
    const trial = this.#trials.get(run.id);
    if (trial) {
      this.trialHost = hosts[0] ?? this.trialHost;
      this.try(trial);
      return;
    }
    this.hosts = { kind: "hosts", hosts: [...hosts] };
    this.label = `${plural(hosts.length, "host")} of “${run.title}”`;
    this.plan = null;
    navigate(addressOf("/plan", { action: run.kind }));
  }
}

function trialAddress({ shelf, name }: Trial): string {
  return addressOf("/plan", { action: shelf === "recipes" ? "install" : "runbook", trial: name });
}

export const draft = new PlanDraft();
