/** What the host prints, on its way to the screen: the next piece is asked for when the screen has taken the last. */

import type { TerminalEnd, TerminalPiece } from "$backend/generated/commands";
import { bytesOfBase64 } from "./bytes";

export interface Intake {
  /** Asks for what comes after a place; waits until there is something. */
  read: (from: number) => Promise<TerminalPiece>;
  /** Resolves when the screen has taken the text. */
  show: (text: string) => Promise<void>;
  /** So many bytes are not kept any more. */
  missed: (bytes: number) => void;
  stopped: () => boolean;
}

/** Characters that turn the direction of what stands beside them: a file's name could look like another one. */
const turning = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Shows everything from the beginning of what is kept until the shell has ended; null when it was stopped before. */
export async function takeAll({ read, show, missed, stopped }: Intake): Promise<TerminalEnd | null> {
  // A character may be cut between two pieces.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let from = 0;
  for (;;) {
    const piece = await read(from);
    if (stopped()) return null;
    if (piece.from > from) missed(piece.from - from);
    from = piece.next;
    const text = decoder.decode(bytesOfBase64(piece.data), { stream: true });
    if (text !== "") await show(text.replace(turning, "\ufffd"));
    // It comes with the last piece.
    if (piece.ended) return piece.ended;
  }
}
