/** A real browser on the window's files, and what every screen is held to. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { expect } from "vitest";

export type Theme = "light" | "dark";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The system's Chromium: nothing is downloaded. */
export async function launch(): Promise<Browser> {
  const executablePath = process.env["MILLWRIGHT_CHROMIUM"] ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** A page on an engine's address that fails its test when a script fails, or anything is fetched from elsewhere. */
export async function open(
  browser: Browser,
  address: string,
  theme: Theme = "light",
): Promise<{ page: Page; context: BrowserContext; complaints: string[] }> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    colorScheme: theme,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const own = new URL(address).origin;
  page.on("pageerror", (error) => complaints.push(`script: ${error.message}`));
  page.on("console", (message) => {
    // 422 is how the server says that the engine refused; the screen shows why.
    if (message.type() === "error" && !message.text().includes("422")) complaints.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(own) && !url.startsWith("data:") && !url.startsWith("blob:")) complaints.push(`fetched: ${url}`);
  });
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(address);
  return { page, context, complaints };
}

/** Goes to a screen by its address and waits until it has something to show. */
export async function go(page: Page, screen: string): Promise<void> {
  await page.evaluate(async (hash) => {
    location.hash = hash;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  }, screen);
  await page.waitForFunction(() => document.querySelector("main[aria-busy=true]") === null);
  await page.locator("main h1").first().waitFor({ state: "attached" });
  await page.waitForFunction(() => document.querySelector("main [aria-busy=true], main .skeleton") === null);
}

/** What axe finds, as lines; none is the only right answer. */
export async function accessibility(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const run = (window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }).axe;
    interface Violation {
      id: string;
      help: string;
      nodes: { html: string; failureSummary?: string }[];
    }
    const { violations } = await run.run();
    return violations.map((found) => `${found.id}: ${found.help}\n    ${found.nodes.map((node) => node.html.slice(0, 200)).join("\n    ")}`);
  });
}

/** Nothing went wrong on a page since it was opened. */
export function expectNoComplaints(complaints: string[]): void {
  expect(complaints).toEqual([]);
}
