import type { Snippet } from "svelte";
import type { Selection } from "./selection";

/** A column of a Table. */
export interface Column<Row> {
  /** Stable: it stands in the address as the sort, and widths are remembered by it. */
  key: string;
  title: string;
  /** The first width in pixels. */
  width: number;
  minimum?: number;
  /** Takes what is left of the table's width. */
  grow?: boolean;
  /** `end` for figures: right-aligned and tabular. */
  align?: "start" | "end";
  /** What is copied, and shown unless there is a `cell`. */
  text: (row: Row) => string;
  /** Another look than the text. Buttons and links in it are reached with Enter on the cell. */
  cell?: Snippet<[Row]>;
  /** Names that differ at their ends are cut in the middle. */
  truncate?: "end" | "middle";
  machine?: boolean;
  sortable?: boolean;
  /** For rows in memory: what is compared. Without it the text is. */
  sortBy?: (row: Row) => string | number | null;
}

export interface Sort {
  column: string;
  direction: "ascending" | "descending";
}

/** Where a table's rows come from. */
export type RowSource<Row> =
  | { kind: "rows"; rows: readonly Row[] }
  | {
      kind: "pages";
      /** What is asked for: filter and sort as text. Another query starts at the top; the same one again refreshes in place. */
      query: string;
      /** How many match. */
      total: number;
      load: (offset: number, limit: number) => Promise<readonly Row[]>;
    };

/** What a table is given. */
export interface TableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  source: RowSource<Row>;
  rowKey: (row: Row) => string;
  sort?: Sort | null;
  selection?: Selection;
  selectable?: boolean;
  onOpen?: ((row: Row) => void) | undefined;
  /** For rows in memory: a lower group stands first, whatever the sort. */
  group?: ((row: Row) => number) | undefined;
  /** Keys that the table has no use for, with the row that has the focus; true when it was one of yours. */
  onKey?: ((event: KeyboardEvent, row: Row | undefined) => boolean) | undefined;
  /** Under which name the widths are remembered. */
  storageKey?: string | undefined;
  density?: "regular" | "compact";
  /** Stands instead of the rows when there are none. */
  empty?: Snippet | undefined;
}
