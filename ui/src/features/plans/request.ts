/** What a draft lacks, and what it asks of the engine. */

import { backend } from "$backend/backend";
import type { HostChoice, HostPath, ParameterView, PlanView, RunKind } from "$backend/generated/commands";
import type { Wait } from "$lib/wait.svelte";
import type { Trial, Wish } from "$shell/draft.svelte";
import { how, howToSend } from "./how.svelte";
import { valuesToSend } from "./parameters";

/** What the form can say. An undo is planned from the run that it takes back. */
export type FormAction = Exclude<RunKind, "undo">;

export const actions: readonly { key: FormAction; label: string }[] = [
  { key: "patch", label: "Updates" },
  { key: "exec", label: "Command" },
  { key: "runbook", label: "Runbook" },
  { key: "install", label: "Install" },
  { key: "upgrade", label: "Upgrade" },
  { key: "remove", label: "Remove" },
];

export function actionOf(text: string | null): FormAction {
  return actions.find(({ key }) => key === text)?.key ?? "patch";
}

/** `nginx, openssl curl` → three names. */
export function packageNames(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter(Boolean))];
}

export const longestTimeoutSeconds = 86_400;

/** Why there can be no plan yet, or null. */
export function missing(action: FormAction, wish: Wish, hosts: HostChoice): string | null {
  if (hosts.kind === "selector" && hosts.selector.trim() === "") return "Say which hosts.";
  if (hosts.kind === "hosts" && hosts.hosts.length === 0) return "Choose a host.";
  switch (action) {
    case "exec":
      if (wish.script.trim() === "") return "Type the command.";
      return timeoutProblem(wish.timeoutSeconds);
    case "patch":
      return wish.scope === "packages" && packageNames(wish.packages).length === 0 ? "Name the packages." : null;
    case "runbook":
      return wish.runbook === "" ? "Choose a runbook." : null;
    case "install":
    case "upgrade":
    case "remove":
      return wish.product === "" ? "Choose a product." : null;
  }
}

export function timeoutProblem(text: string): string | null {
  const seconds = Number(text);
  return /^\d+$/.test(text.trim()) && seconds >= 1 && seconds <= longestTimeoutSeconds
    ? null
    : `Give the time-out in seconds, 1 to ${longestTimeoutSeconds}.`;
}

/** Asks for the plan. Parameters tell which values may be sent. */
export function askForPlan(
  action: FormAction,
  wish: Wish,
  hosts: HostChoice,
  parameters: readonly ParameterView[],
  wait: Wait,
): Promise<PlanView> {
  const wanted = howToSend(action, how.wish);
  const howIfSet = wanted && { how: wanted };
  switch (action) {
    case "exec":
      return backend.call("plan_exec", {
        hosts,
        script: wish.script,
        sudo: wish.asRoot,
        detached: wish.detached,
        timeout_seconds: Number(wish.timeoutSeconds),
        ...howIfSet,
      });
    case "patch":
      return backend.call(
        "plan_patch",
        {
          hosts,
          security: wish.scope === "security",
          packages: wish.scope === "packages" ? packageNames(wish.packages) : [],
          ...howIfSet,
        },
        wait.tell,
      );
    case "runbook":
      return backend.call("plan_runbook", {
        hosts,
        runbook: wish.runbook,
        values: valuesToSend(parameters, wish.values[wish.runbook] ?? {}),
        ...howIfSet,
      });
    case "install":
    case "upgrade":
    case "remove":
      return backend.call(
        "plan_product",
        {
          hosts,
          product: wish.product,
          action,
          version: action === "remove" ? null : wish.version.trim() || null,
          values: valuesToSend(parameters, wish.values[wish.product] ?? {}),
          ...howIfSet,
        },
        wait.tell,
      );
  }
}

/** Asks for the plan of a text that is not kept. */
export function askForTrial(
  action: FormAction,
  trial: Trial,
  wish: Wish,
  host: HostPath,
  wait: Wait,
): Promise<PlanView> {
  const hosts: HostChoice = { kind: "hosts", hosts: [host] };
  const values = valuesToSend(trial.parameters, wish.values[trial.name] ?? {});
  if (action === "install" || action === "upgrade" || action === "remove") {
    const version = action === "remove" ? null : wish.version.trim() || null;
    const product = { hosts, product: trial.name, draft: trial.text, action, version, values };
    return backend.call("plan_product", product, wait.tell);
  }
  return backend.call("plan_runbook", { hosts, runbook: trial.name, draft: trial.text, values });
}
