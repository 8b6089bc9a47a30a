import { beforeEach, expect, it, vi } from "vitest";
import { BackendError } from "$backend/errors";
import { edits } from "./edits.svelte";
import { notices } from "./notices.svelte";
import { navigate, router } from "./router.svelte";

const call = vi.hoisted(() => vi.fn());
vi.mock("$backend/backend", () => ({ backend: { call } }));

const takenBack = (): string[] => call.mock.calls.map(([, { entry }]) => entry as string);
const newestText = (): string | undefined => notices.all[0]?.text;

beforeEach(async () => {
  call.mockReset().mockResolvedValue({ item: null, undo: "x" });
  // Whatever an earlier test has left is taken back first.
  for (let index = 0; index < 10; index += 1) await edits.takeBackNewest();
  call.mockClear();
  notices.clear();
});

it("offers to take an edit back once, and says what was taken back", async () => {
  edits.made("acme/prod/web-1 added", "7");
  expect(notices.all[0]?.action?.label).toBe("Undo");
  notices.all[0]?.action?.onclick?.();
  await vi.waitFor(() => {
    expect(newestText()).toBe("Taken back: acme/prod/web-1 added");
  });
  expect(takenBack()).toEqual(["7"]);
  expect(notices.all.every((notice) => notice.action === null)).toBe(true);
});

it("offers nothing when nothing was changed", () => {
  edits.made("acme/prod/web-1 saved", null);
  expect(notices.all[0]?.action).toBeNull();
});

it("takes back several at once in the reverse order", async () => {
  edits.made("acme/prod/web-1 added with its client", ["1", "2", null, "3"]);
  await edits.takeBackNewest();
  expect(takenBack()).toEqual(["3", "2", "1"]);
});

it("goes from the newest to the oldest, never twice the same, however fast the key comes", async () => {
  edits.made("first", "1");
  edits.made("second", "2");
  await Promise.all([edits.takeBackNewest(), edits.takeBackNewest(), edits.takeBackNewest()]);
  expect(takenBack()).toEqual(["2", "1"]);
  expect(newestText()).toMatch(/No edit of this session/);
});

it("shows a conflict and does not try that edit again", async () => {
  edits.made("first", "1");
  call.mockRejectedValueOnce(new BackendError({ code: "conflict", message: "it was edited again", hint: null }));
  await edits.takeBackNewest();
  expect(notices.all[0]?.fault?.code).toBe("conflict");
  await edits.takeBackNewest();
  expect(takenBack()).toEqual(["1"]);
});

it("goes on where it failed when the engine was away", async () => {
  edits.made("both", ["1", "2"]);
  call.mockResolvedValueOnce({ item: null, undo: "x" });
  call.mockRejectedValueOnce(new BackendError({ code: "workspace_busy", message: "busy", hint: null }));
  await edits.takeBackNewest();
  await edits.takeBackNewest();
  expect(takenBack()).toEqual(["2", "1", "1"]);
});

it("leads away from a screen whose thing is gone, and from no other", async () => {
  const leave = { from: "/hosts/acme/prod/web-2", to: "/hosts/acme/prod/web-1" };
  navigate("/fleet");
  edits.made("renamed", "1", leave);
  await edits.takeBackNewest();
  expect(router.path).toBe("/fleet");
  navigate(leave.from);
  edits.made("renamed", "2", leave);
  await edits.takeBackNewest();
  expect(router.path).toBe(leave.to);
});
