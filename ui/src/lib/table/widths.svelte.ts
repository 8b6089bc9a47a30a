/** How wide a table's columns are: as the technician left them, else as the columns say. */

import { isNumbers, recall, remember } from "../storage";
import { gridTemplate, leastWidth } from "./header";
import type { Column } from "./types";

const narrowest = 56;
const step = 16;

export class ColumnWidths<Row> {
  chosen = $state.raw<Readonly<Record<string, number>>>({});

  constructor(
    private readonly table: () => { columns: readonly Column<Row>[]; selectable: boolean },
    private readonly storageKey: string | undefined,
  ) {
    if (storageKey !== undefined) this.chosen = recall(`columns.${storageKey}`, isNumbers) ?? {};
  }

  /** The value of grid-template-columns. */
  get template(): string {
    const { columns, selectable } = this.table();
    return gridTemplate(columns, this.chosen, selectable);
  }

  /** How wide the rows are at least. */
  get least(): string {
    const { columns, selectable } = this.table();
    return `${leastWidth(columns, this.chosen, selectable)}px`;
  }

  /** Sets a width; null is the first one again. */
  readonly resize = (key: string, width: number | null): void => {
    const { [key]: _before, ...others } = this.chosen;
    const minimum = this.table().columns.find((column) => column.key === key)?.minimum ?? narrowest;
    this.chosen = width === null ? others : { ...others, [key]: Math.max(minimum, Math.round(width)) };
    if (this.storageKey !== undefined) remember(`columns.${this.storageKey}`, this.chosen);
  };

  /** Whether the key was one that resizes. */
  resizeByKey(column: Column<Row> | undefined, key: string): boolean {
    if (!column || (key !== "ArrowLeft" && key !== "ArrowRight")) return false;
    this.resize(column.key, (this.chosen[column.key] ?? column.width) + (key === "ArrowLeft" ? -step : step));
    return true;
  }
}
