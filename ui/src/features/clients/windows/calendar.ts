/** Maintenance windows as days of a calendar, in the environment's zone. Pure: the moment is passed in. */

import type { Span } from "$backend/generated/commands";

/** A part of a day, in minutes from its midnight. */
export interface Part {
  from: number;
  until: number;
}

export interface Day {
  /** `2026-11-28` */
  date: string;
  number: number;
  standing: "past" | "open" | "closed" | "blackout";
  isToday: boolean;
  /** When changes may start. */
  open: readonly Part[];
}

export interface Month {
  /** `November 2026` */
  title: string;
  /** From Monday to Sunday; null where the week has days of another month. */
  weeks: readonly (readonly (Day | null)[])[];
}

const minutesOfDay = 24 * 60;
const millisecondsOfDay = 86_400_000;

/** The months from the one at hand; none where this window does not know the zone. */
export function monthsOf(
  now: Date,
  zone: string,
  spans: readonly Span[],
  blackouts: readonly { first: string; last: string }[],
  count: number,
): Month[] {
  const clock = clockIn(zone);
  if (clock === null) return [];
  const today = clock(now).date;
  const beginning = new Date(`${today.slice(0, 7)}-01T00:00:00Z`);
  const [year, month] = [beginning.getUTCFullYear(), beginning.getUTCMonth()];
  const end = isoDate(new Date(Date.UTC(year, month + count, 1)));
  const open = partsByDate(spans, clock, end);
  const dayOf = (at: Date): Day => {
    const date = isoDate(at);
    const parts = open.get(date) ?? [];
    const isBlackout = blackouts.some(({ first, last }) => first <= date && date <= last);
    const standing = date < today ? "past" : isBlackout ? "blackout" : parts.length > 0 ? "open" : "closed";
    return { date, number: at.getUTCDate(), standing, isToday: date === today, open: parts };
  };
  return Array.from({ length: count }, (_, index) => monthFrom(new Date(Date.UTC(year, month + index, 1)), dayOf));
}

/** `Sat 28: open 22:00 to 24:00`; null of a day of which there is nothing to say. */
export function dayWords({ date, number, standing, open }: Day): string | null {
  const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "short", timeZone: "UTC" }).format(
    new Date(`${date}T00:00:00Z`),
  );
  if (standing === "blackout") return `${weekday} ${number}: blackout, nothing may start`;
  if (standing !== "open") return null;
  const parts = open.map(({ from, until }) => `${timeText(from)} to ${timeText(until)}`);
  return `${weekday} ${number}: open ${parts.join(" and ")}`;
}

/** The day where people of a zone are: `2026-11-28`. */
export function todayIn(zone: string, now: Date): string {
  return clockIn(zone)?.(now).date ?? isoDate(now);
}

function monthFrom(first: Date, dayOf: (at: Date) => Day): Month {
  const title = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" }).format(first);
  const days: (Day | null)[] = Array.from({ length: (first.getUTCDay() + 6) % 7 }, () => null);
  for (let at = first; at.getUTCMonth() === first.getUTCMonth(); at = new Date(at.getTime() + millisecondsOfDay)) {
    days.push(dayOf(at));
  }
  while (days.length % 7 !== 0) days.push(null);
  return { title, weeks: Array.from({ length: days.length / 7 }, (_, week) => days.slice(week * 7, week * 7 + 7)) };
}

type Clock = (at: Date) => { date: string; minutes: number };

function clockIn(timeZone: string): Clock | null {
  try {
    // Swedish is written as ISO dates are.
    const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
    return (at) => {
      const [date = "", time = ""] = format.format(at).split(" ");
      const [hours = 0, minutes = 0] = time.split(":").map(Number);
      return { date, minutes: hours * 60 + minutes };
    };
  } catch {
    return null;
  }
}

/** The open parts of each day before `end`. */
function partsByDate(spans: readonly Span[], clock: Clock, end: string): Map<string, Part[]> {
  const parts = new Map<string, Part[]>();
  for (const span of spans) {
    const [first, last] = [clock(new Date(span.from)), clock(new Date(span.until))];
    for (let date = first.date; date <= last.date && date < end; date = dayAfter(date)) {
      const from = date === first.date ? first.minutes : 0;
      const until = date === last.date ? last.minutes : minutesOfDay;
      if (until > from) parts.set(date, [...(parts.get(date) ?? []), { from, until }]);
    }
  }
  return parts;
}

function dayAfter(date: string): string {
  return isoDate(new Date(new Date(`${date}T00:00:00Z`).getTime() + millisecondsOfDay));
}

function isoDate(at: Date): string {
  return at.toISOString().slice(0, 10);
}

function timeText(minutes: number): string {
  const pad = (part: number): string => String(part).padStart(2, "0");
  return `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}
