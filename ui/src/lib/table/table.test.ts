import { expect, test, vi } from "vitest";
import { gridTemplate, leastWidth, nextSort, sortFromText, sortToText } from "./header";
import { sortRows, TableRows } from "./rows.svelte";
import { toTsv } from "./tsv";
import type { Column, RowSource } from "./types";

interface Host {
  name: string;
  cores: number | null;
}

const columns: Column<Host>[] = [
  { key: "name", title: "Name", width: 200, grow: true, text: (host) => host.name },
  { key: "cores", title: "Cores", width: 80, text: (host) => String(host.cores), sortBy: (host) => host.cores },
];

test("names sort as people count, and rows without a value stand last both ways", () => {
  const hosts = [
    { name: "web-10", cores: 4 },
    { name: "web-2", cores: null },
    { name: "Web-1", cores: 16 },
  ];
  const names = (sort: string): string[] => sortRows(hosts, columns, sortFromText(sort)).map((host) => host.name);
  expect(names("name")).toEqual(["Web-1", "web-2", "web-10"]);
  expect(names("cores")).toEqual(["web-10", "Web-1", "web-2"]);
  expect(names("-cores")).toEqual(["Web-1", "web-10", "web-2"]);
  expect(names("gone")).toEqual(["web-10", "web-2", "Web-1"]);
});

test("a sort goes into an address and comes back", () => {
  expect(["name", "-seen"].map((text) => sortToText(sortFromText(text)))).toEqual(["name", "-seen"]);
  expect(nextSort(nextSort(null, "name"), "name")).toEqual({ column: "name", direction: "descending" });
});

test("a column that grows stops growing once its width was set", () => {
  expect(gridTemplate(columns, {}, true)).toBe("36px minmax(200px, 1fr) 80px");
  expect(gridTemplate(columns, { name: 240 }, true)).toBe("36px 240px 80px 1fr");
  expect(leastWidth(columns, { name: 240 }, true)).toBe(356);
});

test("what a host said becomes neither two cells nor a formula", () => {
  const rows = [
    { name: "a\tb\nc", cores: -4 },
    { name: "=cmd()", cores: 1 },
    { name: "-2+3", cores: 1 },
  ];
  expect(toTsv(columns, rows)).toBe("Name\tCores\na b c\t-4\n'=cmd()\t1\n'-2+3\t1");
});

function pages(query: string, answer: (offset: number) => Host[] | Error): RowSource<Host> & { kind: "pages" } {
  const load = vi.fn((offset: number) => {
    const rows = answer(offset);
    return rows instanceof Error ? Promise.reject(rows) : Promise.resolve(rows);
  });
  return { kind: "pages", query, total: 1000, load };
}

const page = (prefix: string, offset: number): Host[] =>
  Array.from({ length: 200 }, (_, index) => ({ name: `${prefix}${offset + index}`, cores: 1 }));

test("pages are fetched once, when they come into sight", async () => {
  const rows = new TableRows<Host>();
  const source = pages("q", (offset) => page("h", offset));
  rows.replace(source, columns, null);
  await Promise.all([rows.ensure(190, 210), rows.ensure(195, 220)]);
  expect(source.load).toHaveBeenCalledTimes(2);
  expect([rows.at(0)?.name, rows.at(399)?.name, rows.at(400)]).toEqual(["h0", "h399", undefined]);
  expect((await rows.slice(398, 401)).map((row) => row.name)).toEqual(["h398", "h399", "h400", "h401"]);
});

test("a refresh keeps the rows until their successors are here; another query does not", async () => {
  const rows = new TableRows<Host>();
  rows.replace(
    pages("q", (offset) => page("old", offset)),
    columns,
    null,
  );
  await rows.ensure(0, 10);
  expect(
    rows.replace(
      pages("q", (offset) => page("new", offset)),
      columns,
      null,
    ),
  ).toBe("same");
  expect(rows.at(0)?.name).toBe("old0");
  await rows.ensure(0, 10);
  expect(rows.at(0)?.name).toBe("new0");
  expect(
    rows.replace(
      pages("other", (offset) => page("x", offset)),
      columns,
      null,
    ),
  ).toBe("other");
  expect(rows.at(0)).toBeUndefined();
});

test("an answer to an old question is not taken for one to the new", async () => {
  const rows = new TableRows<Host>();
  let answerLate: (rows: Host[]) => void = () => undefined;
  const late = new Promise<Host[]>((resolve) => (answerLate = resolve));
  rows.replace({ kind: "pages", query: "a", total: 1000, load: () => late }, columns, null);
  const waiting = rows.ensure(0, 10);
  rows.replace(
    pages("b", (offset) => page("b", offset)),
    columns,
    null,
  );
  await rows.ensure(0, 10);
  answerLate(page("a", 0));
  await waiting;
  expect(rows.at(0)?.name).toBe("b0");
});

test("a page that does not come says so and can be asked for again", async () => {
  const rows = new TableRows<Host>();
  let works = false;
  rows.replace(
    pages("q", (offset) => (works ? page("h", offset) : new Error("gone"))),
    columns,
    null,
  );
  await rows.ensure(0, 10);
  expect(rows.failure).toEqual(new Error("gone"));
  works = true;
  rows.retry(0, 10);
  await vi.waitFor(() => {
    expect(rows.at(0)?.name).toBe("h0");
  });
  expect(rows.failure).toBeNull();
});
