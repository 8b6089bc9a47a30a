import { describe, expect, it } from "vitest";
import { wordsAfter } from "$lib/editor/completion";
import { vocabularyOf } from "./vocabulary";

const labels = (before: string, shelf: "runbooks" | "recipes" = "runbooks"): string[] | undefined =>
  wordsAfter(before, vocabularyOf(shelf), ["path"])?.words.map(({ label }) => label);

describe("the words that come next", () => {
  it("are the text's own fields that are not there yet", () => {
    expect(labels("format = 1\nti")).toEqual([
      "name",
      "title",
      "description",
      "read_only",
      "systems",
      "tags",
      "symptoms",
      "configuration",
      "undo_grade",
    ]);
    expect(labels("", "recipes")).toContain("product");
  });

  it("are those of the table", () => {
    expect(labels('[[steps]]\nname = "x"\n')).toEqual(expect.arrayContaining(["run", "package", "wait_for"]));
    expect(labels('[[steps]]\nname = "x"\n')).not.toContain("name");
    expect(labels("[[install]]\n[install.upload]\n", "recipes")).toContain("content");
    expect(labels("[version]\n", "recipes")).toContain("scheme");
  });

  it("are none where the engine knows no such table", () => {
    expect(labels("[[install]]\n")).toEqual([]);
    expect(labels("[version]\n")).toEqual([]);
  });

  it("are headings after a bracket", () => {
    expect(wordsAfter("format = 1\n[[st", vocabularyOf("runbooks"), [])).toEqual({
      replaces: 4,
      words: ["[[parameters]]", "[[steps]]", "[[undo]]"].map((label): unknown => expect.objectContaining({ label })),
    });
  });

  it("are the few that a field can be, in quotes where it needs them", () => {
    const bare = wordsAfter("[[parameters]]\ntype = ", vocabularyOf("runbooks"), []);
    expect(bare?.words[0]).toEqual({ label: "string", detail: "", apply: '"string"' });
    const quoted = wordsAfter('[[parameters]]\ntype = "st', vocabularyOf("runbooks"), []);
    expect([quoted?.replaces, quoted?.words[0]]).toEqual([2, { label: "string", detail: "" }]);
    expect(labels("[[steps]]\nsudo = t")).toEqual(["true", "false"]);
    expect(labels("[[steps]]\n[steps.service]\naction = ")).toContain("restart");
    expect(labels("title = ")).toBeUndefined();
  });

  it("are none inside of a shell text, but for what a template may name", () => {
    const script = "[[parameters]]\nname = \"path\"\n[[steps]]\nrun = '''\n";
    expect(labels(`${script}ec`)).toBeUndefined();
    expect(labels(`${script}echo {{ pa`)).toEqual(expect.arrayContaining(["path", "host.name"]));
    expect(labels(`${script}{% if not pa`)).toContain("path");
    expect(labels(`${script}true\n'''\nsu`)).toContain("sudo");
    expect(labels("[[steps]]\nrun = '''true'''\nsu")).toContain("sudo");
    expect(labels("[[steps]]\nname = 'x' # '''\nsu")).toContain("sudo");
    expect(labels('[[steps]]\nname = "it \\"\'\'\'\\" is"\nsu')).toContain("sudo");
  });
});
