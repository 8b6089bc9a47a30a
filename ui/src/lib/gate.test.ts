import { describe, expect, it } from "vitest";
import type { Gate } from "$backend/generated/commands";
import { gateAtLength, gateWords } from "./gate";

const open: Gate = { least_success_percent: null, soak_seconds: 0, probe: null, person: false };

describe("a gate in words", () => {
  it.each<[string, Partial<Gate>, string]>([
    ["open", {}, ""],
    ["a share", { least_success_percent: 90 }, "least 90 %"],
    ["minutes", { soak_seconds: 600 }, "soak 10 min"],
    ["hours", { soak_seconds: 7200 }, "soak 2 h"],
    ["days", { soak_seconds: 172_800 }, "soak 2 d"],
    ["no whole minute", { soak_seconds: 90 }, "soak 90 s"],
    ["a person", { person: true }, "waits for you"],
    [
      "all of it, in the order in which it is looked at",
      { person: true, probe: "true", soak_seconds: 60, least_success_percent: 100 },
      "least 100 % · soak 1 min · probe · waits for you",
    ],
  ])("%s", (_name, gate, expected) => {
    expect(gateWords({ ...open, ...gate }).join(" · ")).toBe(expected);
    expect(gateAtLength({ ...open, ...gate })).toHaveLength(gateWords({ ...open, ...gate }).length);
  });

  it("tells the probe's exact text", () => {
    expect(gateAtLength({ ...open, probe: "systemctl is-active nginx" })[0]).toContain("systemctl is-active nginx");
  });
});
