import { describe, expect, it } from "vitest";
import type { ParameterKindView, ParameterView } from "$backend/generated/commands";
import { problemOf, rangeInWords, valuesToSend } from "./parameters";

const of = (kind: ParameterKindView, more: Partial<ParameterView> = {}): ParameterView => ({
  name: "value",
  description: "",
  required: false,
  default: null,
  kind,
  ...more,
});
const unit = of({ kind: "text", pattern: "[a-z]+(\\.service)?" });
const lines = of({ kind: "integer", minimum: 1, maximum: 10_000 });

describe("a value", () => {
  it.each([
    ["matches as a whole", unit, "nginx.service", null],
    ["matches only in part", unit, "nginx; rm", "This does not match [a-z]+(\\.service)?"],
    ["that is empty stands for the default", unit, "", null],
    ["is missing", of({ kind: "text", pattern: null }, { required: true }), "", "Give a value."],
    ["is required but has a default", of({ kind: "text", pattern: null }, { required: true, default: "x" }), "", null],
    ["in range", lines, "500", null],
    ["out of range", lines, "0", "Outside of its range: 1 to 10,000."],
    ["no number", lines, "12e2", "Give a whole number."],
    ["of a choice", of({ kind: "choice", choices: ["a"] }), "b", "Choose one of the list."],
    ["of a secret is never judged here", of({ kind: "secret" }, { required: true }), "", null],
    ["of a pattern that browsers do not know", of({ kind: "text", pattern: "(?x) a b" }), "anything", null],
  ])("%s", (_name, parameter, value, expected) => {
    expect(problemOf(parameter, value)).toBe(expected);
  });

  it("of a secret is never sent, nor one that is empty", () => {
    const parameters = [lines, of({ kind: "secret" }, { name: "password" }), of({ kind: "boolean" }, { name: "all" })];
    expect(valuesToSend(parameters, { value: "", password: "hunter2", all: "true", other: "x" })).toEqual({
      all: "true",
    });
  });
});

it.each([
  [1, 10_000, "1 to 10,000"],
  [0, 2 ** 63, "At least 0"],
  [-(2 ** 63), 2 ** 63, undefined],
])("the range %d to %d", (minimum, maximum, expected) => {
  expect(rangeInWords(minimum, maximum)).toBe(expected);
});
