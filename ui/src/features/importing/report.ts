/** An import's report, a line for each host. Pure. */

import type { HostPath, ImportReport } from "$backend/generated/commands";

export interface HostLine {
  host: HostPath;
  becomes: "New" | "Changed" | "As it is";
}

/** New hosts first, then those that change, then the rest; by name in each. */
export function hostLines(report: ImportReport): HostLine[] {
  const lines = (hosts: readonly HostPath[], becomes: HostLine["becomes"]): HostLine[] =>
    [...hosts].sort((a, b) => a.localeCompare(b, "en", { numeric: true })).map((host) => ({ host, becomes }));
  return [
    ...lines(report.hosts_added, "New"),
    ...lines(report.hosts_changed, "Changed"),
    ...lines(report.hosts_unchanged, "As it is"),
  ];
}
