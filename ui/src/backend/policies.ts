/** What a policy says, in words that fit on a line. Pure. */

import type { Policy, PolicyView } from "./generated/commands";

/** What happens without any policy. */
export const noPolicyWords = "No policy: every host at once, and nothing stops a run.";

/** `Canary 1, then 3, then the rest`, `soak 10 min`, …: what comes first happens first. */
export function policyWords(policy: Policy): string[] {
  return [
    ...waveWords(policy),
    ...gateWords(policy),
    ...orderWords(policy),
    ...limitWords(policy),
    ...restartWords(policy),
  ];
}

/** The workspace's policy, or a client's own. */
export function policyOf(policies: readonly PolicyView[] | undefined, client: string | null): PolicyView | null {
  return policies?.find((one) => one.client === client) ?? null;
}

function waveWords({ canary, waves }: Policy): string[] {
  if (canary === 0 && waves.length === 0) return ["Every host at once"];
  const sizes = waves.map((size) => size.replace("%", " %"));
  return [[...(canary > 0 ? [`Canary ${canary}`] : []), ...sizes, "the rest"].join(", then ")];
}

function gateWords({ gate }: Policy): string[] {
  return [
    gate.soak_minutes > 0 && `soak ${minutes(gate.soak_minutes)}`,
    gate.probe !== null && "a probe must pass",
    gate.least_success_percent !== null && `at least ${gate.least_success_percent} % succeed`,
    gate.most_failures !== null &&
      (gate.most_failures === 0
        ? "stop if any fails"
        : `stop if more than ${gate.most_failures} ${gate.most_failures === 1 ? "fails" : "fail"}`),
    gate.person === "after-canary" && "waits for you after the canary",
    gate.person === "after-every-wave" && "waits for you after every wave",
  ].filter((words) => words !== false);
}

function orderWords({ order, tiers }: Policy): string[] {
  return [
    order === "staging-first" && "production after staging",
    tiers.length > 0 && `${[...tiers, "the others"].join(" before ")}`,
  ].filter((words) => words !== false);
}

function limitWords({ at_once_per_client, at_once_per_environment, quorum_tags }: Policy): string[] {
  return [
    at_once_per_client !== null && `${at_once_per_client} at a time per client`,
    at_once_per_environment !== null && `${at_once_per_environment} at a time per environment`,
    ...quorum_tags.map((tag) => `1 at a time in ${tag}`),
  ].filter((words) => words !== false);
}

function restartWords({ restart }: Policy): string[] {
  if (restart.when === "never") return ["no restarts"];
  const when = restart.when === "always" ? "always restart" : "restart if needed";
  const but = [
    restart.exempt_tags.length > 0 && `except ${restart.exempt_tags.join(", ")}`,
    !restart.refuse_when_logged_in && "also with people logged in",
    restart.drain !== null && "drained first",
    restart.probe !== null && "probed after it",
    `back within ${minutes(restart.back_within_minutes)}`,
  ].filter((words) => words !== false);
  return [`${when} (${but.join(", ")})`];
}

function minutes(count: number): string {
  return count >= 60 && count % 60 === 0 ? `${count / 60} h` : `${count} min`;
}
