/** The plan that is being drafted: for which hosts, and what. It outlives its screen, so that nothing that was typed is lost. */

import type {
  HostChoice,
  HostPath,
  ParameterView,
  PlanId,
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
  /** What is tried, and where. */
  trial = $state.raw<Trial | null>(null);
  trialHost = $state.raw<HostPath | null>(null);
  /** Plans of this session: the form that each was made in, and what it tries. */
  readonly #made = new Map<PlanId, { form: string; trial: Trial | null }>();
  /** Trials of this session, for whoever wants one again: their text stands in no run. */
  readonly #trials = new Map<RunId, Trial>();

  /** Opens the form that tries a text on one host. */
  try(trial: Trial): void {
    this.trial = trial;
    navigate(trialAddress(trial));
  }

  /** A plan was made of what a form holds. */
  made(plan: PlanId, form: string, trial: Trial | null): void {
    this.#made.set(plan, { form, trial });
  }

  /** The form that a plan of this session was made in; it still holds what was typed. */
  formOf(plan: PlanId): string | null {
    return this.#made.get(plan)?.form ?? null;
  }

  /** A plan's run has begun. */
  begun(plan: PlanId, run: RunId): void {
    const trial = this.#made.get(plan)?.trial;
    if (trial) this.#trials.set(run, trial);
  }

  /** Opens a draft that wants what a run wanted, of these hosts. */
  again(run: Again, hosts: readonly HostPath[]): void {
    if (run.wanted.kind === "undo") {
      // No form says it: the run's own screen offers what is missing of it.
      navigate(addressOf(`/runs/${run.id}`));
      return;
    }
    this.wish = wishLike(run.wanted, $state.snapshot(this.wish));
    const trial = this.#trials.get(run.id);
    if (trial) {
      this.trialHost = hosts[0] ?? this.trialHost;
      this.try(trial);
      return;
    }
    this.hosts = { kind: "hosts", hosts: [...hosts] };
    this.label = `${plural(hosts.length, "host")} of “${run.title}”`;
    navigate(addressOf("/plan", { action: run.kind }));
  }
}

function trialAddress({ shelf, name }: Trial): string {
  return addressOf("/plan", { action: shelf === "recipes" ? "install" : "runbook", trial: name });
}

export const draft = new PlanDraft();
