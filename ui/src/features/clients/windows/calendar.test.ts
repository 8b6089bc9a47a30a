import { expect, it } from "vitest";
import { dayWords, monthsOf, todayIn, type Day } from "./calendar";

const now = new Date("2026-11-22T15:00:00Z");
const span = (from: string, until: string): { from: string; until: string } => ({ from, until });
const daysOf = (...args: Parameters<typeof monthsOf>): Map<string, Day> =>
  new Map(
    monthsOf(...args)
      .flatMap(({ weeks }) => weeks.flat())
      .flatMap((day) => (day ? [[day.date, day]] : [])),
  );

it("has whole weeks from Monday, of the month at hand and those after it", () => {
  const months = monthsOf(now, "Europe/Berlin", [], [], 2);
  expect(months.map(({ title, weeks }) => [title, weeks.length])).toEqual([
    ["November 2026", 6],
    ["December 2026", 5],
  ]);
  const [first] = months[0]?.weeks ?? [];
  expect(first?.map((day) => day?.number ?? null)).toEqual([null, null, null, null, null, null, 1]);
  expect(months.every(({ weeks }) => weeks.every((week) => week.length === 7))).toBe(true);
});

it("puts a window that goes over midnight on both days, as clocks there show it", () => {
  const days = daysOf(now, "Europe/Berlin", [span("2026-11-28T21:00:00Z", "2026-11-29T03:00:00Z")], [], 2);
  expect(days.get("2026-11-28")).toMatchObject({ standing: "open", open: [{ from: 1320, until: 1440 }] });
  expect(days.get("2026-11-29")).toMatchObject({ standing: "open", open: [{ from: 0, until: 240 }] });
  expect(days.get("2026-11-27")).toMatchObject({ standing: "closed", open: [] });
});

it("leaves a day out that a window only touches at midnight", () => {
  const days = daysOf(now, "UTC", [span("2026-11-28T22:00:00Z", "2026-11-29T00:00:00Z")], [], 2);
  expect(days.get("2026-11-29")?.standing).toBe("closed");
});

it("says nothing of the past, and marks today and blackouts", () => {
  const blackouts = [{ first: "2026-11-20", last: "2026-11-24" }];
  const days = daysOf(now, "UTC", [], blackouts, 1);
  expect(["2026-11-21", "2026-11-22", "2026-11-24", "2026-11-25"].map((date) => days.get(date)?.standing)).toEqual([
    "past",
    "blackout",
    "blackout",
    "closed",
  ]);
  expect([...days.values()].filter((day) => day.isToday).map((day) => day.date)).toEqual(["2026-11-22"]);
});

it("ends with its last month, however long a window is", () => {
  const days = daysOf(now, "UTC", [span("2026-11-22T15:00:00Z", "2027-12-27T15:00:00Z")], [], 2);
  expect(days.get("2026-12-31")?.standing).toBe("open");
  expect([...days.keys()].at(-1)).toBe("2026-12-31");
});

it("is told day by day to whoever does not see it", () => {
  const days = daysOf(
    now,
    "Europe/Berlin",
    [span("2026-11-28T21:00:00Z", "2026-11-29T03:00:00Z")],
    [{ first: "2026-12-24", last: "2026-12-24" }],
    2,
  );
  expect([...days.values()].map(dayWords).filter(Boolean)).toEqual([
    "Sat 28: open 22:00 to 24:00",
    "Sun 29: open 00:00 to 04:00",
    "Thu 24: blackout, nothing may start",
  ]);
});

it("is nothing in a zone that this window does not know", () => {
  expect(monthsOf(now, "Mars/Olympus", [], [], 2)).toEqual([]);
});

it("knows where tomorrow has begun", () => {
  expect(todayIn("Pacific/Auckland", now)).toBe("2026-11-23");
  expect(todayIn("UTC", now)).toBe("2026-11-22");
});
