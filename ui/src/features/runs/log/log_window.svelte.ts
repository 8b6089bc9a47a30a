/** The stretch of a host's log that is held in the window: at most some pieces, so that a gigabyte costs no more than a page. */

import { backend } from "$backend/backend";
import { faultOf, type Fault } from "$backend/errors";
import type { HostPath, RunId } from "$backend/generated/commands";
import { linesOf, startOfPiece, type Line, type Piece } from "./lines";

const pieceBytes = 128 * 1024;
const mostPieces = 8;
/** As much is read at once when the log has grown. */
const growthBytes = 1024 * 1024;

export class LogWindow {
  pieces = $state.raw<readonly Piece[]>([]);
  /** How many bytes the host has printed so far. */
  total = $state(0);
  fault = $state.raw<Fault | null>(null);
  /** Whether anything was read yet. */
  opened = $state(false);
  readonly lines: readonly Line[] = $derived(linesOf(this.pieces));
  /** Readings follow each other: two at once could leave a hole. */
  #last: Promise<void> = Promise.resolve();
  readonly #waiting = new Set<string>();

  constructor(
    private readonly run: RunId,
    private readonly host: HostPath,
  ) {}

  get from(): number {
    return this.pieces[0]?.from ?? 0;
  }

  get until(): number {
    return this.pieces.at(-1)?.until ?? 0;
  }

  /** Whether the last byte is held. A character that is cut at the end comes with its rest. */
  get atEnd(): boolean {
    return this.total - this.until < 4;
  }

  /** Holds the newest bytes. */
  openEnd(): Promise<void> {
    return this.#inTurn("end", async () => {
      this.pieces = [await this.#read(null, pieceBytes)];
    });
  }

  /** Holds what stands around a byte, which then begins a piece. */
  openAt(byte: number): Promise<void> {
    return this.#inTurn(`at ${byte}`, async () => {
      const from = Math.max(0, byte - pieceBytes);
      const before = from < byte ? [await this.#read(from, byte - from)] : [];
      this.pieces = [...before, await this.#read(byte, pieceBytes)];
    });
  }

  earlier(): Promise<void> {
    return this.#inTurn("earlier", async () => {
      if (this.from === 0) return;
      const from = Math.max(0, this.from - pieceBytes);
      const piece = await this.#read(from, this.from - from);
      this.pieces = [piece, ...this.pieces].slice(0, mostPieces);
    });
  }

  later(): Promise<void> {
    return this.#inTurn("later", async () => {
      if (this.atEnd) return;
      const piece = await this.#read(this.until, pieceBytes);
      if (piece.text !== "") this.pieces = [...this.pieces, piece].slice(-mostPieces);
    });
  }

  /** The host may have printed more: takes it if the end is held, else only learns how much there is. */
  grow(): Promise<void> {
    return this.#inTurn("grow", async () => {
      if (!this.atEnd) {
        await this.#read(this.total, 1);
        return;
      }
      const piece = await this.#read(this.until, growthBytes);
      if (piece.text === "") return;
      // What came faster than it can be read would leave a hole: the newest is what one follows.
      if (this.total - piece.until >= 4) this.pieces = [await this.#read(null, pieceBytes)];
      else this.pieces = joined(this.pieces, piece).slice(-mostPieces);
    });
  }

  /** The character at which the piece that begins with a byte begins. */
  characterOf(byte: number): number {
    return startOfPiece(this.pieces, byte);
  }

  /** All of the log, piece by piece, for saving. */
  async *whole(): AsyncGenerator<string> {
    let from = 0;
    for (;;) {
      const piece = await backend.call("log_read", { run: this.run, host: this.host, from, length: growthBytes });
      if (piece.text === "") return;
      yield piece.text;
      from = piece.until;
    }
  }

  async #read(from: number | null, length: number): Promise<Piece> {
    const { total, ...piece } = await backend.call("log_read", { run: this.run, host: this.host, from, length });
    this.total = total;
    return piece;
  }

  /** Reads when those before have read. What waits already need not wait twice. */
  #inTurn(name: string, read: () => Promise<void>): Promise<void> {
    if (this.#waiting.has(name)) return this.#last;
    this.#waiting.add(name);
    this.#last = this.#last.then(async () => {
      this.#waiting.delete(name);
      try {
        await read();
        this.opened = true;
        this.fault = null;
      } catch (thrown) {
        this.fault = faultOf(thrown);
      }
    });
    return this.#last;
  }
}

/** A log that grows by lines would be cut into a thousand pieces; small ones become one. */
export function joined(pieces: readonly Piece[], next: Piece): Piece[] {
  const last = pieces.at(-1);
  if (!last || last.until !== next.from || next.until - last.from > pieceBytes) return [...pieces, next];
  return [...pieces.slice(0, -1), { from: last.from, until: next.until, text: last.text + next.text }];
}
