import { expect, test } from "vitest";
import type { TransferView } from "$backend/generated/commands";
import { canResume, endedSince, isUnderWay, progressInWords, secondsLeft, titleOf } from "./progress";

const transfer: TransferView = {
  id: "1",
  host: "acme/prod/web-1",
  direction: "upload",
  name: "site.tar.gz",
  host_path: "/srv/site.tar.gz",
  local_path: "site.tar.gz",
  done: 12 << 20,
  total: 40 << 20,
  bytes_per_second: 2 << 20,
  state: "moving",
  error: null,
  started_at: "2026-11-22T10:00:00Z",
  ended_at: null,
};

test.each<[Partial<TransferView>, string]>([
  [{}, "12.0 MiB of 40.0 MiB · 2.0 MiB/s · 0:14 left"],
  [{ bytes_per_second: null }, "12.0 MiB of 40.0 MiB"],
  [{ total: null }, "12.0 MiB · 2.0 MiB/s"],
  [{ state: "waiting", done: 0, bytes_per_second: null }, "Waiting · 0 B of 40.0 MiB"],
  [{ state: "interrupted", bytes_per_second: null }, "Interrupted · 12.0 MiB of 40.0 MiB"],
  [{ state: "done", done: 40 << 20 }, "Done · 40.0 MiB"],
])("%j is told as %j", (change, told) => {
  expect(progressInWords({ ...transfer, ...change })).toBe(told);
});

test("nobody knows how long a transfer takes that stands still or has no size", () => {
  expect(secondsLeft({ ...transfer, bytes_per_second: 0 })).toBeNull();
  expect(secondsLeft({ ...transfer, total: null })).toBeNull();
  expect(secondsLeft({ ...transfer, done: transfer.total ?? 0 })).toBe(0);
});

test("the direction is in its title", () => {
  expect(titleOf(transfer)).toBe("site.tar.gz to acme/prod/web-1");
  expect(titleOf({ ...transfer, direction: "download" })).toBe("site.tar.gz from acme/prod/web-1");
});

test("every state is either under way, or can go on, or is done", () => {
  const states = ["waiting", "moving", "interrupted", "cancelled", "failed", "done"] as const;
  const told = states.map((state) => [isUnderWay({ ...transfer, state }), canResume({ ...transfer, state })]);
  expect(told).toEqual([
    [true, false],
    [true, false],
    [false, true],
    [false, true],
    [false, true],
    [false, false],
  ]);
});

test("an end is told once, and not when somebody cancelled it or it was over before the first look", () => {
  const now = (state: TransferView["state"]): TransferView[] => [{ ...transfer, state }];
  expect(endedSince(now("moving"), now("done")).map(({ went }) => went)).toEqual(["well"]);
  expect(endedSince(now("moving"), now("interrupted")).map(({ went }) => went)).toEqual(["wrong"]);
  expect(endedSince(now("waiting"), now("failed")).map(({ went }) => went)).toEqual(["wrong"]);
  for (const [before, after] of [
    [now("moving"), now("cancelled")],
    [now("moving"), now("moving")],
    [now("done"), now("done")],
    [[], now("done")],
    [now("moving"), []],
  ] as const) {
    expect(endedSince(before, after)).toEqual([]);
  }
});
