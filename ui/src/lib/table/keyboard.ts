/** Which cell a key leads to. Row −1 is the header. Pure. */

/** The cell that has the table's one Tab stop. */
export interface Position {
  readonly row: number;
  readonly column: number;
}

export interface Extent {
  readonly rows: number;
  readonly columns: number;
  /** How many rows are seen at once. */
  readonly page: number;
}

export const headerRow = -1;

/** Where the focus goes, or null if the key does not move it. With `mod`, Home and End reach the table's corners. */
export function moveFocus(from: Position, key: string, mod: boolean, extent: Extent): Position | null {
  const { row, column } = from;
  switch (key) {
    case "ArrowUp":
      return clamp({ row: mod ? 0 : row - 1, column }, extent);
    case "ArrowDown":
      return clamp({ row: mod ? extent.rows - 1 : row + 1, column }, extent);
    case "ArrowLeft":
      return clamp({ row, column: column - 1 }, extent);
    case "ArrowRight":
      return clamp({ row, column: column + 1 }, extent);
    case "PageUp":
      return clamp({ row: Math.max(0, row - extent.page), column }, extent);
    case "PageDown":
      return clamp({ row: Math.max(0, row) + extent.page, column }, extent);
    case "Home":
      return clamp(mod ? { row: 0, column: 0 } : { row: 0, column }, extent);
    case "End":
      return clamp(
        mod ? { row: extent.rows - 1, column: extent.columns - 1 } : { row: extent.rows - 1, column },
        extent,
      );
    default:
      return null;
  }
}

/** The nearest cell that exists. */
export function clamp(position: Position, extent: Extent): Position {
  return {
    row: Math.min(Math.max(position.row, headerRow), extent.rows - 1),
    column: Math.min(Math.max(position.column, 0), extent.columns - 1),
  };
}
