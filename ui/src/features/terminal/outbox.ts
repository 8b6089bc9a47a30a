/** What a person typed, on its way to the host: in order, one message at a time, what comes meanwhile goes with the next. */

/** So much goes in one message. */
const messageBytes = 32 * 1024;

export class Outbox {
  #waiting: Uint8Array[] = [];
  #busy = false;
  #closed = false;

  /** `send` takes one message to the host; when it fails, `lost` hears why and nothing more is sent. */
  constructor(
    private readonly send: (bytes: Uint8Array) => Promise<unknown>,
    private readonly lost: (thrown: unknown) => void,
  ) {}

  put(bytes: Uint8Array): void {
    if (this.#closed || bytes.length === 0) return;
    this.#waiting.push(bytes);
    if (!this.#busy) void this.#drain();
  }

  /** What waits is dropped: its host does not listen any more. */
  close(): void {
    this.#closed = true;
    this.#waiting = [];
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    try {
      while (this.#waiting.length > 0) await this.send(this.#take());
    } catch (thrown) {
      const wasClosed = this.#closed;
      this.close();
      if (!wasClosed) this.lost(thrown);
    }
    this.#busy = false;
  }

  #take(): Uint8Array {
    const whole = joined(this.#waiting);
    this.#waiting = whole.length > messageBytes ? [whole.subarray(messageBytes)] : [];
    return whole.subarray(0, messageBytes);
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
