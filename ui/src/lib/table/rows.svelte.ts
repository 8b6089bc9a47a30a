/** The rows that a table has: all of them in memory, or pages that are fetched when they come into sight. */

import { SvelteMap } from "svelte/reactivity";
import type { Column, RowSource, Sort } from "./types";

const pageSize = 200;

export class TableRows<Row> {
  readonly #pages = new SvelteMap<number, readonly Row[]>();
  #source: RowSource<Row> = { kind: "rows", rows: [] };
  #sorted = $state.raw<readonly Row[]>([]);
  #total = $state(0);
  /** Pages that were asked for since the source was last replaced. */
  readonly #asked = new Map<number, Promise<void>>();
  #generation = 0;
  /** Why the last page did not come. */
  failure = $state.raw<unknown>(null);

  get total(): number {
    return this.#total;
  }

  /** The row at that place, or undefined while it is on its way. */
  at(index: number): Row | undefined {
    if (this.#source.kind === "rows") return this.#sorted[index];
    return this.#pages.get(Math.floor(index / pageSize))?.[index % pageSize];
  }

  /** The place of the first row in memory that is sought, from a place on and around the end; −1 if there is none. */
  find(isSought: (row: Row) => boolean, from = 0): number {
    const after = this.#sorted.findIndex((row, index) => index >= from && isSought(row));
    return after >= 0 || from === 0 ? after : this.#sorted.findIndex(isSought);
  }

  /** Takes a new source. Rows of the same query stay on the screen until their successors are here. */
  replace(
    source: RowSource<Row>,
    columns: readonly Column<Row>[],
    sort: Sort | null,
    group: Group<Row> = undefined,
  ): "same" | "other" {
    const before = this.#source;
    this.#source = source;
    this.#generation += 1;
    this.#asked.clear();
    this.failure = null;
    if (source.kind === "rows") {
      this.#pages.clear();
      this.#sorted = sortRows(source.rows, columns, sort, group);
      this.#total = source.rows.length;
      return before.kind === "rows" ? "same" : "other";
    }
    this.#total = source.total;
    const same = before.kind === "pages" && before.query === source.query;
    if (!same) this.#pages.clear();
    return same ? "same" : "other";
  }

  /** What is in sight, and the row that has the focus: that may stand far from the others, and is asked for by itself. */
  async ensureSeen(seen: readonly number[], focused: number): Promise<void> {
    const others = seen.filter((index) => index !== focused);
    if (others.length > 0) await this.ensure(Math.min(...others), Math.max(...others));
    if (focused >= 0 && focused < this.total) await this.ensure(focused, focused);
  }

  /** Has the rows from `first` to `last` fetched; settles when they are here or have failed. */
  async ensure(first: number, last: number): Promise<void> {
    if (this.#source.kind === "rows" || this.#total === 0) return;
    const waiting: Promise<void>[] = [];
    for (let page = Math.floor(Math.max(0, first) / pageSize); page <= Math.floor(last / pageSize); page += 1) {
      const asked = this.#asked.get(page) ?? this.#fetch(page, this.#source.load);
      this.#asked.set(page, asked);
      waiting.push(asked);
    }
    await Promise.all(waiting);
  }

  /** The rows from `first` to `last` that could be had. */
  async slice(first: number, last: number): Promise<Row[]> {
    await this.ensure(first, last);
    const rows: Row[] = [];
    for (let index = first; index <= last; index += 1) {
      const row = this.at(index);
      if (row !== undefined) rows.push(row);
    }
    return rows;
  }

  /** Asks again for what failed. */
  retry(first: number, last: number): void {
    this.#asked.clear();
    this.failure = null;
    void this.ensure(first, last);
  }

  async #fetch(page: number, load: (offset: number, limit: number) => Promise<readonly Row[]>): Promise<void> {
    const generation = this.#generation;
    try {
      const rows = await load(page * pageSize, pageSize);
      if (generation === this.#generation) this.#pages.set(page, rows);
    } catch (error) {
      if (generation === this.#generation) this.failure = error;
    }
  }
}

/** Rows of a lower group stand before those of a higher one, whatever the direction. */
export type Group<Row> = ((row: Row) => number) | undefined;

/** Rows in memory in the order of a column; rows without a value stand last in both directions. */
export function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sort: Sort | null,
  group: Group<Row> = undefined,
): readonly Row[] {
  const column = sort && columns.find((candidate) => candidate.key === sort.column);
  if (!column) return rows;
  const value = column.sortBy ?? column.text;
  const sign = sort.direction === "ascending" ? 1 : -1;
  return rows
    .map((row) => ({ row, value: value(row), group: group?.(row) ?? 0 }))
    .sort((a, b) => {
      if (a.group !== b.group) return a.group - b.group;
      if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null);
      return sign * compare(a.value, b.value);
    })
    .map((entry) => entry.row);
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function compare(a: string | number, b: string | number): number {
  return typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b));
}
