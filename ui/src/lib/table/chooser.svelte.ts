/** What choosing rows does: ranges from an anchor, all that match, what is copied. Says it aloud for readers. */

import { copyText } from "../clipboard";
import { plural } from "../format";
import type { TableRows } from "./rows.svelte";
import { countSelected, emptySelection, extend, isSelected, selectAll, toggle, type Selection } from "./selection";
import { toTsv } from "./tsv";
import type { Column } from "./types";

export class Chooser<Row> {
  /** What a reader should say. */
  announcement = $state("");
  /** Where a range that Shift extends begins. */
  anchor: number | null = null;

  constructor(
    private readonly rows: TableRows<Row>,
    private readonly keyOf: (row: Row) => string,
    private readonly read: () => Selection,
    private readonly write: (selection: Selection) => void,
  ) {}

  get count(): number {
    return countSelected(this.read(), this.rows.total);
  }

  has(row: Row | undefined): boolean {
    return row !== undefined && isSelected(this.read(), this.keyOf(row));
  }

  toggle(index: number): void {
    const row = this.rows.at(index);
    if (row === undefined) return;
    this.anchor = index;
    this.#set(toggle(this.read(), this.keyOf(row)));
  }

  all(): void {
    this.#set(selectAll());
  }

  none(): void {
    this.#set(emptySelection());
  }

  readonly toggleAll = (): void => {
    if (this.count === 0) this.all();
    else this.none();
  };

  /** Adds the rows from the anchor, or else from `from`, to `to`; those that are not here yet are fetched. */
  async extend(from: number, to: number): Promise<void> {
    this.anchor ??= from;
    const reached = await this.rows.slice(Math.max(0, Math.min(this.anchor, to)), Math.max(this.anchor, to));
    this.#set(extend(this.read(), reached.map(this.keyOf)));
  }

  /** Copies what is selected, or else the row that has the focus. */
  async copy(columns: readonly Column<Row>[], focused: number): Promise<void> {
    const any = this.count > 0;
    const reached = await (any ? this.rows.slice(0, this.rows.total - 1) : this.rows.slice(focused, focused));
    const copied = reached.filter((row) => !any || this.has(row));
    if (copied.length === 0) return;
    const worked = await copyText(toTsv(columns, copied));
    this.announcement = worked ? `${plural(copied.length, "row")} copied` : "The clipboard cannot be used";
  }

  #set(selection: Selection): void {
    this.write(selection);
    this.announcement = `${countSelected(selection, this.rows.total)} of ${this.rows.total} selected`;
  }
}
