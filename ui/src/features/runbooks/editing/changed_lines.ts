/** Which lines of one text are not in another, in their order. Pure. */

import { Chunk } from "@codemirror/merge";
import { Text } from "@codemirror/state";

/** The numbers, from 1, of the lines of `text` that differ from `other`. */
export function changedLines(text: string, other: string): number[] {
  const mine = Text.of(text.split("\n"));
  const numbers: number[] = [];
  for (const { fromA, toA, endA } of Chunk.build(mine, Text.of(other.split("\n")))) {
    // One that is empty on this side has lines in the other only.
    if (fromA === toA) continue;
    const last = mine.lineAt(Math.min(endA, mine.length)).number;
    for (let number = mine.lineAt(fromA).number; number <= last; number += 1) numbers.push(number);
  }
  return numbers;
}
