import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Checker } from "./checker";

interface Asked {
  question: string;
  answer: (text: string) => void;
  fail: (error: Error) => void;
}

let asked: Asked[];
let told: string[];
let failed: unknown[];
let checker: Checker<string, string>;

beforeEach(() => {
  vi.useFakeTimers();
  [asked, told, failed] = [[], [], []];
  checker = new Checker(
    (question) =>
      new Promise((answer, fail) => {
        asked.push({ question, answer, fail });
      }),
    (answer) => told.push(answer),
    (thrown) => failed.push(thrown),
    100,
  );
});

afterEach(() => {
  vi.useRealTimers();
});

it("asks once, when nothing has changed for a while, about what there is then", async () => {
  let text = "a";
  checker.soon(() => text);
  await vi.advanceTimersByTimeAsync(60);
  checker.soon(() => text);
  text = "b";
  await vi.advanceTimersByTimeAsync(60);
  expect(asked).toEqual([]);
  await vi.advanceTimersByTimeAsync(60);
  expect(asked.map(({ question }) => question)).toEqual(["b"]);
});

it("drops an answer that comes after something has changed again", async () => {
  checker.soon(() => "first");
  await vi.advanceTimersByTimeAsync(100);
  checker.soon(() => "second");
  asked[0]?.answer("old");
  await vi.advanceTimersByTimeAsync(100);
  asked[1]?.answer("new");
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual(["new"]);
});

it("drops answers and failures that come out of order", async () => {
  checker.soon(() => "first");
  await vi.advanceTimersByTimeAsync(100);
  checker.soon(() => "second");
  await vi.advanceTimersByTimeAsync(100);
  asked[1]?.answer("new");
  await vi.advanceTimersByTimeAsync(0);
  asked[0]?.fail(new Error("old"));
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual(["new"]);
  expect(failed).toEqual([]);
});

it("hears nothing any more once it is forgotten", async () => {
  checker.soon(() => "never sent");
  checker.forget();
  void checker.now("sent");
  checker.forget();
  asked[0]?.answer("late");
  await vi.advanceTimersByTimeAsync(200);
  expect(asked.map(({ question }) => question)).toEqual(["sent"]);
  expect(told).toEqual([]);
});
