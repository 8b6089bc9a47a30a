/** How each grade of undo looks and is told. Pure. */

import type { Undo, UndoGrade } from "$backend/generated/commands";
import type { Tone } from "./types";

/** Hue and word of each grade; UndoMark has the shape. */
export const undoLooks: Record<UndoGrade, { word: string; tone: Tone }> = {
  exact: { word: "Exact", tone: "succeeded" },
  best_effort: { word: "Best effort", tone: "neutral" },
  one_way: { word: "One-way", tone: "held" },
};

const order: readonly UndoGrade[] = ["exact", "best_effort", "one_way"];

/** How many of them can be taken back how well; grades that none has are left out. */
export function undoCounts(undos: readonly (Undo | null)[]): { grade: UndoGrade; count: number }[] {
  return order
    .map((grade) => ({ grade, count: undos.filter((undo) => undo?.grade === grade).length }))
    .filter(({ count }) => count > 0);
}
