import { expect, it } from "vitest";
import { markMatches } from "./marks";

const told = (texts: readonly string[], wanted: string): string[] =>
  markMatches(
    texts.map((text) => ({ text, classes: "" })),
    wanted,
  ).map((part) => (part.marked ? `[${part.text}]` : part.text));

it.each([
  ["nothing is looked for", ["abc"], "", ["abc"]],
  ["in either case", ["Error: no error"], "error", ["[Error]", ": no ", "[error]"]],
  ["over two pieces", ["Err", "or!"], "error", ["[Err]", "[or]", "!"]],
  ["twice in a row", ["aaaa"], "aa", ["[aa]", "[aa]"]],
  ["not there", ["abc", "d"], "x", ["abc", "d"]],
])("%s", (_name, texts, wanted, expected) => {
  expect(told(texts, wanted)).toEqual(expected);
});
