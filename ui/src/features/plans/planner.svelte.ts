/** The question for a plan that is under way. It outlives the form, because hosts are asked and that may take its time. */

import { faultOf, type Fault } from "$backend/errors";
import type { ParameterView, RunKind } from "$backend/generated/commands";
import { draft } from "$shell/draft.svelte";
import { notices } from "$shell/notices.svelte";
import { addressOf, navigate, router, setQuery } from "$shell/router.svelte";
import { askForPlan } from "./request";

class Planner {
  /** Since when the engine is asked, if it is. */
  since = $state.raw<Date | null>(null);
  fault = $state.raw<Fault | null>(null);

  async plan(action: RunKind, parameters: readonly ParameterView[]): Promise<void> {
    if (this.since !== null) return;
    this.since = new Date();
    this.fault = null;
    try {
      const plan = await askForPlan(action, $state.snapshot(draft.wish), draft.hosts, parameters);
      draft.plan = plan;
      if (router.path === "/plan") setQuery({ plan: plan.id }, { push: true });
      else {
        const address = addressOf("/plan", { action, plan: plan.id });
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
      this.since = null;
    }
  }
}

export const planner = new Planner();
