import { beforeEach, describe, expect, it, vi } from "vitest";
import { BackendError } from "$backend/errors";
import { selectSome } from "$lib/table/selection";
import { edits } from "$shell/edits.svelte";
import { notices } from "$shell/notices.svelte";
import { changeInWords, changeProblem, changeTags, tagProblem, tagsIn } from "./tags";

const call = vi.hoisted(() => vi.fn());
vi.mock("$backend/backend", () => ({ backend: { call } }));

const wait = { tell: vi.fn() };
const argumentsOf = (command: string): Record<string, unknown>[] =>
  call.mock.calls.filter(([name]) => name === command).map(([, args]) => args as Record<string, unknown>);
const newest = (): string | undefined => notices.all[0]?.text;

beforeEach(() => {
  call.mockReset();
  wait.tell.mockReset();
  notices.clear();
});

describe("what is typed", () => {
  it("is tags with commas or spaces between them, each once", () => {
    expect(tagsIn(" web, edge  web,")).toEqual(["web", "edge"]);
    expect(tagsIn(" ")).toEqual([]);
  });

  it.each(["Edge", "ö", "-x", "a/b"])("cannot be %s", (text) => {
    expect(tagProblem(`web ${text}`)).toContain(`“${text}”`);
  });

  it.each(["", "web", "web-1, db_2 9.x"])("can be “%s”", (text) => {
    expect(tagProblem(text)).toBeNull();
  });

  it("is a change that can be made", () => {
    expect(changeProblem({ add: [], remove: [] })).toMatch(/^Say which/);
    expect(changeProblem({ add: ["a", "b"], remove: ["b"] })).toContain("“b”");
    expect(changeProblem({ add: ["a"], remove: ["b"] })).toBeNull();
    expect(changeInWords({ add: ["a", "b", "c"], remove: ["d"] })).toBe("a, b and c added, d removed");
    expect(changeInWords({ add: [], remove: ["d", "e"] })).toBe("d and e removed");
  });
});

describe("the change", () => {
  it("edits nothing but tags, tells how far it is, and is taken back by one undo", async () => {
    call
      .mockResolvedValueOnce({ undo: "1" })
      .mockResolvedValueOnce({ undo: null })
      .mockResolvedValueOnce({ undo: "2" });
    await changeTags(selectSome(["a/p/3", "a/p/1", "a/p/2"]), {}, { add: ["web"], remove: ["old"] }, wait);
    const changed = argumentsOf("host_edit");
    expect(changed.map(({ host }) => host)).toEqual(["a/p/1", "a/p/2", "a/p/3"]);
    const { host: _host, add_tags, remove_tags, ...others } = changed[0] ?? {};
    expect([add_tags, remove_tags]).toEqual([["web"], ["old"]]);
    expect(Object.values(others).every((value) => value === null)).toBe(true);
    expect(wait.tell.mock.lastCall).toEqual([{ done: 2, total: 3 }]);
    expect(newest()).toBe("Tags of 2 hosts: web added, old removed; 1 had it so already");

    call.mockResolvedValue({ undo: "x" });
    await edits.takeBackNewest();
    expect(argumentsOf("edit_undo").map(({ entry }) => entry)).toEqual(["2", "1"]);
  });

  it("reaches all that match, page by page, without those that were left out", async () => {
    const names = Array.from({ length: 1500 }, (_, number) => `a/p/${String(number)}`);
    call.mockImplementation((command: string, { offset, limit }: { offset: number; limit: number }) =>
      Promise.resolve(
        command === "fleet_page"
          ? { matching: names.length, rows: names.slice(offset, offset + limit).map((host) => ({ host })) }
          : { undo: "1" },
      ),
    );
    await changeTags({ kind: "all", except: new Set(["a/p/7"]) }, { scope: "a" }, { add: ["x"], remove: [] }, wait);
    expect(argumentsOf("fleet_page").map(({ offset, filter }) => [offset, filter])).toEqual([
      [0, { scope: "a" }],
      [1000, { scope: "a" }],
    ]);
    const hosts = argumentsOf("host_edit").map(({ host }) => host);
    expect(hosts).toHaveLength(1499);
    expect(hosts).not.toContain("a/p/7");
  });

  it("that stops half way tells why, and what was changed can be taken back", async () => {
    const fault = { code: "workspace_busy", message: "Somebody holds it.", hint: null } as const;
    call.mockResolvedValueOnce({ undo: "1" }).mockRejectedValueOnce(new BackendError(fault));
    await changeTags(selectSome(["a/p/1", "a/p/2", "a/p/3"]), {}, { add: ["web"], remove: [] }, wait);
    expect(argumentsOf("host_edit")).toHaveLength(2);
    expect(notices.all.map((notice) => notice.fault?.code ?? notice.text)).toEqual([
      "Tags of 1 host: web added",
      "workspace_busy",
    ]);
    expect(notices.all[0]?.action?.label).toBe("Undo");
  });

  it("that changes nothing says so and offers no undo", async () => {
    call.mockResolvedValue({ undo: null });
    await changeTags(selectSome(["a/p/1"]), {}, { add: ["web"], remove: [] }, wait);
    expect(newest()).toBe("Tags of 1 host: nothing to change");
    expect(notices.all[0]?.action).toBeNull();
  });
});
