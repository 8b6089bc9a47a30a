/** The terminal's colours, from the page's tokens: so it follows the theme. */

import type { ISearchOptions } from "@xterm/addon-search";
import type { ITheme } from "@xterm/xterm";

const names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const;

export interface Colours {
  theme: ITheme;
  marks: NonNullable<ISearchOptions["decorations"]>;
}

export function readColours(element: HTMLElement): Colours {
  const style = getComputedStyle(element);
  const colour = (name: string): string => hexOf(style.getPropertyValue(`--${name}`).trim());
  const ground = colour("terminal-ground");
  const selection = colour("terminal-selection");
  const theme: ITheme = {
    foreground: colour("text"),
    background: ground,
    cursor: colour("text"),
    cursorAccent: ground,
    selectionBackground: selection,
    selectionInactiveBackground: selection,
    scrollbarSliderBackground: colour("line-strong"),
    scrollbarSliderHoverBackground: colour("line-control"),
    scrollbarSliderActiveBackground: colour("line-control"),
  };
  for (const name of names) {
    theme[name] = colour(`terminal-${name}`);
    theme[`bright${name.charAt(0).toUpperCase()}${name.slice(1)}` as "brightBlack"] = colour(`terminal-bright-${name}`);
  }
  const found = colour("terminal-found");
  return {
    theme,
    marks: {
      matchBackground: found,
      matchOverviewRuler: found,
      activeMatchBackground: colour("terminal-found-here"),
      activeMatchColorOverviewRuler: found,
    },
  };
}

let canvas: CanvasRenderingContext2D | null = null;

/** xterm wants `#rrggbb`; the browser knows what `oklch(…)` is in it. */
function hexOf(colour: string): string {
  canvas ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (!canvas) return "#808080";
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = canvas.getImageData(0, 0, 1, 1).data;
  return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
