import { describe, expect, it } from "vitest";
import { freeName, nameProblem, renamed } from "./naming";

describe("another name", () => {
  const text = 'format = 1\nname = "disk-usage" # short\ntitle = "x"\n\n[[steps]]\nname = "First"\n';

  it("goes into the text's own line, and nowhere else", () => {
    expect(renamed(text, "runbooks", "our-disks")).toBe(text.replace('"disk-usage"', '"our-disks"'));
  });

  it("is a recipe's product", () => {
    const recipe = "product='nginx'\nname = 1\n[version]\nproduct = 2\n";
    expect(renamed(recipe, "recipes", "our-nginx")).toBe('product = "our-nginx"\nname = 1\n[version]\nproduct = 2\n');
  });

  it("is added where there is none, before the tables", () => {
    const nameless = '[[steps]]\nname = "First"\n';
    expect(renamed(nameless, "runbooks", "a")).toBe(`name = "a"\n${nameless}`);
  });

  it("is taken letter for letter", () => {
    expect(renamed('name = "a"', "runbooks", "$&")).toBe('name = "$&"');
  });
});

it.each([
  [[], "disk-copy"],
  [["disk-copy"], "disk-copy-2"],
  [["disk-copy", "disk-copy-2"], "disk-copy-3"],
])("with %j there, a copy of disk is %s", (taken, expected) => {
  expect(freeName("disk", taken)).toBe(expected);
});

it.each([
  ["our-disks", true],
  ["1.2_x", true],
  ["", false],
  ["Our disks", false],
  ["-x", false],
  ["ä", false],
])("%j is a short name: %s", (name, expected) => {
  expect(nameProblem(name) === null).toBe(expected);
});
