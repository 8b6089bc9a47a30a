/** Notes of a release as people write them: paragraphs, headings and lists, told apart by how a line begins. Pure, and never markup. */

export type NotesBlock =
  { kind: "heading"; text: string } | { kind: "list"; items: string[] } | { kind: "text"; text: string };

const heading = /^#{1,6}\s+(.*\S)\s*$/;
const item = /^\s*[-*•]\s+(.*)$/;

/** Line breaks of a paragraph are kept; an indented line under an item belongs to it. */
export function notesBlocks(notes: string): NotesBlock[] {
  const blocks: NotesBlock[] = [];
  /** What the next line may belong to. */
  let open: NotesBlock | undefined;
  const begin = (block: NotesBlock): void => {
    blocks.push(block);
    open = block;
  };
  for (const raw of notes.replaceAll(/\r\n?/g, "\n").split("\n")) {
    const line = raw.trimEnd();
    const title = heading.exec(line)?.[1];
    const point = item.exec(line)?.[1];
    if (line === "") open = undefined;
    else if (title !== undefined) begin({ kind: "heading", text: title });
    else if (point !== undefined) {
      if (open?.kind === "list") open.items.push(point);
      else begin({ kind: "list", items: [point] });
    } else if (open?.kind === "list" && /^\s/.test(line)) open.items.push(`${open.items.pop() ?? ""} ${line.trim()}`);
    else if (open?.kind === "text") open.text += `\n${line}`;
    else begin({ kind: "text", text: line });
  }
  return blocks;
}
