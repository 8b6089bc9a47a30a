/** How well a text fits what somebody types: fuzzy, for the few static actions. Search results come ranked. Pure. */

/** Higher is better; null does not fit. Every letter must occur in order; beginnings of words count most. */
export function score(query: string, text: string): number | null {
  const wanted = query.toLowerCase().replace(/\s+/g, "");
  const given = text.toLowerCase();
  if (wanted === "") return 0;
  const whole = given.indexOf(query.toLowerCase().trim());
  if (whole >= 0) return 1000 - whole - given.length / 100 + (startsWord(given, whole) ? 500 : 0);
  let total = 0;
  let from = 0;
  let previous = -2;
  for (const letter of wanted) {
    const at = nextPlace(given, letter, from, previous);
    if (at < 0) return null;
    total += startsWord(given, at) ? 20 : at === previous + 1 ? 10 : 1;
    previous = at;
    from = at + 1;
  }
  return total - given.length / 100;
}

/** What fits, the best first; what fits equally well keeps its order. A word in `keywords` counts half. */
export function rank<T extends { title: string; keywords?: string }>(query: string, items: readonly T[]): T[] {
  return items
    .map((item) => {
      const byTitle = score(query, item.title);
      const byKeywords = item.keywords === undefined ? null : score(query, item.keywords);
      const best = Math.max(byTitle ?? -Infinity, byKeywords === null ? -Infinity : byKeywords / 2);
      return { item, best };
    })
    .filter((entry) => entry.best > -Infinity)
    .sort((a, b) => b.best - a.best)
    .map((entry) => entry.item);
}

/** The letter that follows at once, else one that begins a word, else the first. */
function nextPlace(text: string, letter: string, from: number, previous: number): number {
  if (previous >= 0 && text[previous + 1] === letter) return previous + 1;
  for (let at = text.indexOf(letter, from); at >= 0; at = text.indexOf(letter, at + 1)) {
    if (startsWord(text, at)) return at;
  }
  return text.indexOf(letter, from);
}

function startsWord(text: string, at: number): boolean {
  return at === 0 || /[^\p{L}\p{N}]/u.test(text[at - 1] ?? "");
}
