import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { BackendError } from "$backend/errors";
import type { CheckedPolicy, Commands, PolicyView } from "$backend/generated/commands";
import { PolicyEditing } from "./editing.svelte";
import { templates } from "./templates";

/** An engine that keeps policies, and to which “wrong” is wrong. */
let kept: PolicyView[];

vi.mock("$backend/backend", () => ({
  backend: {
    call: (command: string, args: never): Promise<unknown> =>
      Promise.resolve().then(() => answers[command]?.(args) ?? null),
  },
}));

const wrong = { file: "policy.toml", line: 1, column: 1, message: "wrong", hint: null };
const answers: Record<string, (args: never) => unknown> = {
  workspace_show: () => ({ folder: "/ws" }),
  policy_list: () => kept,
  policy_check: ({ text }: { text: string }): CheckedPolicy => ({
    policy: null,
    diagnostics: text === "wrong" ? [wrong] : [],
  }),
  policy_set: ({ client, text }: Commands["policy_set"]["arguments"]) => {
    if (text === "wrong") throw new BackendError({ code: "invalid_recipe", message: "wrong", hint: null });
    kept = kept.filter((one) => one.client !== client);
    if (text !== null) kept.push({ client, text, policy: null });
    return null;
  },
};

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  kept = [{ client: null, text: "canary = 1", policy: null }];
});

afterEach(() => {
  vi.useRealTimers();
});

it("begins with what is kept, or with a careful one", async () => {
  const own = await PolicyEditing.open(null);
  expect([own.text, own.changed]).toEqual(["canary = 1", false]);
  const fresh = await PolicyEditing.open("acme");
  expect([fresh.text, fresh.kept, fresh.changed]).toEqual([templates[0]?.text, null, false]);
});

it("finds what was typed after a restart, apart for each client, until it is discarded", async () => {
  const first = await PolicyEditing.open(null);
  first.edit("canary = 2");
  first.close();
  const again = await PolicyEditing.open(null);
  expect([again.text, again.restoredFrom !== null]).toEqual(["canary = 2", true]);
  expect((await PolicyEditing.open("acme")).restoredFrom).toBeNull();
  expect(again.discard()).toBe("canary = 2");
  again.close();
  expect((await PolicyEditing.open(null)).text).toBe("canary = 1");
});

it("answers what was kept before, so that it can be put back", async () => {
  const editing = await PolicyEditing.open(null);
  editing.edit("canary = 2");
  expect(await editing.put(editing.text)).toBe("canary = 1");
  expect([editing.changed, kept[0]?.text]).toEqual([false, "canary = 2"]);
  expect(await editing.put(null)).toBe("canary = 2");
  expect([editing.kept, kept.length]).toEqual([null, 0]);
});

it("keeps what is typed while the engine writes", async () => {
  const editing = await PolicyEditing.open(null);
  editing.edit("canary = 2");
  const putting = editing.put(editing.text);
  editing.edit("canary = 23");
  await putting;
  expect([editing.text, editing.kept, editing.changed]).toEqual(["canary = 23", "canary = 2", true]);
});

it("says what is wrong, and loses nothing when it is refused", async () => {
  const editing = await PolicyEditing.open(null);
  editing.edit("wrong");
  await vi.advanceTimersByTimeAsync(1000);
  expect(editing.diagnostics).toEqual([wrong]);
  expect(await editing.put(editing.text)).toBeUndefined();
  expect([editing.fault?.code, editing.text, editing.kept]).toEqual(["invalid_recipe", "wrong", "canary = 1"]);
});
