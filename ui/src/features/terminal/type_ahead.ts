/** What is typed before the shell stands: it is sent when the shell does, whole or not at all. */

/** So much is kept. Half of a command could do something else than the whole of it, so that nothing is cut. */
const mostBytes = 4096;

export class TypeAhead {
  #kept: Uint8Array[] = [];
  #bytes = 0;

  put(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    if (this.#bytes <= mostBytes) this.#kept.push(bytes);
    else this.#kept = [];
  }

  /** In the order of typing, and forgotten here; null when it was too much. */
  take(): Uint8Array[] | null {
    const [kept, isWhole] = [this.#kept, this.#bytes <= mostBytes];
    this.clear();
    return isWhole ? kept : null;
  }

  /** No shell came about: what was meant for it is meant for no other. */
  clear(): void {
    this.#kept = [];
    this.#bytes = 0;
  }
}
