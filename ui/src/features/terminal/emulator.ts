/** The screen of one terminal: xterm with our look, our keys and our limits. It knows nothing of hosts. */

import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { chordOf } from "$lib/keys";
import { readColours } from "./colours";
import { isOurs } from "./keys";
import { openWithinPolicy } from "./own_styles";
import { onlyFromPerson, refuseRequests } from "./silence";
import { seeToInverse } from "./true_inverse";

/** As many lines can be scrolled back. */
const scrollbackLines = 10_000;
const fontFamily = '"JetBrains Mono Variable", ui-monospace, monospace';

/** Out of the alternate screen, no reports of the mouse, no bracketed paste, a cursor, plain text, nothing below. */
const fresh = "\x1b[?1049l\x1b[!p\x1b[?9;1000;1002;1003;1004;2004l\x1b[?25h\x1b[0m\r\n\x1b[J";

export interface EmulatorEvents {
  onInput: (bytes: Uint8Array) => void;
  onResize: (columns: number, rows: number) => void;
  onBell: () => void;
  /** Text that somebody wants to paste; nothing has been typed yet. */
  onPaste: (text: string) => void;
  onMatches: (matches: { place: number; count: number } | null) => void;
}

export class Emulator {
  readonly #terminal: Terminal;
  readonly #holder = document.createElement("div");
  readonly #fit = new FitAddon();
  readonly #search = new SearchAddon();
  #isOpen = false;

  constructor(events: EmulatorEvents, settings: { fontSize: number; forReaders: boolean }) {
    this.#holder.className = "emulator";
    const terminal = new Terminal({
      // The width of characters and the marks of the search are still "proposed".
      allowProposedApi: true,
      altClickMovesCursor: false,
      fontFamily,
      fontSize: settings.fontSize,
      fontWeightBold: 650,
      lineHeight: 1.2,
      logLevel: "off",
      minimumContrastRatio: 4.5,
      screenReaderMode: settings.forReaders,
      scrollback: scrollbackLines,
    });
    this.#terminal = terminal;
    terminal.loadAddon(this.#fit);
    terminal.loadAddon(this.#search);
    terminal.loadAddon(new Unicode11Addon());
    terminal.unicode.activeVersion = "11";
    refuseRequests(terminal);
    onlyFromPerson(terminal, events.onInput);
    terminal.attachCustomKeyEventHandler((event) => !isOurs(chordOf(event)));
    terminal.onResize(({ cols, rows }) => {
      events.onResize(cols, rows);
    });
    terminal.onBell(events.onBell);
    this.#search.onDidChangeResults(({ resultIndex, resultCount }) => {
      events.onMatches({ place: resultIndex + 1, count: resultCount });
    });
    // Before xterm, which would paste without asking; a middle click pastes too.
    this.#holder.addEventListener(
      "paste",
      (event) => {
        event.preventDefault();
        event.stopPropagation();
        events.onPaste(event.clipboardData?.getData("text/plain") ?? "");
      },
      { capture: true },
    );
    this.#holder.addEventListener("drop", (event) => {
      event.preventDefault();
    });
  }

  get columns(): number {
    return this.#terminal.cols;
  }

  get rows(): number {
    return this.#terminal.rows;
  }

  get selection(): string {
    return this.#terminal.getSelection();
  }

  /** Stands in a place of the page from now on; the answer takes it away, and it goes on unseen. */
  stand(place: HTMLElement, described: string): () => void {
    place.append(this.#holder);
    if (!this.#isOpen) {
      this.#isOpen = true;
      openWithinPolicy(this.#terminal, this.#holder);
      seeToInverse(this.#terminal);
      this.recolour();
    }
    this.#terminal.textarea?.setAttribute("aria-describedby", described);
    const watch = new ResizeObserver(() => {
      this.fit();
    });
    watch.observe(place);
    this.fit();
    return () => {
      watch.disconnect();
      this.#holder.remove();
    };
  }

  fit(): void {
    if (this.#holder.clientHeight > 0) this.#fit.fit();
  }

  /** What readers call the place where one types. */
  name(label: string): void {
    this.#terminal.textarea?.setAttribute("aria-label", label);
  }

  /** Takes the colours of the page's theme. */
  recolour(): void {
    this.#terminal.options.theme = readColours(this.#holder).theme;
  }

  set fontSize(pixels: number) {
    this.#terminal.options.fontSize = pixels;
    this.fit();
  }

  set forReaders(isOn: boolean) {
    this.#terminal.options.screenReaderMode = isOn;
  }

  /** Resolves when the text has been taken. */
  write(text: string): Promise<void> {
    return new Promise((resolve) => {
      this.#terminal.write(text, resolve);
    });
  }

  /** Types a text as the host asked for pasted text, bracketed or not. It holds no controls any more. */
  paste(text: string): void {
    this.#terminal.paste(text);
  }

  /** A line of ours between what two shells have printed. */
  async begin(line: string): Promise<void> {
    await this.write(`${fresh}\x1b[2m── ${line} ──\x1b[0m\r\n\r\n`);
  }

  clear(): void {
    this.#terminal.clear();
  }

  focus(): void {
    this.#terminal.focus();
  }

  find(text: string, direction: "next" | "previous", isTyping = false): void {
    const options = { decorations: readColours(this.#holder).marks, incremental: isTyping };
    if (direction === "next") this.#search.findNext(text, options);
    else this.#search.findPrevious(text, options);
  }

  stopFinding(): void {
    this.#search.clearDecorations();
    this.#terminal.clearSelection();
  }

  dispose(): void {
    this.#terminal.dispose();
    this.#holder.remove();
  }
}
