import { describe, expect, it } from "vitest";
import type { TreeClient } from "$backend/generated/commands";
import { choiceOf, filterOf, labelOf, orderOf, toggleNeed } from "./filter";
import { shortSystem } from "./system";
import { treeLines, treeMove } from "./tree";
import { activeView, builtIn, countOf, queryOfView, viewQueryOf, type View } from "./views";

describe("the filter in the address", () => {
  it.each([
    ["", {}],
    ["scope=acme/prod", { scope: "acme/prod" }],
    ["text=+web+", { text: "web" }],
    ["text=+", {}],
    ["needs=reboot,disk,reboot", { needs: ["reboot", "disk"] }],
    ["needs=coffee,toString", {}],
  ])("reads %s", (query, filter) => {
    expect(filterOf(new URLSearchParams(query))).toEqual(filter);
  });

  it.each([
    [null, { sort: "name", descending: false }],
    [
      { column: "seen", direction: "descending" },
      { sort: "seen", descending: true },
    ],
    [
      { column: "tags", direction: "descending" },
      { sort: "name", descending: false },
    ],
  ] as const)("orders %j", (sort, order) => {
    expect(orderOf(sort)).toEqual(order);
  });

  it("turns a need on and off", () => {
    expect(toggleNeed(["reboot"], "disk")).toBe("reboot,disk");
    expect(toggleNeed(["reboot"], "reboot")).toBeNull();
  });
});

describe("what is selected", () => {
  const filter = { scope: "acme", needs: ["reboot" as const] };

  it("stays a query when it is all that match", () => {
    const selection = { kind: "all" as const, except: new Set(["acme/prod/b"]) };
    expect(choiceOf(selection, filter)).toEqual({ kind: "matching", filter, except: ["acme/prod/b"] });
    expect(labelOf(selection, filter, 1843)).toBe("1,842 hosts of acme with restart needed");
  });

  it("is a list of names when some are ticked", () => {
    const selection = { kind: "some" as const, keys: new Set(["b/c/d", "a/b/c"]) };
    expect(choiceOf(selection, filter)).toEqual({ kind: "hosts", hosts: ["a/b/c", "b/c/d"] });
    expect(labelOf(selection, filter, 10)).toBe("2 hosts");
    expect(labelOf({ kind: "some", keys: new Set(["a/b/c"]) }, {}, 10)).toBe("a/b/c");
  });
});

describe("the tree", () => {
  const environment = (slug: string, production: boolean) => ({ slug, production, time_zone: "UTC", hosts: 2 });
  const clients: TreeClient[] = [
    {
      slug: "acme",
      name: "Acme GmbH",
      hosts: 4,
      environments: [environment("prod", true), environment("test", false)],
    },
    { slug: "bolt", name: "Bolt", hosts: 0, environments: [] },
  ];
  const scopes = (text: string, ...unfolded: string[]): string[] =>
    treeLines(clients, text, new Set(unfolded)).map((line) => line.scope);

  it("shows environments of unfolded clients only", () => {
    expect(scopes("")).toEqual(["acme", "bolt"]);
    expect(scopes("", "acme")).toEqual(["acme", "acme/prod", "acme/test", "bolt"]);
  });

  it("finds clients by name and unfolds those of which an environment is meant", () => {
    expect(scopes("gmbh")).toEqual(["acme"]);
    expect(scopes("acme/te")).toEqual(["acme", "acme/test"]);
    expect(scopes("nothing")).toEqual([]);
  });

  it("moves by arrows as trees do", () => {
    const lines = treeLines(clients, "", new Set(["acme"]));
    expect(treeMove(lines, 0, "ArrowLeft")).toEqual({ fold: "acme", open: false });
    expect(treeMove(lines, 0, "ArrowRight")).toEqual({ go: 1 });
    expect(treeMove(lines, 2, "ArrowLeft")).toEqual({ go: 0 });
    expect(treeMove(lines, 3, "ArrowRight")).toBeNull();
    expect(treeMove(lines, 3, "ArrowDown")).toEqual({ go: 3 });
    expect(treeMove(lines, 3, "a")).toBeNull();
  });
});

describe("views", () => {
  it("have the counts of the page that stands, unless its text leaves hosts out", () => {
    const [action, all] = builtIn as [View, View];
    const page = { at: "", matching: 1, in_scope: 9, needs: [{ need: "action" as const, hosts: 4 }], rows: [] };
    expect(countOf(action, page, new URLSearchParams("scope=acme&needs=reboot"))).toBe(4);
    expect(countOf(action, page, new URLSearchParams("text=web"))).toBeNull();
    expect(countOf(action, undefined, new URLSearchParams())).toBeNull();
    expect(countOf(all, page, new URLSearchParams())).toBeNull();
  });

  it("are known by what they show, in any order of the address", () => {
    const query = new URLSearchParams("sort=-security_updates&needs=security_updates&tab=x");
    expect(activeView(builtIn, query)?.name).toBe("To patch");
    expect(viewQueryOf(query)).toBe("needs=security_updates&sort=-security_updates");
    expect(activeView(builtIn, new URLSearchParams("text=web"))).toBeUndefined();
  });

  it("keep the tree's scope when they are built in, and their own when they are not", () => {
    const shown = new URLSearchParams("scope=acme/prod&needs=stale&sort=seen");
    const own = { name: "Acme", query: "scope=acme/prod&needs=stale&sort=seen", own: true };
    expect(activeView(builtIn, shown)?.name).toBe("Not seen");
    expect(activeView([...builtIn, own], shown)?.name).toBe("Acme");
    expect(queryOfView(builtIn[1] as View, shown)).toBe("scope=acme%2Fprod");
    expect(queryOfView(own, new URLSearchParams("scope=bolt"))).toContain("acme%2Fprod");
  });
});

it.each([
  ["Debian GNU/Linux 13 (trixie)", "Debian 13"],
  ["Ubuntu 24.04.2 LTS", "Ubuntu 24.04.2 LTS"],
  ["Rocky Linux 9.4 (Blue Onyx)", "Rocky 9.4"],
  ["Red Hat Enterprise Linux 9.4 (Plow)", "RHEL 9.4"],
  ["Alpine Linux v3.20", "Alpine Linux v3.20"],
])("shortens %s", (name, short) => {
  expect(shortSystem(name)).toBe(short);
});
