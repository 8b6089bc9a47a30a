import axe from "axe-core";
import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import type { Component } from "svelte";
import { beforeEach, expect, test, vi } from "vitest";
import Table from "./Table.svelte";
import type { Selection } from "./table/selection";
import type { Column, RowSource, Sort } from "./table/types";

interface Host {
  name: string;
}

const columns: Column<Host>[] = [
  { key: "name", title: "Host", width: 200, text: (host) => host.name, sortable: true },
  { key: "length", title: "Length", width: 80, align: "end", text: (host) => String(host.name.length) },
];

const host = (index: number): Host => ({ name: `web-${index}` });

function paged(total: number): RowSource<Host> & { kind: "pages" } {
  return {
    kind: "pages",
    query: "all",
    total,
    load: vi.fn((offset: number, limit: number) =>
      Promise.resolve(Array.from({ length: Math.min(limit, total - offset) }, (_, index) => host(offset + index))),
    ),
  };
}

beforeEach(() => {
  // jsdom lays nothing out: every element is as large as a table on a screen.
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(640);
  vi.spyOn(HTMLElement.prototype, "offsetWidth", "get").mockReturnValue(800);
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(640);
  Element.prototype.scrollIntoView = () => undefined;
  Element.prototype.scrollTo = function (this: Element, to?: ScrollToOptions | number) {
    if (typeof to === "object") this.scrollTop = to.top ?? 0;
    this.dispatchEvent(new Event("scroll"));
  } as typeof Element.prototype.scrollTo;
  vi.stubGlobal("getSelection", () => null);
});

/** The table of hosts: a test outside of a component cannot give a generic one its type. */
const HostTable = Table as unknown as Component<{
  label: string;
  columns: Column<Host>[];
  source: RowSource<Host>;
  rowKey: (row: Host) => string;
  onOpen: (row: Host) => void;
  selection: Selection;
  sort: Sort | null;
  group?: (row: Host) => number;
  onKey?: (event: KeyboardEvent, row: Host | undefined) => boolean;
}>;

class Shown {
  selection = $state.raw<Selection>({ kind: "some", keys: new Set() });
  sort = $state.raw<Sort | null>(null);
  readonly opened: string[] = [];
}

/** A table of 10,000 hosts by page, and what it says to the outside. */
async function show(): Promise<Shown> {
  const shown = new Shown();
  const source = paged(10_000);
  render(HostTable, {
    label: "Hosts",
    columns,
    source,
    rowKey: (row) => row.name,
    onOpen: (row) => void shown.opened.push(row.name),
    get selection() {
      return shown.selection;
    },
    set selection(selection) {
      shown.selection = selection;
    },
    get sort() {
      return shown.sort;
    },
    set sort(sort) {
      shown.sort = sort;
    },
  });
  await screen.findByText("web-0");
  return shown;
}

const press = async (key: string, init: KeyboardEventInit = {}): Promise<void> => {
  await fireEvent.keyDown(document.activeElement ?? document.body, { key, ...init });
  // The row that is reached has to be scrolled to and, when it is far, fetched.
  await new Promise((resolve) => setTimeout(resolve, 20));
};

const focused = (): string | undefined => (document.activeElement as HTMLElement | null)?.dataset["cell"];
const tabStops = (): NodeListOf<Element> => document.querySelectorAll('[role=grid] [tabindex="0"]');

async function enter(): Promise<void> {
  (tabStops()[0] as HTMLElement).focus();
  await press("ArrowRight");
}

test("a grid of 10,000 rows renders few of them and has one Tab stop", async () => {
  await show();
  expect(document.querySelectorAll("[role=row]").length).toBeLessThan(60);
  expect(screen.getByRole("grid").getAttribute("aria-rowcount")).toBe("10001");
  expect(tabStops()).toHaveLength(1);
});

test("axe finds nothing wrong with it", async () => {
  await show();
  const { violations } = await axe.run(screen.getByRole("grid"), { rules: { "color-contrast": { enabled: false } } });
  expect(violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html}`)).toEqual([]);
});

test("the focus goes to the last of 10,000 rows and back, and is never lost", async () => {
  const shown = await show();
  await enter();
  await press("End");
  expect(focused()).toBe("9999:1");
  await waitFor(() => {
    expect(document.activeElement?.textContent).toContain("web-9999");
  });
  await press("Enter");
  expect(shown.opened).toEqual(["web-9999"]);
  screen.getByRole("grid").scrollTop = 0;
  await fireEvent.scroll(screen.getByRole("grid"));
  await screen.findByText("web-0");
  expect(focused()).toBe("9999:1");
  await press("Home");
  expect(focused()).toBe("0:1");
  expect(tabStops()).toHaveLength(1);
});

test("Space selects, Shift and an arrow extend, Ctrl A takes all that match as a query", async () => {
  const shown = await show();
  await enter();
  await press("ArrowDown");
  await press(" ");
  await press("ArrowDown", { shiftKey: true });
  await press("ArrowDown", { shiftKey: true });
  expect(shown.selection).toEqual({ kind: "some", keys: new Set(["web-1", "web-2", "web-3"]) });
  await press("a", { ctrlKey: true });
  expect(shown.selection).toEqual({ kind: "all", except: new Set() });
  await press(" ");
  expect(shown.selection).toEqual({ kind: "all", except: new Set(["web-3"]) });
  await press("Escape");
  expect(shown.selection).toEqual({ kind: "some", keys: new Set() });
});

test("Ctrl C copies what is selected as a table", async () => {
  await show();
  const writeText = vi.fn((_text: string) => Promise.resolve());
  vi.stubGlobal("navigator", { clipboard: { writeText }, userAgent: "Linux" });
  await enter();
  await press(" ");
  await press("ArrowDown", { shiftKey: true });
  await press("c", { ctrlKey: true });
  expect(writeText).toHaveBeenCalledWith("Host\tLength\nweb-0\t5\nweb-1\t5");
});

test("the head sorts with Enter and says how", async () => {
  const shown = await show();
  await enter();
  await press("ArrowUp");
  expect(focused()).toBe("-1:1");
  await press("Enter");
  expect(shown.sort).toEqual({ column: "name", direction: "ascending" });
  expect(screen.getByRole("columnheader", { name: "Host" }).getAttribute("aria-sort")).toBe("ascending");
  await press("Enter");
  expect(shown.sort).toEqual({ column: "name", direction: "descending" });
});

test("keys that the table has no use for go to who asked for them, and lead to other rows", async () => {
  const keys: [string, string | undefined][] = [];
  const rows = [{ name: "b" }, { name: "c" }, { name: "a" }];
  const { component } = render(HostTable, {
    label: "Hosts",
    columns,
    source: { kind: "rows", rows },
    rowKey: (row: Host) => row.name,
    onOpen: () => undefined,
    selection: { kind: "some", keys: new Set<string>() },
    sort: { column: "name", direction: "descending" },
    // "c" first, whatever the sort.
    group: (row: Host) => (row.name === "c" ? 0 : 1),
    onKey: (event: KeyboardEvent, row: Host | undefined) => {
      keys.push([event.key, row?.name]);
      return event.key === "F2";
    },
  });
  const table = component as unknown as { focusRow: (isSought: (row: Host) => boolean, after?: boolean) => void };
  expect(screen.getAllByRole("gridcell", { name: /^[abc]$/ }).map((cell) => cell.textContent.trim())).toEqual([
    "c",
    "b",
    "a",
  ]);
  table.focusRow((row) => row.name === "a");
  await waitFor(() => {
    expect(document.activeElement?.textContent.trim()).toBe("a");
  });
  const focused = document.activeElement as HTMLElement;
  expect(await fireEvent.keyDown(focused, { key: "F2" })).toBe(false);
  expect(await fireEvent.keyDown(focused, { key: "F9" })).toBe(true);
  expect(keys).toEqual([
    ["F2", "a"],
    ["F9", "a"],
  ]);
  // Behind the last one begins the first.
  table.focusRow(() => true, true);
  await waitFor(() => {
    expect(document.activeElement?.textContent.trim()).toBe("c");
  });
});
