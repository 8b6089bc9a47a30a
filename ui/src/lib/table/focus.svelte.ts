/** Which cell of a table has the focus, and how it comes there: a row may have to be drawn first. */

import { tick } from "svelte";
import { clamp, type Extent, type Position } from "./keyboard";

export class CellFocus {
  position = $state.raw<Position>({ row: 0, column: 0 });

  constructor(
    private readonly grid: () => HTMLElement | null,
    private readonly extent: () => Extent,
    private readonly scrollTo: (row: number) => void,
  ) {}

  async go(position: Position): Promise<void> {
    this.position = clamp(position, this.extent());
    if (this.position.row >= 0) this.scrollTo(this.position.row);
    await tick();
    const cell = this.grid()?.querySelector<HTMLElement>(this.#cell());
    cell?.focus({ preventScroll: true });
    cell?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** Other rows stand there now: the first one would have it. */
  restart(): void {
    this.position = { row: 0, column: this.position.column };
  }

  /** There are fewer rows now. */
  stayWithin(lastRow: number): void {
    if (this.position.row > lastRow) this.position = { row: lastRow, column: this.position.column };
  }

  /** What can be pressed in the cell. */
  control(): HTMLElement | null {
    return this.grid()?.querySelector<HTMLElement>(`${this.#cell()} :is(a, button)`) ?? null;
  }

  #cell(): string {
    return `[data-cell="${this.position.row}:${this.position.column}"]`;
  }
}
