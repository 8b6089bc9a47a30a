import { describe, expect, it } from "vitest";
import type { Wanted } from "$backend/generated/commands";
import { emptyWish, wishLike } from "./wish";

describe("what a run wanted stands in the form again", () => {
  it.each<[string, Wanted, object]>([
    [
      "a command",
      { kind: "exec", script: "df -h", sudo: true, detached: true, timeout_seconds: 60 },
      { script: "df -h", asRoot: true, detached: true, timeoutSeconds: "60" },
    ],
    ["all updates", { kind: "patch", security: false, packages: [], reboot: null }, { scope: "all", packages: "" }],
    ["security updates", { kind: "patch", security: true, packages: [], reboot: null }, { scope: "security" }],
    [
      "some packages",
      { kind: "patch", security: false, packages: ["nginx", "curl"], reboot: "always" },
      { scope: "packages", packages: "nginx curl" },
    ],
    [
      "a runbook",
      { kind: "runbook", runbook: "restart-service", values: { unit: "nginx" } },
      { runbook: "restart-service", values: { "restart-service": { unit: "nginx" } } },
    ],
    [
      "a product",
      { kind: "product", product: "postgres", version: "15.3", values: { port: "5432" } },
      { product: "postgres", version: "15.3", values: { postgres: { port: "5432" } } },
    ],
    [
      "a product without a version",
      { kind: "product", product: "postgres", version: null, values: {} },
      { version: "" },
    ],
    ["an undo, which no form says", { kind: "undo", run: "1" }, { version: "9" }],
  ])("%s", (_name, wanted, expected) => {
    expect(wishLike(wanted, { ...emptyWish(), version: "9" })).toMatchObject(expected);
  });

  it("and what was typed for other work stays", () => {
    const typed = { ...emptyWish(), script: "uptime", values: { disk: { path: "/" } } };
    const wish = wishLike({ kind: "runbook", runbook: "memory", values: {} }, typed);
    expect(wish.script).toBe("uptime");
    expect(wish.values).toEqual({ disk: { path: "/" }, memory: {} });
  });
});
