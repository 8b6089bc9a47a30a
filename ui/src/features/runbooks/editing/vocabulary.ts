/**
 * The words that may stand in a recipe or runbook, for completion. The engine alone decides what is right; a journey of
 * tests/playwright holds this list against the fields that the engine says it knows.
 */

import type { Shelf } from "$backend/generated/commands";
import type { Fields, Vocabulary } from "$lib/editor/completion";

const step: Fields = {
  name: "what is shown while it runs",
  run: "sh text",
  upload: "puts a file in its place",
  package: "works on packages",
  service: "works on a service",
  wait_for: "waits until something holds",
  reboot: "restarts the host",
  sudo: "as root",
  timeout_seconds: "ended after that long",
  only_if: "a command that says whether the step is wanted",
  on_failure: "whether later steps still run",
};

const parameters: Fields = {
  name: "how templates call it",
  type: "string, integer, boolean, choice, secret",
  description: "help for whoever sets it",
  required: "whether a secret must be given",
  default: "when nothing is set",
  pattern: "what the whole text must match",
  choices: "the words to choose from",
  minimum: "the smallest number",
  maximum: "the largest number",
};

/** Tables inside of a step, by their path in it. */
const inStep: Readonly<Record<string, Fields>> = {
  upload: {
    content: "the file's text",
    from: "a file beside this one",
    to: "its path on the host",
    owner: "whose it is",
    group: "whose group",
    mode: 'in octal: "0644"',
  },
  package: { action: "what to do", names: "which packages", version: "an exact version" },
  service: { name: "which service", action: "what to do" },
  wait_for: {
    port: "a TCP port of the host",
    http: "an address that answers",
    command: "a command that succeeds",
    timeout_seconds: "how long",
    interval_seconds: "how often",
  },
  "wait_for.http": { url: "the address", status: "200, if nothing else is said", contains: "a text in the answer" },
};

/** How what was done is taken back. */
const undoRule: Fields = {
  configuration: "files that are kept before, and put back",
  undo_grade: "how well it is taken back",
};

const root: Record<Shelf, Fields> = {
  runbooks: {
    format: "1",
    name: "its short name",
    title: "its name for people",
    description: "when one needs it and what it does",
    read_only: "true promises that nothing changes",
    systems: "IDs of /etc/os-release",
    tags: "what the search finds it by",
    symptoms: "what a client says",
    ...undoRule,
  },
  recipes: {
    format: "1",
    product: "its short name",
    title: "its name for people",
    vendor: "who makes it",
    description: "what it installs",
    systems: "IDs of /etc/os-release",
    ...undoRule,
  },
};

/** The headings of a text. */
export const headings: Record<Shelf, Fields> = {
  runbooks: {
    "[[parameters]]": "something to set",
    "[[steps]]": "something to do",
    "[[undo]]": "a step that takes it back",
  },
  recipes: {
    "[version]": "how the version is found",
    "[[parameters]]": "something to set",
    "[[install]]": "a step that installs",
    "[[upgrade]]": "a step that upgrades",
    "[[remove]]": "a step that removes",
    "[[health]]": "a step that says whether it is well",
    "[[undo]]": "a step that takes it back",
  },
};

const version: Fields = {
  scheme: "how versions compare",
  probe: "sh text that prints the version",
  pattern: "finds it in what was printed",
  sudo: "as root",
  timeout_seconds: "ended after that long",
};

const stepTables: Record<Shelf, readonly string[]> = {
  runbooks: ["steps", "undo"],
  recipes: ["install", "upgrade", "remove", "health", "undo"],
};

/** The fields of a table by its heading's path; `""` is the text itself. Null if there is no such table. */
export function fieldsOf(shelf: Shelf, table: string): Fields | null {
  if (table === "") return root[shelf];
  if (table === "parameters") return parameters;
  if (table === "version") return shelf === "recipes" ? version : null;
  const [first = "", ...rest] = table.split(".");
  if (!stepTables[shelf].includes(first)) return null;
  return rest.length === 0 ? step : (inStep[rest.join(".")] ?? null);
}

const truths = ["true", "false"];
const values: Readonly<Record<string, readonly string[]>> = {
  "parameters.type": ["string", "integer", "boolean", "choice", "secret"],
  "parameters.required": truths,
  "version.scheme": ["semver", "debian", "opaque"],
  "version.sudo": truths,
  "step.on_failure": ["stop", "continue"],
  "step.sudo": truths,
  "step.reboot": ["true"],
  "step.package.action": ["install", "upgrade", "remove", "purge", "hold", "unhold"],
  "step.service.action": ["start", "stop", "restart", "reload", "enable", "disable"],
  ".read_only": truths,
  ".undo_grade": ["exact", "best-effort"],
};

/** The words that a field can be, if they are a few. */
export function valuesOf(shelf: Shelf, table: string, field: string): readonly string[] {
  const [first = "", ...rest] = table.split(".");
  const kind = stepTables[shelf].includes(first) ? ["step", ...rest].join(".") : table;
  return (fieldsOf(shelf, table)?.[field] !== undefined && values[`${kind}.${field}`]) || [];
}

/** What a template may name besides the parameters. */
export const templateNames: Fields = {
  "host.name": "web-1",
  "host.client": "acme",
  "host.environment": "prod",
  "os.id": "debian",
  "os.version_id": "12",
  "request.version": "the version that was asked for",
  "installation.version": "the version that is there",
};

/** The words of a shelf, as the editor asks for them. */
export function vocabularyOf(shelf: Shelf): Vocabulary {
  return {
    headings: headings[shelf],
    fieldsOf: (table) => fieldsOf(shelf, table),
    valuesOf: (table, field) => valuesOf(shelf, table, field),
    templateNames,
  };
}
