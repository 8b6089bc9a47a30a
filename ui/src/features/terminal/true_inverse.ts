/**
 * Text in reverse video has the ground's colour. xterm, where it sees to the contrast, takes the text's own colour for it
 * and makes that grey: status lines of pagers and editors would be hard to read.
 */

import type { Terminal } from "@xterm/xterm";

interface Cell {
  isInverse(): number;
  isBgDefault(): boolean;
}

type ApplyContrast = (element: HTMLElement, ground: unknown, text: unknown, cell: Cell, ...rest: unknown[]) => boolean;

/** The part of xterm that styles cells; its typings do not show it. */
interface RowFactory {
  _applyMinimumContrast?: ApplyContrast;
  _themeService?: { colors: { background: unknown } };
}

interface Core {
  _renderService?: { _renderer?: { value?: { _rowFactory?: RowFactory } } };
}

/** Call it when the terminal has been opened. A version of xterm that does it otherwise is left as it is: only a hue is at stake. */
export function seeToInverse(terminal: Terminal): void {
  const factory = (terminal as unknown as { _core: Core })._core._renderService?._renderer?.value?._rowFactory;
  const original = factory?._applyMinimumContrast;
  if (!factory || !original) return;
  factory._applyMinimumContrast = (element, ground, text, cell, ...rest) => {
    const isGround = cell.isInverse() !== 0 && cell.isBgDefault();
    const truly = isGround ? (factory._themeService?.colors.background ?? text) : text;
    return original.call(factory, element, ground, truly, cell, ...rest);
  };
}
