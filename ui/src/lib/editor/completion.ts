/** Which words may come next at a place of a text. Pure. */

/** Words with what each is for. */
export type Fields = Readonly<Record<string, string>>;

/** The words that may stand in one kind of text. */
export interface Vocabulary {
  /** With their brackets. */
  headings: Fields;
  /** The fields of a table by its heading's path; `""` is the text itself. Null if there is no such table. */
  fieldsOf: (table: string) => Fields | null;
  /** The words that a field can be, if they are a few. */
  valuesOf: (table: string, field: string) => readonly string[];
  /** What a template may name besides the parameters. */
  templateNames: Fields;
}

export interface Word {
  label: string;
  /** What is written; the label if it is not given. */
  apply?: string;
  detail: string;
}

export interface Words {
  /** How much of what stands before the place they take the place of. */
  replaces: number;
  words: readonly Word[];
}

/** The words after `before`, which is everything that stands before the place. */
export function wordsAfter(before: string, vocabulary: Vocabulary, parameters: readonly string[]): Words | null {
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const inTemplate = /\{\{\s*([\w.]*)$|\{%\s*(?:if|elif)\s+(?:not\s+)?([\w.]*)$/.exec(line);
  if (inTemplate) {
    const own = parameters.map((label) => ({ label, detail: "parameter" }));
    return {
      replaces: (inTemplate[1] ?? inTemplate[2] ?? "").length,
      words: [...own, ...wordsOf(vocabulary.templateNames)],
    };
  }
  const { table, fields, inText } = placeAfter(before);
  if (inText) return null;
  const heading = /^\s*(\[\[?[\w.]*)$/.exec(line)?.[1];
  if (heading !== undefined) return { replaces: heading.length, words: wordsOf(vocabulary.headings) };
  const value = /^\s*([\w-]+)\s*=\s*(["']?)(\w*)$/.exec(line);
  if (value) {
    const [, field = "", quote = "", typed = ""] = value;
    const words = vocabulary.valuesOf(table, field);
    if (words.length === 0) return null;
    const bare = words.every((word) => word === "true" || word === "false");
    if (bare && quote !== "") return null;
    return {
      replaces: typed.length,
      words: words.map((label) => ({ label, detail: "", ...(quote === "" && !bare && { apply: `"${label}"` }) })),
    };
  }
  const field = /^\s*([\w-]*)$/.exec(line)?.[1];
  if (field === undefined) return null;
  const open = Object.entries(vocabulary.fieldsOf(table) ?? {}).filter(([name]) => !fields.includes(name));
  return {
    replaces: field.length,
    words: open.map(([label, detail]) => ({ label, apply: `${label} = `, detail })),
  };
}

function wordsOf(of: Fields): Word[] {
  return Object.entries(of).map(([label, detail]) => ({ label, detail }));
}

interface Place {
  /** The path of the last heading; `""` before the first. */
  table: string;
  /** The fields that stand under it already. */
  fields: string[];
  /** Whether the place is inside of a text of several lines. */
  inText: boolean;
}

function placeAfter(before: string): Place {
  const place: Place = { table: "", fields: [], inText: false };
  let closing: string | null = null;
  const lines = before.split("\n");
  for (const [index, line] of lines.entries()) {
    if (closing !== null) {
      if (line.includes(closing)) closing = null;
      continue;
    }
    const heading = /^\s*\[\[?\s*([\w.]+)\s*\]/.exec(line);
    if (heading) {
      place.table = heading[1] ?? "";
      place.fields = [];
      continue;
    }
    const field = /^\s*([\w-]+)\s*=(.*)$/.exec(line);
    if (!field) continue;
    if (index < lines.length - 1) place.fields.push(field[1] ?? "");
    closing = openedBy(field[2] ?? "");
  }
  place.inText = closing !== null;
  return place;
}

/** The quotes that a value opens and does not close on its line. */
function openedBy(value: string): string | null {
  let rest = value;
  for (;;) {
    const found = /'''|"""|"(?:[^"\\]|\\.)*"|'[^']*'|#.*$/.exec(rest);
    if (!found || found[0].startsWith("#")) return null;
    rest = rest.slice(found.index + found[0].length);
    if (found[0] !== "'''" && found[0] !== '"""') continue;
    const end = rest.indexOf(found[0]);
    if (end < 0) return found[0];
    rest = rest.slice(end + 3);
  }
}
