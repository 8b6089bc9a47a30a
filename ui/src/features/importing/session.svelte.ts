/** The import that is under way. It lives as long as the window: leaving the screen leaves it as it is. */

import { backend } from "$backend/backend";
import { faultOf, type Fault } from "$backend/errors";
import type {
  ImportCheck,
  ImportField,
  ImportKind,
  ImportReport,
  ImportSheet,
  SudoMode,
} from "$backend/generated/commands";
import { Checker } from "./checker";
import { Readiness } from "./readiness.svelte";
import {
  isBad,
  linesOf,
  mappingWith,
  remapped,
  shownFields,
  touchedBy,
  withCells,
  withReplaced,
  withTaken,
  type Checks,
  type Line,
} from "./sheet";

export type Step = "choose" | "sheet" | "apply" | "ready";

const undoSteps = 100;
const waitMilliseconds = 250;

class ImportSession {
  step = $state<Step>("choose");
  kind = $state<ImportKind>("ssh_config");
  file = $state("");
  environment = $state("");
  user = $state("");
  sudo = $state<SudoMode>("none");

  /** What of the file is in no row, and its columns. */
  read = $state.raw<ImportSheet | null>(null);
  lines = $state.raw<readonly Line[]>([]);
  check = $state.raw<ImportCheck | null>(null);
  checks = $state.raw<Checks>(new Map());
  /** Something was edited of which the check has not spoken yet. */
  checking = $state(false);
  fault = $state.raw<Fault | null>(null);
  busy = $state(false);
  /** The rows that are shown while only those with problems are: what is put right stays until the filter is set anew. */
  filtered = $state.raw<ReadonlySet<number> | null>(null);
  report = $state.raw<ImportReport | null>(null);
  readiness = $state.raw<Readiness | null>(null);
  #checkedWith = "";
  #past = $state.raw<readonly (readonly Line[])[]>([]);

  readonly defaults = $derived({ environment: this.environment.trim(), user: this.user.trim(), sudo: this.sudo });
  readonly columns = $derived(shownFields(this.lines, this.read?.columns ?? []));
  readonly shown = $derived.by(() => {
    const only = this.filtered;
    return only ? this.lines.filter((line) => only.has(line.id)) : this.lines;
  });
  readonly bad = $derived(this.lines.reduce((count, line) => count + Number(isBad(this.checks, line)), 0));
  readonly taken = $derived(this.lines.filter((line) => line.taken));
  readonly canUndo = $derived(this.#past.length > 0);

  readonly #checker = new Checker(
    (lines: readonly Line[]) =>
      backend.call("import_check", { rows: lines.map(({ line, cells }) => ({ line, cells })), ...this.defaults }),
    (answer, lines) => {
      this.check = answer;
      this.checks = new Map(lines.flatMap(({ id }, index) => (answer.rows[index] ? [[id, answer.rows[index]]] : [])));
      this.checking = false;
      this.fault = null;
      const only = this.filtered;
      const bad = only ? this.lines.filter((line) => isBad(this.checks, line) && !only.has(line.id)) : [];
      if (only && bad.length > 0) this.filtered = new Set([...only, ...bad.map(({ id }) => id)]);
    },
    (thrown) => {
      this.checking = false;
      this.fault = faultOf(thrown);
    },
    waitMilliseconds,
  );

  /** Goes to a step. A sheet that was checked with other defaults is checked again first. */
  show(step: Step): void {
    this.step = step;
    if (this.read && step !== "choose" && this.#checkedWith !== JSON.stringify(this.defaults)) void this.recheck();
  }

  /** Reads the file anew: the sheet begins from what it says. */
  async open(): Promise<void> {
    await this.#reading(null, (sheet) => {
      this.#checkedWith = "";
      this.#past = [];
      this.filtered = null;
      this.report = null;
      this.readiness = null;
      this.lines = linesOf(sheet);
    });
    if (!this.read || this.fault) return;
    this.show("sheet");
  }

  /** A field takes another column of the file, or none. */
  async map(field: ImportField, column: number | null): Promise<void> {
    const before = this.read?.columns ?? [];
    const mapping = mappingWith(before, field, column);
    await this.#reading(mapping, (sheet) => {
      this.#keep(remapped(this.lines, linesOf(sheet), touchedBy(before, mapping)));
    });
    await this.recheck();
  }

  edit(edits: readonly { id: number; field: ImportField; text: string }[]): void {
    this.#keep(withCells(this.lines, edits));
  }

  replace(field: ImportField, from: string, to: string): void {
    this.#keep(withReplaced(this.lines, field, from, to));
  }

  take(ids: ReadonlySet<number>, taken: boolean): void {
    this.#keep(withTaken(this.lines, ids, taken));
  }

  undo(): void {
    const before = this.#past.at(-1);
    if (!before) return;
    this.#past = this.#past.slice(0, -1);
    this.lines = before;
    this.#changed();
  }

  /** Shows only the rows that have problems now, or all. */
  filter(only: boolean): void {
    this.filtered = only ? new Set(this.lines.filter((line) => isBad(this.checks, line)).map(({ id }) => id)) : null;
  }

  async recheck(): Promise<void> {
    this.checking = true;
    this.#checkedWith = JSON.stringify(this.defaults);
    await this.#checker.now(this.taken);
  }

  /** Takes the rows up that are not left out. */
  async apply(): Promise<boolean> {
    this.busy = true;
    this.fault = null;
    try {
      const rows = this.taken.map(({ line, cells }) => ({ line, cells }));
      this.report = await backend.call("import_apply", { rows, ...this.defaults, leave_out_bad: this.bad > 0 });
      const { hosts_added, hosts_changed, hosts_unchanged } = this.report;
      this.readiness = new Readiness([...hosts_added, ...hosts_changed, ...hosts_unchanged]);
      this.#forget();
      this.step = "ready";
      return true;
    } catch (thrown) {
      this.fault = faultOf(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** Throws the sheet away, or ends the import. */
  discard(): void {
    this.#forget();
    this.report = null;
    this.readiness = null;
    this.fault = null;
    this.step = "choose";
  }

  async #reading(mapping: (ImportField | null)[] | null, take: (sheet: ImportSheet) => void): Promise<void> {
    this.busy = true;
    this.fault = null;
    try {
      const { kind, defaults } = this;
      const sheet = await backend.call("import_read", { kind, file: this.file.trim(), mapping, ...defaults });
      take(sheet);
      this.read = sheet;
    } catch (thrown) {
      this.fault = faultOf(thrown);
    } finally {
      this.busy = false;
    }
  }

  #keep(lines: readonly Line[]): void {
    if (lines === this.lines) return;
    this.#past = [...this.#past.slice(1 - undoSteps), this.lines];
    this.lines = lines;
    this.#changed();
  }

  #changed(): void {
    this.checking = true;
    this.#checker.soon(() => this.taken);
  }

  #forget(): void {
    this.#checker.forget();
    this.#checkedWith = "";
    this.checking = false;
    this.read = null;
    this.lines = [];
    this.check = null;
    this.checks = new Map();
    this.filtered = null;
    this.#past = [];
  }
}

export const session = new ImportSession();
