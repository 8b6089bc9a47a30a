/** Letters that are typed one after the other look for a name that begins so. */

const patienceMilliseconds = 900;

export class TypeAhead {
  #text = "";
  #at = -Infinity;

  /** What is looked for after this key, and whether the search goes on behind the row that has the focus; null for no letter. */
  press(key: string, now: number): { text: string; after: boolean } | null {
    if (!/^[\p{L}\p{N}._\-+@]$/u.test(key)) return null;
    const goesOn = now - this.#at < patienceMilliseconds && this.#text !== "";
    this.#at = now;
    const letter = key.toLowerCase();
    // The same letter again leads to the next name that begins with it.
    if (goesOn && this.#text === letter) return { text: letter, after: true };
    this.#text = goesOn ? this.#text + letter : letter;
    return { text: this.#text, after: !goesOn };
  }
}
