/** The time of day where a client's people are. Pure. */

/** `14:05, Mon`; null where this window does not know the zone. */
export function timeIn(timeZone: string, at: Date): string | null {
  try {
    const parts = new Intl.DateTimeFormat("en-GB", { timeZone, weekday: "short", hour: "2-digit", minute: "2-digit" });
    return parts.format(at);
  } catch {
    return null;
  }
}

/** The zones that can be chosen, as this window knows them. */
export function timeZones(): string[] {
  return ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
}
