/** What is pasted is text: nothing in it may press keys, and several lines are commands that a person sees first. Pure. */

/** Everything that is not seen but obeyed, the end of a bracketed paste among it: escapes and controls of both sets. */
// eslint-disable-next-line no-control-regex -- these are what is looked for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Zero width, and what turns the direction of others. */
const unseen = /[\p{Cf}\p{Zl}\p{Zp}]/u;

export interface Pasted {
  text: string;
  lines: number;
  /** How many characters were left out because a terminal would obey them. */
  removed: number;
}

export function pastedText(clipboard: string): Pasted {
  const lines = clipboard.replace(/\r\n?/g, "\n");
  const text = lines.replace(controls, "");
  return { text, lines: text.split("\n").length, removed: lines.length - text.length };
}

/** A line break runs a command, and what cannot be seen was not seen where it was copied: then a person looks first. */
export function wantsLook(pasted: Pasted): boolean {
  return pasted.lines > 1 || pasted.removed > 0 || unseen.test(pasted.text);
}
