/** One text that is being written: what it was, what it is, what is wrong with it, and how it is kept. It outlives its screen. */

import { backend } from "$backend/backend";
import { faultOf, type Fault } from "$backend/errors";
import type { Diagnostic, DraftCheck, LibraryText, ParameterView, Shelf } from "$backend/generated/commands";
import { Checker, type Outcome } from "$lib/editor/check";
import { forgetDraft, keepDraft, keptDraft, type KeptDraft } from "$lib/editor/drafts";
import { renamed } from "./naming";
import { draftNameOf, lines, type Beginning, type Wanted } from "./opening";
import type { Memory } from "$lib/editor/toml_editor";

const keepMilliseconds = 400;

export class Editing {
  readonly shelf: Shelf;
  /** What is kept under this name; null for a new one. */
  base = $state.raw<LibraryText | null>(null);
  text = $state("");
  /** What the engine said last, of whatever text. */
  outcome = $state.raw<Outcome<DraftCheck> | null>(null);
  /** A draft of an earlier session that waits to be taken up. */
  waiting = $state.raw<KeptDraft | null>(null);
  saving = $state(false);
  /** Why the last save failed. */
  fault = $state.raw<Fault | null>(null);
  /** Somebody else's text of the same name stands in the way of saving. */
  conflict = $state.raw<{ fault: Fault; name: string; theirs: LibraryText | null } | null>(null);
  /** This machine could not keep the draft. */
  keepFailed = $state(false);
  /** The editor's own memory: places and what can be undone. */
  memory: Memory | null = null;

  readonly #workspace: string;
  #wanted: Wanted;
  /** Whether this session has kept a draft; one that it knows nothing of it leaves alone. */
  #hasKept = false;

  /** The text with which nothing would be lost. */
  #saved = $state("");
  /** The revision that the text was written from. */
  #follows: string | null;
  readonly #checker: Checker<DraftCheck>;
  #keepTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(beginning: Beginning) {
    this.#workspace = beginning.workspace;
    this.#wanted = beginning.wanted;
    this.shelf = beginning.wanted.shelf;
    this.base = beginning.base;
    this.text = beginning.text;
    this.#saved = beginning.text;
    this.#follows = beginning.base?.revision ?? null;
    const { shelf } = beginning.wanted;
    this.#checker = new Checker(
      (text) => backend.call("library_check", { shelf, text }),
      (outcome) => (this.outcome = outcome),
    );
    const kept = keptDraft(this.#draftName);
    if (kept !== null && kept.text !== this.text) this.waiting = kept;
    void this.#checker.now(this.text);
  }

  /** The name of its draft on this machine. */
  get #draftName(): string {
    return draftNameOf(this.#workspace, this.#wanted);
  }

  get changed(): boolean {
    return this.text !== this.#saved;
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.outcome?.check?.diagnostics ?? [];
  }

  /** What is said stands for an older text: the newer is being checked. */
  get checking(): boolean {
    return this.outcome?.text !== this.text;
  }

  /** Whether nothing is wrong with the text as it stands. */
  get sound(): boolean {
    return !this.checking && this.outcome?.check?.diagnostics.length === 0;
  }

  /** The name that the text gives itself, when nothing is wrong with it. */
  get name(): string | null {
    return this.sound ? (this.outcome?.check?.name ?? null) : null;
  }

  get title(): string {
    return this.outcome?.check?.title ?? "";
  }

  get parameters(): readonly ParameterView[] {
    return this.outcome?.check?.parameters ?? [];
  }

  edit(text: string): void {
    if (text === this.text) return;
    this.text = text;
    this.#checker.soon(text);
    clearTimeout(this.#keepTimer);
    this.#keepTimer = setTimeout(() => {
      this.keepNow();
    }, keepMilliseconds);
  }

  /** Keeps what is not saved, before anything can happen to the window. */
  keepNow(): void {
    clearTimeout(this.#keepTimer);
    // What waits to be taken up is the draft; nothing may take its place before that.
    if (this.waiting !== null) return;
    if (this.changed) {
      const draft = { text: this.text, follows: this.#follows, at: new Date().toISOString() };
      this.keepFailed = !keepDraft(this.#draftName, draft);
      this.#hasKept = true;
    } else {
      this.keepFailed = false;
      if (this.#hasKept) forgetDraft(this.#draftName);
    }
  }

  restore(): void {
    if (this.waiting === null) return;
    const { text, follows } = this.waiting;
    this.waiting = null;
    this.#hasKept = true;
    this.#follows = follows;
    this.edit(text);
  }

  /** Discards what was typed, in this session or an earlier one; the answer brings it back. */
  discard(): () => void {
    const [text, follows] = [this.waiting?.text ?? this.text, this.waiting?.follows ?? this.#follows];
    this.waiting = null;
    this.#hasKept = true;
    this.conflict = null;
    this.fault = null;
    this.#follows = this.base?.revision ?? null;
    this.edit(this.#saved);
    this.keepNow();
    return () => {
      this.#follows = follows;
      this.edit(text);
      this.keepNow();
    };
  }

  /** Gives the text another name of its own. */
  rename(name: string): void {
    this.edit(renamed(this.text, this.shelf, name));
    this.conflict = null;
  }

  /** Saves the text if nothing is wrong with it. Answers what is kept now, or null. */
  async save(): Promise<LibraryText | null> {
    if (this.saving || this.waiting !== null) return null;
    this.saving = true;
    this.fault = null;
    const text = this.text;
    let name: string | null = null;
    try {
      const { check, fault } = await this.#checker.now(text);
      if (fault) this.fault = fault;
      if (check?.diagnostics.length !== 0) return null;
      name = check.name;
      // With another name it is another text, and follows nothing.
      const follows = name === this.base?.name ? this.#follows : null;
      const kept = await backend.call("library_save", { shelf: this.shelf, text, follows });
      this.#take(kept, text);
      return kept;
    } catch (thrown) {
      const fault = faultOf(thrown);
      const inTheWay = fault.code === "conflict" || fault.code === "already_exists";
      if (inTheWay && name !== null) this.conflict = { fault, name, theirs: null };
      else this.fault = fault;
      return null;
    } finally {
      this.saving = false;
      this.keepNow();
    }
  }

  /** Reads what stands in the way. From then on the text follows it: who saves has seen it. */
  async readTheirs(): Promise<void> {
    const conflict = this.conflict;
    if (conflict === null) return;
    try {
      const theirs = await backend.call("library_read", { shelf: this.shelf, name: conflict.name });
      this.conflict = { ...conflict, theirs };
      this.base = theirs;
      this.#saved = lines(theirs.text);
      this.#follows = theirs.revision;
      this.keepNow();
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
  }

  closeTheirs(): void {
    this.conflict = null;
  }

  /** The text was saved under a name: its next draft is one of that. */
  moveTo(wanted: Wanted): void {
    if (this.#hasKept) forgetDraft(this.#draftName);
    this.#hasKept = false;
    this.#wanted = wanted;
    this.keepNow();
  }

  /** Asks and keeps no more; the draft stays where it is. */
  end(): void {
    this.keepNow();
    this.#checker.stop();
  }

  #take(kept: LibraryText, text: string): void {
    this.base = kept;
    this.#saved = text;
    this.#follows = kept.revision;
    this.conflict = null;
  }
}
