import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BackendError } from "$backend/errors";
import type { Commands, DraftCheck, LibraryText } from "$backend/generated/commands";
import { Editing } from "./editing.svelte";
import { keepDraft, keptDraft } from "$lib/editor/drafts";
import { draftNameOf, type Wanted } from "./opening";
import { leaveEditing, moveEditing, openEditing } from "./sessions";

/** An engine that takes the first word of a text for its name, and keeps one text. */
let kept: LibraryText | null;
let saves: Commands["library_save"]["arguments"][];
let problems: DraftCheck["diagnostics"];

vi.mock("$backend/backend", () => ({
  backend: {
    call: (command: string, args: never): Promise<unknown> =>
      Promise.resolve().then(() => answers[command]?.(args) ?? Promise.reject(new Error(command))),
  },
}));

const textOf = (text: string, more: Partial<LibraryText> = {}): LibraryText => ({
  name: text.split(" ")[0] ?? "",
  text,
  file: "/own.toml",
  revision: `r ${text}`,
  built_in: false,
  ...more,
});
const refuse = (code: "conflict" | "not_found"): never => {
  throw new BackendError({ code, message: "", hint: null });
};
const answers: Record<string, (args: never) => unknown> = {
  workspace_show: () => ({ folder: "/ws" }),
  library_read: () => kept ?? refuse("not_found"),
  library_check: ({ text }: { text: string }): DraftCheck => ({
    name: problems.length > 0 ? null : (text.split(" ")[0] ?? ""),
    title: "",
    parameters: [],
    diagnostics: problems,
  }),
  library_save: (args: Commands["library_save"]["arguments"]) => {
    saves.push(args);
    const there = kept?.name === args.text.split(" ")[0] ? kept : null;
    if ((there?.revision ?? null) !== args.follows) refuse("conflict");
    kept = textOf(args.text);
    return kept;
  },
};

const wanted: Wanted = { shelf: "runbooks", kind: "edit", name: "disk" };
const draftName = draftNameOf("/ws", wanted);
const begin = (base: LibraryText | null, text = base?.text ?? ""): Editing =>
  new Editing({ workspace: "/ws", wanted, base, text });

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  kept = textOf("disk 1");
  saves = [];
  problems = [];
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a draft", () => {
  it("is kept when the keys rest, and forgotten when it is saved", async () => {
    const editing = begin(kept);
    editing.edit("disk 2");
    await vi.advanceTimersByTimeAsync(1000);
    expect(keptDraft(draftName)).toMatchObject({ text: "disk 2", follows: "r disk 1" });
    expect(await editing.save()).toMatchObject({ text: "disk 2" });
    expect([keptDraft(draftName), editing.changed]).toEqual([null, false]);
  });

  it("of an earlier session waits, is not overwritten, and saves only over what it was written from", async () => {
    keepDraft(draftName, { text: "disk mine", follows: "r disk 0", at: "2026-01-01T00:00:00Z" });
    const editing = begin(kept);
    expect([editing.text, editing.waiting?.text]).toEqual(["disk 1", "disk mine"]);
    expect(await editing.save()).toBeNull();
    editing.keepNow();
    expect(keptDraft(draftName)?.text).toBe("disk mine");
    editing.restore();
    expect([editing.text, editing.waiting]).toEqual(["disk mine", null]);
    expect(await editing.save()).toBeNull();
    expect(editing.conflict?.name).toBe("disk");
    expect([kept?.text, keptDraft(draftName)?.text]).toEqual(["disk 1", "disk mine"]);
  });

  it("that is discarded can be had back", () => {
    const editing = begin(kept);
    editing.edit("disk 2");
    const undo = editing.discard();
    expect([editing.text, keptDraft(draftName)]).toEqual(["disk 1", null]);
    undo();
    expect([editing.text, keptDraft(draftName)?.text]).toEqual(["disk 2", "disk 2"]);
  });
});

describe("saving", () => {
  it("is refused while something is wrong", async () => {
    problems = [{ file: "draft", line: 1, column: 1, message: "no", hint: null }];
    const editing = begin(kept);
    editing.edit("disk 2");
    expect(await editing.save()).toBeNull();
    expect([saves.length, editing.sound, editing.diagnostics.length]).toEqual([0, false, 1]);
  });

  it("under another name follows nothing and leaves the first as it is", async () => {
    const editing = begin(kept);
    editing.edit("other 1");
    await editing.save();
    expect(saves).toEqual([{ shelf: "runbooks", text: "other 1", follows: null }]);
    expect(editing.base?.name).toBe("other");
  });

  it("takes the place of somebody else's text only when that was shown", async () => {
    const editing = begin(kept);
    kept = textOf("disk theirs");
    editing.edit("disk mine");
    expect(await editing.save()).toBeNull();
    expect([await editing.save(), kept.text]).toEqual([null, "disk theirs"]);
    await editing.readTheirs();
    expect([editing.conflict?.theirs?.text, editing.text]).toEqual(["disk theirs", "disk mine"]);
    expect(await editing.save()).toMatchObject({ text: "disk mine" });
    expect(editing.conflict).toBeNull();
  });
});

describe("sessions", () => {
  it("hold what is unsaved, and read anew what is not", async () => {
    const first = await openEditing(wanted);
    leaveEditing(wanted, first);
    const second = await openEditing(wanted);
    expect(second).not.toBe(first);
    second.edit("disk 2");
    leaveEditing(wanted, second);
    expect(await openEditing(wanted)).toBe(second);
    second.discard();
    leaveEditing(wanted, second);
  });

  it("go with the text to the name that it was saved under", async () => {
    const fresh: Wanted = { shelf: "runbooks", kind: "new", from: null };
    const editing = await openEditing(fresh);
    editing.edit("new 1");
    editing.keepNow();
    expect(keptDraft(draftNameOf("/ws", fresh))).not.toBeNull();
    await editing.save();
    const place: Wanted = { shelf: "runbooks", kind: "edit", name: "new" };
    moveEditing(fresh, place);
    leaveEditing(fresh, editing);
    expect([await openEditing(place), keptDraft(draftNameOf("/ws", fresh))]).toEqual([editing, null]);
    expect(await openEditing(fresh)).not.toBe(editing);
  });

  it("open a text that is gone while there is a draft of it", async () => {
    kept = null;
    const gone: Wanted = { shelf: "runbooks", kind: "edit", name: "gone" };
    await expect(openEditing(gone)).rejects.toThrow(BackendError);
    keepDraft(draftNameOf("/ws", gone), { text: "gone 1", follows: null, at: "2026-01-01T00:00:00Z" });
    expect((await openEditing(gone)).waiting?.text).toBe("gone 1");
  });
});
