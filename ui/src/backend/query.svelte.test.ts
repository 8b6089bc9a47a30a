import { flushSync } from "svelte";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { BackendEvent } from "./backend";
import { BackendError } from "./errors";
import { query, type Query } from "./query.svelte";

const engine = vi.hoisted(() => ({ call: vi.fn(), listeners: new Set<(event: BackendEvent) => void>() }));
vi.mock("./backend", () => ({
  backend: {
    call: engine.call,
    subscribe: (listener: (event: BackendEvent) => void) => {
      engine.listeners.add(listener);
      return () => engine.listeners.delete(listener);
    },
  },
}));

const locked = new BackendError({ code: "workspace_busy", message: "database is locked", hint: null });
const changed = (): void => {
  for (const listener of engine.listeners) listener({ event: "changed", version: 1 });
};

let end: (() => void) | undefined;

/** A query as a component has it. */
function asked(args: () => { host: string } | null, options = {}): Query<unknown> {
  let made: Query<unknown> | undefined;
  end = $effect.root(() => {
    made = query("host_show", args, options);
  });
  flushSync();
  if (!made) throw new Error("no query was made");
  return made;
}

async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(1000);
  flushSync();
}

beforeEach(() => {
  vi.useFakeTimers();
  engine.call.mockReset();
});

afterEach(() => {
  end?.();
  vi.useRealTimers();
});

it("says that the first answer failed, and answers when it is asked again", async () => {
  engine.call.mockRejectedValueOnce(locked).mockResolvedValue("answer");
  const host = asked(() => ({ host: "a/b/c" }));
  expect(host.loading).toBe(true);
  await settle();
  expect([host.answer, host.fault?.code, host.loading]).toEqual([undefined, "workspace_busy", false]);
  host.refresh();
  await settle();
  expect([host.answer, host.fault]).toEqual(["answer", null]);
});

it("keeps the old answer beside a failure, with its age, until a newer one comes", async () => {
  engine.call.mockResolvedValueOnce("old").mockRejectedValueOnce(locked).mockResolvedValue("new");
  const host = asked(() => ({ host: "a/b/c" }));
  await settle();
  const at = host.answeredAt;
  changed();
  await settle();
  expect([host.answer, host.fault?.message, host.answeredAt]).toEqual(["old", "database is locked", at]);
  changed();
  await settle();
  expect([host.answer, host.fault]).toEqual(["new", null]);
  expect(host.answeredAt).not.toBe(at);
});

it("does not show the answer to another question beside a failure", async () => {
  const wanted = $state({ host: "a/b/c" });
  engine.call.mockResolvedValueOnce("of c").mockRejectedValue(locked);
  const host = asked(() => ({ host: wanted.host }), { keepAnswer: true });
  await settle();
  wanted.host = "a/b/d";
  flushSync();
  expect(host.answer).toBe("of c");
  await settle();
  expect([host.answer, host.fault?.code]).toEqual([undefined, "workspace_busy"]);
});

it("drops what was under way when nothing is asked any more", async () => {
  const wanted = $state<{ host: string | null }>({ host: "a/b/c" });
  let answer: (value: string) => void = () => undefined;
  engine.call.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
  const host = asked(() => (wanted.host === null ? null : { host: wanted.host }));
  wanted.host = null;
  flushSync();
  answer("late");
  await settle();
  expect(host.answer).toBeUndefined();
});

it("asks once for many changes, and again for what came while it asked", async () => {
  engine.call.mockResolvedValue("answer");
  asked(() => ({ host: "a/b/c" }), { everyMilliseconds: 500 });
  await settle();
  engine.call.mockClear();
  for (let index = 0; index < 50; index += 1) changed();
  await settle();
  expect(engine.call).toHaveBeenCalledTimes(1);
});
