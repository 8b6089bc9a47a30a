import { describe, expect, it } from "vitest";
import type { PinOfHost, SettingView } from "$backend/generated/commands";
import { formerAt, isStillKept, keptAt, levelOptions, problemOf, wordsOf } from "./levels";
import { pinsFound, sharedOrder, sharedWords } from "./pins";

const setting: SettingView = {
  key: "parallel",
  about: "How many hosts are asked or worked on at once",
  value: 32,
  origin: "default",
  place: null,
  default: 32,
  minimum: 1,
  maximum: 4096,
};
const ofWorkspace: SettingView = { ...setting, value: 8, origin: "workspace", place: "/w/settings.toml" };
const ofUser: SettingView = { ...setting, value: 4, origin: "user", place: "/u/settings.toml" };

describe("a setting", () => {
  it.each(["1", " 4096 ", "32"])("may be %j", (text) => {
    expect(problemOf(text, setting)).toBeNull();
  });

  it.each(["", "0", "4097", "-1", "1.5", "1e2", "0x10", "many"])("may not be %j", (text) => {
    expect(problemOf(text, setting)).toBe("A whole number from 1 to 4,096.");
  });

  it("can be taken back only where it is kept", () => {
    expect(keptAt(setting)).toBeNull();
    expect(keptAt({ ...setting, origin: "environment" })).toBeNull();
    expect(keptAt(ofUser)).toBe("user");
  });

  it("is not kept for a person while the workspace's value would count", () => {
    const disabled = (view: SettingView): string[] =>
      levelOptions(view)
        .filter((option) => option.disabled)
        .map((option) => option.value);
    expect(disabled(ofWorkspace)).toEqual(["user"]);
    expect(disabled(ofUser)).toEqual([]);
  });

  it("goes back to what its level had", () => {
    expect(formerAt(ofWorkspace, "workspace")).toBe(8);
    expect(formerAt(ofUser, "workspace")).toBeNull();
    expect(formerAt(setting, "user")).toBeNull();
  });

  it("does not go back over somebody else's choice", () => {
    expect(isStillKept(ofWorkspace, "workspace", 8)).toBe(true);
    expect(isStillKept(ofWorkspace, "workspace", 9)).toBe(false);
    expect(isStillKept(ofUser, "workspace", null)).toBe(true);
    expect(isStillKept(ofWorkspace, "workspace", null)).toBe(false);
  });

  it("has a title though it is new", () => {
    expect(wordsOf("idle_minutes").title).toBe("Idle minutes");
    expect(wordsOf("parallel").said(1)).toBe("1 host");
  });
});

describe("pinned keys", () => {
  const pin: PinOfHost = {
    host: "acme/prod/web-1",
    algorithm: "ssh-ed25519",
    fingerprint: "SHA256:AbC",
    state: "trusted",
    hosts_with_it: 1,
  };
  const clone = { ...pin, host: "acme/prod/web-2", fingerprint: "SHA256:XyZ", hosts_with_it: 12 };
  const revoked = { ...pin, host: "borg/lab/db", state: "revoked" as const };
  const pins = [pin, clone, revoked];

  it.each([
    ["", pins],
    ["WEB acme", [pin, clone]],
    ["sha256:abc", [pin, revoked]],
    ["revoked", [revoked]],
    ["shown by", [clone]],
    ["web revoked", []],
  ] as const)("are found by %j", (text, found) => {
    expect(pinsFound(pins, text)).toEqual(found);
  });

  it("are told and sorted by how many hosts show them", () => {
    expect(sharedWords(pin)).toBe("");
    expect(sharedWords(clone)).toBe("Shown by 12 hosts");
    const two = { ...pin, hosts_with_it: 2 };
    expect([clone, two].map(sharedOrder).sort()).toEqual([two, clone].map(sharedOrder));
  });
});
