import { expect, it } from "vitest";
import type { How, RunKind } from "$backend/generated/commands";
import { how, howProblem, howToSend, howWords, usualHow, type HowWish } from "./how.svelte";

const respect = { kind: "respect" } as const;

it.each<[string, RunKind, Partial<HowWish>, Omit<How, "from_facts"> | undefined]>([
  ["nothing", "patch", {}, undefined],
  ["blanks", "patch", { parallel: " ", policy: "\n" }, undefined],
  ["how many at once", "exec", { parallel: "5" }, { windows: respect, parallel: 5 }],
  ["a restart after updates", "patch", { restart: "if-needed" }, { windows: respect, reboot: "if-needed" }],
  ["no restart after a command", "exec", { restart: "if-needed" }, undefined],
  ["waiting", "patch", { windows: "wait_for" }, { windows: { kind: "wait_for" } }],
  [
    "an override with its reason",
    "patch",
    { windows: "override", reason: " CVE " },
    { windows: { kind: "override", reason: "CVE" } },
  ],
  ["a reason without an override", "patch", { reason: "CVE" }, undefined],
  [
    "a policy",
    "patch",
    { policy: "canary = 1" },
    { windows: respect, policy: { name: "this plan", text: "canary = 1" } },
  ],
  ["a life", "patch", { livesForSeconds: "3600" }, { windows: respect, lives_for_seconds: 3600 }],
])("sends %s", (_, action, wish, sent) => {
  expect(howToSend(action, { ...usualHow(), ...wish })).toEqual(sent && { ...sent, from_facts: false });
});

it.each<[Partial<HowWish>, string | null]>([
  [{}, null],
  [{ parallel: "0" }, "Give a number of hosts, 1 to 4096."],
  [{ parallel: "many" }, "Give a number of hosts, 1 to 4096."],
  [{ windows: "override", reason: " " }, "Say why maintenance windows do not count."],
  [{ windows: "override", reason: "CVE" }, null],
])("%j lacks %s", (wish, problem) => {
  expect(howProblem({ ...usualHow(), ...wish })).toBe(problem);
});

it.each<[RunKind, Partial<HowWish>, string]>([
  ["patch", {}, "as the policy says · expires in 24 hours"],
  [
    "patch",
    { parallel: "1", restart: "never", windows: "override", policy: "x", livesForSeconds: "3600" },
    "by a policy of its own · 1 host at once · restart: never · maintenance windows do not count · expires in 1 hour",
  ],
  [
    "exec",
    { restart: "never", windows: "wait_for" },
    "as the policy says · each host waits for its window · expires in 24 hours",
  ],
])("%s %j is told on one line", (action, wish, words) => {
  expect(howWords(action, { ...usualHow(), ...wish }).join(" · ")).toBe(words);
});

it("is as usual again once a plan was approved", () => {
  how.wish.windows = "override";
  how.wish.reason = "the shop is down";
  expect(howToSend("patch", how.wish)).toBeDefined();
  how.forget();
  expect(howToSend("patch", how.wish)).toBeUndefined();
});
