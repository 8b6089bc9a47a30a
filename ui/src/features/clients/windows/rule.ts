/** A maintenance window's rule as fields and as text. The engine alone decides what is right; this reads what it writes. Pure. */

export const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof weekdays)[number];

export const nths = ["first", "second", "third", "fourth", "last"] as const;
export type Nth = (typeof nths)[number];

/** Times of day as `22:00`; an end that is not later than the start is on the next day. */
interface Hours {
  from: string;
  until: string;
}

export type Rule =
  | ({ kind: "weekly"; days: readonly Weekday[] } & Hours)
  | ({ kind: "monthly"; nth: Nth; weekday: Weekday; daysLater: number } & Hours)
  | ({ kind: "day"; day: number } & Hours)
  | ({ kind: "once"; date: string } & Hours)
  /** Whole days, the last one included. */
  | { kind: "blackout"; first: string; last: string };

export type RuleKind = Rule["kind"];

export const kindWords: Record<RuleKind, string> = {
  weekly: "Every week",
  monthly: "Every month",
  day: "Day of month",
  once: "Once",
  blackout: "Blackout",
};

/** The farthest day after a weekday of a month: four weeks later would be another week of it. */
export const mostDaysLater = 27;

/** What somebody begins with; `today` as `2026-11-22`. What was set and still means something stays. */
export function ruleLike(kind: RuleKind, today: string, before: Rule | null = null): Rule {
  const hours = before && before.kind !== "blackout" ? { from: before.from, until: before.until } : night;
  const date = before?.kind === "once" ? before.date : before?.kind === "blackout" ? before.first : today;
  switch (kind) {
    case "weekly":
      return { kind, days: ["sat"], ...hours };
    case "monthly":
      return { kind, nth: "second", weekday: "tue", daysLater: 3, ...hours };
    case "day":
      return { kind, day: 15, ...hours };
    case "once":
      return { kind, date, ...hours };
    case "blackout":
      return { kind, first: date, last: date };
  }
}

const night: Hours = { from: "22:00", until: "02:00" };

/** The rule of a line; null for one that only the text can show. */
export function ruleOf(line: string): Rule | null {
  const text = tidy(line);
  const blackout = /^not (\S+?)(?:\.\.(\S+))?$/.exec(text);
  if (blackout) {
    const [, first = "", last = first] = blackout;
    return isDate(first) && isDate(last) && first <= last ? { kind: "blackout", first, last } : null;
  }
  const [, days = "", start = "", end = ""] = /^(.+) (\S+:\S+)-(\S+)$/.exec(text) ?? [];
  const from = timeOf(start);
  const until = timeOf(end === "24:00" ? "00:00" : end);
  if (from === null || until === null) return null;
  const named = daysOf(days);
  return named && { ...named, from, until };
}

export function textOf(rule: Rule): string {
  if (rule.kind === "blackout") return `not ${rule.first}${rule.first === rule.last ? "" : `..${rule.last}`}`;
  return `${daysText(rule)} ${rule.from}-${rule.until}`;
}

/** `9:30` → `09:30`; null if it is no time of day. */
export function timeOf(text: string): string | null {
  const [, hour = "", minute = ""] = /^(\d{1,2}):(\d\d)$/.exec(text.trim()) ?? [];
  return hour !== "" && Number(hour) < 24 && Number(minute) < 60 ? `${hour.padStart(2, "0")}:${minute}` : null;
}

/** The first and the last day of each blackout among rules. */
export function blackoutsOf(rules: readonly string[]): { first: string; last: string }[] {
  return rules.map(ruleOf).filter((rule) => rule?.kind === "blackout");
}

type Days =
  | { kind: "weekly"; days: readonly Weekday[] }
  | { kind: "monthly"; nth: Nth; weekday: Weekday; daysLater: number }
  | { kind: "day"; day: number }
  | { kind: "once"; date: string };

function daysOf(text: string): Days | null {
  if (isDate(text)) return { kind: "once", date: text };
  const day = /^day (\d{1,2})$/.exec(text)?.[1];
  if (day !== undefined) return Number(day) >= 1 && Number(day) <= 31 ? { kind: "day", day: Number(day) } : null;
  const monthly = /^(\w+) (\w+)(?: \+(\d{1,2})d)?$/.exec(text);
  if (monthly) {
    const nth = nths.find((word) => word === monthly[1]);
    const weekday = weekdays.find((word) => word === monthly[2]);
    const daysLater = Number(monthly[3] ?? 0);
    return nth && weekday && daysLater <= mostDaysLater ? { kind: "monthly", nth, weekday, daysLater } : null;
  }
  const days = weekdaysOf(text);
  return days && { kind: "weekly", days };
}

function weekdaysOf(text: string): readonly Weekday[] | null {
  if (text === "daily") return weekdays;
  const found = new Set<number>();
  for (const part of text.split(",")) {
    const [first = "", last = first] = part.split("-");
    const [begin, end] = [first, last].map((word) => (weekdays as readonly string[]).indexOf(word));
    if (begin === undefined || end === undefined || begin < 0 || end < 0) return null;
    for (let day = begin; ; day = (day + 1) % 7) {
      found.add(day);
      if (day === end) break;
    }
  }
  return weekdays.filter((_, index) => found.has(index));
}

function daysText(days: Days): string {
  switch (days.kind) {
    case "weekly":
      return weekdaysText(days.days);
    case "monthly":
      return `${days.nth} ${days.weekday}${days.daysLater > 0 ? ` +${days.daysLater}d` : ""}`;
    case "day":
      return `day ${days.day}`;
    case "once":
      return days.date;
  }
}

/** Three days or more in a row are a range, as the engine writes them. */
function weekdaysText(days: readonly Weekday[]): string {
  if (days.length === weekdays.length) return "daily";
  const rows: Weekday[][] = [];
  for (const [index, day] of weekdays.entries()) {
    if (!days.includes(day)) continue;
    const before = weekdays[index - 1];
    const row = rows.at(-1);
    if (row && before && row.at(-1) === before) row.push(day);
    else rows.push([day]);
  }
  return rows.map((row) => (row.length > 2 ? `${row[0]}-${row.at(-1)}` : row.join(","))).join(",");
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** Lower case, single spaces, plain dashes, and no space around what joins two parts. */
function tidy(line: string): string {
  return line
    .toLowerCase()
    .replaceAll(/[–—]/g, "-")
    .trim()
    .replaceAll(/\s+/g, " ")
    .replaceAll(/ ?([,.-]) ?/g, "$1");
}
