/** The question for a plan that is under way. It outlives the form, because hosts are asked and that may take its time. */

import { backend } from "$backend/backend";
import { faultOf, type Fault } from "$backend/errors";
import type { HostPath, ParameterView, PlanView } from "$backend/generated/commands";
import { plural } from "$lib/format";
import { Wait } from "$lib/wait.svelte";
import { draft, type Trial } from "$shell/draft.svelte";
import { notices } from "$shell/notices.svelte";
import { addressOf, navigate, router } from "$shell/router.svelte";
import { askForPlan, askForTrial, type FormAction } from "./request";

class Planner {
  /** For the answer, if the engine is asked. */
  wait = $state.raw<Wait | null>(null);
  fault = $state.raw<Fault | null>(null);

  async plan(action: FormAction, parameters: readonly ParameterView[]): Promise<void> {
    const form = addressOf("/plan", { action });
    await this.#ask(async (wait) => {
      const plan = await askForPlan(action, $state.snapshot(draft.wish), draft.hosts, parameters, wait);
      draft.made(plan.id, form, null);
      return plan;
    });
  }

  /** Plans a text that is not kept, for one host. */
  async planTrial(action: FormAction, trial: Trial, host: HostPath): Promise<void> {
    const form = addressOf("/plan", { action, trial: trial.name });
    await this.#ask(async (wait) => {
      const plan = await askForTrial(action, trial, $state.snapshot(draft.wish), host, wait);
      draft.made(plan.id, form, trial);
      return plan;
    });
  }

  /** Wants what a plan wanted once more: at once where a run says what that was, else by the form. */
  async planAgain(old: PlanView): Promise<void> {
    const { follows, kind } = old;
    const hosts = old.jobs.map((job) => job.host);
    if (follows !== null) {
      await this.#ask((wait) =>
        follows.how === "resumes"
          ? backend.call("plan_resume", { run: follows.run }, wait.tell)
          : backend.call("plan_undo", { run: follows.run, hosts }, wait.tell),
      );
      return;
    }
    const form = draft.formOf(old.id);
    if (form === null) {
      draft.hosts = { kind: "hosts", hosts };
      draft.label = `${plural(hosts.length, "host")} of “${old.title}”`;
    }
    navigate(form ?? addressOf("/plan", { action: kind }));
  }

  async #ask(ask: (wait: Wait) => Promise<PlanView>): Promise<void> {
    if (this.wait !== null) return;
    const from = router.path;
    const wait = new Wait();
    this.wait = wait;
    this.fault = null;
    try {
      const plan = await ask(wait);
      const address = addressOf(`/plans/${plan.id}`);
      if (router.path === from) navigate(address);
      else notices.succeeded(`The plan “${plan.title}” is ready`, { label: "Read it", href: address });
    } catch (thrown) {
      this.fault = faultOf(thrown);
      if (router.path !== from) notices.failed(thrown);
    } finally {
      this.wait = null;
    }
  }
}

export const planner = new Planner();
