import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Facts, HostView } from "$backend/generated/commands";
import { additionOf, editOf, emptyForm, errorsOf, formOf, namesIn } from "./connection";
import {
  answeredParts,
  changeLines,
  commandOf,
  factSources,
  gapWords,
  partWord,
  sourcesInFull,
  sourcesInShort,
} from "./words";

const host: HostView = {
  id: "1",
  environment_id: "2",
  path: "acme/prod/web-1",
  address: "10.0.0.1",
  port: 22,
  user: "ops",
  credential: { kind: "key_file", path: "/keys/acme" },
  jumps: ["3"],
  jump_names: ["acme/prod/jump"],
  sudo: "nopasswd",
  tags: ["web", "edge"],
  pins: [],
  seen_at: null,
  failure: null,
  installations: [],
};

describe("the connection's form", () => {
  it("changes nothing when nothing was typed", () => {
    expect(editOf(host, formOf(host))).toBeNull();
    expect(editOf(host, { ...formOf(host), address: " 10.0.0.1 " })).toBeNull();
  });

  it("sends what differs and nothing else", () => {
    const edit = editOf(host, { ...formOf(host), port: "2222", tags: "web, db" });
    expect(edit).toMatchObject({
      port: 2222,
      address: null,
      credential: null,
      jumps: null,
      add_tags: ["db"],
      remove_tags: ["edge"],
    });
  });

  it("changes the credential as a whole", () => {
    const edit = editOf(host, { ...formOf(host), credential: "agent", fingerprint: "SHA256:x" });
    expect(edit?.credential).toEqual({ kind: "agent", fingerprint: "SHA256:x" });
  });

  it("takes all jumps away", () => {
    expect(editOf(host, { ...formOf(host), jumps: "" })?.jumps).toEqual([]);
  });

  it.each([
    [{ address: " " }, "address"],
    [{ port: "0" }, "port"],
    [{ port: "65536" }, "port"],
    [{ port: "22x" }, "port"],
    [{ credential: "key_file", keyFile: "" }, "keyFile"],
  ] as const)("refuses %j", (part, field) => {
    expect(Object.keys(errorsOf({ ...emptyForm(), address: "x", ...part }, "new"))).toEqual([field]);
  });

  it("lets only a new host leave its account open", () => {
    expect(errorsOf({ ...emptyForm(), address: "x" }, "known")).toHaveProperty("user");
  });

  it("renames a host, and refuses what is no short name", () => {
    expect(formOf(host).name).toBe("web-1");
    expect(editOf(host, { ...formOf(host), name: "web-2 " })).toMatchObject({ name: "web-2", address: null });
    expect(errorsOf({ ...formOf(host), name: "Web 2" }, "known")).toHaveProperty("name");
    expect(errorsOf(formOf(host), "known")).toEqual({});
  });

  it("adds a host with the technician's own account", () => {
    const added = additionOf("a/b/c", { ...emptyForm(), address: "c.example", tags: "web web" });
    expect(added).toMatchObject({
      host: "a/b/c",
      user: null,
      port: 22,
      tags: ["web"],
      credential: { kind: "agent", fingerprint: null },
    });
  });

  it("reads names with commas or spaces", () => {
    expect(namesIn(" a,b  c,, ")).toEqual(["a", "b", "c"]);
  });
});

describe("words", () => {
  it.each([
    [{ kind: "failed", exit_code: 137, said: "killed\n" }, "the command ended with 137: killed"],
    [{ kind: "cut", kept: 2000, of: 2345 }, "2,000 of 2,345 entries were kept"],
    [{ kind: "unreadable", lines: 1 }, "1 line could not be understood"],
  ] as const)("say why a fact is missing", (reason, words) => {
    expect(gapWords(reason)).toBe(words);
  });

  it("name parts that are new", () => {
    expect(partWord("boot_loader")).toBe("Boot loader");
  });

  it("tell changes from the audit", () => {
    expect(changeLines({ port: [22, 2222], user_name: [null, "ops"], environment_id: [null, "0"] })).toEqual([
      { field: "port", before: "22", after: "2222" },
      { field: "user name", before: null, after: "ops" },
    ]);
    expect(changeLines("odd")).toEqual([]);
  });
});

describe("where facts come from", () => {
  const script = readFileSync("../crates/packages/src/facts.sh", "utf8");
  // What the script's own words stand for, spelled out.
  const simulated = /simulate\(\) \{\n\s*(.*) "\$@"/.exec(script)?.[1] ?? "";
  const read = /for running_file in (.*);/.exec(script)?.[1]?.split(" ") ?? [];
  const spelled = [
    script.replaceAll(/^(\s*section \S+) simulate /gm, `$1 ${simulated} `),
    ...read.filter((file) => !file.includes("/")).map((file) => `/proc/${file}`),
  ].join("\n");

  const facts = {
    sudo: "no_password",
    package_system: { system: "apt" },
    package_index: { updated_at: null, refresh: { outcome: "not_asked" } },
    services_to_restart: { state: "not_checked", why: { kind: "not_installed" } },
    gaps: [
      { part: "units", reason: { kind: "not_installed" } },
      { part: "packages", reason: { kind: "cut", kept: 1, of: 2 } },
    ],
  } as unknown as Facts;

  it.each(Object.entries(factSources))("is told for %s as the script runs it", (_, source) => {
    for (const command of source.run) expect(spelled).toContain(command);
  });

  it("is told for every section of the script", () => {
    const sections = [...script.matchAll(/^\s*section ([a-z-]+) /gm)].map((match) => match[1]);
    expect(sections).toContain("packages");
    for (const section of new Set(sections)) {
      if (section !== "manager") expect(Object.keys(factSources)).toContain(section);
    }
  });

  it("names nothing that said nothing", () => {
    expect(answeredParts(["units", "restart", "refresh", "packages", "sudo", "os"], facts)).toEqual([
      "packages",
      "sudo",
      "os",
    ]);
    const dnf = { ...facts, package_system: { system: "other" as const, name: "dnf" } };
    expect(answeredParts(["upgrade", "index", "host"], dnf)).toEqual(["host"]);
  });

  it("is short in a caption and whole beside it", () => {
    expect(sourcesInShort(["upgrade", "dist-upgrade", "upgradable"])).toBe("apt-get -s, apt list");
    expect(sourcesInShort(["os", "host", "sudo", "users"])).toBe("os-release, uname +2");
    expect(sourcesInShort([])).toBe("");
    expect(sourcesInFull(["host", "sudo"])).toBe("Kernel and name: uname -snrm\nsudo: id -u; sudo -n true");
    expect(commandOf("memory")).toBe("cat /proc/meminfo");
    expect(commandOf("constructor")).toBeNull();
  });
});
