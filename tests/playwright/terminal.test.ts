/** "A client calls" on a real sshd: from the palette to a shell by keyboard alone, and a file there and back. */

import { readFile, writeFile } from "node:fs/promises";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectNoComplaints, go, launch, open } from "./browser.js";
import { type Engine, type LoopbackFleet, loopbackFleet, serve } from "./engine.js";

const host = "acme/prod/h1";
/** What the design promises, with a machine between that does other things too. */
const mostKeysToTheCard = 3;
const mostSecondsToThePrompt = 3;

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

const screenText = (page: Page) => page.locator(".xterm-rows");

/** Types a command and waits for what the host made of it: no echo of the command can look like that. */
async function expectShell(page: Page, factor: number): Promise<void> {
  await page.keyboard.type(`echo answer-$((${String(factor)} * 7))\n`);
  await screenText(page).getByText(`answer-${String(factor * 7)}`).first().waitFor();
}

const openTerminals = () => engine.call("terminal_list", {}) as Promise<{ host: string; ended: object | null }[]>;

test("palette, client, host, terminal, a command, its output, the end: by keyboard alone", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  await go(page, "#/today");
  let keys = 0;
  const press = async (key: string): Promise<void> => {
    keys += 1;
    await page.keyboard.press(key);
  };

  await press("Control+k");
  // What one types of the name is the search, not a stroke on the way.
  await page.keyboard.type("acm");
  await page.getByRole("option", { name: /acme/i }).first().waitFor();
  await press("Enter");
  await page.waitForURL(/#\/clients\/acme$/);
  expect(keys).toBeLessThanOrEqual(mostKeysToTheCard);

  await page.keyboard.press("Control+k");
  await page.keyboard.type("h1");
  await page.getByRole("option", { name: /acme\/prod\/h1/ }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/#\/hosts\/acme\/prod\/h1/);
  await page.getByRole("heading", { name: "h1" }).waitFor();

  const begun = performance.now();
  await page.keyboard.press("t");
  await screenText(page).getByText(/[$#] *$/m).first().waitFor();
  expect((performance.now() - begun) / 1000).toBeLessThan(mostSecondsToThePrompt);
  await expectShell(page, 6);

  await page.keyboard.type("exit\n");
  await page.getByText("Ended with exit code 0").first().waitFor();
  await page.keyboard.press("Control+Shift+W");
  await page.getByText("No terminal is open.").waitFor();
  expect(await openTerminals()).toEqual([]);
  expectNoComplaints(complaints);
  await context.close();
});

test("what is typed before the shell stands reaches it, once", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route("**/rpc", async (route) => {
    const { command } = route.request().postDataJSON() as { command: string };
    if (command === "terminal_open") await held;
    await route.continue();
  });
  await go(page, `#/terminal/${host}`);
  await page.getByText("Connecting…").waitFor();
  await page.keyboard.type("echo early-$((6 * 7))\n");
  letGo();
  await screenText(page).getByText("early-42").first().waitFor();
  await expectShell(page, 8);
  const lines = (await screenText(page).innerText()).split("\n").filter((line) => line.startsWith("early-42"));
  expect(lines).toHaveLength(1);

  await page.keyboard.press("Control+Shift+W");
  await page.getByRole("dialog").getByRole("button", { name: "Close it" }).click();
  await page.getByText("No terminal is open.").waitFor();
  expectNoComplaints(complaints);
  await context.close();
});

test("a shell outlives its screen and the page", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  await go(page, `#/terminal/${host}`);
  await screenText(page).getByText(/[$#] *$/m).first().waitFor();
  await page.keyboard.type("kept=yes\n");
  await go(page, "#/today");
  await page.reload();
  await go(page, "#/terminal");
  await screenText(page).getByText("kept=yes").first().waitFor();
  await page.locator(".xterm-screen").click();
  await page.keyboard.type('echo "still $kept"\n');
  await screenText(page).getByText("still yes").first().waitFor();
  expect(await openTerminals()).toMatchObject([{ host, ended: null }]);
  await page.keyboard.type("exit\n");
  await page.getByText("Ended with exit code 0").first().waitFor();
  expectNoComplaints(complaints);
  await context.close();
});

test("a file: upload, see it, rename, download the same bytes, delete", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  const folder = join(fleet.folder, "on-host");
  mkdirSync(folder, { recursive: true });
  const bytes = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31) % 256));
  const sent = join(fleet.folder, "report.bin");
  await writeFile(sent, bytes);
  await go(page, `#/files/${host}?path=${encodeURIComponent(folder)}`);
  await page.getByText("This folder is empty.").waitFor();

  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Upload…" }).click();
  await (await chooser).setFiles(sent);
  const row = (name: string) => page.getByRole("row", { name: new RegExp(name) });
  await row("report.bin").waitFor();
  expect((await readFile(join(folder, "report.bin"))).equals(bytes)).toBe(true);

  await row("report.bin").getByRole("gridcell").nth(1).focus();
  await page.keyboard.press("F2");
  const field = page.getByRole("grid").getByRole("textbox");
  await field.fill("kept.bin");
  await page.keyboard.press("Enter");
  await row("kept.bin").waitFor();
  expect(await row("report.bin").count()).toBe(0);

  await page.keyboard.press("Space");
  await page.getByText("1 entry selected").waitFor();
  const download = page.waitForEvent("download");
  await page.keyboard.press("Control+d");
  const path = await (await download).path();
  expect((await readFile(path)).equals(bytes)).toBe(true);

  await page.getByRole("button", { name: "Delete…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("This folder is empty.").waitFor();
  await expect(readFile(join(folder, "kept.bin"))).rejects.toThrow("ENOENT");
  expectNoComplaints(complaints);
  await context.close();
});
