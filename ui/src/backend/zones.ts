/** In which time zone the people of hosts live, by their environments. Pure. */

import type { HostPath, TreeClient } from "./generated/commands";

/** Zones by environment: `acme/prod`. */
export type Zones = ReadonlyMap<string, string>;

export function zonesOf(tree: readonly TreeClient[] | undefined): Zones {
  return new Map(
    tree?.flatMap((client) =>
      client.environments.map((one): [string, string] => [`${client.slug}/${one.slug}`, one.time_zone]),
    ),
  );
}

export function zoneOf(zones: Zones, host: HostPath): string | null {
  return zones.get(host.slice(0, host.lastIndexOf("/"))) ?? null;
}

/** The zone of all of them, if it is one. */
export function commonZone(zones: Zones, hosts: readonly HostPath[]): string | null {
  const found = new Set(hosts.map((host) => zoneOf(zones, host)));
  const [only] = found;
  return found.size === 1 ? (only ?? null) : null;
}
