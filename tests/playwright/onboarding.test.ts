/** Journey 8: a client's file of twenty real hosts, two of its rows wrong, to hosts whose keys are trusted and whose facts are known. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessibility, expectNoComplaints, go, launch, open } from "./browser.js";
import { type Engine, type LoopbackFleet, loopbackFleet, serve } from "./engine.js";

interface HostView {
  address: string;
  port: number;
  user: string;
  credential: { path: string };
  pins: { algorithm: string; key: string; fingerprint: string }[];
}

const count = 20;
/** Of so many hosts this machine's known_hosts has the key; the others are compared with a list. */
const known = 15;

let browser: Browser;
let fleet: LoopbackFleet;
let engine: Engine;
let folder: string;
let views: HostView[];

beforeAll(async () => {
  [browser, fleet] = await Promise.all([launch(), loopbackFleet(count)]);
  const trusting = await serve(fleet.workspace);
  views = [];
  for (const host of fleet.hosts) views.push((await trusting.call("host_show", { host })) as HostView);
  await trusting.stop();
  folder = mkdtempSync(join(tmpdir(), "millwright-onboarding-"));
  const home = join(folder, "home");
  mkdirSync(join(home, ".ssh"), { recursive: true });
  const lines = views.slice(0, known).flatMap(({ address, port, pins }) =>
    pins.map(({ algorithm, key }) => `[${address}]:${String(port)} ${algorithm} ${key}`),
  );
  writeFileSync(join(home, ".ssh", "known_hosts"), `${lines.join("\n")}\n`);
  engine = await serve(join(folder, "workspace"), { HOME: home });
});

afterAll(async () => {
  await engine.stop();
  await fleet.stop();
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The client's file: columns as others call them, one port that is none, one name that no host can have. */
function clientsFile(): string {
  const rows = views.map(({ address, port, user, credential }, index) => {
    const name = index === 3 ? "Web 4" : `h${String(index + 1)}`;
    return [name, address, index === 7 ? "ssh" : port, user, credential.path, "web", "7", "hunter2"].join(";");
  });
  const file = join(folder, "hosts.csv");
  writeFileSync(file, `Hostname;IP-Adresse;SSH Port;Benutzer;Key File;Gruppe;Rack;Passwort\n${rows.join("\n")}\n`);
  return file;
}

async function readFile(page: Page, file: string): Promise<void> {
  await go(page, "#/import");
  await page.getByLabel("Kind").selectOption("csv");
  await page.getByLabel("File on this machine").fill(file);
  await page.getByLabel("Environment").fill("acme/prod");
  await page.getByLabel("Account").fill("root");
  await page.getByRole("button", { name: "Read the file" }).click();
  await page.getByRole("grid", { name: "Hosts of the file" }).waitFor();
}

async function status(page: Page, text: string | RegExp, timeout = 30_000): Promise<void> {
  await page.getByRole("status").filter({ hasText: text }).first().waitFor({ timeout });
}

test("a client's file of twenty hosts: two rows put right in place, taken up, trusted, tested, asked for facts", { timeout: 400_000 }, async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  await readFile(page, clientsFile());
  await status(page, "2 rows with problems");
  expect(await page.locator("main").innerText()).not.toContain("hunter2");
  expect(await accessibility(page)).toEqual([]);

  // The first problem has an answer that follows from the cell; the second is typed.
  await page.keyboard.press("F8");
  await page.getByRole("button", { name: "Use “web-4”" }).click();
  await status(page, "1 row with problems");
  await page.keyboard.press("F8");
  await page.getByRole("status").filter({ hasText: "“ssh” is not a port" }).waitFor();
  await page.keyboard.press("F2");
  await page.keyboard.press("Control+a");
  await page.keyboard.type(String(views[7]?.port));
  await page.keyboard.press("Enter");
  await status(page, "No problems");

  // The sheet is still there after another screen.
  await go(page, "#/fleet");
  await go(page, "#/import");
  await status(page, "No problems");

  await page.getByRole("button", { name: "Next: take up" }).click();
  await page.getByText("new environment: acme/prod").waitFor();
  expect(await accessibility(page)).toEqual([]);
  await page.getByRole("button", { name: "Take up 20 hosts" }).click();
  await status(page, "20 hosts added");

  await page.getByRole("button", { name: "Look at their keys" }).click();
  await page.getByRole("button", { name: `Trust ${String(known)} keys that somebody vouches for` }).click();
  await status(page, `${String(known)} of 20 trusted`);
  expect(await accessibility(page)).toEqual([]);

  // The first of the others is compared by hand, the rest with a list.
  await page.getByRole("button", { name: "Trust…" }).first().click();
  await page.getByLabel("I have compared it: it is the same").check();
  await page.getByRole("button", { name: "Trust this key" }).click();
  await status(page, `${String(known + 1)} of 20 trusted`);
  await page.getByRole("button", { name: "Compare with a list…" }).click();
  const list = views.flatMap(({ pins }) => pins.map(({ fingerprint }) => `256 ${fingerprint} root@host (ED25519)`));
  await page.getByLabel("Fingerprints from elsewhere").fill(list.join("\n"));
  await page.getByRole("button", { name: `Trust ${String(count - known - 1)} keys that somebody vouches for` }).click();
  await status(page, "20 of 20 trusted");

  await page.getByRole("button", { name: "Test", exact: true }).click();
  await status(page, "20 of 20 hosts let us in");
  await page.getByRole("button", { name: "Ask for facts" }).click();
  // Twenty hosts on one machine share its two cores.
  await status(page, "20 of 20 hosts answered", 240_000);
  expect(await accessibility(page)).toEqual([]);
  expectNoComplaints(complaints);
  await context.close();
});

test("the same file again changes nothing, and a row that is left out stays out", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  await readFile(page, clientsFile());
  await status(page, "18 as they are");
  await page.getByRole("button", { name: "Only rows with problems" }).click();
  expect(await page.getByRole("row").count()).toBe(3);
  await page.getByRole("button", { name: "Next: take up" }).click();
  const apply = page.getByRole("button", { name: "Nothing changes: go on" });
  expect(await apply.isDisabled()).toBe(true);
  await page.getByRole("checkbox", { name: /Leave them out/ }).check();
  await apply.click();
  await status(page, /18 as they were, 2 rows left out/);
  expectNoComplaints(complaints);
  await context.close();
});

test("cells are pasted, undone, and another column of the file fills a field", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  await readFile(page, clientsFile());
  await status(page, "2 rows with problems");
  await page.locator('[data-cell="0:9"]').click();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData("text/plain", "one\ntwo\n");
    document.activeElement?.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  expect(await page.locator('[data-cell="1:9"]').innerText()).toBe("two");
  await page.keyboard.press("Control+z");
  expect(await page.locator('[data-cell="1:9"]').innerText()).not.toBe("two");
  const secret = page.getByLabel("Column of the file for Tags").locator("option", { hasText: "Passwort" });
  expect(await secret.isDisabled()).toBe(true);
  await page.getByLabel("Column of the file for Tags").selectOption({ label: "Rack" });
  await page.getByRole("gridcell", { name: "7", exact: true }).first().waitFor();

  // Another environment for hosts that name none: what becomes of the rows is another.
  await page.getByRole("button", { name: "Choose a file" }).click();
  await page.getByLabel("Environment").fill("acme/test");
  await page.getByRole("button", { name: "Back to the sheet" }).click();
  await status(page, "18 new");
  expectNoComplaints(complaints);
  await context.close();
});
