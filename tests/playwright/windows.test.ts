/** Maintenance windows on real sshds: edited in the page; who is outside is held in both zones' words; a reason overrides. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessibility, expectNoComplaints, go, launch, open } from "./browser.js";
import { type Engine, type LoopbackFleet, loopbackFleet, serve } from "./engine.js";
import { handOf } from "./hand.js";

/** The technician's zone; their page and their engine run in it. It knows no summer time, nor does the client's. */
const MINE = "Asia/Kolkata";
const THEIRS = "Asia/Tokyo";

let browser: Browser;
let fleet: LoopbackFleet;
let engine: Engine;

beforeAll(async () => {
  [browser, fleet] = await Promise.all([launch(), loopbackFleet(1)]);
  engine = await serve(fleet.workspace, { TZ: MINE });
  await engine.call("environment_edit", { environment: "acme/prod", time_zone: THEIRS, kind: null });
});

afterAll(async () => {
  await engine?.stop();
  await fleet?.stop();
  await browser?.close();
});

/** A day in ten days, where the client is. */
function farDay(): string {
  return new Date(Date.now() + 10 * 24 * 3600 * 1000).toLocaleDateString("sv-SE", { timeZone: THEIRS });
}

async function audited(): Promise<string> {
  return JSON.stringify(await engine.call("audit_list", { limit: 20 }));
}

/** A command that goes on without us: what only looks is not held to windows. */
async function describeWork(page: Page, script: string): Promise<void> {
  await go(page, "#/plan?action=exec");
  await page.getByLabel("Selector").fill("acme");
  await page.getByRole("textbox", { name: /^Command/ }).fill(script);
  await page.getByRole("checkbox", { name: /^Detached/ }).check();
}

test("windows are edited by fields, and mean the same as the text beside them", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  await go(page, "#/clients/acme");
  const work = handOf(page);
  const main = page.locator("main");
  await main.getByText("Changes may start at any time").waitFor();
  await work.click(page.getByRole("link", { name: "Edit the maintenance windows of acme/prod" }));
  await work.click(page.getByRole("button", { name: "Add window" }));
  await work.choose(page.getByRole("combobox", { name: "When" }), "once");
  const day = farDay();
  await page.getByLabel("Day", { exact: true }).fill(day);
  await page.getByLabel("From").fill("22:00");
  await page.getByLabel("Until").fill("23:30");
  const text = page.getByRole("textbox", { name: /^Rules, a line each/ });
  await text.focus();
  await expect.poll(() => text.inputValue()).toBe(`${day} 22:00-23:30`);
  await main
    .getByText(/22:00 JST \/ \S*\s?18:30 IST/)
    .first()
    .waitFor();
  expect(await accessibility(page)).toEqual([]);
  await work.press("Control+s");
  await page.getByText("Maintenance windows of acme/prod changed").waitFor();
  await main.getByText(/^Closed, opens/).waitFor();
  await main.getByText(`${day} 22:00-23:30`).waitFor();
  work.tell("a window is kept");
  expectNoComplaints(complaints);
  await context.close();
});

test("a host outside of its window is held in the words of both zones; a reason overrides, and is audited", async () => {
  const { page, context, complaints } = await open(browser, engine.address);
  const marker = join(fleet.folder, "marker");
  await describeWork(page, `echo ran >> ${marker}`);
  await page.getByRole("button", { name: "Plan", exact: true }).click();
  const main = page.locator("main");
  await page.getByRole("grid", { name: "Hosts of the plan" }).waitFor();
  await main
    .getByText(/outside its maintenance window: opens \S+ \S+ 22:00 JST \/ 18:30 IST/)
    .first()
    .waitFor();
  await main.getByText("Nothing to run: no host gets work.").waitFor();
  expect(
    await page
      .getByRole("button", { name: /^Run on/ })
      .isEnabled()
      .catch(() => false),
  ).toBe(false);
  expect(await accessibility(page)).toEqual([]);

  const work = handOf(page);
  await work.press("Escape");
  await work.click(page.getByText("How it goes"));
  await work.click(page.getByRole("radio", { name: /^Override the windows/ }));
  await work.click(page.getByRole("button", { name: "Plan", exact: true }));
  await page.getByRole("alert").getByText("Say why maintenance windows do not count.").first().waitFor();
  const reason = "their shop is down";
  await work.type(page.getByLabel(/^Why it cannot wait/), reason);
  await work.press("Control+Enter");
  await main.getByText("Maintenance windows do not count for this plan.").waitFor();
  await main.getByText(reason).first().waitFor();
  expect(await accessibility(page)).toEqual([]);
  await work.click(page.getByRole("button", { name: "Run on 1 host" }));
  await page.getByRole("grid", { name: "Hosts of the run" }).getByText("Succeeded").waitFor();
  work.tell("held, and overridden with a reason");
  expect(existsSync(marker) && readFileSync(marker, "utf8")).toBe("ran\n");
  expect(await audited()).toContain(reason);
  expectNoComplaints(complaints);
  await context.close();
});
