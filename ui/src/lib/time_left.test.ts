import { describe, expect, test } from "vitest";
import { asking, leftInWords, paceInWords, planning, secondsLeft } from "./time_left";

const pace = (done: number, total: number, seconds: number, secondsStill = 0) => ({
  done,
  total,
  seconds,
  secondsStill,
});

describe("how long it still takes", () => {
  test("follows from the pace of until now", () => {
    expect(secondsLeft(pace(500, 2000, 20))).toBe(60);
    expect(secondsLeft(pace(1500, 2000, 60))).toBe(20);
  });

  test.each([
    ["nothing is done", pace(0, 2000, 60)],
    ["only the nearest have answered", pace(20, 2000, 60)],
    ["so few that one more changes everything", pace(4, 10, 60)],
    ["it has just begun", pace(500, 2000, 2)],
    ["all is done", pace(40, 40, 60)],
    ["nobody knows how many there are", pace(0, 0, 60)],
    ["the last ones do not answer", pace(1999, 2000, 60, 10)],
  ])("is not told while %s", (_, of) => {
    expect(secondsLeft(of)).toBeNull();
  });

  test("is told again when a second round makes the total grow", () => {
    expect(secondsLeft(pace(40, 40, 20))).toBeNull();
    expect(secondsLeft(pace(40, 80, 20))).toBe(20);
  });

  test("a pause that is shorter than what is left changes nothing", () => {
    expect(secondsLeft(pace(1000, 2000, 60, 10))).toBe(60);
  });
});

test.each([
  [0.2, "a few seconds left"],
  [5.1, "about 10 s left"],
  [40.2, "about 45 s left"],
  [60, "about 60 s left"],
  [61, "about 2 min left"],
  [3540, "about 59 min left"],
  [3601, "about 2 h left"],
])("%d s: %s", (seconds, words) => {
  expect(leftInWords(seconds)).toBe(words);
});

test("the words hold the count, the time that has gone and the time that is left", () => {
  expect(paceInWords(asking, pace(120, 1842, 3.2))).toBe("Asking hosts: 120 of 1,842 · 0:03 · about 50 s left");
  expect(paceInWords(asking, pace(2, 1842, 3.2))).toBe("Asking hosts: 2 of 1,842 · 0:03");
  expect(paceInWords(asking, pace(0, 1, 12))).toBe("Asking the host · 0:12");
  expect(paceInWords(planning, pace(0, 0, 4))).toBe("Asking the engine · 0:04");
  expect(paceInWords(planning, pace(41, 80, 41))).toBe("Answers of hosts: 41 of 80 · 0:41 · about 40 s left");
});
