import { expect, it } from "vitest";
import type { Policy } from "./generated/commands";
import { policyOf, policyWords } from "./policies";

const gate: Policy["gate"] = {
  most_failures: null,
  least_success_percent: null,
  soak_minutes: 0,
  probe: null,
  person: "never",
};
const restart: Policy["restart"] = {
  when: "never",
  exempt_tags: [],
  refuse_when_logged_in: true,
  drain: null,
  probe: null,
  undrain: null,
  back_within_minutes: 15,
};
const none: Policy = {
  canary: 0,
  waves: [],
  order: "as-selected",
  tiers: [],
  at_once_per_client: null,
  at_once_per_environment: null,
  quorum_tags: [],
  gate,
  restart,
};
const whole: Policy = {
  canary: 1,
  waves: ["3", "25%"],
  order: "staging-first",
  tiers: ["db", "web"],
  at_once_per_client: 5,
  at_once_per_environment: 2,
  quorum_tags: ["db-cluster"],
  gate: { most_failures: 1, least_success_percent: 90, soak_minutes: 10, probe: "true", person: "after-canary" },
  restart: {
    when: "if-needed",
    exempt_tags: ["no-restart"],
    refuse_when_logged_in: false,
    drain: "drain",
    probe: "probe",
    undrain: "undrain",
    back_within_minutes: 20,
  },
};

it("says everything that a policy says", () => {
  expect(policyWords(whole).join(" · ")).toMatchInlineSnapshot(
    `"Canary 1, then 3, then 25 %, then the rest · soak 10 min · a probe must pass · at least 90 % succeed · stop if more than 1 fails · waits for you after the canary · production after staging · db before web before the others · 5 at a time per client · 2 at a time per environment · 1 at a time in db-cluster · restart if needed (except no-restart, also with people logged in, drained first, probed after it, back within 20 min)"`,
  );
});

it.each<[string, Partial<Policy>, string]>([
  ["nothing", {}, "Every host at once · no restarts"],
  ["only a canary", { canary: 2 }, "Canary 2, then the rest · no restarts"],
  ["only waves", { waves: ["3"] }, "3, then the rest · no restarts"],
  ["no failure", { gate: { ...gate, most_failures: 0 } }, "Every host at once · stop if any fails · no restarts"],
  [
    "two failures",
    { gate: { ...gate, most_failures: 2 } },
    "Every host at once · stop if more than 2 fail · no restarts",
  ],
  ["hours", { gate: { ...gate, soak_minutes: 120 } }, "Every host at once · soak 2 h · no restarts"],
  [
    "every wave",
    { gate: { ...gate, person: "after-every-wave" } },
    "Every host at once · waits for you after every wave · no restarts",
  ],
  ["restarts", { restart: { ...restart, when: "always" } }, "Every host at once · always restart (back within 15 min)"],
])("%s", (_, said, words) => {
  expect(policyWords({ ...none, ...said }).join(" · ")).toBe(words);
});

it("tells the workspace's from a client's", () => {
  const views = [
    { client: null, text: "a", policy: none },
    { client: "acme", text: "b", policy: none },
  ];
  expect([policyOf(views, null)?.text, policyOf(views, "acme")?.text, policyOf(views, "bolt")]).toEqual([
    "a",
    "b",
    null,
  ]);
  expect(policyOf(undefined, null)).toBeNull();
});
