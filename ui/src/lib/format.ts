/** Numbers, sizes and times as people read them. Pure: time is passed in. */

const counts = new Intl.NumberFormat("en");
const exactly = {
  weekday: "short",
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
} as const;
const exact = new Intl.DateTimeFormat("en-GB", exactly);
const exactByZone = new Map<string, Intl.DateTimeFormat | null>();

/** In whose zone an exact time is told. */
export type TimesShown = "mine" | "client" | "both";

/** `1842` → `1,842`. */
export function formatCount(count: number): string {
  return counts.format(count);
}

/** `(1, "host")` → `1 host`; `(3, "host")` → `3 hosts`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** `1536` → `1.5 KiB`. Powers of 1024, as disks and memory are measured on hosts. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1023.95 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || Math.abs(value) >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit] ?? "B"}`;
}

/** Elapsed time: `0:41`, `12:05`, `1:02:09`, `3 d 4 h`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const pad = (part: number): string => String(part).padStart(2, "0");
  if (whole >= 86_400) return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
  if (whole >= 3600) return `${Math.floor(whole / 3600)}:${pad(Math.floor((whole % 3600) / 60))}:${pad(whole % 60)}`;
  return `${Math.floor(whole / 60)}:${pad(whole % 60)}`;
}

/** How long ago, or how soon: `just now`, `4 min ago`, `3 d ago`, `in 2 h`. */
export function formatAge(at: Date, now: Date): string {
  const seconds = (now.getTime() - at.getTime()) / 1000;
  const text = span(Math.abs(seconds));
  if (text === null) return seconds < 0 ? "in a moment" : "just now";
  return seconds < 0 ? `in ${text}` : `${text} ago`;
}

/** The exact time with its zone: `Sun, 22 Nov 2026, 07:15:04 UTC`. */
export function formatExact(at: Date): string {
  return exact.format(at);
}

/** `Sun, 22 Nov 2026, 13:30:04 GMT+1 Europe/Vienna`; null where this window does not know the zone. */
export function formatExactIn(at: Date, zone: string): string | null {
  if (!exactByZone.has(zone)) exactByZone.set(zone, formatterIn(zone));
  const formatted = exactByZone.get(zone)?.format(at) ?? null;
  return formatted === null || formatted.endsWith(zone) ? formatted : `${formatted} ${zone}`;
}

/** An exact time, a line for each zone that it is told in; the client's comes first. */
export function exactTimes(at: Date, client: string | null, shown: TimesShown, mine: string): string[] {
  const theirs = client === null ? null : formatExactIn(at, client);
  const own = formatExactIn(at, mine) ?? formatExact(at);
  if (theirs === null || shown === "mine" || client === mine) return [own];
  return shown === "client" ? [theirs] : [theirs, `${own} (your zone)`];
}

function formatterIn(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat("en-GB", { ...exactly, timeZone });
  } catch {
    return null;
  }
}

/** `0.625` → `63 %`. 100 % only when all of it is done. */
export function formatPercent(share: number): string {
  const percent = Math.round(share * 100);
  return `${share < 1 ? Math.min(percent, 99) : percent} %`;
}

function span(seconds: number): string | null {
  if (seconds < 45) return null;
  if (seconds < 3570) return `${Math.max(1, Math.round(seconds / 60))} min`;
  if (seconds < 84_600) return `${Math.max(1, Math.round(seconds / 3600))} h`;
  const days = Math.max(1, Math.round(seconds / 86_400));
  if (days < 60) return `${days} d`;
  return days < 730 ? `${Math.round(days / 30.44)} months` : `${Math.round(days / 365.25)} years`;
}
