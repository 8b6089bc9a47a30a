import { describe, expect, it } from "vitest";
import type { CellProblem, ImportField, ImportRowCheck, SheetColumn } from "$backend/generated/commands";
import { fields } from "./fields";
import {
  linesOf,
  mappingWith,
  nextProblem,
  parseTsv,
  pasted,
  remapped,
  shownFields,
  touchedBy,
  withCells,
  withReplaced,
  withTaken,
  type Cells,
  type Line,
} from "./sheet";

const lines = (...cells: Cells[]): Line[] => cells.map((one, id) => ({ id, line: id + 2, cells: one, taken: true }));
const column = (title: string, field: ImportField | null): SheetColumn => ({ title, field, secret: false });
const columns = fields.filter(({ field }) => ["host", "address", "port"].includes(field));

function bad(...of: ImportField[]): ImportRowCheck {
  const problems = of.map((field): CellProblem => ({ field, message: "no", hint: null, suggestion: null }));
  return { host: null, becomes: problems.length > 0 ? "bad" : "added", changes: [], problems };
}

describe("rows", () => {
  it("are those of the file, all of them taken", () => {
    const sheet = { columns: [], rows: [{ line: 7, cells: { host: "a" } }], notes: [], problems: [], more_problems: 0 };
    expect(linesOf(sheet)).toEqual([{ id: 0, line: 7, cells: { host: "a" }, taken: true }]);
  });

  it("are replaced where a cell becomes another, and stay the same objects elsewhere", () => {
    const before = lines({ host: "a" }, { host: "b" });
    const after = withCells(before, [{ id: 1, field: "host", text: " c " }]);
    expect(after[1]?.cells).toEqual({ host: "c" });
    expect(after[0]).toBe(before[0]);
    expect(before[1]?.cells).toEqual({ host: "b" });
  });

  it("are the very same when nothing becomes another", () => {
    const before = lines({ host: "a" });
    expect(withCells(before, [{ id: 0, field: "host", text: "a " }])).toBe(before);
    expect(withCells(before, [{ id: 0, field: "port", text: "  " }])).toBe(before);
  });

  it("lose a cell that is emptied", () => {
    expect(withCells(lines({ host: "a", port: "22" }), [{ id: 0, field: "port", text: "" }])[0]?.cells).toEqual({
      host: "a",
    });
  });

  it("are put right together where they say the same, but for those that are left out", () => {
    const before = withTaken(lines({ client: "ACME" }, { client: "ACME" }, { client: "Bolt" }), new Set([1]), false);
    const after = withReplaced(before, "client", "ACME", "acme");
    expect(after.map(({ cells }) => cells.client)).toEqual(["acme", "ACME", "Bolt"]);
  });
});

describe("columns", () => {
  it("are the usual ones and those that something is said in", () => {
    const of = (rows: Line[], file: SheetColumn[]): ImportField[] => shownFields(rows, file).map(({ field }) => field);
    expect(of([], [])).not.toContain("agent");
    expect(of(lines({ agent: "no" }), [])).toContain("agent");
    expect(of([], [column("Name", "client_name")])).toContain("client_name");
  });

  it("give their field to another column of the file, or to none", () => {
    const file = [column("name", "host"), column("fqdn", null), column("ip", "address")];
    expect(mappingWith(file, "host", 1)).toEqual([null, "host", "address"]);
    expect(mappingWith(file, "host", null)).toEqual([null, null, "address"]);
    expect(mappingWith(file, "port", 2)).toEqual(["host", null, "port"]);
  });

  it("keep what was put right when another one is read anew", () => {
    const file = [column("name", "host"), column("nr", null)];
    const mapping = mappingWith(file, "port", 1);
    expect([...touchedBy(file, mapping)]).toEqual(["port"]);
    const before = lines({ host: "put-right", port: "1" });
    const after = remapped(before, lines({ host: "Wrong", port: "2" }), touchedBy(file, mapping));
    expect(after[0]?.cells).toEqual({ host: "put-right", port: "2" });
  });

  it("fill three fields when they hold full names", () => {
    const touched = touchedBy([column("path", "host")], [null]);
    expect([...touched].sort()).toEqual(["client", "environment", "host"]);
  });

  it("are taken as the file has them when it is another file by now", () => {
    const after = lines({ host: "x" }, { host: "y" });
    expect(remapped(lines({ host: "a" }), after, new Set())).toBe(after);
  });
});

describe("a paste", () => {
  it.each([
    [
      "a\tb\nc\td\n",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    ["a\r\nb", [["a"], ["b"]]],
    ['"a\tb"\tc', [["a b", "c"]]],
    ['"say ""no"""\tx', [['say "no"', "x"]]],
    ['5" disk\tx', [['5" disk', "x"]]],
    ["\t\n", [["", ""]]],
    ["", [[""]]],
  ])("%j is cells", (text, cells) => {
    expect(parseTsv(text)).toEqual(cells);
  });

  it("goes to the right and down, and ends at the sheet's edges", () => {
    const edits = pasted("x\t1\t2\ny\t3\nz", { row: 1, field: "address" }, lines({}, {}, {}), columns);
    expect(edits).toEqual([
      { id: 1, field: "address", text: "x" },
      { id: 1, field: "port", text: "1" },
      { id: 2, field: "address", text: "y" },
      { id: 2, field: "port", text: "3" },
    ]);
  });

  it("goes to the rows that are shown, not to those between them", () => {
    const [first, , third] = lines({}, {}, {});
    const shown = [first, third].filter((line) => line !== undefined);
    expect(pasted("a\nb", { row: 0, field: "host" }, shown, columns).map(({ id }) => id)).toEqual([0, 2]);
  });
});

describe("the next problem", () => {
  const checks = new Map([
    [0, bad("port")],
    [1, bad()],
    [2, bad("host", "address")],
  ]);
  const rows = lines({}, {}, {});

  it.each([
    [{ row: 0, column: -1 }, 1, { row: 0, column: 2 }],
    [{ row: 0, column: 2 }, 1, { row: 2, column: 0 }],
    [{ row: 2, column: 0 }, 1, { row: 2, column: 1 }],
    [{ row: 2, column: 1 }, 1, { row: 0, column: 2 }],
    [{ row: 2, column: 0 }, -1, { row: 0, column: 2 }],
    [{ row: 0, column: 2 }, -1, { row: 2, column: 1 }],
    [{ row: -1, column: -1 }, 1, { row: 0, column: 2 }],
  ] as const)("from %j by %d is %j", (from, step, to) => {
    expect(nextProblem(rows, columns, checks, from, step)).toEqual(to);
  });

  it("is none when there is none, and not in a row that is left out", () => {
    expect(nextProblem(rows, columns, new Map(), { row: 0, column: 0 }, 1)).toBeNull();
    const left = withTaken(rows, new Set([0]), false);
    expect(nextProblem(left, columns, checks, { row: 0, column: -1 }, 1)).toEqual({ row: 2, column: 0 });
  });
});
