/** @tanstack/virtual-core for Svelte: which rows of a fixed height are in sight. Rows that have the focus are never let go. */

import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from "@tanstack/virtual-core";
import type { VirtualItem } from "@tanstack/virtual-core";

export interface VirtualRowsOptions {
  count: number;
  rowHeight: number;
  headerHeight: number;
  /** The row that has the focus, or a negative number. */
  kept: number;
}

export class VirtualRows {
  items = $state.raw<VirtualItem[]>([]);
  totalSize = $state(0);
  readonly #virtualizer: Virtualizer<HTMLElement, HTMLElement>;
  #options: VirtualRowsOptions = { count: 0, rowHeight: 32, headerHeight: 32, kept: -1 };

  constructor(private readonly scroller: () => HTMLElement | null) {
    this.#virtualizer = new Virtualizer(this.#full());
  }

  /** Call it in onMount; the answer stops it. */
  start(): () => void {
    const stop = this.#virtualizer._didMount();
    this.#virtualizer._willUpdate();
    this.#read();
    return stop;
  }

  /** Takes what has changed. */
  update(options: VirtualRowsOptions): void {
    const heightChanged = options.rowHeight !== this.#options.rowHeight;
    this.#options = options;
    this.#virtualizer.setOptions(this.#full());
    if (heightChanged) this.#virtualizer.measure();
    this.#virtualizer._willUpdate();
    this.#read();
  }

  scrollTo(index: number): void {
    this.#virtualizer.scrollToIndex(index, { align: "auto" });
  }

  scrollToTop(): void {
    this.#virtualizer.scrollToOffset(0);
  }

  /** How many whole rows are seen at once. */
  get pageRows(): number {
    const height = (this.scroller()?.clientHeight ?? 0) - this.#options.headerHeight;
    return Math.max(1, Math.floor(height / this.#options.rowHeight) - 1);
  }

  #read(): void {
    this.items = this.#virtualizer.getVirtualItems();
    this.totalSize = this.#virtualizer.getTotalSize();
  }

  #full(): ConstructorParameters<typeof Virtualizer<HTMLElement, HTMLElement>>[0] {
    const { count, rowHeight, headerHeight, kept } = this.#options;
    return {
      count,
      getScrollElement: this.scroller,
      estimateSize: () => rowHeight,
      overscan: 8,
      // The header sticks over the rows, so the lowest part of the scroller is not theirs.
      scrollPaddingEnd: headerHeight,
      initialRect: { width: 1024, height: 640 },
      scrollToFn: elementScroll,
      observeElementRect,
      observeElementOffset,
      rangeExtractor: ({ startIndex, endIndex, overscan, count: rows }) => {
        const first = Math.max(0, startIndex - overscan);
        const last = Math.min(rows - 1, endIndex + overscan);
        const indexes = Array.from({ length: Math.max(0, last - first + 1) }, (_, offset) => first + offset);
        if (kept >= 0 && kept < rows && kept < first) indexes.unshift(kept);
        if (kept >= 0 && kept < rows && kept > last) indexes.push(kept);
        return indexes;
      },
      onChange: () => {
        this.#read();
      },
    };
  }
}
