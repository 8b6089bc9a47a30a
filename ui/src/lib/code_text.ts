/** What the engine quotes in a sentence: commands to type, and words of a machine. Pure. */

export type CodePart =
  | { kind: "words"; text: string }
  /** More than a word is a command, or a line for a file: somebody will want to type it. */
  | { kind: "code"; text: string; isTyped: boolean };

/** ``Run `dpkg --configure -a` there.`` → words, code, words; without the backticks. One that is not closed is a word. */
export function codeText(text: string): CodePart[] {
  const parts: CodePart[] = [];
  let from = 0;
  for (const found of text.matchAll(/`([^`\s](?:[^`\n]*[^`\s])?)`/g)) {
    const [whole, quoted = ""] = found;
    if (found.index > from) parts.push({ kind: "words", text: text.slice(from, found.index) });
    parts.push({ kind: "code", text: quoted, isTyped: quoted.includes(" ") });
    from = found.index + whole.length;
  }
  if (from < text.length) parts.push({ kind: "words", text: text.slice(from) });
  return parts;
}
