import { describe, expect, it } from "vitest";
import type { HostView } from "$backend/generated/commands";
import { additionOf, editOf, emptyForm, errorsOf, formOf, namesIn } from "./connection";
import { changeLines, gapWords, partWord } from "./words";

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
