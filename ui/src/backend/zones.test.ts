import { expect, it } from "vitest";
import type { TreeClient } from "./generated/commands";
import { commonZone, zoneOf, zonesOf } from "./zones";

const environment = { production: true, hosts: 2 };
const tree: TreeClient[] = [
  {
    slug: "acme",
    name: "Acme",
    hosts: 4,
    environments: [
      { ...environment, slug: "prod", time_zone: "Europe/Vienna" },
      { ...environment, slug: "us", time_zone: "America/New_York" },
    ],
  },
];
const zones = zonesOf(tree);

it("knows a host's zone by its environment", () => {
  expect(zoneOf(zones, "acme/us/web-1")).toBe("America/New_York");
  expect(zoneOf(zones, "bolt/prod/web-1")).toBeNull();
  expect(zoneOf(zonesOf(undefined), "acme/us/web-1")).toBeNull();
});

it("has a zone in common only when all are in it", () => {
  expect(commonZone(zones, ["acme/prod/a", "acme/prod/b"])).toBe("Europe/Vienna");
  expect(commonZone(zones, ["acme/prod/a", "acme/us/b"])).toBeNull();
  expect(commonZone(zones, ["acme/prod/a", "gone/prod/b"])).toBeNull();
  expect(commonZone(zones, [])).toBeNull();
});
