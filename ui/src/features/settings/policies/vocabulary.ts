/** The words that may stand in a policy, for completion. The engine alone decides what is right. */

import type { Fields, Vocabulary } from "$lib/editor/completion";

const fields: Readonly<Record<string, Fields>> = {
  "": {
    canary: "hosts of the first wave; 0: none",
    waves: 'sizes of the next: ["3", "25%"]',
    order: "which hosts come first",
    tiers: "tags, the first comes first",
    at_once_per_client: "hosts of one client at once",
    at_once_per_environment: "hosts of one environment at once",
    quorum_tags: "hosts that share one go one at a time",
  },
  gate: {
    most_failures: "more than that halt the run",
    least_success_percent: "of each wave",
    soak_minutes: "nothing happens for so long",
    probe: "sh text that must succeed",
    person: "where somebody must say so",
  },
  restart: {
    when: "after updates",
    exempt_tags: "hosts that are never restarted",
    refuse_when_logged_in: "left as it is while somebody is on it",
    drain: "sh text before the restart",
    probe: "sh text after it, tried until it ends with 0",
    undrain: "sh text when it is well again",
    back_within_minutes: "how long it may take",
  },
};

const values: Readonly<Record<string, readonly string[]>> = {
  ".order": ["staging-first", "as-selected"],
  "gate.person": ["never", "after-canary", "after-every-wave"],
  "restart.when": ["never", "if-needed", "always"],
  "restart.refuse_when_logged_in": ["true", "false"],
};

export const vocabulary: Vocabulary = {
  headings: { "[gate]": "what must be so between waves", "[restart]": "whether hosts are restarted" },
  fieldsOf: (table) => fields[table] ?? null,
  valuesOf: (table, field) => values[`${table}.${field}`] ?? [],
  templateNames: {},
};
