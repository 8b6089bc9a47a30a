/**
 * Keeps the terminal inside of the page's policy, `style-src 'self'`. xterm writes three style elements and, for colours
 * that are in no palette, style attributes; the policy refuses both. The same rules stand in style sheets that a script
 * made and in properties that it set, which the policy allows.
 */

import type { Terminal } from "@xterm/xterm";

/** Parts of xterm that its typings do not show. The version is pinned; where a part is missing, opening fails and says so. */
interface Core {
  onWillOpen?: (listener: (element: HTMLElement) => void) => unknown;
  _renderService?: {
    _renderer?: { value?: { _rowFactory?: { _addStyle?: (element: HTMLElement, style: string) => void } } };
  };
}

const coreOf = (terminal: Terminal): Core => (terminal as unknown as { _core: Core })._core;

/** Opens a terminal in an element. */
export function openWithinPolicy(terminal: Terminal, parent: HTMLElement): void {
  const core = coreOf(terminal);
  if (core.onWillOpen === undefined) throw new Error("xterm does not say when it opens");
  // Between the building of its elements and the first style.
  core.onWillOpen((element) => {
    const screen = element.querySelector<HTMLElement>(".xterm-screen");
    if (screen) keepStylesOut(screen);
  });
  terminal.open(parent);
  const factory = core._renderService?._renderer?.value?._rowFactory;
  if (factory?._addStyle === undefined) throw new Error("xterm styles its cells in another way");
  factory._addStyle = setProperty;
}

/** `color:#aabbcc` on an element. */
function setProperty(element: HTMLElement, style: string): void {
  const colon = style.indexOf(":");
  element.style.setProperty(style.slice(0, colon), style.slice(colon + 1));
}

/** A style element that is put into this one is kept out of the document, and what is written into it holds all the same. */
function keepStylesOut(screen: HTMLElement): void {
  const append = screen.appendChild.bind(screen);
  screen.appendChild = <T extends Node>(child: T): T => {
    if (!(child instanceof HTMLStyleElement)) return append(child);
    mirror(child);
    return child;
  };
}

function mirror(element: HTMLStyleElement): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(element.textContent);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  Object.defineProperty(element, "textContent", {
    set: (text: string) => {
      sheet.replaceSync(text);
    },
  });
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
  };
}
