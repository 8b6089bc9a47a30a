import { expect, test, vi } from "vitest";
import type { TerminalEnd, TerminalPiece } from "$backend/generated/commands";
import { base64OfBytes, bytesOfText } from "./bytes";
import { takeAll } from "./intake";

const exited: TerminalEnd = { exit_code: 0, signal: null, error: null };

function piece(from: number, data: Uint8Array, ended: TerminalEnd | null = null): TerminalPiece {
  return { from, data: base64OfBytes(data), next: from + data.length, ended };
}

test("the next piece is asked for when the screen has taken the last", async () => {
  const steps: string[] = [];
  let take: (() => void) | undefined;
  const pieces = [piece(0, bytesOfText("one")), piece(3, bytesOfText("two"), exited)];
  const all = takeAll({
    read: (from) => {
      steps.push(`read ${from}`);
      return Promise.resolve(pieces.shift() ?? piece(6, new Uint8Array(), exited));
    },
    show: (text) => {
      steps.push(text);
      return new Promise((resolve) => (take = resolve));
    },
    missed: vi.fn(),
    stopped: () => false,
  });
  await new Promise((resolve) => setTimeout(resolve));
  expect(steps).toEqual(["read 0", "one"]);
  take?.();
  await new Promise((resolve) => setTimeout(resolve));
  expect(steps).toEqual(["read 0", "one", "read 3", "two"]);
  take?.();
  // What it printed before its end is shown; only then it has ended.
  expect(await all).toEqual(exited);
  expect(steps).toEqual(["read 0", "one", "read 3", "two"]);
});

async function shown(...pieces: TerminalPiece[]): Promise<{ text: string; missed: number[] }> {
  let text = "";
  const missed: number[] = [];
  await takeAll({
    read: (from) => Promise.resolve(pieces.shift() ?? piece(from, new Uint8Array(), exited)),
    show: (more) => {
      text += more;
      return Promise.resolve();
    },
    missed: (bytes) => missed.push(bytes),
    stopped: () => false,
  });
  return { text, missed };
}

test("a character that is cut between two pieces is whole, and what is no text is marked", async () => {
  const bytes = bytesOfText("日本🎉");
  for (let cut = 1; cut < bytes.length; cut += 1) {
    expect((await shown(piece(0, bytes.subarray(0, cut)), piece(cut, bytes.subarray(cut)))).text).toBe("日本🎉");
  }
  expect((await shown(piece(0, Uint8Array.of(0x61, 0xff, 0x62)))).text).toBe("a\ufffdb");
});

test("nothing that turns the direction of its neighbours reaches the screen", async () => {
  const bytes = bytesOfText("invoice\u202egpj.exe \u2066x\u2069 \u200f.");
  const cut = bytesOfText("invoice").length + 1;
  const { text } = await shown(piece(0, bytes.subarray(0, cut)), piece(cut, bytes.subarray(cut)));
  expect(text).toBe("invoice\ufffdgpj.exe \ufffdx\ufffd \ufffd.");
});

test("what is not kept any more is told", async () => {
  expect((await shown(piece(5000, bytesOfText("rest")))).missed).toEqual([5000]);
});

test("a piece that comes after the stop is not shown", async () => {
  const show = vi.fn();
  const end = await takeAll({
    read: () => Promise.resolve(piece(0, bytesOfText("late"))),
    show,
    missed: vi.fn(),
    stopped: () => true,
  });
  expect(end).toBeNull();
  expect(show).not.toHaveBeenCalled();
});
