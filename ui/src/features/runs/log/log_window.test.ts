import { expect, it, vi } from "vitest";
import type { LogPiece } from "$backend/generated/commands";
import { joined, LogWindow } from "./log_window.svelte";

const engine = vi.hoisted(() => ({ log: "" }));

vi.mock("$backend/backend", () => ({
  backend: {
    call: (_command: string, { from, length }: LogPiece) => {
      const total = engine.log.length;
      const first = Math.min(from ?? Math.max(0, total - length), total);
      const text = engine.log.slice(first, first + length);
      return Promise.resolve({ from: first, until: first + text.length, total, text });
    },
  },
}));

const held = (log: LogWindow): string => log.pieces.map((piece) => piece.text).join("");
const lines = (count: number): string => Array.from({ length: count }, (_, index) => `line ${index}\n`).join("");

it("opens at its end and takes what comes", async () => {
  engine.log = lines(100_000);
  const log = new LogWindow("run", "a/b/c");
  await log.openEnd();
  expect([log.until, log.atEnd, log.from > 0]).toEqual([engine.log.length, true, true]);
  engine.log += "more\n";
  await log.grow();
  expect(held(log).endsWith("line 99999\nmore\n")).toBe(true);
});

it("holds a whole stretch without a hole, whatever is asked for at once", async () => {
  engine.log = lines(400_000);
  const log = new LogWindow("run", "a/b/c");
  const place = engine.log.indexOf("line 200000\n");
  await Promise.all([log.openEnd(), log.earlier(), log.grow(), log.openAt(place), log.earlier(), log.later()]);
  expect(held(log)).toBe(engine.log.slice(log.from, log.until));
  expect(log.pieces.some((piece) => piece.from === place)).toBe(true);
  for (let turn = 0; turn < 20; turn += 1) await log.earlier();
  expect(held(log)).toBe(engine.log.slice(log.from, log.until));
  expect(log.pieces.length).toBeLessThanOrEqual(8);
});

it("that is scrolled up learns how much there is and stays where it is", async () => {
  engine.log = lines(100_000);
  const log = new LogWindow("run", "a/b/c");
  await log.openAt(0);
  const before = held(log);
  engine.log += lines(10);
  await log.grow();
  expect([held(log), log.total]).toEqual([before, engine.log.length]);
});

it("joins small pieces", () => {
  const first = { from: 0, until: 3, text: "abc" };
  expect(joined([first], { from: 3, until: 4, text: "d" })).toEqual([{ from: 0, until: 4, text: "abcd" }]);
  expect(joined([first], { from: 9, until: 10, text: "d" })).toHaveLength(2);
});
