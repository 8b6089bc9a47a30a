/** The question for a plan that is under way. It outlives the form, because hosts are asked and that may take its time. */

import { faultOf, type Fault } from "$backend/errors";
import type { HostPath, ParameterView, PlanView, RunKind } from "$backend/generated/commands";
import { Wait } from "$lib/wait.svelte";
import { draft, type Trial } from "$shell/draft.svelte";
import { notices } from "$shell/notices.svelte";
import { addressOf, navigate, router, setQuery } from "$shell/router.svelte";
import { askForPlan, askForTrial } from "./request";

class Planner {
  /** For the answer, if the engine is asked. */
  wait = $state.raw<Wait | null>(null);
  fault = $state.raw<Fault | null>(null);

  async plan(action: RunKind, parameters: readonly ParameterView[]): Promise<void> {
    await this.#ask(addressOf("/plan", { action }), (wait) =>
      askForPlan(action, $state.snapshot(draft.wish), draft.hosts, parameters, wait),
    );
  }

  /** Plans a text that is not kept, for one host. */
  async planTrial(action: RunKind, trial: Trial, host: HostPath): Promise<void> {
    await this.#ask(addressOf("/plan", { action, trial: trial.name }), async (wait) => {
      const plan = await askForTrial(action, trial, $state.snapshot(draft.wish), host, wait);
      draft.trialPlan = plan.id;
      return plan;
    });
  }

  async #ask(form: string, ask: (wait: Wait) => Promise<PlanView>): Promise<void> {
    if (this.wait !== null) return;
    const wait = new Wait();
    this.wait = wait;
    this.fault = null;
    try {
      const plan = await ask(wait);
      draft.plan = plan;
      if (router.path === "/plan") setQuery({ plan: plan.id }, { push: true });
      else {
        const address = `${form}&plan=${plan.id}`;
        notices.succeeded(`The plan “${plan.title}” is ready`, {
          label: "Read it",
          onclick: () => {
            navigate(address);
          },
        });
      }
    } catch (thrown) {
      this.fault = faultOf(thrown);
      if (router.path !== "/plan") notices.failed(thrown);
    } finally {
      this.wait = null;
    }
  }
}

export const planner = new Planner();
