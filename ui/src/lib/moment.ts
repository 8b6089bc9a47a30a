/** A moment to come, short and in both zones: when a window opens, when a plan begins. Pure. */

const formats = new Map<string, Intl.DateTimeFormat | null>();

/** `Sat 28 Nov, 22:00 CET / 21:00 UTC`; the second date only where it differs, one half only where both say the same. */
export function inBothZones(at: Date, theirs: string | null, mine: string): string {
  const own = partsIn(at, mine) ?? partsIn(at, "UTC");
  const other = theirs === null || theirs === mine ? null : partsIn(at, theirs);
  if (own === null) return at.toISOString();
  const whole = `${own.day}, ${own.time}`;
  if (other === null) return whole;
  if (other.day === own.day && other.time === own.time) return whole;
  return `${other.day}, ${other.time} / ${other.day === own.day ? own.time : whole}`;
}

function partsIn(at: Date, timeZone: string): { day: string; time: string } | null {
  if (!formats.has(timeZone)) formats.set(timeZone, formatIn(timeZone));
  const parts = formats.get(timeZone)?.formatToParts(at);
  if (!parts) return null;
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((each) => each.type === type)?.value ?? "";
  return {
    day: `${part("weekday")} ${part("day")} ${part("month")}`,
    time: `${part("hour")}:${part("minute")} ${part("timeZoneName")}`,
  };
}

function formatIn(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat("en-GB", {
      weekday: "short",
      day: "numeric",
      month: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      timeZoneName: "short",
      timeZone,
    });
  } catch {
    return null;
  }
}
