import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BackendError } from "$backend/errors";
import type { DraftCheck } from "$backend/generated/commands";
import { Checker, checkMilliseconds, type Outcome } from "./check";

const checkOf = (name: string): DraftCheck => ({ name, title: name, parameters: [], diagnostics: [] });

let asked: { text: string; answer: (check: DraftCheck) => void; fail: (why: unknown) => void }[];
let told: Outcome<DraftCheck>[];
let checker: Checker<DraftCheck>;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  told = [];
  checker = new Checker(
    (text) => new Promise((answer, fail) => asked.push({ text, answer, fail })),
    (outcome) => told.push(outcome),
  );
});

afterEach(() => {
  vi.useRealTimers();
});

describe("checking while one types", () => {
  it("waits until the keys rest, and asks for the last text only", async () => {
    checker.soon("a");
    await vi.advanceTimersByTimeAsync(checkMilliseconds - 1);
    checker.soon("ab");
    await vi.advanceTimersByTimeAsync(checkMilliseconds - 1);
    expect(asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked.map(({ text }) => text)).toEqual(["ab"]);
  });

  it("drops an answer that comes after that to a newer text", async () => {
    const first = checker.now("old");
    const second = checker.now("new");
    asked[1]?.answer(checkOf("new"));
    await second;
    asked[0]?.answer(checkOf("old"));
    await first;
    expect(told.map(({ text }) => text)).toEqual(["new"]);
  });

  it("tells every answer that comes in order", async () => {
    const first = checker.now("old");
    const second = checker.now("new");
    asked[0]?.answer(checkOf("old"));
    await first;
    asked[1]?.answer(checkOf("new"));
    await second;
    expect(told.map(({ text }) => text)).toEqual(["old", "new"]);
  });

  it("asks once where somebody saves before the keys rest", async () => {
    checker.soon("a");
    void checker.now("a");
    await vi.advanceTimersByTimeAsync(checkMilliseconds * 2);
    expect(asked).toHaveLength(1);
  });

  it("says that it could not ask, instead of that nothing is wrong", async () => {
    const outcome = checker.now("a");
    asked[0]?.fail(new BackendError({ code: "link_lost", message: "gone", hint: null }));
    expect(await outcome).toEqual({
      text: "a",
      check: null,
      fault: { code: "link_lost", message: "gone", hint: null },
    });
    expect(told).toHaveLength(1);
  });

  it("tells nothing once it is stopped", async () => {
    checker.soon("a");
    const under = checker.now("b");
    checker.soon("c");
    checker.stop();
    asked[0]?.answer(checkOf("b"));
    await under;
    await vi.advanceTimersByTimeAsync(checkMilliseconds * 2);
    expect([asked.length, told.length]).toEqual([1, 0]);
  });
});
