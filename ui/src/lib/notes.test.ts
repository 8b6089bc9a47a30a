import { expect, test } from "vitest";
import { notesBlocks, type NotesBlock } from "./notes";

const text = (words: string): NotesBlock => ({ kind: "text", text: words });
const list = (...items: string[]): NotesBlock => ({ kind: "list", items });

test.each<[string, string, NotesBlock[]]>([
  ["nothing", "", []],
  ["only empty lines", "\n  \r\n\n", []],
  ["line breaks are kept", "One.\nTwo.", [text("One.\nTwo.")]],
  ["an empty line ends a paragraph", "One.\n\nTwo.", [text("One."), text("Two.")]],
  ["lists by any of their marks", "- a\n* b\n• c", [list("a", "b", "c")]],
  ["an indented line belongs to its item", "- a\n  goes on\n- b", [list("a goes on", "b")]],
  ["what is not indented does not", "- a\nThen.", [list("a"), text("Then.")]],
  ["a list after its sentence", "Mended:\r\n- a\r\n- b", [text("Mended:"), list("a", "b")]],
  ["a heading", "## New ##\n- a", [{ kind: "heading", text: "New ##" }, list("a")]],
  ["a number sign alone is text", "#1 is mended", [text("#1 is mended")]],
  ["a dash in a word is text", "-x is an option", [text("-x is an option")]],
  ["markup is text", "<b>bold</b>\n- [a](javascript:1)", [text("<b>bold</b>"), list("[a](javascript:1)")]],
])("%s", (_, notes, blocks) => {
  expect(notesBlocks(notes)).toEqual(blocks);
});
