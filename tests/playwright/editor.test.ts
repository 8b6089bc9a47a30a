/** Writing a runbook: a copy of one that comes with Millwright, broken, mended, saved, tested on one host, removed. */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessibility, expectNoComplaints, go, launch, open, type Theme } from "./browser.js";
import { type Engine, type LoopbackFleet, loopbackFleet, serve } from "./engine.js";

/** The words of the window's editor; its own types are found only by the window's own build. */
interface Vocabulary {
  fieldsOf(shelf: string, table: string): Record<string, string> | null;
  valuesOf(shelf: string, table: string, field: string): string[];
  headings: Record<string, Record<string, string>>;
}

interface Check {
  name: string | null;
  diagnostics: { line: number; message: string; hint: string | null }[];
}

let browser: Browser;
let fleet: LoopbackFleet;
let engine: Engine;

beforeAll(async () => {
  [browser, fleet] = await Promise.all([launch(), loopbackFleet(1)]);
  engine = await serve(fleet.workspace);
});

afterAll(async () => {
  await engine.stop();
  await fleet.stop();
  await browser.close();
});

const text = (page: Page) => page.getByRole("textbox", { name: "Text of the runbook" });
const save = (page: Page) => page.getByRole("button", { name: /^Save/ });
const problems = (page: Page) => page.getByRole("region", { name: "Problems" });
const read = (name: string) =>
  engine.call("library_read", { shelf: "runbooks", name }) as Promise<{ text: string; revision: string }>;

/** Types a line over the one that holds a text. */
async function overwrite(page: Page, line: string, typed: string): Promise<void> {
  await text(page).getByText(line).first().click();
  await page.keyboard.press("Home");
  await page.keyboard.press("Shift+End");
  await page.keyboard.insertText(typed);
}

test("duplicate, break, see it at the line, mend, save, find it in the list, remove it", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  await go(page, "#/runbooks/disk-usage");
  await page.getByRole("link", { name: "Duplicate" }).click();
  await problems(page).getByText("Nothing is wrong").waitFor();
  await overwrite(page, "What fills the disks", 'titel = "Our disks"');
  await problems(page).getByText("2 problems").waitFor();
  const unknown = problems(page).getByRole("button", { name: /line 3, column 1.*titel/s });
  expect(await unknown.innerText()).toMatch(/Did you mean/);
  await page.locator(".cm-lintRange-error", { hasText: "titel" }).waitFor();
  expect(await page.locator(".cm-lint-marker-error").count()).toBe(2);
  expect(await save(page).isDisabled()).toBe(true);
  await unknown.click();
  await page.keyboard.insertText("title");
  await problems(page).getByText("Nothing is wrong").waitFor();
  await page.keyboard.press("Control+s");
  await page.waitForURL(/#\/runbooks\/edit\/disk-usage-copy$/);
  await go(page, "#/runbooks");
  await page.getByRole("button", { name: /Our disks/ }).click();
  await page.getByRole("button", { name: "Remove your own text…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByRole("button", { name: /Our disks/ }).waitFor({ state: "detached" });
  expectNoComplaints(complaints);
  await context.close();
});

test("what is not saved survives leaving the screen, with its history, and a restart", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  await go(page, "#/runbooks/new");
  await overwrite(page, 'name = "my-runbook"', 'name = "kept-draft"');
  await go(page, "#/today");
  await go(page, "#/runbooks/new");
  await text(page).getByText("kept-draft").waitFor();
  await text(page).focus();
  await page.keyboard.press("Control+z");
  await text(page).getByText('"my-runbook"').waitFor();
  await page.keyboard.press("Control+y");
  await page.reload();
  await page.getByText("You have an unsaved draft").waitFor();
  expect(await page.locator(".cm-content").innerText()).toContain('"my-runbook"');
  await page.getByRole("button", { name: "Restore your draft" }).click();
  await text(page).getByText("kept-draft").waitFor();
  await page.reload();
  await page.getByRole("button", { name: "Discard" }).click();
  await page.reload();
  await problems(page).getByText("Nothing is wrong").waitFor();
  expect(await page.getByText("You have an unsaved draft").count()).toBe(0);
  expectNoComplaints(complaints);
  await context.close();
});

test("somebody else's change is not overwritten unseen, and mine is not lost", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  await go(page, "#/runbooks/edit/failed-units");
  const before = await read("failed-units");
  const theirs = `# theirs\n${before.text}`;
  await engine.call("library_save", { shelf: "runbooks", text: theirs, follows: before.revision });
  await text(page).focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.insertText("# mine\n");
  await page.keyboard.press("Control+s");
  await page.getByRole("button", { name: "Open theirs beside" }).click();
  await page.getByRole("textbox", { name: "Their text, to read" }).getByText("# theirs").waitFor();
  expect((await read("failed-units")).text).toBe(theirs);
  await page.keyboard.press("Control+s");
  await page.getByText("failed-units is saved").waitFor();
  expect((await read("failed-units")).text).toBe(`# mine\n${before.text}`);
  await page.getByRole("button", { name: /^Go back to the one/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove my copy" }).click();
  await page.waitForURL(/#\/runbooks\/failed-units$/);
  expect((await read("failed-units")).revision).toBe(before.revision);
  expectNoComplaints(complaints);
  await context.close();
});

test("what is written is tested on one host before it is saved", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  await go(page, "#/runbooks/new/who-is-logged-in");
  await page.getByRole("button", { name: "Test on one host…" }).click();
  await page.getByRole("combobox", { name: /^Host/ }).fill("h1");
  await page.getByRole("option", { name: /acme\/prod\/h1/ }).click();
  await page.getByRole("button", { name: "Plan", exact: true }).click();
  await page.getByRole("grid", { name: "Hosts of the plan" }).waitFor();
  await page.getByRole("button", { name: "Run on 1 host" }).click();
  await page.locator("main").getByText("Succeeded").first().waitFor();
  const list = (await engine.call("runbook_list", {})) as { name: string }[];
  expect(list.map(({ name }) => name)).not.toContain("who-is-logged-in-copy");
  expectNoComplaints(complaints);
  await context.close();
});

test.each(["light", "dark"] satisfies Theme[])(
  "the editor is accessible in the %s theme, and Tab leaves it",
  async (theme) => {
    const { page, context, complaints } = await open(browser, engine.address, theme);
    for (const screen of ["#/runbooks/new", "#/runbooks/edit/disk-usage", "#/runbooks/recipe/edit/nginx"]) {
      await go(page, screen);
      await problems(page).getByText("Nothing is wrong").waitFor();
      expect(await accessibility(page), screen).toEqual([]);
    }
    await page.keyboard.press("Tab");
    await page.getByText("Unsaved changes").waitFor();
    await page.keyboard.press("Control+f");
    expect(await accessibility(page), "search").toEqual([]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.shadowRoot ?? null)).toBeNull();
    expectNoComplaints(complaints);
    await context.close();
  },
);

describe("what the editor offers is what the engine knows", () => {
  const shelves = ["runbooks", "recipes"] as const;
  const check = (shelf: string, draft: string) =>
    engine.call("library_check", { shelf, text: draft }) as Promise<Check>;
  const file = new URL("../../ui/src/features/runbooks/editing/vocabulary.ts", import.meta.url).href;
  const vocabulary = import(/* @vite-ignore */ file) as Promise<Vocabulary>;
  const stranger = "q".repeat(40);

  test.each(shelves)("the template for %s has nothing wrong with it", async (shelf) => {
    const { page, context } = await open(browser, engine.address);
    await go(page, shelf === "recipes" ? "#/runbooks/recipe/new" : "#/runbooks/new");
    await problems(page).getByText("Nothing is wrong").waitFor();
    await context.close();
  });

  test.each(shelves)("fields of %s", async (shelf) => {
    const { fieldsOf, headings } = await vocabulary;
    const steps = shelf === "recipes" ? "install" : "steps";
    const inStep = ["", ".upload", ".package", ".service", ".wait_for", ".wait_for.http"].map((rest) => steps + rest);
    const tables = ["", "parameters", ...(shelf === "recipes" ? ["version"] : []), ...inStep, "undo"];
    for (const table of tables) {
      const [first, ...rest] = table.split(".");
      const opened = table === "" ? "" : table === "version" ? "[version]\n" : `[[${first ?? ""}]]\n`;
      const { diagnostics } = await check(shelf, `${opened}${rest.length > 0 ? `[${table}]\n` : ""}${stranger} = 1\n`);
      const hint = diagnostics.find(({ message }) => message.includes(stranger))?.hint ?? "";
      const known = hint.replace("Here may stand: ", "").replace(/\.$/, "").split(", ");
      const tablesOfRoot =
        table === "" ? Object.keys(headings[shelf] ?? {}).map((heading) => heading.replaceAll(/[[\]]/g, "")) : [];
      expect([...Object.keys(fieldsOf(shelf, table) ?? {}), ...tablesOfRoot].sort(), table).toEqual(known.sort());
    }
  });

  test.each([
    ["runbooks", "parameters", "type"],
    ["runbooks", "steps", "on_failure"],
    ["runbooks", "steps.package", "action"],
    ["runbooks", "steps.service", "action"],
    ["recipes", "version", "scheme"],
    ["recipes", "", "undo_grade"],
  ] as const)("words of %s %s.%s", async (shelf, table, field) => {
    const { valuesOf } = await vocabulary;
    const [first, ...rest] = table.split(".");
    const heading = table === "version" ? "[version]\n" : `[[${first}]]\n${rest.length > 0 ? `[${table}]\n` : ""}`;
    const { diagnostics } = await check(shelf, `${table === "" ? "" : heading}${field} = "${stranger}"\n`);
    const hint = diagnostics.find(({ message }) => message.includes(stranger))?.hint ?? "";
    expect(valuesOf(shelf, table, field)).toEqual(hint.replace("Write one of: ", "").replace(/\.$/, "").split(", "));
  });
});
