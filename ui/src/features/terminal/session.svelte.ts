/** One terminal: the shell on a host, and the screen that shows it. It goes on while other screens stand. */

import { backend } from "$backend/backend";
import { faultOf, type Fault } from "$backend/errors";
import type { HostPath, TerminalEnd, TerminalView } from "$backend/generated/commands";
import { formatBytes } from "$lib/format";
import { preferences } from "$shell/preferences.svelte";
import { base64OfBytes } from "./bytes";
import { Emulator } from "./emulator";
import { takeAll } from "./intake";
import { Outbox } from "./outbox";
import { pastedText, wantsLook, type Pasted } from "./paste";
import { TypeAhead } from "./type_ahead";

export type SessionState =
  | { kind: "connecting" }
  | { kind: "connected" }
  /** No shell came about. */
  | { kind: "refused"; fault: Fault }
  | { kind: "ended"; end: TerminalEnd };

/** The host hears of a new size when the window has come to rest. */
const resizeMilliseconds = 80;
/** So long after a message was not taken, the end should have come. */
const patienceMilliseconds = 1000;

export class Session {
  readonly emulator: Emulator;
  /** What the engine knows of it; null until its shell stands. */
  view = $state.raw<TerminalView | null>(null);
  state = $state.raw<SessionState>({ kind: "connecting" });
  /** It rang while nobody looked. */
  rang = $state(false);
  /** Counts the bells, for a mark that is seen. */
  bells = $state(0);
  matches = $state.raw<{ place: number; count: number } | null>(null);
  /** What is to be pasted when a person has seen it. */
  asked = $state.raw<Pasted | null>(null);
  columns = $state(80);
  rows = $state(24);
  #outbox: Outbox | null = null;
  readonly #ahead = new TypeAhead();
  #hasBegun = false;
  /** What comes for a shell before this one is not for us any more. */
  #turn = 0;
  #resizing: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly host: HostPath,
    known: TerminalView | null = null,
  ) {
    this.emulator = new Emulator(
      {
        onInput: (bytes) => {
          if (this.state.kind === "connecting") this.#ahead.put(bytes);
          else this.#outbox?.put(bytes);
        },
        onResize: (columns, rows) => {
          this.#resized(columns, rows);
        },
        onBell: () => {
          this.bells += 1;
          this.rang = true;
        },
        onPaste: (text) => {
          this.paste(text);
        },
        onMatches: (matches) => (this.matches = matches),
      },
      { fontSize: preferences.terminalFontSize, forReaders: preferences.terminalForReaders },
    );
    if (known) this.#adopt(known);
  }

  get production(): boolean {
    return this.view?.production ?? false;
  }

  /** Opens the shell, once the screen has its size. */
  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    void this.#open();
  }

  /** Another shell on the same host, below what stands there. */
  async reconnect(): Promise<void> {
    const before = this.view;
    this.#stop();
    this.#ahead.clear();
    this.view = null;
    this.state = { kind: "connecting" };
    // That it is gone already is as good.
    if (before) await backend.call("terminal_close", { id: before.id }).catch(() => null);
    if (before) await this.emulator.begin("Connected again");
    await this.#open();
  }

  /** Ends the shell and forgets the terminal. */
  async close(): Promise<void> {
    this.#stop();
    this.emulator.dispose();
    if (this.view) await backend.call("terminal_close", { id: this.view.id });
  }

  paste(text: string): void {
    const pasted = pastedText(text);
    if (wantsLook(pasted)) this.asked = pasted;
    else this.emulator.paste(pasted.text);
  }

  /** A person has seen what is to be pasted and said yes or no. */
  answerPaste(isWanted: boolean): void {
    if (isWanted && this.asked) this.emulator.paste(this.asked.text);
    this.asked = null;
    this.emulator.focus();
  }

  async #open(): Promise<void> {
    const turn = ++this.#turn;
    this.state = { kind: "connecting" };
    const { columns, rows } = this.emulator;
    try {
      const view = await backend.call("terminal_open", { host: this.host, columns, rows });
      if (turn !== this.#turn) await backend.call("terminal_close", { id: view.id });
      else this.#adopt(view);
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.#ahead.clear();
      this.state = { kind: "refused", fault: faultOf(thrown) };
    }
  }

  #adopt(view: TerminalView): void {
    const turn = ++this.#turn;
    this.#hasBegun = true;
    this.view = view;
    this.state = view.ended ? { kind: "ended", end: view.ended } : { kind: "connected" };
    const { id } = view;
    this.#outbox = new Outbox(
      (bytes) => backend.call("terminal_write", { id, data: base64OfBytes(bytes) }),
      (thrown) => {
        // A shell that has ended refuses too; then reading says how it ended.
        setTimeout(() => {
          if (turn === this.#turn && this.state.kind === "connected") this.#broke(thrown);
        }, patienceMilliseconds);
      },
    );
    this.#sendTypedAhead(this.#outbox);
    this.#resized(this.emulator.columns, this.emulator.rows);
    void this.#take(id, turn);
  }

  #sendTypedAhead(outbox: Outbox): void {
    const typed = this.#ahead.take();
    if (this.state.kind !== "connected") return;
    if (typed === null)
      void this.emulator.begin("What was typed before the shell stood was too much: none of it is sent");
    else for (const bytes of typed) outbox.put(bytes);
  }

  async #take(id: string, turn: number): Promise<void> {
    try {
      const end = await takeAll({
        read: (from) => backend.call("terminal_read", { id, from }),
        show: (text) => this.emulator.write(text),
        missed: (bytes) => void this.emulator.begin(`${formatBytes(bytes)} before this are not kept any more`),
        stopped: () => turn !== this.#turn,
      });
      if (end && turn === this.#turn) this.#ended(end);
    } catch (thrown) {
      if (turn === this.#turn) this.#broke(thrown);
    }
  }

  #broke(thrown: unknown): void {
    this.#ended({ exit_code: null, signal: null, error: faultOf(thrown) });
  }

  #ended(end: TerminalEnd): void {
    this.#outbox?.close();
    this.state = { kind: "ended", end };
  }

  #stop(): void {
    this.#turn += 1;
    this.#outbox?.close();
    this.#outbox = null;
    clearTimeout(this.#resizing);
  }

  #resized(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    clearTimeout(this.#resizing);
    this.#resizing = setTimeout(() => {
      if (!this.view || this.state.kind !== "connected") return;
      const { id } = this.view;
      // The shell may just have ended; reading says how.
      void backend.call("terminal_resize", { id, columns, rows }).catch(() => null);
    }, resizeMilliseconds);
  }
}
