import { flushSync } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { BackendEvent } from "$backend/backend";
import { BackendError } from "$backend/errors";
import { notices } from "$shell/notices.svelte";
import { updateNotes } from "$shell/updates.svelte";
import { madeUpView, offered } from "./made_up";
import { updates } from "./updates.svelte";

const engine = vi.hoisted(() => ({ call: vi.fn(), listeners: new Set<(event: BackendEvent) => void>() }));
vi.mock("$backend/backend", () => ({
  backend: {
    call: engine.call,
    subscribe: (listener: (event: BackendEvent) => void) => {
      engine.listeners.add(listener);
    },
  },
}));

const noServer = { code: "update_server", message: "no answer", hint: null } as const;
let view = madeUpView();
let refuses: Partial<Record<string, BackendError>> = {};

const asked = (): string[] => engine.call.mock.calls.map(([command]) => String(command));

async function hears(event: BackendEvent): Promise<void> {
  for (const listener of engine.listeners) listener(event);
  await vi.advanceTimersByTimeAsync(1000);
  flushSync();
}

beforeEach(async () => {
  vi.useFakeTimers();
  view = madeUpView();
  refuses = {};
  engine.listeners.clear();
  engine.call.mockReset().mockImplementation((command: string) => {
    const refused = refuses[command];
    return refused ? Promise.reject(refused) : Promise.resolve(view);
  });
  updates.start();
  await vi.advanceTimersByTimeAsync(0);
  engine.call.mockClear();
});

afterEach(() => {
  vi.useRealTimers();
  notices.clear();
});

test("it looks again when the engine tells of updates or a break, at most a few times a second", async () => {
  await hears({ event: "changed", version: 7 });
  expect(asked()).toEqual([]);
  await hears({ event: "changed", version: 0 });
  expect(asked()).toEqual(["updates_show"]);
  for (let piece = 0; piece < 50; piece += 1) {
    for (const listener of engine.listeners) listener({ event: "updates" });
    await vi.advanceTimersByTimeAsync(20);
  }
  expect(asked().length).toBeGreaterThan(3);
  expect(asked().length).toBeLessThan(9);
});

test("what is offered stands in the rail; what this start came after is said until it was seen", async () => {
  expect([updateNotes.line, updateNotes.justUpdated]).toEqual([null, null]);
  view = madeUpView({ ...offered, restarted: { from: "0.8.4", to: "0.9.0", notes: "New" } });
  await hears({ event: "updates" });
  expect(updateNotes.line).toMatchObject({ text: "Update to 0.9.1", href: "#/settings/updates" });
  expect(updateNotes.justUpdated).toMatchObject({ from: "0.8.4", to: "0.9.0" });
  view = madeUpView();
  updateNotes.justUpdated?.seen();
  await vi.advanceTimersByTimeAsync(0);
  expect(asked()).toContain("updates_seen");
  expect([updateNotes.line, updateNotes.justUpdated]).toEqual([null, null]);
});

test("a check that failed is said by the view alone; one that could not be made is said", async () => {
  refuses = { updates_check: new BackendError(noServer) };
  view = madeUpView({ check_fault: noServer });
  await updates.check();
  expect(updates.refused).toBeNull();
  expect(updates.view?.check_fault).toEqual(noServer);
  view = madeUpView();
  await updates.check();
  expect(updates.refused).toEqual({ act: "check", fault: noServer });
});

test("another channel is asked at once, unless the engine refuses it", async () => {
  await updates.choose("beta");
  expect(asked()).toEqual(["updates_choose", "updates_show", "updates_check", "updates_show"]);
  engine.call.mockClear();
  refuses = { updates_choose: new BackendError({ code: "update_off", message: "off", hint: null }) };
  await updates.choose("stable");
  expect(asked()).toEqual(["updates_choose", "updates_show"]);
  expect(updates.refused?.act).toBe("choose");
});

test("who is elsewhere is told once that an update failed", async () => {
  view = madeUpView({ ...offered, phase: { kind: "failed", fault: noServer } });
  await hears({ event: "updates" });
  await hears({ event: "updates" });
  expect(notices.all.map((notice) => [notice.text, notice.action?.href])).toEqual([
    ["no answer", "#/settings/updates"],
  ]);
});
