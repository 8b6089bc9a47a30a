/** What a technician sees when something is wrong: the engine refuses, a host dies, the workspace is held, the engine is gone. */

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, cpSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectNoComplaints, go, launch, open } from "./browser.js";
import { type Engine, type LoopbackFleet, loopbackFleet, serve } from "./engine.js";

/** The window's table of faults; its own types are found only by the window's own build. */
interface Errors {
  codes(): string[];
  appearanceOf(code: string): { title: string; next: string };
}

let browser: Browser;
let fleet: LoopbackFleet;
let engine: Engine;

beforeAll(async () => {
  [browser, fleet] = await Promise.all([launch(), loopbackFleet(2)]);
  engine = await serve(fleet.workspace);
});

afterAll(async () => {
  await engine.stop();
  await fleet.stop();
  await browser.close();
});

const alert = (page: Page) => page.locator("main").getByRole("alert");
const clients = (page: Page) => page.getByRole("heading", { name: "Clients" });

/** Another screen still stands, with what it is about. */
async function expectUsable(page: Page): Promise<void> {
  await go(page, "#/fleet");
  await page.getByRole("grid", { name: "Hosts" }).getByText("acme/prod/h1").first().waitFor();
}

test("each fault of the engine is shown with title, cause, code and next step", async () => {
  const file = new URL("../../ui/src/backend/errors.ts", import.meta.url).href;
  const { codes, appearanceOf } = (await import(/* @vite-ignore */ file)) as Errors;
  const { page, context, complaints } = await open(browser, engine.address);
  let code = "";
  await page.route("**/rpc", async (route) => {
    const { command } = route.request().postDataJSON() as { command: string };
    if (command !== "audit_list") return route.continue();
    const fault = { code, message: `It failed with ${code}, on purpose.`, hint: null };
    return route.fulfill({ status: 422, json: fault });
  });
  for (code of codes()) {
    await go(page, "#/audit");
    const { title, next } = appearanceOf(code);
    await alert(page).getByText(`It failed with ${code}, on purpose.`).waitFor();
    const words = await alert(page).innerText();
    expect(words, code).toContain(title);
    expect(words, code).toContain(next);
    expect(words.split("\n"), code).toContain(code);
    await go(page, "#/settings");
    await page.getByRole("heading", { name: "Settings", exact: true }).first().waitFor({ state: "attached" });
  }
  await page.unroute("**/rpc");
  await expectUsable(page);
  expectNoComplaints(complaints);
  await context.close();
});

test("a host that vanishes is told by the check and by its terminal, and the check tells when it is back", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  await go(page, "#/terminal/acme/prod/h1");
  await page.locator(".xterm-rows").getByText(/[$#] *$/m).first().waitFor();
  await go(page, "#/hosts/acme/prod/h1?tab=connection");
  const way = page.locator("main");
  const check = async (): Promise<void> => {
    await page.keyboard.press("c");
    await way.getByText(/^Checked /).waitFor();
    await page.getByRole("button", { name: /^Check again/ }).waitFor();
  };
  const passed = () => way.getByText(/^\d+ ms$/).count();
  await check();
  // Whether sudo passes is this machine's.
  const before = await passed();
  expect(before).toBeGreaterThanOrEqual(4);

  const comeBack = fleet.vanish();
  await check();
  await way.getByText(/refused/i).first().waitFor();
  expect(await way.getByText("Not tried").count()).toBe(3);
  await go(page, "#/terminal");
  await page.getByRole("button", { name: /^Connect again/ }).waitFor();
  expect(await alert(page).innerText()).toContain("The connection broke");
  expect(await alert(page).getByRole("link").count()).toBe(0);
  await expectUsable(page);

  await comeBack();
  await go(page, "#/hosts/acme/prod/h1?tab=connection");
  await expect
    .poll(
      async () => {
        await check();
        return passed();
      },
      { timeout: 20_000 },
    )
    .toBe(before);
  expectNoComplaints(complaints);
  await context.close();
});

test("a workspace that another writer holds for two seconds is waited for, and nothing is lost", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  await go(page, "#/clients");
  const program = [
    "import sqlite3, sys, time",
    "held = sqlite3.connect(sys.argv[1], isolation_level=None)",
    "held.execute('BEGIN EXCLUSIVE')",
    "print('held', flush=True)",
    "time.sleep(2)",
    "held.execute('ROLLBACK')",
  ].join("\n");
  const writer = spawn("python3", ["-c", program, join(fleet.workspace, "millwright.sqlite")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const released = once(writer, "exit");
  await once(writer.stdout, "data");
  await page.keyboard.press("n");
  await page.getByRole("dialog").getByLabel("Name", { exact: true }).fill("Drei Linden");
  await page.keyboard.press("Enter");
  expect(writer.exitCode, "the workspace is still held").toBeNull();
  // A lock is no reason for a blank window: what was read stands meanwhile.
  await clients(page).first().waitFor({ state: "attached" });
  await page.waitForURL(/#\/clients\/drei-linden/);
  await page.getByText("Drei Linden added").waitFor();
  expect(await released).toEqual([0, null]);
  expect(await alert(page).count()).toBe(0);
  await expectUsable(page);
  expectNoComplaints(complaints);
  await context.close();
});

test("a full disk is said, takes nothing away, and is over when there is room", async () => {
  const place = mkdtempSync(join(tmpdir(), "millwright-full-"));
  // A disk of its own: the machine's must not be filled.
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=6m", "tmpfs", place]);
  try {
    const workspace = join(place, "workspace");
    cpSync(fleet.workspace, workspace, { recursive: true });
    const small = await serve(workspace);
    const { page, context } = await open(browser, small.address);
    const ballast = join(place, "ballast");
    fill(ballast);
    await go(page, "#/clients");
    await page.keyboard.press("n");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).fill("Kein Platz");
    await page.keyboard.press("Enter");
    await dialog.getByRole("alert").getByText("local_disk_full").waitFor();
    expect(await dialog.getByLabel("Name", { exact: true }).inputValue()).toBe("Kein Platz");
    rmSync(ballast);
    await dialog.getByRole("button", { name: "Add client" }).click();
    await page.waitForURL(/#\/clients\/kein-platz/);
    await expectUsable(page);
    await context.close();
    await small.stop();
  } finally {
    execFileSync("umount", ["--lazy", place]);
    rmSync(place, { recursive: true });
  }
});

/** Writes until nothing more fits. */
function fill(path: string): void {
  const file = openSync(path, "w");
  try {
    for (const piece = Buffer.alloc(4096); ; ) writeSync(file, piece);
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe("ENOSPC");
  } finally {
    closeSync(file);
  }
}

test("an engine that answers 500 is said to be wrong; what was read stands, said to be old, and comes back", async () => {
  const { page, context } = await open(browser, engine.address);
  await go(page, "#/fleet");
  await page.getByText("acme/prod/h1").first().waitFor();
  await page.route("**/rpc", (route) => route.fulfill({ status: 500, body: "broken" }));
  await engine.call("client_add", { name: "Eben Post", slug: null });
  await alert(page).getByText("The engine answered with status 500.").first().waitFor();
  await alert(page).getByText("Old:").first().waitFor();
  expect(await page.getByText("acme/prod/h1").first().isVisible()).toBe(true);
  await go(page, "#/audit");
  await alert(page).getByText("The engine answered with status 500.").waitFor();
  await page.unroute("**/rpc");
  await alert(page).getByRole("button", { name: "Try again" }).click();
  await alert(page).waitFor({ state: "detached" });
  await expectUsable(page);
  await context.close();
});

test("an engine that never answers leaves the window usable, and says so when the way to it is gone", async () => {
  const { page, context } = await open(browser, engine.address);
  await go(page, "#/fleet");
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route("**/rpc", async (route) => {
    await held;
    await route.abort();
  });
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  await page.locator("main .skeleton, main [aria-busy=true]").first().waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  letGo();
  await alert(page).getByText("The engine does not answer.").first().waitFor();
  await page.unroute("**/rpc");
  await alert(page).getByRole("button", { name: "Try again" }).first().click();
  await alert(page).first().waitFor({ state: "detached" });
  await expectUsable(page);
  await context.close();
});
