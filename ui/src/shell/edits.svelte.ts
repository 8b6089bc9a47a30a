/** Edits of this session that can be taken back: by the message that told of them, or by key, the newest first. */

import { backend } from "$backend/backend";
import { faultOf, type Code } from "$backend/errors";
import type { AuditId } from "$backend/generated/commands";
import { notices } from "./notices.svelte";
import { navigate, router } from "./router.svelte";

interface LocalEdit {
  /** What was done, in words: "acme/prod/web-1 added". */
  what: string;
  /** The entries of the audit that take it back, in the order in which they were made. */
  entries: AuditId[];
  /** The message that told of it. */
  notice: number | null;
  leave: Leave | null;
}

/** Where nobody can stay once the edit is taken back, and where they are led instead. */
export interface Leave {
  from: string;
  to: string;
}

const mostEdits = 100;
/** After these, trying again helps nobody. */
const final: readonly Code[] = ["conflict", "not_found", "unsupported"];

let made: readonly LocalEdit[] = [];
let work: Promise<void> = Promise.resolve();

export const edits = {
  /** Tells of an edit and offers to take it back; `undo` is what the engine answered, of each edit if there were several. */
  made(what: string, undo: AuditId | null | readonly (AuditId | null)[], leave: Leave | null = null): void {
    const entries = [undo].flat().filter((entry) => entry !== null);
    if (entries.length === 0) {
      notices.succeeded(what);
      return;
    }
    const edit: LocalEdit = { what, entries, notice: null, leave };
    const onclick = (): void => void later(() => takeBack(edit));
    edit.notice = notices.succeeded(what, { label: "Undo", onclick });
    made = [...made, edit].slice(-mostEdits);
  },

  /** Takes back the newest edit of this session that is not taken back yet. */
  takeBackNewest(): Promise<void> {
    return later(async () => {
      const newest = made.at(-1);
      if (newest) await takeBack(newest);
      else notices.succeeded("No edit of this session is left to take back");
    });
  },

  /** Takes back the edit that an entry of the audit tells of. */
  takeBackEntry(entry: AuditId, what: string): Promise<void> {
    return later(() => takeBack(made.find((edit) => edit.entries.includes(entry)) ?? alone(entry, what)));
  },
};

function alone(entry: AuditId, what: string): LocalEdit {
  return { what, entries: [entry], notice: null, leave: null };
}

/** One after the other: an impatient second press takes back the edit before, never the same one twice. */
function later(act: () => Promise<void>): Promise<void> {
  work = work.then(act);
  return work;
}

async function takeBack(edit: LocalEdit): Promise<void> {
  try {
    // What was made last may stand in what was made first.
    for (let entry = edit.entries.at(-1); entry !== undefined; entry = edit.entries.at(-1)) {
      await backend.call("edit_undo", { entry });
      edit.entries.pop();
    }
    forget(edit);
    notices.succeeded(`Taken back: ${edit.what}`);
    if (edit.leave?.from === router.path) navigate(edit.leave.to, { replace: true });
  } catch (thrown) {
    if (final.includes(faultOf(thrown).code)) forget(edit);
    notices.failed(thrown);
  }
}

function forget(edit: LocalEdit): void {
  made = made.filter((other) => other !== edit);
  if (edit.notice !== null) notices.settle(edit.notice);
}
